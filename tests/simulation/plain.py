"""A slow and obvious simulation with SimPy: the oracle of the loop.

It reads the procedure itself and shares nothing with the product but the random numbers: every token
is a process, every role a resource, and working time is gone through span by span.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Generator
from itertools import combinations
from math import prod
from typing import Any

import simpy

from iso_audit.model.calendar import Calendar
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step, StepClock
from iso_audit.model.scenario import Load, Scenario
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import TICK

DAY = 86_400 * TICK
Execution = tuple[str, int, str, int, int, int]
"""Procedure, dossier, step, ready, started, finished."""


def after_work(calendar: Calendar | None, first: dt.date, now: int, length: int) -> tuple[int, int]:
    """When work of this length begins and ends that is taken up now; None: day and night."""
    if calendar is None:
        return now, now + length
    day, begun = now // DAY, -1
    while True:
        for opening, closing in calendar.spans(first + dt.timedelta(days=day)):
            since = max(now, day * DAY + opening * TICK)
            until = day * DAY + closing * TICK
            if since < until:
                begun = since if begun < 0 else begun
                if since + length <= until:
                    return begun, since + length
                length -= until - since
        day += 1


class Office:
    """Roles, calendars and everything that was done."""

    def __init__(self, scenario: Scenario, fate: Fate, until: int) -> None:
        self.scenario, self.fate, self.until = scenario, fate, until
        self.env = simpy.Environment()
        self.people = {role: simpy.Resource(self.env, one.people) for role, one in scenario.staff.items()}
        self.executions: list[Execution] = []
        self.index = {(one.load, one.step.id): at for at, one in enumerate(fate.plan.steps)}

    def play(self, procedures: dict[str, Procedure]) -> list[Execution]:
        for number, load in enumerate(self.scenario.loads):
            desk = Desk(self, number, load, procedures[load.procedure])
            for dossier, came in enumerate(self.fate.arrivals[number].tolist()):
                self.env.process(desk.receive(dossier, came))
        self.env.run(until=self.until)
        return sorted(self.executions)


class Desk:
    """One procedure as it is handled."""

    def __init__(self, office: Office, number: int, load: Load, procedure: Procedure) -> None:
        self.office, self.number, self.load, self.procedure = office, number, load, procedure
        self.env = office.env
        self.steps = {step.id: step for step in procedure.steps if not step.anytime}
        self.visits: Counter[tuple[int, str]] = Counter()
        self.lying: dict[tuple[int, str], list[str]] = defaultdict(list)
        """(dossier, join) -> sources of the tokens that lie there."""
        self.tokens: dict[int, Counter[str]] = defaultdict(Counter)
        """Dossier -> where its tokens are."""
        self.depth = 0

    def case(self, dossier: int) -> str:
        cases = self.office.fate.plan.loads[self.number].cases
        return cases[int(self.office.fate.cases[self.number][dossier])].name

    def flows(self, step: Step, dossier: int) -> list[Flow]:
        return [f for f in step.flows if f.to in self.steps and f.case in ("", self.case(dossier))]

    def receive(self, dossier: int, came: int) -> Generator[Any, Any, None]:
        yield self.env.timeout(came)
        reached = {flow.to for step in self.steps.values() for flow in step.flows}
        entry = self.procedure.start or next(name for name in self.steps if name not in reached)
        self.go([(entry, "")], dossier)

    def go(self, tokens: list[tuple[str, str]], dossier: int) -> None:
        """Put tokens on the way, then see whether an inclusive join need wait no longer."""
        for name, _ in tokens:
            self.tokens[dossier][name] += 1
        self.depth += 1
        for name, source in tokens:
            self.enter(name, source, dossier)
        self.depth -= 1
        while self.depth == 0 and (name := self.settled(dossier)):
            sources = self.lying.pop((dossier, name))
            self.depth += 1
            self.gathered(name, dossier, sources)
            self.depth -= 1

    def settled(self, dossier: int) -> str:
        """An inclusive join at which something lies and which waits for nothing more."""
        for name in self.steps:
            lies = self.steps[name].join is Join.SOME and self.lying.get((dossier, name))
            if lies and not self.may_come(name, dossier):
                return name
        return ""

    def gathered(self, name: str, dossier: int, sources: list[str]) -> None:
        self.tokens[dossier][name] -= len(sources) - 1
        self.begin(self.steps[name], dossier)

    def may_come(self, join: str, dossier: int) -> bool:
        """Whether a token can come to flows of a join on which none lies, and to no other, not passing it."""
        lying = self.lying[dossier, join]
        for at, count in self.tokens[dossier].items():
            comes, seen, stack = set[str](), {at}, [at]
            while stack:
                name = stack.pop()
                for flow in self.flows(self.steps[name], dossier):
                    if flow.to == join:
                        comes.add(name)
                    elif flow.to not in seen:
                        seen.add(flow.to)
                        stack.append(flow.to)
            if count > (len(lying) if at == join else 0) and comes and comes.isdisjoint(lying):
                return True
        return False

    def enter(self, name: str, source: str, dossier: int) -> None:
        step = self.steps[name]
        sources = {s.id for s in self.steps.values() for f in self.flows(s, dossier) if f.to == name}
        if step.join is Join.ANY or len(sources) < 2 or not source:
            self.begin(step, dossier)
            return
        self.lying[dossier, name].append(source)
        if step.join is Join.ALL and set(self.lying[dossier, name]) == sources:
            for each in sources:
                self.lying[dossier, name].remove(each)
            self.gathered(name, dossier, sorted(sources))

    def carry_out(self, step: Step, dossier: int) -> Generator[Any, Any, None]:
        visit = self.visit(step, dossier)
        yield from self.work(step, dossier, visit)
        self.leave(step, dossier, visit)

    def visit(self, step: Step, dossier: int) -> int:
        self.visits[dossier, step.id] += 1
        return self.visits[dossier, step.id] - 1

    def begin(self, step: Step, dossier: int) -> None:
        """A gateway is left at once, so that what lies behind it comes in its turn."""
        if step.is_silent:
            self.leave(step, dossier, self.visit(step, dossier))
        else:
            self.env.process(self.carry_out(step, dossier))

    def work(self, step: Step, dossier: int, visit: int) -> Generator[Any, Any, None]:
        office, fate, first = self.office, self.office.fate, self.office.scenario.first
        at = office.index[self.number, step.id]
        wait = self.load.waits.get(step.id)
        is_stop = step.clock in (StepClock.PAUSED, StepClock.RESTARTS) and step.role != "applicant"

        def lie() -> Generator[Any, Any, None]:
            assert wait is not None
            calendar = office.scenario.calendar if wait.is_working else None
            length = int(fate.wait(at, visit)[dossier])
            if length:
                yield self.env.timeout(after_work(calendar, first, self.env.now, length)[1] - self.env.now)

        if wait is not None and not is_stop:
            yield from lie()
        ready = self.env.now
        staff = office.scenario.staff.get(step.role)
        spread = self.load.durations[step.id]
        calendar = None if not spread.is_working else staff.calendar if staff else office.scenario.calendar
        length = int(fate.work(at, visit)[dossier])
        request = office.people[step.role].request() if staff else None
        if request is not None:
            yield request
        started, finished = after_work(calendar, first, self.env.now, length)
        office.executions.append((self.procedure.id, dossier, step.id, ready, started, finished))
        yield self.env.timeout(finished - self.env.now)
        if request is not None:
            office.people[step.role].release(request)
        if wait is not None and is_stop:
            yield from lie()

    def leave(self, step: Step, dossier: int, visit: int) -> None:
        self.tokens[dossier][step.id] -= 1
        flows = self.flows(step, dossier)
        if step.split is Split.ONE and len(flows) > 1:
            flows = [self.choose(step, flows, dossier, visit)]
        elif step.split is Split.SOME and len(flows) > 1:
            flows = self.select(step, flows, dossier, visit)
        self.go([(flow.to, step.id) for flow in flows], dossier)

    def choose(self, step: Step, flows: list[Flow], dossier: int, visit: int) -> Flow:
        at = self.office.index[self.number, step.id]
        chance = float(self.office.fate.choice(at, visit)[dossier])
        told = self.load.branches.get(step.id, {})
        if visit and step.id in self.load.repeats:
            told = self.load.repeats[step.id][min(visit, len(self.load.repeats[step.id])) - 1]
        open_ = [flow for flow in flows if not self.is_used_up(flow, dossier)] or flows
        known = min(1.0, sum(told.get(flow.outcome, 0.0) for flow in flows))
        rest = [flow for flow in flows if flow.outcome not in told]
        rest = [flow for flow in rest if flow.case] or rest
        shares = [told.get(flow.outcome, (1 - known) / len(rest) if flow in rest else 0.0) for flow in flows]
        whole = sum(share for flow, share in zip(flows, shares, strict=True) if flow in open_)
        if whole <= 0:
            return open_[int(chance * len(open_))]
        reached = 0.0
        for flow, share in zip(flows, shares, strict=True):
            if flow in open_:
                reached += share
                if chance * whole < reached:
                    return flow
        return open_[-1]

    def select(self, step: Step, flows: list[Flow], dossier: int, visit: int) -> list[Flow]:
        """Each flow by its own chance, given that at least one is taken; the smaller selections first."""
        chance = float(self.office.fate.choice(self.office.index[self.number, step.id], visit)[dossier])
        told = self.load.branches.get(step.id, {})
        selections = [list(one) for size in range(1, len(flows) + 1) for one in combinations(flows, size)]
        open_ = [
            one for one in selections if not any(self.is_used_up(flow, dossier) for flow in one)
        ] or selections
        weights = [
            prod(told.get(f.outcome, 0.5) if f in one else 1 - told.get(f.outcome, 0.5) for f in flows)
            for one in open_
        ]
        reached = 0.0
        for one, weight in zip(open_, weights, strict=True):
            reached += weight
            if chance * sum(weights) < reached:
                return one
        return open_[-1]

    def is_used_up(self, flow: Flow, dossier: int) -> bool:
        """Whether a flow makes a step certain that was carried out as often as it may be."""
        seen, stack = set[str](), [flow.to]
        while stack:
            step = self.steps[stack.pop()]
            if step.id in seen:
                continue
            seen.add(step.id)
            if step.at_most is not None and self.visits[dossier, step.id] >= step.at_most:
                return True
            follows = self.flows(step, dossier)
            if len(follows) == 1 or step.split is Split.ALL:
                stack += [each.to for each in follows]
        return False
