"""A scenario file; what its keys mean is told in `workspace.scenarios`."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from iso_audit.model.procedure import TimeUnit
from iso_audit.model.scenario import CHANGES
from iso_audit.workspace.shapes.base import (
    Durations,
    Id,
    OneOf,
    Shape,
    Str,
    TimeOfDay,
    Words,
    as_list,
    wrong,
)
from iso_audit.workspace.shapes.change import ChangeShape
from iso_audit.workspace.shapes.quantities import (
    Amount,
    Count,
    Money,
    Share,
    Weight,
    as_amount,
    as_number,
    as_percent,
)
from iso_audit.workspace.shapes.settings import CoveredShape
from iso_audit.workspace.shapes.spread import (
    Branches,
    Ids,
    Or,
    Shares,
    StaffOf,
    StepTimes,
    WeekWeights,
)


def number(low: float, high: float, whole: bool = False) -> Any:  # noqa: ANN401 - an annotation
    """Annotation of a number from `low` to `high`."""
    kind = "integer" if whole else "number"
    return Annotated[
        int if whole else float,
        PlainValidator(as_number(low, high, whole)),
        WithJsonSchema({"type": kind, "minimum": low, "maximum": high}),
    ]


def as_days(value: object) -> Amount:
    """Take whole calendar days."""
    days = as_amount(value)
    if days.unit is not TimeUnit.DAY or days.value.denominator != 1:
        raise wrong("whole_days", value)
    return days


PerYear = Annotated[
    float,
    PlainValidator(as_number(0.1, 1e7)),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1e7}),
]
Ratio = Annotated[float, PlainValidator(as_number(1, 1000)), WithJsonSchema({"type": "number", "minimum": 1})]
Days = Annotated[
    Amount, PlainValidator(as_days), WithJsonSchema({"type": "string", "pattern": "^[0-9]+ ?d$"})
]
Rank = Annotated[int, PlainValidator(as_number(-100, 100, True)), WithJsonSchema({"type": "integer"})]
Seed = Annotated[
    int, PlainValidator(as_number(0, 2**53 - 1, True)), WithJsonSchema({"type": "integer", "minimum": 0})
]


def twelve(value: list[float]) -> list[float]:
    """Take one weight for each month."""
    if len(value) != 12:
        raise wrong("twelve", "")
    some_weight("by_month", value)
    return value


def some_weight(name: str, value: Any) -> Any:  # noqa: ANN401 - a list or a mapping of weights
    """Take weights of which one at least is more than nothing."""
    if not sum(value.values() if isinstance(value, dict) else value):
        raise wrong("no_weight", "", name=name)
    return value


def _some(name: str) -> AfterValidator:
    return AfterValidator(lambda value: some_weight(name, value))


def as_hour(value: object) -> int:
    """Take an hour of the day."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or int(value) > 23:
        raise wrong("hour_of_day", value)
    return int(value)


Hour = Annotated[
    int,
    PlainValidator(as_hour),
    WithJsonSchema({"type": "string", "pattern": "^(0?[0-9]|1[0-9]|2[0-3])$"}),
]


class ArrivalsShape(Shape):
    """How many dossiers come in a year, and when."""

    per_year: PerYear
    by_month: Annotated[list[Weight], AfterValidator(twelve)] | None = Field(
        default=None, description="Twelve weights, January first."
    )
    by_weekday: Annotated[WeekWeights, _some("by_weekday")] | None = Field(
        default=None, description="Weight of each weekday; those not named receive nothing."
    )
    by_hour: (
        Annotated[dict[Hour, Weight], AfterValidator(lambda value: some_weight("by_hour", value))] | None
    ) = Field(default=None, description="Weight of each hour of the day; those not named receive nothing.")
    variance_ratio: Ratio | None = Field(
        default=None,
        description="Variance over mean of a day's number: 1 is chance, more comes in bursts.",
    )


class BatchShape(Shape):
    """Work that is done together: at set times of day, or as soon as so many lie there."""

    at: Annotated[list[TimeOfDay], Or(as_list)] | None = None
    size: number(2, 100_000, whole=True) | None = None  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.at and self.size is None:
            raise wrong("at_or_size", "")
        return self


class LoadShape(Shape):
    """The work of one procedure."""

    procedure: Str = Field(description="Id of the procedure; the version in force on the first day counts.")
    arrivals: ArrivalsShape
    cases: Shares | None = Field(default=None, description="Share of each case; `default` takes the rest.")
    channels: Shares | None = Field(default=None, description="Shares of direct, online and post.")
    durations: dict[str, StepTimes] | None = Field(default=None, description="Step -> time of work on it.")
    waits: dict[str, StepTimes] | None = Field(
        default=None,
        description="Step -> time that passes before it begins, neither queue nor work; "
        "where it stops the clock, the time after it until the applicant answers.",
    )
    branches: dict[str, Branches] | None = Field(
        default=None, description="Step -> outcome -> share; the outcome not named takes the rest."
    )
    batches: dict[str, BatchShape] | None = None
    priorities: dict[str, Rank] | None = Field(
        default=None, description="Case -> rank in every queue; lower comes first, 0 if absent."
    )
    backlog: Count | None = Field(default=None, description="Dossiers that wait when the period begins.")


class WorksShape(Shape):
    """One work of the citizen: hours of the own time, hired help, fees."""

    name: Words
    hours: Money | None = None
    hired: Money | None = None
    fees: Money | None = None
    per: Annotated[str, OneOf("dossier", "visit", "supplement")] | None = None
    document: Str | None = Field(default=None, description="The document that it prepares.")


class CitizenShape(Shape):
    """What following the procedure costs the applicant."""

    hourly_income: Money | None = None
    source: Str | None = Field(default=None, description="Where the hourly income comes from.")
    visits: dict[str, number(0, 100)] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Step -> visits each time it is done, of those who neither file online nor by post.",
    )
    works: list[WorksShape] | None = None


class ProposalShape(Shape):
    """Changes that are judged and simulated together."""

    id: Id
    title: Words | None = None
    changes: list[ChangeShape]


Replications = Annotated[
    int,
    PlainValidator(lambda value: 0 if value == "auto" else int(as_number(2, 10_000, True)(value))),
    WithJsonSchema({"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 2}]}),
]


class MeasureShape(Shape):
    """How sure the answer must be."""

    confidence: Annotated[float, PlainValidator(as_percent(0.9999))] | None = None
    replications: Replications | None = None
    precision: dict[str, Any] | None = Field(
        default=None,
        description="Measure -> half of the widest interval of its difference: 0.5 pp, 1 wh, 1 d, a number.",
    )
    at_most: number(2, 10_000, whole=True) | None = Field(  # type: ignore[valid-type]
        default=None, description="Most replications when their number is `auto`."
    )
    seed: Seed | None = None
    sensitivity: Share | None = Field(default=None, description="Durations and arrivals vary by so much.")


class SearchShape(Shape):
    """What the search for better procedures may try."""

    allow: Annotated[list[Annotated[str, OneOf(*CHANGES)]], Or(as_list, {"enum": list(CHANGES)})] | None = (
        None
    )
    never_touch: Ids | None = Field(default=None, description="Steps that stay as they are.")
    max_changes: number(1, 20, whole=True) | None = None  # type: ignore[valid-type]


class ScenarioShape(LoadShape):
    """How a procedure is handled today, in numbers, and what somebody proposes to change."""

    scenario: Id
    title: Words | None = None
    period: CoveredShape
    calendar: Id | None = Field(default=None, description="Calendar of the office; else the workspace's.")
    warm_up: Days | None = Field(default=None, description="First days that are simulated and not measured.")
    limit: Durations | None = Field(
        default=None, description="Limits to measure against; else the procedure's."
    )
    currency: Str | None = None
    staff: dict[Id, StaffOf] = Field(description="Role -> people, or `outside` for another body.")
    also: list[LoadShape] | None = Field(default=None, description="Other procedures of the same people.")
    citizen: CitizenShape | None = None
    proposals: list[ProposalShape] | None = None
    measure: MeasureShape | None = None
    search: SearchShape | None = None
    note: Words | None = None
