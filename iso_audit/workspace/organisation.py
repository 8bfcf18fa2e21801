"""organisation.yaml becomes units, roles and people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.organisation import (
    Delegation,
    Exclusion,
    Organisation,
    Person,
    Role,
    SystemDocument,
    Unit,
)
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import shorten
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.base import texts_at, written
from iso_audit.workspace.shapes.organisation import (
    OrganisationShape,
    PersonShape,
    QualitySystemShape,
    RoleShape,
    UnitShape,
)


def read_organisation(path: FilePath, file: str, faults: list[Fault]) -> Organisation | None:
    """Read the organisation; None after faults."""
    before = len(faults)
    document = read_yaml(path, file, faults)
    if document is None:
        return None
    shape = shaped(OrganisationShape, document, faults)
    _check(document, faults)
    if shape is None or len(faults) > before:
        return None
    units, roles, people = shape.units or {}, shape.roles or {}, shape.people or {}
    return Organisation(
        units={key: _unit(key, unit or UnitShape(), document) for key, unit in units.items()},
        roles={key: _role(key, role or RoleShape(), document) for key, role in roles.items()},
        people={key: _person(key, person or PersonShape(), document) for key, person in people.items()},
        delegations=tuple(
            Delegation(
                each.person,
                each.role,
                each.unit or "",
                each.period(),
                each.ref or "",
                document.place("delegations", i, "person"),
            )
            for i, each in enumerate(shape.delegations or ())
        ),
        documents=_documents(shape.quality_system, document),
        exclusions=_exclusions(shape.quality_system, document),
    )


def _documents(shape: QualitySystemShape | None, document: Document) -> tuple[SystemDocument, ...]:
    path = ("quality_system", "documents")
    return tuple(
        SystemDocument(d.code, d.title or Text(), tuple(d.clauses), document.place(*path, i, "code"))
        for i, d in enumerate((shape.documents if shape else None) or ())
    )


def _exclusions(shape: QualitySystemShape | None, document: Document) -> tuple[Exclusion, ...]:
    path = ("quality_system", "exclusions")
    return tuple(
        Exclusion(e.clause, e.reason, document.place(*path, i, "clause"))
        for i, e in enumerate((shape.exclusions if shape else None) or ())
    )


def _unit(key: str, unit: UnitShape, document: Document) -> Unit:
    return Unit(
        key,
        unit.name or Text(),
        unit.kind or "",
        unit.level or "",
        unit.parent or "",
        unit.desk or "",
        unit.calendar or "",
        document.key_place("units", key),
    )


def _role(key: str, role: RoleShape, document: Document) -> Role:
    return Role(
        key,
        role.name or Text(),
        bool(role.applicant),
        bool(role.leader),
        tuple(role.covers or ()),
        document.key_place("roles", key),
    )


def _person(key: str, person: PersonShape, document: Document) -> Person:
    place = document.key_place("people", key)
    return Person(key, tuple(person.roles or ()), person.unit or "", person.period(), place)


_REFERENCES = (
    ("units", "parent", "units"),
    ("units", "desk", "units"),
    ("roles", "covers", "roles"),
    ("people", "roles", "roles"),
    ("people", "unit", "units"),
    ("delegations", "person", "people"),
    ("delegations", "role", "roles"),
    ("delegations", "unit", "units"),
)
"""Section, key in each of its entries, and the section that must define what the key names."""


def _check(document: Document, faults: list[Fault]) -> None:
    """Whatever this file refers to must stand in it: nobody else defines units and roles."""
    sections = {name: _entries(document.data, name) for name in ("units", "roles", "people", "delegations")}
    for section, key, other in _REFERENCES:
        known = sections[other]
        for name, entry in sections[section].items():
            for path, named in texts_at(entry.get(key), (section, name, key)):
                if named and named not in known:
                    shown = shorten(named)
                    what = Text(
                        vi=f"tệp này không định nghĩa '{shown}'", en=f"this file does not define '{shown}'"
                    )
                    faults.append(document.fault(path, what, did_you_mean(named, map(str, known))))
    _check_circles(sections["units"], document, faults)


def _entries(data: object, section: str) -> dict[str | int, dict[str, object]]:
    """Entries by key, of a list by index; what is neither is left to the shape."""
    entries = data.get(section) if isinstance(data, dict) else None
    if isinstance(entries, list):
        entries = dict(enumerate(entries))
    if not isinstance(entries, dict):
        return {}
    return {name: entry if isinstance(entry, dict) else {} for name, entry in entries.items()}


def _check_circles(
    units: Mapping[str | int, Mapping[str, object]], document: Document, faults: list[Fault]
) -> None:
    settled: set[str] = set()
    for name in map(str, units):
        way: list[str] = []
        while name in units and name not in settled and name not in way:
            way.append(name)
            name = written(units[name].get("parent")) or ""
        if name in way:
            circle = " > ".join((*way[way.index(name) :], name))
            what = Text(
                vi=f"đơn vị cấp trên đi vòng tròn: {circle}", en=f"parents go round in a circle: {circle}"
            )
            faults.append(document.fault(("units", name, "parent"), what))
        settled.update(way)
