"""A source's columns read by a mapping: one SELECT with our columns, and why a row is refused.

Everything is text first; each date is then tried by the mapping's formats in their order and by
ISO 8601, so that a bad value has a row, a column and a reason of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from iso_audit.engine.refusals import fault
from iso_audit.engine.source import Source
from iso_audit.engine.store import Values
from iso_audit.errors import Fault
from iso_audit.model.log import DOSSIER_COLUMNS, EVENT_COLUMNS, LogMapping, TableMapping
from iso_audit.text import did_you_mean

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
"""A date outside these is a mistake of typing, and no calendar knows it."""

CODED = ("procedure", "step", "role", "unit")
"""Columns of few different words: events keep a number for each, and the words are mapped once."""

EXCEL = "excel"
"""The date format of days counted as spreadsheets do."""

_OF_CASE = "case:"


@dataclass(frozen=True)
class Reading:
    """One table of a source, read by a mapping."""

    source: Source
    table: TableMapping
    mapping: LogMapping
    is_events: bool

    @property
    def columns(self) -> Mapping[str, str]:
        """Our columns of this table, with `text` or `instant`."""
        return EVENT_COLUMNS if self.is_events else DOSSIER_COLUMNS

    def has(self, ours: str) -> bool:
        """Whether the mapping gives this column a value at all."""
        return ours in {**self.table.columns, **self.table.cuts, **self.table.constants}

    def faults(self) -> list[Fault]:
        """Everything that keeps the mapping from fitting the source."""
        file, found = self.source.file, []
        wanted = [(ours, theirs) for ours, theirs in self.table.columns.items()]
        wanted += [(ours, cut.source) for ours, cut in self.table.cuts.items()]
        for ours, theirs in wanted:
            times = self.source.columns.count(self._named(theirs))
            if times == 0:
                near = did_you_mean(theirs, self.source.columns)
                found.append(fault("no-column", file, hint=near, column=theirs, ours=ours))
            elif times > 1:
                found.append(fault("twice", file, 1, column=theirs))
        for ours in ("dossier_id", "step") if self.is_events else ("dossier_id",):
            if not self.has(ours):
                found.append(fault("not-mapped", file, ours=ours))
        if self.is_events and not (self.has("started_at") or self.has("finished_at")):
            found.append(fault("not-mapped", file, ours="finished_at"))
        return found

    def _named(self, theirs: str) -> str:
        """The source's own name: in the table of traces attributes stand without `case:`."""
        if self.is_events or theirs in self.source.columns:
            return theirs
        return theirs.removeprefix(_OF_CASE)

    def raw(self, ours: str, values: Values) -> str:
        """SQL of a column as it was written, composed where need be; NULL where it is not mapped."""
        table = self.table
        if ours in table.constants:
            return f"CAST({values.bind(table.constants[ours])} AS VARCHAR)"
        cut = table.cuts.get(ours)
        theirs = cut.source if cut else table.columns.get(ours)
        index = None if theirs is None else self.source.index(self._named(theirs))
        if index is None:
            return "CAST(NULL AS VARCHAR)"
        said = f"CAST(c{index} AS VARCHAR)" if self.source.types else f"c{index}"
        if self.source.must_compose:
            said = f"nfc_normalize({said})"
        if cut is None:
            return said
        return f"regexp_extract({said}, {values.bind(cut.pattern)}, 1)"

    def text(self, ours: str, values: Values) -> str:
        """SQL of a column without blanks around it; NULL where it is empty."""
        return f"nullif(trim({self.raw(ours, values)}), '')"

    def instant(self, ours: str, values: Values) -> str:
        """SQL of a moment; NULL where it is empty or cannot be read."""
        theirs = self.table.columns.get(ours)
        index = None if theirs is None else self.source.index(self._named(theirs))
        if index is not None and self.source.types and re.match("TIMESTAMP|DATE", self.source.types[index]):
            return f"CAST(c{index} AS TIMESTAMPTZ)"
        said = self.raw(ours, values)
        formats = [form for form in self.mapping.dates if form != EXCEL]
        iso, ways = f"TRY_CAST({said} AS TIMESTAMPTZ)", []
        if formats:
            ways.append(f"CAST(try_strptime(trim({said}), {values.bind(formats)}) AS TIMESTAMPTZ)")
        if EXCEL in self.mapping.dates:
            days = f"TRY_CAST({said} AS DOUBLE)"
            ways.append(
                f"CAST(TIMESTAMP '1899-12-30 00:00:00' + to_seconds(round({days} * 86400)) AS TIMESTAMPTZ)"
            )
        ways = [*ways, iso] if _reads_iso(formats) else [iso, *ways]
        return f"coalesce({', '.join(ways)})" if len(ways) > 1 else ways[0]

    def moments(self) -> list[str]:
        """Columns of moments that the mapping gives a value."""
        return [name for name, kind in self.columns.items() if kind == "instant" and self.has(name)]

    def select(self, values: Values) -> str:
        """SQL of all rows: our columns, and `is_bad` where a moment cannot be used.

        A row without dossier or activity finds no partner when it is joined to their numbers;
        `refusals` says of every row why it is refused.
        """
        bad = [self._bad(name) for name in self.moments()]
        if self.is_events:
            bad.append(self._no_moment())
        plain = [f'"{name}"' for name, kind in self.columns.items() if kind == "text" or self.has(name)]
        if not self.is_events:
            plain += [f"{name}_text" for name in self.moments()]
        absent = [
            f"CAST(NULL AS TIMESTAMPTZ) AS {name}"
            for name, kind in self.columns.items()
            if kind == "instant" and not self.has(name)
        ]
        return (
            f"(SELECT row, {', '.join([*plain, *absent])}, {' OR '.join(bad) or 'false'} AS is_bad "
            f"FROM {self._inner(values)})"
        )

    def refusals(self, values: Values) -> str:
        """SQL of the refused rows: `row`, `refused` (the key of a reason and its column) and `value`."""
        reasons, told = "WHEN dossier_id IS NULL THEN 'no-dossier:dossier_id' ", ""
        if self.is_events:
            reasons += "WHEN step IS NULL OR step NOT IN (SELECT text FROM word_step) THEN 'no-step:step' "
        for name in self.moments():
            reasons += f"WHEN {self._bad(name)} THEN 'bad-date:{name}' "
            told += f"WHEN 'bad-date:{name}' THEN {name}_text "
        if self.is_events:
            reasons += f"WHEN {self._no_moment()} THEN 'no-finish:finished_at' "
        return (
            f"(SELECT row, refused, CASE refused {told}ELSE '' END AS value FROM "
            f"(SELECT *, CASE {reasons}END AS refused FROM {self._inner(values)}) WHERE refused IS NOT NULL)"
        )

    def _bad(self, name: str) -> str:
        """SQL: a moment is written and cannot be read, or is of no age that offices live in."""
        first, last = (int(moment.timestamp()) * 1_000_000 for moment in (EARLIEST, LATEST))
        return (
            f"(CASE WHEN {name} IS NULL THEN {name}_text IS NOT NULL AND trim({name}_text) <> '' "
            f"ELSE epoch_us({name}) NOT BETWEEN {first} AND {last} END)"
        )

    def _no_moment(self) -> str:
        """SQL: an event that neither began nor ended."""
        names = [name for name in ("started_at", "finished_at") if self.has(name)]
        return "(" + " AND ".join(f"{name} IS NULL" for name in names) + ")"

    def _inner(self, values: Values) -> str:
        """SQL of all rows with our columns; of moments also what was written."""
        chosen = ["row"]
        for name, kind in self.columns.items():
            if kind == "text":
                is_raw = self.is_events and name in CODED
                chosen.append(f'{(self.raw if is_raw else self.text)(name, values)} AS "{name}"')
            elif self.has(name):
                chosen.append(f"{self.instant(name, values)} AS {name}")
                chosen.append(f"{self.raw(name, values)} AS {name}_text")
        return f"(SELECT {', '.join(chosen)} FROM {self.source.relation(values)})"


def _reads_iso(formats: list[str]) -> bool:
    """Whether a format would read what ISO 8601 reads, so that the order in which they are tried matters.

    Where none does, ISO 8601 goes first: it is the faster one.
    """
    samples = [
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
    tried = "SELECT count(try_strptime(sample, $formats)) FROM (SELECT unnest($samples) AS sample)"
    if not formats:
        return False
    row = duckdb.execute(tried, {"formats": formats, "samples": samples}).fetchone()
    return bool(row and row[0])


def check_patterns(reading: Reading) -> list[Fault]:
    """Refuse patterns that cannot be used on a column, before they are used on every row."""
    found = []
    for cut in reading.table.cuts.values():
        try:
            duckdb.execute("SELECT regexp_extract('', $pattern, 1)", {"pattern": cut.pattern}).fetchall()
        except duckdb.Error as error:
            detail = str(error).splitlines()[0].rpartition(": ")[2]
            found.append(fault("pattern", reading.source.file, pattern=cut.pattern, detail=detail))
    return found


def check_formats(mapping: LogMapping, file: str) -> list[Fault]:
    """Refuse date formats that are no formats, before they are used on every row."""
    found = []
    for form in mapping.dates:
        if form == EXCEL:
            continue
        try:
            duckdb.execute("SELECT try_strptime('', $form)", {"form": form}).fetchall()
        except duckdb.Error as error:
            detail = str(error).splitlines()[0].rpartition(": ")[2]
            found.append(fault("date-format", file, format=form, detail=detail))
    return found
