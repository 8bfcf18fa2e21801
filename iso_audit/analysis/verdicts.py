"""What is asked of the runs of one graph, each question by itself: every token counted, no fault hidden.

Decided by a search of the states of the whole graph, traps and unreachable steps included; see
`net` for how tokens are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iso_audit.analysis.blocks import STEP
from iso_audit.analysis.drawn import Drawn, drawn, flows_of
from iso_audit.analysis.graph import Graph
from iso_audit.analysis.reducible import little_reduced
from iso_audit.analysis.statespace import Space, explore, real, waiting_cost


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer, and where it is no the run and the nodes that show it; None: not decided."""

    holds: bool | None = True
    run: tuple[int, ...] = ()
    nodes: tuple[int, ...] = ()
    goes_on: bool = False
    """Work can still be done there, in vain."""
    missing: tuple[tuple[int, int], ...] = ()
    """Messages that are waited for there, as (sender, receiver)."""
    awaited: tuple[tuple[int, int], ...] = ()
    """What is waited for there: (a node whose flow carries no token, the join that waits for it)."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The four questions put to one graph."""

    once: Shown
    """Nothing is carried out twice at once: no flow holds two tokens, messages aside."""
    finishes: Shown
    """From every point of every run the run can be completed."""
    ends_once: Shown
    """No run that is completed reaches one end twice."""
    happening: frozenset[int]
    """Visible nodes that certainly have a run."""
    never: frozenset[int]
    """Visible nodes that certainly have none."""
    left: tuple[tuple[int, int, tuple[int, ...]], ...] = ()
    """Messages that are left over when a run is completed, as (sender, receiver, the run)."""
    states: int = 0
    """How many states were looked at."""


def all_well(graph: Graph) -> Verdicts:
    """What is true where every run can be completed: each node that a path leads to has a run."""
    nodes = range(len(graph.steps))
    if all(graph.reachable):
        return Verdicts(Shown(), Shown(), Shown(), frozenset(nodes), frozenset())
    reached = frozenset(node for node in nodes if graph.reachable[node])
    never = frozenset(node for node in nodes if node not in reached and not graph.is_silent[node])
    return Verdicts(Shown(), Shown(), Shown(), reached, never)


def verdicts_of(graph: Graph) -> Verdicts:
    """Answer each question by the states of a graph with one entry, as far as the budget goes."""
    net = drawn(little_reduced(graph))
    space = explore(net.net, goes_on=True)
    certain = real(net.net, space)
    states = [state for state, is_certain in enumerate(certain) if is_certain]
    happening = _carried_out(net, space, states)
    visible = {node for node, is_silent in enumerate(graph.is_silent) if not is_silent}
    never: set[int] = set()
    if space.is_whole:
        never = visible - _carried_out(net, space, range(len(space.markings)))
    once = _once(net, space)
    ends_twice = any(marking >> net.net.width & net.net.final for marking in space.markings)
    if once.holds and (ends_twice or graph.clears):
        # what comes to an end twice may have been twice on one flow before
        merging = drawn(little_reduced(graph, keeps_merges=True))
        once = _once(merging, explore(merging.net, goes_on=True))
    return Verdicts(
        once,
        _finishes(net, space, certain),
        _ends_once(net, space, certain),
        frozenset(happening),
        frozenset(never),
        _left(net, space, certain),
        len(space.markings),
    )


def _once(net: Drawn, space: Space) -> Shown:
    if space.unsafe is None:
        return Shown(True if space.is_whole else None)
    state, last = space.unsafe
    run = net.run([*space.run_to(state), last])
    return Shown(False, tuple(run), (net.node[last.node],))


def _finishes(net: Drawn, space: Space, certain: bytearray) -> Shown:
    stuck = [state for state in space.stuck if certain[state]]
    if stuck:
        at = min(stuck, key=lambda state: waiting_cost(net.net, space, state))
        return _lost(net, space, at)
    lost = [state for state in space.hopeless if certain[state]]
    if lost:
        return _lost(net, space, min(lost, key=lambda state: space.cost[state]))
    return Shown(True if space.is_whole and all(certain) else None)


def _lost(net: Drawn, space: Space, state: int) -> Shown:
    marking = space.markings[state]
    stuck = state in space.stuck
    missing, awaited = (net.missing(marking), net.awaited(marking)) if stuck else ((), ())
    run = tuple(net.run(space.run_to(state), marking))
    return Shown(False, run, tuple(net.waiting(marking)), not stuck, missing, awaited)


def _left(net: Drawn, space: Space, certain: bytearray) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    """Messages left over, each with a shortest run."""
    found: dict[int, int] = {}
    for state in sorted(space.complete, key=lambda state: space.cost[state]):
        for flow in flows_of(space.markings[state] & net.net.message) if certain[state] else ():
            found.setdefault(flow, state)
    return tuple(
        (*net.ends_of(flow), tuple(net.run(space.run_to(state), space.markings[state])))
        for flow, state in found.items()
    )


def _ends_once(net: Drawn, space: Space, certain: bytearray) -> Shown:
    final, width = net.net.final, net.net.width
    twice = [state for state in space.complete if space.markings[state] >> width & final]
    shown = min((state for state in twice if certain[state]), key=lambda at: space.cost[at], default=None)
    if shown is None:
        return Shown(True if space.is_whole and not twice else None)
    ends = net.ending(space.markings[shown] >> width & final)
    return Shown(False, tuple(net.run(space.run_to(shown), space.markings[shown])), ends)


def _carried_out(net: Drawn, space: Space, states: Iterable[int]) -> set[int]:
    """Visible nodes of what fires in some states, or was reduced into flows marked there."""
    marked = 0
    chosen = set(states)
    for state in chosen:
        marked |= space.markings[state]
    expressions = {net.held[flow] for flow in flows_of(marked & (1 << net.net.width) - 1)}
    expressions.update(net.what[firing.node] for state, firing, _ in space.moves if state in chosen)
    blocks = net.blocks
    found, stack = set(), list(expressions)
    for at in stack:
        if blocks.op[at] == STEP:
            found.add(blocks.left[at])
            continue
        for part in (blocks.left[at], blocks.right[at]):
            if part and part not in expressions:
                expressions.add(part)
                stack.append(part)
    return found
