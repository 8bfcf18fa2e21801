"""A text made into columns once, of which every later look takes a fraction of the time and of the memory.

Of a text the database cannot know how many rows it has, and so holds the wrong side of a join in memory.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from iso_audit.engine.careful import read_carefully
from iso_audit.engine.protocol import Progress, unheard
from iso_audit.engine.room import room_in
from iso_audit.engine.source import Source
from iso_audit.engine.store import DuckStore, Values
from iso_audit.engine.watch import watched


def in_columns(
    store: DuckStore, source: Source, target: Path, *, is_careful: bool, tell: Progress = unheard
) -> Source:
    """The same source in Parquet at `target`, whatever is in its text; what is no text stays as it is.

    Raises:
        InputError: it is no table at all.
        duckdb.Error: the fast reader refuses the text, and it was not to be read line by line.
    """
    if source.plain is None:
        return source
    if is_careful:
        size = source.plain.stat().st_size
        with room_in(target.parent):
            return read_carefully(source, target, lambda read: tell("read_log", read, size))
    values = Values()
    names = ", ".join(f"c{n}" for n in range(len(source.columns)))
    text, name = source.relation(values), values.bind(str(target))
    with watched(store, "read_log", tell):
        store.run(f"COPY (SELECT {names} FROM {text}) TO {name} (FORMAT parquet)", values)

    def relation(values: Values) -> str:
        file = f"read_parquet({values.bind(str(target))}, file_row_number = true)"
        return f"(SELECT file_row_number + 1 AS row, {names} FROM {file})"

    return replace(source, relation=relation)
