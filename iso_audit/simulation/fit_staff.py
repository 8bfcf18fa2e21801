"""People of every role and their hours, taken from who did what when in a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import DAY
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Staffing
from iso_audit.model.simulated import Estimate, Fitted
from iso_audit.simulation.families import FEW
from iso_audit.simulation.observed import Observed

_MOST_OF = 0.95
"""A role's people are those who together carried out so much of its work."""
_SUPPORT = 0.1
"""A part of the week belongs to a role where so much happens in it, against its busiest parts."""
_GRAINS = {900: 12, 1800: 8, 3600: 5}
"""Seconds of the parts, and how many executions a part of the office's hours must have on average."""


def staffed(
    given: Mapping[str, Staffing],
    seen: Observed,
    procedure: Procedure,
    calendar: Calendar,
    told: list[Fitted],
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
        told.append(Fitted("people", role=role, observations=len(mine), value=value, is_weak=len(mine) < FEW))
    return staff


def _people(times: np.ndarray) -> int:
    """How many people, the busiest first, carried out nearly all of the work."""
    done = np.sort(times)[::-1].cumsum()
    return int(np.searchsorted(done, _MOST_OF * done[-1]) + 1)


def _hours(finished_s: np.ndarray, calendar: Calendar, role: str) -> Calendar:
    """The office's hours without those in which the role is hardly ever seen.

    Looked at by the quarter of an hour where enough was done, else by the half or the whole one.
    """
    open_seconds = sum(end - start for spans in calendar.week for start, end in spans)
    grains = [grain for grain, least in _GRAINS.items() if len(finished_s) * grain >= least * open_seconds]
    if not grains:
        return calendar
    grain = grains[0]
    places = (finished_s // DAY + 3) % 7 * (DAY // grain) + finished_s % DAY // grain
    seen = np.bincount(places, minlength=7 * DAY // grain)
    bound = _SUPPORT * np.quantile(seen[seen > 0], 0.9)
    week = tuple(tuple(_kept(spans, day, seen, bound, grain)) for day, spans in enumerate(calendar.week))
    if week == calendar.week or not any(week):
        return calendar
    return replace(calendar, id=f"{calendar.id}/{role}", week=week)


def _kept(
    spans: Iterable[tuple[int, int]], day: int, seen: np.ndarray, bound: float, grain: int
) -> Iterable[tuple[int, int]]:
    """The parts of a day's spans in grains with enough to be seen, those side by side joined."""
    parts: list[tuple[int, int]] = []
    for start, end in spans:
        for at in range(start // grain, -(-end // grain)):
            low, high = max(start, at * grain), min(end, (at + 1) * grain)
            if seen[day * (DAY // grain) + at] < bound:
                continue
            if parts and parts[-1][1] == low:
                parts[-1] = (parts[-1][0], high)
            else:
                parts.append((low, high))
    return parts
