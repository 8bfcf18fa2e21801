"""The verb `map`: a mapping is proposed, tried and shown; the audit takes it as it stands."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.cli import cli
from iso_audit.exchange.headings import proposed
from iso_audit.exchange.proposal import formats_of
from iso_audit.model.log import Cut, LogMapping, TableMapping
from iso_audit.workspace.load import load_mapping
from iso_audit.workspace.write_mapping import mapping_yaml
from tests.conftest import SharedData
from tests.exchange.test_log_files import as_lines, found, messages, objects, workbook_log
from tests.test_bad_input import HOUSE, LATE, put

HERE = Path(__file__).parent
PROCESSES = HERE.parent / "processes"
SAMPLES = PROCESSES / "samples"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in HOUSE.items():
        put(tmp_path, name, content)
    put(tmp_path, "log.csv", LATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str | Path, lang: str = "en") -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--lang", lang])


def proposed_for(*words: str | Path) -> Result:
    result = run("map", *words)
    assert result.exit_code == 0, result.output
    return result


def test_the_mapping_proposed_for_the_sample_says_what_the_one_that_ships_says(tmp_path: Path) -> None:
    target = tmp_path / "m.yaml"
    second = ("--dossiers", SAMPLES / "dossiers.csv")
    shown = proposed_for(SAMPLES / "events.csv", *second, "-w", PROCESSES, "-o", target)
    made, kept = load_mapping(target), load_mapping(SAMPLES / "mapping.yaml")
    assert (made.events, made.dossiers, made.zone) == (kept.events, kept.dossiers, kept.zone)
    assert made.statuses.items() <= kept.statuses.items()
    assert "Rows of events: 13,112; kept 13,112, ignored 0, refused 0." in shown.stderr
    assert "Dossiers: 1,194, of which 0 belong to no procedure." in shown.stderr
    assert shown.stderr.count("dossier_id=") == 5


def test_the_steps_proposed_for_the_receipt_log_are_those_a_person_gave_it(
    data: SharedData, tmp_path: Path
) -> None:
    place, target = HERE / "workspaces/receipt", tmp_path / "m.yaml"
    shown = proposed_for(data / "logs/receipt.xes.gz", "-w", place, "-o", target)
    made, kept = load_mapping(target), load_mapping(place / "mapping.yaml")
    assert made.steps == kept.steps
    assert made.procedure == kept.procedure
    assert dict(kept.events.columns).items() <= dict(made.events.columns).items()
    assert "Rows of events: 8,577; kept 8,577" in shown.stderr
    assert "EMPTY" in shown.stderr


@pytest.mark.parametrize("days", [True, False])
def test_a_mapping_proposed_for_a_workbook_works_as_it_stands(house: Path, days: bool) -> None:
    workbook_log(house / "log.xlsx", days=days)
    shown = proposed_for("log.xlsx", "-o", "new.yaml", "-w", ".")
    assert "Activities that match no step" not in shown.stdout
    assert "Ghi chú: 1" in shown.stderr
    assert [f["step"] for f in found("log.xlsx", "new.yaml")] == [f["step"] for f in found("log.csv")]


def test_a_mapping_proposed_for_objects_and_messages_works_as_it_stands(house: Path) -> None:
    put(house, "objects.json", json.dumps(objects()))
    put(house, "sync.json", as_lines(messages()))
    for name in ("objects.json", "sync.json"):
        proposed_for(name, "-o", f"{name}.yaml", "-w", ".")
        assert [f["step"] for f in found(name, f"{name}.yaml")] == ["appraise"]


def test_a_list_of_dossiers_as_a_vendor_exports_it_is_read_as_such(house: Path) -> None:
    head = (
        "STT|Số hồ sơ|Tên thủ tục/Về việc|Chủ hồ sơ|Địa chỉ|Số điện thoại|Cơ quan giải quyết|Ngày nhận|"
        "Ngày hẹn trả|Ngày kết thúc|Ngày trả|Trạng thái|Tình trạng hạn|Hình thức nộp|Cán bộ xử lý|Ghi chú"
    )
    with xlsxwriter.Workbook("list.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "DANH SÁCH HỒ SƠ")
        sheet.write_row(2, 0, head.split("|"))
        days = ["03/03/2025 08:00", "06/03/2025", "05/03/2025 09:15:30", "06/03/2025 10:00"]
        row = [
            "1",
            "HS-1",
            "Cấp bản sao",
            "",
            "",
            "",
            "Bộ phận Một cửa",
            *days,
            "Đã trả kết quả",
            "",
            "",
            "",
            "",
        ]
        sheet.write_row(3, 0, row)
        sheet.write_row(4, 0, ["2", "HS-2", "Cấp bản sạo", *row[3:11], "Chờ", *row[12:]])
    shown = proposed_for("list.xlsx", "-w", ".", "-o", "new.yaml")
    made = load_mapping(house / "new.yaml")
    assert made.dossiers is not None
    assert dict(made.dossiers.columns) == {
        "dossier_id": "Số hồ sơ", "procedure": "Tên thủ tục/Về việc", "unit": "Cơ quan giải quyết",
        "channel": "Hình thức nộp", "received_at": "Ngày nhận", "appointed_at": "Ngày hẹn trả",
        "finished_at": "Ngày kết thúc", "returned_at": "Ngày trả", "status": "Trạng thái",
    }  # fmt: skip
    assert made.events.constants == {"step": "receive"}
    assert made.procedures == {"Cấp bản sao": "copy", "Cấp bản sạo": "copy"}
    assert made.statuses == {"Đã trả kết quả": "returned"}
    assert "Chờ: 1" in shown.stderr
    assert "Dossiers: 2, of which 0" in shown.stderr


def test_ways_of_filing_are_proposed_by_their_common_words_and_others_are_listed(house: Path) -> None:
    ways = ("Trực tuyến", "Nộp trực tiếp", "BCCI", "online", "Hồ sơ giấy", "Zalo", "Zalo")
    rows = "".join(f"HS-{n},copy,{way},03/03/2025 08:00,\n" for n, way in enumerate(ways))
    put(house, "second.csv", f"Mã hồ sơ,Thủ tục,Hình thức nộp,Ngày nhận,Ngày trả\n{rows}")
    shown = proposed_for("log.csv", "--dossiers", "second.csv", "-w", ".", "-o", "new.yaml")
    made = load_mapping(house / "new.yaml")
    assert made.channels == {"Trực tuyến": "online", "Nộp trực tiếp": "desk", "BCCI": "post"}
    assert "(channels), so that nobody can tell whether they are online:\n  Zalo: 2\n" in shown.stderr


def test_headings_without_marks_and_in_one_word_mean_the_same() -> None:
    for heads in (["Mã hồ sơ", "Công việc"], ["MA HO SO", "cong viec"], ["MaHoSo", "CongViec"]):
        assert proposed(heads, True) == {"dossier_id": (heads[0], True), "step": (heads[1], True)}


def test_what_is_not_matched_is_listed_and_not_guessed(house: Path) -> None:
    put(house, "log.csv", LATE.replace("Thẩm định", "Xem bói"))
    shown = proposed_for("log.csv", "-w", ".")
    assert "'Xem bói': (5)" in shown.stdout
    assert "Xem bói: 5" in shown.stderr
    assert "appraise" not in shown.stdout


def test_what_a_log_lacks_is_said_and_the_file_still_loads(house: Path) -> None:
    put(house, "poor.csv", "Mã hồ sơ,Tên\nHS-1,a\n")
    shown = proposed_for("poor.csv", "-w", ".", "-o", "new.yaml")
    assert "No column was found for `step`" in shown.stderr
    assert "cannot be audited yet" in shown.stderr
    assert load_mapping(house / "new.yaml").events.columns == {"dossier_id": "Mã hồ sơ"}


def test_a_log_with_a_broken_quote_is_looked_at_line_by_line(house: Path) -> None:
    put(house, "log.csv", LATE.replace("HS-3,Thẩm", '"HS-3,Thẩm', 1))
    assert "rows" in proposed_for("log.csv", "-w", ".").stderr


def test_a_title_above_the_head_of_a_text_is_passed_over(house: Path) -> None:
    put(house, "log.csv", f"NHẬT KÝ,,,,\n\n{LATE}")
    shown = proposed_for("log.csv", "-w", ".").stderr
    assert "Rows of events: 21; kept 21, ignored 0, refused 0" in shown


def test_dates_are_found_by_trying() -> None:
    assert formats_of(["2025-03-03T08:00:00", "03/03/2025 08:00", "13/03/2025", "45719.5"]) == (
        ("%d/%m/%Y %H:%M", "%d/%m/%Y", "excel"), (), False
    )  # fmt: skip
    assert formats_of(["03/13/2025", "04/01/2025"])[0] == ("%m/%d/%Y",)
    assert formats_of(["03/04/2025"]) == (("%d/%m/%Y",), (), True)
    assert formats_of(["20250303080000", "mai"]) == (("%Y%m%d%H%M%S",), ("mai",), False)


LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12)
WORD = LETTERS.map(lambda word: unicodedata.normalize("NFC", word).strip())
WORDS = st.dictionaries(WORD.filter(bool), st.just("sign"), max_size=4)


@given(WORDS, WORD.filter(bool), WORD.filter(bool), WORDS)
def test_a_mapping_that_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    steps: dict[str, str],
    one: str,
    other: str,
    roles: dict[str, str],
) -> None:
    mapping = LogMapping(
        id="m",
        events=TableMapping({"dossier_id": one, "step": other}, {"actor": Cut(one, "a(b)")}, {"role": other}),
        dossiers=TableMapping({"dossier_id": other}),
        dossiers_from=one,
        steps=steps,
        roles=roles,
        channels={one: "online"},
        procedure=other,
        object_type=one,
        dates=("%d/%m/%Y", "excel"),
        zone="Asia/Ho_Chi_Minh",
        start="previous_finish",
        due="given",
        encoding="cp1258",
        delimiter="\t",
    )
    path = tmp_path_factory.mktemp("m") / "m.yaml"
    doubts = {("steps", word): word for word in steps}
    path.write_text(mapping_yaml(mapping, [one], doubts, {"events": [other]}), encoding="utf-8")
    read = load_mapping(path)
    assert read == LogMapping(
        **{name: getattr(mapping, name) for name in mapping.__slots__} | {"place": read.place}
    )
