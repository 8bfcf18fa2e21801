"""People of a role and their hours: own hours within the days on which the office works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from iso_audit.model.calendar import Calendar, Span
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.scenario import Staffing
from iso_audit.workspace.shapes.calendar import WEEKDAYS
from iso_audit.workspace.shapes.spread import StaffChangeShape, StaffShape, weekdays

Week = tuple[tuple[Span, ...], ...]


def staffing_of(
    role: str, shape: StaffShape, office: Calendar, calendars: Mapping[str, Calendar], place: Place
) -> Staffing:
    """Make the staffing of a role."""
    calendar = _hours(role, shape, office, calendars) or office
    return Staffing(role, shape.people, calendar, shape.hourly_cost or 0.0, place)


def changed(
    role: str, shape: StaffChangeShape, before: Staffing | None, office: Calendar,
    calendars: Mapping[str, Calendar], place: Place = NOWHERE,
) -> Staffing:  # fmt: skip
    """Return the staffing of a role after a change; what the change does not name stays."""
    before = before or Staffing(role, 0, office)
    people = before.people + (shape.add or 0) if shape.people is None else shape.people
    cost = before.hourly_cost if shape.hourly_cost is None else shape.hourly_cost
    calendar = _hours(role, shape, office, calendars) or before.calendar
    return Staffing(role, people, calendar, cost, place)


def _hours(
    role: str, shape: StaffShape | StaffChangeShape, office: Calendar, calendars: Mapping[str, Calendar]
) -> Calendar | None:
    if shape.calendar is not None:
        return calendars[shape.calendar]
    if shape.hours is None:
        return None
    of_days = {day: tuple(spans) for name, spans in shape.hours.items() for day in weekdays(name)}
    return own_hours(role, tuple(of_days.get(day, ()) for day in range(len(WEEKDAYS))), office)


def own_hours(role: str, week: Week, office: Calendar) -> Calendar:
    """Return the calendar of a role with hours of its own.

    The office's days off stay days off. On a day that the office works out of turn the role keeps
    those of its hours (of its first working day, if the weekday is none of its) in which the office works.
    """
    ordinary = next((spans for spans in week if spans), ())
    exceptions = {
        day: replace(each, spans=_within(week[day.weekday()] or ordinary, each.spans))
        for day, each in office.exceptions.items()
    }
    return replace(office, id=f"{office.id}/{role}", week=week, exceptions=exceptions, reception=())


def _within(own: tuple[Span, ...], office: tuple[Span, ...]) -> tuple[Span, ...]:
    both = ((max(a, c), min(b, d)) for a, b in own for c, d in office)
    return tuple((start, end) for start, end in both if start < end)
