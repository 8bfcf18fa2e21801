"""What `check` prints: places that editors know, lines quoted rightly, nothing that steers a terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.model.finding import Finding, Grade
from iso_audit.model.place import Place
from iso_audit.report.listing import render
from iso_audit.report.quoting import WIDEST, quoted, width
from iso_audit.report.view import view
from tests.conftest import Golden
from tests.report import example
from tests.report.test_sarif import WORKSPACE, outcome, seen

LINES = {
    (finding.place.file, finding.place.line): "  approve: {no: 8, kind: approve_sign, limit: 4 wh}"
    for finding in example.outcome().findings
}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_listing_is_as_agreed(lang: str, golden: Golden) -> None:
    assert golden.same(f"listing.{lang}.txt", render(seen(lang), LINES))


def test_every_finding_begins_a_line_with_its_place_code_and_grade() -> None:
    shown = seen("en")
    lines = render(shown, {}).splitlines()
    for one in shown.statements:
        start = str(one.finding.place) or " · ".join(one.where[1:]) or one.procedure
        said = f"{start}: {one.code} {one.grade.value}: {one.said}"
        assert lines.count(said) == 1


def test_quiet_leaves_the_findings_and_what_crashed() -> None:
    whole, quiet = render(seen("en"), {}), render(seen("en"), {}, quiet=True)
    assert quiet.count(": DEF-") == len([f for f in outcome().findings if f.on_definition])
    assert set(quiet.splitlines()) <= set(whole.splitlines())
    for said in ("Waived findings", "Note: ", "What was left open", "The audit put"):
        assert said in whole
        assert said not in quiet
    assert "failed by an error of the program" in quiet
    assert "\x1b" not in whole


def test_findings_of_a_file_stand_in_order_of_line() -> None:
    found = [
        Finding("DEF-NUM-01", "numbering", "numbering", grade, "wide", place=Place("w.yaml", line, 1))
        for line, grade in zip((9, 100, 11), Grade, strict=True)
    ]
    shown = view(replace(outcome(), findings=tuple(found)), WORKSPACE, example.CATALOGUE, "vi", drawn=False)
    numbers = [
        int(line.split(":")[1]) for line in render(shown, {}, quiet=True).splitlines() if "w.yaml" in line
    ]
    assert sorted(numbers) == numbers


def test_a_clean_run_says_so() -> None:
    clean = replace(example.outcome(), findings=(), open_items=())
    shown = view(clean, WORKSPACE, example.CATALOGUE, "en", drawn=False)
    assert "No nonconformity was found." in render(shown, {}).replace("\n", " ")
    assert render(shown, {}, quiet=True) == ""


def marked(line: str, column: int) -> str:
    """What the mark of a quoted line stands under, found by counting columns as a terminal does."""
    said, mark = quoted(line, 7, column)
    first, length = mark.index("^"), mark.count("^")
    at, under = 0, ""
    for letter in said:
        if (first <= at < first + length and width(letter)) or (under and not width(letter)):
            under += letter
        at += width(letter)
        if at >= first + length and width(letter):
            break
    return under


@pytest.mark.parametrize(
    ("line", "column", "meant"),
    [
        ("limit: 17 wd", 8, "17 wd"),
        ("    limit: 0,5 ngày  # theo bảng", 12, "0,5 ngày"),
        ("  b4:", 3, "b4"),
        ("\tb4:", 2, "b4"),
        ("  - {steps: [b6, b7], limit: 07 ngày}", 30, "07 ngày"),
        ('title: "Cấp, đổi: giấy"  # x', 8, '"Cấp, đổi: giấy"'),
        ("a: thẩm định  # ghi chú", 4, "thẩm định"),
        ("名前: 審査する", 5, "審査する"),
        ('<bpmn:task id="a" name="b"/>', 1, "<bpmn:task"),
    ],
)
def test_the_mark_stands_under_what_is_meant(line: str, column: int, meant: str) -> None:
    assert marked(line, column) == meant


def test_a_letter_with_its_marks_written_apart_takes_one_column() -> None:
    line = unicodedata.normalize("NFD", "thẩm: định")
    said, mark = quoted(line, 1, line.index(":") + 3)
    assert width(said[: said.index("đ")]) == mark.index("^")


@given(st.text(max_size=300), st.integers(0, 310), st.integers(1, 10**6))
def test_whatever_a_line_holds_the_quotation_fits_and_is_harmless(
    line: str, column: int, number: int
) -> None:
    made = quoted(line, number, column)
    for each in made:
        assert width(each) <= WIDEST + 12
        assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in each)
    if column and column <= len(line):
        assert "^" in made[1]


@given(st.text(st.characters(categories=("L", "Mn", "Nd", "Zs")), min_size=1, max_size=400), st.data())
def test_the_marked_letter_is_the_one_in_the_column(line: str, data: st.DataObject) -> None:
    visible = [i for i, letter in enumerate(line) if width(letter)]
    if not visible:
        return
    at = data.draw(st.sampled_from(visible))
    assert marked(line, at + 1).startswith(line[at])
