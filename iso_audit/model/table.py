"""A table as a spreadsheet shows it: the one shape in which results go to Excel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

Cell = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, and how its numbers are shown."""

    head: str
    form: str = ""
    """`` (text, whole numbers or days), `decimal`, `percent` (shares of one), `money`, `month`."""
    width: int = 14
    """In letters."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a workbook."""

    name: str
    """At most 31 letters; of two alike the writer numbers the second."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    """Lines under the title: what was counted, of what."""
