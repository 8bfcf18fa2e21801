"""The labelled analyser models of the shared data: each property of each model, read by our importer."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace

from iso_audit.analysis.soundness import Structure
from iso_audit.analysis.study import study
from iso_audit.exchange.bpmn import read_bpmn
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from tests.conftest import SharedData

NOT_OURS = {("dead-activities.bpmn", "option_to_complete")}
"""Two ways of one choice to one step are one flow with us, so that step does not wait for both."""


def judged(procedure: Procedure) -> Structure:
    starts = [step.id for step in procedure.steps if step.element == "startEvent"]
    if len(starts) == 1 and not procedure.start:
        # what stands in the drawing without a flow into it would be a second entry
        procedure = replace(procedure, start=starts[0])
    return study(procedure, Organisation(), dt.date(2026, 3, 2)).structure


def test_every_labelled_model_gets_its_four_verdicts(data: SharedData) -> None:
    folder = data / "bpmn/rust_analyzer"
    wrong = []
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        model = read_bpmn(folder / row["file"])
        (procedure,) = model.procedures
        found = judged(procedure)
        answers = {
            "safeness": found.once.holds,
            "option_to_complete": found.finishes.holds,
            "proper_completion": found.ends_once.holds,
            "no_dead_activities": found.all_happen.holds,
        }
        name = row["file"].rpartition("/")[2]
        for label, answer in answers.items():
            if answer is not (row[label] == "yes") and (name, label) not in NOT_OURS:
                wrong.append((name, label, row[label], answer))
    assert len(rows) == 17
    assert wrong == []
