"""Messages between pools become flows; those of the world outside are assumed to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from iso_audit.exchange.bpmn.making import Making
from iso_audit.exchange.bpmn.markup import line_of
from iso_audit.exchange.bpmn.shapes import MessageLink, Node, Scope, local
from iso_audit.exchange.bpmn.vocabulary import own, tag
from iso_audit.model.place import Place
from iso_audit.model.procedure import Flow, Join, Kept, Split


def deliver(steps: Making) -> None:
    """Give every message flow between two steps its flow, and make its receiver wait for it."""
    for link in steps.drawing.messages:
        link.target = _begun(link.target)
    inside = [
        link
        for link in steps.drawing.messages
        if link.source in steps.exit and link.target in steps.entry and _is_awaited(steps, link)
    ]
    sources: dict[str, list[str]] = {}
    for step in steps.steps.values():
        for flow in step.flows:
            sources.setdefault(flow.to, []).append(step.id)
    arriving: dict[Node, list[MessageLink]] = {}
    for link in inside:
        if link.target is not None:
            arriving.setdefault(link.target, []).append(link)
    doors = {target: _door(steps, target, links, sources) for target, links in arriving.items()}
    sending: dict[str, list[Flow]] = {}
    for link in inside:
        if link.source is None or link.target is None:
            continue
        facts = link.xml.find(f"{tag('extensionElements')}/{own('flow')}")
        said = {} if facts is None else {str(key): str(value) for key, value in facts.attrib.items()}
        message = said.get("message", message_of(steps, link))
        flow = Flow(
            doors[link.target], said.get("outcome", ""), said.get("case", ""),
            Place(steps.drawing.file, line_of(link.xml)), message,
        )  # fmt: skip
        sending.setdefault(steps.exit[link.source], []).append(flow)
    for name, flows in sending.items():
        _send(steps, name, tuple(flows))


def _begun(node: Node | None) -> Node | None:
    """The step that a start was drawn for; any other node itself."""
    seen = set[Node]()
    while (
        node is not None and node.made in ("start", "join") and len(node.outgoing) == 1 and node not in seen
    ):
        seen.add(node)
        node = node.outgoing[0].target
    return node


def outer_messages(steps: Making) -> Iterator[Kept]:
    """Keep the message flows between a step and a pool of the world outside."""
    outside = {pool.id for pool in steps.drawing.participants if not pool.process}
    for link in steps.drawing.messages:
        ends = [local(link.xml.get(key, "")) for key in ("sourceRef", "targetRef")]
        inner = link.source if link.target is None else link.target
        if inner in steps.entry and any(end in outside for end in ends):
            yield steps.notes.keep("", link.xml, said=False)


def _is_awaited(steps: Making, link: MessageLink) -> bool:
    """Whether its receiver waits for it: an event or task that receives, or a step of ours."""
    node = link.target
    if node is None:
        return False
    awaits = (
        node.facts is not None or node.element in ("receiveTask", "startEvent") or "message" in node.sorts
    )
    if not awaits:
        steps.notes.say("not-awaited", link.xml, of=node.name or node.id)
    return awaits


def _door(steps: Making, node: Node, links: list[MessageLink], sources: dict[str, list[str]]) -> str:
    """Make a step wait for its own predecessor and for its messages; return where they arrive.

    In the drawings of others any one of several messages will do; ours have a gateway where that is meant.
    """
    name = steps.entry[node]
    step, own_ways = steps.steps[name], sources.get(name, [])
    count, door = len(links), name
    if count > 1 and node.facts is None:
        count, door = 1, steps.gateway(f"{name}/message", name, (Flow(name),))
    if node.facts is not None and node.facts.get("join") is not None:
        return door
    if len(own_ways) > 1 and step.join is not Join.ALL:
        arrived = steps.gateway(f"{name}/arrived", name, (Flow(name),), join=step.join)
        for source in own_ways:
            flows = steps.steps[source].flows
            moved = tuple(replace(flow, to=arrived) if flow.to == name else flow for flow in flows)
            steps.change(source, flows=moved)
    if len(own_ways) + count > 1:
        steps.change(name, join=Join.ALL)
    return door


def _send(steps: Making, name: str, out: tuple[Flow, ...]) -> None:
    """Make a step deliver messages beside going on."""
    step = steps.steps[name]
    ways, said = step.flows, False
    source = next((node for node, each in steps.exit.items() if each == name), None)
    if source is not None and source.facts is not None:
        said = source.facts.get("split") is not None
    is_choice = len(ways) > 1 or any(flow.outcome for flow in ways)
    if not said and ways and (step.split is Split.SOME or (step.split is Split.ONE and is_choice)):
        choice = steps.gateway(f"{name}/next", name, ways, split=step.split, deferred=step.deferred)
        ways = (Flow(choice),)
        step = replace(step, deferred=False)
    split = step.split if said else Split.ALL if len(ways) + len(out) > 1 else Split.ONE
    steps.change(name, split=split, flows=ways + out, deferred=step.deferred)


def message_of(steps: Making, link: MessageLink) -> str:
    """Words for a message: its own name, that of its flow, or of who sends it."""
    named = steps.drawing.elements.get(local(link.xml.get("messageRef", "")))
    name = "" if named is None else named.get("name", "")
    ends = (link.source, link.target)
    return link.name or name or next((end.name for end in ends if end is not None and end.name), link.id)


def outside_of(steps: Making, processes: Sequence[Scope]) -> Iterator[str]:
    """Names of the messages that the world outside is assumed to deliver."""
    for link in steps.drawing.messages:
        if link.target in steps.entry and link.source not in steps.exit:
            if link.source is None and local(link.xml.get("sourceRef", "")) in _pools(steps):
                steps.notes.say("message-outside", link.xml)
            yield message_of(steps, link)
    got = {link.target for link in steps.drawing.messages}
    for process in processes:
        for scope in process.walk():
            for node in scope.nodes:
                if node in steps.entry and node not in got and node.facts is None and _receives(node):
                    yield _awaited(steps, node)


def _pools(steps: Making) -> set[str]:
    return {pool.id for pool in steps.drawing.participants if pool.process}


def _receives(node: Node) -> bool:
    catches = node.element in ("startEvent", "intermediateCatchEvent", "boundaryEvent")
    return node.element == "receiveTask" or (catches and "message" in node.sorts)


def _awaited(steps: Making, node: Node) -> str:
    refs = [node.xml.get("messageRef", "")]
    refs += [each.get("messageRef", "") for each in node.xml.iterchildren(tag("messageEventDefinition"))]
    found = (steps.drawing.elements.get(local(ref)) for ref in refs if ref)
    names = (each.get("name", "") for each in found if each is not None)
    return next((name for name in names if name), node.name or steps.entry[node])
