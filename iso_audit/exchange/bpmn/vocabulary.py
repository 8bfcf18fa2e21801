"""Names of BPMN 2.0 (OMG formal/2013-12-09) that reading and writing share."""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.model.procedure import Join, Split

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ISO = "urn:iso-audit:procedure"
"""Our own facts, as extension elements."""

NSMAP: Mapping[str, str] = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "iso": ISO}
"""The prefixes that we write; any are read."""

TASKS = (
    "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask",
    "receiveTask",
)  # fmt: skip
SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess")
ACTIVITIES = (*TASKS, *SUB_PROCESSES, "callActivity")
EVENTS = (
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
)  # fmt: skip
GATEWAYS: Mapping[str, tuple[Split, Join]] = {
    "exclusiveGateway": (Split.ONE, Join.ANY),
    "parallelGateway": (Split.ALL, Join.ALL),
    "inclusiveGateway": (Split.SOME, Join.SOME),
    "eventBasedGateway": (Split.ONE, Join.ANY),
    "complexGateway": (Split.SOME, Join.SOME),
}
"""How a gateway splits and joins; a complex one is read as inclusive."""
FLOW_NODES = frozenset((*ACTIVITIES, *EVENTS, *GATEWAYS))

DEFINITION = "EventDefinition"
"""What the elements that say the sort of an event end with: `timerEventDefinition` ..."""


def tag(name: str) -> str:
    """Return the full name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def own(name: str) -> str:
    """Return the full name of an element of ours."""
    return f"{{{ISO}}}{name}"


ROOT_ELEMENTS = frozenset(
    (
        "import", "extension", "relationship", "category", "correlationProperty", "dataStore", "endPoint",
        "error", "escalation", "eventDefinition", "globalBusinessRuleTask", "globalManualTask",
        "globalScriptTask", "globalTask", "globalUserTask", "interface", "itemDefinition", "message",
        "partnerEntity", "partnerRole", "resource", "signal", "choreography", "globalChoreographyTask",
        "globalConversation", "cancelEventDefinition", "compensateEventDefinition",
        "conditionalEventDefinition", "errorEventDefinition", "escalationEventDefinition",
        "linkEventDefinition", "messageEventDefinition", "signalEventDefinition",
        "terminateEventDefinition", "timerEventDefinition",
    )
)  # fmt: skip
"""What stands at the top of a file beside processes and collaborations."""
