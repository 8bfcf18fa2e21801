"""Does every part of the whole limit belong to some step?"""

from __future__ import annotations

from iso_audit.analysis.allowance import allowances, waiting
from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """The longest run against the whole limit: what is left over has no owner, or the total is stale.

    A same-day procedure promises the day and not eight hours, so nothing can be left over; neither
    can it in a case that the steps do not tell apart. Where steps have no limit at all (DEF-TIME-04)
    the rest may be theirs.
    """
    if not study.structure.is_sound:
        return Answer(unknowns=(Unknown("unsound"),))
    procedure = study.procedure
    flows = (flow for step in procedure.steps for flow in step.flows)
    told_apart = {"default", *(flow.case for flow in flows)} & set(procedure.limits)
    checked, breaches, unknowns = 0, [], []
    for allowance in allowances(study):
        if procedure.same_day or allowance.of_parts or allowance.end:
            continue
        if not (allowance.part or allowance.case in told_apart):
            continue
        facts = {"limit": allowance.limit, "longest": allowance.taken, "run": allowance.longest.path}
        left = allowance.left
        if allowance.is_mixed:
            unknowns.append(Unknown("mixed-units", facts=facts))
        elif (left.value or 0) > 0 and _some_untimed(study, allowance.part):
            unknowns.append(Unknown("untimed-steps", facts=facts))
        else:
            checked += 1
            if (left.value or 0) > 0:
                variant = f"part {allowance.part}" if allowance.part else allowance.case
                variant = "" if variant == "default" else variant
                facts |= {"left": left, "case": allowance.case, "part": allowance.part}
                facts["unit"] = next((p.unit for p in procedure.parts if p.id == allowance.part), "")
                breaches.append(Breach("", facts, place=allowance.limit.place, variant=variant))
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _some_untimed(study: Study, part: str) -> bool:
    """Whether a step of the office has no time cell at all (words such as "not timed" are a cell)."""
    procedure, away = study.procedure, waiting(study)
    grouped = {name for group in procedure.limit_groups for name in group.steps}
    return any(
        step.id not in grouped and not (step.is_silent or step.anytime or step.id in away)
        for step in procedure.steps
        if step.limit is None and (not part or step.part == part)
    )


RULE = Rule(
    name="unallocated-time",
    title=Text(vi="Thời gian chưa phân bổ cho bước nào", en="Time that no step owns"),
    why=Text(
        vi="Phần thời gian không thuộc bước nào thì không ai quản lý, hoặc cho thấy tổng thời gian ghi "
        "trong quy trình đã cũ so với các bước.",
        en="Time that belongs to no step is nobody's to control, or shows that the printed total no longer "
        "matches the steps.",
    ),
    on_procedure=Hook(
        "DEF-TIME-06",
        _defined,
        Text(
            vi="Thời hạn giải quyết là {limit}, các bước theo đường đi dài nhất chỉ dùng {longest}; {left} "
            "không thuộc bước nào.",
            en="The limit is {limit}; on the longest way the steps take {longest} of it; no step accounts "
            "for {left}.",
        ),
        variants={
            "part": Text(
                vi="Thời hạn phần việc của {unit} là {limit}, các bước theo đường đi dài nhất chỉ dùng "
                "{longest}; {left} không thuộc bước nào.",
                en="The limit of the part of {unit} is {limit}; on the longest way its steps take {longest} "
                "of it; no step accounts for {left}.",
            )
        },
    ),
    bad={
        "DEF-TIME-06": Example(
            Text(
                vi="Các bước cộng lại 9 ngày, thời hạn giải quyết vẫn ghi 10 ngày.",
                en="The steps take 9 days, the limit still says 10.",
            ),
            procedure={"steps": {"appraise": {"limit": "2 wd"}}},
        )
    },
    good={
        "DEF-TIME-06": Example(
            Text(
                vi="Một thời hạn chung cho hai bước, tính một lần.",
                en="One limit shared by two steps, counted once.",
            ),
            procedure={
                "limit_groups": [{"steps": ["appraise", "draft"], "limit": "4 wd"}],
                "steps": {"appraise": {"limit": None}, "draft": {"limit": None}},
            },
        )
    },
)
