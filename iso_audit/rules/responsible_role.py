"""Does every step name one role or unit that exists and that answers for it?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text

AGENCY = (
    "receive", "check", "issue_receipt", "transfer_in", "assign", "appraise", "draft_result", "review",
    "approve_sign", "number_stamp", "return_result", "archive",
)  # fmt: skip


def _defined(study: Study, requirement: Requirement) -> Answer:
    """A printed table shows who is responsible, so it is judged too.

    Only where nobody was read from its cell the question is open: a sentence may stand there.
    """
    steps = [step for step in study.procedure.steps if not step.is_silent]
    agency = frozenset(requirement.names("agency"))
    breaches, unknowns = [], []
    for step in steps:
        variant = _want(study, step, agency)
        if variant == "nobody" and study.procedure.is_partial:
            unknowns.append(Unknown("printed-table", step.id))
        elif variant:
            facts = {"step": step.id, "role": step.role, "unit": step.unit}
            breaches.append(Breach(step.id, facts, variant=variant))
    return Answer(len(steps) - len(unknowns), tuple(breaches), tuple(unknowns))


def _want(study: Study, step: Step, agency: frozenset[str]) -> str:
    """What is wrong with the responsibility for a step; empty where nothing is."""
    if not step.role and not step.unit:
        return "nobody"
    role = study.organisation.roles.get(step.role)
    if step.role and role is None:
        return "unknown-role"
    if step.unit and step.unit not in study.organisation.units:
        return "unknown-unit"
    is_applicants = role is not None and role.is_applicant
    return "applicant" if is_applicants and not agency.isdisjoint(step.kinds) else ""


RULE = Rule(
    name="responsible-role",
    title=Text(vi="Trách nhiệm thực hiện từng bước", en="Responsibility for each step"),
    why=Text(
        vi="Việc không giao cho ai, hoặc giao cho một vai trò không có trong tổ chức, thì không ai chịu "
        "trách nhiệm khi chậm hoặc sai.",
        en="Work that is given to nobody, or to a role that the organisation does not have, has nobody to "
        "answer for it when it is late or wrong.",
    ),
    parameters={
        "agency": Parameter(
            "names",
            Text(
                vi="Các bước thuộc trách nhiệm của cơ quan, không giao cho người nộp hồ sơ",
                en="Steps that are the office's own and never the applicant's",
            ),
            AGENCY,
        ),
    },
    on_procedure=Hook(
        "DEF-ROLE-01",
        _defined,
        Text(
            vi="Bước «{step}» không xác định được vai trò chịu trách nhiệm.",
            en="Nobody can be held responsible for the step “{step}”.",
        ),
        variants={
            "nobody": Text(
                vi="Bước «{step}» không ghi vai trò hoặc đơn vị chịu trách nhiệm.",
                en="The step “{step}” names no responsible role or unit.",
            ),
            "unknown-role": Text(
                vi="Bước «{step}» giao cho vai trò «{role}» không có trong cơ cấu tổ chức.",
                en="The step “{step}” is given to the role “{role}”, which the organisation does not have.",
            ),
            "unknown-unit": Text(
                vi="Bước «{step}» giao cho đơn vị «{unit}» không có trong cơ cấu tổ chức.",
                en="The step “{step}” is given to the unit “{unit}”, which the organisation does not have.",
            ),
            "applicant": Text(
                vi="Bước «{step}» thuộc trách nhiệm của cơ quan nhưng giao cho người nộp hồ sơ.",
                en="The step “{step}” is the office's own work and is given to the applicant.",
            ),
        },
    ),
    bad={
        "DEF-ROLE-01": Example(
            Text(
                vi="Bước lưu hồ sơ giao cho một vai trò không có trong cơ cấu tổ chức.",
                en="Filing is given to a role that the organisation does not have.",
            ),
            procedure={"steps": {"archive": {"role": "keeper-of-records"}}},
        )
    },
    good={
        "DEF-ROLE-01": Example(
            Text(
                vi="Bước lưu hồ sơ giao cho đơn vị thay vì vai trò.",
                en="Filing is given to a unit instead of a role.",
            ),
            procedure={"steps": {"archive": {"role": None, "unit": "one-stop-desk"}}},
        )
    },
)
