"""Of thousands of findings the paper shows the gravest in full and adds up the others; none is lost."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.model.finding import Finding, Grade
from iso_audit.report import as_html, as_json, selection
from iso_audit.report.paper import page
from iso_audit.report.selection import MOST_IN_FULL, in_full, selected
from iso_audit.report.view import View, view
from tests.report import example
from tests.report.conftest import TEMPLATES
from tests.report.test_outputs import Tree

KINDS = (
    ("DEF-NUM-01", "numbering", "numbering", "broken", ""),
    ("TIM-01", "overdue", "overdue", example.BIRTH, ""),
    ("TIM-02", "step-late", "step-time", example.PERMIT, "consult"),
    ("TIM-02", "step-late", "step-time", example.PERMIT, "review"),
    ("PRC-04", "apart", "apart", example.PERMIT, "approve"),
)
"""Code, rule, requirement, procedure, step."""


def finding(kind: int, unit: int, grade: Grade, failed: int = 1, checked: int = 10) -> Finding:
    code, rule, requirement, procedure, step = KINDS[kind]
    return Finding(code, rule, requirement, grade, procedure, f"unit-{unit}", step, failed, checked)


def seen(findings: tuple[Finding, ...], lang: str = "vi") -> View:
    outcome = dataclasses.replace(example.outcome(), findings=findings)
    return view(outcome, example.workspace(), example.CATALOGUE, lang)


def of_many() -> tuple[Finding, ...]:
    """Major 20, minor 200, observations 100, in four requirements."""
    return (
        *(finding(4, unit, Grade.MAJOR, 1 + unit % 7) for unit in range(20)),
        *(finding(2, unit, Grade.MINOR, 1 + unit % 9) for unit in range(100)),
        *(finding(3, unit, Grade.MINOR, 1 + unit % 9) for unit in range(100)),
        *(finding(1, unit, Grade.OBSERVATION) for unit in range(99)),
        finding(0, 0, Grade.OBSERVATION),
    )


@pytest.fixture(scope="module", params=["vi", "en"])
def many(request: pytest.FixtureRequest) -> View:
    return seen(of_many(), request.param)


@pytest.fixture(scope="module")
def paper(many: View) -> str:
    return page(many, TEMPLATES, style="", drawings={})


def in_full_on(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'id="f-(\d+)"', html)]


def added_up(html: str) -> list[list[str]]:
    """The cells of every table of findings that are not shown in full."""
    tables = re.findall(r'<table class="summed">.*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    return [
        re.findall("<td[^>]*>(.*?)</td>", row) for body in tables for row in re.findall("<tr>.*?</tr>", body)
    ]


def counted(cells: list[list[str]]) -> tuple[int, ...]:
    """Major, minor and observations of rows."""
    return tuple(sum(int(row[at].replace("–", "0")) for row in cells) for at in (1, 2, 3))


def test_a_report_with_no_more_findings_than_there_is_room_for_shows_every_one() -> None:
    shown = seen(of_many()[:MOST_IN_FULL])
    html = page(shown, TEMPLATES, style="", drawings={})
    assert in_full_on(html) == list(range(1, MOST_IN_FULL + 1))
    assert selected(shown, paged=True).notice == ""
    assert added_up(html) == []


def test_the_screen_and_the_data_have_every_finding_in_full(many: View) -> None:
    html = as_html.text(many, TEMPLATES)
    assert in_full_on(html) == list(range(1, 321))
    assert added_up(html) == []
    outcome = dataclasses.replace(example.outcome(), findings=of_many())
    assert len(json.loads(as_json.text(outcome))["findings"]) == 320


def test_every_finding_is_on_paper_once_in_full_or_in_a_sum(many: View, paper: str) -> None:
    full = [one for one in many.statements if one.number in set(in_full_on(paper))]
    grades = Counter(one.grade for one in many.statements)
    grades.subtract(one.grade for one in full)
    assert counted(added_up(paper)) == (grades[Grade.MAJOR], grades[Grade.MINOR], grades[Grade.OBSERVATION])
    assert len(in_full_on(paper)) == len(set(in_full_on(paper)))


def test_what_is_shown_in_full_is_the_gravest(many: View, paper: str) -> None:
    full = [one for one in many.statements if one.number in set(in_full_on(paper))]
    # 20 major, 200 minor, the one observation about a procedure, and 29 of 99 about dossiers
    assert Counter(one.grade for one in full) == {Grade.MAJOR: 20, Grade.MINOR: 200, Grade.OBSERVATION: 30}
    assert any(one.code == "DEF-NUM-01" for one in full)


def test_the_paper_says_how_many_findings_it_adds_up(many: View, paper: str) -> None:
    said = {
        "vi": (
            "có 320 phát hiện", "đầy đủ 250 phát hiện", "70 phát hiện còn lại (70 khuyến nghị)",
            "report.html", "findings.json", "evidence.csv",
        ),
        "en": (
            "has 320 findings", "shows 250 of them in full", "other 70 findings (70 observations)",
            "report.html", "findings.json", "evidence.csv",
        ),
    }  # fmt: skip
    notices = re.findall(r'<p class="notice">(.*?)</p>', paper)[-2:]
    assert notices[0] == notices[1]
    plain = re.sub("<[^>]+>", "", notices[0])
    assert [part for part in said[many.lang] if part not in plain] == []
    assert {"vi": "nặng, vì quá nhiều", "en": "too many"}[many.lang] not in plain


@pytest.mark.parametrize(
    ("lang", "said"),
    [("vi", "10 sự không phù hợp nặng, vì quá nhiều"), ("en", "10 major nonconformities, too many")],
)
def test_major_nonconformities_without_room_are_owned_up_to(lang: str, said: str) -> None:
    shown = seen(tuple(finding(4, unit, Grade.MAJOR) for unit in range(MOST_IN_FULL + 10)), lang)
    assert said in selected(shown, paged=True).notice


def test_without_dossiers_no_file_of_them_is_named() -> None:
    outcome = dataclasses.replace(example.outcome(), findings=of_many(), intake=None)
    shown = view(outcome, example.workspace(), example.CATALOGUE, "vi")
    assert "evidence.csv" not in selected(shown, paged=True).notice


def test_no_reference_on_paper_leads_nowhere(paper: str) -> None:
    tree = Tree()
    tree.feed(paper)
    assert {link.removeprefix("#") for link in tree.links} - set(tree.ids) == set()


def test_the_annex_names_dossiers_of_findings_shown_in_full_alone() -> None:
    late = example.outcome().findings
    shown = seen((*of_many(), *(dataclasses.replace(one, grade=Grade.OBSERVATION) for one in late)))
    chosen = selected(shown, paged=True)
    named = {int(n) for _, rows in chosen.cited.rows for _, numbers in rows for n in numbers.split(", ")}
    everything = {
        int(n)
        for _, rows in selected(shown, paged=False).cited.rows
        for _, numbers in rows
        for n in numbers.split(", ")
    }
    assert named == everything & chosen.full
    assert named < everything


@given(
    st.lists(
        st.builds(
            finding, st.integers(0, 4), st.integers(0, 30), st.sampled_from(Grade), st.integers(1, 3),
            st.integers(3, 4),
        ),
        max_size=16,
    ),
    st.integers(1, 8),
)  # fmt: skip
@settings(max_examples=40)
def test_no_finding_outranks_one_that_is_preferred_to_it(findings: list[Finding], room: int) -> None:
    outcome = dataclasses.replace(example.outcome(), findings=tuple(findings))
    shown = view(outcome, example.workspace(), example.CATALOGUE, "en", drawn=False)
    with patch.object(selection, "MOST_IN_FULL", room), patch.object(selection, "MOST_ROWS", 1):
        full, chosen = in_full(shown.groups), selected(shown, paged=True)
    assert min(room, len(findings)) <= len(full) <= room + len(shown.groups)
    assert all(chosen.of(group) for group in shown.groups)
    left = [one.finding for one in shown.statements if one.number not in full]
    rows = [list(row) for rest in chosen.rests.values() for row in rest.rows]
    assert counted(rows) == tuple(sum(one.grade is grade for one in left) for grade in Grade)
    cases = [re.match(r"(\d+)/(\d+)", row[-1]) for row in rows]
    summed = tuple(sum(int(case[at]) for case in cases if case) for at in (1, 2))
    assert summed == (sum(one.failed for one in left), sum(one.checked for one in left))
    # those of a group that are in full and not its first are in full by their weight
    by_weight = [one.finding for group in shown.groups for one in chosen.of(group)]
    if left:
        gravest = min(one.grade.rank for one in left)
        assert sum(one.grade.rank > gravest for one in by_weight) <= len(shown.groups)
