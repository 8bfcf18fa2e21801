"""What became of each dossier: lead time, due date by the legal clock, hand-overs, visits, repeated work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iso_audit.analysis.worktime import NO_DUE, Stops, WorkTable
from iso_audit.model.civil import DAY, day_of
from iso_audit.model.procedure import StepClock
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import NEVER, TICK, Floats, Ints
from iso_audit.simulation.plan import NONE, Plan, StepPlan

Flags = NDArray[np.bool_]

SELF_SERVED = frozenset(("online", "post"))
"""Channels by which the applicant does not come to the desk."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Executions of one load's steps, by dossier and then in the order of a log: by end, by beginning."""

    number: Ints
    step: Ints
    came: Ints
    """Tick at which it lay there, before any wait that is neither queue nor work."""
    ready: Ints
    """Tick from which it waited for somebody."""
    started: Ints
    finished: Ints
    worked: Floats
    """Seconds of work."""
    waited: Floats
    """Seconds in the hours of those who do it, from `ready` to `started`."""


@dataclass(frozen=True, eq=False)
class Dossiers:
    """One load's dossiers, by number; those of the backlog come last. Moments are ticks."""

    came: Ints
    finished: Ints
    """When the result was ready; NEVER where it was not at the horizon."""
    is_measured: Flags
    """Came in during the period and after the warm-up."""
    case: Ints
    channel: Ints
    lead: Floats
    """Working seconds from receipt to result; NaN where there is none. So are `days`."""
    days: Floats
    stood: Floats
    """Working seconds in which the clock stood."""
    due: Ints
    """Civil second (`model.civil`) at which the result is due; NO_DUE where nothing is promised."""
    on_time: Ints
    """1 in time, 0 late, -1 where nothing is promised."""
    worked: Floats
    waited: Floats
    handovers: Ints
    visits: Floats
    """Of the applicant, who does not come where the channel is another than the desk."""
    repeats: Ints
    """Executions of a step beyond its first."""
    supplements: Ints
    cost: Floats
    """Of the office's work, by the hourly cost of the roles."""

    @property
    def is_finished(self) -> Flags:
        return self.finished < NEVER


def dossiers_of(plan: Plan, fate: Fate, load: int, rows: Rows, live: Ints) -> Dossiers:
    """Put together what became of the dossiers of a load."""
    came = fate.arrivals[load]
    count = len(came)
    steps = [step if step.load == load else None for step in plan.steps]
    finished = _finished(steps, rows, live, plan.horizon)
    done = finished < NEVER
    office = plan.hours[1]
    until = np.where(done, finished, came)
    stops = _stops(plan, steps, rows, came)
    due = _dues(plan, fate, load, came, stops)
    second = _civil(plan, np.minimum(finished, plan.horizon))
    hourly = np.array([0.0] + [one.hourly_cost for one in plan.scenario.staff.values()]) / 3600
    cost = hourly[_per_step(steps, lambda step: step.role + 1, 0)[rows.step]] * rows.worked
    paid = _per_step(steps, lambda step: step.role != NONE, False).astype(bool)[rows.step]
    is_supplement = _per_step(steps, lambda step: step.step.is_a("request_supplement"), False)
    visits = np.array([0.0 if step is None else step.visits for step in steps])
    comes = np.array([name not in SELF_SERVED for name, _ in plan.loads[load].channels])
    return Dossiers(
        came=came,
        finished=finished,
        is_measured=(np.arange(count) < fate.fresh[load]) & (came >= plan.since),
        case=fate.cases[load],
        channel=fate.channels[load],
        lead=np.where(done, office.between(came, until) / TICK, np.nan),
        days=np.where(done, (until - came) / (DAY * TICK), np.nan),
        stood=_stood(plan, stops, count),
        due=due,
        on_time=np.where(due == NO_DUE, -1, second <= due),
        worked=_sums(rows, rows.worked * paid, count),
        waited=_sums(rows, rows.waited, count),
        handovers=_handovers(steps, rows, count),
        visits=_sums(rows, visits[rows.step], count) * comes[fate.channels[load]],
        repeats=_repeats(steps, rows, count),
        supplements=_sums(rows, is_supplement[rows.step].astype(np.float64), count).astype(np.int64),
        cost=_sums(rows, cost, count),
    )


def _per_step(steps: list[StepPlan | None], ask: Callable[[StepPlan], int], otherwise: int) -> Ints:
    return np.array([otherwise if step is None else ask(step) for step in steps], dtype=np.int64)


def _finished(steps: list[StepPlan | None], rows: Rows, live: Ints, horizon: int) -> Ints:
    """When results were ready: as the first return could begin, else when the last work but filing ended."""
    never, count = NEVER, len(live)
    ready = np.full(count, never)
    returns = _per_step(steps, lambda step: step.step.is_a("return_result"), False).astype(bool)[rows.step]
    np.minimum.at(ready, rows.number[returns], rows.came[returns])
    files = _per_step(steps, lambda step: step.step.is_a("archive"), False).astype(bool)[rows.step]
    last, filed = np.full(count, -1), np.full(count, -1)
    np.maximum.at(last, rows.number[~files], rows.finished[~files])
    np.maximum.at(filed, rows.number[files], rows.finished[files])
    ended = np.where(last >= 0, last, filed)
    ended = np.where((live == 0) & (ended >= 0) & (ended < horizon), ended, never)
    return np.where(ready < horizon, ready, ended)


def _stops(plan: Plan, steps: list[StepPlan | None], rows: Rows, came: Ints) -> Stops:
    """Stretches in which the clocks stood, as the engine finds them in a log (`engine.course`)."""
    clocks = _per_step(steps, lambda step: list(StepClock).index(step.clock), 0)[rows.step]
    runs, _, restarts, outside = range(4)
    by_applicant = _per_step(steps, lambda step: step.by_applicant, False).astype(bool)[rows.step]
    same_next = (
        np.append(rows.number[1:] == rows.number[:-1], False) if len(rows.number) else np.zeros(0, bool)
    )
    following = np.where(same_next, np.roll(rows.started, -1), plan.horizon)
    same_before = np.roll(same_next, 1)
    before = np.where(same_before, np.roll(rows.finished, 1), came[rows.number])
    own = (clocks == outside) | by_applicant
    begins = np.where(clocks == outside, rows.started, np.where(by_applicant, before, rows.finished))
    ends = np.where(own, rows.finished, following)
    at = np.flatnonzero(clocks != runs)
    begins, ends = (_civil(plan, np.minimum(each[at], plan.horizon)) for each in (begins, ends))
    return Stops.of(rows.number[at], begins, ends, clocks[at] == restarts, len(came))


def _stood(plan: Plan, stops: Stops, count: int) -> Floats:
    """Working seconds of the stretches; where two overlap both are counted."""
    number = np.repeat(np.arange(count), np.diff(stops.offsets))
    shift = day_of(plan.scenario.first) * DAY
    begins, ends = (np.clip((each - shift) * TICK, 0, plan.horizon) for each in (stops.begins, stops.ends))
    stood = plan.hours[1].between(begins, np.maximum(begins, ends)) / TICK
    summed: Floats = np.bincount(number, stood, minlength=count).astype(np.float64)
    return summed


def _dues(plan: Plan, fate: Fate, load: int, came: Ints, stops: Stops) -> Ints:
    scenario, cases = plan.scenario, plan.loads[load].cases
    table = WorkTable(scenario.calendar, scenario.first, scenario.last + dt.timedelta(days=366))

    def by_dossier(facts: list[int]) -> Ints:
        return np.array(facts, dtype=np.int64)[fate.cases[load]]

    return table.due(
        _civil(plan, came),
        by_dossier([case.unit for case in cases]),
        by_dossier([case.amount for case in cases]),
        same_day=by_dossier([case.same_day for case in cases]).astype(bool),
        cutoffs=by_dossier([case.cutoff for case in cases]),
        moves_start=by_dossier([case.moves_start for case in cases]).astype(bool),
        stops=stops,
    ).seconds


def _civil(plan: Plan, ticks: Ints) -> Ints:
    """Civil seconds of moments."""
    return ticks // TICK + day_of(plan.scenario.first) * DAY


def _handovers(steps: list[StepPlan | None], rows: Rows, count: int) -> Ints:
    """How often the next to work on it, in the order of a log, is of another role or unit."""
    hands: dict[tuple[str, str], int] = {}
    group = _per_step(
        steps,
        lambda step: (
            NONE
            if step.by_applicant or not step.step.role
            else hands.setdefault((step.step.role, step.step.unit), len(hands))
        ),
        NONE,
    )[rows.step]
    human = np.flatnonzero(group != NONE)
    number, group = rows.number[human], group[human]
    changes = (number[1:] == number[:-1]) & (group[1:] != group[:-1])
    return np.bincount(number[1:][changes], minlength=count).astype(np.int64)


def _repeats(steps: list[StepPlan | None], rows: Rows, count: int) -> Ints:
    """Executions beyond the first of each step; only a step in a circle has any."""
    circling = [at for at, step in enumerate(steps) if step is not None and step.counts_visits]
    again = np.zeros(count, dtype=np.int64)
    for step in circling:
        again += np.maximum(np.bincount(rows.number[rows.step == step], minlength=count) - 1, 0)
    return again


def _sums(rows: Rows, values: Floats, count: int) -> Floats:
    return np.bincount(rows.number, values, minlength=count).astype(np.float64)
