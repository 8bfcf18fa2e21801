"""What a procedure demands of one way in which dossiers were handled.

A trace is compared with the procedure's graph: which steps had to happen given what did happen,
which came before their turn, and whether the rest is a run at all. Steps that may come at any
moment and those of the applicant are nobody's omission; a silent gateway leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from iso_audit.analysis.study import Study
from iso_audit.model.trace import Trace


@dataclass(frozen=True, slots=True)
class Early:
    """An execution that came before its turn: `position` in the trace, and what should have been first."""

    position: int
    step: str
    after: tuple[str, ...]


def required(study: Study, trace: Trace) -> frozenset[str]:
    """Return the steps that every run has which passes what happened in the trace.

    For a dossier that broke off (withdrawn, stopped) only what lies before its last steps is
    required; for one that is not closed, what is still to come is included.
    """
    happened = _in_graph(study, trace.steps)
    needed = set(happened)
    for step in happened:
        needed |= study.must_before(step)
        if not trace.facts.get("broken_off"):
            needed |= study.must_after(step)
    return frozenset(_in_graph(study, needed))


def early(study: Study, trace: Trace) -> tuple[Early, ...]:
    """Return the first executions that came before a step which has to be first, nearest pairs only.

    Where C must follow B and B must follow A, and C came first of all, the pair (B, C) is told
    and (A, C) is its consequence.
    """
    first = {step: index for index, step in reversed(list(enumerate(trace.steps)))}
    happened = _in_graph(study, first)
    before = {step: study.must_before(step) & happened for step in happened}
    found = []
    for step in sorted(happened, key=first.__getitem__):
        farther = {one for near in before[step] for one in before[near]}
        late = [one for one in before[step] - farther if first[one] > first[step]]
        if late:
            found.append(Early(first[step], step, tuple(sorted(late, key=first.__getitem__))))
    return tuple(found)


def stuck(study: Study, trace: Trace) -> tuple[int | None, bool]:
    """Return the position at which the trace leaves every run, None if it fits one; and if that is exact.

    Required steps that did not happen are passed silently, because they are told elsewhere, and so
    are the applicant's own, of which an office's log need not know.
    """
    by_id = study.procedure.by_id
    silent = required(study, trace).union(s.id for s in study.procedure.steps if s.role == "applicant")
    known = [index for index, step in enumerate(trace.steps) if step in by_id]
    steps = [trace.steps[index] for index in known]
    played = study.silenced(silent.difference(steps)).replay(steps, trace.case)
    return (None if played.stuck_at is None else known[played.stuck_at]), played.is_exact


def _in_graph(study: Study, steps: Collection[str]) -> set[str]:
    """Keep the steps that the office itself carries out in its turn."""
    by_id = study.procedure.by_id
    return {
        name
        for name in steps
        if (step := by_id.get(name)) is not None
        and not (step.anytime or step.is_silent or step.role == "applicant")
    }
