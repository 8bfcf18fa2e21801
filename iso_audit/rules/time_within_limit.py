"""If every step takes all the time it has, is the result still ready in time?"""

from __future__ import annotations

from iso_audit.analysis.allowance import Allowance, allowances, has_open_loop
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """The longest run against the limit: for the whole, in each case, and for each part with a limit.

    Parallel work counts once, waiting for the applicant not at all, and a loop once through: one
    that may be repeated without bound leaves the question open, unless once is too long already.
    Where working days and days are mixed DEF-TIME-02 computes both readings.
    """
    checked, breaches, unknowns = 0, [], []
    for allowance in allowances(study):
        longest, taken, limit = allowance.longest, allowance.taken, allowance.limit
        facts = {"case": allowance.case, "part": allowance.part, "limit": limit, "run": longest.path}
        if allowance.is_mixed:
            unknowns.append(Unknown("mixed-units", facts=facts))
        elif taken.exceeds(limit):
            checked += 1
            facts |= {"longest": taken, "longest_seconds": longest.nominal_seconds}
            breaches.append(_breach(study.procedure, allowance, facts))
        elif has_open_loop(study):
            unknowns.append(Unknown("unbounded-loop", facts=facts))
        else:
            checked += 1
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _breach(procedure: Procedure, allowance: Allowance, facts: dict[str, object]) -> Breach:
    if allowance.part:
        unit = next((part.unit for part in procedure.parts if part.id == allowance.part), "")
        variant = f"part {allowance.part}"
        return Breach("", {**facts, "unit": unit}, place=allowance.limit.place, variant=variant)
    variant = "" if allowance.case == "default" else f"case {allowance.case}"
    return Breach("", facts, place=allowance.limit.place, variant=variant)


RULE = Rule(
    name="time-within-limit",
    title=Text(vi="Thời hạn các bước nằm trong thời hạn giải quyết", en="Step limits within the whole limit"),
    why=Text(
        vi="Nếu làm đúng thời hạn của từng bước mà vẫn quá thời hạn giải quyết thì quy trình không thể bảo "
        "đảm trả kết quả đúng hạn, dù cán bộ làm đúng.",
        en="Where a dossier is late although every step kept its own limit, the procedure itself cannot "
        "deliver on time, whatever officers do.",
    ),
    on_procedure=Hook(
        "DEF-TIME-01",
        _defined,
        Text(
            vi="Theo đường đi dài nhất {run}, thời hạn các bước cộng lại là {longest}, vượt thời hạn "
            "{limit}.",
            en="On the longest way {run} the steps may take {longest}, which exceeds the limit of {limit}.",
        ),
        variants={
            "case": Text(
                vi="Trong trường hợp «{case}», thời hạn các bước theo {run} cộng lại là {longest}, vượt "
                "{limit}.",
                en="In the case “{case}” the steps of {run} may take {longest}, which exceeds {limit}.",
            ),
            "part": Text(
                vi="Phần việc của {unit} theo {run} cộng lại là {longest}, vượt thời hạn riêng {limit}.",
                en="The part of {unit} may take {longest} on {run}, which exceeds its own limit of {limit}.",
            ),
        },
    ),
    bad={
        "DEF-TIME-01": Example(
            Text(
                vi="Thẩm định 4 ngày thay vì 3 ngày: cộng lại 11 ngày, thời hạn giải quyết 10 ngày.",
                en="The appraisal takes 4 days instead of 3: 11 in all, with a limit of 10.",
            ),
            procedure={"steps": {"appraise": {"limit": "4 wd"}}},
        )
    },
    good={
        "DEF-TIME-01": Example(
            Text(
                vi="Lấy ý kiến và kiểm tra thực địa làm song song: chỉ tính bước dài hơn.",
                en="Consultation and site visit run side by side: only the longer one counts.",
            ),
            procedure={"steps": {"consult": {"limit": "1.5 wd"}}},
        )
    },
)
