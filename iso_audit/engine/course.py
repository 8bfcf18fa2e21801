"""How far each dossier got: what its events say of its end, and where its clock stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iso_audit.analysis.worktime import NO_DUE, Stops
from iso_audit.engine.editions import KIND_FLAGS, OUTSIDE, RESTARTS
from iso_audit.engine.executions import Executions
from iso_audit.engine.sorted_rows import neighbours
from iso_audit.engine.store import Array


@dataclass(frozen=True)
class Course:
    """What the events of each dossier say of its end; without events nothing has happened yet."""

    last_s: Array
    """The last finish, and the last one of a step with a limit."""
    timed_s: Array
    reached_end: Array
    may_follow: Array
    """Whether a step with a limit may still follow."""
    broke_off: Array
    """The last event refused, withdrew or stopped the dossier."""
    promised_s: Array
    handed_out_s: Array
    handed_over_s: Array
    marks: Array
    """Which of `KIND_FLAGS` happened, as bits."""

    def has(self, flag: str) -> Array:
        """Whether a step of this kind happened."""
        return self.marks >> list(KIND_FLAGS).index(flag) & 1 > 0


def course_of(e: Executions) -> Course:
    """Gather what the end of each dossier and its facts depend on."""
    norm = e.asked.norm.columns
    in_turn = (norm["step"] > 0) & ~norm["anytime"]
    breaks = norm["refuses"] | norm["withdraws"] | norm["stops"]
    marks = np.zeros(len(breaks), dtype=np.int64)
    for bit, flag in enumerate(KIND_FLAGS):
        marks |= norm[flag].astype(np.int64) << bit
    finished = np.flatnonzero(e.has_finish)
    timed = np.flatnonzero(e.norm("is_timed") & e.has_finish)
    ended = np.flatnonzero(e.norm("is_end") & e.has_finish)
    promises = e.having("apologises")
    new_s = e.column("new_s", NO_DUE)
    promises = promises[new_s[promises] != NO_DUE]
    promised_s = np.full(len(e.dossiers), NO_DUE, dtype=np.int64)
    promised_s[e.of[promises]] = new_s[promises]  # of several the last one stays
    furthest = e.last(in_turn[e.row])
    at = furthest[furthest >= 0]
    may_follow = np.ones(len(e.dossiers), dtype=bool)
    may_follow[furthest >= 0] = e.norm("may_follow")[at] | ~e.has_finish[at]
    _look_beside(e, furthest, may_follow)
    broke_off = np.zeros(len(e.dossiers), dtype=bool)
    broke_off[e.whose] = breaks[e.row[np.append(e.first[1:], len(e)) - 1]] if len(e) else False
    reached_end = np.zeros(len(e.dossiers), dtype=bool)
    reached_end[e.of[ended]] = True
    return Course(
        e.latest(finished, e.finish_s),
        e.latest(timed, e.finish_s),
        reached_end,
        may_follow,
        broke_off,
        promised_s,
        e.earliest(e.having("returns"), e.moment_s),
        e.earliest(e.having("hands_over"), e.moment_s),
        e.over(np.bitwise_or, marks[e.row], 0),
    )


def _look_beside(e: Executions, furthest: Array, may_follow: Array) -> None:
    """Where a parallel branch still has a step with a limit to come, the time is not up."""
    beside = e.asked.norm.beside
    if not len(beside.rows):
        return
    held = np.flatnonzero((furthest >= 0) & ~may_follow)
    which, at = beside.of(e.row[furthest[held]])
    if not len(which):
        return
    whose, other = held[which], beside.columns["other"][at]
    is_held = np.zeros(len(e.dossiers), dtype=bool)
    is_held[whose] = True
    done = np.flatnonzero(is_held[e.of] & e.has_finish)
    many = len(e.asked.words["step"].meaning) + 1  # of all parts: this one may lack some
    missing = ~np.isin(whose * many + other + 1, e.of[done] * many + e.act[done] + 1)
    may_follow[whose[missing]] = True


@dataclass(frozen=True)
class Standstills:
    """Stretches in which clocks stood, or at whose end the limit counts anew, in order of their events."""

    at: Array
    """Place of the event that began each."""
    of: Array
    """Place of the dossier."""
    begin_s: Array
    end_s: Array
    anew: Array

    def counted(self, dossiers: int) -> Stops | None:
        """As the clock takes them; None where there are none."""
        if not len(self.of):
            return None
        return Stops.of(self.of, self.begin_s, self.end_s, self.anew, dossiers)


def standstills_of(e: Executions) -> Standstills:
    """Find where clocks stood: between a request and what follows it, or while the applicant acts.

    What may happen at any time (an apology) does not end a stop, unless it stops the clock itself.
    A stop that nothing has ended lasts until the log was drawn up.
    """
    norm = e.asked.norm.columns
    is_stop = norm["clock"][e.row] > 0
    is_stopped = e.over(np.logical_or, is_stop, 0) > 0
    at = np.flatnonzero(is_stopped[e.of] & (is_stop | ~norm["anytime"][e.row]))
    of, is_stop = e.of[at], is_stop[at]
    before, after = neighbours(of)
    start_s = np.where(e.has_start, e.start_s, NO_DUE)[at]
    finish_s = np.where(e.has_finish, e.finish_s, NO_DUE)[at]
    began_s = np.where(start_s == NO_DUE, finish_s, start_s)
    next_s = np.where(after, np.roll(began_s, -1), e.asked.drawn_s)
    received_s = e.dossiers.seconds("received_s")[of]
    before_s = np.where(before, np.roll(e.moment_s[at], 1), received_s)
    row = e.row[at]
    is_outside, by_applicant = norm["clock"][row] == OUTSIDE, norm["by_applicant"][row]
    begin_s = np.where(is_outside, start_s, np.where(by_applicant, before_s, finish_s))
    own_end_s = np.where(finish_s == NO_DUE, e.asked.drawn_s, finish_s)
    end_s = np.where(is_outside | by_applicant, own_end_s, next_s)
    chosen = np.flatnonzero(is_stop & (begin_s != NO_DUE))
    anew = norm["clock"][row[chosen]] == RESTARTS
    return Standstills(at[chosen], of[chosen], begin_s[chosen], end_s[chosen], anew)
