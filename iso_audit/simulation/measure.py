"""The measures of one replication: one number each, for the procedure that is to be changed."""

from __future__ import annotations

import math

import numpy as np

from iso_audit.judgement.cost import cost_table
from iso_audit.simulation.compare import Played
from iso_audit.simulation.hours import TICK, Floats
from iso_audit.simulation.plan import NONE, Plan
from iso_audit.simulation.run import Replication


def played(plan: Plan, replication: Replication) -> Played:
    """Everything that is compared of one replication."""
    main = replication.loads[0]
    return Played(
        dossiers=int(main.is_measured.sum()),
        measures=measured(plan, replication),
        by_role=by_role(plan, replication),
        by_step=by_step(plan, replication),
        lead_quantiles=lead_quantiles(replication),
    )


def measured(plan: Plan, replication: Replication) -> dict[str, float]:
    """The measures of `MEASURES`; NaN where no dossier was measured."""
    main = replication.loads[0]
    mine = np.flatnonzero(main.is_measured)
    promised = main.on_time[mine] >= 0
    done = mine[main.is_finished[mine]]
    cost, citizen = _mean(main.cost[mine]), _citizen(plan, replication)
    return {
        "lead_mean": _mean(main.lead[done]),
        "lead_median": _quantile(main.lead[done], 0.5),
        "lead_p95": _quantile(main.lead[done], 0.95),
        "days_mean": _mean(main.days[done]),
        "days_p95": _quantile(main.days[done], 0.95),
        "on_time": _mean(main.on_time[mine][promised].astype(np.float64)),
        "in_progress": float(replication.in_progress[0]),
        "finished": float(((main.finished > plan.since) & (main.finished <= plan.until)).sum()),
        "waiting_mean": _mean(main.waited[mine]),
        "work_mean": _mean(main.worked[mine]),
        "handovers": _mean(main.handovers[mine].astype(np.float64)),
        "visits": _mean(main.visits[mine]),
        "supplements": _mean(main.supplements[mine].astype(np.float64)),
        "rework": _mean(main.repeats[mine].astype(np.float64)),
        "citizen_cost": citizen,
        "citizen_cost_year": citizen * plan.scenario.main.arrivals.per_year,
        "staff_cost": cost,
        "staff_cost_year": cost * plan.scenario.main.arrivals.per_year,
        "staffing_year": _staffing(plan, replication),
    }


def _staffing(plan: Plan, replication: Replication) -> float:
    """What the people who are provided cost in a year, busy or not."""
    ticks = plan.until - plan.since
    years = ticks / TICK / (365.25 * 86_400)
    paid = [plan.scenario.staff[role].hourly_cost / 3600 for role in plan.roles]
    return float(np.dot(paid, replication.role_capacity)) / years if years > 0 else math.nan


def _citizen(plan: Plan, replication: Replication) -> float:
    """What one dossier costs the applicant, by the visits and supplements that were played."""
    main = replication.loads[0]
    mine = main.is_measured
    if not mine.any():
        return math.nan
    visits, supplements = _mean(main.visits[mine]), _mean(main.supplements[mine].astype(np.float64))
    return float(cost_table(plan.scenario.citizen, 1, visits, supplements).per_dossier)


def by_role(plan: Plan, replication: Replication) -> dict[tuple[str, str], float]:
    """(role, `utilisation` or `waiting_mean`) -> value, over all procedures that it serves."""
    found: dict[tuple[str, str], float] = {}
    for at, role in enumerate(plan.roles):
        capacity, taken = replication.role_capacity[at], replication.role_taken[at]
        found[role, "utilisation"] = float(replication.role_busy[at] / capacity) if capacity else math.nan
        found[role, "waiting_mean"] = float(replication.role_waited[at] / taken) if taken else math.nan
    return found


def by_step(plan: Plan, replication: Replication) -> dict[tuple[str, str], float]:
    """(step, `executions`, `waiting_mean` or `work_mean`) -> value, for the main procedure."""
    found: dict[tuple[str, str], float] = {}
    for at, one in enumerate(plan.steps):
        if one.load or one.step.is_silent:
            continue
        count = int(replication.step_executions[at])
        found[one.step.id, "executions"] = float(count)
        if one.role != NONE:
            waited, worked = replication.step_waited[at], replication.step_worked[at]
            found[one.step.id, "waiting_mean"] = float(waited / count) if count else math.nan
            found[one.step.id, "work_mean"] = float(worked / count) if count else math.nan
    return found


def lead_quantiles(replication: Replication) -> tuple[float, ...]:
    """Working seconds at 0, 1 .. 100 % of the measured dossiers that were finished."""
    main = replication.loads[0]
    lead = main.lead[main.is_measured & main.is_finished]
    return tuple(np.quantile(lead, np.linspace(0, 1, 101)).tolist()) if len(lead) else ()


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan


def _quantile(values: Floats, share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else math.nan
