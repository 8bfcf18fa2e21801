"""Are the printed numbers of the steps unique and without gaps?"""

from __future__ import annotations

import re

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule
from iso_audit.text import Text, folded


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Each part counts by itself; steps without a number are rows of the step before, not gaps."""
    checked, breaches = 0, []
    parts: dict[str, list[Step]] = {}
    for step in study.procedure.steps:
        if step.number:
            parts.setdefault(step.part, []).append(step)
    for steps in parts.values():
        checked += len(steps)
        breaches += [*_twice(steps), *_gaps(steps)]
    return Answer(checked, tuple(breaches)) if checked else NOT_APPLICABLE


def _twice(steps: list[Step]) -> list[Breach]:
    first: dict[str, Step] = {}
    found = []
    for step in steps:
        earlier = first.setdefault(_label(step), step)
        if earlier is not step:
            facts = {"number": _label(step), "steps": (earlier.id, step.id)}
            found.append(Breach(step.id, facts, variant="twice"))
    return found


def _gaps(steps: list[Step]) -> list[Breach]:
    """Whole numbers that are missing between the lowest and the highest; 4a, 4b and 4.1 count as 4."""
    wholes = {whole: step for step in reversed(steps) if (whole := _whole(step)) is not None}
    found = []
    for before, after in zip(sorted(wholes), sorted(wholes)[1:], strict=False):
        missing = tuple(str(number) for number in range(before + 1, after))
        if missing:
            step = wholes[after]
            found.append(Breach(step.id, {"number": missing}, variant="gap"))
    return found


def _label(step: Step) -> str:
    """The number without the word before it and without leading zeros: "Bước 03" is 3."""
    return re.sub(r"^(?:buoc|step|b)?\s*0*(?=\d)", "", folded(step.number)).rstrip(".)")


def _whole(step: Step) -> int | None:
    figures = re.match(r"\d+", _label(step))
    return int(figures.group()) if figures else None


RULE = Rule(
    name="step-numbers",
    title=Text(vi="Số thứ tự các bước", en="Numbering of the steps"),
    why=Text(
        vi="Biểu mẫu, phần mềm và phiếu kiểm soát gọi bước bằng số thứ tự: số trùng hoặc thiếu thì không "
        "biết đang nói tới bước nào, hoặc đã mất một bước.",
        en="Forms, software and control sheets call a step by its number: where a number is used twice or "
        "missing, nobody knows which step is meant, or whether one was lost.",
    ),
    on_procedure=Hook(
        "DEF-NUM-01",
        _defined,
        Text(
            vi="Số thứ tự các bước không duy nhất hoặc không liên tục.",
            en="The numbers of the steps are not unique or not continuous.",
        ),
        variants={
            "twice": Text(
                vi="Số thứ tự {number} được dùng cho nhiều bước: {steps}.",
                en="The number {number} is given to several steps: {steps}.",
            ),
            "gap": Text(
                vi="Dãy số thứ tự các bước không có số {number}.",
                en="The numbers of the steps leave out {number}.",
            ),
        },
    ),
    bad={
        "DEF-NUM-01": Example(
            Text(vi="Số 3 dùng hai lần, không có số 4.", en="Number 3 is used twice and 4 is missing."),
            procedure={"steps": {"refuse-receipt": {"no": "03"}}},
        )
    },
    good={
        "DEF-NUM-01": Example(
            Text(
                vi="Bước xin lỗi nằm ngoài trình tự nên không có số.",
                en="The apology stands outside the sequence and has no number.",
            ),
            procedure={"steps": {"apologise": {"no": None}}},
        )
    },
)
