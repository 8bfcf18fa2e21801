"""Words beside the lines of a picture stand clear of boxes, of heads and of the letters of cut lines."""

from __future__ import annotations

import dataclasses
import re

from iso_audit.analysis.layout import Box, Lane, Layout, Route
from iso_audit.report.facts import Facts
from iso_audit.report.figures import Labels, Marks, swimlanes
from iso_audit.report.pictures import labels_of
from iso_audit.report.tags import LETTER, anytime, outcomes
from iso_audit.report.words import words
from tests.report import example

SAID = "may happen at any time"


def layout(*boxes: Box, routes: tuple[Route, ...] = ()) -> Layout:
    lanes = tuple(Lane("", "", 100.0 * at, 100.0) for at in range(3))
    known = {str(at): box for at, box in enumerate(boxes)}
    return Layout(lanes, known, routes, ((0.0, 40.0), (150.0, 190.0)), None, 300.0, 300.0)


def left_of(svg: str) -> float:
    found = re.search(r'<text x="([\d.]+)"', svg)
    assert found is not None
    return float(found[1])


def test_the_words_over_what_may_happen_at_any_time_keep_clear_of_the_end_of_a_box() -> None:
    far, close = Box(0, 0, 5, 40, 80, 30), Box(0, 0, 5, 60, 80, 30)
    assert left_of(anytime(layout(far), 100, SAID)) == 3
    assert left_of(anytime(layout(close), 100, SAID)) == 103
    assert left_of(anytime(layout(close, Box(1, 0, 105, 60, 80, 30)), 100, SAID)) == 203
    everywhere = (close, Box(1, 0, 105, 60, 80, 30), Box(2, 0, 205, 60, 80, 30))
    assert left_of(anytime(layout(*everywhere), 100, SAID)) == 3


def test_words_of_a_line_that_is_cut_stand_beside_its_letter_and_under_the_heads() -> None:
    flow = Route("a", "b", ((50.0, 40.0), (50.0, 108.0), (150.0, 108.0), (150.0, 150.0)), "agreed")

    def say(name: str, _case: str) -> str:
        return name

    whole, part = (list(outcomes(layout(routes=(flow,)), span, say)) for span in ((0, 300), (100, 300)))
    assert left_of(whole[1]) == 53
    assert left_of(part[1]) == 50 + LETTER + 1
    assert ('y="106.0"' in whole[1], 'y="116.0"' in part[1]) == (True, True)


def test_the_name_of_an_agency_breaks_into_lines_and_is_not_cut() -> None:
    named = "Committee of the commune that handles it"
    labels = Labels(
        lambda role, unit: ("Clerk", ""), lambda step: "", lambda step: "", lambda name, case: "", "",
        lambda role, unit: named,
    )  # fmt: skip
    one = Layout((Lane("r", "u", 0.0, 100.0),), {}, (), ((0.0, 40.0),), None, 100.0, 60.0)
    procedure = dataclasses.replace(example.workspace().procedures[0], steps=())
    said = re.findall(
        r"<text[^>]*>(.*?)</text>", swimlanes(procedure, one, (0.0, 60.0), labels, Marks(), "t")
    )
    assert said[0] == "Clerk"
    assert len(said) > 2
    assert " ".join(said[1:]) == named


def test_messages_between_agencies_are_told_in_the_readers_words() -> None:
    flow = Route("a", "b", ((50.0, 40.0), (50.0, 108.0), (150.0, 108.0)), message="commune-request")
    workspace = example.workspace()
    for lang, said in (("vi", "hồ sơ đề nghị của xã"), ("en", "request of the commune")):
        facts = Facts(words(lang), workspace.organisation, {})
        say = labels_of(workspace.procedures[0], facts).outcome
        assert said in "".join(outcomes(layout(routes=(flow,)), (0, 300), say))
