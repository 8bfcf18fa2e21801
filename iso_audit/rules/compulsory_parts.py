"""Does the definition have every part that an administrative procedure must have?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, Answer, Breach, Example, Hook, Parameter, Rule, Unknown
from iso_audit.text import Text

PARTS: Mapping[str, tuple[Text, Callable[[Procedure], bool]]] = {
    "title": (Text(vi="tên thủ tục", en="its name"), lambda p: bool(p.title.vi or p.title.en)),
    "steps": (Text(vi="trình tự thực hiện", en="the sequence of steps"), lambda p: bool(p.steps)),
    "ways": (Text(vi="cách thức thực hiện", en="the ways to hand in and receive"), lambda p: bool(p.ways)),
    "documents": (
        Text(vi="thành phần hồ sơ", en="the documents of the dossier"),
        lambda p: bool(p.documents) or "documents" in p.keys,
    ),
    "limit": (Text(vi="thời hạn giải quyết", en="the time limit"), lambda p: bool(p.limits) or p.same_day),
    "applicants": (Text(vi="đối tượng thực hiện", en="who may apply"), lambda p: bool(p.applicants)),
    "agency": (
        Text(vi="cơ quan thực hiện", en="the agency that decides"),
        lambda p: bool(p.owner or p.authority),
    ),
    "result": (Text(vi="kết quả thực hiện", en="the result"), lambda p: bool(p.result)),
}
"""Key of a part -> its words, and whether a procedure has it; documents may be declared to be none."""


def _defined(study: Study, requirement: Requirement) -> Answer:
    """Forms, conditions and fees are asked for only where they exist, which a file cannot show.

    The limit has a question of its own (DEF-TIME-07) and is asked for here only where a pack says so.
    """
    procedure = study.procedure
    missing = tuple(
        said for key in requirement.names("parts") for said, has in [PARTS[key]] if not has(procedure)
    )
    if not missing:
        return HOLDS
    if procedure.is_partial:
        return Answer(unknowns=(Unknown("printed-table", facts={"missing": missing}),))
    return Answer(1, (Breach(facts={"missing": missing}),))


RULE = Rule(
    name="compulsory-parts",
    title=Text(vi="Các bộ phận tạo thành thủ tục", en="Compulsory parts of a procedure"),
    why=Text(
        vi="Người dân và cán bộ chỉ biết phải làm gì, nộp gì, chờ bao lâu và nhận gì khi thủ tục được quy "
        "định đủ các bộ phận.",
        en="People and officers know what to do, hand in, wait for and receive only where the procedure has "
        "all its parts.",
    ),
    parameters={
        "parts": Parameter(
            "texts",
            Text(vi="Các bộ phận bắt buộc", en="Parts that are compulsory"),
            tuple(part for part in PARTS if part != "limit"),
            known=tuple(PARTS),
        ),
    },
    on_procedure=Hook(
        "DEF-DOC-01",
        _defined,
        Text(vi="Quy trình không nêu: {missing}.", en="The procedure does not state: {missing}."),
    ),
    bad={
        "DEF-DOC-01": Example(
            Text(
                vi="Không nêu kết quả và đối tượng thực hiện.",
                en="Neither the result nor who may apply is stated.",
            ),
            procedure={"result": None, "applicants": None},
        )
    },
    good={
        "DEF-DOC-01": Example(
            Text(
                vi="Thủ tục ghi rõ là không phải nộp giấy tờ nào.",
                en="The procedure says that no documents are to be handed in.",
            ),
            procedure={"documents": [], "fee": None},
        )
    },
)
