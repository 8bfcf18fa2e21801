"""Object-centric logs (OCEL 2.0, JSON): the objects of one type are the dossiers.

Columns of events: `id`, `type`, `time`, `object` (the dossier), the events' attributes, for every other
type of object `object:TYPE`, and for attributes of the dossier `case:NAME`. Columns of dossiers: `object`
and the attributes, of which the latest value counts. An event of several dossiers is a row of each; one
of none is refused as a row without a dossier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from iso_audit.errors import InputError
from iso_audit.exchange.json_tables import JsonLog, table_of, text_of
from iso_audit.exchange.refusals import refusal
from iso_audit.text import did_you_mean

_OWN = ("id", "type", "time", "object")


def read_objects(document: Mapping[str, Any], file: str, wanted: str = "") -> JsonLog:
    """Read a log whose dossiers are the objects of the type `wanted`, else of the type most events name.

    Raises:
        InputError: it has no events, no objects, or no object of that type.
    """
    events, objects = document.get("events"), document.get("objects")
    if not isinstance(events, list) or not isinstance(objects, list):
        raise refusal("ocel-shape", file)
    if not events:
        raise refusal("ocel-empty", file)
    types = {o["id"]: o["type"] for o in objects if _is_named(o)}
    if not types:
        raise refusal("ocel-empty", file)
    dossier = wanted or _main_type(events, types)
    if dossier not in types.values():
        known = sorted(set(types.values()))
        (fault,) = refusal("ocel-type", file, type=dossier, types=", ".join(known)).faults
        raise InputError([replace(fault, hint=did_you_mean(dossier, known))])
    told = {
        o["id"]: (n, {"object": o["id"], **_attributes(o, ("object",))})
        for n, o in enumerate(objects, start=1)
        if _is_named(o) and o["type"] == dossier
    }
    rows = [(n, row) for n, event in enumerate(events, start=1) for row in _rows(event, types, dossier)]
    of_case = {key: {f"case:{name}": value for name, value in row.items()} for key, (_, row) in told.items()}
    rows = [(n, {**row, **of_case.get(row.get("object", ""), {})}) for n, row in rows]
    return JsonLog(table_of(rows, _OWN, file), table_of(list(told.values()), ("object",), file))


def _is_named(thing: object) -> bool:
    return (
        isinstance(thing, dict)
        and isinstance(thing.get("id"), str)
        and isinstance(thing.get("type"), str)
        and bool(thing["id"])
    )


def _main_type(events: list[Any], types: Mapping[str, str]) -> str:
    """The type of object that most events are related to; on a tie that of most objects, then by name."""
    named = Counter(kind for event in events for kind in {types[o] for o in _related(event) if o in types})
    many = Counter(types.values())
    return min(many, key=lambda kind: (-named[kind], -many[kind], kind))


def _related(event: object) -> Iterator[str]:
    """Ids of the objects of an event, each once."""
    found = event.get("relationships") if isinstance(event, dict) else None
    names = [r.get("objectId") for r in found if isinstance(r, dict)] if isinstance(found, list) else []
    yield from dict.fromkeys(name for name in names if isinstance(name, str))


def _rows(event: object, types: Mapping[str, str], dossier: str) -> Iterator[dict[str, str]]:
    """A row for each dossier of an event; one without a dossier where there is none."""
    if not isinstance(event, dict):
        yield {}
        return
    own = {name: said for name in _OWN[:3] if (said := text_of(event.get(name)))}
    own |= _attributes(event, _OWN)
    related = [(types[name], name) for name in _related(event) if name in types]
    for kind, name in related:
        if kind != dossier:
            key = f"object:{kind}"
            own[key] = f"{own[key]}, {name}" if key in own else name
    dossiers = [name for kind, name in related if kind == dossier]
    yield from ({**own, "object": name} for name in dossiers)
    if not dossiers:
        yield own


def _attributes(thing: Mapping[str, Any], taken: tuple[str, ...]) -> dict[str, str]:
    """Attributes by name, of several values the latest; a name that is `taken` is put behind `attribute:`."""
    found = thing.get("attributes")
    each = [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []
    ordered = sorted(each, key=lambda a: text_of(a.get("time")) or "")
    said = {str(a.get("name")): text_of(a.get("value")) for a in ordered}
    return {f"attribute:{name}" if name in taken else name: v for name, v in said.items() if v is not None}
