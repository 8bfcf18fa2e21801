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

from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Step
from iso_audit.model.trace import Trace

_REMEMBERED = 4_096
"""Different sets of steps whose names are kept."""


class Early(NamedTuple):
    """An execution that came before its turn: `position` in the trace, and what should have been first."""

    position: int
    step: str
    after: tuple[str, ...]


class _Demands(dict[str, tuple[int, int, int]]):
    """Step -> its own bit, those of the steps that must come before it, and of those before or after it.

    What is not of the office, or in no turn, demands nothing. A log asks of many traces.
    """

    __slots__ = ("_beyond", "_bit", "_named", "_study")

    def __init__(self, study: Study) -> None:
        steps = [step.id for step in study.procedure.steps if _is_in_turn(step)]
        self._bit = {step: 1 << at for at, step in enumerate(steps)}
        self._study = study
        self._named: dict[int, frozenset[str]] = {}
        self._beyond: dict[int, int] = {}

    def __missing__(self, step: str) -> tuple[int, int, int]:
        own, study = self._bit.get(step, 0), self._study
        before = self._mask(study.must_before(step)) if own else 0
        after = self._mask(study.must_after(step)) if own else 0
        self[step] = own, before, before | after
        return self[step]

    def beyond(self, steps: int) -> int:
        """The steps that must come before any of some steps."""
        found = self._beyond.get(steps)
        if found is None:
            if len(self._beyond) >= _REMEMBERED:
                self._beyond.clear()
            found = self._beyond[steps] = reduce(or_, [self[step][1] for step in self.steps(steps)], 0)
        return found

    def _mask(self, steps: Iterable[str]) -> int:
        return reduce(or_, [self._bit.get(step, 0) for step in steps], 0)

    def steps(self, mask: int) -> frozenset[str]:
        """The steps of some bits."""
        found = self._named.get(mask)
        if found is None:
            if len(self._named) >= _REMEMBERED:
                self._named.clear()
            found = frozenset([step for step, bit in self._bit.items() if bit & mask])
            self._named[mask] = found
        return found


@lru_cache(maxsize=1_024)
def _demands(study: Study) -> _Demands:
    return _Demands(study)


def required(study: Study, trace: Trace) -> frozenset[str]:
    """Return the steps that every run has which passes what happened in the trace.

    For a dossier that broke off (withdrawn, stopped) only what lies before its last steps is
    required; for one that is not closed, what is still to come is included.
    """
    demands, is_broken_off, needed = _demands(study), trace.facts.get("broken_off"), 0
    for own, before, around in map(demands.__getitem__, set(trace.steps)):
        needed |= own | (before if is_broken_off else around)
    return demands.steps(needed)


def early(study: Study, trace: Trace) -> tuple[Early, ...]:
    """Return the first executions that came before a step which has to be first, nearest pairs only.

    Where C must follow B and B must follow A, and C came first of all, the pair (B, C) is told
    and (A, C) is its consequence.
    """
    demands, steps = _demands(study), dict.fromkeys(trace.steps)
    of_steps = [demands[step] for step in steps]
    to_come = happened = reduce(or_, [own for own, _, _ in of_steps], 0)
    found = []
    for step, (own, before, _) in zip(steps, of_steps, strict=True):
        to_come ^= own
        late = before & to_come
        if late and (late := late & ~demands.beyond(before & happened)):
            names = demands.steps(late)
            after = tuple([later for later in steps if later in names])
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
