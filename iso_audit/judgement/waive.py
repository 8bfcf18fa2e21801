"""Waivers: which findings are tolerated on the day of the audit, and which waivers have no effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from iso_audit.model.finding import Finding
from iso_audit.model.nonconformity import Idle, IdleWaiver, Waived, Waiver
from iso_audit.model.story import Deviation, Story


def meant(waiver: Waiver, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a waiver names, one at most in each version of its procedure.

    What it leaves open is no matter where one finding alone fits; of several it means none, unless
    just one has no variant either.
    """
    found = []
    fitting = sorted((each for each in findings if waiver.fits(each)), key=lambda each: each.procedure)
    for _, group in groupby(fitting, key=lambda each: each.procedure):
        fits = list(group)
        exact = [each for each in fits if each.variant == waiver.variant]
        found += next((some for some in (exact, fits) if len(some) == 1), [])
    return found


def waived(
    findings: Iterable[Finding], waivers: Sequence[Waiver], day: dt.date
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """Part findings into those that stand and those that a waiver in force on `day` covers."""
    every = tuple(findings)
    covering: dict[int, Waiver] = {}
    for waiver in waivers:
        if waiver.approved_on <= day <= waiver.until:
            for finding in meant(waiver, every):
                covering.setdefault(id(finding), waiver)
    standing = tuple(finding for finding in every if id(finding) not in covering)
    return standing, tuple(Waived(each, covering[id(each)]) for each in every if id(each) in covering)


def waived_in(story: Story, tolerated: Iterable[Waived]) -> Story:
    """The same story, each deviation with the waiver that covers the finding it belongs to."""
    covering = {_place(one.finding, one.finding.procedure): one.waiver for one in tolerated}
    key = story.procedure.key
    deviations = (replace(each, waiver=covering.get(_place(each, key))) for each in story.deviations)
    return replace(story, deviations=tuple(deviations))


def _place(one: Finding | Deviation, procedure: str) -> tuple[str, ...]:
    """What makes one finding."""
    return one.code, one.requirement, one.variant, procedure, one.unit, one.step


def idle(
    waivers: Iterable[Waiver],
    standing: Sequence[Finding],
    tolerated: Sequence[Waived],
    day: dt.date,
    was_asked: Callable[[Waiver], bool],
) -> tuple[IdleWaiver, ...]:
    """Waivers without effect: expired, not yet in force, fitting no finding or more than one.

    `was_asked` says whether this run put the waiver's question at all; of others nothing is known.
    """
    used = {one.waiver for one in tolerated}
    told: list[IdleWaiver] = []
    for waiver in waivers:
        if waiver in used or not was_asked(waiver):
            continue
        if meant(waiver, standing):
            told.append(IdleWaiver(waiver, Idle.EXPIRED if day > waiver.until else Idle.EARLY))
        elif day >= waiver.approved_on:  # one that follows on another is not stale before its first day
            fits = tuple(finding for finding in standing if waiver.fits(finding))
            near = fits or tuple(finding for finding in standing if waiver.is_about(finding))
            told.append(IdleWaiver(waiver, Idle.VAGUE if fits else Idle.STALE, near))
    return tuple(told)
