"""The verb `export`, from the command line to the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from iso_audit.cli import cli

PROCESSES = Path(__file__).parents[1] / "processes"


def export(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, words), "-w", str(PROCESSES)])


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        (".bpmn", "<?xml"),
        (".svg", "<?xml"),
        (".mmd", "---"),
        (".dot", "digraph"),
        (".pnml", "<pnml"),
        (".yaml", "proc"),
    ],
)
def test_the_suffix_says_the_format(tmp_path: Path, suffix: str, begins: str) -> None:
    target = tmp_path / f"khai-sinh{suffix}"
    assert export("birth-registration", "-o", target).exit_code == 0
    assert target.read_text(encoding="utf-8").startswith(begins)


def test_without_a_file_the_text_goes_to_the_screen() -> None:
    shown = export("birth-registration", "--format", "dot")
    assert shown.stdout.startswith('digraph "birth-registration"')


def test_several_procedures_go_into_a_folder(tmp_path: Path) -> None:
    assert export("--format", "svg", "-o", tmp_path / "all").exit_code == 0
    made = sorted((tmp_path / "all").iterdir())
    assert len(made) == len(list((PROCESSES / "procedures").glob("*.yaml")))
    for path in made:
        root = etree.parse(path).getroot()
        kinds = [etree.QName(one).localname for one in root[:2]]
        assert kinds == ["title", "desc"]


def test_a_drawing_in_bpmn_becomes_a_picture(tmp_path: Path) -> None:
    model = tmp_path / "model.bpmn"
    export("birth-registration", "-o", model)
    assert export(model, "-o", tmp_path / "model.svg").exit_code == 0


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "a.dot"
    target.write_text("mine", encoding="utf-8")
    refused = export("birth-registration", "-o", target)
    assert refused.exit_code == 2
    assert "a.dot" in refused.stderr
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["birth-registration", "-o", "a.docx"], "--format"),
        (["birth-registration", "linked-birth", "-o", "a.svg"], "-o"),
        (["--format", "svg"], "-o"),
        (["birth-registratio"], "birth-registration"),
    ],
)
def test_a_call_that_cannot_be_met_says_why(words: list[str], said: str) -> None:
    refused = export(*words)
    assert refused.exit_code == 2
    assert said in refused.stderr
