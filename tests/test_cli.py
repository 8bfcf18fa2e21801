"""The command line keeps its promises: exit codes, plain words, data on stdout, nothing half-written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner, Result

from iso_audit.cli import cli
from iso_audit.rules import CATALOGUE
from tests.conftest import SharedData

ROOT = Path(__file__).parents[1]
PROCESSES = ROOT / "processes"


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
    assert json.loads(result.stdout)["schema_version"] == 3


def test_select_and_ignore_choose_by_the_longest_beginning():
    outcome = json.loads(
        run(
            "check", "--format", "json", "--fail-on", "never",
            "--select", "DEF-TIME,prc", "--ignore", "DEF-TIME-06",
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
        (("check", "--select", "DEF-TIME,DEF-STEPP"), "DEF-STEPP"),
        (("check", "steps.xlsx"), "iso-audit import"),
        (("check", str(Path(__file__).parent)), "-w"),
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


WAIVER = """- code: DEF-TIME-02
  procedure: religious-seat-change
  variant: wording
  reason: {vi: Đang trình sửa quyết định công bố, en: The decision is being revised}
  approved_by: Chủ tịch UBND huyện
  approved_on: 2026-01-05
  until: 2026-06-30
"""
ONLY = ("check", "religious-seat-change", "--select", "DEF-TIME-02", "--lang", "en", "--quiet")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The shipped workspace with room for waivers."""
    root = tmp_path / "house"
    shutil.copytree(PROCESSES, root, ignore=shutil.ignore_patterns("samples"))
    (root / "waivers.yaml").write_text(WAIVER, encoding="utf-8")
    return root


FORMATS = ("text", "json", "sarif", "junit")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_ends_with_the_same_exit_codes(form: str, house: Path) -> None:
    codes = [
        run(*ONLY[:-1], "-w", house, "--date", day, "--format", form, "--fail-on", grade).exit_code
        for day in ("2026-06-30", "2026-07-01")
        for grade in ("minor", "major", "never")
    ]
    assert codes == [0, 0, 0, 1, 0, 0]
    wrong = run("check", "--format", form, "--select", "DEF-TIMM")
    assert (wrong.exit_code, wrong.stdout) == (2, "")


@pytest.mark.parametrize("form", FORMATS)
def test_a_rule_that_crashes_ends_with_three_whatever_the_format(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashes(*_: object) -> None:
        raise ValueError("crash of a test")

    name, rule = next((n, r) for n, r in CATALOGUE.items() if any(h.code == "DEF-TIME-02" for h in r.hooks))
    assert rule.on_procedure is not None
    broken = dataclasses.replace(rule, on_procedure=dataclasses.replace(rule.on_procedure, ask=crashes))
    monkeypatch.setattr("iso_audit.rules.CATALOGUE", {**CATALOGUE, name: broken})
    result = run("check", "religious-seat-change", "--format", form, "--fail-on", "never")
    assert result.exit_code == 3
    assert "crash of a test" in result.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_stdout_holds_data_and_nothing_else(form: str) -> None:
    result = run("check", "religious-seat-change", "--format", form, "--lang", "en", "--fail-on", "never")
    assert result.exit_code == 0, result.output
    if form == "text":
        assert result.stdout.startswith("Change of seat of a religious organisation\nprocedures/")
        assert "\x1b" not in result.stdout
    elif form == "junit":
        assert ElementTree.fromstring(result.stdout.encode()).tag == "testsuites"
    else:
        assert json.loads(result.stdout)


def test_a_finding_quotes_its_line_with_a_mark_under_the_place() -> None:
    result = run(*ONLY)
    file = PROCESSES / "procedures" / "religious-seat-change.yaml"
    place, said, mark = next(
        lines
        for lines in zip(*(result.stdout.splitlines()[i:] for i in range(3)), strict=False)
        if "DEF-TIME-02" in lines[0]
    )
    _, line, column = place.split(": ")[0].split(":")
    written = file.read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert said == f"{line:>5} | {written}"
    assert mark.index("^") == len("12345 | ") + int(column) - 1


def test_a_file_outside_of_the_workspace_is_quoted_and_hashed(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    shutil.copy(PROCESSES / "procedures" / "religious-seat-change.yaml", file)
    words = ("check", file, "--select", "DEF-TIME-02", "--lang", "en")
    assert f"{file}:21:" in run(*words, "-q").stdout
    assert "   21 |   - {steps" in run(*words, "-q").stdout
    (made,) = json.loads(run(*words, "--format", "sarif").stdout)["runs"]
    used = made["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    artifact = made["artifacts"][used["index"]]
    assert artifact["hashes"]["sha-256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert used["uri"] == file.as_uri()
    assert "uriBaseId" not in used


@pytest.mark.parametrize(("version", "first"), [("2020", "os18"), ("2025", "os25")])
def test_supplements_asked_for_more_than_once_are_found_on_the_definition(
    version: str, first: str, tmp_path: Path
) -> None:
    shipped = (ROOT / f"processes/procedures/house-permit-{version}.yaml").read_text(encoding="utf-8")
    file = tmp_path / "permit.yaml"
    for times, found in (("", 1), ("    at_most: 2\n", 1), ("    at_most: 1\n", 0)):
        file.write_text(shipped.replace("    at_most: 1\n", times, 1), encoding="utf-8")
        words = ("check", file, "--select", "DEF-STEP-07,DEF-TIME-09", "--format", "json")
        told = [one["requirement"] for one in json.loads(run(*words).stdout)["findings"]]
        assert told == [f"{first}-supplement-once"] * found


def test_a_waiver_without_variant_covers_the_one_finding_that_it_can_mean(house: Path) -> None:
    (house / "waivers.yaml").write_text(WAIVER.replace("  variant: wording\n", ""), encoding="utf-8")
    words = ("check", "religious-seat-change", "-w", house, "--date", "2026-02-01", "--format", "json")
    assert [one["code"] for one in json.loads(run(*words).stdout)["waived"]] == ["DEF-TIME-02"]


def test_a_waiver_that_fits_several_findings_covers_none_and_says_what_to_add(house: Path) -> None:
    file = house / "procedures" / "religious-seat-change.yaml"
    again = (house / "requirements" / "iso-9001-2015.yaml").read_text(encoding="utf-8")
    at = again.index("  - id: iso-one-unit-of-time")
    one = again[at : again.index("  - id: ", at + 5)]
    (house / "requirements" / "iso-9001-2015.yaml").write_text(
        again.replace(one, one + one.replace("iso-one-unit-of-time", "own-unit-of-time")), encoding="utf-8"
    )
    said = " ".join(
        run("check", file.stem, "-w", house, "--date", "2026-02-01", "--lang", "en").stdout.split()
    )
    assert "fits several findings and covers none" in said
    assert "write: requirement: iso-one-unit-of-time; requirement: own-unit-of-time." in said


def test_a_waived_finding_is_listed_apart_and_comes_back_the_day_after(house: Path) -> None:
    held = run(*ONLY[:-1], "-w", house, "--date", "2026-06-30").stdout
    assert "Waived findings\nprocedures/religious-seat-change.yaml:21:" in held
    assert "= reason: The decision is being revised (approved by Chủ tịch UBND huyện on 5 Jan 2026" in held
    after = run(*ONLY[:-1], "-w", house, "--date", "2026-07-01").stdout
    assert "Waived findings" not in after
    assert "(waivers.yaml:1:3) expired on 30 Jun 2026; the finding counts again" in after


def test_a_waiver_is_called_stale_only_where_its_question_was_put(house: Path) -> None:
    (house / "waivers.yaml").write_text(WAIVER + "  step: b6\n", encoding="utf-8")
    words = ("check", "-w", house, "--date", "2026-02-01", "--lang", "en")
    said = run(*words).stdout
    assert "fits no finding. To cover a finding like it, write: no step." in said
    assert "fits no finding" not in run(*words, "--ignore", "DEF-TIME-02").stdout
    assert "fits no finding" not in run(*words, "land-split").stdout


def test_a_waived_finding_counts_for_nothing_in_the_report(house: Path) -> None:
    words = ("-w", house, "--lang", "en", "--fail-on", "never")
    with_waiver = json.loads(run("check", *words, "--format", "json").stdout)
    (house / "waivers.yaml").unlink()
    without = json.loads(run("check", *words, "--format", "json").stdout)
    assert len(with_waiver["findings"]) == len(without["findings"]) - 1
    assert [one["code"] for one in with_waiver["waived"]] == ["DEF-TIME-02"]
    assert with_waiver["tallies"] == without["tallies"]


def test_a_wrong_waiver_is_an_input_error(house: Path) -> None:
    (house / "waivers.yaml").write_text(WAIVER.replace("DEF-TIME-02", "DEF-TIME-2"), encoding="utf-8")
    result = run("check", "-w", house)
    assert result.exit_code == 2
    assert "waivers.yaml:1:9: không có quy tắc nào mang mã 'DEF-TIME-2'" in result.stderr


@pytest.mark.parametrize(("lang", "name"), [("en", "rules.md"), ("vi", "quy-tac.md")])
def test_the_rule_book_is_up_to_date(lang: str, name: str) -> None:
    made = run("rule", "--all", "--format", "markdown", "--lang", lang).stdout
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert made == written, "run `make rulebook`"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_index_of_the_rule_book_names_every_rule_and_leads_to_it(lang: str) -> None:
    book = run("rule", "--all", "--format", "markdown", "--lang", lang).stdout
    codes = {hook.code for rule in CATALOGUE.values() for hook in rule.hooks}
    assert set(re.findall(r'<a id="([^"]+)"></a>', book)) == codes
    assert set(re.findall(r"\]\(#([^)]+)\)", book)) == codes


def test_the_schema_of_the_findings_is_published() -> None:
    schema = json.loads(run("schema", "findings").stdout)
    made = json.loads(run("check", "--format", "json").stdout)
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(made)] == []


@pytest.mark.parametrize("words", [("check",), ("audit",)], ids=["definitions", "dossiers"])
def test_sarif_of_what_ships_is_valid_and_the_same_each_time(
    words: tuple[str, ...], house: Path, data: SharedData
) -> None:
    published = json.loads((data / "schemas/sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(published)
    validator = kind(published, format_checker=kind.FORMAT_CHECKER)
    if words == ("audit",):
        shutil.copytree(PROCESSES / "samples", house / "samples")
    said = [
        run(*words, "-w", house, "--date", "2026-03-31", "--format", "sarif", "--lang", lang).stdout
        for lang in ("vi", "en", "vi")
    ]
    assert said[0] == said[2]
    for text in said[:2]:
        assert [(list(e.path), e.message) for e in validator.iter_errors(json.loads(text))] == []


def test_a_check_of_definitions_pays_for_no_library_that_it_does_not_need() -> None:
    heavy = ("duckdb", "pyarrow", "scipy", "numba", "pandas", "pyspark", "weasyprint", "xlsxwriter")
    script = """
import sys
from iso_audit.cli import cli
cli(["check", "land-split", "-q", "--fail-on", "never"], standalone_mode=False)
"""
    script = script.replace("cli([", "try:\n    cli([") + "except SystemExit:\n    pass\n"
    script += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "[]"
