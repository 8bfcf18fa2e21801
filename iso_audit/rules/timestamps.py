"""Can the recorded moments be true?"""

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

_FAULTS = {
    "future": "future",
    "backwards": "backwards",
    "returned_before_signed": "returned-before-signed",
    "off_hours": "off-hours",
}
"""Facts in the order in which they are told; one event is one opportunity, whatever is wrong with it."""


def _plausible(kind: EventKind, requirement: Requirement) -> Answer:
    step = kind.procedure.by_id.get(kind.step)
    if step is None or step.role == "applicant":
        return NOT_APPLICABLE
    for name, variant in _FAULTS.items():
        if kind.facts.get(name) == YES:
            return Answer(1, (Breach(variant=variant, grade=requirement.grade_of(variant)),))
    if kind.facts.get("off_hours") == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-hour"),))
    return HOLDS


RULE = Rule(
    name="timestamps",
    title=Text(vi="Thời điểm ghi nhận hợp lý", en="Plausible times"),
    why=Text(
        vi="Nếu thời điểm ghi trong phần mềm không thể có thật thì mọi số liệu về đúng hạn đều mất căn cứ; "
        "đó cũng là dấu hiệu của việc ghi lùi ngày.",
        en="Where recorded times cannot be true, every figure on punctuality loses its ground; such times "
        "are also a sign of backdating.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng của từng lỗi (future, backwards, returned-before-signed, off-hours)",
                en="Own grade of each fault (future, backwards, returned-before-signed, off-hours)",
            ),
            {"off-hours": "observation"},
        ),
    },
    on_event=Hook(
        "TIM-07",
        _plausible,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» có thời điểm ghi nhận không hợp lý.",
            en="At {failed} of {checked} executions of the step “{step}” the recorded time cannot be true.",
        ),
        variants={
            "future": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» được ghi hoàn thành sau thời điểm "
                "kết xuất số liệu.",
                en="At {failed} of {checked} executions of the step “{step}” the recorded end lies after the "
                "log was drawn up.",
            ),
            "backwards": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» được ghi kết thúc trước khi bắt "
                "đầu.",
                en="At {failed} of {checked} executions of the step “{step}” the recorded end lies before "
                "the start.",
            ),
            "returned-before-signed": Text(
                vi="Ở {failed} trong {checked} lượt, bước «{step}» hoàn thành sau khi kết quả đã được trả.",
                en="At {failed} of {checked} executions of the step “{step}” the result had already been "
                "returned.",
            ),
            "off-hours": Text(
                vi="{failed} trong {checked} lượt thực hiện bước «{step}» được ghi ngoài giờ làm việc.",
                en="At {failed} of {checked} executions of the step “{step}” the recorded time lies outside "
                "working hours.",
            ),
        },
    ),
    bad={
        "TIM-07": Example(
            Text(vi="Việc lưu hồ sơ được ghi vào Chủ nhật.", en="The filing is recorded on a Sunday."),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "archive",
                    "set": {"started_at": "2026-03-15T10:00:00", "finished_at": "2026-03-15T10:10:00"},
                },
            ),
        )
    },
    good={
        "TIM-07": Example(
            Text(vi="Bước kết thúc đúng giờ đóng cửa.", en="A step that ends when the office closes."),
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "archive",
                    "set": {"started_at": "2026-03-12T16:50:00", "finished_at": "2026-03-12T17:00:00"},
                },
            ),
        )
    },
)
