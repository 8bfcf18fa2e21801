"""Paired replications: intervals that hold, verdicts that point the right way, no more plays than needed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iso_audit.model.scenario import Family, Precision, Spread
from iso_audit.model.simulated import Verdict
from iso_audit.simulation.compare import (
    PILOT,
    Played,
    effect,
    effects_by,
    estimate,
    flips,
    replicate_until,
    stretched,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)


@given(VALUES, st.sampled_from([0.9, 0.95, 0.99]))
def test_an_interval_is_that_of_a_one_sample_t_test(values: list[float], confidence: float) -> None:
    found = estimate(values, confidence)
    if np.std(values, ddof=1) < 1e-9 * (1 + abs(np.mean(values))):
        return
    low, high = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert found.low == pytest.approx(low, rel=1e-9, abs=1e-6)
    assert found.high == pytest.approx(high, rel=1e-9, abs=1e-6)


def test_an_interval_holds_as_often_as_it_says() -> None:
    draw = np.random.default_rng(5)
    held = 0
    for _ in range(2_000):
        found = estimate(draw.normal(3, 2, 8).tolist(), 0.95)
        held += found.low <= 3 <= found.high
    assert 0.935 <= held / 2_000 <= 0.965


@given(VALUES)
def test_a_procedure_against_itself_differs_by_exactly_nothing(values: list[float]) -> None:
    found = effect("lead_mean", values, values, 0.95)
    assert (found.difference.mean, found.difference.low, found.difference.high) == (0, 0, 0)
    assert found.verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("measure", "shift", "verdict"),
    [
        ("lead_mean", -5, Verdict.BETTER),
        ("lead_mean", 5, Verdict.WORSE),
        ("on_time", 5, Verdict.BETTER),
        ("on_time", -5, Verdict.WORSE),
        ("utilisation", -5, Verdict.BETTER),
    ],
)
def test_a_verdict_knows_which_way_is_better(measure: str, shift: float, verdict: Verdict) -> None:
    before = [10.0, 11.0, 12.0, 9.0]
    after = [value + shift + chance for value, chance in zip(before, (0.1, -0.1, 0.2, 0.0), strict=True)]
    assert effect(measure, before, after, 0.95).verdict is verdict


def test_chance_alone_is_no_verdict() -> None:
    assert effect("lead_mean", [1.0, 2.0, 3.0], [2.0, 1.0, 3.5], 0.95).verdict is Verdict.CANNOT_TELL


def test_a_single_replication_tells_nothing() -> None:
    assert effect("lead_mean", [1.0], [2.0], 0.95).verdict is Verdict.CANNOT_TELL


def test_pairs_in_which_nothing_happened_are_left_out() -> None:
    found = effect("lead_mean", [1.0, math.nan, 3.0, 4.0], [0.0, 5.0, 2.1, 3.0], 0.95)
    assert found.difference.mean == pytest.approx((-1 - 0.9 - 1) / 3)


def test_a_step_that_was_dropped_has_no_difference() -> None:
    found = effects_by([{("sign", "work"): 3.0}] * 3, [{}] * 3, 0.95, by="by_step")
    assert [one.step for one in found] == ["sign"]
    assert math.isnan(found[0].difference.mean)
    assert found[0].verdict is Verdict.CANNOT_TELL


def _playing(sd: float, asked: list[int]) -> object:
    def play(numbers: Sequence[int]) -> tuple[list[Played], list[Played]]:
        asked.extend(numbers)
        rows = [np.random.default_rng(n).normal(size=2) for n in numbers]
        return (
            [Played(5, {"lead_mean": 100 + row[0]}) for row in rows],
            [Played(5, {"lead_mean": 90 + row[0] + sd * row[1]}) for row in rows],
        )

    return play


@given(st.floats(0.01, 5))
def test_replications_stop_where_the_difference_is_precise_enough(sd: float) -> None:
    asked: list[int] = []
    precision = Precision(half_widths={"lead_mean": 0.5}, most=150)
    before, after = replicate_until(_playing(sd, asked), precision)
    found = effect(
        "lead_mean", [p.measures["lead_mean"] for p in before], [p.measures["lead_mean"] for p in after], 0.95
    )
    assert asked == list(range(len(before)))
    assert len(before) == 150 or (found.difference.high - found.difference.low) / 2 <= 0.5
    assert len(before) >= PILOT


def test_a_number_of_replications_is_kept_to() -> None:
    asked: list[int] = []
    before, _ = replicate_until(
        _playing(5, asked), Precision(replications=3, half_widths={"lead_mean": 0.01})
    )
    assert len(before) == 3
    assert asked == [0, 1, 2]


def test_a_decision_flips_where_its_verdict_does() -> None:
    plain = [effect("on_time", [1.0, 2.0, 3.0], [4.0, 5.1, 6.0], 0.95)]
    other = [effect("on_time", [1.0, 2.0, 3.0], [0.0, 1.1, 2.0], 0.95)]
    assert flips(plain, other) == ("on_time",)
    assert flips(plain, plain) == ()


def test_a_stretched_time_keeps_its_shape() -> None:
    spread = Spread(Family.LOGNORMAL, mean_seconds=100, sd_seconds=30, zero_share=0.2)
    longer = stretched(spread, 1.2)
    assert (longer.mean_seconds, longer.sd_seconds) == (pytest.approx(120), pytest.approx(36))
    assert longer.zero_share == 0.2
