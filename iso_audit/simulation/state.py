"""The state of a replication in plain Python, and what happens seldom enough to be called by name."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from heapq import heappush

import numpy as np

from iso_audit.simulation.course import OTHER, Course, Shelf
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import NEVER
from iso_audit.simulation.plan import SOME, Plan


class State:
    """The state of one replication, and what happens seldom enough to be called by name."""

    def __init__(self, plan: Plan, fate: Fate) -> None:
        self.plan, self.fate = plan, fate
        self.stride = plan.stride
        self.works = Shelf(fate.work, "q", len(plan.steps))
        self.waits = Shelf(fate.wait, "q", len(plan.steps))
        self.choices = Shelf(fate.choice, "d", len(plan.steps))
        sizes = fate.sizes()
        self.visits = [
            array("H", bytes(2 * sizes[step.load])) if step.counts_visits else None for step in plan.steps
        ]
        self.live = [array("h", [1]) * size for size in sizes]
        self.heap: list[tuple[int, int]] = [(NEVER, 0)]
        self.free: list[int] = plan.people.tolist()
        self.role_hours: list[int] = plan.role_hours.tolist()
        self.queues = [[deque[tuple[int, int, int]]() for _ in range(plan.ranks)] for _ in plan.roles]
        self.awaits_opening = [False] * len(plan.roles)
        self.gathered: list[list[tuple[int, int, int]]] = [[] for _ in plan.batches]
        self.releases = [batch.releases.tolist() for batch in plan.batches]
        self.rows = tuple(array("q") for _ in range(5))
        self._lay_out_nodes()
        self._lay_out_hours()

    def _lay_out_nodes(self) -> None:
        plan, ways = self.plan, self.plan.ways
        self.step = ways.step.tolist()
        of = [plan.steps[at] for at in self.step]
        self.load = [one.load for one in of]
        self.role = [one.role for one in of]
        self.hours = [one.hours for one in of]
        self.batch = [one.batch for one in of]
        self.silent = [one.step.is_silent for one in of]
        self.wait_before = [one.wait_hours if not one.waits_after else -1 for one in of]
        self.wait_after = [one.wait_hours if one.waits_after else -1 for one in of]
        target, slot, flows = ways.target.tolist(), ways.slot.tolist(), ways.flows.tolist()
        options = [
            [(target[at], slot[at]) for at in range(flows[option], flows[option + 1])]
            for option in range(len(flows) - 1)
        ]
        first = ways.options.tolist()
        self.options = [options[first[at] : first[at + 1]] for at in range(len(of))]
        self.only = [own[0] if len(own) == 1 else None for own in self.options]
        self.cumulative = [self._shares(at) for at in range(len(of))]
        self.guards = [
            [
                (int(ways.guard_option[at]), self.visits[step], int(ways.guard_most[at]))
                for at in range(ways.guards[node], ways.guards[node + 1])
                if self.visits[step := int(ways.guard_step[at])] is not None
            ]
            for node in range(len(of))
        ]
        self.join = ways.join.tolist()
        self.rank, slots = ways.rank.tolist(), ways.slots.tolist()
        self.slots = [range(slots[node], slots[node + 1]) for node in range(len(of))]
        self.slot_is_message = ways.slot_is_message.tolist()
        self.tokens: dict[tuple[int, int], int] = {}
        """(place in a join, dossier) -> tokens that lie there."""
        self.whereabouts: dict[tuple[int, int], list[int]] | None = {} if len(ways.reaches) else None
        """(load, dossier) -> the node of each of its tokens, where an inclusive join has to know."""

    def _shares(self, node: int) -> list[list[float]]:
        ways, width = self.plan.ways, len(self.options[node])
        first = int(ways.shares[node])
        rows = int(ways.share_rows[node])
        return [ways.cumulative[first + at * width : first + (at + 1) * width].tolist() for at in range(rows)]

    def _lay_out_hours(self) -> None:
        self.opens: list[list[int]] = [[*one.opens.tolist(), NEVER] for one in self.plan.hours]
        self.closes: list[list[int]] = [[*one.closes.tolist(), NEVER] for one in self.plan.hours]
        self.done: list[list[int]] = [one.done.tolist() for one in self.plan.hours]
        self.worked: list[list[int]] = [
            (one.done + one.closes - one.opens).tolist() for one in self.plan.hours
        ]
        self.span = [0] * len(self.opens)
        self.opening = [spans[0] for spans in self.opens]
        self.closing = [spans[0] for spans in self.closes]

    def turn(self, hours: int, now: int) -> None:
        """Come to the span of hours that closes after now."""
        closes, span = self.closes[hours], self.span[hours]
        while closes[span] <= now and span < len(closes) - 1:
            span += 1
        self.span[hours] = span
        self.opening[hours], self.closing[hours] = self.opens[hours][span], closes[span]

    def beyond(self, hours: int, left: int) -> int:
        """When work is done of which so much is left at the end of the span."""
        worked, span = self.worked[hours], self.span[hours]
        if span >= len(worked):
            return NEVER
        goal = worked[span] + left
        span = bisect_left(worked, goal, span + 1)
        return self.opens[hours][span] + goal - self.done[hours][span] if span < len(worked) else NEVER

    def passing(self, hours: int, now: int, length: int) -> int:
        """When so much of these hours has passed; now itself where nothing has to pass."""
        if self.closing[hours] <= now:
            self.turn(hours, now)
        if not length:
            return now
        end = max(now, self.opening[hours]) + length
        return end if end <= self.closing[hours] else self.beyond(hours, end - self.closing[hours])

    def begin(self, code: int, came: int, length: int, now: int) -> int:
        """Begin work now or at the next opening; returns when it is done."""
        hours: int = self.hours[code % self.stride >> 2]
        if self.closing[hours] <= now:
            self.turn(hours, now)
        started = max(now, self.opening[hours])
        end = started + length
        if end > self.closing[hours]:
            end = self.beyond(hours, end - self.closing[hours])
        self.note(code, came, started, end, length)
        return end

    def note(self, *values: int) -> None:
        """Write down an execution or a wait."""
        for row, value in zip(self.rows, values, strict=True):
            row.append(value)

    def submit(self, code: int, came: int, length: int, now: int) -> None:
        """Begin work, or put it into the queue of its role."""
        node = code % self.stride >> 2
        role = self.role[node]
        if role >= 0 and not (self.free[role] and self._may_begin(role, now)):
            self.queues[role][self.rank[node]].append((code, came, length))
            if self.free[role]:
                self._await_opening(role)
            return
        if role >= 0:
            self.free[role] -= 1
        heappush(self.heap, (self.begin(code, came, length, now), code))

    def _may_begin(self, role: int, now: int) -> bool:
        """Whether work may be taken up: with ranks only while the role works."""
        if self.plan.ranks == 1:
            return True
        hours = self.role_hours[role]
        if self.closing[hours] <= now:
            self.turn(hours, now)
        return self.opening[hours] <= now

    def _await_opening(self, role: int) -> None:
        if not self.awaits_opening[role]:
            self.awaits_opening[role] = True
            heappush(self.heap, (self.opening[self.role_hours[role]], role << 2 | OTHER))

    def released(self, role: int, now: int) -> None:
        """Somebody has become free, or the role has opened: take up what waits, the best rank first."""
        self.free[role] += 1
        queues = self.queues[role]
        while self.free[role]:
            queue = next((queue for queue in queues if queue), None)
            if queue is None:
                return
            if not self._may_begin(role, now):
                return self._await_opening(role)
            self.free[role] -= 1
            code, came, length = queue.popleft()
            heappush(self.heap, (self.begin(code, came, length, now), code))
        return None

    def other(self, dossier: int, node: int, now: int) -> None:
        """A role opens (dossier 0) or a batch is due (dossier 1)."""
        if dossier:
            return self.release(node, now)
        self.awaits_opening[node] = False
        self.free[node] -= 1
        return self.released(node, now)

    def gather(self, code: int, batch: int, length: int, now: int) -> None:
        """Lay work to the others of its batch."""
        gathered = self.gathered[batch]
        gathered.append((code, now, length))
        if len(gathered) == self.plan.batches[batch].size:
            self.release(batch, now)
        elif len(gathered) == 1:
            releases = self.releases[batch]
            at = bisect_left(releases, now)
            if at < len(releases):
                heappush(self.heap, (releases[at], self.stride + (batch << 2 | OTHER)))

    def release(self, batch: int, now: int) -> None:
        """Take up all that lies there."""
        gathered, self.gathered[batch] = self.gathered[batch], []
        for code, came, length in gathered:
            self.submit(code, came, length, now)

    def choose(self, node: int, dossier: int) -> list[tuple[int, int]]:
        """The flows of the option that is taken."""
        options, step = self.options[node], self.step[node]
        visits = self.visits[step]
        visit = visits[dossier] - 1 if visits is not None else 0
        chance = self.choices.row(step, visit)[dossier]
        rows = self.cumulative[node]
        row = rows[visit if visit < len(rows) else -1]
        for _, count, most in self.guards[node]:
            if count is not None and count[dossier] >= most:
                return options[self._allowed(node, dossier, row, chance)]
        for option, share in enumerate(row):
            if chance < share:
                return options[option]
        return options[-1]

    @staticmethod
    def _share(row: list[float], option: int) -> float:
        return row[option] - row[option - 1] if option else row[0]

    def _allowed(self, node: int, dossier: int, row: list[float], chance: float) -> int:
        """The option taken where some may not be repeated: their shares go to the others."""
        shut = {
            option
            for option, count, most in self.guards[node]
            if count is not None and count[dossier] >= most
        }
        allowed = [option for option in range(len(row)) if option not in shut] or list(range(len(row)))
        whole = 0.0
        for option in allowed:
            whole += self._share(row, option)
        if whole <= 0:
            return allowed[int(chance * len(allowed))]
        reached = 0.0
        for option in allowed:
            reached += self._share(row, option)
            if chance * whole < reached:
                return option
        return allowed[-1]

    def arrived(self, node: int, slot: int, dossier: int) -> bool:
        """Lay a token into its place in a join; whether the node fires by it."""
        tokens = self.tokens
        tokens[slot, dossier] = tokens.get((slot, dossier), 0) + 1
        if self.slot_is_message[slot]:
            self.live[self.load[node]][dossier] -= 1
        if self.join[node] == SOME or not all(tokens.get((one, dossier)) for one in self.slots[node]):
            return False
        self.fire(node, dossier)
        return True

    def fire(self, node: int, dossier: int) -> None:
        """Take a token from every place of a join that has one, and go on as one."""
        tokens, load, taken = self.tokens, self.load[node], -1
        self.live[load][dossier] += 1
        for slot in self.slots[node]:
            there = tokens.get((slot, dossier), 0)
            if there:
                taken += 1
                tokens[slot, dossier] = there - 1
                if not self.slot_is_message[slot]:
                    self.live[load][dossier] -= 1
        if self.whereabouts is not None:
            where = self.whereabouts[load, dossier]
            for _ in range(taken):
                where.remove(node)

    def settled(self, load: int, dossier: int) -> int:
        """An inclusive join that waits for nothing more, fired; -1 where there is none.

        It waits while a token elsewhere can come to an empty place of it without passing it, unless that
        token can come to a filled one, too (BPMN 2.0, OMG formal/2011-01-03, chapter 13).
        """
        where = self.whereabouts[load, dossier] if self.whereabouts is not None else []
        for node in sorted(set(where)):
            lying = [self.tokens.get((slot, dossier), 0) for slot in self.slots[node]]
            if self.join[node] != SOME or not any(lying):
                continue
            elsewhere = set(where) - ({node} if where.count(node) == sum(lying) else set())
            if not any(self._is_to_come(other, node, lying) for other in elsewhere):
                self.fire(node, dossier)
                return node
        return -1

    def _is_to_come(self, other: int, node: int, lying: Sequence[int]) -> bool:
        """Whether a token at a node can come to empty places of a join alone."""
        comes = self.plan.ways.reaches[other, self.slots[node]].tolist()
        return any(comes) and not any(come and there for come, there in zip(comes, lying, strict=True))

    def wait(self, dossier: int, node: int, now: int, kind: int) -> None:
        """Let a dossier lie before or after a step."""
        step = self.step[node]
        visits = self.visits[step]
        length = self.waits.row(step, visits[dossier] - 1 if visits is not None else 0)[dossier]
        code = dossier * self.stride + (node << 2 | kind)
        end = self.passing(self.plan.steps[step].wait_hours, now, length)
        self.note(code, now, now, end, length)
        heappush(self.heap, (end, code))

    def course(self) -> Course:
        code, came, started, finished, length = (np.array(row, dtype=np.int64) for row in self.rows)
        return Course(
            code, came, started, finished, length, tuple(np.array(one, dtype=np.int64) for one in self.live)
        )
