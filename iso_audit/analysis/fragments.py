"""Solve each fragment that does not reduce by itself, and put the expression of its runs in its place.

A fragment has one flow in and one flow out (single entry, single exit). Two flows bound one exactly if
every circle that passes one passes the other, in the graph with a flow from its end back to its
start (R. Johnson, D. Pearson, K. Pingali, PLDI 1994, doi:10.1145/178243.178258). Fragments side by side
so cost the sum of their states, not the product.

The runs of a fragment are an automaton over its markings; taking its states out one by one gives one
expression (Brzozowski and McCluskey 1963, doi:10.1109/PGEC.1963.263416).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise

from iso_audit.analysis.blocks import EITHER, NOTHING
from iso_audit.analysis.drawn import Drawn, drawn
from iso_audit.analysis.graph import SOME
from iso_audit.analysis.reduction import Reduction
from iso_audit.analysis.statespace import Space, explore

_WORK = 100_000
"""How many flows may be written down while the states of one fragment are taken out."""


@dataclass(frozen=True, slots=True)
class _Fragment:
    entry: int
    leaving: int
    nodes: frozenset[int]


def isolate(reduction: Reduction) -> None:
    """Solve the fragments of a reduction, the inner ones first, and reduce further what that leaves.

    What has a fault, messages or terminate ends in it, or too many states, stays as it is. Complexity:
    the states of each fragment, and quadratic in what is left of the reduction, in machine words.
    """
    given_up: set[frozenset[int]] = set()
    is_changed = True
    while is_changed:
        is_changed = False
        for fragment in sorted(_fragments(reduction), key=lambda each: len(each.nodes)):
            # solving a neighbour may have taken the flow that bounds this one
            is_there = reduction.has(fragment.entry) and reduction.has(fragment.leaving)
            if not is_there or fragment.nodes in given_up or not fragment.nodes <= reduction.alive:
                continue
            expression = _solved(reduction, fragment)
            if expression < 0:
                given_up.add(fragment.nodes)
                continue
            reduction.replace(fragment.nodes, fragment.entry, fragment.leaving, expression)
            is_changed = True
        if is_changed:
            reduction.run()


def _fragments(reduction: Reduction) -> list[_Fragment]:
    """The fragments of several nodes, but for the whole."""
    found = []
    for row in _equivalent(reduction).values():
        for entry, leaving in pairwise(row):
            nodes = _between(reduction, entry, leaving)
            if 1 < len(nodes) < len(reduction.alive):
                found.append(_Fragment(entry, leaving, nodes))
    return found


def _between(reduction: Reduction, entry: int, leaving: int) -> frozenset[int]:
    """The nodes between two flows; none where other flows lead in or out."""
    source, target = reduction.source, reduction.target
    first = target[entry]
    seen, stack = {first}, [first]
    for node in stack:
        for edge in reduction.outs[node]:
            if edge != leaving and target[edge] not in seen:
                seen.add(target[edge])
                stack.append(target[edge])
    bounds = {entry, leaving}
    inside = all(
        (source[edge] in seen or edge in bounds) and (target[edge] in seen or edge in bounds)
        for node in seen
        for edge in (*reduction.ins[node], *reduction.outs[node])
    )
    return frozenset(seen) if inside and reduction.last not in seen else frozenset()


def _equivalent(reduction: Reduction) -> dict[int, list[int]]:
    """Flows by the circles that pass them, each row in the order in which runs come to them."""
    tree: list[tuple[int, int]] = []
    order: list[int] = []
    mark = dict.fromkeys([*reduction.alive, reduction.last], 0)
    mark[reduction.first] = 1
    mark[reduction.last] ^= 1
    label: dict[int, int] = {}
    stack = [(reduction.first, edge) for edge in reduction.outs[reduction.first]]
    seen = {reduction.first}
    while stack:
        node, edge = stack.pop()
        after = reduction.target[edge]
        order.append(edge)
        if after in seen:
            label[edge] = 1 << len(order)
            mark[node] ^= label[edge]
            mark[after] ^= label[edge]
            continue
        seen.add(after)
        tree.append((node, edge))
        stack += [(after, out) for out in reversed(reduction.outs[after])] if after != reduction.last else []
    for node, edge in reversed(tree):  # what comes round below a flow, and not above it, passes the flow
        label[edge] = mark[reduction.target[edge]]
        mark[node] ^= label[edge]
    rows: dict[int, list[int]] = {}
    for edge in order:
        rows.setdefault(label[edge], []).append(edge)
    return rows


def _solved(reduction: Reduction, fragment: _Fragment) -> int:
    """The expression of the runs of a fragment; -1 where it has none, or none that is known."""
    for node in fragment.nodes:
        edges = (*reduction.ins[node], *reduction.outs[node])
        if reduction.tag and any(edge in reduction.tag for edge in edges):
            return -1
        watches = reduction.join[node] == SOME and len(reduction.ins[node]) > 1
        if watches and not _is_fed(reduction, fragment, node):
            return -1
    space = explore(drawn(reduction, fragment.nodes, fragment.entry, fragment.leaving).net)
    if space.unsafe or space.stuck or not space.is_whole or space.hopeless:
        return -1
    net = drawn(reduction, fragment.nodes, fragment.entry, fragment.leaving, is_spread=True)
    space = explore(net.net)
    # a second token behind a finished one would be told apart only outside the fragment
    return _expression(net, space) if space.is_whole and len(space.complete) == 1 else -1


def _is_fed(reduction: Reduction, fragment: _Fragment, join: int) -> bool:
    """Whether what comes into a fragment can come to every flow of an inclusive join before passing it.

    Then the join cares for no token outside the fragment.
    """
    if reduction.target[fragment.entry] == join:
        return False
    reached, stack = {fragment.entry}, [fragment.entry]
    for edge in stack:
        node = reduction.target[edge]
        for after in reduction.outs[node] if node != join and node in fragment.nodes else ():
            if after not in reached:
                reached.add(after)
                stack.append(after)
    return all(edge in reached for edge in reduction.ins[join])


def _expression(net: Drawn, space: Space) -> int:
    """One expression for the runs from the first state to the last, by taking out all others."""
    blocks, begin = net.blocks, -1
    outs: dict[int, dict[int, int]] = {state: {} for state in (begin, *range(len(space.markings)))}
    ins: dict[int, set[int]] = {state: set() for state in outs}

    def connect(u: int, v: int, held: int) -> None:
        twin = outs[u].get(v)
        outs[u][v] = held if twin is None else blocks.parallel(EITHER, twin, held)
        ins[v].add(u)

    connect(begin, 0, NOTHING)
    for before, firing, after in space.moves:
        connect(before, after, net.what[firing.node])
    (end,) = space.complete
    queue = [(len(ins[state]) * len(outs[state]), state) for state in outs if state not in (begin, end)]
    heapify(queue)
    work = 0
    while queue:
        weight, state = heappop(queue)
        now = len(ins[state]) * len(outs[state])
        if now > weight:
            heappush(queue, (now, state))
            continue
        work += now
        if work > _WORK:
            return -1
        onward, sources = outs.pop(state), ins.pop(state)
        again = onward.pop(state, None)
        loop = NOTHING if again is None else blocks.repeat(NOTHING, again)
        for after in onward:
            ins[after].discard(state)
        for u in sources - {state}:
            held = blocks.sequence(outs[u].pop(state), loop)
            for after, rest in onward.items():
                connect(u, after, blocks.sequence(held, rest))
    return outs[begin][end]
