"""Duties held apart, as far as roles and the people of a day allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.assignment import assignment, smallest_group
from iso_audit.analysis.bypass import bypasses, controls
from iso_audit.analysis.company import companies, run_through
from iso_audit.analysis.duties import Staffing, in_one_hand, pairs_apart, posts
from iso_audit.analysis.staffing import Staff, signs_for
from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Delegation, Organisation, Person, Role, Unit
from iso_audit.model.procedure import Flow, Join, Period, Procedure, Separation, Split, Step
from tests.strategies import (
    ROLES,
    block_procedures,
    choice_procedures,
    layered_procedures,
    procedure,
    separations,
    step,
)
from tests.token_game import Game, TooLarge, Unsafe

TODAY = dt.date(2026, 3, 2)
PAST, NOW = Period(None, dt.date(2026, 3, 1)), Period(dt.date(2026, 3, 2), dt.date(2026, 3, 2))
SIGN = ("appraise", "approve_sign")
roles = {role: Role(role, step(role).name) for role in ROLES}


def staff(**held: str) -> Organisation:
    """People and the roles they hold (comma separated)."""
    people = {name: Person(name, tuple(roles.split(","))) for name, roles in held.items()}
    return Organisation(roles=roles, people=people)


def studied(of: Procedure, organisation: Organisation = staff()) -> Study:  # noqa: B008
    return study(of, organisation, TODAY)


def conflicts(of: Procedure, apart: tuple[str, ...] = SIGN) -> list[tuple[str, str, str]]:
    asked = studied(of)
    found = in_one_hand(asked, pairs_apart(of, apart))
    return [(each.first, each.second, each.reason) for each in found.values()]


def too_few(of: Procedure, organisation: Organisation) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The steps for which there are too few people, and these people."""
    found, reason = Staffing(studied(of, organisation), pairs_apart(of, ())).shortages()
    assert reason == ""
    return [(each.steps, each.people) for each in found]


def work(first: str, second: str, **more: object) -> Procedure:
    return procedure(
        step("look", "sign", kinds=("appraise",), role=first),
        step("sign", kinds=("approve_sign",), role=second),
        separation=separations(SIGN),
        **more,
    )


def chain(*held: str, apart: Sequence[Sequence[str]] = ()) -> Procedure:
    """Steps a, b, c ... one after the other, each of a role; all of them held apart unless told otherwise."""
    names = "abcdefgh"[: len(held)]
    steps = [
        step(name, *names[at + 1 : at + 2], role=role)
        for at, (name, role) in enumerate(zip(names, held, strict=True))
    ]
    return procedure(*steps, separation=tuple(Separation(tuple(of)) for of in apart or [tuple(names)]))


def test_two_roles_are_held_apart() -> None:
    assert conflicts(work("specialist", "chairman")) == []
    assert conflicts(work("", "")) == []


def test_one_role_for_both_duties_is_a_conflict() -> None:
    assert conflicts(work("specialist", "specialist")) == [("look", "sign", "same-role")]


def test_one_step_for_both_duties_is_a_conflict() -> None:
    of = procedure(step("all", kinds=SIGN, role="chairman"))
    assert conflicts(of) == [("all", "all", "same-step")]


def test_duties_may_be_named_by_step_and_told_by_the_procedure_itself() -> None:
    assert conflicts(work("specialist", "specialist"), ("look", "sign")) == [("look", "sign", "same-role")]
    assert len(pairs_apart(work("specialist", "specialist"), ("look", "sign"))) == 1
    assert conflicts(work("specialist", "specialist"), ()) == [("look", "sign", "same-role")]


def test_one_role_in_two_offices_is_two_people() -> None:
    of = work("specialist", "specialist")
    apart = (replace(of.steps[0], unit="a"), replace(of.steps[1], unit="b"))
    assert conflicts(replace(of, steps=apart)) == []


def exclusive(**more: object) -> Procedure:
    return procedure(
        step("start", Flow("look", "new"), Flow("sign", "old")),
        step("look", kinds=("appraise",), role="specialist"),
        step("sign", kinds=("approve_sign",), role="specialist"),
        separation=separations(SIGN),
        **more,
    )


def test_duties_that_no_run_has_both_are_no_conflict() -> None:
    assert conflicts(exclusive()) == []
    assert too_few(exclusive(), staff(cb01="specialist")) == []


def test_what_may_happen_at_any_time_meets_every_step() -> None:
    of = procedure(
        step("sign", kinds=("approve_sign",), role="chairman"),
        step("stop", kinds=("stop",), role="chairman", anytime=True),
        separation=separations(["approve_sign", "stop"]),
    )
    assert conflicts(of, ()) == [("sign", "stop", "same-role")]
    assert too_few(of, staff(cb01="chairman")) == [(("sign", "stop"), ("cb01",))]


def test_one_person_in_both_roles_cannot_hold_them_apart() -> None:
    of = work("specialist", "chairman")
    assert too_few(of, staff(cb01="specialist,chairman")) == [(("look", "sign"), ("cb01",))]
    assert too_few(of, staff(cb01="specialist", cb02="chairman,specialist")) == []


def test_nothing_is_said_of_roles_that_nobody_was_ever_named_for() -> None:
    of = work("specialist", "chairman")
    asked = Staffing(studied(of, staff(cb01="specialist")), pairs_apart(of, ()))
    assert (asked.shortages(), [each.id for each in asked.unnamed]) == (((), ""), ["sign"])


def test_the_smallest_group_that_is_too_few_is_told_with_its_people_and_its_run() -> None:
    of = chain("one-stop-officer", "specialist", "division-head", "chairman")
    people = staff(
        cb01="specialist,division-head", cb02="specialist,division-head,chairman", cb03="one-stop-officer"
    )
    assert too_few(of, people) == [(("b", "c", "d"), ("cb01", "cb02"))]
    (found,), _ = Staffing(studied(of, people), pairs_apart(of, ())).shortages()
    assert (found.run, found.is_clique, found.is_of_one_role) == (("a", "b", "c", "d"), True, False)


def test_duties_that_are_not_all_held_apart_may_still_have_no_lawful_assignment() -> None:
    # five in a circle, each apart from the next: two people are not enough although no pair is short
    circle = ["ab", "bc", "cd", "de", "ea"]
    of = chain(*["specialist"] * 5, apart=circle)
    two = staff(cb01="specialist", cb02="specialist")
    (found,), _ = Staffing(studied(of, two), pairs_apart(of, ())).shortages()
    assert (found.steps, found.is_clique) == (tuple("abcde"), False)
    assert too_few(of, staff(cb01="specialist", cb02="specialist", cb03="specialist")) == []


def test_three_duties_of_which_each_two_meet_but_never_all_need_two_people() -> None:
    of = procedure(
        step("start", Flow("ab", "1"), Flow("bc", "2"), Flow("ac", "3")),
        step("ab", "b", kinds=("check",), role="specialist"),
        step("b", kinds=("review",), role="specialist"),
        step("bc", "c", kinds=("review",), role="specialist"),
        step("c", kinds=("archive",), role="specialist"),
        step("ac", "c2", kinds=("check",), role="specialist"),
        step("c2", kinds=("archive",), role="specialist"),
        separation=separations(["check", "review", "archive"]),
    )
    assert too_few(of, staff(cb01="specialist", cb02="specialist")) == []
    assert len(too_few(of, staff(cb01="specialist"))) == 3


def test_whoever_left_or_holds_an_expired_letter_does_not_count() -> None:
    of = work("specialist", "chairman")
    here = {"cb01": Person("cb01", ("specialist", "chairman")), "cb02": Person("cb02", ("specialist",))}
    left = {**here, "cb02": replace(here["cb02"], in_office=PAST)}
    assert too_few(of, Organisation(roles=roles, people=here)) == []
    assert too_few(of, Organisation(roles=roles, people=left)) == [(("look", "sign"), ("cb01",))]
    for days, lacking in ((NOW, []), (PAST, [(("look", "sign"), ("cb01",))])):
        people = {"cb01": here["cb01"], "cb03": Person("cb03")}
        letter = Delegation("cb03", "chairman", in_force=days)
        assert too_few(of, Organisation(roles=roles, people=people, delegations=(letter,))) == lacking
    gone = {"cb01": here["cb01"], "cb03": Person("cb03", in_office=PAST)}
    letters = (Delegation("cb03", "chairman"),)
    assert too_few(of, Organisation(roles=roles, people=gone, delegations=letters)) != []


def test_people_of_another_office_do_not_count_and_those_above_or_below_do() -> None:
    units = {
        name: Unit(name, step(name).name, parent=up) for name, up in (("top", ""), ("a", "top"), ("b", "top"))
    }
    people = {name: Person(name, ("specialist",), name) for name in units}
    asked = Staff(Organisation(units, roles, people), TODAY)
    assert asked.who(step("x", role="specialist", unit="a")) == {"a", "top"}
    assert asked.who(step("x", role="specialist")) == {"a", "b", "top"}
    assert asked.who(step("x", role="chairman", unit="a")) is None
    away = Organisation(units, roles, {"b": people["b"]}, (Delegation("b", "specialist", "a", NOW),))
    assert Staff(away, TODAY).who(step("x", role="specialist", unit="a")) == {"b"}


def test_a_deputy_and_who_covers_a_role_stand_in_and_a_specialist_does_not() -> None:
    ranks = {
        "chairman": Role("chairman", step("c").name, is_leader=True, covers=("vice", "specialist")),
        "vice": Role("vice", step("v").name, is_leader=True),
        "specialist": Role("specialist", step("s").name),
    }
    people = {role: Person(role, (role,)) for role in ranks}
    asked = Staff(Organisation({}, ranks, people), TODAY)
    who = {role: asked.who(step("x", role=role)) for role in ranks}
    assert who == {
        "chairman": {"chairman", "vice"},
        "vice": {"chairman", "vice"},
        "specialist": {"chairman", "specialist"},
    }


def test_a_signature_is_the_authoritys_if_everybody_at_the_step_holds_a_letter_on_the_day() -> None:
    sign = step("sign", role="division-head")
    people = {name: Person(name, ("division-head",)) for name in ("cb01", "cb02")}

    def signs(*letters: Delegation) -> bool:
        known = Organisation(roles=roles, people=people, delegations=letters)
        return signs_for(known, sign, "chairman", TODAY)

    one, other = Delegation("cb01", "chairman", in_force=NOW), Delegation("cb02", "chairman")
    assert signs(one, other)
    assert not signs(one)
    assert not signs(replace(one, in_force=PAST), other)
    assert signs_for(Organisation(roles=roles), replace(sign, role="chairman"), "chairman", TODAY)


def test_posts_are_told_by_role_and_unit_with_all_their_steps() -> None:
    of = procedure(
        step("a", "b", role="specialist"), step("b", "c", role="chairman"), step("c", role="specialist")
    )
    found = posts(studied(of, staff(cb01="specialist")))
    assert {post: (people, [each.id for each in at]) for post, (people, at) in found.items()} == {
        ("specialist", ""): ({"cb01"}, ["a", "c"])
    }


# -- against enumeration ----------------------------------------------------------------------------


def lawful(steps: Sequence[str], choices: Mapping[str, frozenset[str]], apart: set[frozenset[str]]) -> bool:
    """Whether any of all assignments keeps every two steps of `apart` apart."""
    for people in product(*(sorted(choices[each]) for each in steps)):
        given_to = dict(zip(steps, people, strict=True))
        if not any(given_to[a] == given_to[b] for a, b in combinations(steps, 2) if {a, b} in apart):
            return True
    return False


@given(st.data())
def test_an_assignment_is_found_exactly_where_there_is_one_and_the_group_told_is_a_smallest(
    data: st.DataObject,
) -> None:
    steps = "abcdef"[: data.draw(st.integers(1, 6))]
    choices = {s: data.draw(st.frozensets(st.sampled_from("pqrs"), min_size=1, max_size=3)) for s in steps}
    pairs = [frozenset(pair) for pair in combinations(steps, 2)]
    apart = set(data.draw(st.sets(st.sampled_from(pairs)) if pairs else st.just(set())))
    neighbours = {s: frozenset(o for o in steps if {s, o} in apart and o != s) for s in steps}
    found, group = assignment(choices, neighbours), smallest_group(choices, neighbours)
    if lawful(steps, choices, apart):
        assert group == ()
        assert found is not None
        assert all(found[s] in choices[s] for s in steps)
        assert not any(found[a] == found[b] for a, b in map(sorted, apart))
        return
    assert found is None
    assert not lawful(group, choices, apart)
    assert all(
        lawful(each, choices, apart) for size in range(1, len(group)) for each in combinations(steps, size)
    )


def played(of: Procedure) -> Game:
    """The game of a sound procedure that is small enough to list."""
    game = Game(of)
    try:
        assume(game.is_sound())
    except (TooLarge, Unsafe):
        assume(False)
    return game


DRAWN = st.one_of(block_procedures(7), layered_procedures(inclusive=True), choice_procedures(6))


@settings(deadline=None)
@given(DRAWN, st.data())
def test_the_steps_that_meet_on_a_run_are_those_of_the_game_and_the_run_is_a_shortest(
    of: Procedure, data: st.DataObject
) -> None:
    game = played(of)
    visible = [each.id for each in of.steps if not each.is_silent]
    assume(visible)
    picked = data.draw(st.lists(st.sampled_from(visible), min_size=1, max_size=4, unique=True))
    asked = studied(of)
    together = [
        frozenset(chosen)
        for size in range(len(picked) + 1)
        for chosen in combinations(range(len(picked)), size)
        if game.has_run([picked[n] for n in chosen])
    ]
    assert companies(asked, [[each] for each in picked]) == {
        each for each in together if not any(each < other for other in together)
    }
    for chosen in together:
        wanted = frozenset(picked[n] for n in chosen)
        away = {each for each in picked if each not in wanted}
        run = run_through(asked, [[each] for each in sorted(wanted)], away)

        def phase(at: object, fired: str, out: set[str] = away, on: frozenset[str] = wanted) -> object | None:
            return None if fired in out else at | ({fired} & on)

        shortest = game.shortest(phase, frozenset(), wanted.__eq__)
        assert (None if run is None else len(run)) == shortest
        assert run is None or (
            wanted <= set(run) and not away & set(run) and game.replay(run) == (None, True)
        )


@st.composite
def dated_organisations(draw: st.DrawFn) -> Organisation:
    """People who hold roles, some no longer, and letters of delegation, some expired."""
    days = st.sampled_from((Period(), Period(), NOW, PAST))
    role = st.sampled_from(ROLES)
    people = {
        f"cb{n}": Person(f"cb{n}", tuple(draw(st.lists(role, max_size=2, unique=True))), in_office=draw(days))
        for n in range(draw(st.integers(1, 4)))
    }
    letters = [
        Delegation(draw(st.sampled_from(sorted(people))), draw(role), in_force=draw(days))
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Organisation(roles=roles, people=people, delegations=tuple(letters))


def who_may(organisation: Organisation, role: str) -> tuple[set[str], bool]:
    """Who may act in a role today, and whether anybody was ever named for it; roles cover nothing here."""
    here, ever = set(), False
    for person in organisation.people.values():
        terms = [person.in_office] if role in person.roles else []
        terms += [d.in_force for d in organisation.delegations if d.person == person.id and d.role == role]
        ever = ever or bool(terms)
        if person.in_office.holds(TODAY) and any(term.holds(TODAY) for term in terms):
            here.add(person.id)
    return here, ever


@settings(deadline=None)
@given(
    st.one_of(block_procedures(6), layered_procedures()),
    dated_organisations(),
    st.lists(st.sampled_from(("check", "review", "archive", "other")), min_size=2, unique=True),
    st.data(),
)
def test_a_shortage_is_found_exactly_where_some_run_has_no_lawful_assignment(
    drawn: Procedure, organisation: Organisation, duties: list[str], data: st.DataObject
) -> None:
    steps = [replace(each, role=each.role or data.draw(st.sampled_from(ROLES))) for each in drawn.steps]
    of = procedure(*steps, start=drawn.start, separation=separations(duties))
    game = played(of)
    choices: dict[str, frozenset[str]] = {}
    for each in of.steps:
        people, ever = who_may(organisation, each.role)
        if set(each.kinds) & set(duties) and ever and people:
            choices[each.id] = frozenset(people)
    kinds = {each.id: set(each.kinds) & set(duties) for each in of.steps}
    apart = {
        frozenset((a, b))
        for a, b in combinations(choices, 2)
        if any(x != y for x in kinds[a] for y in kinds[b])
    }
    found, reason = Staffing(studied(of, organisation), pairs_apart(of, ())).shortages()
    assert reason == ""
    unlawful = [
        set(chosen)
        for size in range(1, len(choices) + 1)
        for chosen in combinations(choices, size)
        if not lawful(chosen, choices, apart) and game.has_run(chosen)
    ]
    assert bool(found) == bool(unlawful)
    for each in found:
        assert set(each.steps) in unlawful
        # a pair that the definition leaves to one role is set aside: groups found later may hold it
        told = [set(pair.steps) for pair in found if pair.is_of_one_role]
        assert told or not any(other < set(each.steps) for other in unlawful)
        assert set(each.people) == {person for name in each.steps for person in choices[name]}
        assert set(each.steps) <= set(each.run)


# -- controls ---------------------------------------------------------------------------------------


def bypassed(*steps: Step, start: str = "") -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    asked = studied(procedure(*steps, start=start))
    return [(b.control.id, b.guarded.id, b.run, b.outcomes) for b in bypasses(asked, controls(asked))]


def control(name: str, *flows: str | Flow, **more: object) -> Step:
    return step(name, *flows, **{"kinds": ("review",), "control": True, **more})


SIGNED = step("sign", kinds=("approve_sign",))


def test_a_control_that_some_runs_go_around_is_told_with_the_run_and_its_choices() -> None:
    draft = step("draft", Flow("look", "ordinary"), Flow("way", "urgent"))
    way = step("way", Flow("sign", "small"), Flow("look", "large"), kinds=("route",))
    assert bypassed(draft, way, control("look", "sign"), SIGNED) == [
        ("look", "sign", ("draft", "sign"), ("urgent", "small"))
    ]
    assert bypassed(step("draft", "look"), control("look", "sign"), SIGNED) == []


def test_a_dossier_that_is_turned_away_bypasses_nothing() -> None:
    draft = step("draft", Flow("look", "fit"), Flow("refuse", "unfit"))
    refuse = step("refuse", "back", kinds=("refuse",))
    back = step("back", kinds=("return_result",))
    signed = step("sign", "back", kinds=("approve_sign",))
    assert bypassed(draft, refuse, control("look", "sign"), signed, back) == []


def test_each_of_two_ways_may_have_its_own_control_of_the_same_kind() -> None:
    draft = step("draft", Flow("one", "small"), Flow("two", "large"))
    assert bypassed(draft, control("one", "sign"), control("two", "sign"), SIGNED) == []
    other = control("two", "sign", kinds=("appraise",))
    assert [each[0] for each in bypassed(draft, control("one", "sign"), other, SIGNED)] == ["one", "two"]


def test_a_control_beside_the_work_and_one_that_guards_nothing_are_not_bypassed() -> None:
    assert bypassed(step("a", "b"), control("b", "c"), step("c")) == []
    fork = step("fork", "look", "draft", split=Split.ALL)
    signed = replace(SIGNED, join=Join.ALL)
    assert bypassed(fork, control("look", "sign"), step("draft", "sign"), signed) == []


def test_a_case_in_which_a_control_is_never_due_is_no_bypass() -> None:
    draft = step("draft", Flow("look", "checked", "verification"), Flow("sign", "plain", "default"))
    assert bypassed(draft, control("look", "sign"), SIGNED) == []


@settings(deadline=None)
@given(DRAWN, st.data())
def test_a_control_is_bypassed_exactly_where_the_game_has_such_a_run(
    drawn: Procedure, data: st.DataObject
) -> None:
    marks = [not each.is_silent and data.draw(st.booleans()) for each in drawn.steps]
    steps = [replace(each, control=mark) for each, mark in zip(drawn.steps, marks, strict=True)]
    of = procedure(*steps, start=drawn.start)
    game, asked = played(of), studied(of)
    marked = controls(asked)
    found = {each.control.id: each for each in bypasses(asked, marked)}
    for each in found.values():
        assert game.replay(each.run) == (None, True)
        assert each.guarded.id in each.run
        assert each.control.id not in each.run
    for each in marked:
        alone = not any(set(other.kinds) & set(each.kinds) for other in marked if other is not each)
        signing = [o.id for o in of.of_kind("approve_sign", "number_stamp") if asked.reaches(each.id, o.id)]
        if each.id not in found and alone and len(signing) == 1 and each.id not in signing:

            def phase(at: object, fired: str, out: str = each.id, aim: str = signing[0]) -> object | None:
                return None if fired == out else at or fired == aim

            assert game.shortest(phase, False, bool) is None
