"""Random numbers depend on what they are for alone; times have the shape that they are said to have."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.model.calendar import CalendarException
from iso_audit.model.scenario import Arrivals, Family, Spread
from iso_audit.simulation.arrivals import arrivals_of
from iso_audit.simulation.draws import Purpose, mean_seconds, seconds, uniforms
from iso_audit.simulation.hours import TICK
from iso_audit.text import Text
from tests.simulation.scenes import OFFICE

PARTS = (np.arange(200_000) + 0.5) / 200_000
SHAPES = {
    Family.FIXED: Spread(Family.FIXED, mean_seconds=3600),
    Family.EXPONENTIAL: Spread(Family.EXPONENTIAL, mean_seconds=3600),
    Family.GAMMA: Spread(Family.GAMMA, mean_seconds=3600, sd_seconds=1800),
    Family.LOGNORMAL: Spread(Family.LOGNORMAL, mean_seconds=3600, sd_seconds=1800),
    Family.WEIBULL: Spread(Family.WEIBULL, mean_seconds=3600, sd_seconds=1800),
    Family.NORMAL: Spread(Family.NORMAL, mean_seconds=3600, sd_seconds=900),
    Family.UNIFORM: Spread(Family.UNIFORM, low_seconds=600, high_seconds=6600),
    Family.TRIANGULAR: Spread(Family.TRIANGULAR, low_seconds=600, mode_seconds=1200, high_seconds=9000),
    Family.PERT: Spread(Family.PERT, low_seconds=600, mode_seconds=1200, high_seconds=9000),
    Family.EMPIRICAL: Spread(Family.EMPIRICAL, quantiles_seconds=(0.0, 600.0, 1200.0, 7200.0)),
}
MOMENTS = {
    Family.FIXED: (3600, 0),
    Family.EXPONENTIAL: (3600, 3600),
    Family.GAMMA: (3600, 1800),
    Family.LOGNORMAL: (3600, 1800),
    Family.WEIBULL: (3600, 1800),
    Family.NORMAL: (3600, 900),
    Family.UNIFORM: (3600, 6000 / 12**0.5),
    Family.TRIANGULAR: (
        3600,
        ((600**2 + 1200**2 + 9000**2 - 600 * 1200 - 600 * 9000 - 1200 * 9000) / 18) ** 0.5,
    ),
    Family.PERT: (2400, (1800 * 6600 / 7) ** 0.5),
    Family.EMPIRICAL: (
        1800,
        (sum((a * a + a * b + b * b) / 3 for a, b in ((0, 600), (600, 1200), (1200, 7200))) / 3 - 1800**2)
        ** 0.5,
    ),
}


@pytest.mark.parametrize("family", list(Family))
def test_a_shape_has_its_mean_and_deviation(family: Family) -> None:
    times = seconds(SHAPES[family], PARTS)
    mean, deviation = MOMENTS[family]
    assert times.mean() == pytest.approx(mean, rel=2e-3)
    assert times.std() == pytest.approx(deviation, rel=1e-2, abs=1e-6)
    assert mean_seconds(SHAPES[family]) == pytest.approx(mean, rel=2e-3)


@pytest.mark.parametrize("family", list(Family))
def test_more_luck_never_takes_longer(family: Family) -> None:
    assert (np.diff(seconds(SHAPES[family], PARTS)) >= 0).all()
    assert (np.diff(seconds(replace(SHAPES[family], zero_share=0.3), PARTS)) >= 0).all()


def test_a_share_of_nothing_is_nothing() -> None:
    often = replace(SHAPES[Family.LOGNORMAL], zero_share=0.25)
    times = seconds(often, PARTS)
    assert np.mean(times == 0) == pytest.approx(0.25, abs=1e-4)
    assert mean_seconds(often) == pytest.approx(2700)
    assert seconds(replace(often, zero_share=1.0), PARTS).max() == 0


@given(st.integers(0, 2**40), st.integers(0, 300), st.integers(0, 50), st.integers(1, 60), st.integers(0, 60))
def test_the_fate_of_a_dossier_does_not_depend_on_how_many_there_are(
    seed: int, replication: int, visit: int, count: int, more: int
) -> None:
    few = uniforms(seed, replication, "p/check", Purpose.WORK, visit, count, 3)
    many = uniforms(seed, replication, "p/check", Purpose.WORK, visit, count + more, 3)
    assert np.array_equal(few[:count], many[:count])
    assert np.array_equal(few[count:], many[-3:])
    assert few.min() > 0
    assert few.max() < 1


def test_every_purpose_step_visit_and_replication_has_numbers_of_its_own() -> None:
    rows = {
        tuple(uniforms(1, replication, name, purpose, visit, 5))
        for replication in (0, 1)
        for name in ("p/a", "p/b")
        for purpose in Purpose
        for visit in (0, 1)
    }
    assert len(rows) == 2 * 2 * len(Purpose) * 2


def year(arrivals: Arrivals, seed: int = 1) -> np.ndarray:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    holiday = dt.date(2026, 9, 2)
    exceptions = {holiday: CalendarException(holiday, (), Text("lễ"), "s")}
    return arrivals_of(arrivals, replace(OFFICE, exceptions=exceptions), first, last, seed, 0, "p") / TICK


def test_dossiers_come_in_while_the_desk_is_open_and_on_no_holiday() -> None:
    came = year(Arrivals(40_000))
    second, day = came % 86_400, came // 86_400
    assert abs(len(came) - 40_000) < 5 * 200
    assert (((second >= 27_000) & (second < 41_400)) | ((second >= 46_800) & (second < 61_200))).all()
    weekday = (day + 3) % 7  # 1 January 2026 is a Thursday
    assert set(weekday.astype(int).tolist()) == {0, 1, 2, 3, 4}
    assert (dt.date(2026, 9, 2) - dt.date(2026, 1, 1)).days not in set(day.astype(int).tolist())
    assert (np.diff(came) >= 0).all()


def test_months_weekdays_and_hours_have_their_weights() -> None:
    months = (3.0, *(1.0,) * 10, 0.0)
    hours = tuple(4.0 if hour == 9 else 1.0 if hour in (8, 20) else 0.0 for hour in range(24))
    came = year(Arrivals(40_000, months, (2, 1, 1, 1, 1, 0, 1), hours))
    day, hour = (came // 86_400).astype(int), (came % 86_400 // 3600).astype(int)
    assert np.mean(day < 31) == pytest.approx(3 / 13, abs=0.01)
    assert day.max() < 334
    assert np.mean(hour == 9) == pytest.approx(4 / 6, abs=0.01)
    assert set(hour.tolist()) == {8, 9, 20}
    by_weekday = np.bincount((day + 3) % 7) / len(day)
    assert by_weekday[0] == pytest.approx(2 / 7, abs=0.02)
    assert by_weekday[5] == 0
    assert by_weekday[6] == pytest.approx(1 / 7, abs=0.02)


def test_bursts_have_the_variance_that_is_said() -> None:
    ratios = []
    for seed in range(8):
        days = (year(Arrivals(20_000, variance_ratio=4.0), seed) // 86_400).astype(int)
        counts = np.bincount(days)
        counts = counts[counts > 0]
        ratios.append(counts.var() / counts.mean())
    assert np.mean(ratios) == pytest.approx(4.0, abs=0.5)


@settings(max_examples=20)
@given(st.floats(0, 5000), st.floats(1, 3))
def test_more_dossiers_a_year_are_the_same_stream_stretched(per_year: float, factor: float) -> None:
    few, many = year(Arrivals(per_year)), year(Arrivals(per_year * factor))
    assert len(few) <= len(many)
    assert (many[: len(few)] <= few).all()
