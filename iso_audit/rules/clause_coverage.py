"""Does the procedure answer to every clause of the standard that concerns it?"""

from __future__ import annotations

from iso_audit.analysis.coverage import Answered, answered
from iso_audit.analysis.study import Study
from iso_audit.model.requirement import ClauseNeed, Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, requirement: Requirement) -> Answer:
    """One breach names all clauses without an answer: they are mended together."""
    needs = requirement.parameters.get("clauses")
    asked = [need for need in needs if isinstance(need, ClauseNeed)] if isinstance(needs, tuple) else []
    found = [(need.clause, answered(study.procedure, study.organisation, need)) for need in asked]
    gaps = tuple(clause for clause, state in found if state is Answered.GAP)
    unseen = tuple(clause for clause, state in found if state is Answered.OPEN)
    covered = any(state is Answered.COVERED for _, state in found)
    breaches = (Breach(facts={"clauses": gaps}),) if gaps else ()
    unknowns = (Unknown("clauses-unseen", facts={"clauses": unseen}),) if unseen else ()
    return Answer(1 if covered or gaps else 0, breaches, unknowns)


RULE = Rule(
    name="clause-coverage",
    title=Text(vi="Đáp ứng các điều khoản của tiêu chuẩn", en="Coverage of the clauses of the standard"),
    why=Text(
        vi="Điều khoản nào không có bước, hồ sơ ghi chép hay tài liệu nào đáp ứng thì khi đánh giá không có "
        "gì để xem xét.",
        en="A clause to which no step, record or document answers leaves an audit nothing to look at.",
    ),
    parameters={
        "clauses": Parameter(
            "clauses", Text(vi="Các điều khoản của gói yêu cầu", en="The clauses that the pack lists")
        ),
    },
    on_procedure=Hook(
        "DEF-COV-01",
        _defined,
        Text(
            vi="Không có bước, hồ sơ ghi chép hay tài liệu nào đáp ứng điều khoản: {clauses}.",
            en="No step, record or document answers to the clauses: {clauses}.",
        ),
    ),
    bad={
        "DEF-COV-01": Example(
            Text(
                vi="Tài liệu không có phần kiểm soát phiên bản.",
                en="The document has no version block.",
            ),
            procedure={"version": None},
            also=("DEF-DOC-02",),
        )
    },
    good={
        "DEF-COV-01": Example(
            Text(
                vi="Thủ tục không thu phí do một cơ quan giải quyết: không liên quan đến bên ngoài.",
                en="A free procedure of one agency: the clause on external providers does not concern it.",
            ),
            procedure={"fee": None},
        )
    },
)
