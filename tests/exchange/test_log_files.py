"""Logs as offices have them: whatever the format, the same dossiers give the same findings."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from iso_audit.cli import cli
from iso_audit.exchange.json_logs import read_json_log
from iso_audit.exchange.sheet_logs import read_sheet_log
from tests.test_bad_input import DOSSIERS, HOUSE, LATE, MAPPING, put

EVENTS = list(csv.DictReader(LATE.splitlines()))
CASES = list(csv.DictReader(DOSSIERS.splitlines()))
STEPS = "steps: {Tiếp nhận: receive, Thẩm định: appraise, Ký duyệt: sign, Trả kết quả: return}\n"
HEAD = f"mapping: other\nprocedure: copy\n{STEPS}ignore: [Ghi chú]\n"
BY_OBJECT = f"""{HEAD}events:
  columns: {{dossier_id: object, step: type, actor: who, started_at: start, finished_at: time}}
dossiers:
  from: attributes
  columns: {{dossier_id: object, received_at: received, finished_at: done}}
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in HOUSE.items():
        put(tmp_path, name, content)
    put(tmp_path, "log.csv", LATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, lang: str = "en") -> Result:
    return CliRunner().invoke(cli, [*words, "--lang", lang])


def found(log: str, mapping: str = "map.yaml") -> list[dict[str, Any]]:
    """Findings of an audit, without where the log stands."""
    only = ("--select", "TIM", "--select", "PRC", "--fail-on", "never")
    result = run("audit", "-q", "-w", ".", "--log", log, "--map", mapping, "--format", "json", *only)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["findings"]
    return list(told["findings"])


def table(path: Path, rows: list[list[str]], *, title: bool = True, days: bool = False) -> None:
    """A workbook as an office's program writes it: a title, a blank row, the head, days as days."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, day = book.add_worksheet("Nhật ký"), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        first = 3 if title else 0
        if title:
            sheet.merge_range(0, 0, 0, len(rows[0]) - 1, "SỔ THEO DÕI HỒ SƠ NĂM 2025")
            sheet.write(1, 0, "Từ ngày 01/03/2025")
        for number, row in enumerate(rows, start=first):
            for column, cell in enumerate(row):
                if days and "/" in cell:
                    sheet.write_datetime(number, column, at(cell), day)
                else:
                    sheet.write(number, column, cell)


def workbook_log(path: Path, *, days: bool) -> None:
    table(path, [line.split(",") for line in LATE.splitlines()], days=days)


def at(moment: str) -> dt.datetime:
    return dt.datetime.strptime(moment, "%d/%m/%Y %H:%M")  # noqa: DTZ007 - as the office's clock shows it


def iso(moment: str) -> str:
    return at(moment).strftime("%Y-%m-%dT%H:%M:%S+07:00")


def objects() -> dict[str, Any]:
    """The log as OCEL 2.0, with officers as further objects."""
    officers = sorted({event["Cán bộ"] for event in EVENTS})
    return {
        "objectTypes": [{"name": "dossier"}, {"name": "officer"}],
        "eventTypes": [],
        "objects": [{"id": name, "type": "officer"} for name in officers]
        + [
            {
                "id": case["Mã hồ sơ"],
                "type": "dossier",
                "attributes": [
                    {"name": "done", "time": "2025-03-09T00:00:00Z", "value": iso(case["Ngày xong"])},
                    {"name": "done", "time": "1970-01-01T00:00:00Z", "value": ""},
                    {"name": "received", "time": "1970-01-01T00:00:00Z", "value": iso(case["Ngày nhận"])},
                ],
            }
            for case in CASES
        ],
        "events": [
            {
                "id": f"e{n}",
                "type": event["Công việc"],
                "time": iso(event["Kết thúc"]),
                "attributes": [
                    {"name": "who", "value": event["Cán bộ"]},
                    {"name": "start", "value": iso(event["Bắt đầu"])},
                ],
                "relationships": [
                    {"objectId": event["Mã hồ sơ"], "qualifier": "of"},
                    {"objectId": event["Cán bộ"], "qualifier": "by"},
                ],
            }
            for n, event in enumerate(EVENTS)
        ],
    }


def messages() -> list[dict[str, Any]]:
    """The log as national messages: half of the dates in either way of writing, ids of steps as content."""
    ids = {"Tiếp nhận": "receive", "Thẩm định": "appraise", "Ký duyệt": "sign", "Trả kết quả": "return"}

    def written(moment: str, n: int) -> str:
        return at(moment).strftime("%Y%m%d%H%M%S" if n % 2 else "%d/%m/%Y %H:%M:%S")

    sent: list[dict[str, Any]] = []
    for n, case in enumerate(CASES):
        code = case["Mã hồ sơ"]
        known = {"MaHoSo": code, "MaTTHC": "9.000001", "NgayTiepNhan": written(case["Ngày nhận"], n)}
        sent.append({"service": "DongBoHoSoMC", "isUpdating": "False", "data": [known]})
        sent.append({
            "service": "CapNhatTienDoHoSoMC",
            "data": [
                {
                    "MaHoSo": code, "NguoiXuLy": event["Cán bộ"], "NoiDungXuLy": ids[event["Công việc"]],
                    "NgayBatDau": written(event["Bắt đầu"], n), "ThoiDiemXuLy": written(event["Kết thúc"], k),
                    "TrangThai": 4,
                }
                for k, event in enumerate(EVENTS)
                if event["Mã hồ sơ"] == code and event["Công việc"] in ids
            ],
        })  # fmt: skip
        update = {"MaHoSo": code, "NgayTiepNhan": "", "NgayKetThucXuLy": written(case["Ngày xong"], n)}
        sent.append({"service": "DongBoHoSoMC", "isUpdating": "True", "data": [update]})
    return sent


@pytest.mark.parametrize("days", [True, False])
def test_a_workbook_gives_the_findings_of_the_same_log_in_csv(house: Path, days: bool) -> None:
    workbook_log(house / "log.xlsx", days=days)
    assert found("log.xlsx") == found("log.csv")


def test_dossiers_may_stand_on_another_sheet_of_the_same_workbook(house: Path) -> None:
    with xlsxwriter.Workbook(str(house / "log.xlsx")) as book:
        for text in (DOSSIERS, LATE):
            sheet = book.add_worksheet()
            for at, line in enumerate(text.splitlines()):
                sheet.write_row(at, 0, line.split(","))
    put(house, "both.yaml", MAPPING.replace("dossiers.csv", "log.xlsx"))
    assert found("log.xlsx", "both.yaml") == found("log.csv")


def test_headings_in_two_rows_with_numbers_below_and_codes_in_merged_cells_are_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "log.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A2:E2", "NHẬT KÝ")
        for letter, name in zip("ABC", ("MA HO SO", "Công\nviệc", "Cán bộ"), strict=True):
            sheet.merge_range(f"{letter}4:{letter}5", name)
        sheet.merge_range("D4:E4", "Thời gian")
        sheet.write_row("D5", ["Bắt đầu", "Kết thúc"])
        sheet.write_row("A6", ["(1)", "(2)", "(3)", "(4)", "(5)"])
        sheet.merge_range("A7:A8", "HS-1")
        sheet.write_row("B7", ["Tiếp nhận", "cb1", "03/03/2025 08:00", "03/03/2025 08:30"])
        sheet.write_row("B8", ["Thẩm định", "cb2", "03/03/2025 09:00", "03/03/2025 11:00"])
        sheet.write_row("A10", ["HS-2", "Tiếp nhận", 7, 45719.5, "x"])
    read = read_sheet_log(tmp_path / "log.xlsx", ("Mã hồ sơ", "Công việc"))
    assert read.column_names == [
        "row", "Mã hồ sơ", "Công việc", "Cán bộ", "Thời gian – Bắt đầu", "Thời gian – Kết thúc"
    ]  # fmt: skip
    assert read["row"].to_pylist() == [7, 8, 10]
    assert read["Mã hồ sơ"].to_pylist() == ["HS-1", "HS-1", "HS-2"]
    assert read["Thời gian – Bắt đầu"].to_pylist()[2] == "45719.5"


def test_a_table_that_begins_far_from_the_corner_keeps_its_rows_and_merged_cells(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "log.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row("D5", ["Mã hồ sơ", "Công việc"])
        sheet.merge_range("D6:D7", "HS-1")
        sheet.write("E6", "a")
        sheet.write("E7", "b")
    empty = "<table:table-row table:number-rows-repeated='4'><table:table-cell/></table:table-row>"
    cells = "<table:table-row><table:table-cell table:number-columns-repeated='3'/>"
    rows = [
        row.replace("<table:table-row>", cells) for row in open_rows("Mã hồ sơ,Công việc\nHS-1,a\nHS-1,b")
    ]
    open_document(tmp_path / "log.ods", [empty, *rows])
    for name in ("log.xlsx", "log.ods"):
        read = read_sheet_log(tmp_path / name).to_pydict()
        assert read == {"row": [6, 7], "Mã hồ sơ": ["HS-1", "HS-1"], "Công việc": ["a", "b"]}


def test_a_refused_row_of_a_workbook_is_named_by_its_row_in_the_sheet(house: Path) -> None:
    rows = [line.split(",") for line in LATE.splitlines()]
    rows[3][3] = "ngày mai"
    table(house / "log.xlsx", rows)
    result = run("audit", "-q", "-w", ".", "--log", "log.xlsx", "--map", "map.yaml")
    assert "log.xlsx:7" in result.stderr


def open_document(path: Path, rows: list[str]) -> None:
    """An OpenDocument workbook with these rows of XML."""
    body = "".join(rows)
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:table="{space}table:1.0" '
        f'xmlns:text="{space}text:1.0"><office:body><office:spreadsheet><table:table table:name="a">'
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)


def open_rows(text: str) -> list[str]:
    return [
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in line.split(",")
        )
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for line in text.splitlines()
    ]


def test_an_open_document_workbook_gives_the_same_findings(house: Path) -> None:
    empty = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    open_document(house / "log.ods", [*open_rows(LATE), empty])
    assert found("log.ods") == found("log.csv")


def test_a_small_open_document_that_repeats_a_cell_without_end_is_refused(house: Path) -> None:
    bomb = (
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="string">'
        "<text:p>a</text:p></table:table-cell></table:table-row>"
    )
    open_document(house / "log.ods", [*open_rows(LATE), bomb])
    result = run("audit", "-q", "-w", ".", "--log", "log.ods", "--map", "map.yaml")
    assert result.exit_code == 2
    assert "sheet is too large" in result.stderr


def test_lines_of_title_above_the_head_of_a_text_are_passed_over(house: Path) -> None:
    put(house, "titled.csv", f"NHẬT KÝ XỬ LÝ HỒ SƠ,,,,\nNăm 2025; tháng 3\n\n{LATE}")
    assert found("titled.csv") == found("log.csv")


@pytest.mark.parametrize("title", ["NHẬT KÝ XỬ LÝ HỒ SƠ,,,,\nNăm 2025\n", "NHẬT KÝ\n\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_refused_row_below_a_title_is_named_by_its_line(house: Path, title: str, quote: str) -> None:
    """Also where a broken quotation mark further down has the text read line by line."""
    bad = LATE.replace("03/03/2025 11:00", "mai", 1).replace("HS-4,Trả", f"{quote}HS-4,Trả")
    put(house, "titled.csv", title + bad)
    lines = (title + bad).splitlines()
    line = lines.index(next(line for line in lines if "mai" in line)) + 1
    result = run("audit", "-q", "-w", ".", "--log", "titled.csv", "--map", "map.yaml")
    assert f"titled.csv:{line}" in result.stderr


def test_a_title_with_line_breaks_in_quotes_swallows_no_row(house: Path) -> None:
    put(house, "titled.csv", f'"NHẬT\nKÝ",\n{LATE}')
    result = run("audit", "-q", "-w", ".", "--log", "titled.csv", "--map", "map.yaml")
    assert result.exit_code == 2
    assert "there is no column 'Mã hồ sơ'" in result.stderr


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_of_objects_gives_the_findings_of_the_same_log_in_csv(house: Path, packed: bool) -> None:
    raw = json.dumps(objects(), indent=packed or None).encode()
    put(house, "log.json", gzip.compress(raw) if packed else raw)
    put(house, "objects.yaml", BY_OBJECT + "object_type: dossier\n")
    assert found("log.json", "objects.yaml") == found("log.csv")


def test_the_type_that_most_events_name_is_the_dossier_unless_the_mapping_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps(objects()), encoding="utf-8")
    assert set(read_json_log(path).events["object"].to_pylist()) == {case["Mã hồ sơ"] for case in CASES}


def test_an_event_of_two_dossiers_is_a_row_of_each_and_one_of_none_has_no_dossier(tmp_path: Path) -> None:
    log = {
        "objects": [{"id": "a", "type": "d"}, {"id": "b", "type": "d"}, {"id": "x", "type": "o"}],
        "events": [
            {"id": "1", "type": "t", "relationships": [{"objectId": "a"}, {"objectId": "b"}]},
            {"id": "2", "type": "t", "relationships": [{"objectId": "x"}, {"objectId": "nobody"}]},
            "no event",
        ],
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log), encoding="utf-8")
    read = read_json_log(path).events
    assert read["row"].to_pylist() == [1, 1, 2, 3]
    assert read["object"].to_pylist() == ["a", "b", None, None]


def as_document(sent: list[dict[str, Any]]) -> str:
    return json.dumps(sent, ensure_ascii=False, indent=1)


def as_lines(sent: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(message, ensure_ascii=False) for message in sent) + "\n\n"


@pytest.mark.parametrize("write", [as_document, as_lines])
def test_national_messages_are_read_by_the_mapping_that_ships(
    house: Path, write: Callable[[list[dict[str, Any]]], str]
) -> None:
    put(house, "sync.json", write(messages()))
    assert found("sync.json", "dong-bo-quoc-gia") == found("log.csv")


def test_later_messages_add_to_what_earlier_ones_said_of_a_dossier(tmp_path: Path) -> None:
    path = tmp_path / "sync.json"
    path.write_text(
        '[{"MaHoSo": "a", "NgayTiepNhan": "1", "TrangThaiHoSo": 4},\n'
        ' {"mahoso": "a", "NgayTiepNhan": "", "TrangThaiHoSo": 9,'
        '  "TienDo": [{"ThoiDiemXuLy": 2, "NoiDungXuLy": "x"}]}]',
        encoding="utf-8",
    )
    read = read_json_log(path)
    assert read.dossiers["NgayTiepNhan"].to_pylist() == ["1"]
    assert read.dossiers["TrangThaiHoSo"].to_pylist() == ["9"]
    assert read.events["MaHoSo"].to_pylist() == ["a"]
    assert read.events["ThoiDiemXuLy"].to_pylist() == ["2"]
