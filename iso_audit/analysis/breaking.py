"""A shortest complete run that breaks a requirement, within the numbers of times that steps allow.

Classes of runs are followed through the expressions of the blocks: sums of steps over sequences,
minima over alternatives (as `analysis.spelling`, for any number of classes). Blocks side by side
are played one after the other; for every pattern of `analysis.constraints` that reaches each class
that interleaving reaches. `at_most` of a step is minded only where a run would exceed it: the run
found without it is a run of the whole if it keeps to it, and otherwise the step is counted too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import product
from math import inf, prod

from iso_audit.analysis.blocks import ANY_OF, BOTH, EITHER, EMPTY, NOTHING, REPEAT, SEQUENCE, STEP, Blocks
from iso_audit.analysis.constraints import Constraint, Must, Pattern
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.study import Study

CLASSES = 1_024
"""Up to so many classes of runs are told apart before the question is given up as too large."""

Class = tuple[int, ...]
"""The class of a run under the pattern, then how often it passes each counted step."""

Costs = dict[Class, int]
"""The steps of a shortest run of each class; a class that cannot be is absent."""


class TooLargeError(Exception):
    """More classes of runs than are told apart."""


def breaking_run(study: Study, constraint: Constraint, cases: Collection[str]) -> tuple[str, ...] | None:
    """A complete run with the fewest steps, in one of `cases`, that is not as required; None: there is none.

    Every step on it happens no more often than its `at_most`. Raises TooLargeError.
    """
    pattern = constraint.pattern
    assert pattern is not None
    graph = study.graph
    letters = {
        graph.index[step]: pattern.letters[letter]
        for step, letter in constraint.letters(study.procedure).items()
        if step in graph.index
    }
    most = {node: s.at_most for node, s in enumerate(graph.steps) if s.at_most is not None}
    if constraint.must is Must.AT_MOST and _sum(letters, most) <= constraint.count:
        return None  # the steps' own numbers see to it
    found = [_within(runs, pattern, letters, most) for runs in study.runs_of(cases)]
    shortest = min((run for run in found if run is not None), key=len, default=None)
    return None if shortest is None else graph.visible(shortest)


def _sum(nodes: Iterable[int], most: Mapping[int, int]) -> float:
    return sum(most.get(node, inf) for node in nodes)


def _within(
    runs: Runs, pattern: Pattern, letters: Mapping[int, int], most: Mapping[int, int]
) -> list[int] | None:
    counted: dict[int, int] = {}
    while True:
        if prod(limit + 1 for limit in counted.values()) * len(pattern.classes) > CLASSES:
            raise TooLargeError
        run = _Search(runs, pattern, letters, counted).run()
        times = Counter(run or ())
        over = {node: most[node] for node, n in times.items() if n > most.get(node, n)}
        if not over:
            return run
        counted |= over


@dataclass(eq=False)
class _Search:
    """One search for a shortest run of the class `broken`; `counted` is how often its nodes may happen."""

    runs: Runs
    pattern: Pattern
    letters: Mapping[int, int]
    counted: Mapping[int, int]
    _joined: dict[tuple[Class, Class], Class | None] = field(default_factory=dict)

    def run(self) -> list[int] | None:
        cost = self._costs(self.runs.blocks)
        way = self._way(cost)
        return None if way is None else [n for at, sort in way for n in self._spelled(cost, at, sort)]

    @property
    def _nothing(self) -> Class:
        return (0,) * (1 + len(self.counted))

    def _of(self, node: int) -> Class:
        return (self.letters.get(node, 0), *(int(node == each) for each in self.counted))

    def _join(self, x: Class, y: Class) -> Class | None:
        """The class of a run followed by another; None where a step happens too often in it."""
        key = (x, y)
        if key not in self._joined:
            counts = tuple(a + b for a, b in zip(x[1:], y[1:], strict=True))
            fits = all(n <= limit for n, limit in zip(counts, self.counted.values(), strict=True))
            self._joined[key] = (self.pattern.join(x[0], y[0]), *counts) if fits else None
        return self._joined[key]

    def _after(self, a: Costs, b: Costs) -> Costs:
        plain = self._nothing
        for one, other in ((a, b), (b, a)):
            if len(one) == 1 and plain in one:
                more = one[plain]
                return {sort: cost + more for sort, cost in other.items()} if more else other
        found: Costs = {}
        for (x, own), (y, more) in product(a.items(), b.items()):
            sort = self._join(x, y)
            if sort is not None and own + more < found.get(sort, own + more + 1):
                found[sort] = own + more
        return found

    def _rounds(self, body: Costs, again: Costs) -> list[Costs]:
        """Costs with at most 0, 1, 2 ... repetitions, until more of them change nothing."""
        found = [body]
        if body.keys() | again.keys() == {self._nothing}:
            return found
        while len(found) < 2 or found[-1] != found[-2]:
            found.append(_least(found[-1], self._after(self._after(found[-1], again), body)))
        return found

    def _costs(self, blocks: Blocks) -> list[Costs]:
        """Costs of every expression. Linear, where few of them have several classes."""
        plain = {self._nothing: 1}
        value: list[Costs] = []
        for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
            if o == STEP:
                is_told = self.letters.get(left) or left in self.counted
                value.append({self._of(left): 1} if is_told else plain)
                continue
            a, b = (value[left], value[right]) if o != EMPTY else ({self._nothing: 0}, {})
            if o == SEQUENCE:
                a = self._after(a, b)
            elif o == EITHER:
                a = _least(a, b)
            elif o == BOTH:
                a = _least(self._after(a, b), self._after(b, a))
            elif o == ANY_OF:
                a = _least(_least(a, b), _least(self._after(a, b), self._after(b, a)))
            elif o == REPEAT:
                a = self._rounds(a, b)[-1]
            value.append(a)
        return value

    def _way(self, cost: list[Costs]) -> list[tuple[int, Class]] | None:
        """Expressions of a cheapest way to a final state, each with its own class (Dijkstra 1959)."""
        outs: list[list[tuple[int, int]]] = [[] for _ in range(self.runs.states)]
        for source, to, expression in self.runs.moves:
            outs[source].append((to, expression))
        start = (self.runs.start, self._nothing)
        best = {start: 0}
        parent: dict[tuple[int, Class], tuple[tuple[int, Class], int, Class]] = {}
        heap = [(0, start)]
        while heap:
            total, at = heappop(heap)
            if total > best[at]:
                continue
            if at[0] in self.runs.final and at[1][0] == self.pattern.broken:
                way = []
                while at in parent:
                    at, expression, sort = parent[at]
                    way.append((expression, sort))
                return way[::-1]
            for to, expression in outs[at[0]]:
                for sort, more in cost[expression].items():
                    joined = self._join(at[1], sort)
                    if joined is not None and total + more < best.get((to, joined), total + more + 1):
                        best[to, joined] = total + more
                        parent[to, joined] = (at, expression, sort)
                        heappush(heap, (total + more, (to, joined)))
        return None

    def _spelled(self, cost: list[Costs], whole: int, wanted: Class) -> list[int]:
        """The nodes of a shortest run of a class, which must exist, in order."""
        blocks = self.runs.blocks
        run: list[int] = []
        stack = [(whole, wanted)]
        while stack:
            at, sort = stack.pop()
            if blocks.op[at] == STEP:
                run.append(blocks.left[at])
            elif at != NOTHING:
                stack += reversed(self._parts(cost, at, sort))
        return run

    def _parts(self, cost: list[Costs], at: int, sort: Class) -> list[tuple[int, Class]]:
        """Which parts a shortest run of class `sort` plays, in order, each with its class."""
        blocks = self.runs.blocks
        o, a, b = blocks.op[at], blocks.left[at], blocks.right[at]
        goal = cost[at][sort]
        if o == REPEAT:
            return self._repeated(cost, a, b, sort)
        if o in (EITHER, ANY_OF):
            for part in (a, b):
                if cost[part].get(sort) == goal:
                    return [(part, sort)]
        for one, other in ((a, b),) if o == SEQUENCE else ((a, b), (b, a)):
            for (x, own), (y, more) in product(cost[one].items(), cost[other].items()):
                if own + more == goal and self._join(x, y) == sort:
                    return [(one, x), (other, y)]
        raise AssertionError("a cost without a run")

    def _repeated(self, cost: list[Costs], a: int, b: int, sort: Class) -> list[tuple[int, Class]]:
        rounds = self._rounds(cost[a], cost[b])
        goal = rounds[-1][sort]
        count = next(n for n, best in enumerate(rounds) if best.get(sort) == goal)
        parts: list[tuple[int, Class]] = []
        while count:
            found = (
                (before, x, y)
                for before, so_far in rounds[count - 1].items()
                for x, more in cost[b].items()
                if (half := self._join(before, x)) is not None
                for y, last in cost[a].items()
                if so_far + more + last == goal and self._join(half, y) == sort
            )
            sort, x, y = next(found)
            parts += [(a, y), (b, x)]
            goal = rounds[count - 1][sort]
            count = next(n for n, best in enumerate(rounds) if best.get(sort) == goal)
        return [*parts, (a, sort)][::-1]


def _least(a: Costs, b: Costs) -> Costs:
    if a is b:
        return a
    found = dict(a)
    for sort, cost in b.items():
        if cost < found.get(sort, cost + 1):
            found[sort] = cost
    return found
