"""Tables of figures: the values as they are, and how each is written for a reader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from iso_audit.model.procedure import HOURS_PER_WORKING_DAY
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.words import Words
from iso_audit.text import number

Value = str | int | Fraction | None
HOUR = 3_600


class Kind(Enum):
    """What the values of a column are: how they are written, and on how large a part of the unit."""

    TEXT = 0
    MONTH = 1
    COUNT = 2
    SHARE = 3
    RATIO = 4
    DAYS = 5
    HOURS = 6
    WORKING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Column:
    """One column; only those that are `shown` stand in the report, the workbook has all."""

    key: str
    kind: Kind = Kind.COUNT
    shown: bool = True

    def title(self, words: Words) -> str:
        return words(f"measure.col.{self.key}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `note` is the key of the words that define what is counted, and of what."""

    key: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    is_derived: bool = False
    """Its times include the waiting before a step, for the log has no starts."""

    def said(self, words: Words) -> str:
        """Formula, denominator and what is left out."""
        derived = f" {words('measure.note.derived')}" if self.is_derived else ""
        return words(f"measure.note.{self.note}") + derived

    def title(self, words: Words) -> str:
        return words(f"measure.table.{self.key}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the report prints it: in words, without the columns and rows that only the workbook has."""

    title: str
    note: str
    columns: tuple[str, ...]
    is_figure: tuple[bool, ...]
    """For each column, whether it holds figures."""
    rows: tuple[tuple[str, ...], ...]
    left: int
    """Rows that are not shown."""


def shown(table: Table, facts: Facts, most: int) -> Shown:
    """A table for the report, with so many rows at most."""
    kept = [at for at, column in enumerate(table.columns) if column.shown]
    rows = tuple(
        tuple(said(row[at], table.columns[at].kind, facts.lang) for at in kept) for row in table.rows[:most]
    )
    heads = tuple(table.columns[at].title(facts.words) for at in kept)
    figures = tuple(table.columns[at].kind is not Kind.TEXT for at in kept)
    left = max(len(table.rows) - most, 0)
    return Shown(table.title(facts.words), table.said(facts.words), heads, figures, rows, left)


def said(value: Value, kind: Kind, lang: str) -> str:
    """One value in words; times in the unit that their column names."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return f"{value[5:]}/{value[:4]}" if kind is Kind.MONTH and value[4:5] == "-" else value
    if kind is Kind.SHARE:
        return number(100 * value, lang, 1) + ("%" if lang == "vi" else "\u00a0%")
    if kind is Kind.COUNT or (isinstance(value, int) and kind is Kind.DAYS):
        return number(value, lang, 0)
    return number(in_unit(value, kind), lang, 2 if kind is Kind.RATIO else 1)


def in_unit(value: int | Fraction, kind: Kind) -> Fraction:
    """Seconds of work as hours or as days of work; anything else as it is."""
    parts = {Kind.HOURS: HOUR, Kind.WORKING_DAYS: HOURS_PER_WORKING_DAY * HOUR}
    return Fraction(value) / parts.get(kind, 1)
