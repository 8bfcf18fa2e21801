"""Is the limit of the procedure within the one that the authority announced?"""

from __future__ import annotations

from fractions import Fraction

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Limit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """Shorter is an office's own cut and allowed; longer never is. Judged case by case."""
    procedure, announced = study.procedure, study.announced
    own = dict(procedure.limits)
    if procedure.same_day:
        own.setdefault("default", Limit(Fraction(1)))
    own = {case: limit for case, limit in own.items() if limit.value}
    if not own:
        return NOT_APPLICABLE
    if announced is None:
        return Answer(unknowns=(Unknown("no-announcement", facts={"code": procedure.code}),))
    checked, breaches, unknowns = 0, [], []
    for case, limit in own.items():
        bound = announced.limits.get(case)
        longer = limit.exceeds(bound) if bound is not None else None
        facts = {"case": case, "limit": limit, "limit_announced": bound, "ref": announced.ref}
        if bound is None:
            unknowns.append(Unknown("no-announcement", facts={"code": procedure.code, "case": case}))
        elif longer is None:
            unknowns.append(Unknown("mixed-units", facts=facts))
        else:
            checked += 1
            if longer:
                breaches.append(Breach("", facts, place=limit.place, variant=case))
    return Answer(checked, tuple(breaches), tuple(unknowns))


RULE = Rule(
    name="announced-limit",
    title=Text(vi="Thời hạn theo quyết định công bố", en="The announced limit"),
    why=Text(
        vi="Cơ quan chỉ được áp dụng thủ tục như đã công bố: thời hạn trong quy trình có thể ngắn hơn, "
        "không được dài hơn thời hạn mà người dân được thông báo.",
        en="An office may apply a procedure only as it was announced: its own limit may be shorter, never "
        "longer than the one that the public was told.",
    ),
    on_procedure=Hook(
        "DEF-TIME-03",
        _defined,
        Text(
            vi="Thời hạn trong quy trình là {limit}, dài hơn {limit_announced} đã công bố tại {ref}.",
            en="The limit of the procedure is {limit}, longer than the {limit_announced} announced by {ref}.",
        ),
    ),
    bad={
        "DEF-TIME-03": Example(
            Text(
                vi="Quyết định công bố ghi 10 ngày làm việc, quy trình ghi 12 ngày làm việc.",
                en="Announced are 10 working days, the procedure has 12.",
            ),
            procedure={"limit": "12 wd", "steps": {"appraise": {"limit": "5 wd"}}},
        )
    },
    good={
        "DEF-TIME-03": Example(
            Text(
                vi="Quy trình cắt giảm còn 9 ngày làm việc so với 10 ngày đã công bố.",
                en="The office has cut the announced 10 working days to 9.",
            ),
            procedure={"limit": "9 wd", "steps": {"appraise": {"limit": "2 wd"}}},
        )
    },
)
