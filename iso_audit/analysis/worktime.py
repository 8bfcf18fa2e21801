"""Due times on arrays: the only fast clock, equal to `model.clock` second by second.

Every dossier counts in one of four ways (its unit, once parts of days are settled); pauses and
restarts are gone through in rounds, the first of every dossier, then the second, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from iso_audit.analysis.daytable import DayTable, Flags, Ints
from iso_audit.model.civil import DAY
from iso_audit.model.clock import WORKING_DAY
from iso_audit.model.procedure import TimeUnit

__all__ = ["NO_DUE", "NO_LIMIT", "UNIT_CODES", "DayTable", "Dues", "Stops", "WorkTable"]

UNIT_CODES: Mapping[TimeUnit, int] = {unit: code for code, unit in enumerate(TimeUnit)}
"""Numbers for units in arrays."""

NO_LIMIT = -1
"""The unit code of what has no limit."""

NO_DUE = int(np.iinfo(np.int64).min)
"""The due second and day of what has no limit."""

_WORKING_HOUR, _WORKING_DAY = UNIT_CODES[TimeUnit.WORKING_HOUR], UNIT_CODES[TimeUnit.WORKING_DAY]
_HOUR, _DAY = UNIT_CODES[TimeUnit.HOUR], UNIT_CODES[TimeUnit.DAY]


class Dues(NamedTuple):
    """When each thing is due: civil seconds, and the legal day since 1970-01-01."""

    seconds: Ints
    days: Ints


@dataclass(frozen=True)
class Stops:
    """Pauses and restarts of many dossiers in one flat list, in the order in which they began.

    Those of dossier i stand at `offsets[i]` up to `offsets[i + 1]`. A restart is a stretch too:
    from where the clock stopped to where the limit begins anew.
    """

    offsets: Ints
    begins: Ints
    ends: Ints
    restarts: Flags

    @classmethod
    def of(cls, dossiers: Ints, begins: Ints, ends: Ints, restarts: Flags, count: int) -> Stops:
        """Sort stops given in any order, `dossiers` saying whose each is (0 to `count` - 1)."""
        order = np.lexsort((restarts, ends, begins, dossiers))
        offsets = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(dossiers, minlength=count), out=offsets[1:])
        return cls(offsets, begins[order], ends[order], restarts[order])


class WorkTable(DayTable):
    """Working time and due times of one calendar, for arrays of moments."""

    def due(
        self,
        starts: Ints,
        units: ArrayLike,
        amounts: ArrayLike,
        *,
        same_day: ArrayLike = False,
        cutoffs: ArrayLike = -1,
        moves_start: ArrayLike = False,
        stops: Stops | None = None,
    ) -> Dues:
        """Say when limits that begin at `starts` end; single values hold for all.

        `units` are codes of `UNIT_CODES` or NO_LIMIT, `amounts` the `nominal_seconds` of limits;
        `cutoffs` are seconds of the day (-1: none), `moves_start` tells where being later moves
        the start to the next working day, `same_day` where the limit is the day of receipt.
        """
        limits = _Limits.of(self, starts.shape, units, amounts, same_day, cutoffs, moves_start)
        everything = np.arange(len(starts))
        course = _Course(limits, limits.origin(everything, starts))
        if stops is not None:
            course.go_through(stops)
        counted = limits.units != NO_LIMIT
        return Dues(np.where(counted, course.due, NO_DUE), np.where(counted, course.days, NO_DUE))


@dataclass(frozen=True)
class _Limits:
    """How each dossier counts; the methods take the dossiers (`who`) that they are about."""

    table: DayTable
    units: NDArray[np.int8]
    whole_days: Ints
    seconds: Ints
    same_day: Flags
    cutoffs: Ints
    moves_start: Flags

    @classmethod
    def of(
        cls,
        table: DayTable,
        shape: tuple[int, ...],
        units: ArrayLike,
        amounts: ArrayLike,
        same_day: ArrayLike,
        cutoffs: ArrayLike,
        moves_start: ArrayLike,
    ) -> _Limits:
        """Settle parts of days: a limit below one day counts working seconds."""
        is_same_day = np.broadcast_to(np.asarray(same_day, dtype=bool), shape)
        given = np.broadcast_to(np.asarray(units, dtype=np.int8), shape)
        amount = np.broadcast_to(np.asarray(amounts, dtype=np.int64), shape)
        if np.any((amount < 0) & (given != NO_LIMIT) & ~is_same_day):
            raise ValueError("there is no limit to count: an amount is negative")
        by_day = (given == _WORKING_DAY) | (given == _DAY)
        whole = np.where(by_day & ~is_same_day, amount // WORKING_DAY, 0)
        settled = np.where(by_day & (whole == 0), _WORKING_HOUR, given)
        return cls(
            table,
            np.where(is_same_day, _WORKING_DAY, settled).astype(np.int8),
            whole,
            np.where(is_same_day, 0, amount - whole * WORKING_DAY),
            is_same_day,
            np.broadcast_to(np.asarray(cutoffs, dtype=np.int64), shape),
            np.broadcast_to(np.asarray(moves_start, dtype=bool), shape),
        )

    def origin(self, who: Ints, begun: Ints) -> Ints:
        """The moments from which counting begins: the next opening after the cut-off."""
        cutoffs, origins = self.cutoffs[who], begun.copy()
        late = np.flatnonzero(self.moves_start[who] & (cutoffs >= 0) & (begun % DAY > cutoffs))
        days = self.table.nth_working_day(begun[late] // DAY, np.ones_like(late))
        origins[late] = days * DAY + self.table.opening(days)
        return origins

    def extra(self, who: Ints, begins: Ints, ends: Ints) -> Ints:
        """What standing adds: days for limits in days, else seconds."""
        table, units, added = self.table, self.units[who], np.zeros(len(who), dtype=np.int64)
        for unit in np.unique(units):
            at = np.flatnonzero(units == unit)
            since, until = begins[at], ends[at]
            if unit == _WORKING_DAY:
                until_days, since_days = until // DAY, since // DAY
                added[at] = table.working_days_until(until_days) - table.working_days_until(since_days)
            elif unit == _DAY:
                added[at] = until // DAY - since // DAY
            elif unit == _HOUR:
                added[at] = table.zone.to_utc(until) - table.zone.to_utc(since)
            elif unit == _WORKING_HOUR:
                added[at] = table.working_seconds(since, until)
        return added

    def end(self, who: Ints, origins: Ints, extra: Ints) -> tuple[Ints, Ints]:
        """When the limits end: the moments and the legal days."""
        table, units = self.table, self.units[who]
        due, days = origins.copy(), origins // DAY
        for unit in np.unique(units):
            at = np.flatnonzero(units == unit)
            if unit == _HOUR:
                instants = table.zone.to_utc(origins[at]) + self.seconds[who[at]] + extra[at]
                due[at] = table.zone.to_civil(instants)
                days[at] = due[at] // DAY
            elif unit == _WORKING_HOUR:
                due[at], days[at] = self._after_work(origins[at], self.seconds[who[at]] + extra[at])
            elif unit in (_WORKING_DAY, _DAY):
                closing = self._closing_day(unit, who[at], origins[at], extra[at])
                closes = closing * DAY + table.closing(closing)
                due[at], days[at] = closes, closing
                rest = np.flatnonzero(self.seconds[who[at]])
                after = self._after_work(closes[rest], self.seconds[who[at[rest]]])
                due[at[rest]], days[at[rest]] = after
        return due, days

    def end_after(self, who: Ints, reach: Ints) -> tuple[Ints, Ints]:
        """When limits end that have nothing left but must not end before `reach`."""
        days = reach // DAY
        by_hour = (self.units[who] == _HOUR) | (self.units[who] == _WORKING_HOUR)
        closed = reach - days * DAY > self.table.closing(days)
        closing = self.table.nth_working_day(days - ~closed, np.ones_like(days))
        due = np.where(by_hour, reach, closing * DAY + self.table.closing(closing))
        return due, np.where(by_hour, days, closing)

    def _closing_day(self, unit: int, who: Ints, origins: Ints, extra: Ints) -> Ints:
        """The day at whose closing the whole days have passed."""
        days = origins // DAY
        if unit == _DAY:
            last = days + self.whole_days[who] + extra
            return self.table.nth_working_day(last - 1, np.ones_like(last))
        n = self.whole_days[who] + extra + (self.same_day[who] & ~self._in_time(who, origins))
        found: Ints = np.where(n > 0, self.table.nth_working_day(days, np.maximum(n, 1)), days)
        return found

    def _in_time(self, who: Ints, origins: Ints) -> Flags:
        """Whether a same-day matter came in early enough on a working day to end on it."""
        days = origins // DAY
        cutoffs = np.where(self.cutoffs[who] < 0, DAY, self.cutoffs[who])
        in_time: Flags = origins - days * DAY <= np.minimum(self.table.closing(days), cutoffs)
        return in_time & self.table.works(days)

    def _after_work(self, since: Ints, seconds: Ints) -> tuple[Ints, Ints]:
        due = self.table.advance(since, seconds)
        return due, (due - (seconds > 0)) // DAY


class _Course:
    """All limits on their way through their stops."""

    def __init__(self, limits: _Limits, origins: Ints) -> None:
        self.limits = limits
        self.origins = origins
        self.reach = origins.copy()
        self.extra = np.zeros_like(origins)
        self.due, self.days = limits.end(np.arange(len(origins)), origins, self.extra)

    def go_through(self, stops: Stops) -> None:
        """Take the stops in rounds; see `model.clock` for what each does."""
        sizes = np.diff(stops.offsets)
        for n in range(int(sizes.max(initial=0))):
            who = np.flatnonzero((sizes > n) & (self.limits.units != NO_LIMIT))
            at = stops.offsets[who] + n
            self._stop(who, stops.begins[at], stops.ends[at], stops.restarts[at])

    def _stop(self, who: Ints, begins: Ints, ends: Ints, restarts: Flags) -> None:
        """One stop of each dossier in `who`; one that began when the limit had run out is ignored."""
        in_time = np.maximum(begins, self.origins[who]) <= self.due[who]
        heeded = np.flatnonzero(in_time & (ends >= begins) & (ends > self.origins[who]))
        who, begins, ends, restarts = who[heeded], begins[heeded], ends[heeded], restarts[heeded]
        anew = who[restarts]
        self.origins[anew] = self.limits.origin(anew, ends[restarts])
        self.extra[anew] = 0
        origins, reach = self.origins[who], self.reach[who]
        since = np.where(restarts, origins, np.maximum(begins, reach))
        until = np.maximum(since, np.where(restarts, reach, ends))
        self.extra[who] += self.limits.extra(who, since, until)
        self.reach[who] = until
        due, days = self.limits.end(who, origins, self.extra[who])
        held = np.flatnonzero(due < until)
        due[held], days[held] = self.limits.end_after(who[held], until[held])
        self.due[who], self.days[who] = due, days
