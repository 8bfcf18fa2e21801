"""Is a dossier that the desk turns away refused in writing, with the reason?"""

from __future__ import annotations

from iso_audit.analysis.study import study_of
from iso_audit.model.procedure import Procedure
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

ACCEPTED = ("issue_receipt", "transfer_in", "assign", "appraise")
BACK = ("request_supplement", "check", "receive", "submit")
"""Ways back to the desk: a refusal after one of these is again one to accept."""
_FAULTS = {"unexplained": "no-reason", "undocumented": "no-document"}
_COLUMNS = {"unexplained": "events.reason", "undocumented": "events.document"}


def _at_the_desk(procedure: Procedure) -> frozenset[str]:
    """Refusals that come before the dossier is accepted; one without a place in the course may be either."""
    study = study_of(procedure)
    later = {name for step in procedure.of_kind(*ACCEPTED) for name in study.ahead(step.id, BACK)}
    return frozenset(
        step.id for step in procedure.of_kind("refuse") if step.id not in later and not step.anytime
    )


def _refused(kind: EventKind, requirement: Requirement) -> Answer:
    """A missing reason is told before a missing form: it weighs more."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or not step.is_a("refuse") or step.id not in _at_the_desk(kind.procedure):
        return NOT_APPLICABLE
    facts = {name: kind.facts.get(name, CANNOT_TELL) for name in _FAULTS}
    for name, variant in _FAULTS.items():
        if facts[name] == YES:
            return Answer(1, (Breach(variant=variant, grade=requirement.grade_of(variant)),))
    unseen = tuple(_COLUMNS[name] for name, fact in facts.items() if fact == CANNOT_TELL)
    return Answer(unknowns=(Unknown("no-column", facts={"columns": unseen}),)) if unseen else HOLDS


RULE = Rule(
    name="refusal-to-accept",
    title=Text(
        vi="Từ chối tiếp nhận bằng văn bản, có lý do", en="Refusals to accept in writing, with reasons"
    ),
    why=Text(
        vi="Người bị từ chối tiếp nhận hồ sơ cần biết vì sao và phải đến đâu; không có phiếu ghi lý do thì "
        "cũng không có căn cứ để kiểm tra việc từ chối có đúng không.",
        en="Who is turned away has to know why, and where to go instead; without a form that says so nobody "
        "can verify either whether the refusal was right.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi không ghi lý do (no-reason) hoặc không có phiếu (no-document)",
                en="Own grade where the reason (no-reason) or the form (no-document) is lacking",
            ),
            {"no-reason": "major"},
        ),
    },
    on_event=Hook(
        "INT-08",
        _refused,
        Text(
            vi="{failed} trong {checked} lần từ chối tiếp nhận không có số phiếu từ chối tiếp nhận giải "
            "quyết hồ sơ.",
            en="{failed} of {checked} refusals to accept went out without a numbered form.",
        ),
        variants={
            "no-reason": Text(
                vi="{failed} trong {checked} lần từ chối tiếp nhận không ghi lý do.",
                en="{failed} of {checked} refusals to accept give no reason.",
            ),
        },
    ),
    bad={
        "INT-08": Example(
            Text(vi="Phiếu từ chối tiếp nhận không ghi lý do.", en="A refusal to accept gives no reason."),
            log=({"dossier": "H62.014-260304-0001", "step": "refuse-receipt", "set": {"reason": ""}},),
        )
    },
    good={
        "INT-08": Example(
            Text(
                vi="Văn bản từ chối sau thẩm định là một việc khác, không xét ở đây.",
                en="A refusal after the appraisal is another matter and not asked about here.",
            ),
            log=({"dossier": "H62.014-260305-0001", "step": "draft-refusal", "set": {"document": ""}},),
        )
    },
)
