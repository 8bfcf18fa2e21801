"""Writes tables as an Excel workbook: numbers as numbers, heads in sight, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.model.table import Cell, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

MOST_ROWS = 1_048_576
"""Of one sheet; a longer table goes on in the next one."""
_FORMS = {"": "General", "decimal": "#,##0.00", "percent": "0.0%", "money": "#,##0", "date": "dd/mm/yyyy"}
_EPOCH = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zone; the day of writing would differ
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def write_workbook(tables: Sequence[Table], target: Path) -> None:
    """Write each table as a sheet, its title and notes above it, filters on its heads."""
    from xlsxwriter import Workbook

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    with Workbook(str(target), options) as book:
        book.set_properties({"created": _EPOCH})
        formats = _formats(book)
        taken: set[str] = set()
        for table in tables:
            for rows in _sheets(table):
                _write(book.add_worksheet(_name(table.name, taken)), table, rows, formats)


def _formats(book: Workbook) -> dict[str, Format]:
    base = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    made = {
        form: book.add_format({**base, "num_format": shown, "border": 1}) for form, shown in _FORMS.items()
    }
    made["text"] = book.add_format({**base, "text_wrap": True, "border": 1})
    made["title"] = book.add_format({**base, "bold": True, "font_size": 13})
    made["note"] = book.add_format({**base, "italic": True})
    head = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#E4E9EF", "border": 1}
    made["head"] = book.add_format({**base, **head})
    return made


def _sheets(table: Table) -> list[Sequence[tuple[Cell, ...]]]:
    room = MOST_ROWS - 4 - len(table.notes)
    return [table.rows[at : at + room] for at in range(0, max(len(table.rows), 1), room)]


def _write(
    sheet: Worksheet, table: Table, rows: Sequence[tuple[Cell, ...]], formats: dict[str, Format]
) -> None:
    top = 0
    for said, form in ((table.title, "title"), *((note, "note") for note in table.notes)):
        if said:
            sheet.write_string(top, 0, said, formats[form])
            top += 1
    top += bool(top)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(top, at, column.head, formats["head"])
    for n, row in enumerate(rows, top + 1):
        for at, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _cell(sheet, n, at, cell, column.form, formats)
    sheet.freeze_panes(top + 1, 1)
    if rows and table.columns:
        sheet.autofilter(top, 0, top + len(rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _cell(sheet: Worksheet, row: int, at: int, cell: Cell, form: str, formats: dict[str, Format]) -> None:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        sheet.write_blank(row, at, None, formats["text"])
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, at, dt.datetime(cell.year, cell.month, cell.day), formats["date"])  # noqa: DTZ001
    elif isinstance(cell, str):
        sheet.write_string(row, at, cell, formats["text"])
    else:
        sheet.write_number(row, at, cell, formats[form])


def _name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have: without forbidden signs, short, unlike the others."""
    plain = _FORBIDDEN.sub(" ", wanted).strip()[:31] or "1"
    name, n = plain, 1
    while name.casefold() in taken:
        n += 1
        name = f"{plain[: 30 - len(str(n))]} {n}"
    taken.add(name.casefold())
    return name
