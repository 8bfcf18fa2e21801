"""Questions about every complete run of a graph.

Runs are the ways through a small automaton whose moves carry expressions. A graph made of blocks
has one move, which carries everything; what did not reduce to blocks has more states. "Required on
every run" is not dominance: a step in one branch of a parallel block is on every run although
paths lead around it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from iso_audit.analysis.blocks import (
    COMPANY,
    EMPTY,
    FIRST,
    FREE,
    ORDER,
    SECOND,
    WRONG,
    Around,
    Blocks,
    Tables,
    either,
    in_order,
)
from iso_audit.analysis.spelling import FAR, Costs, costs, costs_by_class, spelled, spelled_in_class

Move = tuple[int, int, int]
"""From a state to a state by the runs of an expression."""


@dataclass(eq=False)
class Runs:
    """All complete runs: the ways from state `start` to a state in `final`; steps are node numbers."""

    blocks: Blocks
    states: int
    moves: Sequence[Move]
    start: int
    final: frozenset[int]

    @cached_property
    def _outs(self) -> list[list[Move]]:
        outs: list[list[Move]] = [[] for _ in range(self.states)]
        for move in self.moves:
            outs[move[0]].append(move)
        return outs

    def _classes(self, value: Sequence[int], tables: Tables) -> int:
        """The classes of complete runs; `value` are those of the expressions. Linear."""
        seen = [0] * self.states
        seen[self.start] = 1
        stack = [self.start]
        while stack:
            at = stack.pop()
            for _, to, expression in self._outs[at]:
                reached = seen[to] | tables.sequence[16 * seen[at] + value[expression]]
                if reached != seen[to]:
                    seen[to] = reached
                    stack.append(to)
        found = 0
        for state in self.final:
            found |= seen[state]
        return found

    def can_avoid(self, nodes: Collection[int]) -> bool:
        """Whether some complete run passes none of `nodes`. Linear."""
        value = self.blocks.classes(dict.fromkeys(nodes, FIRST), ORDER)
        return bool(self._classes(value, ORDER) & 1 << FREE)

    def can_meet(self, a: Collection[int], b: Collection[int]) -> bool:
        """Whether some complete run passes one of `a` and one of `b` (one in both sets is enough). Linear."""
        of = dict.fromkeys(a, 1)
        of.update((node, of.get(node, 0) | 2) for node in b)
        return bool(self._classes(self.blocks.classes(of, COMPANY), COMPANY) & 1 << 3)

    def shortest(self, avoid: Collection[int] = ()) -> list[int] | None:
        """A complete run with the fewest steps that passes none of `avoid`; None if there is none."""
        cost = costs(self.blocks, avoid)
        way = self._cheapest([(each, FAR, FAR, FAR) for each in cost], FREE)
        if way is None:
            return None
        return [node for expression, _ in way for node in spelled(self.blocks, cost, expression)]

    def out_of_order(self, first: Collection[int], second: Collection[int]) -> list[int] | None:
        """A complete run with the fewest steps in which one of `second` comes before any of `first`.

        Both happen in it; a step in both sets counts as first, for it is both at once. None if
        there is no such run. Linear where there is none.
        """
        of = dict.fromkeys(second, SECOND)
        of.update(dict.fromkeys(first, FIRST))
        classes = self.blocks.classes(of, ORDER)
        if not self._classes(classes, ORDER) & 1 << WRONG:
            return None
        cost = costs_by_class(self.blocks, of, classes)
        run: list[int] = []
        for expression, sort in self._cheapest(cost, WRONG) or ():
            run += spelled_in_class(self.blocks, cost, expression, sort)
        return run

    def _cheapest(self, cost: Sequence[Costs], wanted: int) -> list[tuple[int, int]] | None:
        """Expressions of a cheapest way of class `wanted`, each with its own class (Dijkstra 1959)."""
        best = {(self.start, FREE): 0}
        parent: dict[tuple[int, int], tuple[tuple[int, int], int, int]] = {}
        heap = [(0, self.start, FREE)]
        while heap:
            total, state, so_far = heappop(heap)
            if total > best[state, so_far]:
                continue
            if so_far == wanted and state in self.final:
                return _way(parent, (state, so_far))
            for _, to, expression in self._outs[state]:
                for sort, more in enumerate(cost[expression]):
                    after = (to, in_order(so_far, sort))
                    if more < FAR and total + more < best.get(after, FAR):
                        best[after] = total + more
                        parent[after] = ((state, so_far), expression, sort)
                        heappush(heap, (total + more, *after))
        return None

    def always_of(self, mask: Sequence[int]) -> int:
        """The bits that every complete run meets, where each node n carries the bits `mask[n]`."""
        value = self.blocks.always(mask)
        at = self._must(value, [self.start])
        found = -1
        for state in self.final:
            found = either(found, at[state])
        return max(found, 0)

    @cached_property
    def _always(self) -> list[int]:
        """Per expression: the nodes on each of its runs, node n as bit n."""
        most = max(node for op, node in zip(self.blocks.op, self.blocks.left, strict=True) if op != EMPTY)
        return self.blocks.always([1 << node for node in range(most + 1)])

    def around(self, node: int) -> Around | None:
        """What every complete run that passes `node` passes before, after, and at all; None if none passes.

        Complexity: linear in masks, times the nesting of loops among the states.
        """
        held = self.blocks.holding(node)
        if not held:
            return None
        without = self.blocks.without(held, self._always)
        inside = self.blocks.around(held, self._always, without)
        fresh = self._must(without, [self.start])
        done = self._must(without, self.final, backward=True)
        rest = self._must(self._always, self.final, backward=True)
        before = after = passing = -1
        for state, to, expression in self.moves:
            here = inside.get(expression)
            if here is None:
                continue
            if fresh[state] >= 0:
                before = either(before, fresh[state] | here.before)
                passing = either(passing, fresh[state] | here.passing | rest[to])
            if done[to] >= 0:
                after = either(after, here.after | done[to])
        return None if passing < 0 else Around(before, after, passing)

    def _must(self, value: Sequence[int], starts: Collection[int], *, backward: bool = False) -> list[int]:
        """Per state: what every way from `starts` has met, or backward every way on to them; -1: no way.

        The greatest solution of: on arriving, what all moves that arrive have in common.
        """
        known = [-1] * self.states
        for state in starts:
            known[state] = 0
        edges: list[list[tuple[int, int]]] = [[] for _ in known]
        for source, to, expression in self.moves:
            if value[expression] >= 0:
                edges[to if backward else source].append((source if backward else to, value[expression]))
        queue = list(starts)
        waiting = set(queue)
        for state in queue:
            waiting.discard(state)
            for to, more in edges[state]:
                met = either(known[to], known[state] | more)
                if met != known[to]:
                    known[to] = met
                    if to not in waiting:
                        waiting.add(to)
                        queue.append(to)
        return known


def _way(
    parent: dict[tuple[int, int], tuple[tuple[int, int], int, int]], at: tuple[int, int]
) -> list[tuple[int, int]]:
    way = []
    while at in parent:
        at, expression, sort = parent[at]
        way.append((expression, sort))
    return way[::-1]
