"""From a scenario and its procedures to numbers for the loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from iso_audit.analysis.allowance import WAITING
from iso_audit.analysis.worktime import NO_LIMIT, UNIT_CODES
from iso_audit.errors import Fault, InputError
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import DAY
from iso_audit.model.clock import START_NEXT_WORKING_DAY
from iso_audit.model.place import Place
from iso_audit.model.procedure import Procedure, Split, Step, StepClock
from iso_audit.model.scenario import Batch, Family, Load, Scenario, Spread
from iso_audit.model.simulated import Redesign
from iso_audit.simulation.hours import TICK, Hours
from iso_audit.simulation.plan import NONE, BatchPlan, CasePlan, LoadPlan, Plan, StepPlan
from iso_audit.simulation.ways import MOST_CHOSEN, ORDINARY, Node, Option, ways_in_case
from iso_audit.simulation.weaving import in_circles, woven
from iso_audit.text import Text

AFTERWARDS_DAYS = 5 * 366
"""So long after the period dossiers under way are followed."""

CLOCKS: Mapping[str, StepClock] = dict.fromkeys(WAITING, StepClock.PAUSED)
"""Kind of step -> what the clock does there, where neither the procedure nor a pack says otherwise."""

_NOTHING = Spread(Family.FIXED)
_ALWAYS, _OFFICE = 0, 1
_AT_VISIT = frozenset(("receive", "request_supplement", "return_result"))


def compiled(
    scenario: Scenario, procedures: Mapping[str, Procedure], clocks: Mapping[str, StepClock] = CLOCKS
) -> Plan:
    """Make the plan of a scenario; `procedures` by id, `clocks` the packs' word for kinds of steps.

    Raises InputError where a dossier can never leave, or a calendar never opens.
    """
    draft = _Draft(scenario, clocks)
    for load in scenario.loads:
        draft.add(load, procedures[load.procedure])
    if draft.faults:
        raise InputError(draft.faults)
    return draft.plan()


def redesigned_plan(redesign: Redesign, procedures: Mapping[str, Procedure]) -> Plan:
    """A redesign as numbers for the loop, among the other `procedures` of its scenario."""
    scenario = redesign.scenario
    return compiled(scenario, {**procedures, scenario.main.procedure: redesign.procedure})


@dataclass
class _Draft:
    """A plan in the making."""

    scenario: Scenario
    clocks: Mapping[str, StepClock]
    faults: list[Fault] = field(default_factory=list)
    loads: list[LoadPlan] = field(default_factory=list)
    steps: list[StepPlan] = field(default_factory=list)
    batches: list[BatchPlan] = field(default_factory=list)
    nodes: list[tuple[int, int, int, Mapping[str, int], Node]] = field(default_factory=list)
    """(step, case, rank, step id -> node of the same case, node)."""

    def __post_init__(self) -> None:
        scenario = self.scenario
        self.days = (scenario.last - scenario.first).days + 1
        self.calendars: list[Calendar] = [scenario.calendar]
        self.hours = [Hours.always(), self._hours(scenario.calendar, scenario.place)]
        self.roles = {role: at for at, role in enumerate(scenario.staff)}
        self.role_hours = [self._hours_of(one.calendar, one.place) for one in scenario.staff.values()]
        ranks = {rank for load in scenario.loads for rank in (0, *load.priorities.values())}
        self.ranks = {rank: at for at, rank in enumerate(sorted(ranks))}

    def _hours(self, calendar: Calendar, place: Place) -> Hours:
        if not any(calendar.week):
            self.faults.append(_fault(place, *_NEVER_OPENS, calendar=calendar.id))
        return Hours.of(calendar, self.scenario.first, self.days + AFTERWARDS_DAYS)

    def _hours_of(self, calendar: Calendar, place: Place) -> int:
        if calendar not in self.calendars:
            self.calendars.append(calendar)
            self.hours.append(self._hours(calendar, place))
        return self.calendars.index(calendar) + _OFFICE

    def add(self, load: Load, procedure: Procedure) -> None:
        """Add a load: its steps once, its nodes for every case."""
        number, places = len(self.loads), dict[str, int]()
        cases: list[CasePlan] = []
        self.faults += _too_wide(procedure)
        for name, share in _filled(load.cases, "default"):
            entry, nodes = ways_in_case(procedure, load, name)
            for step in nodes:
                if step not in places:
                    places[step] = len(self.steps)
                    self.steps.append(self._step(nodes[step].step, load, number))
            first = {step: len(self.nodes) + at for at, step in enumerate(nodes)}
            rank = self.ranks[load.priorities.get(name, 0)]
            self.faults += _endless(nodes, entry, procedure, name)
            for step, node in nodes.items():
                self.nodes.append((places[step], len(cases), rank, first, node))
            cases.append(self._case(procedure, name, share, first[entry], rank, number))
        self.loads.append(
            LoadPlan(
                load,
                procedure,
                tuple(cases),
                tuple(_filled(load.channels, "")),
            )
        )

    def _case(
        self, procedure: Procedure, name: str, share: float, entry: int, rank: int, number: int
    ) -> CasePlan:
        """What is promised: as the engine counts it (`engine.dues`), or as the scenario says."""
        limits = {**procedure.limits, **(self.scenario.limits if number == 0 else {})}
        limit = limits.get(name) or limits.get("default")
        cutoff = procedure.cutoff
        second = -1 if cutoff is None else cutoff.hour * 3600 + cutoff.minute * 60 + cutoff.second
        timed = limit is not None and limit.value is not None and limit.value > 0
        return CasePlan(
            name,
            share,
            entry,
            rank,
            UNIT_CODES[limit.unit] if limit is not None and timed else NO_LIMIT,
            (limit.nominal_seconds or 0) if limit is not None and timed else 0,
            procedure.same_day and (name in ORDINARY or name not in procedure.limits),
            second,
            procedure.cutoff_effect == START_NEXT_WORKING_DAY and second >= 0,
        )

    def _step(self, step: Step, load: Load, number: int) -> StepPlan:
        role = NONE if step.is_silent else self.roles.get(step.role, NONE)
        work = load.durations.get(step.id, _NOTHING)
        by_applicant = step.role in self.scenario.applicants
        said = step.clock or next((self.clocks[kind] for kind in step.kinds if kind in self.clocks), None)
        clock = said or StepClock.RUNS
        wait = load.waits.get(step.id)
        batch = load.batches.get(step.id)
        hours = self.role_hours[role] if role != NONE else _OFFICE
        if not self.scenario.citizen.visit_steps or number:
            visits = float(not _AT_VISIT.isdisjoint(step.kinds) and not step.is_silent)
        else:
            visits = self.scenario.citizen.visit_steps.get(step.id, 0.0)
        return StepPlan(
            step=step,
            load=number,
            key=f"{load.procedure}/{step.id}",
            role=role,
            work=work,
            by_case={case: spread for (of, case), spread in load.by_case.items() if of == step.id},
            hours=hours if work.is_working else _ALWAYS,
            clock=clock,
            by_applicant=by_applicant,
            wait=wait,
            wait_hours=NONE if wait is None else _OFFICE if wait.is_working else _ALWAYS,
            waits_after=not by_applicant and clock in (StepClock.PAUSED, StepClock.RESTARTS),
            batch=NONE if batch is None else self._batch(batch, hours),
            visits=visits,
        )

    def _batch(self, batch: Batch, hours: int) -> int:
        calendar = self.calendars[hours - _OFFICE]
        seconds = sorted(at.hour * 3600 + at.minute * 60 + at.second for at in batch.at)
        first = self.scenario.first
        releases = [
            (day * DAY + second) * TICK
            for day in range(self.days + AFTERWARDS_DAYS if seconds else 0)
            if calendar.works(first + dt.timedelta(days=day))
            for second in seconds
        ]
        self.batches.append(BatchPlan(np.array(releases, dtype=np.int64), batch.size))
        return len(self.batches) - 1

    def plan(self) -> Plan:
        """Put it all together."""
        scenario = self.scenario
        ways = woven(self.nodes)
        steps = in_circles(self.steps, ways)
        return Plan(
            scenario=scenario,
            loads=tuple(self.loads),
            steps=steps,
            ways=ways,
            roles=tuple(self.roles),
            people=np.array([one.people for one in scenario.staff.values()], dtype=np.int64),
            role_hours=np.array(self.role_hours, dtype=np.int64),
            hours=tuple(self.hours),
            batches=tuple(self.batches),
            ranks=len(self.ranks),
            since=min(scenario.warm_up_days, self.days) * DAY * TICK,
            until=self.days * DAY * TICK,
            horizon=(self.days + AFTERWARDS_DAYS) * DAY * TICK,
        )


def _filled(shares: Mapping[str, float], otherwise: str) -> Iterable[tuple[str, float]]:
    """Shares that add up to one: what is left over is `otherwise`."""
    left = 1.0 - sum(shares.values())
    filled = dict(shares)
    if left > 1e-9 or not shares:
        filled[otherwise] = filled.get(otherwise, 0.0) + left
    whole = sum(filled.values())
    return [(name, share / whole) for name, share in filled.items() if share > 0]


_NEVER_OPENS = ("lịch “{calendar}” không có giờ làm việc", "calendar '{calendar}' has no working hours")
_NO_END = (
    "trường hợp “{case}” của thủ tục “{procedure}”: từ bước “{step}” hồ sơ không bao giờ kết thúc",
    "case '{case}' of procedure '{procedure}': from step '{step}' a dossier never ends",
)
_TOO_MANY = (
    "bước “{step}” có quá nhiều nhánh tùy chọn ({count}; nhiều nhất {most})",
    "step '{step}' has too many inclusive branches ({count}; at most {most})",
)


def _fault(place: Place, vi: str, en: str, **facts: object) -> Fault:
    return Fault(Text(vi.format(**facts), en.format(**facts)), place.file, place.line, place.column)


def _endless(nodes: Mapping[str, Node], entry: str, procedure: Procedure, case: str) -> list[Fault]:
    """Faults of steps that dossiers come to and that let none of them come to an end."""
    into: dict[str, list[str]] = {name: [] for name in nodes}
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        for option in node.options:
            # what may be done only so often gives its share to the others in the end
            if option.shares[-1] > 0 or any(_is_bounded(nodes, other) for other in node.options):
                after[name] += [to for to, _ in option.ways]
        for to in after[name]:
            into[to].append(name)
    ends = [name for name, node in nodes.items() if not all(option.ways for option in node.options)]
    leaves, comes = _closure(ends, into), _closure([entry], after)
    stuck = next((node.step for name, node in nodes.items() if name in comes - leaves), None)
    if stuck is None:
        return []
    return [never_ends(stuck, case, procedure)]


def never_ends(step: Step, case: str, procedure: Procedure) -> Fault:
    """The fault of a step from which no way leads to an end."""
    return _fault(step.place, *_NO_END, step=step.id, case=case, procedure=procedure.id)


def _is_bounded(nodes: Mapping[str, Node], option: Option) -> bool:
    return any(nodes[to].step.at_most is not None for to, _ in option.ways)


def _closure(starts: Iterable[str], follows: Mapping[str, Iterable[str]]) -> set[str]:
    found, stack = set(starts), list(starts)
    while stack:
        fresh = set(follows[stack.pop()]) - found
        found |= fresh
        stack += fresh
    return found


def _too_wide(procedure: Procedure) -> list[Fault]:
    """Faults of inclusive splits whose selections are too many to list."""
    return [
        _fault(step.place, *_TOO_MANY, step=step.id, count=len(step.flows), most=MOST_CHOSEN)
        for step in procedure.steps
        if step.split is Split.SOME and len(step.flows) > MOST_CHOSEN
    ]
