"""Logs as offices export them are read as they are meant; what cannot be used is told with its place."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import unicodedata
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.held import HeldLog
from iso_audit.engine.opening import Foreign
from iso_audit.model.log import Cut, FactParameters, Intake, LogMapping, TableMapping, World
from tests.engine.logs import ORGANISATION, PROCEDURES, calendar

HEAD = ["mã hồ sơ", "công việc", "người", "bắt đầu", "kết thúc", "ghi chú"]
ROWS = [
    ["H-1", "Tiếp nhận", "A", "2024-04-01 08:00:00", "2024-04-01 08:30:00", "đủ"],
    ["H-1", "Kiểm tra", "B", "2024-04-01 09:00:00", "2024-04-01 09:20:00", ""],
    ["H-2", "Tiếp nhận", "A", "2024-04-02 08:00:00", "2024-04-02 10:30:00", "chờ; thiếu, đơn"],
]
NAMES = ("dossier_id", "step", "actor", "started_at", "finished_at", "reason")
MAPPING = LogMapping(
    "good",
    TableMapping(dict(zip(NAMES, HEAD, strict=True))),
    steps={"Tiếp nhận": "receive", "Kiểm tra": "check"},
    procedure="permit",
)
ZONE = "Asia/Ho_Chi_Minh"
WORLD = World(PROCEDURES, ORGANISATION, calendar(ZONE))


def take_in(path: Path, mapping: LogMapping = MAPPING, foreign: Foreign | None = None) -> HeldLog:
    return DuckEngine(foreign).take_in(path, mapping, WORLD)


def events(held: HeldLog) -> list[tuple[object, ...]]:
    """Dossier, step, actor, start and finish of every event, in order."""
    rows = held._store.run(
        "SELECT i.dossier_id, e.act, e.actor, e.started, e.finished FROM event AS e "
        "JOIN id AS i USING (dossier) ORDER BY e.event"
    )
    steps, people = held._words["step"], held._words["actor"]
    return [(code, steps.say(act), people.say(actor), _utc(a), _utc(b)) for code, act, actor, a, b in rows]


def _utc(micros: int | None) -> str:
    if micros is None:
        return ""
    zone = dt.timezone(dt.timedelta(hours=7))
    return f"{dt.datetime.fromtimestamp(micros / 1_000_000, zone):%Y-%m-%d %H:%M:%S}"


EXPECTED = [
    ("H-1", "receive", "A", "2024-04-01 08:00:00", "2024-04-01 08:30:00"),
    ("H-1", "check", "B", "2024-04-01 09:00:00", "2024-04-01 09:20:00"),
    ("H-2", "receive", "A", "2024-04-02 08:00:00", "2024-04-02 10:30:00"),
]


def text(rows=ROWS, *, separator=",", end="\n", head=HEAD) -> str:
    def cell(value: str) -> str:
        return f'"{value}"' if separator in value or "\n" in value else value

    return end.join(separator.join(map(cell, row)) for row in [head, *rows]) + end


WAYS = {
    "plain": text().encode(),
    "byte-order-mark": b"\xef\xbb\xbf" + text().encode(),
    "semicolons": text(separator=";").encode(),
    "tabs": text(separator="\t").encode(),
    "windows-lines": text(end="\r\n").encode(),
    "old-lines": text(end="\r").encode(),
    "sep-line": ("sep=;\n" + text(separator=";")).encode(),
    "no-last-line-end": text().rstrip("\n").encode(),
    "blank-lines": text().replace("\nH-2", "\n\n\nH-2").encode() + b"\n\n",
    "blanks-around": text([[f" {value} " for value in row] for row in ROWS]).encode(),
    "marks-apart": unicodedata.normalize("NFD", text()).encode(),
    "quoted": ("\n".join(",".join(f'"{v}"' for v in row) for row in [HEAD, *ROWS]) + "\n").encode(),
    "more-columns": text([[*row, "thêm"] for row in ROWS], head=[*HEAD, "khác"]).encode(),
    "another-order": text([row[::-1] for row in ROWS], head=HEAD[::-1]).encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_csv_is_read_the_same(tmp_path, way):
    path = tmp_path / "log [1].csv"
    path.write_bytes(WAYS[way])
    with take_in(path) as held:
        assert events(held) == EXPECTED
        assert held.intake.refused_count == 0
    packed = tmp_path / "log.data"
    packed.write_bytes(gzip.compress(WAYS[way]))
    with take_in(packed) as held:
        assert events(held) == EXPECTED


def test_a_named_encoding_is_read(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text(), encoding="utf-16")
    with take_in(path, replace(MAPPING, encoding="utf-16")) as held:
        assert events(held) == EXPECTED
    path.write_bytes(b"x" + text().encode())
    foreign = Foreign(decoders={"abc": lambda raw: raw[1:].decode()})
    with take_in(path, replace(MAPPING, encoding="ABC"), foreign) as held:
        assert events(held) == EXPECTED


@pytest.mark.parametrize("typed", [False, True])
def test_parquet_is_read_with_text_or_with_real_times(tmp_path, typed):
    columns = dict(zip(HEAD, zip(*ROWS, strict=True), strict=True))
    if typed:
        for name in ("bắt đầu", "kết thúc"):
            columns[name] = [dt.datetime.fromisoformat(value) for value in columns[name]]
    pq.write_table(pa.table(columns), tmp_path / "log")
    with take_in(tmp_path / "log") as held:
        assert events(held) == EXPECTED


@pytest.mark.parametrize("part", [0, 250_000])
def test_events_stand_by_finish_then_start_then_row_whether_or_not_seconds_are_whole(tmp_path, part):
    day = dt.datetime.fromisoformat("2024-04-01T08:00")
    ends = [(5, 9), (5, 9), (3, 9), (None, 9), (4, None), (5, 8)]
    rows = [
        {
            "mã hồ sơ": "H-1",
            "công việc": "Tiếp nhận",
            "người": f"{n}",
            "bắt đầu": None if start is None else day + dt.timedelta(minutes=start),
            "kết thúc": None
            if end is None
            else day + dt.timedelta(minutes=end, microseconds=part * (n == 5)),
            "ghi chú": "",
        }
        for n, (start, end) in enumerate(ends)
    ]
    moment = pa.timestamp("us")
    types = {name: moment if name in ("bắt đầu", "kết thúc") else pa.string() for name in HEAD}
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(types)), tmp_path / "sổ.parquet")
    with take_in(tmp_path / "sổ.parquet") as held:
        assert [event[2] for event in events(held)] == ["5", "2", "0", "1", "3", "4"]


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.date32()])
def test_moments_of_no_age_that_offices_live_in_are_refused_whatever_holds_them(tmp_path, kind):
    days = [dt.datetime.fromisoformat(f"{year}-06-01") for year in (1900, 2024, 2025, 2150)]
    given = [day.date() for day in days] if kind == pa.date32() else days
    columns = {name: ["H-1"] * 4 if name == HEAD[0] else ["Tiếp nhận"] * 4 for name in HEAD}
    table = pa.table({**columns, "bắt đầu": pa.array([None] * 4, kind), "kết thúc": pa.array(given, kind)})
    pq.write_table(table, tmp_path / "sổ.parquet")
    with take_in(tmp_path / "sổ.parquet") as held:
        refused = refusals(held, tmp_path)
        assert [(row, value[:4], reason) for row, _, value, reason in refused] == [
            ("1", "1900", "bad-date"),
            ("4", "2150", "bad-date"),
        ]


def test_dates_of_several_kinds_stand_in_one_column(tmp_path):
    kinds = [
        "2024-04-01 08:30:00", "2024-04-01T08:30:00+07:00", "2024-04-01T01:30:00Z",
        "2024-04-01T08:30:00.000+07:00",
        "01/04/2024 08:30", "20240401083000", "45383.354166666664", "2024-03-31 20:30:00-05:00",
    ]  # fmt: skip
    path = tmp_path / "log.csv"
    path.write_text(
        text([[f"H-{n}", "Tiếp nhận", "", "", kind, ""] for n, kind in enumerate(kinds)]), encoding="utf-8"
    )
    dates = ("%d/%m/%Y %H:%M", "%Y%m%d%H%M%S", "excel")
    with take_in(path, replace(MAPPING, dates=dates, zone=ZONE)) as held:
        assert {row[-1] for row in events(held)} == {"2024-04-01 08:30:00"}
        assert held.intake.events_kept == len(kinds)


def test_a_format_of_the_mapping_comes_before_iso(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text([["H-1", "Tiếp nhận", "", "", "2024-05-04", ""]]), encoding="utf-8")
    with take_in(path, replace(MAPPING, dates=("%Y-%d-%m",))) as held:
        assert events(held)[0][-1] == "2024-04-05 00:00:00"


def test_moments_without_offset_are_of_the_mappings_zone(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text([["H-1", "Tiếp nhận", "", "", "2024-04-01 08:30:00", ""]]), encoding="utf-8")
    with take_in(path, replace(MAPPING, zone="Europe/Amsterdam")) as held:
        assert events(held)[0][-1] == "2024-04-01 13:30:00"


def test_a_start_that_is_missing_is_the_finish_before_where_the_mapping_says_so(tmp_path):
    path = tmp_path / "log.csv"
    rows = [[code, act, who, "", ended, ""] for code, act, who, _, ended, _ in ROWS]
    path.write_text(text(rows), encoding="utf-8")
    with take_in(path, replace(MAPPING, start="previous_finish")) as held:
        assert [row[3] for row in events(held)] == ["", "2024-04-01 08:30:00", ""]
        assert held.column_known("events.started_at")


def test_columns_are_cut_and_set(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text(), encoding="utf-8")
    table = TableMapping(
        {name: theirs for name, theirs in MAPPING.events.columns.items() if name != "actor"},
        {"actor": Cut("mã hồ sơ", r"H-(\d)"), "document": Cut("ghi chú", "(đơn)")},
        {"unit": "u1"},
    )
    with take_in(path, replace(MAPPING, events=table)) as held:
        assert [row[2] for row in events(held)] == ["1", "1", "2"]
        assert held.intake.columns >= {"events.document", "events.unit"}
        assert held.unit_dossiers() == {("permit", "u1"): 2}


def refusals(held: HeldLog, folder: Path) -> list[tuple[str, str, str, str]]:
    held.write_refused(folder / "refused.csv")
    with (folder / "refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["why"] for row in rows)
    listed = [(row["row"], row["column"], row["value"], row["reason"]) for row in rows]
    shown = [(str(r.row), r.column, r.value, r.reason) for r in held.intake.refused]
    assert shown == listed[: len(shown)]
    return listed


def adds_up(intake: Intake) -> bool:
    rows = intake.event_rows + intake.dossier_rows
    kept = intake.events_kept + intake.events_ignored + intake.dossiers_kept + intake.refused_count
    return rows == kept and intake.refused_count == sum(intake.refused_reasons.values())


def test_every_refused_row_is_listed_with_line_column_value_and_reason(tmp_path):
    path = tmp_path / "log.csv"
    rows = [
        *ROWS,
        ["", "Tiếp nhận", "A", "", "2024-04-01 08:30:00", ""],
        ["H-3", "", "A", "", "2024-04-01 08:30:00", ""],
        ["H-3", "Tiếp nhận", "A", "2024-04-31 08:00:00", "2024-04-01 08:30:00", "nhiều\ndòng"],
        ["H-3", "Tiếp nhận", "A", "", "3024-04-01 08:30:00", ""],
        ["H-3", "Tiếp nhận", "A", "", "", ""],
        ["H-3", "Gọi điện", "A", "", "2024-04-01 08:30:00", ""],
        *[["H-3", "Đóng dấu", "A", "", "2024-04-01 08:30:00", ""]] * 4,
    ]
    path.write_text(text(rows), encoding="utf-8")
    with take_in(path, replace(MAPPING, ignored=("Gọi điện",))) as held:
        assert refusals(held, tmp_path) == [
            ("5", "mã hồ sơ", "", "no-dossier"),
            ("6", "công việc", "", "no-step"),
            ("7", "bắt đầu", "2024-04-31 08:00:00", "bad-date"),
            ("9", "kết thúc", "3024-04-01 08:30:00", "bad-date"),
            ("10", "kết thúc", "", "no-finish"),
        ]
        intake = held.intake
        assert (intake.event_rows, intake.events_kept, intake.events_ignored) == (13, 7, 1)
        assert intake.unknown_activities == {"Đóng dấu": 4}
        assert adds_up(intake)


def test_only_the_rows_with_broken_quoting_are_lost(tmp_path):
    path = tmp_path / "log.csv"
    lines = text([*ROWS, *ROWS, *ROWS]).splitlines()
    lines[2] = 'H-1,Kiểm tra,"B,2024-04-01 09:00:00,2024-04-01 09:20:00,'
    lines[5] = "H-1,Kiểm tra"
    lines[7] = 'H-1,"Tiếp nhận" ,A,2024-04-01 08:00:00,2024-04-01 08:30:00,'
    lines.insert(8, "")
    lines.insert(9, 'H-9,Tiếp nhận,A,2024-04-01 08:00:00,2024-04-01 08:30:00,"hai\ndòng"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with take_in(path) as held:
        listed = refusals(held, tmp_path)
        assert [(line, reason) for line, _, _, reason in listed] == [
            ("3", "bad-row"),
            ("6", "bad-row"),
            ("8", "bad-row"),
        ]
        assert (held.intake.event_rows, held.intake.events_kept) == (10, 7)
        assert adds_up(held.intake)
        assert sorted(row[0] for row in events(held)) == ["H-1"] * 3 + ["H-2"] * 3 + ["H-9"]


SECOND = replace(
    MAPPING,
    dossiers=TableMapping(
        {"dossier_id": "mã", "received_at": "nhận", "due_at": "hạn", "procedure": "thủ tục"}
    ),
    dossiers_from="hồ sơ.csv",
)


def test_a_second_table_of_dossiers_is_joined_and_accounted_for(tmp_path):
    (tmp_path / "log.csv").write_text(text(), encoding="utf-8")
    (tmp_path / "hồ sơ.csv").write_text(
        "mã,nhận,hạn,thủ tục\n"
        "H-1,2024-04-01 07:45:00,2024-04-05,permit\n"
        "H-1,2024-04-01 07:45:00,2024-04-05,permit\n"
        ",2024-04-01 07:45:00,2024-04-05,permit\n"
        "H-4,2024-04-01,ngày mai,permit\n"
        "H-5,2024-04-01,,không có\n",
        encoding="utf-8",
    )
    with take_in(tmp_path / "log.csv", SECOND) as held:
        assert [(line, reason) for line, _, _, reason in refusals(held, tmp_path)] == [
            ("3", "duplicate"), ("4", "no-dossier"), ("5", "bad-date"),
        ]  # fmt: skip
        intake = held.intake
        assert (intake.dossier_rows, intake.dossiers_kept) == (6, 3)
        assert intake.dossiers_without_procedure == 1
        assert adds_up(intake)


def test_a_due_day_without_an_hour_lasts_until_the_day_ends_and_a_moment_does_not(tmp_path):
    (tmp_path / "log.csv").write_text(text(), encoding="utf-8")
    mapping = replace(
        SECOND, due="given", dossiers=TableMapping({**SECOND.dossiers.columns, "finished_at": "xong"})
    )
    (tmp_path / "hồ sơ.csv").write_text(
        "mã,nhận,hạn,thủ tục,xong\n"
        "H-1,2024-04-01,2024-04-05,permit,2024-04-05 16:00:00\n"
        "H-2,2024-04-01,2024-04-05 00:00:00,permit,2024-04-05 16:00:00\n"
        "H-3,2024-04-01,05/04/2024,permit,2024-04-06 00:00:00\n"
        "H-4,2024-04-01,2024-04-05 16:00:00.100,permit,2024-04-05 16:00:00.200\n",
        encoding="utf-8",
    )
    with take_in(tmp_path / "log.csv", replace(mapping, dates=("%d/%m/%Y",))) as held:
        rows = held._store.run(
            "SELECT dossier_id, overdue FROM dossier JOIN id USING (dossier) ORDER BY dossier_id"
        )
        assert rows == [("H-1", 0), ("H-2", 1), ("H-3", 1), ("H-4", 1)]


def test_the_version_in_force_at_receipt_and_its_era_judge_a_dossier(tmp_path):
    path = tmp_path / "log.csv"
    days = {"a": "2024-04-01", "b": "2024-04-03", "c": "2024-04-04"}
    path.write_text(text([[code, "Tiếp nhận", "", "", f"{day} 08:00:00", ""] for code, day in days.items()]))
    world = replace(WORLD, eras=(dt.date(2024, 4, 2), dt.date(2024, 4, 4)))
    for name in ("permit", "1.000001"):
        with DuckEngine().take_in(path, replace(MAPPING, procedure=name), world) as held:
            said = [(kind.procedure.key, kind.era) for kind in held.dossier_kinds()]
            assert said == [("permit", 0), ("permit", 1), ("permit@2024-04-04", 2)]


def test_user_text_never_becomes_part_of_a_statement(tmp_path):
    path = tmp_path / "log';DROP TABLE x--.csv"
    bad = "a\"; DROP TABLE event; --'"
    head = [bad, *HEAD[1:]]
    rows = [[bad, bad, bad, "2024-04-01 08:00:00", "2024-04-01 08:30:00", bad]]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    table = TableMapping({**MAPPING.events.columns, "dossier_id": bad}, {}, {"unit": bad, "role": bad})
    with take_in(path, replace(MAPPING, events=table, steps={bad: "receive"}, roles={bad: bad})) as held:
        assert events(held)[0][:3] == (bad, "receive", bad)
        assert held.unit_dossiers() == {("permit", bad): 1}


def test_patterns_of_codes_that_only_python_understands_are_used_too(tmp_path):
    path = tmp_path / "log.csv"
    codes = ("H01-240401-0001", "H01-240402-0001", "H99-240401-0002", "x")
    path.write_text(text([[code, "Tiếp nhận", "", "", "2024-04-01 08:30:00", ""] for code in codes]), "utf-8")
    said = []
    for pattern in (r"(?!H99)H\d\d-(?P<day>\d{6})-\d{4}", r"H[0-8]\d-(?P<day>\d{6})-\d{4}"):
        parameters = {("permit", 0): FactParameters(code_patterns=(pattern,))}
        with DuckEngine().take_in(path, MAPPING, replace(WORLD, parameters=parameters)) as held:
            kinds = held.dossier_kinds()
            names = ("code_malformed", "code_other_day", "code_twice")
            said.append(sorted((*(kind.facts[name] for name in names), kind.count) for kind in kinds))
    assert said[0] == said[1] == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 2, 2, 2)]
