"""The time that a procedure promises against the time that its steps may take.

Asked for the whole, in each case of the dossier, and for each part that has a limit of its own.
What is compared is the longest run, never the sum: parallel work counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from iso_audit.analysis.study import Study
from iso_audit.analysis.timing import Longest
from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, Procedure, Step, StepClock, TimeUnit

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
        given, taken = self.limit.value or Fraction(0), self.taken.value or Fraction(0)
        return Limit(given - taken, self.limit.unit)

    def _in_unit(self, days: Fraction) -> Limit:
        hours = {TimeUnit.WORKING_HOUR: HOURS_PER_WORKING_DAY, TimeUnit.HOUR: 24}
        return Limit(days * hours.get(self.limit.unit, 1), self.limit.unit)


@lru_cache(maxsize=4)  # three rules ask in turn
def allowances(study: Study) -> tuple[Allowance, ...]:
    """Every promise of a number, with its longest run: the cases first, then the parts."""
    procedure = study.procedure
    clocks = dict.fromkeys(WAITING, StepClock.PAUSED)
    found = []
    for case in dict.fromkeys(("default", *study.cases)):
        limit = procedure.limits.get(case, promised(procedure))
        if limit is not None and limit.value:
            found.append(Allowance(limit, study.longest(case, clocks), case))
    for part in procedure.parts:
        if part.limit is not None and part.limit.value:
            longest = study.longest_of_part(part.id, clocks=clocks)
            found.append(Allowance(part.limit, longest, part=part.id))
    return tuple(found)


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


def waits(study: Study, step: Step) -> bool:
    """Whether the office's time does not run at a step: by its clock, its kind, or the applicant's hand."""
    role = study.organisation.roles.get(step.role)
    if step.clock is not None:
        stands = step.clock in (StepClock.PAUSED, StepClock.OUTSIDE)
    else:
        stands = any(step.is_a(kind) for kind in WAITING)
    return stands or (role is not None and role.is_applicant)


def has_open_loop(study: Study) -> bool:
    """Whether work may be repeated without bound, other than by waiting for the applicant."""
    steps = study.procedure.by_id
    cycles = study.structure.unbounded_cycles
    return not all(any(waits(study, steps[name]) for name in cycle) for cycle in cycles)
