"""Scenario files: how a procedure is handled today, in numbers, and what somebody proposes to change.

What the keys mean, beyond what their names say:

- `procedure`: an id; the version in force on the first day of `period` counts. `also` lists other
  procedures whose dossiers share the same people.
- Times carry a unit. `min`, `wh` and `wd` (8 hours) pass while people work, `h` and `d` day and night.
  A single time never differs (`45 min`); else the form is named: `{lognormal: {mean: 1 wh, sd: 30 min}}`,
  `{triangular: [10 min, 20 min, 1 wh]}` and so on. In place of one time stands one for each case.
- `durations`: work on a step, for people whose number stands under `staff`; of a step that an applicant
  or another body carries out, the time until it is done. `waits`: what passes before a step can
  begin and is neither queue nor work; where the step stops the clock (it asks for a supplement), what
  passes after it until the applicant answers.
- `branches`: shares of the outcomes; the one outcome that is not named takes the rest. A list gives the
  first visit, the second and so on; the last entry holds on.
- `staff`: people of each role that has work; `outside` for another body, where nobody queues.
- Shares are percentages, never bare numbers; `0.5 pp` are percentage points.
- `proposals`: each is a list of changes that are judged and simulated together, in their order.

A scenario is read on demand, never when a workspace is loaded: other verbs do not pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic_core import PydanticCustomError

from iso_audit.errors import Fault, InputError
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure, Step
from iso_audit.model.scenario import (
    Arrivals,
    Batch,
    Citizen,
    Load,
    Precision,
    Scenario,
    SearchSpace,
    Spread,
    Works,
)
from iso_audit.model.simulated import MEASURES
from iso_audit.text import Text, printable
from iso_audit.workspace.faults import Path, spoken
from iso_audit.workspace.load import working_calendar
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.scenario_changes import Proposals
from iso_audit.workspace.scenario_checks import Checks, outside_roles
from iso_audit.workspace.scenario_names import Names
from iso_audit.workspace.scenario_staff import staffing_of
from iso_audit.workspace.shaped import shaped
from iso_audit.workspace.shapes.calendar import WEEKDAYS
from iso_audit.workspace.shapes.quantities import as_amount, as_number, as_points
from iso_audit.workspace.shapes.scenario import ArrivalsShape, CitizenShape, LoadShape, ScenarioShape
from iso_audit.workspace.shapes.spread import SpreadShape, weekdays

DEFAULT_HALF_WIDTHS: Mapping[str, float] = {"on_time": 0.005, "lead_mean": 3600.0}
"""Half a percentage point, one working hour."""


def load_scenario(path: FilePath, workspace: Workspace) -> Scenario:
    """Read one scenario file; all that it names must be in the workspace.

    Raises:
        InputError: with every fault of the file.
    """
    faults: list[Fault] = []
    scenario = read_scenario(path, printable(str(path)), workspace, faults)
    if faults or scenario is None:
        raise InputError(faults)
    return scenario


def read_scenario(path: FilePath, file: str, workspace: Workspace, faults: list[Fault]) -> Scenario | None:
    """Read one scenario; None after faults."""
    document = read_yaml(path, file, faults)
    return None if document is None else scenario_of(document, workspace, faults)


def scenario_of(document: Document, workspace: Workspace, faults: list[Fault]) -> Scenario | None:
    """Make the scenario that a document describes; None after faults."""
    before = len(faults)
    names = Names(document, workspace, faults)
    names.check()
    shape = shaped(ScenarioShape, document, faults)
    if shape is None or not (names.today_is_known or len(faults) == before):
        return None
    procedures = [procedure for procedure in names.procedures if procedure is not None]
    if len(faults) > before:  # what is wrong with today's numbers is told at once, too
        shape = shape.model_copy(update=dict.fromkeys(("proposals", "citizen", "limit", "search", "measure")))
    scenario = _Making(shape, document, workspace, procedures, faults).scenario()
    return scenario if len(faults) == before else None


class _Making:
    """Turns the shape of a scenario into the noun."""

    def __init__(
        self, shape: ScenarioShape, document: Document, workspace: Workspace,
        procedures: list[Procedure], faults: list[Fault],
    ) -> None:  # fmt: skip
        self.shape, self.document, self.workspace, self.faults = shape, document, workspace, faults
        self.procedures = procedures
        named = [role for role, staff in shape.staff.items() if staff.outside]
        self.outside = outside_roles(workspace.organisation, named)
        self.calendars = workspace.calendars
        named_calendar = shape.calendar
        self.calendar = self.calendars[named_calendar] if named_calendar else working_calendar(workspace)

    def scenario(self) -> Scenario:
        shape, calendar, measure = self.shape, self.calendar, self.shape.measure
        assert shape.period.first is not None
        assert shape.period.last is not None
        staff = {
            role: staffing_of(role, of, calendar, self.calendars, self.document.place("staff", role))
            for role, of in shape.staff.items()
            if not of.outside
        }
        loads: list[LoadShape] = [shape, *(shape.also or ())]
        scenario = Scenario(
            id=shape.scenario,
            title=shape.title or Text(),
            loads=tuple(
                self._load(load, procedure, ("also", i - 1) if i else ())
                for i, (load, procedure) in enumerate(zip(loads, self.procedures, strict=True))
            ),
            staff=staff,
            calendar=calendar,
            first=shape.period.first,
            last=shape.period.last,
            proposals=Proposals(self, staff).all(shape.proposals or ()),
            citizen=self._citizen(shape.citizen or CitizenShape()),
            precision=self._precision(),
            search=self._search(),
            warm_up_days=int(shape.warm_up.value) if shape.warm_up else 0,
            currency=shape.currency or "VND",
            seed=(measure.seed if measure else None) or 0,
            note=shape.note or Text(),
            limits=shape.limit or {},
            outside=tuple(role for role, of in shape.staff.items() if of.outside),
            applicants=self.workspace.organisation.applicants,
            place=self.document.place("scenario"),
        )
        self._check_period(scenario)
        by_id = {procedure.id: procedure for procedure in self.procedures}
        Checks(scenario, by_id, self.outside, self.say).check()
        return scenario

    def say(self, path: Path, what: Text, hint: Text | None = None) -> None:
        self.faults.append(self.document.fault(path, what, hint))

    def _load(self, shape: LoadShape, procedure: Procedure, path: Path) -> Load:
        durations, by_case = self._times("durations", shape.durations, path, procedure)
        waits, wait_cases = self._times("waits", shape.waits, path, procedure)
        for step, case in wait_cases:
            self.say((*path, "waits", step, case), _ONE_FOR_ALL)
        cases = dict(shape.cases or {})
        if cases and "default" not in cases and (rest := 1 - sum(cases.values())) > 1e-9:
            cases["default"] = round(rest, 12)
        branches = shape.branches or {}
        return Load(
            procedure=shape.procedure,
            arrivals=self._arrivals(shape.arrivals, (*path, "arrivals")),
            cases=cases,
            channels=shape.channels or {},
            durations=durations,
            by_case=by_case,
            waits=waits,
            branches={step: visits[0] for step, visits in branches.items()},
            repeats={step: tuple(visits[1:]) for step, visits in branches.items() if visits[1:]},
            batches={
                step: Batch(
                    step, tuple(of.at or ()), of.size or 0, self.document.place(*path, "batches", step)
                )
                for step, of in (shape.batches or {}).items()
            },
            priorities=shape.priorities or {},
            backlog=shape.backlog or 0,
            place=self.document.place(*path, "procedure"),
        )

    def _times(
        self, key: str, of: Mapping[str, Mapping[str, SpreadShape]] | None, path: Path, procedure: Procedure
    ) -> tuple[dict[str, Spread], dict[tuple[str, str], Spread]]:
        """Return the times of the steps, and those that differ by case."""
        plain: dict[str, Spread] = {}
        by_case: dict[tuple[str, str], Spread] = {}
        for name, times in (of or {}).items():
            for case, time in times.items():
                spread = self._spread(key, procedure.by_id.get(name), time, (*path, key, name, case))
                if case == "default":
                    plain[name] = spread
                else:
                    by_case[name, case] = spread
        return plain, by_case

    def spread(self, key: str, step: str, shape: SpreadShape, path: Path) -> Spread:
        """Make a time of a step of the procedure that is to be changed; a step made by a change is work."""
        return self._spread(key, self.procedures[0].by_id.get(step), shape, path)

    def _spread(self, key: str, step: Step | None, shape: SpreadShape, path: Path) -> Spread:
        is_ours = step is None or (bool(step.role) and step.role not in self.outside)
        is_work = key == "durations" and is_ours
        if is_work and "d" in shape.units:
            self.say(path, _WORK_IN_DAYS)
        return shape.spread(is_work, self.document.place(*path))

    def _arrivals(self, shape: ArrivalsShape, path: Path) -> Arrivals:
        of_days = {day: w for name, w in (shape.by_weekday or {}).items() for day in weekdays(name)}
        of_hours = shape.by_hour or {}
        return Arrivals(
            shape.per_year,
            tuple(shape.by_month or ()),
            tuple(of_days.get(day, 0.0) for day in range(len(WEEKDAYS))) if of_days else (),
            tuple(of_hours.get(hour, 0.0) for hour in range(24)) if of_hours else (),
            shape.variance_ratio or 1.0,
            self.document.place(*path),
        )

    def _citizen(self, shape: CitizenShape) -> Citizen:
        return Citizen(
            hourly_income=shape.hourly_income or 0.0,
            income_source=shape.source or "",
            works=tuple(
                Works(
                    of.name, of.hours or 0.0, of.hired or 0.0, of.fees or 0.0, of.per or "dossier",
                    of.document or "", self.document.place("citizen", "works", i),
                )
                for i, of in enumerate(shape.works or ())
            ),
            visit_steps=shape.visits or {},
            place=self.document.place("citizen"),
        )  # fmt: skip

    def _precision(self) -> Precision:
        measure, usual = self.shape.measure, Precision(half_widths=DEFAULT_HALF_WIDTHS)
        if measure is None:
            return usual
        widths = measure.precision
        return Precision(
            confidence=usual.confidence if measure.confidence is None else measure.confidence,
            replications=measure.replications or 0,
            half_widths=usual.half_widths if widths is None else self._half_widths(widths),
            most=usual.most if measure.at_most is None else measure.at_most,
            sensitivity=usual.sensitivity if measure.sensitivity is None else measure.sensitivity,
        )

    def _half_widths(self, widths: Mapping[str, Any]) -> dict[str, float]:
        """Each measure in its own unit."""
        found: dict[str, float] = {}
        for name, value in widths.items():
            unit = MEASURES[name][0]
            try:
                if unit == "share":
                    found[name] = as_points(value)
                elif unit in ("working_seconds", "days"):
                    found[name] = as_amount(value).seconds / (86400 if unit == "days" else 1)
                else:
                    found[name] = as_number(0, 1e13)(value)
            except PydanticCustomError as error:
                self.say(
                    ("measure", "precision", name), *spoken(error.type, name, value, error.context or {})
                )
                continue
            if not found[name]:
                self.say(("measure", "precision", name), _NO_WIDTH)
        return found

    def _search(self) -> SearchSpace:
        of, usual = self.shape.search, SearchSpace()
        if of is None:
            return usual
        most = usual.max_changes if of.max_changes is None else of.max_changes
        return SearchSpace(tuple(of.allow or ()), tuple(of.never_touch or ()), most)

    def _check_period(self, scenario: Scenario) -> None:
        days = (scenario.last - scenario.first).days + 1
        if days > _MOST_DAYS:
            self.say(("period", "to"), _LONG_PERIOD)
        if scenario.warm_up_days >= days:
            self.say(("warm_up",), _ONLY_WARM_UP)


_MOST_DAYS = 1830
_LONG_PERIOD = Text(vi="kỳ mô phỏng dài hơn năm năm", en="the period is longer than five years")
_ONLY_WARM_UP = Text(
    vi="thời gian khởi động dài bằng cả kỳ: không còn ngày nào để đo",
    en="the warm-up takes the whole period: no day is left to measure",
)
_WORK_IN_DAYS = Text(
    vi="việc của cán bộ tính theo giờ làm việc: viết min, wh hoặc wd; thời gian chờ thì ghi ở 'waits'",
    en="work of people is counted in working time: write min, wh or wd; waiting belongs under 'waits'",
)
_ONE_FOR_ALL = Text(
    vi="ở đây chỉ có một thời gian chung cho mọi trường hợp",
    en="one time for all cases is possible here only",
)
_NO_WIDTH = Text(vi="độ chính xác phải lớn hơn 0", en="the precision must be more than nothing")
