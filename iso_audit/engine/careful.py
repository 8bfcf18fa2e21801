"""CSV taken apart line by line, for files that a fast reader refuses: only the broken rows are lost.

A quotation mark that is never closed would swallow the rest of a file; here it spoils one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from iso_audit.engine.plain_text import check_letters
from iso_audit.engine.refusals import refusal
from iso_audit.engine.source import LONGEST_LINE, Source
from iso_audit.engine.store import DuckStore

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

MOST_LINES = 100
"""Lines that one record may run over."""
_CHUNK = 50_000
_ENOUGH = 20_000
"""Rows after which a text most of whose rows are broken is given up."""
Record = tuple[int, list[str] | None, str]
"""Number of the row, its cells (None where it is broken), and the text of a broken one."""


def read_carefully(store: DuckStore, source: Source, name: str) -> Source:
    """Read the text behind a source anew; the table goes into the database as `name`."""
    import pyarrow as pa

    width, broken = len(source.columns), []
    chunks: list[pa.Table] = []
    rows: list[int] = []
    cells: list[list[str]] = []
    for row, (line, record, text) in enumerate(records(source), start=1):
        if record is None:
            broken.append((row, text))
            if row > _ENOUGH and len(broken) * 2 > row:
                raise refusal("mostly-broken", source.file, line, broken=len(broken), rows=row)
            continue
        rows.append(row)
        cells.append(record)
        if len(rows) == _CHUNK:
            chunks.append(_table(rows, cells, width))
            rows, cells = [], []
    chunks.append(_table(rows, cells, width))
    store.connection.register(name, pa.concat_tables(chunks))
    return replace(source, relation=lambda _: name, must_compose=True, broken=tuple(broken))


def records(source: Source) -> Iterator[Record]:
    """Records below the head of a text with the line each begins at, counted from 1."""
    lines = _lines(source)
    waiting: deque[tuple[int, str]] = deque()
    width, separator = len(source.columns), source.separator

    def more() -> bool:
        found = next(lines, None)
        if found is not None:
            waiting.append(found)
        return found is not None

    while waiting or more():
        number, text = waiting.popleft()
        if not text.strip():
            continue
        taken = 0
        cells, is_open = _cells(text, separator, width)
        while cells is None and is_open and taken < MOST_LINES and (len(waiting) > taken or more()):
            following = waiting[taken][1]
            text += following
            taken += 1
            if len(text) > LONGEST_LINE:
                break
            if '"' in following:  # a quotation mark stays open on a line that has none
                cells, is_open = _cells(text, separator, width)
        if cells is None:
            yield number, None, text.splitlines()[0]
            continue
        for _ in range(taken):
            waiting.popleft()
        yield number, cells, ""


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


def _lines(source: Source) -> Iterator[tuple[int, str]]:
    """Lines below the head with their numbers; refuses lines without end and foreign letters."""
    if source.plain is None:
        return
    with source.plain.open("rb") as stream:
        number = 0
        while raw := stream.readline(LONGEST_LINE + 1):
            number += 1
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


def _table(rows: list[int], cells: list[list[str]], width: int) -> pa.Table:
    import pyarrow as pa

    columns = zip(*cells, strict=True) if cells else [()] * width
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.table([pa.array(rows, pa.int64()), *arrays], names=["row", *(f"c{n}" for n in range(width))])
