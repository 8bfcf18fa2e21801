"""What a log shows of each execution: when it could begin, how long it was worked on, what it waited for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.procedure import Procedure
from iso_audit.simulation.follows import Follows
from iso_audit.simulation.hours import Floats, Ints

SOON_SECONDS = 1800
"""Of work after an opening, in which what came before it is taken up."""

IDLE_SECONDS = 120
"""Without work for so long, a person was idle and not on the way from one dossier to the next."""


@dataclass(frozen=True, eq=False)
class Observed:
    """Executions of human steps, one row each, in order of dossier and time; NaN where nobody can tell."""

    dossier: Ints
    step: tuple[str, ...]
    visit: Ints
    """1 for the first execution of the step in its dossier."""
    actor: Ints
    finished_s: Ints
    work_seconds: Floats
    """Of working time; of the applicant's steps time by the clock."""
    wait_seconds: Floats
    """Working time from the moment at which it could have begun until it did: neither queue nor work."""
    answer_seconds: Floats
    """Of a step that stops the dossier's clock: time by the clock until the dossier went on."""
    starts_known: bool
    """False where the log has only completion times, so that work and waiting cannot be told apart."""


def observed(
    log: Courses,
    procedure: Procedure,
    table: DayTable,
    applicants: frozenset[str],
    stopping: frozenset[str] = frozenset(),
    *,
    starts_known: bool,
    own_tables: Mapping[str, DayTable] | None = None,
) -> Observed:
    """Work out what a log shows of every execution. O(events * log events).

    An execution is enabled when the last step before it in the procedure's graph was finished. From the
    first moment after that at which somebody of its role had nothing to do, it waits for what neither
    queue nor work explains (D. Chapela-Campa, M. Dumas, Enhancing business process simulation models with
    extraneous activity delays, Information Systems 122, 2024).
    Executions that one person has open at once share that person's time evenly. What follows a step that
    is `stopping` the clock begins when the applicant has answered: its own waiting cannot be told.
    The time of a role in `own_tables` passes in its own hours, else in those of `table`: a signature begun
    before the signer leaves and finished the next day took minutes.
    """
    rows = list(_rows(log, procedure))
    dossier, event, visit, enabled = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(4))
    names = tuple(log.steps[log.step[at]] for at in event.tolist())
    actor, finished = log.actor[event], log.finished_s[event]
    free = _free_since(actor, finished)
    could = np.maximum(enabled, np.where(actor >= 0, free, enabled))
    could = np.minimum(could, finished)
    began = log.started_s[event]
    has_start = (began != UNKNOWN) & starts_known
    began = np.where(has_start, began, could)
    roles = np.array([procedure.by_id[name].role for name in names], dtype=object)
    own = np.isin(roles, list(applicants))

    def worked_until(moments: Ints) -> Ints:
        passed = table.working_seconds(np.zeros_like(moments), moments)
        for role, its in (own_tables or {}).items():
            mine = roles == role
            passed[mine] = its.working_seconds(np.zeros_like(moments[mine]), moments[mine])
        return passed

    begins, ends = worked_until(began), worked_until(finished)
    work = (ends - begins).astype(np.float64)
    if starts_known:
        work = _shared(actor, begins, ends, work)
    work = np.where(own, (finished - began).astype(np.float64), work)
    wait = np.full(len(names), np.nan)
    could_begin = worked_until(np.minimum(enabled, began))
    for role in set(roles[has_start & ~own].tolist()):
        mine = np.flatnonzero((roles == role) & has_start)
        known = mine[actor[mine] >= 0]
        people = len(np.unique(actor[known]))
        idle = _idle(begins[known], ends[known], people) if people else None
        waited = begins[mine] - _idle_from(could_begin[mine], begins[mine], idle)
        wait[mine] = waited * _office_time_per(table, (own_tables or {}).get(role))
    answered = np.full(len(names), np.nan)
    follows = np.flatnonzero(dossier[1:] == dossier[:-1])
    after = follows[np.array([names[at] in stopping for at in follows.tolist()], dtype=bool)]
    answered[after] = _answers(table, finished[after], began[after + 1])
    wait[after + 1] = np.nan
    return Observed(
        dossier,
        names,
        visit,
        actor,
        finished,
        np.maximum(work, 0.0),
        np.maximum(wait, 0.0),
        answered,
        starts_known,
    )


def _answers(table: DayTable, asked: Ints, taken_up: Ints) -> Ints:
    """Time by the clock until applicants answered, to judge by when the office took the answer up.

    What is taken up soon after an opening came in some time while the office was closed: halfway.
    """
    worked = table.working_seconds(asked, taken_up)
    earliest = table.advance(asked, np.maximum(worked - SOON_SECONDS, 0))
    was_closed = taken_up - earliest > SOON_SECONDS
    return np.maximum(np.where(was_closed, (earliest + taken_up) // 2, taken_up) - asked, 0)


def _rows(log: Courses, procedure: Procedure) -> Iterable[tuple[int, int, int, int]]:
    """(dossier, event, visit, moment at which it was enabled) of finished executions of known steps."""
    follows = Follows(procedure)
    known = [name if name in procedure.by_id else None for name in log.steps]
    steps, finishes, first = log.step.tolist(), log.finished_s.tolist(), log.first.tolist()
    for dossier, received in enumerate(log.received_s.tolist()):
        done: dict[str, int] = {}
        times: dict[str, int] = {}
        last = received
        for event in range(first[dossier], first[dossier + 1]):
            name, finish = known[steps[event]], finishes[event]
            if name is None or finish == UNKNOWN or procedure.by_id[name].anytime:
                continue
            before = [done[one] for one in follows.into.get(name, ()) if one in done]
            times[name] = times.get(name, 0) + 1
            yield dossier, event, times[name], max(before) if before else last
            done[name] = last = finish


def _free_since(actor: Ints, finished: Ints) -> Ints:
    """When the person of each execution had last finished another one; UNKNOWN where there was none."""
    order = np.lexsort((finished, actor))
    whose, ends = actor[order], finished[order]
    before = np.full(len(order), UNKNOWN, dtype=np.int64)
    same = whose[1:] == whose[:-1]
    before[1:][same] = ends[:-1][same]
    found = np.empty_like(before)
    found[order] = before
    return found


def _office_time_per(office: DayTable, own: DayTable | None) -> float:
    """Office hours that pass in an hour of a role's own: waits pass while the office works."""
    if own is None:
        return 1.0
    whole, part = (sum(end - at for day in one.calendar.week for at, end in day) for one in (office, own))
    return whole / part


def _idle(begins: Ints, ends: Ints, people: int) -> tuple[Ints, Ints]:
    """Stretches of a role's working time in which not all of its people were at work, from and to."""
    moments = np.concatenate([begins, ends])
    order = np.lexsort((np.repeat([1, 0], len(begins)), moments))
    moments = moments[order]
    busy = np.repeat([1, -1], len(begins))[order].cumsum()
    starts = np.concatenate([[np.iinfo(np.int64).min // 2], moments])
    stops = np.concatenate([moments, [np.iinfo(np.int64).max // 2]])
    is_free = np.concatenate([[0], busy]) < people
    long = is_free & (stops - starts >= IDLE_SECONDS)
    return starts[long], stops[long]


def _idle_from(enabled: Ints, begins: Ints, idle: tuple[Ints, Ints] | None) -> Ints:
    """The first moment from `enabled` on at which somebody was idle, at the latest the begin."""
    if idle is None:
        return enabled
    starts, stops = idle
    return np.minimum(np.maximum(enabled, starts[np.searchsorted(stops, enabled, side="right")]), begins)


def _shared(actor: Ints, begins: Ints, ends: Ints, work: Floats) -> Floats:
    """Work where one person's time is shared evenly by what that person has open at once."""
    order = np.lexsort((ends, begins, actor))
    shared = work.copy()
    whose = actor[order].tolist()
    starts, stops = begins[order].tolist(), ends[order].tolist()
    at, count = 0, len(order)
    while at < count:
        upto, reach = at + 1, stops[at]
        while upto < count and whose[upto] == whose[at] and starts[upto] < reach:
            reach, upto = max(reach, stops[upto]), upto + 1
        if upto - at > 1 and whose[at] >= 0:
            for row, seconds in zip(
                order[at:upto].tolist(), _split(starts[at:upto], stops[at:upto]), strict=True
            ):
                shared[row] = seconds
        at = upto
    return shared


def _split(starts: Sequence[int], stops: Sequence[int]) -> list[float]:
    """Share out the time of one person among executions that overlap, in order of their begin."""
    got = [0.0] * len(starts)
    under_way: list[tuple[int, int]] = []
    now, following = starts[0], 0
    while under_way or following < len(starts):
        if not under_way:
            now = max(now, starts[following])
        while following < len(starts) and starts[following] <= now:
            heapq.heappush(under_way, (stops[following], following))
            following += 1
        until = under_way[0][0]
        if following < len(starts):
            until = min(until, starts[following])
        if until > now:
            part = (until - now) / len(under_way)
            for _, one in under_way:
                got[one] += part
            now = until
        while under_way and under_way[0][0] <= now:
            heapq.heappop(under_way)
    return got
