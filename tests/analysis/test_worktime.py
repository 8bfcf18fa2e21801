"""The arrays count as the clock does, second by second, whatever the calendar."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.analysis.worktime import NO_DUE, NO_LIMIT, UNIT_CODES, Stops, WorkTable
from iso_audit.analysis.zones import Zone
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import (
    advance_civil,
    civil_seconds,
    date_of,
    day_of,
    from_civil,
    inside_hours,
    work_between,
)
from iso_audit.model.clock import due
from iso_audit.model.procedure import Limit, TimeUnit
from tests.calendars import AROUND, ZONES, calendars, office, shipped_calendar, soon

DAY = 86400
MOVES = "start_next_working_day"

# far beyond both ends of the tables too: there the weekly pattern goes on
near = st.integers(day_of(AROUND) * DAY, (day_of(AROUND) + 40) * DAY)
far = st.integers(day_of(dt.date(1999, 1, 1)) * DAY, day_of(dt.date(2050, 1, 1)) * DAY)
times = st.lists(near | near | far, min_size=1, max_size=20).map(
    lambda found: np.array(found, dtype=np.int64)
)


def table(calendar: Calendar) -> WorkTable:
    return WorkTable(calendar, AROUND, AROUND + dt.timedelta(days=20))


@settings(max_examples=100, deadline=None)
@given(calendars(step=1), st.data())
def test_working_seconds_equal_the_clock(calendar: Calendar, data: st.DataObject) -> None:
    starts = data.draw(times)
    ends = starts + data.draw(st.integers(-40, 40)) * DAY // 3
    counted = table(calendar).working_seconds(starts, ends)
    expected = [work_between(calendar, int(a), int(b)) for a, b in zip(starts, ends, strict=True)]
    assert counted.tolist() == expected


@settings(max_examples=100, deadline=None)
@given(calendars(step=1), times, st.integers(0, 200_000))
def test_advancing_equals_the_clock(calendar: Calendar, starts: np.ndarray, seconds: int) -> None:
    moved = table(calendar).advance(starts, np.full_like(starts, seconds))
    assert moved.tolist() == [advance_civil(calendar, int(start), seconds) for start in starts]


@settings(max_examples=100, deadline=None)
@given(calendars(step=1), times, st.booleans())
def test_being_inside_hours_equals_the_clock(calendar: Calendar, at: np.ndarray, desk: bool) -> None:
    inside = table(calendar).inside_hours(at, desk)
    shown = [from_civil(calendar, int(civil)) for civil in at]
    shown_back = np.array([civil_seconds(calendar, moment) for moment in shown])
    real = np.flatnonzero(shown_back == at)  # the hour that clocks skip never is
    assert inside[real].tolist() == [inside_hours(calendar, shown[i], desk) for i in real]


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(1, 30))
def test_working_days_are_counted_one_by_one(calendar: Calendar, n: int) -> None:
    days = np.arange(day_of(AROUND) - 60, day_of(AROUND) + 80)
    counted = table(calendar)
    works = [calendar.works(date_of(int(day))) for day in days]
    assert counted.works(days).tolist() == works
    assert np.diff(counted.working_days_until(days)).tolist() == [int(work) for work in works[1:]]
    found = counted.nth_working_day(days, np.full_like(days, n))
    assert (counted.works(found)).all()
    assert (counted.working_days_until(found) - counted.working_days_until(days) == n).all()


hours = st.integers(-1, 5 * 24).map(lambda n: n * 3600)
dossier = st.fixed_dictionaries(
    {
        "start": soon(1) | soon(1) | near | far,
        "limit": st.none()
        | st.builds(
            Limit,
            st.integers(0, 20).map(Fraction) | st.fractions(0, 20, max_denominator=8),
            st.sampled_from(TimeUnit),
        ),
        "same_day": st.sampled_from([False, False, False, True]),
        "cutoff": st.none() | st.sampled_from([dt.time(15), dt.time(11, 30, 15)]),
        "effect": st.sampled_from(["none", "handover", MOVES]),
        "stops": st.lists(
            st.tuples(soon(1), st.integers(-1, 5 * 24).map(lambda n: n * 3600), st.booleans()), max_size=4
        ),
    }
)


def due_seconds(calendar: Calendar, one: dict) -> tuple[int, int]:
    """What the clock says of one dossier, as the arrays say it."""
    if one["limit"] is None and not one["same_day"]:
        return NO_DUE, NO_DUE
    stops = [(from_civil(calendar, a), from_civil(calendar, a + n), anew) for a, n, anew in one["stops"]]
    told = due(
        calendar,
        one["limit"],
        from_civil(calendar, one["start"]),
        cutoff=one["cutoff"],
        cutoff_effect=one["effect"],
        same_day=one["same_day"],
        pauses=[(a, b) for a, b, anew in stops if not anew],
        restarts=[(a, b) for a, b, anew in stops if anew],
    )
    return civil_seconds(calendar, told.at), day_of(told.day)


def as_arrays(calendar: Calendar, dossiers: list[dict]) -> tuple[dict, Stops]:
    """The same dossiers in columns; times that clocks skip become what `from_civil` makes of them."""

    def shown(civil: int) -> int:
        return civil_seconds(calendar, from_civil(calendar, civil))

    limits = [one["limit"] for one in dossiers]
    columns = {
        "starts": np.array([shown(one["start"]) for one in dossiers], dtype=np.int64),
        "units": [NO_LIMIT if limit is None else UNIT_CODES[limit.unit] for limit in limits],
        "amounts": [0 if limit is None else limit.nominal_seconds for limit in limits],
        "same_day": [one["same_day"] for one in dossiers],
        "cutoffs": [
            -1 if (c := one["cutoff"]) is None else c.hour * 3600 + c.minute * 60 + c.second
            for one in dossiers
        ],
        "moves_start": [one["effect"] == MOVES for one in dossiers],
    }
    flat = [
        (i, shown(a), shown(a + n), anew) for i, one in enumerate(dossiers) for a, n, anew in one["stops"]
    ]
    whose, begins, ends, anew = np.array(flat, dtype=np.int64).reshape(-1, 4).T
    return columns, Stops.of(whose, begins, ends, anew.astype(bool), len(dossiers))


@settings(max_examples=120, deadline=None)
@given(calendars(step=1), st.lists(dossier, min_size=1, max_size=12))
def test_due_times_of_any_dossiers_equal_the_clock(calendar: Calendar, dossiers: list[dict]) -> None:
    columns, stops = as_arrays(calendar, dossiers)
    told = table(calendar).due(stops=stops, **columns)
    expected = [due_seconds(calendar, one) for one in dossiers]
    assert [*zip(told.seconds.tolist(), told.days.tolist(), strict=True)] == expected


def test_one_limit_holds_for_all_and_no_dossiers_are_no_trouble() -> None:
    shipped = WorkTable(shipped_calendar(), dt.date(2019, 1, 1), dt.date(2026, 12, 31))
    starts = np.array([day_of(dt.date(2026, 2, 12)) * DAY + 30000, day_of(dt.date(2025, 12, 31)) * DAY])
    told = shipped.due(starts, UNIT_CODES[TimeUnit.WORKING_DAY], 3 * 8 * 3600)
    assert [date_of(int(day)).isoformat() for day in told.days] == ["2026-02-24", "2026-01-07"]
    assert (told.seconds % DAY).tolist() == [61200, 61200]
    assert shipped.due(starts[:0], 1, 28800).days.size == 0
    assert shipped.working_seconds(starts[:0], starts[:0]).size == 0


def test_work_closing_at_midnight_belongs_to_its_day() -> None:
    night = table(Calendar("night", "Asia/Ho_Chi_Minh", (((0, DAY),),) * 7))
    noon = np.full(2, day_of(AROUND) * DAY + DAY // 2)
    told = night.due(noon, [UNIT_CODES[TimeUnit.WORKING_HOUR], UNIT_CODES[TimeUnit.WORKING_DAY]], 12 * 3600)
    assert (told.days - day_of(AROUND)).tolist() == [0, 2]
    told = night.due(noon, [UNIT_CODES[TimeUnit.WORKING_HOUR], UNIT_CODES[TimeUnit.DAY]], [12 * 3600, 28800])
    assert (told.seconds // DAY - told.days).tolist() == [1, 1]


def test_long_arrays_are_counted_in_blocks_without_a_seam() -> None:
    counted = table(office())
    starts = np.arange(40_000, dtype=np.int64) * 977 + day_of(AROUND) * DAY
    whole = counted.working_seconds(starts, starts + 5 * DAY)
    assert (
        whole[16_380:16_390].tolist()
        == counted.working_seconds(starts[16_380:16_390], starts[16_380:16_390] + 5 * DAY).tolist()
    )


@settings(max_examples=50, deadline=None)
@given(calendars(step=1), st.lists(near, min_size=1, max_size=10))
def test_the_day_rows_alone_give_the_same_count(calendar: Calendar, at: list[int]) -> None:
    rows = WorkTable(calendar, AROUND, AROUND + dt.timedelta(days=40)).day_rows()
    spans = sum(name.startswith("s") for name in rows)

    def until(civil: int) -> int:
        row = int(np.flatnonzero(rows["day"] == civil // DAY)[0])
        worked = sum(
            min(max(civil % DAY - int(rows[f"s{n}"][row]), 0), int(rows[f"l{n}"][row]))
            for n in range(1, spans + 1)
        )
        return int(rows["cum"][row]) + worked

    assert [until(b) - until(at[0]) for b in at] == [work_between(calendar, at[0], b) for b in at]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), st.lists(far, min_size=1, max_size=20))
def test_zones_turn_instants_as_the_standard_library_does(zone: str, instants: list[int]) -> None:
    calendar, array = office(zone), np.array(instants, dtype=np.int64)
    civil = Zone(zone).to_civil(array)
    moments = [dt.datetime.fromtimestamp(instant, dt.UTC) for instant in instants]
    assert civil.tolist() == [civil_seconds(calendar, moment) for moment in moments]
    expected = [int(from_civil(calendar, int(shown)).timestamp()) for shown in civil]
    assert Zone(zone).to_utc(civil).tolist() == expected


def test_a_zone_knows_every_second_around_a_change() -> None:
    for change in (dt.datetime(2024, 3, 31, 1, tzinfo=dt.UTC), dt.datetime(2024, 10, 27, 1, tzinfo=dt.UTC)):
        instants = int(change.timestamp()) + np.arange(-7300, 7300, dtype=np.int64)
        calendar = office("Europe/Amsterdam")
        civil = Zone("Europe/Amsterdam").to_civil(instants)
        moments = (dt.datetime.fromtimestamp(int(instant), dt.UTC) for instant in instants)
        assert civil.tolist() == [civil_seconds(calendar, moment) for moment in moments]
        shown = np.arange(civil.min(), civil.max())  # with the hour that clocks skip
        expected = [int(from_civil(calendar, int(second)).timestamp()) for second in shown]
        assert Zone("Europe/Amsterdam").to_utc(shown).tolist() == expected


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="no working hours"):
        WorkTable(Calendar("none", "Asia/Ho_Chi_Minh", ((),) * 7), AROUND, AROUND)
    with pytest.raises(ValueError, match="negative"):
        table(office()).advance(np.array([0]), np.array([-1]))
    with pytest.raises(ValueError, match="negative"):
        table(office()).due(np.array([0]), 1, -1)
