"""Waivers: which findings are tolerated on the day of the audit, and which waivers have no effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from iso_audit.model.finding import Finding
from iso_audit.model.nonconformity import Idle, IdleWaiver, Waived, Waiver


def waived(
    findings: Iterable[Finding], waivers: Sequence[Waiver], day: dt.date
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """Part findings into those that stand and those that a waiver in force on `day` covers."""
    held = [waiver for waiver in waivers if waiver.approved_on <= day <= waiver.until]
    standing: list[Finding] = []
    tolerated: list[Waived] = []
    for finding in findings:
        waiver = next((waiver for waiver in held if waiver.covers(finding)), None)
        if waiver is None:
            standing.append(finding)
        else:
            tolerated.append(Waived(finding, waiver))
    return tuple(standing), tuple(tolerated)


def idle(
    waivers: Iterable[Waiver],
    standing: Sequence[Finding],
    tolerated: Sequence[Waived],
    day: dt.date,
    was_asked: Callable[[Waiver], bool],
) -> tuple[IdleWaiver, ...]:
    """Waivers without effect: expired, not yet in force, or about a finding that is not there.

    `was_asked` says whether this run put the waiver's question at all; of others nothing is known.
    """
    used = {one.waiver for one in tolerated}
    told: list[IdleWaiver] = []
    for waiver in waivers:
        if waiver in used or not was_asked(waiver):
            continue
        if any(waiver.covers(finding) for finding in standing):
            told.append(IdleWaiver(waiver, Idle.EXPIRED if day > waiver.until else Idle.EARLY))
        elif day >= waiver.approved_on:  # one that follows on another is not stale before its first day
            near = tuple(finding for finding in standing if waiver.is_about(finding))
            told.append(IdleWaiver(waiver, Idle.STALE, near))
    return tuple(told)
