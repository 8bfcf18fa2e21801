"""`init scenario` writes a file that says openly what it guesses, and that runs as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from iso_audit import api
from iso_audit.cli import cli
from iso_audit.errors import Fault
from iso_audit.model.procedure import Limit, Step
from iso_audit.model.scenario import Scenario
from iso_audit.simulation.compile import compiled
from iso_audit.simulation.first_guess import BUSY, guessed_work_seconds
from iso_audit.simulation.load import role_loads
from iso_audit.text import Text
from iso_audit.workspace.positions import parse
from iso_audit.workspace.scenarios import scenario_of
from tests.strategies import working_days

PROCESSES = Path(__file__).parents[1] / "processes"
SHIPPED = api.load_workspace(PROCESSES)
IDS = sorted({procedure.id for procedure in SHIPPED.procedures})


@pytest.mark.parametrize(("n", "name"), list(enumerate(IDS)), ids=IDS)
def test_every_shipped_procedure_can_be_started_and_keeps_its_people_busy_but_not_more(
    n: int, name: str
) -> None:
    text = api.start_scenario(name, PROCESSES, lang=("vi", "en")[n % 2])
    faults: list[Fault] = []
    document = parse(text, name, faults)
    scenario = document and scenario_of(document, SHIPPED, faults)
    assert isinstance(scenario, Scenario)
    procedure = [each for each in SHIPPED.procedures if each.id == name][-1]
    for load in role_loads(compiled(scenario, {name: procedure})):
        assert load.utilisation <= BUSY + 0.01, load.role


def test_work_is_guessed_as_a_tenth_of_the_limit_within_bounds() -> None:
    def guess(limit: Limit | None) -> float:
        return guessed_work_seconds(Step("a", Text(), limit=limit)) / 60

    assert [guess(working_days(days)) for days in ("0.01", "1", "2", "30")] == [5, 50, 95, 240]
    assert guess(None) == guess(Limit(None)) == guess(working_days(0)) == 15


def test_the_file_runs_as_it_is_and_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "permit.yaml"
    call = ["init", "scenario", "house-permit", "-w", str(PROCESSES), "-o", str(file), "--lang", "en"]
    first = CliRunner().invoke(cli, call)
    assert (first.exit_code, first.stdout) == (0, "")
    assert "EVERY NUMBER IS A GUESS" in file.read_text(encoding="utf-8")
    again = CliRunner().invoke(cli, call)
    assert again.exit_code == 2
    assert "not overwritten" in again.stderr
    run = CliRunner().invoke(cli, ["simulate", str(file), "-w", str(PROCESSES), "--quick", "--lang", "en"])
    assert run.exit_code == 0, run.output
    assert "One more person in the busiest role" in run.stdout


def test_an_unknown_procedure_is_told_with_the_one_that_was_meant() -> None:
    result = CliRunner().invoke(
        cli, ["init", "scenario", "house-permitt", "-w", str(PROCESSES), "--lang", "en"]
    )
    assert result.exit_code == 2
    assert "did you mean 'house-permit'?" in result.stderr


def test_a_procedure_that_stands_outside_the_workspace_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("procedure: own\nsteps: {a: {role: clerk}}\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["init", "scenario", str(file), "-w", str(PROCESSES), "--lang", "en"])
    assert result.exit_code == 2
    assert "must stand in the workspace" in result.stderr
