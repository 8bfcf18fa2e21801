"""Where the working time of one dossier went: with units, with the applicant, with nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import advance, civil_seconds, work_between
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Limit, Step, TimeUnit
from iso_audit.model.story import Execution, Story

Span = tuple[int, int]
"""Begin and end in civil seconds."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Working time in which nobody is recorded to have worked and the clock ran."""

    begin: int
    end: int
    seconds: int
    before: int | None
    """Index of the execution that ended it; None: it lasted to the end."""


class Passage:
    """Measures the stretches of one dossier by the calendar of the office."""

    def __init__(self, story: Story, calendar: Calendar, organisation: Organisation) -> None:
        self.story, self.calendar, self.organisation = story, calendar, organisation
        self.end = story.finished_at or story.drawn_up_at
        self._applicants = organisation.applicants

    def work(self, begin: dt.datetime, end: dt.datetime) -> int:
        """Seconds of work; negative where `end` is the earlier."""
        return work_between(self.calendar, self._civil(begin), self._civil(end))

    def step(self, execution: Execution) -> Step | None:
        return self.story.procedure.by_id.get(execution.step)

    def unit(self, execution: Execution) -> str:
        """Who handled it: as the log says, else as the step, the person or the dossier says."""
        step, person = self.step(execution), self.organisation.people.get(execution.actor)
        of_step = step.unit if step is not None else ""
        return execution.unit or of_step or (person.unit if person else "") or self.story.unit

    def is_applicants(self, step: Step | None) -> bool:
        """Whether a step is the applicant's own."""
        return step is not None and step.role in self._applicants

    def by_unit(self) -> dict[str, int]:
        """Working time of each unit in order of appearance, without the applicant's own steps."""
        spent: dict[str, int] = {}
        for execution in self.story.executions:
            if execution.worked_seconds is not None and not self.is_applicants(self.step(execution)):
                unit = self.unit(execution)
                spent[unit] = spent.get(unit, 0) + execution.worked_seconds
        return spent

    def untimed(self) -> int:
        """How many of the office's executions lack a moment, so that nobody knows what they took."""
        return sum(
            each.worked_seconds is None and not self.is_applicants(self.step(each))
            for each in self.story.executions
        )

    def waited_for_applicant(self) -> int:
        """Working time in which the clock stood or the applicant acted, overlaps once."""
        return sum(work_between(self.calendar, *span) for span in self._within(_merged(self._not_counted())))

    def gaps(self) -> tuple[Gap, ...]:
        """Stretches of work between receipt and end in which no step was under way and the clock ran.

        Where a step has no start it may have gone on since what came before it, and one without a
        finish until the end: what nobody knows is not called waiting.
        """
        story = self.story
        if story.received_at is None or self.end is None:
            return ()
        busy, last = [], self._civil(story.received_at)
        for each in story.executions:
            begin = last if each.started_at is None else self._civil(each.started_at)
            busy.append((begin, self._civil(each.finished_at or self.end)))
            last = max(last, busy[-1][1])
        at, end = self._civil(story.received_at), self._civil(self.end)
        found = []
        for begin, until in [*_merged([*busy, *self._not_counted()]), (end, end)]:
            seconds = work_between(self.calendar, at, min(begin, end)) if begin > at else 0
            if seconds > 0:
                found.append(Gap(at, begin, seconds, self._begun_at(begin)))
            at = max(at, until)
        return tuple(found)

    def step_due(self, execution: Execution) -> dt.datetime | None:
        """When a step had to be done by its own limit; None where it has none or its start is not known."""
        start, limit = execution.started_at, execution.limit
        if start is None or limit is None or not limit.value:
            return None
        if limit.unit is TimeUnit.HOUR:
            return start + dt.timedelta(hours=float(limit.value))
        if limit.unit is TimeUnit.DAY:
            day = start.date() + dt.timedelta(days=int(limit.value))
            return dt.datetime.combine(day, dt.time(23, 59, 59), start.tzinfo)
        return advance(self.calendar, start, limit.working_seconds or 0)

    def _begun_at(self, moment: int) -> int | None:
        starts = enumerate(each.started_at for each in self.story.executions)
        return next((at for at, start in starts if start and self._civil(start) == moment), None)

    def _not_counted(self) -> list[Span]:
        own = [
            (each.started_at, each.finished_at)
            for each in self.story.executions
            if self.is_applicants(self.step(each))
        ]
        stood = [(each.begin, each.end) for each in self.story.standstills]
        return [
            (self._civil(a), self._civil(b)) for a, b in [*own, *stood] if a is not None and b is not None
        ]

    def _within(self, spans: Iterable[Span]) -> list[Span]:
        """What lies between receipt and end."""
        story = self.story
        if story.received_at is None or self.end is None:
            return []
        first, last = self._civil(story.received_at), self._civil(self.end)
        return [(max(a, first), min(b, last)) for a, b in spans if max(a, first) < min(b, last)]

    def _civil(self, at: dt.datetime) -> int:
        return civil_seconds(self.calendar, at)


def elapsed(limit: Limit, executions: Sequence[Execution]) -> Limit | int | None:
    """What executions took in the measure of a limit: seconds of work, or hours or days of the clock."""
    if limit.unit.is_working:
        return sum(each.worked_seconds or 0 for each in executions)
    starts = [each.started_at for each in executions if each.started_at]
    ends = [each.finished_at for each in executions if each.finished_at]
    if not starts or not ends:
        return None
    if limit.unit is TimeUnit.DAY:
        return Limit(Fraction((max(ends).date() - min(starts).date()).days), limit.unit)
    hours = sum(
        (e.finished_at - e.started_at).total_seconds() for e in executions if e.started_at and e.finished_at
    )
    return Limit(round(Fraction(int(hours), 3600), 1), limit.unit)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, overlapping ones as one."""
    merged: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] <= span[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
