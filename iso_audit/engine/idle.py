"""Executions after which nothing was recorded for longer than the packs allow."""

from __future__ import annotations

import numpy as np

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.engine.course import Standstills
from iso_audit.engine.executions import LATEST, Executions
from iso_audit.engine.sorted_rows import matches, neighbours
from iso_audit.engine.store import Array

_MOMENT_BITS = 34
"""Room for twice the seconds of a moment, below the place of its dossier."""


def stagnant(e: Executions, end_s: Array, finished: Array, stops: Standstills) -> Array:
    """The fact of each execution; `end_s` (`NO_DUE`: none) and `finished` are those of the dossiers.

    Until the next event begins or, where a further step has to come, until the log was drawn up. What
    comes after the finish does not count (an applicant collects at leisure), nor does a stretch in
    which the clock stood. Of what has no start nobody can tell how long it lay: 2.
    """
    found = np.zeros(len(e), dtype=np.uint8)
    longest = e.asked.norm.of_edition("idle_seconds", e.dossiers.edition)
    if not len(e) or not longest.any():
        return found
    drawn_s, idle = e.asked.drawn_s, longest[e.of]
    begin_2 = 2 * e.moment_s + 1
    if not e.asked.is_start_derived:
        begin_2 = np.where(e.has_start, 2 * e.start_s, begin_2)
    _, after = neighbours(e.of)
    is_over = finished[e.of] | e.norm("may_end")
    ends = np.where(end_s == NO_DUE, LATEST, end_s)[e.of]
    next_s = np.where(after, np.roll(begin_2, -1) // 2, np.where(is_over, e.finish_s, drawn_s))
    asked = e.has_finish & (idle > 0) & (e.finish_s < ends) & (next_s - e.finish_s > idle)
    at = np.flatnonzero(asked)
    if not len(at):
        return found
    at_or_after = np.minimum.accumulate((begin_2 + (e.of << _MOMENT_BITS))[::-1])[::-1]
    later_2 = np.roll(at_or_after, -1)[at] - (e.of[at] << _MOMENT_BITS)
    until_s = np.where(after[at], later_2 // 2, np.where(is_over[at], LATEST, drawn_s))
    until_s = np.minimum(until_s, np.where(ends[at] == LATEST, drawn_s, ends[at]))
    worked = e.asked.table.work_until(until_s) - e.finished[at]
    lies = (worked > idle[at]) & ~_stood(e.of[at], e.finish_s[at], until_s, stops)
    found[at] = np.where(lies, np.where(after[at] & (later_2 % 2 == 1), 2, 1), 0)
    return found


def _stood(of: Array, since_s: Array, until_s: Array, stops: Standstills) -> Array:
    """Whether the clock stood at some time within stretches of dossiers."""
    which, stop = matches(stops.of, of)
    overlaps = (stops.begin_s[stop] < until_s[which]) & (stops.end_s[stop] > since_s[which])
    found = np.zeros(len(of), dtype=bool)
    found[which[overlaps]] = True
    return found
