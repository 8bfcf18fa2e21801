"""The meaning of a procedure, played move by move: the oracle of the tests on `iso_audit.analysis`.

Written from the definition alone and shares no code with the product. It keeps every token as
(step it came from, number of the flow, step it goes to), a second one on the same flow with a number
behind, and lists every state, so it is good for small procedures only.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from itertools import chain, combinations

from iso_audit.model.procedure import Join, Procedure, Split

Token = tuple[str, int, str] | tuple[str, int, str, int]
State = frozenset[Token]
ENTRY = "(entry)"
DONE = "(done)"


class TooLarge(Exception):
    """More states than an oracle should list."""


class Unsafe(Exception):
    """Two tokens on one flow, or one end reached twice."""


class Game:
    """All states and moves of one procedure in one case."""

    def __init__(
        self, procedure: Procedure, case: str | None = None, limit: int = 4_000, *, counts: bool = False
    ) -> None:
        """`counts`: go on where two tokens meet on a flow, instead of raising Unsafe."""
        self.steps = {step.id: step for step in procedure.steps if not step.anytime}
        self.limit = limit
        self.counts = counts
        self.messages: set[Token] = set()
        self._moves: dict[State, list[tuple[str, State]]] = {}
        self.flows: dict[str, list[Token]] = {}
        for step in self.steps.values():
            flows = [
                (step.id, number, flow.to)
                for number, flow in enumerate(step.flows)
                if flow.to in self.steps and (case is None or flow.case in ("", case))
            ]
            said = {flow: step.flows[flow[1]].message for flow in flows}
            if step.split is Split.ONE:
                flows = list({(flow[2], said[flow]): flow for flow in reversed(flows)}.values())[::-1]
            self.flows[step.id] = flows
            self.messages.update(flow for flow in flows if said[flow])
        every = [flow.to for step in self.steps.values() for flow in step.flows if flow.to in self.steps]
        self.ends = {s.id for s in self.steps.values() if not any(f.to in self.steps for f in s.flows)}
        self.entries = [procedure.start] if procedure.start else [s for s in self.steps if s not in every]
        if case is not None and any(flow.case for step in procedure.steps for flow in step.flows):
            # in a case, what only other cases lead to is not there
            anyway, here = self._reach(Game(procedure, None).flows), self._reach(self.flows)
            for gone in anyway - here:
                self.flows[gone] = []
        self.into: dict[str, list[Token]] = {step: [] for step in self.steps}
        for flow in chain.from_iterable(self.flows.values()):
            self.into[flow[2]].append(flow)
        for entry in self.entries:
            self.into[entry].append((ENTRY, 0, entry))

    def _reach(self, flows: dict[str, list[Token]]) -> set[str]:
        seen, stack = set(self.entries), list(self.entries)
        while stack:
            for flow in flows[stack.pop()]:
                if flow[2] not in seen:
                    seen.add(flow[2])
                    stack.append(flow[2])
        return seen

    @property
    def starts(self) -> list[State]:
        return [frozenset({(ENTRY, 0, entry)}) for entry in self.entries]

    def moves(self, state: State) -> list[tuple[str, State]]:
        """(step that fires, state after)."""
        found = self._moves.get(state)
        if found is None:
            found = self._moves[state] = list(self._moves_of(state))
        return found

    def _moves_of(self, state: State) -> Iterator[tuple[str, State]]:
        for step in self.steps:
            for taken in self._taken(step, state):
                rest = self._kept(step, self._minus(state, taken))
                for put in self._put(step, rest):
                    yield step, self._plus(rest, put)

    @staticmethod
    def _minus(state: State, taken: State) -> State:
        left = set(state)
        for flow in taken:
            left.remove(max(token for token in left if token[:3] == flow))
        return frozenset(left)

    def _plus(self, state: State, put: State) -> State:
        after = set(state)
        for flow in put:
            there = sum(token[:3] == flow for token in state)
            most = 2 if flow[2] == DONE else 3
            if there and flow not in self.messages and not self.counts:
                raise Unsafe(flow)
            if there == most and flow not in self.messages and flow[2] != DONE:
                raise TooLarge
            if there < most:
                after.add((*flow, there) if there else flow)
        return frozenset(after)

    def _kept(self, step: str, state: State) -> State:
        """What a terminate end leaves of a state: messages, what has ended, and work outside its scope."""
        own = self.steps[step]
        if own.element != "endEvent:terminate":
            return state

        def is_within(name: str) -> bool:
            other = self.steps[name]
            if not own.within:
                return other.part == own.part
            while other.within and other.within != own.within and other.within in self.steps:
                other = self.steps[other.within]
            return other.within == own.within

        return frozenset(
            token
            for token in state
            if token[:3] in self.messages
            or token[2] == DONE
            or not any(end in self.steps and is_within(end) for end in (token[0], token[2]))
        )

    def _can_begin(self, flow: Token, state: State) -> bool:
        """Whether what a flow leads to can begin once a token is on it, seen through merging gateways."""
        seen = set()
        while True:
            step = self.steps[flow[2]]
            if not (step.is_silent and step.join is Join.ANY and len(self.flows[step.id]) == 1):
                break
            if step.id in seen:
                break
            seen.add(step.id)
            (flow,) = self.flows[step.id]
        return bool(self._taken(flow[2], state | {flow}))

    def _taken(self, step: str, state: State) -> list[State]:
        marked = [flow for flow in self.into[step] if flow in state]
        if not marked:
            return []
        join = self.steps[step].join
        if join is Join.ANY or len(self.into[step]) == 1:
            return [frozenset({flow}) for flow in marked]
        if join is Join.ALL:
            return [frozenset(marked)] if len(marked) == len(self.into[step]) else []
        empty = [flow for flow in self.into[step] if flow not in state]
        for token in state:
            reached = self._ahead(token, step)
            if reached & set(empty) and not reached & set(marked):
                return []
        return [frozenset(marked)]

    def _ahead(self, token: Token, but: str) -> set[Token]:
        """Flows that a token can reach without passing `but`, its own included."""
        seen, stack = {token}, [token]
        while stack:
            at = stack.pop()[2]
            for flow in self.flows.get(at, []) if at != but else []:
                if flow not in seen:
                    seen.add(flow)
                    stack.append(flow)
        return seen

    def _put(self, step: str, state: State) -> list[State]:
        flows = self.flows[step]
        if step in self.ends:
            return [frozenset({(step, 0, DONE)})]
        if not flows:
            return [frozenset({(step, 0, "(nowhere)")})]
        split = self.steps[step].split
        if split is Split.ALL or len(flows) == 1:
            return [frozenset(flows)]
        if split is Split.ONE:
            waits = self.steps[step].deferred
            return [frozenset({flow}) for flow in flows if not waits or self._can_begin(flow, state)]
        return [
            frozenset(chosen) for size in range(1, len(flows) + 1) for chosen in combinations(flows, size)
        ]

    def is_complete(self, state: State) -> bool:
        """Nothing is left but messages, and nothing can be done."""
        if any(token[2] != DONE and token[:3] not in self.messages for token in state):
            return False
        return not self.moves(state)

    def graph(self) -> dict[State, list[tuple[str, State]]]:
        """Every state that a run reaches, with its moves; raises Unsafe or TooLarge."""
        found: dict[State, list[tuple[str, State]]] = {}
        stack = self.starts
        while stack:
            state = stack.pop()
            if state in found:
                continue
            if len(found) >= self.limit:
                raise TooLarge
            found[state] = self.moves(state)
            stack += [after for _, after in found[state]]
        return found

    def is_sound(self) -> bool:
        """One entry, an end, all reachable and ending, no flow marked twice, every state completable."""
        if len(self.entries) != 1 or not self.ends:
            return False
        if self._reach(self.flows) != set(self.steps):
            return False
        for step in self.steps:
            seen = {flow[2] for flow in self._ahead((ENTRY, 0, step), "")}
            if not seen & self.ends:
                return False
        try:
            graph = self.graph()
        except Unsafe:
            return False
        return all(self.can_complete(graph).values())

    def properties(self) -> tuple[bool, bool, bool, set[str]]:
        """Nothing twice at once, all can be completed, no end twice in a completed run, steps never done.

        Of a game that `counts`.
        """
        graph = self.graph()
        ordinary = {token for state in graph for token in state if len(token) > 3 and token[2] != DONE}
        completable = self.can_complete(graph)
        ends = any(
            len(token) > 3 and token[2] == DONE
            for state in graph
            if self.is_complete(state)
            for token in state
        )
        fired = {step for moves in graph.values() for step, _ in moves}
        never = {step.id for step in self.steps.values() if not step.is_silent and step.id not in fired}
        once = all(token[:3] in self.messages for token in ordinary)
        return once, all(completable.values()), not ends, never

    def can_complete(
        self, graph: dict[State, list[tuple[str, State]]], without: str = ""
    ) -> dict[State, bool]:
        """Per state: whether a run can be completed from it without a step."""
        good = {state: self.is_complete(state) for state in graph}
        before: dict[State, list[State]] = {state: [] for state in graph}
        for state, moves in graph.items():
            for step, after in moves:
                if step != without:
                    before[after].append(state)
        stack = [state for state in graph if good[state]]
        while stack:
            for state in before[stack.pop()]:
                if not good[state]:
                    good[state] = True
                    stack.append(state)
        return good

    def shortest(
        self, phase: Callable[[object, str], object | None], start: object, wanted: Callable[[object], bool]
    ) -> int | None:
        """Fewest visible steps of a complete run that an automaton accepts.

        `phase(at, step)` is the automaton's next phase, None where it refuses.
        """
        best = {(state, start): 0 for state in self.starts}
        heap = [(0, number, key) for number, key in enumerate(best)]
        counter = len(heap)
        while heap:
            cost, _, (state, at) = heapq.heappop(heap)
            if cost > best[state, at]:
                continue
            if self.is_complete(state) and wanted(at):
                return cost
            for step, after in self.moves(state):
                silent = self.steps[step].is_silent
                then = at if silent else phase(at, step)
                if then is None:
                    continue
                total = cost + (not silent)
                if total < best.get((after, then), 1 << 30):
                    best[after, then] = total
                    counter += 1
                    heapq.heappush(heap, (total, counter, (after, then)))
        return None

    def shortest_avoiding(self, steps: Collection[str]) -> int | None:
        return self.shortest(lambda at, step: None if step in steps else at, 0, lambda _: True)

    def shortest_out_of_order(self, first: Collection[str], second: Collection[str]) -> int | None:
        def phase(at: object, step: str) -> object | None:
            if at == 0:
                return None if step in first else 1 if step in second else 0
            return 2 if step in first else at

        return self.shortest(phase, 0, lambda at: at == 2)

    def has_run(self, steps: Collection[str]) -> bool:
        """Whether some complete run passes all of `steps`."""
        return (
            self.shortest(
                lambda at, step: at | ({step} & set(steps)), frozenset(), lambda at: at >= set(steps)
            )
            is not None
        )

    def can_come_without(self, step: str, other: str) -> bool:
        """Whether some complete run passes `step` and `other` not before it."""

        def phase(at: object, fired: str) -> object | None:
            return 1 if at or fired == step else None if fired == other else 0

        return self.shortest(phase, 0, bool) is not None

    def can_end_without(self, step: str, other: str) -> bool:
        """Whether some complete run passes `step` and `other` not after it."""
        graph = self.graph()
        good = self.can_complete(graph, without=other)
        return any(good[after] for moves in graph.values() for fired, after in moves if fired == step)

    def silently(self, states: Collection[State]) -> set[State]:
        seen, stack = set(states), list(states)
        while stack:
            for step, after in self.moves(stack.pop()):
                if self.steps[step].is_silent and after not in seen:
                    seen.add(after)
                    stack.append(after)
        return seen

    def replay(self, trace: Collection[str]) -> tuple[int | None, bool]:
        """(index of the first step that cannot happen, whether the trace is a complete run)."""
        states = self.silently(self.starts)
        for number, symbol in enumerate(trace):
            states = self.silently({a for s in states for step, a in self.moves(s) if step == symbol})
            if not states:
                return number, False
        return None, any(self.is_complete(state) for state in states)

    def longest(self, weight: Callable[[str], int]) -> int:
        """Longest time of a complete run in which no step is carried out twice; branches run side by side."""
        best = -1
        seen = set()
        stack = [(state, dict.fromkeys(state, 0), frozenset()) for state in self.starts]
        while stack:
            state, times, fired = stack.pop()
            key = (frozenset(times.items()), fired)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > 3_000:
                raise TooLarge
            if self.is_complete(state):
                best = max(best, *times.values())
            for step, after in self.moves(state):
                if step in fired:
                    continue
                ready = max(times[token] for token in state - after) + weight(step)
                kept = {token: times.get(token, ready) for token in after}
                stack.append((after, kept, fired | {step}))
        return best
