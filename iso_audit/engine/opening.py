"""Opens a log: the events, and the second table where the mapping names one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from iso_audit.engine.columns import in_columns
from iso_audit.engine.cut_off import without_last
from iso_audit.engine.flat import dossiers_told_by
from iso_audit.engine.plain_text import Decoder, Guess, made_plain
from iso_audit.engine.protocol import Progress, unheard
from iso_audit.engine.refusals import fault, refusal
from iso_audit.engine.rows import EARLIEST, EXCEL, LATEST, Reading, steady_offset, wanted_columns
from iso_audit.engine.source import (
    ReadJson,
    ReadSheet,
    ReadXes,
    Source,
    from_csv,
    from_parquet,
    from_table,
    sniff,
)
from iso_audit.engine.store import DuckStore, Values
from iso_audit.errors import Fault, InputError
from iso_audit.model.log import LogMapping, TableMapping

if TYPE_CHECKING:
    from iso_audit.engine.protocol import ForeignLog

ATTRIBUTES = "attributes"
EVENTS = "events"
"""The dossiers stand in the table of events, repeated in every row."""
WHOLE_LOGS = ("xes", "json")
"""Kinds of file that hold events and dossiers in one."""

_ISO_SAMPLES = [
    f"2011-10-{day}{rest}"
    for day in ("11", "25")
    for rest in (
        "",
        " 10:11",
        "T10:11",
        " 10:11:12",
        "T10:11:12",
        "T10:11:12.123",
        "T10:11:12Z",
        "T10:11:12+0700",
    )
]


@dataclass(frozen=True)
class Foreign:
    """Readers of formats whose libraries have their door elsewhere."""

    read_xes: ReadXes | None = None
    decoders: Mapping[str, Decoder] = field(default_factory=dict)
    """Names of old code pages that Python does not know -> how their bytes are read."""
    guess: Guess | None = None
    """Names the encoding of letters that are not UTF-8, where it is certain."""
    read_json: ReadJson | None = None
    read_sheet: ReadSheet | None = None

    def log(self, kind: str, path: Path, mapping: LogMapping) -> ForeignLog:
        """Read a whole log of another kind; raises InputError."""
        if kind == "xes" and self.read_xes is not None:
            return self.read_xes(path)
        if kind == "json" and self.read_json is not None:
            return self.read_json(path, mapping)
        raise refusal("no-reader", str(path), kind=kind)


@dataclass(frozen=True)
class Opened:
    """The tables of a log, each with its mapping."""

    events: Reading
    dossiers: Reading | None

    def in_columns(
        self, store: DuckStore, folder: Path, *, is_careful: bool, tell: Progress = unheard
    ) -> Opened:
        """The same log with its texts made into columns in `folder`, read line by line if need be."""
        tell("read_log", 0, 0)
        events = in_columns_of(store, self.events, folder / "events", is_careful, tell)
        dossiers = self.dossiers
        events = without_last(store, events, folder / "last.parquet")
        if dossiers is not None and dossiers.mapping.dossiers_from == EVENTS:
            dossiers = replace(dossiers, source=dossiers_told_by(events.source, dossiers.table))
        elif dossiers is not None:
            dossiers = in_columns_of(store, dossiers, folder / "dossiers", is_careful)
        return Opened(events, dossiers)


def open_log(store: DuckStore, path: Path, mapping: LogMapping, foreign: Foreign, folder: Path) -> Opened:
    """Find out what the log is and check that the mapping fits it; raises InputError with all faults."""
    kind = sniff(path)
    dossiers: Source | None = None
    if kind in WHOLE_LOGS:
        log = foreign.log(kind, path, mapping)
        events = from_table(store, str(path), "log_events", log.events, log.cut_bytes)
        if mapping.dossiers is not None and mapping.dossiers_from == ATTRIBUTES:
            dossiers = from_table(store, str(path), "log_dossiers", log.dossiers)
    else:
        wanted = mapping.events
        if mapping.dossiers is not None and mapping.dossiers_from == EVENTS:
            also = mapping.dossiers
            wanted = replace(
                wanted, columns={**also.columns, **wanted.columns}, cuts={**also.cuts, **wanted.cuts}
            )
        events = _table(store, path, kind, mapping, wanted, foreign, folder / "sheet_events.csv")
    if mapping.dossiers is not None and mapping.dossiers_from == EVENTS:
        dossiers = dossiers_told_by(events, mapping.dossiers)
    if mapping.dossiers is not None and dossiers is None:
        if mapping.dossiers_from == ATTRIBUTES:
            raise refusal("no-attributes", str(path))
        second = path.parent / mapping.dossiers_from
        target = folder / "sheet_dossiers.csv"
        dossiers = _whole(_table(store, second, sniff(second), mapping, mapping.dossiers, foreign, target))
        if events.cut_bytes:
            raise refusal("cut-off-apart", str(path), bytes=events.cut_bytes)
    return _checked(store, events, dossiers, mapping)


def open_beside(
    store: DuckStore, path: Path, mapping: LogMapping, table: TableMapping, foreign: Foreign, target: Path
) -> Source:
    """A further table, in a file beside the log."""
    return _whole(_table(store, path, sniff(path), mapping, table, foreign, target))


def _whole(source: Source) -> Source:
    """The same source; refused where it breaks off."""
    if source.cut_bytes:
        raise refusal("cut-off-second", source.file, bytes=source.cut_bytes)
    return source


def _table(
    store: DuckStore,
    path: Path,
    kind: str,
    mapping: LogMapping,
    table: TableMapping,
    foreign: Foreign,
    target: Path,
) -> Source:
    """A file that holds one table."""
    if kind == "parquet":
        return from_parquet(store, path)
    if kind == "workbook" and foreign.read_sheet is not None:
        return from_table(store, str(path), target.stem, foreign.read_sheet(path, wanted_columns(table)))
    if kind != "csv":
        raise refusal("no-reader", str(path), kind=kind)
    plain = made_plain(path, target, mapping.encoding, foreign.decoders, foreign.guess)
    return from_csv(path, plain.path, mapping.delimiter, wanted_columns(table), plain.cut_bytes)


def _checked(store: DuckStore, events: Source, dossiers: Source | None, mapping: LogMapping) -> Opened:
    iso_first = not _reads_iso(store, [form for form in mapping.dates if form != EXCEL])
    offset = steady_offset(store.zone)
    reading = Reading(events, mapping.events, mapping, is_events=True, iso_first=iso_first, offset=offset)
    second = None
    if dossiers is not None and mapping.dossiers is not None:
        second = Reading(
            dossiers, mapping.dossiers, mapping, is_events=False, iso_first=iso_first, offset=offset
        )
    readings = [reading] if second is None else [reading, second]
    faults = [found for each in readings for found in (*each.faults(), *pattern_faults(store, each))]
    faults += _format_faults(store, mapping, events.file)
    if not mapping.procedure and not any(each.has("procedure") for each in readings):
        faults.append(fault("no-procedure", events.file))
    if faults:
        raise InputError(faults)
    return Opened(reading, second)


def pattern_faults(store: DuckStore, reading: Reading) -> list[Fault]:
    """Patterns that cannot be used on a column, before they are used on every row."""
    found = []
    for cut in reading.table.cuts.values():
        if _is_refused(store, "regexp_extract('', {}, 1)", cut.pattern):
            found.append(fault("pattern", reading.source.file, pattern=cut.pattern))
    return found


def _format_faults(store: DuckStore, mapping: LogMapping, file: str) -> list[Fault]:
    """Date formats that are none, or that contradict each other, before they are used on every row."""
    file = mapping.place.file or file
    formats = [form for form in mapping.dates if form != EXCEL]
    bad = [form for form in formats if _is_refused(store, "try_strptime('', {})", form)]
    if bad:
        return [fault("date-format", file, format=form) for form in bad]
    return [
        fault("two-formats", file, one=one, other=other, sample=sample)
        for one, other in combinations(formats, 2)
        if (sample := _read_in_two_ways(store, one, other) or _read_in_two_ways(store, other, one))
    ]


def _read_in_two_ways(store: DuckStore, one: str, other: str) -> str:
    """A day as the first format writes it, if the second one reads another day of our age from it."""
    values = Values()
    form, reader = values.bind(one), values.bind(other)
    sample, first, second = store.run(
        f"SELECT sample, try_strptime(sample, {form}), try_strptime(sample, {reader}) "
        f"FROM (SELECT strftime(TIMESTAMP '2003-02-01 04:05:06', {form}) AS sample)",
        values,
    )[0]
    if first is None or second is None or first.date() == second.date():
        return ""
    return str(sample) if EARLIEST.year <= second.year < LATEST.year else ""


def _is_refused(store: DuckStore, call: str, value: str) -> bool:
    """Whether the database does not take a value."""
    values = Values()
    try:
        store.run(f"SELECT CAST({call.format(values.bind(value))} AS VARCHAR)", values)
    except duckdb.Error:
        return True
    return False


def _reads_iso(store: DuckStore, formats: list[str]) -> bool:
    """Whether a format reads what ISO 8601 reads, so that the order in which they are tried matters.

    Where none does, ISO 8601 goes first: it is the faster one.
    """
    if not formats:
        return False
    values = Values()
    tried = f"SELECT count(try_strptime(sample, {values.bind(formats)})) "
    try:
        return (
            store.number(f"{tried} FROM (SELECT unnest({values.bind(_ISO_SAMPLES)}) AS sample)", values) > 0
        )
    except duckdb.Error:
        return False


def in_columns_of(
    store: DuckStore, reading: Reading, target: Path, is_careful: bool, tell: Progress = unheard
) -> Reading:
    """The same reading of a table whose text was made into columns."""
    target = target.with_suffix(".parquet")
    return replace(
        reading, source=in_columns(store, reading.source, target, is_careful=is_careful, tell=tell)
    )
