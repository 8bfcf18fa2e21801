"""What changed between two versions of a procedure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.analysis.difference import Difference, difference, matched
from iso_audit.model.procedure import Flow, Limit, Procedure, TimeUnit
from iso_audit.text import Text
from tests.strategies import block_procedures, gateway, procedure, step, working_days


def chain(*names: str, **more: object) -> Procedure:
    """Steps one after the other."""
    steps = [step(name, *names[i + 1 : i + 2]) for i, name in enumerate(names)]
    return procedure(*steps, **more)


def keys(old: Procedure, new: Procedure) -> list[tuple[str, str]]:
    return [(one.key, one.step) for one in difference(old, new)]


@given(block_procedures())
def test_a_procedure_does_not_differ_from_itself(one: Procedure) -> None:
    assert difference(one, one) == ()


@given(block_procedures(), block_procedures())
def test_what_is_removed_one_way_is_added_the_other(a: Procedure, b: Procedure) -> None:
    gone = {one.step for one in difference(a, b) if one.key == "step-removed"}
    come = {one.step for one in difference(b, a) if one.key == "step-added"}
    assert gone == come


@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(["wd", "wh"]))
def test_a_limit_that_is_cut_one_way_is_extended_the_other(before: int, after: int, unit: str) -> None:
    old = chain("a", limits={"default": Limit(Fraction(before), TimeUnit(unit))})
    new = chain("a", limits={"default": Limit(Fraction(after), TimeUnit(unit))})
    expected = {True: [("whole-limit-cut", "")], False: [("whole-limit-extended", "")]}
    assert keys(old, new) == ([] if before == after else expected[after < before])
    assert keys(new, old) == ([] if before == after else expected[before < after])


def test_eight_working_hours_are_the_same_limit_as_one_working_day() -> None:
    day, hours = Limit(Fraction(1)), Limit(Fraction(8), TimeUnit.WORKING_HOUR)
    assert keys(chain("a", limits={"default": day}), chain("a", limits={"default": hours})) == []


def test_days_against_working_days_are_a_change_that_only_a_calendar_can_weigh() -> None:
    old, new = Limit(Fraction(10)), Limit(Fraction(12), TimeUnit.DAY)
    assert keys(chain("a", limits={"default": old}), chain("a", limits={"default": new})) == [
        ("whole-limit-changed", "")
    ]


def test_a_step_that_was_removed_is_told_once_and_not_again_as_a_change_of_order() -> None:
    assert keys(chain("a", "b", "c"), chain("a", "c")) == [("step-removed", "b")]
    assert keys(chain("a", "c"), chain("a", "b", "c")) == [("step-added", "b")]


def test_two_steps_that_changed_places_are_a_change_of_what_follows() -> None:
    found = difference(chain("a", "b", "c", "d"), chain("a", "c", "b", "d"))
    assert found == (
        Difference("next-changed", "a", ("b",), ("c",)),
        Difference("next-changed", "c", ("d",), ("b",)),
        Difference("next-changed", "b", ("c",), ("d",)),
    )


def test_a_step_under_a_new_id_is_the_same_step_where_its_name_says_so() -> None:
    old = procedure(step("b1", "b2"), step("b2"))
    named = [
        replace(s, name=Text(t)) for s, t in zip(old.steps, ("Tiếp nhận hồ sơ", "Trả kết quả"), strict=True)
    ]
    old = replace(old, steps=tuple(named))
    new = replace(
        old,
        steps=(
            replace(named[0], id="receive", flows=(Flow("return"),)),
            replace(named[1], id="return", role="clerk"),
        ),
    )
    assert matched(old, new) == {"receive": "b1", "return": "b2"}
    assert difference(old, new) == (Difference("role-moved", "return", "", "clerk"),)


def test_gateways_come_and_go_unmentioned() -> None:
    old = procedure(step("a", "b"), step("b"))
    new = procedure(step("a", "g"), gateway("g", "b"), step("b"))
    assert difference(old, new) == ()


def test_duties_records_controls_and_papers_are_told_each() -> None:
    old = procedure(step("a", limit=working_days(2), records=("sổ",), control=True), documents=("đơn",))
    new = procedure(step("a", role="chairman", records=("phiếu",)), documents=("tờ khai",))
    assert difference(old, new) == (
        Difference("document-removed", before="đơn"),
        Difference("document-added", after="tờ khai"),
        Difference("role-moved", "a", "", "chairman"),
        Difference("step-limit-dropped", "a", working_days(2), None),
        Difference("control-dropped", "a"),
        Difference("record-removed", "a", before="sổ"),
        Difference("record-added", "a", after="phiếu"),
    )
