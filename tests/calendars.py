"""Calendars for tests: the shipped one, and any that an office might keep."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml
from hypothesis import strategies as st

from iso_audit.model.calendar import Calendar, CalendarException, Span
from iso_audit.text import Text

SHIPPED = Path(__file__).parents[1] / "processes" / "calendars" / "vn.yaml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_DAY: tuple[Span, ...] = ((27000, 41400), (46800, 61200))
WHOLE_DAY: tuple[Span, ...] = ((0, 86400),)


def shipped_calendar() -> Calendar:
    """Read vn.yaml with plain PyYAML, apart from the product's own reader."""
    # every value stays a string: YAML 1.1 would take the key `off` for a boolean
    raw = yaml.load(SHIPPED.read_text(encoding="utf-8"), yaml.BaseLoader)
    week = tuple(_spans(raw["hours"].get(day, [])) for day in WEEKDAYS)
    exceptions = {}
    for entry in raw["off"] + raw["work"]:
        day = dt.date.fromisoformat(entry.get("date") or entry["from"])
        last = dt.date.fromisoformat(entry.get("date") or entry["to"])
        spans = week[WEEKDAYS.index(entry["as"])] if "as" in entry else ()
        while day <= last:
            assert day not in exceptions, f"{day} stands twice"
            exceptions[day] = CalendarException(
                day, spans, Text(**entry["name"]), entry["source"], entry.get("sure") != "false"
            )
            day += dt.timedelta(days=1)
    first, last = (dt.date.fromisoformat(raw[key]) for key in ("first", "last"))
    return Calendar(raw["calendar"], raw["zone"], week, exceptions, (), first, last, Text(**raw["title"]))


def office(zone: str = "Asia/Ho_Chi_Minh", **facts: object) -> Calendar:
    """An ordinary five-day week without exceptions."""
    return Calendar("office", zone, (OFFICE_DAY,) * 5 + ((), ()), **facts)  # type: ignore[arg-type]


def spans(step: int) -> st.SearchStrategy[tuple[Span, ...]]:
    """Up to three spans of a day, each an hour or longer, on multiples of `step` seconds."""
    edges = st.lists(st.integers(0, 86400 // step), max_size=6, unique=True).map(sorted)
    pairs = edges.map(lambda at: [(a * step, b * step) for a, b in zip(at[::2], at[1::2], strict=False)])
    return pairs.map(lambda found: tuple(span for span in found if span[1] - span[0] >= 3600))


ZONES = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/St_Johns")
AROUND = dt.date(2024, 3, 25)
"""Calendars are odd, and tests look, around the days on which clocks go forward in Europe."""


def soon(step: int) -> st.SearchStrategy[int]:
    """Civil seconds in some twelve days: often full hours, so that times also fall together."""
    start = (AROUND - dt.date(1970, 1, 1)).days * 86400
    hours = st.integers(0, 12 * 24).map(lambda n: start + n * 3600)
    return hours | st.integers(0, 12 * 86400 // step).map(lambda n: start + n * step)


@st.composite
def calendars(draw: st.DrawFn, step: int = 60) -> Calendar:
    """Any week with at least one working day, and exceptions both ways, some not sure."""
    plain = st.sampled_from([(), OFFICE_DAY, OFFICE_DAY, WHOLE_DAY])
    week = draw(st.lists(plain | spans(step), min_size=7, max_size=7).filter(any))
    reception = draw(st.just(()) | st.lists(spans(step), min_size=7, max_size=7).map(tuple))
    days = draw(st.lists(st.integers(0, 40), max_size=8, unique=True))
    exceptions = {}
    for number in days:
        day = AROUND + dt.timedelta(days=number)
        works = draw(st.just(()) | plain | spans(step))
        exceptions[day] = CalendarException(day, works, Text("lệ", "odd"), "QĐ 1", draw(st.booleans()))
    return Calendar("any", draw(st.sampled_from(ZONES)), tuple(week), exceptions, reception)


def _spans(written: list[str]) -> tuple[Span, ...]:
    return tuple(tuple(map(_second, span.split("-"))) for span in written)  # type: ignore[misc]


def _second(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60
