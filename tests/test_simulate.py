"""Proposals judged, simulated and written down, through the real command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from iso_audit.cli import cli

SHIPPED = Path(__file__).parent.parent / "processes/scenarios"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["simulate", *map(str, arguments), "--lang", "en", "--quiet"])


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped counter with few dossiers, few replications and two proposals: one is unlawful."""
    text = (SHIPPED / "certified-copies-counter.yaml").read_text(encoding="utf-8")
    text = text.replace("per_year: 9000", "per_year: 2500").replace("per_year: 1400", "per_year: 300")
    text = text.replace("replications: auto", "replications: 4")
    path = tmp_path_factory.mktemp("scenario") / "counter.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(scenario: Path) -> dict[str, object]:
    found = run(scenario, "--format", "json")
    assert found.exit_code == 1, found.output
    return json.loads(found.stdout)


def proposals(told: dict[str, object]) -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in told["proposals"]}


def test_a_proposal_that_joins_duties_held_apart_is_refused_with_its_law(told: dict[str, object]) -> None:
    refused = proposals(told)["one-hand"]
    assert not refused["lawful"]
    assert not refused["simulated"]
    assert {"DEF-ROLE-02", "DEF-ROLE-03"} <= {
        each["finding"]["code"] for each in refused["refusals"] if each["finding"]
    }


def test_signing_more_often_is_faster_and_costs_the_citizen_nothing(told: dict[str, object]) -> None:
    effects = {one["measure"]: one for one in proposals(told)["four-signing-hours"]["effects"]}
    assert effects["lead_mean"]["verdict"] == "better"
    assert effects["lead_mean"]["difference"]["high"] < 0
    assert effects["citizen_cost"]["verdict"] == "same"
    assert effects["citizen_cost"]["difference"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


def test_one_more_person_costs_what_that_person_costs(told: dict[str, object]) -> None:
    effects = {one["measure"]: one for one in proposals(told)["third-officer"]["effects"]}
    assert effects["staffing_year"]["difference"]["mean"] == pytest.approx(95_000 * 8 * 250, rel=0.03)
    assert effects["work_mean"]["verdict"] == "same"


def test_the_answer_does_not_depend_on_the_number_of_processes(
    scenario: Path, told: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert json.loads(run(scenario, "--format", "json").stdout) == told


def test_without_a_change_there_is_no_difference(scenario: Path, tmp_path: Path) -> None:
    text = scenario.read_text(encoding="utf-8")
    head, rest = text.split("proposals:")
    same = (
        "proposals:\n  - id: nothing\n    title: Nothing\n    changes:\n"
        "      - {staff: {clerk: {people: 1}}}\n\nmeasure:"
    )
    path = tmp_path / "same.yaml"
    path.write_text(head + same + rest.split("measure:")[1], encoding="utf-8")
    found = run(path, "--format", "json")
    assert found.exit_code == 0, found.output
    (only,) = json.loads(found.stdout)["proposals"]
    assert {one["verdict"] for one in only["effects"]} == {"same"}
    assert {one["verdict"] for one in only["by_role"]} == {"same"}
    assert all(one["flips"] == [] for one in only["sensitivities"])


def test_who_insists_gets_the_unlawful_one_simulated_and_stamped(scenario: Path, tmp_path: Path) -> None:
    found = run(scenario, "--quick", "--even-if-unlawful", "-o", tmp_path)
    assert found.exit_code == 1, found.output
    assert "CONTAINS AN UNLAWFUL PROPOSAL" in found.stdout
    page = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert "CONTAINS AN UNLAWFUL PROPOSAL" in page
    told = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert told["forced"]


def test_everything_is_written_and_says_the_same(scenario: Path, tmp_path: Path) -> None:
    found = run(scenario, "--quick", "-o", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "comparison.pdf", "comparison.html", "comparison.json", "comparison.xlsx",
    }  # fmt: skip
    told = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    effects = {one["measure"]: one for one in told["proposals"][0]["effects"]}
    book = CalamineWorkbook.from_path(str(tmp_path / "comparison.xlsx"))
    rows = [row for row in book.get_sheet_by_index(0).to_python() if "On-time rate" in row]
    assert rows[0][3] == pytest.approx(100 * effects["on_time"]["as_is"]["mean"])
    page = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    shown = f"{100 * effects['on_time']['as_is']['mean']:.1f}"
    assert shown in page
    assert shown in found.stdout
    assert (tmp_path / "comparison.pdf").read_bytes().startswith(b"%PDF")
    assert not re.search(r"\{[a-z_]+\}", found.stdout + page.split("</style>")[-1])


def test_the_same_bytes_come_out_twice(scenario: Path, tmp_path: Path) -> None:
    run(scenario, "--quick", "-o", tmp_path / "a")
    run(scenario, "--quick", "-o", tmp_path / "b")
    for name in ("comparison.pdf", "comparison.html", "comparison.json", "comparison.xlsx"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_role_that_cannot_keep_up_today_is_refused_at_its_line(scenario: Path, tmp_path: Path) -> None:
    text = scenario.read_text(encoding="utf-8").replace("per_year: 2500", "per_year: 60000")
    path = tmp_path / "busy.yaml"
    path.write_text(text, encoding="utf-8")
    found = run(path, "-o", tmp_path / "out")
    assert found.exit_code == 2
    assert re.search(r"busy\.yaml:\d+:\d+: role 'justice-officer' is overloaded today", found.stderr)
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_no_scenario_is_told(tmp_path: Path) -> None:
    found = run(tmp_path / "nothing.yaml")
    assert found.exit_code == 2
    assert "nothing.yaml" in found.stderr


@pytest.fixture
def proposing(scenario: Path, tmp_path: Path) -> Callable[..., Path]:
    """The scenario with other proposals, and with words replaced."""

    def made(*changes: str, edits: Mapping[str, str] | None = None) -> Path:
        text = scenario.read_text(encoding="utf-8")
        head, rest = text.split("proposals:")
        lines = "".join(f"      - {change}\n" for change in changes)
        text = f"{head}proposals:\n  - id: x\n    changes:\n{lines}\nmeasure:{rest.split('measure:')[1]}"
        for pattern, other in (edits or {}).items():
            text, count = re.subn(pattern, other, text)
            assert count, pattern
        path = tmp_path / "proposing.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return made


Proposing = Callable[..., Path]


def test_a_cost_that_nobody_stated_is_not_told_as_nothing(proposing: Proposing) -> None:
    path = proposing("{staff: {clerk: +1}}", edits={r", hourly_cost: \d+": ""})
    found = run(path, "--quick", "--format", "json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    (only,) = told["proposals"]
    assert {"staff_cost", "staff_cost_year", "staffing_year"}.isdisjoint(
        e["measure"] for e in only["effects"]
    )
    assert "no_wages" in told["assumptions"]


def test_what_is_taken_for_granted_is_told(proposing: Proposing, tmp_path: Path) -> None:
    found = run(proposing("{delegate: stamp, to: one-stop-officer}"), "--quick", "-o", tmp_path / "out")
    assert found.exit_code == 0, found.output
    page = (tmp_path / "out/comparison.html").read_text(encoding="utf-8")
    for shown in (found.stdout, page):
        assert "To be confirmed before the proposal is applied" in shown
        assert "The One-stop officer is given" in shown
    told = json.loads((tmp_path / "out/comparison.json").read_text(encoding="utf-8"))
    assert [one["key"] for one in told["proposals"][0]["assumptions"]] == ["competence"]


def test_what_changes_nothing_is_said_to_change_nothing(proposing: Proposing) -> None:
    found = run(
        proposing(
            "{staff: {clerk: +1}}",
            edits={r"clerk: \{people: 1": "clerk: {people: 9", r", hourly_cost: \d+": ""},
        ),
        "--quick",
    )
    assert "The proposal changes none of the main measures." in found.stdout


def test_a_loss_that_no_rule_names_is_refused_by_the_procedure_or_its_form(proposing: Proposing) -> None:
    found = run(proposing("{eliminate: sign-refusal}", "{eliminate: ask-supplement}"), "--quick")
    assert found.exit_code == 1
    said = " ".join(found.stdout.split())
    assert "[the procedure in force]" in said
    assert re.search(r"\[TT 03/2025/TT-VPCP, form 0\d\]", said)


def test_a_search_tells_what_it_proposes_and_what_it_may_not(proposing: Proposing, tmp_path: Path) -> None:
    path = proposing(
        "{staff: {clerk: +1}}",
        edits={
            r"search: \{max_changes: 3\}": "search: {allow: [merge, eliminate], max_changes: 1}",
            r"to: 2026-06-30": "to: 2026-02-28",
            r"per_year: 2500": "per_year: 900",
        },
    )
    found = run(path, "--suggest", "--quick", "-o", tmp_path / "out")
    assert found.exit_code in (0, 1), found.output
    told = json.loads((tmp_path / "out/comparison.json").read_text(encoding="utf-8"))
    search = told["search"]
    assert search["tried"] > 0
    assert sum(search["refused_by"].values()) > 0
    assert all(one["lawful"] for one in told["proposals"])
    assert {len(one["changes"]) for one in told["proposals"]} <= {1}
    page = (tmp_path / "out/comparison.html").read_text(encoding="utf-8")
    assert "What was searched" in page
    assert "combinations of changes were looked at" in found.stdout


def test_what_is_wrong_with_a_change_and_with_todays_numbers_is_told_at_once(proposing: Proposing) -> None:
    path = proposing(
        "{eliminate: stampp}",
        edits={
            r"incomplete: 6%": "incomplete: 99%, complete: 7%",
            r"clerk: \{people: 1": "clerk: {people: 0",
            "lead_mean: 15 min": "lead_meen: 15 min",
        },
    )
    found = run(path)
    assert found.exit_code == 2
    for said in ("there is no step 'stampp'", "the shares add up to 107%", "and 0 people", "lead_meen"):
        assert re.search(rf"proposing\.yaml:\d+:\d+: .*{said}", found.stderr), said


def test_the_tables_name_their_sheets_whole_and_call_nobody_better_for_being_idle(
    proposing: Proposing, tmp_path: Path
) -> None:
    run(proposing("{staff: {justice-officer: +1}}"), "--quick", "-o", tmp_path / "out")
    book = CalamineWorkbook.from_path(str(tmp_path / "out/comparison.xlsx"))
    assert {"Refused", "To be confirmed"} <= set(book.sheet_names)
    rows = [row for row in book.get_sheet_by_name("By role").to_python() if row[2] == "Utilisation"]
    assert rows
    assert {row[-1] for row in rows} <= {"", "= unchanged", "? cannot tell"}
    assert "" in {row[-1] for row in rows}


def test_a_limit_of_a_step_is_told_by_the_name_of_the_step() -> None:
    found = run("house-permit-online", "--quick", "-w", SHIPPED.parent)
    assert "Appraise the dossier: 2 working days" in " ".join(found.stdout.split())
    assert "appraise: 2 working days" not in found.stdout
