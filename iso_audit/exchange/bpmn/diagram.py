"""The part of a BPMN file that says where everything stands (BPMN DI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from iso_audit.analysis.routing import Point
from iso_audit.exchange.bpmn.naming import Names
from iso_audit.exchange.bpmn.plane import Bounds, Plane, message_bends, words_beside, words_on
from iso_audit.exchange.bpmn.vocabulary import BPMNDI, DC, DI, SUB_PROCESSES, tag
from iso_audit.exchange.spelled_out import Key

Ends = tuple[tuple[str, Key], tuple[str, Key]]
"""Pool and sign where a message begins, and where it ends."""


def draw(
    root: etree._Element,
    on: etree._Element,
    planes: Mapping[str, Plane],
    messages: Sequence[Ends],
    names: Names,
) -> None:
    """Add the drawing of all planes to a file; `on` is its collaboration or its only process."""
    diagram = etree.SubElement(root, _bpmndi("BPMNDiagram"), id=names.fresh("diagram"))
    plane = etree.SubElement(diagram, _bpmndi("BPMNPlane"), id=names.fresh("plane"))
    plane.set("bpmnElement", on.get("id", ""))
    artist = _Artist(plane, names, {one.get("id", ""): one for one in root.iter()})
    for part, one in planes.items():
        if on.tag == tag("collaboration"):
            artist.shape(names.of((part, "pool")), one.frame, isHorizontal="true")
        for place, lane in enumerate(one.lanes):
            artist.shape(names.of((part, f"lane{place}")), lane.bounds, isHorizontal="true")
        artist.scope(one)
    for place, ends in enumerate(messages):
        artist.edge(names.of(("", f"message{place}")), message_bends(place, planes, ends))


class _Artist:
    """Writes shapes and edges."""

    def __init__(self, plane: etree._Element, names: Names, drawn: Mapping[str, etree._Element]) -> None:
        self.plane, self.names, self.drawn = plane, names, drawn

    def scope(self, plane: Plane) -> None:
        """Signs before what is inside them, lines last."""
        for key, bounds in plane.bounds.items():
            inner = None if key[1] else plane.inner.get(key[0])
            framed = inner is not None and not inner.scope.end
            self.sign(self.names.of((key[0], "frame") if framed else key), bounds, is_open=inner is not None)
            if inner is not None:
                self.scope(inner)
        place = {id(line): number for number, line in enumerate(plane.scope.drawing.lines)}
        for line, points in plane.bends:
            self.edge(self.names.of((plane.scope.owner, f"flow{place[id(line)]}")), points)

    def sign(self, name: str, bounds: Bounds, *, is_open: bool) -> None:
        """One flow node; names of events and gateways stand below them."""
        sort = etree.QName(self.drawn[name]).localname
        facts = {"isMarkerVisible": "true"} if sort == "exclusiveGateway" else {}
        facts |= {"isExpanded": "true" if is_open else "false"} if sort in SUB_PROCESSES else {}
        shape = self.shape(name, bounds, **facts)
        said = self.drawn[name].get("name", "")
        if said and sort.endswith(("Event", "Gateway")):
            x, y, width, height = bounds
            _label(shape, words_beside(said, x + width / 2, y + height))

    def shape(self, name: str, bounds: Bounds, **facts: str) -> etree._Element:
        shape = etree.SubElement(self.plane, _bpmndi("BPMNShape"), id=self.names.fresh(f"{name}_di"))
        shape.set("bpmnElement", name)
        for key, value in facts.items():
            shape.set(key, value)
        _bounds(shape, bounds)
        return shape

    def edge(self, name: str, points: tuple[Point, ...]) -> None:
        edge = etree.SubElement(self.plane, _bpmndi("BPMNEdge"), id=self.names.fresh(f"{name}_di"))
        edge.set("bpmnElement", name)
        for x, y in points:
            etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:.0f}", y=f"{y:.0f}")
        said = self.drawn[name].get("name", "")
        if said:
            _label(edge, words_on(said, points))


def _label(of: etree._Element, bounds: Bounds) -> None:
    _bounds(etree.SubElement(of, _bpmndi("BPMNLabel")), bounds)


def _bounds(of: etree._Element, bounds: Bounds) -> None:
    made = etree.SubElement(of, f"{{{DC}}}Bounds")
    for key, value in zip(("x", "y", "width", "height"), bounds, strict=True):
        made.set(key, f"{value:.0f}")


def _bpmndi(name: str) -> str:
    return f"{{{BPMNDI}}}{name}"
