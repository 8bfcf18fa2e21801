"""Lists that grow with the input are cut on paper, which says how many lines the screen has beyond them."""

from __future__ import annotations

import dataclasses
import re

import pytest

from iso_audit.model.place import NOWHERE
from iso_audit.report import as_html
from iso_audit.report.clauses import Mark, Matrix
from iso_audit.report.fulfilment import RateRow
from iso_audit.report.paper import MOST_LINES, page
from iso_audit.report.view import View
from iso_audit.report.waivers import WaivedRow
from tests.report.conftest import TEMPLATES

MANY = MOST_LINES + 7
SAID = {"vi": "Còn 7 dòng khác, xem report.html.", "en": "7 more rows: see report.html."}


def lists(shown: View) -> dict[str, View]:
    """Views of which one list each is too long for the paper; its lines are called `line-1x` and so on."""
    names = [f"line-{at}x" for at in range(MANY)]
    method, annexes = shown.method, shown.annexes
    marks = (Mark("covered", "C", ""),)
    rates = tuple(RateRow(name, ("1",) * 8) for name in names)
    changes: dict[str, dict[str, object]] = {
        "unknown": {"method": dataclasses.replace(method, unknown=tuple((name, "1") for name in names))},
        "assumptions": {"method": dataclasses.replace(method, assumptions=tuple(names))},
        "failures": {"method": dataclasses.replace(method, failures=tuple(names))},
        "rates": {"fulfilment": dataclasses.replace(shown.fulfilment, tables=(("By unit", rates),))},
        "waivers": {"waiver_notes": tuple(names)},
        "clauses": {"matrices": (Matrix("S", (("4.4", ""),), tuple((n, marks) for n in names), ()),)},
        "inputs": {"annexes": dataclasses.replace(annexes, inputs=tuple((n, "", "", "") for n in names))},
        "waived": {"waived": tuple(WaivedRow(shown.statements[0], n, "", NOWHERE) for n in names)},
    }  # fmt: skip
    return {name: dataclasses.replace(shown, **change) for name, change in changes.items()}  # type: ignore[arg-type]


def lines(html: str) -> int:
    return len(set(re.findall(r"line-\d+x", html, re.IGNORECASE)))


@pytest.mark.parametrize(
    "name", ["unknown", "assumptions", "failures", "rates", "waived", "waivers", "clauses", "inputs"]
)
def test_paper_cuts_a_long_list_and_says_so_and_the_screen_has_all_of_it(shown: View, name: str) -> None:
    one = lists(shown)[name]
    paper, screen = page(one, TEMPLATES, style="", drawings={}), as_html.text(one, TEMPLATES)
    assert (lines(paper), lines(screen)) == (MOST_LINES, MANY)
    assert (paper.count(SAID[shown.lang]), screen.count(SAID[shown.lang])) == (1, 0)


def test_a_run_of_very_many_steps_is_cut_on_paper(vietnamese: View) -> None:
    steps = tuple(f"line-{at}x" for at in range(MANY))
    group = vietnamese.groups[0]
    told = dataclasses.replace(group.statements[0], run=steps)
    one = dataclasses.replace(
        vietnamese, groups=(dataclasses.replace(group, statements=(told,)), *vietnamese.groups[1:])
    )
    paper, screen = page(one, TEMPLATES, style="", drawings={}), as_html.text(one, TEMPLATES)
    assert (lines(paper), lines(screen)) == (MOST_LINES, MANY)
    assert ("và 7 bước nữa" in paper, "bước nữa" in screen) == (True, False)


def test_the_matrix_keeps_the_procedures_with_the_gravest_marks_in_their_order() -> None:
    keys = ("covered", "minor", "gap", "open", "major", "covered")
    rows = tuple((str(at), (Mark("covered", "C", ""), Mark(key, "", ""))) for at, key in enumerate(keys))
    matrix = Matrix("S", (), rows, ())
    assert [title for title, _ in matrix.gravest(3)] == ["1", "2", "4"]
    assert matrix.gravest(6) == rows
