"""Single changes that a search may try on a procedure: those that need no number from the owner.

Every control counts as required unless it is marked as negotiable, and work that no rule names is not
dropped at all: what the rules omit, a search would exploit.
"""

from __future__ import annotations

from collections.abc import Iterator

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure, Split, Step
from iso_audit.model.scenario import Change, Scenario
from iso_audit.simulation.attempt import is_required

NO_NUMBERS = ("eliminate", "merge", "swap", "parallel", "reorder", "delegate", "staff")
"""Kinds that are tried where the owner allows no others; further ones come from the owner's own proposals."""


def candidates(procedure: Procedure, scenario: Scenario, organisation: Organisation) -> tuple[Change, ...]:
    """Every single change to try, in the order of the file."""
    space = scenario.search
    allowed = space.allow or NO_NUMBERS
    every = [*_of_steps(procedure), *_of_rows(procedure), *_of_roles(procedure, scenario, organisation)]
    every += [change for proposal in scenario.proposals for change in proposal.changes]
    untouched = set(space.never_touch)
    found: dict[str, Change] = {}
    for change in every:
        is_free = untouched.isdisjoint((*change.steps, str(change.values.get("after", ""))))
        if change.kind in allowed and is_free and _is_marked(procedure, change):
            found.setdefault(key_of(change), change)
    return tuple(found.values())


def _is_marked(procedure: Procedure, change: Change) -> bool:
    """Whether it was said of all that a change drops whether it may be dropped."""
    if change.kind != "eliminate":
        return True
    steps = [procedure.by_id.get(name) for name in change.steps]
    return all(step is not None and (step.negotiable or is_required(step)) for step in steps)


def key_of(change: Change) -> str:
    """Equal for changes that do the same."""
    return repr(
        (change.kind, change.steps, sorted((name, repr(value)) for name, value in change.values.items()))
    )


def _of_steps(procedure: Procedure) -> Iterator[Change]:
    """Controls to drop: the negotiable ones, and the others so that it is said why they stay."""
    for step in procedure.steps:
        if not step.is_silent and (step.negotiable or is_required(step)):
            yield Change("eliminate", (step.id,))


def _of_rows(procedure: Procedure) -> Iterator[Change]:
    """Steps in a row: two that change places or become one, two or three side by side, checks in order."""
    for step in procedure.steps:
        for after in _next(procedure, step):
            row = (step.id, after.id)
            if step.role == after.role and len(step.flows) == 1:
                yield Change("merge", row, {"id": f"{step.id}-{after.id}"})
            yield Change("swap", row)
            yield Change("parallel", row)
            for third in _next(procedure, after):
                if third.id not in row:
                    yield Change("parallel", (*row, third.id))
    for step in procedure.steps:
        checks = _checks(procedure, step)
        if len(checks) > 1:
            yield Change("reorder", checks)


def _checks(procedure: Procedure, first: Step) -> tuple[str, ...]:
    """A row of steps each of which decides, as long as just one follows another."""
    found = [first]
    while len(found[-1].flows) > 1:
        after = [s for s in _next(procedure, found[-1]) if len(s.flows) > 1 and s not in found]
        if len(after) != 1:
            break
        found.append(after[0])
    return tuple(step.id for step in found)


def _next(procedure: Procedure, step: Step) -> list[Step]:
    """Steps that somebody carries out straight after another."""
    if step.is_silent or step.anytime or (step.split is not Split.ONE and len(step.flows) > 1):
        return []
    found = (procedure.by_id.get(flow.to) for flow in step.flows if flow.to != step.id)
    return [other for other in found if other is not None and not other.is_silent]


def _of_roles(procedure: Procedure, scenario: Scenario, organisation: Organisation) -> Iterator[Change]:
    """Steps for another role that is competent and has people; a person more or fewer."""
    roles = [role for role in organisation.roles.values() if role.id in scenario.staff]
    for step in procedure.steps:
        for role in roles:
            if step.role and step.role != role.id and step.role in role.covers:
                yield Change("delegate", (step.id,), {"role": role.id})
    used = {step.role for step in procedure.steps}
    for name, staffing in scenario.staff.items():
        if name in used:
            for more in (1, -1) if staffing.people > 1 else (1,):
                yield Change("staff", (), {"staff": {name: more}})
