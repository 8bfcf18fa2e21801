"""Random times, weekdays with weights, people at work: what scenarios and their changes share."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.scenario import Family, Spread
from iso_audit.workspace.scalars import WrittenInt
from iso_audit.workspace.shapes.base import Id, Shape, as_list, written, wrong
from iso_audit.workspace.shapes.calendar import WEEKDAYS, Spans
from iso_audit.workspace.shapes.quantities import AMOUNT, Amount, Count, Money, Share, Time, Weight

FAMILIES = tuple(family.value for family in Family)


class MeanSdShape(Shape):
    """Mean and standard deviation of the time itself."""

    mean: Time
    sd: Time

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.mean.is_working != self.sd.is_working:
            raise wrong("mixed_units", "")
        if not self.mean.value:
            raise wrong("no_time", "")
        if not 0 < self.sd.seconds <= 10 * self.mean.seconds:
            raise wrong("no_spread", "")
        return self


class SpreadShape(Shape):
    """A time that differs from dossier to dossier: one of the forms, and `zero` if it may fall away."""

    fixed: Time | None = None
    exponential: Time | None = Field(default=None, description="The mean.")
    gamma: MeanSdShape | None = None
    lognormal: MeanSdShape | None = None
    weibull: MeanSdShape | None = None
    normal: MeanSdShape | None = Field(default=None, description="Cut off at nothing.")
    uniform: list[Time] | None = Field(default=None, description="Shortest and longest.")
    triangular: list[Time] | None = Field(default=None, description="Shortest, usual, longest.")
    pert: list[Time] | None = Field(default=None, description="Shortest, usual, longest.")
    empirical: list[Time] | None = Field(
        default=None, description="Quantiles at equal steps from the shortest to the longest."
    )
    zero: Share | None = Field(
        default=None, description="Share of dossiers for which it takes no time at all."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        form = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(form) != 1:
            raise wrong("one_shape", "", known=", ".join(FAMILIES))
        times = self._times()
        if len({time.is_working for time in times}) > 1:
            raise wrong("mixed_units", "")
        if isinstance(getattr(self, form[0]), list):
            _check_rising(form[0], [time.seconds for time in times])
        elif self.exponential is not None and not self.exponential.value:
            raise wrong("no_time", "")
        return self

    def _times(self) -> list[Amount]:
        """The times that were written, whatever the form."""
        found = next(value for name in FAMILIES if (value := getattr(self, name)) is not None)
        if isinstance(found, MeanSdShape):
            return [found.mean, found.sd]
        return found if isinstance(found, list) else [found]

    @property
    def units(self) -> set[str]:
        return {str(time.unit) for time in self._times()}

    @property
    def is_working(self) -> bool:
        return self._times()[0].is_working

    def spread(self, is_work: bool, place: Place = NOWHERE) -> Spread:
        """Make the noun; what people work at is counted while they work, whatever the unit."""
        family = next(Family(name) for name in FAMILIES if getattr(self, name) is not None)
        times = [time.seconds for time in self._times()]
        of: dict[str, Any] = {}
        if family in (Family.FIXED, Family.EXPONENTIAL):
            of = {"mean_seconds": times[0]}
        elif family is Family.EMPIRICAL:
            of = {"quantiles_seconds": tuple(times)}
        elif family is Family.UNIFORM:
            of = {"low_seconds": times[0], "high_seconds": times[1]}
        elif len(times) == 3:
            of = {"low_seconds": times[0], "mode_seconds": times[1], "high_seconds": times[2]}
        else:
            of = {"mean_seconds": times[0], "sd_seconds": times[1]}
        working = is_work or self.is_working
        return Spread(family, **of, zero_share=self.zero or 0.0, is_working=working, place=place)


def _check_rising(form: str, times: list[float]) -> None:
    count = {"uniform": 2, "triangular": 3, "pert": 3}.get(form, max(2, len(times)))
    if len(times) != count:
        raise wrong("so_many", "", name=form, count=count)
    if any(late < early for early, late in pairwise(times)) or times[0] == times[-1]:
        raise wrong("rising", "", name=form)


class Or:
    """Annotation: a shorter way of writing a value, which `taken` makes the long one.

    Editors are shown `shown`, or the single value where the long way is a list or a mapping of them.
    """

    def __init__(self, taken: Callable[[Any], object], *shown: dict[str, Any]) -> None:
        self.taken, self.shown = taken, shown

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self.taken, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        long = handler(schema)
        return {"anyOf": [*(self.shown or [long.get("items") or long["additionalProperties"]]), long]}


def as_spread(value: object) -> object:
    """Take a single time for one that never differs."""
    return value if isinstance(value, dict) else {"fixed": value}


def as_step_times(value: object) -> object:
    """Take one time for that of every case, unless cases are named."""
    if not isinstance(value, dict) or not value or value.keys() & SpreadShape.model_fields.keys():
        return {"default": value}
    if any(isinstance(each, list) or (isinstance(each, dict) and "mean" in each) for each in value.values()):
        return {"default": value}  # a form whose name is mistyped
    return value


SpreadOf = Annotated[SpreadShape, Or(as_spread, AMOUNT)]
StepTimes = Annotated[dict[str, SpreadOf], Or(as_step_times)]
"""One time, or case of the dossier -> time."""
Shares = dict[str, Share]


def as_visits(value: object) -> object:
    """Take one set of shares for that of every visit."""
    return value if isinstance(value, list) else [value]


Branches = Annotated[list[Shares], Field(min_length=1), Or(as_visits)]
"""Shares of outcomes, or a list of them: at the first visit, the second ...; the last holds on."""

_DAYS = re.compile(rf"({'|'.join(WEEKDAYS)})(?:-({'|'.join(WEEKDAYS)}))?\Z")
_DAYS_PATTERN = f"^{_DAYS.pattern[:-2]}$"


def weekdays(name: str) -> tuple[int, ...]:
    """Return the weekdays, Monday 0, of `mon` or `mon-fri`; empty where it is neither."""
    match = _DAYS.match(name)
    if match is None:
        return ()
    first = WEEKDAYS.index(match[1])
    return tuple(range(first, (WEEKDAYS.index(match[2]) if match[2] else first) + 1))


def as_weekdays(value: object) -> str:
    """Take a day of the week, or a span of them."""
    text = written(value) or ""
    if not weekdays(text):
        raise wrong("weekdays", value)
    return text


def days_once(value: dict[str, Any]) -> dict[str, Any]:
    """Take spans of days that name each day once."""
    seen: set[int] = set()
    for name in value:
        for day in weekdays(name):
            if day in seen:
                raise wrong("day_twice", WEEKDAYS[day])
            seen.add(day)
    return value


Weekdays = Annotated[
    str,
    PlainValidator(as_weekdays),
    WithJsonSchema({"type": "string", "pattern": _DAYS_PATTERN}),
]
WeekHours = Annotated[dict[Weekdays, Spans], AfterValidator(days_once)]
WeekWeights = Annotated[dict[Weekdays, Weight], AfterValidator(days_once)]


class StaffShape(Shape):
    """How many people hold a role, when they work, what an hour of one of them costs."""

    people: Count
    hourly_cost: Money | None = None
    hours: WeekHours | None = Field(
        default=None, description="Own hours by weekday; the days off of the office stay days off."
    )
    calendar: Id | None = Field(default=None, description="A calendar of the workspace instead.")
    outside: bool | None = Field(default=None, description="Written as `role: outside`: another body.")

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if self.hours is not None and self.calendar is not None:
            raise wrong("hours_or_calendar", "")
        return self


class StaffChangeShape(Shape):
    """What changes in a role: what is not written stays as it is."""

    add: int | None = None
    people: Count | None = None
    hourly_cost: Money | None = None
    hours: WeekHours | None = None
    calendar: Id | None = None


def as_staff(value: object) -> object:
    """Take a number of people, or `outside` for a body whose people are not the office's."""
    if value == "outside":
        return {"people": 0, "outside": True}
    if isinstance(value, dict):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return {"people": value}
    raise wrong("outside", written(value) or value)


def as_staff_change(value: object) -> object:
    """Take +1 or -1 for people who come or go; a bare number would be a riddle."""
    if isinstance(value, dict):
        return value
    is_signed = isinstance(value, int) and (
        value < 0 or (isinstance(value, WrittenInt) and value.written.startswith("+"))
    )
    if not is_signed or abs(int(str(value))) > 10_000:
        raise wrong("staff_change", written(value) or value)
    return {"add": int(str(value))}


StaffOf = Annotated[StaffShape, Or(as_staff, {"type": "integer", "minimum": 0}, {"const": "outside"})]
StaffChange = Annotated[StaffChangeShape, Or(as_staff_change, {"type": ["integer", "string"]})]
Ids = Annotated[list[Id], Or(as_list)]
