"""The engine on Spark, on one machine or on a cluster: for logs of a whole country.

The file is opened as ever. What is no Parquet is made into Parquet once; from there on Spark works.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.opening import Foreign, Opened
from iso_audit.engine.rows import Reading
from iso_audit.engine.source import Source
from iso_audit.engine.spark_session import opened_session
from iso_audit.engine.spark_store import SparkStore
from iso_audit.engine.store import DuckStore, Store, Values

_ALIKE = ("VARCHAR", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "BOOLEAN", "DATE")
_MOMENTS = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
"""Types of Parquet of which Spark and DuckDB read the same values."""
_EVERY_DOSSIER = 1 << 40


class SparkEngine(DuckEngine):
    """Takes logs in with the help of Spark."""

    def __init__(self, foreign: Foreign | None = None, master: str = "", memory: int | None = None) -> None:
        """Use the Spark at `master`, or the one that Spark itself was told of; `memory` is that of Java."""
        super().__init__(foreign)
        self._master, self._java, self._at_once = master, memory, _EVERY_DOSSIER

    def _held(self, reader: DuckStore, opened: Opened, folder: Path) -> tuple[Store, Opened]:
        folder = Path(tempfile.mkdtemp(dir=folder))  # a log may be read twice
        sources = [opened.events, *([opened.dossiers] if opened.dossiers is not None else [])]
        paths = [folder / f"source_{n}.parquet" for n in range(len(sources))]
        for reading, path in zip(sources, paths, strict=True):
            _as_parquet(reader, reading.source, path)
        reader.close()
        store = SparkStore(*opened_session(self._master, self._java, folder), reader.zone, folder)
        try:
            handed = [_handed(store, *each) for each in zip(sources, paths, strict=True)]
        except BaseException:
            store.close()
            raise
        return store, Opened(*handed, *([None] if len(handed) == 1 else []))


def _handed(store: SparkStore, reading: Reading, path: Path) -> Reading:
    """A table of the log as Spark sees it."""
    store.take_source(path.stem, path, len(reading.source.columns), has_row=not path.is_symlink())
    return replace(reading, source=replace(reading.source, relation=lambda _: path.stem))


def _as_parquet(reader: DuckStore, source: Source, target: Path) -> None:
    """Make a source into Parquet with a column `row`; what Spark reads alike is only linked to."""
    if _is_read_alike(source):
        target.symlink_to(Path(source.file).resolve())
        return
    values = Values()
    casts = ", ".join(_plain(f"c{n}", kind) for n, kind in enumerate(source.types))
    chosen = f"row, {casts}" if casts else "*"
    relation, name = source.relation(values), values.bind(str(target))
    reader.run(f"COPY (SELECT {chosen} FROM {relation}) TO {name} (FORMAT parquet)", values)


def _is_read_alike(source: Source) -> bool:
    """Whether Spark reads the file itself: not types of its own, nor names that differ in case alone."""
    names = [name.casefold() for name in source.columns]
    return bool(source.types) and len(set(names)) == len(names) and set(source.types) <= {*_ALIKE, *_MOMENTS}


def _plain(column: str, kind: str) -> str:
    """SQL of a column in a type that Spark reads alike; only moments are more to the engine than text."""
    if kind in (*_ALIKE, *_MOMENTS):
        return column
    return f"CAST({column} AS {'TIMESTAMP' if kind.startswith('TIMESTAMP') else 'VARCHAR'}) AS {column}"
