"""Work that is put aside in a folder, so that a run that was interrupted goes on where it ended.

A run asks the same of its store in the same order whenever its inputs are the same, and whatever it knows of
the log it was told by the store. So a run that goes on is one that starts anew and is told at once what was
told before. What was done and that it was done are written together: whatever ends a run, nothing is done
twice and nothing is left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from iso_audit.engine.refusals import refusal
from iso_audit.engine.store import Columns, DuckStore, Rows, Types, Values, Work

_NAMES, _MOMENT = "iso-audit-*.duckdb", "moment"
_READS = ("SELECT", "DESCRIBE")
_OF_MACHINE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)
"""Errors that say nothing of the log: the next run may not meet them."""
_UNREADABLE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException)


class OtherWorkError(Exception):
    """What was put aside is not what this run would have done."""


@dataclass(frozen=True)
class PutAside:
    """Where work is put aside, and of what it is the work."""

    folder: Path
    inputs: str
    """Names everything that the work depends on: the same name, the same work."""

    def claim(self) -> None:
        """Make the folder; raises InputError where it holds anything but work that was put aside."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            is_foreign = any(self.folder.iterdir()) and not any(self.folder.glob(_NAMES))
        except OSError as error:
            raise refusal("resume-closed", str(self.folder)) from error
        if is_foreign:
            raise refusal("resume-taken", str(self.folder))

    def keep(self) -> None:
        """Let files last even where the current fails: what is put aside names them as done."""
        for path in self.folder.glob("*.parquet"):
            with path.open("rb") as stream:
                os.fsync(stream.fileno())

    def clear(self) -> None:
        """Throw away what was put aside; raises InputError where that cannot be done."""
        try:
            for path in self.folder.glob(f"{_NAMES}*"):
                path.unlink()
        except OSError as error:
            raise refusal("resume-closed", str(self.folder)) from error


class ResumedStore(DuckStore):
    """A database in a file that knows what it was asked and what it answered."""

    def __init__(self, aside: PutAside, attempt: int, zone: str, threads: int, memory: int) -> None:
        """Go on with what was put aside; each `attempt` to read a log has work of its own.

        Raises:
            InputError: another run is at work there.
            OtherWorkError: it is the work of other inputs, or is damaged.
        """
        file, spilled = aside.folder / _NAMES.replace("*", str(attempt)), aside.folder / "spilled"
        try:
            super().__init__(zone, str(spilled), threads, memory, file=str(file))
        except _UNREADABLE as error:
            if "lock" in str(error):
                raise refusal("resume-busy", str(aside.folder)) from error
            raise OtherWorkError from error
        self._aside, self._is_apart, self._number = aside, False, 0
        self._unwritten: list[tuple[int, str, str]] = []
        with ExitStack() as failed:
            failed.callback(self.connection.close)
            shutil.rmtree(spilled, ignore_errors=True)
            self._done = self._put_aside()
            self._once(aside.inputs, lambda: [])
            failed.pop_all()

    def _put_aside(self) -> list[tuple[str, str]]:
        """What was asked before, and what was answered."""
        try:
            with self.guarded():
                self.connection.execute(
                    "CREATE TABLE IF NOT EXISTS done (number BIGINT, said VARCHAR, answer VARCHAR)"
                )
                return self.connection.execute("SELECT said, answer FROM done ORDER BY number").fetchall()
        except duckdb.Error as error:
            raise OtherWorkError from error

    def run(self, statement: str, values: Values | None = None) -> Rows:
        def do() -> Rows:
            rows = super(ResumedStore, self).run(statement, values)
            if statement.startswith("COPY"):
                self._aside.keep()
            return rows

        said = f"{statement}\0{sorted(values.bound.items()) if values else ''}"
        return self._once(said, do, is_reading=statement.lstrip().startswith(_READS))

    def put(self, name: str, columns: Columns) -> None:
        given = [(each, kind, list(values)) for each, (kind, values) in columns.items()]
        self._once(f"{name}\0{given}", lambda: super(ResumedStore, self).put(name, columns))

    def mapped(self, queries: Mapping[str, str], work: Work, tables: Types) -> None:
        self._once(f"{queries}\0{tables}", lambda: super(ResumedStore, self).mapped(queries, work, tables))
        self._added.update(tables)

    def settle(self) -> None:
        self._once("settled", lambda: [])
        self._is_apart = True
        self.connection.execute("BEGIN")  # and never COMMIT: the next run meets what is settled now

    def _once(self, said: str, do: Callable[[], Rows | None], *, is_reading: bool = False) -> Rows:
        """Do what is asked, unless it was done before: what was answered then is answered again."""
        if self._is_apart:
            return do() or []
        number, said = self._number, hashlib.sha256(said.encode()).hexdigest()
        self._number += 1
        if number < len(self._done):
            before, answer = self._done[number]
            if before != said:
                raise OtherWorkError
            return _answered(answer)
        self._is_apart = True
        try:
            return self._done_now(number, said, do, is_reading=is_reading)
        finally:
            self._is_apart = False

    def _done_now(self, number: int, said: str, do: Callable[[], Rows | None], *, is_reading: bool) -> Rows:
        """Do what is asked; what changes the tables is written with what was answered until then."""
        with self.guarded():
            if not is_reading:
                self.connection.execute("BEGIN")
            try:
                rows = do() or []
            except BaseException as error:
                if not is_reading:
                    self.connection.execute("ROLLBACK")
                if isinstance(error, duckdb.Error) and not isinstance(error, _OF_MACHINE):
                    self._unwritten.append((number, said, _written(str(error))))
                raise
            self._unwritten.append((number, said, _written(rows)))
            if not is_reading:
                self._write()
                self.connection.execute("COMMIT")
        return rows

    def _write(self) -> None:
        if self._unwritten:
            self.connection.executemany("INSERT INTO done VALUES (?, ?, ?)", self._unwritten)
            self._unwritten.clear()


def _written(answer: Rows | str) -> str:
    """An answer, or what an error said, as a text."""
    return json.dumps(answer, default=lambda moment: {_MOMENT: dt.datetime.isoformat(moment)})


def _answered(written: str) -> Rows:
    told = json.loads(written, object_hook=lambda one: dt.datetime.fromisoformat(one[_MOMENT]))
    if isinstance(told, str):
        raise duckdb.Error(told)
    return [tuple(row) for row in told]
