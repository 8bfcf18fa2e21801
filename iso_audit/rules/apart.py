"""Are duties that one person may not hold both given to different roles?"""

from __future__ import annotations

from iso_audit.analysis.duties import Pair, in_one_hand, pairs_apart
from iso_audit.analysis.keeping import by_one_person
from iso_audit.analysis.once import once
from iso_audit.analysis.signing import unreviewed
from iso_audit.analysis.study import Study
from iso_audit.model.log import SAME_PERSON
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.model.trace import CANNOT_TELL, YES, Trace
from iso_audit.text import Text

APART = ("appraise", "approve_sign")


@once
def _pairs(procedure: Procedure, requirement: Requirement) -> list[Pair]:
    return pairs_apart(procedure, requirement.names("apart"))


def _defined(study: Study, requirement: Requirement) -> Answer:
    """The pair of the requirement and those that the procedure itself holds apart, then the review.

    A printed table often names a whole office in the place of a role: two rows of one office, or one
    row with both duties, are not yet one person's work.
    """
    procedure, pairs = study.procedure, _pairs(study.procedure, requirement)
    present = [pair for pair in pairs if all(procedure.meant(name) for name in pair)]
    held = in_one_hand(study, present)
    has_reviewers = procedure.level in requirement.names("reviewed_at")
    hasty = unreviewed(study, requirement.names("reviewed_for")) if has_reviewers else []
    if procedure.is_partial:
        unseen = [pair for pair in pairs if pair not in present or pair in held]
        kinds = [*unseen, *(("review",) for _ in hasty[:1])]
        unknowns = tuple(Unknown("printed-table", facts={"kinds": each}) for each in kinds)
        return Answer(len(pairs) - len(unseen), unknowns=unknowns)
    breaches = [
        Breach(step.id, {"role": step.role, "run": run}, variant="not-reviewed") for step, run in hasty
    ]
    for (first, second), found in held.items():
        facts = {"kind_first": first, "kind_second": second, "roles": found.roles}
        breaches.append(Breach(found.second, facts, variant=f"{found.reason} {first} + {second}"))
    return Answer(len(present) + len(hasty), tuple(breaches))


def _handled(trace: Trace, requirement: Requirement) -> Answer:
    """Each pair of duties of which both were carried out in the dossier is one opportunity."""
    breaches, unknowns = [], []
    counted: dict[tuple[str, str], int] = {}
    for first, second in _pairs(trace.procedure, requirement):
        found = by_one_person(trace, first, second)
        if found is None:
            continue
        step, same = found
        if same == CANNOT_TELL:
            unknowns.append(Unknown("no-actor", step))
            continue
        variant = f"{first} + {second}"
        counted[variant, step] = 1
        if same == YES:
            facts, position = {"kind_first": first, "kind_second": second}, trace.steps.index(step)
            breaches.append(Breach(step, facts, variant=variant, position=position))
    if not counted and not unknowns:
        return NOT_APPLICABLE
    return Answer(len(counted), tuple(breaches), tuple(unknowns), by_variant=counted)


RULE = Rule(
    name="apart",
    title=Text(vi="Tách bạch thẩm định và phê duyệt", en="Appraisal and approval held apart"),
    why=Text(
        vi="Sai sót và tiêu cực chỉ được phát hiện khi người quyết định không phải là người thẩm định.",
        en="Mistakes and abuse come to light only where whoever decides is not the one who appraised.",
    ),
    parameters={
        "apart": Parameter("names", Text(vi="Các việc phải tách bạch", en="Duties held apart"), APART),
        "reviewed_for": Parameter(
            "texts",
            Text(vi="Lãnh đạo mà trước khi ký phải có soát xét", en="Leaders before whom a review is due"),
            ("chairman", "vice-chairman", "provincial-chairman"),
        ),
        "reviewed_at": Parameter(
            "texts",
            Text(vi="Cấp hành chính phải có soát xét", en="Levels at which that review is asked for"),
            ("district", "province"),
        ),
    },
    on_procedure=Hook(
        "DEF-ROLE-02",
        _defined,
        Text(
            vi="«{kind_first}» và «{kind_second}» cùng do {roles} đảm nhiệm, không tách bạch.",
            en="“{kind_first}” and “{kind_second}” both lie with the {roles}; they are not held apart.",
        ),
        variants={
            "not-reviewed": Text(
                vi="Kết quả được trình {role} ký mà không qua bước soát xét sau thẩm định.",
                en="The result goes to the {role} for signature without a review after the appraisal.",
            ),
        },
    ),
    reads=(SAME_PERSON,),
    on_trace=Hook(
        "PRC-04",
        _handled,
        Text(
            vi="Ở {failed} trong {checked} hồ sơ, cùng một người làm cả «{kind_first}» và «{kind_second}».",
            en="In {failed} of {checked} dossiers the same person did “{kind_first}” and “{kind_second}”.",
        ),
        needs=("events.actor",),
    ),
    bad={
        "PRC-04": Example(
            Text(vi="Người thẩm định cũng là người ký duyệt.", en="The one who appraised also signed."),
            log=({"dossier": "H62.014-260302-0001", "step": "approve", "set": {"actor": "CV01"}},),
        ),
        "DEF-ROLE-02": Example(
            Text(
                vi="Chủ tịch vừa thẩm định vừa ký duyệt hồ sơ.", en="The chairman both appraises and signs."
            ),
            procedure={"steps": {"appraise": {"role": "chairman"}}},
        ),
    },
    good={
        "PRC-04": Example(
            Text(
                vi="Cùng một cán bộ kiểm tra hồ sơ và trả kết quả.",
                en="One officer checks the dossier and returns the result.",
            )
        ),
        "DEF-ROLE-02": Example(
            Text(
                vi="Trưởng phòng thẩm định, Chủ tịch ký duyệt.",
                en="The head of the division appraises, the chairman signs.",
            ),
            procedure={"steps": {"appraise": {"role": "division-head"}}},
        ),
    },
)
