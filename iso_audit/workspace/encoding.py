"""Bytes of a definition file become text, or a fault that says what the bytes seem to be."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from iso_audit.errors import Fault, os_reason
from iso_audit.text import Text

LARGEST_FILE = 1_000_000
"""Bytes; the largest real definition file is a hundred times smaller."""

_OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x1f\x8b")
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TCVN3 = frozenset(range(0xA8, 0xAF)) | frozenset(range(0xB5, 0xBF))
_WINDOWS_1258 = frozenset((0xCC, 0xD2, 0xDE, 0xEC, 0xF2, 0xE3, 0xF0, 0xF5, 0xFD))


def read_text(path: Path, file: str, faults: list[Fault]) -> str | None:
    """Return the text of a file, composed (NFC) and without a byte order mark; None after a fault."""
    raw = _read_bytes(path, file, faults)
    if raw is None:
        return None
    if raw.startswith(_OTHER_FILES):
        what = Text(
            vi="đây là bảng tính, PDF hoặc tệp nén, không phải tệp văn bản YAML",
            en="this is a workbook, a PDF or a packed file and no text in YAML",
        )
        faults.append(Fault(what, file))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(raw[: error.start].decode("utf-8-sig"), error.start)
        faults.append(Fault(_not_utf8(raw), file, line, column, _SAVE_AS_UTF8))
        return None
    if unprintable := _CONTROL.search(text):
        line, column = _position(text, unprintable.start())
        code = ord(unprintable.group())
        what = (
            _seems("UTF-16")
            if code == 0
            else Text(
                vi=f"ký tự điều khiển U+{code:04X} không được có trong tệp văn bản",
                en=f"control character U+{code:04X} may not stand in a text file",
            )
        )
        faults.append(Fault(what, file, line, column, _SAVE_AS_UTF8 if code == 0 else None))
        return None
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


def _read_bytes(path: Path, file: str, faults: list[Fault]) -> bytes | None:
    try:
        if path.is_dir():
            what = Text(vi="đây là một thư mục, không phải tệp", en="this is a folder, not a file")
        elif not path.exists():
            what = Text(vi="không có tệp này", en="there is no such file")
        elif not path.is_file():
            what = Text(vi="đây không phải là một tệp thường", en="this is not a regular file")
        elif (size := path.stat().st_size) > LARGEST_FILE:
            has, most = -(-size // 1_000_000), LARGEST_FILE // 1_000_000
            what = Text(
                vi=f"tệp có {has} MB; tệp định nghĩa không được quá {most} MB",
                en=f"the file has {has} MB; a definition file may have at most {most} MB",
            )
        elif size == 0:
            what = Text(vi="tệp rỗng", en="the file is empty")
        else:
            return path.read_bytes()
    except OSError as error:
        reason = os_reason(error)
        what = Text(vi=f"không đọc được tệp: {reason.vi}", en=f"the file cannot be read: {reason.en}")
    faults.append(Fault(what, file))
    return None


def _position(text: str, index: int) -> tuple[int, int]:
    """Line and column, counted from 1, of the character at `index`."""
    lines = re.split("\r\n|\r|\n", text[:index])
    return len(lines), len(lines[-1]) + 1


def _not_utf8(raw: bytes) -> Text:
    """Say which encoding bytes that are not UTF-8 seem to have."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:200].count(0) > len(raw[:200]) // 4:
        return _seems("UTF-16")
    high = [byte for byte in raw if byte >= 0x80]
    old, windows = sum(byte in _TCVN3 for byte in high), sum(byte in _WINDOWS_1258 for byte in high)
    if old > windows:
        return _seems("TCVN3 (ABC)")
    return _seems("Windows-1258") if windows else _seems("")


def _seems(encoding: str) -> Text:
    return Text(
        vi="tệp không ở bảng mã UTF-8" + (f"; có vẻ là {encoding}" if encoding else ""),
        en="the file is not in UTF-8" + (f"; it seems to be {encoding}" if encoding else ""),
    )


_SAVE_AS_UTF8 = Text(vi="hãy lưu lại tệp với bảng mã UTF-8", en="save the file again as UTF-8")
