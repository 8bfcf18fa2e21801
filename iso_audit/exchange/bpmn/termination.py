"""Is there anything left to end where a drawing ends everything?"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.shapes import Node, Scope
from iso_audit.exchange.bpmn.vocabulary import GATEWAYS, tag


def superfluous(drawing: Drawing) -> Iterator[etree._Element]:
    """Ends of everything that no parallel work can precede.

    Parallel work comes from splits, from several nodes that begin at once, and from events that do not
    interrupt; whether it has been joined again is not asked, so that nothing is called superfluous
    which is not. Linear in each scope.
    """
    for scope in drawing.scopes():
        ends = [node for node in scope.nodes if node.element == "endEvent" and "terminate" in node.sorts]
        if not ends or any(_runs_beside(node) for node in scope.nodes):
            continue
        after = _after(scope)
        yield from (end.xml for end in ends if end not in after)


def _runs_beside(node: Node) -> bool:
    """An event sub-process that starts without interrupting what is going on."""
    starts = node.inner.nodes if node.inner is not None and node.is_event_sub_process else ()
    return any(start.xml.get("isInterrupting") == "false" for start in starts)


def _after(scope: Scope) -> set[Node]:
    """Nodes that parallel work may lead to."""
    loose = [n for n in scope.nodes if not n.incoming and not n.is_boundary and not n.is_apart]
    begun = [n for n in loose if n.element != "startEvent"]
    stack = begun if len(begun) > 1 or len(begun) < len(loose) else []
    stack = [*stack, *(node for node in scope.nodes if _splits(node))]
    stack += [node for node in scope.nodes if node.is_boundary and not node.interrupts]
    seen = set(stack)
    while stack:
        node = stack.pop()
        for following in (*(link.target for link in node.outgoing), *node.boundaries):
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return seen


def _splits(node: Node) -> bool:
    if node.element in GATEWAYS:
        return len(node.outgoing) > 1 and node.element not in ("exclusiveGateway", "eventBasedGateway")
    free = [link for link in node.outgoing if not link.is_default]
    beside = any(not event.interrupts for event in node.boundaries)
    return len(free) > 1 or beside or node.xml.find(tag("multiInstanceLoopCharacteristics")) is not None
