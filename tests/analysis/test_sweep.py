"""The longest run through the calendar, against every run played from every moment by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.study import study
from iso_audit.analysis.sweep import Sweep, sweep_of
from iso_audit.analysis.timing import Course
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import (
    advance_civil,
    civil_seconds,
    date_of,
    from_civil,
    work_between,
)
from iso_audit.model.clock import due
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import (
    Flow,
    Join,
    Limit,
    LimitGroup,
    Procedure,
    Split,
    StepClock,
    TimeUnit,
)
from tests.calendars import AROUND, calendars, office, shipped_calendar, soon
from tests.strategies import block_procedures, gateway, procedure, step, unit_limits, working_days
from tests.token_game import Game, TooLarge

DAY = 86_400
YEAR = AROUND.year


def moderate(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def hours(amount: int, unit: TimeUnit = TimeUnit.WORKING_HOUR) -> Limit:
    return Limit(Fraction(amount), unit)


def days(amount: int | str) -> Limit:
    return Limit(Fraction(amount), TimeUnit.DAY)


def course(of: Procedure) -> Course:
    return study(of, Organisation(), dt.date(YEAR, 3, 2)).course()


def after_by_clock(calendar: Calendar, begun: int, limit: Limit) -> int:
    """When a step ends, moment by moment."""
    assert limit.value is not None
    if limit.unit is TimeUnit.WORKING_HOUR:
        return advance_civil(calendar, begun, int(limit.value * 3600))
    if limit.unit is TimeUnit.HOUR:
        instant = from_civil(calendar, begun).timestamp() + int(limit.value * 3600)
        return civil_seconds(calendar, dt.datetime.fromtimestamp(instant, dt.UTC))
    whole = int(limit.value)
    rest = int((limit.value - whole) * 8 * 3600)
    if limit.unit is TimeUnit.DAY:
        return advance_civil(calendar, begun + whole * DAY, rest)
    return advance_civil(calendar, days_later(calendar, begun, whole), rest)


def days_later(calendar: Calendar, begun: int, whole: int) -> int:
    if not whole:
        return begun
    day = begun // DAY
    done, length = work_between(calendar, day * DAY, begun), work_of(calendar, day)
    if not done:
        day -= 1
        while not work_of(calendar, day):
            day -= 1
        done = length = 1
    for _ in range(whole):
        day += 1
        while not work_of(calendar, day):
            day += 1
    return advance_civil(calendar, day * DAY, -(-done * work_of(calendar, day) // length))


def work_of(calendar: Calendar, day: int) -> int:
    return sum(close - begin for begin, close in calendar.spans(date_of(day)))


any_limit = unit_limits() | st.builds(
    Limit, st.integers(0, 12).map(lambda n: Fraction(n, 4)), st.sampled_from(list(TimeUnit))
)


@given(calendars(), st.lists(soon(60), min_size=1, max_size=8), any_limit)
@moderate(150)
def test_a_step_ends_when_the_clock_says_so(calendar: Calendar, begun: list[int], limit: Limit) -> None:
    swept = Sweep(calendar, YEAR)
    found = swept.after(np.array(begun, dtype=np.int64), limit)
    # an hour that clocks skip, or show twice, is no moment of its own
    real = [
        at
        for at, moment in enumerate(begun)
        if civil_seconds(calendar, from_civil(calendar, moment)) == moment
    ]
    expected = [after_by_clock(calendar, begun[at], limit) for at in real]
    assert found[real].tolist() == expected


@given(st.lists(soon(60), min_size=1, max_size=8), st.integers(0, 20))
@moderate(60)
def test_where_every_day_has_8_hours_a_working_day_is_8_hours_of_work(begun: list[int], count: int) -> None:
    calendar = shipped_calendar()
    found = Sweep(calendar, YEAR).after(np.array(begun, dtype=np.int64), working_days(count))
    assert found.tolist() == [advance_civil(calendar, moment, count * 8 * 3600) for moment in begun]


@given(calendars(), soon(60), st.lists(any_limit, min_size=1, max_size=4), st.integers(0, 3 * DAY))
@moderate(100)
def test_who_begins_later_never_ends_earlier(
    calendar: Calendar, begun: int, limits: list[Limit], wait: int
) -> None:
    swept = Sweep(calendar, YEAR)
    assume(all(limit.unit is not TimeUnit.HOUR for limit in limits))  # where clocks go back, hours do
    times = np.array([begun, begun + wait], dtype=np.int64)
    for limit in limits:
        times = swept.after(times, limit)
        assert times[0] <= times[1]


@given(calendars(), st.lists(soon(60), min_size=1, max_size=4), st.lists(st.integers(1, 4), min_size=1))
@moderate(80)
def test_working_days_that_add_up_to_the_limit_are_never_late(
    calendar: Calendar, begun: list[int], parts: list[int]
) -> None:
    swept = Sweep(calendar, YEAR)
    starts = np.array(begun, dtype=np.int64)
    times = starts
    for part in parts:
        times = swept.after(times, working_days(part))
    assert (times <= swept.promise(working_days(sum(parts)))(starts)).all()


def played(
    of: Procedure, begun: int, after: Callable[[int, Limit], int], pick: Callable[..., int] = max
) -> int:
    """The latest (or earliest) end of all complete runs in which no step is repeated, begun at one moment."""
    game = Game(of, limit=200)
    best, seen = -1, set()
    stack = [(state, dict.fromkeys(state, begun), frozenset[str]()) for state in game.starts]
    while stack:
        state, times, fired = stack.pop()
        key = (frozenset(times.items()), fired)
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > 2_000:
            raise TooLarge
        if game.is_complete(state):
            ended = max(times.values())
            best = ended if best < 0 else pick(best, ended)
        for name, then in game.moves(state):
            if name in fired:
                continue
            ready = max(times[token] for token in state - then)
            limit = of.by_id[name].limit
            ready = after(ready, limit) if limit is not None else ready
            stack.append((then, {token: times.get(token, ready) for token in then}, fired | {name}))
    return best


@given(calendars(), st.lists(soon(1800), min_size=1, max_size=3), block_procedures(7), st.data())
@moderate(80)
def test_the_sweep_ends_with_the_latest_of_all_runs(
    calendar: Calendar, begun: list[int], drawn: Procedure, data: st.DataObject
) -> None:
    limit = st.none() | unit_limits()
    steps = tuple(each if each.is_silent else replace(each, limit=data.draw(limit)) for each in drawn.steps)
    drawn = replace(drawn, steps=steps)
    calendar = replace(calendar, zone="Asia/Ho_Chi_Minh")
    swept = Sweep(calendar, YEAR)
    found = swept.finishes(course(drawn), "", np.array(begun, dtype=np.int64))
    assert found is not None
    try:
        expected = [
            played(drawn, moment, lambda at, limit: after_by_clock(calendar, at, limit)) for moment in begun
        ]
    except TooLarge:
        assume(False)
    assert found[0].tolist() == expected
    at = begun[0]
    for node in found[1]:
        limit_of = course(drawn).graph.steps[node].limit
        at = after_by_clock(calendar, at, limit_of) if limit_of is not None else at
    assert at == expected[0]


@given(calendars(), st.lists(soon(1800), min_size=1, max_size=3), st.booleans(), st.data())
@moderate(80)
def test_no_run_ends_sooner_than_the_shortest(
    calendar: Calendar, begun: list[int], inclusive: bool, data: st.DataObject
) -> None:
    drawn = data.draw(block_procedures(7, inclusive=inclusive))
    limit = st.none() | unit_limits()
    steps = tuple(each if each.is_silent else replace(each, limit=data.draw(limit)) for each in drawn.steps)
    drawn = replace(drawn, steps=steps)
    calendar = replace(calendar, zone="Asia/Ho_Chi_Minh")
    found = Sweep(calendar, YEAR).soonest(course(drawn), np.array(begun, dtype=np.int64))
    assert found is not None
    try:
        expected = [
            played(drawn, moment, lambda at, limit: after_by_clock(calendar, at, limit), min)
            for moment in begun
        ]
    except TooLarge:
        assume(False)
    assert found.tolist() == expected or (inclusive and (found <= expected).all())


@given(calendars(), unit_limits().filter(lambda limit: limit.value), any_limit, st.booleans())
@moderate(60)
def test_the_worst_beginning_is_the_latest_against_the_due_time_of_the_clock(
    calendar: Calendar, limit: Limit, taken: Limit, moves: bool
) -> None:
    calendar = replace(calendar, zone="Asia/Ho_Chi_Minh")
    cutoff = dt.time(15) if moves else None
    effect = "start_next_working_day" if moves else "none"
    of = procedure(step("a", limit=taken), cutoff=cutoff, cutoff_effect=effect)
    swept = Sweep(calendar, YEAR)
    swept.beginnings = swept.beginnings[::97]
    worst = swept.worst(course(of), swept.promise(limit, of))
    assert worst is not None
    late = {}
    for begun in swept.beginnings.tolist():
        told = due(calendar, limit, from_civil(calendar, begun), cutoff=cutoff, cutoff_effect=effect)
        late[begun] = after_by_clock(calendar, begun, taken) - civil_seconds(calendar, told.at)
    assert worst.starts == len(late)
    assert worst.late == sum(seconds > 0 for seconds in late.values())
    shown = civil_seconds(calendar, worst.finished) - civil_seconds(calendar, worst.due)
    assert shown == late[civil_seconds(calendar, worst.received)] == max(late.values())


def worst_of(of: Procedure, limit: Limit, year: int = 2026):
    swept = sweep_of(shipped_calendar(), dt.date(year, 3, 2))
    return swept.worst(course(of), swept.promise(limit, of))


def chain(*limits: Limit) -> Procedure:
    return procedure(
        *(step(f"s{n}", *([f"s{n + 1}"] if n + 1 < len(limits) else []), limit=limit)
          for n, limit in enumerate(limits))
    )  # fmt: skip


def test_ten_working_days_in_a_limit_of_sixteen_days_fail_over_the_new_year_alone() -> None:
    worst = worst_of(chain(working_days(10)), days(16))
    assert (worst.is_late, worst.is_mostly_late) == (True, False)
    assert dt.date(2026, 2, 5) <= worst.received.date() <= dt.date(2026, 2, 13)
    assert worst_of(chain(working_days(10)), days(30)).late == 0


def test_days_of_the_calendar_in_a_limit_of_working_days_are_never_late() -> None:
    assert worst_of(chain(working_days(3), days(4), working_days(3)), working_days(10)).late == 0


def test_the_worst_beginning_before_a_long_weekend_is_named_to_the_minute() -> None:
    worst = worst_of(chain(working_days(1), hours(24, TimeUnit.HOUR)), days(2))
    assert worst.received.tzinfo is not None
    assert worst.run == ("s0", "s1")
    assert worst.finished > worst.due


def test_parallel_work_in_two_units_counts_as_the_later_of_the_two() -> None:
    of = procedure(
        gateway("split", "a", "b", split=Split.ALL),
        step("a", "join", limit=working_days(3)),
        step("b", "join", limit=days(5)),
        step("join", join=Join.ALL),
    )
    worst = worst_of(of, working_days(3))
    assert worst.is_late
    assert worst.run[0] == "b"
    assert worst_of(of, days(5)).run[0] == "a"


def test_work_done_again_and_shared_limits_go_through_the_calendar_too() -> None:
    of = procedure(
        step("a", "b", limit=days(1)),
        step("b", Flow("a", "again"), Flow("c", "good"), at_most=2),
        step("c", limit=working_days(1)),
        start="a",
    )
    begun = np.array([civil_seconds(office(), dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC))])
    swept = Sweep(office(), 2026)

    def taken(one: Procedure) -> float:
        found = swept.finishes(course(one), "", begun)
        assert found is not None
        return float((found[0] - begun)[0] / DAY)

    assert taken(of) == 3
    assert taken(replace(of, limit_groups=(LimitGroup(("a", "b", "c"), days(2)),))) == 2


def test_a_restart_begins_the_limit_anew() -> None:
    anew = replace(step("b", "c", limit=hours(1)), clock=StepClock.RESTARTS)
    of = procedure(step("a", "b", limit=days(4)), anew, step("c", limit=working_days(2)))
    assert worst_of(of, days(6)).late < worst_of(replace(of, steps=(
        of.steps[0], replace(of.steps[1], clock=None), of.steps[2])), days(6)).late  # fmt: skip


def test_dossiers_come_in_while_the_office_works_or_its_desk_receives() -> None:
    calendar = shipped_calendar()
    saturday = ((),) * 5 + (((27_000, 41_400),), ())
    for each, days_off in ((calendar, set()), (replace(calendar, reception=saturday), {5})):
        swept = sweep_of(each, dt.date(2026, 3, 2))
        idle = {
            date_of(int(day)).weekday()
            for day in set((swept.beginnings // DAY).tolist())
            if not each.works(date_of(int(day)))
        }
        assert idle == days_off
