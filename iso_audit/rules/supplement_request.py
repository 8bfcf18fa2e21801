"""Is every request for supplements made in writing and with its reason?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, EventKind
from iso_audit.text import Text

_FAULTS = {"undocumented": "no-document", "unexplained": "no-reason"}
_COLUMNS = {"undocumented": "events.document", "unexplained": "events.reason"}


def _requested(kind: EventKind, _requirement: Requirement) -> Answer:
    """A missing document is told before a missing reason: without paper there is no reason to read."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or not step.is_a("request_supplement"):
        return NOT_APPLICABLE
    facts = {name: kind.facts.get(name, CANNOT_TELL) for name in _FAULTS}
    for name, variant in _FAULTS.items():
        if facts[name] == YES:
            return Answer(1, (Breach(variant=variant),))
    unseen = tuple(_COLUMNS[name] for name, fact in facts.items() if fact == CANNOT_TELL)
    return Answer(unknowns=(Unknown("no-column", facts={"columns": unseen}),)) if unseen else HOLDS


RULE = Rule(
    name="supplement-request",
    title=Text(
        vi="Yêu cầu bổ sung bằng văn bản, có lý do", en="Supplement requests in writing, with reasons"
    ),
    why=Text(
        vi="Yêu cầu bằng văn bản, nêu một lần tất cả những gì còn thiếu và lý do, để người nộp không phải đi "
        "lại nhiều lần và việc tạm dừng thời hạn có căn cứ.",
        en="A written request that names everything missing, once, and says why, spares the applicant "
        "further visits and gives the stopped clock its ground.",
    ),
    on_event=Hook(
        "SUP-01",
        _requested,
        Text(
            vi="{failed} trong {checked} lần yêu cầu bổ sung không có số phiếu yêu cầu bổ sung, hoàn thiện "
            "hồ sơ.",
            en="{failed} of {checked} requests for supplements went out without a numbered form.",
        ),
        variants={
            "no-reason": Text(
                vi="{failed} trong {checked} lần yêu cầu bổ sung không ghi lý do.",
                en="{failed} of {checked} requests for supplements went out without a reason.",
            ),
        },
    ),
    bad={
        "SUP-01": Example(
            Text(
                vi="Phiếu yêu cầu bổ sung không ghi lý do.", en="A request for supplements gives no reason."
            ),
            log=({"dossier": "H62.014-260303-0001", "step": "ask-supplement", "set": {"reason": ""}},),
        )
    },
    good={
        "SUP-01": Example(
            Text(
                vi="Yêu cầu bổ sung có số phiếu và nêu lý do.", en="A request with its number and its reason."
            )
        )
    },
)
