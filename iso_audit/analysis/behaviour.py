"""What the runs of one graph can do: complete, get stuck, or happen twice at once.

In this order: two passes of reachability (what no run reaches, what no run leaves), reduction of
the rest, and a search of states where something is left, fragment by fragment. The passes come first
because a trap or an unreachable step may reduce like a sound block.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from iso_audit.analysis.blocks import ANY_OF, BOTH, REPEAT, STEP, Blocks
from iso_audit.analysis.drawn import Drawn, drawn
from iso_audit.analysis.fragments import isolate
from iso_audit.analysis.graph import ALL, Graph
from iso_audit.analysis.net import Firing, Player
from iso_audit.analysis.reducible import reduction_of, waiting_choices
from iso_audit.analysis.reduction import Reduction
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.statespace import Space, explore, play, waiting_cost
from iso_audit.analysis.verdicts import Shown, Verdicts, all_well, verdicts_of


@dataclass(frozen=True, eq=False)
class Decision:
    """All complete runs of a graph, if it is sound; otherwise what is wrong, shown by a run and its nodes."""

    runs: Runs | None = None
    problem: str = ""
    """`deadlock`, `livelock`, `twice`, `ends-twice` or `undecided`; see `soundness.Structure`."""
    run: tuple[int, ...] = ()
    nodes: tuple[int, ...] = ()
    is_plain: bool = False
    """Known from reading messages as flows, and terminate ends as ends: nothing is left over or cut off."""


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
        graph = self.graph
        if not _may_cut_off(graph, self.core):
            decision = replace(_decided(reduction_of(graph, self.core)), is_plain=True)
            if decision.runs is not None or not (graph.messages or graph.clears):
                return decision
        return _decided(reduction_of(graph, self.core, exactly=True))

    @cached_property
    def verdicts(self) -> Verdicts:
        """Each property of the runs by itself, of the whole graph."""
        graph, decision = self.graph, self.decision
        is_sound = decision.runs is not None and self.core == graph.reachable
        if is_sound and decision.is_plain and not waiting_choices(graph):
            # what every run can complete has taken every token, and so every way that it could go
            return all_well(graph)
        found = verdicts_of(graph)
        if is_sound:
            # an end that takes a second token away with everything else hides it from the reduced core
            once = found.once if graph.clears else Shown()
            return replace(found, once=once, finishes=Shown(), ends_once=Shown())
        # a fault of the reduced core is one, where the whole has too many states to be searched
        fault = Shown(False, decision.run, decision.nodes, decision.problem == "livelock")
        if decision.problem == "twice" and found.once.holds is None:
            return replace(found, once=fault)
        if decision.problem == "ends-twice" and found.ends_once.holds is None:
            return replace(found, ends_once=fault)
        if decision.problem in ("deadlock", "livelock") and found.finishes.holds is None:
            return replace(found, finishes=fault)
        return found


def _decided(reduction: Reduction) -> Decision:
    """What a reduced graph does, searching its fragments and then what is left."""
    if not reduction.only_chooses:
        isolate(reduction)
    if reduction.only_chooses:
        return Decision(_runs_of_choices(reduction))
    net = drawn(reduction)
    space = explore(net.net)
    fault = _fault(net, space)
    if fault is not None:
        return fault
    if space.is_whole:
        net = drawn(reduction, is_spread=True)
        space = explore(net.net)
    return Decision(net.runs(space)) if space.is_whole else Decision(None, "undecided")


def _may_cut_off(graph: Graph, kept: bytearray) -> bool:
    """Whether a terminate end may come while other work of its scope is under way.

    Certain not to where the graph reduces and no such end lies in a parallel block or a loop.
    """
    if not graph.clears:
        return False
    reduction = reduction_of(graph, kept, shown=graph.clears)
    return not reduction.only_chooses or _is_beside(reduction.blocks, graph.clears.keys())


def _is_beside(blocks: Blocks, nodes: Collection[int]) -> bool:
    """Whether one of `nodes` stands in a block of a parallel or repeated one. Linear."""
    holds = bytearray(len(blocks.op))
    for at, (op, left, right) in enumerate(zip(blocks.op, blocks.left, blocks.right, strict=True)):
        holds[at] = left in nodes if op == STEP else holds[left] | holds[right]
        if holds[at] and op in (BOTH, ANY_OF, REPEAT):
            return True
    return False


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


def _fault(net: Drawn, space: Space) -> Decision | None:
    """What is wrong, by a shortest run, or by some run where there are too many to search."""
    if space.unsafe is not None:
        state, last = space.unsafe
        return _twice(net, [*space.run_to(state), last], space.markings[state])
    if space.stuck:
        state = min(space.stuck, key=lambda state: waiting_cost(net.net, space, state))
        return _lost("deadlock", net, space.run_to(state), space.markings[state])
    if space.is_whole:
        lost = min(space.hopeless, key=lambda state: space.cost[state], default=None)
        if lost is None:
            return None
        return _lost("livelock", net, space.run_to(lost), space.markings[lost])
    player = Player(net.net)
    for last_choice in (False, True):
        run, marking, is_twice = play(net.net, last_choice)
        if is_twice:
            return _twice(net, run, marking)
        if not player.is_complete(marking) and not any(player.firings(marking)):
            return _lost("deadlock", net, run, marking)
    return None


def _twice(net: Drawn, run: list[Firing], marking: int) -> Decision:
    steps = tuple(net.run(run))
    doubled = Player(net.net).doubled(marking, run[-1])
    if doubled & ~net.ends:
        return Decision(None, "twice", steps, (net.node[run[-1].node],))
    return Decision(None, "ends-twice", steps, net.ending(doubled))


def _lost(problem: str, net: Drawn, run: list[Firing], marking: int) -> Decision:
    return Decision(None, problem, tuple(net.run(run, marking)), tuple(net.waiting(marking)))


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
