"""Are paper dossiers scanned when they are received?"""

from __future__ import annotations

from iso_audit.analysis.replies import replied, reply_parameters
from iso_audit.analysis.study import study_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Example, Hook, Rule, Unknown
from iso_audit.model.trace import Trace
from iso_audit.text import Text

_LATER = ("transfer_in", "assign", "appraise", "approve_sign")
_SCANNED_WHEN_CHECKED = {"steps": {"check": {"kind": ["check", "record_scan"]}}}


def _scanned(trace: Trace, requirement: Requirement) -> Answer:
    """What is scanned after the hand-over may be the result: then the log does not tell what it was."""
    answer, procedure = replied(trace, requirement), trace.procedure
    if not answer.breaches:
        return answer
    study = study_of(procedure)
    later = {name for step in procedure.of_kind(*_LATER) for name in study.ahead(step.id)}
    scans = [step for name in requirement.names("until") for step in procedure.meant(name)]
    if any(step.anytime or step.id in later for step in scans):
        return Answer(unknowns=(Unknown("no-step", facts={"kinds": requirement.names("until")}),))
    return answer


RULE = Rule(
    name="scan-at-receipt",
    title=Text(vi="Số hóa hồ sơ giấy khi tiếp nhận", en="Paper dossiers scanned at receipt"),
    why=Text(
        vi="Hồ sơ giấy được số hóa ngay khi nhận thì các bước sau mới làm trên phần mềm, và không ai phải "
        "nộp lại giấy tờ đã nộp. Quy trình không ghi bước số hóa thì không xét.",
        en="Only what was scanned at once can be handled in the software, and need not be handed in twice. "
        "Nothing is asked where the procedure records no scanning.",
    ),
    parameters=reply_parameters(("receive",), ("record_scan",), online=False),
    reads=(DEMAND,),
    on_trace=Hook(
        "INT-04",
        _scanned,
        Text(
            vi="{failed} trong {checked} hồ sơ giấy không được số hóa trong ngày tiếp nhận (quá {limit}).",
            en="{failed} of {checked} paper dossiers were not scanned on the day of receipt (more than "
            "{limit}).",
        ),
        needs=("dossiers.channel",),
    ),
    bad={
        "INT-04": Example(
            Text(
                vi="Hồ sơ giấy hai ngày sau mới được số hóa.", en="A paper dossier is scanned two days later."
            ),
            procedure=_SCANNED_WHEN_CHECKED,
            log=(
                {
                    "dossier": "H62.014-260304-0001",
                    "step": "check",
                    "set": {"started_at": "2026-03-06T09:15:00", "finished_at": "2026-03-06T09:40:00"},
                },
                {
                    "dossier": "H62.014-260304-0001",
                    "step": "refuse-receipt",
                    "set": {"started_at": "2026-03-06T09:50:00", "finished_at": "2026-03-06T10:00:00"},
                },
            ),
        )
    },
    good={
        "INT-04": Example(
            Text(
                vi="Hồ sơ giấy được số hóa khi kiểm tra.",
                en="A paper dossier is scanned while it is checked.",
            ),
            procedure=_SCANNED_WHEN_CHECKED,
        )
    },
)
