"""Reads event logs in XES, plain or gzipped, into two tables of text: events and traces.

Values stay as written; the log engine gives them types, so that a bad one is refused with its
place. Entities, document types and the network are off, and sizes are bounded.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from lxml import etree

from iso_audit.errors import Fault, InputError
from iso_audit.exchange.lifecycle import paired
from iso_audit.text import Text, number

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

MOST_BYTES = 4_000_000_000
"""Unpacked; a log of a million dossiers has about 2.5 billion bytes of XES."""
LONGEST_TRACE = 20_000_000
LONGEST_VALUE = 2_000_000
MOST_ATTRIBUTES = 200
_SMALL = 100_000_000
_GROWTH = 250
"""Times that a packed log may grow beyond _SMALL bytes; real ones grow 20 to 60 times."""
_PAGE = re.compile(rb"<!doctype html|<html[ >]", re.I)
OF_CASE = "case:"
"""Put before the name of a trace's attribute where it stands beside an event's."""

_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})


@dataclass(frozen=True, slots=True)
class XesLog:
    """The columns of a log; the first column of both tables, `row`, counts from 1 as in the file.

    Start and end of one activity are one event (`lifecycle`).

    `events` has a column for every attribute of events and, under `case:` and its name, for
    every attribute of traces; `dossiers` has one row a trace.
    """

    events: pa.Table
    dossiers: pa.Table
    cut_bytes: int = 0
    """Bytes unpacked before a packed file broke off; traces that it closed are whole. 0: all was read."""


def read_xes(path: Path) -> XesLog:
    """Read a log, of a packed one that breaks off the whole traces.

    Raises:
        InputError: the file is no well-formed XES, or no trace of it is whole.
    """
    events, traces = _Columns(), _Columns()
    trace_of: list[int] = []
    numbers: list[int] = []
    read = 0
    try:
        with _opened(path) as stream, suppress(EOFError):
            for attributes, members in _traces(stream, path):
                for at, member in paired(members):
                    events.add(member)
                    numbers.append(read + at + 1)
                    trace_of.append(len(traces))
                read += len(members)
                traces.add(attributes)
    except etree.XMLSyntaxError as error:
        raise _refused(path, _CAUSES.get(getattr(error, "code", 0), "syntax"), *error.position) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _refused(path, "damaged") from error
    except OSError as error:
        raise _refused(path, "closed") from error
    if not len(traces):
        raise _refused(path, "cut-off" if stream.is_cut else "empty")
    return _tables(events, traces, trace_of, numbers, stream.given if stream.is_cut else 0)


class _Columns:
    """Rows of attributes turned into columns; a missing value is None."""

    def __init__(self) -> None:
        self.values: dict[str, list[str | None]] = {}
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, row: dict[str, str]) -> None:
        for name, value in row.items():
            column = self.values.get(name)
            if column is None:
                column = self.values[name] = []
            if len(column) < self._rows:
                column += [None] * (self._rows - len(column))
            column.append(value)
        self._rows += 1

    def filled(self) -> dict[str, list[str | None]]:
        """Columns of one length; those that ended early are filled up."""
        return {name: column + [None] * (self._rows - len(column)) for name, column in self.values.items()}


def _tables(
    events: _Columns, traces: _Columns, trace_of: list[int], numbers: list[int], cut_bytes: int
) -> XesLog:
    """Put the columns together; a trace's attribute is held once and pointed to by its events."""
    import pyarrow as pa

    of_traces = {name: pa.array(column, pa.string()) for name, column in traces.filled().items()}
    of_events = {name: pa.array(column, pa.string()) for name, column in events.filled().items()}
    index = pa.array(trace_of, pa.int32())
    for name, column in of_traces.items():
        of_events[OF_CASE + name] = pa.DictionaryArray.from_arrays(index, column)
    return XesLog(
        pa.table([pa.array(numbers, pa.int64()), *of_events.values()], ["row", *of_events]),
        pa.table([pa.array(range(1, len(traces) + 1), pa.int64()), *of_traces.values()], ["row", *of_traces]),
        cut_bytes,
    )


def _traces(stream: _Bounded, path: Path) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """Attributes of each trace and of its events, in the order of the file; memory does not grow.

    Of a packed file that breaks off it gives the traces that it closed, then raises EOFError.
    """
    parser = etree.iterparse(
        cast("IO[bytes]", stream),
        events=("start", "end"),
        tag=("{*}log", "{*}trace"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = None
    for moment, element in parser:
        if root is None:
            root = element
            _check_root(root, path)
        if moment == "start" or element is root:
            continue
        yield _trace(element, path)
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del root[0]
    if root is None:
        raise _refused(path, "not-xes")


def _check_root(root: etree._Element, path: Path) -> None:
    """Refuse other XML, and document types: they can make a small file a huge one."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(path, "doctype")
    if etree.QName(root).localname != "log":
        raise _refused(path, "not-xes")


def _trace(trace: etree._Element, path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    attributes: dict[str, str] = {}
    members: list[dict[str, str]] = []
    for child in trace:
        name = child.tag.rpartition("}")[2]
        if name == "event":
            members.append(
                {
                    attribute.get("key", ""): attribute.get("value", "")
                    for attribute in child
                    if attribute.tag.rpartition("}")[2] in _VALUES
                }
            )
        elif name in _VALUES:
            attributes[child.get("key", "")] = child.get("value", "")
    if max(len(attributes), *map(len, members), 0) > MOST_ATTRIBUTES:
        raise _refused(path, "wide", int(str(trace.sourceline or 0)), most=MOST_ATTRIBUTES)
    return attributes, members


def _opened(path: Path) -> _Bounded:
    """The unpacked bytes, bounded in number."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    whole = gzip.open(path) if packed else path.open("rb")  # noqa: SIM115 - _Bounded closes it
    most = min(MOST_BYTES, max(_SMALL, _GROWTH * path.stat().st_size)) if packed else MOST_BYTES
    return _Bounded(whole, path, most)


class _Bounded(io.RawIOBase):
    """A stream that refuses to give too much: in all, within one trace, or within one value.

    What stands in one trace is held in memory until the trace ends. Where a packed file breaks off,
    everything before is given, then EOFError is raised.
    """

    def __init__(self, stream: gzip.GzipFile | io.BufferedReader, path: Path, most: int) -> None:
        self._stream, self._path, self._most = stream, path, most
        self.given = self._trace_at = self._tag_at = 0
        self.is_cut = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._stream.read1(size)
        except EOFError:
            self.is_cut = True
            raise
        if not self.given and _PAGE.search(piece):
            raise _refused(self._path, "page")
        if (at := piece.rfind(b"trace")) >= 0:
            self._trace_at = self.given + at
        if (at := piece.rfind(b"<")) >= 0:
            self._tag_at = self.given + at
        self.given += len(piece)
        if self.given > self._most:
            raise _refused(self._path, "large", most=self._most)
        if self.given - self._trace_at > LONGEST_TRACE:
            raise _refused(self._path, "long-trace", most=LONGEST_TRACE)
        if self.given - self._tag_at > LONGEST_VALUE:
            raise _refused(self._path, "long-value", most=LONGEST_VALUE)
        return piece

    def close(self) -> None:
        self._stream.close()
        super().close()


_REASONS = {
    "closed": Text(
        "không mở được tệp (không có, hoặc không có quyền đọc)",
        "the file cannot be opened (it does not exist or may not be read)",
    ),
    "damaged": Text(
        "tệp nén bị hỏng: nội dung không khớp mã kiểm tra của tệp; hãy lấy lại tệp",
        "the packed file is damaged: its content does not agree with its checksum; fetch it again",
    ),
    "cut-off": Text(
        "tệp nén bị cắt trước khi hết hồ sơ (trace) đầu tiên; hãy lấy lại tệp đầy đủ",
        "the packed file breaks off before its first trace ends; fetch the whole file",
    ),
    "syntax": Text(
        "XML sai cú pháp ở đây (thẻ chưa đóng, thiếu dấu nháy hoặc ký tự lạ); có lẽ tệp chưa tải về đủ",
        "the XML is wrong here (a tag not closed, a quotation mark missing or a stray sign); "
        "perhaps the file is incomplete",
    ),
    "letters": Text(
        "chữ không đúng bảng mã mà tệp khai báo ở dòng đầu",
        "the letters are not in the encoding that the first line of the file declares",
    ),
    "too-much": Text(
        "nội dung ở đây quá dài hoặc lồng nhau quá sâu; không đọc",
        "it is too long or too deep here to be read",
    ),
    "page": Text(
        "đây là trang web, không phải nhật ký; hãy tải lại tệp từ chương trình đã xuất nhật ký",
        "this is a web page and no log; fetch the file again from the program that exports the log",
    ),
    "doctype": Text(
        "tệp khai báo DOCTYPE, vì an toàn nên không đọc; nhật ký XES không cần khai báo này",
        "the file declares a DOCTYPE and for safety is not read; an XES log needs none",
    ),
    "not-xes": Text(
        "đây là XML nhưng không phải nhật ký XES (phần tử gốc phải là «log»)",
        "this is XML but no XES log (its root must be “log”)",
    ),
    "empty": Text("nhật ký không có hồ sơ (trace) nào", "the log has no trace"),
    "wide": Text(
        "hồ sơ này có hơn {most} thuộc tính trong một phần tử",
        "an element of this trace has more than {most} attributes",
    ),
    "large": Text(
        "nhật ký dài hơn {most} byte sau khi giải nén", "the log is longer than {most} bytes unpacked"
    ),
    "long-trace": Text("có hồ sơ dài hơn {most} byte", "a trace is longer than {most} bytes"),
    "long-value": Text("có giá trị dài hơn {most} byte", "a value is longer than {most} bytes"),
}
_CAUSES = {31: "letters", 32: "letters", 81: "letters", 114: "too-much"}
"""Numbers by which libxml2 tells causes apart; whatever is not here is a matter of syntax."""


def _refused(path: Path, why: str, line: int = 0, column: int = 0, **facts: int | str) -> InputError:
    vi, en = (
        {name: number(fact, lang) if isinstance(fact, int) else fact for name, fact in facts.items()}
        for lang in ("vi", "en")
    )
    reason = _REASONS[why]
    return InputError([Fault(Text(reason.fill("vi", vi), reason.fill("en", en)), str(path), line, column)])
