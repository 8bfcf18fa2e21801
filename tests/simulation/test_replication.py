"""What a replication says of dossiers, roles and steps, against counts by hand and the legal clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.errors import InputError
from iso_audit.model.civil import civil_seconds, from_civil
from iso_audit.model.clock import due
from iso_audit.model.procedure import Flow, Limit, Procedure, StepClock, TimeUnit
from iso_audit.model.scenario import Arrivals, Load, Scenario, Staffing
from iso_audit.model.simulated import MEASURES
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.load import executions_per_dossier, role_loads
from iso_audit.simulation.measure import by_role, by_step, lead_quantiles, measured, played
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.replications import replications
from iso_audit.simulation.run import replicate
from tests.simulation.scenes import (
    FIRST,
    OFFICE,
    calendar,
    circle_of_inclusive_joins,
    exponential,
    fixed,
    lognormal,
    scenario,
    scenes,
    single,
)
from tests.strategies import step

HOUR, DAY, TICK = 3600, 86_400, 1_000_000


def permit() -> Procedure:
    """Receive, check with a supplement that stops the clock, pay, sign, return, file."""
    check = step(
        "check",
        Flow("ask", "incomplete"),
        Flow("pay", "complete"),
        Flow("sign", "free", case="free"),
        role="desk",
        kinds=("check",),
    )
    return Procedure(
        "p",
        (
            step("receive", "check", role="desk", kinds=("receive",)),
            check,
            step(
                "ask", "check", role="desk", kinds=("request_supplement",), clock=StepClock.PAUSED, at_most=2
            ),
            step("pay", "sign", role="applicant", kinds=("financial_obligation",), clock=StepClock.PAUSED),
            step("sign", "return", role="chief", kinds=("approve_sign",)),
            step("return", "file", role="desk", kinds=("return_result",)),
            step("file", role="desk", kinds=("archive",)),
        ),
        limits={"default": Limit(Fraction(3)), "free": Limit(Fraction(10), TimeUnit.WORKING_HOUR)},
        cutoff=dt.time(15),
        cutoff_effect="start_next_working_day",
    )


def permit_scene(**more: object) -> Scenario:
    load = Load(
        "p",
        Arrivals(6000),
        cases={"free": 0.2},
        durations={
            "receive": lognormal(600, 300), "check": lognormal(1200, 600), "ask": fixed(300),
            "pay": exponential(2 * DAY, is_working=False), "sign": lognormal(1800, 2000),
            "return": fixed(300), "file": fixed(300),
        },
        waits={"ask": exponential(DAY, is_working=False), "return": exponential(2 * HOUR)},
        branches={"check": {"incomplete": 0.3, "free": 0.5}},
        channels={"desk": 0.6, "online": 0.4},
        backlog=7,
    )  # fmt: skip
    return scenario(load, staff={"desk": 3, "chief": 2}, **more)


def test_due_dates_are_those_of_the_legal_clock() -> None:
    plan = compiled(permit_scene(days=20), {"p": permit()})
    replication = replicate(plan, 5, 0, with_events=True)
    main, rows = replication.loads[0], (replication.rows or ())[0]
    epoch = civil_seconds(OFFICE, dt.datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=dt.UTC)) - 7 * HOUR

    def moment(ticks: int) -> dt.datetime:
        return from_civil(OFFICE, epoch + int(ticks) // TICK)

    paused = 0
    for number, came in enumerate(main.came.tolist()):
        mine = np.flatnonzero(rows.number == number)
        events = [(plan.steps[rows.step[at]].step.id, rows.started[at], rows.finished[at]) for at in mine]
        pauses = []
        for at, (name, _, finished) in enumerate(events):
            if name == "ask":
                pauses.append((moment(finished), moment(events[at + 1][1])))
            elif name == "pay":
                pauses.append((moment(events[at - 1][2]), moment(finished)))
        case = plan.loads[0].cases[main.case[number]].name
        limit = plan.loads[0].procedure.limits[case]
        told = due(
            OFFICE,
            limit,
            moment(came),
            cutoff=dt.time(15),
            cutoff_effect="start_next_working_day",
            pauses=pauses,
        )
        assert from_civil(OFFICE, int(main.due[number])) == told.at
        ready = max(finished for name, _, finished in events if name == "sign")
        assert main.finished[number] == ready
        assert main.on_time[number] == (moment(ready) <= told.at)
        paused += bool(pauses)
    assert paused > 50
    assert 0 < main.on_time.mean() < 1


def test_counts_of_a_dossier_are_those_of_its_events() -> None:
    plan = compiled(permit_scene(days=20), {"p": permit()})
    replication = replicate(plan, 5, 0, with_events=True)
    main, rows = replication.loads[0], (replication.rows or ())[0]
    visiting = {"receive", "ask", "return"}
    for number in range(len(main.came)):
        mine = np.flatnonzero(rows.number == number)
        steps = [plan.steps[rows.step[at]].step for at in mine]
        hands = [one.role for one in steps if one.role != "applicant"]
        assert main.handovers[number] == sum(a != b for a, b in pairwise(hands))
        names = [one.id for one in steps]
        assert main.repeats[number] == len(names) - len(set(names))
        assert main.supplements[number] == names.count("ask") <= 2
        is_online = plan.loads[0].channels[main.channel[number]][0] == "online"
        assert main.visits[number] == (0 if is_online else sum(name in visiting for name in names))
        by_office = [at for at, one in zip(mine, steps, strict=True) if one.role != "applicant"]
        assert main.worked[number] == pytest.approx(rows.worked[by_office].sum())
    assert main.supplements.max() == 2


def test_every_measure_has_a_value() -> None:
    scene = permit_scene(days=20, warm_up_days=3)
    plan = compiled(scene, {"p": permit()})
    replication = replicate(plan, 5, 0)
    found = measured(plan, replication)
    assert set(found) == set(MEASURES)
    assert not any(np.isnan(value) for value in found.values())
    main = replication.loads[0]
    assert not main.is_measured[-7:].any()
    assert (main.came[main.is_measured] >= 3 * DAY * TICK).all()
    quantiles = lead_quantiles(replication)
    assert len(quantiles) == 101
    assert quantiles[50] == pytest.approx(found["lead_median"])
    assert 0 < by_role(plan, replication)["desk", "utilisation"] < 1
    assert by_step(plan, replication)["sign", "executions"] > 0
    assert played(plan, replication).dossiers == main.is_measured.sum()


def test_nothing_measured_is_no_number() -> None:
    load = Load("p", Arrivals(0), durations={"work": fixed(60)})
    plan = compiled(scenario(load, staff={"r": 1}), {"p": single()})
    found = measured(plan, replicate(plan, 1, 0))
    assert np.isnan(found["lead_mean"])
    assert found["in_progress"] == 0


def test_cost_of_staff_is_their_hours() -> None:
    load = Load("p", Arrivals(500), durations={"work": fixed(2 * HOUR)})
    scene = scenario(load, staff={"r": Staffing("r", 9, OFFICE, 50_000.0)})
    found = measured(plan := compiled(scene, {"p": single()}), replicate(plan, 1, 0))
    assert found["staff_cost"] == pytest.approx(100_000)
    assert found["staff_cost_year"] == pytest.approx(500 * 100_000)


def test_no_change_is_no_difference_at_all() -> None:
    scene = permit_scene()
    plans = [compiled(scene, {"p": permit()}) for _ in range(2)]
    assert all(repr(a) == repr(b) for a, b in zip(*replications(plans, 3, range(3)), strict=True))


def test_a_step_more_leaves_the_fate_of_the_others_as_it_was() -> None:
    procedure = permit()
    signed = [replace(one, flows=(Flow("extra"),)) if one.id == "sign" else one for one in procedure.steps]
    extra = step("extra", "return", role="desk", kinds=("other",))
    more = replace(procedure, steps=(*signed, extra))
    scene = permit_scene()
    with_extra = replace(
        scene, loads=(replace(scene.main, durations={**scene.main.durations, "extra": fixed(60)}),)
    )
    plans = compiled(scene, {"p": procedure}), compiled(with_extra, {"p": more})
    before, after = (replicate(plan, 3, 0, with_events=True) for plan in plans)
    assert np.array_equal(before.loads[0].came, after.loads[0].came)

    def work(plan: Plan, played: object) -> dict[tuple[int, str], float]:
        rows = played.rows[0]  # type: ignore[attr-defined]
        names = [plan.steps[at].step.id for at in rows.step]
        return dict(zip(zip(rows.number.tolist(), names, strict=True), rows.worked.tolist(), strict=True))

    first, second = work(plans[0], before), work(plans[1], after)
    assert {key: value for key, value in second.items() if key[1] != "extra"} == first


def test_the_answer_is_the_same_for_any_number_of_processes() -> None:
    plan = compiled(permit_scene(), {"p": permit()})
    alone = replications([plan, plan], 3, range(2), 1)
    assert repr(replications([plan, plan], 3, range(2), 2)) == repr(alone)
    circling = Procedure(
        "p", (step("a", Flow("a", "again"), Flow("b", "done"), role="r"), step("b", role="r"))
    )
    load = Load(
        "p", Arrivals(99), durations={"a": fixed(1), "b": fixed(1)}, branches={"a": {"again": 0.99999}}
    )
    endless = compiled(scenario(load, staff={"r": 1}), {"p": replace(circling, start="a")})
    with pytest.raises(InputError, match="step 'a': a dossier comes back"):
        replications([endless], 3, range(2), 2)


@settings(max_examples=12, deadline=None)
@given(scenes())
@example(circle_of_inclusive_joins())
def test_executions_are_those_of_the_traffic_equations(scene: tuple[Scenario, Procedure]) -> None:
    of, procedure = scene
    busy = replace(of.main, arrivals=Arrivals(60_000), backlog=0)
    staff = {role: replace(one, people=10**6) for role, one in of.staff.items()}
    try:
        plan = compiled(replace(of, loads=(busy,), staff=staff), {"p": procedure})
        executions = executions_per_dossier(plan)
    except InputError:  # no way out is left
        return
    replication = replicate(plan, 1, 0, with_events=True)
    counted = np.bincount((replication.rows or ())[0].step, minlength=len(plan.steps)) / len(
        replication.loads[0].came
    )
    expected = np.zeros(len(plan.steps))
    for node, often in enumerate(executions):
        one = plan.steps[plan.ways.step[node]]
        share = plan.loads[0].cases[plan.ways.case[node]].share
        expected[plan.ways.step[node]] += 0.0 if one.step.is_silent else often * share
    assert counted == pytest.approx(expected, rel=0.15, abs=0.1)


def test_a_role_with_more_work_than_hours_is_overloaded_before_anything_is_played() -> None:
    load = Load("p", Arrivals(5218), durations={"work": fixed(HOUR)})
    plan = compiled(scenario(load, staff={"r": 2}), {"p": single()})
    (found,) = role_loads(plan)
    assert found.capacity_seconds_per_week == 2 * 40 * HOUR
    assert found.offered_seconds_per_week == pytest.approx(100 * HOUR, rel=1e-3)
    assert found.utilisation == pytest.approx(1.25, rel=1e-3)
    assert found.backlog_per_week == pytest.approx(20, rel=1e-2)
    assert role_loads(compiled(scenario(load, staff={"r": 3}), {"p": single()}))[0].backlog_per_week == 0


def test_a_calendar_that_never_opens_is_refused() -> None:
    load = Load("p", Arrivals(10), durations={"work": fixed(HOUR)})
    shut = Staffing("r", 1, calendar(*((),) * 7))
    with pytest.raises(InputError, match="no working hours"):
        compiled(scenario(load, staff={"r": shut}), {"p": single()})


def test_without_a_limit_nothing_is_on_time_or_late() -> None:
    load = Load("p", Arrivals(500), durations={"work": fixed(HOUR)})
    main = replicate(compiled(scenario(load, staff={"r": 3}), {"p": single()}), 1, 0).loads[0]
    assert (main.due == NO_DUE).all()
    assert (main.on_time == -1).all()


def test_a_bound_that_shuts_the_only_way_out_is_refused_with_its_step() -> None:
    sign = step("sign", Flow("check", "again"), Flow("end", "done"), role="r", at_most=1)
    check = step("check", Flow("check", "again"), Flow("sign", "done"), role="r")
    procedure = Procedure("p", (check, sign, step("end", role="r")), start="check")
    load = Load("p", Arrivals(9), durations=dict.fromkeys(("check", "sign", "end"), fixed(60)))
    with pytest.raises(InputError, match="from step 'check' a dossier never ends"):
        role_loads(compiled(scenario(load, staff={"r": 1}), {"p": procedure}))
