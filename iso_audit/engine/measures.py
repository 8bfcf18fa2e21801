"""What was measured of a log, as values: counts that add up, and times of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from iso_audit.engine.handling import CELL_COUNTS, STEP_COUNTS, TIMES, Handling
from iso_audit.engine.norms import Norms
from iso_audit.engine.quantiles import quantiles
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.measure import Duration, Measure, Measures, StepMeasure, Timed

Group = tuple[str | None, str | None, str | None, str | None, str | None]
"""Procedure, step, unit, channel and month of a group; None where it spans all."""

_BIN_BITS = {Timed.LEAD_DAYS: 0, Timed.LEAD: 10, Timed.COUNTED: 10, Timed.STEP: 8}
"""How many seconds are counted together at first, as a power of two; days one by one."""


def measures(store: Store, norms: Norms, handling: Handling) -> Measures:
    """Everything that was measured, of the counts and times that `Handling` gathered."""
    return Measures(
        _dossiers(store, norms, handling), _steps(store, norms, handling), _durations(store, norms, handling)
    )


def _dossiers(store: Store, norms: Norms, handling: Handling) -> tuple[Measure, ...]:
    found = []
    for cell, *counts in _summed(store, "cell_count", "cell", CELL_COUNTS):
        version, unit, channel, month = handling.cell(cell)
        found.append(Measure(norms.keys[version], unit, channel, month, *counts))
    return tuple(sorted(found))


def _steps(store: Store, norms: Norms, handling: Handling) -> tuple[StepMeasure, ...]:
    rows = _summed(store, "step_count", "desk, slot", STEP_COUNTS)
    slots = {slot: handling.slot(slot) for slot in {row[1] for row in rows}}
    desks = {}
    for desk in {row[0] for row in rows}:
        version, *where = handling.desk(desk)
        desks[desk] = norms.keys[version], *where
    make = StepMeasure._make
    return tuple(sorted([make((*desks[desk], *slots[slot], *counts)) for desk, slot, *counts in rows]))


def _summed(store: Store, table: str, keys: str, width: int) -> list[tuple[int, ...]]:
    """Sums over all parts of the counts `c0`, `c1` ... of a table, so many in each row."""
    sums = ", ".join(f"CAST(sum(c{n}) AS BIGINT)" for n in range(width))
    return store.run(f"SELECT {keys}, {sums} FROM {table} GROUP BY {keys}")


def _durations(store: Store, norms: Norms, handling: Handling) -> tuple[Duration, ...]:
    """Times of dossiers in all, by each mark and by procedure and unit; of steps in all and by unit."""
    own = [what for what in TIMES if what is not Timed.STEP]
    found = _timed(store, "cell", "cell_count", lambda key: _of_cell(key, norms, handling), own)
    found += _timed(store, "desk", "step_count", lambda key: _of_desk(key, norms, handling), [Timed.STEP])
    return tuple(sorted(found, key=_order))


def _timed(
    store: Store, key: str, table: str, groups_of: Callable[[int], Iterable[Group]], whats: Sequence[Timed]
) -> list[Duration]:
    """Times of all groups to which the keys of a table belong."""
    numbers: dict[Group, int] = {}
    rows = [
        (number, numbers.setdefault(group, len(numbers)))
        for (number,) in store.run(f"SELECT DISTINCT {key} FROM {table}")
        for group in groups_of(number)
    ]
    groups = list(numbers)
    values = "(SELECT key, value FROM took_in_all WHERE what = {})"
    bits = {values.format(TIMES.index(what)): _BIN_BITS[what] for what in whats}
    return [
        Duration(what, *groups[at], *counts)
        for what, found in zip(whats, quantiles(store, rows, bits), strict=True)
        for at, counts in found.items()
    ]


def _of_desk(key: int, norms: Norms, handling: Handling) -> Iterable[Group]:
    """The groups that the times of one desk belong to."""
    version, step, unit = handling.desk(key)
    procedure = norms.keys[version]
    return (procedure, step, None, None, None), (procedure, step, unit, None, None)


def _of_cell(key: int, norms: Norms, handling: Handling) -> Iterable[Group]:
    """The groups that the times of one cell belong to."""
    version, unit, channel, month = handling.cell(key)
    procedure = norms.keys[version]
    return (
        (None, None, None, None, None),
        (procedure, None, None, None, None),
        (None, None, unit, None, None),
        (None, None, None, channel, None),
        (None, None, None, None, month),
        (procedure, None, unit, None, None),
    )


def _order(one: Duration) -> tuple[object, ...]:
    """By what is timed, then by the group, what spans all first."""
    marks = (one.procedure, one.step, one.unit, one.channel, one.month)
    return TIMES.index(one.of), *((mark is not None, mark or "") for mark in marks)


def unit_dossiers(store: Store, norms: Norms, units: Words) -> dict[tuple[str, str], int]:
    """How many dossiers of a procedure (its key) a unit had."""
    rows = store.run(
        f"SELECT edition // {norms.eras} AS version, unit, count(*) FROM dossier GROUP BY version, unit"
    )
    return dict(sorted(((norms.keys[version], units.say(unit)), count) for version, unit, count in rows))
