"""The longest time that a procedure's own limits add up to.

Steps in parallel branches and steps in alternative branches alike count as the longer of them, so
the longest run is a longest path; the sum over parallel branches is never formed. A loop counts
once through: its way back is left out, a step on it that cannot reach an end otherwise (a request
for a supplement that leads back to the check) is on no path. What the dossier's clock does not
count weighs nothing: steps that are paused, outside or the applicant's own, and steps without time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from iso_audit.analysis.graph import Graph
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Limit, Procedure, Step, StepClock, TimeUnit

_LABELS = 64
"""How many ways of having met shared limits are told apart at one step."""


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest path by the limits of its steps; ties go to the step that stands first in the file."""

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


class Allotment:
    """What each step of a procedure is given: its own limit or that of its group, where its time counts."""

    def __init__(
        self, procedure: Procedure, organisation: Organisation, clocks: Mapping[str, StepClock] | None = None
    ) -> None:
        self._organisation = organisation
        self._clocks = clocks or {}
        self.groups = tuple(group.limit for group in procedure.limit_groups)
        self.group_of: dict[str, list[int]] = {}
        for number, group in enumerate(procedure.limit_groups):
            for step in group.steps:
                self.group_of.setdefault(step, []).append(number)

    def clock(self, step: Step) -> StepClock:
        """What the clock does at a step: the step's own word, else the pack's word for its kind."""
        if step.clock is not None:
            return step.clock
        words = (self._clocks[kind] for kind in step.kinds if kind in self._clocks)
        return next(words, StepClock.RUNS)

    def counts(self, step: Step) -> bool:
        """Whether the time of a step is the office's."""
        return self.clock(step) in (StepClock.RUNS, StepClock.RESTARTS) and not self.is_applicants(step)

    def is_applicants(self, step: Step) -> bool:
        role = self._organisation.roles.get(step.role)
        return role.is_applicant if role is not None else step.role == "applicant"

    def limit(self, step: Step) -> Limit | None:
        """The limit that is charged for a step; None where nothing is."""
        if not self.counts(step):
            return None
        if step.id in self.group_of:
            return self.groups[self.group_of[step.id][0]]
        return step.limit


def longest(
    graph: Graph, allotment: Allotment, *, is_bounded: bool, counts: Callable[[Step], bool] = lambda _: True
) -> Longest:
    """The longest path from an entry to an end, of the steps that `counts` admits.

    Complexity: linear, times the ways in which limits shared by several steps may have been met
    before a step (one, unless alternatives differ in it).
    """
    order, forward = _acyclic(graph)
    path = _longest_path(graph, allotment, order, forward, counts)
    working, nominal, days = 0, 0, Fraction(0)
    units = set()
    for limit in _charged(graph, allotment, path, counts):
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


def _charged(
    graph: Graph, allotment: Allotment, path: Sequence[int], counts: Callable[[Step], bool]
) -> list[Limit]:
    """The limits that a path is charged with, those of groups once."""
    limits, met = [], set()
    for node in path:
        step = graph.steps[node]
        if not counts(step) or not allotment.counts(step):
            continue
        groups = allotment.group_of.get(step.id)
        if groups is None:
            limits += [step.limit] if step.limit is not None else []
            continue
        for group in groups:
            if group not in met:
                met.add(group)
                limits.append(allotment.groups[group])
    return limits


def _acyclic(graph: Graph) -> tuple[list[int], list[list[int]]]:
    """The nodes that lie on a way from an entry to an end without going back, in order, and their next ones.

    Depth first, nearer the beginning of the file first: where a cycle has one entrance the flows
    left out are its ways back, whatever the order; where it has several, the way back is the one
    against the order of the file.
    """
    colour = bytearray(len(graph.steps))
    after = [sorted({graph.target[edge] for edge in edges}) for edges in graph.outs]
    forward: list[list[int]] = [[] for _ in after]
    finished: list[int] = []
    for entry in graph.entries:
        if colour[entry]:
            continue
        colour[entry] = 1
        work = [(entry, iter(after[entry]))]
        while work:
            node, rest = work[-1]
            for other in rest:
                if colour[other] != 1:
                    forward[node].append(other)
                if not colour[other]:
                    colour[other] = 1
                    work.append((other, iter(after[other])))
                    break
            else:
                colour[node] = 2
                finished.append(node)
                work.pop()
    leads = bytearray(len(after))
    for node in finished:
        forward[node] = [other for other in forward[node] if leads[other]]
        leads[node] = bool(forward[node]) or node in graph.ends
    return [node for node in reversed(finished) if leads[node]], forward


def _longest_path(
    graph: Graph,
    allotment: Allotment,
    order: Sequence[int],
    forward: Sequence[Sequence[int]],
    counts: Callable[[Step], bool],
) -> list[int]:
    """Nodes of the longest path; labels at a node are (groups met, time, node before, its label)."""
    labels: dict[int, list[_Label]] = {node: [_Label(0, 0, None)] for node in graph.entries}
    best = _Label(0, -1, None)
    for node in order:
        step = graph.steps[node]
        charged = allotment.counts(step) and counts(step)
        groups = allotment.group_of.get(step.id) if charged else None
        own = step.limit.nominal_seconds or 0 if charged and groups is None and step.limit else 0
        restarts = allotment.clock(step) is StepClock.RESTARTS
        reached = []
        for there in labels.pop(node, ()):
            met, time = there.met, there.time + own
            for group in groups or ():
                if not met >> group & 1:
                    met |= 1 << group
                    time += allotment.groups[group].nominal_seconds or 0
            reached.append(_Label(met, time, there, node))
        if not forward[node] or restarts:
            best = max(best, *reached, key=lambda label: label.time)
        if restarts:
            reached = [_Label(0, 0, None)]
        for other in forward[node]:
            known = labels.get(other)
            labels[other] = reached if known is None else _undominated(known + reached, allotment)
    path = []
    label: _Label | None = best
    while label is not None and label.node >= 0:
        path.append(label.node)
        label = label.before
    return path[::-1]


@dataclass(frozen=True, slots=True, eq=False)
class _Label:
    """One way to have come to a node: groups met (mask), time, the label before, the node just done."""

    met: int
    time: int
    before: _Label | None
    node: int = -1


def _undominated(labels: list[_Label], allotment: Allotment) -> list[_Label]:
    """Leave out ways that can never become the longest.

    A way that leads by at least the limits which it alone has met stays ahead: the other can gain
    no more than those.
    """
    kept: list[_Label] = []
    for label in sorted(labels, key=lambda label: -label.time):
        if not any(each.time - label.time >= _worth(each.met & ~label.met, allotment) for each in kept):
            kept.append(label)
    return kept[:_LABELS]


def _worth(groups: int, allotment: Allotment) -> int:
    return sum(
        limit.nominal_seconds or 0 for number, limit in enumerate(allotment.groups) if groups >> number & 1
    )
