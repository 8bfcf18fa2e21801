"""What logs in JSON are read into: rows with their places, and columns of text made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iso_audit.exchange.refusals import refusal

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

MOST_COLUMNS = 500

Message = tuple[int, object]
"""A value of JSON with its place: the line, or the number in the list."""


@dataclass(frozen=True, slots=True)
class JsonLog:
    """The columns of a log; the first column of both tables is `row`."""

    events: pa.Table
    dossiers: pa.Table
    cut_bytes: int = 0
    """Such a log is whole, or refused."""


def text_of(value: object) -> str | None:
    """A value as text; None where it is empty or no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value else None


def table_of(rows: Sequence[tuple[int, Mapping[str, str]]], known: Iterable[str], file: str) -> pa.Table:
    """Rows as columns of text: those that are `known` first, then others in order of appearance."""
    import pyarrow as pa

    names = dict.fromkeys(known)
    for _, row in rows:
        names.update(dict.fromkeys(row))
        if len(names) > MOST_COLUMNS:
            raise refusal("wide-log", file, most=MOST_COLUMNS)
    columns = [pa.array([row.get(name) for _, row in rows], pa.string()) for name in names]
    return pa.Table.from_arrays([pa.array([at for at, _ in rows], pa.int64()), *columns], ["row", *names])
