"""A source's columns read by a mapping: one SELECT with our columns, and why a row is refused.

Everything is text first; each date is then tried by the mapping's formats in their order and by
ISO 8601, so that a bad value has a row, a column and a reason of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from iso_audit.engine.refusals import fault
from iso_audit.engine.source import Source
from iso_audit.engine.store import Values
from iso_audit.errors import Fault
from iso_audit.model.civil import DAY
from iso_audit.model.log import DOSSIER_COLUMNS, EVENT_COLUMNS, LogMapping, TableMapping
from iso_audit.text import did_you_mean

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
"""A date outside these is a mistake of typing, and no calendar knows it."""

CODED = ("procedure", "step", "role", "unit", "actor")
"""Columns of few different words: events keep a number for each, and the words are mapped once."""

EXCEL = "excel"
"""The date format of days counted as spreadsheets do."""

_OF_CASE = "case:"
_TYPED = ("TIMESTAMP", "DATE")
_WITH_OFFSET = "TIMESTAMP WITH TIME ZONE"
_FAR = 1 << 62
"""Microseconds from 1970 beyond which no offset is added."""


@dataclass(frozen=True)
class Reading:
    """One table of a source, read by a mapping."""

    source: Source
    table: TableMapping
    mapping: LogMapping
    is_events: bool
    iso_first: bool = True
    """Whether ISO 8601 is tried before the mapping's formats: where none of them reads it, too."""
    offset: int | None = None
    """How many seconds the clocks of moments without an offset are always ahead of UTC; None: it varies."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Our columns of this table, with `text` or `instant`."""
        return EVENT_COLUMNS if self.is_events else DOSSIER_COLUMNS

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that the mapping has to give."""
        return ("dossier_id", "step") if self.is_events else ("dossier_id",)

    @cached_property
    def moments(self) -> tuple[str, ...]:
        """Columns of moments that the mapping gives a value."""
        return tuple(name for name, kind in self.columns.items() if kind == "instant" and self.has(name))

    def has(self, ours: str) -> bool:
        """Whether the mapping gives this column a value at all."""
        return ours in self.table.columns or ours in self.table.cuts or ours in self.table.constants

    def faults(self) -> list[Fault]:
        """Everything that keeps the mapping from fitting the source."""
        file, found = self.source.file, []
        head = 1 if self.source.plain is not None else 0
        wanted = [*self.table.columns.items(), *((ours, cut.source) for ours, cut in self.table.cuts.items())]
        for ours, theirs in wanted:
            times = self.source.columns.count(self._named(theirs))
            if times == 0:
                near = did_you_mean(theirs, self.source.columns)
                found.append(fault("no-column", file, head, hint=near, column=theirs, ours=ours))
            elif times > 1:
                found.append(fault("twice", file, head, column=theirs))
        found += [fault("not-mapped", file, ours=ours) for ours in self.needed if not self.has(ours)]
        if self.is_events and not (self.has("started_at") or self.has("finished_at")):
            found.append(fault("not-mapped", file, ours="finished_at"))
        return found

    def _named(self, theirs: str) -> str:
        """The source's own name: in the table of traces attributes stand without `case:`."""
        if self.is_events or theirs in self.source.columns:
            return theirs
        return theirs.removeprefix(_OF_CASE)

    def _index(self, ours: str) -> int | None:
        """Where the column that a mapping takes for ours stands in the source."""
        cut = self.table.cuts.get(ours)
        theirs = cut.source if cut else self.table.columns.get(ours)
        return None if theirs is None else self.source.index(self._named(theirs))

    def raw(self, ours: str, values: Values) -> str:
        """SQL of a column as it was written, composed where need be; NULL where it is not mapped."""
        if ours in self.table.constants:
            return f"CAST({values.bind(self.table.constants[ours])} AS VARCHAR)"
        index = self._index(ours)
        if index is None:
            return "CAST(NULL AS VARCHAR)"
        said = f"CAST(c{index} AS VARCHAR)" if self.source.types else f"c{index}"
        if self.source.must_compose:
            said = f"nfc_normalize({said})"
        cut = self.table.cuts.get(ours)
        return said if cut is None else f"regexp_extract({said}, {values.bind(cut.pattern)}, 1)"

    def text(self, ours: str, values: Values) -> str:
        """SQL of a column without blanks around it; NULL where it is empty."""
        return f"nullif(trim({self.raw(ours, values)}), '')"

    def _typed(self, ours: str) -> tuple[str, str]:
        """The source's column that holds moments as such, and its SQL type; empty where it holds text."""
        index = None if ours in self.table.cuts or ours in self.table.constants else self._index(ours)
        if index is None or not self.source.types or not self.source.types[index].startswith(_TYPED):
            return "", ""
        return f"c{index}", self.source.types[index]

    def is_typed(self, ours: str) -> bool:
        """Whether the source holds these moments as such."""
        return bool(self._typed(ours)[0])

    def instant(self, ours: str, values: Values) -> str:
        """SQL of a moment in microseconds since 1970 UTC; NULL where it is empty or cannot be read."""
        column, kind = self._typed(ours)
        if column and (kind == _WITH_OFFSET or self.offset == 0):
            return f"epoch_us({column})"
        if column and self.offset is not None:
            shown, ahead = f"epoch_us({column})", self.offset * 1_000_000
            return f"CASE WHEN {shown} BETWEEN {-_FAR} AND {_FAR} THEN {shown} - {ahead} END"
        if column:
            return f"epoch_us(CAST({column} AS TIMESTAMPTZ))"
        said = self.raw(ours, values)
        iso, ways = f"TRY_CAST({said} AS TIMESTAMPTZ)", []
        formats = [form for form in self.mapping.dates if form != EXCEL]
        if formats:
            ways.append(f"CAST(try_strptime(trim({said}), {values.bind(formats)}) AS TIMESTAMPTZ)")
        if EXCEL in self.mapping.dates:
            seconds = f"to_seconds(round(TRY_CAST({said} AS DOUBLE) * 86400))"
            ways.append(f"CAST(TIMESTAMP '1899-12-30 00:00:00' + {seconds} AS TIMESTAMPTZ)")
        ways = [iso, *ways] if self.iso_first else [*ways, iso]
        return f"CASE WHEN {said} <> '' THEN epoch_us(coalesce({', '.join(ways)})) END"

    def select(self, values: Values, tidy: str = "") -> str:
        """SQL of all rows: our columns, and `is_bad` where a moment cannot be used.

        The column `tidy` is known to stand without blanks around it.

        A row without dossier or activity finds no partner when it is joined to their numbers;
        `refusals` says of every row why it is refused.
        """
        chosen = [f'"{name}"' for name, kind in self.columns.items() if kind == "text" or self.has(name)]
        if not self.is_events:
            chosen += [f"{name}_text" for name in self.moments]
        absent = [name for name, kind in self.columns.items() if kind == "instant" and not self.has(name)]
        chosen += [f"CAST(NULL AS BIGINT) AS {name}" for name in absent]
        bad = [self._bad(name) for name in self.moments]
        if self.is_events:
            bad.append(self._no_moment())
        return (
            f"(SELECT row, {', '.join(chosen)}, {' OR '.join(bad) or 'false'} AS is_bad "
            f"FROM {self._inner(values, tidy)})"
        )

    def refusals(self, values: Values) -> str:
        """SQL of the refused rows: `row`, `refused` (the key of a reason and its column) and `value`."""
        reasons = "WHEN dossier_id IS NULL THEN 'no-dossier:dossier_id' "
        told = "WHEN 'no-dossier:dossier_id' THEN '' "
        if self.is_events:
            reasons += "WHEN step IS NULL OR step NOT IN (SELECT text FROM word_step) THEN 'no-step:step' "
        for name in self.moments:
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
        if self._beyond(name):
            return f"{name}_beyond"
        first, last = (int(moment.timestamp()) * 1_000_000 for moment in (EARLIEST, LATEST))
        is_of_age = f"{name} BETWEEN {first} AND {last}"
        return f"(CASE WHEN {name} IS NULL THEN {name}_written ELSE NOT {is_of_age} END)"

    def _beyond(self, ours: str) -> str:
        """SQL: a moment that the source holds as such is of no age that offices live in; else empty.

        It is compared as it stands, for of that the database may know the range beforehand.
        """
        column, kind = self._typed(ours)
        if not column or (kind != _WITH_OFFSET and self.offset is None):
            return ""
        ahead = dt.timedelta(seconds=0 if kind == _WITH_OFFSET else self.offset or 0)
        ages = (f"{moment + ahead:%Y-%m-%d %H:%M:%S}" for moment in (EARLIEST, LATEST))
        if kind == _WITH_OFFSET:
            first, last = (f"TIMESTAMPTZ '{age}+00'" for age in ages)
        else:
            first, last = (f"TIMESTAMP '{age}'" for age in ages)
        return f"coalesce({column} NOT BETWEEN {first} AND {last}, false)"

    def _no_moment(self) -> str:
        """SQL: an event that neither began nor ended."""
        names = [name for name in ("started_at", "finished_at") if self.has(name)]
        return "(" + " AND ".join(f"{name} IS NULL" for name in names) + ")"

    def _inner(self, values: Values, tidy: str = "") -> str:
        """SQL of all rows with our columns; of moments also what was written, and whether anything was."""
        chosen = ["row"]
        for name, kind in self.columns.items():
            if kind == "text":
                is_raw = (self.is_events and name in CODED) or name == tidy
                chosen.append(f'{self.raw(name, values) if is_raw else self.text(name, values)} AS "{name}"')
            elif self.has(name):
                said, (column, _) = self.raw(name, values), self._typed(name)
                is_written = f"{column} IS NOT NULL" if column else f"coalesce(trim({said}) <> '', false)"
                beyond = self._beyond(name)
                known = f"{beyond} AS {name}_beyond" if beyond else f"{is_written} AS {name}_written"
                chosen.append(f"{self.instant(name, values)} AS {name}, {said} AS {name}_text, {known}")
        return f"(SELECT {', '.join(chosen)} FROM {self.source.relation(values)})"


def wanted_columns(table: TableMapping) -> Sequence[str]:
    """The source's columns that a mapping names."""
    return [*table.columns.values(), *(cut.source for cut in table.cuts.values())]


def steady_offset(zone: str) -> int | None:
    """How many seconds the clocks of a zone are ahead of UTC; None where that changes in our age."""
    known = ZoneInfo(zone)
    first, last = (int(moment.timestamp()) for moment in (EARLIEST, LATEST))
    offsets = {dt.datetime.fromtimestamp(at, known).utcoffset() for at in range(first, last, 7 * DAY)}
    offset = offsets.pop()
    return None if offsets or offset is None else int(offset.total_seconds())
