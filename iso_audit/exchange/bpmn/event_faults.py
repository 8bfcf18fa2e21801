"""Habits of drawing about events, names and what stands at the top of a file."""

from __future__ import annotations

from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.flow_faults import Found, is_ad_hoc, link_side, nodes_of, starts_of
from iso_audit.exchange.bpmn.shapes import Node, local
from iso_audit.exchange.bpmn.vocabulary import ACTIVITIES, DEFINITION, GATEWAYS, tag


def typed_starts(drawing: Drawing) -> Found:
    """Start events of a sub-process that begins when it is reached, and not by an event."""
    for scope in drawing.scopes():
        if scope.owner is not None and not scope.owner.is_event_sub_process:
            yield from (start.xml for start in starts_of(scope) if start.sorts)


def blank_starts(drawing: Drawing) -> Found:
    """Start events of an event sub-process that do not say what starts it."""
    for scope in drawing.scopes():
        if scope.owner is not None and scope.owner.is_event_sub_process:
            yield from (start.xml for start in starts_of(scope) if not start.sorts)


def several_blank_starts(drawing: Drawing) -> Found:
    """Scopes with several start events that do not say when they are meant."""
    for scope in drawing.scopes():
        if sum(not start.sorts for start in starts_of(scope)) > 1:
            yield scope.xml


def several_sorts(drawing: Drawing) -> Found:
    """Events of several sorts at once."""
    return (node.xml for node in nodes_of(drawing) if len(node.sorts) > 1)


def unpaired_links(drawing: Drawing) -> Found:
    """Links without a name, without their other side in the same scope, or with two ends to go on at."""
    for scope in drawing.scopes():
        sides: dict[str, dict[str, list[Node]]] = {"catch": {}, "throw": {}}
        for node in scope.nodes:
            if side := link_side(node):
                found = node.xml.find(tag("linkEventDefinition"))
                name = "" if found is None else found.get("name", "")
                sides[side].setdefault(name, []).append(node)
        for side, other in (("catch", "throw"), ("throw", "catch")):
            for name, nodes in sides[side].items():
                wrong = not name or name not in sides[other] or (side == "catch" and len(nodes) > 1)
                yield from (node.xml for node in nodes if wrong)


def without_label(drawing: Drawing) -> Found:
    """Shapes that a reader needs a name of and that have none."""
    for node in nodes_of(drawing):
        is_gateway, is_start = node.element in GATEWAYS, node.element == "startEvent"
        needs = len(node.outgoing) > 1 and node.element not in ("parallelGateway", "eventBasedGateway")
        needs = needs if is_gateway else not (is_start and node.scope.owner is not None)
        if needs and not node.name and node.inner is None:
            yield node.xml
        if node.element in GATEWAYS or node.element in ACTIVITIES:
            yield from (link.xml for link in node.outgoing if link.condition is not None and not link.name)
    yield from (pool.xml for pool in drawing.participants if not pool.name)
    for lane in drawing.root.iter(tag("lane")):
        if not lane.get("name", "").strip():
            yield lane


def in_ad_hoc(drawing: Drawing) -> Found:
    """Starts and ends inside work that has no order."""
    for node in nodes_of(drawing):
        if is_ad_hoc(node.scope) and node.element in ("startEvent", "endEvent"):
            yield node.xml


def without_event_condition(drawing: Drawing) -> Found:
    """Conditional events that do not say the condition, in processes meant to be carried out by a machine."""
    for process in drawing.processes:
        if process.xml.get("isExecutable") != "true":
            continue
        for node in (node for scope in process.walk() for node in scope.nodes):
            for found in node.xml.iterchildren(tag(f"conditional{DEFINITION}")):
                condition = found.find(tag("condition"))
                if condition is None or not "".join(map(str, condition.itertext())).strip():
                    yield node.xml


def global_names(drawing: Drawing) -> Found:
    """Messages, errors, signals and escalations without a name, of one name, or that nothing refers to."""
    sorts = ("error", "escalation", "signal", "message")
    used = {
        local(str(value))
        for element in drawing.root.iter()
        for key, value in element.attrib.items()
        if str(key) in {f"{sort}Ref" for sort in sorts}
    }
    used |= {
        local((e.text or "").strip()) for e in drawing.root.iter(tag("inMessageRef"), tag("outMessageRef"))
    }
    for sort in sorts:
        found = drawing.root.findall(tag(sort))
        names = [each.get("name", "") for each in found]
        for each, name in zip(found, names, strict=True):
            if not name or names.count(name) > 1 or each.get("id", "") not in used:
                yield each
