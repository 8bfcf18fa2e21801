"""CSV taken apart line by line, for files that a fast reader refuses: only the broken rows are lost.

A quotation mark that is never closed would swallow the rest of a file; here it spoils one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from iso_audit.engine.plain_text import check_letters
from iso_audit.engine.refusals import refusal, shortened
from iso_audit.engine.source import LONGEST_LINE, Source
from iso_audit.engine.store import Values

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    Schema: TypeAlias = pa.Schema

MOST_LINES = 100
"""Lines that one record may run over."""
_CHUNK = 20_000
"""Rows held in memory before they are written."""
_ENOUGH = 20_000
"""Rows after which a text most of whose rows are broken is given up."""
_TOGETHER = 500
"""Lines that are taken apart at once where nothing is wrong with any of them."""
Line = tuple[int, str]
Record = tuple[int, list[str] | None, str]
"""Number of the row, its cells (None where it is broken), and the text of a broken one."""


def read_carefully(source: Source, target: Path, tell: Callable[[int], None] = lambda _: None) -> Source:
    """Read the text behind a source anew into Parquet at `target`; broken rows go to a file beside it.

    Memory does not grow with the text, however many of its rows are broken. `tell` hears the bytes read.
    """
    import pyarrow as pa

    names = [f"c{n}" for n in range(len(source.columns))]
    beside = target.with_suffix(".broken.parquet")
    kinds = [("row", pa.int64()), *((name, pa.string()) for name in names)]
    with (
        _Table(target, pa.schema(kinds)) as whole,
        _Table(
            beside, pa.schema([("row", pa.int64()), ("text", pa.string()), ("reason", pa.string())])
        ) as broken,
    ):
        for row, (line, record, text) in enumerate(records(source, tell), start=1):
            if record is not None:
                whole.add([row, *record])
                continue
            broken.add([row, shortened(text), "bad-row"])
            if row > _ENOUGH and broken.count * 2 > row:
                raise refusal("mostly-broken", source.file, line, broken=broken.count, rows=row)
    chosen = ", ".join(["row", *names])

    def relation(values: Values) -> str:
        return f"(SELECT {chosen} FROM read_parquet({values.bind(str(target))}))"

    return replace(source, relation=relation, broken=(beside,), broken_count=broken.count)


class _Table:
    """A Parquet file that is written in pieces."""

    def __init__(self, path: Path, schema: Schema) -> None:
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        self._schema, self._rows = schema, list[list[int | str]]()
        self._writer = pq.ParquetWriter(path, schema)
        self.count = 0

    def add(self, row: list[int | str]) -> None:
        self._rows.append(row)
        self.count += 1
        if len(self._rows) == _CHUNK:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._schema)
        arrays = [pa.array(cells, kind) for cells, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(pa.table(arrays, schema=self._schema))
        self._rows = []

    def __enter__(self) -> _Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write()
        self._writer.close()


def records(source: Source, tell: Callable[[int], None] = lambda _: None) -> Iterator[Record]:
    """Records below the head of a text with the line each begins at, counted from 1.

    Some lines are taken apart at once; where anything is wrong with them, one by one.
    """
    lines = _lines(source, tell)
    waiting: deque[Line] = deque()
    width, separator = len(source.columns), source.separator
    while waiting or (some := list(islice(lines, _TOGETHER))):
        if not waiting:
            cells = _all_cells([text for _, text in some], separator, width)
            if cells is not None:
                yield from ((number, each, "") for (number, _), each in zip(some, cells, strict=True))
                continue
            waiting.extend(some)
        number, text = waiting[0]
        if not text.strip():
            waiting.popleft()
            continue
        found, taken = _record(waiting, lines, separator, width)
        for _ in range(taken):
            waiting.popleft()
        yield number, found, "" if found is not None else text.splitlines()[0]


def _all_cells(lines: list[str], separator: str, width: int) -> list[list[str]] | None:
    """The cells of lines each of which is a record by itself; None where that is not so."""
    try:
        cells = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return cells if len(cells) == len(lines) and all(len(each) == width for each in cells) else None


def _record(
    waiting: deque[Line], lines: Iterator[Line], separator: str, width: int
) -> tuple[list[str] | None, int]:
    """The cells of the record at the head of what waits, None where it is broken; and its lines."""
    text, taken = waiting[0][1], 1
    cells, is_open = _cells(text, separator, width)
    while cells is None and is_open and taken <= MOST_LINES:
        if len(waiting) == taken:
            waiting.extend(islice(lines, 1))
        if len(waiting) == taken:
            break
        following = waiting[taken][1]
        text, taken = text + following, taken + 1
        if len(text) > LONGEST_LINE:
            break
        if '"' in following:  # a quotation mark stays open on a line that has none
            cells, is_open = _cells(text, separator, width)
    return cells, taken if cells is not None else 1


def _cells(text: str, separator: str, width: int) -> tuple[list[str] | None, bool]:
    """The cells of a record, None where it is broken; and whether a quotation mark is still open."""
    if '"' not in text:
        cells = text.rstrip("\r\n").split(separator)
        return (cells if len(cells) == width else None), False
    try:
        found = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        return None, "unexpected end" in str(error)
    return (found[0] if len(found) == 1 and len(found[0]) == width else None), False


def _lines(source: Source, tell: Callable[[int], None]) -> Iterator[Line]:
    """Lines below the head with their numbers; refuses lines without end and foreign letters."""
    if source.plain is None:
        return
    with source.plain.open("rb") as stream:
        number = read = 0
        while raw := stream.readline(LONGEST_LINE + 1):
            number, read = number + 1, read + len(raw)
            if number % _CHUNK == 0:
                tell(read)
            if len(raw) > LONGEST_LINE:
                raise refusal("long-line", source.file, number, most=LONGEST_LINE)
            if number <= source.head_lines:
                continue
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                check_letters(raw, source.file, number)
                raise refusal("damaged", source.file, number) from error  # a letter cut short
            yield number, text
