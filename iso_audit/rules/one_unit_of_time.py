"""Do all limits of a procedure count the same kind of day?"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from iso_audit.analysis.allowance import allowances, waiting
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Limit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule
from iso_audit.text import Text, folded

PLAIN_DAY = re.compile(r"\bngay\b(?! lam viec)")


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Hours and working days are one family (8 hours a day), days by the calendar another.

    Both readings are computed: figures as printed, and with 5 working days as 7 days. Major where
    the longest run no longer fits the limit by the calendar (by the second reading where no calendar
    is known). A table whose cells say "ngày" under a head
    that says "ngày làm việc" is read by its head; the wording alone is told.
    """
    limits = _limits(study)
    if not limits:
        return NOT_APPLICABLE
    working = [limit for limit in limits if limit.unit.is_working]
    calendar = [limit for limit in limits if not limit.unit.is_working] if len(working) < len(limits) else []
    if not working or not calendar:
        plain = [limit for limit in working if limit.printed and PLAIN_DAY.search(folded(limit.printed))]
        if not plain:
            return Answer(checked=1)
        facts = {"printed": plain[0].printed}
        return Answer(1, (Breach("", facts, place=plain[0].place, variant="wording"),))
    readings, is_too_long = _readings(study)
    both = {"limit_working": working[0], "limit_calendar": calendar[0], **readings}
    return Answer(1, (Breach("", both, Grade.MAJOR if is_too_long else None, calendar[0].place),))


def _readings(study: Study) -> tuple[dict[str, object], bool]:
    """Both readings of the longest run that mixes units, and whether the converted one is too long."""
    mixed = [allowance for allowance in allowances(study) if allowance.is_mixed]
    too_long = [
        each for each in mixed
        if (each.converted.exceeds(each.limit) if each.worst is None else each.is_commonly_too_long)
    ]  # fmt: skip
    for shown in (*too_long, *mixed)[:1]:
        rounded = replace(shown.converted, value=round(shown.converted.value or Fraction(0), 1))
        read = {"reading_printed": shown.as_printed, "reading_converted": rounded}
        return {"limit": shown.limit, **read}, bool(too_long)
    return {}, False


def _limits(study: Study) -> list[Limit]:
    """Every limit that is a number and counts towards the whole."""
    procedure, away = study.procedure, waiting(study)
    found = [*procedure.limits.values(), *(group.limit for group in procedure.limit_groups)]
    found += [part.limit for part in procedure.parts if part.limit is not None]
    found += [s.limit for s in procedure.steps if s.limit is not None and s.id not in away]
    return [limit for limit in found if limit.value]


RULE = Rule(
    name="one-unit-of-time",
    title=Text(vi="Một loại đơn vị thời gian", en="One kind of unit of time"),
    why=Text(
        vi="«Ngày» và «ngày làm việc» cho hai ngày hẹn trả khác nhau; dùng lẫn trong một quy trình thì "
        "không thể cộng và mỗi người hiểu một cách.",
        en="Days and working days give different due dates; where one procedure mixes them they cannot be "
        "added, and everybody reads them differently.",
    ),
    on_procedure=Hook(
        "DEF-TIME-02",
        _defined,
        Text(
            vi="Quy trình dùng lẫn thời hạn theo ngày làm việc ({limit_working}) và theo ngày lịch "
            "({limit_calendar}) mà không nêu cách quy đổi.",
            en="The procedure mixes limits in working time ({limit_working}) and in calendar time "
            "({limit_calendar}) and does not say how they convert.",
        ),
        variants={
            "wording": Text(
                vi="Quy trình viết lẫn «ngày» ({printed}) và «ngày làm việc» cho cùng một loại thời hạn.",
                en="The procedure writes “days” ({printed}) beside “working days” for one and the same kind "
                "of limit.",
            )
        },
    ),
    bad={
        "DEF-TIME-02": Example(
            Text(
                vi="Kiểm tra thực địa ghi «2 ngày», các bước khác ghi «ngày làm việc».",
                en="The site visit takes 2 days, all other steps count working days.",
            ),
            procedure={"steps": {"site-visit": {"limit": "2 d"}}},
        )
    },
    good={
        "DEF-TIME-02": Example(
            Text(
                vi="Giờ làm việc và ngày làm việc dùng chung: 8 giờ là một ngày.",
                en="Working hours beside working days: 8 hours are one day.",
            ),
            procedure={"steps": {"site-visit": {"limit": "16 wh"}}},
        )
    },
)
