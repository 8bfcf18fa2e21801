"""Habits of drawing about flows: what begins, ends, splits and joins without saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.shapes import Node, Scope
from iso_audit.exchange.bpmn.vocabulary import GATEWAYS

Found = Iterator[etree._Element]
Find = Callable[[Drawing], Found]


def nodes_of(drawing: Drawing) -> Iterator[Node]:
    """Every activity, event and gateway that somebody drew."""
    return (node for scope in drawing.scopes() for node in scope.nodes if not node.made)


def is_ad_hoc(scope: Scope) -> bool:
    """Whether the work in it has no order."""
    return scope.element == "adHocSubProcess"


def starts_of(scope: Scope) -> list[Node]:
    """The start events of a scope."""
    return [node for node in scope.nodes if node.element == "startEvent"]


def no_event(element: str) -> Callable[[Drawing], Found]:
    """Scopes without an event of this kind."""

    def find(drawing: Drawing) -> Found:
        for scope in drawing.scopes():
            if not is_ad_hoc(scope) and not any(n.element == element for n in scope.nodes):
                yield scope.xml

    return find


def disconnected(drawing: Drawing) -> Found:
    """Shapes that no arrow touches."""
    for node in nodes_of(drawing):
        alone = not node.incoming and not node.outgoing and not node.is_boundary
        if alone and not node.is_apart and not is_ad_hoc(node.scope) and link_side(node) == "":
            yield node.xml


def duplicates(drawing: Drawing) -> Found:
    """Arrows of one meaning between the same two shapes, and the shapes."""
    for node in nodes_of(drawing):
        seen: set[tuple[Node, str | None]] = set()
        for link in node.outgoing:
            key = (link.target, link.condition)
            if key in seen:
                yield from (link.xml, node.xml, link.target.xml)
            seen.add(key)


def implicit_starts(drawing: Drawing) -> Found:
    """Shapes that no arrow leads to and that are no start."""
    for node in nodes_of(drawing):
        begins = node.element == "startEvent" or node.is_boundary or link_side(node) == "catch"
        if not node.incoming and not begins and not node.is_apart and not is_ad_hoc(node.scope):
            yield node.xml


def implicit_ends(drawing: Drawing) -> Found:
    """Shapes that no arrow leaves and that are no end."""
    for node in nodes_of(drawing):
        ends = node.element == "endEvent" or link_side(node) == "throw"
        if not node.outgoing and not ends and not node.is_apart and not is_ad_hoc(node.scope):
            yield node.xml


def implicit_splits(drawing: Drawing) -> Found:
    """Work and events that several arrows leave at once."""
    for node in nodes_of(drawing):
        free = [link for link in node.outgoing if link.condition is None and not link.is_default]
        if node.element not in GATEWAYS and len(free) > 1:
            yield node.xml


def fake_joins(drawing: Drawing) -> Found:
    """Work and events at which several arrows meet without waiting for each other."""
    return (node.xml for node in nodes_of(drawing) if node.element not in GATEWAYS and len(node.incoming) > 1)


def gateways(drawing: Drawing) -> Iterator[tuple[Node, int, int]]:
    """Gateways, with how many arrows come in and go out."""
    for node in nodes_of(drawing):
        if node.element in GATEWAYS:
            yield node, len(node.incoming), len(node.outgoing)


def superfluous_gateways(drawing: Drawing) -> Found:
    """Gateways with one way in and one way out."""
    return (node.xml for node, came, go in gateways(drawing) if came == go == 1)


def join_forks(drawing: Drawing) -> Found:
    """Gateways that join and split."""
    return (node.xml for node, came, go in gateways(drawing) if came > 1 and go > 1)


def complex_gateways(drawing: Drawing) -> Found:
    """Complex gateways."""
    return (node.xml for node, _, _ in gateways(drawing) if node.element == "complexGateway")


def without_condition(drawing: Drawing) -> Found:
    """Ways out of a choice some of which have a condition, and this one has none."""
    for node in nodes_of(drawing):
        links = node.outgoing
        chooses = any(link.condition is not None or link.is_default for link in links)
        if len(links) > 1 and chooses:
            yield from (link.xml for link in links if link.condition is None and not link.is_default)


def event_gateways(drawing: Drawing) -> Found:
    """Event-based gateways without a choice, and their ways out that have a condition."""
    for node, _, go in gateways(drawing):
        if node.element == "eventBasedGateway":
            if go < 2:
                yield node.xml
            yield from (link.xml for link in node.outgoing if link.condition is not None)


def link_side(node: Node) -> str:
    """Whether an event is the `catch` or the `throw` of a pair of links."""
    if "link" not in node.sorts:
        return ""
    return {"intermediateCatchEvent": "catch", "intermediateThrowEvent": "throw"}.get(node.element, "")
