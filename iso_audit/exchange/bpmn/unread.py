"""What a drawing says beside its flow: kept as it stands and told with its line, never dropped unsaid."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from iso_audit.errors import Fault
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.kept import kept_xml
from iso_audit.exchange.bpmn.markup import line_of, plain_name
from iso_audit.exchange.bpmn.shapes import Node, Scope
from iso_audit.exchange.bpmn.vocabulary import BPMN, DEFINITION, FLOW_NODES, ISO, ROOT_ELEMENTS, XSI, tag
from iso_audit.model.place import Place
from iso_audit.model.procedure import Kept
from iso_audit.text import Text

_FLOW = frozenset(("sequenceFlow", "laneSet", "incoming", "outgoing", "eventDefinitionRef"))
_READ = {
    "id", "name", "default", "attachedToRef", "cancelActivity", "triggeredByEvent", "gatewayDirection",
    "sourceRef", "targetRef", "processRef", "conditionExpression",
}  # fmt: skip
_ORDINARY = {
    "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1", "isInterrupting": "true",
    "parallelMultiple": "false", "instantiate": "false", "eventGatewayType": "Exclusive",
}  # fmt: skip
_DATA = frozenset(
    ("dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation",
     "dataOutputAssociation", "ioSpecification", "dataInput", "dataOutput", "dataStore", "inputSet",
     "outputSet", "property",
     "resourceRole", "performer", "humanPerformer", "potentialOwner", "resource", "message", "error",
     "signal", "escalation", "itemDefinition", "documentation")
)  # fmt: skip
"""Kept without a word: their names are read, or they only describe."""


class Notes:
    """Gathers what was not read as meaning."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def say(self, why: str, xml: etree._Element, **facts: str) -> None:
        """Remember a note about an element; `why` is the key of its words."""
        facts = {"element": plain_name(xml), "id": xml.get("id", ""), **facts}
        said = _SAID[why]
        what = Text(said.fill("vi", facts), said.fill("en", facts))
        self.found.append(Fault(what, self.file, line_of(xml)))

    def keep(self, of: str, xml: etree._Element, said: bool = True) -> Kept:
        """Keep an element as it stands."""
        name = plain_name(xml)
        if said and not (in_bpmn(xml) and name in _DATA):
            self.say("kept" if in_bpmn(xml) else "foreign", xml, space=str(etree.QName(xml).namespace))
        return Kept(of, kept_xml(xml), Place(self.file, line_of(xml)))


def in_bpmn(xml: etree._Element) -> bool:
    """Whether it is an element of BPMN itself."""
    return str(xml.tag).startswith(f"{{{BPMN}}}")


def of_node(node: Node, name: str, notes: Notes) -> Iterator[Kept]:
    """Keep what a node says beside its place in the flow; `name` is the id of its step."""
    yield from _attributes(node.xml, name, notes)
    for child in node.xml:
        element = plain_name(child)
        if element == "extensionElements":
            yield from _extensions(child, name, notes)
        elif element.endswith(DEFINITION):
            if _says_something(child):
                yield notes.keep(name, child, said=element in _TOLD)
        elif element not in _FLOW and element not in FLOW_NODES:
            yield notes.keep(name, child, said=element not in _COUNTED)
            if element in _COUNTED:
                notes.say("repeated", child, of=node.name or node.id)


def of_scope(scope: Scope, notes: Notes, is_first: bool) -> Iterator[Kept]:
    """Keep what stands in a process beside its flow; attributes of the first of linked ones only."""
    if is_first:
        yield from _attributes(scope.xml, "", notes)
    for child in scope.xml:
        element = plain_name(child)
        if element == "extensionElements":
            yield from _extensions(child, "", notes)
        elif element not in _FLOW and element not in FLOW_NODES:
            yield notes.keep("", child)


def of_links(scope: Scope, notes: Notes) -> None:
    """Tell what flows and lanes say beside their ends and names: it is not kept."""
    for child in scope.xml.iterchildren(tag("sequenceFlow")):
        lost = [
            plain_name(each)
            for each in child
            if plain_name(each) != "conditionExpression" and not _is_own(each)
        ]
        if child.find(tag("conditionExpression")) is not None and child.get("name"):
            notes.say("condition", child)
        for element in lost:
            notes.say("lost", child, what=element)


def of_file(drawing: Drawing, notes: Notes) -> Iterator[Kept]:
    """Keep what stands at the top of a file, and the world outside of its pools."""
    for child in drawing.root:
        element = plain_name(child)
        if element in ROOT_ELEMENTS and in_bpmn(child):
            yield notes.keep("", child)
        elif element == "collaboration" and in_bpmn(child):
            yield from _of_collaboration(child, drawing, notes)
        elif element == "BPMNDiagram":
            notes.say("layout", child)
        elif element != "process" and not _is_own(child):
            notes.say("lost", drawing.root, what=element)


def _of_collaboration(xml: etree._Element, drawing: Drawing, notes: Notes) -> Iterator[Kept]:
    outside = {pool.id for pool in drawing.participants if not pool.process}
    for child in xml:
        element = plain_name(child)
        if element == "participant":
            if child.get("id") in outside:
                yield notes.keep("", child, said=False)
        elif element == "extensionElements":
            if not _is_own(child):
                notes.say("lost", xml, what=element)
        elif element != "messageFlow":
            yield notes.keep("", child)


def _attributes(xml: etree._Element, name: str, notes: Notes) -> Iterator[Kept]:
    """Keep attributes that were not read, as an element of the same name without content."""
    left: dict[str, str] = {
        str(key): str(value)
        for key, value in xml.attrib.items()
        if key not in _READ and _ORDINARY.get(str(key)) != value
    }
    if left:
        bare = etree.Element(xml.tag, left, xml.nsmap)  # type: ignore[arg-type]
        yield Kept(name, kept_xml(bare), Place(notes.file, line_of(xml)))
        for key in left:
            if key.startswith("{"):
                notes.say("attribute", xml, key=etree.QName(key).localname)


def _extensions(xml: etree._Element, name: str, notes: Notes) -> Iterator[Kept]:
    for child in xml:
        if not str(child.tag).startswith(f"{{{ISO}}}"):
            yield notes.keep(name, child)


def _says_something(xml: etree._Element) -> bool:
    """Whether there is more in an element than its name and its frame."""
    told = any(str(key) not in ("id", f"{{{XSI}}}type") for each in xml.iter() for key in each.attrib)
    return told or bool("".join(map(str, xml.itertext())).strip())


def _is_own(xml: etree._Element) -> bool:
    """Whether it is a holder of extensions that holds nothing but ours."""
    return plain_name(xml) == "extensionElements" and all(
        str(each.tag).startswith(f"{{{ISO}}}") for each in xml
    )


_TOLD = frozenset(("timerEventDefinition", "conditionalEventDefinition", "compensateEventDefinition"))
_COUNTED = frozenset(("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"))
_SAID = {
    "kept": Text(
        "{element} «{id}»: giữ nguyên, không dùng để đánh giá",
        "{element} “{id}”: kept as it stands, not judged",
    ),
    "foreign": Text(
        "phần mở rộng {element} ({space}): giữ nguyên, không dùng để đánh giá",
        "the extension {element} ({space}): kept as it stands, not judged",
    ),
    "attribute": Text(
        "thuộc tính {key} của {element} «{id}»: giữ nguyên, không dùng để đánh giá",
        "the attribute {key} of {element} “{id}”: kept as it stands, not judged",
    ),
    "repeated": Text(
        "«{of}» làm nhiều lần ({element}): được đọc như làm một lần",
        "“{of}” is done several times ({element}): it is read as done once",
    ),
    "condition": Text(
        "điều kiện của nhánh «{id}»: chỉ dùng tên nhánh, biểu thức không giữ lại",
        "the condition of the flow “{id}”: its name is used, the expression is not kept",
    ),
    "lost": Text(
        "{what} trong {element} «{id}»: không đọc và không giữ lại",
        "{what} in {element} “{id}”: neither read nor kept",
    ),
    "event-sub-process": Text(
        "quy trình con theo sự kiện «{id}»: giữ nguyên, không tính vào trình tự",
        "the event sub-process “{id}”: kept as it stands, no part of the sequence",
    ),
    "compensation": Text(
        "«{id}» chỉ để hoàn tác công việc khác: giữ nguyên, không tính vào trình tự",
        "“{id}” only undoes other work: kept as it stands, no part of the sequence",
    ),
    "apart-flow": Text(
        "nhánh «{id}» nối với phần không tính vào trình tự: bỏ qua",
        "the flow “{id}” joins what is no part of the sequence: left out",
    ),
    "ad-hoc": Text(
        "công việc trong «{id}» không có thứ tự: được đọc như tùy chọn một số việc",
        "the work inside “{id}” has no order: it is read as a choice of some of it",
    ),
    "complex": Text(
        "cổng phức tạp «{id}»: được đọc như cổng chọn một số nhánh",
        "the complex gateway “{id}”: it is read as an inclusive one",
    ),
    "called": Text(
        "«{id}» gọi một quy trình không có trong tệp này: được đọc như một bước",
        "“{id}” calls a process that this file does not hold: it is read as one step",
    ),
    "conditions": Text(
        "«{id}» có nhiều nhánh có điều kiện: được đọc như chọn đúng một nhánh",
        "“{id}” has several conditional flows: they are read as a choice of exactly one",
    ),
    "not-awaited": Text(
        "«{of}» nhận thông điệp «{id}» nhưng không phải bước chờ thông điệp: được đọc như không phải chờ",
        "“{of}” gets the message “{id}” and is no step that awaits one: it is read as not waiting",
    ),
    "message-outside": Text(
        "thông điệp «{id}»: một đầu là cả đơn vị tham gia, không phải một bước; coi như ở bên ngoài",
        "the message “{id}” begins or ends at a whole pool and not at a step: taken for the world outside",
    ),
    "crossing": Text(
        "nhánh «{id}» đi qua ranh giới của quy trình con",
        "the flow “{id}” crosses the border of a sub-process",
    ),
    "no-step": Text("quy trình «{id}» không có bước nào: bỏ qua", "the process “{id}” has no step: left out"),
    "layout": Text(
        "vị trí các hình vẽ ({element}): không giữ lại, sẽ được vẽ lại khi xuất",
        "the positions of the shapes ({element}): not kept, drawn anew on export",
    ),
}
