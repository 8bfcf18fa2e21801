"""Which clauses a procedure answers to, and what a new edition asks beyond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.analysis.coverage import WORDS, Answered, coverage, is_under, revisions
from iso_audit.model.organisation import Exclusion, Organisation, SystemDocument
from iso_audit.model.procedure import Procedure, Version
from iso_audit.model.requirement import ClauseNeed
from iso_audit.text import Text
from tests.strategies import block_procedures, procedure, step

OFFICE = Organisation(documents=(SystemDocument("QT-02", Text(), ("6.1", "10.2")),))

PLAIN, SIGNED = step("a"), step("a", kinds=("approve_sign",))
RECORDED = step("a", records=("sổ",))


def answered(one: Procedure, need: ClauseNeed, office: Organisation = OFFICE) -> Answered:
    return coverage(one, office, [need])[0].answered


@pytest.mark.parametrize(
    ("one", "need", "expected"),
    [
        (procedure(SIGNED), ClauseNeed("8.6", by=("approve_sign",)), Answered.COVERED),
        (procedure(PLAIN), ClauseNeed("8.6", by=("approve_sign",)), Answered.GAP),
        (procedure(PLAIN, extent="steps"), ClauseNeed("8.6", by=("approve_sign",)), Answered.OPEN),
        (procedure(RECORDED), ClauseNeed("7.5", by=("records",)), Answered.COVERED),
        (procedure(PLAIN, version=Version("1")), ClauseNeed("7", by=("version",)), Answered.COVERED),
        (procedure(PLAIN), ClauseNeed("8.4", by=("parts",), only_with=("parts",)), Answered.NOT_CONCERNED),
        (procedure(PLAIN), ClauseNeed("8.1", rules=("DEF-TIME",)), Answered.COVERED),
        (procedure(PLAIN), ClauseNeed("6.1", by=("system",)), Answered.COVERED),
        (procedure(PLAIN), ClauseNeed("6.1.2", by=("system",)), Answered.COVERED),
        (procedure(PLAIN), ClauseNeed("7.2", by=("system",)), Answered.GAP),
    ],
)  # fmt: skip
def test_a_clause_is_covered_by_any_one_of_what_it_names(
    one: Procedure, need: ClauseNeed, expected: Answered
) -> None:
    assert answered(one, need) is expected


def test_an_office_that_lists_no_documents_leaves_the_clause_open() -> None:
    assert answered(procedure(step("a")), ClauseNeed("6.1", by=("system",)), Organisation()) is Answered.OPEN


def test_an_exclusion_reaches_the_clauses_under_it_and_no_others() -> None:
    office = Organisation(exclusions=(Exclusion("8.3"),))
    need = ClauseNeed("8.3.4", by=("appraise",))
    assert answered(procedure(step("a")), need, office) is Answered.EXCLUDED
    assert answered(procedure(step("a")), ClauseNeed("8.31", by=("appraise",)), office) is Answered.GAP


@given(block_procedures(), st.sets(st.sampled_from(WORDS), min_size=1), st.sampled_from(WORDS))
def test_more_ways_to_answer_never_make_a_gap(one: Procedure, by: set[str], more: str) -> None:
    if answered(one, ClauseNeed("1", by=tuple(sorted(by)))) is Answered.COVERED:
        assert answered(one, ClauseNeed("1", by=(*sorted(by), more))) is Answered.COVERED


def test_a_clause_lies_under_another_by_its_numbers_and_not_by_its_letters() -> None:
    assert is_under("8.5.1", "8.5")
    assert is_under("8.5", "8.5")
    assert not is_under("8.51", "8.5")
    assert not is_under("8.5", "8.5.1")


def test_a_new_edition_keeps_moves_adds_and_drops_clauses() -> None:
    old = (ClauseNeed("4.4"), ClauseNeed("6.1"), ClauseNeed("9.9"))
    new = (ClauseNeed("4.4"), ClauseNeed("6.1.2", was=("6.1",)), ClauseNeed("5.1.1"))
    found = [(r.clause, r.is_new, r.is_moved, r.is_dropped) for r in revisions(old, new)]
    assert found == [
        ("4.4", False, False, False),
        ("6.1.2", False, True, False),
        ("5.1.1", True, False, False),
        ("9.9", False, False, True),
    ]
