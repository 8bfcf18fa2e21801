"""Was each step carried out by somebody in the role that the procedure names?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import (
    HOLDS,
    NOT_APPLICABLE,
    Answer,
    Breach,
    Example,
    Hook,
    Parameter,
    Rule,
    Unknown,
)
from iso_audit.model.trace import CANNOT_TELL, YES, EventKind
from iso_audit.text import Text


def _in_role(kind: EventKind, requirement: Requirement) -> Answer:
    """What the applicant does and steps without a role are nobody's duty here."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or not step.role or step.role == "applicant":
        return NOT_APPLICABLE
    wrong = kind.facts.get("wrong_role", CANNOT_TELL)
    if wrong == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-role"),))
    return Answer(1, (Breach(grade=requirement.grade_at(step)),)) if wrong == YES else HOLDS


RULE = Rule(
    name="performer",
    title=Text(vi="Đúng vai trò thực hiện bước", en="Steps carried out in the right role"),
    why=Text(
        vi="Thẩm quyền gắn với vai trò: bước do người không được giao thực hiện thì kết quả thiếu căn cứ, "
        "nhất là khi đó là chữ ký.",
        en="Authority goes with the role: what is done in a role that was not charged with it lacks its "
        "ground, above all a signature.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng của từng bước (loại bước hoặc mã bước)",
                en="Own grade of a step (kind or id)",
            ),
            {"approve_sign": "major"},
        ),
    },
    on_event=Hook(
        "PRC-03",
        _in_role,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» không do vai trò được quy trình giao.",
            en="{failed} of {checked} executions of the step “{step}” fell to a role that the procedure does "
            "not name.",
        ),
        needs=("events.role",),
    ),
    bad={
        "PRC-03": Example(
            Text(vi="Chuyên viên thực hiện bước ký duyệt.", en="A specialist carries out the signing."),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "approve",
                    "set": {"actor": "CV02", "role": "specialist"},
                },
            ),
        )
    },
    good={
        "PRC-03": Example(
            Text(
                vi="Trưởng phòng soát xét thay Phó Trưởng phòng: vai trò này bao gồm vai trò kia.",
                en="The head reviews in place of the deputy: the one role covers the other.",
            ),
            procedure={"steps": {"review": {"role": "deputy-division-head"}}},
        )
    },
)
