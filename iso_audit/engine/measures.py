"""Counts of dossiers by procedure, unit and month of receipt: the raw material of every rate."""

from __future__ import annotations

from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import Measure


def measures(store: Store, norms: Norms, units: Words) -> tuple[Measure, ...]:
    """Count dossiers: every one is early, on time, overdue, pending or undetermined.

    Early is a finish on a day before the due day; a finish whose moment nobody knows, and a
    dossier without a due date, are undetermined.
    """
    rows = store.run(
        f"""
        SELECT edition // {norms.eras} AS version, unit, month,
            count(*),
            count(*) FILTER (finished OR end_s IS NOT NULL),
            count(*) FILTER (overdue = 0 AND end_s // {DAY} < due_day),
            count(*) FILTER (overdue = 0 AND end_s // {DAY} >= due_day),
            count(*) FILTER (overdue = 1 AND end_s IS NOT NULL),
            count(*) FILTER (overdue = 0 AND end_s IS NULL),
            count(*) FILTER (overdue = 1 AND end_s IS NULL),
            count(*) FILTER (overdue = 2)
        FROM dossier GROUP BY version, unit, month
        """
    )
    keys = norms.keys
    found = [
        Measure(keys[version], units.say(unit), month, *counts) for version, unit, month, *counts in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.procedure, one.unit, one.month)))


def unit_dossiers(store: Store, norms: Norms, units: Words) -> dict[tuple[str, str], int]:
    """How many dossiers of a procedure (its key) a unit had."""
    rows = store.run(
        f"SELECT edition // {norms.eras} AS version, unit, count(*) FROM dossier GROUP BY version, unit"
    )
    return dict(sorted(((norms.keys[version], units.say(unit)), count) for version, unit, count in rows))
