"""What the tellers of a comparison share: one outcome, one language, the words of its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from iso_audit.model.finding import Finding
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.rule import Rule
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Redesign, SimulationOutcome
from iso_audit.report.facts import Facts
from iso_audit.report.simplification.values import Told
from iso_audit.report.statements import alone
from iso_audit.report.words import Words

_HEADLINE = ("lead_mean", "lead_p95", "on_time", "citizen_cost_year", "staffing_year")


@dataclass
class Speaker:
    """Knows how one outcome is said in one language."""

    outcome: SimulationOutcome
    workspace: Workspace
    catalogue: Mapping[str, Rule]
    words: Words
    facts: Facts = field(init=False)
    """Of today's procedure."""
    headline: tuple[str, ...] = field(init=False)
    """The main measures, as far as they were measured."""

    def __post_init__(self) -> None:
        self.facts = self.facts_of(self.old)
        measured = {effect.measure for one in self.outcome.comparisons for effect in one.effects}
        self.headline = tuple(name for name in _HEADLINE if name in measured)

    @property
    def old(self) -> Procedure:
        return self.outcome.procedure

    @property
    def scenario(self) -> Scenario:
        return self.outcome.scenario

    def facts_of(self, procedure: Procedure) -> Facts:
        return Facts(self.words, self.workspace.organisation, {procedure.key: procedure})

    def facts_along(self, redesign: Redesign) -> Facts:
        """Of today's procedure and of the steps that changes make on the way."""
        made = {step.id: step for stage in redesign.stages for step in stage.steps}
        steps = (*self.old.steps, *(step for name, step in made.items() if name not in self.old.by_id))
        return self.facts_of(replace(self.old, steps=steps))

    def measure(self, name: str) -> str:
        """A measure inside a sentence."""
        said = self.words(f"sim.measure.{name}")
        return said[:1].lower() + said[1:]

    def currency(self) -> str:
        return self.words.find(f"currency.{self.scenario.currency}") or self.scenario.currency

    def told(self, finding: Finding, facts: Facts) -> Told:
        said = alone(finding, self.workspace, self.catalogue, facts).said
        return Told(finding.code, finding.grade.value, self.words(f"grade.{finding.grade.value}"), said)
