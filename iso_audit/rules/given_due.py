"""Is the due date that the source gives the one that the law and the calendar give?"""

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
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind
from iso_audit.text import Text


def _as_computed(kind: DossierKind, requirement: Requirement) -> Answer:
    """Days are compared, with and without pauses; a date that an apology set anew is another matter."""
    if kind.facts.get("promise_beyond") == YES:
        return NOT_APPLICABLE
    differs = kind.facts.get("given_due_differs", CANNOT_TELL)
    if differs == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-due-date"),))
    if differs != YES:
        return HOLDS
    variant = "later" if kind.facts.get("given_due_later") == YES else "earlier"
    return Answer(1, (Breach(variant=variant, grade=requirement.grade_of(variant)),))


RULE = Rule(
    name="given-due",
    title=Text(vi="Hạn giải quyết trong phần mềm", en="Due dates of the software"),
    why=Text(
        vi="Phần mềm tính tỷ lệ đúng hạn theo hạn do chính nó ghi. Hạn ghi muộn hơn thời hạn quy định làm hồ "
        "sơ chậm vẫn được thống kê là đúng hạn; lỗi thường nằm ở lịch nghỉ, ngày làm bù hoặc thời hạn được "
        "cài đặt.",
        en="The software counts punctuality by the due date it holds. A date later than the time "
        "allowed makes "
        "late dossiers count as punctual; the fault mostly lies in its holidays, make-up days or limits.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi hạn muộn hơn (later) hoặc sớm hơn (earlier)",
                en="Own grade of a later and of an earlier date (later, earlier)",
            ),
            {"earlier": "observation"},
        ),
    },
    on_dossier=Hook(
        "TIM-11",
        _as_computed,
        Text(
            vi="{failed} trong {checked} hồ sơ có hạn ghi trong phần mềm khác ngày đến hạn tính theo "
            "thời hạn "
            "giải quyết và lịch làm việc.",
            en="For {failed} of {checked} dossiers the due date in the software is not the one "
            "counted from the "
            "time allowed and the calendar.",
        ),
        needs=("dossiers.due_at",),
        variants={
            "later": Text(
                vi="{failed} trong {checked} hồ sơ có hạn ghi trong phần mềm muộn hơn ngày đến hạn tính theo "
                "thời hạn giải quyết và lịch làm việc.",
                en="For {failed} of {checked} dossiers the due date in the software is later than the one "
                "counted from the time allowed and the calendar.",
            ),
            "earlier": Text(
                vi="{failed} trong {checked} hồ sơ có hạn ghi trong phần mềm sớm hơn ngày đến hạn tính theo "
                "thời hạn giải quyết và lịch làm việc.",
                en="For {failed} of {checked} dossiers the due date in the software is earlier than the one "
                "counted from the time allowed and the calendar.",
            ),
        },
    ),
    bad={
        "TIM-11": Example(
            Text(
                vi="Phần mềm ghi hạn muộn hơn một ngày làm việc.",
                en="The software's due date is one working day late.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"due_at": "2026-03-17T17:00:00"}},),
        )
    },
    good={
        "TIM-11": Example(
            Text(
                vi="Phần mềm ghi hạn đúng ngày đến hạn.",
                en="The software's due date is the day that the law gives.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"due_at": "2026-03-16T17:00:00"}},),
        )
    },
)
