"""The time that a procedure promises against the time that its steps may take.

Asked for the whole, in each case of the dossier, for runs to an end that has a limit of its own, for
each part with a limit, and for the limits of the parts in a row. What is compared is the longest
run, never the sum: parallel work counts once. Where working time and calendar time meet, the
calendar decides, over every day of the year (`analysis.sweep`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from iso_audit.analysis.study import Study
from iso_audit.analysis.timing import Allotment, Course, Longest
from iso_audit.model.procedure import (
    HOURS_PER_WORKING_DAY,
    Limit,
    LimitGroup,
    Procedure,
    StepClock,
    TimeUnit,
)

if TYPE_CHECKING:
    from iso_audit.analysis.sweep import Worst

WEEK = Fraction(7, 5)
"""Days that one working day takes in an ordinary week: for a procedure that mixes the two."""

WAITING = ("request_supplement", "financial_obligation")
"""Kinds of steps at which the dossier waits for the applicant, unless the procedure says otherwise."""

_AWAY = frozenset(WAITING)
_STANDS = (StepClock.PAUSED, StepClock.OUTSIDE)
_WORKING_DAY = HOURS_PER_WORKING_DAY * 3600

_NO_RUN = Longest(0, Fraction(0), 0, (), frozenset())


@dataclass(frozen=True, slots=True)
class Allowance:
    """A promised limit and the longest run that has to fit into it."""

    limit: Limit
    longest: Longest
    case: str = "default"
    part: str = ""
    of_parts: bool = False
    """The run is charged with the limits of the parts instead of those of their steps."""
    worst: Worst | None = None
    """Where the units are mixed and the calendar is known: the worst day of the year to begin."""
    end: str = ""
    """The last step of the runs that the limit is for; empty: of all that have no limit of their own."""
    doubt: str = ""
    """Why a run that fits decides nothing: a reason's key."""
    straight: Longest | None = None
    """Where loops are in the longest run: the longest run without them."""

    @property
    def is_mixed(self) -> bool:
        """Whether working time and wall-clock time meet, so that only a calendar could compare them."""
        return len({unit.is_working for unit in (*self.longest.units, self.limit.unit)}) > 1

    @property
    def is_too_long(self) -> bool | None:
        """Whether the longest run outlasts the limit, from some day of the year at least; None: not known."""
        if self.is_mixed:
            too_long = None if self.worst is None else self.worst.is_late
        else:
            too_long = self.taken.exceeds(self.limit)
        return None if self.doubt and not too_long else too_long

    @property
    def is_commonly_too_long(self) -> bool:
        """Whether it does so from most days of the year, and without doing any work again."""
        if self.worst is not None:
            return self.worst.is_mostly_late
        once = replace(self, longest=self.straight or self.longest)
        return bool(once.taken.exceeds(self.limit))

    @property
    def why_open(self) -> str:
        """The reason's key where `is_too_long` is None."""
        return "mixed-units" if self.is_mixed and self.worst is None else self.doubt

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
            step = procedure.by_id.get(case)
            end = case if step is not None and not step.flows else ""
            made = Allowance(limit, _NO_RUN, "default" if end else case, end=end)
            found.append(_settled(study, made, study.course(case, clocks)))
    for part in procedure.parts:
        if part.limit is not None and part.limit.value:
            made = Allowance(part.limit, _NO_RUN, part=part.id)
            found.append(_settled(study, made, study.course("default", clocks)))
    whole, timed = promised(procedure), parts_as_groups(procedure)
    if whole is not None and whole.value and timed is not None:
        course = Course(study.course().graph, Allotment(timed, study.organisation, clocks))
        found.append(_settled(study, Allowance(whole, _NO_RUN, of_parts=True), course))
    return tuple(found)


def causes(every: Sequence[Allowance]) -> list[Allowance]:
    """Without a whole that is too long by no more than its parts are: they are told by themselves."""
    late = [one for one in every if one.is_too_long and not one.is_mixed]
    parts = [-(one.left.nominal_seconds or 0) for one in late if one.part]
    told = [one for one in late if not (one.part or one.of_parts) and parts and one.limit.unit.is_working]
    idle = {id(one) for one in told if -(one.left.nominal_seconds or 0) <= sum(parts)}
    return [one for one in every if id(one) not in idle]


def _settled(study: Study, promise: Allowance, course: Course) -> Allowance:
    """A promise with its longest run, through the calendar where that decides."""
    part = promise.part
    longest = course.longest(part)
    found = replace(promise, longest=longest, doubt=_doubt(study, course))
    if not found.is_mixed and longest.repeats and found.is_too_long:
        return replace(found, straight=course.longest(part, repeats=False))
    if not found.is_mixed or study.calendar is None or study.procedure.same_day:
        return found
    from iso_audit.analysis.sweep import sweep_of  # arrays, for few procedures only

    sweep = sweep_of(study.calendar, study.judged_on)
    worst = sweep.worst(course, sweep.promise(found.limit, None if part else study.procedure), part)
    return replace(found, worst=worst)


def _doubt(study: Study, course: Course) -> str:
    """Why a longest run says nothing for certain unless it is too long already."""
    if course.open_loops:
        return "unbounded-loop"
    if course.ways.left_out:
        return "too-large"
    if study.procedure.is_partial:
        return ""
    asked = (step for step in study.procedure.of_kind("consult") if not step.anytime)
    allotted = course.allotment
    limits = (allotted.limit(step) or step.stated_limit for step in asked if allotted.counts(step))
    return "" if all(limit is not None and limit.value for limit in limits) else "untimed-consultation"


def parts_as_groups(procedure: Procedure) -> Procedure | None:
    """The procedure charged with the limits of its parts, each once; None where fewer than two have one."""
    limits = {part.id: part.limit for part in procedure.parts if part.limit is not None and part.limit.value}
    if len(limits) < 2:
        return None
    steps: dict[str, list[str]] = {part: [] for part in limits}
    for step in procedure.steps:
        if step.part in limits and not step.is_silent:
            steps[step.part].append(step.id)
    inside = {name for names in steps.values() for name in names}
    groups = [LimitGroup(tuple(names), limits[part]) for part, names in steps.items()]
    for group in procedure.limit_groups:
        if left := tuple(name for name in group.steps if name not in inside):
            groups.append(replace(group, steps=left))
    return replace(procedure, limit_groups=tuple(groups))


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


@lru_cache(maxsize=4)  # four rules ask in turn
def waiting(study: Study) -> frozenset[str]:
    """Steps at which the office's time does not run: by their clock, kind, or the applicant's hand."""
    applicants = study.organisation.applicants
    return frozenset(
        step.id
        for step in study.procedure.steps
        if step.role in applicants
        or (not _AWAY.isdisjoint(step.kinds) if step.clock is None else step.clock in _STANDS)
    )
