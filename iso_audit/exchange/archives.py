"""Looks at a zipped workbook before anything opens it: bombs, disguises and locks are refused.

The list at the end of a zip file may lie about sizes, so every part is also unpacked once in
small pieces, counted, and thrown away; the reader that follows would hold it all in memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from iso_audit.exchange.refusals import refusal

MOST_BYTES = 200_000_000
MOST_PARTS = 2_000
MOST_CELLS = 2_000_000
_RATIO = 500
"""Times that a part may grow; real worksheets grow 10 to 60 times."""
_SMALL = 5_000_000
"""Up to this size a part may be as repetitive as it likes."""
_PIECE = 1 << 16
_CELL = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')


def check_workbook(path: Path, file: str) -> None:
    """Refuse a zip file that is no workbook, is locked, or would swell up; raises InputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_list(parts, path.stat().st_size, file)
            for part in parts:
                _check_part(archive, part, file)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise refusal("damaged", file) from error


def _check_list(parts: list[zipfile.ZipInfo], size: int, file: str) -> None:
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        raise refusal("word", file)
    if "xl/workbook.xml" not in names:
        raise refusal("not-workbook", file)
    if any(part.flag_bits & 1 for part in parts):
        raise refusal("locked", file)
    claimed = sum(part.file_size for part in parts)
    overlapping = sum(part.compress_size for part in parts) > size
    if len(parts) > MOST_PARTS or claimed > MOST_BYTES or overlapping or any(map(_swells, parts)):
        raise refusal("bomb", file, packed=size, unpacked=claimed)


def _swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _SMALL and part.file_size > _RATIO * max(part.compress_size, 1)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> None:
    """Unpack a part piecewise: it may not be larger than listed, nor a sheet larger than we hold."""
    seen, rest, height, width = 0, b"", 0, 0
    is_sheet = part.filename.startswith("xl/worksheets/")
    for piece in _unpacked(archive, part):
        seen += len(piece)
        if seen > part.file_size:
            raise refusal("bomb", file, packed=part.compress_size, unpacked=seen)
        if not is_sheet:
            continue
        text = rest + piece
        for letters, digits in _CELL.findall(text):
            height, width = max(height, int(digits)), max(width, _column(letters))
        rest = text[-32:]
        if height * max(width, 1) > MOST_CELLS:
            raise refusal("vast", file, height=height, width=width)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes that a reader would get that does not believe the listed size."""
    if archive.fp is None or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(part.filename)
    with archive.open(part):  # compares the part's own header with the list
        pass
    archive.fp.seek(part.header_offset)
    header = archive.fp.read(30)
    archive.fp.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = archive.fp.read(min(_PIECE, left))
        if not packed:
            raise EOFError(part.filename)
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, _PIECE)
            packed = inflate.unconsumed_tail


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value
