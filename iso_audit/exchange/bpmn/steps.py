"""The shapes of a process become steps and flows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lxml import etree

from iso_audit.errors import Fault
from iso_audit.exchange.bpmn import unread
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.facts import read_facts
from iso_audit.exchange.bpmn.flows import Flows, beginnings, is_dissolved, says
from iso_audit.exchange.bpmn.making import At, Making
from iso_audit.exchange.bpmn.markup import line_of
from iso_audit.exchange.bpmn.shapes import Node, Scope, local
from iso_audit.exchange.bpmn.vocabulary import ACTIVITIES, GATEWAYS, tag
from iso_audit.model.place import Place
from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.text import Text

MOST_STEPS = 200_000
"""Steps of one file, with those of called processes."""


class Steps(Making):
    """Makes the steps of one or several linked processes."""

    def __init__(self, drawing: Drawing, notes: unread.Notes, faults: list[Fault]) -> None:
        super().__init__(drawing, notes, faults)
        self._pending: list[tuple[Scope, At, dict[Node, str], dict[Node, str]]] = []

    def add_process(self, process: Scope, at: At) -> None:
        """Add the steps of a process."""
        at = replace(at, called=(process.id,))
        self._scope(process, at, self.entry, self.exit)
        for scope, where, entry, exits in self._pending:
            Flows(self, where, entry, exits).connect(scope)
        self._pending.clear()

    def _scope(self, scope: Scope, at: At, entry: dict[Node, str], exits: dict[Node, str]) -> None:
        self._pending.append((scope, at, entry, exits))
        for node in scope.nodes:
            if node.made == "anytime" and node.inner is not None:
                self._scope(node.inner, at, entry, exits)
            elif node.is_apart:
                self.kept.append(self.notes.keep(at.within, node.xml, said=False))
                self.notes.say("event-sub-process" if node.is_event_sub_process else "compensation", node.xml)
            elif not is_dissolved(node):
                self._node(node, at, entry, exits)
        unread.of_links(scope, self.notes)

    def _node(self, node: Node, at: At, entry: dict[Node, str], exits: dict[Node, str]) -> None:
        step = self._step(node, at)
        if len(self.steps) >= MOST_STEPS:
            self.steps[step.id] = step
            return self._too_many(node)
        self.steps[step.id] = step
        entry[node] = exits[node] = step.id
        self.kept += unread.of_node(node, step.id, self.notes)
        inside, called = node.inner, at.called
        if node.element == "callActivity":
            inside = self._called(node, at)
            called = (*called, inside.id) if inside else called
        if inside is None or not inside.nodes:
            return None
        end = f"{step.id}/end"
        self.steps[step.id] = replace(step, kinds=("route",), role="", unit="")
        prefix = f"{step.id}." if inside is not node.inner else at.prefix
        within = replace(at, prefix=prefix, within=step.id, end=end, called=called)
        fresh: tuple[dict[Node, str], dict[Node, str]] = ({}, {})
        self._scope(inside, within, *((entry, exits) if inside is node.inner else fresh))
        starts = Flows(self, within, *((entry, exits) if inside is node.inner else fresh))
        self._begin(step.id, node, inside, starts)
        self.steps[end] = Step(
            end, Text(), ("route",), part=step.part, within=at.within, join=Join.SOME, place=step.place
        )
        exits[node] = end
        return None

    def _begin(self, name: str, node: Node, inside: Scope, flows: Flows) -> None:
        """How a run comes from a sub-process to what stands in it."""
        made = [link for each in inside.nodes if each.made == "start" for link in each.outgoing]
        said = self.steps[name]
        if made:
            drawn = tuple(flow for flow in (flows.flow(link) for link in made) if flow is not None)
            split = (
                Split.ALL
                if len(drawn) > 1 and said.split is Split.ONE and not says(node, "split")
                else said.split
            )
            return self.change(name, flows=drawn, split=split)
        starts, split, deferred = beginnings(inside)
        if node.element == "adHocSubProcess":
            self.notes.say("ad-hoc", node.xml)
            split = Split.SOME
        ids = [flows.entry[start] for start in starts if start in flows.entry]
        split = Split.ONE if len(ids) < 2 else split
        return self.change(
            name,
            flows=tuple(map(Flow, ids)) or (Flow(flows.at.end),),
            split=split,
            deferred=deferred and len(ids) > 1,
        )

    def _called(self, node: Node, at: At) -> Scope | None:
        """The process that a call activity carries out, where it stands in the same file."""
        name = local(node.xml.get("calledElement", ""))
        found = next((process for process in self.drawing.processes if process.id == name), None)
        if found is None:
            self.notes.say("called", node.xml)
        elif name in at.called:
            chain = " → ".join((*at.called[at.called.index(name) :], name))
            self._fault(node.xml, Text(_CIRCLE.vi.format(chain=chain), _CIRCLE.en.format(chain=chain)))
            return None
        elif len(at.called) > MOST_CALLS:
            self._fault(node.xml, _TOO_DEEP)
            return None
        return found

    def _too_many(self, node: Node) -> None:
        if not any(fault.what == _TOO_MANY for fault in self.faults):
            self._fault(node.xml, _TOO_MANY)

    def _step(self, node: Node, at: At) -> Step:
        facts = node.facts
        is_work = node.element in ACTIVITIES
        sorts = ":" + "+".join(node.sorts) if node.sorts else ""
        aside = "!" if node.is_boundary and not node.interrupts else ""
        place = Place(self.drawing.file, line_of(node.xml))
        split, join = GATEWAYS.get(node.element, (Split.ONE, Join.ANY))
        if node.element == "complexGateway":
            self.notes.say("complex", node.xml)
        step = Step(
            id=self._free(
                at.prefix + (step_id(node.id) if facts is None else facts.get("id", node.id)), node
            ),
            name=Text(node.name),
            kinds=("other",) if is_work else ("route",),
            part=at.part,
            split=split,
            join=join,
            deferred=node.element == "eventBasedGateway",
            within=at.within,
            place=place,
        )
        lane = (node.lane.role or node.lane.name) if node.lane is not None else ""
        if facts is None:
            step = replace(step, element=f"{node.element}{sorts}{aside}", **self._data(node))
            if is_work:
                step = replace(step, role=lane or self._owner(node), unit=at.unit)
            return step
        said = read_facts(facts, Step, self.report)
        said.pop("id", None)
        said.pop("name", None)
        name = Text(facts.get("vi", node.name), facts.get("en", ""))
        step = replace(step, kinds=said.get("kinds", ()), name=name)
        if "role" not in said and not step.is_silent:
            said["role"] = lane
        if "order" in facts.attrib and facts.get("order", "").isdecimal():
            self.order[step.id] = int(facts.get("order", "")[:9])
        said["within"] = step.within or said.get("within", "")
        return replace(step, **said)

    def _free(self, name: str, node: Node) -> str:
        if node.facts is not None and name in self.steps:
            self._fault(node.xml, Text(f"hai bước cùng mã '{name}'", f"two steps have the id '{name}'"))
        while name in self.steps:
            name += "+"
        return name

    def report(self, element: etree._Element, field: str, value: str) -> None:
        """Remember a fact of ours that cannot be read."""
        vi, en = f"không đọc được {field} = '{value[:100]}'", f"{field} = '{value[:100]}' cannot be read"
        self._fault(element, Text(vi, en))

    def _fault(self, xml: etree._Element, what: Text) -> None:
        self.faults.append(Fault(what, self.drawing.file, line_of(xml)))

    def _owner(self, node: Node) -> str:
        """Who carries a task out, as its resources say where no lane does."""
        for ref in node.xml.iter(tag("resourceRef")):
            resource = self.drawing.elements.get(local((ref.text or "").strip()))
            if resource is not None and resource.get("name"):
                return str(resource.get("name"))
        return ""

    def _data(self, node: Node) -> dict[str, Any]:
        """Names of the data objects that a task makes (its records), and of what it reads and writes."""
        if node.element not in ACTIVITIES:
            return {}
        made: dict[str, list[str]] = {"records": [], "writes": [], "reads": []}
        for sort, end in (("dataOutputAssociation", "targetRef"), ("dataInputAssociation", "sourceRef")):
            for ref in node.xml.iterfind(f"{tag(sort)}/{tag(end)}"):
                data = self.drawing.elements.get(local((ref.text or "").strip()))
                name = "" if data is None else " ".join(data.get("name", "").split())
                if data is None or not name:
                    continue
                is_store = str(data.tag) == tag("dataStoreReference")
                kind = "reads" if end == "sourceRef" else "writes" if is_store else "records"
                if name not in made[kind]:
                    made[kind].append(name)
        return {kind: tuple(names) for kind, names in made.items() if names}


def step_id(name: str) -> str:
    """Make an id of ours out of one of BPMN: it begins with a letter or digit and has no blanks."""
    plain = re.sub(r"[^\w.\-]+", "-", name).lstrip("_") or "n"
    return plain if plain[0].isalnum() else f"n{plain}"


MOST_CALLS = 40
_CIRCLE = Text(
    vi="các quy trình gọi nhau thành vòng: {chain}", en="processes call each other in a circle: {chain}"
)
_TOO_DEEP = Text(
    vi=f"các quy trình gọi nhau sâu hơn {MOST_CALLS} tầng",
    en=f"processes call each other more than {MOST_CALLS} levels deep",
)
_TOO_MANY = Text(
    vi=f"kể cả các quy trình được gọi thì có hơn {MOST_STEPS} bước",
    en=f"with the processes that are called there are more than {MOST_STEPS} steps",
)
