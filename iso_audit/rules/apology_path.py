"""Does the procedure provide for the apology that an overdue dossier calls for?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """A step that apologises, with a role that prepares the letter and one that approves it."""
    apologies = study.procedure.of_kind("apologise")
    if not apologies:
        if study.procedure.is_partial:
            return Answer(unknowns=(Unknown("printed-table", facts={"kinds": ("apologise",)}),))
        return Answer(1, (Breach(facts={"kind": "apologise"}),))
    if any(step.role and _approved(study, step) for step in apologies):
        return HOLDS
    step = apologies[0]
    variant = "no-approver" if step.role else "no-producer"
    return Answer(1, (Breach(step.id, {"step": step.id}, variant=variant),))


def _approved(study: Study, apology: Step) -> bool:
    """Whether a leader writes it, it is submitted to somebody, or a signature follows."""
    role = study.organisation.roles.get(apology.role)
    steps = study.procedure.by_id
    signed = any(steps[name].is_a("approve_sign") for name in study.followers(apology.id))
    return bool(apology.submits_to) or signed or (role is not None and role.is_leader)


RULE = Rule(
    name="apology-path",
    title=Text(vi="Xin lỗi và hẹn lại khi quá hạn", en="Apology and new date when overdue"),
    why=Text(
        vi="Khi hồ sơ sẽ quá hạn, người nộp được xin lỗi bằng văn bản, biết lý do và ngày hẹn mới. Không "
        "quy định ai soạn, ai duyệt thì việc xin lỗi thường không được thực hiện.",
        en="When a dossier will be late, the applicant is due a written apology with the reason and a new "
        "date. Where nobody is named to prepare and to approve it, it is seldom written.",
    ),
    on_procedure=Hook(
        "DEF-STEP-06",
        _defined,
        Text(
            vi="Quy trình không quy định việc xin lỗi và hẹn lại ngày trả kết quả khi hồ sơ quá hạn.",
            en="The procedure does not provide for an apology and a new date when a dossier is overdue.",
        ),
        variants={
            "no-producer": Text(
                vi="Bước «{step}» không xác định vai trò soạn văn bản xin lỗi.",
                en="The step “{step}” does not name the role that prepares the apology.",
            ),
            "no-approver": Text(
                vi="Bước «{step}» không xác định vai trò duyệt văn bản xin lỗi.",
                en="The step “{step}” does not name the role that approves the apology.",
            ),
        },
    ),
    bad={
        "DEF-STEP-06": Example(
            Text(vi="Quy trình không có bước xin lỗi.", en="The procedure has no step that apologises."),
            procedure={"steps": {"apologise": None}},
        )
    },
    good={
        "DEF-STEP-06": Example(
            Text(
                vi="Lãnh đạo cơ quan trực tiếp ký văn bản xin lỗi.",
                en="The head of the authority writes the apology in person.",
            ),
            procedure={"steps": {"apologise": {"role": "chairman", "submits_to": None}}},
        )
    },
)
