"""What every run has and what some run has, against a game that plays all of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis import reduction
from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Procedure, Split
from tests.strategies import (
    block_procedures,
    cased_procedures,
    choice_procedures,
    gateway,
    graph_procedures,
    layered_procedures,
    procedure,
    step,
)
from tests.token_game import Game, TooLarge


def moderate(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def studied(of: Procedure) -> Study:
    return study(of, Organisation(), dt.date(2026, 3, 2))


def visible(of: Procedure) -> list[str]:
    return [each.id for each in of.steps if not each.is_silent]


def check_everything(of: Procedure, game: Game) -> None:
    known = studied(of)
    assert known.structure.is_sound is True, known.structure
    for name in visible(of):
        avoiding = game.shortest_avoiding({name})
        run = known.run_avoiding(name)
        assert known.on_every_run(name) == (avoiding is None)
        assert (None if run is None else len(run)) == avoiding
        if run is not None:
            assert name not in run
            assert game.replay(run) == (None, True)
        before = {x for x in visible(of) if x != name and not game.can_come_without(name, x)}
        after = {x for x in visible(of) if x != name and not game.can_end_without(name, x)}
        assert known.must_before(name) == before
        assert known.must_after(name) == after
        for other in visible(of):
            check_pair(known, game, name, other)


def check_pair(known: Study, game: Game, a: str, b: str) -> None:
    expected = game.shortest_out_of_order({a}, {b})
    run = known.run_with_before(a, b)
    assert (None if run is None else len(run)) == expected
    if run is not None:
        assert run.index(b) < run.index(a)
        assert game.replay(run) == (None, True)
    assert known.can_meet(a, b) == game.has_run({a, b})
    without = game.shortest(lambda at, fired: None if fired == b else at or fired == a, False, bool)
    assert (b in known.must_of_end(a)) == (without is None)


@given(block_procedures(8))
@moderate(60)
def test_a_procedure_made_of_blocks_is_known_completely(drawn: Procedure) -> None:
    game = Game(drawn, limit=150)
    try:
        assert game.is_sound()
    except TooLarge:
        assume(False)
    check_everything(drawn, game)


@given(st.one_of(layered_procedures(), layered_procedures(inclusive=True), graph_procedures(5)))
@moderate(250)
def test_any_sound_graph_is_known_completely(drawn: Procedure) -> None:
    game = Game(drawn, limit=300)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    check_everything(drawn, game)


@given(st.one_of(choice_procedures(), block_procedures(6), layered_procedures(inclusive=True)))
@moderate(80)
def test_what_does_not_reduce_to_blocks_is_known_as_well(drawn: Procedure) -> None:
    game = Game(drawn, limit=100)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    check_everything(drawn, game)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reduction, "_CAPS", ())
        check_everything(drawn, game)


@given(block_procedures(8), st.data())
@moderate(60)
def test_any_of_several_names_will_do(drawn: Procedure, data: st.DataObject) -> None:
    game = Game(drawn, limit=300)
    try:
        game.graph()
    except TooLarge:
        assume(False)
    some = st.sets(st.sampled_from(visible(drawn) or ["none"]), min_size=1, max_size=3)
    first, second = data.draw(some), data.draw(some)
    known = studied(drawn)
    avoiding = game.shortest_avoiding(first)
    run = known.run_avoiding(first)
    assert (known.on_every_run(first), None if run is None else len(run)) == (avoiding is None, avoiding)
    wrong = known.run_with_before(first, second)
    assert (None if wrong is None else len(wrong)) == game.shortest_out_of_order(first, second)


@given(st.one_of(block_procedures(8), choice_procedures(7)), st.data(), st.sampled_from([(4, 16), ()]))
@moderate(120)
def test_many_questions_at_once_are_answered_like_each_by_itself(
    drawn: Procedure, data: st.DataObject, caps: tuple[int, ...]
) -> None:
    game = Game(drawn, limit=200)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    some = st.frozensets(st.sampled_from([*visible(drawn), "none"]), max_size=3)
    questions = data.draw(st.lists(some, max_size=5))
    pairs = data.draw(st.lists(st.tuples(some, some), max_size=5))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reduction, "_CAPS", caps)
        known = studied(drawn)
        runs, inverted = known.runs_avoiding(questions), known.can_invert(pairs)
        assert runs == [known.run_avoiding(names) for names in questions]
        assert inverted == [known.run_with_before(*pair) is not None for pair in pairs]
    lengths = [None if run is None else len(run) for run in runs]
    assert lengths == [game.shortest_avoiding(names) for names in questions]
    assert inverted == [game.shortest_out_of_order(*pair) is not None for pair in pairs]


@given(graph_procedures(7), st.data())
@moderate(100)
def test_the_first_of_some_steps_are_those_that_none_of_them_leads_to(
    drawn: Procedure, data: st.DataObject
) -> None:
    steps = [each.id for each in drawn.steps]
    some = data.draw(st.lists(st.sampled_from(steps), unique=True))
    known = studied(drawn)
    led = [(a, b) for a in some for b in some if known.reaches(a, b)]
    after = {b for a, b in led if a != b and (b, a) not in led}
    assert known.first_of(some) == tuple(step for step in some if step not in after)


@given(block_procedures(10))
@moderate(60)
def test_a_kind_is_on_every_run_if_its_steps_together_are(drawn: Procedure) -> None:
    known = studied(drawn)
    for kind in {kind for each in drawn.steps for kind in each.kinds if kind != "route"}:
        steps = [each.id for each in drawn.of_kind(kind)]
        assert known.on_every_run(kind) == known.on_every_run(steps) == (known.run_avoiding(steps) is None)


@given(cased_procedures())
@moderate(60)
def test_a_procedure_with_cases_has_the_runs_of_each(drawn: Procedure) -> None:
    games = [Game(drawn, case) for case in drawn.limits]
    known = studied(drawn)
    assume(known.structure.is_sound)
    try:
        assume(all(len(game.graph()) < 60 for game in games))
    except TooLarge:
        assume(False)
    for name in visible(drawn):
        avoiding = [game.shortest_avoiding({name}) for game in games]
        assert known.on_every_run(name) == all(length is None for length in avoiding)
        run = known.run_avoiding(name)
        expected = min((length for length in avoiding if length is not None), default=None)
        assert (None if run is None else len(run)) == expected
        before = {
            other
            for other in visible(drawn)
            if other != name and not any(game.can_come_without(name, other) for game in games)
        }
        assert known.must_before(name) == (before if any(game.has_run({name}) for game in games) else set())


TWO_BRANCHES = procedure(
    step("receive", "visit", "consult", split=Split.ALL),
    step("visit", "draft"),
    step("consult", "draft", kinds=("consult",)),
    step("draft", join=Join.ALL),
)


def test_required_on_every_run_is_not_dominance() -> None:
    graph = nx.DiGraph([(each.id, flow.to) for each in TWO_BRANCHES.steps for flow in each.flows])
    assert nx.immediate_dominators(graph, "receive")["draft"] == "receive"
    assert studied(TWO_BRANCHES).on_every_run("visit") is True


def test_parallel_steps_have_no_order() -> None:
    known = studied(TWO_BRANCHES)
    assert known.run_with_before("visit", "consult") == ("receive", "consult", "visit", "draft")
    assert known.run_with_before("consult", "visit") == ("receive", "visit", "consult", "draft")
    assert known.run_with_before("receive", "draft") is None
    assert known.must_before("draft") == {"receive", "visit", "consult"}
    assert known.must_after("visit") == {"draft"}
    assert known.must_of_end("draft") == {"receive", "visit", "consult", "draft"}


def test_order_is_judged_only_where_both_happen() -> None:
    known = studied(
        procedure(
            step("check", Flow("approve", "well"), Flow("stamp", "ill")),
            step("approve", "stamp"),
            step("stamp"),
        )
    )
    assert known.run_with_before("approve", "stamp") is None


def test_one_step_of_both_kinds_is_in_order() -> None:
    known = studied(
        procedure(step("all-in-one", "end", kinds=("receive", "check")), step("end", kinds=("check",)))
    )
    assert known.run_with_before("receive", "check") is None
    assert known.on_every_run("check") is True


SUPPLEMENT = procedure(
    step("check", Flow("ask", "incomplete"), Flow("sign", "complete"), Flow("refuse", "ineligible")),
    step("ask", "check"),
    step("sign"),
    step("refuse"),
    start="check",
)


def test_what_comes_back_through_a_loop_may_precede() -> None:
    known = studied(SUPPLEMENT)
    assert known.must_before("ask") == {"check"}
    assert known.must_after("ask") == {"check"}
    assert known.run_with_before("ask", "check") == ("check", "ask", "check", "sign")
    assert known.run_avoiding("sign") == ("check", "refuse")
    assert known.run_avoiding(["sign", "refuse"]) is None
    assert known.on_every_run(["sign", "refuse"]) is True
    assert known.can_meet("sign", "refuse") is False


def test_anytime_steps_are_on_no_run() -> None:
    known = studied(procedure(step("a", "b"), step("b"), step("sorry", anytime=True, kinds=("apologise",))))
    assert known.on_every_run("apologise") is False
    assert known.run_avoiding("apologise") == ("a", "b")
    assert (
        known.must_before("sorry") == known.must_after("sorry") == known.must_of_end("sorry") == frozenset()
    )


def test_a_kind_that_is_not_there_is_on_no_run() -> None:
    assert studied(TWO_BRANCHES).on_every_run("archive") is False
    assert studied(TWO_BRANCHES).run_avoiding("archive") == ("receive", "visit", "consult", "draft")


DEADLOCK = procedure(
    step("receive", "check"),
    step("check", Flow("a", "x"), Flow("b", "y")),
    step("a", "sign"),
    step("b", "sign"),
    step("sign", join=Join.ALL),
)


def test_where_nothing_is_sound_only_what_the_graph_shows_is_known() -> None:
    known = studied(DEADLOCK)
    assert (known.structure.is_sound, known.is_decided) == (False, False)
    assert known.on_every_run("check") is True  # every path to the end passes it
    assert known.on_every_run("archive") is False  # it is not there
    assert known.on_every_run("a") is None
    assert (known.run_avoiding("a"), known.run_with_before("a", "b")) == (None, None)
    assert (known.must_before("sign"), known.can_meet("a", "b")) == (frozenset(), True)


def test_around_a_trap_and_an_unreachable_step_the_complete_runs_are_known() -> None:
    known = studied(
        procedure(
            step("receive", Flow("sign", "well"), Flow("lost", "ill")),
            step("sign"),
            step("lost", "lost2"),
            step("lost2", "lost"),
            step("never", "sign"),
            start="receive",
        )
    )
    assert (known.structure.is_sound, known.is_decided) == (False, True)
    assert known.on_every_run("sign") is True
    assert known.run_avoiding("lost") == ("receive", "sign")


def test_where_no_end_can_be_reached_nothing_is_asked() -> None:
    assert studied(procedure(step("a", "b"), step("b", "a"), start="a")).on_every_run("a") is None


def test_with_two_entries_nothing_is_decided() -> None:
    desk = {"kinds": ("receive",)}
    known = studied(procedure(step("a", "c", **desk), step("b", "c", **desk), step("c")))
    assert (known.on_every_run("c"), known.on_every_run("a"), known.is_decided) == (True, None, False)


def test_a_choice_is_not_made_before_its_step_where_an_inclusive_join_watches() -> None:
    watched = procedure(
        gateway("start", "late", "decide", split=Split.ALL),
        step("decide", Flow("late", "join"), Flow("end", "leave")),
        step("late", "end", join=Join.SOME),
        gateway("end", join=Join.SOME),
    )
    assert studied(watched).must_before("late") == {"decide"}


def test_silent_gateways_are_on_no_run_and_seen_through() -> None:
    known = studied(
        procedure(
            step("a", "g"),
            gateway("g", Flow("b", "x"), Flow("h", "y")),
            step("b", "h"),
            gateway("h", "c"),
            step("c"),
        )
    )
    assert known.run_avoiding("b") == ("a", "c")
    assert known.followers("a") == ("b", "c")
    assert (known.followers("nobody"), known.reaches("nobody", "a")) == ((), False)
    assert (known.reaches("a", "c"), known.reaches("c", "a"), known.reaches("a", "a")) == (True, False, False)
    assert studied(SUPPLEMENT).reaches("check", "check") is True


def test_a_wide_and_long_block_is_asked_in_one_sweep() -> None:
    branches = [[f"b{n}-{m}" for m in range(3)] for n in range(300)]
    steps = [step(a, b) for branch in branches for a, b in zip(branch, [*branch[1:], "join"], strict=True)]
    split = gateway("split", *(branch[0] for branch in branches), split=Split.ALL)
    known = studied(procedure(split, *steps, step("join", join=Join.ALL)))
    assert known.on_every_run("b7-1") is True
    assert len(known.must_before("join")) == 900
    assert known.run_with_before("b7-0", "b8-2") is not None


def test_the_same_procedure_is_studied_once_for_dossiers() -> None:
    from iso_audit.analysis.study import study_of

    copy = replace(TWO_BRANCHES)
    assert study_of(TWO_BRANCHES) is study_of(TWO_BRANCHES)
    assert study_of(copy) is not study_of(TWO_BRANCHES)
