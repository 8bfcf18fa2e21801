"""Is the applicant told when the result is ready well before the appointed day?"""

from __future__ import annotations

from iso_audit.analysis.asking import answered, demands_of, last_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import Trace
from iso_audit.text import Text

_SETTLED = "2026-03-16T08:00:00"
_WITH_NOTICE = {"steps": {"tell": {"kind": "notify", "role": "one-stop-officer", "anytime": True}}}


def _told(trace: Trace, requirement: Requirement) -> Answer:
    """Who was told, or had the result, before the appointed day did not wait for it."""
    if trace.facts.get("broken_off"):
        return NOT_APPLICABLE
    for demand in demands_of(requirement, trace.procedure):
        if last_of(trace, demand.first) is None:
            continue
        answer = answered(trace, demand, "no-date", {"limit": demand.limit})
        if answer.breaches and not trace.procedure.of_kind("notify"):
            return Answer(unknowns=(Unknown("no-step", facts={"kinds": ("notify",)}),))
        return answer
    return NOT_APPLICABLE


RULE = Rule(
    name="early-result",
    title=Text(vi="Báo cho người nộp khi có kết quả sớm", en="Early results announced"),
    why=Text(
        vi="Kết quả có trước hẹn mà người nộp không được báo thì vẫn phải chờ đến ngày hẹn: làm nhanh hơn mà "
        "người dân không được hưởng.",
        en="Where the applicant does not hear of a result that is ready early, it lies until the appointed "
        "day: the office was quick and nobody gains by it.",
    ),
    parameters={
        "limit": Parameter(
            "limit",
            Text(
                vi="Có kết quả trước ngày hẹn hơn chừng này (giờ hoặc ngày làm việc) thì phải báo",
                en="How long before the appointed day a result counts as early (working hours or days)",
            ),
            required=True,
        ),
    },
    reads=("broken_off", DEMAND),
    on_trace=Hook(
        "PRC-07",
        _told,
        Text(
            vi="{failed} trong {checked} hồ sơ có kết quả trước ngày hẹn hơn {limit} nhưng người nộp không "
            "được báo để nhận sớm.",
            en="In {failed} of {checked} dossiers the result was ready more than {limit} before the "
            "appointed day and the applicant was not told.",
        ),
        needs=("dossiers.appointed_at",),
    ),
    bad={
        "PRC-07": Example(
            Text(
                vi="Giấy phép xong ngày 11, ngày hẹn 16; không ai báo, người nộp đến nhận đúng ngày hẹn.",
                en="A permit is ready on the 11th; nobody says so, and it is fetched on the 16th, as "
                "appointed.",
            ),
            procedure=_WITH_NOTICE,
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"returned_at": _SETTLED}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "return",
                    "set": {"started_at": "2026-03-16T07:50:00", "finished_at": _SETTLED},
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "archive",
                    "set": {"started_at": "2026-03-16T14:00:00", "finished_at": "2026-03-16T14:10:00"},
                },
            ),
        )
    },
    good={
        "PRC-07": Example(
            Text(
                vi="Người nộp được nhắn tin khi có kết quả, đến nhận đúng ngày hẹn cũng được.",
                en="The applicant is sent a message when the result is ready, and comes on the appointed "
                "day.",
            ),
            procedure=_WITH_NOTICE,
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"returned_at": _SETTLED}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "tell",
                    "add": {
                        "actor": "CB02",
                        "role": "one-stop-officer",
                        "unit": "one-stop-desk",
                        "started_at": "2026-03-12T08:00:00",
                        "finished_at": "2026-03-12T08:05:00",
                    },
                },
            ),
        )
    },
)
