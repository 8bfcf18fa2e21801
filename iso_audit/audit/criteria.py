"""Which requirements are in force, whom they concern, and what they say about facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import fields

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


def concerns(requirement: Requirement, procedure: Procedure) -> bool:
    """Whether every condition of the requirement's `when` holds for the procedure."""
    return all(_holds(name, wanted, procedure) for name, wanted in requirement.when.items())


def _holds(name: str, wanted: object, procedure: Procedure) -> bool:
    one_of = wanted if isinstance(wanted, tuple | list) else (wanted,)
    if name == "same_day":
        return procedure.same_day is wanted
    if name == "extent":
        return procedure.extent in one_of
    if name == "level":
        return procedure.level in one_of
    if name == "procedures":
        return procedure.id in one_of
    if name == "has_kind":
        return any(procedure.of_kind(str(kind)) for kind in one_of)
    if name == "linked":
        return is_linked(procedure) is wanted
    raise ValueError(f"no condition is called {name!r}")


def is_linked(procedure: Procedure) -> bool:
    """Whether several agencies handle the procedure together (một cửa liên thông)."""
    other = any(not step.part for step in procedure.steps)
    return len(procedure.parts) + (1 if procedure.parts and other else 0) > 1


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
            (procedure.key, era): _fact_parameters([r for r in known if concerns(r, procedure)])
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


def _fact_parameters(requirements: Iterable[Requirement]) -> FactParameters:
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
    return FactParameters(**values)  # type: ignore[arg-type]  # kinds were checked when packs were read
