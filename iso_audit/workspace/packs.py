"""Requirement packs: rules with parameters, each with its authority, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from iso_audit.errors import Fault
from iso_audit.model.finding import Grade
from iso_audit.model.place import Place
from iso_audit.model.procedure import Period
from iso_audit.model.requirement import Clause, ClauseNeed, Pack, Requirement
from iso_audit.model.rule import Rule
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, shorten
from iso_audit.workspace.parameters import read_parameters
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.base import texts_at, written
from iso_audit.workspace.shapes.pack import (
    ClauseNeedShape,
    ClauseShape,
    ConditionShape,
    PackShape,
    RequirementShape,
)

Catalogue = Mapping[str, Rule]


def read_pack(
    path: FilePath,
    file: str,
    catalogue: Catalogue,
    faults: list[Fault],
    documents: list[Document] | None = None,
) -> Pack | None:
    """Read one pack; None after faults. `documents` is given what was read, to check later what it names."""
    before = len(faults)
    document = read_yaml(path, file, faults)
    if document is None:
        return None
    if documents is not None:
        documents.append(document)
    shape = shaped(PackShape, document, faults)
    parameters = _parameters(document, catalogue, faults)
    _check_clauses(document, catalogue, faults)
    if shape is None or len(faults) > before:
        return None
    clauses = tuple(
        _need(clause, document.place("clauses", i, "clause")) for i, clause in enumerate(shape.clauses or ())
    )
    for i, requirement in enumerate(shape.requirements):
        for name, parameter in catalogue[requirement.rule].parameters.items():
            if parameter.kind == "clauses":
                parameters[i][name] = clauses
    return Pack(
        shape.pack,
        shape.title or Text(),
        tuple(
            _requirement(shape.pack, requirement, parameters[i], document.place("requirements", i, "id"))
            for i, requirement in enumerate(shape.requirements)
        ),
        shape.in_force.period() if shape.in_force else Period(),
        shape.edition or "",
        shape.standard or "",
        clauses,
        document.place("pack"),
    )


def _need(shape: ClauseNeedShape, place: Place) -> ClauseNeed:
    return ClauseNeed(
        shape.clause,
        shape.title or Text(),
        tuple(shape.by or ()),
        tuple(shape.rules or ()),
        tuple(shape.only_with or ()),
        tuple(shape.was or ()),
        shape.sure is not False,
        place,
    )


def _check_clauses(document: Document, catalogue: Catalogue, faults: list[Fault]) -> None:
    """Each clause once, and only codes that some rule has."""
    codes = [hook.code for rule in catalogue.values() for hook in rule.hooks]
    listed = document.data.get("clauses") if isinstance(document.data, dict) else None
    lines: dict[str, int] = {}
    for i, raw in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(raw, dict):
            continue
        for where, name in texts_at(raw.get("clause"), ("clauses", i, "clause")):
            if name in lines:
                faults.append(document.fault(where, _clause_twice(name, lines[name])))
            lines.setdefault(name, document.place(*where).line)
        for where, start in texts_at(raw.get("rules"), ("clauses", i, "rules")):
            if not any(code.startswith(start) for code in codes):
                faults.append(document.fault(where, *_no_code(start, codes)))


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
        _check_case(document, path, raw, rule, faults)
        for where, code in texts_at(raw.get("only"), (*path, "only")):
            if code not in (known := [hook.code for hook in rule.hooks]):
                faults.append(document.fault(where, _no_such_code(rule.name, code, known)))
    return parameters


def _check_case(
    document: Document, path: Path, raw: Mapping[str, Any], rule: Rule, faults: list[Fault]
) -> None:
    """The case belongs to a dossier: a single step does not know it, nor do most questions on definitions."""
    when = raw.get("when")
    if not isinstance(when, dict):
        return
    only = [code for _, code in texts_at(raw.get("only"), ())]
    blind = [rule.on_event, None if rule.by_case else rule.on_procedure]
    codes = [hook.code for hook in blind if hook is not None and (not only or hook.code in only)]
    other = when.get("not")
    for at, said in (((), when), (("not",), other)):
        if codes and isinstance(said, dict) and "case" in said:
            faults.append(document.key_fault((*path, "when", *at, "case"), _no_case(rule.name, codes)))


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


def _when(when: ConditionShape) -> Mapping[str, object]:
    """Only the conditions that were written; lists as tuples."""
    written = {
        field.alias or name: getattr(when, name)
        for name, field in type(when).model_fields.items()
        if name in when.model_fields_set
    }
    return {
        name: tuple(value) if isinstance(value, list) else _when(value) if name == "not" else value
        for name, value in written.items()
        if value is not None
    }


def _no_such_rule(name: str, catalogue: Catalogue) -> tuple[Text, Text | None]:
    shown = shorten(name)
    return (
        Text(vi=f"không có quy tắc '{shown}'", en=f"there is no rule '{shown}'"),
        did_you_mean(name, catalogue),
    )


def _no_case(rule: str, codes: list[str]) -> Text:
    shown = ", ".join(codes)
    return Text(
        vi=f"'case' không dùng được với '{rule}' ({shown}); hãy giới hạn bằng 'only'",
        en=f"'case' cannot be asked with '{rule}' ({shown}); leave those out with 'only'",
    )


def _no_such_code(rule: str, code: str, known: list[str]) -> Text:
    shown, codes = shorten(code), ", ".join(known)
    return Text(
        vi=f"quy tắc '{rule}' không có mã '{shown}' (có: {codes})",
        en=f"the rule '{rule}' has no code '{shown}' (it has: {codes})",
    )


def _no_code(code: str, known: list[str]) -> tuple[Text, Text | None]:
    shown = shorten(code)
    said = Text(vi=f"không có quy tắc nào mang mã '{shown}'", en=f"no rule has the code '{shown}'")
    return said, did_you_mean(code, known)


def _clause_twice(name: str, line: int) -> Text:
    return Text(
        vi=f"điều khoản '{name}' có hai lần (lần đầu ở dòng {line})",
        en=f"the clause '{name}' is listed twice (first on line {line})",
    )


def _id_twice(name: str, line: int) -> Text:
    return Text(
        vi=f"mã yêu cầu '{name}' có hai lần (lần đầu ở dòng {line})",
        en=f"the id '{name}' is used twice (first on line {line})",
    )
