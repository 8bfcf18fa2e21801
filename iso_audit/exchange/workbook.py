"""Writes workbooks: values as values, so that they can be sorted, summed and charted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iso_audit.model.table import Cell, Table

if TYPE_CHECKING:
    import xlsxwriter  # type: ignore[import-untyped]

MOST_ROWS = 1_000_000
"""Rows of a table that are written; a sheet of Excel holds 48,576 more, for head and notes."""
MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zone
"""The only date that a workbook carries, so that the same tables give the same bytes."""
_LONGEST_NAME = 31
_FORMS = {
    "": "#,##0", "decimal": "#,##0.00", "percent": "0.0%", "money": "#,##0", "month": "mm/yyyy",
}  # fmt: skip


def write_workbook(tables: Sequence[Table], path: Path) -> None:
    """Write each table as a sheet, its head in view whatever row one looks at.

    Text stays text, even where it looks like a formula or a link.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    book.set_properties({"created": MADE, "author": "iso_audit"})
    names: set[str] = set()
    for table in tables:
        _write(book, table, _name(table.name, names))
    book.close()


def _name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, unlike those before."""
    plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in wanted).strip(" '") or "–"
    name, number = plain[:_LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        name = f"{plain[: _LONGEST_NAME - 1 - len(str(number))]} {number}"
    taken.add(name.lower())
    return name


def _write(book: xlsxwriter.Workbook, table: Table, name: str) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E4E9EF", "border": 1}
    )
    text = book.add_format({"text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})
    forms = [book.add_format({"num_format": _FORMS[c.form], "valign": "top"}) for c in table.columns]
    dates = [form if c.form else date for form, c in zip(forms, table.columns, strict=True)]
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
    lines = [*filter(None, [table.title]), *table.notes]
    for row, said in enumerate(lines):
        sheet.write_string(row, 0, said, bold if table.title and row == 0 else None)
    first = len(lines) + 1 if lines else 0
    for at, column in enumerate(table.columns):
        sheet.write_string(first, at, column.head, head)
    for row, cells in enumerate(table.rows[:MOST_ROWS], first + 1):
        for at, value in enumerate(cells):
            _put(sheet, row, at, value, (text, forms[at], dates[at]))
    sheet.freeze_panes(first + 1, 1)
    sheet.repeat_rows(first)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if table.rows:
        sheet.autofilter(first, 0, first + min(len(table.rows), MOST_ROWS), len(table.columns) - 1)


def _put(sheet: Any, row: int, at: int, value: Cell, formats: tuple[object, object, object]) -> None:  # noqa: ANN401
    text, number, date = formats
    if isinstance(value, str):
        sheet.write_string(row, at, value, text)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, date)
    elif value is not None:
        sheet.write_number(row, at, value, number)
