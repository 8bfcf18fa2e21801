"""Every printed form of a time limit is read as the number it means, exactly."""

from __future__ import annotations

import json
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.model.limits import first_limit_in, read_limit, say_limit, unit_in
from iso_audit.model.procedure import Limit, TimeUnit

WH, WD, H, D = TimeUnit

PRINTED_UNITS = {"working_day": WD, "day": D, "working_hour": WH, "hour": WH}


def amount(text: str, **settings: object) -> tuple[Fraction | None, TimeUnit] | None:
    limit = read_limit(text, **settings)  # type: ignore[arg-type]
    return None if limit is None else (limit.value, limit.unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("15 wd", 15, WD),
        ("2 wh", 2, WH),
        ("3 d", 3, D),
        ("12 h", 12, H),
        ("0,5 ngày làm việc", Fraction(1, 2), WD),
        ("0,25 ngày", Fraction(1, 4), D),
        ("7.5 ngày làm việc", Fraction(15, 2), WD),
        ("1,0 ngày", 1, D),
        ("10,5 ngày làm việc", Fraction(21, 2), WD),
        ("1/4 ngày", Fraction(1, 4), D),
        ("1/2 ngày", Fraction(1, 2), D),
        ("½ ngày", Fraction(1, 2), D),
        ("1½ ngày làm việc", Fraction(3, 2), WD),
        ("1 1/2 ngày làm việc", Fraction(3, 2), WD),
        ("01 ngày", 1, D),
        ("04 giờ", 4, WH),
        ("02 giờ làm việc", 2, WH),
        ("12 giờ đồng hồ", 12, H),
        ("30 phút", Fraction(1, 2), WH),
        ("2 giờ 30 phút", Fraction(5, 2), WH),
        ("01 ngày 04 giờ làm việc", Fraction(3, 2), WD),
        ("1 ngày rưỡi", Fraction(3, 2), D),
        ("nửa ngày làm việc", Fraction(1, 2), WD),
        ("05 (năm) ngày làm việc", 5, WD),
        ("năm (05) ngày làm việc", 5, WD),
        ("3-5 ngày làm việc", 5, WD),
        ("1.680 giờ làm việc", 1680, WH),
        ("0.125 ngày", Fraction(1, 8), D),
        ("1.125 ngày làm việc", Fraction(9, 8), WD),
        ("03 NGÀY  LÀM\nVIỆC", 3, WD),
        ("03 ngay lam viec", 3, WD),
        ("5 working days", 5, WD),
        ("96 giờ làm việc (12 ngày làm việc kể từ ngày nhận đủ hồ sơ)", 96, WH),
        ("168 giờ (tương đương 21 ngày) kể từ ngày nhận đủ hồ sơ", 168, WH),
        ("Tổng thời gian: 30 ngày làm việc kể từ ngày nhận đủ hồ sơ", 30, WD),
        ("Theo quy định thời gian giải quyết trong trường hợp này là 80 giờ làm việc", 80, WH),
        ("Không tính thời gian", 0, WD),
        ("Không tính vào tổng thời gian 10 ngày làm việc", 0, WD),
        ("Giờ hành chính", 0, WD),
        ("Trả kết quả trong giờ hành chính", 0, WD),
        ("Không quy định", None, WD),
        ("Theo quy định", None, WD),
        ("Trong thời gian thông báo tuyển dụng của cơ quan có thẩm quyền", None, WD),
    ],
)
def test_a_printed_form_is_read_exactly_composed_or_decomposed(
    text: str, value: Fraction | None, unit: TimeUnit
) -> None:
    assert amount(text) == (value, unit)
    assert amount(unicodedata.normalize("NFD", text)) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "ngày", "-3 wd", "−3 ngày", "1/0 ngày", "5 wdx", "mười lăm ngày", "sau ngày làm việc",
        "từ ngày ký", "5.000đ", "phí 10.000 đồng", "99999999 wd", "9" * 5000 + " wd",
        "sau 15 giờ hàng ngày", "15h30",
        "7 giờ 30", "lúc 17 giờ", "Nghị định số 118/2025 ngày 09/6/2025", "số 56 ngày 20 tháng 11",
        "trong ngày", "3 tháng",
    ],
)  # fmt: skip
def test_what_is_no_limit_is_not_read(text: str) -> None:
    assert read_limit(text) is None


@pytest.mark.parametrize(
    ("text", "head", "value", "unit"),
    [
        ("0,25", WD, Fraction(1, 4), WD),
        ("2", WH, 2, WH),
        ("½", WD, Fraction(1, 2), WD),
        ("0,25 ngày", WD, Fraction(1, 4), WD),
        ("3 ngày lịch", WD, 3, D),
        ("0,25 ngày", D, Fraction(1, 4), D),
        ("4 giờ", WD, 4, WH),
        ("3 ngày làm việc", D, 3, WD),
    ],
)
def test_the_head_of_the_column_gives_the_unit_of_bare_numbers_and_settles_plain_days(
    text: str, head: TimeUnit, value: Fraction, unit: TimeUnit
) -> None:
    assert amount(text, default_unit=head) == (value, unit)


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("Thời gian thực hiện", None),
        ("Thời gian (ngày làm việc)", WD),
        ("Thời hạn giải quyết (ĐVT: Ngày làm việc)", WD),
        ("Thời gian thực hiện (ngày)", D),
        ("Thời gian thực hiện (tính mỗi ngày 08 giờ làm việc)", WH),
    ],
)
def test_the_head_of_a_column_states_a_unit_or_none(head: str, unit: TimeUnit | None) -> None:
    assert unit_in(head) == unit


def test_plain_hours_are_clock_hours_where_the_reader_says_so() -> None:
    assert amount("04 giờ", hours_are_working=False) == (4, H)
    assert amount("04 giờ làm việc", hours_are_working=False) == (4, WH)


def test_the_printed_words_are_kept() -> None:
    limit = read_limit(" 0,5 ngày làm việc\n")
    assert limit == Limit(Fraction(1, 2), WD, "0,5 ngày làm việc")


def test_a_limit_inside_a_step_is_found_past_times_of_the_day() -> None:
    text = (
        "chuyển vào đầu giờ ngày làm việc tiếp theo đối với trường hợp tiếp nhận sau 15 giờ hàng ngày; "
        "giải quyết trong không quá 01 ngày làm việc kể từ khi tiếp nhận hồ sơ"
    )
    assert first_limit_in(text) == Limit(Fraction(1), WD, "01 ngày làm việc")
    assert first_limit_in("trong thời hạn 25 Ngày làm việc.") == Limit(Fraction(25), WD, "25 Ngày làm việc")
    assert first_limit_in("trong vòng 12 giờ từ khi nhận thông tin") == Limit(Fraction(12), WH, "12 giờ")
    assert first_limit_in("Phân công thụ lý hồ sơ") is None


@pytest.mark.parametrize(
    ("limit", "vi", "en"),
    [
        (Limit(Fraction(1, 2)), "0,5 ngày làm việc", "0.5 working days"),
        (Limit(Fraction(1)), "1 ngày làm việc", "1 working day"),
        (Limit(Fraction(1, 3)), "1/3 ngày làm việc", "1/3 working days"),
        (Limit(Fraction(1, 8), D), "0,125 ngày", "0.125 calendar days"),
        (Limit(Fraction(1680), WH), "1.680 giờ làm việc", "1,680 working hours"),
        (Limit(Fraction(12), H), "12 giờ đồng hồ", "12 clock hours"),
        (Limit(Fraction(0)), "không tính thời gian", "not timed"),
        (Limit(None), "không quy định thời hạn", "no limit stated"),
    ],
)
def test_a_limit_is_said_exactly_in_both_languages(limit: Limit, vi: str, en: str) -> None:
    assert (say_limit(limit, "vi"), say_limit(limit, "en")) == (vi, en)


@given(st.fractions(0, 999, max_denominator=8), st.sampled_from(TimeUnit))
def test_what_is_said_in_vietnamese_is_read_back(value: Fraction, unit: TimeUnit) -> None:
    said = say_limit(Limit(value, unit), "vi")
    assert amount(said) == ((value, unit) if value else (0, WD))


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read_limit(text)
    read_limit(text, WD)
    first_limit_in("3 ngày " + text)


def test_all_time_cells_of_the_published_tables_are_read(data: object) -> None:
    tables = json.loads((data / "published_processes/processes.json").read_text(encoding="utf-8"))  # type: ignore[operator]
    wrong = []
    for table in tables:
        head = unit_in(table["time_column_header"])
        cells = [(s["time_text"], s["time_value"], s["time_unit"]) for s in table["steps"]]
        totals = [t for t in (table["total_limit"], *table["subtotals"]) if t]
        for text, value, unit in cells + [(t["text"], t["value"], t["unit"]) for t in totals]:
            if text is None:
                continue
            found = read_limit(text, head)
            expected = None if value is None else Fraction(value)
            if unit == "day" and head is WD:
                unit = "working_day"
            named = found is not None and (unit is None or found.unit is PRINTED_UNITS[unit])
            if not named or (found.value or None) != expected:  # type: ignore[union-attr]
                wrong.append((table["id"], text, found))
    assert len(tables) == 63
    assert wrong == []
