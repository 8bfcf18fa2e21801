"""The ways through a procedure without going round: each loop written out as often as it may be gone.

A loop in which the office's clock runs is repeated as often as its steps say (`at_most` counts how
often a step happens for one dossier). What is left out, and how that is told:

- a loop in which the dossier waits for the applicant or outside the office, or in which the limit
  begins anew: going round it burns no time of the office, so it counts once;
- a loop that costs nothing, because its steps have no time or share one limit;
- a loop of which nobody says how often, or with too many ways to go round: `left_out` names it.

What remains has no cycle, so that the longest way through it is found in one pass, in seconds as
well as through a calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import prod

from iso_audit.analysis.graph import ALL, ONE, Graph

_COPIES = 4_096
"""How many copies of its steps one loop may be written out to."""


@dataclass(frozen=True, slots=True, eq=False)
class Unrolled:
    """Copies of the nodes in an order in which every flow leads on."""

    nodes: Sequence[int]
    """Per copy: its node. A node that no way to an end passes has no copy."""
    onward: Sequence[Sequence[int]]
    """Per copy: the copies after it; none after an end."""
    entries: Sequence[int]
    loops: tuple[tuple[int, ...], ...] = ()
    """Every loop in which the office's clock runs."""
    unbounded: tuple[tuple[int, ...], ...] = ()
    """Those, or parts of them, of which no step says how often."""
    repeats: bool = False
    """Whether some loop is written out."""
    left_out: tuple[tuple[int, ...], ...] = ()
    """Loops in which time passes and that are not written out."""


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop to be written out: its nodes, what a visit of each adds to the count, the largest counts."""

    nodes: frozenset[int]
    step: dict[int, int]
    """Node that says how often at most -> its place value in the count."""
    most: dict[int, int]

    def after(self, count: int, node: int) -> int | None:
        """The count when `node` is visited too; None where it may not be visited again."""
        place = self.step.get(node)
        if place is None:
            return count
        return None if count // place % (self.most[node] + 1) == self.most[node] else count + place


def unrolled(
    graph: Graph, runs: bytearray, times: Sequence[int], shared: Sequence[Collection[int]]
) -> Unrolled:
    """Write out the loops of a graph.

    `runs` marks the nodes at which the office's clock runs on, `times` is what each costs (only
    whether it is zero matters), `shared` the numbers of the limits that it shares. Linear, times
    the copies of loops.
    """
    finished, place = _acyclic(graph)
    loops: list[_Loop] = []
    left_out: list[tuple[int, ...]] = []
    cycles = tuple(map(tuple, graph.cycles(runs)))
    open_parts = _unbounded(graph, cycles)
    boundless = {node for part in open_parts for node in part}
    for cycle in cycles:
        members = [node for node in cycle if times[node] or shared[node]]
        is_shared = all(shared[node] for node in members)
        costs = not is_shared or (members and not set.intersection(*(set(shared[n]) for n in members)))
        if not costs or not any(place[node] for node in cycle):
            continue
        loop = _loop(graph, cycle, place) if boundless.isdisjoint(cycle) else None
        if loop is None:
            left_out.append(cycle)
        else:
            loops.append(loop)
    if not loops:
        return replace(
            _plain(graph, finished, place), loops=cycles, unbounded=open_parts, left_out=tuple(left_out)
        )
    return replace(
        _written_out(graph, place, loops), loops=cycles, unbounded=open_parts, left_out=tuple(left_out)
    )


def _unbounded(graph: Graph, loops: Collection[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Those parts of `loops` of which nobody says how often."""
    uncounted = bytearray(len(graph.steps))
    for node in (node for loop in loops for node in loop):
        uncounted[node] = graph.steps[node].at_most is None
    return tuple(map(tuple, graph.cycles(uncounted))) if loops else ()


def certain(
    graph: Graph, loops: Collection[Sequence[int]], parts: Collection[Sequence[int]]
) -> list[Sequence[int]]:
    """Those `parts` of loops that nothing beside them bounds: branches that happen each time too might."""
    around = {node: loop for loop in map(frozenset, loops) for node in loop}
    return [part for part in parts if not _has_company(graph, part, around[part[0]])]


def _has_company(graph: Graph, cycle: Sequence[int], larger: frozenset[int]) -> bool:
    """Whether a branch of the same larger loop, outside this one, happens each time that this one does."""
    beside = larger.difference(cycle)
    return any(
        graph.split[node] == ALL and any(graph.target[e] in beside for e in graph.outs[node])
        for node in cycle
    )


def _loop(graph: Graph, cycle: Sequence[int], place: Sequence[int]) -> _Loop | None:
    """How a bounded loop is counted; None where it would become too large."""
    most = {node: bound for node in cycle if (bound := graph.steps[node].at_most) is not None}
    if len(cycle) * prod(bound + 1 for bound in most.values()) > _COPIES:
        return None
    if len(most) > 1 and not _side_by_side(graph, frozenset(cycle), place).isdisjoint(most):
        return None  # what is counted on one branch bounds the others too
    step, worth = {}, 1
    for node, bound in most.items():
        step[node] = worth
        worth *= bound + 1
    return _Loop(frozenset(cycle), step, most)


def _side_by_side(graph: Graph, loop: frozenset[int], place: Sequence[int]) -> set[int]:
    """Nodes of a loop between a split into parallel work and where all of it has met again.

    The whole loop, where it does not meet in one place. Complexity: splits times joins times nodes.
    """
    inside = bytearray(len(graph.steps))
    for node in loop:
        inside[node] = 1

    def within(edges: Sequence[int], ends: Sequence[int]) -> list[int]:
        return [ends[edge] for edge in edges if ends[edge] in loop]

    joins = [n for n in loop if graph.join[n] != ONE and len(within(graph.ins[n], graph.source)) > 1]
    joins.sort(key=place.__getitem__)
    found: set[int] = set()
    for split in loop:
        branches = within(graph.outs[split], graph.target)
        if graph.split[split] == ONE or len(branches) < 2:
            continue
        for join in (join for join in joins if place[join] > place[split]):
            inside[join] = 0
            seen = graph.forward(branches, inside)
            inside[join] = 1
            if not seen[split]:
                found.update(node for node in loop if seen[node])
                break
        else:
            return set(loop)
    return found


def _acyclic(graph: Graph) -> tuple[list[int], list[int]]:
    """The nodes in the order in which they were finished, and their places.

    A node has a place if it lies on a way from an entry to an end without going back: a flow leads
    on if its target has a later place. Depth first, nearer the beginning of the file first: where a
    cycle has one entrance the flows left out are its ways back, whatever the order; where it has
    several, the way back is the one against the order of the file. Linear.
    """
    target, outs = graph.target, graph.outs
    met = bytearray(len(outs))
    finished: list[int] = []
    for entry in graph.entries:
        stack = [entry]
        while stack:
            node = stack.pop()
            if node < 0:
                finished.append(~node)
            elif not met[node]:
                met[node] = 1
                stack.append(~node)
                edges = outs[node]
                if len(edges) == 1:
                    stack.append(target[edges[0]])
                else:
                    stack += sorted([target[edge] for edge in edges], reverse=True)
    place = [0] * len(outs)
    for number, node in enumerate(finished):
        # a way on: to an end, or over a flow to what was finished before and has one
        edges = outs[node]
        if len(edges) == 1:
            leads_on = place[target[edges[0]]] > 0
        else:
            leads_on = node in graph.ends or any(place[target[edge]] for edge in edges)
        if leads_on:
            place[node] = len(finished) - number
    return finished, place


def _plain(graph: Graph, finished: list[int], place: list[int]) -> Unrolled:
    """One copy of every node that has a place."""
    nodes = [node for node in reversed(finished) if place[node]]
    copy = [0] * len(place)
    for number, node in enumerate(nodes):
        copy[node] = number
    target, outs = graph.target, graph.outs
    onward = [
        [copy[to] for edge in outs[node] if place[to := target[edge]] > here]
        for node in nodes
        for here in (place[node],)
    ]
    return Unrolled(nodes, onward, [copy[entry] for entry in graph.entries if place[entry]])


def _written_out(graph: Graph, place: list[int], loops: list[_Loop]) -> Unrolled:
    """Copies by what was counted before; a way to an end passes each of them."""
    loop_of = {node: loop for loop in loops for node in loop.nodes}
    target = graph.target
    outs = [
        [
            edge for edge in edges
            if place[target[edge]] > place[node] > 0
            or (node in loop_of and loop_of[node] is loop_of.get(target[edge]))
        ]
        for node, edges in enumerate(graph.outs)
    ]  # fmt: skip
    around: dict[int, int] = {}
    for number, cycle in enumerate(replace(graph, outs=outs).cycles(bytearray(b"\1") * len(outs))):
        around.update(dict.fromkeys(cycle, number))

    size = len(outs)

    def enter(node: int, source: int) -> int:
        """Begin to count, unless one came out of the same loop (by way of a step at which it waits)."""
        loop = loop_of.get(node)
        if loop is None or (source >= 0 and around.get(source, -1) == around[node]):
            return node
        return node + size * (1 + (loop.after(0, node) or 0))

    def follow(state: int) -> list[int]:
        count, node = divmod(state, size)
        loop = loop_of.get(node) if count else None
        found = []
        for edge in outs[node]:
            to = target[edge]
            if loop is not None and to in loop.nodes:
                then = loop.after(count - 1, to)
                found += [to + size * (1 + then)] if then is not None else []
            elif place[to] > place[node] > 0:
                found.append(enter(to, node) if to in loop_of else to)
        return found

    return _in_order([enter(entry, -1) for entry in graph.entries], follow, graph.ends, size)


def _in_order(
    entries: list[int], follow: Callable[[int], list[int]], ends: Collection[int], size: int
) -> Unrolled:
    """Number the states from which an end is reached, each before those that it leads to.

    A state is a node, and what was counted before, plus one, in multiples of `size`; nothing is
    counted where nothing is repeated any more.
    """
    after: dict[int, list[int]] = {}
    finished: list[int] = []
    alive: set[int] = set()
    for entry in entries:
        stack = [] if entry in after else [entry]
        while stack:
            state = stack[-1]
            if state not in after:
                after[state] = follow(state)
                stack += [other for other in reversed(after[state]) if other not in after]
            else:
                stack.pop()
                if state not in alive and (state % size in ends or not alive.isdisjoint(after[state])):
                    alive.add(state)
                    finished.append(state)
    nodes = finished[::-1]
    copy = {state: number for number, state in enumerate(nodes)}
    onward = [[copy[other] for other in after[state] if other in copy] for state in nodes]
    begun = [copy[entry] for entry in entries if entry in copy]
    return Unrolled([state % size for state in nodes], onward, begun, repeats=True)
