"""A calendar as arrays: one row a day, and the work counted by it.

All times are civil seconds (what the office's wall clock shows, see `model.civil`) as int64;
`to_civil` makes them of UTC. A table covers a range of days with their exceptions; beyond it the
weekly pattern goes on for ever, so no date is out of reach and the table stays small.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from iso_audit.analysis.zones import Zone
from iso_audit.model.calendar import Calendar, Span
from iso_audit.model.civil import DAY, date_of, day_of, reception_spans

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BLOCK = 1 << 14
"""Times handled at once: small enough for the processor's cache, large enough for numpy."""


class DayTable:
    """Working days and working time of one calendar, for arrays of moments."""

    def __init__(self, calendar: Calendar, first: dt.date, last: dt.date) -> None:
        """Cover `first` to `last` and every exception, with one plain week at both ends."""
        if not any(calendar.week):
            raise ValueError(f"calendar {calendar.id} has no working hours")
        self.calendar = calendar
        self.zone = Zone(calendar.zone)
        known = (first, last, *calendar.exceptions)
        self._first = day_of(min(known)) - 7
        dates = [date_of(day) for day in range(self._first, day_of(max(known)) + 8)]
        spans = [calendar.spans(day) for day in dates]
        self._open, self._close = _edges(spans)
        self._desk_open, self._desk_close = _edges([reception_spans(calendar, day) for day in dates])
        length = (self._close - self._open).astype(np.int64)
        self._works: Flags = np.array([bool(day) for day in spans])
        self._opening: Ints = self._open[0].astype(np.int64)
        self._closing: Ints = self._close.max(axis=0).astype(np.int64)
        self._ends: Ints = length.sum(axis=0).cumsum()
        self._cum: Ints = self._ends - length.sum(axis=0)
        self._base: Ints = self._cum - self._open.sum(axis=0, dtype=np.int64)
        """Work before the day less its openings: then every span adds its clamped second."""
        self._done: Ints = np.where(length > 0, length.cumsum(axis=0) - length, np.iinfo(np.int64).max)
        self._worked: Ints = self._works.cumsum(dtype=np.int64)
        self._workdays: Ints = np.flatnonzero(self._works).astype(np.int64)
        self._week_seconds = int(length[:, -7:].sum())
        self._week_days = int(self._works[-7:].sum())

    def to_civil(self, utc: Ints) -> Ints:
        """Turn seconds since 1970 UTC into civil seconds of the calendar's zone."""
        return self.zone.to_civil(utc)

    def work_until(self, times: Ints) -> Ints:
        """Seconds of work from a fixed moment of the table's own up to civil seconds: a line of work."""
        worked = np.empty(len(times), dtype=np.int64)
        for at in range(0, len(times), _BLOCK):
            worked[at : at + _BLOCK] = self._until(times[at : at + _BLOCK])
        return worked

    def working_seconds(self, starts: Ints, ends: Ints) -> Ints:
        """Count the seconds of work between civil seconds; negative where the end is the earlier."""
        starts, ends = np.broadcast_arrays(starts, ends)
        worked = np.empty(starts.shape, dtype=np.int64)
        for at in range(0, len(worked), _BLOCK):
            block = slice(at, at + _BLOCK)
            np.subtract(self._until(ends[block]), self._until(starts[block]), out=worked[block])
        return worked

    def advance(self, starts: Ints, seconds: Ints) -> Ints:
        """Return the first civil seconds at which `seconds` of work have been done since `starts`."""
        if np.any(np.less(seconds, 0)):
            raise ValueError("work cannot be undone: seconds are negative")
        goals = self._until(np.asarray(starts)) + seconds
        weeks = _weeks_outside(goals - 1, int(self._ends[-1]), self._week_seconds)
        goals = goals - weeks * self._week_seconds
        index = np.searchsorted(self._ends, goals, side="left")
        left = goals - self._cum[index]
        at = self._open[0][index] + left
        for opening, done in zip(self._open[1:], self._done[1:], strict=True):
            at = np.where(left > done[index], opening[index] + left - done[index], at)
        at += (self._first + index + 7 * weeks) * DAY
        found: Ints = np.where(np.equal(seconds, 0), starts, at)
        return found

    def inside_hours(self, times: Ints, include_reception: bool = True) -> Flags:
        """Tell which times lie within working hours or the desk's reception, the closing second too."""
        days = times // DAY
        seconds = times - days * DAY
        index, _ = self._index(days)
        edges = [*zip(self._open, self._close, strict=True)]
        if include_reception:
            edges += zip(self._desk_open, self._desk_close, strict=True)
        inside: Flags = np.zeros(times.shape, dtype=bool)
        for opening, closing in edges:
            opens, closes = opening[index], closing[index]
            inside |= (opens <= seconds) & (seconds <= closes) & (opens < closes)
        return inside

    def covers(self, days: Ints) -> Flags:
        """Tell which days since 1970-01-01 the table has a row for; of others only the week is known."""
        found: Flags = (days >= self._first) & (days < self._first + len(self._cum))
        return found

    def works(self, days: Ints) -> Flags:
        """Tell which days since 1970-01-01 are working days."""
        return self._works[self._index(days)[0]]

    def opening(self, days: Ints) -> Ints:
        """Second of the day at which work begins; 0 on days off."""
        return self._opening[self._index(days)[0]]

    def closing(self, days: Ints) -> Ints:
        """Second of the day at which work ends; 0 on days off."""
        return self._closing[self._index(days)[0]]

    def working_days_until(self, days: Ints) -> Ints:
        """Count working days up to and including `days`, from a fixed day of the table's own."""
        index, weeks = self._index(days)
        return self._worked[index] + weeks * self._week_days

    def nth_working_day(self, days: Ints, n: Ints) -> Ints:
        """Return the n-th working day after each day; n is at least 1."""
        number = self.working_days_until(days) + n - 1
        weeks = _weeks_outside(number, len(self._workdays), self._week_days)
        found: Ints = self._first + self._workdays[number - weeks * self._week_days] + 7 * weeks
        return found

    def day_rows(self) -> dict[str, Ints]:
        """The table itself, one row a day, for engines that count where the data lies.

        `day` since 1970-01-01, `cum` seconds of work before it, `worked` working days up to and
        with it, and of every span its opening `s1` and its length `l1` (s2, l2 ...): the work until
        second `sec` of a day is `cum + clamp(sec - s1, 0, l1) + clamp(sec - s2, 0, l2) ...`.
        """
        rows = {"day": self._first + np.arange(len(self._cum)), "cum": self._cum, "worked": self._worked}
        for n, (opening, closing) in enumerate(zip(self._open, self._close, strict=True), 1):
            rows[f"s{n}"] = opening.astype(np.int64)
            rows[f"l{n}"] = (closing - opening).astype(np.int64)
        return rows

    def _until(self, times: Ints) -> Ints:
        days = times // DAY
        seconds = (times - days * DAY).astype(np.int32)
        index, weeks = self._index(days)
        worked = self._base[index] + weeks * self._week_seconds
        for opening, closing in zip(self._open, self._close, strict=True):
            worked += np.minimum(np.maximum(seconds, opening[index]), closing[index])
        return worked

    def _index(self, days: Ints) -> tuple[Ints, Ints | int]:
        """Rows of `days`, and by how many weeks those beyond the table were moved into it."""
        index = days - self._first
        weeks = _weeks_outside(index, len(self._cum), 7)
        return (index, 0) if isinstance(weeks, int) else (index - 7 * weeks, weeks)


def _weeks_outside(index: Ints, size: int, week: int) -> Ints | int:
    """By how many weeks each index lies outside 0..size-1; plain 0 where none does."""
    if not index.size or (index.min() >= 0 and index.max() < size):
        return 0
    after = np.maximum(0, (index - size) // week + 1)
    before = np.maximum(0, (week - 1 - index) // week)
    return after - before


def _edges(days: Sequence[tuple[Span, ...]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Openings and closings by span and day, 0 where a day has fewer spans."""
    most = max(1, *(len(spans) for spans in days))
    padded = np.zeros((2, most, len(days)), dtype=np.int32)
    for at, spans in enumerate(days):
        for n, span in enumerate(spans):
            padded[:, n, at] = span
    return padded[0], padded[1]
