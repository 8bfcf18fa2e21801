"""Play every run of a small net: the exact answer where reduction gets no further."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice

from iso_audit.analysis.net import MOST, Firing, Net, Player, selections

STATES = 20_000
"""How many markings are looked at before the answer is: undecided."""


@dataclass(eq=False)
class Space:
    """The markings that runs of a net reach, with the firings between them."""

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
    complete: list[int] = field(default_factory=list)
    is_whole: bool = True
    """False where the budget ran out, or an inclusive split is too wide to list."""
    ahead: list[int] = field(default_factory=list)
    """States that were reached but not looked at, where the budget ran out."""

    def run_to(self, state: int) -> list[Firing]:
        """The firings of a shortest run to `state`."""
        run = []
        while self.parent[state] >= 0:
            before, firing, _ = self.moves[self.parent[state]]
            run.append(firing)
            state = before
        return run[::-1]

    def leading_to(self, states: Iterable[int]) -> bytearray:
        """Per state: 1 where a run leads on to one of `states`. Linear in the moves."""
        before: list[list[int]] = [[] for _ in self.markings]
        for state, _, after in self.moves:
            before[after].append(state)
        found = bytearray(len(self.markings))
        stack = list(states)
        for state in stack:
            found[state] = 1
        while stack:
            for state in before[stack.pop()]:
                if not found[state]:
                    found[state] = 1
                    stack.append(state)
        return found

    @property
    def hopeless(self) -> list[int]:
        """States from which no run is completed, whatever was not looked at."""
        hopeful = self.leading_to([*self.complete, *self.ahead])
        return [state for state, good in enumerate(hopeful) if not good]


def explore(net: Net, budget: int = STATES, *, goes_on: bool = False) -> Space:
    """Reach every marking by a run with the fewest visible steps (Dijkstra 1959).

    What was reduced into a flow counts when its token is taken. The search ends at the first
    firing that puts a second token on a flow or comes to an end a second time, unless it `goes_on`.
    Complexity: states x firings x
    log; at most `budget` states.
    """
    player = Player(net)
    first = 1 << net.start
    counted = net.movable if goes_on else net.movable | net.final
    space = Space([first], [], [0], [-1], is_whole=player.can_list)
    number = {first: 0}
    done = bytearray(1)
    heap = [(0, 0)]
    worst: int | None = None
    while heap:
        cost, state = heappop(heap)
        if worst is not None and cost >= worst and not goes_on:
            return space
        if done[state]:
            continue
        done[state] = 1
        marking = space.markings[state]
        is_still = True
        for firing in player.firings(marking):
            is_still = False
            total = cost + net.cost[firing.node] + net.flow_costs(firing.taken)
            if player.doubled(marking, firing) & counted:
                if worst is None or total < worst:
                    worst, space.unsafe = total, (state, firing)
                if not goes_on:
                    continue
            for after in player.after(marking, firing):
                reached = number.get(after)
                if reached is None:
                    if len(space.markings) >= budget:
                        space.is_whole = False
                        space.ahead = [each for each, is_done in enumerate(done) if not is_done] + [state]
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
        if is_still:
            (space.complete if player.is_complete(marking) else space.stuck).append(state)
    return space


def real(net: Net, space: Space) -> bytearray:
    """Per state: 1 where a run certainly leads to it, counting no token that was not counted."""
    outs: list[list[int]] = [[] for _ in space.markings]
    for state, _, after in space.moves:
        if not space.markings[state] >> MOST * net.width:
            outs[state].append(after)
    found = bytearray(len(outs))
    found[0] = 1
    stack = [0]
    while stack:
        for after in outs[stack.pop()]:
            if not found[after]:
                found[after] = 1
                stack.append(after)
    return found


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
        if last_choice and firing.node not in net.deferred:
            put = selections(net.split[firing.node], net.outs[firing.node])[-1]
            firing = Firing(firing.node, firing.taken, put)
        run.append(firing)
        if player.doubled(marking, firing):
            return run, marking, True
        marking = player.after(marking, firing)[-1]
    return run, marking, False


def waiting_cost(net: Net, space: Space, state: int) -> int:
    """Visible steps of a shortest run to `state` in which everything that can be done is done."""
    return space.cost[state] + net.carried(space.markings[state])
