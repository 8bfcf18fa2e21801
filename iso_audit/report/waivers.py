"""Waived findings in words, and what must be known of waivers without effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Finding
from iso_audit.model.nonconformity import Idle, IdleWaiver, Waiver
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.place import Place
from iso_audit.model.rule import Rule
from iso_audit.report.facts import Facts
from iso_audit.report.statements import Statement, alone
from iso_audit.report.words import Words
from iso_audit.text import date


@dataclass(frozen=True, slots=True)
class WaivedRow:
    """One finding that is tolerated: what it states, why, who said so and until when."""

    statement: Statement
    reason: str
    approval: str
    place: Place
    """Where the waiver is written."""


def waived_rows(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], facts: Facts
) -> tuple[WaivedRow, ...]:
    """The waived findings in the order of their grade."""
    return tuple(
        WaivedRow(
            alone(one.finding, workspace, catalogue, facts),
            one.waiver.reason.say(facts.lang),
            _approval(one.waiver, facts),
            one.waiver.place,
        )
        for one in outcome.waived
    )


def _approval(waiver: Waiver, facts: Facts) -> str:
    return facts.words(
        "waiver.approval",
        by=waiver.approved_by,
        on=date(waiver.approved_on, facts.lang),
        until=date(waiver.until, facts.lang),
    )


def waiver_notes(outcome: Outcome, facts: Facts) -> tuple[str, ...]:
    """One sentence for each waiver that has no effect."""
    return tuple(waiver_note(idle, facts) for idle in outcome.idle_waivers)


def waiver_note(idle: IdleWaiver, facts: Facts) -> str:
    """Which waiver, that it has expired, is not yet in force or fits no finding, and what is near."""
    waiver, words = idle.waiver, facts.words
    said = words(
        f"waiver.{idle.why.value}",
        place=waiver.place,
        code=waiver.code,
        procedure=waiver.procedure,
        on=date(waiver.approved_on, facts.lang),
        until=date(waiver.until, facts.lang),
    )
    if idle.why not in (Idle.STALE, Idle.VAGUE):
        return said
    if not idle.near:
        return f"{said} {words('waiver.removable')}"
    wheres = [(near.step, near.unit, near.variant) for near in idle.near]
    is_asked_twice = bool(waiver.requirement) or len(set(wheres)) < len(wheres)
    scopes = "; ".join(_otherwise(waiver, near, words, is_asked_twice) for near in idle.near)
    return f"{said} {words('waiver.near', scopes=scopes)}"


def _otherwise(waiver: Waiver, finding: Finding, words: Words, is_asked_twice: bool) -> str:
    """What a waiver would have to name, or leave out, to cover a finding."""
    keys = ("step", "unit", "variant", *(("requirement",) if is_asked_twice else ()))
    differs = {key: said for key in keys if (said := getattr(finding, key)) != getattr(waiver, key)}
    return ", ".join(
        f"{key}: {said}" if said else words("waiver.without", key=key) for key, said in differs.items()
    )
