"""The verb `map` on logs that repeat the dossier on every row: what belongs to it, and true counts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from iso_audit.model.log import LogMapping
from iso_audit.workspace.load import load_mapping
from tests.test_map import house, proposed_for, run

__all__ = ["house"]

DESK, DIVISION = "Bộ phận Một cửa", "Phòng Kinh tế"
WORK = (("Tiếp nhận", DESK), ("Thẩm định", DIVISION), ("Ký duyệt", DIVISION), ("Trả kết quả", DESK))
Row = dict[str, str]


def flat_rows(dossiers: int) -> list[Row]:
    """Four steps a dossier; the unit is that of the step, and the rest what is known of the dossier."""
    return [
        {
            "Mã hồ sơ": f"HS-{n}",
            "Công việc": work,
            "Đơn vị": unit,
            "Kết thúc": f"{3 + n % 20:02}/03/2025 {8 + at:02}:00",
            "Ngày tiếp nhận": f"{3 + n % 20:02}/03/2025 07:45",
            "Cơ quan chủ trì": "Phường Mẫu",
            "Trạng thái": "Đã trả kết quả",
        }
        for n in range(dossiers)
        for at, (work, unit) in enumerate(WORK)
    ]


def proposed_mapping(rows: list[Row], lang: str = "en") -> tuple[LogMapping, str]:
    """The mapping proposed for rows, and all that is said of it."""
    with Path("flat.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    Path("new.yaml").unlink(missing_ok=True)
    shown = run("map", "flat.csv", "-w", ".", "-o", "new.yaml", lang=lang)
    assert shown.exit_code == 0, shown.output
    return load_mapping(Path("new.yaml")), Path("new.yaml").read_text(encoding="utf-8") + shown.stderr


@pytest.mark.usefixtures("house")
def test_a_column_that_varies_within_dossiers_belongs_to_the_events_alone() -> None:
    made, said = proposed_mapping(
        [{k: v for k, v in row.items() if "chủ trì" not in k} for row in flat_rows(5)]
    )
    assert made.events.columns["unit"] == "Đơn vị"
    assert made.dossiers is not None
    assert dict(made.dossiers.columns) == {
        "dossier_id": "Mã hồ sơ", "received_at": "Ngày tiếp nhận", "status": "Trạng thái"
    }  # fmt: skip
    assert "an earlier row does not" not in said
    assert "'Đơn vị' (5 of 5 dossiers)" in said


@pytest.mark.usefixtures("house")
def test_the_unit_of_the_dossier_is_the_column_that_does_not_vary() -> None:
    made, _ = proposed_mapping(flat_rows(5))
    assert made.dossiers is not None
    assert made.dossiers.columns["unit"] == "Cơ quan chủ trì"


@pytest.mark.usefixtures("house")
def test_a_state_of_the_step_is_not_taken_for_the_state_of_the_dossier() -> None:
    rows = flat_rows(5)
    for row in rows[:-4:2]:
        row["Trạng thái"] = "Đang xử lý"
    made, said = proposed_mapping(rows)
    assert made.dossiers is not None
    assert "status" not in made.dossiers.columns
    assert made.statuses == {}
    assert "'Trạng thái' (4 of 5 dossiers)" in said


@pytest.mark.usefixtures("house")
def test_what_varies_in_the_only_dossier_belongs_to_the_events() -> None:
    made, _ = proposed_mapping([row | {"Cơ quan chủ trì": ""} for row in flat_rows(1)])
    assert made.dossiers is not None
    assert "Đơn vị" not in made.dossiers.columns.values()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("lang", "dossiers", "words"),
    [("en", 40, "in 1 of 40 dossiers"), ("vi", 40, "ở 1 trong 40 hồ sơ"), ("en", 4, "in 1 of 4 dossiers")],
)
def test_a_column_that_varies_in_few_dossiers_stays_with_them_and_that_is_said(
    lang: str, dossiers: int, words: str
) -> None:
    rows = flat_rows(dossiers)
    rows[-1]["Ngày tiếp nhận"] = "01/12/2025 08:00"
    made, said = proposed_mapping(rows, lang)
    assert made.dossiers is not None
    assert made.dossiers.columns["received_at"] == "Ngày tiếp nhận"
    assert words in said


@pytest.mark.usefixtures("house")
def test_what_stands_in_the_events_and_the_dossiers_is_counted_once() -> None:
    rows = flat_rows(5)
    for row in rows:
        row["Đơn vị"] = "Phòng lạ"
        row["Tên thủ tục"] = "Thủ tục lạ"
    made, said = proposed_mapping(rows)
    assert made.dossiers is not None
    assert made.dossiers.columns["unit"] == "Đơn vị"
    assert said.count("Phòng lạ: 20\n") == said.count("Thủ tục lạ: 20\n") == 1


@pytest.mark.usefixtures("house")
def test_a_unit_of_two_tables_is_counted_by_the_rows_of_the_log() -> None:
    rows = flat_rows(5)
    own = {"Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận"}
    for row in rows:
        row["Đơn vị"] = "Phòng lạ"
    for name, chosen in (("log.csv", rows), ("two.csv", [{k: r[k] for k in own} for r in rows[::4]])):
        with Path(name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, sorted(chosen[0]))
            writer.writeheader()
            writer.writerows(chosen)
    assert "Phòng lạ: 20\n" in proposed_for("log.csv", "--dossiers", "two.csv", "-w", ".").stderr


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("lang", "rows_said", "dossiers_said", "lost_said"),
    [
        ("en", "Rows of events: 160; kept 160, ignored 0, refused 0.", "Dossiers: 40, of which 0 belong",
         "Entries about dossiers that were not used: 2."),
        ("vi", "Hàng sự kiện: 160; nhận 160, bỏ qua 0, không dùng được 0.", "Hồ sơ: 40, trong đó 0",
         "Thông tin về hồ sơ không dùng: 2 chỗ."),
    ],
)  # fmt: skip
def test_the_account_of_a_flat_log_counts_dossiers_and_not_what_rows_say_of_them(
    lang: str, rows_said: str, dossiers_said: str, lost_said: str
) -> None:
    rows = flat_rows(40)
    rows[-1]["Ngày tiếp nhận"] = rows[-2]["Trạng thái"] = "01/12/2025 08:00"
    _, said = proposed_mapping(rows, lang)
    for words in (rows_said, dossiers_said, lost_said):
        assert words in said
