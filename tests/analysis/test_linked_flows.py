"""Messages between parts, choices made by what comes first, ends that end everything: against the game."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.soundness import Structure
from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from tests.strategies import gateway, linked_procedures, mutated, procedure, random_run, step
from tests.token_game import Game, TooLarge, Unsafe

moderate = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def studied(of: Procedure) -> Study:
    return study(of, Organisation(), dt.date(2026, 3, 2))


def structure(*steps: Step) -> Structure:
    return studied(procedure(*steps, start=steps[0].id)).structure


@given(linked_procedures())
@moderate
def test_each_property_is_that_of_playing_every_run(drawn: Procedure) -> None:
    try:
        expected = Game(drawn, counts=True).properties()
    except TooLarge:
        assume(False)
    found = studied(drawn).structure
    known = (found.once.holds, found.finishes.holds, found.ends_once.holds, set(found.all_happen.steps))
    assert (*known, found.all_happen.holds) == (*expected, not expected[3])


@given(linked_procedures(), st.data())
@moderate
def test_the_runs_of_what_is_sound_are_those_of_the_game(drawn: Procedure, data: st.DataObject) -> None:
    known = studied(drawn)
    assume(known.structure.is_sound)
    visible = [each.id for each in drawn.steps if not each.is_silent]
    assume(visible)
    game = Game(drawn)
    a, b = data.draw(st.sampled_from(visible)), data.draw(st.sampled_from(visible))
    run, wrong = known.run_avoiding(a), known.run_with_before(a, b)
    assert (None if run is None else len(run)) == game.shortest_avoiding({a})
    assert (None if wrong is None else len(wrong)) == game.shortest_out_of_order({a}, {b})
    assert known.can_meet(a, b) == game.has_run({a, b})
    if a != b and game.has_run({a}):
        assert (b in known.must_before(a)) == (not game.can_come_without(a, b))
        assert (b in known.must_after(a)) == (not game.can_end_without(a, b))


@given(linked_procedures(), st.integers(0, 1_000))
@moderate
def test_a_replay_answers_like_the_game(drawn: Procedure, seed: int) -> None:
    known = studied(drawn)
    assume(known.structure.is_sound)
    game, rng = Game(drawn), random.Random(seed)
    steps = [each.id for each in drawn.steps if not each.is_silent]
    run = random_run(game, rng)
    for trace in (run, mutated(run, steps or ["none"], seed)):
        try:
            expected = game.replay(trace)
        except Unsafe:
            continue
        found = known.replay(trace)
        assert found.is_exact
        assert (found.stuck_at, found.can_finish) == expected


def message(to: str, name: str = "notice") -> Flow:
    return Flow(to, message=name)


def test_a_message_that_nobody_takes_does_not_spoil_the_end() -> None:
    found = structure(
        step("tell", "decide", message("note", "first"), message("copy", "second"), split=Split.ALL),
        step("decide"),
        step("note", Flow("copy", "wanted"), Flow("close", "not")),
        step("copy", join=Join.ALL),
        step("close"),
    )
    assert (found.is_sound, found.finishes.holds) == (True, True)
    (left,) = found.left
    assert (left.name, left.sender, left.receiver) == ("second", "tell", "copy")
    assert "close" in left.run


def test_a_receiver_whose_message_may_never_be_sent_waits_for_ever() -> None:
    found = structure(
        step("receive", "check", "prepare", split=Split.ALL),
        step("check", Flow("send", "good"), Flow("refuse", "bad")),
        step("send", message("issue")),
        step("refuse"),
        step("prepare", "issue"),
        step("issue", join=Join.ALL),
    )
    assert (found.problem, found.finishes.holds) == ("deadlock", False)
    assert [(each.name, each.sender, each.receiver) for each in found.finishes.messages] == [
        ("notice", "send", "issue")
    ]
    assert "refuse" in found.finishes.run


def reply_or_refusal(*, deferred: bool) -> Structure:
    """One part waits for the reply or the refusal of another one."""
    return structure(
        step("ask", "wait", message("judge", "request"), split=Split.ALL),
        gateway("wait", Flow("accept", "a"), Flow("reject", "b"), deferred=deferred),
        step("accept", join=Join.ALL),
        step("reject", join=Join.ALL),
        step("judge", Flow("agree", "yes"), Flow("refuse", "no")),
        step("agree", message("accept", "reply")),
        step("refuse", message("reject", "refusal")),
    )


def test_a_choice_made_by_what_comes_first_waits_for_it() -> None:
    assert reply_or_refusal(deferred=True).is_sound is True
    assert reply_or_refusal(deferred=False).problem == "deadlock"


def test_an_end_of_everything_takes_away_what_is_still_under_way() -> None:
    def problem(element: str) -> str:
        return structure(
            step("receive", "check", "prepare", split=Split.ALL),
            step("check", Flow("issue", "good"), Flow("stop", "bad")),
            step("prepare", "issue"),
            step("issue", join=Join.ALL),
            step("stop", element=element),
        ).problem

    assert problem("endEvent:terminate") == ""
    assert problem("endEvent") == "deadlock"


def test_an_end_of_everything_ends_no_more_than_its_sub_procedure() -> None:
    inner = {"within": "visit"}
    found = structure(
        step("receive", "visit", "consult", split=Split.ALL),
        gateway("visit", "go", "call", split=Split.ALL),
        step("go", Flow("report", "seen"), Flow("nobody", "absent"), **inner),
        step("call", "report", **inner),
        step("report", "visit/end", join=Join.ALL, **inner),
        gateway("nobody", "visit/end", element="endEvent:terminate", **inner),
        gateway("visit/end", "draft", join=Join.SOME),
        step("consult", "draft"),
        step("draft", join=Join.ALL),
    )
    assert found.is_sound is True


def test_three_of_a_message_may_wait() -> None:
    found = structure(
        step("begin", "send", "hear", split=Split.ALL),
        step("send", "more", message("take"), split=Split.ALL),
        gateway("more", Flow("send", "again"), Flow("done", "enough")),
        step("done"),
        gateway("hear", "take"),
        step("take", join=Join.ALL),
    )
    assert (found.is_sound, found.once.holds) == (True, True)
