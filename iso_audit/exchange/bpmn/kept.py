"""Pieces of BPMN that are carried along unread, as text that stays the same however often it is carried."""

from __future__ import annotations

from lxml import etree

from iso_audit.exchange.bpmn.vocabulary import NSMAP, XSI
from iso_audit.model.procedure import Kept

_PREFIXES = {uri: prefix for prefix, uri in NSMAP.items()}
_TYPE = f"{{{XSI}}}type"


def kept_xml(element: etree._Element) -> str:
    """Return an element as text with our prefixes, whatever prefixes its file has. Linear."""
    made = _renamed(element, None)
    meant = {
        word.partition(":")[0]
        for one in made.iter()
        for word in (*map(str, one.attrib.values()), one.text or "")
        if ":" in word
    }
    etree.cleanup_namespaces(made, keep_ns_prefixes=[p for p in made.nsmap if p in meant])
    return etree.tostring(made, encoding="unicode", with_tail=False)


def element_of(kept: Kept) -> etree._Element:
    """Return the element that a kept text holds.

    Raises:
        etree.XMLSyntaxError: the text is not one well-formed element.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(kept.xml, parser)


def _renamed(element: etree._Element, parent: etree._Element | None) -> etree._Element:
    whole = element.iter() if parent is None else (element,)
    pairs = {(_PREFIXES.get(uri, prefix or "x"), uri) for one in whole for prefix, uri in one.nsmap.items()}
    spaces = dict(sorted(pairs, reverse=True))
    if parent is None:
        made = etree.Element(element.tag, nsmap=spaces)
    else:
        made = etree.SubElement(parent, element.tag, nsmap=spaces)
    for key, value in element.attrib.items():
        made.set(key, _typed(str(value), element) if key == _TYPE else value)
    made.text = element.text if len(element) == 0 or (element.text or "").strip() else None
    for child in element:
        if isinstance(child.tag, str):
            _renamed(child, made).tail = child.tail if (child.tail or "").strip() else None
    return made


def _typed(value: str, element: etree._Element) -> str:
    """The name of a type, with our prefix."""
    prefix, _, name = value.rpartition(":")
    ours = _PREFIXES.get(element.nsmap.get(prefix or None, ""))
    return f"{ours}:{name}" if ours else value
