"""The longest time from the end of one step to the end of another, by the limits of the steps between.

What runs beside the first step may only have begun when it ends, so it counts in full: the stretch
is the longest path to the second step from whatever may be under way then. A limit that several
steps share is counted once for a finding and each time for a pass; where the two differ, and where
a loop or a step without a limit lies between, a pass is not certain and stays open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from iso_audit.analysis.allowance import WAITING
from iso_audit.analysis.constraints import Constraint
from iso_audit.analysis.graph import Graph, in_case
from iso_audit.analysis.study import Study
from iso_audit.analysis.timing import Allotment
from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, StepClock, TimeUnit
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Unknown


def longest_between(study: Study, constraint: Constraint, cases: Collection[str]) -> Answer:
    """Judge `within`: from each end of an A to the first end of a B after it."""
    limit = constraint.limit
    if limit is None or limit.value is None:
        return NOT_APPLICABLE
    clocks = dict.fromkeys(WAITING, StepClock.PAUSED)
    allotment = Allotment(study.procedure, study.organisation, clocks)
    first, second = constraint.meant(study.procedure)
    first = tuple(step for step in first if step not in second)  # a step that is both ends with itself
    answers = []
    for graph in dict.fromkeys(in_case(study.graph, case) for case in cases):
        between = _Between(graph, allotment, _nodes(graph, first), _nodes(graph, second))
        answers.append(_compared(between, constraint, limit))
        if answers[-1].checked and not answers[-1].breaches:
            continue
        # not within the limit if all that lies beside an A ran beside it: look closer
        between.leave_out([n for n in between.beside if not study.can_meet(first, graph.steps[n].id)])
        answers[-1] = _compared(between, constraint, limit)
    broken = next((answer for answer in answers if answer.breaches), None)
    undecided = next((answer for answer in answers if answer.unknowns), None)
    return broken or undecided or next((answer for answer in answers if answer.checked), NOT_APPLICABLE)


def _nodes(graph: Graph, steps: Collection[str]) -> frozenset[int]:
    return frozenset(graph.index[step] for step in steps if step in graph.index)


def _compared(between: _Between, constraint: Constraint, limit: Limit) -> Answer:
    path = between.longest()
    if not path:
        return NOT_APPLICABLE
    given = limit.nominal_seconds or 0
    least, most = between.time(path)
    reason = ""
    if any(each.unit.is_working != limit.unit.is_working for each in between.limits(path) if each.value):
        reason = "mixed-units"
    elif least > given:
        run = between.graph.visible(path)
        facts = {**constraint.facts, "longest": _in_unit(least, limit), "run_between": run}
        return Answer(1, (Breach(run[-1], facts, variant=constraint.must.value),))
    elif most > given:
        reason = "shared-limit"
    elif between.has_loop:
        reason = "loop-between"
    elif between.has_untimed:
        reason = "untimed-between"
    return Answer(unknowns=(Unknown(reason),)) if reason else HOLDS


def _in_unit(seconds: int, like: Limit) -> Limit:
    is_days = like.unit in (TimeUnit.DAY, TimeUnit.WORKING_DAY)
    return Limit(Fraction(seconds, 3600 * (HOURS_PER_WORKING_DAY if is_days else 1)), like.unit)


class _Between:
    """The steps from which a B is still to come once an A has ended."""

    def __init__(
        self, graph: Graph, allotment: Allotment, first: frozenset[int], second: frozenset[int]
    ) -> None:
        self.graph, self._allotment, self._second = graph, allotment, second
        onward = bytearray(node not in second for node in range(len(graph.steps)))
        before = graph.backward(
            (graph.source[edge] for node in second for edge in graph.ins[node]), onward
        )  # the first B ends the stretch
        to_second = bytearray(
            reached and (before[node] or node in second) for node, reached in enumerate(graph.reachable)
        )
        after = (graph.target[edge] for node in first for edge in graph.outs[node])
        self._inside = self._after(after, to_second)
        leads = graph.backward(first)
        self.beside = {
            node
            for node, is_before in enumerate(to_second)
            if is_before and not leads[node] and not self._inside[node] and node not in first
        }
        """Steps that may run while an A does, if some run has both: neither leads to the other."""
        for node in self.beside:
            self._inside[node] = 1

    def _after(self, starts: Iterable[int], allowed: bytearray) -> bytearray:
        """Nodes from `starts` up to the first B."""
        onward = bytearray(is_in and node not in self._second for node, is_in in enumerate(allowed))
        starts = list(starts)
        inside = self.graph.forward(starts, onward)
        for node in self._second:
            sources = (self.graph.source[edge] for edge in self.graph.ins[node])
            inside[node] = allowed[node] and (node in starts or any(inside[each] for each in sources))
        return inside

    def leave_out(self, nodes: Iterable[int]) -> None:
        """Take away what no run has together with an A."""
        for node in nodes:
            self._inside[node] = 0

    @property
    def has_loop(self) -> bool:
        inside = bytearray(is_in and node not in self._second for node, is_in in enumerate(self._inside))
        return bool(self.graph.cycles(inside))

    @property
    def has_untimed(self) -> bool:
        steps = [self.graph.steps[node] for node, is_in in enumerate(self._inside) if is_in]
        return any(
            (limit := self._allotment.limit(step)) is None or limit.value is None
            for step in steps
            if not step.is_silent and self._allotment.counts(step)
        )

    def longest(self) -> list[int]:
        """Nodes of the longest path from what is under way when an A ends to the first B; none without one.

        Depth first; a flow to a node that is not finished leads back and is left out.
        """
        best: dict[int, tuple[int, int]] = {}  # time up to the first B (-1: not reached), next node
        starts = [node for node, is_in in enumerate(self._inside) if is_in]
        for start in starts:
            stack, under_way = [start], set()
            while stack:
                node = stack[-1]
                onward = [] if node in self._second else self._onward(node)
                open_ones = [each for each in onward if each not in best and each not in under_way]
                if node not in under_way and node not in best and open_ones:
                    under_way.add(node)
                    stack += open_ones
                    continue
                stack.pop()
                under_way.discard(node)
                if node not in best:
                    ways = [(best[each][0], each) for each in onward if best.get(each, (-1, 0))[0] >= 0]
                    time, after = max(ways, default=(-1, -1))
                    is_there = bool(ways) or node in self._second
                    best[node] = (max(time, 0) + self._worth(node), after) if is_there else (-1, -1)
        at = max(starts, key=lambda node: best[node][0], default=-1)
        path = []
        while at >= 0 and best[at][0] >= 0:
            path.append(at)
            at = best[at][1]
        return path

    def _onward(self, node: int) -> list[int]:
        target = self.graph.target
        return [target[edge] for edge in self.graph.outs[node] if self._inside[target[edge]]]

    def _worth(self, node: int) -> int:
        limit = self._allotment.limit(self.graph.steps[node])
        return 0 if limit is None else limit.nominal_seconds or 0

    def limits(self, path: Sequence[int]) -> list[Limit]:
        found = (self._allotment.limit(self.graph.steps[node]) for node in path)
        return [limit for limit in found if limit is not None]

    def time(self, path: Sequence[int]) -> tuple[int, int]:
        """Nominal seconds with shared limits counted once, and each time."""
        groups: dict[int, int] = {}
        own = 0
        for node in path:
            step = self.graph.steps[node]
            shared = self._allotment.shared(step) if self._allotment.counts(step) else {}
            groups |= {group: limit.nominal_seconds or 0 for group, limit in shared.items()}
            own += 0 if shared else self._worth(node)
        return own + sum(groups.values()), sum(map(self._worth, path))
