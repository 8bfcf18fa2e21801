"""Compares two units, or two periods, on the same procedures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.broken_off import refuse_broken_off
from iso_audit.api.reading import chosen_procedures
from iso_audit.api.runs import audit
from iso_audit.api.values import Run, Tell
from iso_audit.api.writing import as_csv
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean

if TYPE_CHECKING:
    from iso_audit.model.finding import Tally
    from iso_audit.model.measure import Measure

Counted = tuple[tuple[str, ...], int, int]
"""(question, part, whole)"""
Belongs = Callable[[str, str], bool]
"""Whether a unit and month of receipt belong to a group."""

_PERIOD = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:\.\.(\d{4}-(?:0[1-9]|1[0-2])))?")


def compare(
    folder: Path | None = None,
    log: Path | None = None,
    mapping: Path | None = None,
    *,
    units: Sequence[str] = (),
    periods: Sequence[str] = (),
    procedures: Sequence[str] = (),
    lang: str = "vi",
    form: str = "text",
    tell: Tell | None = None,
) -> str:
    """Say in which questions two units (or two periods, `2025-01..2025-06`) differ beyond chance.

    Compared are the share of dossiers on time and that of breaches of every requirement, procedure by
    procedure and step by step. `form` is `text`, `csv` or `json`.

    Raises:
        InputError: two groups are not named, one of them is not in the log, or it cannot be read.
    """
    from iso_audit.judgement.compare import contrasts, summed
    from iso_audit.report.contrasts import as_text, rows
    from iso_audit.report.facts import Facts
    from iso_audit.report.words import words

    groups = _groups(units, periods)
    run = audit(folder, log, mapping, lang=lang, tell=tell)
    outcome, workspace = run.outcome, run.workspace
    refuse_broken_off(outcome.intake)
    if outcome.intake is None:
        raise InputError([Fault(_NO_LOG)])
    _refuse_strangers(run, units)
    kept = {p.key for p in chosen_procedures(workspace, procedures)} if procedures else None
    counted = [
        summed(_counted(outcome.tallies, outcome.measures.dossiers, belongs, kept)) for _, belongs in groups
    ]
    facts = Facts(words(lang), workspace.organisation, {p.key: p for p in workspace.procedures})
    titles = {r.id: r.title.say(lang) for pack in workspace.packs for r in pack.requirements}
    found = rows(contrasts(*counted), titles, facts)
    if form == "json":
        return json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2)
    if form == "csv":
        return as_csv([asdict(row) for row in found])
    first, second = (facts.unit(name) if units else name for name, _ in groups)
    return as_text(found, first, second, facts)


def _groups(units: Sequence[str], periods: Sequence[str]) -> list[tuple[str, Belongs]]:
    if len(units) + len(periods) != 2 or (units and periods):
        raise InputError([Fault(_TWO)])
    if units:
        return [(unit, lambda at, _, unit=unit: at == unit) for unit in units]  # type: ignore[misc]
    found: list[tuple[str, Belongs]] = []
    for period in periods:
        match = _PERIOD.fullmatch(period)
        if match is None:
            said = Text(
                vi=f"'{period}' không phải là một kỳ dạng 2025-01..2025-06",
                en=f"'{period}' is not a period like 2025-01..2025-06",
            )
            raise InputError([Fault(said, "--period")])
        first, last = match[1], match[2] or match[1]
        found.append((period, lambda _, month, a=first, b=last: a <= month <= b))  # type: ignore[misc]
    return found


def _refuse_strangers(run: Run, units: Iterable[str]) -> None:
    known = sorted({measure.unit for measure in run.outcome.measures.dossiers if measure.unit})
    faults = [
        Fault(
            Text(vi=f"nhật ký không có đơn vị '{unit}'", en=f"the log has no unit '{unit}'"),
            hint=did_you_mean(unit, known),
        )
        for unit in units
        if unit not in known
    ]
    if faults:
        raise InputError(faults)


def _counted(
    tallies: Iterable[Tally], measures: Iterable[Measure], belongs: Belongs, kept: set[str] | None
) -> Iterator[Counted]:
    """Dossiers on time among those due, then breaches among opportunities."""
    for one in measures:
        if belongs(one.unit, one.month) and (kept is None or one.procedure in kept):
            yield ("on-time", one.procedure), one.good, one.due
    for tally in tallies:
        if tally.month and belongs(tally.unit, tally.month) and (kept is None or tally.procedure in kept):
            question = (tally.code, tally.requirement, tally.procedure, tally.step)
            yield question, tally.failed, tally.checked


_TWO = Text(
    vi="hãy nêu đúng hai đơn vị (--unit A --unit B) hoặc hai kỳ (--period 2025-01..2025-06 --period ...)",
    en="name exactly two units (--unit A --unit B) or two periods (--period 2025-01..2025-06 --period ...)",
)
_NO_LOG = Text(vi="cần có nhật ký hồ sơ để so sánh", en="a log of dossiers is needed to compare")
