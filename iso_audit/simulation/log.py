"""The dossiers of a replication as a log like any other, so that the rules on dossiers can judge them.

Who of a role carried out what is settled here, after the play: people of one role take the same time,
so that it changes nothing but who may not do two duties that are held apart.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from iso_audit.analysis.duties import pairs_apart
from iso_audit.analysis.worktime import NO_DUE, WorkTable
from iso_audit.model.civil import DAY, day_of
from iso_audit.model.log import DOCUMENTED_KINDS, DOSSIER_COLUMNS, EVENT_COLUMNS, EXPLAINED_KINDS
from iso_audit.model.procedure import Procedure, Step
from iso_audit.simulation.dossiers import Dossiers, Rows
from iso_audit.simulation.hours import NEVER, TICK
from iso_audit.simulation.plan import NONE, Plan
from iso_audit.simulation.run import Replication

APART = (("appraise", "approve_sign"),)
"""Duties that one person may not hold both, whatever the procedure says."""

REASON = "Hồ sơ mô phỏng"
"""What stands where a form has to give a reason: the log says of itself that it is simulated."""

_APOLOGY_DAYS = 2
"""Working days before the due day on which a late dossier's applicant is told."""

Cell = str | dt.datetime


@dataclass(frozen=True)
class SimulatedLog:
    """Two tables as columns (`DOSSIER_COLUMNS`, `EVENT_COLUMNS`); empty text where nothing is known."""

    dossiers: Mapping[str, Sequence[Cell]]
    events: Mapping[str, Sequence[Cell]]
    drawn_up_at: dt.datetime
    """After everything that is in it."""


def log_of(
    plan: Plan, replication: Replication, *, most: int = 0, apart: Sequence[tuple[str, str]] = APART
) -> SimulatedLog:
    """The measured dossiers of the main procedure, or the first so many of them.

    `apart`: pairs of duties that the packs hold apart, beside the procedure's own. The replication
    must have been played with events.
    """
    if replication.rows is None:
        raise ValueError("the replication was played without events")
    return _Writer(plan, replication.loads[0], replication.rows[0], apart).written(most)


class _Writer:
    """One log on its way."""

    def __init__(self, plan: Plan, main: Dossiers, rows: Rows, apart: Sequence[tuple[str, str]]) -> None:
        self.plan, self.main, self.rows = plan, main, rows
        self.procedure = plan.loads[0].procedure
        calendar = plan.scenario.calendar
        self.midnight = dt.datetime.combine(plan.scenario.first, dt.time(), ZoneInfo(calendar.zone))
        self.table = WorkTable(calendar, plan.scenario.first, plan.scenario.last + dt.timedelta(days=366))
        self.foes = _foes(self.procedure, apart)
        self.apology = next(iter(self.procedure.of_kind("apologise")), None)
        self.dossiers: dict[str, list[Cell]] = {name: [] for name in DOSSIER_COLUMNS}
        self.events: dict[str, list[Cell]] = {name: [] for name in EVENT_COLUMNS}

    def written(self, most: int) -> SimulatedLog:
        numbers = np.flatnonzero(self.main.is_measured)[: most or None]
        actors = self._actors(set(numbers.tolist()))
        first = np.searchsorted(self.rows.number, np.arange(len(self.main.came) + 1))
        of_day: dict[int, int] = defaultdict(int)
        for number in numbers.tolist():
            day = int(self.main.came[number]) // (DAY * TICK)
            of_day[day] += 1
            code = f"H00.000-{self._moment(day * DAY * TICK):%y%m%d}-{of_day[day]:04}"
            self._dossier(number, code, range(first[number], first[number + 1]), actors)
        last = int(self.rows.finished[self.rows.finished < self.plan.horizon].max(initial=self.plan.until))
        return SimulatedLog(self.dossiers, self.events, self._moment(last + DAY * TICK))

    def _moment(self, ticks: int) -> dt.datetime:
        """The moment in the office's own zone, to the second."""
        return self.midnight + dt.timedelta(seconds=int(ticks) // TICK)

    def _dossier(self, number: int, code: str, rows: range, actors: Mapping[int, str]) -> None:
        """One dossier and its events, as far as they came to an end."""
        plan, main = self.plan, self.main
        kept = [at for at in rows if self.rows.finished[at] < plan.horizon]
        steps = [plan.steps[self.rows.step[at]].step for at in kept]
        told = [self._event(code, step, at, actors.get(at, "")) for step, at in zip(steps, kept, strict=True)]
        if main.on_time[number] == 0 and self.apology is not None:
            told.append(self._apologise(number, code, self.apology))
        for event in sorted(told, key=lambda event: str(event["finished_at"])):
            for name, column in self.events.items():
                column.append(event.get(name, ""))
        returns = [at for at, step in zip(kept, steps, strict=True) if step.is_a("return_result")]
        is_refused = not returns and any(step.is_a("refuse") for step in steps)
        is_done = main.finished[number] < NEVER
        ended = "not_accepted" if is_refused else "finished" if is_done else "processing"
        promised = main.due[number] != NO_DUE and not is_refused
        values: dict[str, Cell] = {
            "dossier_id": code,
            "procedure": self.procedure.id,
            "unit": self.procedure.owner,
            "channel": plan.loads[0].channels[main.channel[number]][0],
            "case": plan.loads[0].cases[main.case[number]].name,
            "received_at": self._moment(main.came[number]),
            "appointed_at": self._civil(main.due[number]) if promised else "",
            "finished_at": self._moment(main.finished[number]) if is_done else "",
            "returned_at": self._moment(self.rows.finished[returns[-1]]) if returns else "",
            "status": "returned" if returns else ended,
        }
        for name, cells in self.dossiers.items():
            cells.append(values.get(name, ""))

    def _event(self, code: str, step: Step, at: int, actor: str) -> dict[str, Cell]:
        by_applicant = self.plan.steps[self.rows.step[at]].by_applicant
        finished = self._moment(self.rows.finished[at])
        return {
            "dossier_id": code,
            "procedure": self.procedure.id,
            "step": step.id,
            "actor": actor,
            "role": "" if by_applicant else step.role,
            "unit": step.unit,
            "started_at": finished if by_applicant else self._moment(self.rows.started[at]),
            "finished_at": finished,
            "document": f"{at:07}" if _is_any(step, DOCUMENTED_KINDS) else "",
            "reason": REASON if _is_any(step, EXPLAINED_KINDS) else "",
        }

    def _apologise(self, number: int, code: str, step: Step) -> dict[str, Cell]:
        """Tell the applicant before the due day, and promise the day on which it is done."""
        due = int(self.main.due[number]) // DAY
        worked = self.table.works(np.arange(due - 30, due))
        day = due - 30 + int(np.flatnonzero(worked)[-_APOLOGY_DAYS:][0]) if worked.any() else due
        came = day_of(self.plan.scenario.first) * DAY + int(self.main.came[number]) // TICK
        at = max(day * DAY + int(self.table.opening(np.array([day]))[0]), came)
        done = self.main.finished[number]
        return {
            "dossier_id": code,
            "procedure": self.procedure.id,
            "step": step.id,
            "actor": f"{step.role}-01",
            "role": step.role,
            "unit": step.unit,
            "started_at": self._civil(at),
            "finished_at": self._civil(at),
            "document": f"XL{number:07}",
            "reason": REASON,
            "new_appointed_at": self._moment(done) if done < NEVER else "",
        }

    def _civil(self, second: int) -> dt.datetime:
        return self._moment((int(second) - day_of(self.plan.scenario.first) * DAY) * TICK)

    def _actors(self, numbers: set[int]) -> dict[int, str]:
        """Row -> code of who did it: who is free, best who had the dossier before, none who may not."""
        plan, rows = self.plan, self.rows
        free_at: dict[str, list[int]] = defaultdict(list)
        did: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
        found: dict[int, str] = {}
        for at in np.lexsort((rows.number, rows.started)).tolist():
            one, number = plan.steps[rows.step[at]], int(rows.number[at])
            role = one.step.role
            if one.by_applicant or not role:
                continue
            foes = self.foes.get(one.step.id, frozenset())
            barred = {person for step, person in did[number, role] if step in foes}
            had = did[number, role][-1][1] if did[number, role] else NONE
            most = int(plan.people[one.role]) if one.role != NONE else 0
            who = _chosen(free_at[role], int(rows.started[at]), most, had, barred)
            free_at[role][who] = max(free_at[role][who], int(rows.finished[at]))
            did[number, role].append((one.step.id, who))
            if number in numbers:
                found[at] = f"{role}-{who + 1:02}"
        return found


def _chosen(free_at: list[int], start: int, most: int, had: int, barred: set[int]) -> int:
    """Who takes up work; somebody new where there are people left (`most` 0: always).

    Where everybody who may is busy, who is free first: who may and who is free was not asked in the
    play, and among equals it is the duty that decides.
    """
    if had >= 0 and had not in barred and free_at[had] <= start:
        return had
    for who, until in enumerate(free_at):
        if until <= start and who not in barred:
            return who
    if not most or len(free_at) < most:
        free_at.append(start)
        if len(free_at) - 1 not in barred:
            return len(free_at) - 1
    allowed = [who for who in range(len(free_at)) if who not in barred] or list(range(len(free_at)))
    return min(allowed, key=lambda who: free_at[who])


def _foes(procedure: Procedure, apart: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Step -> steps that whoever does it may not have done."""
    found: dict[str, set[str]] = defaultdict(set)
    for first, second in (*apart, *pairs_apart(procedure, ())):
        for one in procedure.meant(first):
            for other in procedure.meant(second):
                found[one.id].add(other.id)
                found[other.id].add(one.id)
    return {step: frozenset(others) for step, others in found.items()}


def _is_any(step: Step, kinds: Sequence[str]) -> bool:
    return any(step.is_a(kind) for kind in kinds)
