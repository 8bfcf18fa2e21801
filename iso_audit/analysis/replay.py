"""Play a dossier's steps through a procedure: an exact token game with silent gateways.

Every choice is left open until a later step shows how it was made: a token rests where its last
step left it, and gateways are asked for it only when a step needs it. So where no gateway is
inclusive one marking stands for everything that may have happened, and wide parallel blocks cost
nothing. With inclusive gateways (or gateways in a circle, or terminate ends) every marking that silent
moves reach is followed.

What was played once is remembered: thousands of traces of one procedure share nearly all of their
beginnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iso_audit.analysis.graph import ALL, ONE, SOME, Graph
from iso_audit.analysis.net import MOST, Net, Player
from iso_audit.analysis.reducible import waiting_choices

MARKINGS = 4_096
"""How many markings are followed at once before a replay is no longer exact."""

_MEMORY = 200_000_000
"""How many bits of markings are remembered."""

_DEPTH = 150
"""How many silent gateways in a row are asked for a token."""

_STUCK, _TOO_WIDE = -1, -2

_Memory = dict[tuple[int, int], list[int]]
"""(flow, marking) -> markings after a token was taken from the flow."""


@dataclass(frozen=True, slots=True)
class Replay:
    """How far a sequence of steps is a run of the procedure."""

    fits: bool
    """Every step could happen where it did."""
    stuck_at: int | None = None
    """Index of the first step that could not."""
    can_finish: bool = False
    """It fits and nothing is left to do: the run is complete."""
    is_exact: bool = True
    """False where too much was possible to follow; then `fits` and `can_finish` are granted."""


class _TooWideError(Exception):
    """More markings, or more gateways in a row, than are followed."""


class Replayer:
    """Plays traces through one graph; steps `outside` it are passed over.

    Complexity: a step that was met in the same situation before costs one look-up; a new one costs
    the silent gateways between it and its tokens.
    """

    def __init__(self, graph: Graph, outside: Iterable[str] = ()) -> None:
        self._node = {step.id: node for node, step in enumerate(graph.steps) if not step.is_silent}
        self._outside = frozenset(outside)
        self._net, self._silent, starts = resting_net(graph)
        self._player = Player(self._net)
        self._source = {flow: node for node, outs in enumerate(self._net.outs) for flow in outs}
        silent = [node for node, is_silent in enumerate(self._silent) if is_silent]
        self._ends_silently = any(not self._net.outs[node] for node in silent)
        self._on_demand = not (self._net.clears or _is_inclusive(self._net) or _has_circle(self._net, silent))
        self._start = frozenset(1 << flow for flow in starts)
        self._limit = max(1_000, _MEMORY // (len(self._net.target) + 100))
        self._forget()

    def _forget(self) -> None:
        self._number: dict[frozenset[int], int] = {}
        self._markings: list[frozenset[int]] = []
        self._next: list[dict[str, int]] = []
        self._answer: list[Replay | None] = []
        self._state(self._start)

    def _state(self, markings: frozenset[int]) -> int:
        number = self._number.get(markings)
        if number is None:
            number = self._number[markings] = len(self._markings)
            self._markings.append(markings)
            self._next.append({})
            self._answer.append(None)
        return number

    def play(self, steps: Sequence[str]) -> Replay:
        """Play `steps` from the start; steps outside the graph are passed over, unknown ones do not fit."""
        if len(self._markings) > self._limit:
            self._forget()
        following = self._next
        state = 0
        for at, step in enumerate(steps):
            after = following[state].get(step)
            if after is None:
                after = following[state][step] = self._after(state, step)
            if after < 0:
                return Replay(False, at) if after == _STUCK else Replay(True, None, True, False)
            state = after
        answer = self._answer[state]
        if answer is None:
            answer = self._answer[state] = self._finish(state)
        return answer

    def _after(self, state: int, step: str) -> int:
        if step in self._outside:
            return state
        node = self._node.get(step)
        if node is None:
            return _STUCK
        put = sum(1 << flow for flow in self._net.outs[node])
        reached: set[int] = set()
        try:
            for taken in self._entered(state, node):
                if not taken & put & ~self._net.message:
                    reached.add(self._player.put_on(taken, put))
        except _TooWideError:
            return _TOO_WIDE
        return self._state(frozenset(reached)) if reached else _STUCK

    def _entered(self, state: int, node: int) -> Iterable[int]:
        """Markings in which `node` has just taken its tokens."""
        if self._on_demand:
            memory: _Memory = {}
            for marking in self._markings[state]:
                yield from self._enter(node, marking, memory, 0)
        else:
            for marking in self._silently(self._markings[state]):
                for firing in self._player.firings(marking):
                    if firing.node == node:
                        yield self._player.without(marking, firing.taken) & self._spared(node)

    def _spared(self, node: int) -> int:
        """Mask of what the firing of `node` does not clear away, in any count of tokens."""
        cleared = self._net.clears.get(node, 0)
        return ~sum(cleared << number * self._net.width for number in range(MOST))

    def _enter(self, node: int, marking: int, memory: _Memory, depth: int) -> list[int]:
        ins = self._net.ins[node]
        if self._net.join[node] != ALL:
            return list({after: None for flow in ins for after in self._take(flow, marking, memory, depth)})
        ways = [marking] if ins else []
        for flow in ins:
            ways = list({after: None for way in ways for after in self._take(flow, way, memory, depth)})
            if len(ways) > MARKINGS:
                raise _TooWideError
        return ways

    def _take(self, flow: int, marking: int, memory: _Memory, depth: int) -> list[int]:
        """Markings after a token was taken from `flow`, where silent gateways have brought it if need be."""
        if marking >> flow & 1:
            return [self._player.without(marking, 1 << flow)]
        node = self._source.get(flow)
        if node is None or not self._silent[node]:
            return []
        if depth > _DEPTH:
            raise _TooWideError
        found = memory.get((flow, marking))
        if found is None:
            found = self._enter(node, marking, memory, depth + 1)
            if self._net.split[node] == ALL:
                others = sum(1 << out for out in self._net.outs[node] if out != flow)
                message = self._net.message
                found = [self._player.put_on(m, others) for m in found if not m & others & ~message]
            memory[flow, marking] = found
        return found

    def _silently(self, markings: Iterable[int]) -> list[int]:
        """All markings that silent gateways alone can make of these."""
        if not self._player.can_list:
            raise _TooWideError
        reached = dict.fromkeys(markings)
        stack = list(reached)
        while stack:
            marking = stack.pop()
            for firing in self._player.firings(marking):
                if not self._silent[firing.node] or self._player.doubled(marking, firing):
                    continue
                (after,) = self._player.after(marking, firing)
                if after not in reached:
                    if len(reached) >= MARKINGS:
                        raise _TooWideError
                    reached[after] = None
                    stack.append(after)
        return list(reached)

    def _finish(self, state: int) -> Replay:
        markings: Iterable[int] = self._markings[state]
        may_go_on = self._ends_silently or not self._on_demand or self._net.message
        if 0 not in self._markings[state] and may_go_on:
            try:
                markings = self._silently(markings)
            except _TooWideError:
                return Replay(True, None, True, False)
        return Replay(True, None, 0 in markings or any(map(self._is_over, markings)))

    def _is_over(self, marking: int) -> bool:
        """Whether nothing is left but messages, and nothing can be done."""
        return self._player.is_complete(marking) and not any(self._player.firings(marking))


def resting_net(graph: Graph) -> tuple[Net, list[bool], list[int]]:
    """The graph as a net in which a step that chooses leaves its token to a silent choice after it.

    Returns the net, which of its nodes are silent, and the flows of which one is marked at first.
    """
    split, join, silent = list(graph.split), list(graph.join), list(graph.is_silent)
    outs = [list(edges) for edges in graph.outs]
    ins = [list(edges) for edges in graph.ins]
    target = list(graph.target)
    choice: dict[int, int] = {}

    def node_after(flow: int, kind: int, *, is_silent: bool) -> int:
        target.append(len(split))
        split.append(kind)
        join.append(ONE)
        silent.append(is_silent)
        outs.append([])
        ins.append([flow])
        return len(split) - 1

    for node in range(len(graph.steps)):
        if not outs[node] and node not in graph.ends:
            # no flow is taken in this case: the token stays for ever before a node no step answers to
            flow = len(target)
            node_after(flow, ONE, is_silent=False)
            outs[node] = [flow]
        elif len(outs[node]) > 1 and split[node] != ALL and not silent[node]:
            flow = len(target)
            choice[node] = node_after(flow, split[node], is_silent=True)
            outs[choice[node]], outs[node] = outs[node], [flow]
    starts = []
    for entry in graph.entries:
        starts.append(len(target))
        ins[entry].append(len(target))
        target.append(entry)
    net = Net(
        split, join, ins, outs, target, 0, 0, (), (),
        message=sum(1 << flow for flow in graph.messages),
        clears={node: _cleared(graph, edges, outs) for node, edges in graph.clears.items()},
        deferred=frozenset(choice.get(node, node) for node in waiting_choices(graph)),
        passing=frozenset(
            node for node, edges in enumerate(graph.outs)
            if graph.is_silent[node] and graph.join[node] == ONE and len(edges) == 1
        ),
    )  # fmt: skip
    return net, silent, starts


def _cleared(graph: Graph, edges: frozenset[int], outs: Sequence[Sequence[int]]) -> int:
    """Mask of what a terminate end takes away: the edges, and the flows on which its scope's steps rest."""
    resting = (
        flow
        for node, flows in enumerate(outs[: len(graph.steps)])
        for flow in flows
        if flow >= len(graph.source) and edges.issuperset(graph.outs[node] or graph.ins[node])
    )
    return sum(1 << flow for flow in {*edges, *resting})


def _is_inclusive(net: Net) -> bool:
    some = any(kind == SOME and len(outs) > 1 for kind, outs in zip(net.split, net.outs, strict=True))
    return some or any(kind == SOME and len(ins) > 1 for kind, ins in zip(net.join, net.ins, strict=True))


def _has_circle(net: Net, silent: Sequence[int]) -> bool:
    """Whether silent gateways lead back to themselves without a step between."""
    waiting = dict.fromkeys(silent, 0)
    for node in silent:
        for flow in net.outs[node]:
            if net.target[flow] in waiting:
                waiting[net.target[flow]] += 1
    free = [node for node, count in waiting.items() if not count]
    for node in free:
        for flow in net.outs[node]:
            after = net.target[flow]
            if after in waiting:
                waiting[after] -= 1
                if not waiting[after]:
                    free.append(after)
    return len(free) < len(waiting)
