"""Are times recorded, or written down afterwards in round figures?"""

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


def _by_the_clock(kind: EventKind, requirement: Requirement) -> Answer:
    step = kind.procedure.by_id.get(kind.step)
    if step is None or step.role == "applicant" or requirement.whole("round_of") == 0:
        return NOT_APPLICABLE
    told = kind.facts.get("round", CANNOT_TELL)
    if told == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-hour"),))
    if told != YES:
        return HOLDS
    return Answer(1, (Breach(facts={"percent": requirement.whole("round_percent")}),))


RULE = Rule(
    name="round-times",
    title=Text(vi="Thời điểm ghi theo giờ chẵn", en="Times in round figures"),
    why=Text(
        vi="Việc thật xong vào phút bất kỳ. Khi hầu hết các lần ghi của một người đúng giờ chẵn 15 "
        "phút thì có "
        "thể thời điểm được ghi sau, theo trí nhớ. Đây là điều cần xem xét, không phải vi phạm.",
        en="Work ends at any minute. Where nearly all times of one person are full quarter hours "
        "they may have "
        "been written down afterwards. This is something to look into and no breach.",
    ),
    parameters={
        "round_of": Parameter(
            "int",
            Text(vi="Số lần ghi của một người đủ để nhận xét", en="Times of one person that suffice to tell"),
            40,
        ),
        "round_percent": Parameter(
            "int",
            Text(
                vi="Tỷ lệ giờ chẵn 15 phút (%) thì cần xem xét",
                en="Share of quarter hours that is a sign (%)",
            ),
            90,
        ),
    },
    on_event=Hook(
        "TIM-12",
        _by_the_clock,
        Text(
            vi="{failed} trong {checked} lượt thực hiện bước «{step}» được ghi đúng giờ chẵn 15 "
            "phút, do người "
            "mà từ {percent}% số lần ghi ở bước này đều như vậy; cần xem xét.",
            en="{failed} of {checked} executions of the step “{step}” are recorded on the quarter "
            "hour, by people "
            "of whose times at this step {percent} % or more are so; to be looked into.",
        ),
        needs=("events.actor",),
    ),
    bad={
        "TIM-12": Example(
            Text(
                vi="Lãnh đạo ký luôn vào giờ chẵn, nơi ba lần đã đủ để nhận xét.",
                en="The chairman always signs on the hour, where three times suffice to tell.",
            ),
            requirement={"round_of": 3},
        )
    },
    good={
        "TIM-12": Example(
            Text(
                vi="Vài lần ghi đúng giờ chẵn: có thể là ngẫu nhiên.",
                en="A few times on the hour: that may be chance.",
            ),
        )
    },
)
