"""What was measured of a log, as values: counts that add up, and times of groups."""

from __future__ import annotations

from collections.abc import Iterable

from iso_audit.engine.handling import CELL_COUNTS, STEP_COUNTS, TIMES, Handling
from iso_audit.engine.norms import Norms
from iso_audit.engine.quantiles import quantiles
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.measure import Duration, Measure, Measures, StepMeasure, Timed

Group = tuple[Timed, str | None, str | None, str | None, str | None, str | None]
"""What is timed, and procedure, step, unit, channel and month of the group; None where it spans all."""

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
    return tuple(sorted(found, key=lambda one: (one.procedure, one.unit, one.channel, one.month)))


def _steps(store: Store, norms: Norms, handling: Handling) -> tuple[StepMeasure, ...]:
    found = []
    for desk, slot, *counts in _summed(store, "step_count", "desk, slot", STEP_COUNTS):
        version, step, unit = handling.desk(desk)
        found.append(StepMeasure(norms.keys[version], step, unit, *handling.slot(slot), *counts))
    return tuple(sorted(found, key=lambda one: (one.procedure, one.step, one.unit, one.channel, one.month)))


def _summed(store: Store, table: str, keys: str, width: int) -> list[tuple[int, ...]]:
    """Sums over all parts of the counts `c0`, `c1` ... of a table, so many in each row."""
    sums = ", ".join(f"CAST(sum(c{n}) AS BIGINT)" for n in range(width))
    return store.run(f"SELECT {keys}, {sums} FROM {table} GROUP BY {keys}")


def _durations(store: Store, norms: Norms, handling: Handling) -> tuple[Duration, ...]:
    """Times of dossiers in all, by each mark and by procedure and unit; of steps in all and by unit."""
    times = []
    for number, what in enumerate(TIMES):
        numbers: dict[Group, int] = {}
        values = f"(SELECT key, value FROM took_in_all WHERE what = {number})"
        rows = [
            (key, numbers.setdefault(group, len(numbers)))
            for (key,) in store.run(f"SELECT DISTINCT key FROM {values}")
            for group in _groups(what, key, norms, handling)
        ]
        found = quantiles(store, values, rows, _BIN_BITS[what])
        times += [Duration(*group, *found[at]) for group, at in numbers.items()]
    return tuple(sorted(times, key=_order))


def _groups(what: Timed, key: int, norms: Norms, handling: Handling) -> Iterable[Group]:
    """The groups that the times of one key belong to."""
    if what is Timed.STEP:
        version, step, unit = handling.desk(key)
        procedure = norms.keys[version]
        yield what, procedure, step, None, None, None
        yield what, procedure, step, unit, None, None
        return
    version, unit, channel, month = handling.cell(key)
    procedure = norms.keys[version]
    yield what, None, None, None, None, None
    yield what, procedure, None, None, None, None
    yield what, None, None, unit, None, None
    yield what, None, None, None, channel, None
    yield what, None, None, None, None, month
    yield what, procedure, None, unit, None, None


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
