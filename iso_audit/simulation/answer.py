"""The whole question: every proposal through the gate, then today and what passed played and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from iso_audit.errors import InputError
from iso_audit.model.outcome import Workspace
from iso_audit.model.rule import Rule
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Calibration, Comparison, SimulationOutcome, Suggestions
from iso_audit.simulation.beginning import Tell, in_force, refuse_overload, shortened
from iso_audit.simulation.change import change_faults, redesigned
from iso_audit.simulation.compile import compiled, redesigned_plan
from iso_audit.simulation.gate import Gate
from iso_audit.simulation.load import role_loads
from iso_audit.simulation.replay import log_findings
from iso_audit.simulation.search import FRESH
from iso_audit.simulation.stage import Stage
from iso_audit.simulation.suggest import suggestions as searched

ASSUMPTIONS = ("same_fate", "work_pauses", "other_steps", "lead_whole", "numbers_from_owner")
WAGES = ("staff_cost", "staff_cost_year", "staffing_year")
"""Measures that take somebody's hourly cost."""
WORKS = ("citizen_cost", "citizen_cost_year")
"""Measures that take the applicant's works."""


def answered(
    workspace: Workspace,
    catalogue: Mapping[str, Rule],
    scenario: Scenario,
    *,
    even_if_unlawful: bool = False,
    quick: bool = False,
    suggest: bool = False,
    processes: int = 1,
    tell: Tell = lambda *_: None,
    calibration: Calibration | None = None,
) -> SimulationOutcome:
    """Judge, play and compare all proposals of a scenario, or (`suggest`) those that a search finds.

    Raises:
        InputError: a change names what is not there, or today's staff cannot do today's work.
    """
    scenario = shortened(scenario) if quick else scenario
    procedures = in_force(workspace, scenario)
    old, organisation = procedures[scenario.main.procedure], workspace.organisation
    faults = [fault for one in scenario.proposals for fault in change_faults(old, scenario, one)]
    if faults:
        raise InputError(faults)
    loads = role_loads(compiled(scenario, procedures))
    refuse_overload(scenario, loads)
    gate = Gate(workspace, catalogue, scenario.first)
    suggestions = None
    if suggest:
        suggestions = searched(workspace, catalogue, scenario, processes=processes, tell=tell)
        scenario = _with_found(scenario, suggestions)
    stage = Stage(scenario, procedures, processes, tell, first=FRESH if suggest else 0)
    passed, refused = [], []
    for proposal in scenario.proposals:
        redesign = stage.staffed(gate.judged(redesigned(old, scenario, proposal, organisation)))
        if redesign.is_lawful or (even_if_unlawful and redesign.is_whole):
            passed.append(redesign)
        else:
            refused.append(redesign)
    comparisons: list[Comparison] = []
    for done, redesign in enumerate(passed):
        found = stage.compared(redesign, done, len(passed))
        if suggestions is not None:
            found = replace(found, effects=suggestions.found[done].effects)
        plan = redesigned_plan(redesign, procedures)
        played = log_findings(workspace, catalogue, redesign.procedure, plan, scenario.seed)
        unknown = _unknown(scenario, redesign.scenario)
        effects = tuple(effect for effect in found.effects if effect.measure not in unknown)
        comparisons.append(replace(found, effects=effects, log_findings=played))
    return SimulationOutcome(
        scenario=scenario,
        procedure=old,
        loads=loads,
        comparisons=tuple(comparisons),
        refused=tuple(refused),
        assumptions=tuple(_assumed(scenario)),
        calibration=calibration,
        suggestions=suggestions,
        is_forced=any(not one.is_lawful for one in passed),
    )


def _unknown(*sides: Scenario) -> frozenset[str]:
    """Measures of which neither scenario says enough: a cost that nobody stated is not nothing."""
    wages = any(staffing.hourly_cost for one in sides for staffing in one.staff.values())
    works = any(one.citizen.works for one in sides)
    return frozenset((*(() if wages else WAGES), *(() if works else WORKS)))


def _assumed(scenario: Scenario) -> Iterator[str]:
    yield from ASSUMPTIONS
    paid = [bool(one.hourly_cost) for one in scenario.staff.values()]
    if not all(paid):
        yield "some_wages" if any(paid) else "no_wages"
    if not scenario.knows_its_days:
        yield "days_unknown"


def _with_found(scenario: Scenario, found: Suggestions) -> Scenario:
    """The scenario with what was found as its proposals, to be played as often as it was verified."""
    return replace(
        scenario,
        proposals=tuple(one.redesign.proposal for one in found.found),
        precision=replace(scenario.precision, replications=found.replications),
    )
