"""Does a procedure of several agencies have one desk, one lead and a limit for each of them?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """The applicant meets one desk; who leads is named; every other agency's part has its own limit."""
    procedure = study.procedure
    units = {step.unit for step in procedure.steps if step.unit}
    if len(procedure.parts) < 2 and len(units) < 2:
        return NOT_APPLICABLE
    breaches, unknowns = [], []
    if not procedure.owner:
        if procedure.is_partial:
            unknowns.append(Unknown("printed-table"))
        else:
            breaches.append(Breach(variant="no-lead"))
    desks = _desks(study)
    if len(desks) > 1:
        breaches.append(
            Breach(facts={"roles": tuple(desks.values()), "steps": tuple(desks)}, variant="desks")
        )
    others = [part for part in procedure.parts if part.unit != procedure.owner or not part.unit]
    for part in others:
        if part.limit is None and procedure.extent == "drawing":
            unknowns.append(Unknown("printed-table", facts={"part": part.id, "unit": part.unit}))
        elif part.limit is None or not part.limit.value:
            facts = {"part": part.id, "unit": part.unit}
            breaches.append(Breach("", facts, place=part.place, variant=f"part {part.id}"))
    return Answer(2 + len(others) - len(unknowns), tuple(breaches), tuple(unknowns))


def _desks(study: Study) -> dict[str, str]:
    """Receiving steps that no other receipt comes before, one for each desk: step id -> role.

    An agency that receives what another one sends is not a second desk.
    """
    procedure = study.procedure
    receipts = procedure.of_kind("receive")
    first = [b for b in receipts if not any(a is not b and study.reaches(a.id, b.id) for a in receipts)]
    found: dict[str, str] = {}
    for step in first:
        if not any(_same_desk(procedure, step.id, other) for other in found):
            found[step.id] = step.role
    return found


def _same_desk(procedure: Procedure, one: str, other: str) -> bool:
    a, b = procedure.by_id[one], procedure.by_id[other]
    return (a.unit, a.part, a.role) == (b.unit, b.part, b.role)


def _linked(limit: str | None) -> dict[str, object]:
    """The reference procedure with two more agencies that are told of each receipt."""
    note = {"kind": "other", "limit": "1 wd", "awaits": "received"}
    police = {"unit": "commune-police", "limit": limit, "steps": {"note": {**note, "role": "police-officer"}}}
    social = {"unit": "social-division", "limit": "1 wd", "steps": {"tell": {**note, "role": "specialist"}}}
    return {
        "parts": {"police": {k: v for k, v in police.items() if v}, "social": social},
        "steps": {"receive": {"sends": "received"}},
    }


RULE = Rule(
    name="linked-parts",
    title=Text(
        vi="Một cửa liên thông: một đầu mối, một cơ quan chủ trì", en="Linked procedure: one desk, one lead"
    ),
    why=Text(
        vi="Thủ tục liên thông chỉ có lợi cho người dân khi họ nộp ở một nơi, có một cơ quan chủ trì chịu "
        "trách nhiệm chung và mỗi cơ quan phối hợp có thời hạn riêng.",
        en="Linking procedures helps people only where they hand in once, one agency leads and answers for "
        "the whole, and every other agency has a time limit of its own.",
    ),
    on_procedure=Hook(
        "DEF-LINK-01",
        _defined,
        Text(
            vi="Phần việc của {unit} trong quy trình liên thông không có thời hạn riêng.",
            en="{unit} has no time limit of its own for its part of the linked procedure.",
        ),
        variants={
            "no-lead": Text(
                vi="Quy trình liên thông không xác định cơ quan chủ trì.",
                en="The linked procedure names no lead agency.",
            ),
            "desks": Text(
                vi="Quy trình liên thông có nhiều hơn một nơi tiếp nhận: {steps}.",
                en="The linked procedure receives dossiers in more than one place: {steps}.",
            ),
        },
    ),
    bad={
        "DEF-LINK-01": Example(
            Text(
                vi="Phần việc của Công an xã không có thời hạn riêng.",
                en="The part of the police has no limit of its own.",
            ),
            procedure=_linked(None),
        )
    },
    good={
        "DEF-LINK-01": Example(
            Text(
                vi="Hai cơ quan phối hợp, mỗi cơ quan một thời hạn riêng.",
                en="Two more agencies take part, each with a limit of its own.",
            ),
            procedure=_linked("1 wd"),
        )
    },
)
