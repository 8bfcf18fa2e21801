"""What the positions of the shapes tell against a drawing: nothing drawn, drawn over, drawn outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.shapes import Node, local
from iso_audit.exchange.bpmn.vocabulary import BPMNDI, DC, tag

_DRAWN = (
    "sequenceFlow", "messageFlow", "participant", "lane", "group", "textAnnotation", "dataObjectReference",
    "dataStoreReference",
)  # fmt: skip
"""What is drawn beside activities, events and gateways."""


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float
    plane: int

    def covers(self, other: _Box) -> bool:
        """Whether both share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: _Box) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


def without_shape(drawing: Drawing) -> Iterator[etree._Element]:
    """Elements that are in the data and have no shape."""
    drawn = {
        local(shape.get("bpmnElement", ""))
        for sort in ("BPMNShape", "BPMNEdge")
        for shape in drawing.root.iter(f"{{{BPMNDI}}}{sort}")
    }
    for node in drawing.nodes.values():
        if node.id not in drawn:
            yield node.xml
    for sort in _DRAWN:
        for xml in drawing.root.iter(tag(sort)):
            if xml.get("id", "") not in drawn:
                yield xml


def outside_their_place(drawing: Drawing) -> Iterator[etree._Element]:
    """Shapes that cover a sibling, or lie outside what they are a part of."""
    boxes = _boxes(drawing)
    for scope in drawing.scopes():
        inside = [(boxes[node.id], node) for node in scope.nodes if node.id in boxes]
        yield from _covering(inside)
        frame = boxes.get(scope.id)
        for box, node in inside:
            if (
                frame is not None
                and frame.plane == box.plane
                and not node.is_boundary
                and not frame.holds(box)
            ):
                yield node.xml
    pools = [(boxes[pool.id], pool) for pool in drawing.participants if pool.id in boxes]
    for at, (box, pool) in enumerate(pools):
        for other, second in pools[at + 1 :]:
            if box.plane == other.plane and box.covers(other):
                yield from (pool.xml, second.xml)


def _covering(inside: list[tuple[_Box, Node]]) -> Iterator[etree._Element]:
    """Pairs of siblings that cover each other, by a sweep from left to right."""
    open_now: list[tuple[_Box, Node]] = []
    for box, node in sorted(inside, key=lambda each: each[0].left):
        open_now = [each for each in open_now if each[0].right > box.left]
        for other, second in open_now:
            sits = node.attached is second or second.attached is node
            if other.plane == box.plane and not sits and box.covers(other):
                yield from (second.xml, node.xml)
        open_now.append((box, node))


def _boxes(drawing: Drawing) -> Mapping[str, _Box]:
    found: dict[str, _Box] = {}
    for plane, diagram in enumerate(drawing.root.iter(f"{{{BPMNDI}}}BPMNPlane")):
        for shape in diagram.iterchildren(f"{{{BPMNDI}}}BPMNShape"):
            bounds = shape.find(f"{{{DC}}}Bounds")
            if bounds is None:
                continue
            try:
                x, y, width, height = (float(bounds.get(key, "")) for key in ("x", "y", "width", "height"))
            except ValueError:
                continue
            found[local(shape.get("bpmnElement", ""))] = _Box(x, y, x + width, y + height, plane)
    return found
