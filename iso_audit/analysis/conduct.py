"""What a procedure demands of one way in which dossiers were handled.

A trace is compared with the procedure's graph: which steps had to happen given what did happen,
which came before their turn, and whether the rest is a run at all. Steps that may come at any
moment and those of the applicant are nobody's omission; a silent gateway leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import NamedTuple

from iso_audit.analysis.once import Remembered
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.trace import Trace


class Early(NamedTuple):
    """An execution that came before its turn: `position` in the trace, and what should have been first."""

    position: int
    step: str
    after: tuple[str, ...]


class _Demands:
    """What the steps of a procedure demand, as sets in bits; a log asks of many traces.

    What is not of the office, or in no turn, demands nothing.
    """

    __slots__ = ("_bit", "_study", "beyond", "names", "of")

    def __init__(self, study: Study) -> None:
        steps = [step.id for step in study.procedure.steps if _is_in_turn(step)]
        self._bit = {step: 1 << at for at, step in enumerate(steps)}
        self._study = study
        self.of = Remembered(self._of)
        """Step -> its own bit, those of the steps that must come before it, and of those before or after."""
        self.beyond = Remembered(self._beyond)
        """Steps -> those that must come before any of them."""
        self.names = Remembered(self._names)
        """Steps -> what they are called."""

    def _of(self, step: str) -> tuple[int, int, int]:
        own, study = self._bit.get(step, 0), self._study
        before = self._mask(study.must_before(step)) if own else 0
        after = self._mask(study.must_after(step)) if own else 0
        return own, before, before | after

    def _beyond(self, steps: int) -> int:
        return reduce(or_, [self.of[step][1] for step in self.names[steps]], 0)

    def _mask(self, steps: Iterable[str]) -> int:
        return reduce(or_, [self._bit.get(step, 0) for step in steps], 0)

    def _names(self, steps: int) -> frozenset[str]:
        return frozenset([step for step, bit in self._bit.items() if bit & steps])


@lru_cache(maxsize=1_024)
def _demands(study: Study) -> _Demands:
    return _Demands(study)


def required(study: Study, trace: Trace) -> frozenset[str]:
    """Return the steps that every run has which passes what happened in the trace.

    For a dossier that broke off (withdrawn, stopped) only what lies before its last steps is
    required; for one that is not closed, what is still to come is included.
    """
    demands, is_broken_off, needed = _demands(study), trace.facts.get("broken_off"), 0
    for own, before, around in map(demands.of.__getitem__, trace.happened):
        needed |= own | (before if is_broken_off else around)
    return demands.names[needed]


def early(study: Study, trace: Trace) -> tuple[Early, ...]:
    """Return the first executions that came before a step which has to be first, nearest pairs only.

    Where C must follow B and B must follow A, and C came first of all, the pair (B, C) is told
    and (A, C) is its consequence.
    """
    demands, steps, happened, missed = _demands(study), dict.fromkeys(trace.steps), 0, []
    for step in reversed(steps):
        own, before, _ = demands.of[step]
        if late := before & happened:
            missed.append((step, before, late))
        happened |= own
    found = []
    for step, before, late in reversed(missed):
        if nearest := late & ~demands.beyond[before & happened]:
            names = demands.names[nearest]
            after = tuple(names) if len(names) == 1 else tuple([later for later in steps if later in names])
            found.append(Early(trace.steps.index(step), step, after))
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


def _is_in_turn(step: Step) -> bool:
    """Whether the office itself carries out a step, in its turn."""
    return not (step.anytime or step.is_silent or step.role == "applicant")
