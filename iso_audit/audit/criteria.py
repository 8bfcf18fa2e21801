"""Which requirements are in force, whom they concern, and what they say about facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import product

from iso_audit.analysis.asking import demands_of
from iso_audit.analysis.constraints import Must, constraint_of
from iso_audit.analysis.graph import cases_of
from iso_audit.analysis.keeping import demand_of
from iso_audit.analysis.replies import reply_demand
from iso_audit.model.condition import holds, names_case
from iso_audit.model.log import FactParameters, World
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Pack, Requirement


def in_force(packs: Iterable[Pack], day: dt.date) -> list[Requirement]:
    """Return the requirements in force on `day`, in the order of the packs."""
    return [
        requirement
        for pack in packs
        if pack.in_force.holds(day)
        for requirement in pack.requirements
        if requirement.in_force.holds(day)
    ]


def concerns(requirement: Requirement, procedure: Procedure, case: str | None = None) -> bool:
    """Whether the requirement applies to dossiers of `case`; without a case, to any dossier at all."""
    if case is None and names_case(requirement.when):
        return any(holds(requirement.when, procedure, each) for each in cases_of(procedure))
    return holds(requirement.when, procedure, case or "")


def judged_on(procedure: Procedure, audit_date: dt.date) -> dt.date:
    """The day whose law a definition is judged by: the audit date, or the nearest day in force."""
    first, last = procedure.in_force.first, procedure.in_force.last
    if last is not None and last < audit_date:
        return last
    return first if first is not None and first > audit_date else audit_date


def eras_of(packs: Iterable[Pack]) -> tuple[dt.date, ...]:
    """First days on which the set of requirements in force changes."""
    days = set()
    for pack in packs:
        for period in (pack.in_force, *(r.in_force for r in pack.requirements)):
            if period.first is not None:
                days.add(period.first)
            if period.last is not None and period.last < dt.date.max:
                days.add(period.last + dt.timedelta(days=1))
    return tuple(sorted(days))


def world_of(workspace: Workspace, drawn_up_at: dt.datetime | None) -> World:
    """Everything but the log that the engine's facts depend on."""
    eras = eras_of(workspace.packs)
    requirements = requirements_by_era(workspace.packs, eras)
    return World(
        workspace.procedures,
        workspace.organisation,
        workspace.calendar,
        eras,
        {
            (procedure.key, era): _fact_parameters([r for r in known if concerns(r, procedure)], procedure)
            for procedure in workspace.procedures
            for era, known in enumerate(requirements)
        },
        drawn_up_at,
        workspace.settings.period,
    )


def requirements_by_era(packs: Sequence[Pack], eras: Sequence[dt.date]) -> list[list[Requirement]]:
    """Return the requirements in force in each era: one list more than there are era starts."""
    is_bounded = bool(eras) and eras[0] > dt.date.min
    day_before = eras[0] - dt.timedelta(days=1) if is_bounded else dt.date.min
    return [in_force(packs, day) for day in (day_before, *eras)]


def _fact_parameters(requirements: Sequence[Requirement], procedure: Procedure) -> FactParameters:
    """Take the parameters that facts depend on; the last requirement that sets one has the word.

    Packs stand from the general to the special (settings list them so), and so do the
    requirements of one pack: a rule for linked procedures follows the rule for all.
    """
    names = {known.name for known in fields(FactParameters)}
    values: dict[str, object] = {}
    for requirement in requirements:
        for name, value in requirement.parameters.items():
            if name in names and value is not None:
                values[name] = value
    asked = [constraint_of(each) for each in requirements if each.rule == "constraint"]
    values["pairs"] = tuple(pair for one in asked if one.must is Must.APART for pair in product(*one.terms))
    demands = (*map(demand_of, asked), *map(reply_demand, requirements))
    others = (demand for each in requirements for demand in demands_of(each, procedure))
    values["demands"] = (*(demand for demand in demands if demand is not None), *others)
    return FactParameters(**values)  # type: ignore[arg-type]  # kinds were checked when packs were read
