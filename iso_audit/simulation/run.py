"""One replication: the period played once, and what became of dossiers, roles and steps."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from iso_audit.errors import Fault, InputError
from iso_audit.simulation import compiled_loop, loop
from iso_audit.simulation.course import WAIT, WORK, CirclesError, Course
from iso_audit.simulation.dossiers import Dossiers, Rows, dossiers_of
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import TICK, Floats, Ints
from iso_audit.simulation.plan import MOST_VISITS, Plan
from iso_audit.text import Text


@dataclass(frozen=True, eq=False)
class Replication:
    """What one replication amounts to. Times are seconds unless ticks are said."""

    number: int
    loads: tuple[Dossiers, ...]
    """The procedure that is to be changed first."""
    role_busy: Floats
    """Working seconds of the role's people in the measured period."""
    role_capacity: Floats
    """Working seconds that they have in it."""
    role_waited: Floats
    """Working seconds that work lay in the role's queue."""
    role_taken: Ints
    """Executions that came to the role in it."""
    step_executions: Ints
    step_waited: Floats
    step_worked: Floats
    in_progress: Floats
    """Per load: dossiers under way, over the measured period on average."""
    arrived: Ints
    """Per load, in the whole period, with the backlog."""
    finished: Ints
    """Per load, of those: with a result by the end of the period."""
    rows: tuple[Rows, ...] | None = None
    """Per load: every execution, where events were asked for."""


def replicate(plan: Plan, seed: int, replication: int, with_events: bool = False) -> Replication:
    """Play the period once. The same plan, seed and number give the same answer on any machine.

    Raises InputError where a dossier goes in circles without end.
    """
    fate = Fate(plan, seed, replication)
    try:
        with _uncollected():
            course = compiled_loop.play(plan, fate) if compiled_loop.is_there() else loop.play(plan, fate)
    except CirclesError as error:
        step = plan.steps[error.step].step
        words = {"step": step.id, "most": MOST_VISITS}
        said = Text(*(each.format(**words) for each in _CIRCLES))
        place = step.place
        raise InputError([Fault(said, place.file, place.line, place.column)]) from error
    rows, lives = rows_of(plan, fate, course), course.live
    del course  # as large as all that follows
    loads = tuple(
        dossiers_of(plan, fate, at, own, live) for at, (own, live) in enumerate(zip(rows, lives, strict=True))
    )
    return Replication(
        replication,
        loads,
        *_roles(plan, rows),
        *_steps(plan, rows),
        *_totals(plan, loads),
        rows if with_events else None,
    )


_CIRCLES = (
    "bước “{step}”: có hồ sơ quay lại quá {most} lần; tỷ lệ lặp lại quá lớn",
    "step '{step}': a dossier comes back to it more than {most} times; the share that repeats is too large",
)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for circles of values: the loop makes none, and looking takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def rows_of(plan: Plan, fate: Fate, course: Course) -> tuple[Rows, ...]:
    """Executions per load, by dossier, with waits taken into the execution that they precede."""
    stride, step_of = plan.stride, plan.ways.step
    number, rest = np.divmod(course.code, stride)
    step, kind = step_of[rest >> 2], rest & 3
    load_of = np.array([one.load for one in plan.steps])
    found = []
    for load in range(len(plan.loads)):
        mine = load_of[step] == load if len(plan.loads) > 1 else np.ones(len(step), dtype=bool)
        at = np.flatnonzero(mine & (kind == WORK))
        at = at[_by_dossier(number[at], course.started[at], course.finished[at])]
        ready, started = course.came[at], course.started[at]
        lay = np.flatnonzero(ready < started)
        waited = np.zeros(len(at))
        waited[lay] = _between(plan, step[at[lay]], ready[lay], started[lay])
        rows = Rows(
            number=number[at],
            step=step[at],
            came=_came(course, number, step, at, np.flatnonzero(mine & (kind == WAIT)), len(load_of)),
            ready=ready,
            started=started,
            finished=course.finished[at],
            worked=course.length[at] / TICK,
            waited=waited,
        )
        found.append(rows)
    return tuple(found)


def _by_dossier(number: Ints, started: Ints, finished: Ints) -> Ints:
    """The order of rows by dossier, end and beginning, of rows that stand in the order of beginning.

    Two passes of radix sort, then neighbours of one dossier change places until none is in the wrong
    order: only what ran side by side has to.
    """
    order = np.argsort((number & 0xFFFF).astype(np.uint16), kind="stable")
    order = order[np.argsort((number[order] >> 16).astype(np.uint16), kind="stable")]
    for odd in cycle((0, 1)):
        whose, ends, begins = number[order], finished[order], started[order]
        wrong = (whose[1:] == whose[:-1]) & (
            (ends[1:] < ends[:-1]) | ((ends[1:] == ends[:-1]) & (begins[1:] < begins[:-1]))
        )
        if not wrong.any():
            break
        at = np.flatnonzero(wrong)
        at = at[at % 2 == odd]
        order[at], order[at + 1] = order[at + 1], order[at]
    return order


def _came(course: Course, number: Ints, step: Ints, at: Ints, waits: Ints, steps: int) -> Ints:
    """When work lay there: at the beginning of the wait that ended as it became ready."""
    came = course.came[at].copy()
    if not len(waits):
        return came
    keys = number[waits] * steps + step[waits]
    order = np.lexsort((course.finished[waits], keys))
    keys, ends = keys[order], course.finished[waits][order]
    # (dossier, step, end of the wait) is found among its like by one sorted number
    rank = np.searchsorted(keys, number[at] * steps + step[at], side="left")
    last = np.searchsorted(keys, number[at] * steps + step[at], side="right")
    for _ in range(int((last - rank).max(initial=0)) - 1):
        later = (rank + 1 < last) & (ends[np.minimum(rank, len(ends) - 1)] < came)
        rank = np.where(later, rank + 1, rank)
    found = (rank < last) & (ends[np.minimum(rank, len(ends) - 1)] == came)
    came[found] = course.came[waits][order][rank[found]]
    return came


def _between(plan: Plan, step: Ints, starts: Ints, ends: Ints) -> Floats:
    """Seconds in the hours of each step."""
    of = np.array([one.hours for one in plan.steps], dtype=np.int64)
    hours_of, found = of[step], np.zeros(len(step))
    for hours in sorted(set(of.tolist())):
        at = np.flatnonzero(hours_of == hours)
        ends_at = np.minimum(ends[at], plan.horizon)
        found[at] = plan.hours[hours].between(np.minimum(starts[at], ends_at), ends_at) / TICK
    return found


def _roles(plan: Plan, rows: tuple[Rows, ...]) -> tuple[Floats, Floats, Floats, Ints]:
    """What the roles did between the warm-up and the end of the period."""
    count, since, until = len(plan.roles), plan.since, plan.until
    role_of = np.array([one.role for one in plan.steps])
    busy, waited, taken = np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64)
    for own in rows:
        role = role_of[own.step]
        at = np.flatnonzero((role >= 0) & (own.finished > since) & (own.started < until))
        starts, ends = np.maximum(own.started[at], since), np.minimum(own.finished[at], until)
        whole = (starts == own.started[at]) & (ends == own.finished[at])
        work = own.worked[at].copy()
        cut = np.flatnonzero(~whole)
        work[cut] = _between(plan, own.step[at][cut], starts[cut], ends[cut])
        busy += np.bincount(role[at], work, minlength=count)
        came = np.flatnonzero((role >= 0) & (own.ready >= since) & (own.ready < until))
        waited += np.bincount(role[came], own.waited[came], minlength=count)
        taken += np.bincount(role[came], minlength=count)
    ends_of = np.array([since, until])
    worked = np.array([np.diff(plan.hours[hours].until(ends_of))[0] / TICK for hours in plan.role_hours])
    return busy, worked * plan.people, waited, taken


def _steps(plan: Plan, rows: tuple[Rows, ...]) -> tuple[Ints, Floats, Floats]:
    """Executions that were ready in the measured period, their waiting and their work."""
    count = len(plan.steps)
    executions, waited, worked = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    for own in rows:
        at = np.flatnonzero((own.ready >= plan.since) & (own.ready < plan.until))
        executions += np.bincount(own.step[at], minlength=count)
        waited += np.bincount(own.step[at], own.waited[at], minlength=count)
        worked += np.bincount(own.step[at], own.worked[at], minlength=count)
    return executions, waited, worked


def _totals(plan: Plan, loads: tuple[Dossiers, ...]) -> tuple[Floats, Ints, Ints]:
    since, until = plan.since, plan.until
    under_way = [
        np.maximum(0, np.minimum(one.finished, until) - np.maximum(one.came, since)).sum() for one in loads
    ]
    arrived = [len(one.came) for one in loads]
    finished = [int((one.finished <= until).sum()) for one in loads]
    return np.array(under_way) / max(until - since, 1), np.array(arrived), np.array(finished)
