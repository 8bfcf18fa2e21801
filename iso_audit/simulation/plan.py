"""A scenario as numbers for the loop: steps, the ways through them in each case, roles and hours.

A *step* is one of a load's procedure. A *node* is a step as dossiers of one case meet it: flows
bound to other cases do not exist there, so that the loop never has to ask for the case. Flat arrays
stand in for lists of lists: what belongs to node n lies at `first[n]` up to `first[n + 1]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iso_audit.model.procedure import Procedure, Step, StepClock
from iso_audit.model.scenario import Load, Scenario, Spread
from iso_audit.simulation.hours import Hours, Ints

ANY, ALL, SOME = 0, 1, 2
"""How a node joins: each token by itself, after one on every flow, after those that can still come."""

NONE = -1
"""No role, no batch, no wait, no place in a join."""

MOST_VISITS = 1000
"""A dossier that comes to one step more often than this goes in circles for ever."""


@dataclass(frozen=True, eq=False)
class StepPlan:
    """What a step takes, in every case the same unless `by_case` says otherwise."""

    step: Step
    load: int
    key: str
    """Names the step among all, for its random numbers."""
    role: int
    """Index of the role whose people do it; NONE: nobody has to be free for it."""
    work: Spread
    by_case: Mapping[str, Spread]
    hours: int
    """Index of the hours in which it is worked on."""
    clock: StepClock
    by_applicant: bool
    wait: Spread | None = None
    wait_hours: int = NONE
    waits_after: bool = False
    """Whether the wait follows the work: where the office stops the clock, the applicant acts then."""
    batch: int = NONE
    counts_visits: bool = False
    visits: float = 0.0
    """Of the applicant, at each execution."""


@dataclass(frozen=True, eq=False)
class BatchPlan:
    """Work taken up together: releases in ticks, and how many make a batch (0: only at the hours)."""

    releases: Ints
    size: int


@dataclass(frozen=True, eq=False)
class CasePlan:
    """How dossiers of one case enter, how they rank and what they are promised (see `WorkTable.due`)."""

    name: str
    share: float
    entry: int
    """Node at which they come in."""
    rank: int
    """Place in the order of ranks; the lower is served first."""
    unit: int
    amount: int
    same_day: bool
    cutoff: int
    moves_start: bool


@dataclass(frozen=True, eq=False)
class LoadPlan:
    """One procedure's dossiers."""

    load: Load
    procedure: Procedure
    cases: tuple[CasePlan, ...]
    channels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Ways:
    """The graph of all nodes as flat arrays."""

    step: Ints
    case: Ints
    """Index into its load's cases."""
    rank: Ints
    join: Ints
    slots: Ints
    """First place in the join of each node, with one more at the end; ALL and SOME have one a flow."""
    slot_node: Ints
    slot_is_message: NDArray[np.bool_]
    options: Ints
    """First option of each node, with one more at the end; one is taken when the node is left."""
    flows: Ints
    """First flow of each option, with one more at the end; none at an end."""
    target: Ints
    slot: Ints
    """Per flow: its place in the join of the target, or NONE."""
    shares: Ints
    """First of each node's cumulative shares, a row of its options for each visit that differs."""
    share_rows: Ints
    cumulative: NDArray[np.float64]
    guards: Ints
    """First guard of each node: an option that is not taken once its step was carried out so often."""
    guard_option: Ints
    """Counted from the node's first option."""
    guard_step: Ints
    guard_most: Ints
    reaches: NDArray[np.bool_]
    """(node, place in a SOME join): whether a token at the node can come there without passing that join."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a replication needs but the seed."""

    scenario: Scenario
    loads: tuple[LoadPlan, ...]
    steps: tuple[StepPlan, ...]
    ways: Ways
    roles: tuple[str, ...]
    people: Ints
    role_hours: Ints
    """Per role: index into `hours`."""
    hours: tuple[Hours, ...]
    """0 is day and night, 1 the office's, then those of roles that keep others."""
    batches: tuple[BatchPlan, ...]
    ranks: int
    """How many ranks there are; with one, nobody goes before anybody."""
    since: int
    """Tick from which dossiers are measured: the end of the warm-up."""
    until: int
    """Tick at which the period ends; nothing comes in after it."""
    horizon: int
    """Tick until which dossiers under way are followed."""

    @property
    def stride(self) -> int:
        """What the number of a dossier counts in the code of an event (see `course.Course`)."""
        return 4 * max(len(self.ways.step), len(self.roles), len(self.batches))
