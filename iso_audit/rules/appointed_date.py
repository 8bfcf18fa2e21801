"""Is the return date on the receipt slip the one that the law gives?"""

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


def _appointed(kind: DossierKind, requirement: Requirement) -> Answer:
    """Days are compared: an earlier date is a promise the office may make, a later one it may not.

    Who was turned away got no date.
    """
    later = kind.facts.get("appointed_later", CANNOT_TELL)
    if later == CANNOT_TELL and kind.facts.get("broken_off") == YES:
        return NOT_APPLICABLE
    if later == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-date"),))
    if later == YES:
        return Answer(1, (Breach(variant="later", grade=requirement.grade_of("later")),))
    if requirement.parameters.get("exact") and kind.facts.get("appointed_differs") == YES:
        return Answer(1, (Breach(variant="earlier", grade=requirement.grade_of("earlier")),))
    return HOLDS


RULE = Rule(
    name="appointed-date",
    title=Text(vi="Ngày hẹn trả kết quả", en="Return date on the slip"),
    why=Text(
        vi="Ngày hẹn trả là lời cam kết với người nộp hồ sơ. Hẹn muộn hơn thời hạn quy định làm cho hồ sơ "
        "chậm vẫn được thống kê là đúng hạn.",
        en="The return date is the office's promise to the applicant. A date later than the time allowed "
        "makes late dossiers count as punctual.",
    ),
    parameters={
        "exact": Parameter(
            "flag",
            Text(vi="Hẹn sớm hơn cũng là không đúng", en="An earlier date is a breach, too"),
            False,
        ),
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi hẹn muộn hơn (later) hoặc sớm hơn (earlier)",
                en="Own grade of a later and of an earlier date (later, earlier)",
            ),
        ),
    },
    on_dossier=Hook(
        "INT-02",
        _appointed,
        Text(
            vi="{failed} trong {checked} hồ sơ có ngày hẹn trả muộn hơn ngày đến hạn tính theo thời hạn giải "
            "quyết và lịch làm việc.",
            en="For {failed} of {checked} dossiers the appointed day is later than the due day counted from "
            "the time allowed and the calendar.",
        ),
        needs=("dossiers.appointed_at",),
        variants={
            "earlier": Text(
                vi="{failed} trong {checked} hồ sơ có ngày hẹn trả sớm hơn ngày đến hạn.",
                en="For {failed} of {checked} dossiers the appointed day is earlier than the due day.",
            ),
        },
    ),
    bad={
        "INT-02": Example(
            Text(
                vi="Ngày hẹn trả muộn hơn ngày đến hạn một ngày làm việc.",
                en="The appointed day is one working day after the due day.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"appointed_at": "2026-03-17T17:00:00"}},),
        )
    },
    good={
        "INT-02": Example(
            Text(
                vi="Cơ quan hẹn trả sớm hơn một ngày so với thời hạn.",
                en="The office appoints a day earlier than the time allowed.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"appointed_at": "2026-03-13T17:00:00"}},),
        )
    },
)
