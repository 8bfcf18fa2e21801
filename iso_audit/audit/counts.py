"""Puts requirements to what only the whole log knows: how second sources agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iso_audit.audit.criteria import concerns
from iso_audit.audit.gathered import Catalogue, Gathered, ask
from iso_audit.engine.protocol import Held
from iso_audit.model.finding import Exhibit, Finding, Grade, OpenItem, Tally
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Hook
from iso_audit.model.trace import LogKind

MOST_EXHIBITS = 5
Where = tuple[str, str, str, str, str]
"""Code, requirement, procedure key, unit, variant; the empty variant holds the denominator."""


@dataclass(slots=True)
class _Sum:
    """What one requirement came to at one place."""

    requirement: Requirement
    checked: int = 0
    failed: int = 0
    grade: Grade = Grade.OBSERVATION
    exhibits: list[Exhibit] = field(default_factory=list)


def check_counts(
    by_era: Sequence[Sequence[Requirement]], catalogue: Catalogue, held: Held, gathered: Gathered
) -> None:
    """Ask every requirement in force about every row of a second source; makes findings of the sums."""
    sums: dict[Where, _Sum] = {}
    undecided: dict[tuple[str, str, str, str, str], int] = {}
    tallies: dict[tuple[str, ...], list[int]] = {}
    _wanting(by_era, catalogue, held, gathered)
    for kind in held.log_kinds():
        procedure = kind.procedure.key if kind.procedure is not None else ""
        for requirement in by_era[kind.era]:
            hook: Hook[Any] | None = catalogue[requirement.rule].on_log
            if hook is None or not requirement.asks(hook.code) or not _concerns(requirement, kind):
                continue
            answer = ask(hook, kind, requirement, procedure, gathered)
            if answer is None or not (answer.checked or answer.unknowns):
                continue
            gathered.asked.add(requirement.id)
            said = (answer.checked, len(answer.breaches), len(answer.unknowns))
            month = (hook.code, requirement.rule, requirement.id, procedure, kind.unit, "", kind.month, "")
            before = tallies.setdefault(month, [0, 0, 0])
            tallies[month] = [a + kind.count * b for a, b in zip(before, said, strict=True)]
            for unknown in answer.unknowns:
                key = (hook.code, requirement.rule, requirement.id, procedure, unknown.reason)
                undecided[key] = undecided.get(key, 0) + kind.count
            _add(sums, (hook.code, requirement.id, procedure, kind.unit), requirement, kind, answer)
    gathered.tallies += [Tally(*place, *counts) for place, counts in sorted(tallies.items())]  # type: ignore[arg-type]
    gathered.open_items += [OpenItem(*key, count=count) for key, count in sorted(undecided.items())]
    _make_findings(sums, gathered)


def _concerns(requirement: Requirement, kind: LogKind) -> bool:
    """What is asked of some procedures only is not asked of rows that name none."""
    if kind.procedure is None:
        return not requirement.when
    return concerns(requirement, kind.procedure)


def _wanting(
    by_era: Sequence[Sequence[Requirement]], catalogue: Catalogue, held: Held, gathered: Gathered
) -> None:
    """Without the second source the question is open."""
    for requirement in {each.id: each for known in by_era for each in known}.values():
        hook: Hook[LogKind] | None = catalogue[requirement.rule].on_log
        if hook is None or not requirement.asks(hook.code):
            continue
        missing = tuple(column for column in hook.needs if not held.column_known(column))
        if missing:
            gathered.asked.add(requirement.id)
            facts = {"columns": missing}
            gathered.open_items.append(
                OpenItem(hook.code, requirement.rule, requirement.id, "", "no-column", facts=facts)
            )


def _add(
    sums: dict[Where, _Sum], place: tuple[str, str, str, str], requirement: Requirement, kind: LogKind,
    answer: Answer,
) -> None:  # fmt: skip
    sums.setdefault((*place, ""), _Sum(requirement)).checked += kind.count * answer.checked
    for breach in answer.breaches:
        one = sums.setdefault((*place, breach.variant), _Sum(requirement))
        one.failed += kind.count
        one.grade = min(one.grade, breach.grade or requirement.grade, key=lambda grade: grade.rank)
        one.exhibits += kind.exhibits


def _make_findings(sums: dict[Where, _Sum], gathered: Gathered) -> None:
    for (code, requirement, procedure, unit, variant), one in sorted(sums.items()):
        if one.failed:
            gathered.findings.append(
                Finding(
                    code, one.requirement.rule, requirement, one.grade, procedure, unit,
                    failed=one.failed, checked=sums[code, requirement, procedure, unit, ""].checked,
                    base_grade=one.requirement.grade, exhibits=tuple(one.exhibits[:MOST_EXHIBITS]),
                    variant=variant,
                )
            )  # fmt: skip
