"""The longest run through the calendar, begun at every hour of a year at once.

Working time and calendar time cannot be added: three working days are three days in one week and
twelve at Tết. What can be done is to follow the clock: a step begun at t ends at t plus its limit
by the calendar, and whoever begins later never ends earlier. So the latest moment at which a step
can end follows from the latest moments of the steps before it, in one pass for each beginning, and
for all beginnings of a year in the same pass on arrays.

How a step counts, which never favours a finding: hours run from the moment itself, days are whole
days later at the same point of the day's work, part of a working day is that part of 8 hours, and
a step in calendar days that ends on a day off is not moved on. The promised limit counts as
`model.clock` says: the first day is not counted, the last ends at closing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from iso_audit.analysis.daytable import Ints
from iso_audit.analysis.graph import ALL
from iso_audit.analysis.timing import Charges, Course
from iso_audit.analysis.worktime import UNIT_CODES, WorkTable
from iso_audit.model.calendar import Calendar, Span
from iso_audit.model.civil import DAY, date_of, day_of, from_civil, reception_spans
from iso_audit.model.clock import START_NEXT_WORKING_DAY, WORKING_DAY
from iso_audit.model.procedure import Limit, Procedure, TimeUnit

_BEFORE_CLOSING = 600
"""Seconds before closing at which somebody may still come: the hour at which a day is shortest."""

_LATER = 400
"""Days after the year that the table of days covers."""

_WAYS = 64
"""How many ways of having met shared limits are told apart at one step."""


@dataclass(frozen=True, slots=True)
class Worst:
    """The beginning from which the longest run ends latest against what is promised."""

    received: dt.datetime
    finished: dt.datetime
    due: dt.datetime
    late: int
    """How many of the beginnings end too late."""
    starts: int
    """How many beginnings were tried."""
    run: tuple[str, ...]
    """Visible steps of the run that ends last, begun then."""
    soonest: dt.datetime | None = None
    """When the shortest run ends that begins then; None where limits are shared or of one part."""

    @property
    def facts(self) -> dict[str, object]:
        """What a finding says of it."""
        return {
            "run": self.run, "received_at": self.received, "finished_at": self.finished, "due_at": self.due,
            "soonest_at": self.soonest, "late": self.late, "starts": self.starts,
        }  # fmt: skip

    @property
    def is_late(self) -> bool:
        return self.late > 0

    @property
    def is_mostly_late(self) -> bool:
        return 2 * self.late > self.starts


class Sweep:
    """One calendar in one year: how long limits take, whenever they begin."""

    def __init__(self, calendar: Calendar, year: int) -> None:
        first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        self.calendar = calendar
        self.table = WorkTable(calendar, first, last + dt.timedelta(days=_LATER))
        days = np.arange(day_of(first), day_of(last) + 1)
        length = self._length(np.arange(day_of(first), day_of(last) + _LATER))
        self._is_even = bool(np.isin(length, (0, WORKING_DAY)).all())
        seconds = [
            int(day) * DAY + second
            for day in days
            for begin, close in _open(calendar, date_of(int(day)))
            for second in sorted({begin, max(begin, close - _BEFORE_CLOSING)})
        ] or [int(day) * DAY + DAY // 2 for day in days]
        self.beginnings: Ints = np.array(seconds, dtype=np.int64)

    def after(self, begun: Ints, limit: Limit) -> Ints:
        """When a step ends that takes all of `limit` from each moment."""
        amount = limit.nominal_seconds or 0
        if limit.unit is TimeUnit.HOUR:
            zone = self.table.zone
            return zone.to_civil(zone.to_utc(begun) + amount)
        if limit.unit is TimeUnit.DAY:
            whole, amount = divmod(amount, WORKING_DAY)
            begun = begun + whole * DAY
        elif limit.unit is TimeUnit.WORKING_DAY and not self._is_even:
            whole, amount = divmod(amount, WORKING_DAY)
            begun = self._working_days_after(begun, whole) if whole else begun
        return self.table.advance(begun, np.full_like(begun, amount)) if amount else begun

    def _working_days_after(self, begun: Ints, whole: int) -> Ints:
        """As many working days later at the same share of the day's work, whatever the hours of the days."""
        days = begun // DAY
        done = self.table.working_seconds(days * DAY, begun)
        unbegun = done == 0  # as good as the end of the working day before
        target = self.table.nth_working_day(days - unbegun, np.full_like(days, whole))
        length, own = self._length(target), np.maximum(self._length(days), 1)
        share = np.where(unbegun, length, -(-done * length // own))
        return self.table.advance(target * DAY, share)

    def _length(self, days: Ints) -> Ints:
        return self.table.working_seconds(days * DAY, (days + 1) * DAY)

    def finishes(self, course: Course, part: str, begun: Ints) -> tuple[Ints, tuple[int, ...]] | None:
        """When the longest run ends from each moment, and its nodes from the first moment.

        None where shared limits may have been met in too many ways. Where the limit begins anew, the
        run up to there and the run from there both have to fit.
        """
        ways, charges = course.ways, course.charges(part)
        held: dict[int, _Ways] = {copy: {frozenset(): _Way(begun)} for copy in ways.entries}
        last: _Way | None = None
        for copy, node in enumerate(ways.nodes):
            here: _Ways = {}
            for met, way in held.pop(copy).items():
                self._keep(here, *self._pass(met, way, node, charges))
            if not ways.onward[copy] or course.restarts[node]:
                for way in here.values():
                    last = way if last is None else self._later(last, way)
            if course.restarts[node]:
                here = {frozenset(): _Way(begun)}
            for other in ways.onward[copy]:
                there = held.setdefault(other, {})
                for met, way in here.items():
                    self._keep(there, met, way)
                if len(there) > _WAYS:
                    return None
        return (self._end(last), last.nodes()) if last is not None else (begun, ())

    def _pass(
        self, met: frozenset[int], way: _Way, node: int, charges: Charges
    ) -> tuple[frozenset[int], _Way]:
        own, shared = charges.own[node], charges.shared[node]
        base, work = way.base, way.work
        for limit in [own, *(limit for group, limit in shared.items() if group not in met)]:
            if limit is None or not limit.value:
                continue
            if limit.unit is TimeUnit.WORKING_HOUR or (self._is_even and limit.unit is TimeUnit.WORKING_DAY):
                work += limit.nominal_seconds or 0
            else:
                base, work = self.after(self._end(_Way(base, work)), limit), 0
        return met.union(shared) if shared else met, _Way(base, work, way, node)

    def _end(self, way: _Way) -> Ints:
        if way.work:
            way.base, way.work = self.table.advance(way.base, np.full_like(way.base, way.work)), 0
        return way.base

    def _later(self, one: _Way, other: _Way) -> _Way:
        """The later of two ways at each beginning; shown is the one that is later at the first."""
        if one.base is other.base:
            return other if other.work > one.work else one
        a, b = self._end(one), self._end(other)
        shown = other if b[0] > a[0] else one
        return _Way(np.maximum(a, b), 0, shown.before, shown.node)

    def _earlier(self, one: _Way, other: _Way) -> _Way:
        if one.base is other.base:
            return other if other.work < one.work else one
        return _Way(np.minimum(self._end(one), self._end(other)))

    def _keep(self, ways: _Ways, met: frozenset[int], way: _Way) -> None:
        known = ways.get(met)
        ways[met] = way if known is None else self._later(known, way)

    def soonest(self, course: Course, begun: Ints) -> Ints | None:
        """When the shortest run ends that takes all of its limits and does no work again, from each moment.

        Parallel work ends with the latest branch, of alternatives the first to end counts. Where
        branches of which some are chosen meet, a single one is taken: no run ends sooner. None where
        limits are shared.
        """
        ways, charges, joins = course.straight, course.charges(), course.graph.join
        if any(charges.shared) or not ways.entries:
            return None
        held: dict[int, _Way] = {copy: _Way(begun) for copy in ways.entries}
        first: _Way | None = None
        for copy, node in enumerate(ways.nodes):
            _, way = self._pass(frozenset(), held.pop(copy), node, charges)
            if not ways.onward[copy]:
                first = way if first is None else self._earlier(first, way)
            for other in ways.onward[copy]:
                pick = self._later if joins[ways.nodes[other]] == ALL else self._earlier
                held[other] = pick(held[other], way) if other in held else way
        return self._end(first) if first is not None else None

    def worst(self, course: Course, promised: Callable[[Ints], Ints], part: str = "") -> Worst | None:
        """The beginning that ends latest against what is promised for it; None where too much is shared."""
        found = self.finishes(course, part, self.beginnings)
        if found is None:
            return None
        due = promised(self.beginnings)
        late = found[0] - due
        number = self._likeliest(np.flatnonzero(late == late.max()))
        alone = self.finishes(course, part, self.beginnings[number : number + 1])
        received, finished, by = (
            from_civil(self.calendar, int(times[number])) for times in (self.beginnings, found[0], due)
        )
        run = course.told(alone[1] if alone is not None else (), part)
        first = None if part else self.soonest(course, self.beginnings[number : number + 1])
        soonest = None if first is None else from_civil(self.calendar, int(first[0]))
        return Worst(received, finished, by, int((late > 0).sum()), len(late), run, soonest)

    def _likeliest(self, numbers: Ints) -> int:
        """Of equally bad beginnings the first at which the office works: few dossiers come on a day off."""
        times = self.beginnings[numbers]
        at_work = np.flatnonzero(self.table.working_seconds(times - 60, times + 60) > 0)
        return int(numbers[at_work[0] if len(at_work) else 0])

    def promise(self, limit: Limit, procedure: Procedure | None = None) -> Callable[[Ints], Ints]:
        """When `limit` ends for each moment of receipt; of a whole procedure with its cut-off."""
        cutoff, moves = -1, False
        if procedure is not None and procedure.cutoff is not None:
            at = procedure.cutoff
            cutoff = at.hour * 3600 + at.minute * 60 + at.second
            moves = procedure.cutoff_effect == START_NEXT_WORKING_DAY
        return lambda begun: (
            self.table.due(
                begun, UNIT_CODES[limit.unit], limit.nominal_seconds or 0, cutoffs=cutoff, moves_start=moves
            ).seconds
        )


def _open(calendar: Calendar, day: dt.date) -> list[Span]:
    """When a dossier may come in: while the office works or its desk receives."""
    return sorted({*calendar.spans(day), *reception_spans(calendar, day)})


@dataclass(slots=True, eq=False)
class _Way:
    """When it ends from each beginning, and how one came there from the first of them.

    Work is added up until something else has to be done with it: it is `work` seconds after `base`.
    """

    base: Ints
    work: int = 0
    before: _Way | None = None
    node: int = -1

    def nodes(self) -> tuple[int, ...]:
        path = []
        way: _Way | None = self
        while way is not None and way.node >= 0:
            path.append(way.node)
            way = way.before
        return tuple(reversed(path))


_Ways = dict[frozenset[int], _Way]
"""Shared limits met so far -> the latest way that has met just those."""


class _Same:
    """A calendar as a key: equal to itself alone, because its exceptions cannot be hashed."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.calendar is self.calendar


@lru_cache(maxsize=8)
def _sweep(same: _Same, year: int) -> Sweep:
    return Sweep(same.calendar, year)


def sweep_of(calendar: Calendar, judged_on: dt.date) -> Sweep:
    """The sweep over the year of a day, or over the nearest year that the calendar knows. Made once."""
    return _sweep(_Same(calendar), min(max(judged_on.year, calendar.first.year), calendar.last.year))
