"""Where tables are held: what the engine asks of it, and DuckDB as the store of one machine."""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from iso_audit.engine.room import no_room

Array = NDArray[Any]
Rows = list[tuple[Any, ...]]
Columns = Mapping[str, tuple[str, Sequence[object] | Array]]
"""Name of a column -> its SQL type and its values."""
Given = Mapping[str, Mapping[str, Array]]
"""Columns of several queries, by the names of the queries."""
Work = Callable[[Given], dict[str, dict[str, Array]]]
"""Makes columns of some tables of the columns of some queries (`Store.mapped`)."""
Types = Mapping[str, Mapping[str, str]]
"""Columns of tables with their SQL types."""

_ROWS = 1 << 15
"""Rows that are worked on at once: small enough for the processor's cache, large enough for numpy."""
_FULL = {
    "No space left": errno.ENOSPC,
    "Disk quota": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "max_temp_directory_size": errno.ENOSPC,
}
"""What the database says where there is no more room."""


class Values:
    """Values of one statement, bound by name: nothing a user wrote becomes part of a statement."""

    def __init__(self) -> None:
        self.bound: dict[str, object] = {}

    def bind(self, value: object) -> str:
        """Return the place holder that stands for `value`; the same again for a text bound before.

        What is written alike is worked out once.
        """
        if isinstance(value, str):
            for name, known in self.bound.items():
                if known == value and isinstance(known, str):
                    return f"${name}"
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return f"${name}"


class Store(ABC):
    """Tables and what is asked of them, always in DuckDB's SQL; `close` gives their memory back."""

    zone: str
    """The zone of moments without an offset."""

    def __init__(self) -> None:
        self._added: set[str] = set()

    @abstractmethod
    def run(self, statement: str, values: Values | None = None) -> Rows:
        """Execute one statement and return its rows."""

    @abstractmethod
    def batches(self, statement: str, most: int) -> Iterator[Rows]:
        """Execute one statement and return its rows in order, at most so many at a time."""

    @abstractmethod
    def arrays(self, statement: str) -> dict[str, Array]:
        """Execute one statement and return its columns as arrays."""

    @abstractmethod
    def put(self, name: str, columns: Columns) -> None:
        """Make a table of columns given with their SQL types."""

    @abstractmethod
    def mapped(self, queries: Mapping[str, str], work: Work, tables: Types) -> None:
        """Add to tables what `work` makes of the columns of some queries; the first rows make a table.

        Every query has a column `dossier` and is given in the order of its first column, whole numbers.
        `work` may be called several times, each time with all rows of some dossiers; masked values are
        missing ones, in what it is given and in what it returns.
        """

    @abstractmethod
    def close(self) -> None: ...

    def number(self, statement: str, values: Values | None = None) -> int:
        """Execute a statement that counts something and return the count."""
        return int(self.run(statement, values)[0][0])

    def any(self, table: str, condition: str = "true", values: Values | None = None) -> bool:
        """Whether a table has a row for which a condition holds."""
        return bool(self.run(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1", values))

    def add(self, name: str, query: str) -> None:
        """Append the rows of a query to a table, which the first of them makes."""
        if name in self._added:
            self.run(f"INSERT INTO {name} {query}")
        else:
            self.run(f"CREATE TABLE {name} AS {query}")
            self._added.add(name)

    def drop(self, name: str) -> None:
        """Give a table back, if there is one."""
        self.run(f"DROP TABLE IF EXISTS {name}")
        self._added.discard(name)


class DuckStore(Store):
    """One database, in memory or in a `file`."""

    def __init__(
        self, zone: str, folder: str, threads: int, memory: int, *, file: str = "", is_packed: bool = False
    ) -> None:
        """Read moments without an offset in `zone`; what does not fit in `memory` (MB) goes to `folder`.

        Tables in memory may be packed as those of a file are: more of them fit, and less goes to the disk.
        """
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": f"{memory}MB",
            "temp_directory": folder,
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        super().__init__()
        self._folder, self.zone = folder, zone
        self.connection = duckdb.connect(file or ":memory:", config=config)
        if is_packed and not file:
            self.connection.execute("ATTACH ':memory:' AS packed (COMPRESS)")
            self.connection.execute("USE packed")
        self.connection.execute("SET TimeZone = '" + zone.replace("'", "''") + "'")

    def run(self, statement: str, values: Values | None = None) -> Rows:
        with self.guarded():
            return self.connection.execute(statement, values.bound if values else {}).fetchall()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Say what the machine lacks, and let an interrupt be one."""
        try:
            yield
        except UnicodeDecodeError as error:  # a message of the database cut within a letter
            raise duckdb.InvalidInputException(str(error)) from error
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            if isinstance(error, duckdb.OutOfMemoryException):
                raise no_room(self._folder) from error
            for sign, number in _FULL.items():
                if sign in str(error):
                    raise no_room(self._folder, OSError(number, sign)) from error
            raise
        except (RuntimeError, duckdb.InterruptException) as error:
            if "interrupt" in str(error).lower():
                raise KeyboardInterrupt from error
            raise
        except duckdb.Error as error:  # an interrupt while the database called Python, told as its own error
            if "KeyboardInterrupt: " in str(error):
                raise KeyboardInterrupt from error
            raise

    def batches(self, statement: str, most: int) -> Iterator[Rows]:
        with self.guarded():
            cursor = self.connection.execute(statement)
            while rows := cursor.fetchmany(most):
                yield rows

    def arrays(self, statement: str) -> dict[str, Array]:
        with self.guarded():
            return self.connection.execute(statement).fetchnumpy()

    def put(self, name: str, columns: Columns) -> None:
        arrays = {
            column: values if isinstance(values, np.ndarray) else array_of(kind, values)
            for column, (kind, values) in columns.items()
        }
        types = {column: kind for column, (kind, _) in columns.items()}
        with self._shown(arrays):
            self.run(f"CREATE OR REPLACE TABLE {name} AS SELECT {_cast(types)} FROM put_in")

    @contextmanager
    def _shown(self, arrays: Mapping[str, Array]) -> Iterator[None]:
        """Let statements see arrays as the table `put_in`."""
        with self.guarded():
            self.connection.register("put_in", arrays)
            yield
            self.connection.unregister("put_in")

    def mapped(self, queries: Mapping[str, str], work: Work, tables: Types) -> None:
        made = self._made(queries, work)
        for name, types in tables.items():
            pieces = [some.pop(name) for some in made]
            arrays = {at: _joined([piece.pop(at) for piece in pieces]) for at in types}
            with self._shown(arrays):
                self.add(name, f"SELECT {_cast(types)} FROM put_in")

    def _made(self, queries: Mapping[str, str], work: Work) -> list[dict[str, dict[str, Array]]]:
        """What `work` makes, piece by piece; what it was made of is given back."""
        given = {each: _in_order(self.arrays(query)) for each, query in queries.items()}
        return [work(some) for some in _dealt(given)]

    def close(self) -> None:
        self.connection.close()


def _cast(types: Mapping[str, str]) -> str:
    """SQL of columns with the types that a table gives them."""
    return ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in types.items())


def _in_order(columns: dict[str, Array]) -> dict[str, Array]:
    """The same rows in the order of the first column, in which tables mostly stand already."""
    first = np.ma.getdata(next(iter(columns.values())))
    if np.all(first[1:] >= first[:-1]):
        return columns
    order = np.argsort(first, kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _dealt(given: Given) -> Iterator[Given]:
    """All rows of some dossiers after the other, few enough for the processor's cache."""
    longest = max((columns["dossier"] for columns in given.values()), key=len)
    edges = longest[_ROWS::_ROWS]
    cuts = {
        name: [0, *np.searchsorted(columns["dossier"], np.unique(edges)).tolist(), len(columns["dossier"])]
        for name, columns in given.items()
    }
    for at in range(len(np.unique(edges)) + 1):
        yield {
            name: {column: values[cuts[name][at] : cuts[name][at + 1]] for column, values in columns.items()}
            for name, columns in given.items()
        }


def _joined(pieces: Sequence[Array]) -> Array:
    data = np.concatenate([np.ma.getdata(piece) for piece in pieces])
    if not any(isinstance(piece, np.ma.MaskedArray) for piece in pieces):
        return data
    return np.ma.array(data, mask=np.concatenate([np.ma.getmaskarray(piece) for piece in pieces]))


def filled(values: Array, missing: int | bool) -> Array:
    """The same with a value of its own where there is none; whole numbers are wide ones then."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    data = np.ma.getdata(values)
    wide = data.astype(np.int64) if data.dtype.kind == "i" else data
    return np.where(np.ma.getmaskarray(values), missing, wide)


def integers(rows: Sequence[Sequence[object]], *names: str) -> Columns:
    """Columns of numbers out of rows, for `Store.put`."""
    return {name: ("BIGINT", [row[at] for row in rows]) for at, name in enumerate(names)}


def array_of(kind: str, values: Sequence[object]) -> Array:
    """An array of one SQL type; None is a missing value."""
    if kind == "VARCHAR":
        return np.array(values, dtype=object) if len(values) else np.empty(0, dtype="U1")
    plain = np.bool_ if kind == "BOOLEAN" else np.int64
    if None not in values:
        return np.array(values, dtype=plain)
    missing = [value is None for value in values]
    return np.ma.array(np.array([0 if value is None else value for value in values], plain), mask=missing)
