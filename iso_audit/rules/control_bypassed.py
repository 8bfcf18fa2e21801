"""Can a run go around a control although it reaches what the control guards?"""

from __future__ import annotations

from iso_audit.analysis.bypass import bypasses, controls
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Each step marked as a control is one question; a negotiable one is told as an observation."""
    marked = controls(study)
    if not marked:
        return NOT_APPLICABLE
    if not study.is_decided:
        return Answer(unknowns=(Unknown("unsound"),))
    breaches = [
        Breach(
            found.control.id,
            {
                "step": found.control.id,
                "step_guarded": found.guarded.id,
                "outcomes": found.outcomes,
                "choice": found.parting,
                "run": found.run,
            },
            Grade.OBSERVATION if found.control.negotiable else None,
            variant="choice" if found.parting else "",
        )
        for found in bypasses(study, marked)
    ]
    return Answer(len(marked), tuple(breaches))


RULE = Rule(
    name="control-bypassed",
    title=Text(vi="Bước kiểm soát bị bỏ qua", en="A control that can be bypassed"),
    why=Text(
        vi="Một bước kiểm soát chỉ có giá trị khi hồ sơ nào cũng phải qua nó trước khi ký hoặc trả kết quả.",
        en="A control is worth something only if no dossier is signed or returned without it.",
    ),
    on_procedure=Hook(
        "DEF-ROLE-07",
        _defined,
        Text(
            vi="Có hồ sơ đến bước «{step_guarded}» mà không qua bước kiểm soát «{step}».",
            en="A dossier can come to the step “{step_guarded}” without the control “{step}”.",
        ),
        variants={
            "choice": Text(
                vi="Khi chọn «{choice}», hồ sơ đến bước «{step_guarded}» mà không qua bước kiểm soát "
                "«{step}».",
                en="On “{choice}” a dossier comes to the step “{step_guarded}” without the control “{step}”.",
            )
        },
    ),
    bad={
        "DEF-ROLE-07": Example(
            Text(
                vi="Hồ sơ khẩn đi thẳng từ dự thảo đến ký duyệt, bỏ qua bước soát xét.",
                en="Urgent dossiers go from the draft straight to signature, around the review.",
            ),
            procedure={
                "steps": {
                    "review": {"control": True},
                    "draft": {"next": {"ordinary": "review", "urgent": "approve"}},
                }
            },
        )
    },
    good={
        "DEF-ROLE-07": Example(
            Text(
                vi="Mọi hồ sơ đều qua bước soát xét trước khi ký duyệt.",
                en="Every dossier passes the review before it is signed.",
            ),
            procedure={"steps": {"review": {"control": True}}},
        )
    },
)
