"""The engine on DuckDB: one pass over the log, whatever the number of rules."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import duckdb

from iso_audit.engine.held import HeldLog
from iso_audit.engine.intake import Account
from iso_audit.engine.opening import Foreign, Opened, open_log
from iso_audit.engine.passes import A_MEGABYTE, AT_ONCE
from iso_audit.engine.protocol import Progress, unheard
from iso_audit.engine.refusals import refusal
from iso_audit.engine.resumed import OtherWorkError, PutAside, ResumedStore
from iso_audit.engine.seconds import Seconds, read_seconds
from iso_audit.engine.store import DuckStore, Store
from iso_audit.engine.tables import Read, read_dossiers, read_events
from iso_audit.errors import EngineError
from iso_audit.model.log import LogMapping, World

MEMORY = 1_000
"""Megabytes that an audit takes at most, whatever the size of the log; what needs more goes to the disk."""
_APART = 400
"""Megabytes of it that are no tables: the program, its libraries, arrays of one part, what is distinct."""
_LEAST = 100
LARGE = 64_000_000
"""Bytes of a log whose tables are packed: smaller ones mostly fit in memory as they are."""


class DuckEngine:
    """Takes logs in; `foreign` reads the formats whose libraries have their door elsewhere."""

    def __init__(
        self,
        foreign: Foreign | None = None,
        threads: int = 2,
        memory: int = MEMORY,
        at_once: int = AT_ONCE,
        aside: PutAside | None = None,
    ) -> None:
        """Take about `memory` megabytes and work on so many dossiers `at_once`, fewer in little memory.

        Work is put `aside` where it says, and what stands there already is not done again.
        """
        self._foreign, self._threads, self._aside = foreign or Foreign(), threads, aside
        self._memory = max(memory - _APART, _LEAST)
        self._at_once = min(at_once, self._memory * A_MEGABYTE)

    def take_in(self, source: Path, mapping: LogMapping, world: World, tell: Progress = unheard) -> HeldLog:
        """Read a log into tables and work out every fact of it.

        Raises:
            InputError: the log cannot be read, or most of its rows are of no use; with all faults.
        """
        if self._aside is None:
            return self._taken_in(source, mapping, world, tell)
        self._aside.claim()
        try:
            return self._taken_in(source, mapping, world, tell)
        except OtherWorkError:
            self._aside.clear()
        try:
            return self._taken_in(source, mapping, world, tell)
        except OtherWorkError as error:
            raise refusal("resume-closed", str(self._aside.folder)) from error

    def _taken_in(self, source: Path, mapping: LogMapping, world: World, tell: Progress) -> HeldLog:
        with ExitStack() as resources:
            if self._aside is None:
                folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="iso-audit-")))
            else:
                folder = self._aside.folder
            store, read, seconds = self._read(source, mapping, world, folder, tell)
            resources.callback(store.close)
            account = Account(store, read, seconds)
            account.check()
            try:
                held = HeldLog(store, read, account, mapping, world, self._at_once, tell)
            except duckdb.Error as error:
                raise EngineError(f"the log could not be worked out: {error}") from error
            if isinstance(store, ResumedStore):
                store.settle()
            held.resources = resources.pop_all()
            return held

    def _read(
        self, source: Path, mapping: LogMapping, world: World, folder: Path, tell: Progress
    ) -> tuple[Store, Read, Seconds]:
        """Read the log fast; a text that the fast reader refuses is read line by line."""
        for is_careful in (False, True):
            reader = self._reader(mapping.zone or world.calendar.zone, folder, int(is_careful), source)
            store: Store = reader
            try:
                opened = open_log(reader, source, mapping, self._foreign, folder)
                seconds = read_seconds(
                    reader, source, mapping, self._foreign, folder, opened, world.calendar.zone,
                    is_careful=is_careful,
                )  # fmt: skip
                opened = opened.in_columns(reader, folder, is_careful=is_careful, tell=tell)
                store, opened = self._held(reader, opened, folder)
                return store, _read(store, opened, mapping, world, tell), seconds
            except duckdb.Error as error:
                store.close()
                trouble = error
            except BaseException:
                store.close()
                raise
        raise refusal("damaged", str(source)) from trouble

    def _reader(self, zone: str, folder: Path, attempt: int, source: Path) -> DuckStore:
        """A new store in which a log is read."""
        try:
            if self._aside is not None:
                return ResumedStore(self._aside, attempt, zone, self._threads, self._memory)
            is_large = source.is_file() and source.stat().st_size >= LARGE
            return DuckStore(zone, str(folder), self._threads, self._memory, is_packed=is_large)
        except duckdb.Error as error:
            raise refusal("zone", str(source), zone=zone) from error

    def _held(self, reader: DuckStore, opened: Opened, folder: Path) -> tuple[Store, Opened]:
        """The store in which the log is worked out, and the sources as it sees them: the reader's own."""
        return reader, opened


def _read(store: Store, opened: Opened, mapping: LogMapping, world: World, tell: Progress) -> Read:
    """Read both tables; a text that the fast reader refuses raises an error of DuckDB."""
    if opened.dossiers is not None:
        read_dossiers(store, opened.dossiers, world.calendar.zone)
    return read_events(store, opened.events, opened.dossiers, mapping, world.calendar.zone, tell)
