"""When a dossier's time is up: from which steps no step with a limit can follow any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from iso_audit.model.procedure import Procedure, Split, Step


@dataclass(frozen=True, slots=True)
class Ahead:
    """What may still come after each step, by id."""

    timed_may_follow: frozenset[str]
    """Steps after which a step with a limit can still be reached."""
    timed_beside: Mapping[str, frozenset[str]]
    """Steps with a limit that stand in a parallel branch: they too must have happened."""


def is_timed(procedure: Procedure, step: Step) -> bool:
    """Whether a step has a limit above zero, of its own or shared with a group."""
    if step.limit is not None and step.limit.value:
        return True
    return any(step.id in group.steps and group.limit.value for group in procedure.limit_groups)


def ahead(procedure: Procedure) -> Ahead:
    """Look along all flows once; steps that may happen at any time stand outside."""
    steps = [step for step in procedure.steps if not step.anytime]
    follows = {step.id: frozenset(flow.to for flow in step.flows) for step in steps}
    timed = {step.id for step in steps if is_timed(procedure, step)}
    if all(step.split is Split.ONE for step in steps):
        return Ahead(_leading_to(timed, follows), {})
    reach = {step: _reached(step, follows) for step in follows}
    beside: dict[str, set[str]] = {}
    for step in steps:
        if step.split is Split.ONE:
            continue
        branches = [{flow.to} | reach.get(flow.to, frozenset()) for flow in step.flows]
        for here, there in combinations(branches, 2):
            for a, b in ((a, b) for a in here - there for b in there - here):
                if b not in reach.get(a, ()) and a not in reach.get(b, ()):
                    beside.setdefault(a, set()).add(b)
                    beside.setdefault(b, set()).add(a)
    return Ahead(
        _leading_to(timed, follows),
        {step: frozenset(others & timed) for step, others in beside.items() if others & timed},
    )


def _leading_to(goals: set[str], follows: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Steps from which at least one flow leads to a goal."""
    before: dict[str, list[str]] = {}
    for step, nexts in follows.items():
        for following in nexts:
            before.setdefault(following, []).append(step)
    found: set[str] = set()
    waiting = list(goals)
    while waiting:
        for step in before.get(waiting.pop(), ()):
            if step not in found:
                found.add(step)
                waiting.append(step)
    return frozenset(found)


def _reached(step: str, follows: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Steps that can be reached from a step along at least one flow."""
    found: set[str] = set()
    waiting = [step]
    while waiting:
        for following in follows.get(waiting.pop(), ()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return frozenset(found)
