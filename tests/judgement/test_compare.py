"""Two groups compared by exact tests."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.judgement.compare import Share, Verdict, contrasts, fisher, interval, summed


@st.composite
def shares(draw: st.DrawFn, most: int = 25) -> Share:
    whole = draw(st.integers(1, most))
    return Share(draw(st.integers(0, whole)), whole)


def by_counting(first: Share, second: Share) -> Fraction:
    """The same test with every table counted in whole numbers."""
    parts, whole = first.part + second.part, first.whole + second.whole

    def ways(k: int) -> int:
        return math.comb(first.whole, k) * math.comb(second.whole, parts - k) if parts - k >= 0 else 0

    seen = ways(first.part)
    every = [ways(k) for k in range(min(parts, first.whole) + 1)]
    return Fraction(sum(n for n in every if n <= seen), math.comb(whole, parts))


@given(shares(), shares())
def test_the_test_is_that_of_counting_every_table(first: Share, second: Share) -> None:
    assert fisher(first, second) == pytest.approx(float(by_counting(first, second)), rel=1e-9)


def test_the_lady_who_tasted_tea() -> None:
    """R. A. Fisher, The Design of Experiments (1935): three of four cups right on each side."""
    assert fisher(Share(3, 4), Share(1, 4)) == pytest.approx(34 / 70)


def test_large_groups_do_not_overflow() -> None:
    assert fisher(Share(400_000, 1_000_000), Share(400_000, 1_000_000)) == 1.0
    assert fisher(Share(400_000, 1_000_000), Share(410_000, 1_000_000)) < 1e-40


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        (Share(48, 80), Share(56, 70), 0.0524, 0.3339),  # Newcombe 1998, table II, (a), method 10
        (Share(3, 10), Share(9, 10), 0.1705, 0.8090),  # (b)
        (Share(0, 10), Share(10, 10), 0.6075, 1.0),  # (h)
    ],
)
def test_intervals_are_the_published_ones(first: Share, second: Share, low: float, high: float) -> None:
    found = interval(first, second)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(shares(), shares())
def test_groups_swapped_give_the_same_test_and_the_opposite_interval(first: Share, second: Share) -> None:
    low, high = interval(first, second)
    assert interval(second, first) == (pytest.approx(-high), pytest.approx(-low))
    assert fisher(first, second) == pytest.approx(fisher(second, first))


def test_many_questions_make_one_odd_answer_no_surprise() -> None:
    odd = {("odd",): (Share(1, 20), Share(8, 20))}
    alike = {(f"q{n}",): (Share(5, 20), Share(5, 20)) for n in range(20)}
    alone = contrasts({q: a for q, (a, _) in odd.items()}, {q: b for q, (_, b) in odd.items()})
    assert [one.verdict for one in alone] == [Verdict.MORE]
    every = odd | alike
    found = contrasts({q: a for q, (a, _) in every.items()}, {q: b for q, (_, b) in every.items()})
    assert {one.verdict for one in found} == {Verdict.CANNOT_TELL}


@given(st.lists(st.tuples(shares(), shares()), min_size=1, max_size=6))
def test_the_correction_never_makes_a_difference_more_certain(pairs: list[tuple[Share, Share]]) -> None:
    first = {(str(n),): a for n, (a, _) in enumerate(pairs)}
    second = {(str(n),): b for n, (_, b) in enumerate(pairs)}
    found = contrasts(first, second)
    assert all(one.adjusted >= one.p_value for one in found)
    assert [one.adjusted for one in found] == sorted(one.adjusted for one in found)


def test_questions_that_one_group_was_not_asked_are_left_out() -> None:
    first, second = {("a",): Share(1, 2), ("b",): Share(0, 0)}, {("b",): Share(1, 2), ("c",): Share(1, 2)}
    assert contrasts(first, second) == ()


def test_counts_are_added_up_by_question() -> None:
    assert summed([(("a",), 1, 2), (("a",), 2, 3), (("b",), 0, 1)]) == {
        ("a",): Share(3, 5),
        ("b",): Share(0, 1),
    }
