"""Requirement packs: rules with parameters, each with its authority, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.finding import Grade
from iso_audit.model.place import Place
from iso_audit.model.procedure import Period
from iso_audit.model.requirement import Clause, Pack, Requirement
from iso_audit.model.rule import Rule
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, shorten
from iso_audit.workspace.parameters import read_parameters
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.base import texts_at, written
from iso_audit.workspace.shapes.pack import ClauseShape, PackShape, RequirementShape, WhenShape

Catalogue = Mapping[str, Rule]


def read_pack(path: FilePath, file: str, catalogue: Catalogue, faults: list[Fault]) -> Pack | None:
    """Read one pack; None after faults."""
    before = len(faults)
    document = read_yaml(path, file, faults)
    if document is None:
        return None
    shape = shaped(PackShape, document, faults)
    parameters = _parameters(document, catalogue, faults)
    if shape is None or len(faults) > before:
        return None
    return Pack(
        shape.pack,
        shape.title or Text(),
        tuple(
            _requirement(shape.pack, requirement, parameters[i], document.place("requirements", i, "id"))
            for i, requirement in enumerate(shape.requirements)
        ),
        shape.in_force.period() if shape.in_force else Period(),
        shape.edition or "",
        document.place("pack"),
    )


def _parameters(document: Document, catalogue: Catalogue, faults: list[Fault]) -> list[dict[str, object]]:
    """Check rules, codes and ids and read the parameters of every requirement.

    Read from the plain values, so that these faults are told together with those of the shape.
    """
    listed = document.data.get("requirements") if isinstance(document.data, dict) else None
    parameters: list[dict[str, object]] = []
    ids: dict[str, int] = {}
    for i, raw in enumerate(listed if isinstance(listed, list) else ()):
        path: Path = ("requirements", i)
        raw = raw if isinstance(raw, dict) else {}
        for where, name in texts_at(raw.get("id"), (*path, "id")):
            if name in ids:
                faults.append(document.fault(where, _id_twice(name, ids[name])))
            ids.setdefault(name, document.place(*where).line)
        rule = catalogue.get(written(raw.get("rule")) or "")
        if rule is None:
            for where, name in texts_at(raw.get("rule"), (*path, "rule")):
                faults.append(document.fault(where, *_no_such_rule(name, catalogue)))
            parameters.append({})
            continue
        given = {key: value for key, value in raw.items() if key not in RequirementShape.model_fields}
        parameters.append(read_parameters(rule, given, path, document, faults))
        for where, code in texts_at(raw.get("only"), (*path, "only")):
            if code not in (known := [hook.code for hook in rule.hooks]):
                faults.append(document.fault(where, _no_such_code(rule.name, code, known)))
    return parameters


def _requirement(
    pack: str, shape: RequirementShape, parameters: Mapping[str, object], place: Place
) -> Requirement:
    return Requirement(
        id=shape.id,
        rule=shape.rule,
        cite=tuple(_clause(clause) for clause in shape.cite),
        grade=Grade(shape.grade),
        parameters=parameters,
        title=shape.title or Text(),
        only=frozenset(shape.only or ()),
        when=_when(shape.when) if shape.when else {},
        in_force=shape.in_force.period() if shape.in_force else Period(),
        pack=pack,
        place=place,
    )


def _clause(clause: ClauseShape) -> Clause:
    return Clause(
        clause.ref, clause.clause or clause.article or "", clause.clause is not None, clause.sure is not False
    )


def _when(when: WhenShape) -> Mapping[str, object]:
    """Only the conditions that were written; lists as tuples."""
    written = {name: getattr(when, name) for name in type(when).model_fields if name in when.model_fields_set}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in written.items()
        if value is not None
    }


def _no_such_rule(name: str, catalogue: Catalogue) -> tuple[Text, Text | None]:
    shown = shorten(name)
    return (
        Text(vi=f"không có quy tắc '{shown}'", en=f"there is no rule '{shown}'"),
        did_you_mean(name, catalogue),
    )


def _no_such_code(rule: str, code: str, known: list[str]) -> Text:
    shown, codes = shorten(code), ", ".join(known)
    return Text(
        vi=f"quy tắc '{rule}' không có mã '{shown}' (có: {codes})",
        en=f"the rule '{rule}' has no code '{shown}' (it has: {codes})",
    )


def _id_twice(name: str, line: int) -> Text:
    return Text(
        vi=f"mã yêu cầu '{name}' có hai lần (lần đầu ở dòng {line})",
        en=f"the id '{name}' is used twice (first on line {line})",
    )
