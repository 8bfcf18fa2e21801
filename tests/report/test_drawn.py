"""Of hundreds of procedures the paper draws those with the gravest findings and names the others."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.model.finding import Grade
from iso_audit.report import as_html, drawn
from iso_audit.report.paper import page
from iso_audit.report.pictures import Picture
from iso_audit.report.view import View
from tests.report.conftest import TEMPLATES
from tests.report.test_selection import finding, seen


def copies(base: View, count: int, grades: dict[int, list[Grade]], parts: int = 1) -> View:
    """A view with so many procedures, each in so many figures; number -> grades of its findings."""
    model = base.pictures[0]
    pictures: list[Picture] = []
    statements = []
    for number in range(count):
        found = grades.get(number, [])
        pictures.append(
            dataclasses.replace(
                model, key=f"copy-{number}", title=f"Copy {number}.", parts=model.parts[:1] * parts,
                marks=(), whole=tuple(range(1, len(found) + 1)), run=0,
            )
        )  # fmt: skip
        for grade in found:
            one = base.groups[0].statements[0]
            told = dataclasses.replace(one.finding, procedure=f"copy-{number}", grade=grade)
            statements.append(dataclasses.replace(one, number=len(statements) + 1, grade=grade, finding=told))
    group = dataclasses.replace(base.groups[0], statements=tuple(statements))
    return dataclasses.replace(base, pictures=tuple(pictures), groups=(group,) if statements else ())


@pytest.fixture(scope="module", params=["vi", "en"])
def base(request: pytest.FixtureRequest) -> View:
    return seen((finding(1, 0, Grade.MINOR),), request.param)


def numbers(pictures: tuple[Picture, ...]) -> list[int]:
    return [int(one.key.removeprefix("copy-")) for one in pictures]


def test_few_procedures_are_all_drawn_and_nothing_is_said_of_others(base: View) -> None:
    few = copies(base, drawn.MOST_WITH_CLEAN, {0: [Grade.MINOR]})
    assert drawn.drawn(few, paged=True) == drawn.Drawn(few.pictures)


def test_of_many_procedures_the_paper_draws_those_with_findings(base: View) -> None:
    many = copies(base, drawn.MOST_WITH_CLEAN + 1, {3: [Grade.MINOR], 5: [Grade.OBSERVATION]})
    shown = drawn.drawn(many, paged=True)
    assert numbers(shown.pictures) == [3, 5]
    assert shown.notice == ""
    assert re.findall(r"Copy (\d+)\.", shown.clean) == ["0", "1", "2", "4", *map(str, range(6, 13))]


def test_the_screen_draws_every_one(base: View) -> None:
    many = copies(base, 100, {number: [Grade.MAJOR] for number in range(90)})
    assert drawn.drawn(many, paged=False) == drawn.Drawn(many.pictures)


def test_the_paper_says_how_many_it_does_not_draw_and_where_they_stand(base: View) -> None:
    many = copies(base, 80, {number: [Grade.MINOR] for number in range(70)})
    html = page(many, TEMPLATES, style="", drawings={})
    said = re.sub("<[^>]+>", "", re.findall(r'<p class="notice">.*?</p>', html)[-1])
    counts = {
        "vi": ("70 quy trình", "60 quy trình", "10 quy trình"),
        "en": ("70 procedures", "60 of them", "(10 procedures)"),
    }
    assert [part for part in (*counts[many.lang], "report.html") if part not in said] == []
    assert html.count('<figure class="swimlanes"') == drawn.MOST_FIGURES
    assert as_html.text(many, TEMPLATES).count('<figure class="swimlanes"') == 80


def test_clean_procedures_beyond_those_named_are_counted(base: View) -> None:
    many = copies(base, 100, {})
    shown = drawn.drawn(many, paged=True)
    assert len(re.findall(r"Copy \d+\.", shown.clean)) == drawn.MOST_NAMED
    assert {"vi": "và 40 quy trình khác.", "en": "and 40 more."}[many.lang] in shown.clean


@given(
    st.lists(st.lists(st.sampled_from(Grade), max_size=3), min_size=1, max_size=12),
    st.integers(1, 3), st.integers(1, 8), st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_every_procedure_is_drawn_named_or_counted_and_none_outranks_one_that_is_drawn(
    found: list[list[Grade]], parts: int, room: int, named: int
) -> None:
    base = seen((finding(1, 0, Grade.MINOR),), "en")
    shown = copies(base, len(found), dict(enumerate(found)), parts)
    with (
        patch.object(drawn, "MOST_FIGURES", room),
        patch.object(drawn, "MOST_NAMED", named),
        patch.object(drawn, "MOST_WITH_CLEAN", 0),
    ):
        chosen = drawn.drawn(shown, paged=True)
    kept = numbers(chosen.pictures)
    assert kept == sorted(kept)
    assert len(kept) == min(room // parts, sum(map(bool, found)))
    left = [n for n in range(len(found)) if n not in kept and found[n]]
    rows = tuple(sum(int(row[at].replace("–", "0")) for row in chosen.rows) for at in (1, 2, 3))
    graded = Counter(grade for n in left for grade in found[n])
    assert rows == tuple(graded[grade] for grade in Grade)
    weight = {n: tuple(-found[n].count(grade) for grade in Grade) for n in range(len(found))}
    assert all(weight[n] <= weight[m] for n in kept for m in left)
    clean = sum(not one for one in found)
    more = re.search(r"and (\d+) more", chosen.clean)
    assert len(re.findall(r"Copy \d+\.", chosen.clean)) + (int(more[1]) if more else 0) == clean


def test_a_procedure_too_long_for_the_paper_makes_way_for_the_next(base: View) -> None:
    many = copies(base, 20, {0: [Grade.MAJOR], 1: [Grade.MINOR]})
    long = dataclasses.replace(many.pictures[0], parts=many.pictures[0].parts * (drawn.MOST_FIGURES + 1))
    shown = drawn.drawn(dataclasses.replace(many, pictures=(long, *many.pictures[1:])), paged=True)
    assert numbers(shown.pictures) == [1]
    assert shown.rows == (("Copy 0.", "1", "–", "–"),)
    assert shown.notice
