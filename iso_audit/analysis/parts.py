"""The parts of a linked procedure, each by itself: does a fault lie within one or between several?

A part alone has the steps of one agency. What comes from others is assumed to arrive, so nothing waits
for it; what goes to others leaves the part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from iso_audit.analysis.soundness import Structure, Verdict
from iso_audit.analysis.study import Study, study
from iso_audit.model.procedure import Flow, Procedure, Split, Step
from iso_audit.text import Text


def parts_at_fault(of: Study, question: Callable[[Structure], Verdict]) -> tuple[str, ...] | None:
    """Parts of which the answer is no even alone; None where there are no two parts, or it is not known.

    A part that several things from outside may begin is at fault only if it is so both when all of them
    come and when one of them does. Costs what the structure of each part costs.
    """
    names = dict.fromkeys(step.part for step in of.procedure.steps if not step.anytime)
    if len(names) < 2:
        return None
    found = []
    for name in names:
        made = (study(each, of.organisation, of.judged_on) for each in _alone(of.procedure, name))
        answers = [question(each.structure).holds for each in made]
        if True in answers:
            continue
        if None in answers:
            return None
        found.append(name)
    return tuple(found)


def _alone(procedure: Procedure, part: str) -> Iterator[Procedure]:
    """The part as a procedure; where it may begin in several places, with all of them and with one."""
    inside = {step.id for step in procedure.steps if step.part == part}
    steps = [each for step in procedure.steps if step.id in inside for each in _cut(step, inside)]
    arrived = {flow.to for step in steps for flow in step.flows}
    # a gateway that only handed on what others sent has nothing left to do
    idle = {step.id for step in steps if step.is_silent and not step.flows and step.id not in arrived}
    steps = [step for step in steps if step.id not in idle]
    entries = [step.id for step in steps if step.id not in arrived and not step.anytime]
    if not entries:  # it begins inside a loop
        came = (
            flow.to
            for step in procedure.steps
            for flow in step.flows
            if step.id not in inside or flow.message
        )
        entries = [name for name in dict.fromkeys(came) if name in inside]
    limits = {case: limit for case, limit in procedure.limits.items() if case not in procedure.by_id}
    whole = replace(procedure, steps=tuple(steps), limits=limits, parts=(), limit_groups=(), separation=())
    if len(entries) < 2:
        yield replace(whole, start=procedure.start if procedure.start in inside else "".join(entries))
        return
    for split in (Split.ALL, Split.ONE):
        first = Step(f"{part}/begins", Text(), ("route",), split=split, flows=tuple(map(Flow, entries)))
        yield replace(whole, steps=(first, *steps), start=first.id)


def _cut(step: Step, inside: set[str]) -> Iterator[Step]:
    """A step without what it hands to others; where that is one choice of several, an end in its place."""
    own = [flow for flow in step.flows if flow.to in inside and not flow.message]
    if len(own) == len(step.flows):
        yield step
        return
    if not own or step.split is Split.ALL:
        yield replace(step, flows=tuple(own))
        return
    end = f"{step.id}/left"
    kept = (flow if flow in own else Flow(end, flow.outcome, flow.case) for flow in step.flows)
    yield replace(step, flows=tuple(kept))
    yield Step(end, Text(), ("route",), part=step.part, within=step.within)
