"""Does a dossier lie untouched for long while its clock runs?"""

from __future__ import annotations

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
from iso_audit.model.trace import CANNOT_TELL, YES, EventKind
from iso_audit.text import Text


def _went_on(kind: EventKind, requirement: Requirement) -> Answer:
    """Judge what followed each step; the dossier lay after it, whoever was to go on."""
    limit = requirement.parameters.get("stagnant_after")
    if limit is None or kind.step not in kind.procedure.by_id:
        return NOT_APPLICABLE
    lay = kind.facts.get("stagnant", CANNOT_TELL)
    if lay == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-start"),))
    return Answer(1, (Breach(facts={"stagnant_after": limit}),)) if lay == YES else HOLDS


RULE = Rule(
    name="stagnation",
    title=Text(vi="Hồ sơ để lâu không có hoạt động", en="Dossiers that lie untouched"),
    why=Text(
        vi="Thời hạn giải quyết vẫn tính trong khi không ai ghi nhận việc gì. Đây là điều cần xem xét, chưa "
        "phải vi phạm: có thể công việc đã làm mà chưa được ghi vào phần mềm.",
        en="The time allowed runs on while nobody records anything. This is something to look into and not "
        "yet a breach: work may have been done without being entered.",
    ),
    parameters={
        "stagnant_after": Parameter(
            "limit",
            Text(
                vi="Thời gian làm việc (giờ hoặc ngày làm việc) mà hồ sơ không được để yên quá",
                en="Working time (working hours or days) in which somebody has to touch a dossier",
            ),
        ),
    },
    on_event=Hook(
        "TIM-08",
        _went_on,
        Text(
            vi="Sau {failed} trong {checked} lượt thực hiện bước «{step}», hơn {stagnant_after} "
            "không có hoạt "
            "động nào được ghi nhận trong khi thời hạn vẫn tính; cần xem xét.",
            en="After {failed} of {checked} executions of the step “{step}” nothing was recorded for "
            "more than "
            "{stagnant_after} while the clock ran; to be looked into.",
        ),
    ),
    bad={
        "TIM-08": Example(
            Text(
                vi="Hồ sơ chuyển đến rồi để yên hơn ba ngày làm việc.",
                en="A dossier is handed over and lies for more than three working days.",
            ),
            log=({"dossier": "H62.014-260326-0001", "step": "assign", "drop": True},),
            requirement={"stagnant_after": "3 wd"},
        )
    },
    good={
        "TIM-08": Example(
            Text(
                vi="Sau khi có kết quả, người nộp đến nhận muộn: thời gian đó không tính.",
                en="The applicant collects the result late: what comes after the finish does not count.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"returned_at": "2026-03-25T08:10:00"}},),
        )
    },
)
