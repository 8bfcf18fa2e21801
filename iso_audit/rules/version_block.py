"""Does the document say which issue it is, who prepared, checked and approved it, and what changed?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure, Version
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text

FIELDS: Mapping[str, tuple[Text, Callable[[Procedure, Version], bool]]] = {
    "code": (Text(vi="mã tài liệu", en="the code"), lambda p, _: bool(p.code)),
    "number": (Text(vi="lần ban hành", en="the issue number"), lambda _, v: bool(v.number)),
    "date": (Text(vi="ngày ban hành", en="the date of issue"), lambda _, v: v.date is not None),
    "prepared_by": (Text(vi="người soạn thảo", en="who prepared it"), lambda _, v: bool(v.prepared_by)),
    "checked_by": (Text(vi="người kiểm tra", en="who checked it"), lambda _, v: bool(v.checked_by)),
    "reviewed_by": (Text(vi="người soát xét", en="who reviewed it"), lambda _, v: bool(v.reviewed_by)),
    "approved_by": (Text(vi="người phê duyệt", en="who approved it"), lambda _, v: bool(v.approved_by)),
    "changes": (
        Text(vi="nội dung sửa đổi", en="what was changed"),
        lambda _, v: bool(v.changes) or _is_first_issue(v),
    ),
}
"""Key of a field -> its words, and whether the control block has it."""


def _is_first_issue(version: Version) -> bool:
    """Whether nothing can have changed yet: issue 0 or 1, however it is written ("01", "lần 1", "1.0")."""
    figures = re.search(r"\d+", version.number)
    return figures is not None and int(figures.group()) <= 1


def _defined(study: Study, requirement: Requirement) -> Answer:
    procedure = study.procedure
    version = procedure.version or Version()
    missing = tuple(
        said
        for key in requirement.names("fields")
        for said, has in [FIELDS[key]]
        if not has(procedure, version)
    )
    if not missing:
        return HOLDS
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table", facts={"missing": missing}),))
    place = procedure.place if procedure.version is None else version.place
    return Answer(1, (Breach(facts={"missing": missing}, place=place),))


RULE = Rule(
    name="version-block",
    title=Text(vi="Kiểm soát tài liệu", en="Document control block"),
    why=Text(
        vi="Không có số lần ban hành, ngày và người phê duyệt thì không biết bản đang dùng có phải là bản "
        "hiện hành và có được phê duyệt hay không.",
        en="Without issue, date and approval nobody can tell whether the copy in use is the current one and "
        "was approved.",
    ),
    parameters={
        "fields": Parameter(
            "texts",
            Text(vi="Các mục phải có", en="Fields that must be filled"),
            tuple(FIELDS),
            known=tuple(FIELDS),
        ),
    },
    on_procedure=Hook(
        "DEF-DOC-02",
        _defined,
        Text(
            vi="Tài liệu quy trình không ghi: {missing}.",
            en="The document of the procedure does not state: {missing}.",
        ),
    ),
    bad={
        "DEF-DOC-02": Example(
            Text(
                vi="Tài liệu không ghi người phê duyệt.",
                en="The document does not say who approved it.",
            ),
            procedure={"version": {"approved_by": None}},
        )
    },
    good={
        "DEF-DOC-02": Example(
            Text(
                vi="Ban hành lần đầu nên chưa có nội dung sửa đổi.",
                en="A first issue, in which nothing can have changed yet.",
            ),
            procedure={"version": {"number": "01", "changes": None}},
        )
    },
)
