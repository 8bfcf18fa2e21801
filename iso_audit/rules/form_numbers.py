"""Are the forms of the one-stop regulation listed, each under its own number?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Form
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text, folded


def _defined(study: Study, requirement: Requirement) -> Answer:
    """A prescribed number is missing, or carries the name that the regulation gives to another.

    Names are free as long as they are not those of another form: offices shorten them.
    """
    procedure = study.procedure
    ref = str(requirement.parameters.get("ref") or "")
    prescribed = _prescribed(requirement)
    forms = [form for form in procedure.forms if _sign(form.ref) == _sign(ref)]
    listed = {_plain(form.number) for form in forms}
    missing = tuple(number for number in prescribed if number not in listed)
    wrong = tuple(_plain(form.number) for form in forms if _is_another(form, prescribed))
    if not missing and not wrong:
        return HOLDS
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table", facts={"numbers": missing + wrong}),))
    breaches = []
    if missing:
        breaches.append(Breach(facts={"ref": ref, "numbers": missing}))
    if wrong:
        breaches.append(
            Breach(facts={"ref": ref, "numbers": wrong}, place=forms[0].place, variant="other-name")
        )
    return Answer(max(len(prescribed), len(breaches)), tuple(breaches))


def _prescribed(requirement: Requirement) -> dict[str, str]:
    """Number -> name of each form that the regulation prescribes."""
    forms = requirement.parameters.get("forms")
    return {_plain(str(no)): str(name) for no, name in forms.items()} if isinstance(forms, Mapping) else {}


def _is_another(form: Form, prescribed: Mapping[str, str]) -> bool:
    """Whether the form's name is word for word that of another number, or its number is unknown."""
    number, name = _plain(form.number), folded(form.name.vi)
    if number not in prescribed:
        return True
    own = folded(prescribed[number])
    return name != own and any(name == folded(other) for other in prescribed.values())


def _plain(number: str) -> str:
    """The number with two digits, however it is written: "1", "01", "Mẫu số 01"."""
    figures = re.search(r"\d+", number)
    return f"{int(figures.group()):02}" if figures else number


def _sign(ref: str) -> str:
    """The sign of a document, "01/2018/tt-vpcp", whatever words stand before it."""
    found = re.search(r"\d+/\d{4}/\S+", ref)
    return folded(found.group() if found else ref)


RULE = Rule(
    name="form-numbers",
    title=Text(vi="Biểu mẫu của cơ chế một cửa", en="Forms of the one-stop mechanism"),
    why=Text(
        vi="Biểu mẫu sai số hoặc của văn bản cũ làm cho giấy tờ giao cho người dân không đúng quy định và "
        "dữ liệu không đối chiếu được.",
        en="A form under a wrong number or of a former regulation puts papers into people's hands that are "
        "not the prescribed ones, and records that cannot be matched.",
    ),
    parameters={
        "ref": Parameter("text", Text(vi="Văn bản ban hành biểu mẫu", en="Regulation with the forms"), ""),
        "forms": Parameter("map", Text(vi="Số và tên từng biểu mẫu", en="Number and name of each form"), {}),
    },
    on_procedure=Hook(
        "DEF-DOC-05",
        _defined,
        Text(
            vi="Quy trình không nêu biểu mẫu số {numbers} của {ref}.",
            en="Of the forms of {ref} the procedure does not list No. {numbers}.",
        ),
        variants={
            "other-name": Text(
                vi="Quy trình đánh số biểu mẫu {numbers} không đúng với {ref}.",
                en="The numbers {numbers} that the procedure gives to forms are not those of {ref}.",
            )
        },
    ),
    bad={
        "DEF-DOC-05": Example(
            Text(
                vi="Quy trình vẫn dùng biểu mẫu của Thông tư số 01/2018/TT-VPCP.",
                en="The procedure still uses the forms of Circular 01/2018.",
            ),
            procedure={"forms": [{"ref": "TT 01/2018/TT-VPCP", "no": "01"}]},
        )
    },
    good={
        "DEF-DOC-05": Example(
            Text(
                vi="Biểu mẫu được ghi bằng tên đầy đủ của thông tư và không ghi lại tên mẫu.",
                en="The circular is written out in full and the names of the forms are left out.",
            ),
            procedure={
                "forms": [
                    {"ref": "Thông tư số 03/2025/TT-VPCP", "no": f"Mẫu số {number}"} for number in range(1, 8)
                ]
            },
        )
    },
)
