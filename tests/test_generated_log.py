"""Dossiers whose deviations are known: every one is found where it was put, and nothing else is told.

The generator and its truth table are real material (`tools`), made by other hands than the rules.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from tests.whole_audit import WholeAudit, audit_log

WORKSPACE = Path(__file__).parent / "workspaces/generated"
COVERED = {
    "late_dossier": "TIM-01", "late_step": "TIM-02", "missing_apology": "TIM-03", "missing_step": "PRC-01",
    "swapped_order": "PRC-02", "wrong_role": "PRC-03", "same_person": "PRC-04", "second_supplement": "SUP-02",
}  # fmt: skip
OF_THE_DOSSIER = ("TIM-01", "TIM-03")
HIGH = {
    "late_dossier": 0.5, "missing_step": 0.45, "swapped_order": 0.45, "wrong_role": 0.45, "same_person": 0.4,
    "late_step": 0.4, "missing_apology": 0.5, "second_supplement": 0.4, "open": 0.1,
}  # fmt: skip
Breach = tuple[str, str, str]
"""(code, dossier, step); the step is empty where the rule is about the dossier."""


def made(data: Path, folder: Path, dossiers: int, *options: str) -> Path:
    script = data / "tools/make_dossier_log.py"
    call = [sys.executable, str(script), "--out", str(folder), "--dossiers", str(dossiers), "--seed", "7"]
    subprocess.run([*call, *options], check=True, capture_output=True)
    return folder


def truth(folder: Path) -> Counter[Breach]:
    """What the truth table says, in the words of the rules: of a swapped pair the step that came early."""
    rows = parquet.read_table(folder / "truth.parquet").to_pylist()
    return Counter(
        (code, row["dossier_id"], "" if code in OF_THE_DOSSIER else row["step"].split("|")[-1])
        for row in rows
        if (code := COVERED.get(row["deviation"])) is not None
    )


def told(audit: WholeAudit) -> Counter[Breach]:
    return Counter((row["code"], row["dossier_id"], row["step"]) for row in audit.evidence)


def audited(folder: Path) -> WholeAudit:
    return audit_log(WORKSPACE, folder / "events.parquet", WORKSPACE / "mapping.yaml")


def open_dossiers(folder: Path) -> int:
    return parquet.read_table(folder / "truth.parquet")["deviation"].to_pylist().count("open")


def test_every_deviation_is_found_and_nothing_else(data: Path, tmp_path: Path) -> None:
    folder = made(data, tmp_path, 42_000)
    audit = audited(folder)
    expected = truth(folder)
    assert told(audit) == expected
    assert {code for code, _, _ in expected} == set(COVERED.values())
    assert audit.outcome.failures == ()
    assert audit.outcome.intake.refused_count == 0


def test_clean_dossiers_stay_clean(data: Path, tmp_path: Path) -> None:
    audit = audited(made(data, tmp_path, 3_000, "--clean"))
    assert (told(audit), audit.outcome.findings) == (Counter(), ())


def test_a_dossier_that_is_open_and_not_yet_due_is_left_open(data: Path, tmp_path: Path) -> None:
    folder = made(data, tmp_path, 3_000, "--clean", "--rate", "open=0.2")
    audit = audited(folder)
    waiting = open_dossiers(folder)
    assert audit.tallied("TIM-01") == (3_000 - waiting, 0, waiting)
    assert audit.left_open("PRC-01") == {"unfinished": waiting}


@pytest.mark.full
def test_clean_dossiers_stay_clean_by_the_ten_thousands(data: Path, tmp_path: Path) -> None:
    audit = audited(made(data, tmp_path, 42_000, "--clean"))
    assert (told(audit), audit.outcome.findings) == (Counter(), ())


@pytest.mark.parametrize("dossiers", [2_000, pytest.param(42_000, marks=pytest.mark.full)])
def test_deviations_do_not_hide_one_another(data: Path, tmp_path: Path, dossiers: int) -> None:
    """At shares of 30 to 50 % most dossiers have several; each is still told by itself."""
    rates = [option for name, share in HIGH.items() for option in ("--rate", f"{name}={share}")]
    folder = made(data, tmp_path, dossiers, *rates)
    assert told(audited(folder)) == truth(folder)
