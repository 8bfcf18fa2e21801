"""The connection to DuckDB: settings that make results repeatable, values bound, tables put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from iso_audit.errors import EngineError

Array = NDArray[Any]
Rows = list[tuple[Any, ...]]
Columns = Mapping[str, tuple[str, Sequence[object] | Array]]
"""Name of a column -> its SQL type and its values."""


_FULL = ("No space left", "Disk quota", "File too large")
_NO_ROOM = (
    "nhật ký không vừa bộ nhớ hoặc đĩa tạm {folder}: hãy giải phóng chỗ, đặt TMPDIR sang ổ khác hoặc tăng "
    "--memory / the log fits neither in memory nor on the disk for temporary files, {folder}: "
    "make room, name another disk in TMPDIR or raise --memory ({error})"
)


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


class Store:
    """One database in memory; `close` gives its memory back."""

    def __init__(self, zone: str, folder: str, threads: int, memory: int) -> None:
        """Read moments without an offset in `zone`; what does not fit in `memory` (MB) goes to `folder`."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": f"{memory}MB",
            "temp_directory": folder,
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._added: set[str] = set()
        self._folder = folder
        self.zone = zone
        """The zone of moments without an offset."""
        self.connection = duckdb.connect(":memory:", config=config)
        self.connection.execute("SET TimeZone = '" + zone.replace("'", "''") + "'")

    def run(self, statement: str, values: Values | None = None) -> Rows:
        """Execute one statement and return its rows."""
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
            said = str(error)
            if isinstance(error, duckdb.IOException) and not any(sign in said for sign in _FULL):
                raise
            raise EngineError(_NO_ROOM.format(folder=self._folder, error=said.splitlines()[0])) from error
        except (RuntimeError, duckdb.InterruptException) as error:
            if "interrupt" in str(error).lower():
                raise KeyboardInterrupt from error
            raise

    def number(self, statement: str, values: Values | None = None) -> int:
        """Execute a statement that counts something and return the count."""
        return int(self.run(statement, values)[0][0])

    def any(self, table: str, condition: str = "true") -> bool:
        """Whether a table has a row for which a condition holds."""
        return bool(self.run(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1"))

    def arrays(self, statement: str) -> dict[str, Array]:
        """Execute one statement and return its columns as arrays."""
        with self.guarded():
            return self.connection.execute(statement).fetchnumpy()

    def put(self, name: str, columns: Columns) -> None:
        """Make a table of columns given with their SQL types."""
        arrays = {
            column: values if isinstance(values, np.ndarray) else _array(kind, values)
            for column, (kind, values) in columns.items()
        }
        chosen = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, (kind, _) in columns.items())
        self.connection.register("put_in", arrays)
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {chosen} FROM put_in")
        self.connection.unregister("put_in")

    def add(self, name: str, query: str) -> None:
        """Append the rows of a query to a table, which the first of them makes."""
        if name in self._added:
            self.run(f"INSERT INTO {name} {query}")
        else:
            self.run(f"CREATE TEMP TABLE {name} AS {query}")
            self._added.add(name)

    def drop(self, name: str) -> None:
        """Give a table back, if there is one."""
        self.run(f"DROP TABLE IF EXISTS {name}")
        self._added.discard(name)

    def close(self) -> None:
        self.connection.close()


def integers(rows: Sequence[Sequence[object]], *names: str) -> Columns:
    """Columns of numbers out of rows, for `Store.put`."""
    return {name: ("BIGINT", [row[at] for row in rows]) for at, name in enumerate(names)}


def _array(kind: str, values: Sequence[object]) -> Array:
    """An array of one SQL type; None is a missing value."""
    if kind == "VARCHAR":
        return np.array(values, dtype=object) if len(values) else np.empty(0, dtype="U1")
    missing = [value is None for value in values]
    filled = np.array([0 if value is None else value for value in values])
    plain = filled.astype(np.bool_ if kind == "BOOLEAN" else np.int64)
    return np.ma.array(plain, mask=missing) if any(missing) else plain
