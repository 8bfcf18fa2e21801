"""Changes of single steps: eliminate, delegate, digitise.

A control (see `attempt.REQUIRED`) that the owner has not marked as negotiable is neither dropped nor
handed to others. It may be merged with work that its own role, or one competent for it, carries out,
for then it is still carried out; two controls never become one.
"""

from __future__ import annotations

from dataclasses import replace

from iso_audit.model.procedure import Flow, Split, Step
from iso_audit.simulation.attempt import (
    Attempt,
    ImpossibleError,
    factor_of,
    is_required,
    must_be_competent,
    renamed,
)
from iso_audit.simulation.numbers import retimed, without_steps
from iso_audit.simulation.order_changes import finish
from iso_audit.simulation.surgery import Surgery


def eliminate(attempt: Attempt) -> None:
    """Take steps out; what came before leads to what comes after."""
    for step in attempt.steps:
        _eliminated(attempt, step)


def _eliminated(attempt: Attempt, step: Step) -> None:
    own = attempt.procedure.by_id
    if step.anytime:
        _ask_leave(attempt, {step.id})
        left = tuple(s for s in attempt.procedure.steps if s.id != step.id)
        attempt.procedure = renamed(replace(attempt.procedure, steps=left), {step.id: ""})
        attempt.scenario = without_steps(attempt.scenario, frozenset({step.id}))
        return
    surgery = Surgery(attempt.procedure)
    if len([s for s in own.values() if not s.is_silent and not s.anytime]) == 1:
        raise ImpossibleError("nothing-left", step=step.id)
    flows = _onward(surgery, step)
    surgery.silence(step.id, flows)
    surgery.redirected = [(a, step.id if b == step.id else b, c) for a, b, c in surgery.redirected]
    lost = _cut_off(surgery)
    for name in lost:
        surgery.drop(name)
    gone = {step.id, *(name for name in lost if name in own and not own[name].is_silent)}
    _ask_leave(attempt, gone)
    finish(attempt, surgery)
    attempt.procedure = renamed(attempt.procedure, dict.fromkeys(gone, ""))
    attempt.scenario = without_steps(attempt.scenario, frozenset(gone))


def _onward(surgery: Surgery, step: Step) -> tuple[Flow, ...]:
    """The flows that stay; of a step that decides only the one way on, if all others lead back to it."""
    if step.split is not Split.ONE or len({(flow.to, flow.case) for flow in step.flows}) < 2:
        return (
            step.flows
            if step.split is not Split.ONE
            else tuple(replace(f, outcome="") for f in step.flows[:1])
        )
    if any(flow.case for flow in step.flows):
        return step.flows
    on = {flow.to for flow in step.flows if _can_end_without(surgery, flow.to, step.id)}
    if len(on) != 1:
        raise ImpossibleError("decides", step=step.id)
    return (Flow(on.pop()),)


def _can_end_without(surgery: Surgery, start: str, without: str) -> bool:
    return any(not surgery.steps[name].flows for name in surgery.reached(start, without))


def _cut_off(surgery: Surgery) -> list[str]:
    """Steps that nothing leads to any more, although something did."""
    untouched = Surgery(surgery.procedure)
    before, now = untouched.reached(untouched.entry), surgery.reached(surgery.entry)
    return [name for name in surgery.steps if name not in now and (name in before or name in surgery.fresh)]


def _ask_leave(attempt: Attempt, gone: set[str]) -> None:
    """Say what speaks against taking steps out."""
    procedure = attempt.procedure
    left = [step for step in procedure.steps if step.id not in gone]
    for name in sorted(gone):
        step = procedure.by_id[name]
        if is_required(step):
            attempt.forbid("control", step=name)
        elif step.negotiable:
            attempt.assume("negotiable", step=name)
        else:
            attempt.assume("not-asked", step=name)
        needed = set(step.writes) - {data for other in left for data in other.writes}
        readers = tuple(other.id for other in left if needed & set(other.reads))
        if readers:
            attempt.forbid("read-later", step=name, steps_second=readers, data=tuple(sorted(needed)))
        if not step.writes and not step.reads:
            attempt.assume("writes", step=name)
        attempt.fates[name] = ("removed", "")


def delegate(attempt: Attempt) -> None:
    """Give steps to another role."""
    role = str(attempt.change.values.get("role", ""))
    for step in attempt.steps:
        if step.role == role:
            raise ImpossibleError("no-change")
        must_be_competent(attempt, role, step)
        _change(attempt, replace(step, role=role, unit=_unit_of(attempt, role) or step.unit))


def _unit_of(attempt: Attempt, role: str) -> str:
    """The office in which a role works in this procedure; empty where there is not just one."""
    known = {step.unit for step in attempt.procedure.steps if step.role == role and step.unit}
    return known.pop() if len(known) == 1 else ""


def _change(attempt: Attempt, step: Step) -> None:
    steps = (step if each.id == step.id else each for each in attempt.procedure.steps)
    attempt.procedure = replace(attempt.procedure, steps=tuple(steps))
    attempt.fates.setdefault(step.id, ("changed", ""))


def digitise(attempt: Attempt) -> None:
    """Let a tool take over work: less time, perhaps another role; its costs stay with the change."""
    values = attempt.change.values
    role, factor = str(values.get("role") or ""), factor_of(values)
    for step in attempt.steps:
        if not factor and is_required(step):
            attempt.forbid("control", step=step.id)
        if role and role != step.role and is_required(step) and not attempt.may_act(role, step.role):
            attempt.forbid("judgement", step=step.id, role=role)
        _change(attempt, replace(step, role=role or step.role))
        attempt.scenario = retimed(attempt.scenario, step.id, factor)
    attempt.assume("factor", factor=factor, steps=tuple(attempt.change.steps))
