"""Does a fitted scenario foretell what it was not fitted to? The last dossiers of a log are kept apart."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.civil import DAY
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Calibration, HoldOut
from iso_audit.simulation.compare import estimate
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.fit import calibrated, day_at, first_day, own_tables, until
from iso_audit.simulation.hours import Floats
from iso_audit.simulation.measure import by_role, measured
from iso_audit.simulation.observed import observed
from iso_audit.simulation.run import replicate

Which = NDArray[np.intp]
"""Indexes of dossiers."""

SHARE = 0.7
"""So many of the dossiers are fitted to; the later ones are foretold."""
FEWEST = 60
"""With fewer dossiers kept apart nothing is foretold: chance would decide."""
WARM_UP_DAYS = 60
REPLICATIONS = 10
GOALS: Mapping[str, float] = {"on_time": 0.02, "lead_mean": 0.05, "lead_p95": 0.10, "utilisation": 0.05}
"""Error that is good enough: points for shares, else a share of what was observed."""


def validated(
    scenario: Scenario,
    procedures: Mapping[str, Procedure],
    log: Courses,
    applicants: frozenset[str],
    stopping: frozenset[str],
    calibration: Calibration,
    *,
    starts_known: bool,
) -> Calibration:
    """Fit to the earlier dossiers, simulate the time of the later ones, compare; adds to a calibration.

    How many come is no property of the procedure: the later ones come at their own rate. Other procedures
    that share its people are left out on both sides.
    """
    split_s = first_day(log, SHARE)
    later = np.flatnonzero(log.received_s >= split_s)
    earlier = until(log, split_s)
    if len(later) < FEWEST or len(earlier.received_s) < FEWEST:
        return replace(calibration, warnings=(*calibration.warnings, "no-hold-out"))
    procedure = procedures[scenario.main.procedure]
    fitted, _ = calibrated(scenario, procedure, earlier, applicants, stopping, starts_known=starts_known)
    first = day_at(split_s) - dt.timedelta(days=WARM_UP_DAYS)
    last = day_at(int(log.received_s.max()))
    rate = len(later) / ((last - day_at(split_s)).days + 1) * 365.25
    main = replace(fitted.main, arrivals=replace(fitted.main.arrivals, per_year=rate))
    foretold = replace(fitted, loads=(main,), first=first, last=last, limits={})
    plan = compiled(replace(foretold, warm_up_days=WARM_UP_DAYS), procedures)
    runs = [replicate(plan, scenario.seed, number) for number in range(REPLICATIONS)]
    figures = [measured(plan, run) for run in runs]
    loads = [by_role(plan, run) for run in runs]
    rows = list(_dossier_rows(log, later, scenario, figures))
    rows += _role_rows(log, later, fitted, procedure, applicants, loads, starts_known)
    return replace(calibration, hold_out=tuple(rows), split=day_at(split_s))


def _dossier_rows(
    log: Courses, later: Which, scenario: Scenario, figures: Sequence[Mapping[str, float]]
) -> Iterator[HoldOut]:
    table = DayTable(scenario.calendar, day_at(int(log.received_s.min())), day_at(log.drawn_s))
    ways: dict[str, Callable[[Which], float]] = {
        "on_time": lambda which: _on_time(log, which),
        "lead_mean": lambda which: _lead(log, which, table)[0],
        "lead_p95": lambda which: _lead(log, which, table)[1],
    }
    for measure, seen in ways.items():
        whole, halves = seen(later), (seen(later[::2]), seen(later[1::2]))
        simulated = estimate([one[measure] for one in figures], scenario.precision.confidence)
        if math.isnan(whole) or math.isnan(simulated.mean):
            continue
        base = 1.0 if measure == "on_time" else whole
        noise = abs(halves[0] - halves[1]) / base if base else 0.0
        error = (simulated.mean - whole) / base if base else 0.0
        yield HoldOut(measure, whole, simulated, error, GOALS[measure], noise)


def _on_time(log: Courses, which: Which) -> float:
    """Of the dossiers that have fallen due, or ended: those in time."""
    known = (log.overdue[which] == 1) | ((log.overdue[which] == 0) & (log.ended_s[which] != UNKNOWN))
    return float((log.overdue[which][known] == 0).mean()) if known.any() else math.nan


def _lead(log: Courses, which: Which, table: DayTable) -> tuple[float, float]:
    """Mean and 95th percentile of lead time in working seconds.

    By the product limit, so that dossiers still under way count for as long as they were seen
    (E. L. Kaplan, P. Meier, Journal of the American Statistical Association 53, 1958); the mean is that up
    to the longest time seen.
    """
    ended = log.ended_s[which]
    is_done = ended != UNKNOWN
    seen_until = np.where(is_done, ended, log.drawn_s)
    lead = table.working_seconds(log.received_s[which], np.maximum(seen_until, log.received_s[which]))
    times, left = product_limit(lead.astype(np.float64), is_done)
    if not len(times):
        return math.nan, math.nan
    mean = float(np.sum(np.diff(times, prepend=0.0) * np.concatenate([[1.0], left[:-1]])))
    under = np.flatnonzero(left <= 0.05)
    return mean, float(times[under[0]]) if len(under) else math.nan


def product_limit(times: Floats, is_done: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Different times at which something ended, in order, and the share that lasts longer than each."""
    ordered, ended = np.sort(times), np.sort(times[is_done])
    ends, counts = np.unique(ended, return_counts=True)
    at_risk = len(ordered) - np.searchsorted(ordered, ends, side="left")
    return ends, np.cumprod(1 - counts / at_risk).astype(np.float64)


def _role_rows(
    log: Courses,
    later: Which,
    fitted: Scenario,
    procedure: Procedure,
    applicants: frozenset[str],
    loads: Sequence[Mapping[tuple[str, str], float]],
    starts_known: bool,
) -> list[HoldOut]:
    """Utilisation of the roles in the time of the later dossiers; not told where work is not known."""
    if not starts_known:
        return []
    begin_s, end_s = int(log.received_s[later[0]]) // DAY * DAY, (int(log.received_s.max()) // DAY + 1) * DAY
    table = DayTable(fitted.calendar, day_at(begin_s), day_at(end_s))
    tables = own_tables(fitted.staff, fitted.calendar, log)
    seen = observed(log, procedure, table, applicants, starts_known=starts_known, own_tables=tables)
    inside = (seen.finished_s >= begin_s) & (seen.finished_s < end_s)
    middle = (begin_s + end_s) // 2
    roles = np.array([procedure.by_id[name].role for name in seen.step], dtype=object)
    rows = []
    for role, staffing in fitted.staff.items():
        mine = inside & (roles == role)
        if not mine.any():
            continue
        hours = DayTable(staffing.calendar, day_at(begin_s), day_at(end_s))
        spans = [(begin_s, end_s), (begin_s, middle), (middle, end_s)]
        shares = [
            _busy(seen.finished_s, seen.work_seconds, mine, hours, staffing.people, *span) for span in spans
        ]
        simulated = estimate([one[role, "utilisation"] for one in loads], fitted.precision.confidence)
        whole = shares[0]
        rows.append(
            HoldOut(
                "utilisation", whole, simulated, simulated.mean - whole, GOALS["utilisation"],
                abs(shares[1] - shares[2]), role,
            )
        )  # fmt: skip
    return rows


def _busy(
    finished_s: NDArray[np.int64],
    work: Floats,
    mine: NDArray[np.bool_],
    hours: DayTable,
    people: int,
    begin_s: int,
    end_s: int,
) -> float:
    """Work that ended in a span over what the people could do in it."""
    which = mine & (finished_s >= begin_s) & (finished_s < end_s)
    capacity = people * int(hours.working_seconds(np.array([begin_s]), np.array([end_s]))[0])
    return float(np.nansum(work[which]) / capacity) if capacity else math.nan
