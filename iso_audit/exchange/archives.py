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
_OPEN_SHEETS = "content.xml"
"""The part that holds all sheets of an OpenDocument workbook."""
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_CELL = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')


def check_workbook(path: Path, file: str, times: int = 1) -> None:
    """Refuse a zip file that is no workbook, is locked, or would swell up; raises InputError.

    A log may be so many `times` larger than a table of steps.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_list(parts, path.stat().st_size, file, times)
            for part in parts:
                _check_part(archive, part, file, times)
            if _OPEN_SHEETS in archive.namelist():
                _check_open_sheets(archive, file, times)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise refusal("damaged", file) from error


def _check_list(parts: list[zipfile.ZipInfo], size: int, file: str, times: int) -> None:
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        raise refusal("word", file)
    if not {"xl/workbook.xml", _OPEN_SHEETS} & names:
        raise refusal("not-workbook", file)
    if any(part.flag_bits & 1 for part in parts):
        raise refusal("locked", file)
    claimed = sum(part.file_size for part in parts)
    overlapping = sum(part.compress_size for part in parts) > size
    if len(parts) > MOST_PARTS or claimed > MOST_BYTES * times or overlapping or any(map(_swells, parts)):
        raise refusal("bomb", file, packed=size, unpacked=claimed)


def _swells(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _SMALL and part.file_size > _RATIO * max(part.compress_size, 1)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str, times: int) -> None:
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
        if height * max(width, 1) > MOST_CELLS * times:
            raise refusal("vast", file, height=height, width=width)


def _check_open_sheets(archive: zipfile.ZipFile, file: str, times: int) -> None:
    """An OpenDocument sheet says how often a cell or a row is repeated, which may be a million times."""
    from lxml import etree

    height, width, seen = 0, 0, 0
    try:
        with archive.open(_OPEN_SHEETS) as stream:
            for _, row in etree.iterparse(
                stream, tag=f"{_TABLE}table-row", resolve_entities=False, load_dtd=False, no_network=True
            ):
                across, filled = 0, 0
                for cell in row:
                    across += _repeated(cell.get(f"{_TABLE}number-columns-repeated"))
                    filled = across if len(cell) or cell.attrib.has_key(_VALUE) else filled
                seen += _repeated(row.get(f"{_TABLE}number-rows-repeated"))
                if filled:
                    height, width = seen, max(width, filled)
                if height * width > MOST_CELLS * times:
                    raise refusal("vast", file, height=height, width=width)
                row.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        raise refusal("damaged", file) from error
    if not seen:
        raise refusal("not-workbook", file)


def _repeated(times: str | None) -> int:
    return int(times) if times and times.isdecimal() and len(times) < 10 else 1


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
