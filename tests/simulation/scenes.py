"""Small scenarios for tests of the simulation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from iso_audit.model.calendar import Calendar
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.model.scenario import Arrivals, Batch, Family, Load, Scenario, Spread, Staffing
from iso_audit.text import Text
from tests.calendars import OFFICE_DAY, WHOLE_DAY
from tests.strategies import ROLES, block_procedures, step

FIRST = dt.date(2026, 3, 2)
"""A Monday."""


def calendar(*days: tuple[tuple[int, int], ...]) -> Calendar:
    """A calendar of these seven days."""
    return Calendar("week", "Asia/Ho_Chi_Minh", days)


OFFICE = calendar(*(OFFICE_DAY,) * 5, (), ())
ALWAYS = calendar(*(WHOLE_DAY,) * 7)
MORNINGS = calendar(*(((8 * 3600, 10 * 3600),),) * 5, (), ())


def fixed(seconds: float, **more: object) -> Spread:
    return Spread(Family.FIXED, mean_seconds=seconds, **more)  # type: ignore[arg-type]


def exponential(seconds: float, **more: object) -> Spread:
    return Spread(Family.EXPONENTIAL, mean_seconds=seconds, **more)  # type: ignore[arg-type]


def lognormal(mean: float, sd: float, **more: object) -> Spread:
    return Spread(Family.LOGNORMAL, mean_seconds=mean, sd_seconds=sd, **more)  # type: ignore[arg-type]


def scenario(
    *loads: Load,
    staff: Mapping[str, int | Staffing],
    days: int = 28,
    office: Calendar = OFFICE,
    **more: object,
) -> Scenario:
    """A scenario whose people work by the office's calendar unless a Staffing says otherwise."""
    people = {
        role: one if isinstance(one, Staffing) else Staffing(role, one, office) for role, one in staff.items()
    }
    last = FIRST + dt.timedelta(days=days - 1)
    return Scenario("s", Text("s"), loads, people, office, FIRST, last, **more)  # type: ignore[arg-type]


def single(role: str = "r") -> Procedure:
    """One step."""
    return Procedure("p", (step("work", role=role, kinds=("appraise",)),))


def per_year(count: float, days: int) -> float:
    """Dossiers a year at which so many come in on average during whole days of a calendar day and night."""
    return count / days * 365


@st.composite
def spreads(draw: st.DrawFn) -> Spread:
    """Times of minutes and hours, of which no two fall together."""
    mean = draw(st.floats(60, 20_000))
    family = draw(st.sampled_from((Family.EXPONENTIAL, Family.LOGNORMAL, Family.WEIBULL, Family.UNIFORM)))
    return Spread(
        family,
        mean_seconds=mean,
        sd_seconds=mean * draw(st.floats(0.2, 1.5)),
        low_seconds=mean / 2,
        high_seconds=mean * 2,
        zero_share=0.0,
        is_working=draw(st.sampled_from((True, True, True, False))),
    )


@st.composite
def scenes(draw: st.DrawFn, *, ranks: bool = False, batches: bool = False) -> tuple[Scenario, Procedure]:
    """Any sound procedure with few dossiers, scarce people, several calendars, waits and rework."""
    made = draw(block_procedures(8))
    steps = [_bounded(draw, one) for one in made.steps]
    if draw(st.booleans()):
        steps = [_with_case(draw, one) for one in steps]
    procedure = replace(made, steps=tuple(steps))
    calendars = st.sampled_from((OFFICE, OFFICE, ALWAYS, MORNINGS))
    staff = {role: Staffing(role, draw(st.integers(1, 2)), draw(calendars)) for role in ROLES[1:]}
    work = [one for one in procedure.steps if not one.is_silent]
    load = Load(
        "p",
        Arrivals(draw(st.floats(300, 3000))),
        cases={"default": 0.5, "odd": 0.5} if draw(st.booleans()) else {},
        durations={one.id: draw(spreads()) for one in work},
        waits={one.id: draw(spreads()) for one in work if draw(st.integers(0, 4)) == 0},
        branches={one.id: _shares(draw, one) for one in procedure.steps if _chooses(one)},
        priorities={"odd": -1} if ranks else {},
        batches={one.id: draw(_batches(one.id)) for one in work if batches and draw(st.integers(0, 2)) == 0},
        backlog=draw(st.integers(0, 5)),
    )
    return scenario(load, staff=staff, days=draw(st.integers(3, 12))), procedure


def _bounded(draw: st.DrawFn, one: Step) -> Step:
    return replace(one, at_most=draw(st.integers(1, 3))) if draw(st.integers(0, 3)) == 0 else one


def _with_case(draw: st.DrawFn, one: Step) -> Step:
    """Bind one of the outcomes of a choice to a case."""
    if not _chooses(one) or len(one.flows) < 2:
        return one
    return replace(
        one, flows=(*one.flows[:-1], replace(one.flows[-1], case=draw(st.sampled_from(("", "odd")))))
    )


def _chooses(one: Step) -> bool:
    return one.split is Split.ONE and len(one.flows) > 1


def _shares(draw: st.DrawFn, one: Step) -> dict[str, float]:
    """A share for the first outcome; what leads back is never certain."""
    return {_outcome(one.flows[0]): draw(st.floats(0.05, 0.6))}


def _outcome(flow: Flow) -> str:
    return flow.outcome or flow.to


def _batches(name: str) -> st.SearchStrategy[Batch]:
    hours = st.sampled_from(((), (dt.time(9),), (dt.time(10), dt.time(15, 30))))
    return st.builds(lambda at, size: Batch(name, at, size if at else max(size, 1)), hours, st.integers(0, 3))


def circle_of_inclusive_joins() -> tuple[Scenario, Procedure]:
    """Two inclusive joins, one within the block of the other, and a way back from behind both."""
    steps = (
        step("a", "two", role="r"),
        step("two", Flow("three", "o"), Flow("d", "p"), split=Split.ALL, kinds=("route",)),
        step("three", Flow("b", "o"), Flow("c", "p"), split=Split.ALL, kinds=("route",)),
        step("b", "inner", role="r"),
        step("c", "inner", role="r"),
        step("d", "outer", role="r"),
        step("inner", "outer", role="r", join=Join.SOME),
        step("outer", Flow("a", "again"), Flow("end", "done"), role="r", join=Join.SOME),
        step("end", role="r"),
    )
    load = Load(
        "p",
        Arrivals(2000),
        durations=dict.fromkeys(("a", "b", "c", "d", "inner", "outer", "end"), exponential(60)),
        branches={"outer": {"again": 0.5, "done": 0.5}},
    )
    return scenario(load, staff={"r": 10**6}), Procedure("p", steps, start="a")
