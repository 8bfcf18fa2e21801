"""Duties held apart: does the definition keep them apart, and can the people there are?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from iso_audit.analysis.assignment import TooHardError, smallest_group
from iso_audit.analysis.company import TooManyError, companies, run_through
from iso_audit.analysis.staffing import Staff
from iso_audit.analysis.study import Study
from iso_audit.model.procedure import Procedure, Step

Pair = tuple[str, ...]
"""Two duties that one person may not hold both, as kinds or step ids."""


@dataclass(frozen=True, slots=True)
class DutyConflict:
    """Two steps that the definition leaves in one hand although their duties are held apart."""

    first: str
    """Step id; the step that comes first in the file."""
    second: str
    reason: str
    """`same-step` (one step carries both duties) or `same-role` (both are given to one role)."""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortage:
    """A smallest group of steps on one run for which there are too few people."""

    steps: tuple[str, ...]
    """In the order of the file."""
    people: tuple[str, ...]
    """Everybody who may carry out any of them."""
    is_clique: bool
    """Every two of the steps are held apart, so each needs a person of its own."""
    is_of_one_role: bool
    """Two steps of one role: the definition itself does not keep them apart."""
    run: tuple[str, ...] = ()


def pairs_apart(procedure: Procedure, names: Sequence[str]) -> list[Pair]:
    """Pairs of `names` and of what the procedure itself holds apart.

    Pairs that mean the same steps are one, whether they name kinds or steps.
    """
    pairs: dict[object, Pair] = {}
    for duties in (names, *(separation.of for separation in procedure.separation)):
        for pair in combinations(duties, 2):
            meant = frozenset(frozenset(step.id for step in procedure.meant(name)) or name for name in pair)
            pairs.setdefault(meant, pair)
    return list(pairs.values())


def in_one_hand(study: Study, pairs: Collection[Pair]) -> dict[Pair, DutyConflict]:
    """The pairs of duties that the definition leaves in one hand, each with its first conflict.

    Complexity: pairs of steps of one role, each with one sweep over the runs.
    """
    order = {step.id: number for number, step in enumerate(study.procedure.steps)}
    found: dict[Pair, DutyConflict] = {}
    for pair in pairs:
        conflict = next(_conflicts(study, pair, order.__getitem__), None)
        if conflict is not None:
            found[pair] = conflict
    return found


def _conflicts(study: Study, pair: Pair, order: Callable[[str], int]) -> Iterator[DutyConflict]:
    of_role: dict[str, list[Step]] = {}
    for step in study.procedure.meant(pair[1]):
        of_role.setdefault(step.role, []).append(step)
    for a in study.procedure.meant(pair[0]):
        for b in of_role.get(a.role, ()):
            if a.id == b.id:
                yield DutyConflict(a.id, b.id, "same-step", (a.role,) if a.role else ())
            elif _is_one_role(a, b) and meet(study, a, b):
                first, second = sorted((a.id, b.id), key=order)
                yield DutyConflict(first, second, "same-role", (a.role,))


def _is_one_role(a: Step, b: Step) -> bool:
    """One role in two offices is two people."""
    return bool(a.role) and a.role == b.role and not (a.unit and b.unit and a.unit != b.unit)


def meet(study: Study, a: Step, b: Step) -> bool:
    """Whether a dossier can pass both steps; what may happen at any time meets everything."""
    return a.anytime or b.anytime or study.can_meet(a.id, b.id)


class Staffing:
    """The steps that duties held apart ask of people, and who there is for them on the audit day.

    Steps with the same duties and the same people are one: whoever carries out one of them may carry
    out the others too.
    """

    def __init__(self, study: Study, pairs: Sequence[Pair]) -> None:
        self.study = study
        staff = Staff(study.organisation, study.judged_on)
        self.unnamed: list[Step] = []
        """Separated steps for whose role no person was ever named."""
        duties: dict[str, set[str]] = {}
        for name in {name for pair in pairs for name in pair}:
            for step in study.procedure.meant(name):
                duties.setdefault(step.id, set()).add(name)
        both = {frozenset(pair) for pair in pairs}
        alike: dict[object, list[Step]] = {}
        for step in study.procedure.steps:
            if step.id in duties and not step.is_silent:
                people = staff.who(step)
                own = frozenset(duties[step.id])
                alone = step.id if any(pair <= own for pair in both) else ""
                if people:
                    alike.setdefault((own, people, alone), []).append(step)
                elif people is None:
                    self.unnamed.append(step)
        self.groups = {steps[0].id: steps for steps in alike.values()}
        self.choices = {group: staff.who(steps[0]) or frozenset() for group, steps in self.groups.items()}
        self.apart = {
            group: frozenset(
                other
                for other in self.groups
                if other != group
                and any(frozenset((x, y)) in both for x in duties[group] for y in duties[other])
            )
            for group in self.groups
        }

    def shortages(self) -> tuple[tuple[Shortage, ...], str]:
        """Where no assignment of people is lawful, and why that is not known (key of the reason, or empty).

        Without knowing the runs, people are enough if they are so for all steps at once.
        """
        try:
            if not smallest_group(self.choices, self.apart):
                return (), ""
            return (self._shortages(), "") if self.study.is_decided else ((), "unsound")
        except (TooHardError, TooManyError):
            return (), "too-many-assignments"

    def _shortages(self) -> tuple[Shortage, ...]:
        names, apart = list(self.groups), dict(self.apart)
        found: dict[tuple[str, ...], Shortage] = {}
        for company in companies(self.study, [[step.id for step in self.groups[n]] for n in names]):
            together = {n for i, n in enumerate(names) if i in company or self._is_anytime(n)}
            while group := smallest_group({n: self.choices[n] for n in names if n in together}, apart):
                shortage = found.setdefault(group, self._shortage(group))
                if shortage.is_of_one_role:
                    apart |= {n: apart[n] - set(group) for n in group}
                else:
                    together -= set(group)
        return tuple(found.values())

    def _is_anytime(self, group: str) -> bool:
        return any(step.anytime for step in self.groups[group])

    def _shortage(self, group: tuple[str, ...]) -> Shortage:
        bound = [[step.id for step in self.groups[n]] for n in group if not self._is_anytime(n)]
        run = run_through(self.study, bound) or ()
        steps = [next((s for s in self.groups[n] if s.id in run), self.groups[n][0]).id for n in group]
        order = [step.id for step in self.study.procedure.steps if step.id in steps]
        people = sorted({person for name in group for person in self.choices[name]})
        is_clique = all(self.apart[one] >= set(group) - {one} for one in group)
        one, *others = (self.study.procedure.by_id[step] for step in order)
        is_of_one_role = len(others) == 1 and _is_one_role(one, others[0])
        return Shortage(tuple(order), tuple(people), is_clique, is_of_one_role, run)


def posts(study: Study) -> dict[tuple[str, str], tuple[frozenset[str], tuple[Step, ...]]]:
    """Role and unit of steps for which people are named -> who they are on the audit day, and the steps."""
    if not study.organisation.people:
        return {}
    staff = Staff(study.organisation, study.judged_on)
    steps: dict[tuple[str, str], list[Step]] = {}
    for step in study.procedure.steps:
        if not step.is_silent:
            steps.setdefault((step.role, step.unit), []).append(step)
    known = ((post, staff.who(of[0]), tuple(of)) for post, of in steps.items())
    return {post: (people, of) for post, people, of in known if people is not None}
