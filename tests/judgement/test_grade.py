"""Grading follows the thresholds of the scale and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.judgement.grade import Scale, graded
from iso_audit.model.finding import Finding, Grade

MINOR = Finding("TIM-01", "on-time", "r", Grade.MINOR, "p", unit="u", base_grade=Grade.MINOR)


def grade_of(failed: int, checked: int, grade: Grade = Grade.MINOR) -> tuple[Grade, str]:
    [finding] = graded([replace(MINOR, failed=failed, checked=checked, grade=grade)], Scale())
    return finding.grade, finding.ground


def test_three_dossiers_of_at_most_fifty_are_a_systemic_failure():
    assert grade_of(2, 50) == (Grade.MINOR, "requirement")
    assert grade_of(3, 50) == (Grade.MAJOR, "systemic")


def test_above_fifty_a_tenth_is_needed():
    assert grade_of(5, 51) == (Grade.MINOR, "requirement")
    assert grade_of(6, 51) == (Grade.MAJOR, "systemic")
    assert grade_of(99, 1000) == (Grade.MINOR, "requirement")
    assert grade_of(100, 1000) == (Grade.MAJOR, "systemic")


def test_an_observation_is_never_raised():
    assert grade_of(100, 100, Grade.OBSERVATION) == (Grade.OBSERVATION, "breach")


def test_a_definition_keeps_the_grade_of_its_requirement():
    finding = replace(MINOR, code="DEF-NUM-01", failed=9, checked=9)
    assert [f.grade for f in graded([finding], Scale())] == [Grade.MINOR]


def test_settings_replace_single_thresholds():
    assert Scale.read({"few_breaches": 5, "share": "0.2"}) == Scale(50, 5, Fraction(1, 5))
    assert Scale.read({}) == Scale()


@given(st.integers(0, 400), st.integers(1, 400))
def test_one_more_breach_never_makes_the_grade_milder(failed, checked):
    failed = min(failed, checked)
    now, _ = grade_of(failed, checked)
    worse, _ = grade_of(min(failed + 1, checked), checked)
    assert worse.rank <= now.rank


@given(
    st.permutations(
        [replace(MINOR, code=code, failed=n, checked=9) for code, n in (("A", 1), ("B", 3), ("C", 2))]
    )
)
def test_the_order_of_findings_does_not_depend_on_the_order_of_input(findings):
    assert [f.code for f in graded(findings, Scale())] == ["B", "A", "C"]
