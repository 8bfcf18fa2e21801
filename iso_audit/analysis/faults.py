"""What is wrong with the shape and the runs of a procedure, as breaches: each fault once, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter

from iso_audit.analysis.causes import (
    Question,
    events_at_fault,
    is_by_messages,
    named,
    standstill,
    unexplained,
)
from iso_audit.analysis.parts import parts_at_fault
from iso_audit.analysis.soundness import Structure, Verdict
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Grade
from iso_audit.model.rule import Answer, Breach, Unknown


def faults_of(study: Study) -> Answer:
    """One entry, an end, every step on some way from the entry to an end, no choice without words.

    Where a procedure has several parts, a fault that runs show is said to lie within parts that have it
    alone as well (`<variant>-within`), or else between them (`<variant>-between`).

    Dossiers that stand still, never end, end twice or are handled twice at once are told by the
    shortest run that leads there, beside the plain faults; so are steps that no dossier can come to.
    """
    found = study.structure
    steps = study.procedure.by_id
    breaches = []
    if len(found.entries) != 1:
        variant = "several-entries" if found.entries else "no-entry"
        breaches.append(Breach("", {"steps": named(study.graph, found.entries)}, variant=variant))
    if not found.ends:
        breaches.append(Breach("", {}, variant="no-end"))
    breaches += _unreachable(study)
    trapped = set(found.trapped if found.ends else ())
    if trapped:
        breaches.append(_plain(study, "trapped", found.trapped))
    stuck = set() if found.finishes.goes_on else set(found.finishes.steps)
    for cycle in found.unlabelled_cycles:
        run = tuple(step for step in cycle if not steps[step].is_silent)
        # a loop in which work stands still does not come to be repeated
        if run and stuck.isdisjoint(run) and not set(run) <= {*found.unreachable, *found.trapped}:
            breaches.append(Breach(run[0], {"run": run}, variant="unlabelled-cycle"))
    in_runs = list(_in_runs(study, trapped))
    breaches += [_placed(study, breach) for breach in in_runs]
    if found.is_sound is False and not breaches and not _is_excused(study):
        breaches.append(_at_gateways(study))
    asked = (found.once, found.finishes, found.ends_once, found.all_happen)
    unknowns = []
    if len(found.entries) == 1 and (found.is_sound is None or any(each.holds is None for each in asked)):
        unknowns.append(Unknown("too-many-states", facts={"count": found.states}))
    checked = len(breaches) if unknowns else max(1, len(breaches))
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _unreachable(study: Study) -> Iterator[Breach]:
    """Each step that nothing leads to, without what comes after it, then what else no way leads to."""
    graph, unreachable = study.graph, study.structure.unreachable
    shown = [step for step in unreachable if not study.procedure.by_id[step].is_silent]
    orphans = [step for step in shown if not graph.ins[graph.index[step]]]
    behind = graph.forward(graph.index[step] for step in orphans)
    yield from (Breach(step, {"steps": (step,)}, variant="orphan") for step in orphans)
    left = tuple(step for step in shown if not behind[graph.index[step]])
    if left:
        yield Breach(left[0], {"steps": left}, variant="unreachable")


def _in_runs(study: Study, trapped: set[str]) -> Iterator[Breach]:
    """What a run shows, each fault by itself, unless it only follows from one that is told already."""
    found, graph = study.structure, study.graph
    unfinished = found.finishes
    if unfinished.holds is False and not set(unfinished.steps) <= trapped:
        yield _unfinished(study, unfinished)
    if found.once.holds is False and not is_by_messages(study, _ONCE):
        yield _breach(study, "twice", found.once)
    elif found.ends_once.holds is False and not is_by_messages(study, _ENDS_ONCE):
        events = events_at_fault(study, _ENDS_ONCE)
        told = _breach(study, "ends-beside" if events else "ends-twice", found.ends_once)
        facts = {**told.facts, "step_event": named(graph, events)} if events else told.facts
        yield replace(told, facts=facts, grade=Grade.OBSERVATION if events else None)
    blocked = {*found.unreachable, *unfinished.steps, *(step for _, step in unfinished.awaited)}
    dead = (step for step in found.all_happen.steps if step not in blocked)
    never = unexplained(graph, dead, blocked)
    if never:
        yield Breach(never[0], {"steps": never}, variant="never")


def _unfinished(study: Study, shown: Verdict) -> Breach:
    """What is waited for where work stands still, or where it goes on in vain."""
    if shown.goes_on or not shown.awaited:
        return _breach(study, "livelock" if shown.goes_on else "standstill", shown)
    why = standstill(study.graph, shown)
    facts: dict[str, object] = {"run": shown.run, "steps": why.steps, "awaited_steps": why.awaited}
    messages = [each for each in shown.messages if each.receiver in why.steps]
    variant = "circle" if why.is_circle else "message" if messages else "deadlock"
    if messages:
        facts["messages"] = tuple(dict.fromkeys(each.name for each in messages))
        facts["from_steps"] = named(study.graph, dict.fromkeys(each.sender for each in messages), -1)
    return Breach(why.steps[0], facts, variant=_begun(variant, shown.run))


def _is_excused(study: Study) -> bool:
    """Whether what is wrong of the runs is nothing but a message that comes once more."""
    found = study.structure
    return (found.problem == "twice" and is_by_messages(study, _ONCE)) or (
        found.problem == "ends-twice" and is_by_messages(study, _ENDS_ONCE)
    )


def _at_gateways(study: Study) -> Breach:
    """What is wrong only at gateways that nobody carries out."""
    found = study.structure
    if found.problem in ("unreachable", "never"):
        return _plain(study, found.problem, found.problem_steps)
    run = found.problem_run
    variant = "standstill" if found.problem == "deadlock" else found.problem
    return _breach(study, variant, Verdict(False, run, found.problem_steps or run[-1:] or found.entries))


def _plain(study: Study, variant: str, faulty: tuple[str, ...]) -> Breach:
    """A fault without a run; a gateway without a name is told by the steps beside it, which have no fault."""
    steps = named(study.graph, faulty)
    place = study.procedure.by_id[faulty[0]].place
    variant = variant if steps == faulty else f"{variant}-gateway"
    return Breach(steps[0], {"steps": steps}, place=place, variant=variant)


def _placed(study: Study, breach: Breach) -> Breach:
    """The same, with the parts of a linked procedure that the fault lies within or between."""
    question = _QUESTIONS.get(breach.variant.removesuffix("-first"))
    faulty = parts_at_fault(study, question) if question is not None else None
    if faulty is None:
        return breach
    if not faulty:
        return replace(breach, variant=f"{breach.variant}-between")
    named = tuple(part or study.procedure.owner for part in faulty)
    if not all(named):
        return breach
    return replace(breach, variant=f"{breach.variant}-within", facts={**breach.facts, "part": named})


def _breach(study: Study, variant: str, shown: Verdict) -> Breach:
    steps = named(study.graph, shown.steps)
    step = steps[0] if steps else ""
    return Breach(step, {"run": shown.run, "steps": steps}, variant=_begun(variant, shown.run))


def _begun(variant: str, run: tuple[str, ...]) -> str:
    """The variant for a fault that is there before any step is done, if the run has none."""
    return variant if run else f"{variant}-first"


_ONCE: Question = attrgetter("once")
_ENDS_ONCE: Question = attrgetter("ends_once")
_QUESTIONS: Mapping[str, Callable[[Structure], Verdict]] = {
    **dict.fromkeys(
        ("deadlock", "circle", "standstill", "livelock", "message"), lambda found: found.finishes
    ),
    "twice": lambda found: found.once,
    **dict.fromkeys(("ends-twice", "ends-beside"), lambda found: found.ends_once),
}
"""Variant -> what is asked of each part."""
