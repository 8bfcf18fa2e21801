"""The longest time that a procedure's own limits add up to.

Steps in parallel branches and steps in alternative branches alike count as the longer of them, so
the longest run is a longest path; the sum over parallel branches is never formed. Loops are written
out as often as they may be gone round (`analysis.unrolled`). What the dossier's clock does not
count weighs nothing: steps that are paused, outside or the applicant's own, and steps without time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from iso_audit.analysis.graph import Graph
from iso_audit.analysis.unrolled import Unrolled, certain, unrolled
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Limit, Procedure, Step, StepClock, TimeUnit

_STANDS = (StepClock.PAUSED, StepClock.OUTSIDE)

_LABELS = 64
"""How many ways of having met shared limits are told apart at one step."""


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest path by the limits of its steps; of several as long one, always the same."""

    working_seconds: int
    """Working hours and days on the path, a day as 8 hours."""
    calendar_days: Fraction
    """Calendar days and clock hours on the path, 24 hours a day."""
    nominal_seconds: int
    """All of them as a table adds them up: every day 8 hours, every hour one."""
    path: tuple[str, ...]
    """Visible steps in order, since the last restart of the clock."""
    units: frozenset[TimeUnit]
    """Units of the limits on the path."""
    repeats: bool = False
    """Whether loops are in the figures as often as they may be gone round."""
    is_bounded: bool = True
    """No loop is left out, because nobody says how often or because it may be gone round in too many ways."""


_NONE: Mapping[int, Limit] = {}


class Charges(NamedTuple):
    """What the nodes are charged with: a limit of their own, or those that they share, by group."""

    own: Sequence[Limit | None]
    shared: Sequence[Mapping[int, Limit]]
    times: Sequence[int]
    """Seconds of the own limits as a table adds them up."""


class Allotment:
    """What each step of a procedure is given: its own limit or that of its group, where its time counts."""

    def __init__(
        self, procedure: Procedure, organisation: Organisation, clocks: Mapping[str, StepClock] | None = None
    ) -> None:
        self._applicants = organisation.applicants
        self._clocks = clocks or {}
        self._shared: dict[str, dict[int, Limit]] = {}
        for number, group in enumerate(procedure.limit_groups):
            for step in group.steps:
                self._shared.setdefault(step, {})[number] = group.limit

    def clock(self, step: Step) -> StepClock:
        """What the clock does at a step: the step's own word, else the pack's word for its kind."""
        if step.clock is not None:
            return step.clock
        for kind in step.kinds if self._clocks else ():
            if kind in self._clocks:
                return self._clocks[kind]
        return StepClock.RUNS

    def counts(self, step: Step) -> bool:
        """Whether the time of a step is the office's and counted."""
        return self.clock(step) not in _STANDS and not self.is_applicants(step)

    def is_applicants(self, step: Step) -> bool:
        return step.role in self._applicants

    def limit(self, step: Step) -> Limit | None:
        """The limit that is charged for a step; None where nothing is."""
        if not self.counts(step):
            return None
        return next(iter(self.shared(step).values()), step.limit)

    def shared(self, step: Step) -> Mapping[int, Limit]:
        """The limits that a step shares, by number of the group; they stand in place of its own."""
        return self._shared.get(step.id, _NONE)


class Course:
    """The steps of one case with what each is charged, and the ways through them."""

    def __init__(self, graph: Graph, allotment: Allotment) -> None:
        self.graph = graph
        self.allotment = allotment
        runs, restarts = StepClock.RUNS, StepClock.RESTARTS
        clocks = [allotment.clock(step) for step in graph.steps]
        self.restarts = [clock is restarts for clock in clocks]
        self._runs = bytearray(len(graph.steps))
        own: list[Limit | None] = [None] * len(graph.steps)
        shared = [_NONE] * len(graph.steps)
        for node, (step, clock) in enumerate(zip(graph.steps, clocks, strict=True)):
            if (clock is not runs and clock in _STANDS) or allotment.is_applicants(step):
                continue
            self._runs[node] = clock is runs
            shared[node] = allotment.shared(step)
            own[node] = None if shared[node] else step.limit
        self._charges = Charges(own, shared, [_seconds(limit) for limit in own])

    @cached_property
    def ways(self) -> Unrolled:
        """The ways through, each loop as often as it may be gone round."""
        return unrolled(self.graph, self._runs, self._charges.times, self._charges.shared)

    @cached_property
    def straight(self) -> Unrolled:
        """The ways through without going round."""
        if not self.ways.repeats:
            return self.ways
        return unrolled(self.graph, bytearray(len(self._runs)), (), ())

    @cached_property
    def open_loops(self) -> tuple[tuple[int, ...], ...]:
        """Loops in which the clock runs and nobody says how often; one shared limit bounds a loop."""
        found = []
        for cycle in certain(self.graph, self.ways.loops, self.ways.unbounded):
            shared = [set(self._charges.shared[node]) for node in cycle if not self.graph.is_silent[node]]
            if shared and not set.intersection(*shared):
                found.append(tuple(cycle))
        return tuple(found)

    def once_round(self, loop: Collection[int]) -> tuple[str, ...]:
        """The visible steps of a shortest way round a loop, the first of them again at the end."""
        start = min(loop, key=lambda node: (self.graph.is_silent[node], node))
        before: dict[int, int] = {}
        queue = [start]
        for node in queue:
            for after in (self.graph.target[edge] for edge in self.graph.outs[node]):
                if after in loop and after not in before:
                    before[after] = node
                    queue.append(after)
        way = [start, before[start]]
        while way[-1] != start:
            way.append(before[way[-1]])
        return self.told(way[::-1])

    def charges(self, part: str = "") -> Charges:
        """What the steps are charged; of one part alone, where one is asked for."""
        own, shared, times = self._charges
        if not part:
            return self._charges
        here = [step.part == part for step in self.graph.steps]
        return Charges(
            [limit if one else None for limit, one in zip(own, here, strict=True)],
            [groups if one else _NONE for groups, one in zip(shared, here, strict=True)],
            [time if one else 0 for time, one in zip(times, here, strict=True)],
        )

    def longest(self, part: str = "", *, repeats: bool = True) -> Longest:
        """The longest way from an entry to an end; of one part: its steps alone are charged and shown.

        Complexity: linear in the copies of `unrolled`, times the ways in which limits shared by
        several steps may have been met before a step (one, unless alternatives differ in it).
        """
        ways = self.ways if repeats else self.straight
        charges = self.charges(part)
        if any(charges.shared):
            path = _longest_by_group(ways, charges, self.restarts)
        else:
            path = _longest_path(ways, charges.times, self.restarts)
        return self._summed(path, charges, part, ways)

    def _summed(self, path: Sequence[int], charges: Charges, part: str, ways: Unrolled) -> Longest:
        working, nominal, days = 0, 0, Fraction(0)
        units = set()
        groups: dict[int, Limit] = {}
        for node in path:
            groups.update(charges.shared[node])
        for limit in [*(limit for node in path if (limit := charges.own[node])), *groups.values()]:
            working += limit.working_seconds or 0
            nominal += limit.nominal_seconds or 0
            if limit.value:
                units.add(limit.unit)
                if limit.unit is TimeUnit.DAY:
                    days += limit.value
                elif limit.unit is TimeUnit.HOUR:
                    days += limit.value / 24
        return Longest(
            working, days, nominal, self.told(path, part), frozenset(units), ways.repeats, not ways.left_out
        )

    def told(self, path: Sequence[int], part: str = "") -> tuple[str, ...]:
        """The visible steps of a path; of one part alone, where one is asked for."""
        shown = [node for node in path if not part or self.graph.steps[node].part == part]
        return self.graph.visible(shown)


def ends_of(graph: Graph, procedure: Procedure, case: str) -> frozenset[int]:
    """The ends that the limit of a case is for: those that have none of their own, or the one named."""
    apart = frozenset(graph.index[name] for name in procedure.limits if name in graph.index) & graph.ends
    named = graph.index.get(case)
    return frozenset({named}) if named is not None and named in apart else graph.ends - apart


def _seconds(limit: Limit | None) -> int:
    return 0 if limit is None else limit.nominal_seconds or 0


def _longest_path(ways: Unrolled, times: Sequence[int], restarts: Sequence[bool]) -> list[int]:
    """Nodes of the longest path where no limit is shared."""
    nodes, onward = ways.nodes, ways.onward
    time = [-1] * len(nodes)
    before = [-1] * len(nodes)
    for copy in ways.entries:
        time[copy] = 0
    best, last = -1, -1
    for copy, node in enumerate(nodes):
        done, at, after = time[copy] + times[node], copy, onward[copy]
        if (not after or restarts[node]) and done > best:
            best, last = done, copy
        if restarts[node]:
            done, at = 0, -1
        for other in after:
            if done > time[other] or (done == time[other] and at >= 0 and node < nodes[before[other]]):
                time[other], before[other] = done, at
    path = []
    while last >= 0:
        path.append(nodes[last])
        last = before[last]
    return path[::-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Label:
    """One way to have come to a node: shared limits met, time, the way before, the node just done."""

    met: Mapping[int, Limit]
    time: int
    before: _Label | None
    node: int = -1


def _longest_by_group(ways: Unrolled, charges: Charges, restarts: Sequence[bool]) -> list[int]:
    """The same where limits are shared: what a path has met decides what the next member costs."""
    met_at: dict[int, list[_Label]] = {copy: [_Label({}, 0, None)] for copy in ways.entries}
    best = _Label({}, -1, None)
    for copy, node in enumerate(ways.nodes):
        shared, time = charges.shared[node], charges.times[node]
        reached = []
        for way in met_at.pop(copy, ()):
            new = {group: limit for group, limit in shared.items() if group not in way.met}
            met = {**way.met, **new} if new else way.met
            reached.append(_Label(met, way.time + time + _worth(new.values()), way, node))
        if not ways.onward[copy] or restarts[node]:
            best = max(best, *reached, key=lambda way: way.time)
        if restarts[node]:
            reached = [_Label({}, 0, None)]
        for other in ways.onward[copy]:
            known = met_at.get(other)
            met_at[other] = reached if known is None else _undominated(known + reached)
    path = []
    at: _Label | None = best
    while at is not None and at.node >= 0:
        path.append(at.node)
        at = at.before
    return path[::-1]


def _undominated(ways: list[_Label]) -> list[_Label]:
    """Leave out ways that can never become the longest.

    A way that leads by at least the limits which it alone has met stays ahead: the other can gain
    no more than those.
    """
    kept: list[_Label] = []
    for way in sorted(ways, key=lambda way: -way.time):
        if not any(
            ahead.time - way.time
            >= _worth(limit for group, limit in ahead.met.items() if group not in way.met)
            for ahead in kept
        ):
            kept.append(way)
    return kept[:_LABELS]


def _worth(limits: Iterable[Limit]) -> int:
    return sum(_seconds(limit) for limit in limits)
