"""What the runs of one graph can do: complete, get stuck, or happen twice at once.

In this order: two passes of reachability (what no run reaches, what no run leaves), reduction of
the rest, and a search of states where something is left. The passes come first because a trap or
an unreachable step may reduce like a sound block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from iso_audit.analysis.blocks import NOTHING, Blocks
from iso_audit.analysis.graph import ALL, ONE, Graph
from iso_audit.analysis.reduction import Reduction, reduction_of
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.spelling import costs, spelled
from iso_audit.analysis.statespace import (
    Firing,
    Net,
    Player,
    Space,
    explore,
    hopeless,
    play,
    waiting_cost,
)


@dataclass(frozen=True, eq=False)
class Decision:
    """All complete runs of a graph, if it is sound; otherwise what is wrong, shown by a run and its nodes."""

    runs: Runs | None = None
    problem: str = ""
    """`deadlock`, `livelock`, `twice` or `undecided`; see `soundness.Structure`."""
    run: tuple[int, ...] = ()
    nodes: tuple[int, ...] = ()


@dataclass(eq=False)
class Behaviour:
    """What one graph (a procedure in one case) does, worked out when asked."""

    graph: Graph

    @cached_property
    def core(self) -> bytearray:
        """Per node: 1 where some complete run may pass, as far as the graph alone can tell.

        Left out are nodes that no token reaches, that cannot reach an end, that send a token to such
        a node, or that wait for one from there. Complexity: linear in each round; one round, and one
        more for each cycle that loses its way out.
        """
        graph = self.graph
        kept = bytearray(len(graph.steps))
        if len(graph.entries) != 1:
            return kept
        kept = graph.forward(graph.entries)
        while True:
            good = graph.backward((end for end in graph.ends if kept[end]), kept)
            _drop_hopeless(graph, good)
            still = graph.forward(graph.entries, good)
            if still == kept:
                return kept
            kept = still

    @cached_property
    def decision(self) -> Decision:
        """What the core does; says nothing of what `core` leaves out."""
        if not any(self.core):
            return Decision()
        reduction = reduction_of(self.graph, self.core)
        if reduction.only_chooses:
            return Decision(_runs_of_choices(reduction))
        net, what, held = _net(reduction, is_spread=False)
        space = explore(net)
        fault = _fault(net, space)
        if fault is not None:
            run = _spelled_run(reduction.blocks, what, held, fault)
            at = {fault.firings[-1].node} if fault.problem == "twice" else _waiting(net, fault.marking)
            return Decision(None, fault.problem, tuple(run), tuple(sorted(at)))
        runs = _runs_of_states(reduction) if space.is_whole else None
        return Decision(None, "undecided") if runs is None else Decision(runs)


def _drop_hopeless(graph: Graph, good: bytearray) -> None:
    """Take out of `good` what sends tokens to nodes that are not in it, or waits for some of theirs."""
    source, target = graph.source, graph.target
    dropped = [
        node
        for node in range(len(good))
        if good[node]
        and (
            (graph.join[node] == ALL and not all(good[source[edge]] for edge in graph.ins[node]))
            or (graph.split[node] == ALL and not all(good[target[edge]] for edge in graph.outs[node]))
        )
    ]
    for node in dropped:
        good[node] = 0
    for node in dropped:
        for before in (source[edge] for edge in graph.ins[node]):
            leads = graph.split[before] != ALL and any(good[target[edge]] for edge in graph.outs[before])
            if good[before] and not leads:
                good[before] = 0
                dropped.append(before)
        for after in (target[edge] for edge in graph.outs[node]):
            if good[after] and graph.join[after] == ALL:
                good[after] = 0
                dropped.append(after)


def _net(reduction: Reduction, *, is_spread: bool) -> tuple[Net, list[int], list[int]]:
    """What is left of a reduction as a net, with the expressions of its nodes and of its flows.

    Spread: what was reduced into a flow becomes a node of its own, so that it can happen at its
    own time.
    """
    cost = costs(reduction.blocks)
    split, join = list(reduction.split), list(reduction.join)
    what = list(reduction.what)
    target: list[int] = [reduction.first]
    held: list[int] = [NOTHING]
    ins: list[list[int]] = [[] for _ in what]
    outs: list[list[int]] = [[] for _ in what]
    ins[reduction.first] = [0]
    final = 0

    def flow(u: int, v: int, expression: int) -> None:
        nonlocal final
        outs[u].append(len(target))
        ins[v].append(len(target))
        if v == reduction.last:
            final |= 1 << len(target)
        target.append(v)
        held.append(expression)

    for u in (reduction.first, *sorted(reduction.alive)):
        for edge in reduction.outs[u]:
            v, expression = reduction.target[edge], reduction.held[edge]
            if is_spread and expression != NOTHING:
                block = len(what)
                split.append(ONE)
                join.append(ONE)
                what.append(expression)
                ins.append([])
                outs.append([])
                flow(u, block, NOTHING)
                flow(block, v, NOTHING)
            else:
                flow(u, v, expression)
    net = Net(
        split, join, ins, outs, target, 0, final,
        [cost[expression] for expression in what], [cost[expression] for expression in held],
    )  # fmt: skip
    return net, what, held


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a net: the firings that show it, and the marking they lead to."""

    problem: str
    firings: list[Firing]
    marking: int


def _fault(net: Net, space: Space) -> _Fault | None:
    """What is wrong, by a shortest run, or by some run where there are too many to search."""
    if space.unsafe is not None:
        state, last = space.unsafe
        return _Fault("twice", [*space.run_to(state), last], 0)
    if space.stuck:
        state = min(space.stuck, key=lambda state: waiting_cost(net, space, state))
        return _Fault("deadlock", space.run_to(state), space.markings[state])
    if space.is_whole:
        lost = min(hopeless(net, space), key=lambda state: space.cost[state], default=None)
        return None if lost is None else _Fault("livelock", space.run_to(lost), space.markings[lost])
    for last_choice in (False, True):
        run, marking, is_twice = play(net, last_choice)
        if is_twice:
            return _Fault("twice", run, 0)
        if marking & ~net.final and not any(Player(net).firings(marking)):
            return _Fault("deadlock", run, marking)
    return None


def _waiting(net: Net, marking: int) -> set[int]:
    """Nodes before which tokens wait."""
    return {net.target[flow] for flow in _flows(marking & ~net.final)}


def _flows(mask: int) -> list[int]:
    return [flow for flow in range(mask.bit_length()) if mask >> flow & 1]


def _spelled_run(blocks: Blocks, what: list[int], held: list[int], fault: _Fault) -> list[int]:
    """Visible nodes of the run that shows a fault, with all that can still be done where it stops."""
    cost = costs(blocks)
    run: list[int] = []
    for firing in fault.firings:
        for flow in _flows(firing.taken):
            run += spelled(blocks, cost, held[flow])
        run += spelled(blocks, cost, what[firing.node])
    for flow in _flows(fault.marking):
        run += spelled(blocks, cost, held[flow])
    return run


def _runs_of_choices(reduction: Reduction) -> Runs:
    """The runs of a net in which one token walks about: its nodes are the states."""
    sequence, what = reduction.blocks.sequence, reduction.what
    moves = [
        (node, reduction.target[edge], sequence(reduction.held[edge], what[reduction.target[edge]]))
        for node in (reduction.first, *sorted(reduction.alive))
        for edge in reduction.outs[node]
    ]
    final = frozenset({reduction.last})
    return Runs(reduction.blocks, len(what), moves, reduction.first, final)


def _runs_of_states(reduction: Reduction) -> Runs | None:
    """The runs of a sound net by its markings; None where there are too many."""
    net, what, _ = _net(reduction, is_spread=True)
    space = explore(net)
    if not space.is_whole:
        return None
    moves = [(before, after, what[firing.node]) for before, firing, after in space.moves]
    final = frozenset(state for state, marking in enumerate(space.markings) if not marking & ~net.final)
    return Runs(reduction.blocks, len(space.markings), moves, 0, final)
