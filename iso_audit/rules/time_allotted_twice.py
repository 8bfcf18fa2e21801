"""Is the time of each step stated once, or in two ways of which only one can hold?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Limit, Procedure, Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """One limit for each step: its own, or one that it shares; its wording says the same.

    A wording that is longer than the whole procedure is told by DEF-TIME-08 and not again; beside a
    printed time cell it may count from another moment than the step's beginning, and is not compared.
    """
    procedure = study.procedure
    shared: dict[str, list[Limit]] = {}
    for group in procedure.limit_groups:
        for name in group.steps:
            shared.setdefault(name, []).append(group.limit)
    timed = [s for s in procedure.steps if s.id in shared or s.limit is not None]
    return Answer(len(timed), tuple(b for step in timed for b in _twice(procedure, step, shared)))


def _twice(procedure: Procedure, step: Step, shared: dict[str, list[Limit]]) -> list[Breach]:
    own, stated, groups = step.limit, step.stated_limit, shared.get(step.id, [])
    if len(groups) > 1:
        facts = {"step": step.id, "step_limit": groups[0], "limit_other": groups[1]}
        return [Breach(step.id, facts, place=groups[1].place, variant="two-groups")]
    if groups and own is not None and own.value:
        facts = {"step": step.id, "step_limit": own, "limit_other": groups[0]}
        return [Breach(step.id, facts, place=own.place, variant="group-and-own")]
    given = groups[0] if groups else own
    if given is None or stated is None or not given.value or not stated.value:
        return []
    if procedure.is_partial:
        return []
    whole = max((n for each in procedure.limits.values() if (n := each.nominal_seconds)), default=None)
    if whole is not None and (stated.nominal_seconds or 0) > whole:
        return []
    if (stated.exceeds(given), given.exceeds(stated)) == (False, False):
        return []
    facts = {"step": step.id, "step_limit": given, "limit_other": stated}
    return [Breach(step.id, facts, place=stated.place)]


RULE = Rule(
    name="time-allotted-twice",
    title=Text(vi="Thời hạn của một bước được quy định hai lần", en="Time of a step that is given twice"),
    why=Text(
        vi="Một bước có hai thời hạn khác nhau thì không ai biết phải theo thời hạn nào, và tổng thời gian "
        "có hai cách cộng.",
        en="Where a step has two limits nobody knows which one holds, and the sum of the steps can be "
        "reckoned in two ways.",
    ),
    on_procedure=Hook(
        "DEF-TIME-10",
        _defined,
        Text(
            vi="Bước «{step}» có thời hạn {step_limit}, nhưng nội dung bước ghi {limit_other}.",
            en="The step “{step}” has a limit of {step_limit}, and its wording says {limit_other}.",
        ),
        variants={
            "two-groups": Text(
                vi="Bước «{step}» nằm trong hai nhóm có thời hạn chung: {step_limit} và {limit_other}.",
                en="The step “{step}” shares two limits with other steps: {step_limit} and {limit_other}.",
            ),
            "group-and-own": Text(
                vi="Bước «{step}» có thời hạn riêng {step_limit}, đồng thời thuộc nhóm có thời hạn chung "
                "{limit_other}.",
                en="The step “{step}” has {step_limit} of its own and shares a limit of {limit_other}.",
            ),
        },
    ),
    bad={
        "DEF-TIME-10": Example(
            Text(
                vi="Bước thẩm định ghi 3 ngày, nội dung bước lại nêu 5 ngày.",
                en="The appraisal has 3 days, and its wording speaks of 5.",
            ),
            procedure={"steps": {"appraise": {"stated_limit": "5 wd"}}},
        )
    },
    good={
        "DEF-TIME-10": Example(
            Text(
                vi="Nội dung bước nêu đúng thời hạn của bước, tính bằng giờ.",
                en="The wording states the limit of the step in hours.",
            ),
            procedure={"steps": {"appraise": {"stated_limit": "24 wh"}}},
        )
    },
)
