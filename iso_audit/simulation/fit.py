"""Numbers of a scenario taken from an audited log: arrivals, times, waits, shares, people and their hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import DAY, date_of
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Arrivals, Load, Scenario, Staffing
from iso_audit.model.simulated import Calibration, Estimate, Fitted
from iso_audit.simulation.draws import mean_seconds
from iso_audit.simulation.families import Fit, fitted
from iso_audit.simulation.fit_shares import chosen, estimated
from iso_audit.simulation.fit_staff import staffed
from iso_audit.simulation.observed import Observed, observed

_YEAR = 365.25


@dataclass
class _Found:
    """The numbers so far, and what is told about them."""

    rows: list[Fitted] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def calibrated(
    scenario: Scenario,
    procedure: Procedure,
    log: Courses,
    applicants: frozenset[str],
    stopping: frozenset[str],
    *,
    starts_known: bool,
) -> tuple[Scenario, Calibration]:
    """Put the log's numbers in the place of the scenario's own; what the log cannot tell stays.

    Dossiers that were unfinished when the log was drawn up count for what had happened until then: for
    arrivals, for executions that ended, for choices that were made.
    """
    table = _table(scenario.calendar, log)
    seen = observed(log, procedure, table, applicants, stopping, starts_known=starts_known)
    found = _Found()
    staff = staffed(scenario.staff, seen, procedure, scenario.calendar, found.rows)
    tables = own_tables(staff, scenario.calendar, log)
    if tables:
        seen = observed(
            log, procedure, table, applicants, stopping, starts_known=starts_known, own_tables=tables
        )
    if not starts_known:
        found.warnings.append("no-starts")
    main = scenario.main
    if len(log.actors) == 0:
        found.warnings.append("no-actors")
    load = replace(
        main,
        arrivals=_arrivals(log, scenario.calendar, main.arrivals, found),
        cases=_shares_of(log.case, log.cases, "case", found) or main.cases,
        channels=_shares_of(log.channel, log.channels, "channel", found) or main.channels,
        backlog=0,
    )
    load = _times(load, seen, procedure, applicants, found)
    load = chosen(load, seen, log, procedure, found.rows)
    calibration = Calibration(
        dossiers=len(log.received_s),
        unfinished=int((log.ended_s == UNKNOWN).sum()),
        fitted=tuple(found.rows),
        warnings=tuple(found.warnings),
    )
    return replace(scenario, loads=(load, *scenario.loads[1:]), staff=staff), calibration


def until(log: Courses, moment_s: int) -> Courses:
    """The log as it stood at a moment: nothing later is known."""
    dossiers = np.flatnonzero(log.received_s < moment_s)
    counts = np.diff(log.first)
    whose = np.repeat(np.arange(len(log.received_s)), counts)
    known = np.where(log.finished_s == UNKNOWN, log.started_s, log.finished_s)
    kept = (whose < len(dossiers)) & (known < moment_s)
    first = np.concatenate([[0], np.cumsum(np.bincount(whose[kept], minlength=len(dossiers)))]).astype(
        np.int64
    )
    ended = log.ended_s[dossiers]
    return replace(
        log,
        received_s=log.received_s[dossiers],
        ended_s=np.where(ended < moment_s, ended, UNKNOWN),
        case=log.case[dossiers],
        channel=log.channel[dossiers],
        overdue=log.overdue[dossiers],
        first=first,
        step=log.step[kept],
        actor=log.actor[kept],
        started_s=log.started_s[kept],
        finished_s=log.finished_s[kept],
        drawn_s=moment_s,
    )


def _table(calendar: Calendar, log: Courses) -> DayTable:
    first, last = (
        date_of(int(at) // DAY) for at in (log.received_s.min(), max(log.drawn_s, log.received_s.max()))
    )
    return DayTable(calendar, first, last)


def own_tables(staff: Mapping[str, Staffing], office: Calendar, log: Courses) -> dict[str, DayTable]:
    """Hours of the roles that have others than the office's."""
    others = {role: one.calendar for role, one in staff.items() if one.calendar.week != office.week}
    return {role: _table(calendar, log) for role, calendar in others.items()}


def _arrivals(log: Courses, calendar: Calendar, given: Arrivals, found: _Found) -> Arrivals:
    """Rate and weights of receipts; days of the same weekday are compared for how unevenly they come."""
    days = log.received_s // DAY
    first, last = int(days.min()), int(days.max())
    span = last - first + 1
    count = len(days)
    weekdays = np.bincount((days + 3) % 7, minlength=7)
    hours = np.bincount(log.received_s % DAY // 3600, minlength=24)
    per_year = count / span * _YEAR
    spread = 1.96 * np.sqrt(count) / span * _YEAR
    found.rows.append(
        Fitted("arrivals", observations=count, value=Estimate(per_year, per_year - spread, per_year + spread))
    )
    months: tuple[float, ...] = ()
    if span >= _YEAR:
        number = np.array([date_of(int(day)).month - 1 for day in range(first, last + 1)])
        had = np.bincount([date_of(int(day)).month - 1 for day in days.tolist()], minlength=12)
        months = tuple((had / np.maximum(np.bincount(number, minlength=12), 1)).tolist())
    return replace(
        given,
        per_year=per_year,
        by_month=months,
        by_weekday=tuple(weekdays.astype(float).tolist()),
        by_hour=tuple(hours.astype(float).tolist()),
        variance_ratio=_variance_ratio(np.bincount(days - first, minlength=span), first, calendar),
    )


def _variance_ratio(counts: np.ndarray, first: int, calendar: Calendar) -> float:
    """Pearson's dispersion of daily counts about the mean of their weekday; at least 1 (Poisson)."""
    works = np.array([calendar.works(date_of(first + at)) for at in range(len(counts))])
    weekday = (first + np.arange(len(counts)) + 3) % 7
    excess = degrees = 0.0
    for day in range(7):
        of_day = counts[(weekday == day) & works]
        if len(of_day) > 1 and of_day.mean() > 0:
            excess += float(((of_day - of_day.mean()) ** 2).sum() / of_day.mean())
            degrees += len(of_day) - 1
    return max(1.0, excess / degrees) if degrees else 1.0


def _shares_of(codes: np.ndarray, names: Sequence[str], what: str, found: _Found) -> dict[str, float]:
    """Shares of cases or channels among the dossiers that name one."""
    known = codes[codes >= 0]
    if not len(known):
        return {}
    times = np.bincount(known, minlength=len(names))
    chosen = {name: int(count) for name, count in zip(names, times.tolist(), strict=True) if count}
    for name, share in estimated(chosen).items():
        found.rows.append(Fitted(what, outcome=name, observations=len(known), value=share))
    return {name: count / len(known) for name, count in chosen.items()}


def _times(
    load: Load, seen: Observed, procedure: Procedure, applicants: frozenset[str], found: _Found
) -> Load:
    """Times of work and extraneous waits of every step that the log shows."""
    names = np.array(seen.step, dtype=object)
    durations, waits = dict(load.durations), dict(load.waits)
    by_case = {key: spread for key, spread in load.by_case.items() if key[0] not in set(seen.step)}
    for step in procedure.steps:
        mine = np.flatnonzero(names == step.id)
        if not len(mine):
            continue
        is_own = step.role in applicants
        if seen.starts_known or is_own:
            fit = fitted(seen.work_seconds[mine], is_working=not is_own)
            if fit is not None:
                durations[step.id] = fit.spread
                found.rows.append(_told("duration", step.id, fit))
        answers = seen.answer_seconds[mine]
        if np.isfinite(answers).any():
            fit = fitted(answers, is_working=False)
        else:
            gaps = seen.wait_seconds[mine] if seen.starts_known else _beyond(load, seen, step.id, mine)
            fit = None if is_own else fitted(gaps, is_working=True)
        waits.pop(step.id, None)
        if fit is not None and mean_seconds(fit.spread) > 0:
            waits[step.id] = fit.spread
            found.rows.append(_told("wait", step.id, fit))
    return replace(load, durations=durations, waits=waits, by_case=by_case)


def _beyond(load: Load, seen: Observed, step: str, mine: np.ndarray) -> np.ndarray:
    """What of the time until completion the scenario's own time of work does not explain."""
    spread = load.durations.get(step)
    explained = 0.0 if spread is None else mean_seconds(spread)
    return np.asarray(np.maximum(seen.work_seconds[mine] - explained, 0.0))


def _told(what: str, step: str, fit: Fit) -> Fitted:
    mean = mean_seconds(fit.spread)
    return Fitted(
        what,
        step,
        observations=fit.observations,
        value=Estimate(mean, mean, mean),
        family=fit.spread.family.value,
        distance_seconds=fit.distance_seconds,
        is_weak=fit.is_weak,
    )


def first_day(log: Courses, share: float) -> int:
    """Civil second of the midnight before which so large a share of the dossiers had come in."""
    at = log.received_s[min(int(len(log.received_s) * share), len(log.received_s) - 1)]
    return int(at) // DAY * DAY


def day_at(second: int) -> dt.date:
    """The day of a civil second."""
    return date_of(second // DAY)
