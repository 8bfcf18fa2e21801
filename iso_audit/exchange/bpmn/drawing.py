"""What a BPMN file draws, as shapes that know each other; references that lead nowhere are faults."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from iso_audit.errors import Fault
from iso_audit.exchange.bpmn.markup import line_of, plain_name
from iso_audit.exchange.bpmn.shapes import Lane, Link, MessageLink, Node, Participant, Scope, local
from iso_audit.exchange.bpmn.vocabulary import (
    BPMN,
    DEFINITION,
    FLOW_NODES,
    SUB_PROCESSES,
    own,
    tag,
)
from iso_audit.model.place import Place
from iso_audit.text import Text, did_you_mean

MOST_HINTS = 50
"""Faults after which none gets a hint any more."""
_EXTENSIONS, _MADE, _STEP = tag("extensionElements"), own("made"), own("step")
MOST_DEPTH = 60
"""Sub-processes inside each other."""


class Drawing:
    """All shapes of one file, and the faults that were found while they were put together."""

    def __init__(self, root: etree._Element, file: str) -> None:
        self.root, self.file = root, file
        self.faults: list[Fault] = []
        self.elements: dict[str, etree._Element] = {}
        """Every BPMN element that has an id."""
        self.nodes: dict[str, Node] = {}
        self.processes: list[Scope] = []
        self.participants: list[Participant] = []
        self.messages: list[MessageLink] = []
        self._note_ids()
        for xml in root.findall(tag("process")):
            self.processes.append(self._scope(xml, None))
        self._attach()
        for scope in self.scopes():
            self._links(scope)
        for process in self.processes:
            for lanes in process.xml.findall(tag("laneSet")):
                self._lanes(lanes)
        for collaboration in root.findall(tag("collaboration")):
            self._collaboration(collaboration)

    def scopes(self) -> Iterator[Scope]:
        """Every process and sub-process."""
        for process in self.processes:
            yield from process.walk()

    def place(self, element: etree._Element) -> Place:
        return Place(self.file, line_of(element))

    def _note_ids(self) -> None:
        for element in self.root.iter(f"{{{BPMN}}}*"):
            name = element.get("id")
            if name is None:
                continue
            other = self.elements.setdefault(name, element)
            if other is not element:
                self.say(element, _twice(name, line_of(other)))

    def _scope(self, xml: etree._Element, owner: Node | None, depth: int = 0) -> Scope:
        name = plain_name(xml)
        scope = Scope(self._id(xml), name, _name(xml), xml, owner)
        for child in xml.iterchildren(f"{{{BPMN}}}*"):
            element = plain_name(child)
            if element not in FLOW_NODES:
                continue
            sorts = tuple(
                plain_name(each).removesuffix(DEFINITION)
                for each in child
                if str(each.tag).endswith(DEFINITION)
            ) + self._referred_sorts(child)
            node = Node(self._id(child), element, _name(child), child, scope, sorts)
            extensions = child.find(_EXTENSIONS)
            if extensions is not None:
                made = extensions.find(_MADE)
                node.made = "" if made is None else made.get("as", "")
                node.facts = extensions.find(_STEP)
            self.nodes.setdefault(node.id, node)
            scope.nodes.append(node)
            if element in SUB_PROCESSES and depth == MOST_DEPTH:
                self.say(child, _TOO_DEEP)
            elif element in SUB_PROCESSES:
                node.inner = self._scope(child, node, depth + 1)
        return scope

    def _referred_sorts(self, event: etree._Element) -> tuple[str, ...]:
        """Definitions of an event that stand elsewhere in the file."""
        found = (
            self.elements.get(local((ref.text or "").strip()))
            for ref in event.findall(tag("eventDefinitionRef"))
        )
        names = (plain_name(each) for each in found if each is not None)
        return tuple(name.removesuffix(DEFINITION) for name in names if name.endswith(DEFINITION))

    def _attach(self) -> None:
        for node in [node for scope in self.scopes() for node in scope.nodes if node.is_boundary]:
            host = self._meant(node.xml, "attachedToRef")
            if host is not None:
                node.attached = host
                host.boundaries.append(node)

    def _links(self, scope: Scope) -> None:
        defaults = {local(node.xml.get("default", "")) for node in scope.nodes} - {""}
        for xml in scope.xml.findall(tag("sequenceFlow")):
            source, target = self._meant(xml, "sourceRef"), self._meant(xml, "targetRef")
            if source is None or target is None:
                continue
            link = Link(self._id(xml), _name(xml), source, target, xml)
            link.is_default = local(source.xml.get("default", "")) == link.id
            defaults.discard(link.id)
            source.outgoing.append(link)
            target.incoming.append(link)
        for node in scope.nodes:
            if local(node.xml.get("default", "")) in defaults:
                self._say_missing(node.xml, "default", node.xml.get("default", ""))

    def _lanes(self, lanes: etree._Element) -> None:
        """Nested lanes: the innermost that names a node holds it."""
        for xml in lanes.findall(tag("lane")):
            facts = xml.find(f"{tag('extensionElements')}/{own('lane')}")
            lane = Lane(_name(xml), "" if facts is None else facts.get("role", ""))
            for ref in xml.findall(tag("flowNodeRef")):
                node = self.nodes.get(local((ref.text or "").strip()))
                if node is not None:
                    node.lane = lane
            for inner in xml.findall(tag("childLaneSet")):
                self._lanes(inner)

    def _collaboration(self, collaboration: etree._Element) -> None:
        known = {process.id for process in self.processes}
        pools: dict[str, Participant] = {}
        for xml in collaboration.findall(tag("participant")):
            process = local(xml.get("processRef", ""))
            pool = Participant(self._id(xml), _name(xml), process if process in known else "", xml)
            self.participants.append(pool)
            pools[pool.id] = pool
        for xml in collaboration.findall(tag("messageFlow")):
            ends: list[Node | None] = []
            for attribute in ("sourceRef", "targetRef"):
                name = local(xml.get(attribute, ""))
                ends.append(self.nodes.get(name))
                if name not in self.nodes and name not in pools and not self._is_drawn(name):
                    self._say_missing(xml, attribute, name)
            self.messages.append(MessageLink(self._id(xml), _name(xml), ends[0], ends[1], xml))

    def _is_drawn(self, name: str) -> bool:
        """Whether a message may begin or end there although it is no node: a choreography, a conversation."""
        return name in self.elements

    def _meant(self, xml: etree._Element, attribute: str) -> Node | None:
        name = xml.get(attribute)
        node = None if name is None else self.nodes.get(local(name))
        if node is None:
            self._say_missing(xml, attribute, name)
        return node

    def _say_missing(self, xml: etree._Element, attribute: str, name: str | None) -> None:
        element = plain_name(xml)
        if name is None:
            self.say(xml, _no_attribute(element, attribute))
            return
        hint = did_you_mean(name, list(self.nodes)[:500]) if len(self.faults) < MOST_HINTS else None
        self.say(xml, _nowhere(element, xml.get("id", ""), attribute, name[:100]), hint)

    def say(self, xml: etree._Element, what: Text, hint: Text | None = None) -> None:
        """Remember a fault at an element."""
        self.faults.append(Fault(what, self.file, line_of(xml), 0, hint))

    def _id(self, xml: etree._Element) -> str:
        """The id, or a name made of the line for the few elements that have none."""
        return xml.get("id") or f"{plain_name(xml)}-{line_of(xml)}"


def _name(xml: etree._Element) -> str:
    return " ".join(xml.get("name", "").split())


def _twice(name: str, line: int) -> Text:
    return Text(
        vi=f"mã '{name[:100]}' có hai lần (lần đầu ở dòng {line})",
        en=f"the id '{name[:100]}' stands twice (first on line {line})",
    )


def _no_attribute(element: str, attribute: str) -> Text:
    return Text(vi=f"{element} thiếu {attribute}", en=f"{element} has no {attribute}")


def _nowhere(element: str, name: str, attribute: str, target: str) -> Text:
    return Text(
        vi=f"{element} '{name}': {attribute} chỉ tới '{target}', sơ đồ không có phần tử này",
        en=f"{element} '{name}': {attribute} leads to '{target}', which the drawing does not have",
    )


_TOO_DEEP = Text(
    vi=f"quy trình con lồng nhau sâu hơn {MOST_DEPTH} tầng",
    en=f"sub-processes are nested deeper than {MOST_DEPTH} levels",
)
