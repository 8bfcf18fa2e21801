"""An audit of a log with its whole evidence and without a report: what tests of logs compare."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from iso_audit import api
from iso_audit.audit.dossiers import check_log
from iso_audit.audit.gathered import Gathered
from iso_audit.engine.duck import DuckEngine
from iso_audit.engine.opening import Foreign
from iso_audit.exchange.xes import read_xes
from iso_audit.model.log import Intake
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.load import load_mapping


@dataclass(frozen=True)
class WholeAudit:
    """What was found in one log."""

    gathered: Gathered
    intake: Intake
    evidence: tuple[dict[str, str], ...]
    """One row for each breach of each dossier."""

    def failed(self, code: str) -> Counter[str]:
        """Breaches found under `code`, by step, over all units and variants."""
        counted: Counter[str] = Counter()
        for finding in self.gathered.findings:
            if finding.code == code:
                counted[finding.step] += finding.failed
        return counted

    def tallied(self, code: str) -> tuple[int, int, int]:
        """(checked, failed, open) of `code` over everything."""
        rows = [row for row in self.gathered.tallies if row.code == code]
        return sum(r.checked for r in rows), sum(r.failed for r in rows), sum(r.open for r in rows)

    def left_open(self, code: str) -> Counter[str]:
        """What could not be decided under `code`, by reason."""
        counted: Counter[str] = Counter()
        for item in self.gathered.open_items:
            if item.code == code:
                counted[item.reason] += item.count
        return counted


def audit_log(folder: Path, log: Path, mapping: Path) -> WholeAudit:
    """Audit the dossiers of a log by the workspace in `folder`."""
    from iso_audit.api.runs import _world

    workspace = api.load_workspace(folder)
    settled = load_mapping(mapping)
    gathered = Gathered()
    engine = DuckEngine(Foreign(read_xes=read_xes))
    with (
        engine.take_in(log, settled, _world(workspace, settled)) as held,
        tempfile.TemporaryDirectory() as place,
    ):
        check_log(workspace, CATALOGUE, held, gathered)
        held.write_evidence(Path(place) / "evidence.csv")
        text = (Path(place) / "evidence.csv").read_text(encoding="utf-8-sig")
        return WholeAudit(gathered, held.intake, tuple(csv.DictReader(text.splitlines())))
