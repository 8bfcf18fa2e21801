"""What a simulation answers: measures of today and of a proposal, their difference, and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from iso_audit.model.cost import CostComparison
from iso_audit.model.finding import Finding
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Change, Proposal, Scenario

MEASURES: Mapping[str, tuple[str, int]] = {
    "lead_mean": ("working_seconds", -1),
    "lead_median": ("working_seconds", -1),
    "lead_p95": ("working_seconds", -1),
    "days_mean": ("days", -1),
    "days_p95": ("days", -1),
    "on_time": ("share", 1),
    "in_progress": ("dossiers", -1),
    "finished": ("dossiers", 1),
    "waiting_mean": ("working_seconds", -1),
    "work_mean": ("working_seconds", -1),
    "handovers": ("count", -1),
    "visits": ("count", -1),
    "supplements": ("count", -1),
    "rework": ("count", -1),
    "citizen_cost": ("money", -1),
    "citizen_cost_year": ("money_year", -1),
    "staff_cost": ("money", -1),
    "staff_cost_year": ("money_year", -1),
    "staffing_year": ("money_year", -1),
}
"""Measure -> its unit, and whether more of it is better (1), worse (-1)."""


class Verdict(StrEnum):
    """What an interval of a difference allows to say."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"
    SAME = "same"
    """The difference is exactly zero in every replication."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure, today and proposed, and the difference of pairs that met the same fate."""

    measure: str
    as_is: Estimate
    to_be: Estimate
    difference: Estimate
    verdict: Verdict
    step: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class RoleLoad:
    """How busy a role is: offered work over capacity, worked out before anything is simulated."""

    role: str
    people: int
    offered_seconds_per_week: float
    capacity_seconds_per_week: float
    backlog_per_week: float = 0.0
    """Dossiers by which the queue grows every week, where more comes than can be done."""

    @property
    def utilisation(self) -> float:
        return (
            self.offered_seconds_per_week / self.capacity_seconds_per_week
            if self.capacity_seconds_per_week
            else float("inf")
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change is not made: a precondition that does not hold, or a rule that it would break."""

    change: Change | None
    """None: the proposal as a whole."""
    reason: str
    """Key of its words."""
    facts: Mapping[str, object] = field(default_factory=dict)
    finding: Finding | None = None
    """The finding that the change would bring, with rule and legal basis."""

    is_made: bool = False
    """The change was made all the same, so that it can be simulated if that is asked for."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a change takes for granted because the files do not say it."""

    change: Change
    key: str
    """Key of its words."""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one step: `kept`, `removed`, `merged`, `added`, `changed`, `moved`."""

    step: str
    fate: str
    into: str = ""


@dataclass(frozen=True)
class Redesign:
    """A procedure after a proposal: readable like any other, with the fate of every step."""

    proposal: Proposal
    procedure: Procedure
    scenario: Scenario
    """The scenario with the proposal's numbers in the place of today's."""
    fates: tuple[Fate, ...]
    refusals: tuple[Refusal, ...] = ()
    new_findings: tuple[Finding, ...] = ()
    gone_findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    stages: tuple[Procedure, ...] = ()
    """The procedure as it was, and after each change of the proposal."""

    @property
    def is_lawful(self) -> bool:
        return not self.refusals

    @property
    def is_whole(self) -> bool:
        """Whether every change was made, lawful or not: only then does its simulation mean the proposal."""
        return all(refusal.is_made for refusal in self.refusals)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The decision when one assumption is varied."""

    factor: str
    """`durations` or `arrivals`."""
    change: float
    effects: tuple[Effect, ...]
    flips: tuple[str, ...] = ()
    """Measures whose verdict is another than without the variation."""


@dataclass(frozen=True)
class Comparison:
    """One proposal against today."""

    redesign: Redesign
    replications: int
    dossiers: int
    """Measured in each replication, on average."""
    effects: tuple[Effect, ...]
    by_role: tuple[Effect, ...] = ()
    """`utilisation` and `waiting_mean` of every role."""
    by_step: tuple[Effect, ...] = ()
    loads: tuple[RoleLoad, ...] = ()
    """Of the proposal."""
    sensitivities: tuple[Sensitivity, ...] = ()
    cost: CostComparison | None = None
    """What it costs the citizen, with the visits and supplements that were simulated."""
    log_findings: tuple[Finding, ...] = ()
    """What the dossier rules found in the simulated log of the proposal."""
    samples: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)
    """Curve -> (today, proposed) quantiles at 0, 1 .. 100 %: `lead`."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """One number, or one distribution, taken from a log."""

    what: str
    """`arrivals`, `duration`, `wait`, `share`, `people`, `hours`, `case`."""
    step: str = ""
    role: str = ""
    outcome: str = ""
    observations: int = 0
    value: Estimate | None = None
    """Seconds for times, a fraction for shares, dossiers a year for arrivals."""
    family: str = ""
    distance_seconds: float = 0.0
    """By how much a time of the fitted shape is off on average, on times that were kept apart."""
    is_weak: bool = False
    """Too few observations: to be looked at by the owner."""


@dataclass(frozen=True, slots=True)
class HoldOut:
    """One measure of the dossiers that were kept apart, as the log shows it and as it was simulated."""

    measure: str
    observed: float
    simulated: Estimate
    error: float
    """In points for shares, else as a share of what was observed."""
    goal: float
    noise: float
    """The same error between two halves of the real dossiers: less than that nobody can ask for."""
    role: str = ""

    @property
    def holds(self) -> bool:
        return abs(self.error) <= max(self.goal, self.noise)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scenario fitted to a log, and how well it foretells dossiers that it was not fitted to."""

    dossiers: int
    unfinished: int
    fitted: tuple[Fitted, ...]
    hold_out: tuple[HoldOut, ...] = ()
    split: dt.date | None = None
    """First day of receipt of the dossiers that were kept apart."""
    warnings: tuple[str, ...] = ()
    """Keys of words."""


@dataclass(frozen=True)
class Suggestion:
    """A lawful set of changes that was found by search and measured on fates that the search never saw."""

    redesign: Redesign
    effects: tuple[Effect, ...]
    """Intervals and verdicts hold together for all that was verified (Holm's correction)."""
    effort: float
    """Sum of the efforts of its changes."""
    apart: tuple[str, ...] = ()
    """Why it is to be shown apart: `control` (a control that the owner has marked as negotiable is dropped or
    handed over), `data` (nobody has said that the steps do not need each other), `competence`."""


@dataclass(frozen=True)
class Suggestions:
    """What a search came to."""

    found: tuple[Suggestion, ...]
    """None beats another in some way and equals it in all others (the Pareto front); the fastest first."""
    refused: tuple[Redesign, ...] = ()
    """Each single change that the law or good order forbids, or that has no meaning here."""
    refused_by: Mapping[str, int] = field(default_factory=dict)
    """Why combinations were refused, by key of the words or code of the rule -> how many."""
    tried: int = 0
    """Combinations that were looked at."""
    overloaded: int = 0
    """Of those: lawful, and too much for the people there are."""
    screened: int = 0
    """Of those: simulated with few replications."""
    verified: int = 0
    """Of those: simulated anew with fresh fates."""
    replications: int = 0
    """Fresh replications of each that was verified."""


@dataclass(frozen=True)
class SimulationOutcome:
    """Everything a simulation run amounts to: the value that every output is made of."""

    scenario: Scenario
    procedure: Procedure
    loads: tuple[RoleLoad, ...]
    """Of today."""
    comparisons: tuple[Comparison, ...]
    refused: tuple[Redesign, ...] = ()
    """Proposals that the gate did not let through."""
    assumptions: tuple[str, ...] = ()
    """Keys of words."""
    calibration: Calibration | None = None
    suggestions: Suggestions | None = None
    """What a search found; its finds are the proposals of the scenario."""
    is_forced: bool = False
    """Unlawful proposals were simulated all the same, and every page says so."""
