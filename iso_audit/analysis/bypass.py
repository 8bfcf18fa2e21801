"""Controls that a run can go around although it reaches what they guard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from iso_audit.analysis.company import run_through
from iso_audit.analysis.signing import TURNED_AWAY
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step

GUARDED = ("approve_sign", "number_stamp", "return_result")
"""Kinds of steps that a control stands before."""


@dataclass(frozen=True, slots=True)
class Bypass:
    """A shortest run that reaches `guarded` without the control, and the outcomes it takes on its way."""

    control: Step
    guarded: Step
    run: tuple[str, ...]
    outcomes: tuple[str, ...]
    parting: str
    """The outcome by which the run last leaves a way to the control; empty where no choice is named."""


def controls(study: Study) -> tuple[Step, ...]:
    """Steps marked as controls that stand before something."""
    marked = (step for step in study.procedure.steps if step.control and not step.anytime)
    return tuple(step for step in marked if _guarded(study, step))


def bypasses(study: Study, marked: Sequence[Step]) -> Iterator[Bypass]:
    """The controls of `marked` that can be gone around, each with a shortest run.

    A control of the same kind that guards the same step does as well; dossiers that are turned away
    are no bypass, nor is a case of the dossier in which the control is never due.
    """
    away = {step.id for step in study.procedure.of_kind(*TURNED_AWAY)}
    guards = {step.id: _guarded(study, step) for step in marked}
    guardians: dict[str, list[Step]] = {}
    for step in marked:
        for aim in guards[step.id]:
            guardians.setdefault(aim, []).append(step)
    for control in marked:
        for aim in guards[control.id]:
            same = {other.id for other in guardians[aim] if set(other.kinds) & set(control.kinds)}
            if study.on_every_run(away | same):
                continue
            run = run_through(study, [(aim,)], away | same, (control.id,))
            if run is not None:
                guarded = study.procedure.by_id[aim]
                parting = _parting(study, run[: run.index(aim) + 1], control.id)
                yield Bypass(control, guarded, run, outcomes_along(study, run), parting)
                break


def _guarded(study: Study, control: Step) -> tuple[str, ...]:
    """The first steps after a control that it stands before, in the order they are come to."""
    by_id = study.procedure.by_id
    seen, queue = {control.id}, [control.id]
    found: list[str] = []
    for at in queue:
        for flow in by_id[at].flows:
            if flow.to in by_id and flow.to not in seen:
                seen.add(flow.to)
                is_guarded = any(by_id[flow.to].is_a(kind) for kind in GUARDED)
                (found if is_guarded else queue).append(flow.to)
    return tuple(found)


def outcomes_along(study: Study, run: Sequence[str]) -> tuple[str, ...]:
    """The names of the choices that a run makes, in its order. Linear."""
    by_id, start = study.procedure.by_id, study.procedure.start
    at: dict[str, list[int]] = {}
    for number, step in enumerate(run):
        at.setdefault(step, []).append(number)
    heads = [start] if start in by_id and by_id[start].is_silent else []
    said: list[str] = []
    for number, step in enumerate([*heads, *run], -len(heads)):
        told = _outcomes(by_id, step)
        later = [n for to in told for n in at.get(to, ()) if n > number]
        said += told[run[min(later)]] if later else ()
    return tuple(said)


def _parting(study: Study, run: Sequence[str], control: str) -> str:
    by_id = study.procedure.by_id
    for step, after in reversed(list(pairwise(run))):
        told = _outcomes(by_id, step)
        if told.get(after) and any(to == control or study.reaches(to, control) for to in told if to != after):
            return told[after][-1]
    return ""


def _outcomes(by_id: Mapping[str, Step], step: str) -> dict[str, tuple[str, ...]]:
    """Steps that may come next, seen through silent gateways, each with the outcomes on the way there."""
    seen: dict[str, tuple[str, ...]] = {}
    queue: list[tuple[str, tuple[str, ...]]] = [(step, ())]
    for at, so_far in queue:
        for flow in by_id[at].flows:
            if flow.to in by_id and flow.to not in seen and not flow.message:
                seen[flow.to] = (*so_far, *((flow.outcome,) if flow.outcome else ()))
                queue += [(flow.to, seen[flow.to])] if by_id[flow.to].is_silent else []
    return seen
