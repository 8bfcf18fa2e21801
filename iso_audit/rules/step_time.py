"""Is each step finished within its own time?"""

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
from iso_audit.model.trace import CANNOT_TELL, NO, YES, EventKind
from iso_audit.text import Text


def _within(kind: EventKind, requirement: Requirement) -> Answer:
    """Timed executions are judged; steps that share a limit are judged together, at the last of them."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None:
        return NOT_APPLICABLE
    late = kind.facts.get("late", CANNOT_TELL)
    group = next((g for g in kind.procedure.limit_groups if step.id in g.steps), None)
    limit = group.limit if group else step.limit
    if limit is None or not limit.value or (group and step.id != group.steps[-1] and late == NO):
        return NOT_APPLICABLE
    if late == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-start"),))
    if late == NO:
        return HOLDS
    overdue = kind.facts.get("overdue") == YES
    grade = requirement.grade_of("dossier-overdue") if overdue else None
    return Answer(1, (Breach("", {"limit": limit}, grade, variant="dossier-overdue" if overdue else ""),))


RULE = Rule(
    name="step-time",
    title=Text(vi="Thời gian thực hiện từng bước", en="Time used by each step"),
    why=Text(
        vi="Thời gian của từng bước được phân bổ từ thời hạn chung; bước nào chậm thì các bước sau phải bù, "
        "hoặc hồ sơ quá hạn.",
        en="The time of each step is a share of the whole; where one step runs over, the later ones must "
        "make up for it, or the dossier is late.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi chính hồ sơ đó quá hạn (dossier-overdue)",
                en="Own grade where the dossier itself is overdue (dossier-overdue)",
            ),
            {"dossier-overdue": "minor"},
        ),
    },
    on_event=Hook(
        "TIM-02",
        _within,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» vượt thời gian quy định của bước "
            "({limit}); các hồ sơ này không quá hạn.",
            en="{failed} of {checked} executions of the step “{step}” took longer than its limit ({limit}), "
            "without making a dossier overdue.",
        ),
        variants={
            "dossier-overdue": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» vượt thời gian quy định của bước "
                "({limit}) ở hồ sơ quá hạn.",
                en="{failed} of {checked} executions of the step “{step}” took longer than its limit "
                "({limit}), in overdue dossiers.",
            ),
        },
    ),
    bad={
        "TIM-02": Example(
            Text(
                vi="Bước phân công mất 5 giờ làm việc, hồ sơ vẫn đúng hạn.",
                en="The assignment takes 5 working hours; the dossier is still in time.",
            ),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "assign",
                    "set": {"finished_at": "2026-03-03T15:00:00"},
                },
            ),
        )
    },
    good={
        "TIM-02": Example(
            Text(
                vi="Bước kéo qua đêm: chỉ tính giờ làm việc.",
                en="A step that lies overnight: only working hours count.",
            ),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "assign",
                    "set": {"started_at": "2026-03-03T16:00:00", "finished_at": "2026-03-04T07:50:00"},
                },
            ),
        )
    },
)
