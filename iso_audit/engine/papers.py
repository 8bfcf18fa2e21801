"""The documents that events refer to: read from the source again, and only where they are shown.

Putting them in order with the events would take longer than everything else about the events.
"""

from __future__ import annotations

from iso_audit.engine.rows import Reading
from iso_audit.engine.store import Store, Values


class Papers:
    """What stands in the column of documents of one table of events."""

    def __init__(self, store: Store, events: Reading) -> None:
        self._store, self._events = store, events

    def gather(self, name: str, rows: str) -> None:
        """Make the table `name` (row, document) of the rows of the source that a query gives."""
        if not self._events.has("document"):
            self._store.run(f"CREATE OR REPLACE TABLE {name} (row BIGINT, document VARCHAR)")
            return
        values = Values()
        written = f"SELECT row, {self._events.raw('document', values)} AS document"
        self._store.run(
            f"""
            CREATE OR REPLACE TABLE {name} AS
            SELECT row, nullif(trim(document), '') AS document
            FROM ({written} FROM {self._events.source.relation(values)})
            WHERE document IS NOT NULL AND row IN ({rows})
            """,
            values,
        )
