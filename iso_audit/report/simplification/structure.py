"""What can be counted in a procedure before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from iso_audit.model.procedure import Procedure

_COUNTED: Mapping[str, Callable[[Procedure], int]] = {
    "steps": lambda one: sum(not step.is_silent for step in one.steps),
    "roles": lambda one: len({step.role for step in one.steps if step.role}),
    "handovers": lambda one: handovers(one),
    "documents": lambda one: len(one.documents),
    "forms": lambda one: len(one.forms),
}


def counts(old: Procedure, new: Procedure) -> Iterable[tuple[str, int, int]]:
    """(what, before, after) for everything that is counted."""
    return [(name, count(old), count(new)) for name, count in _COUNTED.items()]


def handovers(procedure: Procedure) -> int:
    """Pairs of steps in different roles that follow each other, gateways looked through."""
    found: set[tuple[str, str]] = set()
    for step in procedure.steps:
        if step.is_silent or not step.role:
            continue
        for target in _next(procedure, step.id, frozenset({step.id})):
            other = procedure.by_id[target].role
            if other and other != step.role:
                found.add((step.id, target))
    return len(found)


def _next(procedure: Procedure, name: str, seen: frozenset[str]) -> Iterable[str]:
    for flow in procedure.by_id[name].flows:
        if flow.to in seen or flow.to not in procedure.by_id:
            continue
        if procedure.by_id[flow.to].is_silent:
            yield from _next(procedure, flow.to, seen | {flow.to})
        else:
            yield flow.to
