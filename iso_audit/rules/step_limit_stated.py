"""Does every step that people carry out say how long it may take?"""

from __future__ import annotations

from iso_audit.analysis.allowance import waiting
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule
from iso_audit.text import Text


def _defined(study: Study, requirement: Requirement) -> Answer:
    """A number over zero; at the desk (and where papers are filed afterwards) words will do.

    A document that sets no time at all is one finding of its own (DEF-TIME-07), not one per step.
    A printed table shows its time cells, so it is judged like any other procedure.
    """
    procedure = study.procedure
    if not _sets_times(procedure):
        return NOT_APPLICABLE
    grouped = {name for group in procedure.limit_groups for name in group.steps}
    exempt, words_do = frozenset(requirement.names("exempt")), frozenset(requirement.names("words_do"))
    # the office works there while the dossier's clock runs, and no group gives it a limit
    passed = grouped | waiting(study)
    asked = [
        step for step in procedure.steps
        if step.id not in passed and exempt.isdisjoint(step.kinds) and not (step.is_silent or step.anytime)
    ]  # fmt: skip
    breaches = []
    for step in asked:
        limit = step.limit if step.limit is not None else step.stated_limit
        in_words = limit is not None and not limit.value
        if limit is None or (in_words and words_do.isdisjoint(step.kinds)):
            facts = {"step": step.id, "printed": limit.printed if limit is not None else ""}
            breaches.append(Breach(step.id, facts, variant="" if limit is None else "words"))
    return Answer(checked=len(asked), breaches=tuple(breaches))


def _sets_times(procedure: Procedure) -> bool:
    """Whether the document sets a time anywhere: for the whole, a group, a part or a step."""
    limits: list[Limit | None] = [step.limit for step in procedure.steps]
    limits += [*procedure.limits.values(), *(group.limit for group in procedure.limit_groups)]
    limits += [part.limit for part in procedure.parts]
    return procedure.same_day or any(limit is not None and limit.value for limit in limits)


RULE = Rule(
    name="step-limit-stated",
    title=Text(vi="Thời hạn của từng bước", en="A limit for every step"),
    why=Text(
        vi="Bước không có thời hạn thì không ai biết hồ sơ đang chậm ở đâu, và tổng thời gian của quy trình "
        "không kiểm tra được.",
        en="At a step without a limit nobody can tell that a dossier is late there, and the sum of the "
        "steps cannot be verified.",
    ),
    parameters={
        "words_do": Parameter(
            "names",
            Text(
                vi="Các bước được ghi «Không tính thời gian», «Giờ hành chính» thay cho con số",
                en="Steps at which words such as “not timed” or “office hours” stand for a number",
            ),
            ("receive", "return_result", "archive"),
        ),
        "exempt": Parameter(
            "names",
            Text(vi="Các bước không đòi hỏi thời hạn", en="Steps of which no limit is asked"),
            ("submit", "apologise", "stop", "withdraw"),
        ),
    },
    on_procedure=Hook(
        "DEF-TIME-04",
        _defined,
        Text(vi="Bước «{step}» không có thời hạn thực hiện.", en="The step “{step}” has no time limit."),
        variants={
            "words": Text(
                vi="Bước «{step}» ghi «{printed}», không có thời hạn bằng số.",
                en="The step “{step}” states “{printed}” and no limit in figures.",
            )
        },
    ),
    bad={
        "DEF-TIME-04": Example(
            Text(
                vi="Bước soát xét ghi «Không tính thời gian».",
                en="The review states that its time is not counted.",
            ),
            procedure={"limit": "9.5 wd", "steps": {"review": {"limit": "Không tính thời gian"}}},
        )
    },
    good={
        "DEF-TIME-04": Example(
            Text(
                vi="Bước trả kết quả ghi «Giờ hành chính».",
                en="The return of the result takes place in office hours.",
            ),
            procedure={"limit": "9.75 wd", "steps": {"return": {"limit": "Giờ hành chính"}}},
        )
    },
)
