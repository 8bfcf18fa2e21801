"""Does the office's own register agree with the log?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import (
    HOLDS,
    NOT_APPLICABLE,
    Answer,
    Breach,
    Example,
    Hook,
    Rule,
    Unknown,
)
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind, LogKind
from iso_audit.text import Text

_DIFFERENCES = ("received", "appointed", "finished", "returned", "status")


def _registered(kind: DossierKind, _requirement: Requirement) -> Answer:
    """A dossier is one opportunity: it stands in the register, and all that both tell is the same."""
    absent = kind.facts.get("unregistered", CANNOT_TELL)
    if absent == CANNOT_TELL:
        return Answer(unknowns=(Unknown("outside-register"),))
    if absent == YES:
        return Answer(1, (Breach(variant="absent"),))
    for name in _DIFFERENCES:
        if kind.facts.get(f"register_{name}") == YES:
            return Answer(1, (Breach(variant=name),))
    return HOLDS


def _logged(kind: LogKind, _requirement: Requirement) -> Answer:
    """Each row of the register is one opportunity."""
    if kind.what != "register":
        return NOT_APPLICABLE
    unlogged = kind.facts.get("unlogged", CANNOT_TELL)
    if unlogged == CANNOT_TELL:
        return Answer(unknowns=(Unknown("outside-log"),))
    return Answer(1, (Breach(),)) if unlogged == YES else HOLDS


def _differs(vi: str, en: str) -> Text:
    return Text(
        vi=f"{{failed}} trong {{checked}} hồ sơ có {vi} trong sổ theo dõi khác với nhật ký.",
        en=f"For {{failed}} of {{checked}} dossiers the register and the log differ in the {en}.",
    )


RULE = Rule(
    name="register",
    title=Text(vi="Sổ theo dõi hồ sơ khớp với nhật ký", en="Register and log agree"),
    why=Text(
        vi="Sổ theo dõi và phần mềm phải nói cùng một điều về mỗi hồ sơ. Hồ sơ chỉ có ở một nơi, "
        "hoặc ngày ghi "
        "khác nhau, làm cho không số liệu nào dùng được.",
        en="Register and software have to say the same of each dossier. Where one of them lacks a dossier or "
        "has other dates, the figures of neither can be relied on.",
    ),
    on_dossier=Hook(
        "REC-01",
        _registered,
        Text(
            vi="{failed} trong {checked} hồ sơ không khớp giữa sổ theo dõi và nhật ký.",
            en="For {failed} of {checked} dossiers register and log do not agree.",
        ),
        needs=("register.dossier_id",),
        variants={
            "absent": Text(
                vi="{failed} trong {checked} hồ sơ trong nhật ký không có trong sổ theo dõi.",
                en="{failed} of {checked} dossiers of the log are not in the register.",
            ),
            "received": _differs("ngày tiếp nhận", "day of receipt"),
            "appointed": _differs("ngày hẹn trả", "appointed day"),
            "finished": _differs("ngày có kết quả", "day of the result"),
            "returned": _differs("ngày trả kết quả", "day of return"),
            "status": _differs("trạng thái", "state"),
        },
    ),
    on_log=Hook(
        "REC-03",
        _logged,
        Text(
            vi="{failed} trong {checked} hồ sơ ghi trong sổ theo dõi không có trong nhật ký.",
            en="{failed} of {checked} dossiers of the register are not in the log.",
        ),
        needs=("register.dossier_id",),
    ),
    bad={
        "REC-01": Example(
            Text(
                vi="Phần mềm ghi ngày trả kết quả khác với sổ.",
                en="The software has another day of return than the register.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"returned_at": "2026-03-13T08:10:00"}},),
        ),
        "REC-03": Example(
            Text(
                vi="Trong phần mềm, hồ sơ mang mã khác với mã ghi trong sổ.",
                en="In the software a dossier bears another code than in the register.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"dossier_id": "H62.014-260302-0007"}},),
            also=("REC-01",),
        ),
    },
    good={
        "REC-01": Example(
            Text(
                vi="Giờ khác nhau trong cùng một ngày: sổ chỉ ghi ngày.",
                en="Another hour of the same day: registers keep days.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"returned_at": "2026-03-12T16:30:00"}},),
        ),
        "REC-03": Example(
            Text(
                vi="Mọi hồ sơ trong sổ đều có trong nhật ký.", en="The log has every dossier of the register."
            )
        ),
    },
)
