"""Is there a time limit for the whole procedure?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """A number for at least one case; words ("Không quy định") are named as what they are.

    Graver where the limit is not there at all, a compulsory part of a procedure, or where the announcement
    sets one. A drawing has no place for a limit; a printed table has one, and what it says is judged.
    """
    procedure = study.procedure
    if procedure.same_day or any(limit.value for limit in procedure.limits.values()):
        return HOLDS
    if procedure.extent == "drawing" and not procedure.limits:
        return Answer(unknowns=(Unknown("printed-table"),))
    announced = study.announced.limits.values() if study.announced is not None else ()
    words = next((limit for limit in procedure.limits.values()), None)
    is_left_out = words is None and not procedure.is_partial
    grade = Grade.MINOR if is_left_out or any(limit.value for limit in announced) else None
    place = procedure.place if words is None else words.place
    facts = {"printed": "" if words is None else words.printed}
    return Answer(1, (Breach("", facts, grade, place, variant="" if words is None else "words"),))


RULE = Rule(
    name="limit-stated",
    title=Text(vi="Thời hạn giải quyết của thủ tục", en="A limit for the whole procedure"),
    why=Text(
        vi="Không có thời hạn giải quyết thì không tính được ngày hẹn trả, và không thể nói hồ sơ đúng hạn "
        "hay quá hạn.",
        en="Without a limit no return date can be computed, and no dossier can be called on time or late.",
    ),
    on_procedure=Hook(
        "DEF-TIME-07",
        _defined,
        Text(
            vi="Quy trình không ghi thời hạn giải quyết của thủ tục.",
            en="The procedure states no time limit as a whole.",
        ),
        variants={
            "words": Text(
                vi="Thời hạn giải quyết của thủ tục chỉ được ghi bằng chữ, không có con số: «{printed}».",
                en="The time limit of the procedure is given in words, without a number: “{printed}”.",
            )
        },
    ),
    bad={
        "DEF-TIME-07": Example(
            Text(
                vi="Quy trình ghi «Không quy định».", en="The procedure states that no limit is prescribed."
            ),
            procedure={"limit": "Không quy định"},
        )
    },
    good={
        "DEF-TIME-07": Example(
            Text(
                vi="Thời hạn khác nhau theo trường hợp của hồ sơ.",
                en="The limit differs with the case of the dossier.",
            ),
            procedure={"limit": {"default": "10 wd", "verification": "15 wd"}},
        )
    },
)
