"""Whether a trace is a run, against a game that follows every move."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis import replay as replay_module
from iso_audit.analysis.replay import Replay
from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Procedure, Split
from tests.strategies import (
    block_procedures,
    cased_procedures,
    gateway,
    graph_procedures,
    layered_procedures,
    mutated,
    procedure,
    random_run,
    step,
    working_days,
)
from tests.token_game import Game, TooLarge

moderate = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def studied(of: Procedure) -> Study:
    return study(of, Organisation(), dt.date(2026, 3, 2))


def said(found: Replay) -> tuple[int | None, bool]:
    assert found.fits == (found.stuck_at is None)
    assert found.is_exact
    return found.stuck_at, found.can_finish


def check_traces(of: Procedure, game: Game, known: Study, seed: int, case: str = "") -> None:
    visible = [each.id for each in of.steps if not each.is_silent]
    rng = random.Random(seed)
    for _ in range(4 if visible else 0):
        trace = random_run(game, rng)
        assert said(known.replay(trace, case)) == game.replay(trace)
        for _ in range(3):
            trace = mutated(trace, visible, rng.randrange(1 << 30))
            assert said(known.replay(trace, case)) == game.replay(trace)


@given(
    st.one_of(
        block_procedures(10),
        block_procedures(10, inclusive=False),
        layered_procedures(),
        layered_procedures(inclusive=True),
        graph_procedures(6),
    ),
    st.integers(0, 1 << 30),
)
@moderate
def test_a_trace_fits_exactly_if_the_game_can_play_it(drawn: Procedure, seed: int) -> None:
    game = Game(drawn, limit=300)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    check_traces(drawn, game, studied(drawn), seed)


@given(cased_procedures(), st.integers(0, 1 << 30))
@moderate
def test_each_case_has_its_own_runs(drawn: Procedure, seed: int) -> None:
    known = studied(drawn)
    assume(known.structure.is_sound)
    for case in drawn.limits:
        check_traces(drawn, Game(drawn, case), known, seed, case)


def test_a_case_that_is_not_known_may_be_any() -> None:
    known = studied(
        procedure(
            step("check", Flow("sign", case="default"), Flow("verify", case="verification")),
            step("verify", "sign"),
            step("sign"),
            limits={"default": working_days(3), "verification": working_days(5)},
        )
    )
    trace = ["check", "verify", "sign"]
    assert said(known.replay(trace)) == said(known.replay(trace, "verification")) == (None, True)
    assert said(known.replay(trace, "default")) == (1, False)
    assert said(known.replay(["check", "sign"])) == (None, True)


CHOICE = procedure(
    step("check", Flow("sign", "good"), Flow("refuse", "bad")),
    step("sign", "file"),
    step("refuse"),
    step("file"),
    step("apologise", anytime=True),
)


def test_steps_at_any_time_are_passed_over() -> None:
    known = studied(CHOICE)
    assert said(known.replay(["apologise", "check", "sign", "apologise", "file", "apologise"])) == (
        None,
        True,
    )


def test_a_step_of_no_procedure_does_not_fit() -> None:
    assert said(studied(CHOICE).replay(["check", "dance", "sign"])) == (1, False)


def test_an_unfinished_run_fits_and_cannot_finish() -> None:
    known = studied(CHOICE)
    assert said(known.replay([])) == (None, False)
    assert said(known.replay(["check"])) == (None, False)
    assert said(known.replay(["check", "refuse"])) == (None, True)
    assert said(known.replay(["check", "refuse", "sign"])) == (2, False)


def test_a_silent_end_is_reached_silently() -> None:
    known = studied(procedure(step("a", Flow("b", "x"), Flow("out", "y")), step("b"), gateway("out")))
    assert said(known.replay(["a"])) == (None, True)
    assert said(known.replay(["a", "b"])) == (None, True)


def test_silent_gateways_in_a_circle_are_followed() -> None:
    known = studied(
        procedure(
            step("a", "g"),
            gateway("g", Flow("h", "round"), Flow("b", "on")),
            gateway("h", Flow("g", "back"), Flow("c", "out")),
            step("b"),
            step("c"),
        )
    )
    assert said(known.replay(["a", "c"])) == said(known.replay(["a", "b"])) == (None, True)


def test_optional_steps_side_by_side_cost_nothing() -> None:
    ids = [f"s{number}" for number in range(200)]
    known = studied(
        procedure(
            gateway("split", *(f"g{name}" for name in ids), split=Split.ALL),
            *(gateway(f"g{name}", Flow(name, "do"), Flow("join", "skip")) for name in ids),
            *(step(name, "join") for name in ids),
            gateway("join", "end", join=Join.ALL),
            step("end"),
        )
    )
    # whoever skips comes to the join by another flow than who does: the join waits for both
    assert known.structure.problem == "deadlock"
    merged = studied(
        procedure(
            gateway("split", *(f"g{name}" for name in ids), split=Split.ALL),
            *(gateway(f"g{name}", Flow(name, "do"), Flow(f"m{name}", "skip")) for name in ids),
            *(step(name, f"m{name}") for name in ids),
            *(gateway(f"m{name}", "join") for name in ids),
            gateway("join", "end", join=Join.ALL),
            step("end"),
        )
    )
    assert merged.structure.is_sound is True
    assert said(merged.replay([*ids[::2], "end"])) == (None, True)
    assert said(merged.replay(["end"])) == (None, True)
    assert said(merged.replay(["end", "s0"])) == (1, False)


def test_too_much_to_follow_is_granted_and_said() -> None:
    wide = [f"b{number}" for number in range(14)]
    known = studied(
        procedure(
            step("a", *wide, split=Split.SOME), *(step(n, "z") for n in wide), step("z", join=Join.SOME)
        )
    )
    assert known.replay(["a", "b3", "z"]) == Replay(True, None, True, False)


def test_a_row_of_gateways_too_long_to_ask_is_granted_and_said() -> None:
    row = [gateway(f"g{n}", Flow(f"g{n + 1}", "on"), Flow("out", "off")) for n in range(200)]
    known = studied(procedure(step("a", "g0"), *row, step("g200", "out"), gateway("out")))
    assert known.replay(["a", "g200"]) == Replay(True, None, True, False)


def test_too_many_choices_beside_an_inclusive_block_are_granted_and_said() -> None:
    ids = [f"s{number}" for number in range(9)]
    block = (
        step("a", "b", "c", split=Split.SOME),
        step("b", "d"),
        step("c", "d"),
        step("d", "z", join=Join.SOME),
    )
    known = studied(
        procedure(
            gateway("split", "a", *ids, split=Split.ALL),
            *block,
            *(step(name, Flow(f"{name}x", "x"), Flow(f"{name}y", "y")) for name in ids),
            *(step(f"{name}{way}", f"{name}z") for name in ids for way in "xy"),
            *(gateway(f"{name}z", "z") for name in ids),
            step("z", join=Join.ALL),
        )
    )
    assert known.structure.is_sound is True
    assert known.replay(["a", *ids]) == Replay(True, None, True, False)


def test_too_many_silent_ends_are_granted_and_said() -> None:
    ids = [f"s{number}" for number in range(13)]
    known = studied(
        procedure(
            gateway("split", *ids, split=Split.ALL),
            *(step(name, Flow(f"{name}x", "x"), Flow(f"{name}y", "y")) for name in ids),
            *(gateway(f"{name}x") for name in ids),
            *(step(f"{name}y") for name in ids),
        )
    )
    assert known.replay(ids) == Replay(True, None, True, False)
    assert said(known.replay(ids[:3])) == (None, False)


def test_what_was_played_is_forgotten_past_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_module, "_MEMORY", 1)
    ids = [f"s{number}" for number in range(60)]
    known = studied(
        procedure(
            gateway("split", *ids, split=Split.ALL),
            *(step(n, "end") for n in ids),
            step("end", join=Join.ALL),
        )
    )
    rng = random.Random(1)
    for _ in range(40):
        rng.shuffle(ids)
        assert said(known.replay([*ids, "end"])) == (None, True)
    assert said(known.replay(["end"])) == (0, False)
