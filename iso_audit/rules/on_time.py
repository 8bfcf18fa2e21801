"""Is the dossier finished by its due date, with the clock stopped only where it may?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, DossierKind
from iso_audit.text import Text


def _in_time(kind: DossierKind, _requirement: Requirement) -> Answer:
    """Finished dossiers are judged, and unfinished ones once their due date is past."""
    overdue = kind.facts.get("overdue", CANNOT_TELL)
    if overdue == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-due-date"),))
    if kind.facts.get("undue") == YES:
        return Answer(unknowns=(Unknown("unfinished"),))
    return Answer(1, (Breach(),)) if overdue == YES else HOLDS


RULE = Rule(
    name="on-time",
    title=Text(vi="Giải quyết đúng hạn", en="Finished on time"),
    why=Text(
        vi="Thời hạn giải quyết là cam kết công khai với người dân, doanh nghiệp và là căn cứ đánh giá hằng "
        "năm. Hồ sơ đúng hạn hay quá hạn được xét tại lúc có kết quả, không phải lúc người nộp đến nhận.",
        en="The time allowed is the office's public promise and the measure of its yearly evaluation. A "
        "dossier is in time when its result is ready, whenever the applicant collects it.",
    ),
    on_dossier=Hook(
        "TIM-01",
        _in_time,
        Text(
            vi="{failed} trong {checked} hồ sơ đã giải quyết xong hoặc đã đến hạn bị quá thời hạn giải "
            "quyết.",
            en="{failed} of {checked} dossiers that were finished or had come due went past the time "
            "allowed.",
        ),
    ),
    bad={
        "TIM-01": Example(
            Text(vi="Kết quả có sau ngày đến hạn.", en="The result is ready after the due date."),
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
        )
    },
    good={
        "TIM-01": Example(
            Text(
                vi="Người nộp đến nhận kết quả muộn: hồ sơ vẫn đúng hạn.",
                en="The applicant collects the result late: the dossier is still in time.",
            ),
            log=({"dossier": "H62.014-260302-0001", "set": {"returned_at": "2026-03-25T08:10:00"}},),
        )
    },
)
