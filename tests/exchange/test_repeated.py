"""Logs in which a dossier or an activity stands in several rows: what belongs together is put together."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import xlsxwriter

from iso_audit.exchange.json_logs import read_json_log
from iso_audit.exchange.lifecycle import STARTED, paired
from iso_audit.exchange.national import ASKED, BROUGHT
from iso_audit.exchange.xes import read_xes
from tests.exchange.test_log_files import CASES, EVENTS, found, house, run
from tests.test_bad_input import LOG, XES, XES_MAPPING, put

__all__ = ["house"]

FLAT = """mapping: flat
procedure: copy
steps: {Tiếp nhận: receive, Thẩm định: appraise, Ký duyệt: sign, Trả kết quả: return}
ignore: [Ghi chú]
dates: ["%d/%m/%Y %H:%M"]
events:
  columns: {dossier_id: Mã hồ sơ, step: Công việc, actor: Cán bộ, started_at: Bắt đầu, finished_at: Kết thúc}
dossiers:
  from: events
  columns: {dossier_id: Mã hồ sơ, received_at: Ngày nhận, finished_at: Ngày xong}
"""


def flat_rows() -> list[dict[str, str]]:
    """The log of two tables as one: what is known of a dossier in each of its rows."""
    known = {case["Mã hồ sơ"]: case for case in CASES}
    return [{**event, **known[event["Mã hồ sơ"]]} for event in EVENTS if event["Mã hồ sơ"] in known]


def put_flat(path: Path, rows: list[dict[str, str]]) -> None:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, heads)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [row.get(name, "") for name in heads])
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, heads)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("name", ["flat.csv", "flat.xlsx"])
def test_dossiers_repeated_on_every_row_give_the_findings_of_two_tables(house: Path, name: str) -> None:
    (house / "flat.yaml").write_text(FLAT, encoding="utf-8")
    put_flat(house / name, flat_rows())
    assert found(name, "flat.yaml") == found("log.csv")


def test_a_column_filled_in_one_row_alone_says_it_of_the_whole_dossier(house: Path) -> None:
    (house / "flat.yaml").write_text(FLAT, encoding="utf-8")
    rows, seen = flat_rows(), set[str]()
    for row in reversed(rows):
        if row["Mã hồ sơ"] in seen:
            row["Ngày xong"] = row["Ngày nhận"] = ""
        seen.add(row["Mã hồ sơ"])
    put_flat(house / "flat.csv", rows)
    assert found("flat.csv", "flat.yaml") == found("log.csv")


def test_rows_that_contradict_an_earlier_one_are_listed_and_the_first_counts(house: Path) -> None:
    (house / "flat.yaml").write_text(FLAT, encoding="utf-8")
    rows = flat_rows()
    spoilt = max(n for n, row in enumerate(rows) if row["Mã hồ sơ"] == rows[0]["Mã hồ sơ"])
    assert spoilt > 0
    rows[spoilt]["Ngày nhận"] = "01/12/2025 08:00"
    put_flat(house / "flat.csv", rows)
    told = run("audit", "-q", "-w", ".", "--log", "flat.csv", "--map", "flat.yaml", "--format", "json")
    intake = json.loads(told.stdout)["intake"]
    assert intake["refused_reasons"] == {"contradicts": 1}
    assert [(one["row"], one["value"]) for one in intake["refused"]] == [(spoilt + 2, rows[0]["Mã hồ sơ"])]
    assert intake["dossiers_kept"] == len(CASES)
    assert intake["dossier_rows"] == len(CASES) + 1
    assert f"could not be used: 1, in {len(rows)} rows;" in told.stderr


LIST = """mapping: list
procedure: copy
events: {columns: {dossier_id: Mã hồ sơ, finished_at: Ngày nhận}, constant: {step: receive}}
dossiers: {from: list.csv, columns: {dossier_id: Mã hồ sơ, received_at: Ngày nhận}}
"""


def test_rows_are_counted_once_whatever_they_are_read_for(house: Path) -> None:
    rows = [[f"HS-{n}", f"2025-03-{n:02}T08:00"] for n in range(3, 8)] + [["HS-9", "xx"]]
    put(house, "list.csv", "\n".join(map(",".join, [["Mã hồ sơ", "Ngày nhận"], *rows])))
    put(house, "list.yaml", LIST)
    put(house, "one.xes", XES)
    put(house, "one.yaml", XES_MAPPING)
    put(house, "log.csv", LOG + "HS-0,Thẩm định,cb0,xx,03/03/2025 11:00\n")
    in_files = {"list.csv": 6, "one.xes": 1 + 1, "log.csv": 22 + 5}
    for (log, count), mapping in zip(in_files.items(), ("list.yaml", "one.yaml", "map.yaml"), strict=True):
        told = run("audit", "-q", "-w", ".", "--log", log, "--map", mapping, "--format", "json")
        assert json.loads(told.stdout)["intake"]["rows"] == count
        assert (f", in {count} rows;" in told.stderr) == (log != "one.xes")


def test_the_mapping_of_such_a_log_is_proposed(house: Path) -> None:
    put_flat(house / "flat.csv", flat_rows())
    made = run("map", "flat.csv", "-w", ".")
    assert made.exit_code == 0, made.output
    assert "  from: events\n" in made.stdout
    assert "    received_at: Ngày nhận\n" in made.stdout


def event(name: str, kind: str, at: str, instance: str = "") -> dict[str, str]:
    told = {"concept:name": name, "lifecycle:transition": kind, "time:timestamp": at}
    return told | ({"concept:instance": instance} if instance else {})


def spans(events: list[dict[str, str]]) -> list[tuple[int, str, str, str]]:
    return [
        (at, one["concept:name"], one.get(STARTED, ""), one.get("time:timestamp", ""))
        for at, one in paired(events)
    ]


def test_a_start_and_its_end_are_one_event_where_the_end_stands() -> None:
    log = [
        event("a", "start", "1"),
        event("b", "start", "2"),
        event("a", "complete", "3"),
        event("b", "complete", "4"),
    ]
    assert spans(log) == [(2, "a", "1", "3"), (3, "b", "2", "4")]


def test_instances_tell_which_start_belongs_to_which_end_else_the_earliest_does() -> None:
    named = [event("a", "start", "1", "x"), event("a", "start", "2", "y"), event("a", "complete", "3", "y"),
             event("a", "complete", "4", "x")]  # fmt: skip
    assert spans(named) == [(2, "a", "2", "3"), (3, "a", "1", "4")]
    plain = [{k: v for k, v in one.items() if k != "concept:instance"} for one in named]
    assert spans(plain) == [(2, "a", "1", "3"), (3, "a", "2", "4")]


def test_what_has_no_counterpart_is_kept_as_begun_or_ended_alone() -> None:
    log = [
        event("a", "complete", "1"),
        event("a", "start", "2"),
        event("b", "start", "3"),
        event("b", "complete", "4"),
    ]
    assert spans(log) == [(0, "a", "", "1"), (1, "a", "2", ""), (3, "b", "3", "4")]


def test_other_transitions_are_named_and_not_taken_for_work_done() -> None:
    log = [event("a", "schedule", "1"), event("a", "start", "2"), event("a", "complete", "3")]
    assert spans(log) == [(0, "a+schedule", "", "1"), (2, "a", "2", "3")]


def test_a_log_of_ends_alone_stays_as_it_is() -> None:
    log = [event("a", "complete", "1"), event("a", "complete", "2")]
    assert spans(log) == [(0, "a", "", "1"), (1, "a", "", "2")]


def test_paired_events_keep_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    def written(one: dict[str, str]) -> str:
        kinds = {"time:timestamp": "date"}
        inside = "".join(f'<{kinds.get(k, "string")} key="{k}" value="{v}"/>' for k, v in one.items())
        return f"<event>{inside}</event>"

    day = "2026-01-05T0{}:00:00+07:00"
    one = [event("a", "start", day.format(1)), event("a", "complete", day.format(2))]
    two = [event("b", "complete", day.format(3)), event("b", "start", day.format(4))]
    traces = "".join(
        f'<trace><string key="concept:name" value="{n}"/>{"".join(map(written, each))}</trace>'
        for n, each in enumerate((one, two))
    )
    (tmp_path / "log.xes").write_text(f"<log>{traces}</log>", encoding="utf-8")
    read = read_xes(tmp_path / "log.xes").events.to_pydict()
    assert read["row"] == [2, 3, 4]
    assert read["case:concept:name"] == ["0", "1", "1"]
    assert read[STARTED] == [day.format(1), None, day.format(4)]
    assert read["time:timestamp"] == [day.format(2), day.format(3), None]


def supplement(**more: str) -> dict[str, object]:
    asked = {"HoSoBoSungId": "1", "NguoiYeuCauBoSung": "cb1", "NgayBoSung": "20260106080000",
             "NoiDungBoSung": "Thiếu bản vẽ", **more}  # fmt: skip
    return {"MaHoSo": "H1", "MaTTHC": "1.1", "NgayTiepNhan": "20260105080000", "DanhSachHoSoBoSung": [asked]}


def progress(moment: str, state: str) -> dict[str, str]:
    return {"MaHoSo": "H1", "NoiDungXuLy": "ask", "ThoiDiemXuLy": moment, "TrangThai": state}


def national(folder: Path, *sent: object) -> list[tuple[str | None, ...]]:
    path = folder / "sent.json"
    path.write_text(json.dumps(list(sent), ensure_ascii=False), encoding="utf-8")
    read = read_json_log(path).events.to_pydict()
    names = ("MaHoSo", "NoiDungXuLy", "ThoiDiemXuLy", "NguoiXuLy", "NoiDungBoSung", "NgayHenTraMoi")
    return list(zip(*(read[name] for name in names), strict=True))


def test_the_list_of_supplements_becomes_events_of_its_dossier(tmp_path: Path) -> None:
    later = supplement(
        NgayTiepNhanBoSung="20260109090000", NguoiTiepNhanBoSung="cb2", NgayHenTraMoi="20260120170000"
    )
    assert national(tmp_path, supplement(), progress("20260105081000", "4"), later) == [
        ("H1", "ask", "20260105081000", None, None, None),
        ("H1", ASKED, "20260106080000", "cb1", "Thiếu bản vẽ", None),
        ("H1", BROUGHT, "20260109090000", "cb2", None, "20260120170000"),
    ]


def test_a_row_of_progress_that_asks_at_the_same_moment_is_the_same_request(tmp_path: Path) -> None:
    sent = (supplement(), progress("20260106080000", "5"), progress("20260106080000", "4"))
    assert national(tmp_path, *sent) == [
        ("H1", "ask", "20260106080000", "cb1", "Thiếu bản vẽ", None),
        ("H1", "ask", "20260106080000", None, None, None),
    ]
