"""Logs out of workbooks: the table with its head found, merged cells filled, days as days.

Values stay text; the log engine gives them types. The number of a row is that of the sheet, so that
a refused row can be found in the program that shows it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.exchange.archives import MOST_CELLS
from iso_audit.exchange.code_pages import repair
from iso_audit.exchange.headings import is_known, squeezed
from iso_audit.exchange.refusals import refusal
from iso_audit.exchange.sheets import filled_sheets, said_cell, with_workbook

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from python_calamine import CalamineSheet, CalamineWorkbook

TIMES = 4
"""How many times larger than a table of steps a log may be: 8 million cells, which take 1 GB of memory."""
_LOOKED_AT = 40
"""Rows at the top among which the head is looked for."""
_LETTERS = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?")

Rows = list[list[str]]
Merges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def read_sheet_log(path: Path, wanted: Sequence[str] = ()) -> pa.Table:
    """Read the table that shows most of the `wanted` columns; its first column, `row`, is the sheet's.

    Raises:
        InputError: the workbook is none, is locked or too large, or no row heads a table.
    """
    return with_workbook(path, str(path), lambda workbook: _chosen(workbook, str(path), wanted), TIMES)


def _chosen(workbook: CalamineWorkbook, file: str, wanted: Sequence[str]) -> pa.Table:
    best: tuple[tuple[int, int, int], pa.Table] | None = None
    for sheet in filled_sheets(workbook, file, MOST_CELLS * TIMES):
        rows = _rows(sheet)
        at, score = _head(rows, wanted)
        if at is not None and (best is None or score > best[0]):
            best = score, _table(rows, at, sheet, wanted)
    if best is None:
        raise refusal("no-log-head", file)
    if not best[1].num_rows:
        raise refusal("no-log-rows", file)
    return best[1]


def _rows(sheet: CalamineSheet) -> Rows:
    """All cells as text, those that say the same as one, from the sheet's first row and column."""
    known: dict[str, str] = {}
    blank = [""] * (sheet.start[1] if sheet.start else 0)
    # The reader gives the empty rows above the content, and leaves out the empty columns beside it.
    return [blank + [known.setdefault(said, said) for said in map(_shown, row)] for row in sheet.iter_rows()]


def _shown(value: object) -> str:
    """A cell as text; a moment to the second, for a spreadsheet counts it in parts of a day."""
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return said_cell(value)


def _head(rows: Rows, wanted: Sequence[str]) -> tuple[int | None, tuple[int, int, int]]:
    """The row that heads the table: most wanted columns, most known headings, most words; the first such."""
    names = {squeezed(name) for name in wanted}
    best: tuple[int | None, tuple[int, int, int]] = None, (0, 0, 1)
    for at, row in enumerate(rows[:_LOOKED_AT]):
        cells = {cell for cell in row if _LETTERS.search(cell)}
        score = len(names & set(map(squeezed, cells))), sum(map(is_known, cells)), len(cells)
        if score > best[1]:
            best = at, score
    return best


def _table(rows: Rows, at: int, sheet: CalamineSheet, wanted: Sequence[str]) -> pa.Table:
    """The rows below the head; rows without any content are none."""
    import pyarrow as pa

    merges = sheet.merged_cell_ranges or []
    names, first = _names(rows, at, merges)
    _fill(rows, first, merges)
    kept = [n for n in range(first, len(rows)) if any(rows[n])]
    used = [
        column
        for column, name in enumerate(names)
        if name or any(rows[n][column] for n in kept)
    ]  # fmt: skip
    titles = [names[column] or _letter(column) for column in used]
    # A font encoding is told from all cells together: one cell holds too few words to be certain.
    words = list(dict.fromkeys([*titles, *(rows[n][column] for n in kept for column in used)]))
    fixed = dict(zip(words, repair("\x00".join(words)).text.split("\x00"), strict=True))
    columns = [pa.array([fixed[rows[n][column]] or None for n in kept], pa.string()) for column in used]
    numbers = pa.array([n + 1 for n in kept], pa.int64())
    heads = _as_wanted([fixed[title] for title in titles], wanted)
    return pa.Table.from_arrays([numbers, *columns], ["row", *heads])


def _names(rows: Rows, at: int, merges: Merges) -> tuple[list[str], int]:
    """Names of the columns and the first row of content; a head may stand in two rows, with numbers below."""
    names = [" ".join(cell.split()) for cell in rows[at]]
    across = [
        (left, right) for (top, left), (bottom, right) in merges if top <= at <= bottom and right > left
    ]
    below = rows[at + 1] if at + 1 < len(rows) else []
    under = [n for left, right in across for n in range(left, right + 1) if n < len(below) and below[n]]
    first = at + 1
    if under and not any(cell for n, cell in enumerate(below) if n not in under):
        for left, right in across:
            for n in range(left, right + 1):
                names[n] = " – ".join(filter(None, (names[left].partition(" – ")[0], below[n])))
        first += 1
    elif any((top, bottom) == (at, at + 1) for (top, _), (bottom, _) in merges):
        first += 1
    if first < len(rows) and _is_numbered(rows[first]):
        first += 1
    return names, first


def _is_numbered(row: list[str]) -> bool:
    """Whether a row merely numbers the columns: (1) (2) (3)."""
    found = [_NUMBERED.fullmatch(cell) for cell in row if cell]
    numbers = [int(match[1]) for match in found if match]
    return len(numbers) == len(found) >= 3 and numbers == list(range(1, len(numbers) + 1))


def _fill(rows: Rows, first: int, merges: Merges) -> None:
    """Give every row of a merged cell its content; only down, for across it is one cell."""
    for (top, left), (bottom, _) in merges:
        if top >= first:
            for n in range(top + 1, min(bottom + 1, len(rows))):
                rows[n][left] = rows[top][left]


def _as_wanted(titles: list[str], wanted: Sequence[str]) -> list[str]:
    """Name a column as the mapping does, where the two differ in marks, case and blanks alone."""
    by_letters = {squeezed(name): name for name in wanted if name not in titles}
    composed = [unicodedata.normalize("NFC", title) for title in titles]
    letters = list(map(squeezed, composed))
    return [
        by_letters.get(word, title) if word and letters.count(word) == 1 else title
        for word, title in zip(letters, composed, strict=True)
    ]


def _letter(column: int) -> str:
    """The name that a spreadsheet gives a column: A, B ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
