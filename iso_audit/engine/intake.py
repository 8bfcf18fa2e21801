"""What was read of a log, and every row that was not: counts that add up, reasons with their places."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path

from iso_audit.engine.lines import Lines
from iso_audit.engine.opening import ATTRIBUTES, EVENTS
from iso_audit.engine.refusals import refusal, row_examples, row_reason, shortened
from iso_audit.engine.rows import Reading
from iso_audit.engine.seconds import NO_SECONDS, Seconds
from iso_audit.engine.store import Store, Values
from iso_audit.engine.tables import Read
from iso_audit.engine.whole_files import cell, whole_file
from iso_audit.engine.words import Words
from iso_audit.model.civil import from_civil
from iso_audit.model.log import CutOff, Intake, LogMapping, Refused, World

SHOWN = 20
_EXAMPLES = 3
_BATCH = 10_000
_COLUMNS = ("file", "row", "column", "value", "reason", "why")


class Account:
    """The account of one log; rows that are refused stay in tables, for they may be millions.

    Makes `refused_event` and `refused_dossier` (row, refused, value) where there are any.
    """

    def __init__(self, store: Store, read: Read, seconds: Seconds = NO_SECONDS) -> None:
        self._store, self._read = store, read
        self.seconds = seconds
        self.events_kept = store.number("SELECT count(*) FROM event")
        self.event_rows = read.event_rows + read.events.source.broken_count
        self.events_ignored = 0
        self.event_lines = Lines(read.events.source, self.event_rows)
        self._tables: list[_Refusals] = []
        self._of_log = 0
        if self.events_kept < self.event_rows:
            self._add("refused_event", read.events, self.event_lines)
            self.events_ignored = self.event_rows - self.events_kept - self._of_log
        self.dossier_rows = 0
        self.dossier_lines = self.event_lines
        if read.dossiers is not None:
            values = Values()
            relation = read.dossiers.source.relation(values)
            rows = store.number(f"SELECT count(*) FROM {relation}", values)
            self.dossier_rows = rows + read.dossiers.source.broken_count
            self.dossier_lines = Lines(read.dossiers.source, self.dossier_rows)
            self._add("refused_dossier", read.dossiers, self.dossier_lines)
        self.refused_count = self._of_log + len(seconds.refused)
        shares_rows = read.dossiers is not None and _shares_rows(read.events, read.dossiers)
        self._rows = self.event_rows + (0 if shares_rows else self.dossier_rows)
        self._rows_refused = self.event_rows - self.events_kept - self.events_ignored
        self._rows_refused += 0 if shares_rows else self._of_log - self._rows_refused

    def _add(self, name: str, reading: Reading, lines: Lines) -> None:
        refusals = _Refusals(self._store, name, reading, lines)
        self._tables.append(refusals)
        self._of_log += refusals.count

    def refused(self) -> Iterator[Refused]:
        """Every refused row: of the events, the dossiers and the second sources, each in its order."""
        for table in self._tables:
            yield from table
        yield from self.seconds.refused

    def check(self) -> None:
        """Refuse the log as a whole where most of its rows are of no use."""
        file = self._read.events.source.file
        if self.event_rows == 0:
            raise refusal("no-rows", file)
        if self._rows_refused * 2 > self._rows:
            raise refusal(
                "mostly-refused", file, refused=self._rows_refused, rows=self._rows,
                examples=row_examples(list(islice(self.refused(), _EXAMPLES))),
            )  # fmt: skip

    def write(self, path: Path) -> None:
        """Write every refused row as CSV."""
        with whole_file(path) as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(_COLUMNS)
            for one in self.refused():
                why = row_reason(one.reason).say("vi")
                writer.writerow([one.file, one.row, one.column, cell(one.value), one.reason, why])

    def _reasons(self) -> dict[str, int]:
        """How often each reason was given."""
        times = Counter(one.reason for one in self.seconds.refused)
        for table in self._tables:
            times.update(table.reasons())
        return dict(sorted(times.items()))

    def intake(self, world: World, mapping: LogMapping, known: frozenset[str], drawn_s: int) -> Intake:
        """The account as a value, once dossiers have been made."""
        kept, without, outside, only_events = self._store.run(
            "SELECT count(*), count(*) FILTER (edition IS NULL AND NOT is_outside), "
            "count(*) FILTER (is_outside), count(*) FILTER (NOT has_row) FROM base"
        )[0]
        is_open = self._store.number("SELECT count(*) FROM dossier WHERE end_s IS NULL AND NOT finished")
        first, last = self._store.run(
            "SELECT min(least(coalesce(start_s, finish_s), coalesce(finish_s, start_s))), "
            "max(greatest(coalesce(start_s, finish_s), coalesce(finish_s, start_s))) FROM event"
        )[0]
        calendar = world.calendar
        return Intake(
            rows=self._rows + self.seconds.register_rows + self.seconds.reported_rows,
            event_rows=self.event_rows,
            events_kept=self.events_kept,
            events_ignored=self.events_ignored,
            dossier_rows=self.dossier_rows + only_events,
            dossiers_kept=kept,
            dossiers_without_procedure=without,
            dossiers_outside_period=outside,
            dossiers_open=is_open,
            register_rows=self.seconds.register_rows,
            register_kept=len(self.seconds.entries),
            reported_rows=self.seconds.reported_rows,
            reported_kept=self.seconds.reported_kept,
            refused_count=self.refused_count,
            refused=tuple(islice(self.refused(), SHOWN)),
            refused_reasons=self._reasons(),
            unknown_activities=self._unknown(self._read.words["step"]),
            columns=known,
            first=None if first is None else from_civil(calendar, first),
            last=None if last is None else from_civil(calendar, last),
            drawn_up_at=from_civil(calendar, drawn_s),
            cut_off=self.cut_off,
        )

    @property
    def cut_off(self) -> CutOff | None:
        """What was read of a log that breaks off."""
        source = self._read.events.source
        if not source.cut_bytes:
            return None
        return CutOff(source.file, self.event_rows, source.cut_bytes, source.left_out)

    def _unknown(self, words: Words) -> dict[str, int]:
        """Activities that no step of the dossier's procedure answers to, as they are written."""
        rows = self._store.run(
            "SELECT e.act, count(*) FROM event AS e JOIN base AS b USING (dossier) "
            "JOIN norm AS n ON n.edition = b.edition AND n.act = e.act "
            "WHERE n.step = 0 AND e.act IN (SELECT act FROM norm WHERE step = 0) "
            "GROUP BY e.act"
        )
        return dict(sorted((words.written(act), count) for act, count in rows))


class _Refusals:
    """The refused rows of one table of a log, in their order."""

    def __init__(self, store: Store, name: str, reading: Reading, lines: Lines) -> None:
        """Look them up in the source, and put them into a table of this name."""
        self._store, self._name, self._reading, self._lines = store, name, reading, lines
        values = Values()
        rows = f"SELECT row, refused, value FROM {reading.refusals(values)}"
        if not reading.is_events:
            why = "contradicts" if reading.mapping.dossiers_from == EVENTS else "duplicate"
            rows += (
                f" UNION ALL SELECT row, '{why}:dossier_id' AS refused, dossier_id AS value "
                "FROM dossier_row WHERE is_repeated"
            )
        store.run(f"CREATE TABLE {name} AS {rows}", values)
        self.count = store.number(f"SELECT count(*) FROM {name}") + reading.source.broken_count

    def reasons(self) -> Counter[str]:
        """How often each reason was given."""
        rows = self._store.run(f"SELECT refused, count(*) FROM {self._name} GROUP BY refused")
        source = self._reading.source
        times = Counter({"bad-row": source.broken_count - source.left_out, "cut-off": source.left_out})
        for refused, count in rows:
            times[refused.partition(":")[0]] += count
        return +times

    def __iter__(self) -> Iterator[Refused]:
        found = (
            (row, _refused(self._reading, self._lines.of(row), refused, value))
            for rows in self._store.batches(
                f"SELECT row, refused, value FROM {self._name} ORDER BY row, refused", _BATCH
            )
            for row, refused, value in rows
        )
        file = self._reading.source.file
        broken = (
            (row, Refused(file, self._lines.of(row), "", shortened(text or ""), reason))
            for row, text, reason in self._reading.source.broken_rows()
        )
        return (one for _, one in merge(found, broken, key=itemgetter(0)))


def _shares_rows(events: Reading, dossiers: Reading) -> bool:
    """Whether dossiers are read from the very rows that the events are read from."""
    if dossiers.mapping.dossiers_from in (ATTRIBUTES, EVENTS):
        return dossiers.mapping.dossiers_from == EVENTS
    return Path(dossiers.source.file).resolve() == Path(events.source.file).resolve()


def column_account(store: Store, read: Read, seconds: Seconds) -> frozenset[str]:
    """Columns that hold at least one value, of the source or worked out of it."""
    found = set()
    checks = {
        "actor": "actor", "role": "role", "unit": "unit", "started_at": "started", "finished_at": "finished",
        "document": "nullif(has_document, false)", "new_appointed_at": "new_s", "procedure": "procedure",
    }  # fmt: skip
    counted = ", ".join(f"count({column}) > 0" for column in checks.values())
    told = "coalesce(bool_or(explained), false), coalesce(bool_or(finish_s % 60 <> 0), false)"
    row = store.run(f"SELECT {counted}, {told} FROM event")[0]
    told_of = (*checks, "reason", "second")
    found |= {f"events.{name}" for name, is_there in zip(told_of, row, strict=True) if is_there}
    found |= {"events.dossier_id", "events.step"}
    if read.dossiers is not None:
        names = {
            "unit": "unit", "channel": "channel", "case": '"case"', "received_at": "received_s",
            "appointed_at": "appointed_s", "due_at": "due_s", "finished_at": "finished_s",
            "returned_at": "returned_s", "status": "status", "procedure": "procedure",
        }  # fmt: skip
        counted = ", ".join(f"count({column}) > 0" for column in names.values())
        row = store.run(f"SELECT {counted} FROM dossier_row WHERE NOT is_repeated")[0]
        found |= {f"dossiers.{name}" for name, is_there in zip(names, row, strict=True) if is_there}
    found |= {"register.dossier_id"} if seconds.has_register else set()
    found |= {"reported.month"} if seconds.reported_rows else set()
    return frozenset(found)


def _refused(reading: Reading, line: int, refused: str, value: str | None) -> Refused:
    reason, _, column = refused.partition(":")
    theirs = reading.table.columns.get(column, column)
    return Refused(reading.source.file, line, theirs, shortened(value or ""), reason)
