"""What is wrong with the shape and the runs of a procedure, as breaches: each fault once, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from iso_audit.analysis.parts import parts_at_fault
from iso_audit.analysis.soundness import Structure, Verdict
from iso_audit.analysis.study import Study
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
        breaches.append(Breach("", {"steps": found.entries}, variant=variant))
    if not found.ends:
        breaches.append(Breach("", {}, variant="no-end"))
    trapped = found.trapped if found.ends else ()
    for variant, faulty in (("unreachable", found.unreachable), ("trapped", trapped)):
        shown = tuple(step for step in faulty if not steps[step].is_silent)
        if shown:
            breaches.append(Breach(shown[0], {"steps": shown}, variant=variant))
    for cycle in found.unlabelled_cycles:
        run = tuple(step for step in cycle if not steps[step].is_silent)
        if run and not set(run) <= {*found.unreachable, *found.trapped}:
            breaches.append(Breach(run[0], {"run": run}, variant="unlabelled-cycle"))
    in_runs = _in_runs(found, {step for step in trapped if not steps[step].is_silent})
    breaches += [_placed(study, breach) for breach in in_runs]
    if found.is_sound is False and not breaches:  # at gateways that nobody carries out
        breaches.append(_breach(found.problem, Verdict(False, found.problem_run, found.problem_steps)))
    asked = (found.once, found.finishes, found.ends_once, found.all_happen)
    unknowns = []
    if len(found.entries) == 1 and (found.is_sound is None or any(each.holds is None for each in asked)):
        unknowns.append(Unknown("too-many-states", facts={"count": found.states}))
    checked = len(breaches) if unknowns else max(1, len(breaches))
    return Answer(checked, tuple(breaches), tuple(unknowns))


def _in_runs(found: Structure, trapped: set[str]) -> Iterator[Breach]:
    """What a run shows, each fault by itself, unless it only follows from one that is told already."""
    unfinished = found.finishes
    if unfinished.holds is False and not set(unfinished.steps) <= trapped:
        facts: dict[str, object] = {"run": unfinished.run, "steps": unfinished.steps}
        variant = "livelock" if unfinished.goes_on else "deadlock"
        if unfinished.messages:
            variant = "message"
            facts["messages"] = tuple(dict.fromkeys(each.name for each in unfinished.messages))
            facts["from_steps"] = tuple(dict.fromkeys(each.sender for each in unfinished.messages))
        yield Breach(_first(unfinished), facts, variant=variant)
    if found.once.holds is False:
        yield _breach("twice", found.once)
    elif found.ends_once.holds is False:
        yield _breach("ends-twice", found.ends_once)
    told = {*found.unreachable, *unfinished.steps}
    never = tuple(step for step in found.all_happen.steps if step not in told)
    if never:
        yield Breach(never[0], {"steps": never}, variant="never")


def _placed(study: Study, breach: Breach) -> Breach:
    """The same, with the parts of a linked procedure that the fault lies within or between."""
    question = _QUESTIONS.get(breach.variant)
    faulty = parts_at_fault(study, question) if question is not None else None
    if faulty is None:
        return breach
    if not faulty:
        return replace(breach, variant=f"{breach.variant}-between")
    named = tuple(part or study.procedure.owner for part in faulty)
    if not all(named):
        return breach
    return replace(breach, variant=f"{breach.variant}-within", facts={**breach.facts, "part": named})


def _breach(variant: str, shown: Verdict) -> Breach:
    return Breach(_first(shown), {"run": shown.run, "steps": shown.steps}, variant=variant)


def _first(shown: Verdict) -> str:
    return shown.steps[0] if shown.steps else ""


_QUESTIONS: Mapping[str, Callable[[Structure], Verdict]] = {
    **dict.fromkeys(("deadlock", "livelock", "message"), lambda found: found.finishes),
    "twice": lambda found: found.once,
    "ends-twice": lambda found: found.ends_once,
}
"""Variant -> what is asked of each part."""
