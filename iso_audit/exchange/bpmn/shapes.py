"""The shapes of a drawing: activities, events and gateways, what joins them and what holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from iso_audit.exchange.bpmn.vocabulary import tag


@dataclass(eq=False, slots=True)
class Node:
    """An activity, event or gateway."""

    id: str
    element: str
    name: str
    xml: etree._Element
    scope: Scope
    sorts: tuple[str, ...] = ()
    """Sorts of its event definitions: `timer`, `message` ..."""
    attached: Node | None = None
    incoming: list[Link] = field(default_factory=list)
    outgoing: list[Link] = field(default_factory=list)
    boundaries: list[Node] = field(default_factory=list)
    inner: Scope | None = None
    lane: Lane | None = None
    made: str = ""
    """What it was drawn for, if it is no step: `split`, `join`, `start` or `end` of one, or `anytime`."""
    facts: etree._Element | None = None
    """Our own facts about it."""

    @property
    def is_event_sub_process(self) -> bool:
        return self.element == "subProcess" and self.xml.get("triggeredByEvent") == "true"

    @property
    def is_apart(self) -> bool:
        """Whether it stands beside the flow: an event sub-process, or work that only undoes other work."""
        undoes = self.xml.get("isForCompensation") == "true"
        return undoes or self.is_event_sub_process or (self.is_boundary and self.sorts == ("compensate",))

    @property
    def is_boundary(self) -> bool:
        return self.element == "boundaryEvent"

    @property
    def interrupts(self) -> bool:
        return self.xml.get("cancelActivity", "true") != "false"


@dataclass(eq=False, slots=True)
class Link:
    """A sequence flow."""

    id: str
    name: str
    source: Node
    target: Node
    xml: etree._Element
    is_default: bool = False

    @property
    def condition(self) -> str | None:
        """The condition's text on one line, "" for one without text; None where there is no condition."""
        found = self.xml.find(tag("conditionExpression"))
        return None if found is None else " ".join("".join(map(str, found.itertext())).split())


@dataclass(eq=False, slots=True)
class Lane:
    """Who does the work in it."""

    name: str
    role: str
    """Our own id of the role; empty in the drawings of others."""


@dataclass(eq=False, slots=True)
class Scope:
    """A process, or the inside of a sub-process."""

    id: str
    element: str
    name: str
    xml: etree._Element
    owner: Node | None = None
    nodes: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Scope]:
        """This scope and those inside it."""
        yield self
        for node in self.nodes:
            if node.inner is not None:
                yield from node.inner.walk()


@dataclass(eq=False, slots=True)
class Participant:
    """A pool; without a process it is the world outside."""

    id: str
    name: str
    process: str
    xml: etree._Element


@dataclass(eq=False, slots=True)
class MessageLink:
    """A message flow; an end is a node, or None for the world outside."""

    id: str
    name: str
    source: Node | None
    target: Node | None
    xml: etree._Element


def local(name: str) -> str:
    """Return a reference without its prefix: references are qualified names."""
    return name.rpartition(":")[2]
