"""Counts of dossiers by procedure, unit and month of receipt: the raw material of every rate."""

from __future__ import annotations

from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import Measure

MONTH = (
    "CASE WHEN {day} IS NULL THEN '' ELSE strftime(DATE '1970-01-01' + CAST({day} AS INTEGER), '%Y-%m') END"
)
"""SQL of the month of a day number; empty where there is none."""


def measures(store: Store, norms: Norms, units: Words) -> tuple[Measure, ...]:
    """Count dossiers: every one is early, on time, overdue, pending or undetermined.

    Early is a finish on a day before the due day; a finish whose moment nobody knows, and a
    dossier without a due date, are undetermined.
    """
    rows = store.run(
        f"SELECT edition, unit, {MONTH.format(day='day')} AS month, count(*), "
        "count(*) FILTER (finished OR end_s IS NOT NULL), "
        f"count(*) FILTER (overdue = 0 AND end_s IS NOT NULL AND end_s // {DAY} < due_day), "
        f"count(*) FILTER (overdue = 0 AND end_s IS NOT NULL AND end_s // {DAY} >= due_day), "
        "count(*) FILTER (overdue = 1 AND end_s IS NOT NULL), "
        "count(*) FILTER (overdue = 0 AND end_s IS NULL), count(*) FILTER (overdue = 1 AND end_s IS NULL), "
        "count(*) FILTER (overdue = 2) FROM dossier GROUP BY ALL"
    )
    summed: dict[tuple[str, str, str], list[int]] = {}
    for edition, unit, month, *counts in rows:
        procedure = norms.edition(int(str(edition))).procedure.key
        key = (procedure, units.say(unit), str(month))  # type: ignore[arg-type]
        numbers = [int(str(count)) for count in counts]
        summed[key] = [a + b for a, b in zip(summed.get(key, [0] * len(numbers)), numbers, strict=True)]
    return tuple(Measure(*key, *counts) for key, counts in sorted(summed.items()))


def unit_dossiers(store: Store, norms: Norms, units: Words) -> dict[tuple[str, str], int]:
    """How many dossiers of a procedure (its key) a unit had."""
    found: dict[tuple[str, str], int] = {}
    for edition, unit, count in store.run("SELECT edition, unit, count(*) FROM dossier GROUP BY ALL"):
        key = (norms.edition(int(str(edition))).procedure.key, units.say(unit))  # type: ignore[arg-type]
        found[key] = found.get(key, 0) + int(str(count))
    return dict(sorted(found.items()))
