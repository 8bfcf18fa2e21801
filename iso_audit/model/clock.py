"""What the law counts: when something is due, how long work took, each with its derivation.

This module is the meaning; `analysis.worktime` does the same on arrays and must equal it.
The rules (Civil Code 2015, articles 145 to 148, and the practice of the one-stop desks):

- Hours run from the moment itself; of days, the first is not counted and the last ends at closing.
- Working days are counted by the calendar, with its make-up days; a limit in calendar days that
  ends on a day off ends on the next working day.
- Part of a day is that part of 8 working hours, after the whole days.
- Receipt after the cut-off counts as receipt on the next working day where the procedure says so.
- In a pause the clock stands; a restart begins the limit anew. Neither rescues a limit that had
  run out when it began. No limit ends while the clock stands: one paused on its last day ends
  when the first working day closes on which the clock runs again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import (
    DAY,
    advance,
    advance_civil,
    civil_seconds,
    date_of,
    day_of,
    from_civil,
    work_between,
    working_seconds,
)
from iso_audit.model.due import Due, Interruption, added_time, odd_day
from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, TimeUnit

__all__ = ["START_NEXT_WORKING_DAY", "WORKING_DAY", "Due", "advance", "due", "working_seconds"]

START_NEXT_WORKING_DAY = "start_next_working_day"
"""The effect of a cut-off that moves the start of the limit."""

WORKING_DAY = HOURS_PER_WORKING_DAY * 3600
"""Seconds of work that a working day stands for in a limit."""

Stretch = tuple[dt.datetime, dt.datetime]


def due(
    calendar: Calendar,
    limit: Limit | None,
    start: dt.datetime,
    *,
    cutoff: dt.time | None = None,
    cutoff_effect: str = "none",
    same_day: bool = False,
    pauses: Sequence[Stretch] = (),
    restarts: Sequence[Stretch] = (),
) -> Due:
    """Say when a limit that begins at `start` ends, and why.

    A pause is a stretch in which the clock stands. A restart is a stretch too: from the moment
    the clock stopped to the moment at which the limit begins anew (twice that moment, where only
    it is known). `same_day` means the end of the day of receipt and needs no limit.
    """
    count = _Count.of(calendar, limit, cutoff, cutoff_effect, same_day)
    stops = sorted(
        [(civil_seconds(calendar, a), civil_seconds(calendar, b), False) for a, b in pauses]
        + [(civil_seconds(calendar, a), civil_seconds(calendar, b), True) for a, b in restarts]
    )
    begun = civil_seconds(calendar, start)
    course = _Course(count, begun).through(stops)
    told = course.tell(limit)
    doubted = sorted(
        day
        for day, exception in calendar.exceptions.items()
        if not exception.is_sure and begun // DAY <= day_of(day) <= course.day
    )
    if not doubted:
        return told
    sure = {day: exception for day, exception in calendar.exceptions.items() if exception.is_sure}
    plain = replace(count, calendar=replace(calendar, exceptions=sure))
    other = _Course(plain, begun).through(stops)
    if other.end == course.end:
        return told
    odd = (odd_day(calendar, day) for day in doubted)
    otherwise = from_civil(calendar, other.end)
    return replace(told, otherwise=otherwise, doubted=tuple(day for day in odd if day is not None))


@dataclass(frozen=True)
class _Count:
    """One limit under one calendar: how it begins, how it ends, what a pause adds to it.

    `unit` says how it counts after parts of days are settled: a limit below one day counts
    working seconds. `days` and `seconds` are the whole days and the rest.
    """

    calendar: Calendar
    unit: TimeUnit
    days: int
    seconds: int
    same_day: bool
    cutoff: int | None
    moves_start: bool

    @classmethod
    def of(
        cls, calendar: Calendar, limit: Limit | None, cutoff: dt.time | None, effect: str, same_day: bool
    ) -> _Count:
        """Settle parts of days; raises ValueError where nothing can be counted."""
        if not any(calendar.week):
            raise ValueError(f"calendar {calendar.id} has no working hours")
        hour = None if cutoff is None else cutoff.hour * 3600 + cutoff.minute * 60 + cutoff.second
        moves_start = effect == START_NEXT_WORKING_DAY and hour is not None
        if same_day:
            return cls(calendar, TimeUnit.WORKING_DAY, 0, 0, True, hour, moves_start)
        amount = None if limit is None else limit.nominal_seconds
        if limit is None or amount is None or amount < 0:
            raise ValueError("there is no limit to count")
        unit = limit.unit
        if unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY) and amount >= WORKING_DAY:
            return cls(calendar, unit, *divmod(amount, WORKING_DAY), False, hour, moves_start)
        unit = TimeUnit.HOUR if unit is TimeUnit.HOUR else TimeUnit.WORKING_HOUR
        return cls(calendar, unit, 0, amount, False, hour, moves_start)

    def origin(self, civil: int) -> int:
        """The moment from which counting begins: `civil`, or the next opening after the cut-off."""
        day, second = divmod(civil, DAY)
        if not self.moves_start or self.cutoff is None or second <= self.cutoff:
            return civil
        opening = self._nth_working_day(day, 1)
        return opening * DAY + self.calendar.spans(date_of(opening))[0][0]

    def extra(self, begin: int, end: int) -> int:
        """What standing from `begin` to `end` adds: days for limits in days, else seconds."""
        if self.unit is TimeUnit.WORKING_DAY:
            days = range(begin // DAY + 1, end // DAY + 1)
            return sum(self.calendar.works(date_of(day)) for day in days)
        if self.unit is TimeUnit.DAY:
            return end // DAY - begin // DAY
        if self.unit is TimeUnit.HOUR:
            return self._instant(end) - self._instant(begin)
        return work_between(self.calendar, begin, end)

    def end(self, origin: int, extra: int) -> tuple[int, int, int]:
        """When the limit ends: the moment, the legal day, and the day before it was rolled."""
        if self.unit is TimeUnit.HOUR:
            at = self._instant(origin) + self.seconds + extra
            civil = civil_seconds(self.calendar, dt.datetime.fromtimestamp(at, dt.UTC))
            return civil, civil // DAY, civil // DAY
        if self.unit is TimeUnit.WORKING_HOUR:
            return self._after_work(origin, self.seconds + extra)
        day = origin // DAY
        if self.unit is TimeUnit.DAY:
            last = day + self.days + extra
            day = self._nth_working_day(last - 1, 1)
        else:
            day = last = self._nth_working_day(day, self._first_days(origin) + extra)
        closing = day * DAY + self.calendar.closing(date_of(day))
        if self.seconds:
            at, rest_day, _ = self._after_work(closing, self.seconds)
            return at, rest_day, last
        return closing, day, last

    def end_after(self, reach: int) -> tuple[int, int, int]:
        """When a limit ends that has nothing left but must not end before `reach`."""
        day, second = divmod(reach, DAY)
        if self.unit in (TimeUnit.HOUR, TimeUnit.WORKING_HOUR):
            return reach, day, day
        spans = self.calendar.spans(date_of(day))
        closing_day = day if spans and second <= spans[-1][1] else self._nth_working_day(day, 1)
        return closing_day * DAY + self.calendar.closing(date_of(closing_day)), closing_day, day

    def _first_days(self, origin: int) -> int:
        """Working days after the first; a same-day matter received too late has one."""
        if not self.same_day:
            return self.days
        day, second = divmod(origin, DAY)
        spans = self.calendar.spans(date_of(day))
        latest = DAY if self.cutoff is None else self.cutoff
        return 0 if spans and second <= min(spans[-1][1], latest) else 1

    def _after_work(self, civil: int, seconds: int) -> tuple[int, int, int]:
        at = advance_civil(self.calendar, civil, seconds)
        day = (at - 1) // DAY if seconds else at // DAY
        return at, day, day

    def _nth_working_day(self, day: int, n: int) -> int:
        """The n-th working day after `day`; `day` itself for 0."""
        while n > 0:
            day += 1
            n -= self.calendar.works(date_of(day))
        return day

    def _instant(self, civil: int) -> int:
        return int(from_civil(self.calendar, civil).timestamp())


class _Course:
    """The limit on its way through pauses and restarts, in the order in which they began."""

    def __init__(self, count: _Count, start: int) -> None:
        self.count = count
        self.told: list[Interruption] = []
        self._begin(start)

    def _begin(self, begun: int) -> None:
        self.begun, self.origin = begun, self.count.origin(begun)
        self.reach = self.origin
        """To where the clock is known to stand."""
        self.extra = 0
        self.still: list[tuple[int, int]] = []
        self._settle()

    def _settle(self) -> None:
        self.end, self.day, self.last = self.count.end(self.origin, self.extra)
        self.is_held = self.end < self.reach
        if self.is_held:
            self.end, self.day, self.last = self.count.end_after(self.reach)

    def through(self, stops: Iterable[tuple[int, int, bool]]) -> _Course:
        """Take in stops (begin, end, restarts) sorted by their beginning."""
        for begin, end, restarts in stops:
            if end < begin or end <= self.origin:
                continue
            added = None
            heeded = max(begin, self.origin) <= self.end
            if heeded and restarts:
                reach = self.reach
                self._begin(end)
                self._stand(self.origin, reach)
            elif heeded:
                added = self._stand(begin, end)
            a, b = (from_civil(self.count.calendar, civil) for civil in (begin, end))
            self.told.append(Interruption(a, b, restarts, heeded, added))
        return self

    def _stand(self, begin: int, end: int) -> Limit:
        """Let the clock stand, without counting twice where stops overlap."""
        since = max(begin, self.reach)
        until = max(end, since)
        extra = self.count.extra(since, until)
        self.extra += extra
        self.reach = until
        self.still.append((since, until))
        self._settle()
        return added_time(extra, self.count.unit)

    def tell(self, limit: Limit | None) -> Due:
        """Put together the due date and everything that decided it."""
        count, calendar = self.count, self.count.calendar
        days = [date_of(day) for day in self._days_met()]
        odd = [(calendar.works(day), odd_day(calendar, day)) for day in days]
        rolled = count.unit is TimeUnit.DAY and not calendar.works(date_of(self.last))
        return Due(
            at=from_civil(calendar, self.end),
            day=date_of(self.day),
            limit=limit,
            begun=from_civil(calendar, self.begun),
            counted_from=from_civil(calendar, self.origin),
            is_same_day=count.same_day,
            cutoff=self._cutoff_passed(),
            skipped=tuple(said for works, said in odd if said and not works),
            worked=tuple(said for works, said in odd if said and works),
            interruptions=tuple(self.told),
            rolled_from=date_of(self.last) if rolled else None,
            is_held=self.is_held,
            unknown_years=tuple(
                sorted({day.year for day in days if not calendar.first <= day <= calendar.last})
            ),
        )

    def _cutoff_passed(self) -> dt.time | None:
        """The hour after which it came in; for a same-day matter closing time is one too."""
        hours = [self.count.cutoff] if self.count.same_day or self.count.moves_start else []
        day, second = divmod(self.begun, DAY)
        if self.count.same_day and self.count.calendar.works(date_of(day)):
            hours.append(self.count.calendar.closing(date_of(day)))
        hour = min((hour for hour in hours if hour is not None), default=DAY)
        return None if second <= hour else dt.time(hour // 3600, hour // 60 % 60, hour % 60)

    def _days_met(self) -> Iterator[int]:
        """Days of which it mattered whether they are worked; in a pause it matters of none."""
        begun, first = self.begun // DAY, self.origin // DAY
        yield from range(begun + 1, first + 1)
        unit = self.count.unit
        if unit is TimeUnit.DAY:
            yield from range(self.last, self.day + 1)
        if unit in (TimeUnit.DAY, TimeUnit.HOUR):
            return
        by_day = unit is TimeUnit.WORKING_DAY
        stood = {day for a, b in self.still for day in range(a // DAY + 1, b // DAY + by_day)}
        stood -= {self.day, *range(self.reach // DAY, self.day if self.is_held else 0)}
        counts_first = not by_day or (
            self.count.same_day and (self.last == first or not self.count.calendar.works(date_of(first)))
        )
        since = first + (0 if counts_first and first == begun else 1)
        yield from (day for day in range(since, self.day + 1) if day not in stood)
