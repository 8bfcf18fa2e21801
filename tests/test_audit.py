"""The one flow, end to end on what ships: same bytes twice, every number from one count."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pytest

from iso_audit import api


@pytest.fixture(scope="module")
def shipped_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    return api.audit(output=folder), folder


def test_every_output_is_written(shipped_run):
    run, folder = shipped_run
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["report.pdf", "report.html", "findings.json", "evidence.csv"]
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
