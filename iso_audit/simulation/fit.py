"""Numbers of a scenario taken from an audited log: arrivals, times, waits, shares, people and their hours."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import DAY, date_of, day_of
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Arrivals, Load, Scenario, Spread, Staffing
from iso_audit.model.simulated import Calibration, Estimate, Fitted
from iso_audit.simulation.families import FEW, Fit, fitted
from iso_audit.simulation.observed import Follows, Observed, observed

_YEAR = 365.25
_CONFIDENCE = 0.95
_DIFFERENT = 0.01
"""Later visits get shares of their own where chance alone would show as much in less than this."""
_MOST_OF = 0.95
"""A role's people are those who together carried out so much of its work."""
_SUPPORT = 0.1
"""An hour of the week belongs to a role where so much happens in it, against its busiest hour."""


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
    load = _branches(load, seen, log, procedure, found)
    staff = _staff(scenario.staff, seen, log, procedure, scenario.calendar, found)
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
    for name, share in _estimated(chosen).items():
        found.rows.append(Fitted(what, outcome=name, observations=len(known), value=share))
    return {name: count / len(known) for name, count in chosen.items()}


def _estimated(counts: Mapping[str, int]) -> dict[str, Estimate]:
    """Shares with intervals: each one's marginal of a Dirichlet with a prior of 1/k."""
    from scipy.stats import beta

    whole, k = sum(counts.values()), len(counts)
    found = {}
    for name, count in counts.items():
        a, b = count + 1 / k, whole - count + (k - 1) / k
        low, high = (beta.ppf(end, a, max(b, 1e-9)) for end in ((1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2))
        found[name] = Estimate(a / (whole + 1), float(low), float(high))
    return found


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
        if fit is not None and _mean(fit.spread) > 0:
            waits[step.id] = fit.spread
            found.rows.append(_told("wait", step.id, fit))
    return replace(load, durations=durations, waits=waits, by_case=by_case)


def _beyond(load: Load, seen: Observed, step: str, mine: np.ndarray) -> np.ndarray:
    """What of the time until completion the scenario's own time of work does not explain."""
    spread = load.durations.get(step)
    explained = 0.0 if spread is None else _mean(spread)
    return np.asarray(np.maximum(seen.work_seconds[mine] - explained, 0.0))


def _mean(spread: Spread) -> float:
    from iso_audit.simulation.draws import mean_seconds

    return mean_seconds(spread)


def _told(what: str, step: str, fit: Fit) -> Fitted:
    mean = _mean(fit.spread)
    return Fitted(
        what,
        step,
        observations=fit.observations,
        value=Estimate(mean, mean, mean),
        family=fit.spread.family.value,
        distance_seconds=fit.distance_seconds,
        is_weak=fit.is_weak,
    )


def _branches(load: Load, seen: Observed, log: Courses, procedure: Procedure, found: _Found) -> Load:
    """Shares of outcomes, by visit where later visits differ by more than chance."""
    counts = _decided(seen, log, procedure)
    branches, repeats = dict(load.branches), dict(load.repeats)
    for chooser, by_visit in counts.items():
        outcomes = [name for name, _ in Follows(procedure).choices[chooser]]
        whole = Counter({name: sum(each[name] for each in by_visit.values()) for name in outcomes})
        first, later = by_visit.get(1, Counter()), Counter[str]()
        for visit, each in by_visit.items():
            if visit > 1:
                later += each
        differ = _differ(outcomes, first, later)
        used = first if differ else whole
        branches[chooser] = _fractions({name: used[name] for name in outcomes})
        repeats.pop(chooser, None)
        if differ:
            repeats[chooser] = (_fractions({name: later[name] for name in outcomes}),)
        for name, share in _estimated({name: used[name] for name in outcomes}).items():
            total = sum(used.values())
            found.rows.append(
                Fitted("share", chooser, outcome=name, observations=total, value=share, is_weak=total < FEW)
            )
    return replace(load, branches=branches, repeats=repeats)


def _decided(seen: Observed, log: Courses, procedure: Procedure) -> dict[str, dict[int, Counter[str]]]:
    """Chooser -> visit -> outcome -> times."""
    follows = Follows(procedure)
    counts: dict[str, dict[int, Counter[str]]] = {}
    bounds = np.searchsorted(seen.dossier, np.arange(len(log.received_s) + 1)).tolist()
    is_ended = (log.ended_s != UNKNOWN).tolist()
    choosing = {name for name in {*seen.step} if _may_choose(follows, name)}
    for dossier, ended in enumerate(is_ended):
        steps = seen.step[bounds[dossier] : bounds[dossier + 1]]
        met: Counter[str] = Counter()
        for at, name in enumerate(steps):
            if name not in choosing:
                continue
            for chooser, outcome in follows.decisions(name, steps[at + 1 :], ended):
                met[chooser] += 1
                counts.setdefault(chooser, {}).setdefault(met[chooser], Counter())[outcome] += 1
    return counts


def _may_choose(follows: Follows, name: str) -> bool:
    """Whether a step, or a silent gateway behind it, chooses."""
    stack, seen = [name], {name}
    while stack:
        here = stack.pop()
        if here in follows.choices:
            return True
        for flow in follows.procedure.by_id[here].flows:
            if flow.to not in seen and follows.procedure.by_id[flow.to].is_silent:
                seen.add(flow.to)
                stack.append(flow.to)
    return False


def _differ(outcomes: Sequence[str], first: Counter[str], later: Counter[str]) -> bool:
    """Whether later visits choose otherwise than first ones: chi-squared, where there are enough of both."""
    rows = np.array([[first[name] for name in outcomes], [later[name] for name in outcomes]])
    rows = rows[:, rows.sum(axis=0) > 0]
    if rows.shape[1] < 2 or rows.sum(axis=1).min() < FEW:
        return False
    from scipy.stats import chi2_contingency

    return bool(chi2_contingency(rows).pvalue < _DIFFERENT)


def _fractions(counts: Mapping[str, int]) -> dict[str, float]:
    whole = sum(counts.values())
    return {name: count / whole for name, count in counts.items()} if whole else {}


def _staff(
    given: Mapping[str, Staffing],
    seen: Observed,
    log: Courses,
    procedure: Procedure,
    calendar: Calendar,
    found: _Found,
) -> dict[str, Staffing]:
    """People of each role and the hours of the week in which they were seen at work."""
    staff = dict(given)
    roles = np.array([procedure.by_id[name].role for name in seen.step], dtype=object)
    for role in sorted(set(given) & set(roles.tolist())):
        mine = np.flatnonzero((roles == role) & (seen.actor >= 0))
        if not len(mine):
            continue
        people = _people(np.bincount(seen.actor[mine]))
        hours = _hours(seen.finished_s[mine], calendar, role)
        staff[role] = replace(given[role], people=people, calendar=hours)
        value = Estimate(people, people, people)
        found.rows.append(
            Fitted("people", role=role, observations=len(mine), value=value, is_weak=len(mine) < FEW)
        )
    return staff


def _people(times: np.ndarray) -> int:
    """How many people, the busiest first, carried out nearly all of the work."""
    done = np.sort(times)[::-1].cumsum()
    return int(np.searchsorted(done, _MOST_OF * done[-1]) + 1)


def _hours(finished_s: np.ndarray, calendar: Calendar, role: str) -> Calendar:
    """The office's hours without those in which the role is hardly ever seen."""
    days, seconds = finished_s // DAY, finished_s % DAY
    seen = np.bincount((days + 3) % 7 * 24 + seconds // 3600, minlength=168)
    if seen.sum() < 10 * FEW:
        return calendar
    bound = _SUPPORT * np.quantile(seen[seen > 0], 0.9)
    week = tuple(tuple(_kept(spans, day, seen, bound)) for day, spans in enumerate(calendar.week))
    if week == calendar.week or not any(week):
        return calendar
    return replace(calendar, id=f"{calendar.id}/{role}", week=week)


def _kept(
    spans: Iterable[tuple[int, int]], day: int, seen: np.ndarray, bound: float
) -> Iterable[tuple[int, int]]:
    """The parts of a day's spans in hours with enough to be seen, those side by side joined."""
    parts: list[tuple[int, int]] = []
    for start, end in spans:
        hour = start // 3600
        while hour * 3600 < end:
            low, high = max(start, hour * 3600), min(end, (hour + 1) * 3600)
            if seen[day * 24 + hour] >= bound:
                if parts and parts[-1][1] == low:
                    parts[-1] = (parts[-1][0], high)
                else:
                    parts.append((low, high))
            hour += 1
    return parts


def first_day(log: Courses, share: float) -> int:
    """Civil second of the midnight before which so large a share of the dossiers had come in."""
    at = log.received_s[min(int(len(log.received_s) * share), len(log.received_s) - 1)]
    return day_of(date_of(int(at) // DAY)) * DAY


def day_at(second: int) -> dt.date:
    """The day of a civil second."""
    return date_of(second // DAY)
