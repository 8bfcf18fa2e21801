"""The sequence flows of a drawing become flows of steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from iso_audit.exchange.bpmn.leaving import Leaving
from iso_audit.exchange.bpmn.making import At, Making
from iso_audit.exchange.bpmn.markup import line_of
from iso_audit.exchange.bpmn.shapes import Link, Node, Scope
from iso_audit.exchange.bpmn.vocabulary import GATEWAYS, own, tag
from iso_audit.model.place import Place
from iso_audit.model.procedure import Flow, Join, Split


class Flows:
    """Connects the steps of one scope."""

    def __init__(self, steps: Making, at: At, entry: dict[Node, str], exits: dict[Node, str]) -> None:
        self.all, self.at, self.entry, self.exits = steps, at, entry, exits

    def connect(self, scope: Scope) -> None:
        """Give every step of a scope its flows."""
        catches = {
            _link_name(n): n for n in scope.nodes if n.element == "intermediateCatchEvent" and _link_name(n)
        }
        for node in scope.nodes:
            if node not in self.exits:
                continue
            self._leave(node)
            step = self.all.steps[self.exits[node]]
            throws = node.element == "intermediateThrowEvent" and node.facts is None
            caught = catches.get(_link_name(node)) if throws else None
            if caught is not None and not step.flows:
                self.all.change(step.id, flows=(Flow(self.entry[caught], place=step.place),))
            elif not step.flows and self.at.end:
                self.all.change(step.id, flows=(Flow(self.at.end, place=step.place),))
        for node in scope.nodes:
            waiting = [each for each in node.boundaries if each in self.entry]
            if waiting and node in self.exits:
                ends = [(self.entry[each], each.name, each.interrupts) for each in waiting]
                Leaving(self.all, self.entry[node], self.exits[node], self.at.end).by(ends)

    def _leave(self, node: Node) -> None:
        links, gate = node.outgoing, None
        while len(links) == 1 and links[0].target.made == "split" and is_dissolved(links[0].target):
            gate = links[0].target
            links = gate.outgoing
        drawn = [(link, flow) for link in links if (flow := self.flow(link)) is not None]
        flows = tuple(flow for _, flow in drawn)
        name = self.exits[node]
        if gate is not None:
            split, deferred = GATEWAYS[gate.element][0], gate.element == "eventBasedGateway"
        elif node.element in GATEWAYS or says(node, "split"):
            split, deferred = self.all.steps[name].split, self.all.steps[name].deferred
        else:
            split, deferred = self._implicit(node, [link for link, _ in drawn]), False
        if len(flows) < 2 and gate is None and not says(node, "split"):
            split, deferred = Split.ONE, False
        if node.facts is None:
            flows = tuple(self._apart(name, flows, split))
            if split is Split.ONE and gate is None:
                flows = tuple(_distinct(flows))
        self.all.change(name, flows=flows, split=split, deferred=deferred)

    def _apart(self, name: str, flows: tuple[Flow, ...], split: Split) -> Iterator[Flow]:
        """Flows to one step lead there through gateways of their own, where it makes a difference.

        Outcomes of one choice that lead to one step are one flow to us; a drawing waits for each.
        """
        seen: set[str] = set()
        for number, flow in enumerate(flows, 1):
            counts = split is not Split.ONE or self.all.steps[flow.to].join is Join.ALL
            if flow.to in seen and counts:
                onward = (replace(flow, outcome=""),)
                flow = replace(flow, to=self.all.gateway(f"{name}/{number}", name, onward))
            yield flow
            seen.add(flow.to)

    def _implicit(self, node: Node, links: list[Link]) -> Split:
        """How a step splits at which no gateway says it."""
        free = sum(link.condition is None and not link.is_default for link in links)
        if len(links) < 2:
            return Split.ONE
        if free == len(links):
            return Split.ALL
        if free:
            return Split.SOME
        if sum(not link.is_default for link in links) > 1:
            self.all.notes.say("conditions", node.xml)
        return Split.ONE

    def flow(self, link: Link) -> Flow | None:
        """The flow of a link; None where it only leads to the end."""
        target, seen = link.target, set[Node]()
        while target.made == "join" and is_dissolved(target) and target not in seen:
            seen.add(target)
            join, target = GATEWAYS[target.element][1], target.outgoing[0].target
            if target in self.entry:
                self.all.change(self.entry[target], join=join)
        facts = link.xml.find(f"{tag('extensionElements')}/{own('flow')}")
        facts = etree.Element(own("flow")) if facts is None else facts
        outcome = facts.get("outcome", link.name or link.condition or "")
        aim = self.entry.get(target)
        if aim is None and target.made == "end" and self.at.end:
            aim = self.at.end
        if aim is None:
            if not target.made:
                self.all.notes.say("apart-flow", link.xml)
            return None
        if target.scope is not link.source.scope:
            self.all.notes.say("crossing", link.xml)
        place = Place(self.all.drawing.file, line_of(link.xml))
        return Flow(aim, outcome, facts.get("case", ""), place)


def is_dissolved(node: Node) -> bool:
    """Whether a node that was drawn for a step goes back into it, or was put into other uses since."""
    if node.made == "split":
        return (
            node.element in GATEWAYS
            and len(node.incoming) == 1
            and len(node.incoming[0].source.outgoing) == 1
        )
    if node.made == "join":
        return node.element in GATEWAYS and len(node.outgoing) == 1
    if node.made == "start":
        return node.element == "startEvent" and not node.incoming
    return node.made == "end" and node.element == "endEvent" and not node.outgoing


def beginnings(scope: Scope) -> tuple[list[Node], Split, bool]:
    """Where a run of a scope begins; of several start events one will do, without any all begin at once."""
    starts = [
        node for node in scope.nodes if node.element == "startEvent" and not node.incoming and not node.made
    ]
    if starts:
        return starts, Split.ONE, True
    loose = [
        node
        for node in scope.nodes
        if not node.incoming and not node.is_boundary and not node.is_apart and not node.made
        and not (node.element == "intermediateCatchEvent" and "link" in node.sorts)
    ]  # fmt: skip
    return loose, Split.ALL, False


def says(node: Node, fact: str) -> bool:
    """Whether our own facts about a node say this one."""
    return node.facts is not None and node.facts.get(fact) is not None


def _link_name(node: Node) -> str:
    found = node.xml.find(tag("linkEventDefinition"))
    return "" if found is None else found.get("name", "")


def _distinct(flows: tuple[Flow, ...]) -> Iterator[Flow]:
    """Outcomes of one choice bear different names."""
    seen: dict[str, int] = {}
    for flow in flows:
        times = seen[flow.outcome] = seen.get(flow.outcome, 0) + 1
        yield replace(flow, outcome=f"{flow.outcome} ({times})") if flow.outcome and times > 1 else flow
