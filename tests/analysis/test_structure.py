"""Shape and soundness of procedures, against a game that plays every run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import networkx as nx
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.faults import faults_of
from iso_audit.analysis.graph import graph_of
from iso_audit.analysis.soundness import Structure
from iso_audit.analysis.study import study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Procedure, Split
from tests.strategies import (
    block_procedures,
    gateway,
    graph_procedures,
    layered_procedures,
    procedure,
    step,
    working_days,
)
from tests.token_game import Game, TooLarge, Unsafe

moderate = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
graphs = st.one_of(layered_procedures(), layered_procedures(inclusive=True), graph_procedures(6))


def structure(*steps: object, **more: object) -> Structure:
    of = procedure(*steps, **more)  # type: ignore[arg-type]
    return study(of, Organisation(), dt.date(2026, 3, 2)).structure


def structure_of(of: Procedure) -> Structure:
    return study(of, Organisation(), dt.date(2026, 3, 2)).structure


def properties(of: Procedure) -> tuple[bool | None, bool | None, bool | None, set[str]]:
    found = structure_of(of)
    known = (found.once.holds, found.finishes.holds, found.ends_once.holds)
    assert found.all_happen.holds is not None
    return (*known, set(found.all_happen.steps))


@given(graphs)
@moderate
def test_the_verdict_is_that_of_playing_every_run(drawn: Procedure) -> None:
    try:
        sound = Game(drawn).is_sound()
    except TooLarge:
        assume(False)
    assert structure_of(drawn).is_sound is sound


@given(graphs)
@moderate
def test_each_property_is_that_of_playing_every_run(drawn: Procedure) -> None:
    try:
        expected = Game(drawn, counts=True).properties()
    except TooLarge:
        assume(False)
    assert properties(drawn) == expected


@given(block_procedures(12))
@moderate
def test_what_is_made_of_blocks_is_sound(drawn: Procedure) -> None:
    assert structure_of(drawn).is_sound is True


@given(graphs)
@moderate
def test_the_run_shown_leads_into_the_problem(drawn: Procedure) -> None:
    found = structure_of(drawn)
    assume(found.problem in ("deadlock", "twice", "ends-twice"))
    game = Game(drawn)
    try:
        states = game.silently(game.starts)
        for symbol in found.problem_run:
            states = game.silently({after for s in states for each, after in game.moves(s) if each == symbol})
        # what no longer waits for anything may still be done
        ahead = list(states)
        for state in ahead:
            ahead += [after for _, after in game.moves(state) if after not in states]
            states |= set(ahead)
    except Unsafe:
        assert found.problem != "deadlock"
        return
    assert found.problem == "deadlock"
    stuck = [s for s in states if not game.is_complete(s) and not game.moves(s)]
    assert any({token[2] for token in s} >= set(found.problem_steps) for s in stuck)


@given(graph_procedures(7))
@moderate
def test_cycles_are_those_that_networkx_finds(drawn: Procedure) -> None:
    graph = graph_of(drawn)
    known = nx.DiGraph(list(zip(graph.source, graph.target, strict=True)))
    expected = sorted(
        sorted(each)
        for each in nx.strongly_connected_components(known)
        if len(each) > 1 or known.has_edge(*(tuple(each) * 2))
    )
    assert graph.cycles(bytearray(b"\1") * len(graph.steps)) == expected


def test_a_plain_procedure_has_one_entry_and_its_ends() -> None:
    found = structure(
        step("receive", "check"),
        step("check", Flow("return", "ok"), Flow("refuse", "no")),
        step("return"),
        step("refuse"),
    )
    assert found == Structure(("receive",), ("return", "refuse"), (), (), (), (), True)


def test_a_procedure_is_entered_where_dossiers_come_in_or_at_its_first_step() -> None:
    found = structure(step("a", "b"), step("b"), step("lost", "b"))
    assert (found.entries, found.unreachable, found.problem) == (("a",), ("lost",), "unreachable")
    found = structure(step("lost", "b"), step("b"), step("a", "b", kinds=("receive",)))
    assert (found.entries, found.unreachable) == (("a",), ("lost",))


def test_a_second_desk_that_nothing_leads_to_is_a_second_entry() -> None:
    found = structure(step("a", "b", kinds=("receive",)), step("b"), step("post", "b", kinds=("receive",)))
    assert (found.entries, found.is_sound, found.problem) == (("a", "post"), False, "several-entries")
    assert found.problem_steps == ("a", "post")


def test_with_a_start_a_step_that_nothing_leads_to_is_unreachable() -> None:
    found = structure(step("a", "b"), step("b"), step("lost", "b"), start="a")
    assert (found.entries, found.unreachable, found.problem) == (("a",), ("lost",), "unreachable")


def test_without_a_beginning_there_is_no_entry() -> None:
    found = structure(step("a", "b"), step("b", Flow("a", "again"), Flow("c", "done")), step("c"))
    assert (found.entries, found.unreachable, found.is_sound, found.problem) == ((), (), False, "no-entry")


def test_a_start_may_have_flows_into_it() -> None:
    found = structure(step("a", "b"), step("b", Flow("a", "again"), Flow("c", "done")), step("c"), start="a")
    assert (found.entries, found.is_sound) == (("a",), True)


def test_an_empty_procedure_has_no_entry() -> None:
    assert structure().problem == "no-entry"


def test_a_cycle_without_exit_is_a_trap_and_nobody_can_say_when_it_repeats() -> None:
    found = structure(
        step("a", Flow("b", "well"), Flow("c", "ill")), step("b"), step("c", "d"), step("d", "c")
    )
    assert (found.trapped, found.unlabelled_cycles) == (("c", "d"), (("c", "d"),))
    assert (found.problem, found.problem_run, found.problem_steps) == ("trapped", ("a", "c"), ("c", "d"))


def test_a_deadlock_is_told_although_there_is_a_trap_as_well() -> None:
    found = structure(
        step("a", Flow("b", "well"), Flow("lost", "ill")),
        step("lost", "lost2"),
        step("lost2", "lost"),
        step("b", Flow("c", "x"), Flow("d", "y")),
        step("c", "e"),
        step("d", "e"),
        step("e", join=Join.ALL),
    )
    assert (found.trapped, found.problem, found.problem_run) == (
        ("lost", "lost2"),
        "deadlock",
        ("a", "b", "c"),
    )


def test_a_flow_to_an_anytime_step_leads_out_of_the_graph() -> None:
    found = structure(
        step("a", Flow("b", "well"), Flow("sorry", "late")), step("b"), step("sorry", "b", anytime=True)
    )
    assert (found.is_sound, found.ends) == (True, ("b",))


def test_a_procedure_that_only_runs_in_a_circle_has_no_end() -> None:
    found = structure(step("a", "b"), step("b", "a"), start="a")
    assert (found.ends, found.problem) == ((), "no-end")


def test_a_repeating_choice_without_names_is_unlabelled() -> None:
    def cycle(again: str, done: str) -> tuple[tuple[str, ...], ...]:
        return structure(
            step("a", "b"), step("b", Flow("a", again), Flow("c", done)), step("c"), start="a"
        ).unlabelled_cycles

    assert cycle("", "") == (("a", "b"),)
    assert cycle("incomplete", "") == ()
    assert cycle("", "complete") == ()


def test_a_cycle_is_bounded_by_any_step_of_it_that_says_how_often() -> None:
    def cycles(at_most: int | None) -> tuple[tuple[str, ...], ...]:
        return structure(
            step("check", Flow("ask", "incomplete"), Flow("done", "complete")),
            step("ask", "check", at_most=at_most),
            step("done"),
            start="check",
        ).unbounded_cycles

    assert cycles(None) == (("check", "ask"),)
    assert cycles(1) == ()


def test_a_bound_on_one_of_two_loops_leaves_the_other_unbounded() -> None:
    found = structure(
        step("check", Flow("ask", "incomplete"), Flow("consult", "unclear"), Flow("done", "complete")),
        step("ask", "check", at_most=1),
        step("consult", "check"),
        step("done"),
        start="check",
    )
    assert found.unbounded_cycles == (("check", "consult"),)


def test_waiting_for_an_exclusive_alternative_is_a_deadlock() -> None:
    found = structure(
        step("check", Flow("a", "x"), Flow("b", "y")),
        step("a", "sign"),
        step("b", "sign"),
        step("sign", join=Join.ALL),
    )
    assert (found.is_sound, found.problem) == (False, "deadlock")
    assert (found.problem_run, found.problem_steps) == (("check", "a"), ("sign",))


def test_two_outcomes_that_lead_to_one_step_are_not_waited_for_both() -> None:
    found = structure(
        gateway("both", "check", "consult", split=Split.ALL),
        step("check", Flow("draft", "good"), Flow("draft", "good with notes")),
        step("consult", "draft"),
        step("draft", join=Join.ALL),
    )
    assert found.is_sound is True


def test_parallel_branches_that_merge_without_waiting_go_on_twice() -> None:
    found = structure(
        step("assign", "visit", "consult", split=Split.ALL),
        step("visit", "draft"),
        step("consult", "draft"),
        step("draft"),
    )
    assert (found.problem, found.problem_steps) == ("ends-twice", ("draft",))
    assert found.problem_run.count("draft") == 2


def test_parallel_branches_may_end_by_themselves() -> None:
    found = structure(step("assign", "visit", "file", split=Split.ALL), step("visit"), step("file"))
    assert (found.is_sound, found.ends) == (True, ("visit", "file"))


def test_an_end_reached_twice_is_a_problem() -> None:
    found = structure(
        step("assign", "visit", "consult", split=Split.ALL),
        step("visit", "file"),
        step("consult", "file"),
        step("file"),
    )
    assert (found.problem, found.ends_once.holds, found.once.holds) == ("ends-twice", False, True)


def test_an_inclusive_block_is_sound_and_needs_its_join() -> None:
    def problem(join: Join) -> str:
        return structure(
            step("a", "b", "c", split=Split.SOME), step("b", "d"), step("c", "d"), step("d", join=join)
        ).problem

    assert (problem(Join.SOME), problem(Join.ANY), problem(Join.ALL)) == ("", "ends-twice", "deadlock")


def test_an_inclusive_join_closes_any_block() -> None:
    for split in Split:
        found = structure(
            step("a", Flow("b", "x"), Flow("c", "y"), split=split),
            step("b", "d"),
            step("c", "d"),
            step("d", join=Join.SOME),
        )
        assert found.is_sound is True


def test_anytime_steps_stand_outside() -> None:
    found = structure(
        step("a", "b"), step("b"), step("apologise", anytime=True), step("stop", "b", anytime=True)
    )
    assert (found.entries, found.ends, found.unreachable, found.is_sound) == (("a",), ("b",), (), True)


def test_a_step_that_waits_for_an_unreachable_one_never_happens() -> None:
    found = structure(step("a", "b"), step("b", join=Join.ALL), step("lost", "b"), start="a")
    assert (found.is_sound, found.unreachable) == (False, ("lost",))


def test_in_a_case_only_its_own_flows_exist() -> None:
    steps = (
        step("receive", "check", Flow("verify", case="verification"), split=Split.ALL),
        step("check", "sign"),
        step("verify", "sign"),
        step("sign", join=Join.ALL),
    )
    limits = {"default": working_days(3), "verification": working_days(5)}
    assert structure(*steps, limits=limits).is_sound is True


def test_a_case_in_which_no_flow_goes_on_is_a_trap() -> None:
    steps = (step("receive", "check"), step("check", Flow("sign", case="urgent")), step("sign"))
    found = structure(*steps, limits={"default": working_days(3), "urgent": working_days(1)})
    assert (found.problem, found.trapped) == ("trapped", ("receive", "check"))
    assert structure(*steps, limits={"urgent": working_days(1)}).is_sound is True


def test_a_parallel_block_of_a_thousand_branches_is_one_sound_block() -> None:
    ids = [f"b{number}" for number in range(1_000)]
    found = structure(
        gateway("split", *ids, split=Split.ALL),
        *(step(each, "join") for each in ids),
        step("join", join=Join.ALL),
    )
    assert found.is_sound is True


def crossing(width: int) -> Procedure:
    """Parallel branches that each wait across: no blocks, and states that multiply."""
    fans = []
    for n in range(width):
        fans += [
            step(f"a{n}", f"b{n}", f"c{n}", split=Split.ALL),
            step(f"b{n}", f"d{n}", f"e{n}", split=Split.ALL),
            step(f"c{n}", f"e{n}"),
            step(f"d{n}", f"f{n}"),
            step(f"e{n}", f"f{n}", join=Join.ALL),
            step(f"f{n}", "end", join=Join.ALL),
        ]
    start = gateway("start", *(f"a{n}" for n in range(width)), split=Split.ALL)
    return procedure(start, *fans, step("end", join=Join.ALL))


def tangle(width: int) -> Procedure:
    """Parallel branches in a ring, each of which waits for its neighbour: one fragment, many states."""
    start = gateway("start", *(f"a{n}" for n in range(width)), split=Split.ALL)
    firsts = [step(f"a{n}", f"b{n}", f"c{n}", split=Split.ALL) for n in range(width)]
    thens = [step(f"b{n}", f"d{n}") for n in range(width)]
    across = [step(f"c{n}", f"d{(n + 1) % width}") for n in range(width)]
    joins = [step(f"d{n}", "end", join=Join.ALL) for n in range(width)]
    return procedure(start, *firsts, *thens, *across, *joins, step("end", join=Join.ALL))


def test_fragments_side_by_side_are_solved_each_by_itself() -> None:
    for width in (2, 8, 40):
        known = study(crossing(width), Organisation(), dt.date(2026, 3, 2))
        assert (known.structure.is_sound, known.is_decided) == (True, True)
        assert known.on_every_run("e0") is True
        assert known.run_with_before("b0", "e0") is None
        assert known.must_before("f1") >= {"a1", "b1", "c1", "d1", "e1"}


def test_a_fragment_is_known_like_the_whole_it_stands_in() -> None:
    inside, alone = crossing(3), crossing(1)
    known = study(inside, Organisation(), dt.date(2026, 3, 2))
    game = Game(alone)
    for a in ("b0", "c0", "d0", "e0"):
        for b in ("b0", "c0", "d0", "e0"):
            if a != b:
                expected = game.shortest_out_of_order({a}, {b}) is not None
                assert (known.run_with_before(a, b) is not None) is expected


def test_past_the_budget_of_states_the_verdict_is_undecided() -> None:
    known = study(tangle(12), Organisation(), dt.date(2026, 3, 2))
    assert (known.structure.is_sound, known.structure.problem) == (None, "undecided")
    assert known.structure.states == 20_000
    assert (known.is_decided, known.on_every_run("d0"), known.on_every_run("end")) == (False, None, True)


def test_what_is_undecided_is_left_open_with_its_reason() -> None:
    answer = faults_of(study(tangle(12), Organisation(), dt.date(2026, 3, 2)))
    (unknown,) = answer.unknowns
    assert (answer.breaches, unknown.reason, unknown.facts) == ((), "too-many-states", {"count": 20_000})


def test_past_the_budget_a_fault_that_a_plain_run_meets_is_still_told() -> None:
    def problem(split: Split, join: Join) -> str:
        wide = tangle(12)
        end = replace(wide.steps[-1], split=split, flows=(Flow("x", "x"), Flow("y", "y")))
        after = (step("x", "z"), step("y", "z"), step("z", "last", join=join), step("last"))
        return structure_of(replace(wide, steps=(*wide.steps[:-1], end, *after))).problem

    assert problem(Split.ALL, Join.ANY) == "twice"
    assert problem(Split.ONE, Join.ALL) == "deadlock"
    assert problem(Split.ALL, Join.ALL) == "undecided"


def test_an_inclusive_split_too_wide_to_list_reduces_or_shows_its_fault() -> None:
    wide = [f"b{number}" for number in range(20)]
    block = procedure(
        step("a", *wide, split=Split.SOME), *(step(each, "z") for each in wide), step("z", join=Join.SOME)
    )
    assert structure_of(block).is_sound is True
    broken = replace(block, steps=(*block.steps[:-1], replace(block.steps[-1], join=Join.ALL)))
    assert structure_of(broken).problem == "deadlock"
