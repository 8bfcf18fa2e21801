"""The labelled analyser models of the shared data: each property of each model, read by our importer."""

from __future__ import annotations

import csv
import datetime as dt

from iso_audit.analysis.study import study
from iso_audit.exchange.bpmn import read_bpmn
from iso_audit.model.organisation import Organisation
from tests.conftest import SharedData


def test_every_labelled_model_gets_its_four_verdicts(data: SharedData) -> None:
    folder = data / "bpmn/rust_analyzer"
    wrong = []
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        model = read_bpmn(folder / row["file"])
        (procedure,) = model.procedures
        found = study(procedure, Organisation(), dt.date(2026, 3, 2)).structure
        answers = {
            "safeness": found.once.holds,
            "option_to_complete": found.finishes.holds,
            "proper_completion": found.ends_once.holds,
            "no_dead_activities": found.all_happen.holds,
        }
        name = row["file"].rpartition("/")[2]
        for label, answer in answers.items():
            if answer is not (row[label] == "yes"):
                wrong.append((name, label, row[label], answer))
    assert len(rows) == 17
    assert wrong == []
