"""Reads one table from a CSV file or a workbook as an office's program wrote it.

What the file really is decides, not its name; what cannot be read for certain is refused with
its place and with what to do about it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from iso_audit.errors import InputError
from iso_audit.exchange.archives import MOST_CELLS, check_workbook
from iso_audit.exchange.code_pages import decode, repair
from iso_audit.exchange.refusals import refusal

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

T = TypeVar("T")
Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged cell, counted from 0."""

MOST_BYTES = 64_000_000
LONGEST_LINE = 1_000_000
_MOST_TEXT, _MOST_WRITTEN = 8_000_000, 200_000
"""Bytes and cells of a text table; a workbook may have more, most of them empty."""
_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<workbook", b"<meta", b"<head", b"<style")
_SEPARATORS = (",", ";", "\t", "|")
"""The last one only where the file says so itself: it stands inside texts as well."""
_PACKED = (b"%pdf", b"\x1f\x8b", b"rar!", b"7z\xbc\xaf")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: cells as text, all rows of one length, with the place of each row."""

    name: str
    """The file, as the caller named it."""
    rows: list[list[str]]
    lines: list[int]
    """Line of the file (or row of the sheet) where each row begins, counted from 1."""
    merged: tuple[Merge, ...] | None = None
    """Merged cells; None where the format cannot hold any, so that an empty cell may mean one."""
    encoding: str = ""
    """What the file was written in, where it was not plain Unicode: `TCVN3`, `Windows-1258` ..."""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    """Visible sheets with content that were not read."""


def read_table(path: Path | str) -> Table:
    """Read the table of a CSV file or the first filled sheet of a workbook; raises InputError."""
    file, path = str(path), Path(path)
    try:
        if path.is_dir():
            raise refusal("folder", file)
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(LONGEST_LINE)
    except OSError as error:
        raise refusal("closed", file) from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise refusal("empty", file)
    if head.startswith(_WORKBOOKS):
        return with_workbook(path, file, lambda workbook: _sheet(workbook, file))
    _check_text(path, head, size, file)
    return _delimited(path.read_bytes(), file)


def _check_text(path: Path, head: bytes, size: int, file: str) -> None:
    """Refuse, from the first megabyte alone, what is no table of text."""
    start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise refusal("markup", file)
    if start.startswith(_PACKED):
        raise refusal("packed", file)
    if path.suffix.lower() in _WORKBOOK_NAMES:
        raise refusal("disguised", file, suffix=path.suffix)
    if size > len(head) and b"\n" not in head and b"\r" not in head:
        raise refusal("long-line", file, 1, most=LONGEST_LINE)
    if size > _MOST_TEXT:
        raise refusal("large", file, size=size)


def _delimited(raw: bytes, file: str) -> Table:
    """Read comma, semicolon or tab separated text."""
    text, encoding = _text(raw, file)
    for line, words in enumerate(text.splitlines(), start=1):
        if len(words) > LONGEST_LINE:
            raise refusal("long-line", file, line, most=LONGEST_LINE)
    begun, delimiter = 1, ""
    if text[:4].lower() == "sep=" and text[4:5] in _SEPARATORS:
        delimiter, text, begun = text[4], text.partition("\n")[2], 2
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
    rows, lines, above, cells = [], [], begun, 0
    try:
        for row in reader:
            rows.append([_clean(cell) for cell in row])
            lines.append(begun)
            cells += len(row)
            if cells > _MOST_WRITTEN:
                raise refusal("long-table", file, begun, most=_MOST_WRITTEN)
            begun = reader.line_num + above
    except csv.Error as error:
        raise refusal("long-cell" if "field limit" in str(error) else "quote", file, begun) from error
    return Table(file, _squared(rows, file), lines, encoding=encoding)


def _text(raw: bytes, file: str) -> tuple[str, str]:
    """Text without its byte order mark, and the old encoding it was in, if any."""
    try:
        decoded = decode(raw)
    except ValueError as error:
        raise refusal("bytes", file) from error
    if not decoded.is_sure:
        raise refusal("code-page", file, likely=decoded.encoding or "Windows-1252")
    is_plain = decoded.encoding.startswith("utf") and decoded.encoding != "utf-8 twice"
    return decoded.text.removeprefix("\ufeff"), "" if is_plain else decoded.encoding


def _delimiter(text: str) -> str:
    """The separator that cuts the most rows alike; a comma inside "0,5" cuts them unevenly."""
    best, chosen = (0.0, 1), ","
    for candidate in _SEPARATORS[:3]:
        rows = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=candidate)
        try:
            counts = Counter(len(row) for row in rows)
        except csv.Error:
            continue
        (width, alike), every = counts.most_common(1)[0], sum(counts.values())
        if width > 1 and (alike / every, width) > best:
            best, chosen = (alike / every, width), candidate
    return chosen


def _check_old_workbook(path: Path, size: int, file: str) -> None:
    """An OLE container is an old workbook, an encrypted new one, or another program's file."""
    if size > MOST_BYTES:
        raise refusal("large", file, size=size)
    raw = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise refusal("locked", file)
    if not any(name.encode("utf-16-le") in raw for name in ("Workbook", "Book")):
        raise refusal("not-workbook", file)


def with_workbook(path: Path, file: str, read: Callable[[CalamineWorkbook], T], times: int = 1) -> T:
    """Check a workbook, open it and read it, up to so many `times` larger than a table of steps.

    Raises:
        InputError: it is none, is locked, damaged or too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head.startswith(b"PK"):
            check_workbook(path, file, times)
        else:
            _check_old_workbook(path, path.stat().st_size, file)
        return read(CalamineWorkbook.from_path(str(path)))
    except InputError:
        raise
    except PasswordError as error:
        raise refusal("locked", file) from error
    except (CalamineError, OSError, ValueError) as error:
        raise refusal("damaged", file) from error
    except BaseException as error:  # a panic of the reader on a damaged file is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise refusal("damaged", file) from error


def filled_sheets(workbook: CalamineWorkbook, file: str, most: int = MOST_CELLS) -> list[CalamineSheet]:
    """The visible sheets with content, each of at most so many cells; raises InputError without any."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    filled: list[CalamineSheet] = []
    for known in workbook.sheets_metadata:
        if known.visible is SheetVisibleEnum.Visible and known.typ is SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(known.name)
            if sheet.total_height * sheet.total_width > most:
                raise refusal("vast", file, height=sheet.total_height, width=sheet.total_width)
            if sheet.start is not None:
                filled.append(sheet)
    if not filled:
        raise refusal("blank", file)
    return filled


def _sheet(workbook: CalamineWorkbook, file: str) -> Table:
    """The first visible sheet with content; the names of the others are kept to be said."""
    filled = filled_sheets(workbook, file)
    sheet = filled[0]
    rows = [[said_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    # A font encoding is told from all cells together: one cell holds too few words to be certain.
    fixed = repair("\x00".join(cell for row in rows for cell in row))
    cells = iter(fixed.text.split("\x00"))
    rows = [[next(cells) for _ in row] for row in rows]
    ranges = sheet.merged_cell_ranges or []
    merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)
    encoding = "" if fixed.encoding == "utf-8" else fixed.encoding
    others = tuple(other.name for other in filled[1:])
    return Table(
        file, _squared(rows, file), list(range(1, len(rows) + 1)), merged, encoding, sheet.name, others
    )


def said_cell(value: object) -> str:
    """What a cell shows; a day stays a day, for "1/2" that a spreadsheet took for 1 February is lost."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return _clean(str(value))


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell.replace("\u00a0", " ").replace("\x00", "")).strip()


def _squared(rows: list[list[str]], file: str) -> list[list[str]]:
    """Rows of one length; a table without a single filled cell is refused."""
    if not any(cell for row in rows for cell in row):
        raise refusal("blank", file)
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]
