"""How busy every role is, worked out before anything is simulated: the traffic equations.

Executions of a step per dossier solve a linear system, loops and all: x = e + P'x (J. R. Jackson,
Networks of Waiting Lines, 1957). A state is a node together with how often what may happen only so
often, or has other shares at a later visit, has happened on the way there. Beside what a token did itself
counts what is certain to be done beside it; what is only chosen there counts on that branch alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from iso_audit.errors import InputError
from iso_audit.model.simulated import RoleLoad
from iso_audit.simulation.compile import never_ends
from iso_audit.simulation.draws import mean_seconds
from iso_audit.simulation.hours import TICK, Floats
from iso_audit.simulation.plan import ALL, SOME, Plan

WEEKS_OF_A_YEAR = 365.25 / 7

State = tuple[int, tuple[int, ...]]
"""A node, and counts of the steps that are watched, as high as it matters."""


def role_loads(plan: Plan) -> tuple[RoleLoad, ...]:
    """Offered work over capacity of every role, and how fast its queue grows where that is over one."""
    offered = np.zeros(len(plan.roles))
    dossiers = np.zeros(len(plan.roles))
    executions = executions_per_dossier(plan)
    for node, often in enumerate(executions.tolist()):
        one = plan.steps[plan.ways.step[node]]
        if one.role < 0:
            continue
        case = plan.loads[one.load].cases[plan.ways.case[node]]
        per_week = plan.loads[one.load].load.arrivals.per_year / WEEKS_OF_A_YEAR * case.share * often
        offered[one.role] += per_week * mean_seconds(one.by_case.get(case.name, one.work))
        dossiers[one.role] = max(dossiers[one.role], per_week)
    weeks = plan.until / (7 * 86_400 * TICK)
    found = []
    for at, role in enumerate(plan.roles):
        people = int(plan.people[at])
        hours = plan.hours[plan.role_hours[at]]
        worked = int(hours.until(np.array([plan.until]))[0]) / TICK
        capacity = people * worked / weeks
        over = 1 - capacity / offered[at] if offered[at] > capacity else 0.0
        found.append(RoleLoad(role, people, float(offered[at]), capacity, float(over * dossiers[at])))
    return tuple(found)


def executions_per_dossier(plan: Plan) -> Floats:
    """Per node: how often a dossier of its case comes to it, on average.

    Raises InputError where what may be done only so often shuts the only way to an end.
    """
    found = np.zeros(len(plan.ways.step))
    for load in plan.loads:
        for case in load.cases:
            traffic = _Traffic(plan, case.entry)
            if (stuck := traffic.stuck()) is not None:
                step = plan.steps[plan.ways.step[stuck]].step
                raise InputError([never_ends(step, case.name, load.procedure)])
            found += traffic.solved()
    return found


class _Traffic:
    """The states that dossiers of one case pass, and the equations between them."""

    def __init__(self, plan: Plan, entry: int) -> None:
        self.ways = plan.ways
        self.watched = self._watched(entry)
        self.index: dict[State, int] = {}
        self.beside: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.rows: list[tuple[int, int, float, int]] = []
        """(from, to, tokens, flows of the option)."""
        first = self._counted((entry, (0,) * len(self.watched)))
        stack = [self._known(first)]
        order = [first]
        while stack:
            at = stack.pop()
            for chance, flows in self._options(order[at]):
                for target in flows:
                    counts = order[at][1]
                    for step in self._done_beside(order[at][0], target, flows):
                        counts = self._more(step, counts)
                    state = self._counted((target, counts))
                    is_new = state not in self.index
                    to = self._known(state)
                    if is_new:
                        order.append(state)
                        stack.append(to)
                    self.rows.append((at, to, chance, len(flows)))
        self.states = order

    def _known(self, state: State) -> int:
        return self.index.setdefault(state, len(self.index))

    def _watched(self, entry: int) -> dict[int, int]:
        """Steps whose count matters, and up to which number it does."""
        ways = self.ways
        most: dict[int, int] = {}
        for node in self._reached(entry):
            step = int(ways.step[node])
            if ways.share_rows[node] > 1:
                most[step] = max(most.get(step, 0), int(ways.share_rows[node]))
            for at in range(ways.guards[node], ways.guards[node + 1]):
                step = int(ways.guard_step[at])
                most[step] = max(most.get(step, 0), int(ways.guard_most[at]))
        return most

    def _counted(self, state: State) -> State:
        """The state with the visit of its own node counted."""
        node, counts = state
        return node, self._more(int(self.ways.step[node]), counts)

    def _more(self, step: int, counts: tuple[int, ...]) -> tuple[int, ...]:
        """The counts with one more execution of a step."""
        if step not in self.watched:
            return counts
        at = list(self.watched).index(step)
        return (*counts[:at], min(counts[at] + 1, self.watched[step]), *counts[at + 1 :])

    def _done_beside(self, split: int, target: int, flows: list[int]) -> tuple[int, ...]:
        """Steps that the other branches of a split are certain to carry out before they meet this one."""
        if len(flows) == 1 or not self.watched:
            return ()
        key = split, target, *flows
        if key not in self.beside:
            self.beside[key] = self._certain_beside(split, target, flows)
        return self.beside[key]

    def _certain_beside(self, split: int, target: int, flows: list[int]) -> tuple[int, ...]:
        own, seen = set(self._reached(target, without=split)), set[int]()
        stack = [other for other in flows if other != target]
        while stack:
            node = stack.pop()
            if node in own or node in seen or node == split:
                continue
            seen.add(node)
            first, last = int(self.ways.options[node]), int(self.ways.options[node + 1])
            if last - first == 1:
                stack += self.ways.target[self.ways.flows[first] : self.ways.flows[last]].tolist()
        return tuple(int(self.ways.step[node]) for node in sorted(seen))

    def _options(self, state: State) -> Iterator[tuple[float, list[int]]]:
        """Chance and targets of every option that is open."""
        ways, (node, counts) = self.ways, state
        first, last = int(ways.options[node]), int(ways.options[node + 1])
        flows = [ways.target[ways.flows[at] : ways.flows[at + 1]].tolist() for at in range(first, last)]
        if len(flows) == 1:
            yield 1.0, flows[0]
            return
        so_far = dict(zip(self.watched, counts, strict=True))
        visit = min(so_far.get(int(ways.step[node]), 1) - 1, int(ways.share_rows[node]) - 1)
        begins = int(ways.shares[node]) + visit * len(flows)
        shares = np.diff(ways.cumulative[begins : begins + len(flows)], prepend=0.0)
        guards = range(ways.guards[node], ways.guards[node + 1])
        shut = [
            int(ways.guard_option[at])
            for at in guards
            if so_far[int(ways.guard_step[at])] >= ways.guard_most[at]
        ]
        allowed = [at for at in range(len(flows)) if at not in shut] or list(range(len(flows)))
        whole = float(shares[allowed].sum())
        for at in allowed:
            chance = float(shares[at]) / whole if whole > 0 else 1 / len(allowed)
            if chance > 0:
                yield chance, flows[at]

    def stuck(self) -> int | None:
        """A node from which no way leads to an end, as things stand when a dossier is there."""
        into: dict[int, list[int]] = defaultdict(list)
        for at, to, *_ in self.rows:
            into[to].append(at)
        leaves = {at for at, state in enumerate(self.states) if any(not to for _, to in self._options(state))}
        stack = list(leaves)
        while stack:
            fresh = set(into[stack.pop()]) - leaves
            leaves |= fresh
            stack += fresh
        return next((state[0] for at, state in enumerate(self.states) if at not in leaves), None)

    def solved(self) -> Floats:
        """Executions of every node of the plan.

        Two unknowns a state: executions, and the part of the dossier that its tokens hold, which a
        split divides and a join adds up. An inclusive join is passed once for all that its tokens
        hold together, as often as the split that opened it; what one token held there is known from
        the round before, one round for each inclusive block inside another.
        """
        nodes = np.array([node for node, _ in self.states])
        opened = {node: self._opening(node) for node in set(nodes.tolist()) if self._is_inclusive(node)}
        once = dict.fromkeys(opened, 1.0)
        while True:
            solution = self._solution(once)
            executions, parts = (
                np.bincount(nodes, half, minlength=len(self.ways.step)).astype(np.float64)
                for half in np.split(solution, 2)
            )
            again = {node: executions[at] / parts[at] if parts[at] else 1.0 for node, at in opened.items()}
            if all(abs(again[node] - once[node]) < 1e-9 for node in opened):
                return executions
            once = again

    def _solution(self, once: dict[int, float]) -> Floats:
        """Solve the equations; `once` is what an inclusive join counts of what its tokens hold."""
        from scipy.sparse import coo_matrix, identity
        from scipy.sparse.linalg import spsolve

        ways, size = self.ways, len(self.states)
        cells: list[tuple[int, int, float]] = []
        for at, to, chance, width in self.rows:
            node = self.states[to][0]
            slots = int(ways.slots[node + 1] - ways.slots[node])
            cells.append((size + to, size + at, chance / width))
            if node in once:
                cells.append((to, size + at, once[node] * chance / width))
            else:
                cells.append((to, at, chance / slots if ways.join[node] == ALL and slots else chance))
        table = np.array(cells, dtype=np.float64).reshape(-1, 3)
        places = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
        flow = coo_matrix((table[:, 2], places), shape=(2 * size, 2 * size))
        enters = np.zeros(2 * size)
        enters[[0, size]] = 1.0
        return np.asarray(spsolve((identity(2 * size) - flow).tocsc(), enters), dtype=np.float64)

    def _is_inclusive(self, node: int) -> bool:
        return bool(self.ways.join[node] == SOME and self.ways.slots[node + 1] > self.ways.slots[node])

    def _opening(self, join: int) -> int:
        """The last node that every way to a join passes: the split that it closes."""
        entry = self.states[0][0]
        every = self._reached(entry)
        passed = [node for node in every if node != join and join not in self._reached(entry, without=node)]
        return max(passed, key=lambda node: len(self._reached(entry, without=node)), default=entry)

    def _reached(self, entry: int, without: int = -1) -> list[int]:
        """Nodes that tokens come to from `entry` on, itself included."""
        ways, seen, stack = self.ways, {entry} - {without}, [entry] if entry != without else []
        while stack:
            node = stack.pop()
            first, last = ways.flows[ways.options[node]], ways.flows[ways.options[node + 1]]
            fresh = set(ways.target[first:last].tolist()) - seen - {without}
            seen |= fresh
            stack += fresh
        return sorted(seen)
