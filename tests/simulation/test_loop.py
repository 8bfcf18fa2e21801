"""The loop plays what a slow and obvious SimPy model plays, on the same random numbers, tick for tick."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from iso_audit.errors import InputError
from iso_audit.model.procedure import Flow, Join, Procedure, Split
from iso_audit.model.scenario import Arrivals, Batch, Load, Scenario, Staffing
from iso_audit.simulation import compiled_loop, loop
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import TICK
from iso_audit.simulation.load import executions_per_dossier
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.run import Replication, replicate
from tests.simulation.plain import Execution, Office
from tests.simulation.scenes import (
    ALWAYS,
    MORNINGS,
    OFFICE,
    circle_of_inclusive_joins,
    exponential,
    fixed,
    scenario,
    scenes,
    single,
)  # fmt: skip
from tests.strategies import gateway, step

HOUR, DAY = 3600, 86_400


def plainly(plan: Plan, seed: int = 1, replication: int = 0) -> Replication:
    """Play in plain Python, numba or not."""
    with patch.object(compiled_loop, "is_there", lambda: False):
        return replicate(plan, seed, replication, with_events=True)


def plan_of(scene: tuple[Scenario, Procedure]) -> Plan:
    """The plan of a drawn scene; one whose cases leave no way out is not what is tested."""
    try:
        plan = compiled(scene[0], {"p": scene[1]})
        executions_per_dossier(plan)
    except InputError:
        reject()
    return plan


def executions(plan: Plan, played: Replication) -> list[Execution]:
    found = []
    for load, rows in zip(plan.loads, played.rows or (), strict=True):
        columns = (rows.number, rows.step, rows.ready, rows.started, rows.finished)
        for number, at, *times in zip(*(column.tolist() for column in columns), strict=True):
            found.append((load.procedure.id, number, plan.steps[at].step.id, *times))
    return sorted(found)


def by_simpy(plan: Plan, scene: Scenario, *procedures: Procedure) -> list[Execution]:
    office = Office(scene, Fate(plan, 1, 0), plan.horizon)
    return office.play({one.id: one for one in procedures})


@settings(max_examples=30, deadline=None)
@given(scenes())
@example(circle_of_inclusive_joins())
def test_any_procedure_is_played_as_by_simpy(scene: tuple[Scenario, Procedure]) -> None:
    plan = plan_of(scene)
    assert executions(plan, plainly(plan)) == by_simpy(plan, *scene)


@settings(max_examples=25, deadline=None)
@given(scenes(ranks=True, batches=True) | scenes(batches=True) | scenes())
@example(circle_of_inclusive_joins())
def test_the_compiled_loop_gives_the_same_rows(scene: tuple[Scenario, Procedure]) -> None:
    pytest.importorskip("numba")
    plan = plan_of(scene)
    fate = Fate(plan, 3, 1)
    fast, plain = compiled_loop.play(plan, fate), loop.play(plan, fate)
    for one, other in zip(fast[:-1], plain[:-1], strict=True):
        assert np.array_equal(one, other)
    assert all(np.array_equal(a, b) for a, b in zip(fast.live, plain.live, strict=True))


def test_several_procedures_share_their_people_as_by_simpy() -> None:
    one, two = single(), Procedure("q", (step("first", "second", role="r"), step("second", role="s")))
    loads = (
        Load("p", Arrivals(3000), durations={"work": exponential(2 * HOUR)}),
        Load("q", Arrivals(2000), durations={"first": exponential(HOUR), "second": exponential(3 * HOUR)}),
    )
    scene = scenario(*loads, staff={"r": 3, "s": Staffing("s", 4, MORNINGS)})
    plan = compiled(scene, {"p": one, "q": two})
    assert executions(plan, plainly(plan)) == by_simpy(plan, scene, one, two)


def test_one_shared_calendar_is_the_same_as_its_working_hours_put_end_to_end() -> None:
    """Played on an axis on which only working time passes, everything falls on the same place."""
    procedure = Procedure("p", (step("a", "b", role="r"), step("b", role="s")))
    load = Load("p", Arrivals(6000), durations={"a": exponential(HOUR), "b": exponential(2 * HOUR)})
    plan = compiled(scenario(load, staff={"r": 2, "s": 5}), {"p": procedure})
    endless = compiled(scenario(load, staff={"r": 2, "s": 5}, office=ALWAYS), {"p": procedure})
    office = plan.hours[1]

    def squeezed(self: Fate) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        came, number, node = original(self)
        return office.until(came), number, node

    original = Fate.entrance
    on_the_wall = loop.play(plan, Fate(plan, 1, 0))
    with patch.object(Fate, "entrance", squeezed):
        fate = Fate(plan, 1, 0)
        fate.plan = endless
        on_the_axis = loop.play(endless, fate)
    assert len(on_the_wall.code) > 500
    assert np.array_equal(on_the_wall.code, on_the_axis.code)
    for name in ("came", "started", "finished"):
        assert np.array_equal(office.until(getattr(on_the_wall, name)), getattr(on_the_axis, name))


def test_work_that_spans_closing_time_goes_on_at_the_next_opening() -> None:
    load = Load("p", Arrivals(0), durations={"work": fixed(5 * HOUR)}, backlog=1)
    played = plainly(plan := compiled(scenario(load, staff={"r": 1}, office=MORNINGS), {"p": single()}))
    (row,) = executions(plan, played)
    assert row[4:] == (8 * HOUR * TICK, (2 * DAY + 9 * HOUR) * TICK)


def test_the_better_rank_goes_first_and_nothing_is_settled_before_the_office_opens() -> None:
    procedure = single()
    load = Load(
        "p",
        Arrivals(9500),
        cases={"default": 0.5, "poor": 0.5},
        durations={"work": exponential(HOUR)},
        priorities={"poor": -1},
    )
    plan = compiled(scenario(load, staff={"r": 5}), {"p": procedure})
    played = plainly(plan)
    rows, office = (played.rows or ())[0], plan.hours[1]
    rank = played.loads[0].case[rows.number]
    work = office.until(rows.started)
    for at in np.flatnonzero(rank == 0)[:200]:
        waiting = (rank == 1) & (office.until(rows.ready) < work[at]) & (work > work[at])
        assert not waiting.any()
    assert rows.waited[rank == 1].mean() < rows.waited[rank == 0].mean()
    opens = plan.hours[1].opens
    span = np.searchsorted(opens, rows.started, side="right") - 1
    assert (rows.started < office.closes[span]).all()


def test_a_batch_is_taken_up_at_its_hours_or_when_it_is_full() -> None:
    load = Load(
        "p", Arrivals(3000), durations={"work": fixed(60)}, batches={"work": Batch("work", (dt.time(15),), 4)}
    )
    played = plainly(compiled(scenario(load, staff={"r": 100}), {"p": single()}))
    rows = (played.rows or ())[0]
    starts, sizes = np.unique(rows.started, return_counts=True)
    at_three = starts % (DAY * TICK) == 15 * HOUR * TICK
    assert at_three.any()
    assert (~at_three).any()
    assert (sizes[~at_three] == 4).all()
    assert (sizes[at_three] < 4).all()


def test_a_wait_is_neither_queue_nor_work() -> None:
    load = Load(
        "p", Arrivals(300), durations={"work": fixed(60)}, waits={"work": fixed(2 * DAY, is_working=False)}
    )
    played = plainly(compiled(scenario(load, staff={"r": 50}), {"p": single()}))
    rows, main = (played.rows or ())[0], played.loads[0]
    assert (rows.ready - rows.came == 2 * DAY * TICK).all()
    assert rows.waited.max() < HOUR
    assert (main.worked == 60).all()


def test_where_the_office_stops_the_clock_the_wait_follows_the_request() -> None:
    ask = step("ask", "check", kinds=("request_supplement",), role="r")
    check = step("check", Flow("ask", "bad"), Flow("end", "good"), role="r", kinds=("check",))
    procedure = Procedure("p", (check, ask, step("end", role="r")), start="check")
    load = Load(
        "p",
        Arrivals(1000),
        durations=dict.fromkeys(("check", "ask", "end"), fixed(60)),
        waits={"ask": fixed(3 * DAY, is_working=False)},
        branches={"check": {"bad": 0.5}},
    )
    plan = compiled(scenario(load, staff={"r": 9}), {"p": procedure})
    rows = {(number, name): at for _, number, name, *at in executions(plan, plainly(plan))}
    asked = [number for number, name in rows if name == "ask"]
    assert asked
    ready = {number: at[0] for (number, name), at in rows.items() if name == "ask"}
    begun = {number: at[2] for (number, name), at in rows.items() if name == "ask"}
    assert all(begun[number] - ready[number] < 3 * DAY * TICK for number in asked)
    again = [row for row in executions(plan, plainly(plan)) if row[2] == "check" and row[1] in begun]
    assert all(
        any(row[3] == begun[number] + 3 * DAY * TICK for row in again if row[1] == number) for number in asked
    )


def test_a_step_that_may_happen_so_often_is_not_taken_once_more() -> None:
    check = step("check", Flow("ask", "bad"), Flow("end", "good"), role="r")
    ask = step("ask", "check", role="r", at_most=2)
    procedure = Procedure("p", (check, ask, step("end", role="r")), start="check")
    load = Load(
        "p",
        Arrivals(2000),
        durations=dict.fromkeys(("check", "ask", "end"), exponential(60)),
        branches={"check": {"bad": 0.9}},
    )
    plan = compiled(scenario(load, staff={"r": 9}), {"p": procedure})
    played = plainly(plan)
    asked = np.bincount([number for _, number, name, *_ in executions(plan, played) if name == "ask"])
    assert asked.max() == 2
    assert abs(np.mean(asked == 2) - 0.81) < 0.05


def test_shares_of_later_visits_hold() -> None:
    check = step("check", Flow("ask", "bad"), Flow("end", "good"), role="r")
    procedure = Procedure("p", (check, step("ask", "check", role="r"), step("end", role="r")), start="check")
    load = Load(
        "p",
        Arrivals(3000),
        durations=dict.fromkeys(("check", "ask", "end"), exponential(60)),
        branches={"check": {"bad": 1.0}},
        repeats={"check": ({"bad": 1.0}, {"bad": 0.0})},
    )
    played = plainly(compiled(scenario(load, staff={"r": 9}), {"p": procedure}))
    assert set(played.loads[0].repeats.tolist()) == {3}  # two checks and one request more


def test_an_inclusive_join_waits_for_what_was_chosen() -> None:
    split = step("a", Flow("b", "x"), Flow("c", "y"), role="r", split=Split.SOME)
    steps = (split, step("b", "d", role="r"), step("c", "d", role="r"), step("d", role="r", join=Join.SOME))
    load = Load(
        "p",
        Arrivals(2000),
        durations={name: exponential(HOUR) for name in "abcd"},
        branches={"a": {"x": 0.5, "y": 0.5}},
    )
    plan = compiled(scenario(load, staff={"r": 30}), {"p": Procedure("p", steps)})
    rows = executions(plan, plainly(plan))
    closing = {number: ready for _, number, name, ready, *_ in rows if name == "d"}
    ends: dict[int, int] = {}
    chosen: dict[int, int] = {}
    for _, number, name, _, _, finished in rows:
        if name in "bc":
            ends[number] = max(ends.get(number, 0), finished)
            chosen[number] = chosen.get(number, 0) + 1
    assert closing == ends
    shares = np.bincount(list(chosen.values())) / len(chosen)
    assert abs(shares[2] - 1 / 3) < 0.1  # of the three selections that are not empty


def test_inclusive_joins_in_a_circle_do_not_wait_for_one_another() -> None:
    of, procedure = circle_of_inclusive_joins()
    plan = compiled(of, {"p": procedure})
    rows = Counter((number, name) for _, number, name, *_ in executions(plan, plainly(plan)))
    numbers = {number for number, _ in rows}
    for number in numbers:
        assert rows[number, "end"] == 1
        assert len({rows[number, name] for name in ("a", "b", "c", "d", "inner", "outer")}) == 1
    often = executions_per_dossier(plan)
    expected = {plan.steps[at].step.id: times for at, times in zip(plan.ways.step, often, strict=True)}
    for name in ("a", "b", "c", "d", "inner", "outer", "end"):
        assert expected[name] == pytest.approx(1 if name == "end" else 2)
        assert sum(rows[number, name] for number in numbers) / len(numbers) == pytest.approx(
            expected[name], rel=0.2
        )


def test_a_loop_that_never_ends_is_refused_with_its_step() -> None:
    check = step("check", Flow("check", "again"), Flow("end", "done"), role="r")
    procedure = Procedure("p", (check, step("end", role="r")), start="check")
    load = Load("p", Arrivals(10), durations=dict.fromkeys(("check", "end"), fixed(1)), backlog=1)
    scene = scenario(load, staff={"r": 1})

    def of(share: float) -> Scenario:
        return replace(scene, loads=(replace(load, branches={"check": {"again": share}}),))

    with pytest.raises(InputError, match="never ends"):
        compiled(of(1.0), {"p": procedure})
    plan = compiled(of(0.99999), {"p": procedure})
    for is_there in (False, True):
        if is_there and not compiled_loop.is_there():
            continue
        with (
            patch.object(compiled_loop, "is_there", lambda there=is_there: there),
            pytest.raises(InputError, match="step 'check': a dossier comes back"),
        ):
            replicate(plan, 1, 0)


def test_a_message_is_waited_for_and_one_that_nobody_takes_holds_nothing_up() -> None:
    steps = (
        step("a", Flow("b"), Flow("d", message="m"), role="r", split=Split.ALL),
        step("b", "d", role="r"),
        step("d", role="r", join=Join.ALL),
    )
    load = Load("p", Arrivals(500), durations={name: exponential(HOUR) for name in "abd"})
    scene = scenario(load, staff={"r": 9})
    plan = compiled(scene, {"p": (procedure := Procedure("p", steps))})
    played = plainly(plan)
    assert executions(plan, played) == by_simpy(plan, scene, procedure)
    assert played.loads[0].is_finished.all()


@settings(max_examples=20, deadline=None)
@given(scenes(), st.integers(0, 3))
def test_every_dossier_that_came_in_is_through_or_under_way(
    scene: tuple[Scenario, Procedure], seed: int
) -> None:
    plan = plan_of(scene)
    played = plainly(plan, seed)
    main = played.loads[0]
    under_way = (main.came <= plan.until) & (main.finished > plan.until)
    assert played.arrived[0] == played.finished[0] + under_way.sum()


@settings(max_examples=20, deadline=None)
@given(scenes())
def test_work_in_progress_is_arrivals_times_time_in_the_house(scene: tuple[Scenario, Procedure]) -> None:
    """Little's law, against a count of who is there at each change."""
    plan = plan_of(scene)
    played = plainly(plan)
    main = played.loads[0]
    moments = sorted(
        [(int(at), 1) for at in main.came] + [(int(at), -1) for at in main.finished if at < plan.until]
    )
    there, before, area = 0, 0, 0
    for at, change in [*moments, (plan.until, 0)]:
        area += there * (at - before)
        there, before = there + change, at
    assert played.in_progress[0] == pytest.approx(area / plan.until, rel=1e-12)


def test_gateways_cost_nothing_and_take_no_time() -> None:
    steps = (step("a", "g", role="r"), gateway("g", "h"), gateway("h", "b"), step("b", role="r"))
    direct = (step("a", "b", role="r"), step("b", role="r"))
    load = Load("p", Arrivals(900), durations=dict.fromkeys("ab", exponential(HOUR)))
    scene = scenario(load, staff={"r": 3}, office=OFFICE)
    plans = [compiled(scene, {"p": Procedure("p", each)}) for each in (steps, direct)]
    assert executions(plans[0], plainly(plans[0])) == executions(plans[1], plainly(plans[1]))


def test_where_compiled_code_can_be_kept_nowhere_it_is_compiled_all_the_same() -> None:
    numba = pytest.importorskip("numba")
    from iso_audit.simulation import machine

    def unwritable(*given: object, cache: bool = False) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return compiled_code(*given)

    compiled_code = numba.njit
    with patch.object(numba, "njit", unwritable):
        assert machine._jit(lambda value: value + 1)(41) == 42
