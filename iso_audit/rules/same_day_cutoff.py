"""Does a same-day procedure say until what hour a dossier is still dealt with on the day?"""

from __future__ import annotations

import datetime as dt

from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import (
    HOLDS,
    NOT_APPLICABLE,
    Answer,
    Breach,
    Example,
    Hook,
    Parameter,
    Rule,
    Unknown,
)
from iso_audit.text import Text


def _defined(study: Study, requirement: Requirement) -> Answer:
    procedure = study.procedure
    if not procedure.same_day:
        if procedure.code not in requirement.names("codes"):
            return NOT_APPLICABLE
        return Answer(1, (Breach(facts={"code": procedure.code}, variant="not-declared"),))
    cutoff = dt.time.fromisoformat(str(requirement.parameters["cutoff"]))
    if procedure.cutoff is None:
        if procedure.is_partial:
            return Answer(unknowns=(Unknown("printed-table"),))
        return Answer(1, (Breach(facts={"cutoff_required": cutoff}),))
    facts = {"cutoff": procedure.cutoff, "cutoff_required": cutoff}
    if procedure.cutoff != cutoff:
        return Answer(1, (Breach(facts=facts, variant="other-hour"),))
    if procedure.cutoff_effect != "start_next_working_day":
        return Answer(1, (Breach(facts=facts, variant="no-effect"),))
    return HOLDS


RULE = Rule(
    name="same-day-cutoff",
    title=Text(vi="Mốc giờ của thủ tục giải quyết trong ngày", en="Cut-off hour of same-day procedures"),
    why=Text(
        vi="Với thủ tục trả kết quả ngay trong ngày, mốc giờ quyết định hồ sơ phải trả hôm nay hay ngày làm "
        "việc tiếp theo; không ghi mốc giờ thì mỗi nơi hiểu một cách.",
        en="Where the result is due on the day, the cut-off hour decides between today and the next working "
        "day; where it is not written each desk reads the law its own way.",
    ),
    parameters={
        "cutoff": Parameter("time", Text(vi="Mốc giờ tiếp nhận", en="Cut-off hour of receipt"), "15:00"),
        "codes": Parameter(
            "texts",
            Text(
                vi="Mã các thủ tục mà pháp luật quy định giải quyết trong ngày",
                en="Codes of the procedures that the law wants dealt with on the day",
            ),
            (),
        ),
    },
    on_procedure=Hook(
        "DEF-TIME-05",
        _defined,
        Text(
            vi="Quy trình giải quyết trong ngày không ghi mốc giờ tiếp nhận {cutoff_required}.",
            en="The procedure promises the result on the day and does not state the cut-off hour "
            "{cutoff_required}.",
        ),
        variants={
            "not-declared": Text(
                vi="Thủ tục mã {code} phải giải quyết trong ngày, quy trình không ghi như vậy.",
                en="The procedure with the code {code} is due on the day; its definition does not say so.",
            ),
            "other-hour": Text(
                vi="Quy trình ghi mốc giờ tiếp nhận {cutoff}, khác mốc giờ quy định {cutoff_required}.",
                en="The procedure states the cut-off hour {cutoff}; the one prescribed is {cutoff_required}.",
            ),
            "no-effect": Text(
                vi="Quy trình không ghi hồ sơ nhận sau {cutoff} được trả vào ngày làm việc tiếp theo.",
                en="The procedure does not say that a dossier received after {cutoff} is due on the next "
                "working day.",
            ),
        },
    ),
    bad={
        "DEF-TIME-05": Example(
            Text(
                vi="Thủ tục giải quyết trong ngày không ghi mốc 15 giờ.",
                en="A same-day procedure without the cut-off at 15:00.",
            ),
            procedure={"same_day": True},
        )
    },
    good={
        "DEF-TIME-05": Example(
            Text(
                vi="Thủ tục giải quyết trong ngày, nhận sau 15 giờ thì trả ngày làm việc tiếp theo.",
                en="A same-day procedure; dossiers received after 15:00 are due on the next working day.",
            ),
            procedure={"same_day": True, "cutoff": "15:00", "cutoff_effect": "start_next_working_day"},
        )
    },
)
