"""Discovery: what was played is found again, and what is found is sound."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.analysis.belonging import Runs as RunsOf
from iso_audit.analysis.blocktree import NOTHING, Block, Sort, block, succession
from iso_audit.analysis.cuts import follows
from iso_audit.analysis.discovery import discovered, proposed
from iso_audit.analysis.drafting import drafted
from iso_audit.analysis.study import study_of
from iso_audit.model.procedure import Procedure
from tests.strategies import block_procedures, random_run
from tests.token_game import Game

Runs = list[list[str]]


def played(of: Procedure, seed: int, count: int = 30) -> Runs:
    """Complete runs, by the oracle's token game."""
    rng, game = random.Random(seed), Game(of, limit=100_000)
    runs = [random_run(game, rng) for _ in range(count)]
    return [run for run in runs if run and len(run) < 50]


def numbered(runs: Runs) -> tuple[Counter[tuple[int, ...]], dict[int, str]]:
    names = sorted({step for run in runs for step in run})
    number = {name: act for act, name in enumerate(names)}
    return Counter(tuple(number[step] for step in run) for run in runs), dict(enumerate(names))


def shape(of: Procedure) -> dict[str, str]:
    """What matters of a graph, for people to read."""
    return {
        step.id: f"{step.join} > {step.split} {' '.join(flow.to for flow in step.flows)}" for step in of.steps
    }


@settings(max_examples=30, deadline=None)
@given(block_procedures(5), st.integers(0, 10**6))
def test_every_run_of_a_block_structured_procedure_is_a_run_of_what_is_found(
    original: Procedure, seed: int
) -> None:
    runs = [run for run in played(original, seed, 20) if len(run) < 20]
    if not runs:
        return
    paths, ids = numbered(runs)
    steps, start = drafted(discovered(paths), ids)
    found = Procedure("found", steps, start=start)
    assert study_of(found).structure.is_sound, shape(found)
    game = Game(found, limit=100_000)
    for run in {tuple(run) for run in runs}:
        assert game.replay(run) == (None, True), f"{run} {shape(found)} {sorted(paths)}"


def ways(*words: str, times: int = 1) -> Counter[tuple[int, ...]]:
    """Paths written as letters."""
    return Counter({tuple(ord(letter) - ord("a") for letter in word): times for word in words})


LETTERS = dict(enumerate("abcdefgh"))


def found_in(paths: Counter[tuple[int, ...]]) -> dict[str, str]:
    steps, start = drafted(discovered(paths), LETTERS)
    return shape(Procedure("p", steps, start=start))


def test_a_choice_a_parallel_block_and_a_loop_are_told_apart() -> None:
    assert found_in(ways("abd", "acd")) == {
        "a": "any > one b c", "b": "any > one d", "c": "any > one d", "d": "any > one ",
    }  # fmt: skip
    assert found_in(ways("abcd", "acbd")) == {
        "a": "any > all b c", "b": "any > one d", "c": "any > one d", "d": "all > one ",
    }  # fmt: skip
    assert found_in(ways("abcd", "abcbcd")) == {
        "a": "any > one b", "b": "any > one c", "c": "any > one b d", "d": "any > one ",
    }  # fmt: skip


def test_steps_that_are_passed_over_together_stay_together() -> None:
    assert found_in(ways("abcd", "ad")) == {
        "a": "any > one b d", "b": "any > one c", "c": "any > one d", "d": "any > one ",
    }  # fmt: skip


def test_a_gateway_stands_by_itself_only_where_no_step_can_stand_for_it() -> None:
    assert found_in(ways("abcd", "acbd", "ad")) == {
        "a": "any > one a/b d", "a/b": "any > all b c", "b": "any > one join", "c": "any > one join",
        "join": "all > one d", "d": "any > one ",
    }  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(block_procedures(8, inclusive=False, loops=False, stops=False), st.integers(0, 10**6))
def test_what_is_found_counts_its_own_successions_as_the_oracle_plays_them(
    original: Procedure, seed: int
) -> None:
    runs = played(original, seed)
    if not runs:
        return
    paths, ids = numbered(runs)
    found = discovered(paths)
    steps, start = drafted(found, ids)
    again, names = numbered(played(Procedure("found", steps, start=start), seed, 200))
    told = succession(found)
    did = {(names[a], names[b]) for a, b in follows(again).pairs}
    assert did <= {(ids[a], ids[b]) for a, b in told.pairs}
    assert {(a, b) for a, b in follows(paths).pairs} <= told.pairs


def test_rare_paths_are_left_out_and_counted_where_they_would_blur_the_rest() -> None:
    paths = ways("abcdef", "abdcef", times=400) + ways("fedcba", "aabbcc", "cfa", times=1)
    made = proposed(paths, LETTERS)
    assert made is not None
    assert (made.dossiers, made.fitting) == (803, 800)
    assert [times for _, times, _ in made.left_out] == [1, 1, 1]
    assert (made.allowed, made.seen) == (10, 10)


def test_an_activity_that_few_dossiers_went_through_is_named_and_left_out() -> None:
    made = proposed(ways("abc", times=500) + ways("gahbc", "bhagc", times=1), LETTERS)
    assert made is not None
    assert made.acts_left_out == (6, 7)
    assert made.fitting == 500


def test_nothing_is_proposed_where_nothing_was_done() -> None:
    assert proposed(Counter({(): 5}), LETTERS) is None


def test_any_order_at_all_is_said_as_such_and_still_fits() -> None:
    paths = ways("abcd", "dcba", "bdac", "aabb", "ddac", "ca", "bbdd")
    steps, start = drafted(discovered(paths), LETTERS)
    found = Procedure("p", steps, start=start)
    game = Game(found)
    assert study_of(found).structure.is_sound
    for path in paths:
        assert game.replay([LETTERS[act] for act in path]) == (None, True)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Any nesting of a few steps, each in one place."""
    acts = iter(range(draw(st.integers(1, 5))))

    def some(depth: int) -> Block:
        act = next(acts, None)
        if act is None:
            return NOTHING
        sort = draw(st.sampled_from(list(Sort))) if depth else Sort.STEP
        only = Block(Sort.STEP, act)
        if sort in (Sort.STEP, Sort.SKIP):
            return only
        return block(sort, (only if sort is Sort.LOOP else some(depth - 1), some(depth - 1), only)[:2])

    return block(Sort.SEQUENCE, (some(3), some(2)))


@settings(max_examples=150, deadline=None)
@given(blocks(), st.lists(st.integers(0, 4), max_size=6))
def test_a_path_is_a_run_of_a_block_just_where_the_oracle_plays_the_steps_drawn_from_it(
    whole: Block, path: list[int]
) -> None:
    if whole is NOTHING:
        return
    steps, start = drafted(whole, LETTERS)
    game = Game(Procedure("p", steps, start=start))
    rng = random.Random(len(path))
    for each in (path, [ord(letter) - ord("a") for letter in random_run(game, rng) if len(letter) == 1]):
        expected = game.replay([LETTERS[act] for act in each]) == (None, True)
        assert (tuple(each) in RunsOf(whole)) is expected, (each, whole, shape(Procedure("p", steps)))


def test_the_first_step_does_not_wait_for_a_parallel_block_that_leads_back_to_it() -> None:
    assert found_in(ways("ad", "abcad", "acbad")) == {
        "a": "any > one a/b d", "a/b": "any > all b c", "b": "any > one join", "c": "any > one join",
        "join": "all > one a", "d": "any > one ",
    }  # fmt: skip
