"""Pictures: marked steps, cuts with connectors, everything escaped and well-formed."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest

from iso_audit.analysis.layout import place
from iso_audit.report.charts import monthly_chart
from iso_audit.report.cutting import narrowed, parts_of
from iso_audit.report.figures import NARROWEST_HEAD, Labels, Marks, swimlanes
from iso_audit.report.lettering import width, wrapped
from iso_audit.report.view import View
from iso_audit.report.words import words
from tests.report.example_procedures import long, permit

LABELS = Labels(lambda role, unit: (role, unit), lambda s: s.name.vi, lambda s: "", lambda o, c: o, "anytime")
WHOLE = (0.0, 10_000.0)


PLAIN = Marks()


def drawn(marks: Marks = PLAIN) -> str:
    procedure = permit()
    return swimlanes(procedure, place(procedure), WHOLE, LABELS, marks, "a title")


def test_every_picture_is_well_formed_and_has_a_title(shown: View) -> None:
    for picture in shown.pictures:
        for part in picture.parts:
            root = Xml.fromstring(part)
            assert root[0].tag.endswith("title")
            assert root[0].text == picture.alt


def test_words_of_an_input_cannot_become_markup(vietnamese: View) -> None:
    broken = next(picture for picture in vietnamese.pictures if picture.key == "broken")
    assert "<script" not in broken.parts[0]
    assert "&lt;b&gt;" in broken.parts[0]


def test_a_violated_step_has_a_heavy_frame_and_a_badge_with_its_findings() -> None:
    marked = drawn(Marks({"approve": "PH 2, 5"}))
    assert marked.count('stroke-width="2.2"') == 1
    assert ">PH 2, 5</text>" in marked
    assert "#b3261e" not in drawn()


def test_a_step_that_nobody_took_is_dashed_only_where_a_log_tells() -> None:
    assert 'stroke-dasharray="3 2"' in drawn(Marks(taken={"receive": 3}))
    assert 'stroke-dasharray="3 2"' not in drawn()


def test_outcomes_stand_beside_their_lines() -> None:
    assert {"complete", "incomplete", "ineligible"} <= set(re.findall(r">([a-z]+)</text>", drawn()))


def test_a_long_picture_is_cut_under_rows_into_parts_that_fit() -> None:
    layout = place(long())
    parts = parts_of(layout, 600)
    assert [start for start, _ in parts[1:]] == [end for _, end in parts[:-1]]
    assert all(end - start <= 600 for start, end in parts)
    assert not any(box.y < end < box.bottom for _, end in parts for box in layout.boxes.values())


def test_a_line_that_is_cut_goes_on_under_the_same_letter() -> None:
    procedure = long()
    layout = place(procedure)
    first, second = parts_of(layout, layout.height / 2 + 60)
    letters = [
        set(
            re.findall(
                r'font-size="6.4"[^>]*>([A-Z]\d?)<', swimlanes(procedure, layout, part, LABELS, Marks(), "t")
            )
        )
        for part in (first, second)
    ]
    assert letters[0] == letters[1] != set()


def test_a_part_has_only_lanes_with_steps_and_strands_for_lines_that_pass() -> None:
    layout = place(long())
    for span in parts_of(layout, 400):
        within = [name for name, box in layout.boxes.items() if span[0] <= box.y and box.bottom <= span[1]]
        part = narrowed(layout, span)
        named = [lane.id for lane in part.lanes if lane.width >= NARROWEST_HEAD]
        assert named == [
            lane.id for i, lane in enumerate(layout.lanes) if i in {layout.boxes[n].lane for n in within}
        ]
        assert sum(lane.width for lane in part.lanes) == pytest.approx(part.width)


def test_a_narrowed_part_keeps_boxes_and_lines_in_their_order() -> None:
    layout = place(long())
    for span in parts_of(layout, 400):
        part = narrowed(layout, span)
        for old, new in zip(layout.routes, part.routes, strict=True):
            moved = sorted((a[0], b[0]) for a, b in zip(old.points, new.points, strict=True))
            assert [x for _, x in moved] == sorted(x for _, x in moved)


def test_every_step_is_drawn_once_over_all_parts(vietnamese: View) -> None:
    land = next(picture for picture in vietnamese.pictures if picture.key == "land-use-change")
    text = " ".join(land.parts)
    assert [n for n in range(1, 28) if len(re.findall(rf">{n}\. ", text)) != 1] == []


def test_procedures_with_findings_come_first_and_of_these_the_upright(vietnamese: View) -> None:
    order = [(picture.is_clean, picture.is_wide, picture.is_short) for picture in vietnamese.pictures]
    assert order == sorted(order)


def test_words_of_outcomes_never_stick_out_at_the_left(vietnamese: View) -> None:
    for picture in vietnamese.pictures:
        for part in picture.parts:
            starts = re.findall(r'<text x="(-?[\d.]+)"[^>]*font-style="italic">', part)
            assert min(map(float, starts), default=0) >= 0


def test_labels_break_between_words_and_end_in_an_ellipsis() -> None:
    lines = wrapped("Thẩm tra hiện trạng sử dụng đất và ranh giới thửa đất", 60, 8.4, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(width(line, 8.4) <= 60 for line in lines)


def test_letters_with_marks_are_as_wide_as_without() -> None:
    assert width("Ổn định", 10) == width("On đinh", 10)


def test_the_monthly_chart_writes_rates_and_hatches_what_was_late() -> None:
    chart = monthly_chart([("2020-01", 9, 10), ("2020-02", 10, 10)], words("vi"))
    Xml.fromstring(chart)
    assert ">90,0%</text>" in chart
    assert chart.count("url(#late)") == 1
