"""Files that are written whole or not at all, and cells that a spreadsheet does not take for formulas."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Write UTF-8 with a byte order mark under a temporary name; rename it when all is written."""
    handle, name = tempfile.mkstemp(prefix=".iso-audit-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            yield stream
        os.chmod(name, 0o666 & ~_umask())  # noqa: PTH101 - mkstemp gives the owner alone the right to read
        os.replace(name, path)  # noqa: PTH105 - the name says it is atomic
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def cell(value: str | None) -> str:
    """A text of a log as a cell; what would start a formula is marked as text."""
    if not value:
        return ""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
