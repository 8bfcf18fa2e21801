"""What every run has and what some run has, against a game that plays all of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Procedure, Split
from tests.strategies import block_procedures, gateway, graph_procedures, layered_procedures, procedure, step
from tests.token_game import Game, TooLarge, Unsafe

DAY = dt.date(2026, 3, 2)
moderate = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def studied(of: Procedure) -> Study:
    return study(of, Organisation(), DAY)


def sound_game(of: Procedure) -> Game:
    game = Game(of)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    return game


def check_everything(of: Procedure, game: Game) -> None:
    known = studied(of)
    assert known.structure.is_sound is True, known.structure
    visible = [each.id for each in of.steps if not each.is_silent]
    for name in visible:
        avoiding = game.shortest_avoiding({name})
        run = known.run_avoiding(name)
        assert known.on_every_run(name) == (avoiding is None)
        assert (None if run is None else len(run)) == avoiding
        if run is not None:
            assert name not in run
            assert game.replay(run) == (None, True)
        before = {x for x in visible if x != name and not game.can_come_without(name, x)}
        after = {x for x in visible if x != name and not game.can_end_without(name, x)}
        assert known.must_before(name) == before
        assert known.must_after(name) == after
        for other in visible:
            check_pair(known, game, name, other)


def check_pair(known: Study, game: Game, a: str, b: str) -> None:
    expected = game.shortest_out_of_order({a}, {b})
    run = known.run_with_before(a, b)
    assert (None if run is None else len(run)) == expected
    if run is not None:
        assert run.index(b) < run.index(a)
        assert game.replay(run) == (None, True)
    assert known.can_meet(a, b) == game.has_run({a, b})
    without = game.shortest(
        lambda at, fired: None if fired == b else at or fired == a, False, bool
    )
    assert (b in known.must_of_end(a)) == (without is None)


@given(block_procedures())
@moderate
def test_a_procedure_made_of_blocks_is_known_completely(drawn: Procedure) -> None:
    try:
        game = Game(drawn, limit=200)
        assert game.is_sound()
    except TooLarge:
        assume(False)
    check_everything(drawn, game)


@given(st.one_of(layered_procedures(), layered_procedures(inclusive=True), graph_procedures(5)))
@moderate
def test_any_sound_graph_is_known_completely(drawn: Procedure) -> None:
    check_everything(drawn, sound_game(drawn))
