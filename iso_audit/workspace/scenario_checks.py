"""What only scenario and procedure together can tell: shares that do not add up, work that nobody does.

Everything here would otherwise show as a simulation that never ends, or as a figure that means nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from iso_audit.analysis.graph import graph_of
from iso_audit.model.calendar import Calendar
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure, Split, Step
from iso_audit.model.scenario import Load, Scenario
from iso_audit.text import Text, number
from iso_audit.workspace.faults import Path
from iso_audit.workspace.scenario_names import choices_of

Say = Callable[[Path, Text], None]
"""Adds a fault at a path of the file."""

_ROUNDING = 1e-6
_SHOWN = 6


class Checks:
    """Checks of one scenario whose names all exist."""

    def __init__(
        self, scenario: Scenario, procedures: Mapping[str, Procedure], outside: Iterable[str], say: Say
    ) -> None:
        self.scenario, self.procedures, self.say = scenario, procedures, say
        self.outside = frozenset(outside)
        """Roles whose people are not the office's."""

    def check(self) -> None:
        worked: dict[str, str] = {}
        for i, load in enumerate(self.scenario.loads):
            path: Path = ("also", i - 1) if i else ()
            procedure = self.procedures[load.procedure]
            self._shares(path, load)
            is_clear = self._branches(path, load, procedure)
            steps = _met(load, procedure) if is_clear else [s for s in procedure.steps if not s.anytime]
            self._durations(path, load, steps)
            if is_clear:
                self._ways_out(path, load, procedure, steps)
            for step in steps:
                if not step.is_silent and step.role:
                    worked.setdefault(step.role, step.id)
        self._staff(worked)
        self._office_opens()

    def _shares(self, path: Path, load: Load) -> None:
        for key, shares in (("cases", load.cases), ("channels", load.channels)):
            total = sum(shares.values())
            if shares and abs(total - 1) > _ROUNDING:
                self.say((*path, key), _not_whole(total))

    def _branches(self, path: Path, load: Load, procedure: Procedure) -> bool:
        """Whether every choice says how often each way is taken."""
        is_clear = True
        for step in procedure.steps:
            if step.anytime or step.split is not Split.ONE:
                continue
            free = {flow.outcome or flow.to for flow in step.flows if not flow.case}
            visits = [
                shares for shares in (load.branches.get(step.id), *load.repeats.get(step.id, ())) if shares
            ]
            if not visits and len(free) > 1:
                self.say((*path, "branches"), _no_shares(step.id, choices_of(procedure, step.id)))
                is_clear = False
            for i, shares in enumerate(visits):
                fault = _wrong_sum(free, shares)
                if fault is not None:
                    many = load.repeats.get(step.id)
                    self.say((*path, "branches", step.id, *((i,) if many else ())), fault)
                    is_clear = False
        return is_clear

    def _durations(self, path: Path, load: Load, steps: Iterable[Step]) -> None:
        cases = [case for case, share in load.cases.items() if share] or ["default"]
        missing = [
            step.id
            for step in steps
            if not step.is_silent
            and step.id not in load.durations
            and not all((step.id, case) in load.by_case for case in cases)
        ]
        if missing:
            self.say((*path, "durations"), _no_duration(missing))

    def _ways_out(self, path: Path, load: Load, procedure: Procedure, steps: Iterable[Step]) -> None:
        """Every dossier must be able to leave, at the shares that hold on in the long run."""
        met = {step.id for step in steps}
        ways = {step: _targets(load, procedure, step, is_late=True) & met for step in met}
        back: dict[str, list[str]] = {}
        for source, targets in ways.items():
            for target in targets:
                back.setdefault(target, []).append(source)
        ends = [step for step in met if not procedure.by_id[step].flows]
        trapped = met - _reached(ends, lambda step: back.get(step, ()))
        if trapped:
            in_order = [step.id for step in procedure.steps if step.id in trapped]
            at = next((name for name in in_order if name in load.branches), "")
            self.say((*path, "branches", at) if at else (*path, "procedure"), _no_way_out(in_order))

    def _staff(self, worked: Mapping[str, str]) -> None:
        for role, step in worked.items():
            if role in self.outside:
                continue
            staffing = self.scenario.staff.get(role)
            if staffing is None:
                self.say(("staff",), _nobody(role, step))
            elif not staffing.people:
                self.say(("staff", role), _zero(role, step))
            elif staffing.calendar != self.scenario.calendar and not self._opens(staffing.calendar):
                self.say(("staff", role), _never(role, self.scenario))

    def _office_opens(self) -> None:
        if not self._opens(self.scenario.calendar):
            self.say(("period",), _closed(self.scenario))

    def _opens(self, calendar: Calendar) -> bool:
        days = range(self.scenario.first.toordinal(), self.scenario.last.toordinal() + 1)
        return any(calendar.works(dt.date.fromordinal(day)) for day in days)


def outside_roles(organisation: Organisation, named: Iterable[str]) -> set[str]:
    """Roles whose people are not the office's: applicants, and those that the scenario names so."""
    return {*organisation.applicants, *named}


def _met(load: Load, procedure: Procedure) -> list[Step]:
    """The steps that some dossier comes to."""
    graph = graph_of(procedure)
    entries = list(graph.ids(graph.entries)) or [procedure.steps[0].id]
    met = _reached(entries, lambda step: _targets(load, procedure, step))
    return [step for step in procedure.steps if step.id in met]


def _reached(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    seen, to_do = set(start), list(start)
    while to_do:
        for target in following(to_do.pop()):
            if target not in seen:
                seen.add(target)
                to_do.append(target)
    return seen


def _targets(load: Load, procedure: Procedure, name: str, *, is_late: bool = False) -> set[str]:
    """Where a dossier may go from a step: at any visit, or at those far down a loop."""
    step = procedure.by_id[name]
    visits = [load.branches.get(step.id, {}), *load.repeats.get(step.id, ())]
    if is_late and any(procedure.by_id[flow.to].at_most is not None for flow in step.flows):
        return {
            flow.to for flow in step.flows
        }  # what may be done only so often gives its share to the others in the end
    if step.split is not Split.ONE:
        return {flow.to for flow in step.flows}
    return set(chain.from_iterable(_taken(load, step, shares) for shares in visits[-1 if is_late else 0 :]))


def _taken(load: Load, step: Step, shares: Mapping[str, float]) -> Iterable[str]:
    rest = 1 - sum(shares.values())
    for flow in step.flows:
        share = shares.get(flow.outcome or flow.to, rest if rest > _ROUNDING or not shares else 0)
        if share > 0 and (not flow.case or load.cases.get(flow.case, 0) > 0):
            yield flow.to


def _wrong_sum(free: set[str], shares: Mapping[str, float]) -> Text | None:
    total = sum(shares.values())
    silent = sorted(free - shares.keys())
    if total > 1 + _ROUNDING or (not silent and total < 1 - _ROUNDING):
        return _not_whole(total)
    if len(silent) > 1 and total < 1 - _ROUNDING:
        names = ", ".join(silent)
        return Text(
            vi=f"còn {len(silent)} kết quả chưa có tỷ lệ: {names}; chỉ được bỏ trống một kết quả",
            en=f"{len(silent)} outcomes have no share: {names}; only one may be left out and takes the rest",
        )
    return None


def _not_whole(total: float) -> Text:
    vi, en = (number(100 * total, lang, 2).removesuffix(",00").removesuffix(".00") for lang in ("vi", "en"))
    return Text(
        vi=f"các tỷ lệ cộng lại là {vi}%, không phải 100%", en=f"the shares add up to {en}%, not to 100%"
    )


def _no_shares(step: str, outcomes: Iterable[str]) -> Text:
    names = ", ".join(outcomes)
    return Text(
        vi=f"bước '{step}' có nhiều kết quả ({names}) mà chưa có tỷ lệ",
        en=f"step '{step}' has several outcomes ({names}) and no shares",
    )


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" … (+{more})" if more > 0 else "")


def _no_duration(steps: list[str]) -> Text:
    return Text(
        vi=f"chưa có thời gian thực hiện của {len(steps)} bước: {_listed(steps)}",
        en=f"{len(steps)} step{'s have' if len(steps) > 1 else ' has'} no time of work: {_listed(steps)}",
    )


def _no_way_out(steps: list[str]) -> Text:
    return Text(
        vi=f"với các tỷ lệ này hồ sơ đi mãi không ra khỏi các bước: {_listed(steps)}",
        en=f"with these shares a dossier never leaves these steps: {_listed(steps)}",
    )


def _nobody(role: str, step: str) -> Text:
    return Text(
        vi=f"vai trò '{role}' có việc (bước '{step}') mà chưa có người; nêu số người, hoặc '{role}: outside' "
        "nếu thuộc cơ quan khác",
        en=f"role '{role}' has work (step '{step}') and nobody to do it; give a number of people, or "
        f"'{role}: outside' if they belong to another body",
    )


def _zero(role: str, step: str) -> Text:
    return Text(
        vi=f"vai trò '{role}' có việc (bước '{step}') mà số người là 0",
        en=f"role '{role}' has work (step '{step}') and 0 people",
    )


def _never(role: str, scenario: Scenario) -> Text:
    return Text(
        vi=f"vai trò '{role}' không có giờ làm việc nào từ {scenario.first} đến {scenario.last}",
        en=f"role '{role}' has no working hours at all from {scenario.first} to {scenario.last}",
    )


def _closed(scenario: Scenario) -> Text:
    return Text(
        vi=f"cơ quan không làm việc ngày nào từ {scenario.first} đến {scenario.last}",
        en=f"the office is never open from {scenario.first} to {scenario.last}",
    )
