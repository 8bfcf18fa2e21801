"""Mapping files: what a log's columns, activities, roles and dates mean."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Collection
from pathlib import Path as FilePath

from iso_audit.errors import Fault
from iso_audit.model.log import Cut, LogMapping, TableMapping
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shaped import read_as
from iso_audit.workspace.shapes.mapping import DossiersShape, EventsShape, MappingShape


def read_mapping(
    path: FilePath, file: str, faults: list[Fault], procedures: Collection[str] | None = None
) -> LogMapping | None:
    """Read one mapping; None after faults. `procedures`, where given, are those that it may name."""
    before = len(faults)
    read = read_as(MappingShape, path, file, faults)
    if read is None:
        return None
    shape, document = read
    _check_columns(shape.events, ("events",), document, faults)
    if shape.dossiers is not None:
        _check_columns(shape.dossiers, ("dossiers",), document, faults)
    if shape.procedure and procedures is not None:
        meant = (shape.procedures or {}).get(shape.procedure, shape.procedure)
        if meant not in procedures:
            what = Text(
                vi=f"thư mục làm việc không có quy trình '{meant}'",
                en=f"the workspace has no procedure '{meant}'",
            )
            faults.append(document.fault(("procedure",), what, did_you_mean(meant, procedures)))
    mapping = LogMapping(
        id=shape.mapping,
        events=_table(shape.events),
        dossiers=_table(shape.dossiers) if shape.dossiers else None,
        dossiers_from=shape.dossiers.source if shape.dossiers else "",
        steps=shape.steps or {},
        roles=shape.roles or {},
        units=shape.units or {},
        procedures=shape.procedures or {},
        statuses=shape.statuses or {},
        ignored=tuple(shape.ignore or ()),
        procedure=shape.procedure or "",
        dates=tuple(shape.dates or ()),
        zone=shape.zone or "",
        start=shape.start or "",
        due=shape.due or "computed",
        drawn_up_at=_instant(shape),
        note=shape.note or Text(),
        encoding=shape.encoding or "",
        delimiter=shape.delimiter or "",
        place=document.place("mapping"),
    )
    return mapping if len(faults) == before else None


def _table(shape: EventsShape | DossiersShape) -> TableMapping:
    cuts = {column: Cut(cut.source, cut.pattern) for column, cut in (shape.cut or {}).items()}
    return TableMapping(shape.columns or {}, cuts, shape.constant or {})


def _instant(shape: MappingShape) -> dt.datetime | None:
    """Give the moment at which the log was drawn up the zone of the log, where it names none."""
    at = shape.drawn_up_at
    if at is None or at.tzinfo is not None or shape.zone is None:
        return at
    return at.replace(tzinfo=zoneinfo.ZoneInfo(shape.zone))


def _check_columns(
    table: EventsShape | DossiersShape, path: Path, document: Document, faults: list[Fault]
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
