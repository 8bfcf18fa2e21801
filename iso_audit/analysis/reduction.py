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
left, the graph is reduced once more with `keeps_choices` (see `reducible`).

Source: the reduction of workflow graphs (Sadiq and Orlowska, Information Systems 25(2), 2000,
doi:10.1016/S0306-4379(00)00012-0); 4 is the elimination of states that turns an automaton into a
regular expression (Brzozowski and McCluskey 1963, doi:10.1109/PGEC.1963.263416).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from iso_audit.analysis.blocks import ANY_OF, BOTH, EITHER, Blocks
from iso_audit.analysis.graph import ALL, ONE, SOME

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
    keeps_merges: bool = False
    """Never replace a node by more than one flow."""
    unites_some: bool = True
    """Let an inclusive join be united with its split: exact where nothing happens twice at once."""
    fixed: frozenset[int] = frozenset()
    """Nodes that stay: deferred choices that may have to wait, and what they lead to."""
    ends: frozenset[int] = frozenset()
    deferred: frozenset[int] = frozenset()
    """Those of `fixed` that choose."""
    clearing: tuple[int, ...] = ()
    """Terminate ends that take tokens away, in the order of their tags."""
    tag: dict[int, int] = field(default_factory=dict)
    """Edge -> bit 0 for a message, bit n + 1 where the n-th terminate end clears it; nothing for no bit."""
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

    def connect(self, u: int, v: int, held: int, tag: int = 0) -> None:
        """Add a flow, uniting it with one that is there already where the rules allow it."""
        if u == v and self.split[u] == ONE == self.join[u] and not tag & 1 and u not in self.fixed:
            self.what[u] = self.blocks.repeat(self.what[u], held)
            return
        twin = self._between.get((u, v))
        if twin is not None and u != v:
            op = _PARALLEL.get((self.split[u], self.join[v]))
            if op is not None and self._may_unite(twin, v, op, tag):
                self.held[twin] = self.blocks.parallel(op, self.held[twin], held)
                self._work += (u, v)
                return
        edge = len(self.source)
        self.source.append(u)
        self.target.append(v)
        self.held.append(held)
        self.outs[u][edge] = None
        self.ins[v][edge] = None
        if tag:
            self.tag[edge] = tag
        self._between[u, v] = edge

    def _may_unite(self, twin: int, v: int, op: int, tag: int) -> bool:
        """Whether a flow may be united with its twin; a message that is waited for anyway is any flow."""
        if not self.unites_some and self.join[v] == SOME:
            return False
        other = self.tag.get(twin, 0)
        if tag == other:
            return True
        if op != BOTH or (tag ^ other) != 1:
            return False
        self.tag[twin] = other & tag
        return True

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

    def _pass_through(self, v: int) -> None:
        """Replace node v, with one flow in and one out, by one flow (rule 1), if that is allowed."""
        (arriving,), (leaving,) = self.ins[v], self.outs[v]
        u, w = self.source[arriving], self.target[leaving]
        if u == v or v in self.fixed:
            return
        tag = self._common_tag(v) if self.tag else 0
        if tag < 0:
            return
        self.alive.discard(v)
        sequence = self.blocks.sequence
        held = sequence(sequence(self.held[arriving], self.what[v]), self.held[leaving])
        self._drop(arriving)
        self._drop(leaving)
        self.connect(u, w, held, tag)
        self._work += (u, w)

    def _remove(self, v: int, cap: int) -> None:
        """Replace node v by one flow for each way through it (rules 1 and 4), if that is allowed."""
        ins, outs = self.ins[v], self.outs[v]
        k, m = len(ins), len(outs)
        if k == m == 1:
            self._pass_through(v)
            return
        if self.keeps_merges:
            cap = 1
        if not k * m or k * m > cap or (k > 1 and self.join[v] != ONE) or (m > 1 and self.split[v] != ONE):
            return
        source, target, held = self.source, self.target, self.held
        before = [source[edge] for edge in ins]
        after = [target[edge] for edge in outs]
        if v in before or v in self.fixed:  # a loop that no rule allows
            return
        tag = self._common_tag(v) if self.tag else 0
        if tag < 0:
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
                self.connect(u, w, sequence(first, second), tag)
        self._work += before
        self._work += after

    def _common_tag(self, v: int) -> int:
        """The tag of the flows that would replace node v; -1 where it has to stay.

        A message that node v takes has arrived by what replaces it; one that it sends is not sent
        before. What a terminate end may cut off stays in single steps.
        """
        outs = {self.tag.get(edge, 0) for edge in self.outs[v]}
        ins = {self.tag.get(edge, 0) & ~1 for edge in self.ins[v]}
        if outs != ins or len(outs) > 1:
            return -1
        tag = outs.pop()
        held = any(self.held[edge] for edges in (self.ins[v], self.outs[v]) for edge in edges)
        return -1 if tag and (held or self.what[v]) else tag

    def has(self, edge: int) -> bool:
        return edge in self.outs[self.source[edge]]

    def replace(self, nodes: Collection[int], entry: int, leaving: int, held: int) -> None:
        """Put one flow that holds an expression in the place of the nodes between two flows."""
        u, v = self.source[entry], self.target[leaving]
        held = self.blocks.sequence(self.blocks.sequence(self.held[entry], held), self.held[leaving])
        for edge in {entry, *(edge for node in nodes for edge in self.outs[node])}:
            self._drop(edge)
        self.alive.difference_update(nodes)
        self.connect(u, v, held)
        self._work += (u, v)

    def _drop(self, edge: int) -> None:
        u, v = self.source[edge], self.target[edge]
        del self.outs[u][edge]
        del self.ins[v][edge]
        if self._between.get((u, v)) == edge:
            del self._between[u, v]
