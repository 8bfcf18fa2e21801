"""The time that a procedure promises against the time that its steps may take.

Asked for the whole, in each case of the dossier that the steps tell apart, and for each part that
has a limit of its own. What is compared is the longest run, never the sum: parallel work counts
once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from iso_audit.analysis.study import Study
from iso_audit.analysis.timing import Longest
from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, Procedure, StepClock, TimeUnit

WEEK = Fraction(7, 5)
"""Days that one working day takes in an ordinary week: for a procedure that mixes the two."""

WAITING = ("request_supplement", "financial_obligation")
"""Kinds of steps at which the dossier waits for the applicant, unless the procedure says otherwise."""

_WORKING_DAY = HOURS_PER_WORKING_DAY * 3600


@dataclass(frozen=True, slots=True)
class Allowance:
    """A promised limit and the longest run that has to fit into it."""

    limit: Limit
    longest: Longest
    case: str = "default"
    part: str = ""

    @property
    def is_mixed(self) -> bool:
        """Whether working time and wall-clock time meet, so that only a calendar could compare them."""
        return len({unit.is_working for unit in (*self.longest.units, self.limit.unit)}) > 1

    @property
    def taken(self) -> Limit:
        """Length of the longest run in the unit of the limit; means something only if nothing is mixed."""
        if self.limit.unit.is_working:
            return self._in_unit(Fraction(self.longest.working_seconds, _WORKING_DAY))
        return self._in_unit(self.longest.calendar_days)

    @property
    def as_printed(self) -> Limit:
        """Length when every day is taken as every other: how a table adds up its own figures."""
        return self._in_unit(Fraction(self.longest.nominal_seconds, _WORKING_DAY))

    @property
    def converted(self) -> Limit:
        """Length in the unit of the limit when five working days are taken as seven days."""
        working = Fraction(self.longest.working_seconds, _WORKING_DAY)
        if self.limit.unit.is_working:
            return self._in_unit(working + self.longest.calendar_days / WEEK)
        return self._in_unit(self.longest.calendar_days + working * WEEK)

    @property
    def left(self) -> Limit:
        """What of the limit no step of the longest run owns."""
        promised, taken = self.limit.value or Fraction(0), self.taken.value or Fraction(0)
        return Limit(promised - taken, self.limit.unit)

    def _in_unit(self, days: Fraction) -> Limit:
        hours = {TimeUnit.WORKING_HOUR: HOURS_PER_WORKING_DAY, TimeUnit.HOUR: 24}
        return Limit(days * hours.get(self.limit.unit, 1), self.limit.unit)


def allowances(study: Study) -> Iterator[Allowance]:
    """Every promise of a number, with its longest run: the cases first, then the parts."""
    procedure = study.procedure
    clocks = dict.fromkeys(WAITING, StepClock.PAUSED)
    told_apart = {flow.case for step in procedure.steps for flow in step.flows if flow.case}
    for case in ("default", *sorted(told_apart - {"default"})):
        limit = procedure.limits.get(case, promised(procedure))
        if limit is not None and limit.value:
            yield Allowance(limit, study.longest(case, clocks), case)
    for part in procedure.parts:
        if part.limit is not None and part.limit.value:
            yield Allowance(part.limit, study.longest_of_part(part.id, clocks=clocks), part=part.id)


def promised(procedure: Procedure) -> Limit | None:
    """The limit of the ordinary case; a result on the same day is one working day."""
    if procedure.limit is None and procedure.same_day:
        return Limit(Fraction(1), place=procedure.place)
    return procedure.limit


def in_days(limit: Limit) -> Fraction:
    """A limit in days of the calendar, as an ordinary week converts them."""
    if limit.unit is TimeUnit.DAY or limit.value is None:
        return limit.value or Fraction(0)
    if limit.unit is TimeUnit.HOUR:
        return limit.value / 24
    return Fraction(limit.working_seconds or 0, _WORKING_DAY) * WEEK


def has_open_loop(study: Study) -> bool:
    """Whether work may be repeated without bound, other than by waiting for the applicant."""
    steps = study.procedure.by_id

    def waits(name: str) -> bool:
        step = steps[name]
        return step.clock is StepClock.PAUSED or any(step.is_a(kind) for kind in (*WAITING, "submit"))

    return not all(any(map(waits, cycle)) for cycle in study.structure.unbounded_cycles)
