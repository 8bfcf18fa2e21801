"""Does the control sheet say for every step who handled the dossier, and when?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, EventKind
from iso_audit.text import Text

_FAULTS = {"no_actor": "no-actor", "no_moment": "no-moment"}
_COLUMNS = {"no_actor": "events.actor", "no_moment": "events.started_at"}


def _recorded(kind: EventKind, _requirement: Requirement) -> Answer:
    """What the applicant does is no hand-over inside the office."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or step.role == "applicant":
        return NOT_APPLICABLE
    facts = {name: kind.facts.get(name, CANNOT_TELL) for name in _FAULTS}
    for name, variant in _FAULTS.items():
        if facts[name] == YES:
            return Answer(1, (Breach(variant=variant),))
    unseen = tuple(_COLUMNS[name] for name, fact in facts.items() if fact == CANNOT_TELL)
    return Answer(unknowns=(Unknown("no-column", facts={"columns": unseen}),)) if unseen else HOLDS


RULE = Rule(
    name="handover-record",
    title=Text(vi="Phiếu kiểm soát quá trình giải quyết hồ sơ", en="Control sheet of the handling"),
    why=Text(
        vi="Phiếu kiểm soát phải cho biết ai giao, ai nhận và giờ, ngày, tháng của mỗi lần; thiếu một trong "
        "các nội dung đó thì không xác định được khâu nào làm chậm hồ sơ.",
        en="The control sheet must tell who handled the dossier and at what hour of what day; without that "
        "nobody can say where a late dossier was held up.",
    ),
    on_event=Hook(
        "PRC-05",
        _recorded,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» không ghi người thực hiện.",
            en="For {failed} of {checked} executions of the step “{step}” it is not recorded who handled the "
            "dossier.",
        ),
        variants={
            "no-moment": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» không ghi đủ thời điểm nhận và "
                "chuyển hồ sơ.",
                en="For {failed} of {checked} executions of the step “{step}” the start or the end is not "
                "recorded.",
            ),
        },
    ),
    bad={
        "PRC-05": Example(
            Text(
                vi="Bước phân công không ghi người thực hiện.", en="The assignment does not say who made it."
            ),
            log=({"dossier": "H62.014-260302-0001", "step": "assign", "set": {"actor": ""}},),
        )
    },
    good={
        "PRC-05": Example(
            Text(vi="Mọi bước có người và thời điểm.", en="Every step has its person and its times.")
        )
    },
)
