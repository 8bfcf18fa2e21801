"""Is a new return date set, and set right, when a dossier had to wait for supplements?"""

from __future__ import annotations

from iso_audit.analysis.asking import answered, demands_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Example, Hook, Parameter, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _set_anew(trace: Trace, requirement: Requirement) -> Answer:
    """Judge dossiers whose clock stood at a request after the slip; a date earlier than due is in order."""
    procedure = trace.procedure
    if trace.facts.get("broken_off"):
        return NOT_APPLICABLE
    found = NOT_APPLICABLE
    for demand, variant in zip(demands_of(requirement, procedure), ("", "later"), strict=True):
        request, slip = (
            {step.id for name in names for step in procedure.meant(name)}
            for names in (demand.first, demand.second)
        )
        since = next((at for at, step in enumerate(trace.steps) if step in slip), len(trace.steps))
        if not any(step in request for step in trace.steps[since + 1 :]):
            return NOT_APPLICABLE
        said = answered(trace, demand, "no-new-date", variant=variant)
        if said.breaches or said.unknowns:
            return said
        found = HOLDS if said.checked else found
    return found


_ASK_MORE = {
    "appraise": {"next": {"incomplete": "ask-more"}},
    "ask-more": {
        "kind": "request_supplement",
        "role": "one-stop-officer",
        "clock": "paused",
        "next": "appraise",
    },
}
_BY_DESK = {"actor": "CB02", "role": "one-stop-officer", "unit": "one-stop-desk"}
_BY_DIVISION = {"actor": "CV01", "role": "specialist", "unit": "economy-division"}


def _waited(new_appointed_at: str) -> tuple[dict[str, object], ...]:
    """Edits: the dossier of 26/3 waits for supplements from 27/3 to 31/3, and goes on."""
    asked = {"started_at": "2026-03-27T13:30:00", "finished_at": "2026-03-27T14:00:00"}
    first = {"started_at": "2026-03-27T10:30:00", "finished_at": "2026-03-27T11:00:00"}
    again = {"started_at": "2026-03-31T08:00:00", "finished_at": "2026-03-31T09:00:00"}
    paper = {"document": "BS-0002", "reason": "Thiếu bản vẽ mặt cắt"}
    dossier = "H62.014-260326-0001"
    return (
        {"dossier": dossier, "step": "appraise", "add": _BY_DIVISION | first},
        {"dossier": dossier, "step": "ask-more", "add": _BY_DESK | asked | paper},
        {
            "dossier": dossier,
            "step": "appraise",
            "add": _BY_DIVISION | again | {"new_appointed_at": new_appointed_at},
        },
    )


RULE = Rule(
    name="date-after-stop",
    title=Text(vi="Hẹn lại ngày trả sau khi chờ bổ sung", en="New return date after waiting for supplements"),
    why=Text(
        vi="Thời gian chờ bổ sung không tính vào thời hạn, nên ngày hẹn cũ không còn đúng. Không hẹn lại thì "
        "người nộp đến vô ích; hẹn lại muộn hơn thời hạn còn lại là tự kéo dài thời hạn.",
        en="The time spent waiting for supplements does not count, so the old date no longer holds. Without "
        "a new one the applicant comes in vain; a new one beyond the time left is an extension nobody "
        "granted.",
    ),
    parameters={
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi hẹn lại muộn hơn (later)", en="Own grade of a date that is later (later)"
            ),
        ),
    },
    reads=("broken_off", DEMAND),
    on_trace=Hook(
        "SUP-04",
        _set_anew,
        Text(
            vi="{failed} trong {checked} hồ sơ phải chờ bổ sung sau khi có giấy hẹn không được ghi ngày hẹn "
            "mới, trong khi ngày hẹn cũ đã qua mà chưa có kết quả.",
            en="For {failed} of {checked} dossiers that waited for supplements after the receipt slip no new "
            "date was recorded, and the old one went by without a result.",
        ),
        variants={
            "later": Text(
                vi="{failed} trong {checked} hồ sơ phải chờ bổ sung được hẹn lại muộn hơn ngày đến hạn tính "
                "lại sau khi chờ.",
                en="For {failed} of {checked} dossiers that waited for supplements the new date is later "
                "than the due day counted again.",
            ),
        },
    ),
    bad={
        "SUP-04": Example(
            Text(
                vi="Hồ sơ chờ bổ sung hai ngày làm việc, được hẹn lại muộn hơn một tuần.",
                en="A dossier waits for supplements for two working days; the new date is a week later.",
            ),
            procedure={"steps": _ASK_MORE},
            log=_waited("2026-04-20"),
        )
    },
    good={
        "SUP-04": Example(
            Text(
                vi="Hồ sơ chờ bổ sung hai ngày làm việc, được hẹn lại muộn hơn hai ngày làm việc.",
                en="A dossier waits for supplements for two working days; so much later is the new date.",
            ),
            procedure={"steps": _ASK_MORE},
            log=_waited("2026-04-13"),
        )
    },
)
