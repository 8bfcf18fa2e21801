"""The wall clock of an office, and the work that is done by it.

Civil seconds are what the clock on the office's wall shows: seconds since 1970-01-01 00:00 local,
whole ones. Of the hour that occurs twice when clocks go back, both are taken as the first.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from iso_audit.model.calendar import Calendar, Span

DAY = 86_400
"""Seconds of a civil day."""

_EPOCH = dt.date(1970, 1, 1)


def working_seconds(calendar: Calendar, start: dt.datetime, end: dt.datetime) -> int:
    """Count the seconds of work from `start` to `end`; negative where `end` is the earlier."""
    return work_between(calendar, civil_seconds(calendar, start), civil_seconds(calendar, end))


def advance(calendar: Calendar, start: dt.datetime, seconds: int) -> dt.datetime:
    """Return the first moment at which `seconds` of work have been done since `start`."""
    return from_civil(calendar, advance_civil(calendar, civil_seconds(calendar, start), seconds))


def inside_hours(calendar: Calendar, at: dt.datetime, include_reception: bool = True) -> bool:
    """Whether `at` lies within working hours, or within the hours in which the desk receives.

    The closing second itself is inside. A day off by decision has no reception.
    """
    day, second = divmod(civil_seconds(calendar, at), DAY)
    spans = calendar.spans(date_of(day))
    if include_reception:
        spans += reception_spans(calendar, date_of(day))
    return any(begin <= second <= end for begin, end in spans)


def reception_spans(calendar: Calendar, day: dt.date) -> tuple[Span, ...]:
    """Hours in which the desk receives beside its working hours on `day`."""
    exception = calendar.exceptions.get(day)
    if not calendar.reception or (exception is not None and not exception.spans):
        return ()
    return calendar.reception[day.weekday()]


def civil_seconds(calendar: Calendar, at: dt.datetime) -> int:
    """Seconds from 1970-01-01 00:00 to `at` on the wall of the office; parts of a second are cut off."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    local = at.astimezone(ZoneInfo(calendar.zone))
    return day_of(local.date()) * DAY + local.hour * 3600 + local.minute * 60 + local.second


def from_civil(calendar: Calendar, civil: int) -> dt.datetime:
    """Return the moment at which the office's wall clock shows `civil`, in its zone."""
    day, second = divmod(civil, DAY)
    midnight = dt.datetime.combine(date_of(day), dt.time(), tzinfo=ZoneInfo(calendar.zone))
    return midnight + dt.timedelta(seconds=second)


def work_between(calendar: Calendar, start: int, end: int) -> int:
    """Count the seconds of work between two civil seconds, with a sign."""
    if end < start:
        return -work_between(calendar, end, start)
    total = 0
    for day in range(start // DAY, end // DAY + 1):
        for begin, close in calendar.spans(date_of(day)):
            total += max(0, min(day * DAY + close, end) - max(day * DAY + begin, start))
    return total


def advance_civil(calendar: Calendar, start: int, seconds: int) -> int:
    """Return the first civil second at which `seconds` of work have been done since `start`."""
    if not any(calendar.week):
        raise ValueError(f"calendar {calendar.id} has no working hours")
    if seconds < 0:
        raise ValueError("work cannot be undone: seconds are negative")
    if seconds == 0:
        return start
    day = start // DAY
    while True:
        for begin, close in calendar.spans(date_of(day)):
            since = max(day * DAY + begin, start)
            until = since + seconds
            if until <= day * DAY + close:
                return until
            seconds -= max(0, day * DAY + close - since)
        day += 1


def date_of(day: int) -> dt.date:
    """Return the date of a day number since 1970-01-01."""
    return _EPOCH + dt.timedelta(days=day)


def day_of(date: dt.date) -> int:
    """Return the day number of a date since 1970-01-01."""
    return (date - _EPOCH).days
