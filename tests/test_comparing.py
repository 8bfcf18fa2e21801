"""Clauses, versions, units and periods side by side, through the real command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iso_audit.cli import cli
from iso_audit.judgement.compare import Share, contrasts
from iso_audit.model.organisation import Organisation
from iso_audit.report.contrasts import as_text, rows
from iso_audit.report.facts import Facts
from iso_audit.report.words import words


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--lang", "en"])


def test_a_clause_says_by_what_it_is_answered() -> None:
    said = run("coverage", "birth-registration").stdout
    assert "8.6   C     The result is approved before it is released" in said
    assert "steps «Sign the birth certificate»" in said
    assert "8.3   ×" in said


def test_the_matrix_opens_in_a_spreadsheet() -> None:
    said = run("coverage", "birth-registration", "--format", "csv").stdout
    assert said.startswith("\ufeff")
    table = list(csv.DictReader(io.StringIO(said.removeprefix("\ufeff"))))
    assert [row["clause"] for row in table][:3] == ["4.4", "5.3", "6.1"]
    assert {row["procedure"] for row in table} == {"Registration of a birth"}


def test_a_new_edition_tells_what_it_adds_and_who_lacks_it() -> None:
    told = json.loads(run("coverage", "--against", "iso-9001-2026-draft", "--format", "json").stdout)
    change = {row["clause"]: row["change"] for row in told}
    assert change["6.1.2"] == "from clause 6.1"
    assert change["5.1.1"] == "new"
    assert change["8.6"] == "unchanged"
    missing = {row["clause"]: row["missing"] for row in told}
    assert missing["6.1.2"] == ""
    assert "Registration of a birth" in missing["5.1.1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("coverage", "--edition", "iso-9001"), "there is no pack 'iso-9001'"),
        (("coverage", "--edition", "vn-one-stop-2018"), "the pack lists no clauses"),
        (("diff", "birth-registration"), "there is one version only"),
        (("diff", "house-permit", "birth-registration"), "there are several versions"),
        (("diff", "a", "b", "c"), "there is no procedure 'a'"),
        (("compare",), "name exactly two units"),
        (("compare", "--unit", "minh-son", "--unit", "nowhere", "-q"), "the log has no unit 'nowhere'"),
        (("compare", "--period", "2025", "--period", "2024-01"), "'2025' is not a period"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_plain_words(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert said in result.stderr
    assert result.exit_code == 2


def test_two_versions_tell_changes_and_what_they_do_to_the_findings() -> None:
    told = json.loads(run("diff", "house-permit", "--format", "json").stdout)
    assert {"owner", "form-removed", "form-added", "unit-moved"} <= {one["key"] for one in told["changes"]}
    fates = {(one["code"], one["fate"]) for one in told["effects"]}
    assert ("DEF-DOC-04", "gone") in fates
    forms = [one["said"] for one in told["changes"] if one["key"] == "form-added"]
    assert forms == ["Forms added: 01–07 of TT 03/2025/TT-VPCP."]


def test_findings_of_a_version_name_steps_as_the_procedure_does(tmp_path: Path) -> None:
    text = run("export", "house-permit@2025-07-01", "--format", "yaml").stdout
    (tmp_path / "old.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(text.replace("limit: 15 wd", "limit: 2 wd", 1), encoding="utf-8")
    told = run("diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")).stdout
    step = "Receive and scan"
    assert f"“{step}" in " ".join(told.split())


def test_a_version_that_brings_findings_fails_where_that_is_asked(tmp_path: Path) -> None:
    old = run("export", "house-permit@2025-07-01", "--format", "yaml").stdout
    (tmp_path / "old.yaml").write_text(old, encoding="utf-8")
    assert "limit: 15 wd" in old
    (tmp_path / "new.yaml").write_text(old.replace("limit: 15 wd", "limit: 2 wd", 1), encoding="utf-8")
    files = (str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"))
    worse = run("diff", *files, "--fail-on", "minor")
    assert "limit of the whole is cut from 15 working days to 2 working days" in worse.stdout
    assert "DEF-TIME-01" in worse.stdout
    assert worse.exit_code == 1
    assert run("diff", *files[::-1], "--fail-on", "minor").exit_code == 0
    assert run("diff", *files).exit_code == 0


def test_two_units_on_the_sample_differ_in_nothing_for_certain() -> None:
    said = run("compare", "--unit", "minh-son", "--unit", "an-phuc", "-q").stdout
    assert "Nothing differs beyond what chance alone would show." in said


def test_a_difference_is_told_with_its_counts_interval_and_test() -> None:
    question = ("PRC-01", "r", "p", "")
    found = contrasts({question: Share(2, 200)}, {question: Share(40, 210)})
    facts = Facts(words("en"), Organisation(), {})
    said = as_text(rows(found, {"r": "All steps are carried out"}, facts), "A", "B", facts)
    assert "• p: PRC-01 All steps are carried out" in said
    assert "2/200 (1.0\u00a0%) → 40/210 (19.0\u00a0%): a greater share" in said
    assert "p = < 0.001" in said
