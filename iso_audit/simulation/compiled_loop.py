"""The loop in machine code, where numba is installed (extra `fast`): the same rows as `loop`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import reload
from importlib.util import find_spec
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np

from iso_audit.simulation.course import CirclesError, Course
from iso_audit.simulation.fate import Fate
from iso_audit.simulation.hours import NEVER, Floats, Ints
from iso_audit.simulation.plan import MOST_VISITS, NONE, Plan

_visits_of: WeakKeyDictionary[Plan, int] = WeakKeyDictionary()
"""For how many visits of a step rows were needed the last time."""


@cache
def is_there() -> bool:
    """Whether numba can be used on this machine."""
    if find_spec("numba") is None:
        return False
    try:
        import iso_audit.simulation.machine
    except (ImportError, OSError):  # a build for another processor, or a library that is missing
        return False
    return bool(iso_audit.simulation.machine)


def play(plan: Plan, fate: Fate) -> Course:
    """Play one replication; again with more room or more random numbers where they did not suffice."""
    from iso_audit.simulation.machine import NO_ROOM, NO_ROWS, ROWS, STEP

    visits, room = _visits_of.get(plan, 4), sum(fate.sizes()) + 256
    while True:
        tables = _tables(plan, fate, visits, room)
        counts, rows = tables["counts"], tables["rows"]
        ended = _run(tables)
        if ended == NO_ROOM:
            room *= 2
        elif ended == NO_ROWS:
            if visits >= MOST_VISITS:
                raise CirclesError(int(counts[STEP]))
            visits = _visits_of[plan] = min(4 * visits, MOST_VISITS)
        else:
            break
    firsts = [*tables["loads"][:, 0].tolist(), len(tables["live"])]
    live = tuple(tables["live"][a:b] for a, b in pairwise(firsts))
    code, came, started, finished, length = rows[:, : int(counts[ROWS])]
    return Course(code, came, started, finished, length, live)


def _run(tables: dict[str, Ints]) -> int:
    """Run the machine code, made anew where what was kept of it cannot be read."""
    from iso_audit.simulation import machine

    try:
        return int(machine.run(**tables))
    except Exception:  # whatever a damaged file leads to when numba reads it
        if not machine.forget():
            raise
    return int(reload(machine).run(**tables))


def _tables(plan: Plan, fate: Fate, visits: int, room: int) -> dict[str, Ints]:
    """The arguments of `machine.run`."""
    ways, sizes = plan.ways, fate.sizes()
    heap, links = _zeros(room, 2), _zeros(room, 4)
    heap[0, 0] = NEVER
    links[:, 0] = np.arange(1, room + 1)
    chains = _zeros(len(plan.roles) * plan.ranks + len(plan.batches), 3)
    counted = [sizes[step.load] if step.counts_visits else 0 for step in plan.steps]
    own = [sizes[plan.steps[ways.step[node]].load] for node in ways.slot_node]
    where = [size * len(ways.step) if len(ways.reaches) else 0 for size in sizes]
    first_where = _starts(where) if len(ways.reaches) else np.full(len(sizes), -1)
    releases = [one.releases for one in plan.batches]
    sizes_of = [one.size for one in plan.batches]
    row_at, lengths, chances = _shelves(plan, fate, visits)
    return {
        "counts": _ints([1, 0, 0, 0, 0, plan.stride, plan.horizon, plan.ranks]),
        "nodes": _nodes(plan),
        "flows": ways.flows,
        "flow": _table(ways.target, ways.slot),
        "cumulative": ways.cumulative,
        "guards": _table(ways.guard_option, ways.guard_step, ways.guard_most),
        "reaches": ways.reaches,
        "roles": _table(plan.role_hours, plan.people, np.zeros_like(plan.people)),
        **_hours(plan),
        "batches": _table(
            _starts(map(len, releases)), _starts(map(len, releases)) + _ints(map(len, releases)), sizes_of
        ),
        "releases": _ints(moment for one in releases for moment in one),
        "row_at": row_at,
        "lengths": lengths,
        "chances": chances,
        "arrivals": np.vstack([_table(*fate.entrance()), _ints([NEVER + 1, 0, 0])]),
        "heap": heap,
        "rows": _zeros(5, 24 * room),
        "chains": chains,
        "links": links,
        "visit_first": np.where(_ints(counted) > 0, _starts(counted), -1),
        "visits": np.zeros(sum(counted), dtype=np.int64),
        "loads": _table(_starts(sizes), first_where),
        "live": np.ones(sum(sizes), dtype=np.int64),
        "slots": _table(_starts(own), ways.slot_is_message),
        "tokens": np.zeros(sum(own), dtype=np.int64),
        "where": np.zeros(sum(where), dtype=np.int64),
        "todos": _zeros(room, 2),
    }


def _nodes(plan: Plan) -> Ints:
    ways, of = plan.ways, [plan.steps[at] for at in plan.ways.step]
    return _table(
        ways.step,
        [one.load for one in of],
        [one.role for one in of],
        [one.hours for one in of],
        [one.batch for one in of],
        [one.step.is_silent for one in of],
        [NONE if one.waits_after else one.wait_hours for one in of],
        [one.wait_hours if one.waits_after else NONE for one in of],
        ways.rank,
        ways.join,
        ways.slots[:-1],
        ways.slots[1:],
        ways.options[:-1],
        ways.options[1:],
        ways.shares[:-1],
        ways.share_rows,
        ways.guards[:-1],
        ways.guards[1:],
    )


def _hours(plan: Plan) -> dict[str, Ints]:
    """Spans of all hours one behind the other, each with one at NEVER at its end, and where they are now."""
    spans = [
        np.vstack([_table(one.opens, one.closes, one.done + one.closes - one.opens), _ints([NEVER] * 3)])
        for one in plan.hours
    ]
    first = _starts(map(len, spans))
    last = first + _ints(map(len, spans))
    begins = [(one[0, 0], one[0, 1]) for one in spans]
    clock = _table(first, [a for a, _ in begins], [b for _, b in begins], first, last)
    return {"clock": clock, "spans": np.vstack(spans)}


def _shelves(plan: Plan, fate: Fate, visits: int) -> tuple[Ints, Ints, Floats]:
    """(purpose, step, visit) -> where its row begins; then the rows of times, and those of chances."""
    choosing = {int(plan.ways.step[at]) for at in np.flatnonzero(np.diff(plan.ways.options) > 1)}
    row_at = np.full((3, len(plan.steps), visits), -1, dtype=np.int64)
    lengths: list[Ints] = [np.empty(0, dtype=np.int64)]
    chances: list[Floats] = [np.empty(0, dtype=np.float64)]
    ends = [0, 0]
    for number, step in enumerate(plan.steps):
        for visit in range(visits if step.counts_visits else 1):
            if not step.step.is_silent:
                row_at[0, number, visit] = ends[0]
                lengths.append(fate.work(number, visit))
                ends[0] += len(lengths[-1])
            if step.wait is not None:
                row_at[1, number, visit] = ends[0]
                lengths.append(fate.wait(number, visit))
                ends[0] += len(lengths[-1])
            if number in choosing:
                row_at[2, number, visit] = ends[1]
                chances.append(fate.choice(number, visit))
                ends[1] += len(chances[-1])
    return row_at, np.concatenate(lengths), np.concatenate(chances)


def _table(*columns: Iterable[int] | Ints) -> Ints:
    return np.ascontiguousarray(np.column_stack([_ints(column) for column in columns]))


def _zeros(rows: int, columns: int) -> Ints:
    return np.zeros((rows, columns), dtype=np.int64)


def _ints(values: Iterable[int] | Ints) -> Ints:
    return np.array(values if isinstance(values, np.ndarray) else list(values), dtype=np.int64)


def _starts(sizes: Iterable[int]) -> Ints:
    """Where each begins when they lie one behind the other."""
    return np.cumsum([0, *sizes])[:-1].astype(np.int64)
