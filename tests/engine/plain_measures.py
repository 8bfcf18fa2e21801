"""Measures counted dossier by dossier, to compare the engine's with: sorted lists, no windows, no parts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from iso_audit.model.measure import Duration, Measure, Measures, StepMeasure, Timed
from iso_audit.model.procedure import Step
from tests.engine.plain import Dossier, Event, PlainAudit, _wall

EVER = dt.datetime(9999, 1, 1)  # noqa: DTZ001 - walls have no zone
NEVER = dt.datetime(1, 1, 1)  # noqa: DTZ001
Cell = tuple[str, str, str, str]


class PlainMeasures:
    """Everything that is measured of a log that a plain auditor has read."""

    def __init__(self, plain: PlainAudit) -> None:
        self.plain = plain
        self.cells: dict[Cell, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.steps: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.times: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for dossier in plain.judged:
            self._dossier(dossier)

    def all(self) -> Measures:
        return Measures(
            tuple(Measure(*cell, **counts) for cell, counts in sorted(self.cells.items())),
            tuple(StepMeasure(*place, **counts) for place, counts in sorted(self.steps.items())),
            tuple(self._duration(group, values) for group, values in self.times.items()),
        )

    def _dossier(self, dossier: Dossier) -> None:
        assert dossier.procedure is not None
        channel = str((dossier.row or {}).get("channel") or "")
        cell = (dossier.procedure.key, dossier.unit, channel, dossier.month)
        counts = self.cells[cell]
        for name in Measure._fields:
            counts[name] += 0
        for name in ("procedure", "unit", "channel", "month"):
            del counts[name]
        counts["dossiers"] += 1
        counts["finished"] += dossier.finished or dossier.end is not None
        counts[_standing(dossier)] += 1
        asked = [e for e in dossier.events if self._is(e, dossier, "request_supplement")]
        counts["supplemented"] += bool(asked)
        counts["supplement_requests"] += len(asked)
        seen: set[str] = set()
        again = []
        for event in dossier.events:
            if event.step and not self._own(event, dossier):
                again += [event] if event.step in seen else []
                seen.add(event.step)
        counts["reworked"] += bool(again)
        counts["repeats"] += len(again)
        self._hand_overs(dossier, counts)
        for event in dossier.events:
            if not self._own(event, dossier):
                self._execution(event, dossier, cell, event in again)
        self._lead(dossier, cell)

    def _step(self, event: Event, dossier: Dossier) -> Step | None:
        assert dossier.procedure is not None
        return dossier.procedure.by_id.get(event.step)

    def _is(self, event: Event, dossier: Dossier, kind: str) -> bool:
        step = self._step(event, dossier)
        return step is not None and step.is_a(kind)

    def _own(self, event: Event, dossier: Dossier) -> bool:
        """Whether it is the applicant's own step."""
        step = self._step(event, dossier)
        roles = self.plain.world.organisation.roles
        return step is not None and (step.role in roles and roles[step.role].is_applicant)

    def _unit(self, event: Event, dossier: Dossier) -> str:
        step = self._step(event, dossier)
        person = self.plain.world.organisation.people.get(event.actor)
        return (
            event.unit
            or (step.unit if step else "")
            or (person.unit if person and event.actor else "")
            or dossier.unit
        )

    def _course(self, dossier: Dossier) -> list[tuple[dt.datetime, dt.datetime, Event | None]]:
        """When each execution began and until when it went on, with stretches in which the clock stood."""
        course, before = [], NEVER
        for event in dossier.events:
            begun = _wall(event.start) if event.start else before
            until = _wall(event.finish) if event.finish else EVER
            course.append((begun, NEVER if event.start and until < begun else until, event))
            before = until
        for _, begin, end, _ in self.plain._stops(dossier):
            if _wall(begin) <= _wall(end):
                course.append((_wall(begin), _wall(end), None))
        return sorted(course, key=lambda one: one[0])  # stable: executions first, as they stand in the log

    def _hand_overs(self, dossier: Dossier, counts: dict[str, int]) -> None:
        course = self._course(dossier)
        for (_, _, one), (_, _, other) in pairwise(course):
            if one is None or other is None or self._own(one, dossier) or self._own(other, dossier):
                continue
            units = self._unit(one, dossier), self._unit(other, dossier)
            if all(units):
                counts["unit_pairs"] += 1
                counts["unit_changes"] += units[0] != units[1]
            if one.actor and other.actor:
                counts["person_pairs"] += 1
                counts["person_changes"] += one.actor != other.actor

    def _execution(self, event: Event, dossier: Dossier, cell: Cell, is_again: bool) -> None:
        unit = self._unit(event, dossier)
        counts = self.steps[cell[0], event.step, unit, cell[2], cell[3]]
        for name in list(StepMeasure._fields)[5:]:
            counts[name] += 0
        counts["executions"] += 1
        counts["repeats"] += is_again
        held, late = self._held(event, dossier), event.facts["late"]
        counts["limited"] += held
        counts["over_limit"] += held and late == 1
        start, finish = event.start, event.finish
        is_forward = not (start and finish and _wall(finish) < _wall(start))
        if start and finish and is_forward:
            worked = self.plain.worked(start, finish)
            counts["timed"] += 1
            counts["worked_seconds"] += worked
            self.times[Timed.STEP, cell[0], event.step, None, None, None].append(worked)
            self.times[Timed.STEP, cell[0], event.step, unit, None, None].append(worked)
        if start and is_forward and self.plain.mapping.start != "previous_finish":
            counts["waits"] += 1
            counts["waited_seconds"] += self._waited(event, dossier)

    def _held(self, event: Event, dossier: Dossier) -> bool:
        """Whether TIM-02 counts it."""
        step = self._step(event, dossier)
        assert dossier.procedure is not None
        if step is None or event.facts["late"] == 2:
            return False
        for group in dossier.procedure.limit_groups:
            if step.id in group.steps:
                return bool(group.limit.value) and (step.id == group.steps[-1] or event.facts["late"] == 1)
        return step.limit is not None and bool(step.limit.value)

    def _waited(self, event: Event, dossier: Dossier) -> int:
        assert event.start is not None
        assert dossier.received is not None
        begun = _wall(event.start)
        since = _wall(dossier.received)
        for _, until, other in self._course(dossier):
            if other is event:
                break
            since = max(since, until)
        upto = min(begun, _wall(dossier.end or self.plain.drawn))
        return self._work(since, upto) if since < upto else 0

    def _work(self, start: dt.datetime, finish: dt.datetime) -> int:
        zone = self.plain.zone
        return self.plain.worked(start.replace(tzinfo=zone), finish.replace(tzinfo=zone))

    def _lead(self, dossier: Dossier, cell: Cell) -> None:
        if dossier.end is None or dossier.received is None or _wall(dossier.end) < _wall(dossier.received):
            return
        received, end = _wall(dossier.received), _wall(dossier.end)
        lead = self._work(received, end)
        stood = 0
        moments = sorted(
            {received, end, *(_wall(at) for stop in self.plain._stops(dossier) for at in stop[1:3])}
        )
        for first, after in pairwise(moments):
            stands = any(
                _wall(begin) <= first and after <= _wall(until)
                for _, begin, until, _ in self.plain._stops(dossier)
            )
            if stands and received <= first and after <= end:
                stood += self._work(first, after)
        key, unit, channel, month = cell
        taken = {
            Timed.LEAD_DAYS: (end.date() - received.date()).days,
            Timed.LEAD: lead,
            Timed.COUNTED: lead - stood,
        }
        for of, value in taken.items():
            for group in (
                (None, None, None, None, None), (key, None, None, None, None), (None, None, unit, None, None),
                (None, None, None, channel, None), (None, None, None, None, month),
                (key, None, unit, None, None),
            ):  # fmt: skip
                self.times[of, *group].append(value)

    def _duration(self, group: tuple[object, ...], values: Sequence[int]) -> Duration:
        ordered = sorted(values)
        ninth = ordered[-(-9 * len(ordered) // 10) - 1]
        median = ordered[-(-len(ordered) // 2) - 1]
        return Duration(*group, len(ordered), sum(ordered), median, ninth)  # type: ignore[arg-type]


def _standing(dossier: Dossier) -> str:
    fact = dossier.facts["overdue"]
    if fact == 2:
        return "undetermined"
    if dossier.end is None:
        return "pending_overdue" if fact else "pending_in_time"
    if fact:
        return "overdue"
    assert dossier.due_day is not None
    return "early" if dossier.end.date() < dossier.due_day else "on_time"
