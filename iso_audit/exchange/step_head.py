"""Finds the head of a step table: which column holds what, in any order and wording."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iso_audit.exchange.step_words import canonical

NUMBER, WORK, ROLE, TIME, RECORDS = "number", "work", "role", "time", "records"

_COLUMNS: tuple[tuple[str, str], ...] = (
    (NUMBER, r"(?:ten |cac )?buoc(?: cong viec| thuc hien)?|stt|so tt|tt|so thu tu|b|step(?: no\.?)?|no\.?"),
    (TIME, r".*(?:thoi gian|thoi han|thoi luong|so ngay|so gio|\btime\b|duration).*"),
    (
        ROLE,
        r".*(?:trach nhiem|thuc hien boi|nguoi thuc hien|nguoi/|chuc danh|responsib|(?:don vi|bo phan|"
        r"co quan|noi)(?:, ?ca nhan)?(?:/ ?nguoi)? (?:thuc hien|xu ly|giai quyet|chu tri)|phong ban xu ly).*",
    ),
    (WORK, r".*(?:noi dung|cong viec|hoat dong|trinh tu|cac buoc|ten buoc|thao tac|\bwork\b|activit).*"),
    (RECORDS, r".*(?:bieu mau|san pham|ket qua|ho so|phieu|\bforms?\b|records?).*"),
    (WORK, r".*(?:mo ta|dien giai|cach thuc).*"),
)
"""Earlier lines win a column; of several columns of one kind the leftmost of the earliest line is read."""
_LONGEST_HEAD_CELL = 90
_ROWS_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head of the table ends and what each column is."""

    row: int
    """Index of its last row."""
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    unread: tuple[int, ...]
    """Columns with a title that nothing is read from."""


def find_head(rows: Sequence[Sequence[str]]) -> Head | None:
    """The first row that names a column of time and one of work or responsibility; None without one."""
    for index, row in enumerate(rows[:_ROWS_SEARCHED]):
        titles = list(row)
        columns = _columns(titles)
        if TIME not in columns or not {WORK, ROLE} & columns.keys():
            continue
        last = index
        if index + 1 < len(rows) and _continues(rows[index + 1]):
            titles = [" ".join(pair).strip() for pair in zip(row, rows[index + 1], strict=True)]
            columns, last = _columns(titles), index + 1
        unread = tuple(i for i, title in enumerate(titles) if title and i not in columns.values())
        return Head(last, columns, {name: titles[i] for name, i in columns.items()}, unread)
    return None


def _columns(titles: Sequence[str]) -> dict[str, int]:
    plain = [canonical(title) if len(title) <= _LONGEST_HEAD_CELL else "" for title in titles]
    found: dict[str, int] = {}
    for name, pattern in _COLUMNS:
        for index, words in enumerate(plain):
            if name not in found and index not in found.values() and re.fullmatch(pattern, words):
                found[name] = index
    return found


def _continues(row: Sequence[str]) -> bool:
    """Whether a row is the second line of a head whose cells were merged: short titles, no number."""
    filled = [canonical(cell) for cell in row if cell]
    titles = r"\(?(?:ngay|gio|theo quy dinh|thuc hien|quy dinh|cat giam|don vi|ca nhan)\b.*"
    return bool(filled) and all(
        len(cell) < 40 and not re.search(r"\d", cell) and re.fullmatch(titles, cell) for cell in filled
    )
