"""What a run hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iso_audit.model.finding import RuleFailure
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule
    from iso_audit.model.story import Story


Tell = Callable[[str, int, int], None]
OUTPUTS = ("report.pdf", "report.html", "findings.json", "evidence.csv")


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
