"""Tells how much of a long statement is done, as far as the database itself knows.

It knows how much of the rows it has read. While it sorts what it read that stands still, so that only
what moved is told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from iso_audit.engine.protocol import Progress, unheard
from iso_audit.engine.store import DuckStore, Store

_EVERY_SECONDS = 0.5
_WHOLE = 100


@contextmanager
def watched(store: Store, what: str, tell: Progress) -> Iterator[None]:
    """Tell the share, in percent, of the one statement that is run meanwhile."""
    if tell is unheard or not isinstance(store, DuckStore):
        yield
        return
    connection, is_over = store.connection, threading.Event()
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")

    def watch() -> None:
        told = 0
        while not is_over.wait(_EVERY_SECONDS):
            done = int(connection.query_progress())
            if told < done < _WHOLE:
                told = done
                tell(what, done, _WHOLE)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
