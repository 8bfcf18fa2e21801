"""Does a dossier that proves ineligible end in a written refusal through the one-stop desk?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text

BACK = frozenset({"request_supplement", "check", "receive", "submit"})
"""Ways back to the desk: a refusal after one of these is not that of the appraisal."""


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """From the first appraisal of a run some way must lead to a refusal that is recorded and handed out."""
    procedure = study.procedure
    appraisals = procedure.of_kind("appraise")
    if not appraisals:
        return NOT_APPLICABLE
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table", appraisals[0].id),))
    first = [procedure.by_id[name] for name in study.first_of([step.id for step in appraisals])]
    can_refuse = bool(procedure.of_kind("refuse"))
    breaches = []
    for appraisal in first:
        ahead = study.ahead(appraisal.id, BACK) if can_refuse else ()
        refusals = [step for name in ahead if (step := procedure.by_id[name]).is_a("refuse")]
        variant = _want(study, refusals)
        if variant:
            facts = {"step": appraisal.id, "step_refusal": refusals[0].id if refusals else ""}
            breaches.append(Breach(appraisal.id, facts, variant=variant))
    return Answer(checked=len(first), breaches=tuple(breaches))


def _want(study: Study, refusals: list[Step]) -> str:
    """What the refusals lack; empty where one of them is written and goes through the desk."""
    if not refusals:
        return "no-exit"
    written = [step for step in refusals if step.records]
    if not written:
        return "not-written"
    return "" if any(_by_desk(study, step) for step in written) else "not-by-desk"


def _by_desk(study: Study, refusal: Step) -> bool:
    desk = study.procedure.of_kind("receive", "return_result")
    at_desk = refusal.role in {step.role for step in desk}
    return at_desk or any(study.reaches(refusal.id, s.id) for s in desk if s.is_a("return_result"))


RULE = Rule(
    name="refusal-after-appraisal",
    title=Text(vi="Từ chối bằng văn bản sau thẩm định", en="Written refusal after the appraisal"),
    why=Text(
        vi="Người có hồ sơ không đủ điều kiện được trả lời bằng văn bản nêu rõ lý do, qua nơi đã nhận hồ "
        "sơ; nếu không thì không biết vì sao và không có căn cứ để khiếu nại.",
        en="An applicant whose dossier is not eligible is answered in writing, with the reason, where it "
        "was handed in; else the applicant neither knows why nor has anything to appeal against.",
    ),
    on_procedure=Hook(
        "DEF-STEP-05",
        _defined,
        Text(
            vi="Từ bước thẩm định «{step}» không có lối ra cho hồ sơ không đủ điều kiện.",
            en="The appraisal “{step}” has no exit for a dossier that is not eligible.",
        ),
        variants={
            "not-written": Text(
                vi="Sau bước thẩm định «{step}», bước từ chối «{step_refusal}» không để lại văn bản nêu lý "
                "do.",
                en="After the appraisal “{step}” the refusal “{step_refusal}” leaves no written reason.",
            ),
            "not-by-desk": Text(
                vi="Sau bước thẩm định «{step}», kết quả từ chối «{step_refusal}» không được trả qua Bộ "
                "phận Một cửa.",
                en="After the appraisal “{step}” the refusal “{step_refusal}” is not handed out by the "
                "one-stop desk.",
            ),
        },
    ),
    bad={
        "DEF-STEP-05": Example(
            Text(
                vi="Thẩm định xong chỉ có trường hợp đủ điều kiện.",
                en="Only eligible dossiers have a way on.",
            ),
            procedure={
                "steps": {
                    "appraise": {"next": {"ineligible": None}},
                    "draft-refusal": {"anytime": True, "next": None},
                }
            },
        )
    },
    good={
        "DEF-STEP-05": Example(
            Text(
                vi="Văn bản từ chối do chính Bộ phận Một cửa trao và kết thúc hồ sơ.",
                en="The one-stop desk itself hands out the refusal, and the dossier ends there.",
            ),
            procedure={"steps": {"draft-refusal": {"role": "one-stop-officer", "next": None}}},
        )
    },
)
