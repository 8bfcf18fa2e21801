"""When an office works: weekly hours, and dated exceptions each with its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from iso_audit.model.place import NOWHERE, Place
from iso_audit.text import Text

Span = tuple[int, int]
"""Seconds of the day, start included, end excluded: 07:30-11:30 is (27000, 41400)."""


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A day unlike its weekday, with the decision that made it so."""

    day: dt.date
    spans: tuple[Span, ...]
    name: Text
    source: str
    is_sure: bool = True
    """False where the source was not confirmed: every due date that it moves says so."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Calendar:
    """Working spans per day in the calendar's own time zone.

    `week` holds Monday to Sunday. `reception` are the weekly hours in which the desk receives
    (the working hours where empty): receiving on a Saturday morning is lawful and yet Saturday
    is not counted. `first` and `last` bound the days whose exceptions are known; a due date
    beyond `last` says so.
    """

    id: str
    zone: str
    week: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[dt.date, CalendarException] = field(default_factory=dict)
    reception: tuple[tuple[Span, ...], ...] = ()
    first: dt.date = dt.date(2019, 1, 1)
    last: dt.date = dt.date(2026, 12, 31)
    title: Text = Text()
    place: Place = field(default=NOWHERE, compare=False)

    def spans(self, day: dt.date) -> tuple[Span, ...]:
        """Working spans of `day`, in order; empty on a day off."""
        exception = self.exceptions.get(day)
        return exception.spans if exception is not None else self.week[day.weekday()]

    def works(self, day: dt.date) -> bool:
        """Whether `day` is a working day and so is counted."""
        return bool(self.spans(day))

    def closing(self, day: dt.date) -> int:
        """Second of `day` at which work ends; raises ValueError on a day off."""
        spans = self.spans(day)
        if not spans:
            raise ValueError(f"{day} is not a working day")
        return spans[-1][1]
