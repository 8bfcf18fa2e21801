"""A source's columns read by a mapping: one SELECT with our columns, and why a row is refused.

Everything is text first; each date is then tried by the mapping's formats in their order and by
ISO 8601, so that a bad value has a row, a column and a reason of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

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
        ways = []
        if formats:
            ways.append(f"CAST(try_strptime(trim({said}), {values.bind(formats)}) AS TIMESTAMPTZ)")
        if EXCEL in self.mapping.dates:
            days = f"TRY_CAST({said} AS DOUBLE)"
            ways.append(
                f"CAST(TIMESTAMP '1899-12-30 00:00:00' + to_seconds(round({days} * 86400)) AS TIMESTAMPTZ)"
            )
        ways.append(f"TRY_CAST({said} AS TIMESTAMPTZ)")
        return f"coalesce({', '.join(ways)})" if len(ways) > 1 else ways[0]

    def select(self, values: Values) -> str:
        """SQL of all rows: our columns, and in `refused` the key of a reason and its column."""
        texts = [name for name, kind in self.columns.items() if kind == "text"]
        moments = [name for name, kind in self.columns.items() if kind == "instant" and self.has(name)]
        absent = [name for name, kind in self.columns.items() if kind == "instant" and not self.has(name)]
        first, last = values.bind(EARLIEST), values.bind(LATEST)
        inner = ["row"]
        for name in texts:
            is_raw = self.is_events and name in CODED
            inner.append(f"{(self.raw if is_raw else self.text)(name, values)} AS {name}")
        for name in moments:
            inner.append(f"{self.instant(name, values)} AS {name}")
            inner.append(f"{self.raw(name, values)} AS {name}_text")
        bad = [(name, f"({_bad(name, first, last)})") for name in moments]
        reasons = "".join(f" WHEN {test} THEN 'bad-date:{name}'" for name, test in bad)
        if self.is_events:
            moments_of_row = " AND ".join(
                f"{name} IS NULL" for name in ("started_at", "finished_at") if name in moments
            )
            reasons = f" WHEN trim(step) = '' OR step IS NULL THEN 'no-step:step'{reasons}"
            reasons += f" WHEN {moments_of_row} THEN 'no-finish:finished_at'"
        outer = ["row", *texts, *moments, *(f"{name}_text" for name in moments)]
        outer += [f"CAST(NULL AS TIMESTAMPTZ) AS {name}" for name in absent]
        return (
            f"(SELECT {', '.join(outer)}, CASE WHEN dossier_id IS NULL THEN 'no-dossier:dossier_id'{reasons} END"
            f" AS refused FROM (SELECT {', '.join(inner)} FROM {self.source.relation(values)}))"
        )


def _bad(name: str, first: str, last: str) -> str:
    """A date that is written and cannot be read, or is of no age that offices live in."""
    return (
        f"({name} IS NULL AND {name}_text IS NOT NULL AND trim({name}_text) <> '')"
        f" OR {name} < {first} OR {name} >= {last}"
    )


def check_formats(mapping: LogMapping, file: str) -> list[Fault]:
    """Refuse date formats that are no formats, before they are used on every row."""
    import duckdb

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
