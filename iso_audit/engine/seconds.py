"""Second sources that a log is compared with: the office's own register, and numbers reported upward.

They are small beside the log and are read into values, whatever store the log itself is held in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from iso_audit.engine.lines import Lines
from iso_audit.engine.opening import Foreign, Opened, in_columns_of, open_beside, pattern_faults
from iso_audit.engine.refusals import shortened
from iso_audit.engine.rows import Reading
from iso_audit.engine.store import DuckStore, Rows, Values
from iso_audit.engine.tables import Wall
from iso_audit.errors import InputError
from iso_audit.model.civil import DAY, date_of
from iso_audit.model.log import REPORTED_COLUMNS, REPORTED_FIGURES, LogMapping, Refused, TableMapping

_DAYS = ("received_at", "appointed_at", "finished_at", "returned_at")
_MONTH = re.compile(
    r"(?:tháng\s*)?(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4})|(?P<y2>\d{4})\s*[/.-]\s*(?P<m2>\d{1,2})", re.I
)


class Entry(NamedTuple):
    """One row of a register; days are counted from 1970-01-01."""

    dossier_id: str
    procedure: str
    unit: str
    status: str
    received_day: int | None
    appointed_day: int | None
    finished_day: int | None
    returned_day: int | None


class Figure(NamedTuple):
    """One number that was reported; `month` as `YYYY-MM`, empty parts stand for all."""

    procedure: str
    unit: str
    month: str
    name: str
    value: int


@dataclass(frozen=True)
class Seconds:
    """What was read of second sources, with every row that was refused."""

    has_register: bool = False
    entries: Sequence[Entry] = ()
    unread: Sequence[str] = ()
    """Codes of refused rows of the register: it has these dossiers, and nobody can say what it tells."""
    figures: Sequence[Figure] = ()
    register_rows: int = 0
    reported_rows: int = 0
    reported_kept: int = 0
    refused: tuple[Refused, ...] = ()

    def said(self, dossier_id: str, what: str) -> dt.date | str | None:
        """What the register says of a dossier: a day (`received` ...) or its `status`."""
        column = f"{what}_day" if f"{what}_at" in _DAYS else what
        if not self.has_register or column not in Entry._fields:
            return None
        value = next((getattr(one, column) for one in self.entries if one.dossier_id == dossier_id), None)
        return date_of(value) if isinstance(value, int) else value


NO_SECONDS = Seconds()


class _Reported(Reading):
    """A table of reported numbers."""

    @property
    def columns(self) -> Mapping[str, str]:
        return REPORTED_COLUMNS

    @property
    def needed(self) -> tuple[str, ...]:
        return ()


def read_seconds(
    store: DuckStore,
    path: Path,
    mapping: LogMapping,
    foreign: Foreign,
    folder: Path,
    opened: Opened,
    zone: str,
    *,
    is_careful: bool,
) -> Seconds:
    """Read the second sources that a mapping names; raises InputError with all faults.

    None is compared with a log that breaks off: what they have beyond it may be in its lost part.
    """
    like = opened.events
    if like.source.cut_bytes:
        return NO_SECONDS

    def reading(kind: type[Reading], name: str, source: str, table: TableMapping | None) -> Reading | None:
        if table is None:
            return None
        found = open_beside(
            store, path.parent / source, mapping, table, foreign, folder / f"sheet_{name}.csv"
        )
        made = kind(found, table, mapping, False, like.iso_first, like.offset)
        return in_columns_of(store, made, folder / name, is_careful)

    register = reading(Reading, "register", mapping.register_from, mapping.register)
    reported = reading(_Reported, "reported", mapping.reported_from, mapping.reported)
    faults = [
        fault
        for each in (register, reported)
        if each is not None
        for fault in (*each.faults(), *pattern_faults(store, each))
    ]
    if faults:
        raise InputError(faults)
    seconds = Seconds() if register is None else _read_register(store, register, zone)
    return seconds if reported is None else _with_figures(store, reported, seconds)


def _count(store: DuckStore, reading: Reading) -> int:
    values = Values()
    rows = store.number(f"SELECT count(*) FROM {reading.source.relation(values)}", values)
    return rows + reading.source.broken_count


def _broken(reading: Reading, lines: Lines) -> Iterator[Refused]:
    for row, text, reason in reading.source.broken_rows():
        yield Refused(reading.source.file, lines.of(row), "", text, reason)


def _read_register(store: DuckStore, reading: Reading, zone: str) -> Seconds:
    """Of several rows with one code the first counts."""
    rows, values = _count(store, reading), Values()
    wall, lines, file = Wall(zone, values), Lines(reading.source, rows), reading.source.file
    days = ", ".join(f"({wall.shows(name)}) // {DAY}" for name in _DAYS)
    read = store.run(
        f"SELECT row, dossier_id, is_bad, procedure, unit, status, {days} FROM {reading.select(values)} "
        "WHERE dossier_id IS NOT NULL ORDER BY row",
        values,
    )
    values = Values()
    refused = [
        Refused(
            file, lines.of(row), reading.table.columns.get(why.partition(":")[2], ""), shortened(value or ""),
            why.partition(":")[0],
        )
        for row, why, value in store.run(
            f"SELECT row, refused, value FROM {reading.refusals(values)} ORDER BY row", values
        )
    ]  # fmt: skip
    entries: dict[str, Entry] = {}
    for row, code, is_bad, procedure, unit, status, *days_said in read:
        if is_bad:
            continue
        if code in entries:
            refused.append(
                Refused(file, lines.of(row), reading.table.columns.get("dossier_id", ""), code, "duplicate")
            )
        else:
            entries[code] = Entry(code, procedure or "", unit or "", status or "", *days_said)
    refused = sorted([*refused, *_broken(reading, lines)], key=lambda one: one.row)
    unread = tuple(sorted({one[1] for one in read if one[2]} - entries.keys()))
    return Seconds(True, tuple(entries.values()), unread, register_rows=rows, refused=tuple(refused))


def _with_figures(store: DuckStore, reading: Reading, seconds: Seconds) -> Seconds:
    """Add the reported numbers; a row with one that cannot be read is refused as a whole."""
    rows, values = _count(store, reading), Values()
    lines = Lines(reading.source, rows)
    names = [name for name in REPORTED_COLUMNS if reading.has(name)]
    chosen = ", ".join(reading.text(name, values) for name in names)
    relation = reading.source.relation(values)
    read: Rows = store.run(
        f"SELECT row, {chosen} FROM {relation} ORDER BY row" if names else "SELECT 1 LIMIT 0", values
    )
    figures: list[Figure] = []
    refused, kept = list(_broken(reading, lines)), 0
    for row, *cells in read:
        said = {name: cell or "" for name, cell in zip(names, cells, strict=True)}
        fault = _fault(said)
        if fault:
            column, why = fault
            theirs = reading.table.columns.get(column, column)
            refused.append(Refused(reading.source.file, lines.of(row), theirs, shortened(said[column]), why))
            continue
        kept += 1
        place = (said.get("procedure", ""), said.get("unit", ""), _month(said.get("month", "")))
        figures += [Figure(*place, name, _number(said[name])) for name in REPORTED_FIGURES if said.get(name)]
    refused.sort(key=lambda one: one.row)
    return replace(
        seconds, figures=tuple(figures), reported_rows=rows, reported_kept=kept,
        refused=(*seconds.refused, *refused),
    )  # fmt: skip


def _fault(said: Mapping[str, str]) -> tuple[str, str] | None:
    """The first cell that cannot be read, and why."""
    if said.get("month") and not _month(said["month"]):
        return "month", "bad-month"
    bad = (name for name in REPORTED_FIGURES if said.get(name) and _number(said[name]) < 0)
    return next(((name, "bad-number") for name in bad), None)


def _month(text: str) -> str:
    """`YYYY-MM` of a month as offices write it; empty for what is none."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        return ""
    month, year = int(found["m"] or found["m2"]), int(found["y"] or found["y2"])
    return f"{year}-{month:02}" if 1 <= month <= 12 and 1990 <= year < 2100 else ""


def _number(text: str) -> int:
    """A whole number, with points or blanks between thousands; -1 for what is none."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,3}([., ]\d{3})+", plain):
        return int(re.sub(r"[., ]", "", plain))
    return (
        int(plain)
        if re.fullmatch(r"\d{1,12}", plain)
        else int(plain[:-2])
        if re.fullmatch(r"\d{1,12}\.0", plain)
        else -1
    )
