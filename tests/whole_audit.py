"""An audit through the front door, with its whole evidence and without drawing a report."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from iso_audit import api
from iso_audit.model.outcome import Outcome


@dataclass(frozen=True)
class WholeAudit:
    """What was found in one log."""

    outcome: Outcome
    evidence: tuple[dict[str, str], ...]
    """One row for each breach of each dossier."""

    def failed(self, code: str) -> Counter[str]:
        """Breaches found under `code`, by step, over all units and variants."""
        counted: Counter[str] = Counter()
        for finding in self.outcome.findings:
            if finding.code == code:
                counted[finding.step] += finding.failed
        return counted

    def tallied(self, code: str) -> tuple[int, int, int]:
        """(checked, failed, open) of `code` over everything."""
        rows = [row for row in self.outcome.tallies if row.code == code]
        return sum(r.checked for r in rows), sum(r.failed for r in rows), sum(r.open for r in rows)

    def left_open(self, code: str) -> Counter[str]:
        """What could not be decided under `code`, by reason."""
        counted: Counter[str] = Counter()
        for item in self.outcome.open_items:
            if item.code == code:
                counted[item.reason] += item.count
        return counted


def _evidence_alone(*given: object) -> api.Written:
    """Stand in for the writing of all outputs: a report of thousands of findings is not what is tested."""
    output = next(each for each in given if isinstance(each, Path))
    held = next(each for each in given if hasattr(each, "write_evidence"))
    held.write_evidence(output / "evidence.csv")
    return api.Written((output / "evidence.csv",))


def audit_log(folder: Path, log: Path, mapping: Path, engine: str = "duckdb") -> WholeAudit:
    """Audit a log by the workspace in `folder`."""
    with tempfile.TemporaryDirectory() as place, patch("iso_audit.api.runs.write", _evidence_alone):
        run = api.audit(folder, log, mapping, Path(place), engine=engine)
        text = (Path(place) / "evidence.csv").read_text(encoding="utf-8-sig")
    return WholeAudit(run.outcome, tuple(csv.DictReader(text.splitlines())))
