from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from iso_audit.errors import InputError
from iso_audit.exchange.bpmn.read import read_bpmn, read_root
from iso_audit.exchange.bpmn.vocabulary import BPMNDI, DC, DI, FLOW_NODES, tag
from iso_audit.exchange.bpmn.write import bpmn
from iso_audit.exchange.drawing import Wording
from iso_audit.model.procedure import Flow, Join, Kept, Part, Procedure, Split, Step
from iso_audit.text import Text
from iso_audit.workspace.load import load_procedure
from tests.conftest import SharedData
from tests.strategies import (
    block_procedures,
    cased_procedures,
    choice_procedures,
    gateway,
    graph_procedures,
    layered_procedures,
    procedure,
    step,
)

PLAIN = Wording("vi", lambda role, unit: role or unit)
SHIPPED = sorted((Path(__file__).parents[2] / "processes" / "procedures").glob("*.yaml"))


def drawn() -> st.SearchStrategy[Procedure]:
    return st.one_of(
        block_procedures(), graph_procedures(), layered_procedures(inclusive=True), choice_procedures(),
        cased_procedures(),
    )  # fmt: skip


def root_of(made: Procedure, wording: Wording = PLAIN) -> etree._Element:
    return etree.fromstring(bpmn(made, wording).encode())


def again(made: Procedure, wording: Wording = PLAIN) -> Procedure:
    read = read_root(root_of(made, wording), "again.bpmn")
    said = [note.say("en") for note in read.notes if not made.kept]
    assert all("BPMNDiagram" in one for one in said)  # positions are drawn anew
    assert len(read.procedures) == 1
    return read.procedures[0]


def boxes(root: etree._Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        held = shape.find(f"{{{DC}}}Bounds")
        assert held is not None
        x, y, w, h = (float(held.get(key, "")) for key in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement", "")] = (x, y, x + w, y + h)
    return found


@given(drawn())
@settings(deadline=None)
def test_what_is_written_is_read_back_the_same(made: Procedure) -> None:
    assert again(made) == made


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_shipped_procedure_comes_back_the_same(path: Path, lang: str) -> None:
    made = load_procedure(path)
    assert again(made, replace(PLAIN, lang=lang)) == made


@given(drawn())
@settings(deadline=None)
def test_every_node_and_line_is_drawn_once(made: Procedure) -> None:
    root = root_of(made)
    shapes = Counter(shape.get("bpmnElement") for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"))
    edges = Counter(edge.get("bpmnElement") for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"))
    nodes = [one.get("id") for name in FLOW_NODES for one in root.iter(tag(name))]
    lanes = [one.get("id") for one in root.iter(tag("lane"), tag("participant"))]
    assert shapes == Counter(nodes + lanes)
    assert edges == Counter(one.get("id") for one in root.iter(tag("sequenceFlow"), tag("messageFlow")))


@given(drawn())
@settings(deadline=None)
def test_no_nodes_overlap_and_lines_begin_and_end_at_their_nodes(made: Procedure) -> None:
    root = root_of(made)
    bounds = boxes(root)
    nodes = [bounds[one.get("id", "")] for name in FLOW_NODES for one in root.iter(tag(name))]
    for (ax, ay, bx, by), (cx, cy, dx, dy) in combinations(nodes, 2):
        assert bx <= cx or dx <= ax or by <= cy or dy <= ay
    flows = {one.get("id"): one for one in root.iter(tag("sequenceFlow"))}
    for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        points = [(float(p.get("x", "")), float(p.get("y", ""))) for p in edge.iter(f"{{{DI}}}waypoint")]
        flow = flows[edge.get("bpmnElement")]
        for (x, y), end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            left, top, right, bottom = bounds[flow.get(end, "")]
            assert left - 1 <= x <= right + 1
            assert top - 1 <= y <= bottom + 1


@given(drawn())
@settings(deadline=None)
def test_lanes_hold_every_node_inside_their_bounds(made: Procedure) -> None:
    root = root_of(made)
    bounds = boxes(root)
    for lane in root.iter(tag("lane")):
        left, top, right, bottom = bounds[lane.get("id", "")]
        for ref in lane.iter(tag("flowNodeRef")):
            x, y, to_x, to_y = bounds[ref.text or ""]
            assert left <= x <= to_x <= right
            assert top <= y <= to_y <= bottom


@given(drawn())
@settings(deadline=None)
def test_the_same_procedure_is_written_the_same(made: Procedure) -> None:
    assert bpmn(made, PLAIN) == bpmn(made, PLAIN)


def sub_process() -> Procedure:
    """A sub-process inside a sub-process, and a step at whose border a timer and a message sit."""
    return procedure(
        step("a", "sub"),
        gateway("sub", "b", element="subProcess"),
        step("b", "deep", within="sub"),
        gateway("deep", "c", within="sub", element="subProcess"),
        step("c", "deep/end", within="deep"),
        gateway("deep/end", "sub/end", within="sub", join=Join.SOME),
        gateway("sub/end", "d", join=Join.SOME),
        step("d", "d/leave"),
        gateway("d/leave", Flow("z"), Flow("late", "late"), deferred=True),
        gateway("late", "y", element="boundaryEvent:timer"),
        step("y"),
        step("z"),
    )


def unnamed(made: Procedure) -> Procedure:
    """Gateways without names, as reading makes them."""
    return replace(
        made,
        steps=tuple(replace(s, name=Text()) if "/" in s.id else s for s in made.steps),
    )


def test_sub_processes_and_events_at_borders_are_drawn_as_such_and_come_back() -> None:
    made = unnamed(sub_process())
    root = root_of(made)
    deep = root.find(f".//{tag('subProcess')}/{tag('subProcess')}")
    assert deep is not None
    assert [one.get("id") for one in deep.iterchildren(tag("userTask"))] == ["c"]
    timer = root.find(f".//{tag('boundaryEvent')}")
    assert timer is not None
    assert (timer.get("attachedToRef"), timer.get("cancelActivity")) == ("d", "true")
    assert again(made) == made


def test_a_sub_process_holds_its_content_inside_its_bounds() -> None:
    root = root_of(unnamed(sub_process()))
    bounds = boxes(root)
    for outer in root.iter(tag("subProcess")):
        left, top, right, bottom = bounds[outer.get("id", "")]
        for inner in outer.iterchildren(*map(tag, FLOW_NODES)):
            x, y, to_x, to_y = bounds[inner.get("id", "")]
            assert left < x < to_x < right
            assert top < y < to_y < bottom


def test_a_sub_procedure_that_bpmn_cannot_draw_is_drawn_flat_and_comes_back() -> None:
    made = procedure(
        gateway("sub", "a", element="subProcess"),
        step("a", "out", within="sub"),
        step("b", "out", within="sub"),
        step("out", "b", "z"),
        step("z"),
        start="sub",
    )
    assert root_of(made).find(f".//{tag('subProcess')}") is None
    assert again(made) == made


def test_messages_between_parts_run_between_pools_and_come_back() -> None:
    steps = (
        step("a", Flow("b"), Flow("x", message="hồ sơ"), split=Split.ALL, part="p1", role="clerk"),
        step("b", part="p1", role="clerk", join=Join.ALL),
        step("x", "y", part="p2", role="police"),
        step("y", Flow("b", message="kết quả"), part="p2", role="police"),
    )
    made = procedure(*steps, parts=(Part("p1", "commune"), Part("p2", "police")), start="a")
    root = root_of(made)
    sent = [flow.get("name") for flow in root.iter(tag("messageFlow"))]
    assert sent == ["hồ sơ", "kết quả"]
    pools = [bounds for name, bounds in boxes(root).items() if name.endswith("_pool")]
    assert pools[0][3] < pools[1][1]
    assert again(made) == made


def test_a_step_for_any_moment_stands_in_a_frame_and_comes_back() -> None:
    made = procedure(step("a"), step("sorry", anytime=True, role="clerk", kinds=("apologise",)))
    frame = root_of(made).find(f".//{tag('subProcess')}[@triggeredByEvent='true']")
    assert frame is not None
    assert frame.find(tag("userTask")) is not None
    assert again(made) == made


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
)


@given(NAMES, NAMES, NAMES)
@settings(deadline=None)
def test_any_words_come_back(name: str, outcome: str, role: str) -> None:
    made = procedure(
        Step(
            "a", Text(name, name), ("other",), role=role, flows=(Flow("b", outcome), Flow("c", f"{outcome}2"))
        ),
        step("b"),
        step("c"),
    )
    assert again(made) == made


def test_what_was_kept_goes_back_in_the_order_of_the_schema(data: SharedData) -> None:
    space = 'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    kept = (
        Kept("", f'<bpmn:message {space} id="m" name="đơn"/>'),
        Kept("", f'<bpmn:textAnnotation {space} id="t"><bpmn:text>chú ý</bpmn:text></bpmn:textAnnotation>'),
        Kept("a", f"<bpmn:documentation {space}>vì sao</bpmn:documentation>"),
        Kept("a", f'<bpmn:standardLoopCharacteristics {space} id="l"/>'),
        Kept("a", '<x:y xmlns:x="urn:x" z="1"/>'),
    )
    made = procedure(step("a", "b"), step("b"), kept=kept)
    schema(data).assertValid(root_of(made))
    assert Counter((one.of, one.xml) for one in again(made).kept) == Counter((k.of, k.xml) for k in kept)


def schema(data: SharedData) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(data / "schemas" / "bpmn20" / "BPMN20.xsd"))


def test_every_shipped_procedure_is_valid_bpmn(data: SharedData) -> None:
    known = schema(data)
    for path in SHIPPED:
        known.assertValid(root_of(load_procedure(path)))


@given(made=drawn())
@settings(max_examples=25, deadline=None)
def test_any_procedure_is_valid_bpmn(made: Procedure, schema_of_bpmn: etree.XMLSchema) -> None:
    schema_of_bpmn.assertValid(root_of(made))


@pytest.fixture(scope="module")
def schema_of_bpmn() -> etree.XMLSchema:
    import os

    root = os.environ.get("ISO_AUDIT_DATA")
    if not root:
        pytest.skip("ISO_AUDIT_DATA is not set")
    return etree.XMLSchema(etree.parse(Path(root) / "schemas" / "bpmn20" / "BPMN20.xsd"))


UNLIKE = {"valid-complex", "B.2.0"}
"""Attributes of an event that cannot sit at its border again, and pools whose ids nothing keeps."""


def test_other_peoples_drawings_survive_writing_and_reading(data: SharedData) -> None:
    known = schema(data)
    seen = 0
    for path in sorted((data / "bpmn").rglob("*.bpmn")):
        try:
            read = read_bpmn(path)
        except InputError:
            continue
        for made in read.procedures:
            root = root_of(made)
            known.assertValid(root)
            back = read_root(root, "again.bpmn").procedures
            assert len(back) == 1, path.name
            if path.stem not in UNLIKE:
                assert back[0] == made, path.name
                seen += 1
    assert seen > 180


def test_a_miwg_model_keeps_its_kinds_of_tasks_and_events(data: SharedData) -> None:
    path = data / "bpmn" / "miwg" / "B.1.0.bpmn"
    (made,) = read_bpmn(path).procedures
    root = root_of(made)
    before = Counter(re.findall(r"<(?:\w+:)?(\w+(?:Task|Event)) ", path.read_text(encoding="utf-8")))
    after = Counter(etree.QName(one).localname for one in root.iter() if "}" in str(one.tag))
    assert {name: after[name] for name in before if name.endswith("Task")} == {
        name: count for name, count in before.items() if name.endswith("Task")
    }
