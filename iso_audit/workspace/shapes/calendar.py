"""A calendar file."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from iso_audit.workspace.shapes.base import (
    Day,
    Id,
    OneOf,
    PeriodShape,
    Shape,
    Str,
    Words,
    Zone,
    as_list,
    listed,
    wrong,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_RANGE = 366
"""Days of one range of days off; a longer one is a slip of the year."""

_SPAN = re.compile(r"(\d\d):([0-5]\d) ?[-–] ?(\d\d):([0-5]\d)\Z", re.ASCII)


def as_span(value: object) -> tuple[int, int]:
    """Take working hours as 07:30-11:30, in seconds of the day."""
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise wrong("span", value)
    start = int(match[1]) * 3600 + int(match[2]) * 60
    end = int(match[3]) * 3600 + int(match[4]) * 60
    if end > 24 * 3600:
        raise wrong("span", value)
    if start >= end:
        raise wrong("span_backwards", value)
    return start, end


def in_order(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Take spans that follow one another."""
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise wrong("spans_overlap", "")
    return spans


SPAN = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9] ?[-–] ?[0-2][0-9]:[0-5][0-9]$"}
Spans = Annotated[
    list[Annotated[tuple[int, int], PlainValidator(as_span)]],
    AfterValidator(in_order),
    BeforeValidator(as_list),
    WithJsonSchema(listed(SPAN)),
]


class HoursShape(Shape):
    """Hours of each weekday; a weekday that is not written is a day off."""

    mon: Spans | None = None
    tue: Spans | None = None
    wed: Spans | None = None
    thu: Spans | None = None
    fri: Spans | None = None
    sat: Spans | None = None
    sun: Spans | None = None

    def week(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        return tuple(tuple(getattr(self, day) or ()) for day in WEEKDAYS)


class DecidedShape(Shape):
    """A day unlike its weekday, with the decision that made it so."""

    name: Words | None = None
    source: Str | None = None
    sure: bool | None = None


class OffShape(DecidedShape, PeriodShape):
    """A day off, or a range of them."""

    date: Day | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.date is None) == (self.first is None and self.last is None):
            raise wrong("date_or_range", "")
        if self.date is None and (self.first is None or self.last is None):
            raise wrong("half_range", "")
        if self.first and self.last and (self.last - self.first).days >= LONGEST_RANGE:
            raise wrong("long_range", str(self.last))
        return self


class WorkShape(DecidedShape):
    """A day that is worked although its weekday is not, or with other hours."""

    date: Day
    like: Annotated[str, OneOf(*WEEKDAYS)] | None = Field(default=None, alias="as")
    hours: Spans | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.like and self.hours:
            raise wrong("as_and_hours", "")
        return self


class CalendarShape(Shape):
    """A calendar: weekly hours, and dated exceptions each with its source."""

    calendar: Id
    title: Words | None = None
    zone: Zone
    hours: HoursShape
    reception: HoursShape | None = None
    first: Day | None = None
    last: Day | None = None
    off: list[OffShape] | None = None
    work: list[WorkShape] | None = None
