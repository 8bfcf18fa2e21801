"""Facts in words: what each kind of fact becomes in both languages."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.report.facts import Facts
from iso_audit.report.words import words
from iso_audit.text import Text
from tests.report import example

PERMIT = example.PERMIT


def facts(lang: str) -> Facts:
    workspace = example.workspace()
    return Facts(words(lang), workspace.organisation, {p.key: p for p in workspace.procedures})


@pytest.mark.parametrize(
    ("name", "value", "vi", "en"),
    [
        ("late_seconds", 28800, "1 ngày làm việc", "1 working day"),
        ("late_seconds", 28800 * 2 + 5400, "2 ngày 1,5 giờ làm việc", "2 working days 1.5 h"),
        ("late_seconds", 3600, "1 giờ làm việc", "1 working hour"),
        ("late_seconds", 3720, "1 giờ làm việc", "1 working hour"),
        ("late_seconds", 1200, "20 phút làm việc", "20 working minutes"),
        ("late_seconds", 0, "0 phút làm việc", "0 working minutes"),
        ("late_seconds", -3600, "−1 giờ làm việc", "−1 working hour"),
        ("limit", Limit(Fraction(1, 2)), "0,5 ngày làm việc", "0.5 working days"),
        ("limit", Limit(Fraction(4), TimeUnit.WORKING_HOUR), "4 giờ làm việc", "4 working hours"),
        ("due", dt.date(2026, 2, 3), "03/02/2026", "3 Feb 2026"),
        ("due_at", dt.datetime(2026, 2, 3, 15, 5, tzinfo=example.ZONE),
         "15:05 03/02/2026", "15:05 3 Feb 2026"),
        ("cutoff", dt.time(15, 0), "15:00", "15:00"),
        ("count", 1234, "1.234", "1,234"),
        ("share", Fraction(1, 4), "0,25", "0.25"),
        ("documented", True, "có", "yes"),
        ("step", "consult", "Lấy ý kiến phòng Tài nguyên và Môi trường (5)",
         "Consult the environment division (5)"),
        ("steps", ("receive", "check"), "Tiếp nhận hồ sơ (1) và Kiểm tra thành phần hồ sơ (2)",
         "Receive the dossier (1) and Check completeness (2)"),
        ("run", ("receive", "archive"), "Tiếp nhận hồ sơ → Lưu hồ sơ",
         "Receive the dossier → File the dossier"),
        ("acting_role", "chairman", "Chủ tịch UBND", "Chairman"),
        ("roles", ("chairman", "nobody-known"), "Chủ tịch UBND và nobody-known", "Chairman and nobody-known"),
        ("unit", "urban", "Phòng Quản lý đô thị", "Urban management division"),
        ("kind_first", "appraise", "thẩm định hồ sơ", "appraisal"),
        ("kinds", ("check", "consult"), "kiểm tra hồ sơ và lấy ý kiến",
         "completeness check and consultation"),
        ("any_kind", ("check", "consult"), "kiểm tra hồ sơ hoặc lấy ý kiến",
         "completeness check or consultation"),
        ("missing", (Text("tên", "name"), Text("phí", "fee")), "tên và phí", "name and fee"),
        ("ref", "NĐ 61/2018/NĐ-CP", "NĐ 61/2018/NĐ-CP", "NĐ 61/2018/NĐ-CP"),
        ("case", "default", "thông thường", "ordinary"),
        ("anything", None, "–", "–"),
        ("anything", (), "–", "–"),
        ("columns", frozenset({"b", "a"}), "a và b", "a and b"),
    ],
)  # fmt: skip
def test_a_fact_is_said_by_its_kind_and_name(name: str, value: object, vi: str, en: str) -> None:
    assert (facts("vi").say(name, value, PERMIT), facts("en").say(name, value, PERMIT)) == (vi, en)


def test_the_part_of_a_linked_procedure_is_named_by_its_unit() -> None:
    assert facts("vi").say("part", "police", "birth-linked") == "Công an xã"


def test_a_long_run_is_told_by_its_ends_in_a_sentence() -> None:
    run = ("receive", "check", "assign", "draft", "archive")
    said = facts("vi").fill(Text("Theo {run}.", "On {run}."), {"run": run}, PERMIT)
    assert said == "Theo «Tiếp nhận hồ sơ → … → Lưu hồ sơ»."


def test_a_blank_that_no_fact_fills_is_a_dash_and_not_a_crash() -> None:
    assert facts("en").fill(Text("", "{failed} of {checked}"), {"failed": 3}, PERMIT) == "3 of –"


def test_a_share_counts_both_and_gives_a_percentage_only_of_several() -> None:
    assert [facts("vi").share(12, 80), facts("vi").share(1, 1)] == ["12/80 (15,0%)", "1/1"]
