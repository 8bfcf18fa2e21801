"""Is the dossier's clock stopped only where the law lets it stop, in time and by document?"""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.model.procedure import Step, StepClock
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

_REASONS = {"after_due": "no-due-date", "undocumented": "no-document-column"}
_STOPS = (StepClock.PAUSED, StepClock.RESTARTS)


def _stopped(kind: EventKind, requirement: Requirement) -> Answer:
    """Judge what the office does to stop the clock; the applicant's own step is what it waits for."""
    step = kind.procedure.by_id.get(kind.step)
    if step is None or not _stops_the_clock(step, requirement) or step.role == "applicant":
        return NOT_APPLICABLE
    if not any(step.is_a(name) or step.id == name for name in requirement.names("may_stop")):
        return Answer(1, (Breach(variant="no-ground", grade=requirement.grade_of("no-ground")),))
    asked = {"after_due": "after-due"}
    if any(step.is_a(name) for name in requirement.names("documented")):
        asked["undocumented"] = "no-document"
    for fact, variant in asked.items():
        if kind.facts.get(fact) == YES:
            return Answer(1, (Breach(variant=variant, grade=requirement.grade_of(variant)),))
    unseen = [fact for fact in asked if kind.facts.get(fact, CANNOT_TELL) == CANNOT_TELL]
    return Answer(unknowns=(Unknown(_REASONS[unseen[0]]),)) if unseen else HOLDS


def _stops_the_clock(step: Step, requirement: Requirement) -> bool:
    """The procedure's word on a step beats the pack's word on its kind."""
    if step.clock is not None:
        return step.clock in _STOPS
    clocks = requirement.parameters.get("clocks")
    return isinstance(clocks, Mapping) and any(clocks.get(kind) in _STOPS for kind in step.kinds)


RULE = Rule(
    name="clock-stop",
    title=Text(vi="Tạm dừng tính thời hạn", en="Stopping the clock"),
    why=Text(
        vi="Thời hạn chỉ được dừng khi chờ người nộp bổ sung, chờ nghĩa vụ tài chính hoặc khi có văn bản "
        "dừng giải quyết. Dừng ngoài các trường hợp đó, hoặc dừng khi đã quá hạn, là che hồ sơ chậm.",
        en="The clock may stop only while the applicant supplements or pays, or by a notice that handling is "
        "stopped. Any other stop, and a stop after the due date, hides a late dossier.",
    ),
    parameters={
        "clocks": Parameter(
            "clocks",
            Text(
                vi="Loại bước -> đồng hồ (paused, restarts, outside)",
                en="Kind of step -> what the clock does",
            ),
            {"request_supplement": "paused", "financial_obligation": "paused", "stop": "paused"},
        ),
        "may_stop": Parameter(
            "names",
            Text(vi="Các bước được phép dừng tính thời hạn", en="Steps that may stop the clock"),
            ("request_supplement", "financial_obligation", "stop"),
        ),
        "documented": Parameter(
            "names",
            Text(vi="Các bước chỉ được dừng khi có văn bản", en="Steps that may stop it only by a document"),
            ("stop",),
        ),
        "grades": Parameter(
            "grades",
            Text(vi="Mức độ riêng của từng lỗi (no-ground, after-due…)", en="Own grade of a fault"),
            {"after-due": "major", "no-document": "major"},
        ),
    },
    on_event=Hook(
        "SUP-05",
        _stopped,
        Text(
            vi="Thời hạn bị dừng {failed}/{checked} lần tại bước «{step}» không thuộc trường hợp được dừng.",
            en="The clock was stopped {failed} of {checked} times at the step “{step}” without a ground.",
        ),
        variants={
            "after-due": Text(
                vi="{failed} trong {checked} lần dừng thời hạn tại bước «{step}» là khi hồ sơ đã quá hạn.",
                en="{failed} of {checked} stops of the clock at the step “{step}” came after the due date.",
            ),
            "no-document": Text(
                vi="{failed} trong {checked} lần dừng tính thời hạn tại bước «{step}» không có văn bản.",
                en="{failed} of {checked} stops of the clock at the step “{step}” came without a document.",
            ),
        },
    ),
    bad={
        "SUP-05": Example(
            Text(
                vi="Đồng hồ dừng khi lấy ý kiến cơ quan khác.",
                en="The clock stops while others are consulted.",
            ),
            procedure={"steps": {"consult": {"clock": "paused"}}},
        )
    },
    good={
        "SUP-05": Example(
            Text(vi="Yêu cầu bổ sung khi còn trong thời hạn.", en="Supplements are requested in time.")
        )
    },
)
