"""What was measured of dossiers beside the findings: counts that add up, and times that do not.

Counts stand in small cells, so that a reader sums the ones he asks about. Times are given with
median and ninth decile, which cannot be summed: those stand once for each group that is asked for.

Whose time it is: the unit that the log names for an execution, else that of its step, of its person,
of the dossier. The applicant's own steps are no work of the office and left out everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Measure(NamedTuple):
    """Counts of the dossiers of one procedure, unit, channel and month of receipt.

    Every dossier is one of `early`, `on_time`, `overdue`, `pending_in_time`, `pending_overdue` and
    `undetermined`. The on-time rate is (early + on_time) / (early + on_time + overdue +
    pending_overdue): of all that have fallen due, those that ended in time.
    """

    procedure: str
    unit: str
    channel: str
    month: str
    """`YYYY-MM`; like unit and channel empty where the log does not say."""
    dossiers: int
    finished: int
    early: int
    """Ended on a day before the due day."""
    on_time: int
    overdue: int
    """Ended after the due date."""
    pending_in_time: int
    """Not ended and not yet due when the log was drawn up."""
    pending_overdue: int
    undetermined: int
    """No due date could be given or computed, or nobody knows when it ended."""
    reworked: int = 0
    """Dossiers in which some step was carried out more than once."""
    repeats: int = 0
    """Executions of a step after its first one in the same dossier."""
    supplemented: int = 0
    """Dossiers with at least one supplement request."""
    supplement_requests: int = 0
    unit_pairs: int = 0
    """Executions that follow on another one of the office, both with a known unit."""
    unit_changes: int = 0
    """Those of `unit_pairs` whose units differ: hand-overs between units."""
    person_pairs: int = 0
    person_changes: int = 0
    """As for units, of the persons that the log names."""

    @property
    def good(self) -> int:
        """Numerator of the on-time rate."""
        return self.early + self.on_time

    @property
    def due(self) -> int:
        """Denominator of the on-time rate."""
        return self.early + self.on_time + self.overdue + self.pending_overdue


class StepMeasure(NamedTuple):
    """Counts of the executions of one step by one unit, of dossiers of one channel and month of receipt."""

    procedure: str
    step: str
    """Empty for activities that no step answers to."""
    unit: str
    """Who carried it out."""
    channel: str
    month: str
    executions: int
    repeats: int
    """Executions after the first one of this step in the same dossier; the others are dossiers."""
    timed: int
    """Executions of which start and finish are known, the finish not before the start."""
    worked_seconds: int
    """Working time from start to finish of the timed ones."""
    limited: int
    """Executions that could be held to the limit of the step, as TIM-02 counts them."""
    over_limit: int
    waits: int
    """Executions with a known start of their own, of which it can be said how long the dossier lay before."""
    waited_seconds: int
    """Working time before those in which no step was under way and the clock ran."""

    @property
    def dossiers(self) -> int:
        """Dossiers in which the step was carried out, each once."""
        return self.executions - self.repeats


class Timed(StrEnum):
    """Of what a time is the time."""

    LEAD_DAYS = "lead_days"
    """Calendar days from the day of receipt to that of the end."""
    LEAD = "lead_seconds"
    """Working time from receipt to the end."""
    COUNTED = "counted_seconds"
    """The same without the time in which the clock stood."""
    STEP = "step_seconds"
    """Working time from start to finish of a step."""


class Duration(NamedTuple):
    """Times of one group of dossiers or executions; what does not part the group is None.

    Quantiles are discrete: `median` is the smallest time that at least half of all do not exceed,
    `ninth_decile` that nine tenths do not exceed. The mean is `total` / `count`. Counted are dossiers
    with known receipt and end (the end not before the receipt), and timed executions.
    """

    of: Timed
    """Its name ends in the unit of `total`, `median` and `ninth_decile`."""
    procedure: str | None
    step: str | None
    unit: str | None
    channel: str | None
    month: str | None
    count: int  # type: ignore[assignment]  # of `tuple` there is a method of this name, which nobody needs
    total: int
    median: int
    ninth_decile: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that was measured of one log, in order of its places."""

    dossiers: tuple[Measure, ...] = ()
    steps: tuple[StepMeasure, ...] = ()
    durations: tuple[Duration, ...] = ()
