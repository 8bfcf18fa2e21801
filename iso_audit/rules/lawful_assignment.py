"""Is there on every run a lawful assignment of the people to the steps?"""

from __future__ import annotations

from iso_audit.analysis.duties import Shortage, Staffing, pairs_apart
from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, requirement: Requirement) -> Answer:
    """Asked where the organisation names people, of those that are there on the audit day.

    Two steps that the definition itself leaves to one role are told under DEF-ROLE-02 alone.
    """
    if not study.organisation.people:
        return NOT_APPLICABLE
    staffing = Staffing(study, pairs_apart(study.procedure, requirement.names("apart")))
    unknowns = [Unknown("no-people", step.id, {"role": step.role}) for step in staffing.unnamed]
    found, reason = staffing.shortages()
    if reason:
        return Answer(unknowns=(*unknowns, Unknown(reason)))
    short = [_told(study, requirement, each) for each in found if not each.is_of_one_role]
    if study.procedure.is_partial:
        # a row of a printed table may name a whole office in the place of a role
        unknowns += [Unknown("printed-table", breach.step) for breach in short]
        return Answer(len(staffing.choices) - len(short), unknowns=tuple(unknowns))
    return Answer(len(staffing.choices), tuple(short), tuple(unknowns))


def _told(study: Study, requirement: Requirement, shortage: Shortage) -> Breach:
    by_id, steps = study.procedure.by_id, shortage.steps
    facts = {
        "steps": steps,
        "needed": len(steps),
        "available": len(shortage.people),
        "roles": tuple(dict.fromkeys(by_id[step].role for step in steps)),
        "people": shortage.people,
        "date": study.judged_on,
        "run": shortage.run,
    }
    kind = "too-few" if shortage.is_clique else "no-way"
    grades = [grade for step in steps if (grade := requirement.grade_at(by_id[step])) is not None]
    gravest = min(grades, key=lambda grade: grade.rank, default=None)
    return Breach(steps[-1], facts, gravest, variant=f"{kind} {' + '.join(steps)}")


RULE = Rule(
    name="lawful-assignment",
    title=Text(vi="Đủ người để tách bạch nhiệm vụ", en="Enough people to hold duties apart"),
    why=Text(
        vi="Quy định tách bạch chỉ thực hiện được khi có đủ người: thiếu người thì hồ sơ phải dừng, hoặc một "
        "người làm cả hai việc.",
        en="Duties can be held apart only where there are people enough: otherwise dossiers stop, or one "
        "person does both.",
    ),
    parameters={
        "apart": Parameter(
            "names", Text(vi="Các việc phải tách bạch", en="Duties held apart"), ("appraise", "approve_sign")
        ),
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi liên quan đến một bước (loại bước hoặc mã bước)",
                en="Own grade where a step is concerned (kind or id)",
            ),
            {"approve_sign": "major"},
        ),
    },
    on_procedure=Hook(
        "DEF-ROLE-05",
        _defined,
        Text(
            vi="{needed} nhiệm vụ phải do {needed} người khác nhau làm ({steps}), nhưng chỉ có {available} "
            "người làm được.",
            en="{needed} duties call for {needed} different people ({steps}); people who may do them: "
            "{available}.",
        ),
        variants={
            "no-way": Text(
                vi="Không có cách phân công nào giữ được tách bạch giữa các bước {steps}: chỉ có {available} "
                "người làm được.",
                en="No assignment keeps the steps {steps} apart as required; people who may do them: "
                "{available}.",
            ),
        },
    ),
    bad={
        "DEF-ROLE-05": Example(
            Text(
                vi="Thẩm định, dự thảo và soát xét phải do ba người làm, chỉ có hai người làm được.",
                en="Appraisal, draft and review call for three people, and there are two.",
            ),
            procedure={
                "separation": [["appraise", "draft_result", "review"]],
                "steps": {
                    "appraise": {"role": "deputy-division-head"},
                    "draft": {"role": "division-head"},
                    "review": {"role": "legal-reviewer"},
                },
            },
        )
    },
    good={
        "DEF-ROLE-05": Example(
            Text(
                vi="Ba việc phải tách bạch, mỗi việc có một người làm được.",
                en="Three duties held apart, and a person for each.",
            ),
            procedure={"separation": [["appraise", "review", "approve_sign"]]},
        )
    },
)
