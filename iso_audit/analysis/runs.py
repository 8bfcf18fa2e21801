"""Questions about every complete run of a graph.

Runs are the ways through a small automaton whose moves carry expressions. A graph made of blocks
has one move, which carries everything; what did not reduce to blocks has more states. "Required on
every run" is not dominance: a step in one branch of a parallel block is on every run although
paths lead around it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush

from iso_audit.analysis.blocks import (
    FIRST,
    SECOND,
    STEP,
    Around,
    Blocks,
    Classes,
    Then,
    company,
    either,
    joined,
    order,
)
from iso_audit.analysis.inverted import Inverted
from iso_audit.analysis.spelling import AVOIDING, FAR, INVERTING, Moves, Ordered, Shortest, costs

Nodes = Collection[int]
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
    _inverted: dict[tuple[frozenset[int], frozenset[int]], tuple[Inverted, int]] = field(
        default_factory=dict, init=False, repr=False
    )
    """Pairs that a shortest run inverts, as far as they were asked for."""

    @cached_property
    def _outs(self) -> list[list[Move]]:
        outs: list[list[Move]] = [[] for _ in range(self.states)]
        for move in self.moves:
            outs[move[0]].append(move)
        return outs

    def can_avoid(self, questions: Sequence[Nodes]) -> list[bool]:
        """Per question: whether some complete run passes none of its nodes. One sweep for all of them."""
        asked = [at for at, nodes in enumerate(questions) if not self._place.keys().isdisjoint(nodes)]
        mask: dict[int, int] = {}
        for at in asked:
            for node in questions[at]:
                mask[node] = mask.get(node, 0) | 1 << at
        always = self.always_of(mask) if asked else 0
        return [not always >> at & 1 for at in range(len(questions))]

    def can_meet(self, a: Nodes, b: Nodes) -> bool:
        """Whether some complete run passes one of `a` and one of `b` (one in both sets is enough). Linear."""
        place = self._place.keys()
        if not (place.isdisjoint(a) or place.isdisjoint(b)):
            return True
        return bool(self._fourth([(a, b)], company, 3))

    def can_invert(self, pairs: Sequence[tuple[frozenset[int], frozenset[int]]]) -> list[bool]:
        """Per pair: whether `out_of_order` has a run. Two sweeps for all of them."""
        distinct = {id(nodes): nodes for pair in pairs for nodes in pair}
        place = {key: self._first_place(nodes) for key, nodes in distinct.items()}
        known = [place[id(second)] < place[id(first)] < len(self._base) for first, second in pairs]
        self._by_shortest([pair for pair, is_known in zip(pairs, known, strict=True) if not is_known])
        known = [yes or pair in self._inverted for pair, yes in zip(pairs, known, strict=True)]
        # without a choice every run is a shortest one
        is_all = self._only is not None and self.blocks.are_certain
        asked = [] if is_all else [at for at, is_known in enumerate(known) if not is_known]
        found = self._fourth([pairs[at] for at in asked], order, FIRST) if asked else 0
        for bit, at in enumerate(asked):
            known[at] = bool(found >> bit & 1)
        return known

    @property
    def _only(self) -> int | None:
        """The expression that holds every complete run, where one does."""
        return self.moves[0][2] if len(self.moves) == 1 and self.moves[0][1] in self.final else None

    def _by_shortest(self, pairs: Sequence[tuple[frozenset[int], frozenset[int]]]) -> None:
        """Find those of some pairs that a shortest run inverts: most of all that any run does."""
        if pairs and self._only is not None:
            inverted = Inverted(self._shortest, self._only, *_asked(pairs, FIRST))
            found = [at for at in range(len(pairs)) if inverted.pairs >> at & 1]
            self._inverted.update((pairs[at], (inverted, at)) for at in found)

    def _fourth(self, pairs: Sequence[tuple[Nodes, Nodes]], then: Then, both: int) -> int:
        """The pairs, as bits, for which some complete run is of the fourth class.

        `both` is the class of a step that is in both sets of a pair.
        """
        of, every = _asked(pairs, both)
        value = self.blocks.classes(of, then, every)
        seen: list[Classes] = [(0, 0, 0, 0)] * self.states
        seen[self.start] = (every, 0, 0, 0)
        stack = [self.start]
        while stack:
            at = stack.pop()
            for _, to, expression in self._outs[at]:
                reached = joined(seen[to], then(seen[at], value[expression]))
                if reached != seen[to]:
                    seen[to] = reached
                    stack.append(to)
        found = 0
        for state in self.final:
            found |= seen[state][3]
        return found

    @cached_property
    def _shortest(self) -> Shortest:
        return Shortest(self.blocks, costs(self.blocks))

    @cached_property
    def _base(self) -> list[int]:
        """A shortest complete run: often it answers what another would have to be found for."""
        return self._run(AVOIDING, Ordered(self._shortest, {})) or []

    @cached_property
    def _place(self) -> dict[int, int]:
        """Where each node first stands on that run."""
        return {node: -at for at, node in enumerate(reversed(self._base), 1 - len(self._base))}

    def shortest(self, avoid: Nodes = ()) -> list[int] | None:
        """A complete run with the fewest steps that passes none of `avoid`; None if there is none."""
        if self._place.keys().isdisjoint(avoid):
            return self._base
        return self._run(AVOIDING, Ordered(self._shortest, dict.fromkeys(avoid, FIRST)))

    def _first_place(self, nodes: Nodes) -> int:
        """Where any of `nodes` first stands on the base run; its length where none does."""
        return min([self._place[node] for node in nodes if node in self._place], default=len(self._base))

    def out_of_order(self, first: frozenset[int], second: frozenset[int]) -> list[int] | None:
        """A complete run with the fewest steps in which one of `second` comes before any of `first`.

        Both happen in it; a step in both sets counts as first, for it is both at once. None if
        there is no such run. Linear where there is none.
        """
        if self._first_place(second) < self._first_place(first) < len(self._base):
            return self._base
        if (first, second) in self._inverted:
            inverted, bit = self._inverted[first, second]
            return inverted.run(bit)
        of = dict.fromkeys(second, SECOND)
        of.update(dict.fromkeys(first, FIRST))
        return self._run(INVERTING, Ordered(self._shortest, of))

    def _run(self, moves: Moves, asked: Ordered) -> list[int] | None:
        way = self._cheapest(moves, asked)
        return None if way is None else [node for at, sort in way for node in asked.run(at, sort)]

    def _cheapest(self, moves: Moves, asked: Ordered) -> list[tuple[int, int]] | None:
        """Expressions of a cheapest way to the last phase, each with how its run is (Dijkstra 1959)."""
        wanted = moves[-1][1]
        best = {(self.start, 0): 0}
        parent: dict[tuple[int, int], tuple[tuple[int, int], int, int]] = {}
        heap = [(0, self.start, 0)]
        while heap:
            total, state, phase = heappop(heap)
            if total > best[state, phase]:
                continue
            if phase == wanted and state in self.final:
                return _way(parent, (state, phase))
            for _, to, expression in self._outs[state]:
                cost = asked.costs(expression)
                for before, then, sort in moves:
                    more = cost[sort] if before == phase else FAR
                    if more < FAR and total + more < best.get((to, then), FAR):
                        best[to, then] = total + more
                        parent[to, then] = ((state, phase), expression, sort)
                        heappush(heap, (total + more, to, then))
        return None

    def always_of(self, mask: Mapping[int, int]) -> int:
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
        steps = (node for op, node in zip(self.blocks.op, self.blocks.left, strict=True) if op == STEP)
        return self.blocks.always({node: 1 << node for node in steps})

    def around(self, node: int) -> Around | None:
        """What every complete run that passes `node` passes before, after, and at all; None if none passes.

        Complexity: linear in masks, times the nesting of loops among the states.
        """
        held = self.blocks.holding((node,))
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


def _asked(pairs: Sequence[tuple[Nodes, Nodes]], both: int) -> tuple[dict[int, Classes], int]:
    """The classes of each step that some pair asks of, and all pairs, as bits; see `Runs._fourth`."""
    every = (1 << len(pairs)) - 1
    bits: dict[int, tuple[Nodes, list[int]]] = {}
    for bit, pair in enumerate(pairs):
        for side, nodes in enumerate(pair):
            bits.setdefault(id(nodes), (nodes, [0, 0]))[1][side] |= 1 << bit
    marks: dict[int, tuple[int, int]] = {}
    for nodes, (one, other) in bits.values():
        for node in nodes:
            known = marks.get(node, (0, 0))
            marks[node] = (known[0] | one, known[1] | other)
    of: dict[tuple[int, int], Classes] = {}
    for one, other in set(marks.values()):
        classes = [every & ~(one | other), one & ~other, other & ~one, 0]
        classes[both] |= one & other
        of[one, other] = (classes[0], classes[1], classes[2], classes[3])
    return {node: of[mark] for node, mark in marks.items()}, every


def _way(
    parent: dict[tuple[int, int], tuple[tuple[int, int], int, int]], at: tuple[int, int]
) -> list[tuple[int, int]]:
    way = []
    while at in parent:
        at, expression, sort = parent[at]
        way.append((expression, sort))
    return way[::-1]
