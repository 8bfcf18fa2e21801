"""The standard cost model gives what the form gives, to the dong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.judgement.cost import cost_table
from iso_audit.model.cost import CostComparison
from iso_audit.model.scenario import Citizen, Works
from iso_audit.text import Text

BEFORE = Citizen(
    30_000,
    works=(
        Works(Text("Tờ khai"), hours=4, document="Tờ khai"),
        Works(Text("Bản sao"), hours=2, fees=24_000, document="Bản sao"),
        Works(Text("Đi nộp"), hours=8, per="visit"),
        Works(Text("Thuê tư vấn"), hired_cost=460_000),
        Works(Text("Lệ phí"), fees=120_000),
    ),
)
"""Works of ours whose sum is the one published by Hà Nội (QĐ 1811/QĐ-TTPVHCC, mã 2.000635): 1,024,000."""
AFTER = Citizen(
    30_000, works=(Works(Text("Tờ khai"), hours=3.7, document="Tờ khai"), Works(Text("Phí"), fees=120_000))
)


def test_the_published_example_comes_out_to_the_dong() -> None:
    before, after = cost_table(BEFORE, 3228), cost_table(AFTER, 3228)
    assert [table.per_dossier for table in (before, after)] == [1_024_000, 231_000]
    assert [table.per_year for table in (before, after)] == [3_305_472_000, 745_668_000]
    both = CostComparison(before, after)
    assert both.saving_per_dossier == 793_000
    assert both.saving_per_year == 2_559_804_000
    assert both.cut is not None
    assert round(100 * both.cut, 2) == Fraction("77.44")


def test_a_cut_to_nothing_is_a_cut_of_all() -> None:
    nothing = cost_table(Citizen(30_000), 3228)
    assert CostComparison(cost_table(BEFORE, 3228), nothing).cut == 1
    assert CostComparison(nothing, nothing).cut is None


def test_the_form_numbers_documents_first_and_then_the_other_works() -> None:
    assert [line.number for line in cost_table(BEFORE, 1).lines] == ["1.1", "1.2", "2", "3", "4"]
    without = replace(BEFORE, works=BEFORE.works[2:])
    assert [line.number for line in cost_table(without, 1).lines] == ["1", "2", "3"]


def test_times_and_parties_of_a_year_make_up_its_dossiers() -> None:
    quarterly = cost_table(BEFORE, 1200, times_per_year=4)
    assert quarterly.parties_per_year == 300
    assert quarterly.per_year == 1200 * quarterly.per_dossier
    assert sum(quarterly.per_year_of(line) for line in quarterly.lines) == quarterly.per_year


@pytest.mark.parametrize("wrong", [{"visits": -1}, {"supplements": -0.1}, {"times_per_year": 0}])
def test_negative_counts_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="negative"):
        cost_table(BEFORE, 1, **wrong)


money = st.decimals(0, 10_000_000, places=2).map(float)
works = st.builds(
    Works, st.just(Text("x")), st.decimals(0, 100, places=1).map(float), money, money,
    st.sampled_from(["dossier", "visit", "supplement"]), st.sampled_from(["", "Đơn"]),
)  # fmt: skip
counts = st.decimals(0, 20, places=3).map(float)


@given(st.lists(works, max_size=6), money, counts, counts, st.integers(0, 100_000))
def test_the_sum_is_that_of_the_formula(
    all_works: list[Works], income: float, visits: float, supplements: float, dossiers: int
) -> None:
    table = cost_table(Citizen(income, works=tuple(all_works)), dossiers, visits, supplements)
    often = {"dossier": 1.0, "visit": visits, "supplement": supplements}
    expected = sum(
        (Fraction(str(w.hours)) * Fraction(str(income)) + Fraction(str(w.hired_cost)) + Fraction(str(w.fees)))
        * Fraction(str(often[w.per]))
        for w in all_works
    )
    assert table.per_dossier == expected
    assert table.per_year == expected * dossiers


@given(st.lists(works, max_size=6), money, counts)
def test_fewer_visits_and_supplements_never_cost_more(
    all_works: list[Works], income: float, visits: float
) -> None:
    citizen = Citizen(income, works=tuple(all_works))
    both = CostComparison(cost_table(citizen, 100, visits + 1, 1), cost_table(citizen, 100, visits, 0))
    assert both.saving_per_year >= 0
    assert both.cut is None or 0 <= both.cut <= 1
