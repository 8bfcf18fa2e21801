"""What was read and not understood goes back where it was, in the order that the schema asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lxml import etree

from iso_audit.exchange.bpmn.kept import element_of
from iso_audit.exchange.bpmn.vocabulary import BPMN, FLOW_NODES, NSMAP, ROOT_ELEMENTS, tag
from iso_audit.model.procedure import Procedure

_ARTIFACTS = ("association", "group", "textAnnotation")
_ROLES = ("resourceRole", "performer", "humanPerformer", "potentialOwner")
_BEFORE = (
    "import", "extension", "documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef",
    "supportedInterfaceRef", "incoming", "outgoing", "participant", "messageFlow", "ioSpecification",
    "ioBinding", "property", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation",
    "inputSet", "outputSet",
)  # fmt: skip
_LOOPS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "loopCharacteristics")
_LAST = ("correlationSubscription", "supports", "completionCondition", "conditionExpression", "rendering",
         "script", "activationCondition")  # fmt: skip
_RANK = {name: place for place, name in enumerate(_BEFORE)}
_RANK |= dict.fromkeys(_ROLES, 40) | dict.fromkeys(_LOOPS, 41) | {"laneSet": 42}
_RANK |= dict.fromkeys(_ARTIFACTS, 60) | {name: 70 + place for place, name in enumerate(_LAST)}
_FLOW_ELEMENT, _DEFINITION = 50, 65
_OURS = frozenset(NSMAP.values())


def in_order(element: etree._Element) -> None:
    """Put the children of an element into the order of the schema, those of one sort as they stood."""
    is_process = element.tag == tag("process")

    def rank(child: etree._Element) -> int:
        name = etree.QName(child)
        if name.localname == "BPMNDiagram":
            return 90
        if name.localname == "relationship":
            return 91
        if name.localname.endswith("EventDefinition") or name.localname == "eventDefinitionRef":
            return _DEFINITION
        if is_process and name.localname in _ROLES:
            return 61
        return _RANK.get(name.localname, _FLOW_ELEMENT)

    children = list(element)
    ordered = sorted(children, key=rank)
    if ordered != children:
        element[:] = ordered


class Keeping:
    """The kept pieces of one procedure."""

    def __init__(self, procedure: Procedure) -> None:
        self.by_step: dict[str, list[etree._Element]] = {}
        for kept in procedure.kept:
            self.by_step.setdefault(kept.of, []).append(element_of(kept))
        every = [one for pieces in self.by_step.values() for piece in pieces for one in piece.iter()]
        self.spaces = {
            prefix: uri for one in every for prefix, uri in one.nsmap.items() if prefix and uri not in _OURS
        }
        self.ids = {one.get("id", "") for one in every} - {""}
        self.refs = frozenset(
            word
            for one in every
            for key, value in (*((str(k), str(v)) for k, v in one.attrib.items()), ("text", one.text or ""))
            if key.endswith("Ref") or key == "text"
            for word in value.split()
        )

    @property
    def has_pools(self) -> bool:
        whole = self.by_step.get("", [])
        return any(piece.tag in (tag("participant"), tag("messageFlow")) for piece in whole)

    def put_node(self, element: etree._Element, step: str) -> None:
        """Put back what belongs to one step."""
        for piece in self.by_step.get(step, []):
            _put(element, piece)

    def dangling(self, known: Collection[str]) -> list[str]:
        """Pools that kept messages go to or come from, and that are not there any more."""
        ends = [
            piece.get(end, "").rpartition(":")[2]
            for piece in self.by_step.get("", [])
            if piece.tag == tag("messageFlow")
            for end in ("sourceRef", "targetRef")
        ]
        return [end for end in dict.fromkeys(ends) if end and end not in known and end not in self.ids]

    def put_collaboration(self, element: etree._Element) -> None:
        """Put back pools of the world outside and messages to and from it."""
        for piece in self.by_step.get("", []):
            if piece.tag in (tag("participant"), tag("messageFlow")):
                element.append(piece)

    def put_root(self, root: etree._Element, processes: Sequence[etree._Element]) -> None:
        """Put back what belongs to the file or to its processes: the first, where nothing says which."""
        process = processes[0]
        said = [piece for piece in self.by_step.get("", []) if piece.tag == process.tag]
        for piece, one in zip(said, processes, strict=False):
            _put(one, piece)
        for piece in self.by_step.get("", []):
            name = etree.QName(piece)
            if piece.tag == process.tag:
                continue
            if name.namespace == BPMN and name.localname in ROOT_ELEMENTS:
                root.append(piece)
            elif piece.tag not in (tag("participant"), tag("messageFlow")):
                _put(process, piece)
        in_order(process)


def _put(element: etree._Element, piece: etree._Element) -> None:
    name = etree.QName(piece).localname
    if piece.get("id") is None and not len(piece) and name in (*FLOW_NODES, "process"):
        for key, value in piece.attrib.items() if piece.tag == element.tag else ():
            if key not in element.attrib:
                element.set(key, value)
        return
    if etree.QName(piece).namespace == BPMN and name != "extensionElements":
        element.append(piece)
        return
    held = element.find(tag("extensionElements"))
    if held is None:
        held = etree.SubElement(element, tag("extensionElements"))
    held.extend(piece if name == "extensionElements" else (piece,))
