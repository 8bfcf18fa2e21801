"""In which order a definition lets things happen, against the order that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from iso_audit.analysis.study import Study


@dataclass(frozen=True, slots=True)
class Inversion:
    """A run on which a later duty comes before the earlier one, though both happen."""

    first: str
    """The name that should come first."""
    second: str
    step: str
    """The step that comes too early."""
    run: tuple[str, ...]
    part: str = ""


def pairs_in_order(study: Study, names: Sequence[str]) -> tuple[int, tuple[Inversion, ...]]:
    """Count the pairs of `names` that can be compared, and return those that some run inverts.

    A linked procedure starts afresh at each agency, so each part is judged by itself. Told is the
    nearest pair only: a stamp that comes before the appraisal comes before all that stands between.
    """
    procedure = study.procedure
    compared, found = 0, []
    for part in sorted({step.part for step in procedure.steps}):
        meant = {n: tuple(s.id for s in procedure.meant(n) if s.part == part) for n in names}
        pairs = [(a, b) for a, b in combinations(names, 2) if meant[a] and meant[b]]
        compared += len(pairs)
        can_invert = study.can_invert([(meant[a], meant[b]) for a, b in pairs])
        for a, b in _nearest(names, [pair for pair, can in zip(pairs, can_invert, strict=True) if can]):
            run = study.run_with_before(meant[a], meant[b]) or ()
            later = frozenset(meant[b])
            early = next(step for step in run if step in later)
            found.append(Inversion(a, b, early, run, part))
    return compared, tuple(found)


def comes_again(study: Study, found: Inversion) -> bool:
    """Whether the later duty comes again with or after the earlier one, as where two agencies act in turn."""
    first, second = (
        [step.id for step in study.procedure.meant(name) if step.part == found.part]
        for name in (found.first, found.second)
    )
    return any(a == b or study.reaches(a, b) for a in first for b in second)


def _nearest(names: Sequence[str], inverted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out the pairs that enclose another one."""
    at = {name: index for index, name in enumerate(names)}
    kept: list[tuple[str, str]] = []
    for a, b in sorted(inverted, key=lambda pair: at[pair[1]] - at[pair[0]]):
        if not any(at[a] <= at[first] and at[second] <= at[b] for first, second in kept):
            kept.append((a, b))
    return [pair for pair in inverted if pair in kept]
