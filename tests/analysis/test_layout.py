"""Layout: no line crosses a box, whatever the graph; time runs downward; lines keep apart."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.analysis.layout import PRINTED, Box, Layout, place
from iso_audit.analysis.routing import Sizes
from iso_audit.model.procedure import Flow, Join, Part, Procedure, Split, Step
from iso_audit.text import Text


def step(name: str, *aims: str, role: str = "officer", **more: object) -> Step:
    flows = tuple(Flow(aim) for aim in aims)
    return Step(name, Text(name), more.pop("kinds", ("other",)), role=role, flows=flows, **more)  # type: ignore[arg-type]


def gateway(name: str, *aims: str) -> Step:
    return step(name, *aims, role="", kinds=("route",), split=Split.ALL)


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    """Any graph at all: cycles, loose ends, several entries, silent gateways, parts, anytime steps."""
    count = draw(st.integers(1, 14))
    names = [f"s{index}" for index in range(count)]
    steps = []
    for name in names:
        silent = draw(st.integers(0, 5)) == 0
        steps.append(
            Step(
                name,
                Text(name),
                ("route",) if silent else ("other",),
                role="" if silent else draw(st.sampled_from(["", "a", "b", "c", "d"])),
                unit=draw(st.sampled_from(["", "u"])),
                part=draw(st.sampled_from(["", "", "p"])),
                anytime=draw(st.integers(0, 9)) == 0,
                join=draw(st.sampled_from(list(Join))),
                flows=tuple(Flow(aim) for aim in draw(st.lists(st.sampled_from(names), max_size=4))),
            )
        )
    return Procedure("any", tuple(steps), parts=(Part("p", "v"),))


def crosses(layout: Layout, box: Box) -> bool:
    """Whether any line runs through the inside of the box (brute force over all pieces of lines)."""
    inside = 0.01
    left, right, top, bottom = box.x + inside, box.x + box.w - inside, box.y + inside, box.bottom - inside
    return any(
        max(x1, x2) > left and min(x1, x2) < right and max(y1, y2) > top and min(y1, y2) < bottom
        for route in layout.routes
        for (x1, y1), (x2, y2) in pairwise(route.points)
    )


@given(procedures())
def test_no_line_crosses_a_box(procedure: Procedure) -> None:
    layout = place(procedure)
    assert [name for name, box in layout.boxes.items() if crosses(layout, box)] == []


@given(procedures())
def test_no_boxes_overlap_and_each_stands_in_its_lane(procedure: Procedure) -> None:
    layout = place(procedure)
    assert set(layout.boxes) == {step.id for step in procedure.steps}
    for one, other in combinations(layout.boxes.values(), 2):
        apart = one.x + one.w <= other.x or other.x + other.w <= one.x
        assert apart or one.bottom <= other.y or other.bottom <= one.y
    for box in layout.boxes.values():
        lane = layout.lanes[box.lane]
        assert lane.x <= box.x
        assert box.x + box.w <= lane.x + lane.width


@given(procedures())
def test_lines_are_orthogonal_and_end_at_the_top_of_their_aim(procedure: Procedure) -> None:
    layout = place(procedure)
    for route in layout.routes:
        assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise(route.points))
        start, aim = layout.boxes[route.frm], layout.boxes[route.to]
        x, y = route.points[0]
        assert start.x <= x <= start.x + start.w
        assert start.y <= y <= start.bottom
        assert route.points[-1] == (aim.middle, aim.y)


@given(procedures())
def test_lines_to_different_aims_never_lie_on_each_other(procedure: Procedure) -> None:
    layout = place(procedure)
    for one, other in combinations(layout.routes, 2):
        if one.to == other.to or one.frm == other.frm:
            continue
        for (ax, ay), (bx, by) in pairwise(one.points):
            for (cx, cy), (dx, dy) in pairwise(other.points):
                if ax == bx == cx == dx:
                    assert max(ay, by) <= min(cy, dy) or max(cy, dy) <= min(ay, by)
                if ay == by == cy == dy:
                    assert max(ax, bx) <= min(cx, dx) or max(cx, dx) <= min(ax, bx)


@given(procedures())
def test_lines_run_downward_unless_they_are_dashed(procedure: Procedure) -> None:
    layout = place(procedure)
    for route in layout.routes:
        assert route.dashed is (layout.boxes[route.to].row <= layout.boxes[route.frm].row)


@given(procedures())
def test_the_same_procedure_is_laid_out_the_same(procedure: Procedure) -> None:
    assert place(procedure) == place(procedure)


@given(procedures())
def test_a_lane_holds_no_more_than_two_steps_in_a_row(procedure: Procedure) -> None:
    layout = place(procedure)
    cells = [(box.lane, box.row) for box in layout.boxes.values()]
    assert all(cells.count(cell) <= PRINTED.most for cell in cells)


def test_a_row_is_the_longest_way_to_it() -> None:
    layout = place(Procedure("p", (step("a", "b", "d"), step("b", "c"), step("c", "d"), step("d"))))
    assert {name: box.row for name, box in layout.boxes.items()} == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_lanes_come_in_the_order_in_which_the_work_reaches_them() -> None:
    steps = (step("a", "b", role="desk"), step("b", "c", role="head"), step("c", role="desk"))
    assert [lane.id for lane in place(Procedure("p", steps)).lanes] == ["desk", "head"]


def test_parts_of_a_linked_procedure_have_lanes_of_their_own() -> None:
    steps = (step("a", "b", role="officer", part="x"), step("b", role="officer", part="y"))
    procedure = Procedure("p", steps, parts=(Part("x", "commune"), Part("y", "police")))
    assert [lane.id for lane in place(procedure).lanes] == ["commune/officer", "police/officer"]


def test_a_silent_gateway_stands_with_the_step_it_follows() -> None:
    steps = (step("a", "g", role="head"), gateway("g", "b", "c"), step("b", role="x"), step("c", role="y"))
    layout = place(Procedure("p", steps))
    assert layout.lanes[layout.boxes["g"].lane].role == "head"


def test_steps_that_may_happen_at_any_moment_stand_at_the_foot_without_lines() -> None:
    layout = place(Procedure("p", (step("a", "b"), step("b"), step("sorry", "b", anytime=True))))
    assert layout.anytime_row == layout.boxes["sorry"].row == 2
    assert [(route.frm, route.to) for route in layout.routes] == [("a", "b")]


def test_a_cycle_leads_back_from_where_the_walk_closes_it() -> None:
    steps = (step("a", "b"), step("b", "a", "c"), step("c"))
    layout = place(Procedure("p", steps, start="a"))
    assert [(r.frm, r.to) for r in layout.routes if r.dashed] == [("b", "a")]


def test_boxes_are_as_high_as_the_highest_words_of_their_row() -> None:
    steps = (step("a", "b", "c"), step("b", role="x"), step("c", role="y"))
    layout = place(Procedure("p", steps), Sizes(box_height=30), {"c": 50})
    assert (layout.boxes["a"].h, layout.boxes["b"].h, layout.boxes["c"].h) == (30, 50, 50)


def test_an_empty_procedure_has_an_empty_picture() -> None:
    layout = place(Procedure("p", ()))
    assert (layout.lanes, dict(layout.boxes), layout.routes) == ((), {}, ())
