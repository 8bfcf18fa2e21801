"""Changes that leave the graph alone: limits, documents, staff, shares, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iso_audit.model.procedure import Limit, Step
from iso_audit.model.scenario import Staffing
from iso_audit.simulation.attempt import Attempt, ImpossibleError
from iso_audit.simulation.numbers import with_main, without_document
from iso_audit.text import folded


def limit(attempt: Attempt) -> None:
    """Cut the limit of a case, or of a step where its id is named; never beyond what holds today."""
    limits = attempt.change.values.get("limits")
    if not isinstance(limits, Mapping) or not limits:
        raise ImpossibleError("too-few")
    before = attempt.procedure, attempt.scenario
    for name, new in limits.items():
        step = attempt.procedure.by_id.get(name)
        if step is not None and name not in attempt.procedure.limits:
            _limit_of_step(attempt, step, new)
        else:
            _limit_of_case(attempt, name, new)
    if before == (attempt.procedure, attempt.scenario):
        raise ImpossibleError("no-change")


def _limit_of_case(attempt: Attempt, case: str, new: Limit) -> None:
    old = attempt.procedure.limits.get(case, attempt.scenario.limits.get(case))
    if old is not None and new == old:
        return
    _compare(attempt, old, new, case=case)
    attempt.procedure = replace(attempt.procedure, limits={**attempt.procedure.limits, case: new})
    if case in attempt.scenario.limits:
        attempt.scenario = replace(attempt.scenario, limits={**attempt.scenario.limits, case: new})


def _limit_of_step(attempt: Attempt, step: Step, new: Limit) -> None:
    if new == step.limit:
        return
    _compare(attempt, step.limit, new, step=step.id)
    steps = (replace(s, limit=new) if s.id == step.id else s for s in attempt.procedure.steps)
    attempt.procedure = replace(attempt.procedure, steps=tuple(steps))
    attempt.fates.setdefault(step.id, ("changed", ""))


def _compare(attempt: Attempt, old: Limit | None, new: Limit, **where: object) -> None:
    longer = new.exceeds(old) if old is not None else False
    if longer:
        attempt.forbid("longer-step" if "step" in where else "longer", limit=new, limit_before=old, **where)
    elif longer is None:
        attempt.assume("units", limit=new, limit_before=old, **where)


def look_up(attempt: Attempt) -> None:
    """A document is no longer asked of the citizen: a database that is named holds it already."""
    wanted, source = (str(attempt.change.values.get(key) or "") for key in ("document", "source"))
    known = [document for document in attempt.procedure.documents if folded(document) == folded(wanted)]
    if not known:
        raise ImpossibleError("no-document", document=wanted)
    if not source:
        raise ImpossibleError("no-source", document=wanted)
    left = tuple(document for document in attempt.procedure.documents if document not in known)
    steps = []
    for step in attempt.procedure.steps:
        if any(folded(data) == folded(wanted) for data in step.reads):
            reads = (source if folded(data) == folded(wanted) else data for data in step.reads)
            step = replace(step, reads=tuple(dict.fromkeys(reads)))
            attempt.fates.setdefault(step.id, ("changed", ""))
        steps.append(step)
    attempt.procedure = replace(attempt.procedure, documents=left, steps=tuple(steps))
    citizen = without_document(attempt.scenario.citizen, lambda document: folded(document) == folded(wanted))
    attempt.scenario = replace(attempt.scenario, citizen=citizen)
    attempt.assume("sharing", document=known[0], source=source)


def staff(attempt: Attempt) -> None:
    """More or fewer people in a role, other hours."""
    wanted = attempt.change.values.get("staff")
    if not isinstance(wanted, Mapping) or not wanted:
        raise ImpossibleError("too-few")
    held = dict(attempt.scenario.staff)
    for role, value in wanted.items():
        if isinstance(value, Staffing):
            held[role] = value
        elif role in held:
            held[role] = replace(held[role], people=held[role].people + int(value))
        else:
            raise ImpossibleError("no-staff", role=role)
        if held[role].people < 1:
            raise ImpossibleError("nobody", role=role, people=held[role].people)
    attempt.scenario = replace(attempt.scenario, staff=held)


def figures(attempt: Attempt) -> None:
    """Other shares of outcomes, times of work or waits, by the owner's word."""
    kind = attempt.change.kind
    wanted = attempt.change.values.get(kind)
    if not isinstance(wanted, Mapping) or not wanted:
        raise ImpossibleError("too-few")
    for name in wanted:
        attempt.step(name)
    load = attempt.scenario.main
    more: dict[str, Any] = {kind: {**getattr(load, kind), **wanted}}
    if kind == "durations":
        more["by_case"] = {key: value for key, value in load.by_case.items() if key[0] not in wanted}
    if kind == "branches":
        more["repeats"] = {step: value for step, value in load.repeats.items() if step not in wanted}
    attempt.scenario = with_main(attempt.scenario, replace(load, **more))
    attempt.assume("figures", steps=tuple(wanted))
