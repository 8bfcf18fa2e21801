"""Of thousands of open questions the paper lists the most frequent and sums up the others; none is lost."""

from __future__ import annotations

import dataclasses
import re
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.model.finding import OpenItem
from iso_audit.report import as_html, openness
from iso_audit.report.openness import MOST_QUESTIONS, MOST_ROWS, OpenRow, open_list
from iso_audit.report.paper import page
from iso_audit.report.view import View, view
from iso_audit.report.words import words
from tests.report import example
from tests.report.conftest import TEMPLATES


def rows(counts: list[list[int]]) -> tuple[OpenRow, ...]:
    """For each reason how often each of its questions was left open."""
    return tuple(
        OpenRow(f"reason {why}", f"C-{why}-{at}", f"question {why}-{at}", "here", count)
        for why, some in enumerate(counts)
        for at, count in enumerate(some)
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_report_with_few_open_questions_lists_every_one(lang: str) -> None:
    found = rows([[1] * MOST_ROWS, [2] * MOST_ROWS])
    shown = open_list(found, words(lang), paged=True)
    assert shown == open_list(found, words(lang), paged=False)
    assert shown.notice == ""


@pytest.fixture(scope="module", params=["vi", "en"])
def many(request: pytest.FixtureRequest) -> View:
    """Twenty reasons, each of which leaves thirty questions open, one of them at seven procedures."""
    base = view(example.outcome(), example.workspace(), example.CATALOGUE, request.param)
    found = [dataclasses.replace(one, names=("A", "B", "C", "D", "E<")) for one in rows([[3] * 30] * 20)]
    return dataclasses.replace(base, open_rows=tuple(found))


def test_the_paper_says_how_many_it_sums_up_and_where_they_stand(many: View) -> None:
    html = page(many, TEMPLATES, style="", drawings={})
    said = re.findall(r'<p class="notice">.*?</p>', html)[-1]
    parts = {"vi": ("120 câu hỏi", "480 câu hỏi"), "en": ("120 questions", "480 questions")}[many.lang]
    assert [part for part in (*parts, "report.html", "findings.json") if part not in said] == []
    assert len(set(re.findall(r"C-\d+-\d+", html))) == MOST_QUESTIONS
    assert "<details>" not in html


def test_the_screen_lists_every_question_and_names_every_procedure(many: View) -> None:
    html = as_html.text(many, TEMPLATES)
    assert len(set(re.findall(r"C-\d+-\d+", html))) == 600
    assert html.count("A; B; C; D; E&lt;</details>") == 600


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), max_size=6), st.integers(1, 8),
    st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_every_question_is_listed_or_summed_up(counts: list[list[int]], room: int, most: int) -> None:
    found = rows(counts)
    with patch.object(openness, "MOST_QUESTIONS", room), patch.object(openness, "MOST_ROWS", most):
        shown = open_list(found, words("en"), paged=True)
    made = [row for _, some in shown.tables for row in some]
    assert sum(row.count for row in made) == sum(map(sum, counts))
    listed = [row for row in made if row.code]
    assert len(listed) <= room + len(counts)
    assert bool(shown.notice) == (len(listed) < len(found))
    for reason, some in shown.tables:
        left = {row for row in found if row.reason == reason} - set(some)
        assert all(row.count <= kept.count for row in left for kept in some if kept.code)


def test_a_question_at_many_procedures_is_one_row_that_can_name_them() -> None:
    names = [one.key for one in example.workspace().procedures]
    items = [OpenItem("DEF-STEP-01", "mandatory-steps", "steps", name, "no-meta") for name in names]
    outcome = dataclasses.replace(example.outcome(), open_items=tuple(items))
    (row,) = view(outcome, example.workspace(), example.CATALOGUE, "en", drawn=False).open_rows
    assert (row.where, row.count, len(row.names)) == ("6 procedures", 6, 6)
