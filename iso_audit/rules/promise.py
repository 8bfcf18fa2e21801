"""Is the new return date of an apology kept?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import YES, DossierKind
from iso_audit.text import Text


def _kept(kind: DossierKind, _requirement: Requirement) -> Answer:
    if kind.facts.get("promise_beyond") != YES:
        return NOT_APPLICABLE
    if kind.facts.get("promise_broken") == YES:
        return Answer(1, (Breach(),))
    return HOLDS if kind.finished else Answer(unknowns=(Unknown("unfinished"),))


RULE = Rule(
    name="promise",
    title=Text(vi="Giữ đúng ngày hẹn lại", en="The new return date is kept"),
    why=Text(
        vi="Ngày hẹn lại là cam kết cuối cùng với người nộp hồ sơ; không được hẹn lại lần nữa.",
        en="The new date is the last promise to the applicant; there may be no further one.",
    ),
    on_dossier=Hook(
        "TIM-05",
        _kept,
        Text(
            vi="{failed} trong {checked} hồ sơ đã hẹn lại không có kết quả trong ngày hẹn lại.",
            en="{failed} of {checked} dossiers with a new return date had no result by that day.",
        ),
        needs=("events.new_appointed_at",),
    ),
    bad={
        "TIM-05": Example(
            Text(vi="Kết quả có sau ngày hẹn lại.", en="The result is ready after the new date."),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"finished_at": "2026-03-24T08:20:00"}},
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
            also=("TIM-01",),
        )
    },
    good={
        "TIM-05": Example(
            Text(vi="Kết quả có trong ngày hẹn lại.", en="The result is ready on the new date."),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"finished_at": "2026-03-20T16:20:00"}},
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
            also=("TIM-01",),
        )
    },
)
