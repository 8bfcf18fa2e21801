"""Works a log out part by part: a part is a range of dossiers, so that memory stays bounded.

Events stand in order of dossiers and dossiers part by part, so that a part of a table is read without the
rest. While a part is worked on, `id_here`, `event_here` and `base_here` show its rows of the whole tables;
what is found is added to `base`, `stop`, `dossier`, `judged`, `execution`, `cell_count` and `took`. What
spans dossiers (words, codes that stand twice, kinds) is gathered from all parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from iso_audit.engine.store import Store

AT_ONCE = 250_000
"""Dossiers of one part, at most."""
A_MEGABYTE = 160
"""Dossiers of one part for each megabyte of tables, at most."""

_SCRATCH = (
    "stop_here",
    "demanded",
    "band",
    "sign",
    "registered",
    "worked",
    "code_said",
    "numbered_code",
    "stands_twice",
)


class Parts:
    """The parts of one log, gone through as often as need be."""

    def __init__(self, store: Store, at_once: int) -> None:
        self._store, self._at_once = store, at_once
        self.count = max(1, -(-store.number("SELECT count(*) FROM id") // at_once))

    def each(self, *tables: str) -> Iterator[int]:
        """Show one part after the other of these tables, each as `<table>_here`; yields how many are done."""
        for part in range(self.count):
            first, after = part * self._at_once, (part + 1) * self._at_once
            here = f"WHERE dossier >= {first} AND dossier < {after}" if self.count > 1 else ""
            for table in tables:
                self._store.run(f"CREATE OR REPLACE VIEW {table}_here AS SELECT * FROM {table} {here}")
            yield part


def drop_scratch(store: Store) -> None:
    """Give back what only the work on parts needed."""
    for table in _SCRATCH:
        store.drop(table)
