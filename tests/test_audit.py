"""The one flow, end to end on what ships: same bytes twice, every number from one count."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace

import pytest

from iso_audit import api
from iso_audit.audit.assumptions import assumptions_of
from iso_audit.model.procedure import Flow
from iso_audit.text import Text
from tests.strategies import procedure, step


@pytest.fixture(scope="module")
def shipped_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    return api.audit(output=folder), folder


def test_every_output_is_written(shipped_run):
    run, folder = shipped_run
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["report.pdf", "report.html", "findings.json", "evidence.csv", "measures.xlsx"]
    )
    assert run.outcome.failures == ()


def test_two_runs_give_the_same_bytes(shipped_run, tmp_path):
    _, folder = shipped_run
    api.audit(output=tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_evidence_has_a_row_for_every_failure_that_a_finding_counts(shipped_run):
    run, folder = shipped_run
    with (folder / "evidence.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = Counter(
            (row["code"], row["requirement"], row["procedure"], row["unit"]) for row in csv.DictReader(stream)
        )
    counted: Counter[tuple[str, ...]] = Counter()
    for finding in run.outcome.findings:
        if not finding.on_definition:
            counted[(finding.code, finding.requirement, finding.procedure, finding.unit)] += finding.failed
    assert rows == counted


def test_no_finding_fails_more_often_than_it_was_checked(shipped_run):
    run, _ = shipped_run
    assert all(0 < finding.failed <= finding.checked for finding in run.outcome.findings)


def test_fingerprints_are_unique_within_a_run(shipped_run):
    run, _ = shipped_run
    prints = Counter(finding.fingerprint for finding in run.outcome.findings)
    versions = {(f.fingerprint, f.procedure) for f in run.outcome.findings}
    assert len(versions) == len(run.outcome.findings), prints.most_common(3)


def test_rows_in_are_kept_refused_or_ignored(shipped_run):
    run, _ = shipped_run
    intake = run.outcome.intake
    assert intake.event_rows + intake.dossier_rows == (
        intake.events_kept + intake.events_ignored + intake.dossiers_kept + intake.refused_count
    )


def test_json_holds_what_the_outcome_holds(shipped_run):
    run, folder = shipped_run
    master = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert [f["fingerprint"] for f in master["findings"]] == [f.fingerprint for f in run.outcome.findings]
    assert len(master["open"]) == len(run.outcome.open_items)


def test_only_dossiers_received_in_the_period_are_examined(shipped_run, tmp_path):
    whole = shipped_run[0].outcome.intake
    shutil.copytree(api.shipped("processes"), tmp_path / "workspace")
    settings = tmp_path / "workspace" / "iso-audit.yaml"
    text = settings.read_text(encoding="utf-8")
    period = "period: {from: 2024-01-02, to: 2026-03-31}"
    assert period in text
    settings.write_text(text.replace(period, "period: {from: 2024-06-03, to: 2024-06-28}"), encoding="utf-8")
    outcome = api.audit(tmp_path / "workspace").outcome
    with (tmp_path / "workspace/samples/dossiers.csv").open(encoding="utf-8") as stream:
        received = [row["received_at"] for row in csv.DictReader(stream)]
    inside = sum("2024-06-03" <= at[:10] <= "2024-06-28" for at in received)
    assert 0 < inside < len(received) == whole.dossiers_examined
    assert outcome.intake.dossiers_examined == inside
    assert outcome.intake.dossiers_outside_period == len(received) - inside
    assert {row.month for row in outcome.measures.dossiers} == {"2024-06"}
    assert sum(row.dossiers for row in outcome.measures.dossiers) == inside


def test_messages_from_outside_are_said_to_be_assumed():
    closed = procedure(step("a", "b"), step("b"))
    waiting = replace(closed, title=Text("Cấp phép", "Permit"), outside=("opinion", "payment"))
    (note,) = assumptions_of([closed, waiting])
    assert note.say("en").startswith(
        "Permit: the world outside is assumed always to send “opinion”, “payment”"
    )
    assert note.say("vi").startswith("Cấp phép: coi như bên ngoài luôn gửi đến “opinion”, “payment”")


def test_that_no_choice_goes_back_for_ever_is_said_once():
    closed = procedure(step("a", "b"), step("b"))
    loop = procedure(step("a", "b"), step("b", Flow("a", "again"), Flow("c", "done")), step("c"))
    (note,) = assumptions_of([loop, closed, loop])
    assert "again and again" in note.say("en")
    assert "quay lại" in note.say("vi")
    assert assumptions_of([closed]) == ()
