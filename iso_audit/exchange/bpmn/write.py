"""A procedure becomes a BPMN 2.0 file with its drawing, that any modeller opens.

read(write(procedure)) == procedure: what BPMN has no sign for stands in extension elements (`facts`),
what was read and not understood is put back where it was (`Procedure.kept`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from iso_audit.exchange.bpmn.diagram import Ends, draw
from iso_audit.exchange.bpmn.facts import (
    flow_element,
    lane_element,
    made_element,
    part_element,
    procedure_element,
    step_element,
)
from iso_audit.exchange.bpmn.keeping import Keeping, in_order
from iso_audit.exchange.bpmn.naming import Names
from iso_audit.exchange.bpmn.plane import Plane, Strip, planes_of
from iso_audit.exchange.bpmn.scopes import Scope, scopes_of
from iso_audit.exchange.bpmn.signs import definitions_of, element_of_sign, says_join, says_split
from iso_audit.exchange.bpmn.vocabulary import ISO, NSMAP, own, tag
from iso_audit.exchange.drawing import Wording
from iso_audit.exchange.spelled_out import Key, Line, Node
from iso_audit.model.procedure import Flow, Procedure, Step
from iso_audit.text import Text

_EVENTS = {"start": Text(vi="Bắt đầu", en="Start"), "end": Text(vi="Kết thúc", en="End")}


def bpmn(procedure: Procedure, wording: Wording) -> str:
    """Return the text of a BPMN file. About linear in steps and flows."""
    written = _Writer(procedure, wording).definitions()
    text = etree.tostring(written, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


class _Writer:
    """One file."""

    def __init__(self, procedure: Procedure, wording: Wording) -> None:
        self.procedure, self.wording = procedure, wording
        self.scopes = scopes_of(procedure)
        self.planes = planes_of(self.scopes)
        self.keeping = Keeping(procedure)
        self.names = Names(self.keeping.ids, self.keeping.refs)
        for step in procedure.steps:
            self.names.of((step.id, ""))
        missing = self.keeping.dangling(self.names.taken)
        if missing and len(self.planes) == 1:
            self.names.claim((next(iter(self.planes)), "pool"), missing.pop(0))
        self.outside = missing
        self.order = {step.id: place for place, step in enumerate(procedure.steps)}
        self.parts = {part.id: part for part in procedure.parts}
        self.heard = {message.flow.to for message in self.scopes.messages}
        self.sends = {message.frm for message in self.scopes.messages}
        has_lanes = any(plane.lanes for plane in self.planes.values())
        self.has_pools = bool(procedure.parts) or has_lanes or len(self.planes) > 1 or self.keeping.has_pools

    def definitions(self) -> etree._Element:
        """The whole file."""
        root = etree.Element(tag("definitions"), nsmap=self.keeping.spaces | dict(NSMAP))
        root.set("id", self.names.fresh("definitions"))
        root.set("targetNamespace", ISO)
        root.set("exporter", "iso-audit")
        processes = [self._process(part, plane) for part, plane in self.planes.items()]
        if not processes:
            processes = [self._empty()]
        self.keeping.put_root(root, processes)
        collaboration = self._collaboration() if self.has_pools else None
        if collaboration is not None:
            root.append(collaboration)
        root.extend(processes)
        on = processes[0] if collaboration is None else collaboration
        draw(root, on, self.planes, self._ends(), self.names)
        in_order(root)
        return root

    def _empty(self) -> etree._Element:
        process = etree.Element(tag("process"), id=self.names.of(("", "process")))
        _extend(process, procedure_element(self.procedure))
        return process

    def _process(self, part: str, plane: Plane) -> etree._Element:
        process = etree.Element(tag("process"), id=self.names.of((part, "process")))
        title = self.procedure.title.say(self.wording.lang)
        _named(process, self._part_name(part) if part else title)
        if part == next(iter(self.planes)):
            _extend(process, procedure_element(self.procedure))
        if plane.lanes:
            lanes = etree.SubElement(process, tag("laneSet"), id=self.names.fresh("lanes"))
            for place, lane in enumerate(plane.lanes):
                lanes.append(self._lane(part, place, lane, plane.scope))
        self._content(process, plane, {key: lane.role for lane in plane.lanes for key in lane.holds})
        in_order(process)
        return process

    def _lane(self, part: str, place: int, strip: Strip, scope: Scope) -> etree._Element:
        lane = etree.Element(tag("lane"), id=self.names.of((part, f"lane{place}")))
        _named(lane, self.wording.lane(strip.role, ""))
        if strip.role:
            _extend(lane, lane_element(strip.role))
        for key in strip.holds:
            etree.SubElement(lane, tag("flowNodeRef")).text = self.names.of(_shown(key, scope))
        return lane

    def _part_name(self, part: str) -> str:
        known = self.parts.get(part)
        return self.wording.lane("", known.unit if known is not None and known.unit else part)

    def _collaboration(self) -> etree._Element:
        made = etree.Element(tag("collaboration"), id=self.names.fresh("collaboration"))
        for part in self.planes:
            participant = etree.SubElement(made, tag("participant"), id=self.names.of((part, "pool")))
            title = self.procedure.title.say(self.wording.lang) or self.procedure.id
            _named(participant, self._part_name(part) if part else title)
            participant.set("processRef", self.names.of((part, "process")))
            if part in self.parts:
                _extend(participant, part_element(self.parts[part]))
        for name in self.outside:
            etree.SubElement(made, tag("participant"), id=name)
        for place, message in enumerate(self.scopes.messages):
            written = etree.SubElement(made, tag("messageFlow"), id=self.names.of(("", f"message{place}")))
            _named(written, message.flow.message)
            self._say_flow(written, message.flow, _flat(message.flow.message))
            written.set("sourceRef", self.names.of((message.frm, "")))
            written.set("targetRef", self.names.of(self._hearing(message.flow.to)))
        self.keeping.put_collaboration(made)
        in_order(made)
        return made

    def _ends(self) -> list[Ends]:
        """Pool and sign of both ends of each message."""
        part = {step.id: step.part for step in self.procedure.steps}
        return [
            ((part[m.frm], (m.frm, "")), (part[m.flow.to], self._hearing(m.flow.to)))
            for m in self.scopes.messages
        ]

    def _hearing(self, step: str) -> Key:
        """The sign of a step that a message goes to: its start, where nothing else leads to it."""
        for plane in self.planes.values():
            drawing = plane.scope.drawing
            if (step, "start") in drawing.nodes and (step, "join") not in drawing.nodes:
                return step, "start"
        return step, ""

    def _content(self, parent: etree._Element, plane: Plane, roles: Mapping[Key, str]) -> None:
        """Signs and lines of one scope, below their process or sub-process."""
        drawing = plane.scope.drawing
        ways: dict[Key, tuple[list[str], list[str]]] = {key: ([], []) for key in drawing.nodes}
        flows = []
        for place, line in enumerate(drawing.lines):
            name = self.names.of((plane.scope.owner, f"flow{place}"))
            ways[line.to][0].append(name)
            ways[line.frm][1].append(name)
            flows.append(self._line(name, line, plane.scope))
        after_wait = {
            line.to for line in drawing.lines if drawing.nodes[line.frm].deferred and line.flow is not None
        }
        for key, node in drawing.nodes.items():
            inner = plane.inner.get(node.step.id) if not node.made else None
            if inner is not None and not _is_sub_process(inner):
                parent.append(self._frame(node.step, inner))
                continue
            sign = element_of_sign(
                node, *map(bool, ways[key]), waited=key in after_wait, is_open=inner is not None
            )
            element = etree.SubElement(parent, tag(sign), id=self.names.of(key))
            self._fill(element, sign, node, plane.scope, roles.get(key, ""))
            for way, names in zip(("incoming", "outgoing"), ways[key], strict=True):
                for name in names:
                    etree.SubElement(element, tag(way)).text = name
            if inner is not None:
                self._content(element, inner, {})
            in_order(element)
        parent.extend(flows)

    def _fill(self, element: etree._Element, sign: str, node: Node, scope: Scope, role: str) -> None:
        """Name, facts, event definitions and what was kept of one sign."""
        made, step = node.made, node.step
        if not made and step.id == scope.end:
            made = "end"
        if made:
            _extend(element, made_element(made))
            _named(element, _EVENTS[made].say(self.wording.lang) if made in _EVENTS else "")
            if made == "start" and step.id in self.heard:
                etree.SubElement(element, tag("messageEventDefinition"))
            return
        inner = scope.inner.get(step.id)
        ways = self.procedure.by_id[step.id] if inner is not None and inner.end else step
        step = replace(self.procedure.by_id[step.id], split=ways.split, deferred=ways.deferred)
        name = _flat(step.name.say(self.wording.lang))
        _named(element, name)
        nodes = scope.drawing.nodes
        joined, split = (step.id, "join") in nodes, (step.id, "split") in nodes
        facts = step_element(
            step,
            name=name,
            role=role,
            order=self.order[step.id],
            split=not split and says_split(step, sign, step.id in self.sends),
            join=not joined and says_join(step, sign, step.id in self.heard),
            within=step.id in self.scopes.flat,
        )
        _extend(element, facts)
        if step.id in scope.attached:
            element.set("attachedToRef", self.names.of((scope.attached[step.id], "")))
            element.set("cancelActivity", "false" if step.element.endswith("!") else "true")
        self.keeping.put_node(element, step.id)
        for definition in definitions_of(step, sign, element):
            element.append(definition)

    def _frame(self, step: Step, inner: Plane) -> etree._Element:
        """The event sub-process around a step that may happen at any moment."""
        frame = etree.Element(tag("subProcess"), id=self.names.of((step.id, "frame")))
        frame.set("triggeredByEvent", "true")
        _extend(frame, made_element("anytime"))
        self._content(frame, inner, {})
        for start in frame.iterchildren(tag("startEvent")):
            start.set("isInterrupting", "false")
            etree.SubElement(start, tag("signalEventDefinition"))
        in_order(frame)
        return frame

    def _line(self, name: str, line: Line, scope: Scope) -> etree._Element:
        written = etree.Element(tag("sequenceFlow"), id=name)
        if line.flow is not None:
            said = _flat(
                self.wording.outcome(line.flow.outcome) or (f"[{line.flow.case}]" if line.flow.case else "")
            )
            _named(written, said)
            self._say_flow(written, line.flow, said)
        written.set("sourceRef", self.names.of(line.frm))
        written.set("targetRef", self.names.of(line.to))
        return written

    @staticmethod
    def _say_flow(written: etree._Element, flow: Flow, name: str) -> None:
        facts = flow_element(flow, name)
        if facts is None and written.tag == tag("messageFlow") and not name:
            facts = etree.Element(own("flow"), message="")
        if facts is not None:
            _extend(written, facts)


def _is_sub_process(inner: Plane) -> bool:
    """Whether the sign holds a sub-procedure, and is not the frame around one step."""
    return bool(inner.scope.end)


def _shown(key: Key, scope: Scope) -> Key:
    """The sign that a lane holds: the frame, where there is one."""
    inner = scope.inner.get(key[0])
    return (key[0], "frame") if inner is not None and not inner.end and not key[1] else key


def _flat(name: str) -> str:
    """Words as a name: on one line, as every reader of XML makes them."""
    return " ".join(name.split())


def _named(element: etree._Element, name: str) -> None:
    if _flat(name):
        element.set("name", _flat(name))


def _extend(element: etree._Element, facts: etree._Element) -> None:
    held = element.find(tag("extensionElements"))
    if held is None:
        held = etree.SubElement(element, tag("extensionElements"))
    held.append(facts)
