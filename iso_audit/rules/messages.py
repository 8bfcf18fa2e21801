"""Is every message between the parts of a procedure received?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Every message inside the model is received on every run that is completed.

    A message that may never be sent makes its receiver wait for ever: the rule on structure tells it.
    What the world outside sends is assumed to arrive and is not asked about.
    """
    messages = {
        (flow.message, flow.to) for step in study.procedure.steps for flow in step.flows if flow.message
    }
    if not messages:
        return NOT_APPLICABLE
    found = study.structure
    if found.finishes.holds is None:
        return Answer(unknowns=(Unknown("too-many-states", facts={"count": found.states}),))
    breaches = []
    for left in {(each.name, each.sender): each for each in found.left}.values():
        never = left.receiver in found.all_happen.steps
        ends = (study.procedure.by_id[name].part for name in (left.sender, left.receiver))
        part, to_part = (name or study.procedure.owner for name in ends)
        facts = {"message": left.name, "step": left.sender, "run": left.run}
        variant, grade = ("never", None) if never else ("left", Grade.OBSERVATION)
        if part and to_part and part != to_part:
            facts, variant = {**facts, "part": part, "to_part": to_part}, f"{variant}-between"
        breaches.append(Breach(left.sender, facts, grade, variant=f"{variant} {left.name}"))
    return Answer(max(len(messages), len(breaches)), tuple(breaches))


def _copied(*, always: bool) -> dict[str, object]:
    """The reference procedure with a police desk that is told of each receipt, and sent the details."""
    one = {"kind": "other", "role": "police-officer", "limit": "1 wd"}
    steps = {
        "note": {
            **one,
            "awaits": "received",
            "next": "copy" if always else {"wanted": "copy", "not": "close"},
        },
        "copy": {**one, "awaits": "details"},
        "close": None if always else one,
    }
    police = {"unit": "commune-police", "limit": "2 wd", "steps": {k: v for k, v in steps.items() if v}}
    return {"parts": {"police": police}, "steps": {"receive": {"sends": ["received", "details"]}}}


RULE = Rule(
    name="messages",
    title=Text(
        vi="Tin chuyển giữa các cơ quan đều có người nhận", en="What one agency sends, another one receives"
    ),
    why=Text(
        vi="Văn bản, thông báo chuyển sang cơ quan khác mà không bước nào tiếp nhận thì công việc dừng ở "
        "giữa hai cơ quan mà không ai biết.",
        en="Where a notice is sent to another agency and no step there takes it, work stops between the two "
        "and nobody notices.",
    ),
    on_procedure=Hook(
        "DEF-LINK-03",
        _defined,
        Text(
            vi="Tin «{message}» gửi từ «{step}» không bao giờ có nơi tiếp nhận.",
            en="The message “{message}”, sent from “{step}”, is never received.",
        ),
        variants={
            "left": Text(
                vi="Theo {run}, tin «{message}» gửi từ «{step}» không có nơi tiếp nhận.",
                en="By {run}, the message “{message}”, sent from “{step}”, is not received.",
            ),
            "never-between": Text(
                vi="{to_part} không bao giờ tiếp nhận tin «{message}» mà {part} gửi từ «{step}».",
                en="{to_part} never receives the message “{message}” that {part} sends from “{step}”.",
            ),
            "left-between": Text(
                vi="Theo {run}, {to_part} không tiếp nhận tin «{message}» mà {part} gửi từ «{step}».",
                en="By {run}, {to_part} does not receive the message “{message}” that {part} sends from "
                "“{step}”.",
            ),
        },
    ),
    bad={
        "DEF-LINK-03": Example(
            Text(
                vi="Công an xã có thể kết thúc phần việc của mình mà không nhận tài liệu đã được gửi.",
                en="The police may close their part without taking the details that were sent to them.",
            ),
            procedure=_copied(always=False),
        )
    },
    good={
        "DEF-LINK-03": Example(
            Text(
                vi="Công an xã luôn nhận tài liệu rồi mới kết thúc phần việc của mình.",
                en="The police always take the details before they close their part.",
            ),
            procedure=_copied(always=True),
        )
    },
)
