"""When each dossier is due, and until when it may be handed over, on `analysis.worktime`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from iso_audit.analysis.worktime import NO_DUE, NO_LIMIT, UNIT_CODES, Dues, Stops, WorkTable
from iso_audit.engine.course import Course, Standstills
from iso_audit.engine.editions import Edition
from iso_audit.engine.executions import Asked, Dossiers
from iso_audit.engine.norms import Norms
from iso_audit.engine.words import Words
from iso_audit.model.channel import came_online
from iso_audit.model.civil import DAY
from iso_audit.model.clock import START_NEXT_WORKING_DAY
from iso_audit.model.log import FactParameters
from iso_audit.model.procedure import Limit, TimeUnit

Ints = np.ndarray
Flags = np.ndarray
Key: TypeAlias = Any
"""What packs ask of dossiers: parameters, to be told apart by their values."""

_LIMIT, _AMOUNT, _SAME_DAY, _CUTOFF, _MOVES = range(5)


def dues_of(asked: Asked, dossiers: Dossiers, course: Course, stops: Standstills) -> dict[str, Ints]:
    """What counts as due, what was counted with and without stops, and what hangs on it; or `NO_DUE`."""
    table, norms, editions = asked.table, asked.norms, dossiers.edition
    received = dossiers.seconds("received_s")
    is_received = received != NO_DUE
    received = np.where(is_received, received, 0)
    how = _how_counted(norms, asked.words["case"], editions, dossiers.column("case"))
    units = np.where(is_received, how[_LIMIT], NO_LIMIT)

    def counted(stops: Stops | None) -> Dues:
        return table.due(
            received,
            units,
            how[_AMOUNT],
            same_day=is_received & (how[_SAME_DAY] > 0),
            cutoffs=how[_CUTOFF],
            moves_start=how[_MOVES] > 0,
            stops=stops,
        )

    plain = counted(None)
    stood = stops.counted(len(dossiers))
    final = plain if stood is None else counted(stood)
    due = final
    if asked.is_due_given:
        source = dossiers.seconds("given_s")
        due = Dues(source, np.where(source == NO_DUE, NO_DUE, source // DAY))
    channels, channel = asked.words["channel"], dossiers.column("channel")
    online = _online(channels, channel)
    return {
        "due_s": due.seconds,
        "due_day": due.days,
        "counted_day": final.days,
        "plain_day": plain.days,
        "latest_apology_s": _latest_apology(table, norms, editions, due),
        "handover_s": _handover(
            table, norms, editions, online, np.maximum(received, _whole_s(course, stops))
        ),
        "online": online,
    }


def _whole_s(course: Course, stops: Standstills) -> Ints:
    """When dossiers were there whole: when their last stop before the hand-over ended."""
    found = np.full(len(course.handed_over_s), NO_DUE, dtype=np.int64)
    before = stops.end_s <= course.handed_over_s[stops.of]
    np.maximum.at(found, stops.of[before], stops.end_s[before])
    return found


def _alike(
    norms: Norms, editions: Ints, asks: Callable[[FactParameters], Key]
) -> Iterator[tuple[Key, Flags]]:
    """Dossiers of which the packs ask the same: what they ask, and which dossiers they are."""
    codes: dict[Key, list[int]] = {}
    for code in np.unique(editions).tolist():
        codes.setdefault(asks(norms.edition(code).parameters), []).append(code)
    for key, alike in codes.items():
        yield key, np.isin(editions, alike)


def _latest_apology(table: WorkTable, norms: Norms, editions: Ints, due: Dues) -> Ints:
    """Until when an apology is early enough: so many days before the due day, or hours before the moment."""
    latest = np.full(len(editions), NO_DUE, dtype=np.int64)
    for lead, here in _alike(norms, editions, lambda asked: asked.apology_lead):
        at = np.flatnonzero(here & (due.days != NO_DUE))
        if lead is None or lead.value is None or not len(at):
            continue
        if lead.value and lead.unit is TimeUnit.HOUR:
            latest[at] = due.seconds[at] - int(lead.value * 3600)
        elif lead.value and lead.unit is TimeUnit.WORKING_HOUR:
            seconds = lead.working_seconds or 0
            since = due.seconds[at] - DAY * (30 + seconds // 3600)
            latest[at] = table.advance(since, table.working_seconds(since, due.seconds[at]) - seconds)
        else:
            latest[at] = (_days_before(table, due.days[at], lead) + 1) * DAY - 1
    return latest


def _days_before(table: WorkTable, days: Ints, lead: Limit) -> Ints:
    """The day that lies `lead` before each day; part of a day counts as a whole one."""
    n = math.ceil(lead.value or 0)
    if n == 0 or lead.unit is TimeUnit.DAY:
        return days - n
    since = days - 30 - 3 * n
    between = table.working_days_until(days - 1) - table.working_days_until(since)
    return table.nth_working_day(since, between - n + 1)


def _how_counted(norms: Norms, cases: Words, editions: Ints, case: Ints) -> list[Ints]:
    """Unit, amount, same day, cut-off and its effect for every dossier, looked up once a kind."""
    keys, inverse = np.unique(editions * (len(cases.meaning) + 1) + case + 1, return_inverse=True)
    found = []
    for key in keys.tolist():
        edition, at = divmod(key, len(cases.meaning) + 1)
        found.append(_count_of(norms.edition(edition), cases.meaning[at - 1] if at else ""))
    columns = zip(*found, strict=True) if found else [()] * 5
    return [np.array(column, dtype=np.int64)[inverse] for column in columns]


def limit_of(edition: Edition, case: str) -> Limit | None:
    """The whole limit of a case, or of the ordinary case; None where nothing is promised."""
    limits = edition.procedure.limits
    limit = limits.get(case) or limits.get("default")
    return limit if limit is not None and limit.value and limit.value > 0 else None


def counts_same_day(edition: Edition, case: str) -> bool:
    """Whether a dossier is due on its day of receipt: not where its case has a limit of its own."""
    procedure = edition.procedure
    return procedure.same_day and (case in ("", "default") or case not in procedure.limits)


def _count_of(edition: Edition, case: str) -> tuple[int, int, int, int, int]:
    procedure, limit = edition.procedure, limit_of(edition, case)
    cutoff = -1 if procedure.cutoff is None else _seconds(procedure.cutoff)
    moves = int(procedure.cutoff_effect == START_NEXT_WORKING_DAY and cutoff >= 0)
    same_day = int(counts_same_day(edition, case))
    if limit is None:
        return NO_LIMIT, 0, same_day, cutoff, moves
    return UNIT_CODES[limit.unit], limit.nominal_seconds or 0, same_day, cutoff, moves


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second


def _handover(table: WorkTable, norms: Norms, editions: Ints, online: Ints, received: Ints) -> Ints:
    """Until when a dossier may be handed to the deciding unit (INT-06); NO_DUE where nobody can tell.

    Electronic: within the grace from the moment it was there whole, or from the next opening where
    that was after the cut-off; without a grace, on the same (or that next) working day. Paper: on
    the same working day (after the cut-off, the next), or within the limit that the packs set.
    """
    bound = np.full(len(received), NO_DUE, dtype=np.int64)
    asks = attrgetter("handover_cutoff", "handover_grace", "paper_handover_max")
    for (cutoff, grace, within), here in _alike(norms, editions, asks):
        electronic, paper = np.flatnonzero(here & (online == 1)), np.flatnonzero(here & (online == 0))
        bound[electronic] = _until(table, _after_cutoff(table, received[electronic], cutoff), grace)
        at_once = within is None or not within.value
        since = _after_cutoff(table, received[paper], cutoff if at_once else None)
        bound[paper] = _until(table, since, within)
    return bound


def _after_cutoff(table: WorkTable, received: Ints, cutoff: dt.time | None) -> Ints:
    """The moments from which electronic dossiers must be passed on at once."""
    since = received.copy()
    if cutoff is None:
        return since
    late = np.flatnonzero(received % DAY > _seconds(cutoff))
    days = table.nth_working_day(received[late] // DAY, np.ones_like(late))
    since[late] = days * DAY + table.opening(days)
    return since


def _until(table: WorkTable, since: Ints, within: Limit | None) -> Ints:
    """The end of the working day of `since`, or of the limit that begins there."""
    if within is not None and within.value and within.value > 0:
        whole = within.nominal_seconds or 0
        return table.due(since, UNIT_CODES[within.unit], whole).seconds
    if within is not None and within.unit is not TimeUnit.WORKING_DAY and within.unit is not TimeUnit.DAY:
        return since
    days = since // DAY
    first = table.nth_working_day(days - 1, np.ones_like(days))
    return first * DAY + DAY - 1


def _online(channels: Words, channel: Ints) -> Ints:
    """1 for what came in electronically, 0 on paper, 2 where nobody can tell."""
    known = [came_online(word) for word in channels.meaning]
    ways = np.array([2 if way is None else way for way in (*known, None)], dtype=np.int64)
    return np.asarray(ways[channel])  # no channel is -1: the last
