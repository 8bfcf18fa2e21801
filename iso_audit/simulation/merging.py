"""Merging steps in a row into one of one role: no hand-over and no waiting in between.

A control may be merged with work that its own role, or one competent for it, carries out: it is still
carried out then. Two controls never become one, and duties held apart never come into one hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

from iso_audit.analysis.duties import pairs_apart
from iso_audit.model.procedure import Flow, Limit, LimitGroup, Procedure, Split, Step, StepClock, TimeUnit
from iso_audit.model.scenario import Scenario
from iso_audit.simulation.attempt import (
    WORKS_ON,
    Attempt,
    ImpossibleError,
    factor_of,
    is_required,
    must_be_competent,
    renamed,
)
from iso_audit.simulation.numbers import merged, shares_of, with_main
from iso_audit.simulation.order_changes import Chain, chain_of, finish
from iso_audit.simulation.surgery import Surgery
from iso_audit.text import Text

TURNING_AWAY = ("refuse", "stop", "withdraw", "request_supplement")
"""Kinds of steps that some dossiers come to because of what a check has found."""
_LOOKS = ("review", "approve_sign")
"""Kinds of steps by which one person looks at what another has made."""


def merge(attempt: Attempt) -> None:
    """Steps of a chain become one, which leaves by all the ways by which they left the chain."""
    values, surgery = attempt.change.values, Surgery(attempt.procedure)
    chain = _chain(surgery, [step.id for step in attempt.steps])
    steps, names = chain.steps, tuple(step.id for step in chain.steps)
    role = str(values.get("role") or "") or _common(steps)
    new = str(values.get("id") or "") or names[0]
    if new in attempt.procedure.by_id and new not in names:
        raise ImpossibleError("taken", step=new)
    _may_be_one(attempt, steps, role)
    _must_be_for_all(attempt, chain)
    flows, shares = _joined_flows(attempt, steps, chain.through)
    groups, limit = _one_limit(attempt.procedure, steps, values.get("limit"))
    one = surgery.free("merged")
    surgery.put(replace(_one_of(attempt, steps, one, role, flows), limit=limit), names[0])
    back = _ways_back(attempt, surgery, names)
    for name in names:
        surgery.redirect(name, one)
    for name in names:
        surgery.drop(name)
    _named(surgery, one, new, names)
    finish(attempt, surgery)
    named = replace(attempt.procedure, limit_groups=groups)
    attempt.procedure = renamed(named, dict.fromkeys(names, new))
    load = attempt.scenario.main
    branches = {name: each for name, each in load.branches.items() if name not in names}
    branches = {**branches, **({new: shares} if shares else {})}
    attempt.scenario = with_main(attempt.scenario, replace(load, branches=branches))
    factor = factor_of(values)
    stopping = (step.id for step in steps if step.clock in (StepClock.PAUSED, StepClock.RESTARTS))
    numbers = _visits_once(attempt.scenario, names, back)
    attempt.scenario = merged(numbers, names, new, factor, next(stopping, names[0]))
    for name in names:
        attempt.fates[name] = ("merged", new)


def _chain(surgery: Surgery, names: list[str]) -> Chain:
    """The steps in their order; where one turns dossiers away, the last leaves its split to a gateway."""
    chain = chain_of(surgery, names, again=True)
    last = chain.steps[-1]
    has_sides = any(chain.sides(n) for n in range(len(chain.steps) - 1))
    if has_sides and last.split is not Split.ONE and len(last.flows) > 1:
        surgery.open_out(last.id)
        return replace(chain, steps=(*chain.steps[:-1], surgery.steps[last.id]))
    return chain


def _named(surgery: Surgery, old: str, new: str, gone: tuple[str, ...]) -> None:
    """Give a step and the gateways written inside its `next` their final names."""
    names = {old: new}
    for name in surgery.steps:
        before, _, label = name.rpartition("/")
        if before in gone and surgery.steps[name].is_silent and f"{new}/{label}" not in surgery.steps:
            names[name] = f"{new}/{label}"
    surgery.steps = {
        names.get(name, name): replace(
            step,
            id=names.get(name, name),
            flows=tuple(replace(flow, to=names.get(flow.to, flow.to)) for flow in step.flows),
        )
        for name, step in surgery.steps.items()
    }
    surgery.fresh = [names.get(name, name) for name in surgery.fresh]
    surgery.entry = names.get(surgery.entry, surgery.entry)
    surgery.redirected = [tuple(names.get(n, n) for n in each) for each in surgery.redirected]  # type: ignore[misc]


def _may_be_one(attempt: Attempt, steps: tuple[Step, ...], role: str) -> None:
    """Whether one hand may do it all: no duties held apart, competence, and no control lost in another."""
    for one, other in combinations(steps, 2):
        for pair in pairs_apart(attempt.procedure, ()):
            first, second = ({step.id for step in attempt.procedure.meant(name)} for name in pair)
            if (one.id in first and other.id in second) or (one.id in second and other.id in first):
                attempt.forbid("held-apart", step=one.id, step_second=other.id)
    controls = [step for step in steps if is_required(step)]
    if len(controls) > 1:
        attempt.forbid("controls", steps=tuple(step.id for step in controls))
    for control in steps:
        for other in steps:
            looked_at = {kind for own in _LOOKS if control.is_a(own) for kind in WORKS_ON[own]}
            if other.role != control.role and not looked_at.isdisjoint(other.kinds):
                attempt.forbid("self-control", step=control.id, step_second=other.id)
    for step in steps:
        must_be_competent(attempt, role, step)


def _ways_back(attempt: Attempt, surgery: Surgery, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """(source, step) of every flow that leads back into the middle of a chain: it begins anew then."""
    found = []
    for before, name in pairwise(names):
        sources = [source for source, _ in surgery.arrivals(name) if source != before]
        found += [(source, name) for source in sources]
        if sources:
            attempt.assume("again", step=names[0], step_second=name)
    return found


def _visits_once(scenario: Scenario, names: tuple[str, ...], back: list[tuple[str, str]]) -> Scenario:
    """Visits of the applicant, of whom a way back into a merged step asks no other than before."""
    visits = dict(scenario.citizen.visit_steps)
    most = max((visits.get(name, 0.0) for name in names), default=0.0)
    for source, name in back:
        if source in visits:
            visits[source] = max(0.0, visits[source] - (most - visits.get(name, 0.0)))
    return replace(scenario, citizen=replace(scenario.citizen, visit_steps=visits))


def _must_be_for_all(attempt: Attempt, chain: Chain) -> None:
    """What only some dossiers come to may not be merged into a step that all pass, if it turns them away."""
    for n, (step, after) in enumerate(pairwise(chain.steps)):
        if chain.sides(n):
            if any(after.is_a(kind) for kind in TURNING_AWAY):
                raise ImpossibleError("for-some", step=step.id, step_second=after.id)
            attempt.assume("for-some", step=step.id, step_second=after.id)


def _joined_flows(
    attempt: Attempt, steps: tuple[Step, ...], through: tuple[int, ...]
) -> tuple[tuple[Flow, ...], dict[str, float]]:
    """The ways out of a merged step, and their shares where those of any step are known."""
    last, branches = steps[-1], attempt.scenario.main.branches
    flows: list[Flow] = []
    shares: dict[str, float] = {}
    left, label = 1.0, ""
    for step, at in zip(steps[:-1], through, strict=False):
        known = shares_of(step, branches)
        for n, flow in enumerate(step.flows):
            if n != at:
                outcome = _free_outcome(flow, flows, step.id)
                flows.append(replace(flow, outcome=outcome))
                shares[outcome] = left * known[n]
        label = step.flows[at].outcome if len(step.flows) > 1 else label
        left *= known[at]
    if not flows:
        return last.flows, dict(branches.get(last.id, {}))
    for flow, share in zip(last.flows, shares_of(last, branches), strict=True):
        outcome = _free_outcome(replace(flow, outcome=flow.outcome or label), flows, last.id)
        flows.append(replace(flow, outcome=outcome))
        shares[outcome] = left * share
    is_known = any(step.id in branches for step in steps)
    return tuple(flows), shares if is_known else {}


def _free_outcome(flow: Flow, flows: list[Flow], step: str) -> str:
    taken = {each.outcome for each in flows}
    return f"{flow.outcome}-{step}" if not flow.outcome or flow.outcome in taken else flow.outcome


def _common(steps: tuple[Step, ...]) -> str:
    """The role that all steps have."""
    known = {step.role for step in steps} - {""}
    if len(known) > 1:
        raise ImpossibleError("which-role", roles=tuple(sorted(known)))
    return next(iter(known), "")


def _one_of(attempt: Attempt, steps: tuple[Step, ...], new: str, role: str, flows: tuple[Flow, ...]) -> Step:
    """The step that does what several did."""
    first, last = steps[0], steps[-1]
    if len({(step.part, step.within) for step in steps}) > 1:
        raise ImpossibleError("parts", steps=tuple(step.id for step in steps))
    clocks = {step.clock for step in steps if step.clock is not None}
    if len(clocks) > 1 or (clocks and any(step.clock is None and step.limit for step in steps)):
        raise ImpossibleError("clocks", steps=tuple(step.id for step in steps))
    name = attempt.change.values.get("name")
    unit = next((step.unit for step in steps if step.role == role), first.unit)
    bounds = [step.at_most for step in steps if step.at_most is not None]
    return Step(
        new,
        name if isinstance(name, Text) and (name.vi or name.en) else _names(steps),
        _all(step.kinds for step in steps),
        first.number,
        role,
        unit,
        first.part,
        records=_all(step.records for step in steps),
        clock=next(iter(clocks), None),
        at_most=min(bounds, default=None),
        reads=_all(step.reads for step in steps),
        writes=_all(step.writes for step in steps),
        control=any(step.control for step in steps),
        negotiable=not any(is_required(step) for step in steps) and any(step.negotiable for step in steps),
        submits_to=_all(step.submits_to for step in steps),
        no_reply=next((step.no_reply for step in steps if step.no_reply), ""),
        split=last.split,
        deferred=last.deferred,
        join=first.join,
        flows=flows,
        within=first.within,
        element=first.element if len({step.element for step in steps}) == 1 else "",
        place=first.place,
    )


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    found = dict.fromkeys(value for values in lists for value in values)
    return tuple(value for value in found if len(found) == 1 or value != "other")


def _names(steps: tuple[Step, ...]) -> Text:
    return Text(*("; ".join(n for n in (getattr(s.name, lang) for s in steps) if n) for lang in ("vi", "en")))


def _one_limit(
    procedure: Procedure, steps: tuple[Step, ...], given: object
) -> tuple[tuple[LimitGroup, ...], Limit | None]:
    """The limit of a merged step: what its parts had together, each its own or all of them one."""
    names = {step.id for step in steps}
    inside = [group for group in procedure.limit_groups if names & set(group.steps)]
    if isinstance(given, Limit):
        return tuple(g for g in procedure.limit_groups if g not in inside or set(g.steps) - names), given
    own = [
        step.limit for step in steps if step.limit is not None and not any(step.id in g.steps for g in inside)
    ]
    if not inside:
        return procedure.limit_groups, _sum(own)
    if len(inside) > 1:
        raise ImpossibleError("limit-groups", steps=tuple(sorted(names)))
    total = _sum([inside[0].limit, *own])
    if total is None:
        raise ImpossibleError("limit-groups", steps=tuple(sorted(names)))
    if not set(inside[0].steps) - names:
        return tuple(group for group in procedure.limit_groups if group is not inside[0]), total
    wider = replace(inside[0], limit=total)
    return tuple(wider if group is inside[0] else group for group in procedure.limit_groups), None


def _sum(limits: list[Limit]) -> Limit | None:
    """Limits added up; None where there are none or no unit fits them all."""
    timed = [limit for limit in limits if limit.value]
    if len(timed) < 2:
        return timed[0] if timed else limits[0] if limits else None
    units = {limit.unit for limit in timed}
    if len(units) == 1:
        return Limit(sum((limit.value or Fraction(0) for limit in timed), Fraction(0)), timed[0].unit)
    if not all(unit.is_working for unit in units):
        return None
    seconds = sum(limit.nominal_seconds or 0 for limit in timed)
    hours = Fraction(seconds, 3600)
    whole = hours / 8
    return (
        Limit(whole, TimeUnit.WORKING_DAY) if whole.denominator <= 2 else Limit(hours, TimeUnit.WORKING_HOUR)
    )
