"""A scenario: how a procedure is handled today, in numbers, and what somebody proposes to change.

The procedure says which steps there are; a scenario says how often and how long: dossiers that
arrive, people at work, times that steps take, shares of outcomes, what a visit costs the citizen.
Everything that is drawn at random is a `Spread`; shares are fractions of one; times are seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from iso_audit.model.calendar import Calendar
from iso_audit.model.organisation import APPLICANT
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Limit
from iso_audit.text import Text


class Family(StrEnum):
    """Shapes of random times. Each is drawn through the inverse of its distribution function."""

    FIXED = "fixed"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    WEIBULL = "weibull"
    NORMAL = "normal"
    """Cut off at zero."""
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    PERT = "pert"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Spread:
    """A random time in seconds.

    `mean_seconds` and `sd_seconds` are those of the time itself, not of its logarithm (exponential
    and fixed use the mean alone). `low`, `mode` and `high` are for uniform, triangular and PERT.
    `quantiles` (empirical) stand at equal steps of probability from 0 to 1. With probability
    `zero_share` the time is nothing at all.
    """

    family: Family
    mean_seconds: float = 0.0
    sd_seconds: float = 0.0
    low_seconds: float = 0.0
    mode_seconds: float = 0.0
    high_seconds: float = 0.0
    quantiles_seconds: tuple[float, ...] = ()
    zero_share: float = 0.0
    is_working: bool = True
    """Counted while the office (for work: the role) works; else it runs day and night."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many people hold a role, when they work and what an hour of theirs costs."""

    role: str
    people: int
    calendar: Calendar
    """Their hours; the office's own calendar where nothing else is said."""
    hourly_cost: float = 0.0
    """Of one person, in the currency of the scenario."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How dossiers come in: so many a year, spread over months, weekdays and hours by weight."""

    per_year: float
    by_month: tuple[float, ...] = ()
    """Twelve weights, January first; empty: even."""
    by_weekday: tuple[float, ...] = ()
    """Seven weights, Monday first; empty: even over the days on which the desk receives."""
    by_hour: tuple[float, ...] = ()
    """Twenty-four weights; empty: even over the hours in which the desk receives."""
    variance_ratio: float = 1.0
    """Variance over mean of the number of dossiers in a day: 1 is Poisson, more comes in bursts."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """Work that waits to be done together: at set hours, or as soon as so many lie there."""

    step: str
    at: tuple[dt.time, ...] = ()
    """Times of day at which all that lies there is taken up."""
    size: int = 0
    """Taken up as soon as so many lie there; 0: only at the set hours."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Load:
    """One procedure's work: its dossiers and how they are handled."""

    procedure: str
    """Id of the procedure; the version in force on the first day of the scenario."""
    arrivals: Arrivals
    cases: Mapping[str, float] = field(default_factory=dict)
    """Case of the dossier -> share; empty: all are ordinary."""
    channels: Mapping[str, float] = field(default_factory=dict)
    durations: Mapping[str, Spread] = field(default_factory=dict)
    """Step -> time of work on it (or, of an applicant's or an outside step, until it is done)."""
    by_case: Mapping[tuple[str, str], Spread] = field(default_factory=dict)
    """(step, case) -> its time of work where that differs."""
    waits: Mapping[str, Spread] = field(default_factory=dict)
    """Step -> time that passes before it can begin, which is neither queue nor work; where the step stops
    the dossier's clock, the time that passes after it, until the applicant answers."""
    branches: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Step -> outcome (or target) -> share; outcomes without one share what is left, evenly."""
    repeats: Mapping[str, tuple[Mapping[str, float], ...]] = field(default_factory=dict)
    """Step -> shares at its second, third ... visit, where they differ from the first; the last holds on."""
    batches: Mapping[str, Batch] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    """Case -> rank in every queue; lower is served first, 0 where nothing is said."""
    backlog: int = 0
    """Dossiers that wait at the first step when the period begins."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Works:
    """One work of the citizen in the standard cost model (form 03/SCM-KSTT): hours, hired help, fees."""

    name: Text
    hours: float = 0.0
    hired_cost: float = 0.0
    fees: float = 0.0
    per: str = "dossier"
    """`dossier`; `visit`: as often as the applicant has to come; `supplement`: for every supplement."""
    document: str = ""
    """The dossier document that it prepares: it falls away with it."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Citizen:
    """What the procedure costs those who must follow it (TT 02/2017/TT-VPCP, article 27)."""

    hourly_income: float = 0.0
    income_source: str = ""
    works: tuple[Works, ...] = ()
    visit_steps: Mapping[str, float] = field(default_factory=dict)
    """Step -> visits of the applicant at each execution, as a mean (online ones need none)."""
    place: Place = field(default=NOWHERE, compare=False)


CHANGES = (
    "eliminate", "delegate", "merge", "swap", "parallel", "reorder", "move", "split", "look_up", "digitise",
    "limit", "staff", "branches", "durations", "waits",
)  # fmt: skip
"""What may be changed; `simulation.change` says of each its values, its precondition and its effect."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a procedure, of its staff or of its numbers.

    `steps` are those it is about, in order. `values` hold the rest by name, already in our units
    (times as Limit or Spread, shares as fractions):

        delegate    role
        merge       id of the new step; name: Text, role, time_factor
        move        after: step
        split       cases: case -> {role, time_factor, share}
        look_up     document, source
        digitise    time_factor, role, cost_per_year, one_off_cost
        limit       limits: case -> Limit
        staff       staff: role -> Staffing as it is then, or how many people more or (negative) fewer
        branches    branches: step -> shares
        durations   durations: step -> Spread
        waits       waits: step -> Spread

    What is not written is absent.
    """

    kind: str
    """One of `CHANGES`."""
    steps: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    why: Text = Text()
    effort: float = 1.0
    """How hard it is to bring about, against others; for the search."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A set of changes that is judged and simulated as one."""

    id: str
    title: Text
    changes: tuple[Change, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Precision:
    """How sure the answer must be before replications stop."""

    confidence: float = 0.95
    replications: int = 0
    """So many exactly; 0: as many as `half_widths` need, between 10 and `most`."""
    half_widths: Mapping[str, float] = field(default_factory=dict)
    """Measure -> half of the widest interval of its difference that is precise enough."""
    most: int = 200
    sensitivity: float = 0.2
    """Durations and arrivals are varied by this share, up and down; 0: not at all."""


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """What `--suggest` may try."""

    allow: tuple[str, ...] = ()
    """Kinds of change; empty: all that need no number from the owner."""
    never_touch: tuple[str, ...] = ()
    max_changes: int = 4


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a simulation needs, apart from the procedures themselves."""

    id: str
    title: Text
    loads: tuple[Load, ...]
    """The first is the procedure that is to be changed; others share its people."""
    staff: Mapping[str, Staffing]
    calendar: Calendar
    """The office's, in which limits are counted."""
    first: dt.date
    last: dt.date
    proposals: tuple[Proposal, ...] = ()
    citizen: Citizen = Citizen()
    precision: Precision = Precision()
    search: SearchSpace = SearchSpace()
    warm_up_days: int = 0
    """Dossiers of these first calendar days are simulated and not measured."""
    currency: str = "VND"
    seed: int = 0
    note: Text = Text()
    """Where the numbers come from; printed with the assumptions."""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """Limits to measure against, by case, where they are not the procedure's own."""
    outside: tuple[str, ...] = ()
    """Roles whose people are not the office's: nobody queues for them, their times are until it is done."""
    applicants: frozenset[str] = frozenset({APPLICANT})
    """Roles of those who ask the office for something: nobody queues for them either."""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def main(self) -> Load:
        return self.loads[0]

    @property
    def knows_its_days(self) -> bool:
        """Whether the calendar is settled for the whole period; beyond it holidays count as worked."""
        return self.calendar.first <= self.first and self.last <= self.calendar.last
