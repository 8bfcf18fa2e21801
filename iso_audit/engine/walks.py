"""Executions one after the other: what lay between them, which were repeats, where the clock stood.

Working time is measured on one line, seconds of work `until` a moment: spans are differences, and of
several moments the latest is the maximum.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from iso_audit.analysis.worktime import NO_DUE
from iso_audit.engine.course import Standstills
from iso_audit.engine.executions import Asked, Executions
from iso_audit.engine.sorted_rows import firsts, neighbours
from iso_audit.engine.store import Array

_EVER_BITS = 33
_EVER = 1 << _EVER_BITS
"""Seconds after any moment of a log."""
_WORD_BITS = 64
NEVER, ALWAYS, WHERE_LATE = range(3)
"""When an execution counts as held to the limit of its step; of steps that share one the last counts,
and what is late."""


EXECUTION = {
    "desk": "BIGINT",
    "slot": "BIGINT",
    "worked": "INTEGER",
    "waited": "INTEGER",
    "marks": "TINYINT",
}
"""Columns of `execution`: executions of the office with the number of their desk and slot (`handling`)."""
AGAIN, HELD, KEPT = 1, 2, 4
"""Bits of `marks`: not the first of its step; held to the limit of its step; not late then."""
COUNTED = ("repeats", "requests", "could_move", "moves", "could_change", "changes")
"""What is counted in each dossier: repeats, requests for supplements, hand-overs between units and
persons, each beside how many there could have been."""


def walked(
    e: Executions, place: Array, worked: Mapping[str, Array], stops: Standstills, late: Array, cell: Array
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Work and wait of each execution of the office, and what is counted in each dossier.

    Executions are gone through in the order in which they began. A stretch in which the clock stood goes in
    between as if it were the applicant's. An execution without a start covers all since the finish before
    it, one without a finish all that follows; one that ends before it starts covers nothing.
    """
    is_own, unit = e.norm("by_applicant"), _desk_units(e, place)
    shown = np.where(unit >= 0, unit, e.dossiers.column("unit")[e.of])
    before = _Before(e, is_own, shown, _at_s(e), stops)
    follows = ~is_own & before.is_office
    is_spent = e.has_start & e.has_finish & ~e.is_backward
    is_asked = e.has_start & ~e.is_backward & ~is_own & (not e.asked.is_start_derived)
    ended, received = worked["ended"][e.of], worked["received"][e.of]
    ended = np.where(ended == NO_DUE, _EVER, ended)
    since = np.maximum(received, before.busy)
    waited = np.where(since < 0, 0, np.maximum(np.minimum(e.began, ended) - since, 0))
    is_again = _again(e, place, is_own)
    may_move = follows & (shown >= 0) & (before.unit >= 0)
    may_change = follows & (e.actor >= 0) & (before.actor >= 0)
    held = e.asked.places["held"][place]
    is_held = ((held == ALWAYS) & (late < 2)) | ((held == WHERE_LATE) & (late == 1))
    marks = AGAIN * is_again.astype(np.int8) + HELD * is_held + KEPT * (is_held & (late == 0))
    ours = np.flatnonzero(~is_own)
    executions = {
        "desk": (e.asked.places["desk"][place] + shown)[ours],
        "slot": (cell % e.asked.slots)[e.of[ours]],
        "worked": np.ma.array((e.finished - e.began)[ours], mask=~is_spent[ours]),
        "waited": np.ma.array(waited[ours], mask=~is_asked[ours]),
        "marks": marks[ours],
    }
    counted = (
        is_again, e.asked.places["asks"][place] > 0, may_move, may_move & (shown != before.unit), may_change,
        may_change & (e.actor != before.actor),
    )  # fmt: skip
    counts = (e.over(np.add, each.astype(np.int32), 0) for each in counted)
    return executions, dict(zip(COUNTED, counts, strict=True))


def _desk_units(e: Executions, place: Array) -> Array:
    """The unit at which each execution was: as the log says, the procedure, the list of people; or -1."""
    unit = np.where(e.unit >= 0, e.unit, e.asked.places["unit"][place])
    return np.where(unit >= 0, unit, e.asked.unit_of_person[e.actor])


def _at_s(e: Executions) -> Array:
    """When each execution began; without a start when the one before it finished."""
    missing = np.flatnonzero(~e.has_start)
    if not len(missing):
        return e.start_s
    found = e.start_s.copy()
    follows = missing > 0
    follows[follows] = e.of[missing[follows]] == e.of[missing[follows] - 1]
    before = np.maximum(missing - 1, 0)
    finish_s = np.where(e.has_finish[before], e.finish_s[before], _EVER)
    found[missing] = np.where(follows, finish_s, -_EVER)
    return found


class _Before:
    """What came before each execution in its dossier: who, where, and until when anybody was busy."""

    def __init__(self, e: Executions, is_own: Array, unit: Array, at_s: Array, stops: Standstills) -> None:
        """Sort executions and stops by their beginnings; of what begins together stops come last."""
        count = len(e)
        until = np.where(e.has_finish, e.finished, _EVER)
        until[e.is_backward] = -1
        forward = stops.begin_s <= stops.end_s
        of = np.concatenate((e.of, stops.of[forward]))
        begun = np.concatenate((at_s, stops.begin_s[forward]))
        until = np.concatenate((until, e.asked.table.work_until(stops.end_s[forward])))
        order = np.argsort((of << (_EVER_BITS + 2)) + begun + _EVER, kind="stable")
        of, until = of[order], until[order]
        busy = np.maximum.accumulate((of << (_EVER_BITS + 1)) + until + 1)
        follows, _ = neighbours(of)
        last = np.roll(order, 1)
        is_execution = last < count
        last = np.where(is_execution, last, 0)
        there = np.empty(len(order), dtype=np.int64)
        there[order] = np.arange(len(order))
        there = there[:count]
        office = follows & is_execution
        office[office] = ~is_own[last[office]]
        self.is_office: Array = office[there]
        """Whether an execution of the office came before it."""
        self.unit: Array = unit[last][there]
        self.actor: Array = e.actor[last][there]
        done = np.roll(busy, 1) - (of << (_EVER_BITS + 1)) - 1
        self.busy: Array = np.where(follows, done, -1)[there]
        """The latest end on the line of work; -1 for none."""


def _again(e: Executions, place: Array, is_own: Array) -> Array:
    """Executions of a step of the office after its first one in the same dossier.

    Steps of a dossier are bits of a word; only where there are fewer bits than executions are they compared.
    """
    found = np.zeros(len(e), dtype=bool)
    at = np.flatnonzero(~is_own & (e.norm("step") > 0))
    if not len(at):
        return found
    first = firsts(e.of[at])
    bits = np.left_shift(np.uint64(1), (place[at] % _WORD_BITS).astype(np.uint64))
    counts = np.diff(np.append(first, len(at)))
    is_repeated = np.bitwise_count(np.bitwise_or.reduceat(bits, first)) < counts
    at = at[np.repeat(is_repeated, counts)]
    order = np.lexsort((at, place[at], e.of[at]))
    own = at[order]
    found[own[1:]] = (e.of[own[1:]] == e.of[own[:-1]]) & (place[own[1:]] == place[own[:-1]])
    return found


def stood(asked: Asked, received: Array, ended: Array, stops: Standstills) -> Array:
    """Seconds of work between receipt and end in which the clock of each dossier stood, overlaps once.

    `received` and `ended` are on the line of work; an unknown one bounds nothing.
    """
    seconds = np.zeros(len(received), dtype=np.int64)
    at = np.flatnonzero(stops.begin_s <= stops.end_s)
    of = stops.of[at]
    began = np.maximum(asked.table.work_until(stops.begin_s[at]), received[of])
    until = asked.table.work_until(stops.end_s[at])
    until = np.where(ended[of] == NO_DUE, until, np.minimum(until, ended[of]))
    chosen = np.flatnonzero(began < until)
    order = chosen[np.lexsort((until[chosen], began[chosen], of[chosen]))]
    of, began, until = of[order], began[order], until[order]
    if len(order):
        before, _ = neighbours(of)
        busy = np.maximum.accumulate((of << _EVER_BITS) + until)
        since = np.where(before, np.maximum(began, np.roll(busy, 1) - (of << _EVER_BITS)), began)
        np.add.at(seconds, of, np.maximum(until - since, 0))
    return seconds
