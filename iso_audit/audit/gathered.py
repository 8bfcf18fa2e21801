"""What has come of the questions so far, and the one way of asking a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iso_audit.model.finding import Finding, OpenItem, RuleFailure, Tally
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Hook, Rule

Catalogue = Mapping[str, Rule]
Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done (a key of the words), how many of how many."""


def quiet(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


@dataclass
class Gathered:
    """What has come of the questions so far; grows while the audit runs."""

    findings: list[Finding] = field(default_factory=list)
    open_items: list[OpenItem] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Ids of the requirements that could be put to at least one procedure or dossier."""

    def crashed(self, hook: Hook[Any], requirement: Requirement, procedure: str, crash: Exception) -> None:
        """Tell once a procedure that a rule crashes."""
        failure = RuleFailure(hook.code, requirement.rule, procedure, f"{type(crash).__name__}: {crash}")
        told = {(known.code, known.rule, known.procedure) for known in self.failures}
        if (failure.code, failure.rule, failure.procedure) not in told:
            self.failures.append(failure)


def answer_of(hook: Hook[Any], asked: object, requirement: Requirement) -> Answer:
    """Put one question; a rule may raise anything."""
    answer = hook.ask(asked, requirement)
    if not isinstance(answer, Answer):
        raise TypeError(f"a rule answered {answer!r}")
    return answer


def ask(
    hook: Hook[object], asked: object, requirement: Requirement, procedure: str, gathered: Gathered
) -> Answer | None:
    """Put one question; a rule that crashes gives None and one entry of `failures` a procedure."""
    try:
        return answer_of(hook, asked, requirement)
    except Exception as crash:  # noqa: BLE001 - a crashing rule must not take the others with it
        gathered.crashed(hook, requirement, procedure, crash)
        return None
