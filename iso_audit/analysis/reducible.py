"""Graphs written down for the rules of `reduction`, read plainly or with all that a flow may mean."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from iso_audit.analysis.blocks import NOTHING, Blocks
from iso_audit.analysis.graph import ONE, SOME, Graph
from iso_audit.analysis.reduction import Reduction


def reduction_of(
    graph: Graph, kept: bytearray, *, exactly: bool = False, shown: Collection[int] = ()
) -> Reduction:
    """Reduce the part `kept` of a graph with one entry as far as the rules go.

    Read plainly, messages are flows and terminate ends are ends; `exactly`, they are what they are.
    Silent nodes are part of the expressions where they are `shown`.
    """

    def begun() -> Reduction:
        return _begun_exactly(graph, kept) if exactly else _begun(graph, kept, shown)

    reduction = begun()
    reduction.run()
    if reduction.is_watched:
        reduction = begun()
        reduction.keeps_choices = True
        reduction.run()
    return reduction


def little_reduced(graph: Graph, *, keeps_merges: bool = False) -> Reduction:
    """A whole graph, reduced only by what is exact however many tokens are about.

    Unless it `keeps_merges`, a flow that carries two tokens may be two flows that carry one each.
    """
    reduction = _begun_exactly(graph, bytearray(b"\1") * len(graph.steps), unites_some=False)
    reduction.keeps_merges = keeps_merges
    reduction.keeps_choices = any(
        kind == SOME and len(ins) > 1 for kind, ins in zip(graph.join, graph.ins, strict=True)
    )
    reduction.run()
    return reduction


def waiting_choices(graph: Graph) -> frozenset[int]:
    """Deferred choices of which some way may have to wait."""
    return frozenset(
        node
        for node in graph.deferred
        if len(graph.outs[node]) > 1
        and any(graph.join[after] != ONE and len(graph.ins[after]) > 1 for after in _awaited(graph, node))
    )


def _awaited(graph: Graph, node: int) -> list[int]:
    """What each flow of a deferred choice leads to, seen through silent nodes that only pass tokens on."""
    found = []
    for edge in graph.outs[node]:
        after, passed = graph.target[edge], {node}
        while (
            graph.is_silent[after] and graph.join[after] == ONE and len(graph.outs[after]) == 1
            and after not in passed
        ):  # fmt: skip
            passed.add(after)
            after = graph.target[graph.outs[after][0]]
        found.append(after)
    return found


def _begun_exactly(graph: Graph, kept: bytearray, *, unites_some: bool = True) -> Reduction:
    """The flows as they are, each with its tag."""
    reduction = _empty(graph)
    reduction.unites_some = unites_some
    if not unites_some:
        reduction.fixed |= graph.ends
    nodes = [node for node in range(len(graph.steps)) if kept[node]]
    reduction.alive = set(nodes)
    tag = dict.fromkeys(graph.messages, 1)
    for number, edges in enumerate(graph.clears.values(), start=1):
        tag.update((edge, tag.get(edge, 0) | 1 << number) for edge in edges)
    reduction.clearing = tuple(graph.clears)
    reduction.fixed |= graph.clears.keys()
    reduction.connect(reduction.first, graph.entries[0], NOTHING)
    for node in nodes:
        if not graph.is_silent[node]:
            reduction.what[node] = reduction.blocks.step(node)
    for node in nodes:
        for edge in graph.outs[node]:
            if kept[graph.target[edge]]:
                reduction.connect(node, graph.target[edge], NOTHING, tag.get(edge, 0))
        if node in graph.ends:
            reduction.connect(node, reduction.last, NOTHING)
    return reduction


def _empty(graph: Graph) -> Reduction:
    size = len(graph.steps)
    reduction = Reduction(Blocks(), [*graph.split, ONE, ONE], [*graph.join, ONE, SOME], size, size + 1)
    reduction.what = [NOTHING] * (size + 2)
    reduction.outs = [{} for _ in range(size + 2)]
    reduction.ins = [{} for _ in range(size + 2)]
    reduction.ends = graph.ends
    reduction.deferred = waiting_choices(graph)
    reduction.fixed = reduction.deferred.union(*(_awaited(graph, node) for node in reduction.deferred))
    return reduction


def _begun(graph: Graph, kept: bytearray, shown: Collection[int]) -> Reduction:
    """The flows between the nodes that split or join; what lies between two of them is one flow (rule 1)."""
    size = len(graph.steps)
    reduction = _empty(graph)
    blocks, fixed = reduction.blocks, reduction.fixed
    target, silent = graph.target, graph.is_silent
    if shown:
        silent = [is_silent and node not in shown for node, is_silent in enumerate(silent)]
    outs, entry, last = graph.outs, graph.entries[0], reduction.last
    nodes: Sequence[int] = range(size)
    arriving = [len(edges) for edges in graph.ins]
    if not all(kept):
        nodes = [node for node in nodes if kept[node]]
        outs = [[edge for edge in edges if kept[target[edge]]] for edges in outs]
        arriving = [sum(kept[graph.source[edge]] for edge in edges) for edges in graph.ins]
    arriving[entry] += 1
    corners = [node for node in nodes if arriving[node] > 1 or len(outs[node]) > 1 or node in fixed]
    reduction.alive = set(corners)
    stays = bytearray(size + 2)
    for node in (*corners, last):
        stays[node] = 1
    for node in (reduction.first, *corners):
        if node == reduction.first:
            following = [entry]
        else:
            following = [target[edge] for edge in outs[node]] or [last]
            if not silent[node]:
                reduction.what[node] = blocks.step(node)
        for other in following:
            between = []
            while not stays[other]:
                if not silent[other]:
                    between.append(other)
                other = target[outs[other][0]] if outs[other] else last
            reduction.connect(node, other, blocks.row(between) if between else NOTHING)
    return reduction
