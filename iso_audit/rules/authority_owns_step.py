"""Does an authority to whom the text submits a dossier have a step of its own?"""

from __future__ import annotations

from iso_audit.analysis.staffing import stands_for
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Told once for each authority; major where it is the one that signs the result.

    A printed table shows both the wording and who owns a row, so it is judged too.
    """
    procedure = study.procedure
    owners = {step.role for step in procedure.steps if step.role}
    named: dict[str, str] = {}
    for step in procedure.steps:
        for role in step.submits_to:
            named.setdefault(role, step.id)
    breaches = []
    for role, name in named.items():
        if not any(stands_for(study.organisation, owner, role) for owner in owners):
            grade = Grade.MAJOR if role == procedure.authority else None
            breaches.append(Breach(name, {"step": name, "role": role}, grade, variant=role))
    return Answer(checked=len(named), breaches=tuple(breaches))


RULE = Rule(
    name="authority-owns-step",
    title=Text(vi="Cấp được trình phải có bước", en="An authority named must own a step"),
    why=Text(
        vi="Quy trình viết «trình … phê duyệt» mà không có bước của cấp phê duyệt thì thời gian và trách "
        "nhiệm ở đó không được kiểm soát.",
        en="Where the text submits a dossier “for approval” and the approving authority has no step, nobody "
        "controls the time spent there nor answers for it.",
    ),
    on_procedure=Hook(
        "DEF-ROLE-04",
        _defined,
        Text(
            vi="Bước «{step}» trình {role}, nhưng quy trình không có bước nào của cấp này.",
            en="The step “{step}” submits to the {role}, who has no step in the procedure.",
        ),
    ),
    bad={
        "DEF-ROLE-04": Example(
            Text(
                vi="Bước soát xét trình Công an xã, trong khi không bước nào thuộc Công an xã.",
                en="The review submits to the police, who own no step.",
            ),
            procedure={"steps": {"review": {"submits_to": "police-officer"}}},
        )
    },
    good={
        "DEF-ROLE-04": Example(
            Text(vi="Trưởng phòng trình Chủ tịch ký.", en="The head of division submits to the chairman."),
            procedure={"steps": {"review": {"submits_to": "chairman"}}},
        )
    },
)
