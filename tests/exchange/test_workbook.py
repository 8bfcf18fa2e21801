"""What is written to a workbook is read back as it was: figures as figures, days as days, text as text."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from python_calamine import CalamineWorkbook

from iso_audit.exchange.workbook import write_workbook
from iso_audit.model.table import Column, Table

DAY = dt.date(2024, 3, 1)
TABLE = Table(
    "Số đếm",
    (Column("Đơn vị"), Column("Tháng", "month"), Column("Hồ sơ"), Column("Tỷ lệ", "percent"), Column("Ngày")),
    (("=1+1", DAY, 1234, 0.5, DAY), ("http://x", None, 0, None, None)),
)


def written(folder: Path, *tables: Table) -> CalamineWorkbook:
    write_workbook(tables, folder / "made.xlsx")
    return CalamineWorkbook.from_path(folder / "made.xlsx")


def test_values_come_back_as_they_were_and_nothing_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    rows = written(tmp_path, TABLE).get_sheet_by_name("Số đếm").to_python()
    assert rows == [
        ["Đơn vị", "Tháng", "Hồ sơ", "Tỷ lệ", "Ngày"],
        ["=1+1", DAY, 1234.0, 0.5, DAY],
        ["http://x", "", 0.0, "", ""],
    ]


def test_notes_stand_above_the_head(tmp_path: Path) -> None:
    table = Table("t", (Column("a"),), ((1,),), title="Đầu đề", notes=("đếm gì", "trên gì"))
    rows = written(tmp_path, table).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["Đầu đề", "đếm gì", "trên gì", "", "a", 1.0]


def test_names_of_sheets_are_mended_until_excel_takes_them(tmp_path: Path) -> None:
    names = ["a/b", "A b", "x" * 40, "x" * 50, ""]
    book = written(tmp_path, *(Table(name, (Column("a"),), ()) for name in names))
    assert book.sheet_names == ["a b", "A b 2", "x" * 31, "x" * 29 + " 2", "–"]


def test_the_same_tables_give_the_same_bytes_whenever_they_are_written(tmp_path: Path) -> None:
    made = []
    for wait in (0, 2.1):  # a zip archive tells two seconds apart
        time.sleep(wait)
        written(tmp_path, TABLE)
        made.append((tmp_path / "made.xlsx").read_bytes())
    assert made[0] == made[1]
    assert [path.name for path in tmp_path.iterdir()] == ["made.xlsx"]
