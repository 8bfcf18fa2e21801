"""Rows of Spark as rows, arrays and columns of this program; text is read by DuckDB where the rows lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from iso_audit.engine.store import Array, Rows, array_of

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_BATCH = 100_000
"""Rows that DuckDB hands back to Spark at a time."""


def reader(
    text: str,
    table: str,
    given: Mapping[str, object],
    zone: str,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
) -> pa.RecordBatchReader:
    """Put rows to DuckDB; returns a reader of what it says."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = '" + zone.replace("'", "''") + "'")
    connection.register(table, pa.RecordBatchReader.from_batches(schema, batches))
    return connection.sql(text, params=dict(given)).to_arrow_reader(_BATCH)


def read_rows(
    text: str,
    table: str,
    given: Mapping[str, object],
    zone: str,
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Batches of what DuckDB says of batches of rows."""
    yield from reader(text, table, given, zone, schema, batches)


def rows(table: pa.Table) -> Rows:
    """Rows of plain values; Spark's wide numbers are whole ones."""
    import pyarrow as pa

    columns = [
        [None if value is None else int(value) for value in column.to_pylist()]
        if pa.types.is_decimal(column.type)
        else column.to_pylist()
        for column in table.columns
    ]
    return list(zip(*columns, strict=True)) if columns else []


def arrays_of(table: pa.Table) -> dict[str, Array]:
    """Columns as arrays, masked where values are missing."""
    found: dict[str, Array] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        missing = column.is_null().to_numpy()
        filled = column.fill_null(False if str(column.type) == "bool" else 0).to_numpy()
        found[name] = np.ma.array(filled, mask=missing) if missing.any() else filled
    return found


def column_of(kind: str, values: Sequence[object] | Array) -> pa.Array:
    """A column of one SQL type; masked values are missing ones."""
    import pyarrow as pa

    kinds = {
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "TINYINT": pa.int8(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
    }
    if kind == "VARCHAR":
        return pa.array(values, pa.string())
    array = values if isinstance(values, np.ndarray) else array_of(kind, values)
    missing = np.ma.getmaskarray(array) if isinstance(array, np.ma.MaskedArray) else None
    return pa.array(np.ma.getdata(array), mask=missing).cast(kinds[kind])
