"""The annexes: dossiers cited, inputs with their hashes, packs applied, words in both languages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.procedure import Period
from iso_audit.report.facts import Facts
from iso_audit.report.statements import Statement
from iso_audit.report.words import words
from iso_audit.text import date, number

MOST_DOSSIERS = 200
"""Dossiers listed in the annex; evidence.csv has every one."""


@dataclass(frozen=True, slots=True)
class Cited:
    """Dossiers that findings show: so many as there is room for, and how many are left."""

    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """(procedure, (dossier, numbers of findings) ...)"""
    left: int


@dataclass(frozen=True, slots=True)
class Annexes:
    """Rows of the annexes, ready to print."""

    inputs: tuple[tuple[str, str, str, str], ...]
    """(name, role, size, SHA-256)"""
    versions: tuple[tuple[str, str], ...]
    packs: tuple[tuple[str, str, str], ...]
    """(title, period in force, number of requirements)"""
    glossary: tuple[tuple[str, str], ...]
    digest: str


def annexes(outcome: Outcome, workspace: Workspace, facts: Facts) -> Annexes:
    """Gather what stands behind the report."""
    say, lang, card = facts.words, facts.lang, outcome.card
    packs = tuple(
        (
            f"{pack.title.say(lang) or pack.id}{f' ({pack.edition})' if pack.edition else ''}",
            _period(pack.in_force, facts),
            number(len(pack.requirements), lang),
        )
        for pack in workspace.packs
    )
    return Annexes(
        inputs=tuple(
            (one.name, say.find(f"input.{one.role}") or one.role, number(one.size_bytes, lang), one.sha256)
            for one in card.inputs
        ),
        versions=(
            (say("provenance.date"), date(card.audit_date, lang)),
            (say("provenance.program"), f"iso_audit {card.program_version}"),
            (say("provenance.catalogue"), card.catalogue_sha256),
            (say("provenance.questions"), number(card.questions, lang)),
            (say("provenance.seed"), str(card.seed)),
        ),
        packs=packs,
        glossary=_glossary(),
        digest=_digest(outcome),
    )


def cited(found: Iterable[Statement]) -> Cited:
    """The dossiers that findings show, by procedure, with the numbers of those findings."""
    citations: dict[tuple[str, str], list[int]] = {}
    for statement in found:
        for dossier in dict.fromkeys(statement.dossiers):
            citations.setdefault((statement.procedure, dossier), []).append(statement.number)
    rows: dict[str, list[tuple[str, str]]] = {}
    for (procedure, dossier), numbers in sorted(citations.items())[:MOST_DOSSIERS]:
        rows.setdefault(procedure, []).append((dossier, ", ".join(map(str, numbers))))
    kept = tuple((procedure, tuple(dossiers)) for procedure, dossiers in rows.items())
    return Cited(kept, max(len(citations) - MOST_DOSSIERS, 0))


def _digest(outcome: Outcome) -> str:
    """One hash for all that went into the run."""
    card = outcome.card
    parts = [card.program_version, card.catalogue_sha256, card.audit_date.isoformat(), str(card.seed)]
    parts += [f"{one.name}\0{one.sha256}" for one in card.inputs]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _period(period: Period, facts: Facts) -> str:
    first = date(period.first, facts.lang) if period.first else ""
    last = date(period.last, facts.lang) if period.last else ""
    if first and last:
        return facts.words("criteria.between", first=first, last=last)
    if first:
        return facts.words("criteria.from", first=first)
    return facts.words("criteria.until", last=last) if last else facts.words("criteria.always")


def _glossary() -> tuple[tuple[str, str], ...]:
    """Terms in Vietnamese and English: a reader of either report finds the word of the other."""
    vi, en = words("vi"), words("en")
    names = (f"term.{index:02}" for index in range(1, 100))
    return tuple((vi(name), en(name)) for name in names if name in vi)
