"""A look at a log before anybody has said what it means: its columns, words and first rows."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from iso_audit.engine.careful import read_carefully
from iso_audit.engine.opening import WHOLE_LOGS, Foreign, open_log
from iso_audit.engine.plain_text import made_plain
from iso_audit.engine.refusals import refusal
from iso_audit.engine.rows import Reading
from iso_audit.engine.source import TITLES, Source, first_lines, from_csv, from_parquet, from_table, sniff
from iso_audit.engine.store import DuckStore, Values
from iso_audit.model.log import EVENT_COLUMNS, CutOff, LogMapping, TableMapping

_MEMORY = 1000
"""Megabytes; what does not fit goes to a temporary folder."""
_NOTHING = LogMapping("", TableMapping())


@dataclass
class Looked:
    """One table of a log as it stands in its file; read line by line where the fast reader refuses it."""

    source: Source
    store: DuckStore
    name: str
    """Its own in the database."""
    folder: Path
    """Where what is made of it goes."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns that stand only once."""
        return tuple(name for name in self.source.columns if self.source.columns.count(name) == 1)

    @property
    def cut_off(self) -> CutOff | None:
        """How much there is of a packed file that breaks off; None: the file is whole."""
        if not self.source.cut_bytes:
            return None
        ((rows,),) = self._asked(lambda relation: f"SELECT count(*) FROM {relation}")
        return CutOff(self.source.file, rows + self.source.broken_count, self.source.cut_bytes, 0)

    def words(self, column: str, most: int) -> dict[str, int]:
        """The different values of a column, the most frequent first, and how often each stands there."""
        rows = self._asked(
            lambda relation: (
                f"SELECT said, count(*) AS times "
                f"FROM (SELECT {self._said(column)} AS said FROM {relation}) "
                f"WHERE said IS NOT NULL GROUP BY said ORDER BY times DESC, said LIMIT {most}"
            )
        )
        return dict(rows)

    def variation(self, dossier_id: str, columns: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Column -> dossiers whose rows give it several values, and dossiers that give it any."""
        if not columns:
            return {}
        ends = ", ".join(
            f"min({self._said(column)}) AS first{n}, max({self._said(column)}) AS last{n}"
            for n, column in enumerate(columns)
        )
        counts = ", ".join(
            f"count(*) FILTER (first{n} <> last{n}), count(first{n})" for n in range(len(columns))
        )
        (row,) = self._asked(
            lambda relation: (
                f"SELECT {counts} FROM (SELECT {self._said(dossier_id)} AS id, {ends} "
                f"FROM {relation} GROUP BY id) WHERE id IS NOT NULL"
            )
        )
        return {column: (row[2 * n], row[2 * n + 1]) for n, column in enumerate(columns)}

    def _asked(self, query: Callable[[str], str]) -> list[tuple[Any, ...]]:
        """Rows that a query of the source's relation gives."""
        values = Values()
        try:
            return self.store.run(query(self.source.relation(values)), values)
        except duckdb.Error as error:
            if self.source.plain is None:
                raise refusal("damaged", self.source.file) from error
        self.source = read_carefully(self.source, self.folder / f"{self.name}_careful.parquet")
        values = Values()
        return self.store.run(query(self.source.relation(values)), values)

    def _said(self, column: str) -> str:
        return f"nullif(trim(nfc_normalize(CAST(c{self.source.index(column)} AS VARCHAR))), '')"


class Glance:
    """An opened log; a context manager, because it holds memory and files."""

    def __init__(self, path: Path, foreign: Foreign, zone: str, is_heading: Callable[[str], bool]) -> None:
        """Open a log; raises InputError where it cannot be read at all."""
        self._path, self._foreign, self._zone = path, foreign, zone
        self._tables = 0
        self._resources = ExitStack()
        self._folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="iso-audit-")))
        try:
            self._store = DuckStore(zone, str(self._folder), 2, _MEMORY)
            self._resources.callback(self._store.close)
            self.kind = sniff(path)
            self.events: Looked
            self.dossiers: Looked | None = None
            if self.kind in WHOLE_LOGS:
                log = foreign.log(self.kind, path, _NOTHING)
                self.events, self.dossiers = (
                    self._looked(from_table(self._store, str(path), name, table, cut_bytes), name)
                    for name, table, cut_bytes in (
                        ("seen_events", log.events, log.cut_bytes),
                        ("seen_dossiers", log.dossiers, 0),
                    )
                )
            else:
                self.events = self.table(path, is_heading)
        except BaseException:
            self._resources.close()
            raise

    def table(self, path: Path, is_heading: Callable[[str], bool]) -> Looked:
        """Look at a file that holds one table."""
        kind, name = sniff(path), f"seen_{self._tables}"
        self._tables += 1
        try:
            return self._looked(self._source(path, kind, name, is_heading), name)
        except duckdb.Error as error:
            raise refusal("damaged", str(path)) from error

    def _looked(self, source: Source, name: str) -> Looked:
        return Looked(source, self._store, name, self._folder)

    def _source(self, path: Path, kind: str, name: str, is_heading: Callable[[str], bool]) -> Source:
        if kind == "parquet":
            return from_parquet(self._store, path)
        if kind == "workbook" and self._foreign.read_sheet is not None:
            return from_table(self._store, str(path), name, self._foreign.read_sheet(path, ()))
        if kind != "csv":
            raise refusal("no-reader", str(path), kind=kind)
        plain = made_plain(path, self._folder / name, "", self._foreign.decoders, self._foreign.guess)
        heads = first_lines(plain.path, str(path))[:TITLES]
        cells = {cell.strip(' "\r\n') for line in heads for sign in ",;\t|" for cell in line.split(sign)}
        return from_csv(path, plain.path, "", sorted(filter(is_heading, cells)), plain.cut_bytes)

    def first_rows(self, mapping: LogMapping, count: int) -> list[dict[str, str]]:
        """The first events as a mapping reads them, our columns that it gives alone.

        Raises:
            InputError: the mapping does not fit the log.
        """
        events_alone = replace(mapping, dossiers=None, procedure=mapping.procedure or "?")
        opened = open_log(self._store, self._path, events_alone, self._foreign, self._folder)
        try:
            return self._rows(opened.events, count)
        except duckdb.Error:
            columns = opened.in_columns(self._store, self._folder, is_careful=True)
            return self._rows(columns.events, count)

    def _rows(self, reading: Reading, count: int) -> list[dict[str, str]]:
        values = Values()
        names = [name for name in EVENT_COLUMNS if reading.has(name)]
        rows = self._store.run(
            f"SELECT {', '.join(names)} FROM {reading.select(values)} ORDER BY row LIMIT {count}", values
        )
        return [dict(zip(names, map(self._said, names, row), strict=True)) for row in rows]

    def _said(self, name: str, value: object) -> str:
        if value is None:
            return ""
        if EVENT_COLUMNS[name] == "text":
            return str(value)
        at = dt.datetime.fromtimestamp(int(str(value)) / 1_000_000, ZoneInfo(self._zone))
        return f"{at:%Y-%m-%d %H:%M:%S}"

    def __enter__(self) -> Glance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()
