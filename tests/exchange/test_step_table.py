"""The reader of step tables meets real published tables line by line, and says what it could not read."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.errors import InputError
from iso_audit.exchange.sheets import Table
from iso_audit.exchange.step_table import Facts, StepTable, read_steps
from iso_audit.model.place import NOWHERE
from iso_audit.model.procedure import Decision, Limit, Procedure, TimeUnit
from iso_audit.text import Text, folded

COLUMNS = ("step_rows", "sum_hours", "limit_hours", "sum_equals_limit", "time_verdict", "defects")


def hours(limit: Limit | None) -> Fraction:
    seconds = limit.nominal_seconds if limit is not None else None
    return Fraction(seconds or 0, 3600)


def number(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else str(float(value))


def printed_limits(procedure: Procedure) -> list[Limit]:
    every = [step.limit for step in procedure.steps] + [group.limit for group in procedure.limit_groups]
    return [limit for limit in (*every, procedure.limit) if limit is not None]


def judged(procedure: Procedure) -> dict[str, str]:
    """What a check says of one table, computed from the procedure alone."""
    steps, total = procedure.steps, procedure.limit
    spent = sum((hours(step.limit) for step in steps), Fraction(0))
    spent += sum((hours(group.limit) for group in procedure.limit_groups), Fraction(0))
    has_total = total is not None and total.value is not None
    single = [hours(limit) for step in steps for limit in (step.limit, step.stated_limit)]
    defects = set()
    if not has_total:
        verdict = "no_total"
    elif max(single) > hours(total):
        verdict = "step_longer_than_total"
    elif spent < hours(total):
        verdict = "total_above_sum"
    else:
        verdict = "ok" if spent == hours(total) else "sum_above_total"
    if verdict == "step_longer_than_total":
        defects.add("stated_step_longer_than_total")
    elif verdict != "ok":
        defects.add(verdict)
    if any(count > 1 for number, count in Counter(step.number for step in steps).items() if number):
        defects.add("duplicate_step_number")
    submitted = {role for step in steps for role in step.submits_to}
    if "provincial-chairman" in submitted - {step.role for step in steps}:
        defects.add("ubnd_approval_without_step")
    if any(
        limit.unit is TimeUnit.WORKING_DAY and re.search(r"ngày(?! làm việc)", limit.printed)
        for limit in printed_limits(procedure)
    ):
        defects.add("day_wording_mixed")
    return {
        "step_rows": str(len(steps)),
        "sum_hours": number(spent),
        "limit_hours": number(hours(total)) if has_total else "",
        "sum_equals_limit": ("yes" if spent == hours(total) else "no") if has_total else "",
        "time_verdict": verdict,
        "defects": " ".join(sorted(defects)),
    }


def facts_of(line: dict[str, str]) -> Facts:
    decision = Decision(line["decision"], dt.date.fromisoformat(line["date"]), line["agency"])
    return Facts(
        line["id"].lower(), line["codes"], Text(line["title"]), line["level"], line["total_limit_text"],
        line["time_column_header"], decision,
    )  # fmt: skip


@functools.cache
def read_all(folder: Path) -> dict[str, StepTable]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    return {line["id"]: read_steps(folder / line["file"], facts_of(line)) for line in lines}


def test_every_published_table_is_read_as_expected_line_by_line(data):
    folder = data / "published_processes"
    read = read_all(folder)
    actual = {name: judged(table.procedure) for name, table in read.items()}
    limits: dict[tuple[str, str], set[Fraction]] = {}
    for table in read.values():
        key = (table.procedure.code, table.procedure.title.vi)
        limits.setdefault(key, set()).add(hours(table.procedure.limit))
    for name, table in read.items():
        if len(limits[(table.procedure.code, table.procedure.title.vi)]) > 1:
            defects = {*actual[name]["defects"].split(), "same_code_other_limit"}
            actual[name]["defects"] = " ".join(sorted(defects))
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = {line["id"]: {name: line[name] for name in COLUMNS} for line in csv.DictReader(stream)}
    for line in expected.values():
        line["defects"] = " ".join(sorted(line["defects"].split()))
    assert len(expected) == 63
    assert actual == expected


def test_printed_words_of_a_limit_are_kept_and_sentences_cut_to_the_number(data):
    read = read_all(data / "published_processes")
    said = {name: table.procedure.limit.printed for name, table in read.items() if table.procedure.limit}
    some = {name: said[name] for name in ("P001", "P017", "P072", "P094", "P100", "P030", "P031")}
    assert some == {
        "P001": "10 ngày làm việc",
        "P017": "10 ngày làm việc",
        "P072": "17 ngày làm việc",
        "P094": "96 giờ làm việc",
        "P100": "30 ngày làm việc",
        "P030": "Không quy định",
        "P031": "Không tính thời gian",
    }


def test_subtotals_become_parts_with_their_own_limits(data):
    procedure = read_all(data / "published_processes")["P094"].procedure
    parts = {
        part.id: (hours(part.limit), [s.id for s in procedure.steps if s.part == part.id])
        for part in procedure.parts
    }
    assert parts == {
        "cap-xa": (40, [f"b{n}" for n in range(1, 7)]),
        "so-noi-vu": (56, [f"b{n}" for n in range(7, 16)]),
    }


def test_the_total_of_two_tables_below_the_second_is_told_apart_from_its_own_limit(data):
    folder = data / "published_processes"
    table = read_steps(folder / "tables" / "P015.csv", {"total": "03 ngày làm việc"})
    assert (hours(table.procedure.limit), [f.what.en for f in table.assumed]) == (
        24, ["the total below the table is 05 ngày làm việc, the limit given is 03 ngày làm việc"]
    )  # fmt: skip


def test_an_approval_of_an_appraisal_is_no_appraisal(data):
    procedure = read_all(data / "published_processes")["P035"].procedure
    assert [(step.number, step.kinds, step.role) for step in procedure.steps] == [
        ("1", ("receive", "check", "record_scan", "issue_receipt", "transfer_in"), "one-stop-officer"),
        ("2", ("assign",), "office-leader"),
        ("3", ("appraise",), "specialist"),
        ("4", ("review",), "division-head"),
        ("5", ("approve_sign",), "department-head"),
        ("6", ("number_stamp", "transfer_out"), "clerk"),
        ("7", ("return_result",), "one-stop-officer"),
    ]


def test_every_kind_of_step_and_every_role_of_the_published_tables_is_known_or_said_to_be_unknown(data):
    for name, table in read_all(data / "published_processes").items():
        doubtful = {fault.line for fault in table.unread}
        for step in table.procedure.steps:
            unknown = step.kinds == ("other",) or not step.role
            assert not unknown or step.place.line in doubtful, f"{name} {step.id}"


def test_a_jump_back_on_disagreement_is_a_choice_and_other_branches_are_listed(data):
    table = read_all(data / "published_processes")["P100"]
    choices = {s.id: [(f.outcome, f.to) for f in s.flows] for s in table.procedure.steps if len(s.flows) > 1}
    branches = [fault.line for fault in table.unread if fault.what.en.startswith("a branch told in words")]
    assert (choices, branches) == (
        {"b4": [("đồng ý", "b5"), ("không đồng ý", "b3")], "b5": [("đồng ý", "b6"), ("không đồng ý", "b4")]},
        [2, 2, 6, 6],
    )


def test_rows_without_a_number_are_steps_of_their_own(data):
    procedure = read_all(data / "published_processes")["P100"].procedure
    assert [(step.id, step.number) for step in procedure.steps[1:4]] == [
        ("b2", "2"),
        ("b2-2", ""),
        ("b2-3", ""),
    ]


def test_the_hour_after_which_a_receipt_goes_on_next_day_is_read(data):
    read = read_all(data / "published_processes")
    assert [
        (read[name].procedure.cutoff, read[name].procedure.cutoff_effect) for name in ("P001", "P100")
    ] == [
        (dt.time(15), "handover"),
        (None, "none"),
    ]


HEAD = ["STT", "Nội dung", "Người thực hiện", "Thời hạn", "Biểu mẫu"]
BODY = [
    ["1", "Tiếp nhận, kiểm tra hồ sơ", "Bộ phận Một cửa", "0,5 ngày", "Giấy tiếp nhận; Sổ theo dõi"],
    ["2", "Thẩm định hồ sơ, trình lãnh đạo UBND xã", "Chuyên viên", "2 ngày", ""],
    ["3", "Ký duyệt", "Chủ tịch UBND xã", "1 ngày", ""],
]


def table_of(*rows: list[str], merged=None, name: str = "bang.csv") -> Table:
    width = max(len(row) for row in rows)
    return Table(
        name, [row + [""] * (width - len(row)) for row in rows], list(range(1, len(rows) + 1)), merged
    )


def said(faults) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.what.en) for fault in faults]


def test_a_plain_table_becomes_a_procedure_with_roles_kinds_limits_records_and_authorities():
    table = read_steps(table_of(HEAD, *BODY, ["Tổng cộng", "", "", "3,5 ngày"]))
    steps = [(s.kinds, s.role, s.limit.printed, s.records, s.submits_to) for s in table.procedure.steps]
    assert steps == [
        (("receive", "check"), "one-stop-officer", "0,5 ngày", ("Giấy tiếp nhận", "Sổ theo dõi"), ()),
        (("appraise",), "specialist", "2 ngày", (), ("chairman",)),
        (("approve_sign",), "chairman", "1 ngày", (), ()),
    ]
    assert (table.procedure.extent, hours(table.procedure.limit), table.unread, table.assumed) == (
        "steps",
        28,
        (),
        (),
    )


@given(st.permutations(range(5)))
def test_the_order_of_the_columns_does_not_matter(order):
    rows = [[row[i] for i in order] for row in (HEAD, *BODY)]
    expected = read_steps(table_of(HEAD, *BODY)).procedure
    assert [replace(s, place=NOWHERE) for s in read_steps(table_of(*rows)).procedure.steps] == [
        replace(s, place=NOWHERE) for s in expected.steps
    ]


@pytest.mark.parametrize(
    "head",
    [
        ["Bước", "Nội dung công việc", "Trách nhiệm", "Thời gian", "Sản phẩm/Biểu mẫu"],
        ["Buoc", "Noi dung cong viec", "Trach nhiem", "Thoi gian", "San pham"],
        ["TT", "Trình tự thực hiện", "Đơn vị/người thực hiện", "Thời hạn giải quyết", "Kết quả"],
        ["Bước công việc", "Hoạt động", "Đơn vị thực hiện", "Thời gian thực hiện", "Hồ sơ/Biểu mẫu"],
        ["Step", "Work", "Responsible", "Time", "Records"],
    ],
)
def test_many_wordings_of_the_head_are_understood(head):
    assert len(read_steps(table_of(head, *BODY)).procedure.steps) == 3


def test_a_table_typed_without_diacritics_reads_the_same():
    rows = [[folded(cell) for cell in row] for row in (HEAD, *BODY)]
    read = [
        (s.kinds, s.role, s.limit.value, s.submits_to) for s in read_steps(table_of(*rows)).procedure.steps
    ]
    assert read == [
        (s.kinds, s.role, s.limit.value, s.submits_to)
        for s in read_steps(table_of(HEAD, *BODY)).procedure.steps
    ]


def test_code_and_title_above_the_head_are_taken():
    above = [["Mã TTHC: 1.009994"], ["Tên thủ tục: Cấp giấy phép xây dựng"], []]
    procedure = read_steps(table_of(*above, HEAD, *BODY)).procedure
    assert (procedure.code, procedure.title.vi) == ("1.009994", "Cấp giấy phép xây dựng")


def test_a_table_of_offices_and_days_alone_is_read():
    rows = [["Phòng ban chuyển", "Phòng ban xử lý", "Thời hạn (ngày)"], ["", "Bộ phận Một cửa", "1"],
            ["Bộ phận Một cửa", "Phòng Tài nguyên", "10"]]  # fmt: skip
    table = read_steps(table_of(*rows))
    assert [(step.name.vi, step.role, step.limit.unit) for step in table.procedure.steps] == [
        ("Bộ phận Một cửa", "one-stop-officer", TimeUnit.DAY),
        ("Phòng Tài nguyên", "phong-tai-nguyen", TimeUnit.DAY),
    ]
    assert (1, 1, 'the column "Phòng ban chuyển"') in said(table.unread)


def test_merged_cells_of_a_workbook_are_shared_and_empty_ones_are_not():
    rows = [HEAD, BODY[0], ["2", "Thẩm định", "Chuyên viên", ""], ["3", "Soát xét", "Trưởng phòng", ""]]
    table = read_steps(table_of(*rows, merged=((1, 3, 2, 3),)))
    groups = [(group.steps, group.limit.printed) for group in table.procedure.limit_groups]
    assert (groups, said(table.unread)) == ([(("b1", "b2"), "0,5 ngày")], [(4, 4, "no time is given")])


def test_an_empty_time_in_a_csv_is_taken_as_merged_and_said():
    rows = [HEAD, BODY[0], ["2", "Thẩm định", "Chuyên viên", ""]]
    table = read_steps(table_of(*rows))
    assert ([g.steps for g in table.procedure.limit_groups], said(table.assumed)) == (
        [("b1", "b2")], [(3, 4, "the empty cell of time is taken as merged with the row above")]
    )  # fmt: skip


def test_a_time_that_a_spreadsheet_turned_into_a_day_is_listed_with_row_and_column():
    table = read_steps(table_of(HEAD, ["1", "Tiếp nhận hồ sơ", "Bộ phận Một cửa", "2025-02-01"]))
    assert said(table.unread) == [(2, 4, 'the time "2025-02-01" is not understood')]


def test_what_is_not_understood_is_listed_with_row_and_column():
    rows = [
        [*HEAD, "Ghi chú"],
        ["I", "Tại cấp xã"],
        ["1", "Tiếp nhận hồ sơ", "Bộ phận Một cửa", "sớm nhất", "", "x"],
        ["2", "Làm việc khác", "Tổ công tác liên ngành", "1 ngày"],
        ["3", "Thẩm định", "", "1 ngày"],
        ["Tổng", "", "", "2 ngày"],
        ["", "Người lập biểu"],
    ]
    assert said(read_steps(table_of(*rows, merged=())).unread) == [
        (1, 6, 'the column "Ghi chú"'),
        (2, 1, 'a heading inside the table: "I Tại cấp xã"'),
        (3, 4, 'the time "sớm nhất" is not understood'),
        (4, 2, "the kind of work is not recognised"),
        (4, 3, "an unknown role, written as 'to-cong-tac-lien-nganh'"),
        (5, 3, "no responsibility is given"),
        (7, 2, 'a line after the total: "Người lập biểu"'),
    ]


@pytest.mark.parametrize(
    ("words", "flows"),
    [
        ("Xem xét. Nếu không đạt: chuyển lại bước 1", [("đạt", "b3"), ("không đạt", "b1")]),
        ("Trường hợp đủ điều kiện thì chuyển sang B4", [("còn lại", "b3"), ("đủ điều kiện", "b4")]),
        ("Xem xét, chuyển sang bước 4", [("", "b3")]),
        ("Nếu không đạt: chuyển lại bước 9", [("", "b3")]),
    ],
)
def test_a_jump_is_drawn_only_where_target_and_condition_are_certain(words, flows):
    rows = [
        HEAD,
        BODY[0],
        ["2", words, "Trưởng phòng", "1 ngày"],
        BODY[2],
        ["4", "Trả kết quả", "Bộ phận Một cửa", "0"],
    ]
    table = read_steps(table_of(*rows))
    assert [(flow.outcome, flow.to) for flow in table.procedure.steps[1].flows] == flows
    assert any("a branch told in words" in fault.what.en for fault in table.unread) == (len(flows) == 1)


def test_a_time_of_the_day_is_no_time_of_the_step():
    work = "Tiếp nhận; hồ sơ nhận sau 15 giờ chuyển hôm sau; chuyển giấy trong không quá 01 ngày làm việc"
    (step, *_) = read_steps(table_of(HEAD, ["1", work, "Bộ phận Một cửa", "04 giờ"])).procedure.steps
    assert step.stated_limit.printed == "01 ngày làm việc"


def test_a_repeated_head_and_blank_rows_are_no_steps():
    assert len(read_steps(table_of(HEAD, BODY[0], [], HEAD, *BODY[1:])).procedure.steps) == 3


def test_text_that_runs_on_in_the_next_row_belongs_to_the_step_above():
    rows = [HEAD, BODY[0], ["", "và cấp giấy tiếp nhận"], BODY[1]]
    steps = read_steps(table_of(*rows)).procedure.steps
    assert [step.name.vi for step in steps] == [
        "Tiếp nhận, kiểm tra hồ sơ và cấp giấy tiếp nhận", "Thẩm định hồ sơ, trình lãnh đạo UBND xã"
    ]  # fmt: skip


def test_a_table_without_a_head_is_refused():
    with pytest.raises(InputError, match="no row heads a table of steps"):
        read_steps(table_of(["Họ tên", "Ngày sinh"]))


@given(st.lists(st.lists(st.text(max_size=12), min_size=5, max_size=5), max_size=8))
def test_whatever_stands_below_the_head_the_reader_does_not_break(rows):
    table = table_of(HEAD, ["1", "Tiếp nhận", "Bộ phận Một cửa", "1 ngày"], *rows)
    procedure = read_steps(table).procedure
    assert len({step.id for step in procedure.steps}) == len(procedure.steps)


def test_a_workbook_with_a_title_above_and_merged_cells_is_read_end_to_end(tmp_path):
    path = tmp_path / "quy-trinh.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("QT01")
    sheet.merge_range(0, 0, 0, 4, "Thủ tục: Cấp giấy phép xây dựng (1.009994)")
    sheet.write_row(
        2, 0, ["TT", "Nội dung công việc", "Trách nhiệm", "Thời gian (ngày làm việc)", "Biểu mẫu"]
    )
    sheet.write_row(3, 0, [1, "Tiếp nhận, kiểm tra hồ sơ", "Bộ phận Một cửa", 0.5, "Mẫu 01"])
    sheet.write_row(4, 0, [2, "Thẩm định hồ sơ", "Chuyên viên"])
    sheet.write_row(5, 0, [3, "Soát xét, trình Chủ tịch UBND xã", "Trưởng phòng Kinh tế"])
    sheet.merge_range(4, 3, 5, 3, 4.5)
    sheet.write_row(6, 0, [4, "Ký giấy phép", "Chủ tịch UBND xã", 2])
    sheet.write_row(7, 0, ["Tổng thời gian", "", "", 7])
    book.close()
    table = read_steps(path)
    procedure = table.procedure
    assert (procedure.id, procedure.code, hours(procedure.limit)) == ("quy-trinh", "1.009994", 56)
    assert judged(procedure)["sum_hours"] == "56"
    assert [(group.steps, group.limit.printed) for group in procedure.limit_groups] == [(("b2", "b3"), "4.5")]
    assert (said(table.unread), said(table.assumed)) == (
        [], [(3, 4, "bare numbers: their unit is that of the head")]
    )  # fmt: skip
