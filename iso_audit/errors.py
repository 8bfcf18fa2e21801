"""What can go wrong, as one tree.

    IsoAuditError                 everything the program raises on purpose
      InputError                  files or the call cannot be read: exit code 2, all faults at once
      EngineError                 the log engine could not do its work: exit code 3
        NoRoomError               the machine has too little memory or disk for the log: exit code 3
      RenderError                 an output could not be drawn (Pango missing, forbidden address): exit code 3

A finding is a result and never an exception; what cannot be *read* is an InputError, what can
be read but does not conform is a finding.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why an input cannot be read, with its place.

    `line` and `column` count from 1; 0 means that the fault belongs to the whole file.
    """

    what: Text
    file: str = ""
    line: int = 0
    column: int = 0
    hint: Text | None = None

    def say(self, lang: str) -> str:
        """`file:line:column: what (hint)`, leaving out what is not known."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        said = self.what.say(lang)
        if self.hint is not None:
            said = f"{said} ({self.hint.say(lang)})"
        return f"{where}: {said}" if where else said


class IsoAuditError(Exception):
    """Everything the program raises on purpose."""


class InputError(IsoAuditError):
    """The input or the call cannot be read; carries every fault that was found, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.column)))
        super().__init__("\n".join(fault.say("en") for fault in self.faults))


class EngineError(IsoAuditError):
    """The log engine could not do its work; the message says what the machine lacked."""


class NoRoomError(EngineError):
    """The machine has too little memory or disk for the log; nobody's fault, and a person can mend it."""

    def __init__(self, said: Text) -> None:
        self.said = said
        super().__init__(said.en)


class RenderError(IsoAuditError):
    """An output could not be drawn: a system library is missing or an asset is not packaged."""


def os_reason(error: OSError) -> Text:
    """Say in plain words why the machine would not read or write."""
    said = error.strerror or type(error).__name__
    return _OS_REASONS.get(error.errno or 0, Text(vi=f"máy báo «{said}»", en=f"the machine says '{said}'"))


_FORBIDDEN = Text(
    vi="không có quyền, hoặc một chương trình khác đang mở tệp",
    en="permission is missing, or another program has the file open",
)
_FULL = Text(vi="ổ đĩa đã đầy", en="the disk is full")
_OS_REASONS: Mapping[int, Text] = {
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EBUSY: _FORBIDDEN,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: Text(vi="tệp lớn hơn mức máy cho phép", en="the file is larger than this machine allows"),
    errno.EROFS: Text(vi="ổ đĩa chỉ cho đọc", en="the disk is read-only"),
    errno.EIO: Text(vi="ổ đĩa bị lỗi", en="the disk has failed"),
    errno.ENOENT: Text(vi="không có tệp hoặc thư mục này", en="there is no such file or folder"),
    errno.EEXIST: Text(vi="đã có tệp trùng tên", en="a file of that name exists"),
    errno.EISDIR: Text(vi="đây là một thư mục", en="this is a folder"),
    errno.ENOTDIR: Text(
        vi="một phần của đường dẫn là tệp, không phải thư mục",
        en="a part of the path is a file, not a folder",
    ),
    errno.ENAMETOOLONG: Text(vi="tên quá dài", en="the name is too long"),
    errno.ELOOP: Text(vi="các liên kết trỏ vòng quanh", en="links that point in a circle"),
    errno.EMFILE: Text(vi="máy đang mở quá nhiều tệp", en="the machine has too many files open"),
}
