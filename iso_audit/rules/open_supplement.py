"""Is a dossier closed when the applicant has not completed it for long?"""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.analysis.asking import answered, demands_of, last_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Example, Hook, Parameter, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _left_open(trace: Trace, requirement: Requirement) -> Answer:
    """Judge open dossiers in which nothing followed the request, but what may happen at any time."""
    procedure = trace.procedure
    if trace.finished or trace.facts.get("closed"):
        return NOT_APPLICABLE
    for demand in demands_of(requirement, procedure):
        asked = last_of(trace, demand.first)
        if asked is None:
            continue
        after = (procedure.by_id.get(step) for step in trace.steps[asked + 1 :])
        if all(step is not None and step.anytime for step in after):
            return answered(trace, demand, "no-moment", {"limit": demand.limit})
    return NOT_APPLICABLE


_DOSSIER = "H62.014-260326-0001"
_WAITS: tuple[Mapping[str, object], ...] = (
    *({"dossier": _DOSSIER, "step": step, "drop": True} for step in ("issue-slip", "hand-over", "assign")),
    {
        "dossier": _DOSSIER,
        "step": "ask-supplement",
        "add": {
            "actor": "CB01",
            "role": "one-stop-officer",
            "unit": "one-stop-desk",
            "started_at": "2026-03-26T08:40:00",
            "finished_at": "2026-03-26T08:50:00",
            "document": "BS-0002",
            "reason": "Thiếu bản vẽ mặt cắt",
        },
    },
)

RULE = Rule(
    name="open-supplement",
    title=Text(vi="Hồ sơ quá hạn bổ sung còn để mở", en="Dossiers left open after the term for supplements"),
    why=Text(
        vi="Hồ sơ mà người nộp không bổ sung cần được đóng trên hệ thống; nếu không, số hồ sơ đang giải "
        "quyết không còn đúng và người nộp không biết phải nộp lại.",
        en="A dossier that the applicant does not complete has to be closed; or else the number of dossiers "
        "in work is wrong, and the applicant does not know that it must be filed anew.",
    ),
    parameters={
        "limit": Parameter(
            "limit",
            Text(vi="Thời hạn để người nộp bổ sung", en="The applicant's time to complete the dossier"),
            required=True,
        ),
    },
    reads=("closed", DEMAND),
    on_trace=Hook(
        "SUP-07",
        _left_open,
        Text(
            vi="{failed} trong {checked} hồ sơ đang chờ bổ sung đã quá {limit} mà chưa được đóng trên hệ "
            "thống.",
            en="{failed} of {checked} dossiers that wait for supplements have waited for more than {limit} "
            "and are still open.",
        ),
    ),
    bad={
        "SUP-07": Example(
            Text(
                vi="Hồ sơ yêu cầu bổ sung từ ngày 26, đến ngày 31 vẫn chờ trong khi thời hạn là hai ngày.",
                en="Supplements were requested on the 26th; the term was two days, and on the 31st it is "
                "open.",
            ),
            log=_WAITS,
            requirement={"limit": "2 wd", "when": {}},
        )
    },
    good={
        "SUP-07": Example(
            Text(
                vi="Hồ sơ chờ bổ sung còn trong thời hạn.",
                en="A dossier waits for supplements within the term.",
            ),
            log=_WAITS,
            requirement={"limit": "15 wd", "when": {}},
        )
    },
)
