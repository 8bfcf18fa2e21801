"""The best fitting run against every run, one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.alignment import Aligner, Fit, Line
from iso_audit.analysis.graph import graph_of
from iso_audit.exchange.pnml import pnml
from iso_audit.model.procedure import Join, Procedure, Split
from tests.strategies import block_procedures, procedure, step
from tests.token_game import Game


def distance(run: Sequence[str], steps: Sequence[str]) -> int:
    """Steps to take out of one and of the other until both are the same."""
    row = list(range(len(steps) + 1))
    for i, a in enumerate(run, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(steps, 1):
            last, row[j] = row[j], last if a == b else min(row[j], row[j - 1]) + 1
    return row[-1]


def aligned(one: Procedure, steps: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = Aligner(graph_of(one), [s.id for s in one.steps if s.anytime]).align(steps)
    assert found is not None
    return tuple((line.fit.value, line.step) for line in found.lines)


def least(one: Procedure, steps: Sequence[str]) -> int:
    """The cost by plain relaxation over all states of the token game, until nothing gets cheaper."""
    game = Game(one)
    cost = {(state, 0): 0 for state in game.starts}
    queue = list(cost)
    for state, at in queue:
        here = cost[state, at]
        ways = [(here + 1, (state, at + 1))] if at < len(steps) else []
        for name, after in game.moves(state):
            if one.by_id[name].is_silent:
                ways.append((here, (after, at)))
                continue
            ways.append((here + 1, (after, at)))
            if steps[at : at + 1] == [name]:
                ways.append((here, (after, at + 1)))
        for total, situation in ways:
            if total < cost.get(situation, 1 << 30):
                cost[situation] = total
                queue.append(situation)
    return min(total for (state, at), total in cost.items() if at == len(steps) and game.is_complete(state))


@settings(deadline=None)
@given(st.data(), block_procedures(most_steps=7))
def test_the_cost_is_the_least_of_all_runs(data: st.DataObject, one: Procedure) -> None:
    visible = [s.id for s in one.steps if not s.is_silent]
    assume(visible)
    steps = data.draw(st.lists(st.sampled_from([*visible, "unknown"]), max_size=7))
    found = Aligner(graph_of(one)).align(steps)
    assert found is not None
    assert found.cost == least(one, steps)
    run = [line.step for line in found.lines if line.fit in (Fit.AS_WRITTEN, Fit.LEFT_OUT)]
    assert distance(run, steps) == found.cost
    assert least(one, run) == 0
    assert [steps[line.position] for line in found.lines if line.position is not None] == steps


def test_what_was_left_out_and_what_was_beyond_are_told_where_they_belong() -> None:
    one = procedure(step("a", "b"), step("b", "c"), step("c"))
    assert aligned(one, ["a", "x", "c", "c"]) == (
        ("as-written", "a"), ("beyond", "x"), ("left-out", "b"), ("as-written", "c"), ("beyond", "c"),
    )  # fmt: skip


def test_a_step_that_may_happen_at_any_time_fits_anywhere() -> None:
    one = procedure(step("a", "b"), step("b"), step("sorry", anytime=True))
    assert aligned(one, ["sorry", "a", "sorry", "b"]) == (
        ("anytime", "sorry"), ("as-written", "a"), ("anytime", "sorry"), ("as-written", "b"),
    )  # fmt: skip


def test_parallel_steps_fit_in_either_order() -> None:
    one = procedure(
        step("a", "b", "c", split=Split.ALL), step("b", "d"), step("c", "d"), step("d", join=Join.ALL)
    )
    assert aligned(one, ["a", "c", "b", "d"]) == tuple(("as-written", s) for s in "acbd")


def test_wide_parallel_blocks_are_aligned_too() -> None:
    names = [f"s{n}" for n in range(10)]
    one = procedure(
        step("a", *names, split=Split.ALL), *(step(name, "z") for name in names), step("z", join=Join.ALL)
    )
    found = Aligner(graph_of(one)).align(["a", *names[::-1], "z"])
    assert found is not None
    assert found.cost == 0
    missing = Aligner(graph_of(one)).align(["a", *names[1:], "z"])
    assert missing is not None
    assert [line for line in missing.lines if line.fit is not Fit.AS_WRITTEN] == [Line(Fit.LEFT_OUT, "s0")]


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), block_procedures(most_steps=7, inclusive=False))
def test_pm4py_finds_the_same_cost_where_it_is_installed(data: st.DataObject, one: Procedure) -> None:
    """Where the models coincide: no inclusive joins, no steps at any time, one way to be complete."""
    pm4py = pytest.importorskip("pm4py", reason="pm4py is not installed: the cross-check was skipped")
    visible = [s.id for s in one.steps if not s.is_silent]
    assume(visible)
    steps = data.draw(st.lists(st.sampled_from([*visible, "unknown"]), min_size=1, max_size=7))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.pnml"
        path.write_text(pnml(one, "vi"), encoding="utf-8")
        net, start, _ = pm4py.read_pnml(str(path))
    ends = [place for place in net.places if not place.out_arcs]
    assume(len(ends) == 1)
    end = type(start)({ends[0]: 1})
    (peer,) = pm4py.conformance_diagnostics_alignments(log_of(steps), net, start, end)
    found = Aligner(graph_of(one)).align(steps)
    assert found is not None
    assert peer["cost"] // ONE_MOVE == found.cost


ONE_MOVE = 10_000
"""What PM4Py counts for a move on one side alone; a silent one counts 1."""


def log_of(steps: Sequence[str]) -> object:
    """One trace as PM4Py reads it."""
    import pandas

    rows = {
        "case:concept:name": ["x"] * len(steps),
        "concept:name": list(steps),
        "time:timestamp": pandas.date_range("2024-04-01", periods=len(steps), freq="h", tz="UTC"),
    }
    return pandas.DataFrame(rows)
