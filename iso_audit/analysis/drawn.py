"""What is left of a reduction, or one fragment of it, as a net whose markings can be searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iso_audit.analysis.blocks import NOTHING, Blocks
from iso_audit.analysis.graph import ALL, ONE
from iso_audit.analysis.net import Firing, Net
from iso_audit.analysis.reduction import Reduction
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.spelling import costs, spelled
from iso_audit.analysis.statespace import Space


@dataclass(frozen=True, eq=False)
class Drawn:
    """A net with the expressions of its nodes and flows, and the nodes of the graph that they were."""

    net: Net
    blocks: Blocks
    what: list[int]
    held: list[int]
    node: list[int]
    """Per node of the net: the node of the graph; -1 for what stands in between."""
    ends: int
    """Mask of the final flows that leave an end, and hold nothing that comes before it."""

    def waiting(self, marking: int) -> list[int]:
        """Nodes of the graph before which tokens wait."""
        at = {self.net.target[flow] for flow in flows_of(marking & self.net.waiting)}
        return sorted({self.node[each] for each in at if self.node[each] >= 0})

    def missing(self, marking: int) -> tuple[tuple[int, int], ...]:
        """Messages that tokens wait for, as (sender, receiver) in nodes of the graph."""
        net = self.net
        at = {net.target[flow] for flow in flows_of(marking & net.waiting)}
        unsent = [flow for node in sorted(at) for flow in net.ins[node] if not marking >> flow & 1]
        return tuple(self.ends_of(flow) for flow in unsent if net.message >> flow & 1)

    def awaited(self, marking: int) -> tuple[tuple[int, int], ...]:
        """What tokens wait for: (last step on a flow that carries none, the join), nodes of the graph."""
        net, cost = self.net, costs(self.blocks)
        at = {net.target[flow] for flow in flows_of(marking & net.waiting)}
        found: dict[tuple[int, int], None] = {}
        for node in sorted(at):
            for flow in net.ins[node] if net.join[node] == ALL else ():
                if not marking >> flow & 1:
                    source = spelled(self.blocks, cost, self.held[flow])[-1:] or [self.ends_of(flow)[0]]
                    found[source[0], self.node[node]] = None
        return tuple(pair for pair in found if min(pair) >= 0)

    def ends_of(self, flow: int) -> tuple[int, int]:
        """The nodes of the graph between which a flow leads."""
        source = next(at for at, outs in enumerate(self.net.outs) if flow in outs)
        return self.node[source], self.node[self.net.target[flow]]

    def ending(self, flows: int) -> tuple[int, ...]:
        """Nodes of the graph that some final flows leave: the last step on each, else where it begins."""
        cost = costs(self.blocks)
        found = set()
        for at, outs in enumerate(self.net.outs):
            for flow in flows_of(flows & sum(1 << out for out in outs)):
                found.update(spelled(self.blocks, cost, self.held[flow])[-1:] or [self.node[at]])
        return tuple(sorted(found))

    def run(self, firings: Iterable[Firing], marking: int = 0) -> list[int]:
        """The steps of some firings, and of all that can still be done where they stop."""
        cost = costs(self.blocks)
        run: list[int] = []
        for firing in firings:
            for flow in flows_of(firing.taken):
                run += spelled(self.blocks, cost, self.held[flow])
            run += spelled(self.blocks, cost, self.what[firing.node])
        left = marking
        while left:
            for flow in flows_of(left & self.net.movable):
                run += spelled(self.blocks, cost, self.held[flow])
            left >>= self.net.width
        return run

    def runs(self, space: Space) -> Runs:
        """All runs that are completed, by the markings of a whole search."""
        moves = [(before, after, self.what[firing.node]) for before, firing, after in space.moves]
        return Runs(self.blocks, len(space.markings), moves, 0, frozenset(space.complete))


def flows_of(mask: int) -> list[int]:
    """The flows of a mask, in ascending order."""
    found = []
    while mask:
        found.append((mask & -mask).bit_length() - 1)
        mask &= mask - 1
    return found


def drawn(
    reduction: Reduction,
    nodes: Iterable[int] | None = None,
    entry: int = -1,
    leaving: int = -1,
    *,
    is_spread: bool = False,
) -> Drawn:
    """Draw all that is left, or the fragment of `nodes` between the edges `entry` and `leaving`.

    Spread: what was reduced into a flow becomes a node of its own, so that it can happen at its
    own time.
    """
    order = [reduction.first, *sorted(reduction.alive)] if nodes is None else sorted(nodes)
    local = {node: at for at, node in enumerate([*order, reduction.last])}
    split = [reduction.split[node] for node in local]
    join = [reduction.join[node] for node in local]
    what = [reduction.what[node] for node in local]
    node = [*(each if each < reduction.first else -1 for each in order), -1]
    ins: list[list[int]] = [[] for _ in local]
    outs: list[list[int]] = [[] for _ in local]
    target, held, tags = [0 if entry < 0 else local[reduction.target[entry]]], [NOTHING], [0]
    ins[target[0]].append(0)
    last = len(order)

    def flow(u: int, v: int, expression: int, tag: int) -> None:
        outs[u].append(len(target))
        ins[v].append(len(target))
        target.append(v)
        held.append(expression)
        tags.append(tag)

    def between(kind: int, expression: int) -> int:
        split.append(ONE)
        join.append(kind)
        what.append(expression)
        node.append(-1)
        ins.append([])
        outs.append([])
        return len(split) - 1

    for at, each in enumerate(order):
        for edge in reduction.outs[each]:
            to = last if edge == leaving else local[reduction.target[edge]]
            # what the bounding flows hold stays on them
            expression = NOTHING if edge == leaving else reduction.held[edge]
            tag = reduction.tag.get(edge, 0)
            if is_spread and expression != NOTHING:
                block = between(ONE, expression)
                flow(at, block, NOTHING, tag)
                flow(block, to, NOTHING, tag)
            else:
                flow(at, to, expression, tag)
    for at in range(last):
        if not outs[at]:  # what no flow leaves in this case keeps its token for ever
            nowhere = between(ALL, NOTHING)
            node[nowhere] = node[at]
            flow(at, nowhere, NOTHING, 0)
            flow(nowhere, nowhere, NOTHING, 0)
    final = sum(1 << edge for edge in ins[last])
    cost = costs(reduction.blocks)
    return Drawn(
        Net(
            split, join, ins, outs, target, 0, final,
            [cost[expression] for expression in what], [cost[expression] for expression in held],
            message=sum(1 << edge for edge, tag in enumerate(tags) if tag & 1),
            clears={
                local[each]: sum(1 << edge for edge, tag in enumerate(tags) if tag >> number & 1)
                for number, each in enumerate(reduction.clearing, start=1)
                if each in local
            },
            deferred=frozenset(local[each] for each in reduction.deferred if each in local),
            passing=frozenset(
                at for at in range(last)
                if order[at] not in reduction.fixed
                and join[at] == ONE and len(outs[at]) == 1 and what[at] == held[outs[at][0]] == NOTHING
            ),
        ),
        reduction.blocks, what, held, node,
        final & sum(1 << edge for at in range(last) if order[at] in reduction.ends for edge in outs[at]),
    )  # fmt: skip
