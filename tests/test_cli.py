"""The command line keeps its promises: exit codes, plain words, data on stdout, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iso_audit.cli import cli


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_the_shipped_definitions_are_checked_and_summed_up():
    result = run("check", "--quiet")
    assert result.exit_code == 1, result.output
    assert "DEF-TIME-01" in result.stdout
    assert "Traceback" not in result.output


def test_a_threshold_of_never_ends_with_zero():
    assert run("check", "--quiet", "--fail-on", "never").exit_code == 0


def test_json_is_all_that_stands_on_stdout():
    result = run("check", "--format", "json", "--fail-on", "never")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["schema_version"] == 1


def test_select_and_ignore_choose_by_the_longest_beginning():
    outcome = json.loads(
        run(
            "check", "--format", "json", "--fail-on", "never",
            "--select", "DEF-TIME", "--ignore", "DEF-TIME-06",
        ).stdout
    )  # fmt: skip
    codes = {finding["code"] for finding in outcome["findings"]}
    assert "DEF-TIME-01" in codes
    assert all(code.startswith("DEF-TIME") and code != "DEF-TIME-06" for code in codes)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "--select", "DEF-TIMM"), "DEF-TIM"),
        (("check", "no-such-procedure"), "no-such-procedure"),
        (("check", "--date", "31/12/2025"), "YYYY-MM-DD"),
        (("check", "--workspace", "no-such-folder"), "no-such-folder"),
        (("audit", "--log", "no-such-log.csv"), "no-such-log.csv"),
        (("rule", "XYZ-99"), "XYZ-99"),
        (("rule",), "--all"),
        (("schema", "procedur"), "procedure"),
        (("import", "no-such-table.csv"), "no-such-table.csv"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_ends_with_two(words, said):
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_an_english_reader_gets_english():
    assert "no rule has the code" in run("rule", "XYZ-99", "--lang", "en").stderr


def test_a_rule_page_says_what_why_and_by_what_authority():
    for lang in ("vi", "en"):
        page = run("rule", "DEF-TIME-01", "--lang", lang)
        assert page.exit_code == 0, page.output
        assert "DEF-TIME-01" in page.stdout
    assert "ISO 9001" in page.stdout


def test_schemas_are_written_one_file_a_kind(tmp_path):
    result = run("schema", "--output", tmp_path)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "procedure.schema.json").is_file()
    assert sorted(result.stdout.split()) == sorted(str(path) for path in tmp_path.iterdir())


def test_an_output_that_is_a_file_is_refused(tmp_path):
    taken = tmp_path / "out"
    taken.write_text("mine", encoding="utf-8")
    result = run("audit", "--quiet", "--output", taken)
    assert result.exit_code == 2, result.output
    assert taken.read_text(encoding="utf-8") == "mine"


def test_import_writes_a_procedure_that_check_reads(tmp_path):
    table = tmp_path / "bang.csv"
    table.write_text(
        "Bước,Nội dung công việc,Trách nhiệm,Thời gian\n"
        "Bước 1,Tiếp nhận hồ sơ,Bộ phận Một cửa,\"0,5 ngày làm việc\"\n"
        "Bước 2,Thẩm định hồ sơ,Chuyên viên,02 ngày làm việc\n"
        "Bước 3,Ký duyệt,Chủ tịch UBND,04 giờ làm việc\n"
        "Bước 4,Trả kết quả,Bộ phận Một cửa,Không tính thời gian\n"
        "Tổng thời gian,,,03 ngày làm việc\n",
        encoding="utf-8",
    )  # fmt: skip
    target = tmp_path / "quy-trinh.yaml"
    assert run("import", table, "--output", target, "--title", "Cấp bản sao").exit_code == 0
    again = run("import", table, "--output", target)
    assert again.exit_code == 2
    checked = run("check", target, "--quiet", "--select", "DEF-TIME-01", "--fail-on", "never")
    assert checked.exit_code == 0, checked.output


def test_a_mapping_that_means_nothing_of_the_workspace_is_refused(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("ma,buoc,xong\nH1,Thẩm tra,2025-12-01 08:00\n", encoding="utf-8")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        "mapping: mine\nprocedure: birth-registration\nsteps: {Thẩm tra: apprise}\n"
        "roles: {Cán bộ: one-stop-officr}\n"
        "events: {columns: {dossier_id: ma, step: buoc, finished_at: xong}}\n",
        encoding="utf-8",
    )
    result = run("audit", "--quiet", "--log", log, "--map", mapping, "--lang", "en")
    assert result.exit_code == 2
    assert "map.yaml:3:19: the workspace has no step 'apprise' (did you mean 'appraise'?)" in result.stderr
    assert "'one-stop-officr' (did you mean 'one-stop-officer'?)" in result.stderr


def test_outputs_of_an_earlier_run_do_not_stay_beside_new_ones(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "evidence.csv").write_text("of yesterday", encoding="utf-8")
    (out / "letter.txt").write_text("not ours", encoding="utf-8")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "iso-audit.yaml").write_text("office: X\n", encoding="utf-8")
    (workspace / "procedures").mkdir()
    (workspace / "procedures" / "p.yaml").write_text(
        "procedure: p\nsteps: {a: {kind: receive, role: r, next: b}, b: {kind: return_result, role: r}}\n",
        encoding="utf-8",
    )
    result = run("audit", "-w", workspace, "-o", out, "--quiet", "--fail-on", "never")
    assert result.exit_code == 0, result.output
    assert not (out / "evidence.csv").exists()
    assert (out / "letter.txt").read_text(encoding="utf-8") == "not ours"
    assert (out / "report.html").exists()
