"""Works a log out part by part: a part is a range of dossiers, so that memory stays bounded.

Events and dossiers stand in order of dossiers, so that a part of a table is read without the rest.
While a part is worked on, `id_here`, `event_here` and `base_here` show its rows of the whole
tables; what is found is added to `base`, `stop`, `dossier` and `judged`. What spans dossiers
(words, codes that stand twice, kinds) is never worked out by parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from iso_audit.engine.store import Store

AT_ONCE = 250_000
"""Dossiers of one part, at most."""
A_MEGABYTE = 400
"""Dossiers of one part for each megabyte of tables, at most."""

_SCRATCH = ("course", "stop_here", "due", "demanded", "held_apart", "band", "dossier_here", "code_said", "id")


def parts(store: Store, at_once: int, *tables: str) -> Iterator[tuple[int, int]]:
    """Show one part after the other in `<table>_here`; yields how many are done, and of how many."""
    count = max(1, -(-store.number("SELECT count(*) FROM id") // at_once))
    for part in range(count):
        here = f"WHERE dossier >= {part * at_once} AND dossier < {(part + 1) * at_once}" if count > 1 else ""
        for table in tables:
            number = "rowid AS event, " if table == "event" else ""
            store.run(f"CREATE OR REPLACE TEMP VIEW {table}_here AS SELECT {number}* FROM {table} {here}")
        yield part, count


def drop_scratch(store: Store) -> None:
    """Give back what only the work on parts needed."""
    for table in _SCRATCH:
        store.run(f"DROP TABLE IF EXISTS {table}")
