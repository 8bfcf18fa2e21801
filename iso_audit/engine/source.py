"""What a log file really is, and how DuckDB gets at its columns; the name of the file decides nothing.

A source is a relation with a column `row` and columns c0, c1, ...: names that users gave their
columns never reach a statement.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from iso_audit.engine.refusals import refusal
from iso_audit.engine.store import DuckStore, Values
from iso_audit.model.log import LogMapping

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    from iso_audit.engine.protocol import ForeignLog

    TextTable: TypeAlias = pa.Table

MOST_BYTES = 8_000_000_000
LONGEST_LINE = 1_000_000
_PIECE = 1 << 20
_AT_ONCE = 10_000
_LONGEST_HEAD = 100_000
TITLES = 30
"""Lines at the top of a text among which its head is looked for."""
_SEPARATORS = (",", ";", "\t", "|")
_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PACKED = (b"%PDF", b"Rar!", b"7z\xbc\xaf")
_JSON = re.compile(rb"\[\s*[\[{\]]|\{\s*[\"}]|[\[{]\s*\Z")
_COMBINING = (b"\xcc", b"\xcd")
"""First bytes of combining marks in UTF-8; a file without them needs no composing."""

ReadXes = Callable[[Path], "ForeignLog"]
ReadJson = Callable[[Path, LogMapping], "ForeignLog"]
ReadSheet = Callable[[Path, Sequence[str]], "TextTable"]
"""Reads the table of a workbook that shows most of the columns given."""


@dataclass(frozen=True)
class Source:
    """One table of a log before anything is known of its meaning."""

    file: str
    columns: tuple[str, ...]
    relation: Callable[[Values], str]
    """Makes the SQL of a relation `row, c0, c1, ...`, binding what it needs."""
    types: tuple[str, ...] = ()
    """SQL types where columns have their own (Parquet); otherwise all is text."""
    must_compose: bool = False
    """Letters and marks may stand apart and must be composed before they are compared."""
    broken: tuple[Path, ...] = ()
    """Parquet of the rows that could not be used as they stand: `row`, beginning of the `text`, `reason`."""
    broken_count: int = 0
    cut_bytes: int = 0
    """How many bytes a packed file held, unpacked, before it broke off; 0: it is whole."""
    left_out: int = 0
    """Rows among the broken that belong to the last dossier of a file that broke off."""
    plain: Path | None = None
    """The text file behind the relation, where rows are lines."""
    head_lines: int = 0
    separator: str = ","

    def index(self, column: str) -> int | None:
        """Where a column stands; None where there is none of that name."""
        return self.columns.index(column) if column in self.columns else None

    def broken_rows(self) -> Iterator[tuple[int, str, str]]:
        """Number, beginning of the text and reason of every broken row, in order and some at a time."""
        return merge(*map(_listed, self.broken))


def _listed(path: Path) -> Iterator[tuple[int, str, str]]:
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_AT_ONCE):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def sniff(path: Path) -> str:
    """Say what a file is by its first bytes: `csv`, `json`, `xes`, `parquet`, `workbook`; or InputError."""
    file = str(path)
    try:
        if path.is_dir():
            raise refusal("folder", file)
        if path.exists() and not path.is_file():
            raise refusal("special", file)
        with path.open("rb") as stream:
            head = stream.read(_PIECE)
        if head.startswith(b"\x1f\x8b"):
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _PIECE)
    except zlib.error as error:
        raise refusal("unpacking", file) from error
    except OSError as error:
        raise refusal("closed", file) from error
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_WORKBOOKS):
        return "workbook"
    if head.startswith(_PACKED):
        raise refusal("packed", file)
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not text:
        raise refusal("empty", file)
    if _JSON.match(text):
        return "json"
    return "xes" if text.startswith(b"<") else "csv"


def from_parquet(store: DuckStore, path: Path) -> Source:
    """A Parquet file; columns keep their types."""
    values = Values()
    described = store.run(f"DESCRIBE SELECT * FROM read_parquet({values.bind(_literal(path))})", values)
    columns = tuple(_named(str(row[0])) for row in described)
    names = ", ".join(f"c{n}" for n in range(len(columns)))

    def relation(values: Values) -> str:
        return (
            f"(SELECT place + 1 AS row, {names} "
            f"FROM read_parquet({values.bind(_literal(path))}, file_row_number = true) AS t({names}, place))"
        )

    return Source(str(path), columns, relation, types=tuple(str(row[1]) for row in described))


def from_table(store: DuckStore, file: str, name: str, table: pa.Table, cut_bytes: int = 0) -> Source:
    """A table in memory whose first column is `row`; `name` is its own in the database."""
    columns = table.column_names[1:]
    store.connection.register(name, table.rename_columns(["row", *(f"c{n}" for n in range(len(columns)))]))
    return Source(file, tuple(map(_named, columns)), lambda _: name, must_compose=True, cut_bytes=cut_bytes)


def _literal(path: Path) -> str:
    """A path for DuckDB, which would take `log[1].csv` for a pattern and read another file."""
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))


def _named(column: str) -> str:
    """The name of a column as mappings write it: composed, without blanks around it."""
    return unicodedata.normalize("NFC", column).strip()


def from_csv(path: Path, plain: Path, separator: str, wanted: Sequence[str], cut_bytes: int = 0) -> Source:
    """A CSV file; `plain` is the same unpacked and in UTF-8 (often the file itself)."""
    lines = first_lines(plain, str(path))
    skipped = 0
    if lines[0].lower().startswith("sep="):
        separator, lines, skipped = separator or lines[0][4:5], lines[1:], 1
    separator = separator or _separator(lines, wanted)
    above = _lines_above(lines, separator, wanted)
    lines, skipped = lines[above:], skipped + above
    try:
        columns = tuple(map(_named, next(csv.reader(lines, delimiter=separator))))
    except (StopIteration, csv.Error) as error:
        raise refusal("empty", str(path)) from error
    spec = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(columns)))
    names = ", ".join(f"c{n}" for n in range(len(columns)))

    def relation(values: Values) -> str:
        return f"""(
            SELECT row_number() OVER () AS row, {names}
            FROM read_csv({values.bind(_literal(plain))}, compression = 'none', header = true,
                auto_detect = false, skip = {skipped},
                delim = {values.bind(separator)}, quote = '"', escape = '"', columns = {{{spec}}},
                max_line_size = {LONGEST_LINE}, buffer_size = {8 * LONGEST_LINE}))"""

    return Source(
        str(path), columns, relation, must_compose=_has_marks(plain, str(path)), plain=plain,
        head_lines=1 + skipped, separator=separator, cut_bytes=cut_bytes,
    )  # fmt: skip


def first_lines(plain: Path, file: str) -> list[str]:
    """The first lines of a text, enough for its head."""
    with plain.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        text = stream.read(LONGEST_LINE)
    lines = list(islice(text.splitlines(keepends=True), 50))
    if len(text) >= LONGEST_LINE and "\n" not in text and "\r" not in text:
        raise refusal("long-line", file, 1, most=LONGEST_LINE)
    return lines


def _separator(lines: Sequence[str], wanted: Sequence[str]) -> str:
    """The separator that shows most of the columns that the mapping wants; then the most frequent."""

    def merit(separator: str) -> tuple[int, int]:
        head = lines[_lines_above(lines, separator, wanted) :]
        cells = list(map(_named, next(csv.reader(head, delimiter=separator), [])))
        return len(set(cells) & set(wanted)), len(cells)

    return max(_SEPARATORS, key=merit)


def _lines_above(lines: Sequence[str], separator: str, wanted: Sequence[str]) -> int:
    """How many lines of title stand above the head: the line with most columns that the mapping wants.

    None is passed over where a title is quoted, for it may hold line breaks, of which DuckDB's `skip`
    counts none.
    """

    def shown(line: str) -> int:
        if len(line) > _LONGEST_HEAD:
            return 0
        return len(set(map(_named, next(csv.reader([line], delimiter=separator), []))) & set(wanted))

    if not wanted or shown(lines[0]) == len(set(wanted)):
        return 0
    counts = [shown(line) for line in lines[:TITLES]]
    above = counts.index(max(counts))
    return above if max(counts) > 1 and '"' not in "".join(lines[:above]) else 0


def _has_marks(plain: Path, file: str) -> bool:
    """Whether marks stand apart; a line without end is refused here, before anything holds it in memory."""
    found, lines, since = False, 1, 0
    with plain.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found = found or any(mark in piece for mark in _COMBINING)
            first, last = piece.find(b"\n"), piece.rfind(b"\n")
            if since + (first if first >= 0 else len(piece)) > LONGEST_LINE:
                raise refusal("long-line", file, lines, most=LONGEST_LINE)
            since = len(piece) - last - 1 if last >= 0 else since + len(piece)
            lines += piece.count(b"\n")
    return found
