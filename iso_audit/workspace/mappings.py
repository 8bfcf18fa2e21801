"""Mapping files: what a log's columns, activities, roles and dates mean."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Collection, Mapping
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.log import Cut, LogMapping, TableMapping
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shaped import read_as
from iso_audit.workspace.shapes.mapping import DossiersShape, EventsShape, MappingShape, ReportedShape

EVERYTHING: Mapping[str, Collection[str]] = {}
WORKSPACE_HAS_NO = {
    "procedures": ("quy trình", "procedure"),
    "steps": ("bước", "step"),
    "roles": ("vai trò", "role"),
    "units": ("đơn vị", "unit"),
}


def read_mapping(
    path: FilePath, file: str, faults: list[Fault], known: Mapping[str, Collection[str]] = EVERYTHING
) -> LogMapping | None:
    """Read one mapping; None after faults.

    `known` holds the names that it may give, under `procedures`, `steps`, `roles` and `units`; where a
    kind is absent or empty any name will do.
    """
    before = len(faults)
    read = read_as(MappingShape, path, file, faults)
    if read is None:
        return None
    shape, document = read
    _check_columns(shape.events, ("events",), document, faults)
    if shape.dossiers is not None:
        _check_columns(shape.dossiers, ("dossiers",), document, faults)
    if shape.register_ is not None:
        _check_columns(shape.register_, ("register",), document, faults)
    if shape.reported is not None:
        _check_columns(shape.reported, ("reported",), document, faults)
    _check_names(shape, document, known, faults)
    mapping = LogMapping(
        id=shape.mapping,
        events=_table(shape.events),
        dossiers=_table(shape.dossiers) if shape.dossiers else None,
        dossiers_from=shape.dossiers.source if shape.dossiers else "",
        register=_table(shape.register_) if shape.register_ else None,
        register_from=shape.register_.source if shape.register_ else "",
        reported=_table(shape.reported) if shape.reported else None,
        reported_from=shape.reported.source if shape.reported else "",
        steps=shape.steps or {},
        roles=shape.roles or {},
        units=shape.units or {},
        procedures=shape.procedures or {},
        statuses=shape.statuses or {},
        channels=shape.channels or {},
        ignored=tuple(shape.ignore or ()),
        procedure=shape.procedure or "",
        dates=tuple(shape.dates or ()),
        object_type=shape.object_type or "",
        zone=shape.zone or "",
        start=shape.start or "",
        due=shape.due or "computed",
        drawn_up_at=_instant(shape),
        note=shape.note or Text(),
        encoding=shape.encoding or "",
        delimiter=shape.delimiter or "",
        dossiers_together=bool(shape.dossiers_together),
        place=document.place("mapping"),
    )
    return mapping if len(faults) == before else None


def _check_names(
    shape: MappingShape, document: Document, known: Mapping[str, Collection[str]], faults: list[Fault]
) -> None:
    """What the mapping translates to must be there: a typing error would look like a missing step."""
    named: list[tuple[str, Path, str]] = [
        (kind, (kind, theirs), ours)
        for kind in WORKSPACE_HAS_NO
        for theirs, ours in (getattr(shape, kind) or {}).items()
    ]
    if shape.procedure and shape.procedure not in (shape.procedures or {}):
        named.append(("procedures", ("procedure",), shape.procedure))
    for kind, path, name in named:
        names = known.get(kind)
        if names and name not in names:
            vi, en = WORKSPACE_HAS_NO[kind]
            what = Text(
                vi=f"thư mục làm việc không có {vi} '{name}'", en=f"the workspace has no {en} '{name}'"
            )
            faults.append(document.fault(path, what, did_you_mean(name, names)))


def _table(shape: EventsShape | DossiersShape | ReportedShape) -> TableMapping:
    cuts = {column: Cut(cut.source, cut.pattern) for column, cut in (shape.cut or {}).items()}
    return TableMapping(shape.columns or {}, cuts, shape.constant or {})


def _instant(shape: MappingShape) -> dt.datetime | None:
    """Give the moment at which the log was drawn up the zone of the log, where it names none."""
    at = shape.drawn_up_at
    if at is None or at.tzinfo is not None or shape.zone is None:
        return at
    return at.replace(tzinfo=zoneinfo.ZoneInfo(shape.zone))


def _check_columns(
    table: EventsShape | DossiersShape | ReportedShape, path: Path, document: Document, faults: list[Fault]
) -> None:
    """A column of ours can come from one place only."""
    seen: set[str] = set()
    for key, columns in (("columns", table.columns), ("cut", table.cut), ("constant", table.constant)):
        for column in columns or ():
            if column in seen:
                what = Text(
                    vi=f"cột '{column}' được nêu hai cách lấy", en=f"column '{column}' is given in two ways"
                )
                faults.append(document.key_fault((*path, key, column), what))
            seen.add(column)
