"""Opens a log: the events, and the second table where the mapping names one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from iso_audit.engine.careful import read_carefully
from iso_audit.engine.plain_text import Decoders, made_plain
from iso_audit.engine.refusals import fault, refusal
from iso_audit.engine.rows import Reading, check_formats, check_patterns
from iso_audit.engine.source import ReadXes, Source, from_csv, from_parquet, from_table, sniff
from iso_audit.engine.store import Store
from iso_audit.errors import InputError
from iso_audit.model.log import LogMapping, TableMapping

ATTRIBUTES = "attributes"


@dataclass(frozen=True)
class Foreign:
    """Readers of formats whose libraries have their door elsewhere."""

    read_xes: ReadXes | None = None
    decoders: Decoders | None = None


@dataclass(frozen=True)
class Opened:
    """The tables of a log, each with its mapping."""

    events: Reading
    dossiers: Reading | None

    def carefully(self, store: Store) -> Opened:
        """The same log with its text files read line by line."""
        return Opened(
            _careful(store, self.events, "events_text"),
            None if self.dossiers is None else _careful(store, self.dossiers, "dossiers_text"),
        )


def open_log(store: Store, path: Path, mapping: LogMapping, foreign: Foreign, folder: Path) -> Opened:
    """Find out what the log is and check that the mapping fits it; raises InputError with all faults."""
    kind = sniff(path)
    dossiers: Source | None = None
    if kind == "xes":
        if foreign.read_xes is None:
            raise refusal("no-xes", str(path))
        log = foreign.read_xes(path)
        events = from_table(store, str(path), "xes_events", log.events)
        if mapping.dossiers is not None and mapping.dossiers_from == ATTRIBUTES:
            dossiers = from_table(store, str(path), "xes_traces", log.dossiers)
    else:
        events = _opened(store, path, kind, mapping, mapping.events, foreign, folder / "events.csv")
    if mapping.dossiers is not None and dossiers is None:
        if mapping.dossiers_from == ATTRIBUTES:
            raise refusal("no-attributes", str(path))
        second = path.parent / mapping.dossiers_from
        dossiers = _opened(
            store, second, sniff(second), mapping, mapping.dossiers, foreign, folder / "dossiers.csv"
        )
    return _checked(events, dossiers, mapping)


def _opened(
    store: Store,
    path: Path,
    kind: str,
    mapping: LogMapping,
    table: TableMapping,
    foreign: Foreign,
    target: Path,
) -> Source:
    if kind == "parquet":
        return from_parquet(store, path)
    if kind == "xes":
        raise refusal("no-xes", str(path))
    plain = made_plain(path, target, mapping.encoding, foreign.decoders or {})
    wanted = [*table.columns.values(), *(cut.source for cut in table.cuts.values())]
    return from_csv(path, plain, mapping.delimiter, wanted)


def _checked(events: Source, dossiers: Source | None, mapping: LogMapping) -> Opened:
    reading = Reading(events, mapping.events, mapping, is_events=True)
    second = None
    if dossiers is not None and mapping.dossiers is not None:
        second = Reading(dossiers, mapping.dossiers, mapping, is_events=False)
    readings = [reading] if second is None else [reading, second]
    faults = [found for each in readings for found in each.faults()]
    faults += check_formats(mapping, events.file)
    faults += [found for each in readings for found in check_patterns(each)]
    if not mapping.procedure and not any(each.has("procedure") for each in readings):
        faults.append(fault("no-procedure", events.file))
    if faults:
        raise InputError(faults)
    return Opened(reading, second)


def _careful(store: Store, reading: Reading, name: str) -> Reading:
    if reading.source.plain is None:
        return reading
    return replace(reading, source=read_carefully(store, reading.source, name))
