"""An activity that the mapping takes for a step of another procedure is called as the log calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_bad_input import MAPPING, PROCEDURE, put
from tests.test_map import house, proposed_for, run

__all__ = ["house"]

VISIT = PROCEDURE.replace("copy", "visit").replace("9.000001", "9.000002").replace("Cấp bản sao", "Xác nhận")
VISIT = VISIT.replace("Thẩm định", "Khảo sát").replace("appraise:", "site-visit:")
VISIT = VISIT.replace("next: appraise", "next: site-visit")
HEAD = "Mã hồ sơ,Thủ tục,Công việc,Cán bộ,Bắt đầu,Kết thúc\n"
WORK = ("Tiếp nhận", "Khảo sát", "Thẩm định", "Đi thực địa", "Ký duyệt", "Trả kết quả")


@pytest.fixture
def two(house: Path) -> Path:
    """Two procedures; a dossier of the first in which twice a step of the second was done."""
    put(house, "procedures/visit.yaml", VISIT)
    rows = "".join(
        f"HS-1,copy,{work},cb,03/03/2025 {8 + at:02}:00,03/03/2025 {8 + at:02}:30\n"
        for at, work in enumerate(WORK)
    )
    put(house, "log.csv", HEAD + rows)
    steps = "steps: {Khảo sát: site-visit, Đi thực địa: site-visit, "
    columns = "procedure: Thủ tục, dossier_id: Mã hồ sơ, step"
    mapping = MAPPING.partition("dossiers:")[0].replace("procedure: copy\n", "").replace("steps: {", steps)
    put(house, "map.yaml", mapping.replace("dossier_id: Mã hồ sơ, step", columns))
    return house


@pytest.mark.usefixtures("two")
def test_the_report_lists_it_by_the_names_that_the_log_gives_it() -> None:
    told = run("audit", "-q", "-w", ".", "--log", "log.csv", "--map", "map.yaml", "--format", "json")
    assert json.loads(told.stdout)["intake"]["unknown_activities"] == {"Khảo sát / Đi thực địa": 2}
    assert "Khảo sát: 1\n" in proposed_for("log.csv", "-w", ".").stderr


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_story_of_a_dossier_calls_it_so_too(lang: str) -> None:
    call = ("audit", "-w", ".", "--log", "log.csv", "--map", "map.yaml", "--dossier", "HS-1")
    told = run(*call, "--fail-on", "never", lang=lang)
    assert told.stdout.count("+  Khảo sát / Đi thực địa\n") == 2, told.output
    assert "site-visit" not in told.stdout


@pytest.mark.usefixtures("two")
def test_a_name_that_is_a_step_of_the_dossier_itself_is_not_lent_to_another_step(two: Path) -> None:
    log = (two / "log.csv").read_text(encoding="utf-8")
    put(two, "log.csv", log.replace("Khảo sát", "sign").replace(",Đi thực địa,", ",sign,"))
    mapping = (two / "map.yaml").read_text(encoding="utf-8")
    put(two, "map.yaml", mapping.replace("Khảo sát: site-visit", "sign: site-visit"))
    call = ("audit", "-w", ".", "--log", "log.csv", "--map", "map.yaml", "--dossier", "HS-1")
    told = run(*call, "--fail-on", "never")
    assert told.stdout.count("+  site-visit\n") == 2, told.output
