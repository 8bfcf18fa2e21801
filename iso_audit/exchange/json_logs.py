"""Logs in JSON: object-centric logs (OCEL 2.0) and the national synchronisation messages.

A file is one document, or one message a line; it may be packed with gzip. Values become text as
they were written; sizes and depth are bounded.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from iso_audit.errors import Fault, InputError
from iso_audit.exchange.json_tables import JsonLog, Message
from iso_audit.exchange.national import read_messages
from iso_audit.exchange.ocel import read_objects
from iso_audit.exchange.refusals import refusal
from iso_audit.model.log import LogMapping

MOST_BYTES = 300_000_000
"""Of one document, which is held in memory whole."""
MOST_IN_LINES = 2_000_000_000
LONGEST_LINE = 10_000_000
_SMALL, _GROWTH = 50_000_000, 250
"""Bytes that every packed file may have unpacked; times that a larger one may grow."""


def read_json_log(path: Path, mapping: LogMapping | None = None) -> JsonLog:
    """Read a log of either kind; the object type that a mapping names stands for the dossier.

    Raises:
        InputError: the file is no JSON, too large, or holds neither kind of log.
    """
    file = str(path)
    try:
        document = _document(path)
        if isinstance(document, dict) and isinstance(document.get("events"), list | dict):
            return read_objects(document, file, mapping.object_type if mapping else "")
        return read_messages(_messages(path, document), file)
    except RecursionError as error:
        raise refusal("deep", file) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise refusal("damaged-log", file) from error
    except OSError as error:
        raise refusal("closed", file) from error


def _document(path: Path) -> object:
    """The whole file as one value; None where it holds one value a line."""
    with _opened(path) as stream:
        first, second = stream.readline(LONGEST_LINE + 1), stream.readline(2)
        if second and len(first) <= LONGEST_LINE and _is_value(first):
            return None
    with _opened(path) as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES or _swells(path, len(raw)):
        raise refusal("large-log", str(path), most=MOST_BYTES)
    return _value(raw, str(path))


def _messages(path: Path, document: object) -> Iterator[Message]:
    if document is not None:
        return enumerate(document if isinstance(document, list) else [document], start=1)
    return _lines(path)


def _lines(path: Path) -> Iterator[Message]:
    """One value a line; a line that is none is refused with all others that are none."""
    faults: list[Fault] = []
    given = 0
    with _opened(path) as stream:
        number = 0
        while raw := stream.readline(LONGEST_LINE + 1):
            number, given = number + 1, given + len(raw)
            if len(raw) > LONGEST_LINE:
                raise refusal("long-line-log", str(path), number, most=LONGEST_LINE)
            if given > MOST_IN_LINES or _swells(path, given):
                raise refusal("large-log", str(path), most=MOST_IN_LINES)
            if not raw.strip():
                continue
            try:
                yield number, _value(raw, str(path), number)
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(faults)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path) if packed else path.open("rb"))


def _swells(path: Path, unpacked: int) -> bool:
    return unpacked > max(_SMALL, _GROWTH * path.stat().st_size)


def _is_value(raw: bytes) -> bool:
    try:
        return isinstance(json.loads(raw), dict | list)
    except ValueError:
        return False


def _value(raw: bytes, file: str, line: int = 0) -> object:
    """Read one value; numbers stay as written, for a code may have more figures than a number holds."""
    try:
        return json.loads(raw.decode("utf-8-sig" if not line else "utf-8"), parse_int=str, parse_float=str)
    except UnicodeDecodeError as error:
        raise refusal("json-letters", file, line or raw.count(b"\n", 0, error.start) + 1) from error
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string") or error.pos >= len(error.doc.rstrip()):
            raise refusal("json-end", file, line or error.doc.rstrip().count("\n") + 1) from error
        raise refusal("json", file, line or error.lineno, column=error.colno) from error
