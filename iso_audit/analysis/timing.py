"""The longest time that a procedure's own limits add up to.

Steps in parallel branches and steps in alternative branches alike count as the longer of them, so
the longest run is a longest path; the sum over parallel branches is never formed. A loop counts
once through: its way back is left out, a step on it that cannot reach an end otherwise (a request
for a supplement that leads back to the check) is on no path. What the dossier's clock does not
count weighs nothing: steps that are paused, outside or the applicant's own, and steps without time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from iso_audit.analysis.graph import Graph
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Limit, Procedure, Step, StepClock, TimeUnit

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
    is_bounded: bool
    """Every cycle says how many times at most; the loops themselves are not in the figures."""
    units: frozenset[TimeUnit]
    """Units of the limits on the path."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a step is charged with: its own limit, or the limits that it shares, by number of the group."""

    limit: Limit | None = None
    groups: Mapping[int, Limit] = field(default_factory=dict)


_NOTHING = Charge()


class Allotment:
    """What each step of a procedure is given: its own limit or that of its group, where its time counts."""

    def __init__(
        self, procedure: Procedure, organisation: Organisation, clocks: Mapping[str, StepClock] | None = None
    ) -> None:
        self._organisation = organisation
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
        clock = self.clock(step)
        return (
            clock is not StepClock.PAUSED and clock is not StepClock.OUTSIDE and not self.is_applicants(step)
        )

    def is_applicants(self, step: Step) -> bool:
        role = self._organisation.roles.get(step.role)
        return role.is_applicant if role is not None else step.role == "applicant"

    def limit(self, step: Step) -> Limit | None:
        """The limit that is charged for a step; None where nothing is."""
        if not self.counts(step):
            return None
        charge = self.charge(step)
        return next(iter(charge.groups.values()), charge.limit)

    def shares(self, step: Step) -> bool:
        return step.id in self._shared

    def charge(self, step: Step) -> Charge:
        """What a step is given, where its time counts; a shared limit stands in place of its own."""
        shared = self._shared.get(step.id)
        if shared is not None:
            return Charge(groups=shared)
        return Charge(step.limit) if step.limit is not None else _NOTHING


def longest(
    graph: Graph, allotment: Allotment, *, is_bounded: bool, counts: Callable[[Step], bool] = lambda _: True
) -> Longest:
    """The longest path from an entry to an end, of the steps that `counts` admits.

    Complexity: linear, times the ways in which limits shared by several steps may have been met
    before a step (one, unless alternatives differ in it).
    """
    counted = [allotment.counts(step) and counts(step) for step in graph.steps]
    charge = allotment.charge
    order, place = _acyclic(graph)
    restarts = {node for node in order if allotment.clock(graph.steps[node]) is StepClock.RESTARTS}
    if any(counted[node] and allotment.shares(graph.steps[node]) for node in order):
        charges = {node: charge(graph.steps[node]) if counted[node] else _NOTHING for node in order}
        path = _longest_by_group(graph, order, place, charges, restarts)
    else:
        times = [
            _seconds(step.limit) if counts else 0 for step, counts in zip(graph.steps, counted, strict=True)
        ]
        path = _longest_path(graph, order, place, times, restarts)
    working, nominal, days = 0, 0, Fraction(0)
    units = set()
    for limit in _limits(charge(graph.steps[node]) for node in path if counted[node]):
        working += limit.working_seconds or 0
        nominal += limit.nominal_seconds or 0
        if limit.value:
            units.add(limit.unit)
            if limit.unit is TimeUnit.DAY:
                days += limit.value
            elif limit.unit is TimeUnit.HOUR:
                days += limit.value / 24
    shown = [node for node in path if counts(graph.steps[node])]
    return Longest(working, days, nominal, graph.visible(shown), is_bounded, frozenset(units))


def _seconds(limit: Limit | None) -> int:
    return 0 if limit is None else limit.nominal_seconds or 0


def _limits(charges: Iterable[Charge]) -> list[Limit]:
    """What a path is charged with, limits of groups once."""
    groups: dict[int, Limit] = {}
    own = []
    for charge in charges:
        groups.update(charge.groups)
        own += [charge.limit] if charge.limit is not None else []
    return [*own, *groups.values()]


def _acyclic(graph: Graph) -> tuple[list[int], list[int]]:
    """The nodes that lie on a way from an entry to an end without going back, in order.

    Also the place of every node in the order, 0 for those that are not in it: a flow leads back if
    its target has no later place. Depth first, nearer the beginning of the file first: where a cycle
    has one entrance the flows left out are its ways back, whatever the order; where it has several,
    the way back is the one against the order of the file. Linear.
    """
    target = graph.target
    after = [edges if len(edges) < 2 else sorted(edges, key=target.__getitem__) for edges in graph.outs]
    following = [0] * len(after)
    met = bytearray(len(after))
    finished: list[int] = []
    for entry in graph.entries:
        stack = [] if met[entry] else [entry]
        met[entry] = 1
        while stack:
            node = stack[-1]
            if following[node] == len(after[node]):
                finished.append(stack.pop())
                continue
            other = target[after[node][following[node]]]
            following[node] += 1
            if not met[other]:
                met[other] = 1
                stack.append(other)
    place = [0] * len(after)
    for number, node in enumerate(finished):
        # a way on: to an end, or over a flow to what was finished before and has one
        if node in graph.ends or any(place[target[edge]] for edge in after[node]):
            place[node] = len(finished) - number
    return [node for node in reversed(finished) if place[node]], place


def _onward(graph: Graph, place: Sequence[int], node: int) -> list[int]:
    """Where ways to an end go on from `node` without going back."""
    here, target = place[node], graph.target
    return [target[edge] for edge in graph.outs[node] if place[target[edge]] > here]


def _longest_path(
    graph: Graph, order: Sequence[int], place: Sequence[int], times: Sequence[int], restarts: Collection[int]
) -> list[int]:
    """Nodes of the longest path where no limit is shared."""
    time = [-1] * len(times)
    before = [-1] * len(times)
    for node in graph.entries:
        time[node] = 0
    best, last = -1, -1
    for node in order:
        done, at = time[node] + times[node], node
        onward = _onward(graph, place, node)
        if (node in restarts or not onward) and done > best:
            best, last = done, node
        if node in restarts:
            done, at = 0, -1
        for other in onward:
            if done > time[other] or (done == time[other] and 0 <= at < before[other]):
                time[other], before[other] = done, at
    path = []
    while last >= 0:
        path.append(last)
        last = before[last]
    return path[::-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Label:
    """One way to have come to a node: shared limits met, time, the way before, the node just done."""

    met: Mapping[int, Limit]
    time: int
    before: _Label | None
    node: int = -1


def _longest_by_group(
    graph: Graph,
    order: Sequence[int],
    place: Sequence[int],
    charges: Mapping[int, Charge],
    restarts: Collection[int],
) -> list[int]:
    """The same where limits are shared: what a path has met decides what the next member costs."""
    ways: dict[int, list[_Label]] = {node: [_Label({}, 0, None)] for node in graph.entries}
    best = _Label({}, -1, None)
    for node in order:
        charge = charges[node]
        reached = []
        for way in ways.pop(node, ()):
            new = {group: limit for group, limit in charge.groups.items() if group not in way.met}
            met = {**way.met, **new} if new else way.met
            reached.append(_Label(met, way.time + _seconds(charge.limit) + _worth(new.values()), way, node))
        onward = dict.fromkeys(_onward(graph, place, node))
        if not onward or node in restarts:
            best = max(best, *reached, key=lambda way: way.time)
        if node in restarts:
            reached = [_Label({}, 0, None)]
        for other in onward:
            known = ways.get(other)
            ways[other] = reached if known is None else _undominated(known + reached)
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
