"""Does the one-stop desk hand dossiers over in time?"""

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


def _handed_over(kind: EventKind, _requirement: Requirement) -> Answer:
    """Judge what the desk hands over; a later transfer passes the file from one agency to the next."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or not step.is_a("transfer_in") or _comes_later(kind.procedure, step.id):
        return NOT_APPLICABLE
    slow = kind.facts.get("slow_handover", CANNOT_TELL)
    if slow == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-channel"),))
    return Answer(1, (Breach(),)) if slow == YES else HOLDS


def _comes_later(procedure: Procedure, step: str) -> bool:
    before = study_of(procedure).must_before(step)
    return any(s.id in before for s in procedure.of_kind("appraise", "approve_sign"))


RULE = Rule(
    name="handover",
    title=Text(vi="Chuyển hồ sơ từ Bộ phận Một cửa", en="Hand-over from the one-stop desk"),
    why=Text(
        vi="Thời hạn đã tính từ khi tiếp nhận; hồ sơ nằm lại Bộ phận Một cửa là lấy bớt thời gian của cơ "
        "quan giải quyết.",
        en="The time allowed runs from receipt; a dossier that lies at the desk uses up the time of those "
        "who are to decide it.",
    ),
    parameters={
        "handover_cutoff": Parameter(
            "time",
            Text(
                vi="Nhận sau giờ này: chuyển vào đầu ngày làm việc sau", en="After it: the next working day"
            ),
        ),
        "handover_grace": Parameter(
            "limit",
            Text(vi="Thời gian coi là «ngay» với hồ sơ điện tử", en="“At once” for an electronic dossier"),
        ),
        "paper_handover_max": Parameter(
            "limit",
            Text(vi="Thời hạn với hồ sơ giấy; 0: trong ngày", en="Time for a paper dossier; 0: the same day"),
        ),
    },
    on_event=Hook(
        "INT-06",
        _handed_over,
        Text(
            vi="{failed} trong {checked} lượt chuyển hồ sơ từ Bộ phận Một cửa đến cơ quan giải quyết chậm "
            "hơn thời gian quy định.",
            en="{failed} of {checked} hand-overs from the desk to the deciding unit took too long.",
        ),
        needs=("dossiers.channel",),
    ),
    bad={
        "INT-06": Example(
            Text(
                vi="Hồ sơ điện tử nhận lúc 8 giờ 05 được chuyển vào buổi chiều.",
                en="An electronic dossier received at 8:05 is handed over in the afternoon.",
            ),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "hand-over",
                    "set": {"started_at": "2026-03-02T14:00:00", "finished_at": "2026-03-02T14:10:00"},
                },
            ),
        )
    },
    good={
        "INT-06": Example(
            Text(
                vi="Hồ sơ điện tử nhận lúc 15 giờ 01 được chuyển lúc 7 giờ 45 ngày làm việc tiếp theo.",
                en="An electronic dossier received at 15:01 is handed over at 7:45 on the next working day.",
            ),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"received_at": "2026-03-02T15:01:00"}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "receive",
                    "set": {"started_at": "2026-03-02T15:01:00", "finished_at": "2026-03-02T15:10:00"},
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "check",
                    "set": {"started_at": "2026-03-02T15:15:00", "finished_at": "2026-03-02T15:40:00"},
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "issue-slip",
                    "set": {"started_at": "2026-03-02T15:45:00", "finished_at": "2026-03-02T15:50:00"},
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "hand-over",
                    "set": {"started_at": "2026-03-03T07:35:00", "finished_at": "2026-03-03T07:45:00"},
                },
            ),
        )
    },
)
