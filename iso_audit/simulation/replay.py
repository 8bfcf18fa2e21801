"""The simulated dossiers of a proposal, put to every rule on dossiers as if they had been handled."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from iso_audit.audit.criteria import world_of
from iso_audit.audit.dossiers import check_log
from iso_audit.audit.gathered import Catalogue, Gathered
from iso_audit.engine.duck import DuckEngine
from iso_audit.judgement.grade import Scale, graded
from iso_audit.model.finding import Finding
from iso_audit.model.log import LogMapping, TableMapping
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Pack
from iso_audit.simulation.log import Cell, SimulatedLog, log_of
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.run import replicate

SIGNS = ("batch", "last-minute", "round-times")
"""Rules about how people record what they did: nobody recorded simulated dossiers."""
MOST = 5_000
"""Dossiers of one replication that are put to the rules."""


def log_findings(
    workspace: Workspace, catalogue: Catalogue, procedure: Procedure, plan: Plan, seed: int
) -> tuple[Finding, ...]:
    """What the rules on dossiers find in the first replication of a plan; the packs of the day hold."""
    scenario = plan.scenario
    settings = replace(workspace.settings, period=None)
    calendars = workspace.calendars
    if scenario.calendar.id in calendars:
        settings = replace(settings, calendar=scenario.calendar.id)
    packs = tuple(map(_of_handling, workspace.packs))
    judging = replace(workspace, procedures=(procedure,), packs=packs, settings=settings, waivers=())
    log = log_of(plan, replicate(plan, seed, 0, with_events=True), most=MOST)
    gathered = Gathered()
    with tempfile.TemporaryDirectory(prefix="iso-audit-") as folder:
        events, mapping = written(log, Path(folder), scenario.calendar.zone)
        with DuckEngine().take_in(events, mapping, world_of(judging, log.drawn_up_at)) as held:
            check_log(judging, catalogue, held, gathered)
    return tuple(graded(gathered.findings, Scale.read(workspace.settings.grading)))


def written(log: SimulatedLog, folder: Path, zone: str) -> tuple[Path, LogMapping]:
    """Write a simulated log into a folder; its table of events, and how to read both tables."""
    events, dossiers = folder / "events.csv", folder / "dossiers.csv"
    _write(log.events, events)
    _write(log.dossiers, dossiers)
    mapping = LogMapping(
        "simulated",
        events=_as_it_is(log.events),
        dossiers=_as_it_is(log.dossiers),
        dossiers_from=dossiers.name,
        zone=zone,
        drawn_up_at=log.drawn_up_at,
    )
    return events, mapping


def _of_handling(pack: Pack) -> Pack:
    """The pack without what it asks about how people record."""
    return replace(pack, requirements=tuple(one for one in pack.requirements if one.rule not in SIGNS))


def _as_it_is(table: Mapping[str, Sequence[Cell]]) -> TableMapping:
    return TableMapping({name: name for name in table})


def _write(table: Mapping[str, Sequence[Cell]], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table)
        for row in zip(*table.values(), strict=True):
            writer.writerow([cell.isoformat() if isinstance(cell, dt.datetime) else cell for cell in row])
