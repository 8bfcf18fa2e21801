"""Are many dossiers recorded as done in the last minute of the time allowed?"""

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
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind
from iso_audit.text import Text


def _finished(kind: DossierKind, requirement: Requirement) -> Answer:
    """Only what is finished is judged."""
    at_limit = kind.facts.get("at_limit", CANNOT_TELL)
    if requirement.whole("at_limit_of") == 0 or not kind.finished:
        return NOT_APPLICABLE
    if at_limit == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-due-date"),))
    return Answer(1, (Breach(),)) if at_limit == YES else HOLDS


_AT_CLOSING = {
    "dossier": "H62.014-260302-0001",
    "set": {"finished_at": "2026-03-16T17:00:00", "returned_at": "2026-03-17T08:10:00"},
}

RULE = Rule(
    name="last-minute",
    title=Text(vi="Hồ sơ xong đúng phút cuối của thời hạn", en="Done in the last minute of the time allowed"),
    why=Text(
        vi="Một hồ sơ xong đúng phút cuối là ngẫu nhiên; nhiều hồ sơ như vậy ở một đơn vị là dấu "
        "hiệu trạng thái "
        "được chuyển hàng loạt để kịp hạn. Đây là điều cần xem xét, không phải vi phạm.",
        en="One dossier done in its last minute is chance; many of them in one unit are a sign that "
        "states were "
        "changed in bulk to be in time. This is something to look into and no breach.",
    ),
    parameters={
        "at_limit_of": Parameter(
            "int",
            Text(
                vi="Số hồ sơ xong ở phút cuối thì cần xem xét",
                en="Dossiers of the last minute that are a sign",
            ),
            10,
        ),
        "at_limit_percent": Parameter(
            "int",
            Text(
                vi="và tỷ lệ của chúng (%) trong hồ sơ của đơn vị",
                en="and their share of the unit's dossiers (%)",
            ),
            10,
        ),
    },
    on_dossier=Hook(
        "TIM-10",
        _finished,
        Text(
            vi="{failed} trong {checked} hồ sơ đã giải quyết được ghi hoàn thành đúng phút cuối của "
            "thời hạn; "
            "cần xem xét.",
            en="{failed} of {checked} finished dossiers are recorded as done in the last minute of the time "
            "allowed; to be looked into.",
        ),
    ),
    bad={
        "TIM-10": Example(
            Text(
                vi="Hồ sơ được ghi xong lúc hết giờ của ngày đến hạn, nơi một hồ sơ như vậy đã cần xem xét.",
                en="A dossier is recorded as done at closing time of the due day, where one is a sign.",
            ),
            log=(_AT_CLOSING,),
            requirement={"at_limit_of": 1},
        ),
    },
    good={
        "TIM-10": Example(
            Text(
                vi="Một hồ sơ xong đúng phút cuối của thời hạn: có thể là ngẫu nhiên.",
                en="One dossier done in the last minute of the time allowed: that may be chance.",
            ),
            log=(_AT_CLOSING,),
        ),
    },
)
