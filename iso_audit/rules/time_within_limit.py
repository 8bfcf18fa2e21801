"""If every step takes all the time it has, is the result still ready in time?"""

from __future__ import annotations

from iso_audit.analysis.allowance import Allowance, allowances, causes
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Rule, Unknown
from iso_audit.text import Text


def _defined(study: Study, _requirement: Requirement) -> Answer:
    """The longest run against the limit: for the whole, in each case, for each part and the parts in a row.

    Parallel work counts once, waiting for the applicant not at all, work done again as often as it may be:
    a loop without bound leaves it open, unless once is too long already. Where units are mixed the calendar
    decides. Minor where only repeated work, or the lesser part of the year, are at fault.
    """
    if not study.structure.is_sound:
        return Answer(unknowns=(Unknown("unsound"),))
    checked, unknowns, breaches = 0, list[Unknown](), list[Breach]()
    for allowance in causes(allowances(study)):
        facts: dict[str, object] = {"case": allowance.case, "part": allowance.part}
        facts |= {"limit": allowance.limit, "run": allowance.longest.path}
        if allowance.is_too_long is None:
            unknowns += [] if allowance.of_parts else [Unknown(allowance.why_open, facts=facts)]
        elif not (allowance.of_parts and breaches):  # one finding about what adds up to too much will do
            checked += 1
            breaches += [_breach(study.procedure, allowance, facts)] if allowance.is_too_long else []
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _breach(procedure: Procedure, allowance: Allowance, facts: dict[str, object]) -> Breach:
    part, case, worst = allowance.part, allowance.case, allowance.worst
    variant = "" if case == "default" else f"case {case}"
    grade = None if allowance.is_commonly_too_long else Grade.MINOR
    if part:
        variant = f"part {part}"
        facts["unit"] = next((each.unit for each in procedure.parts if each.id == part), "")
    elif allowance.end:
        variant, facts["step_last"] = f"end {allowance.end}", allowance.end
    elif allowance.of_parts:
        variant, grade = "parts", Grade.MINOR
    if worst is not None:
        facts |= worst.facts
        variant = f"mixed {variant}".strip()
    else:
        facts |= {"longest": allowance.taken, "longest_seconds": allowance.longest.nominal_seconds}
        variant = f"again {variant}".strip() if grade and not allowance.of_parts else variant
    return Breach("", facts, grade, allowance.limit.place, variant)


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
            "parts": Text(
                vi="Thời hạn riêng của các phần theo {run} cộng lại là {longest}, vượt thời hạn {limit}.",
                en="The limits of the parts on {run} add up to {longest}, which exceeds the {limit} allowed.",
            ),
            "end": Text(
                vi="Để đến «{step_last}», các bước {run} cộng lại là {longest}, vượt thời hạn {limit}.",
                en="To end with “{step_last}”, {run} may take {longest}, which exceeds its limit of {limit}.",
            ),
            "again": Text(
                vi="Khi làm lại đến mức cho phép, {run} cộng lại là {longest}, vượt thời hạn {limit}.",
                en="With work done again as often as allowed {run} may take {longest}; the limit is {limit}.",
            ),
            "mixed": Text(
                vi="Nhận lúc {received_at}, theo {run} đến {finished_at} mới xong, quá hạn {due_at} mà thời "
                "hạn {limit} cho phép; điều này xảy ra ở {late} trên {starts} thời điểm nhận trong năm.",
                en="Received at {received_at}, the steps of {run} may last until {finished_at}, past the due "
                "time {due_at} that {limit} gives; so at {late} of {starts} times of receipt in the year.",
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
