"""The clock counts as the law does, and can say how each due date came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iso_audit.model.calendar import Calendar, CalendarException
from iso_audit.model.civil import inside_hours
from iso_audit.model.clock import Due, advance, due, from_civil, working_seconds
from iso_audit.model.limits import read_limit
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.text import Text
from tests.calendars import OFFICE_DAY, ZONES, calendars, office, shipped_calendar, soon

VN = shipped_calendar()
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
FIFTEEN = dt.time(15)
MOVES = "start_next_working_day"


def at(text: str, zone: ZoneInfo = SAIGON) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def due_in(limit: str, start: str, **facts: object) -> Due:
    return due(VN, read_limit(limit), at(start), **facts)  # type: ignore[arg-type]


# --- the vectors of the field ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2020-01-17", "15 wd", "2020-02-14"),
        ("2020-01-22", "1 wd", "2020-01-30"),
        ("2020-06-29", "10 wd", "2020-07-13"),
        ("2020-08-28", "3 wd", "2020-09-03"),
        ("2024-04-26", "3 wd", "2024-05-04"),
        ("2025-04-25", "3 wd", "2025-04-29"),
        ("2025-08-29", "1 wd", "2025-09-03"),
        ("2026-02-12", "3 wd", "2026-02-24"),
        ("2026-04-24", "2 wd", "2026-04-29"),
        ("2026-08-21", "3 wd", "2026-08-25"),
        ("2026-08-27", "2 wd", "2026-09-03"),
        ("2025-12-31", "1 wd", "2026-01-05"),
        ("2020-01-09", "15 d", "2020-01-30"),
        ("2020-06-26", "15 d", "2020-07-13"),
        ("2024-01-31", "10 d", "2024-02-15"),
        ("2026-02-06", "10 d", "2026-02-23"),
    ],
)
def test_due_days_of_the_field_are_met_whatever_the_hour_of_receipt(
    received: str, limit: str, expected: str
) -> None:
    for hour in ("00:00:00", "09:12:30", "16:59:59", "23:59:59"):
        told = due_in(limit, f"{received} {hour}")
        assert (told.day.isoformat(), told.at) == (expected, at(f"{expected} 17:00"))


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-02 14:59", "2026-03-02"),
        ("2026-03-02 15:00:00", "2026-03-02"),
        ("2026-03-02 15:00:01", "2026-03-03"),
        ("2026-03-02 15:01", "2026-03-03"),
        ("2026-03-06 15:01", "2026-03-09"),
        ("2026-03-07 09:00", "2026-03-09"),
    ],
)
def test_a_same_day_matter_is_due_that_day_until_the_cutoff_and_not_a_second_later(
    received: str, expected: str
) -> None:
    told = due(VN, None, at(received), same_day=True, cutoff=FIFTEEN)
    assert told.at == at(f"{expected} 17:00")


def test_a_same_day_matter_received_after_closing_is_due_on_the_next_working_day() -> None:
    told = due(VN, None, at("2026-03-02 18:00"), same_day=True)
    assert told.day == dt.date(2026, 3, 3)
    assert "sau 17:00" in told.explain("vi")


@pytest.mark.parametrize(
    ("received", "effect", "expected"),
    [
        ("2026-03-02 15:00", MOVES, "2026-03-03"),
        ("2026-03-02 15:01", MOVES, "2026-03-04"),
        ("2026-03-02 15:01", "handover", "2026-03-03"),
        ("2026-03-02 15:01", "none", "2026-03-03"),
        ("2026-03-07 09:00", MOVES, "2026-03-09"),
        ("2026-03-07 15:01", MOVES, "2026-03-10"),
    ],
)
def test_the_cutoff_moves_the_start_only_where_the_procedure_says_so(
    received: str, effect: str, expected: str
) -> None:
    told = due_in("1 wd", received, cutoff=FIFTEEN, cutoff_effect=effect)
    assert told.day.isoformat() == expected


def test_the_shipped_calendar_has_the_days_off_of_the_field() -> None:
    expected = {
        2019: "1/1 4/2 5/2 6/2 7/2 8/2 15/4 29/4 30/4 1/5 2/9",
        2020: "1/1 23/1 24/1 27/1 28/1 29/1 2/4 30/4 1/5 2/9",
        2021: "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9",
        2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
        2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
        2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
        2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
        2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9",
    }
    off = sorted(day for day in VN.exceptions if day.weekday() < 5 and not VN.works(day))
    found = {year: " ".join(f"{d.day}/{d.month}" for d in off if d.year == year) for year in expected}
    assert found == expected
    saturdays = [day.isoformat() for day in VN.exceptions if VN.works(day)]
    assert saturdays == ["2019-05-04", "2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"]
    assert all(e.source and e.name.vi and e.name.en for e in VN.exceptions.values())
    unsure = [day.isoformat() for day, e in VN.exceptions.items() if not e.is_sure]
    assert sorted(unsure) == ["2019-04-29", "2019-05-04", "2026-01-02", "2026-01-10"]


# --- what it says ---------------------------------------------------------------------------


def test_an_unconfirmed_swap_is_said_with_its_source_and_the_date_without_it() -> None:
    told = due_in("1 wd", "2025-12-31 09:12")
    assert told.explain("vi") == (
        "Hạn là 17:00 05/01/2026 (thứ hai): 1 ngày làm việc, tính từ ngày tiếp theo của ngày 31/12/2025; "
        "trừ 01/01/2026 (Tết Dương lịch, Công văn 9859/VPCP-KGVX, 2025), 02/01/2026 (nghỉ hoán đổi với "
        "10/01/2026, tin về hoán đổi ngày làm việc đầu năm 2026, chưa được xác nhận) và 2 ngày nghỉ "
        "hằng tuần; nếu không theo nguồn chưa được xác nhận thì hạn là 17:00 02/01/2026."
    )
    assert told.explain("en") == (
        "Due 17:00 5 Jan 2026 (Monday): 1 working day, counted from the day after 31 Dec 2025; "
        "leaving out 1 Jan 2026 (New Year's Day, Công văn 9859/VPCP-KGVX, 2025), 2 Jan 2026 (swapped for "
        "10 Jan 2026, tin về hoán đổi ngày làm việc đầu năm 2026, not confirmed) and 2 weekly days off; "
        "without what is not confirmed it would be due 17:00 2 Jan 2026."
    )
    assert (told.is_sure, told.otherwise) == (False, at("2026-01-02 17:00"))


def test_a_confirmed_count_is_sure_and_names_the_decision_of_every_skipped_day() -> None:
    told = due_in("3 wd", "2026-08-27 08:00")
    assert told.is_sure
    assert [(odd.day.day, odd.name.en, odd.source) for odd in told.skipped] == [
        (29, "weekly day off", ""),
        (30, "weekly day off", ""),
        (31, "swapped for 22 Aug 2026", "Công văn 9859/VPCP-KGVX, 2025"),
        (1, "National Day", "Công văn 9859/VPCP-KGVX, 2025"),
        (2, "National Day", "Công văn 9859/VPCP-KGVX, 2025"),
    ]


@pytest.mark.parametrize(
    ("limit", "start", "vi"),
    [
        ("3 wd", "2025-04-25 09:00", "có tính 26/04/2025 (làm bù cho 02/05/2025, Công văn 8726"),
        ("15 d", "2020-06-26 09:00", "ngày cuối 11/07/2020 là ngày nghỉ nên hạn chuyển sang"),
        ("15 wd", "2020-01-17 09:00", "trừ 23–29/01/2020 (Tết Nguyên đán, Bộ luật Lao động 2012, Điều 115)"),
        ("4 wh", "2026-03-06 15:50", "4 giờ làm việc, tính từ 15:50 06/03/2026"),
        ("12 h", "2026-03-06 15:50", "12 giờ đồng hồ, tính từ 15:50 06/03/2026"),
        ("5 wd", "2026-12-29 09:00", "lịch chưa có ngày nghỉ của năm 2027"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_moved_the_date(limit: str, start: str, vi: str) -> None:
    told = due_in(limit, start).explain("vi")
    assert vi in told
    assert told.count(". ") == 0


def test_a_count_into_unknown_years_is_not_sure() -> None:
    assert due_in("2 wd", "2026-12-29 09:00").is_sure
    assert not due_in("3 wd", "2026-12-29 09:00").is_sure
    assert due_in("3 wd", "2018-12-20 09:00").unknown_years == (2018,)


def test_an_unconfirmed_day_inside_a_pause_leaves_the_due_date_sure() -> None:
    pause = [(at("2025-12-30 09:00"), at("2026-01-07 09:00"))]
    assert due_in("3 wd", "2025-12-29 09:00", pauses=pause).is_sure


def test_an_unconfirmed_day_before_a_restart_is_named_where_the_restart_hangs_on_it() -> None:
    waiting = [(at("2026-01-05 09:00"), at("2026-01-20 09:00"))]
    told = due_in("1 wd", "2025-12-31 09:00", restarts=waiting)
    assert (told.day, told.is_sure) == (dt.date(2026, 1, 21), False)
    assert told.explain("vi").endswith(
        "nếu không theo nguồn chưa được xác nhận – 02/01/2026 (nghỉ hoán đổi với 10/01/2026, tin về hoán đổi "
        "ngày làm việc đầu năm 2026, chưa được xác nhận) và 10/01/2026 (làm bù cho 02/01/2026, tin về hoán "
        "đổi ngày làm việc đầu năm 2026, chưa được xác nhận) – thì hạn là 17:00 02/01/2026."
    )


def test_the_cutoff_is_said() -> None:
    told = due_in("1 wd", "2026-03-06 15:01", cutoff=FIFTEEN, cutoff_effect=MOVES)
    assert told.explain("en") == (
        "Due 17:00 10 Mar 2026 (Tuesday): 1 working day, counted from the day after 9 Mar 2026; received at "
        "15:01 6 Mar 2026, after 15:00, and so moved to the next working day; leaving out 2 weekly days off."
    )


# --- pauses and restarts --------------------------------------------------------------------


def test_pause_and_restart_of_one_dossier_give_two_dates_each_explained() -> None:
    waiting = [(at("2026-03-03 10:00"), at("2026-03-09 10:00"))]
    paused = due_in("5 wd", "2026-03-02 09:00", pauses=waiting)
    anew = due_in("5 wd", "2026-03-02 09:00", restarts=waiting)
    assert (paused.day, anew.day) == (dt.date(2026, 3, 13), dt.date(2026, 3, 16))
    assert paused.explain("vi") == (
        "Hạn là 17:00 13/03/2026 (thứ sáu): 5 ngày làm việc, tính từ ngày tiếp theo của ngày 02/03/2026; "
        "tạm dừng từ 10:00 03/03/2026 đến 10:00 09/03/2026, thêm 4 ngày làm việc."
    )
    assert anew.explain("vi") == (
        "Hạn là 17:00 16/03/2026 (thứ hai): 5 ngày làm việc, tính từ ngày tiếp theo của ngày 09/03/2026; "
        "chờ từ 10:00 03/03/2026, tính lại từ đầu từ 10:00 09/03/2026; trừ 2 ngày nghỉ hằng tuần."
    )


@pytest.mark.parametrize("kind", ["pauses", "restarts"])
def test_a_stop_that_begins_after_the_due_date_rescues_nothing(kind: str) -> None:
    late = [(at("2026-03-03 17:00:01"), at("2026-03-09 10:00"))]
    told = due_in("1 wd", "2026-03-02 09:00", **{kind: late})
    assert told.day == dt.date(2026, 3, 3)
    assert "không được tính vì bắt đầu khi đã hết hạn" in told.explain("vi")
    in_time = [(at("2026-03-03 17:00:00"), at("2026-03-09 10:00"))]
    assert due_in("1 wd", "2026-03-02 09:00", **{kind: in_time}).day > dt.date(2026, 3, 8)


def test_a_restart_long_after_the_first_due_date_counts_where_its_request_was_in_time() -> None:
    waiting = [(at("2026-03-04 10:00"), at("2026-05-04 10:00"))]
    told = due_in("3 wd", "2026-03-02 09:00", restarts=waiting)
    assert (told.day, told.counted_from) == (dt.date(2026, 5, 7), waiting[0][1])


def test_overlapping_pauses_count_once() -> None:
    first = (at("2026-03-03 10:00"), at("2026-03-05 10:00"))
    second = (at("2026-03-04 10:00"), at("2026-03-06 10:00"))
    whole = due_in("5 wd", "2026-03-02 09:00", pauses=[(first[0], second[1])])
    assert due_in("5 wd", "2026-03-02 09:00", pauses=[second, first]).at == whole.at


def test_a_limit_paused_on_its_last_day_ends_on_the_first_working_day_on_which_it_runs_again() -> None:
    over_saturday = [(at("2026-03-06 10:00"), at("2026-03-07 10:00"))]
    told = due_in("1 wd", "2026-03-05 09:00", pauses=over_saturday)
    assert told.at == at("2026-03-09 17:00")
    assert "hạn rơi vào lúc tạm dừng" in told.explain("vi")


def test_whole_days_end_at_closing_and_the_rest_is_counted_in_working_hours() -> None:
    assert due_in("10,5 ngày làm việc", "2026-03-02 09:00").at == at("2026-03-17 11:30")
    assert due_in("0,5 ngày làm việc", "2026-03-02 15:00").at == at("2026-03-03 09:30")
    assert due_in("6,5 ngày", "2026-03-02 09:00").at == at("2026-03-10 11:30")


def test_a_limit_without_a_number_cannot_be_counted() -> None:
    for limit in (None, Limit(None), Limit(Fraction(-1))):
        with pytest.raises(ValueError, match="no limit"):
            due(VN, limit, at("2026-03-02 09:00"))
    with pytest.raises(ValueError, match="no working hours"):
        due(Calendar("none", "Asia/Ho_Chi_Minh", ((),) * 7), Limit(Fraction(1)), at("2026-03-02 09:00"))
    with pytest.raises(ValueError, match="no time zone"):
        due(VN, Limit(Fraction(1)), dt.datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_work_closing_at_midnight_belongs_to_its_day() -> None:
    night = Calendar("night", "Asia/Ho_Chi_Minh", (((0, 86400),),) * 7)
    told = due(night, Limit(Fraction(1)), at("2026-03-02 09:00"))
    assert (told.at, told.day) == (at("2026-03-04 00:00"), dt.date(2026, 3, 3))


# --- hours, zones, reception ----------------------------------------------------------------


def test_working_time_is_counted_within_spans_only() -> None:
    assert working_seconds(VN, at("2026-03-06 16:00"), at("2026-03-09 08:00")) == 3600 + 1800
    assert working_seconds(VN, at("2026-03-09 08:00"), at("2026-03-06 16:00")) == -5400
    assert advance(VN, at("2026-03-06 16:00"), 3600) == at("2026-03-06 17:00")
    assert advance(VN, at("2026-03-06 16:00"), 3601) == at("2026-03-09 07:30:01")
    assert advance(VN, at("2026-03-07 16:00"), 0) == at("2026-03-07 16:00")
    with pytest.raises(ValueError, match="negative"):
        advance(VN, at("2026-03-07 16:00"), -1)


def test_instants_are_counted_on_the_wall_of_the_office() -> None:
    utc = dt.datetime(2026, 3, 2, 20, tzinfo=dt.UTC)
    assert due(VN, read_limit("1 wd"), utc).day == dt.date(2026, 3, 4)


def test_clock_hours_are_real_hours_when_clocks_change() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    calendar = office("Europe/Amsterdam")
    forward = due(calendar, read_limit("24 h"), at("2024-03-30 12:00", amsterdam))
    back = due(calendar, read_limit("24 h"), at("2024-10-26 12:00", amsterdam))
    assert (forward.at.isoformat(), back.at.isoformat()) == (
        "2024-03-31T13:00:00+02:00",
        "2024-10-27T11:00:00+01:00",
    )


def test_working_days_close_at_the_same_hour_when_clocks_change() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    told = due(office("Europe/Amsterdam"), read_limit("1 wd"), at("2024-03-29 12:00", amsterdam))
    assert told.at.isoformat() == "2024-04-01T17:00:00+02:00"


def test_the_desk_may_receive_on_a_day_that_is_not_counted() -> None:
    saturday = ((),) * 5 + (((27000, 41400),), ())
    tet = dt.date(2026, 2, 14)
    off = CalendarException(tet, (), Text("Tết"), "QĐ 1")
    calendar = office(reception=saturday, exceptions={tet: off})
    assert inside_hours(calendar, at("2026-03-07 11:30:00"))
    assert not inside_hours(calendar, at("2026-03-07 11:30:01"))
    assert not inside_hours(calendar, at("2026-03-07 09:00"), include_reception=False)
    assert not inside_hours(calendar, at("2026-02-14 09:00"))
    assert not inside_hours(calendar, at("2026-03-06 12:00"))
    assert due(calendar, read_limit("1 wd"), at("2026-03-07 09:00")).day == dt.date(2026, 3, 9)


# --- against a count by hand ----------------------------------------------------------------

MINUTE = 60
Stop = tuple[int, int, bool]

around = soon(MINUTE)
lengths = st.integers(0, 5 * 24).map(lambda n: n * 3600) | st.integers(0, 5 * 1440).map(lambda n: n * MINUTE)
stops = st.lists(
    st.tuples(around, lengths, st.booleans()).map(lambda s: (s[0], s[0] + s[1], s[2])), max_size=4
)


def is_open(calendar: Calendar, civil: int) -> bool:
    day = dt.date(1970, 1, 1) + dt.timedelta(days=civil // 86400)
    return any(a <= civil % 86400 < b for a, b in calendar.spans(day))


def by_minutes(start: int, amount: int, stops: Iterable[Stop], counts: Callable[[int], bool]) -> int:
    """Walk minute by minute until the amount is used up and the clock does not stand."""
    stops = [stop for stop in stops if stop[1] > start]
    now, left = start, amount
    while True:
        if any(restarts and b == now for _, b, restarts in stops):
            left = amount
        standing = any(a <= now < b for a, b, _ in stops)
        if left == 0 and not standing:
            return now
        if not standing and counts(now):
            left -= 1
        now += MINUTE


def split(calendar: Calendar, stops: Iterable[Stop]) -> dict[str, list[tuple[dt.datetime, dt.datetime]]]:
    moments = [(from_civil(calendar, a), from_civil(calendar, b), restarts) for a, b, restarts in stops]
    return {
        "pauses": [(a, b) for a, b, restarts in moments if not restarts],
        "restarts": [(a, b) for a, b, restarts in moments if restarts],
    }


@settings(max_examples=100, deadline=None)
@given(calendars(), around, st.integers(0, 300), stops)
def test_working_hours_equal_a_count_minute_by_minute(
    calendar: Calendar, start: int, minutes: int, stops: list[Stop]
) -> None:
    limit = Limit(Fraction(minutes, 60), TimeUnit.WORKING_HOUR)
    told = due(calendar, limit, from_civil(calendar, start), **split(calendar, stops))
    expected = by_minutes(start, minutes, stops, lambda now: is_open(calendar, now))
    # equal as work: a limit used up at closing is due then, not at the next opening
    assert told.at == from_civil(calendar, expected)


@settings(max_examples=100, deadline=None)
@given(calendars(), around, lengths)
def test_working_time_equals_a_count_minute_by_minute(calendar: Calendar, start: int, length: int) -> None:
    assume(length <= 3 * 86400)
    minutes = sum(is_open(calendar, now) for now in range(start, start + length, MINUTE))
    end = from_civil(calendar, start + length)
    assert working_seconds(calendar, from_civil(calendar, start), end) == minutes * MINUTE


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), around, st.integers(0, 48), stops)
def test_clock_hours_equal_a_count_minute_by_minute_of_real_time(
    zone: str, start: int, hours: int, stops: list[Stop]
) -> None:
    calendar = office(zone)

    def utc(civil: int) -> int:
        return int(from_civil(calendar, civil).timestamp())

    limit = Limit(Fraction(hours), TimeUnit.HOUR)
    told = due(calendar, limit, from_civil(calendar, start), **split(calendar, stops))
    real = [(utc(a), utc(b), restarts) for a, b, restarts in stops]
    assert told.at.timestamp() == by_minutes(utc(start), hours * 60, real, lambda _: True)


def by_days(calendar: Calendar, start: int, days: int, stops: list[Stop], working: bool) -> int:
    """Walk day by day, by the words of the law; the civil second at which the limit ends."""

    def closing(day: int) -> int | None:
        spans = calendar.spans(dt.date(1970, 1, 1) + dt.timedelta(days=day))
        return day * 86400 + spans[-1][1] if spans else None

    def first_closing_from(civil: int) -> int:
        day = civil // 86400
        while (closes := closing(day)) is None or closes < civil:
            day += 1
        return closes

    stops = sorted(stop for stop in stops if stop[1] > start)
    stood = {day for a, b, _ in stops for day in range(max(a, start) // 86400 + 1, b // 86400 + 1)}
    day, left = start // 86400, days
    while left:
        day += 1
        left -= day not in stood and (not working or closing(day) is not None)
    end = first_closing_from(day * 86400)
    while any(a <= end < b for a, b, _ in stops):
        end = first_closing_from(next(b for a, b, _ in stops if a <= end < b))
    for begun, anew, restarts in stops:
        if restarts and begun <= end:
            return by_days(calendar, anew, days, stops, working)
    return end


@settings(max_examples=150, deadline=None)
@given(calendars(), around, st.integers(1, 12), stops, st.booleans())
def test_days_equal_a_walk_from_day_to_day(
    calendar: Calendar, start: int, days: int, stops: list[Stop], working: bool
) -> None:
    limit = Limit(Fraction(days), TimeUnit.WORKING_DAY if working else TimeUnit.DAY)
    told = due(calendar, limit, from_civil(calendar, start), **split(calendar, stops))
    assert told.at == from_civil(calendar, by_days(calendar, start, days, stops, working))


@settings(max_examples=100, deadline=None)
@given(calendars(), around, st.integers(1, 12), stops, st.sampled_from(TimeUnit))
def test_a_sure_due_date_does_not_hang_on_what_is_not_confirmed(
    calendar: Calendar, start: int, amount: int, stops: list[Stop], unit: TimeUnit
) -> None:
    sure = {day: e for day, e in calendar.exceptions.items() if e.is_sure}
    plain = Calendar("plain", calendar.zone, calendar.week, sure, first=calendar.first, last=calendar.last)
    moment, limit = from_civil(calendar, start), Limit(Fraction(amount), unit)
    told = due(calendar, limit, moment, **split(calendar, stops))
    other = due(plain, limit, moment, **split(calendar, stops))
    assert (told.otherwise or told.at) == other.at
    assert told.otherwise is None or not told.is_sure
    for lang in ("vi", "en"):
        assert told.explain(lang).endswith(".")


def test_a_day_of_the_office_has_eight_hours() -> None:
    assert sum(b - a for a, b in OFFICE_DAY) == 8 * 3600
