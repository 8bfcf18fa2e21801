"""Puts every requirement in force to every procedure version."""

from __future__ import annotations

import datetime as dt

from iso_audit.analysis.study import Study, study
from iso_audit.audit.criteria import concerns, in_force, judged_on
from iso_audit.audit.gathered import Catalogue, Gathered, Tell, ask, quiet
from iso_audit.model.finding import Finding, OpenItem, Tally
from iso_audit.model.outcome import Workspace
from iso_audit.model.place import NOWHERE
from iso_audit.model.procedure import Announcement, Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Hook


def check_definitions(
    workspace: Workspace, catalogue: Catalogue, gathered: Gathered, tell: Tell = quiet
) -> None:
    """Put every requirement in force to every procedure version."""
    calendar = workspace.calendars.get(workspace.settings.calendar)
    present = {procedure.id for procedure in workspace.procedures}
    for done, procedure in enumerate(workspace.procedures):
        tell("definitions", done, len(workspace.procedures))
        if present.intersection(procedure.part_of):
            continue  # judged as a part of what calls it
        day = judged_on(procedure, workspace.settings.audit_date)
        announced = _announced(workspace, procedure, day)
        asked = study(procedure, workspace.organisation, day, announced, calendar)
        for requirement in in_force(workspace.packs, day):
            hook = catalogue[requirement.rule].on_procedure
            if hook is not None and requirement.asks(hook.code) and concerns(requirement, procedure):
                _ask_definition(asked, hook, requirement, gathered)
    tell("definitions", len(workspace.procedures), len(workspace.procedures))


def _announced(workspace: Workspace, procedure: Procedure, day: dt.date) -> Announcement | None:
    known = workspace.announced.get(procedure.code, ())
    return next((announcement for announcement in known if announcement.in_force.holds(day)), None)


def _ask_definition(asked: Study, hook: Hook[object], requirement: Requirement, gathered: Gathered) -> None:
    key = asked.procedure.key
    answer = ask(hook, asked, requirement, key, gathered)
    if answer is None or not (answer.checked or answer.unknowns):
        return
    gathered.asked.add(requirement.id)
    gathered.tallies.append(
        Tally(
            hook.code,
            requirement.rule,
            requirement.id,
            key,
            "",
            "",
            "",
            "",
            answer.checked,
            len(answer.breaches),
            len(answer.unknowns),
        )
    )
    for breach in answer.breaches:
        place = breach.place
        if place is NOWHERE or place == NOWHERE:
            step = asked.procedure.by_id.get(breach.step)
            place = step.place if step is not None else asked.procedure.place
        gathered.findings.append(
            Finding(
                hook.code,
                requirement.rule,
                requirement.id,
                breach.grade or requirement.grade,
                key,
                step=breach.step,
                failed=1,
                checked=max(answer.checked, 1),
                base_grade=requirement.grade,
                facts=breach.facts,
                place=place,
                variant=breach.variant,
            )
        )
    for unknown in answer.unknowns:
        gathered.open_items.append(
            OpenItem(
                hook.code,
                requirement.rule,
                requirement.id,
                key,
                unknown.reason,
                unknown.step,
                1,
                unknown.facts,
            )
        )
