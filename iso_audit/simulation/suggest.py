"""A search on a real scenario: what plays the redesigns, and what says who is overloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from iso_audit.errors import InputError
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.rule import Rule
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Redesign, Suggestions
from iso_audit.simulation.beginning import Tell, in_force, refuse_overload, shortened
from iso_audit.simulation.compile import compiled, redesigned_plan
from iso_audit.simulation.correction import Values
from iso_audit.simulation.gate import Gate
from iso_audit.simulation.load import role_loads
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.replications import replications
from iso_audit.simulation.search import FRESH, suggested


def suggestions(
    workspace: Workspace,
    catalogue: Mapping[str, Rule],
    scenario: Scenario,
    *,
    processes: int = 1,
    tell: Tell = lambda *_: None,
) -> Suggestions:
    """Search the changes that a scenario allows.

    Raises:
        InputError: today's staff cannot do today's work.
    """
    procedures = in_force(workspace, scenario)
    refuse_overload(scenario, role_loads(compiled(scenario, procedures)))
    players = _Players(scenario, procedures, processes)
    return suggested(
        Gate(workspace, catalogue, scenario.first),
        procedures[scenario.main.procedure],
        scenario,
        players.evaluate,
        players.is_overloaded,
        workspace.organisation,
        tell,
    )


class _Players:
    """Plays redesigns: a part of the period while screening, all of it with fresh fates."""

    def __init__(self, scenario: Scenario, procedures: Mapping[str, Procedure], processes: int) -> None:
        self.scenario, self.procedures, self.processes = scenario, procedures, processes
        self.screened_until = shortened(scenario).last

    def evaluate(self, redesigns: Sequence[Redesign | None], numbers: Sequence[int]) -> Sequence[Values]:
        """Measures of every replication; None is today's procedure."""
        is_screening = numbers[0] < FRESH
        plans = [self._plan(redesign, is_screening) for redesign in redesigns]
        played = replications(plans, self.scenario.seed, numbers, self.processes)
        return [[one.measures for one in side] for side in played]

    def is_overloaded(self, redesign: Redesign) -> bool:
        """Whether more comes than somebody can do, or a dossier could go in circles for ever."""
        try:
            return any(load.utilisation >= 1 for load in role_loads(self._plan(redesign, is_screening=True)))
        except InputError:
            return True

    def _plan(self, redesign: Redesign | None, is_screening: bool) -> Plan:
        scenario = redesign.scenario if redesign else self.scenario
        if is_screening:
            scenario = replace(scenario, last=self.screened_until)
        if redesign is None:
            return compiled(scenario, self.procedures)
        return redesigned_plan(replace(redesign, scenario=scenario), self.procedures)
