"""What a run hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iso_audit.errors import Fault
    from iso_audit.model.finding import RuleFailure
    from iso_audit.model.log import CutOff, Intake
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule
    from iso_audit.model.simulated import SimulationOutcome
    from iso_audit.model.story import Story


Tell = Callable[[str, int, int], None]
OUTPUTS = ("report.pdf", "report.html", "findings.json", "evidence.csv", "measures.xlsx")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote, and what it could not write with the reason."""

    paths: tuple[Path, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    """(file name, reason) of outputs that this machine cannot make."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit: its outcome, what it was made from and what it wrote."""

    outcome: Outcome
    workspace: Workspace
    catalogue: Mapping[str, Rule]
    written: Written = Written()


@dataclass(frozen=True, slots=True)
class Stories:
    """Dossiers in the order in which they were asked for, what they were judged by, and what was written."""

    stories: tuple[Story, ...]
    workspace: Workspace
    catalogue: Mapping[str, Rule]
    failures: tuple[RuleFailure, ...] = ()
    written: Written = Written()


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulation: its outcome, what it was made from and what was written."""

    outcome: SimulationOutcome
    workspace: Workspace
    catalogue: Mapping[str, Rule]
    inputs: tuple[tuple[str, str], ...]
    written: Written = Written()


@dataclass(frozen=True)
class ProposedMapping:
    """The text of a mapping file, and what an audit with it would read."""

    text: str
    rows: Sequence[Mapping[str, str]]
    """The first events by our columns."""
    intake: Intake | None
    """None where the log cannot be audited with it yet."""
    unmatched: Mapping[str, Mapping[str, int]]
    """Table of the mapping (`steps`, `roles`, ...) -> values that answer to nothing of ours."""
    missing: Sequence[str]
    """Columns of ours that must be given and were not found."""
    doubts: int
    faults: Sequence[Fault]
    """What keeps the log from being audited with it."""
    cut_off: tuple[CutOff, ...] = ()
    """The packed files, of the log and of the second table, that break off."""
