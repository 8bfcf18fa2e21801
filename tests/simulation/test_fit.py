"""Numbers taken from a log: what was put into it comes out again, but for chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iso_audit.model.scenario import Family, Spread
from iso_audit.simulation.draws import mean_seconds, seconds
from iso_audit.simulation.families import FEW, fitted
from iso_audit.simulation.hold_out import product_limit
from iso_audit.simulation.observed import _split

SHAPES = [
    Spread(Family.EXPONENTIAL, mean_seconds=1800),
    Spread(Family.GAMMA, mean_seconds=3600, sd_seconds=1200),
    Spread(Family.LOGNORMAL, mean_seconds=3600, sd_seconds=2400),
    Spread(Family.WEIBULL, mean_seconds=3600, sd_seconds=900),
]


def sample(spread: Spread, count: int, seed: int = 3) -> np.ndarray:
    return seconds(spread, np.random.default_rng(seed).random(count))


@pytest.mark.parametrize("spread", SHAPES, ids=lambda spread: spread.family.value)
def test_a_shape_is_found_again(spread: Spread) -> None:
    found = fitted(sample(spread, 4_000), is_working=True)
    assert found is not None
    assert found.spread.is_working
    assert mean_seconds(found.spread) == pytest.approx(spread.mean_seconds, rel=0.05)
    wanted, got = (seconds(one, np.array([0.1, 0.5, 0.9])) for one in (spread, found.spread))
    assert got == pytest.approx(wanted, rel=0.12, abs=60)


@pytest.mark.parametrize("spread", SHAPES[1:], ids=lambda spread: spread.family.value)
def test_likelihood_agrees_with_the_library(spread: Spread) -> None:
    """scipy fits the same families by general optimisation."""
    times = np.maximum(sample(spread, 500), 1.0)
    from iso_audit.simulation.families import _gamma, _lognormal, _weibull

    made = {Family.GAMMA: _gamma, Family.LOGNORMAL: _lognormal, Family.WEIBULL: _weibull}[spread.family](
        times
    )
    law = {Family.GAMMA: stats.gamma, Family.LOGNORMAL: stats.lognorm, Family.WEIBULL: stats.weibull_min}
    frozen = law[spread.family](*law[spread.family].fit(times, floc=0))
    assert made[1:] == (pytest.approx(frozen.mean(), rel=2e-3), pytest.approx(frozen.std(), rel=2e-3))


def test_times_of_nothing_are_a_thing_of_their_own() -> None:
    times = np.concatenate([np.zeros(300), sample(SHAPES[2], 700)])
    np.random.default_rng(1).shuffle(times)
    found = fitted(times, is_working=False)
    assert found is not None
    assert not found.spread.is_working
    share = found.spread.zero_share or float(np.mean(np.array(found.spread.quantiles_seconds) < 1))
    assert share == pytest.approx(0.3, abs=0.02)
    assert mean_seconds(found.spread) == pytest.approx(times.mean(), rel=0.05)


def test_a_sample_of_two_shapes_stands_for_itself() -> None:
    times = np.concatenate([np.full(500, 600.0), np.full(500, 36_000.0)])
    times = times + np.random.default_rng(1).random(1_000)
    np.random.default_rng(2).shuffle(times)
    found = fitted(times, is_working=True)
    assert found is not None
    assert found.spread.family is Family.EMPIRICAL


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=FEW - 1))
def test_few_times_are_marked_and_never_left_their_range(times: list[float]) -> None:
    found = fitted(np.array(times), is_working=True)
    assert found is not None
    assert found.is_weak
    drawn = seconds(found.spread, np.linspace(0.01, 0.99, 50))
    assert drawn.min() >= min(times) - 1e-6
    assert drawn.max() <= max(times) + 1e-6


def test_nothing_observed_is_nothing_fitted() -> None:
    assert fitted(np.array([np.nan, -5.0]), is_working=True) is None


@given(
    st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=40).filter(
        lambda rows: any(done for _, done in rows)
    )
)
def test_what_lasts_longer_agrees_with_the_library(rows: list[tuple[int, bool]]) -> None:
    times = np.array([float(time) for time, _ in rows])
    done = np.array([is_done for _, is_done in rows])
    ends, left = product_limit(times, done)
    censored = stats.CensoredData(uncensored=times[done], right=times[~done])
    oracle = stats.ecdf(censored).sf
    assert left == pytest.approx(oracle.evaluate(ends))


spans = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60)), min_size=1, max_size=12).map(
    lambda rows: sorted((start, start + length) for start, length in rows)
)


@given(spans)
def test_time_that_is_shared_adds_up_to_the_time_that_passed(rows: list[tuple[int, int]]) -> None:
    """Second by second: whoever is open in a second gets an even part of it."""
    starts, stops = [start for start, _ in rows], [stop for _, stop in rows]
    wanted = [0.0] * len(rows)
    for second in range(0, 161):
        open_now = [at for at, (start, stop) in enumerate(rows) if start <= second < stop]
        for at in open_now:
            wanted[at] += 1 / len(open_now)
    assert _split(starts, stops) == pytest.approx(wanted)
