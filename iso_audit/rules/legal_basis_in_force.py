"""Is every legal document that the procedure cites in force?"""

from __future__ import annotations

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Period
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Judged on the audit date, or on the last day of a definition that has ended.

    A document of which the file gives no days in force is open: nobody has looked.
    """
    procedure, day = study.procedure, study.judged_on
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table"),))
    if not procedure.legal_basis:
        return Answer(unknowns=(Unknown("no-legal-basis"),))
    checked, breaches, unknowns = 0, [], []
    for basis in procedure.legal_basis:
        facts = {"ref": basis.ref, "date": day}
        if basis.in_force == Period():
            unknowns.append(Unknown("basis-without-days", facts=facts))
            continue
        checked += 1
        if not basis.in_force.holds(day):
            ended = basis.in_force.last is not None and basis.in_force.last < day
            facts["date_last" if ended else "date_first"] = (
                basis.in_force.last if ended else basis.in_force.first
            )
            breaches.append(Breach("", facts, place=basis.place, variant=basis.ref))
    return Answer(checked, tuple(breaches), tuple(unknowns))


RULE = Rule(
    name="legal-basis-in-force",
    title=Text(vi="Hiệu lực của căn cứ pháp lý", en="Legal basis in force"),
    why=Text(
        vi="Quy trình dựa trên văn bản đã hết hiệu lực có thể đòi hỏi điều pháp luật không còn cho phép, "
        "hoặc bỏ sót điều pháp luật mới quy định.",
        en="A procedure that rests on a repealed text may ask for what the law no longer allows, or miss "
        "what it now requires.",
    ),
    on_procedure=Hook(
        "DEF-DOC-04",
        _defined,
        Text(
            vi="Quy trình viện dẫn {ref} là văn bản không có hiệu lực vào ngày {date}.",
            en="The procedure cites {ref}, which is not in force on {date}.",
        ),
    ),
    bad={
        "DEF-DOC-04": Example(
            Text(
                vi="Quy trình vẫn viện dẫn Nghị định số 61/2018/NĐ-CP đã hết hiệu lực.",
                en="The procedure still cites Decree 61/2018, which has ended.",
            ),
            procedure={
                "legal_basis": [{"ref": "NĐ 61/2018/NĐ-CP", "from": "2018-06-21", "to": "2025-06-30"}]
            },
        )
    },
    good={
        "DEF-DOC-04": Example(
            Text(
                vi="Văn bản hết hiệu lực sau ngày đánh giá.",
                en="A text that ends after the day of the audit.",
            ),
            procedure={
                "legal_basis": [{"ref": "NQ 66.7/2025/NQ-CP", "from": "2026-01-01", "to": "2027-02-28"}]
            },
        )
    },
)
