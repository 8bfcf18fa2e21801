"""Is the return date set anew at most once?"""

from __future__ import annotations

from collections import Counter

from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _set_anew(trace: Trace, requirement: Requirement) -> Answer:
    """Each new appointment is one opportunity, settled when it is made."""
    steps = trace.procedure.ids_of("apologise")
    if steps.isdisjoint(trace.happened):
        return NOT_APPLICABLE
    made = [(position, step) for position, step in enumerate(trace.steps) if step in steps]
    at_most = requirement.whole("at_most")
    breaches = tuple(
        Breach(step, {"at_most": at_most}, position=position) for position, step in made[at_most:]
    )
    return Answer(len(made), breaches, by_step=Counter(step for _, step in made))


RULE = Rule(
    name="reappointment",
    title=Text(vi="Số lần hẹn lại ngày trả kết quả", en="Number of new return dates"),
    why=Text(
        vi="Việc hẹn lại chỉ được thực hiện một lần: hẹn lại nhiều lần làm thời hạn giải quyết không còn ý "
        "nghĩa.",
        en="The date may be set anew once; where it moves again and again, the time allowed means nothing.",
    ),
    parameters={
        "at_most": Parameter(
            "int",
            Text(vi="Số lần hẹn lại tối đa của một hồ sơ", en="Most new dates of one dossier"),
            1,
        ),
    },
    on_trace=Hook(
        "TIM-04",
        _set_anew,
        Text(
            vi="{failed} trong {checked} lần hẹn lại ngày trả kết quả vượt quá số lần cho phép ({at_most}).",
            en="{failed} of {checked} new return dates went beyond the number allowed ({at_most}).",
        ),
    ),
    bad={
        "TIM-04": Example(
            Text(
                vi="Hồ sơ quá hạn được hẹn lại hai lần.", en="An overdue dossier is given a new date twice."
            ),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"finished_at": "2026-03-17T08:20:00"}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "apologise",
                    "add": {
                        "started_at": "2026-03-12T09:00:00",
                        "finished_at": "2026-03-12T09:30:00",
                        "document": "XL-0001",
                        "reason": "Chờ ý kiến cơ quan phối hợp",
                        "new_appointed_at": "2026-03-20",
                    },
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "apologise",
                    "add": {
                        "started_at": "2026-03-13T09:00:00",
                        "finished_at": "2026-03-13T09:30:00",
                        "document": "XL-0001",
                        "reason": "Chờ ý kiến cơ quan phối hợp",
                        "new_appointed_at": "2026-03-24",
                    },
                },
            ),
            also=("TIM-01",),
        )
    },
    good={
        "TIM-04": Example(
            Text(vi="Hồ sơ quá hạn được hẹn lại một lần.", en="An overdue dossier is given a new date once."),
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
