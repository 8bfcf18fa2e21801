"""A scenario to start from: every number is a guess that follows openly from the procedure.

The owner replaces them one by one; until then nothing that comes out may be used to decide.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import replace

from iso_audit.model.calendar import Calendar
from iso_audit.model.organisation import Organisation
from iso_audit.model.place import NOWHERE
from iso_audit.model.procedure import Procedure, Split, Step, StepClock
from iso_audit.model.scenario import (
    Arrivals,
    Change,
    Citizen,
    Family,
    Load,
    Precision,
    Proposal,
    Scenario,
    Spread,
    Staffing,
    Works,
)
from iso_audit.simulation.compile import CLOCKS, compiled
from iso_audit.simulation.load import role_loads
from iso_audit.text import Text

DOSSIERS_PER_YEAR = 500
SHARE_OF_LIMIT = 10
"""Work on a step is guessed as one part in so many of its limit ..."""
LEAST_SECONDS, MOST_SECONDS, UNKNOWN_SECONDS = 300, 4 * 3600, 900
"""... within these bounds; the last where the step has no limit."""
BUSY = 0.7
"""Share of their time for which people are put to work."""
ANSWER_DAYS, PAYMENT_DAYS = 5, 3
OTHER_SHARE = 0.1
"""Of every outcome that is not the usual one."""
HOURLY_INCOME = 40_000
WORK_HOURS, VISIT_HOURS = 1.0, 1.5
CASE_SHARE = 0.1
_LONGEST_DAYS = 365
_ASIDE = frozenset(("refuse", "request_supplement", "stop", "withdraw", "apologise"))


def first_guess(
    procedure: Procedure, organisation: Organisation, calendar: Calendar, title: Text, seed: int = 0
) -> Scenario:
    """Guess a whole scenario for a procedure.

    Raises:
        InputError: the procedure cannot be simulated, as dossiers can never leave it.
    """
    outside = tuple(sorted(_outside(procedure, organisation)))
    applicants = organisation.applicants
    steps = [step for step in procedure.steps if not step.is_silent and not step.anytime]
    roles = dict.fromkeys(
        step.role for step in steps if step.role and step.role not in {*outside, *applicants}
    )
    others = sorted({flow.case for step in procedure.steps for flow in step.flows if flow.case} - {"default"})
    load = Load(
        procedure.id,
        Arrivals(DOSSIERS_PER_YEAR),
        cases=_cases(others),
        durations={step.id: _work(step, {*outside, *applicants}) for step in steps},
        waits={step.id: _answer() for step in steps if _asks(step, applicants)},
        branches={step.id: shares for step in procedure.steps if (shares := _shares(procedure, step))},
    )
    first, last = _period(procedure, calendar)
    scenario = Scenario(
        procedure.id, title, (load,), {role: Staffing(role, 1, calendar) for role in roles}, calendar,
        first, last, citizen=_citizen(procedure, steps), seed=seed, outside=outside,
        applicants=applicants,
        precision=Precision(half_widths={"on_time": 0.005, "lead_mean": 3600.0}),
        warm_up_days=min(28, (last - first).days // 4),
    )  # fmt: skip
    return _staffed(scenario, procedure)


def _outside(procedure: Procedure, organisation: Organisation) -> set[str]:
    """Roles that act in outside bodies only."""
    units = {unit.id for unit in organisation.units.values() if unit.kind == "outside"}
    parts = {part.id: part.unit for part in procedure.parts}
    at = {step.id: step.unit or parts.get(step.part, "") for step in procedure.steps}
    theirs = {step.role for step in procedure.steps if step.role and at[step.id] in units}
    return theirs - {step.role for step in procedure.steps if at[step.id] not in units}


def _cases(others: list[str]) -> dict[str, float]:
    """Cases that take a way of their own need a share."""
    return {**dict.fromkeys(others, CASE_SHARE), "default": 1 - CASE_SHARE * len(others)} if others else {}


def guessed_work_seconds(step: Step) -> int:
    """Usual time of work: a part of the step's limit, in whole five minutes."""
    limit = step.limit.nominal_seconds if step.limit is not None else None
    if not limit:
        return UNKNOWN_SECONDS
    return round(min(max(limit / SHARE_OF_LIMIT, LEAST_SECONDS), MOST_SECONDS) / 300) * 300


def _work(step: Step, not_ours: set[str]) -> Spread:
    if step.role in not_ours:
        limit = step.limit.nominal_seconds if step.limit is not None else None
        if limit:  # their whole limit is the only thing that is known of them
            return Spread(Family.FIXED, float(limit))
        days = PAYMENT_DAYS * 86_400.0
        return Spread(Family.EXPONENTIAL, days, is_working=False)
    usual = float(guessed_work_seconds(step))
    return Spread(Family.TRIANGULAR, low_seconds=usual / 2, mode_seconds=usual, high_seconds=usual * 2)


def _asks(step: Step, applicants: Collection[str]) -> bool:
    """Whether the dossier waits for the applicant after the step."""
    clock = step.clock or next((CLOCKS[kind] for kind in step.kinds if kind in CLOCKS), StepClock.RUNS)
    return clock in (StepClock.PAUSED, StepClock.RESTARTS) and step.role not in applicants


def _answer() -> Spread:
    return Spread(Family.EXPONENTIAL, ANSWER_DAYS * 86_400.0, is_working=False)


def _shares(procedure: Procedure, step: Step) -> dict[str, float]:
    """A share for each outcome but the usual one: the first that leads on, not aside and not back."""
    names = dict.fromkeys(flow.outcome or flow.to for flow in step.flows if not flow.case)
    if step.anytime or step.split is not Split.ONE or len(names) < 2:
        return {}
    order = {each.id: n for n, each in enumerate(procedure.steps)}
    usual = next(
        (
            flow.outcome or flow.to
            for flow in step.flows
            if not flow.case
            and order[flow.to] > order[step.id]
            and _ASIDE.isdisjoint(procedure.by_id[flow.to].kinds)
        ),
        next(iter(names)),
    )
    share = min(OTHER_SHARE, 0.5 / (len(names) - 1))
    return {name: share for name in names if name != usual}


def _period(procedure: Procedure, calendar: Calendar) -> tuple[dt.date, dt.date]:
    """The last year that calendar and procedure know."""
    last = min(calendar.last, procedure.in_force.last or calendar.last)
    first = max(procedure.in_force.first or calendar.first, last - dt.timedelta(days=_LONGEST_DAYS - 1))
    return min(first, last), last


def _citizen(procedure: Procedure, steps: list[Step]) -> Citizen:
    visits = {step.id: 1.0 for step in steps if any(step.is_a(kind) for kind in ("receive", "return_result"))}
    works = [Works(Text(document), WORK_HOURS, document=document) for document in procedure.documents]
    works.append(Works(_VISIT, VISIT_HOURS, per="visit"))
    return Citizen(float(HOURLY_INCOME), works=tuple(works), visit_steps=visits)


def _staffed(scenario: Scenario, procedure: Procedure) -> Scenario:
    """As many people as keep every role busy for most of its time; and one more of the busiest to try."""
    loads = role_loads(compiled(scenario, {procedure.id: procedure}))
    staff = {
        one.role: replace(scenario.staff[one.role], people=max(1, math.ceil(one.utilisation / BUSY)))
        for one in loads
    }
    if not loads:
        return scenario
    busiest = max(loads, key=lambda one: one.utilisation / staff[one.role].people).role
    more = Change("staff", (), {"staff": {busiest: 1}}, place=NOWHERE)
    proposal = Proposal(f"more-{busiest}", _ONE_MORE, (more,))
    return replace(scenario, staff=staff, proposals=(proposal,))


_VISIT = Text(vi="Đi lại và chờ", en="Travel and wait")
_ONE_MORE = Text(vi="Thêm một người ở vai trò bận nhất", en="One more person in the busiest role")
