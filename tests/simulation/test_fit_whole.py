"""A scenario is played, its log is read like any other and fitted: what went in comes out again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iso_audit.audit.criteria import world_of
from iso_audit.engine.duck import DuckEngine
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Calibration
from iso_audit.rules import CATALOGUE
from iso_audit.simulation.beginning import in_force
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.draws import mean_seconds
from iso_audit.simulation.fitting import fitted_scenario
from iso_audit.simulation.log import log_of
from iso_audit.simulation.observed import IDLE_SECONDS, _idle, _idle_from
from iso_audit.simulation.replay import written
from iso_audit.simulation.run import replicate
from iso_audit.workspace.load import load
from iso_audit.workspace.scenarios import load_scenario
from tests.simulation.scenes import fixed

PROCESSES = Path(__file__).parents[2] / "processes"
SEED, MORE_DOSSIERS, MORE_PEOPLE = 11, 8, 12
"""The shipped permit with more of both: enough dossiers to tell numbers, enough people for short queues."""

Fit = tuple[Scenario, Scenario, Calibration]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """The truth, and what is fitted from a scenario whose times and arrivals are all wrong."""
    workspace = load(PROCESSES, CATALOGUE)
    shipped = load_scenario(PROCESSES / "scenarios/house-permit-online.yaml", workspace)
    arrivals = replace(shipped.main.arrivals, per_year=shipped.main.arrivals.per_year * MORE_DOSSIERS)
    staff = {role: replace(one, people=one.people * MORE_PEOPLE) for role, one in shipped.staff.items()}
    main = replace(shipped.main, arrivals=arrivals)
    truth = replace(shipped, loads=(main,), staff=staff, proposals=())
    plan = compiled(truth, in_force(workspace, truth))
    log = log_of(plan, replicate(plan, SEED, 0, with_events=True))
    events, mapping = written(log, tmp_path_factory.mktemp("log"), truth.calendar.zone)
    with DuckEngine().take_in(events, mapping, world_of(workspace, log.drawn_up_at)) as held:
        courses = held.courses(main.procedure)
    wrong = replace(
        main,
        arrivals=replace(arrivals, per_year=500),
        durations=dict.fromkeys(main.durations, fixed(1)),
        waits=dict.fromkeys(main.waits, fixed(1)),
        branches={step: dict.fromkeys(shares, 0.01) for step, shares in main.branches.items()},
    )
    return truth, *fitted_scenario(workspace, replace(truth, loads=(wrong,)), courses, starts_known=True)


def seen(calibration: Calibration, what: str) -> dict[str, int]:
    return {one.step: one.observations for one in calibration.fitted if one.what == what}


def test_arrivals_come_out_again(found: Fit) -> None:
    """Two months of spring, in which more come than in the rest of the year."""
    truth, fitted, _ = found
    assert fitted.main.arrivals.per_year == pytest.approx(truth.main.arrivals.per_year, rel=0.2)


def test_times_of_work_come_out_again(found: Fit) -> None:
    truth, fitted, calibration = found
    often = [step for step, times in seen(calibration, "duration").items() if times > 150]
    assert len(often) > 10
    for step in often:
        wanted = mean_seconds(truth.main.durations[step])
        # work that goes on after a role's own hours is known only as well as these hours are
        near = 0.25 if step == "archive" else 0.08
        assert mean_seconds(fitted.main.durations[step]) == pytest.approx(wanted, rel=near), step


def test_waits_that_are_neither_queue_nor_work_come_out_again(found: Fit) -> None:
    truth, fitted, _ = found
    for step, spread in truth.main.waits.items():
        assert mean_seconds(fitted.main.waits[step]) == pytest.approx(mean_seconds(spread), rel=0.12), step
    others = {step for step in fitted.main.waits if step not in truth.main.waits}
    assert all(mean_seconds(fitted.main.waits[step]) < 600 for step in others)


def test_shares_of_outcomes_lie_in_their_intervals(found: Fit) -> None:
    truth, _, calibration = found
    told = {(one.step, one.outcome): one.value for one in calibration.fitted if one.what == "share"}
    for step, shares in truth.main.branches.items():
        for outcome, share in shares.items():
            value = told[step, outcome]
            assert value is not None
            assert value.low <= share <= value.high, (step, outcome)


def test_hours_of_a_role_are_its_own(found: Fit) -> None:
    truth, fitted, _ = found
    for role in ("division-head", "office-reviewer", "specialist"):
        assert fitted.staff[role].calendar.week == truth.staff[role].calendar.week, role


def test_later_dossiers_are_foretold(found: Fit) -> None:
    _, _, calibration = found
    held = {one.measure: one for one in calibration.hold_out if not one.role}
    assert set(held) == {"on_time", "lead_mean", "lead_p95"}
    assert all(one.holds for one in held.values()), held


def test_nobody_was_idle_while_all_worked() -> None:
    """Two people: idle before the first work, while one works, and after; a breath between is none."""
    begins, ends = np.array([100, 100, 600, 601]), np.array([600, 600, 1_000, 5_000])
    idle = _idle(begins, ends, 2)
    enabled = np.array([50, 300, 700, 900, 4_990])
    begun = np.array([100, 601, 1_000, 4_000, 4_995])
    assert IDLE_SECONDS > 1
    assert _idle_from(enabled, begun, idle).tolist() == [50, 601, 1_000, 1_000, 4_990]
