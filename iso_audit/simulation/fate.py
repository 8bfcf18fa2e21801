"""What chance brings in one replication: who comes when, and how long and where to everything goes."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from iso_audit.simulation.arrivals import arrivals_of
from iso_audit.simulation.draws import Purpose, ticks, uniforms
from iso_audit.simulation.hours import Floats, Ints
from iso_audit.simulation.plan import Plan


class Fate:
    """Random numbers of one replication as rows by dossier, made when they are first asked for.

    Dossiers of a load are numbered in the order of arrival; those of the backlog come last.
    """

    def __init__(self, plan: Plan, seed: int, replication: int) -> None:
        self.plan = plan
        self._whose = (seed, replication)
        scenario = plan.scenario
        self.arrivals: list[Ints] = []
        """Per load: the tick at which each dossier comes in; the backlog at the very start."""
        self.fresh: list[int] = []
        """Per load: how many come in during the period."""
        self.cases: list[Ints] = []
        for one in plan.loads:
            load = one.load
            came = arrivals_of(
                load.arrivals, scenario.calendar, scenario.first, scenario.last, *self._whose, load.procedure
            )
            self.fresh.append(len(came))
            self.arrivals.append(np.concatenate([came, np.zeros(load.backlog, dtype=np.int64)]))
            number = len(self.cases)
            self.cases.append(self._kinds(number, Purpose.CASE, [case.share for case in one.cases]))

    @cached_property
    def channels(self) -> list[Ints]:
        """Per load: the channel of each dossier, as an index into the load's."""
        loads = enumerate(self.plan.loads)
        return [self._kinds(at, Purpose.CHANNEL, [share for _, share in one.channels]) for at, one in loads]

    def sizes(self) -> list[int]:
        """Per load: its dossiers."""
        return [len(came) for came in self.arrivals]

    def entrance(self) -> tuple[Ints, Ints, Ints]:
        """(tick, number in its load, node) of every dossier, in the order in which they come in."""
        numbers = [np.arange(len(came)) for came in self.arrivals]
        nodes = [
            np.array([case.entry for case in one.cases], dtype=np.int64)[self.cases[at]]
            for at, one in enumerate(self.plan.loads)
        ]
        came, number, node = (np.concatenate(each) for each in (self.arrivals, numbers, nodes))
        order = np.lexsort((node, number, came))
        return came[order], number[order], node[order]

    def work(self, step: int, visit: int) -> Ints:
        """Ticks of work on a step at a visit, by dossier."""
        one = self.plan.steps[step]
        chance = self._chance(step, Purpose.WORK, visit)
        row = ticks(one.work, chance)
        for at, case in enumerate(self.plan.loads[one.load].cases):
            if case.name in one.by_case:
                mine = np.flatnonzero(self.cases[one.load] == at)
                row[mine] = ticks(one.by_case[case.name], chance[mine])
        return row

    def wait(self, step: int, visit: int) -> Ints:
        """Ticks that pass before a step can begin, by dossier."""
        spread = self.plan.steps[step].wait
        chance = self._chance(step, Purpose.WAIT, visit)
        return np.zeros(len(chance), dtype=np.int64) if spread is None else ticks(spread, chance)

    def choice(self, step: int, visit: int) -> Floats:
        """Uniform numbers by which a step is left, by dossier."""
        return self._chance(step, Purpose.CHOICE, visit)

    def _chance(self, step: int, purpose: Purpose, visit: int) -> Floats:
        one = self.plan.steps[step]
        fresh = self.fresh[one.load]
        after = len(self.arrivals[one.load]) - fresh
        return uniforms(*self._whose, one.key, purpose, visit, fresh, after)

    def _kinds(self, load: int, purpose: Purpose, shares: list[float]) -> Ints:
        """What kind each dossier is, by shares."""
        came, fresh = self.arrivals[load], self.fresh[load]
        if len(shares) < 2:
            return np.zeros(len(came), dtype=np.int64)
        name = self.plan.loads[load].load.procedure
        chance = uniforms(*self._whose, name, purpose, 0, fresh, len(came) - fresh)
        return np.minimum(np.searchsorted(np.cumsum(shares), chance, side="right"), len(shares) - 1)
