"""Can every run be completed, and does nothing happen twice at once?

In this order: two passes of reachability (what no run reaches, what no run leaves), reduction of
the rest, and a search of states where something is left. The passes come first because a trap or
an unreachable step may reduce like a sound block.

What is asked of a procedure: exactly one entry, an end, every step reachable and on the way to an
end; from every point of every run the run can be completed (assuming that a choice which is offered
again and again is at some time made each way); no flow and no end happens twice at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from iso_audit.analysis.graph import ALL, ONE, SOME, Graph
from iso_audit.analysis.reduction import NOTHING, Blocks, Reduction, reduction_of, reduction_of_states
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.spelling import costs, spelled
from iso_audit.analysis.statespace import Firing, Net, Player, Space, explore, hopeless, waiting_cost

EXPRESSIONS = 300_000
"""How many expressions a graph of states may become before questions about runs stay undecided."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The shape of a procedure; steps by id, in the order of the file."""

    entries: tuple[str, ...]
    ends: tuple[str, ...]
    unreachable: tuple[str, ...]
    trapped: tuple[str, ...]
    """Reachable, but no way leads from them to an end."""
    unlabelled_cycles: tuple[tuple[str, ...], ...]
    """Cycles of which nobody can say when they repeat: no choice leaves them, or one without names."""
    unbounded_cycles: tuple[tuple[str, ...], ...]
    """Cycles none of whose steps says how many times at most."""
    is_sound: bool | None
    """None: not decided within the budget of states."""
    problem: str = ""
    """The first thing that is wrong: `no-entry`, `several-entries`, `no-end`, `unreachable`, `trapped`,
    `deadlock` (steps wait for what cannot come), `livelock` (work goes on that cannot be completed),
    `twice` (a step is carried out twice at once), `undecided`; empty if nothing is."""
    problem_run: tuple[str, ...] = ()
    """A shortest run, from the entry, that shows the problem."""
    problem_steps: tuple[str, ...] = ()
    """Where: the steps unreachable, trapped, waiting or happening twice."""


@dataclass(eq=False)
class Behaviour:
    """What one graph (a procedure in one case) does, worked out when asked."""

    graph: Graph

    @cached_property
    def core(self) -> bytearray:
        """Per node: 1 where some complete run may pass, as far as the graph alone can tell.

        Left out are nodes that no token reaches, that cannot reach an end, that send a token to such
        a node, or that wait for one from there. Complexity: linear in each round; one round unless
        something is wrong.
        """
        graph = self.graph
        kept = bytearray(len(graph.steps))
        if len(graph.entries) != 1:
            return kept
        kept = graph.forward(graph.entries)
        while True:
            good = graph.backward((end for end in graph.ends if kept[end]), kept)
            for node in range(len(kept)):
                if good[node] and (
                    (graph.join[node] == ALL and not all(kept[graph.source[e]] for e in graph.ins[node]))
                    or (graph.split[node] == ALL and not all(good[graph.target[e]] for e in graph.outs[node]))
                ):
                    good[node] = 0
            still = graph.forward(graph.entries, good)
            if still == kept:
                return kept
            kept = still

    @cached_property
    def _decided(self) -> tuple[bool | None, str, list[int], list[int], Runs | None]:
        if not any(self.core):
            return False, "", [], [], None
        reduction = reduction_of(self.graph, self.core)
        if reduction.whole is not None:
            return True, "", [], [], Runs(reduction.blocks, reduction.whole)
        net, what, held = _net(reduction, is_spread=False)
        space = explore(net)
        fault = _fault(net, space)
        if fault is not None:
            problem, state, last = fault
            run = _spelled_run(reduction.blocks, what, held, net, space, state, last)
            at = {last.node} if last else set(_waiting(net, space.markings[state]))
            return False, problem, run, sorted(node for node in at if node < len(self.graph.steps)), None
        if not space.is_whole:
            return None, "undecided", [], [], None
        runs = _runs_of_states(reduction)
        return (None, "undecided", [], [], None) if runs is None else (True, "", [], [], runs)

    @property
    def is_sound(self) -> bool | None:
        """Whether the core behaves; says nothing of what `core` leaves out."""
        return self._decided[0]

    @property
    def problem(self) -> tuple[str, list[int], list[int]]:
        """Key, shortest run and nodes of what is wrong with the core."""
        return self._decided[1:4]

    @property
    def runs(self) -> Runs | None:
        """All complete runs; None exactly where `is_sound` is not True."""
        return self._decided[4]


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


def _fault(net: Net, space: Space) -> tuple[str, int, Firing | None] | None:
    """What is wrong, in which state, and the last firing that shows it; None if nothing was found."""
    if space.unsafe is not None:
        return "twice", *space.unsafe
    if not space.is_whole:
        return None
    lost = hopeless(net, space)
    if not lost:
        return None
    player = Player(net)
    stuck = [state for state in lost if not any(player.firings(space.markings[state]))]
    if stuck:
        return "deadlock", min(stuck, key=lambda state: waiting_cost(net, space, state)), None
    return "livelock", min(lost, key=lambda state: space.cost[state]), None


def _waiting(net: Net, marking: int) -> list[int]:
    """Nodes before which tokens wait."""
    return [net.target[flow] for flow in _flows(marking & ~net.final)]


def _flows(mask: int) -> list[int]:
    return [flow for flow in range(mask.bit_length()) if mask >> flow & 1]


def _spelled_run(
    blocks: Blocks, what: list[int], held: list[int], net: Net, space: Space, state: int, last: Firing | None
) -> list[int]:
    """Visible nodes of the shortest run to `state` and through its `last` firing."""
    cost = costs(blocks)
    run: list[int] = []
    for firing in (*space.run_to(state), *([last] if last else [])):
        for flow in _flows(firing.taken):
            run += spelled(blocks, cost, held[flow])
        run += spelled(blocks, cost, what[firing.node])
    if last is None:
        for flow in _flows(space.markings[state]):
            run += spelled(blocks, cost, held[flow])
    return run


def _runs_of_states(reduction: Reduction) -> Runs | None:
    """The runs of a sound net that does not reduce: its graph of states, reduced as one great choice."""
    net, what, _ = _net(reduction, is_spread=True)
    space = explore(net)
    if not space.is_whole:
        return None
    moves = [(before, after, what[firing.node]) for before, firing, after in space.moves]
    complete = [state for state, marking in enumerate(space.markings) if not marking & ~net.final]
    states = reduction_of_states(reduction.blocks, len(space.markings), moves, 0, complete)
    states.run(EXPRESSIONS)
    return None if states.whole is None else Runs(reduction.blocks, states.whole)


def structure_of(whole: Graph, behaviours: tuple[Behaviour, ...]) -> Structure:
    """The shape of a procedure: `whole` has the flows of every case, `behaviours` are its cases."""
    entries, ends = whole.ids(whole.entries), whole.ids(sorted(whole.ends))
    size = range(len(whole.steps))
    unreachable = [node for node in size if whole.entries and not whole.reachable[node]]
    trapped = [
        node for node in size
        if any(b.graph.reachable[node] and not b.graph.ending[node] for b in behaviours)
    ]  # fmt: skip
    problem, run, steps = _first_problem(whole, behaviours, unreachable, trapped)
    cycles = whole.cycles(bytearray(b"\1") * len(whole.steps))
    uncounted = bytearray(len(whole.steps))
    for node in (node for cycle in cycles for node in cycle):
        uncounted[node] = whole.steps[node].at_most is None
    return Structure(
        entries=entries,
        ends=ends,
        unreachable=_named(whole, unreachable),
        trapped=_named(whole, trapped),
        unlabelled_cycles=tuple(_named(whole, c) for c in cycles if not _is_labelled(whole, c)),
        unbounded_cycles=tuple(_named(whole, c) for c in whole.cycles(uncounted)),
        is_sound=not problem if problem != "undecided" else None,
        problem=problem,
        problem_run=whole.visible(run),
        problem_steps=_named(whole, steps),
    )


def _first_problem(
    whole: Graph, behaviours: tuple[Behaviour, ...], unreachable: list[int], trapped: list[int]
) -> tuple[str, list[int], list[int]]:
    if len(whole.entries) != 1:
        return "several-entries" if whole.entries else "no-entry", [], list(whole.entries)
    if not whole.ends:
        return "no-end", [], []
    if unreachable:
        return "unreachable", [], unreachable
    if trapped:
        for behaviour in behaviours:
            path = behaviour.graph.path(node for node in trapped if not behaviour.graph.ending[node])
            if path:
                return "trapped", list(path), trapped
    wrong = [behaviour.problem for behaviour in behaviours if behaviour.problem[0]]
    return min(wrong, key=lambda problem: problem[0] == "undecided", default=("", [], []))


def _named(whole: Graph, nodes: list[int]) -> tuple[str, ...]:
    """Ids of the visible nodes; of the silent ones where there are no others."""
    return whole.visible(nodes) or whole.ids(nodes)


def _is_labelled(whole: Graph, cycle: list[int]) -> bool:
    """Whether names say when the cycle repeats: of every choice to stay or to leave, one side is named."""
    inside = set(cycle)
    chooses = False
    for node in cycle:
        if whole.split[node] not in (ONE, SOME):
            continue
        stay = [whole.named[edge] for edge in whole.outs[node] if whole.target[edge] in inside]
        leave = [whole.named[edge] for edge in whole.outs[node] if whole.target[edge] not in inside]
        if stay and leave:
            chooses = True
            if not all(stay) and not all(leave):
                return False
    return chooses
