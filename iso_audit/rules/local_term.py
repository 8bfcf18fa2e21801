"""Is a term kept that the province sets for what passes between two steps?"""

from __future__ import annotations

from dataclasses import replace

from iso_audit.analysis.replies import replied, reply_parameters
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Example, Hook, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _kept(trace: Trace, requirement: Requirement) -> Answer:
    answer, names = replied(trace, requirement), requirement.names
    told = {"any_kind": names("since"), "any_kind_second": names("until")}
    return replace(
        answer, breaches=tuple(replace(breach, facts={**breach.facts, **told}) for breach in answer.breaches)
    )


RULE = Rule(
    name="local-term",
    title=Text(vi="Thời hạn do địa phương quy định", en="Terms set by the province"),
    why=Text(
        vi="Địa phương có thể đặt thời hạn cho việc chuyển lại hồ sơ, thông báo cho người nộp hay giao kết "
        "quả. Thời gian chờ người nộp bổ sung không tính.",
        en="A province may set terms for returning a file to the desk, telling the applicant, or delivering "
        "the result. The time in which the applicant is waited for does not count.",
    ),
    parameters=reply_parameters(unless=()),
    reads=(DEMAND,),
    on_trace=Hook(
        "SUP-06",
        _kept,
        Text(
            vi="Ở {failed} trong {checked} hồ sơ, từ khi xong «{any_kind}» đến khi xong «{any_kind_second}» "
            "dài hơn {limit}.",
            en="In {failed} of {checked} dossiers it took more than {limit} from the end of “{any_kind}” to "
            "the end of “{any_kind_second}”.",
        ),
    ),
    bad={
        "SUP-06": Example(
            Text(
                vi="Kết quả có ngày 11, đến ngày 17 mới được trả.",
                en="A result is there on the 11th and handed over on the 17th.",
            ),
            log=(
                {"dossier": "H62.014-260302-0001", "set": {"returned_at": "2026-03-17T08:10:00"}},
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "return",
                    "set": {"started_at": "2026-03-17T08:00:00", "finished_at": "2026-03-17T08:10:00"},
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "archive",
                    "set": {"started_at": "2026-03-17T14:00:00", "finished_at": "2026-03-17T14:10:00"},
                },
            ),
        )
    },
    good={
        "SUP-06": Example(
            Text(vi="Kết quả được trả ngày hôm sau.", en="The result is handed over on the next day."),
        )
    },
)
