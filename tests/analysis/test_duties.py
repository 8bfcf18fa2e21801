"""Duties held apart, as far as roles and people allow."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.analysis.study import DutyConflict, study
from iso_audit.model.organisation import Organisation, Person, Role
from iso_audit.model.procedure import Flow, Procedure, Separation, Step
from iso_audit.text import Text
from tests.strategies import ROLES, block_procedures, organisations, procedure, separations, step


def staff(**held: str) -> Organisation:
    """People and the roles they hold (comma separated)."""
    people = {name: Person(name, tuple(roles.split(","))) for name, roles in held.items()}
    return Organisation(roles={role: Role(role, Text(role)) for role in ROLES}, people=people)


def conflicts(of: Procedure, organisation: Organisation = staff()) -> tuple[DutyConflict, ...]:  # noqa: B008
    return study(of, organisation, dt.date(2026, 3, 2)).duty_conflicts


def work(
    first: str, second: str, *, apart: tuple[str, ...] = ("appraise", "approve_sign"), **more: object
) -> Procedure:
    return procedure(
        step("look", "sign", kinds=("appraise",), role=first),
        step("sign", kinds=("approve_sign",), role=second, **more),
        separation=(Separation(apart),),
    )


def test_two_roles_are_held_apart() -> None:
    assert conflicts(work("specialist", "chairman")) == ()


def test_one_role_for_both_duties_is_a_conflict() -> None:
    (found,) = conflicts(work("specialist", "specialist"))
    assert (found.first, found.second, found.reason) == ("look", "sign", "same-role")
    assert (found.roles, found.duties) == (("specialist",), ("appraise", "approve_sign"))


def test_one_step_for_both_duties_is_a_conflict() -> None:
    (found,) = conflicts(
        procedure(
            step("all", kinds=("appraise", "approve_sign"), role="chairman"),
            separation=separations(["appraise", "approve_sign"]),
        )
    )
    assert (found.first, found.second, found.reason) == ("all", "all", "same-step")


def test_duties_may_be_named_by_step() -> None:
    assert conflicts(work("specialist", "specialist", apart=("look", "sign")))[0].reason == "same-role"


def test_one_role_in_two_offices_is_two_people() -> None:
    of = procedure(
        step("look", "sign", kinds=("appraise",), role="specialist", unit="a"),
        step("sign", kinds=("approve_sign",), role="specialist", unit="b"),
        separation=separations(["appraise", "approve_sign"]),
    )
    assert conflicts(of) == ()


def test_duties_that_no_run_has_both_are_no_conflict() -> None:
    of = procedure(
        step("start", Flow("look", "new"), Flow("sign", "old")),
        step("look", kinds=("appraise",), role="specialist"),
        step("sign", kinds=("approve_sign",), role="specialist"),
        separation=separations(["appraise", "approve_sign"]),
    )
    assert conflicts(of) == ()


def test_one_person_in_both_roles_cannot_hold_them_apart() -> None:
    (found,) = conflicts(work("specialist", "chairman"), staff(cb01="specialist,chairman"))
    assert (found.reason, found.people) == ("no-two-people", ("cb01",))
    assert (
        conflicts(work("specialist", "chairman"), staff(cb01="specialist", cb02="chairman,specialist")) == ()
    )


def test_nothing_is_said_of_roles_that_nobody_is_known_to_hold() -> None:
    assert conflicts(work("specialist", "chairman"), staff(cb01="specialist")) == ()
    assert conflicts(work("", "")) == ()


def three(*roles: str) -> Procedure:
    names = ("one", "two", "three")
    after = ((Flow("two"),), (Flow("three"),), ())
    steps = [
        Step(name, Text(name), ("other",), role=role, flows=flows)
        for name, role, flows in zip(names, roles, after, strict=True)
    ]
    return procedure(*steps, separation=separations(names))


def test_three_duties_need_three_people_together() -> None:
    of = three("specialist", "division-head", "chairman")
    (found,) = conflicts(of, staff(cb01="specialist,division-head", cb02="division-head,specialist,chairman"))
    assert (found.reason, found.people) == ("too-few-people", ("cb01", "cb02"))
    enough = staff(cb01="specialist,division-head", cb02="division-head", cb03="chairman")
    assert conflicts(of, enough) == ()


def test_of_three_duties_those_that_several_steps_carry_are_judged_in_pairs_only() -> None:
    twice = procedure(
        step("one", "two", role="specialist"),
        step("two", "three", role="division-head"),
        step("three", "four", kinds=("review",), role="chairman"),
        step("four", kinds=("review",), role="chairman"),
        separation=separations(["one", "two", "review"]),
    )
    few = staff(cb01="specialist,division-head", cb02="division-head,specialist,chairman")
    assert conflicts(twice, few) == ()


@given(
    block_procedures(6),
    organisations(),
    st.lists(st.sampled_from(("check", "review", "archive")), min_size=2, unique=True),
)
def test_a_conflict_names_two_steps_of_the_separation_in_the_order_of_the_file(
    drawn: Procedure, organisation: Organisation, duties: list[str]
) -> None:
    of = procedure(*drawn.steps, start=drawn.start, separation=separations(duties))
    order = [each.id for each in of.steps]
    for found in conflicts(of, organisation):
        assert order.index(found.first) <= order.index(found.second)
        meant = {each.id for duty in duties for each in of.meant(duty)}
        assert {found.first, found.second} <= meant
