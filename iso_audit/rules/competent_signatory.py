"""Is the result signed by the authority that is competent for the procedure?"""

from __future__ import annotations

from iso_audit.analysis.signing import run_signed_by_others
from iso_audit.analysis.staffing import signs_for
from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """No run on which somebody signs may end without the signature of the competent authority.

    Earlier signatures of others (a head of division before the chairman) are no breach.
    """
    procedure = study.procedure
    signing = procedure.of_kind("approve_sign")
    if not signing:
        return NOT_APPLICABLE
    if not procedure.authority:
        reason = "printed-table" if procedure.is_partial else "no-authority"
        return Answer(unknowns=(Unknown(reason, signing[-1].id),))
    competent = tuple(
        step.id
        for step in signing
        if signs_for(study.organisation, step, procedure.authority, study.judged_on)
    )
    others = [step for step in signing if step.id not in competent]
    if not others:
        return Answer(checked=1)
    if competent and not study.is_decided:
        return Answer(unknowns=(Unknown("unsound"),))
    run = run_signed_by_others(study, competent) or ()
    signed = [step for step in others if step.id in run]
    if competent and not signed:
        return Answer(checked=1)
    last = max(signed, key=lambda step: run.index(step.id), default=others[-1])
    facts = {"step": last.id, "role": last.role, "role_required": procedure.authority, "run": run}
    return Answer(1, (Breach(last.id, facts),))


RULE = Rule(
    name="competent-signatory",
    title=Text(vi="Thẩm quyền ký kết quả", en="Competence to sign the result"),
    why=Text(
        vi="Kết quả do người không có thẩm quyền ký thì không có giá trị pháp lý, và mọi hồ sơ giải quyết "
        "theo quy trình đó đều mắc lỗi này.",
        en="A result signed by somebody who is not competent is void, and every dossier handled as written "
        "carries the same defect.",
    ),
    on_procedure=Hook(
        "DEF-ROLE-03",
        _defined,
        Text(
            vi="Bước ký «{step}» giao cho {role}, không phải {role_required} là người có thẩm quyền.",
            en="The signature “{step}” is given to the {role}; the competent signatory is the "
            "{role_required}.",
        ),
    ),
    bad={
        "DEF-ROLE-03": Example(
            Text(vi="Trưởng phòng ký thay vì Chủ tịch.", en="The head of division signs, not the chairman."),
            procedure={"steps": {"approve": {"role": "division-head"}}},
        )
    },
    good={
        "DEF-ROLE-03": Example(
            Text(vi="Phó Chủ tịch ký thay Chủ tịch.", en="The vice chairman signs for the chairman."),
            procedure={"steps": {"approve": {"role": "vice-chairman"}}},
        )
    },
)
