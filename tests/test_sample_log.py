"""The log that ships: it is what its script makes, and an audit finds exactly what was put into it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

from iso_audit import api
from iso_audit.model.outcome import Outcome
from iso_audit.rules import CATALOGUE
from tests.whole_audit import WholeAudit, audit_log

PROCESSES = Path(__file__).parents[1] / "processes"
SAMPLES = PROCESSES / "samples"
MADE = ("dossiers.csv", "events.csv", "truth.csv")
OF_MANY = {
    "INT-04", "INT-05", "INT-10", "PRC-06", "PRC-07", "REC-01", "SUP-03", "SUP-04", "SUP-06", "SUP-07",
    "TIM-09", "TIM-10", "TIM-11", "TIM-12",
}  # fmt: skip
"""Seen only where scanning, filing, notices to applicants or the units of officials are recorded, where
supplements are asked for after acceptance, in a register, in seconds, in the software's due dates, in very
many dossiers or by the terms of a province: not here."""


@cache
def audited() -> WholeAudit:
    return audit_log(PROCESSES, SAMPLES / "events.csv", SAMPLES / "mapping.yaml")


def truth() -> Counter[tuple[str, str, str]]:
    rows = csv.DictReader((SAMPLES / "truth.csv").read_text(encoding="utf-8").splitlines())
    return Counter((row["rule"], row["dossier_id"], row["step"]) for row in rows)


def test_the_script_makes_the_sample_byte_for_byte(tmp_path: Path) -> None:
    script = SAMPLES / "make_sample.py"
    subprocess.run([sys.executable, "-B", str(script), str(tmp_path)], check=True, capture_output=True)
    assert {n: (tmp_path / n).read_bytes() for n in MADE} == {n: (SAMPLES / n).read_bytes() for n in MADE}


def test_the_sample_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir() if path.is_file()) < 1_500_000


def test_an_audit_of_the_sample_finds_what_was_put_in_and_nothing_else() -> None:
    audit = audited()
    assert Counter((r["code"], r["dossier_id"], r["step"]) for r in audit.evidence) == truth()
    assert audit.outcome.failures == ()


def test_every_rule_on_dossiers_has_something_to_find_in_the_sample() -> None:
    hooks = [h for rule in CATALOGUE.values() for h in (rule.on_event, rule.on_dossier, rule.on_trace) if h]
    assert {code for code, _, _ in truth()} == {hook.code for hook in hooks} - OF_MANY


def test_every_row_of_the_sample_is_read() -> None:
    intake = audited().outcome.intake
    events = len((SAMPLES / "events.csv").read_text(encoding="utf-8").splitlines()) - 1
    dossiers = len((SAMPLES / "dossiers.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert (intake.events_kept, intake.dossiers_kept, intake.refused_count) == (events, dossiers, 0)


def test_ways_of_filing_in_words_of_the_office_are_read_by_the_mapping_and_open_without_it(
    tmp_path: Path,
) -> None:
    known = (SAMPLES / "dossiers.csv").read_text(encoding="utf-8")
    (tmp_path / "events.csv").symlink_to(SAMPLES / "events.csv")
    told = (SAMPLES / "mapping.yaml").read_text(encoding="utf-8")
    named = f"{told}channels: {{Qua Zalo: online, Tại xã: desk}}\n"

    def audit(dossiers: str, mapping: str) -> Outcome:
        (tmp_path / "dossiers.csv").write_text(dossiers, encoding="utf-8")
        (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
        run = api.audit(PROCESSES, tmp_path / "events.csv", tmp_path / "map.yaml", select=["INT", "PRC-06"])
        return replace(run.outcome, card=None)

    own = known.replace(",online,", ",Qua Zalo,").replace(",desk,", ",Tại xã,")
    assert audit(own, named) == (whole := audit(known, told))
    assert len(audit(own, told).open_items) > len(whole.open_items)
