"""Which BPMN element a sign becomes, and what its event definitions are."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from iso_audit.exchange.bpmn.vocabulary import ACTIVITIES, DEFINITION, GATEWAYS, SUB_PROCESSES, XSI, tag
from iso_audit.exchange.spelled_out import Node
from iso_audit.model.procedure import Join, Split, Step

DEFINITIONS = (
    "message", "timer", "error", "escalation", "cancel", "compensate", "conditional", "link", "signal",
    "terminate",
)  # fmt: skip
_BY_SPLIT = {Split.ONE: "exclusiveGateway", Split.ALL: "parallelGateway", Split.SOME: "inclusiveGateway"}
_BY_JOIN = {Join.ANY: "exclusiveGateway", Join.ALL: "parallelGateway", Join.SOME: "inclusiveGateway"}


def element_of_sign(
    node: Node, entered: bool, left: bool, *, waited: bool = False, is_open: bool = False
) -> str:
    """Name the element: the one it was read from where that still fits, else the plainest.

    Args:
        node: The sign.
        entered: Whether lines lead to it.
        left: Whether lines leave it.
        waited: Whether a choice before it waits for what comes first.
        is_open: Whether it holds other signs.
    """
    if node.made in ("start", "end"):
        return f"{node.made}Event"
    if node.made == "join":
        return _BY_JOIN[node.join]
    if node.made == "split":
        return "eventBasedGateway" if node.deferred else _BY_SPLIT[node.split]
    known = node.step.element.partition(":")[0]
    if "Event" in known:
        return _event(known, entered, left)
    if not node.step.is_silent:
        return known if known in ACTIVITIES else "receiveTask" if waited else "userTask"
    if known in ACTIVITIES and (is_open or known not in SUB_PROCESSES):
        return known
    return _gateway(node, known)


def _event(known: str, entered: bool, left: bool) -> str:
    """An event that may stand where this one stands."""
    fits = {"startEvent": not entered, "endEvent": not left, "boundaryEvent": not entered}
    if fits.get(known, known in ("intermediateCatchEvent", "intermediateThrowEvent")):
        return known
    return "intermediateThrowEvent"


def _gateway(node: Node, known: str) -> str:
    step = node.step
    if step.deferred and node.deferred:
        return "eventBasedGateway"
    made = _BY_SPLIT[step.split] if step.split is not Split.ONE else _BY_JOIN[step.join]
    return known if GATEWAYS.get(known) == GATEWAYS[made] and known != "eventBasedGateway" else made


def says_split(step: Step, sign: str, sends: bool) -> bool:
    """Whether the way a step splits has to be said: no gateway was drawn for it alone."""
    if sign == "adHocSubProcess" and step.split is Split.SOME:
        return False
    drawn = GATEWAYS[sign][0] if sign in GATEWAYS else Split.ONE
    if len(step.flows) < 2 and step.split is not Split.ONE:
        return True
    return sends or step.split is not drawn or step.deferred is not (sign == "eventBasedGateway")


def says_join(step: Step, sign: str, heard: bool) -> bool:
    """The same of the way it joins."""
    drawn = GATEWAYS[sign][1] if sign in GATEWAYS else Join.ANY
    return heard or step.join is not drawn


def definitions_of(step: Step, sign: str, element: etree._Element) -> Iterator[etree._Element]:
    """Event definitions that the step was read with and that nothing kept has brought back yet."""
    if not sign.endswith("Event"):
        return
    for sort in step.element.partition(":")[2].rstrip("!").split("+"):
        if sort not in DEFINITIONS or element.find(tag(sort + DEFINITION)) is not None:
            continue
        made = etree.Element(tag(sort + DEFINITION))
        if sort == "conditional":
            condition = etree.SubElement(made, tag("condition"))
            condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
            condition.text = step.name.say("vi")
        if sort == "link":
            made.set("name", step.name.say("vi") or step.id)
        yield made
