"""Everything that follows from one procedure by thought alone, worked out when it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import and_

from iso_audit.analysis.alignment import Alignment
from iso_audit.analysis.behaviour import Behaviour
from iso_audit.analysis.graph import Graph, cases_of, graph_of, in_case
from iso_audit.analysis.once import once
from iso_audit.analysis.replay import Replay
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.soundness import Structure, structure_of
from iso_audit.analysis.timing import Allotment, Course, Longest, ends_of
from iso_audit.analysis.trails import Trails
from iso_audit.model.calendar import Calendar
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Announcement, Procedure, StepClock

__all__ = ["Longest", "Names", "Replay", "Structure", "Study", "study", "study_of"]

Names = str | Iterable[str]
"""Step ids or kinds: one, or several of which any will do."""

_Musts = tuple[frozenset[str], frozenset[str], frozenset[str]]


@dataclass(frozen=True, eq=False)
class Study:
    """One version of a procedure with what can be known of its runs.

    A procedure with several cases has the runs of every case: "on every run" means in every case,
    "there is a run" means in some case. Steps that may happen at any time (`anytime`) are no part
    of a run. Where the procedure is not sound (see `Structure`), questions about its runs have no
    meaning; they are answered for the complete runs that avoid traps and unreachable steps if that
    part is sound by itself, and are undecided otherwise (`is_decided` is False).

    `is_sound` implies `is_decided`.
    """

    procedure: Procedure
    organisation: Organisation
    judged_on: dt.date
    announced: Announcement | None = None
    """The limits by which this procedure was announced, as in force on `judged_on`."""
    calendar: Calendar | None = None
    """When the office works: by it limits in working time and in calendar time are compared."""
    _around: dict[str, _Musts] = field(default_factory=dict, init=False, repr=False)
    _reached: dict[str, bytearray] = field(default_factory=dict, init=False, repr=False)
    _courses: dict[object, Course] = field(default_factory=dict, init=False, repr=False)
    _silenced: dict[frozenset[str], Study] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """Cases of the dossier: those with a limit of their own, then those that flows name."""
        return cases_of(self.procedure)

    @cached_property
    def _whole(self) -> Graph:
        return graph_of(self.procedure)

    @cached_property
    def _graphs(self) -> dict[str, Graph]:
        return {case: in_case(self._whole, case) for case in self.cases}

    @cached_property
    def _behaviours(self) -> tuple[Behaviour, ...]:
        return tuple(Behaviour(graph) for graph in dict.fromkeys(self._graphs.values()))

    @cached_property
    def structure(self) -> Structure:
        """Entries, ends, what is unreachable or trapped, cycles, and whether every run can be completed."""
        return structure_of(self._whole, self._behaviours)

    @cached_property
    def _runs(self) -> tuple[Runs, ...]:
        """The runs of each case; empty where any of them is not known."""
        runs = [behaviour.decision.runs for behaviour in self._behaviours]
        return () if None in runs else tuple(each for each in runs if each is not None)

    @property
    def graph(self) -> Graph:
        """The graph with the flows of every case."""
        return self._whole

    def runs_of(self, cases: Iterable[str]) -> tuple[Runs, ...]:
        """The complete runs of some cases; empty where those of any case are not known."""
        distinct = dict(zip(dict.fromkeys(self._graphs.values()), self._runs, strict=False))
        return tuple(distinct[graph] for graph in dict.fromkeys(map(self._graph, cases)) if graph in distinct)

    @property
    def is_decided(self) -> bool:
        """Whether the complete runs are known: without it, "no such run" means "not known"."""
        return bool(self._runs)

    def _nodes(self, names: Names) -> frozenset[int]:
        """What `Procedure.meant` means, as nodes of the graph."""
        asked = (names,) if isinstance(names, str) else names
        by_id, index = self.procedure.by_id, self._whole.index
        found: set[int] = set()
        for name in asked:
            if name in index:
                found.add(index[name])
            elif name not in by_id:
                found.update(self._whole.of_kind.get(name, ()))
        return frozenset(found)

    def on_every_run(self, names: Names) -> bool | None:
        """Whether every complete run passes a step that any of `names` means; None: not decidable.

        Without knowing the runs, two things are known from the graph alone: that a step which is not
        there is on no run, and that a step which every path from the entries to an end passes is on
        every complete run.
        """
        nodes, whole = self._nodes(names), self._whole
        if not any(whole.reachable[end] for end in whole.ends):
            return None
        if not any(whole.reachable[node] for node in nodes):
            return False
        if self._runs:
            return not any(runs.can_avoid([nodes])[0] for runs in self._runs)
        around = bytearray(node not in nodes for node in range(len(whole.steps)))
        past = whole.forward(whole.entries, around)
        return None if any(past[end] for end in whole.ends) else True

    def run_avoiding(self, names: Names) -> tuple[str, ...] | None:
        """A complete run with the fewest steps that passes none of `names`; None if there is none."""
        return self.runs_avoiding([names])[0]

    def runs_avoiding(self, questions: Sequence[Names]) -> list[tuple[str, ...] | None]:
        """`run_avoiding` for many questions at once: whether there is a run costs one sweep for all."""
        asked = [self._nodes(names) for names in questions]
        can = [runs.can_avoid(asked) for runs in self._runs]
        return [
            self._shortest(runs.shortest(nodes) for runs, yes in zip(self._runs, can, strict=True) if yes[at])
            for at, nodes in enumerate(asked)
        ]

    def run_with_before(self, first: Names, second: Names) -> tuple[str, ...] | None:
        """A complete run with the fewest steps in which a `second` comes before any `first`, and both happen.

        It disproves "the first A before the first B, where both happen". A step that is both counts
        as first. None if there is none.
        """
        a, b = self._nodes(first), self._nodes(second)
        return self._shortest(runs.out_of_order(a, b) for runs in self._runs)

    def can_invert(self, pairs: Sequence[tuple[Names, Names]]) -> list[bool]:
        """Per pair: whether there is a `run_with_before`; one sweep for all of them."""
        distinct = {id(names): names for pair in pairs for names in pair}
        nodes = {key: self._nodes(names) for key, names in distinct.items()}
        asked = [(nodes[id(first)], nodes[id(second)]) for first, second in pairs]
        found = [runs.can_invert(asked) for runs in self._runs]
        return [any(each[at] for each in found) for at in range(len(asked))]

    def _shortest(self, runs: Iterable[list[int] | None]) -> tuple[str, ...] | None:
        found = min((run for run in runs if run is not None), key=len, default=None)
        return None if found is None else self._whole.visible(found)

    def can_meet(self, a: Names, b: Names) -> bool:
        """Whether some complete run passes one of `a` and one of `b`; granted where not decided."""
        one, other = self._nodes(a), self._nodes(b)
        return not self._runs or any(runs.can_meet(one, other) for runs in self._runs)

    def _musts(self, step: str) -> _Musts:
        found = self._around.get(step)
        if found is None:
            node = self._whole.index.get(step)
            every = [] if node is None else [runs.around(node) for runs in self._runs]
            around = [each for each in every if each is not None]
            found = (
                self._in_all([each.before for each in around]),
                self._in_all([each.after for each in around]),
                self._in_all([each.passing for each in around]),
            )
            self._around[step] = found
        return found

    def _in_all(self, masks: Sequence[int]) -> frozenset[str]:
        """Ids of the steps that every one of some masks has; none where there are no masks."""
        bits = bin(reduce(and_, masks))[:1:-1] if masks else ""
        return frozenset(step.id for step, bit in zip(self._whole.steps, bits, strict=False) if bit == "1")

    def must_before(self, step: str) -> frozenset[str]:
        """Steps that every complete run has passed before `step` happens (for the first time).

        Empty where nothing is known: the step is on no run, or the runs are not decided.
        """
        return self._musts(step)[0]

    def must_after(self, step: str) -> frozenset[str]:
        """Steps that every complete run which passes `step` passes after it (after its last time)."""
        return self._musts(step)[1]

    def must_of_end(self, end: str) -> frozenset[str]:
        """Steps on every complete run that ends at `end` (or passes that step), itself included."""
        return self._musts(end)[2]

    @cached_property
    def _allotment(self) -> Allotment:
        return Allotment(self.procedure, self.organisation)

    def course(self, case: str = "default", clocks: Mapping[str, StepClock] | None = None) -> Course:
        """The ways of a case by the limits of its steps; see `analysis.timing`.

        The id of an end stands for the runs to it, where it has a limit of its own. `clocks` is the
        packs' word on what the clock does at kinds of steps of which the procedure says nothing.
        """
        ends = ends_of(self._whole, self.procedure, case)
        key = (self._graph(case), ends, frozenset((clocks or {}).items()))
        found = self._courses.get(key)
        if found is None:
            allotment = Allotment(self.procedure, self.organisation, clocks) if clocks else self._allotment
            graph = key[0] if ends == key[0].ends else replace(key[0], ends=ends)
            found = self._courses[key] = Course(graph, allotment)
        return found

    def _graph(self, case: str) -> Graph:
        return self._graphs[case] if case in self._graphs else in_case(self._whole, case)

    @cached_property
    def _trails(self) -> Trails:
        return Trails(self._graphs, [step.id for step in self.procedure.steps if step.anytime])

    def replay(self, steps: Sequence[str], case: str = "") -> Replay:
        """Play the steps of a dossier through the procedure; of a case that is not known, the best of all.

        Steps outside the graph are passed over; a step that is not of this procedure does not fit.
        """
        return self._trails.replay(steps, case)

    def align(self, steps: Sequence[str], case: str = "") -> Alignment | None:
        """The complete run that fits a dossier best; of a case that is not known, the best of all.

        None where there is none, or where it was not found in the states that are looked at.
        """
        return self._trails.align(steps, case)

    def silenced(self, steps: frozenset[str]) -> Study:
        """The study of the same procedure in which `steps` are gateways that leave no trace."""
        if not steps:
            return self
        found = self._silenced.get(steps)
        if found is None:
            quiet = (replace(s, kinds=("route",)) if s.id in steps else s for s in self.procedure.steps)
            changed = replace(self.procedure, steps=tuple(quiet))
            found = self._silenced[steps] = study(changed, self.organisation, self.judged_on)
        return found

    def followers(self, step: str) -> tuple[str, ...]:
        """Steps that may come next, seen through silent gateways, in the order of the file."""
        node = self._whole.index.get(step)
        return () if node is None else self._whole.ids(self._whole.next_visible(node))

    def ahead(self, step: str, short_of: Collection[str] = ()) -> tuple[str, ...]:
        """A step and those that follow it short of some kinds, nearest first. Linear."""
        whole, barred = self._whole, frozenset(short_of)
        found = [whole.index[step]]
        seen = set(found)
        for node in found:
            new = whole.next_visible(node, seen)
            seen.update(new)
            found += [other for other in new if barred.isdisjoint(whole.steps[other].kinds)]
        return whole.ids(found)

    def first_of(self, steps: Sequence[str]) -> tuple[str, ...]:
        """Those of some steps to which no other of them leads, but for one that it leads back to. Linear."""
        whole, index = self._whole, self._whole.index
        circle = {node: number for number, nodes in enumerate(whole.circles) for node in nodes}
        asked = {index[step] for step in steps if step in index}
        on = asked.union(*(whole.circles[number] for number in {circle[n] for n in asked if n in circle}))
        onward = ((node, whole.target[edge]) for node in on for edge in whole.outs[node])
        later = whole.forward(to for node, to in onward if circle.get(node, -1) != circle.get(to))
        return tuple(step for step in steps if step not in index or not later[index[step]])

    def reaches(self, a: str, b: str) -> bool:
        """Whether a path of flows leads from step `a` on to step `b`."""
        index = self._whole.index
        if a not in index or b not in index:
            return False
        found = self._reached.get(a)
        if found is None:
            after = (self._whole.target[edge] for edge in self._whole.outs[index[a]])
            found = self._reached[a] = self._whole.forward(after)
        return bool(found[index[b]])


def study(
    procedure: Procedure,
    organisation: Organisation,
    judged_on: dt.date,
    announced: Announcement | None = None,
    calendar: Calendar | None = None,
) -> Study:
    """Begin the study of a procedure as it is judged on a day; nothing is worked out yet."""
    return Study(procedure, organisation, judged_on, announced, calendar)


@once
def study_of(procedure: Procedure) -> Study:
    """Return the one study of a procedure for questions that the graph alone answers.

    Rules on dossiers ask it thousands of times; it knows no people and no announced limits.
    """
    return study(procedure, Organisation(), procedure.in_force.first or dt.date.min)
