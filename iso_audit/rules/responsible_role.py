"""Does every step name one role or unit that exists and that answers for it?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text, did_you_mean

AGENCY = (
    "receive", "check", "issue_receipt", "transfer_in", "assign", "appraise", "draft_result", "review",
    "approve_sign", "number_stamp", "return_result", "archive",
)  # fmt: skip


def _defined(study: Study, requirement: Requirement) -> Answer:
    """A printed table shows who is responsible, so it is judged too, unless nobody was read from a cell.

    The lanes of a drawing have names of its author's: what the organisation calls them is asked once each.
    """
    steps = [step for step in study.procedure.steps if not step.is_silent]
    agency, known = frozenset(requirement.names("agency")), study.organisation.roles
    breaches: list[Breach] = []
    unknowns: dict[str, list[Unknown]] = {}
    for step in steps:
        want = _want(study, step, agency)
        lane = step.unit if want == "unknown-unit" else step.role
        if want == "nobody" and study.procedure.is_partial:
            unknowns[step.id] = [Unknown("printed-table", step.id)]
        elif want.startswith("unknown") and study.procedure.extent == "drawing":
            unknowns.setdefault(f"lane {lane}", []).append(Unknown("unknown-lane", step.id, {"role": lane}))
        elif want:
            near = did_you_mean(step.role, known) if want == "unknown-role" else None
            facts: dict[str, object] = {"step": step.id, "role": step.role, "unit": step.unit}
            if near:
                facts["meant"] = near
            breaches.append(Breach(step.id, facts, variant="misspelt-role" if near else want))
    undecided = sum(map(len, unknowns.values()))
    return Answer(len(steps) - undecided, tuple(breaches), tuple(each[0] for each in unknowns.values()))


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
            vi="Bước «{step}» không ghi vai trò hoặc đơn vị chịu trách nhiệm.",
            en="The step “{step}” names no responsible role or unit.",
        ),
        variants={
            "unknown-role": Text(
                vi="Bước «{step}» giao cho vai trò «{role}» không có trong cơ cấu tổ chức.",
                en="The step “{step}” is given to the role “{role}”, which the organisation does not have.",
            ),
            "misspelt-role": Text(
                vi="Bước «{step}» giao cho vai trò «{role}» không có trong cơ cấu tổ chức ({meant}).",
                en="The step “{step}” is given to the unknown role “{role}” ({meant}).",
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
                vi="Vai trò được giao lưu hồ sơ không có trong tổ chức.", en="Filing falls to no known role."
            ),
            procedure={"steps": {"archive": {"role": "keeper-of-records"}}},
        )
    },
    good={
        "DEF-ROLE-01": Example(
            Text(vi="Việc lưu hồ sơ giao cho một đơn vị.", en="Filing is given to a unit instead of a role."),
            procedure={"steps": {"archive": {"role": None, "unit": "one-stop-desk"}}},
        )
    },
)
