"""Play every run of a small net: the exact answer where reduction gets no further.

A marking is one integer, bit e set where flow e carries a token. Nets are expected to be safe (no
flow ever carries two tokens); the first firing that would break this ends the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice

from iso_audit.analysis.graph import ALL, ONE, SOME

STATES = 20_000
"""How many markings are looked at before the answer is: undecided."""

_CHOICES = 12
"""Widest inclusive split whose selections are all listed; of wider ones, each alone and all together."""


@dataclass(frozen=True, eq=False)
class Net:
    """Nodes and flows of a net; `start` is marked at first, flows in `final` keep their tokens."""

    split: Sequence[int]
    join: Sequence[int]
    ins: Sequence[Sequence[int]]
    outs: Sequence[Sequence[int]]
    target: Sequence[int]
    """Per flow: its node; -1 for final flows."""
    start: int
    final: int
    """Mask of the flows that end a run; a marking inside it is complete."""
    cost: Sequence[int]
    """Per node: visible steps of its shortest execution."""
    flow_cost: Sequence[int]
    """Per flow: the same for what was reduced into it."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One way in which a node can fire in a marking."""

    node: int
    taken: int
    put: int


@dataclass(eq=False)
class Space:
    """All markings that runs of a net reach, with the firings between them."""

    markings: list[int] = field(default_factory=list)
    moves: list[tuple[int, Firing, int]] = field(default_factory=list)
    """(state, firing, state after)."""
    cost: list[int] = field(default_factory=list)
    """Per state: visible steps of a shortest run to it, without what waits on its flows."""
    parent: list[int] = field(default_factory=list)
    """Per state: index into `moves` of the last firing of that run; -1 at the start."""
    unsafe: tuple[int, Firing] | None = None
    """The firing that would put a second token on a flow, after a shortest run."""
    stuck: list[int] = field(default_factory=list)
    """States that are not complete and in which nothing can fire."""
    is_whole: bool = True
    """False where the budget ran out, or an inclusive split is too wide to list."""

    def run_to(self, state: int) -> list[Firing]:
        """The firings of a shortest run to `state`."""
        run = []
        while self.parent[state] >= 0:
            before, firing, _ = self.moves[self.parent[state]]
            run.append(firing)
            state = before
        return run[::-1]


class Player:
    """Says what can fire in a marking of one net."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.can_list = all(
            kind != SOME or len(outs) <= _CHOICES for kind, outs in zip(net.split, net.outs, strict=True)
        )
        self._upstream: dict[int, list[int]] = {}

    def firings(self, marking: int) -> Iterator[Firing]:
        """Every way in which some node can fire, in order of its first marked flow."""
        seen: set[int] = set()
        rest = marking & ~self.net.final
        while rest:
            flow = (rest & -rest).bit_length() - 1
            rest &= rest - 1
            node = self.net.target[flow]
            if self.net.join[node] == ONE:
                taken = 1 << flow
            elif node in seen:
                continue
            else:
                seen.add(node)
                taken = self._joined(node, marking)
            if taken:
                for put in _selections(self.net.split[node], self.net.outs[node]):
                    yield Firing(node, taken, put)

    def _joined(self, node: int, marking: int) -> int:
        """What a waiting join takes, 0 while it waits.

        The inclusive join follows BPMN 2.0 (OMG formal/2011-01-03, chapter 13): it waits while a token
        elsewhere can reach an empty flow of it without passing it, unless that token can also
        reach a marked one.
        """
        ins = self.net.ins[node]
        here = 0
        for flow in ins:
            here |= 1 << flow
        here &= marking
        if self.net.join[node] == ALL:
            return here if here.bit_count() == len(ins) else 0
        to_empty = to_marked = 0
        for flow, upstream in zip(ins, self._upstream_of(node), strict=True):
            if marking >> flow & 1:
                to_marked |= upstream
            else:
                to_empty |= upstream
        return 0 if marking & to_empty & ~to_marked else here

    def _upstream_of(self, node: int) -> list[int]:
        """Per incoming flow of `node`: mask of the flows whose tokens can reach it not passing `node`."""
        found = self._upstream.get(node)
        if found is None:
            source = {flow: at for at, outs in enumerate(self.net.outs) for flow in outs}
            found = []
            for flow in self.net.ins[node]:
                mask, stack = 1 << flow, [flow]
                while stack:
                    at = source.get(stack.pop(), node)
                    for before in () if at == node else self.net.ins[at]:
                        if not mask >> before & 1:
                            mask |= 1 << before
                            stack.append(before)
                found.append(mask)
            self._upstream[node] = found
        return found


def _selections(kind: int, outs: Sequence[int]) -> list[int]:
    """Masks of the flows that a split may mark."""
    if kind == ALL or len(outs) <= 1:
        mask = 0
        for flow in outs:
            mask |= 1 << flow
        return [mask]
    if kind == ONE:
        return [1 << flow for flow in outs]
    if len(outs) > _CHOICES:
        return [*_selections(ONE, outs), *_selections(ALL, outs)]
    masks = [0]
    for flow in outs:
        masks += [mask | 1 << flow for mask in masks]
    return masks[1:]


def explore(net: Net, budget: int = STATES) -> Space:
    """Reach every marking by a run with the fewest visible steps (Dijkstra 1959).

    What was reduced into a flow counts when its token is taken. Complexity: states x firings x
    log; at most `budget` states.
    """
    player = Player(net)
    space = Space([1 << net.start], [], [0], [-1], is_whole=player.can_list)
    number = {1 << net.start: 0}
    done = bytearray(1)
    heap = [(0, 0)]
    worst: int | None = None
    while heap:
        cost, state = heappop(heap)
        if worst is not None and cost >= worst:
            return space
        if done[state]:
            continue
        done[state] = 1
        marking = space.markings[state]
        is_stuck = bool(marking & ~net.final)
        for firing in player.firings(marking):
            is_stuck = False
            rest = marking ^ firing.taken
            total = cost + net.cost[firing.node] + _flow_cost(net, firing.taken)
            if rest & firing.put:
                if worst is None or total < worst:
                    worst, space.unsafe = total, (state, firing)
                continue
            after = rest | firing.put
            reached = number.get(after)
            if reached is None:
                if len(space.markings) >= budget:
                    space.is_whole = False
                    return space
                reached = number[after] = len(space.markings)
                space.markings.append(after)
                space.cost.append(total)
                space.parent.append(len(space.moves))
                done.append(0)
                heappush(heap, (total, reached))
            elif total < space.cost[reached]:
                space.cost[reached] = total
                space.parent[reached] = len(space.moves)
                heappush(heap, (total, reached))
            space.moves.append((state, firing, reached))
        if is_stuck:
            space.stuck.append(state)
    return space


def play(net: Net, last_choice: bool) -> tuple[list[Firing], int, bool]:
    """One run, always firing what comes first and choosing the first (or last) way.

    Returns the firings, the marking before the last of them if it puts a second token on a flow
    (then True), else the marking in which the run stopped. Finds faults of nets too large to search.
    """
    player, run, marking = Player(net), [], 1 << net.start
    for _ in range(STATES):
        ways = list(islice(player.firings(marking), 1))
        if not ways:
            break
        firing = ways[0]
        if last_choice:
            put = _selections(net.split[firing.node], net.outs[firing.node])[-1]
            firing = Firing(firing.node, firing.taken, put)
        run.append(firing)
        if (marking ^ firing.taken) & firing.put:
            return run, marking, True
        marking = marking ^ firing.taken | firing.put
    return run, marking, False


def _flow_cost(net: Net, flows: int) -> int:
    cost = 0
    while flows:
        cost += net.flow_cost[(flows & -flows).bit_length() - 1]
        flows &= flows - 1
    return cost


def waiting_cost(net: Net, space: Space, state: int) -> int:
    """Visible steps of a shortest run to `state` in which everything that can be done is done."""
    return space.cost[state] + _flow_cost(net, space.markings[state])


def hopeless(net: Net, space: Space) -> list[int]:
    """States from which no run is completed. Linear in the moves."""
    before: list[list[int]] = [[] for _ in space.markings]
    for state, _, after in space.moves:
        before[after].append(state)
    hopeful = bytearray(len(space.markings))
    stack = [state for state, marking in enumerate(space.markings) if not marking & ~net.final]
    for state in stack:
        hopeful[state] = 1
    while stack:
        for state in before[stack.pop()]:
            if not hopeful[state]:
                hopeful[state] = 1
                stack.append(state)
    return [state for state, good in enumerate(hopeful) if not good]
