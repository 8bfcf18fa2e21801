"""Says so where the machine has no room for a log, which neither the log nor the program can help."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iso_audit.errors import NoRoomError, os_reason
from iso_audit.text import Text

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAID = Text(
    vi="Nhật ký không vừa bộ nhớ hoặc đĩa tạm {folder}: hãy giải phóng chỗ, đặt biến TMPDIR (hoặc --resume) "
    "sang ổ khác, hoặc tăng --memory ({error})",
    en="The log fits neither in memory nor on the disk for temporary files, {folder}: make room, name "
    "another disk in TMPDIR (or in --resume), or raise --memory ({error})",
)
_NO_MEMORY = Text(vi="hết phần bộ nhớ dành cho nhật ký", en="the memory for the log is used up")


def no_room(folder: str, error: OSError | None = None) -> NoRoomError:
    """The error that says what is lacking and what to do about it: a disk, or memory."""
    said = _NO_MEMORY if error is None else os_reason(error)
    vi, en = ({"folder": folder, "error": said.say(lang)} for lang in ("vi", "en"))
    return NoRoomError(Text(_SAID.fill("vi", vi), _SAID.fill("en", en)))


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Let a full disk be one where the program itself writes to it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise no_room(str(folder), error) from error
