"""The numbers of a scenario, carried along when steps are merged, renamed or taken out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from iso_audit.model.procedure import Step
from iso_audit.model.scenario import Citizen, Family, Load, Scenario, Spread
from iso_audit.simulation.compare import stretched

Value = TypeVar("Value")


def with_main(scenario: Scenario, load: Load) -> Scenario:
    """The scenario with another load of the procedure that is changed."""
    return replace(scenario, loads=(load, *scenario.loads[1:]))


def moments(spread: Spread) -> tuple[float, float]:
    """Mean and standard deviation in seconds, the share of zeros counted in."""
    low, mode, high = spread.low_seconds, spread.mode_seconds, spread.high_seconds
    mean, sd = spread.mean_seconds, spread.sd_seconds
    if spread.family is Family.FIXED:
        sd = 0.0
    elif spread.family is Family.EXPONENTIAL:
        sd = mean
    elif spread.family is Family.UNIFORM:
        mean, sd = (low + high) / 2, (high - low) / math.sqrt(12)
    elif spread.family is Family.TRIANGULAR:
        mean = (low + mode + high) / 3
        squares = low * low + mode * mode + high * high - low * mode - low * high - mode * high
        sd = math.sqrt(max(squares, 0.0) / 18)
    elif spread.family is Family.PERT:
        mean = (low + 4 * mode + high) / 6
        sd = math.sqrt(max((mean - low) * (high - mean), 0.0) / 7)
    elif spread.family is Family.EMPIRICAL:
        mean, sd = _of_quantiles(spread.quantiles_seconds)
    share = 1 - spread.zero_share
    return mean * share, math.sqrt(max(share * (sd * sd + mean * mean) - (mean * share) ** 2, 0.0))


def _of_quantiles(values: tuple[float, ...]) -> tuple[float, float]:
    """Mean and standard deviation of a distribution that is even between its quantiles."""
    if len(values) < 2:
        return (values[0] if values else 0.0), 0.0
    pairs = list(pairwise(values))
    mean = sum(a + b for a, b in pairs) / (2 * len(pairs))
    square = sum(a * a + a * b + b * b for a, b in pairs) / (3 * len(pairs))
    return mean, math.sqrt(max(square - mean * mean, 0.0))


def summed(spreads: list[Spread], factor: float) -> Spread:
    """One time for works done one after the other by one hand, shortened by a factor.

    Independent times: means and variances add up. The shape is that of the first, if it has a mean
    and a deviation of its own, else a gamma.
    """
    if len(spreads) == 1:
        return stretched(spreads[0], factor)
    every = [moments(spread) for spread in spreads]
    mean = factor * sum(each for each, _ in every)
    sd = factor * math.sqrt(sum(each * each for _, each in every))
    first = spreads[0]
    of_two = (Family.GAMMA, Family.LOGNORMAL, Family.WEIBULL)
    family = first.family if first.family in of_two else Family.GAMMA
    if sd <= 0 or mean <= 0:
        return Spread(Family.FIXED, mean, is_working=first.is_working, place=first.place)
    return Spread(family, mean, sd, is_working=first.is_working, place=first.place)


def shares_of(step: Step, branches: Mapping[str, Mapping[str, float]]) -> list[float]:
    """The share of every flow of a choice, known by outcome or target; the others share what is left."""
    known = branches.get(step.id, {})
    found = [
        known.get(flow.outcome, known.get(flow.to)) if flow.outcome else known.get(flow.to)
        for flow in step.flows
    ]
    left = max(1 - sum(share for share in found if share is not None), 0.0)
    rest = found.count(None)
    return [left / rest if share is None else share for share in found]


def _without(values: Mapping[str, Value], names: frozenset[str]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if name not in names}


def without_steps(scenario: Scenario, names: frozenset[str]) -> Scenario:
    """The scenario without the numbers of steps that are no more."""
    load, citizen = scenario.main, scenario.citizen
    load = replace(
        load,
        durations=_without(load.durations, names),
        by_case={key: value for key, value in load.by_case.items() if key[0] not in names},
        waits=_without(load.waits, names),
        branches=_without(load.branches, names),
        repeats=_without(load.repeats, names),
        batches=_without(load.batches, names),
    )
    citizen = replace(citizen, visit_steps=_without(citizen.visit_steps, names))
    return replace(with_main(scenario, load), citizen=citizen)


def redirected(
    scenario: Scenario, moves: list[tuple[str, str, str]], outcomes: Mapping[str, set[str]]
) -> Scenario:
    """Shares that name the target of a flow, after the flow leads to another; (source, old, new).

    `outcomes` are those of each source: a key that is an outcome names no target.
    """
    load = scenario.main
    branches = {step: dict(shares) for step, shares in load.branches.items()}
    repeats = {step: [dict(shares) for shares in each] for step, each in load.repeats.items()}
    for source, old, new in moves:
        if old in outcomes.get(source, ()):
            continue
        for shares in (*([branches[source]] if source in branches else []), *repeats.get(source, ())):
            if old in shares:
                shares[new] = shares.get(new, 0.0) + shares.pop(old)
    made = replace(load, branches=branches, repeats={step: tuple(each) for step, each in repeats.items()})
    return with_main(scenario, made)


def deciding(scenario: Scenario, decides: Mapping[str, str]) -> Scenario:
    """Shares of choices that a gateway makes now in the place of a step."""
    load = scenario.main

    def moved(values: Mapping[str, Value]) -> dict[str, Value]:
        return {decides.get(name, name): value for name, value in values.items()}

    return with_main(scenario, replace(load, branches=moved(load.branches), repeats=moved(load.repeats)))


def merged(
    scenario: Scenario, steps: tuple[str, ...], into: str, factor: float, waits_of: str = ""
) -> Scenario:
    """The numbers of several steps as those of the one that takes their place.

    Work adds up, by case too; the wait is that of the first (or of `waits_of`), for nobody waits within
    one hand; a batch of any is one of the whole; a visit for any is one visit.
    """
    load, citizen = scenario.main, scenario.citizen
    durations, by_case = dict(load.durations), dict(load.by_case)
    cases = {case for step, case in by_case if step in steps}
    for case in sorted(cases):
        each = [by_case.get((step, case), durations.get(step)) for step in steps]
        by_case[into, case] = summed([spread for spread in each if spread is not None], factor)
    known = [durations[step] for step in steps if step in durations]
    waits, batches = dict(load.waits), dict(load.batches)
    wait = waits.get(waits_of or steps[0])
    batch = next((batches[step] for step in steps if step in batches), None)
    visits = [citizen.visit_steps[step] for step in steps if step in citizen.visit_steps]
    gone = frozenset(steps) - {into}
    made = without_steps(with_main(scenario, replace(load, by_case=by_case)), gone)
    load = made.main
    durations = {**load.durations, **({into: summed(known, factor)} if known else {})}
    waits = {**_without(load.waits, frozenset({into})), **({into: wait} if wait is not None else {})}
    batches = {
        **_without(load.batches, frozenset({into})),
        **({into: replace(batch, step=into)} if batch is not None else {}),
    }
    kept = {key: value for key, value in load.by_case.items() if key[0] != into or key[1] in cases}
    made = with_main(made, replace(load, durations=durations, by_case=kept, waits=waits, batches=batches))
    seen = {
        **_without(made.citizen.visit_steps, frozenset({into})),
        **({into: max(visits)} if visits else {}),
    }
    return replace(made, citizen=replace(made.citizen, visit_steps=seen))


def retimed(
    scenario: Scenario, step: str, factor: float, source: str = "", cases: tuple[str, ...] = ()
) -> Scenario:
    """A step's work by a factor of its own time, or of that of `source`; of some cases alone."""
    load = scenario.main
    own = source or step
    durations, by_case = dict(load.durations), dict(load.by_case)
    if own in load.durations:
        durations[step] = stretched(load.durations[own], factor)
    for (name, case), spread in load.by_case.items():
        if name == own and (not cases or case in cases):
            by_case[step, case] = stretched(spread, factor)
    return with_main(scenario, replace(load, durations=durations, by_case=by_case))


def without_document(citizen: Citizen, is_it: Callable[[str], bool]) -> Citizen:
    """What the citizen no longer does once a document is not asked for."""
    return replace(citizen, works=tuple(work for work in citizen.works if not is_it(work.document)))
