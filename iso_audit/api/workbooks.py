"""The workbook of what was measured: every table as a sheet, and how each is counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.report.tabular import Kind, Table, Value, in_unit

if TYPE_CHECKING:
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.table import Cell, Column

_FORMS = {Kind.MONTH: "month", Kind.COUNT: "", Kind.TEXT: "", Kind.SHARE: "percent"}
"""How columns are shown that are no decimal numbers."""
_WIDEST, _NARROWEST = 50, 10
_SAMPLE = 200
"""Rows that are looked at for the width of a column."""


def write_measures(outcome: Outcome, workspace: Workspace, lang: str, target: Path) -> None:
    """Write all measures of an outcome; figures stay figures and months become dates."""
    from iso_audit.exchange.workbook import MOST_ROWS, write_workbook
    from iso_audit.model.table import Column
    from iso_audit.model.table import Table as Sheet
    from iso_audit.report.facts import Facts
    from iso_audit.report.measures import tables
    from iso_audit.report.words import words
    from iso_audit.text import number

    say = words(lang)
    facts = Facts(say, workspace.organisation, {each.key: each for each in workspace.procedures})
    sheets, notes = [], []
    for table in tables(outcome.measures, facts):
        said = table.said(say)
        if len(table.rows) > MOST_ROWS:
            left = number(len(table.rows) - MOST_ROWS, lang)
            said += f" {say('measure.notes.rows', most=number(MOST_ROWS, lang), left=left)}"
        notes.append((table.title(say), said))
        kinds = [column.kind for column in table.columns]
        rows = (
            tuple(_cell(value, kind) for value, kind in zip(row, kinds, strict=True))
            for row in table.rows[:MOST_ROWS]
        )
        columns = tuple(_column(table, at, column.title(say)) for at, column in enumerate(table.columns))
        sheets.append(Sheet(table.title(say), columns, tuple(rows)))
    heads = (Column(say("measure.notes.table"), width=28), Column(say("measure.notes.said"), width=100))
    write_workbook([Sheet(say("measure.notes"), heads, tuple(notes)), *sheets], target)


def _column(table: Table, at: int, head: str) -> Column:
    """A column as wide as its first rows and the longest word of its head need."""
    from iso_audit.model.table import Column

    widths = [len(row[at]) + 2 for row in table.rows[:_SAMPLE] if isinstance(row[at], str)]  # type: ignore[arg-type]
    widths += [len(word) + 3 for word in head.split()]
    width = min(max(_NARROWEST, *widths), _WIDEST)
    return Column(head, _FORMS.get(table.columns[at].kind, "decimal"), width)


def _cell(value: Value, kind: Kind) -> Cell:
    """A value as a sheet holds it."""
    if value is None or isinstance(value, str):
        is_month = kind is Kind.MONTH and value is not None and value[4:5] == "-"
        return dt.date(int(value[:4]), int(value[5:]), 1) if value and is_month else value
    said = in_unit(value, kind)
    return int(said) if said.denominator == 1 else float(said)
