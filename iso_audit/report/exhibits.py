"""Dossiers shown with a finding: what a reader needs to check the claim by hand, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Exhibit, Finding, Grade
from iso_audit.report.facts import Facts
from iso_audit.text import Text

MOST_COLUMNS = 4
"""Columns of facts in a table of exhibits; more do not fit a page beside the dossier's code."""
MOST_ROWS = {Grade.MAJOR: 5, Grade.MINOR: 3, Grade.OBSERVATION: 3}
"""Dossiers shown with a finding; evidence.csv has them all."""
_HEADS = {"REC-02": "fact.month"}
"""Codes whose exhibits are no dossiers -> what they are."""
_TELLING = (
    "figure", "reported", "counted", "in_register", "step", "limit", "used_seconds", "late_seconds",
    "due_at", "appointed_at", "new_appointed_at", "status", "started_at", "finished_at", "document",
    "received_at", "actor", "role",
)  # fmt: skip
"""Facts by weight: where there are too many for the page, the first of these are shown."""
_IN_ORDER = (
    "figure", "reported", "counted", "step", "received_at", "due_at", "appointed_at", "new_appointed_at",
    "started_at", "finished_at", "used_seconds", "late_seconds", "returned_at", "status", "document",
    "reason", "actor", "role", "in_register",
)  # fmt: skip
"""Facts as they stand beside each other: as they happened, then who and by what paper."""
_OF_THE_PLACE = frozenset({"step", "limit", "role"})
"""Facts told before the table, even where it has one row."""
_BESIDE_THE_POINT: Mapping[str, frozenset[str]] = {
    "INT-01": frozenset({"due_at"}),
    "INT-02": frozenset({"finished_at"}),
    "INT-03": frozenset({"due_at", "appointed_at", "finished_at"}),
    "INT-04": frozenset({"due_at"}),
    "INT-05": frozenset({"due_at"}),
    "INT-06": frozenset({"due_at"}),
    "INT-08": frozenset({"due_at", "received_at"}),
    "INT-10": frozenset({"due_at"}),
    "PRC-01": frozenset({"due_at"}),
    "PRC-02": frozenset({"due_at", "received_at"}),
    "PRC-03": frozenset({"due_at", "received_at"}),
    "PRC-04": frozenset({"due_at", "received_at"}),
    "PRC-05": frozenset({"due_at", "received_at"}),
    "PRC-06": frozenset({"due_at", "received_at"}),
    "PRC-07": frozenset({"due_at", "received_at"}),
    "PRC-08": frozenset({"due_at"}),
    "REC-01": frozenset({"due_at", "late_seconds"}),
    "SUP-01": frozenset({"due_at", "received_at"}),
    "SUP-02": frozenset({"due_at", "received_at"}),
    "SUP-03": frozenset({"due_at", "received_at"}),
    "SUP-05": frozenset({"received_at"}),
    "SUP-06": frozenset({"due_at"}),
    "SUP-07": frozenset({"due_at"}),
    "TIM-02": frozenset({"due_at", "received_at"}),
    "TIM-07": frozenset({"due_at"}),
    "TIM-08": frozenset({"due_at", "received_at", "document", "started_at"}),
    "TIM-09": frozenset({"due_at", "received_at", "started_at"}),
    "TIM-12": frozenset({"due_at", "received_at", "started_at"}),
}
"""Facts that have nothing to do with what a code asks: they would only lead astray."""


@dataclass(frozen=True, slots=True)
class ExhibitTable:
    """Dossiers shown as evidence, with their facts in words, and how their due dates came about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shared: tuple[tuple[str, str], ...]
    """Facts that are the same in every row: told once, not in a column."""
    notes: tuple[tuple[str, str], ...]
    """(dossier, sentence)"""


def shown(finding: Finding) -> tuple[Exhibit, ...]:
    """The exhibits that the report prints."""
    return finding.exhibits[: MOST_ROWS[finding.grade]]


def exhibit_table(finding: Finding, facts: Facts) -> ExhibitTable | None:
    """The exhibits of a finding as a table; None where it has none."""
    exhibits, procedure, words = shown(finding), finding.procedure, facts.words
    if not exhibits:
        return None
    told = _told(finding, exhibits, facts)
    cells = {n: [_cell(n, exhibit, procedure, facts) for exhibit in exhibits] for n in told}
    shared = [n for n in told if (len(exhibits) > 1 or n in _OF_THE_PLACE) and len(set(cells[n])) == 1]
    kept = sorted((n for n in told if n not in shared), key=lambda n: _place(n, _TELLING))[:MOST_COLUMNS]
    columns = sorted(kept, key=lambda n: _place(n, _IN_ORDER))
    return ExhibitTable(
        columns=(
            words(_HEADS.get(finding.code, "finding.dossier")),
            *(words(f"fact.{name}") for name in columns),
        ),
        rows=tuple((e.dossier, *(cells[name][at] for name in columns)) for at, e in enumerate(exhibits)),
        shared=(*((words(f"fact.{n}"), cells[n][0]) for n in shared), *_required_role(finding, facts)),
        notes=tuple(_derivations(exhibits, facts)),
    )


def _cell(name: str, exhibit: Exhibit, procedure: str, facts: Facts) -> str:
    """One fact; an instant does not break."""
    said = facts.say(name, exhibit.facts.get(name), procedure)
    return said.replace(" ", "\u00a0") if name.endswith("_at") else said


def _place(name: str, names: tuple[str, ...]) -> int:
    return names.index(name) if name in names else len(names)


def _told(finding: Finding, exhibits: tuple[Exhibit, ...], facts: Facts) -> list[str]:
    """Names of the facts that have a name a reader knows and bear on the question."""
    named = dict.fromkeys(name for exhibit in exhibits for name in exhibit.facts)
    idle = _BESIDE_THE_POINT.get(finding.code, frozenset())
    told = (n for n in named if f"fact.{n}" in facts.words and n not in idle and not _is_idle(n, exhibits))
    return sorted(told, key=lambda n: _place(n, _IN_ORDER))


def _is_idle(name: str, exhibits: tuple[Exhibit, ...]) -> bool:
    """Whether a fact says nothing of its own: an appointed date that is the due date throughout."""
    return name == "appointed_at" and all(e.facts.get(name) == e.facts.get("due_at") for e in exhibits)


def _required_role(finding: Finding, facts: Facts) -> Iterable[tuple[str, str]]:
    """The role that the procedure names, where another one acted throughout."""
    required = facts.role_of(finding.step, finding.procedure)
    if required and all(e.facts.get("role", required) != required for e in finding.exhibits):
        yield facts.words("fact.role_required"), facts.role(required)


def _derivations(exhibits: tuple[Exhibit, ...], facts: Facts) -> Iterable[tuple[str, str]]:
    """How due dates came about, where the breach is about them."""
    for exhibit in exhibits:
        known = exhibit.facts
        said = known.get("derivation")
        is_about_due = "late_seconds" in known or known.get("appointed_at") != known.get("due_at")
        if isinstance(said, Text) and is_about_due:
            yield exhibit.dossier, facts.words.say(said)
