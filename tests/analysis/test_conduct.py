"""What a procedure demands of a trace, against runs that an independent token game plays."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.conduct import early, required, stuck
from iso_audit.analysis.study import study_of
from iso_audit.model.procedure import Join, Procedure, Split
from iso_audit.model.trace import Symbol, Trace
from tests.strategies import block_procedures, gateway, procedure, step
from tests.token_game import Game, TooLarge, Unsafe


def trace(of: Procedure, steps: Sequence[str], **facts: int) -> Trace:
    return Trace(0, of, 0, "", {"closed": 1, **facts}, True, tuple(Symbol(name) for name in steps))


def run_of(of: Procedure, seed: int) -> list[str]:
    """The visible steps of one complete run, played at random."""
    rng, game = random.Random(seed), Game(of)
    state, steps = rng.choice(game.starts), []
    for _ in range(200):
        if game.is_complete(state):
            return steps
        moves = game.moves(state)
        assume(moves)
        name, state = rng.choice(moves)
        if not of.by_id[name].is_silent:
            steps.append(name)
    assume(False)
    return steps


def runs_of(of: Procedure) -> Iterator[frozenset[str]]:
    """The steps of every complete run; only for procedures without loops."""
    game = Game(of)
    stack = [(state, frozenset[str]()) for state in game.starts]
    seen = set(stack)
    while stack:
        state, passed = stack.pop()
        if game.is_complete(state):
            yield passed
        for name, after in game.moves(state):
            following = (after, passed if of.by_id[name].is_silent else passed | {name})
            if following not in seen:
                seen.add(following)
                stack.append(following)


@settings(max_examples=60)
@given(block_procedures(), st.integers(0, 10**6))
def test_a_run_lacks_nothing_and_fits(of: Procedure, seed: int) -> None:
    study = study_of(of)
    assume(study.is_decided)
    run = trace(of, run_of(of, seed))
    assert required(study, run) <= set(run.steps)
    assert early(study, run) == ()
    assert stuck(study, run) == (None, True)


def plainly_early(of: Procedure, steps: Sequence[str]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Early executions step by step, with sets of names."""
    study, seen = study_of(of), set[str]()
    in_turn = {s.id for s in of.steps if not (s.anytime or s.is_silent or s.role == "applicant")}
    for position, name in enumerate(steps):
        if name not in in_turn or name in seen:
            continue
        seen.add(name)
        before = study.must_before(name) & in_turn & set(steps)
        consequences = {far for near in before for far in study.must_before(near)}
        if late := before - seen - consequences:
            yield position, name, tuple(sorted(late, key=steps.index))


@settings(max_examples=100)
@given(block_procedures(), st.data())
def test_what_came_too_early_is_what_sets_of_names_tell(of: Procedure, data: st.DataObject) -> None:
    names = st.sampled_from([*(s.id for s in of.steps), "unknown"])
    for steps in data.draw(st.lists(st.lists(names, max_size=12), min_size=1, max_size=4)):
        assert list(early(study_of(of), trace(of, steps))) == list(plainly_early(of, steps))


@settings(max_examples=60)
@given(block_procedures(), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_what_is_left_of_a_run_is_in_order(of: Procedure, seed: int, rng: random.Random) -> None:
    """Leaving out a required step is told as missing and never as a matter of order."""
    study = study_of(of)
    assume(study.is_decided)
    steps = run_of(of, seed)
    assume(steps)
    dropped = rng.choice(steps)
    rest = trace(of, [name for name in steps if name != dropped])
    assume(dropped in required(study, rest))
    assert early(study, rest) == ()
    assert stuck(study, rest) == (None, True)


@settings(max_examples=60)
@given(
    block_procedures(loops=False, inclusive=False), st.integers(0, 10**6), st.randoms(use_true_random=False)
)
def test_a_required_step_is_on_every_run_that_passes_what_happened(
    of: Procedure, seed: int, rng: random.Random
) -> None:
    study = study_of(of)
    assume(study.is_decided)
    steps = run_of(of, seed)
    happened = [name for name in steps if rng.random() < 0.6]
    try:
        runs = [run for run in runs_of(of) if run >= set(happened)]
    except (TooLarge, Unsafe):
        assume(False)
    needed = required(study, trace(of, happened))
    assert all(needed <= run for run in runs)


CHAIN = procedure(step("a", "b"), step("b", "c"), step("c", "d"), step("d"))


def test_the_nearest_pair_is_told_and_its_consequences_are_not() -> None:
    found = early(study_of(CHAIN), trace(CHAIN, "dabc"))
    assert [(one.position, one.step, one.after) for one in found] == [(0, "d", ("c",))]


def test_a_missing_step_between_does_not_hide_an_inversion() -> None:
    found = early(study_of(CHAIN), trace(CHAIN, "adb"))
    assert [(one.step, one.after) for one in found] == [("d", ("b",))]


def test_a_broken_off_dossier_needs_only_what_lies_before() -> None:
    study = study_of(CHAIN)
    assert required(study, trace(CHAIN, "ac")) == {"a", "b", "c", "d"}
    assert required(study, trace(CHAIN, "ac", broken_off=1)) == {"a", "b", "c"}


def test_the_applicant_s_own_step_may_leave_no_trace() -> None:
    of = procedure(
        step("file", "a", role="applicant"), step("a", "pay"), step("pay", "b", role="applicant"), step("b")
    )
    study = study_of(of)
    for seen in ("ab", ("file", "a", "b"), ("a", "pay", "b")):
        assert required(study, trace(of, seen)) == {"a", "b"}
        assert stuck(study, trace(of, seen)) == (None, True)
    assert stuck(study, trace(of, "aab")) == (1, True)


def test_steps_side_by_side_come_in_any_order() -> None:
    of = procedure(
        step("a", "b", "c", split=Split.ALL), step("b", "d"), step("c", "d"), step("d", join=Join.ALL)
    )
    study = study_of(of)
    assert [stuck(study, trace(of, steps))[0] for steps in ("abcd", "acbd", "abdc", "abbcd")] == [
        None,
        None,
        2,
        2,
    ]
    assert [one.after for one in early(study, trace(of, "adbc"))] == [("b", "c")]


def test_steps_outside_the_graph_and_gateways_are_nobody_s_omission() -> None:
    of = procedure(
        step("a", "g"), gateway("g", "b"), step("b"), step("sorry", anytime=True, kinds=("apologise",))
    )
    study = study_of(of)
    assert required(study, trace(of, ("a", "sorry"))) == {"a", "b"}
    assert stuck(study, trace(of, ("a", "sorry", "b"))) == (None, True)


def test_one_procedure_is_studied_once() -> None:
    assert study_of(CHAIN) is study_of(CHAIN)
    assert study_of(CHAIN).silenced(frozenset("b")) is study_of(CHAIN).silenced(frozenset("b"))
