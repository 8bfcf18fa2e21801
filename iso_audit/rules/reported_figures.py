"""Are the numbers reported upward those that the log gives when it is counted again?"""

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
from iso_audit.model.trace import CANNOT_TELL, YES, LogKind
from iso_audit.text import Text


def _recounted(kind: LogKind, requirement: Requirement) -> Answer:
    """Each number is one opportunity."""
    if kind.what != "reported":
        return NOT_APPLICABLE
    differs = kind.facts.get("differs", CANNOT_TELL)
    if differs == CANNOT_TELL:
        return Answer(unknowns=(Unknown("outside-log"),))
    if differs != YES:
        return HOLDS
    if kind.facts.get("overstates") == YES:
        return Answer(1, (Breach(variant="overstated", grade=requirement.grade_of("overstated")),))
    return Answer(1, (Breach(),))


RULE = Rule(
    name="reported-figures",
    title=Text(vi="Số liệu báo cáo khớp với nhật ký", en="Reported numbers agree with the log"),
    why=Text(
        vi="Tỷ lệ đúng hạn của đơn vị được công bố và xếp hạng theo số liệu báo cáo. Số liệu phải "
        "tính lại được "
        "từ chính các hồ sơ.",
        en="Units are ranked and judged in public by the numbers they report. These must come out again when "
        "the dossiers themselves are counted.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi số liệu làm đẹp tỷ lệ đúng hạn (overstated)",
                en="Own grade of a number that flatters punctuality (overstated)",
            ),
            {"overstated": "major"},
        ),
    },
    on_log=Hook(
        "REC-02",
        _recounted,
        Text(
            vi="{failed} trong {checked} số liệu báo cáo khác với số đếm lại từ nhật ký.",
            en="{failed} of {checked} reported numbers are not those counted from the log.",
        ),
        needs=("reported.month",),
        variants={
            "overstated": Text(
                vi="{failed} trong {checked} số liệu báo cáo cho thấy nhiều hồ sơ đúng hạn hơn, hoặc "
                "ít hồ sơ quá "
                "hạn hơn số đếm lại từ nhật ký.",
                en="{failed} of {checked} reported numbers show more dossiers in time, or fewer "
                "overdue, than "
                "are counted from the log.",
            ),
        },
    ),
    bad={
        "REC-02": Example(
            Text(
                vi="Báo cáo ghi ba hồ sơ đúng hạn, nhật ký chỉ có hai.",
                en="The report has three dossiers in time, the log only two.",
            ),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"finished_at": "2026-03-17T08:20:00"}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "apologise",
                    "add": {
                        "started_at": "2026-03-13T09:00:00",
                        "finished_at": "2026-03-13T09:30:00",
                        "document": "XL-0001",
                        "reason": "Chờ ý kiến cơ quan phối hợp",
                        "new_appointed_at": "2026-03-20",
                    },
                },
            ),
            also=("REC-01", "TIM-01"),
        )
    },
    good={
        "REC-02": Example(
            Text(
                vi="Số hồ sơ tiếp nhận trong tháng đúng như báo cáo.",
                en="As many dossiers were received in the month as were reported.",
            )
        )
    },
)
