"""Reduce a graph to a few nodes, keeping what was reduced as expressions over steps.

A sound procedure nearly always reduces to one expression (see `blocks`).

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

from dataclasses import dataclass, field

from iso_audit.analysis.blocks import ANY_OF, BOTH, EITHER, NOTHING, Blocks
from iso_audit.analysis.graph import ALL, ONE, SOME, Graph

_CAPS = (4, 16)
"""Rule 4 first where it makes few flows; past the last cap the node stays."""
_PARALLEL = {
    (ONE, ONE): EITHER, (ONE, SOME): EITHER, (ALL, ALL): BOTH, (ALL, SOME): BOTH, (SOME, SOME): ANY_OF,
}  # fmt: skip


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
    def only_chooses(self) -> bool:
        """Whether nothing that is left splits or waits: then one token walks about, and all is well."""
        return all(
            (self.split[node] == ONE or len(self.outs[node]) == 1)
            and (self.join[node] == ONE or len(self.ins[node]) == 1)
            for node in self.alive
        )

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

    def run(self) -> None:
        """Apply the rules until none applies.

        Complexity: near linear on graphs made of blocks; each removal makes at most `cap` flows.
        """
        for cap in _CAPS:
            self._work += sorted(self.alive, reverse=True)
            while self._work:
                node = self._work.pop()
                if node in self.alive:
                    self._remove(node, cap)

    def _remove(self, v: int, cap: int) -> None:
        """Replace node v by one flow for each way through it (rules 1 and 4), if that is allowed."""
        ins, outs = self.ins[v], self.outs[v]
        k, m = len(ins), len(outs)
        if k * m > cap or (k > 1 and self.join[v] != ONE) or (m > 1 and self.split[v] != ONE):
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
    """The flows between the nodes that split or join; what lies between two of them is one flow (rule 1)."""
    size = len(graph.steps)
    blocks = Blocks()
    reduction = Reduction(blocks, [*graph.split, ONE, ONE], [*graph.join, ONE, SOME], size, size + 1)
    reduction.what = [NOTHING] * (size + 2)
    reduction.outs = [{} for _ in range(size + 2)]
    reduction.ins = [{} for _ in range(size + 2)]
    target, silent = graph.target, graph.is_silent
    nodes = [node for node in range(size) if kept[node]]
    after = {node: [target[edge] for edge in graph.outs[node] if kept[target[edge]]] for node in nodes}
    arriving = [0] * (size + 2)
    for node in nodes:
        if node in graph.ends:
            after[node].append(reduction.last)
        for other in after[node]:
            arriving[other] += 1
    after[reduction.first] = [graph.entries[0]]
    arriving[graph.entries[0]] += 1
    corners = [node for node in nodes if arriving[node] > 1 or len(after[node]) > 1]
    reduction.alive = set(corners)
    for node in (reduction.first, *corners):
        if node != reduction.first and not silent[node]:
            reduction.what[node] = blocks.step(node)
        for other in after[node]:
            held = NOTHING
            while other not in reduction.alive and other != reduction.last:
                held = held if silent[other] else blocks.sequence(held, blocks.step(other))
                other = after[other][0]
            reduction.connect(node, other, held)
    return reduction
