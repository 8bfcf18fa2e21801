"""Does a request for supplements after acceptance reach the applicant through the one-stop desk?"""

from __future__ import annotations

from iso_audit.analysis.asking import answered, demands_of
from iso_audit.model.log import DEMAND
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Example, Hook, Rule
from iso_audit.model.trace import Trace
from iso_audit.text import Text


def _through_desk(trace: Trace, requirement: Requirement) -> Answer:
    """Judge dossiers with a request after acceptance; one that came too late is a matter of SUP-05."""
    procedure = trace.procedure
    for demand in demands_of(requirement, procedure):
        request, accepted = (
            {step.id for name in names for step in procedure.meant(name)}
            for names in (demand.first, demand.second)
        )
        since = next((at for at, step in enumerate(trace.steps) if step in accepted), len(trace.steps))
        if any(step in request for step in trace.steps[since + 1 :]):
            return answered(trace, demand, "no-desk")
    return NOT_APPLICABLE


RULE = Rule(
    name="supplement-through-desk",
    title=Text(
        vi="Yêu cầu bổ sung sau khi tiếp nhận được gửi qua Bộ phận Một cửa",
        en="Supplements requested after acceptance, through the desk",
    ),
    why=Text(
        vi="Sau khi tiếp nhận, cơ quan giải quyết chỉ liên hệ với người nộp qua Bộ phận Một cửa: mọi yêu cầu "
        "đều được ghi nhận và người nộp chỉ đến một nơi. Phòng chuyên môn soạn yêu cầu rồi Bộ phận Một cửa "
        "gửi đi thì không bị tính.",
        en="After acceptance the deciding unit reaches the applicant through the desk alone: every request "
        "is on record and there is one place to go to. A request that a division writes and the desk then "
        "passes on is in order.",
    ),
    reads=(DEMAND,),
    on_trace=Hook(
        "SUP-03",
        _through_desk,
        Text(
            vi="Ở {failed} trong {checked} hồ sơ được yêu cầu bổ sung sau khi tiếp nhận, phòng chuyên môn "
            "yêu cầu thẳng người nộp, không qua Bộ phận Một cửa.",
            en="In {failed} of {checked} dossiers with a request for supplements after acceptance a division "
            "turned to the applicant itself, not through the one-stop desk.",
        ),
    ),
    bad={
        "SUP-03": Example(
            Text(
                vi="Chuyên viên yêu cầu người nộp bổ sung rồi tự nhận giấy tờ và thẩm định tiếp.",
                en="A specialist asks the applicant for more, takes it in and goes on with the appraisal.",
            ),
            procedure={
                "steps": {
                    "appraise": {"next": {"incomplete": "ask-more"}},
                    "ask-more": {"kind": "request_supplement", "role": "specialist", "next": "appraise"},
                }
            },
            log=(
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "ask-more",
                    "add": {
                        "actor": "CV01",
                        "role": "specialist",
                        "unit": "economy-division",
                        "started_at": "2026-03-05T16:10:00",
                        "finished_at": "2026-03-05T16:20:00",
                        "document": "BS-0002",
                        "reason": "Thiếu bản vẽ mặt cắt",
                    },
                },
                {
                    "dossier": "H62.014-260302-0001",
                    "step": "appraise",
                    "add": {
                        "actor": "CV01",
                        "role": "specialist",
                        "unit": "economy-division",
                        "started_at": "2026-03-06T07:30:00",
                        "finished_at": "2026-03-06T07:50:00",
                    },
                },
            ),
        )
    },
    good={
        "SUP-03": Example(
            Text(
                vi="Bộ phận Một cửa yêu cầu bổ sung trước khi tiếp nhận hồ sơ.",
                en="The desk asks for supplements before it accepts the dossier.",
            ),
        )
    },
)
