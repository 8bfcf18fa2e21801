"""Is the applicant of an overdue dossier told in time, with a reason and a new date?"""

from __future__ import annotations

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, Trace
from iso_audit.text import Text

_COLUMNS = {"unexplained": "events.reason", "no_new_date": "events.new_appointed_at"}


def _what_counts(trace: Trace) -> object:
    """Whether the dossier is overdue; if it is, the first apology and what is known of it."""
    overdue, steps = trace.facts.get("overdue", CANNOT_TELL), trace.procedure.ids_of("apologise")
    if overdue != YES or steps.isdisjoint(trace.happened):
        return overdue
    first = next(at for at, step in enumerate(trace.steps) if step in steps)
    return first, *map(trace.symbols[first].facts.get, RULE.reads)


def _apologised(trace: Trace, requirement: Requirement) -> Answer:
    """The first apology of an overdue dossier is judged; a later one is a matter of TIM-04."""
    overdue = trace.facts.get("overdue", CANNOT_TELL)
    if overdue == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-due-date"),))
    if overdue != YES:
        return NOT_APPLICABLE
    steps = trace.procedure.ids_of("apologise")
    if not steps:
        return Answer(unknowns=(Unknown("no-step", facts={"kinds": ("apologise",)}),))
    first = next((at for at, step in enumerate(trace.steps) if step in steps), None)
    if first is None:
        return Answer(1, (Breach(variant="none", grade=requirement.grade_of("none")),))
    facts = trace.symbols[first].facts
    early = facts.get("early_enough", CANNOT_TELL)
    if early == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-due-date"),))
    if early != YES:
        return Answer(1, (Breach(variant="late", grade=requirement.grade_of("late"), position=first),))
    content = {name: facts.get(name, CANNOT_TELL) for name in _COLUMNS}
    if YES in content.values():
        breach = Breach(variant="incomplete", grade=requirement.grade_of("incomplete"), position=first)
        return Answer(1, (breach,))
    unseen = tuple(_COLUMNS[name] for name, fact in content.items() if fact == CANNOT_TELL)
    if unseen:
        return Answer(unknowns=(Unknown("no-column", facts={"columns": unseen}),))
    return Answer(1)


RULE = Rule(
    name="apology",
    title=Text(vi="Xin lỗi và hẹn lại ngày trả kết quả", en="Apology and new return date"),
    why=Text(
        vi="Khi hồ sơ sẽ quá hạn, người nộp phải được báo trước bằng văn bản, có lý do và ngày hẹn lại, để "
        "không đi lại vô ích.",
        en="When a dossier will be late, the applicant must be told beforehand in writing, with the reason "
        "and a new date, so as not to come in vain.",
    ),
    parameters={
        "apology_lead": Parameter(
            "limit",
            Text(
                vi="Văn bản xin lỗi phải có trước ngày đến hạn chừng này; 0 với nhóm liên thông điện tử",
                en="How long before the due day the apology must be made; 0 for linked electronic groups",
            ),
        ),
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi không có (none), muộn (late), thiếu nội dung (incomplete)",
                en="Own grade where there is none, a late or an incomplete one (none, late, incomplete)",
            ),
            {"none": "major"},
        ),
    },
    reads=("overdue", "early_enough", "unexplained", "no_new_date"),
    on_trace=Hook(
        "TIM-03",
        _apologised,
        Text(
            vi="{failed} trong {checked} hồ sơ quá hạn không có văn bản xin lỗi và hẹn lại ngày trả kết quả.",
            en="A written apology is lacking in {failed} of {checked} overdue dossiers.",
        ),
        part=_what_counts,
        variants={
            "late": Text(
                vi="{failed} trong {checked} hồ sơ quá hạn có văn bản xin lỗi muộn hơn quy định.",
                en="The written apology came too late in {failed} of {checked} overdue dossiers.",
            ),
            "incomplete": Text(
                vi="Văn bản xin lỗi thiếu lý do hoặc ngày hẹn lại ở {failed} trong {checked} hồ sơ quá hạn.",
                en="The written apology lacks the reason or the new date in {failed} of {checked} overdue "
                "dossiers.",
            ),
        },
    ),
    bad={
        "TIM-03": Example(
            Text(vi="Hồ sơ quá hạn, không có văn bản xin lỗi.", en="An overdue dossier without an apology."),
            log=({"dossier": "H62.014-260302-0001", "set": {"finished_at": "2026-03-17T08:20:00"}},),
            also=("TIM-01",),
        )
    },
    good={
        "TIM-03": Example(
            Text(
                vi="Văn bản xin lỗi gửi trước ngày đến hạn một ngày, có lý do và ngày hẹn lại.",
                en="The apology is sent a day before the due day, with its reason and a new date.",
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
            also=("TIM-01",),
        )
    },
)
