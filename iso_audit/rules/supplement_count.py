"""Are supplements requested no more often than is allowed?"""

from __future__ import annotations

from collections import Counter

from iso_audit.model.finding import Grade
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _requests(trace: Trace, requirement: Requirement) -> Answer:
    """Each request is one opportunity: the n-th at one step is a breach where n is over the limit.

    The step of the request is its stage. Whether a request is one too many is settled when it is
    made, so that unfinished dossiers are judged, too.
    """
    requests, by_id = trace.procedure.ids_of("request_supplement"), trace.procedure.by_id
    if requests.isdisjoint(trace.happened):
        return NOT_APPLICABLE
    made: Counter[str] = Counter()
    breaches = []
    for position, step in enumerate(trace.steps):
        if step not in requests:
            continue
        made[step] += 1
        own = by_id[step].at_most
        at_most = requirement.whole("at_most") if own is None else own
        if made[step] > at_most:
            many = made[step] >= requirement.whole("major_from") > 0
            breaches.append(
                Breach(
                    step,
                    {"at_most": at_most, "major_from": requirement.whole("major_from")},
                    Grade.MAJOR if many else None,
                    variant="many" if many else "again",
                    position=position,
                )
            )
    return Answer(made.total(), tuple(breaches), by_step=made)


RULE = Rule(
    name="supplement-count",
    title=Text(vi="Số lần yêu cầu bổ sung hồ sơ", en="Number of supplement requests"),
    why=Text(
        vi="Mỗi lần yêu cầu thêm giấy tờ là thêm một lần đi lại và thêm thời gian chờ của người dân, doanh "
        "nghiệp; quy định chỉ cho phép hướng dẫn bổ sung một lần ở mỗi giai đoạn.",
        en="Each further request costs the applicant another visit and more waiting; the rules allow one "
        "request at each stage.",
    ),
    parameters={
        "at_most": Parameter(
            "int",
            Text(
                vi="Số lần tối đa ở mỗi giai đoạn, nếu quy trình không ghi khác",
                en="Most requests at one stage, unless the procedure says otherwise",
            ),
            1,
        ),
        "major_from": Parameter(
            "int",
            Text(
                vi="Từ lần thứ mấy trở đi là không phù hợp nặng; 0: không áp dụng",
                en="The request from which on the breach is major; 0 for never",
            ),
            3,
        ),
    },
    on_trace=Hook(
        "SUP-02",
        _requests,
        Text(
            vi="{failed} trong {checked} lần yêu cầu bổ sung vượt quá số lần cho phép ({at_most}).",
            en="{failed} of {checked} requests for supplements went beyond the number allowed ({at_most}).",
        ),
        variants={
            "many": Text(
                vi="{failed} trong {checked} lần yêu cầu bổ sung là lần thứ {major_from} trở đi (cho phép "
                "{at_most}).",
                en="{failed} of {checked} requests for supplements came as number {major_from} or later "
                "({at_most} allowed).",
            ),
        },
    ),
    bad={
        "SUP-02": Example(
            Text(
                vi="Hồ sơ bị yêu cầu bổ sung lần thứ hai.",
                en="A dossier is sent back for supplements a second time.",
            ),
            log=(
                {
                    "dossier": "H62.014-260303-0001",
                    "step": "ask-supplement",
                    "add": {
                        "started_at": "2026-03-05T09:10:00",
                        "finished_at": "2026-03-05T09:20:00",
                        "document": "BS-0002",
                        "reason": "Thiếu chữ ký",
                    },
                },
                {
                    "dossier": "H62.014-260303-0001",
                    "step": "check",
                    "add": {"started_at": "2026-03-05T10:30:00", "finished_at": "2026-03-05T10:50:00"},
                },
            ),
        )
    },
    good={
        "SUP-02": Example(
            Text(vi="Hồ sơ được yêu cầu bổ sung một lần.", en="A dossier is sent back for supplements once.")
        )
    },
)
