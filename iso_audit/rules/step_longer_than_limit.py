"""Does a single step claim more time than the whole procedure has?"""

from __future__ import annotations

import re

from iso_audit.analysis.allowance import in_days, waiting
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Limit, Procedure, Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text, folded

EXTENSION = re.compile(r"keo dai|gia han|extend|extension")


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """The time cell of each step, and the time its wording states, against the longest case's limit.

    Major where nothing provides for an extension; a printed table may not show one, so it keeps
    the requirement's grade.
    """
    procedure = study.procedure
    whole = _longest_case(procedure)
    if whole is None:
        return NOT_APPLICABLE
    extensible = procedure.is_partial or _extensible(procedure)
    most = whole.nominal_seconds or 0
    checked, breaches, unknowns = 0, [], []
    for step, limit in _stated(study):
        if limit.unit is whole.unit and (limit.nominal_seconds or 0) <= most:
            checked += 1
            continue
        longer = limit.exceeds(whole)
        is_open = longer is None and in_days(limit) > in_days(whole)
        checked += not is_open
        facts = {"step": step.id, "step_limit": limit, "limit": whole} if longer or is_open else {}
        if is_open:
            unknowns.append(Unknown("mixed-units", step.id, facts))
        elif longer:
            breaches.append(Breach(step.id, facts, None if extensible else Grade.MAJOR, limit.place))
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _longest_case(procedure: Procedure) -> Limit | None:
    numbered = [limit for limit in procedure.limits.values() if limit.value]
    return max(numbered, key=lambda limit: limit.nominal_seconds or 0, default=None)


def _stated(study: Study) -> list[tuple[Step, Limit]]:
    """Longest time that each counted step states, in its cell or in its words."""
    away = waiting(study)
    found = []
    for step in study.procedure.steps:
        limit, stated = step.limit, step.stated_limit
        if stated is not None and stated.value:
            own = limit.nominal_seconds if limit is not None and limit.value else None
            if own is None or own < (stated.nominal_seconds or 0):
                limit = stated
        if limit is not None and limit.value and step.id not in away:
            found.append((step, limit))
    return found


def _extensible(procedure: Procedure) -> bool:
    """Whether the printed words of a limit provide for more time."""
    limits = [*procedure.limits.values(), *(group.limit for group in procedure.limit_groups)]
    return any(EXTENSION.search(folded(limit.printed)) for limit in limits)


RULE = Rule(
    name="step-longer-than-limit",
    title=Text(vi="Thời hạn một bước dài hơn cả thủ tục", en="A step longer than the whole"),
    why=Text(
        vi="Bước được phép làm lâu hơn thời hạn của cả thủ tục thì hồ sơ làm đúng quy trình vẫn quá hạn.",
        en="Where one step may take longer than the whole procedure, a dossier handled as written is late.",
    ),
    on_procedure=Hook(
        "DEF-TIME-08",
        _defined,
        Text(
            vi="Bước «{step}» được ghi {step_limit}, dài hơn thời hạn {limit} của cả thủ tục.",
            en="The step “{step}” states {step_limit}, longer than the {limit} of the whole procedure.",
        ),
    ),
    bad={
        "DEF-TIME-08": Example(
            Text(
                vi="Nội dung bước lấy ý kiến nêu 25 ngày làm việc, thời hạn của thủ tục là 10 ngày làm việc.",
                en="The wording of the consultation speaks of 25 working days, the whole limit is 10.",
            ),
            procedure={"steps": {"consult": {"stated_limit": "25 wd"}}},
        )
    },
    good={
        "DEF-TIME-08": Example(
            Text(
                vi="Trường hợp phải xác minh có thời hạn riêng dài hơn.",
                en="A case that needs verification has a longer limit of its own.",
            ),
            procedure={
                "limit": {"default": "10 wd", "verification": "30 wd"},
                "steps": {"consult": {"limit": None, "stated_limit": "25 wd"}},
            },
        )
    },
)
