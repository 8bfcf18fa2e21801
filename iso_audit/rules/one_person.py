"""Does a step stop when one single person is away?"""

from __future__ import annotations

from iso_audit.analysis.duties import posts
from iso_audit.analysis.study import Study
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Breach, Example, Hook, Parameter, Rule
from iso_audit.text import Text


def _defined(study: Study, requirement: Requirement) -> Answer:
    """Each role with its steps is one question, put only where the organisation names people for it.

    Deputies, whoever covers the role and holders of a letter of delegation count on the audit day.
    """
    spared = {step.id for name in requirement.names("unless") for step in study.procedure.meant(name)}
    checked, breaches = 0, []
    for (role, unit), (people, steps) in posts(study).items():
        stopped = tuple(step.id for step in steps if step.id not in spared)
        checked += bool(stopped)
        if stopped and len(people) < 2:
            variant = "one" if people else "nobody"
            facts: dict[str, object] = {"role": role, "unit": unit, "steps": stopped}
            facts |= {"people": tuple(people), "date": study.judged_on}
            grade = requirement.grade_of(variant)
            if lapsed := _lapsed(study, role):
                variant, facts = f"{variant}-lapsed", facts | lapsed
            breaches.append(Breach(stopped[0], facts, grade, variant=f"{variant} {role} {unit}".strip()))
    return Answer(checked, tuple(breaches))


def _lapsed(study: Study, role: str) -> dict[str, object]:
    """The last letter that gave somebody the role and has ended; empty where there is none."""
    ended = [
        (last, letter.ref)
        for letter in study.organisation.delegations
        if letter.role == role and (last := letter.in_force.last) is not None and last < study.judged_on
    ]
    return dict(zip(("date_last", "ref"), max(ended), strict=True)) if ended else {}


RULE = Rule(
    name="one-person",
    title=Text(vi="Có người làm thay", en="Somebody to stand in"),
    why=Text(
        vi="Bước chỉ một người làm được thì hồ sơ dừng lại khi người đó nghỉ, đi họp hoặc chuyển công tác.",
        en="A step that one single person can do stops the dossier whenever that person is ill, away or "
        "moves on.",
    ),
    parameters={
        "unless": Parameter(
            "names",
            Text(
                vi="Các bước không cần người làm thay (loại bước hoặc mã bước)",
                en="Steps that need nobody to stand in (kinds or ids)",
            ),
            (),
        ),
        "grades": Parameter(
            "grades",
            Text(
                vi="Mức độ riêng khi không còn ai giữ vai trò (nobody) hoặc chỉ một người (one)",
                en="Own grade where nobody holds the role (nobody), or one person (one)",
            ),
            {"nobody": "minor"},
        ),
    },
    on_procedure=Hook(
        "DEF-ROLE-06",
        _defined,
        Text(
            vi="Vai trò {role} chỉ có một người đảm nhiệm, không có người làm thay; vắng người này thì phải "
            "dừng: {steps}.",
            en="One person alone can act as {role}, with nobody to stand in; without that person these stop: "
            "{steps}.",
        ),
        variants={
            "nobody": Text(
                vi="Tại ngày {date}, không còn ai giữ vai trò {role} để thực hiện: {steps}.",
                en="On {date} nobody holds the role {role}, which has to do: {steps}.",
            ),
            "one-lapsed": Text(
                vi="Vai trò {role} chỉ còn một người đảm nhiệm: văn bản ủy quyền {ref} có hiệu lực đến hết "
                "ngày {date_last}; vắng người này thì phải dừng: {steps}.",
                en="One person alone can act as {role}, since the letter of delegation {ref} ended on "
                "{date_last}; without that person these stop: {steps}.",
            ),
            "nobody-lapsed": Text(
                vi="Tại ngày {date}, không còn ai giữ vai trò {role}: văn bản ủy quyền {ref} có hiệu lực đến "
                "hết ngày {date_last}; không ai thực hiện: {steps}.",
                en="On {date} nobody holds the role {role}, since the letter of delegation {ref} ended on "
                "{date_last}; nobody can do: {steps}.",
            ),
        },
    ),
    bad={
        "DEF-ROLE-06": Example(
            Text(
                vi="Việc lưu hồ sơ giao cho vai trò chỉ một người giữ.",
                en="Filing is given to a role that one person alone holds.",
            ),
            procedure={"steps": {"archive": {"role": "archive-officer"}}},
        )
    },
    good={
        "DEF-ROLE-06": Example(
            Text(
                vi="Phó Trưởng phòng được ủy quyền nên soát xét thay Trưởng phòng được.",
                en="The deputy holds a letter of delegation and may review for the head of division.",
            ),
            procedure={"steps": {"archive": {"role": "division-head"}}},
        )
    },
)
