"""Where the time of a dossier went, against a count of every single minute."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.analysis.passage import Passage, elapsed
from iso_audit.model.organisation import Organisation, Role
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.model.story import Execution, Standstill, Story
from iso_audit.text import Text
from tests.calendars import office
from tests.engine.logs import limit
from tests.strategies import procedure, step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = office("Asia/Ho_Chi_Minh")
MONDAY = dt.datetime(2024, 4, 1, tzinfo=ZONE)
MINUTE = dt.timedelta(minutes=1)
ORGANISATION = Organisation(roles={"citizen": Role("citizen", Text("dân"), is_applicant=True)})
STEPS = procedure(step("a", "b"), step("b", "pay"), step("pay", role="citizen"))
MOMENTS = st.integers(0, 16 * 24).map(lambda n: MONDAY - dt.timedelta(days=3) + n * 15 * MINUTE)
SPANS = st.tuples(MOMENTS, MOMENTS).map(lambda pair: (min(pair), max(pair)))


def execution(name: str, begin: dt.datetime | None, end: dt.datetime | None, unit: str = "") -> Execution:
    worked = None if begin is None or end is None else 60 * len(minutes(begin, end))
    return Execution(name, True, unit, started_at=begin, finished_at=end, worked_seconds=worked)


def minutes(begin: dt.datetime, end: dt.datetime) -> set[dt.datetime]:
    """Every minute of work that begins in a stretch."""
    found, at = set(), begin
    while at < end:
        second = at.hour * 3600 + at.minute * 60
        if any(a <= second < b for a, b in CALENDAR.spans(at.date())):
            found.add(at)
        at += MINUTE
    return found


def passage(story: Story) -> Passage:
    return Passage(story, CALENDAR, ORGANISATION)


@settings(max_examples=40, deadline=None)
@given(
    SPANS, st.lists(st.tuples(st.sampled_from(["a", "b", "pay"]), SPANS), max_size=4),
    st.lists(SPANS, max_size=2),
)  # fmt: skip
def test_every_minute_between_receipt_and_end_is_somebodys_or_a_gap(whole, done, stops) -> None:
    events = tuple(execution(name, *span) for name, span in done)
    story = Story(
        "x", STEPS, received_at=whole[0], finished_at=whole[1], executions=events,
        standstills=tuple(Standstill(*span) for span in stops),
    )  # fmt: skip
    known, inside = passage(story), minutes(*whole)
    not_counted = [minutes(*span) for name, span in done if name == "pay"] + [minutes(*s) for s in stops]
    busy = [minutes(*span) for _, span in done]
    away = set().union(*not_counted) & inside
    idle = inside.difference(*busy, *not_counted)
    assert known.waited_for_applicant() == 60 * len(away)
    assert sum(gap.seconds for gap in known.gaps()) == 60 * len(idle)
    own = sum(len(minutes(*span)) for name, span in done if name != "pay")
    assert sum(known.by_unit().values()) == 60 * own


def test_a_gap_names_the_step_that_ended_it() -> None:
    at = MONDAY.replace(hour=8)
    events = (execution("a", at, at + 30 * MINUTE), execution("b", at + 90 * MINUTE, at + 100 * MINUTE))
    story = Story("x", STEPS, received_at=at, finished_at=at + 130 * MINUTE, executions=events)
    assert [(gap.seconds, gap.before) for gap in passage(story).gaps()] == [(3600, 1), (1800, None)]


def test_what_has_no_start_is_not_called_waiting() -> None:
    at = MONDAY.replace(hour=8)
    events = (execution("a", None, at + 60 * MINUTE), execution("b", at + 90 * MINUTE, None))
    story = Story("x", STEPS, received_at=at, finished_at=at + 130 * MINUTE, executions=events)
    assert [(gap.seconds, gap.before) for gap in passage(story).gaps()] == [(1800, 1)]
    assert passage(story).untimed() == 2


def test_the_unit_is_that_of_the_log_else_of_the_step_else_of_the_dossier() -> None:
    one = procedure(step("a", "b", unit="desk"), step("b"))
    events = (execution("a", None, None, "hall"), execution("a", None, None), execution("b", None, None))
    known = passage(Story("x", one, unit="office", executions=events))
    assert [known.unit(event) for event in events] == ["hall", "desk", "office"]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        (limit("2", TimeUnit.WORKING_HOUR), dt.datetime(2024, 4, 2, 8, 30, tzinfo=ZONE)),
        (limit("2", TimeUnit.HOUR), dt.datetime(2024, 4, 1, 18, 0, tzinfo=ZONE)),
        (limit("1", TimeUnit.DAY), dt.datetime(2024, 4, 2, 23, 59, 59, tzinfo=ZONE)),
        (limit("0", TimeUnit.WORKING_DAY), None),
        (Limit(None), None),
    ],
)  # fmt: skip
def test_a_step_is_due_by_its_own_limit(written: Limit, due: dt.datetime | None) -> None:
    begun = MONDAY.replace(hour=16)
    event = Execution("a", started_at=begun, limit=written)
    assert passage(Story("x", STEPS, executions=(event,))).step_due(event) == due


def test_time_is_told_in_the_measure_of_the_limit() -> None:
    begun = MONDAY.replace(hour=16)
    event = execution("a", begun, begun + dt.timedelta(days=1, hours=1))
    assert elapsed(limit("1", TimeUnit.WORKING_DAY), [event]) == event.worked_seconds
    assert elapsed(limit("1", TimeUnit.HOUR), [event]) == limit("25", TimeUnit.HOUR)
    assert elapsed(limit("1", TimeUnit.DAY), [event]) == limit("1", TimeUnit.DAY)
    assert elapsed(limit("1", TimeUnit.DAY), [execution("a", begun, None)]) is None
