"""Opens a BPMN file as XML: entities, document types and the network are off, sizes are bounded."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from iso_audit.errors import Fault, InputError, os_reason
from iso_audit.exchange.bpmn.vocabulary import BPMN
from iso_audit.text import Text, number, printable

MOST_BYTES = 40_000_000
"""A drawing of 50,000 elements has about 30 million bytes."""
_PAGE = re.compile(rb"<!doctype html|<html[ >]", re.I)
_DOCTYPE = re.compile(rb"<!DOCTYPE")
_CAUSES = {31: "letters", 32: "letters", 81: "letters", 114: "too-much", 1: "too-much"}
"""Numbers by which libxml2 tells causes apart; whatever is not here is a matter of syntax."""


def root_of(path: Path) -> etree._Element:
    """Return the root of a BPMN file.

    Raises:
        InputError: the file cannot be opened, is no well-formed XML or no BPMN 2.0.
    """
    name = printable(str(path))
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise _refused(name, "folder")
        if size > MOST_BYTES:
            raise _refused(name, "large", size=size, most=MOST_BYTES)
        content = path.read_bytes()
    except OSError as error:
        raise InputError([Fault(os_reason(error), name)]) from error
    except ValueError as error:  # a name that no file can have
        raise _refused(name, "syntax") from error
    return _parsed(content, name)


def _parsed(content: bytes, name: str) -> etree._Element:
    if not content.strip():
        raise _refused(name, "empty")
    if _PAGE.search(content[:2_000]):
        raise _refused(name, "page")
    if content[:2] == b"PK" or content[:4] == b"%PDF":
        raise _refused(name, "packed")
    if (at := _DOCTYPE.search(content)) is not None:
        raise _refused(name, "doctype", content.count(b"\n", 0, at.start()) + 1)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        cause = _CAUSES.get(getattr(error, "code", 0), "syntax")
        if cause == "syntax" and (match := _PREFIX.search(str(error.msg))):
            raise _refused(name, "prefix", line, prefix=match[1]) from error
        raise _refused(name, cause, line, column) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise _refused(name, "letters", 1) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(name, "doctype")
    if root.tag != f"{{{BPMN}}}definitions":
        raise _refused(name, "not-bpmn", line_of(root), root=str(root.tag)[:100])
    return root


def line_of(element: etree._Element) -> int:
    """Return the line on which the opening tag of an element ends; 0 where it was not read from a file."""
    return int(str(element.sourceline or 0))


def plain_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _refused(name: str, why: str, line: int = 0, column: int = 0, **facts: int | str) -> InputError:
    vi, en = (
        {key: number(fact, lang) if isinstance(fact, int) else fact for key, fact in facts.items()}
        for lang in ("vi", "en")
    )
    reason = _REASONS[why]
    return InputError([Fault(Text(reason.fill("vi", vi), reason.fill("en", en)), name, line, column)])


_PREFIX = re.compile(r"Namespace prefix (\S+) .*not defined")
_REASONS = {
    "folder": Text("đây là một thư mục, không phải tệp", "this is a folder, not a file"),
    "empty": Text("tệp rỗng", "the file is empty"),
    "large": Text(
        "tệp có {size} byte, lớn hơn mức {most} byte mà một sơ đồ BPMN cần; không đọc",
        "the file has {size} bytes, more than the {most} bytes that a BPMN drawing needs; it is not read",
    ),
    "page": Text(
        "đây là trang web, không phải sơ đồ BPMN; hãy tải lại tệp từ chương trình đã vẽ sơ đồ",
        "this is a web page and no BPMN drawing; fetch the file again from the program that drew it",
    ),
    "packed": Text(
        "đây là tệp nén hoặc PDF; hãy xuất sơ đồ dạng BPMN 2.0 XML (.bpmn)",
        "this is a packed file or a PDF; export the drawing as BPMN 2.0 XML (.bpmn)",
    ),
    "doctype": Text(
        "tệp khai báo DOCTYPE, vì an toàn nên không đọc; sơ đồ BPMN không cần khai báo này",
        "the file declares a DOCTYPE and for safety is not read; a BPMN drawing needs none",
    ),
    "syntax": Text(
        "XML sai cú pháp ở đây (thẻ chưa đóng, thiếu dấu nháy hoặc ký tự lạ); có lẽ tệp chưa tải về đủ",
        "the XML is wrong here (a tag not closed, a quotation mark missing or a stray sign); "
        "perhaps the file is incomplete",
    ),
    "prefix": Text(
        "tiền tố '{prefix}' chưa được khai báo (xmlns:{prefix}=...)",
        "the prefix '{prefix}' is not declared (xmlns:{prefix}=...)",
    ),
    "letters": Text(
        "chữ không đúng bảng mã mà tệp khai báo ở dòng đầu",
        "the letters are not in the encoding that the first line of the file declares",
    ),
    "too-much": Text(
        "nội dung ở đây quá dài hoặc lồng nhau quá sâu; không đọc",
        "it is too long or too deep here to be read",
    ),
    "not-bpmn": Text(
        "đây là XML nhưng không phải BPMN 2.0: phần tử gốc là '{root}', cần 'definitions' của BPMN 2.0",
        "this is XML but no BPMN 2.0: its root is '{root}', and 'definitions' of BPMN 2.0 is needed",
    ),
}
