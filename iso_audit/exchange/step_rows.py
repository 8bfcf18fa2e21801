"""Sorts the rows below the head of a step table: steps, totals, headings, and what is none of them.

Merged cells are given back to every row they cover: a workbook says which cells are merged; in
a CSV file an empty cell below a filled one is taken for merged, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from iso_audit.errors import Fault
from iso_audit.exchange.sheets import Table
from iso_audit.exchange.step_head import NUMBER, RECORDS, ROLE, TIME, WORK, Head
from iso_audit.exchange.step_words import canonical
from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """One step as printed, or a row that totals the times above it."""

    index: int
    line: int
    number: str = ""
    work: str = ""
    role: str = ""
    time: str = ""
    records: str = ""
    time_from: int = -1
    """Index of the row whose time cell this row has: its own, or the first row of a merged cell."""
    total: str = ""
    """The label of a total or subtotal; empty for a step."""


@dataclass
class Remarks:
    """What could not be read, and what was read by an assumption, each with its place."""

    file: str
    unread: list[Fault] = field(default_factory=list)
    assumed: list[Fault] = field(default_factory=list)

    def not_read(self, line: int, column: int, vi: str, en: str) -> None:
        """Note what yields nothing; `column` counts from 0."""
        self.unread.append(Fault(Text(vi, en), self.file, line, column + 1))

    def taken(self, line: int, column: int, vi: str, en: str) -> None:
        """Note what was taken for granted; `column` counts from 0."""
        self.assumed.append(Fault(Text(vi, en), self.file, line, column + 1))


_TOTAL = r"(?:tong|cong(?: cong)?$|total)\b"
_NUMBER = re.compile(
    r"\s*(?:bước|buớc|buoc|b|step)?[\s.:]*(\d{1,3}(?:\.\d{1,3})*[a-zđ]?)(?![\w])[\s.:)–-]*(.*)", re.I | re.S
)
_LEADING = re.compile(
    r"\s*(?:bước|buớc|buoc|b)\s*(\d{1,3}(?:\.\d{1,3})*[a-zđ]?)\s*[.:)–-]+\s*(.+)", re.I | re.S
)
_HEADING = re.compile(
    r"(?:phan|muc|chuong|giai doan|[ivx]{1,4}[.)]|[a-e][.)])(?: |$)|(?:tai|o) (?:cap|so|ubnd)\b"
)


def rows_of(table: Table, head: Head, remarks: Remarks) -> list[Row]:
    """The steps and totals of the table, in order."""
    rows: list[Row] = []
    above: Row | None = None
    for index in range(head.row + 1, len(table.rows)):
        cells, line = table.rows[index], table.lines[index]
        filled = [(column, cell) for column, cell in enumerate(cells) if cell]
        if not filled or _repeats_head(cells, table.rows[head.row]):
            continue
        row = _row(table, head, index)
        column, label = filled[0]
        if re.match(_TOTAL, canonical(label)):
            time = row.time if row.time and row.time != label else " ".join(cell for _, cell in filled)
            rows.append(replace(row, total=label, time=time))
            above = None
        elif _is_heading(table, row, index, filled):
            words = _short(" ".join(cell for _, cell in filled))
            vi, en = f"hàng tiêu đề trong bảng: «{words}»", f'a heading inside the table: "{words}"'
            remarks.not_read(line, column, vi, en)
            above = None
        elif rows and rows[-1].total and not row.number and not row.time:
            vi, en = f"dòng sau hàng tổng: «{_short(label)}»", f'a line after the total: "{_short(label)}"'
            remarks.not_read(line, column, vi, en)
        elif len(filled) == 1 and above is not None and row.work and not row.number:
            rows[-1] = above = replace(above, work=f"{above.work} {row.work}")
            remarks.taken(line, column, "nối vào nội dung bước trên", "joined to the work of the step above")
        elif row.work or row.role:
            above = _shared(table, head, row, above, remarks)
            rows.append(above)
        else:
            remarks.not_read(line, column, "hàng không có nội dung công việc", "a row without any work")
    return rows


def _row(table: Table, head: Head, index: int) -> Row:
    cells = {name: table.rows[index][column] for name, column in head.columns.items()}
    printed, work = cells.get(NUMBER, ""), cells.get(WORK, "")
    match = _NUMBER.fullmatch(printed)
    if match:
        number, work = match[1], work or match[2]
    elif (leading := _LEADING.fullmatch(work)) and not printed:
        number, work = leading[1], leading[2]
    else:
        number = printed
    time = cells.get(TIME, "")
    return Row(
        index, table.lines[index], number, work, cells.get(ROLE, ""), time, cells.get(RECORDS, ""),
        index if time else -1,
    )  # fmt: skip


def _shared(table: Table, head: Head, row: Row, above: Row | None, remarks: Remarks) -> Row:
    """The row with the contents of merged cells; `time_from` tells which rows share one time."""
    for name, cell in ((ROLE, row.role), (TIME, row.time), (WORK, row.work)):
        column = head.columns.get(name, -1)
        if cell or column < 0:
            continue
        origin = _origin(table, row.index, column)
        if origin >= 0:
            content, source = table.rows[origin][column], origin
        elif table.merged is None and above is not None and (name != TIME or above.time_from >= 0):
            content, source = getattr(above, name), above.time_from
            what = {
                ROLE: ("trách nhiệm", "responsibility"),
                TIME: ("thời gian", "time"),
                WORK: ("nội dung", "work"),
            }
            vi, en = what[name]
            remarks.taken(
                row.line, column, f"ô {vi} trống: coi là ô gộp với hàng trên",
                f"the empty cell of {en} is taken as merged with the row above",
            )  # fmt: skip
        else:
            continue
        if name == TIME:
            row = replace(row, time=content, time_from=source)
        else:
            row = replace(row, role=content) if name == ROLE else replace(row, work=content)
    return row


def _origin(table: Table, row: int, column: int) -> int:
    """Row in which the merged cell around a place has its content; -1 where none is."""
    for top, left, bottom, right in table.merged or ():
        if top < row <= bottom and left <= column <= right and table.rows[top][left]:
            return top if left == column else -1
    return -1


def _is_heading(table: Table, row: Row, index: int, filled: Sequence[tuple[int, str]]) -> bool:
    """Whether a row names a part of the table: one text alone, spread over columns or worded so."""
    if row.role or row.time or row.records or any(char.isdigit() for char in row.number):
        return False
    text = " ".join(cell for _, cell in filled)
    is_spread = any(top == index and right > left for top, left, _, right in table.merged or ())
    is_alone = len(filled) == 1 and (bool(row.number) or is_spread)
    is_lettered = bool(re.fullmatch(r"[ivx]{1,4}|[a-e]|phan .*", canonical(row.number)))
    is_shouted = len(filled) == 1 and text.isupper()
    return is_alone or is_lettered or is_shouted or bool(_HEADING.match(canonical(text)))


def _repeats_head(cells: Sequence[str], titles: Sequence[str]) -> bool:
    return [canonical(cell) for cell in cells] == [canonical(title) for title in titles]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:57] + "..."
