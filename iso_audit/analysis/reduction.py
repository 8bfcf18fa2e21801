"""Reduce a graph to a few nodes, keeping what was reduced as expressions over steps.

An expression stands for the runs of one block: a step, two blocks in sequence, either of two,
both side by side, either or both, or a block repeated. A sound procedure nearly always reduces to
one expression; every question about its runs is then one sweep over that expression, linear
however wide its parallel blocks are.

Rules (all local, each removes a node or an edge):

1. *Sequence*: a node with one flow in and one out becomes part of one flow.
2. *Parallel flows*: two flows from u to v become one, if the split of u and the join of v agree:
   choice and merge, all and all, some and some; an inclusive join agrees with every split.
3. *Loop*: a choice that leads straight back to its own merge.
4. *Choice*: a merging and choosing node is replaced by one flow for each way through it, where its
   neighbours choose and merge likewise.

The rules never unite what waits with what does not, so a fault always stays in what is left.

Rule 4 makes a choice before the step that chooses. That changes no run, unless an inclusive join
watches from outside the block: it would see too early that no token comes. Where such a join is
left, the graph is reduced once more with `keeps_choices`.

Source: the reduction of workflow graphs (Sadiq and Orlowska, Information Systems 25(2), 2000,
doi:10.1016/S0306-4379(00)00012-0); 4 is the elimination of states that turns an automaton into a
regular expression (Brzozowski and McCluskey 1963, doi:10.1109/PGEC.1963.263416).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from iso_audit.analysis.graph import ALL, ONE, SOME, Graph

EMPTY, STEP, SEQUENCE, EITHER, BOTH, ANY_OF, REPEAT = range(7)
"""Operators. `REPEAT(a, b)` is a, or a b a, or a b a b a ...; `ANY_OF(a, b)` is a, b, or both at once."""

NOTHING = 0
"""The expression of a block in which nobody does anything."""

_CAPS = (4, 16, 64)
"""Rule 4 first where it makes few flows; past the last cap it is left to the search of states."""
_PARALLEL = {
    (ONE, ONE): EITHER, (ONE, SOME): EITHER, (ALL, ALL): BOTH, (ALL, SOME): BOTH, (SOME, SOME): ANY_OF,
}  # fmt: skip


@dataclass(eq=False)
class Blocks:
    """Expressions by number; the parts of an expression have smaller numbers than itself."""

    op: list[int] = field(default_factory=lambda: [EMPTY])
    left: list[int] = field(default_factory=lambda: [0])
    right: list[int] = field(default_factory=lambda: [0])

    def step(self, node: int) -> int:
        return self._add(STEP, node, 0)

    def sequence(self, a: int, b: int) -> int:
        if a == NOTHING:
            return b
        return a if b == NOTHING else self._add(SEQUENCE, a, b)

    def parallel(self, op: int, a: int, b: int) -> int:
        """EITHER, BOTH or ANY_OF of two blocks."""
        if op == BOTH:
            if a == NOTHING:
                return b
            return a if b == NOTHING else self._add(BOTH, a, b)
        return a if a == b and op == EITHER else self._add(op, a, b)

    def repeat(self, body: int, again: int) -> int:
        return NOTHING if body == again == NOTHING else self._add(REPEAT, body, again)

    def _add(self, op: int, a: int, b: int) -> int:
        self.op.append(op)
        self.left.append(a)
        self.right.append(b)
        return len(self.op) - 1


@dataclass(eq=False)
class Reduction:
    """A graph being reduced. Node `first` and `last` stand for the world before and after a run.

    `last` joins like `some`: a run is complete when every token has come to it. No rule unites
    flows into it that could both carry a token, so an end that happens twice stays visible.
    """

    blocks: Blocks
    split: list[int]
    join: list[int]
    first: int
    last: int
    what: list[int] = field(default_factory=list)
    """Per node: the expression of the node itself."""
    outs: list[dict[int, None]] = field(default_factory=list)
    ins: list[dict[int, None]] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Per edge: the expression of what was reduced into it."""
    alive: set[int] = field(default_factory=set)
    keeps_choices: bool = False
    """Never let a choice be made before the steps that come before it."""
    _between: dict[tuple[int, int], int] = field(default_factory=dict)
    _work: list[int] = field(default_factory=list)

    @property
    def is_watched(self) -> bool:
        """Whether an inclusive join is left that still waits for several flows."""
        return any(self.join[node] == SOME and len(self.ins[node]) > 1 for node in self.alive)

    @property
    def whole(self) -> int | None:
        """The expression of all runs, once nothing but one flow from first to last is left."""
        if self.alive or len(self.outs[self.first]) != 1:
            return None
        return self.held[next(iter(self.outs[self.first]))]

    def connect(self, u: int, v: int, held: int) -> None:
        """Add a flow, uniting it with one that is there already where the rules allow it."""
        if u == v and self.split[u] == ONE == self.join[u]:
            self.what[u] = self.blocks.repeat(self.what[u], held)
            return
        twin = self._between.get((u, v))
        if twin is not None and u != v:
            op = _PARALLEL.get((self.split[u], self.join[v]))
            if op is not None:
                self.held[twin] = self.blocks.parallel(op, self.held[twin], held)
                self._work += (u, v)
                return
        edge = len(self.source)
        self.source.append(u)
        self.target.append(v)
        self.held.append(held)
        self.outs[u][edge] = None
        self.ins[v][edge] = None
        self._between[u, v] = edge

    def run(self, limit: int | None = None) -> None:
        """Apply the rules until none applies; stop early once there are more than `limit` expressions.

        Complexity: near linear on graphs made of blocks; each removal makes at most `cap` flows.
        """
        for cap in _CAPS if limit is None else (*_CAPS, len(self.what) ** 2 + 1):
            self._work += sorted(self.alive, reverse=True)
            while self._work:
                node = self._work.pop()
                if node in self.alive:
                    self._remove(node, cap)
                if limit is not None and len(self.blocks.op) > limit:
                    return
            if not self.alive:
                return

    def _remove(self, v: int, cap: int) -> None:
        """Replace node v by one flow for each way through it (rules 1 and 4), if that is allowed."""
        ins, outs = self.ins[v], self.outs[v]
        k, m = len(ins), len(outs)
        if k * m > cap or (k > 1 and self.join[v] != ONE) or (m > 1 and self.split[v] != ONE):
            return
        if k == m == 1:
            self._bypass(v)
            return
        source, target, held = self.source, self.target, self.held
        before = [source[edge] for edge in ins]
        after = [target[edge] for edge in outs]
        if v in before:  # a loop that no rule allows
            return
        if m > 1 and self.keeps_choices and (self.what[v] or any(held[edge] for edge in ins)):
            return
        # a split with one flow, and a join with one, may be read as either kind; `last` may not
        if m > 1:
            if any(self.split[u] != ONE and len(self.outs[u]) > 1 for u in before):
                return
            for u in before:
                self.split[u] = ONE
        if k > 1:
            if any(self.join[w] != ONE and (w == self.last or len(self.ins[w]) > 1) for w in after):
                return
            for w in after:
                self.join[w] = ONE
        self.alive.discard(v)
        sequence, what = self.blocks.sequence, self.what[v]
        arriving = [(source[edge], sequence(held[edge], what)) for edge in ins]
        leaving = [(target[edge], held[edge]) for edge in outs]
        for edge in (*ins, *outs):
            self._drop(edge)
        for u, first in arriving:
            for w, second in leaving:
                self.connect(u, w, sequence(first, second))
        self._work += before
        self._work += after

    def _bypass(self, v: int) -> None:
        """Rule 1, by far the most frequent: the flow into v takes over what v and the flow out of it hold."""
        (edge,), (gone,) = self.ins[v], self.outs[v]
        u, w = self.source[edge], self.target[gone]
        if v in (u, w):
            return
        self.alive.discard(v)
        sequence = self.blocks.sequence
        held = sequence(sequence(self.held[edge], self.what[v]), self.held[gone])
        self._drop(gone)
        if u == w or (u, w) in self._between:
            self._drop(edge)
            self.connect(u, w, held)
        else:
            del self._between[u, v]
            self._between[u, w] = edge
            self.target[edge] = w
            self.held[edge] = held
            self.ins[w][edge] = None
        self._work += (u, w)

    def _drop(self, edge: int) -> None:
        u, v = self.source[edge], self.target[edge]
        del self.outs[u][edge]
        del self.ins[v][edge]
        if self._between.get((u, v)) == edge:
            del self._between[u, v]


def reduction_of(graph: Graph, kept: bytearray) -> Reduction:
    """Reduce the part `kept` of a graph with one entry as far as the rules go."""
    reduction = _begun(graph, kept)
    reduction.run()
    if reduction.is_watched:
        reduction = _begun(graph, kept)
        reduction.keeps_choices = True
        reduction.run()
    return reduction


def _begun(graph: Graph, kept: bytearray) -> Reduction:
    size = len(graph.steps)
    blocks = Blocks()
    reduction = prepared(blocks, [*graph.split, ONE, ONE], [*graph.join, ONE, SOME])
    reduction.alive = {node for node in range(size) if kept[node]}
    silent = graph.is_silent
    for node in reduction.alive:
        reduction.what[node] = NOTHING if silent[node] else blocks.step(node)
    reduction.connect(size, graph.entries[0], NOTHING)
    for node in sorted(reduction.alive):
        for edge in graph.outs[node]:
            if kept[graph.target[edge]]:
                reduction.connect(node, graph.target[edge], NOTHING)
        if node in graph.ends:
            reduction.connect(node, size + 1, NOTHING)
    return reduction


def prepared(blocks: Blocks, split: list[int], join: list[int]) -> Reduction:
    """A reduction without flows, whose last two nodes are `first` and `last`."""
    size = len(split)
    reduction = Reduction(blocks, split, join, size - 2, size - 1, what=[NOTHING] * size)
    reduction.outs = [{} for _ in range(size)]
    reduction.ins = [{} for _ in range(size)]
    return reduction


def reduction_of_states(
    blocks: Blocks, size: int, moves: Iterable[Sequence[int]], start: int, complete: Iterable[int]
) -> Reduction:
    """Prepare a graph of states, where every move (from, to, expression) is a choice, for reducing."""
    reduction = prepared(blocks, [ONE] * (size + 2), [ONE] * (size + 2))
    reduction.alive = set(range(size))
    reduction.connect(size, start, NOTHING)
    for before, after, held in moves:
        reduction.connect(before, after, held)
    for state in complete:
        reduction.connect(state, size + 1, NOTHING)
    return reduction
