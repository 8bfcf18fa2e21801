"""What was read of a log, and every row that was not: counts that add up, reasons with their places."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from iso_audit.engine.lines import Lines
from iso_audit.engine.opening import EVENTS
from iso_audit.engine.refusals import refusal, row_examples, row_reason, shortened
from iso_audit.engine.rows import Reading
from iso_audit.engine.seconds import NO_SECONDS, Seconds
from iso_audit.engine.store import Store, Values
from iso_audit.engine.tables import Read
from iso_audit.engine.whole_files import cell, whole_file
from iso_audit.engine.words import Words
from iso_audit.model.civil import from_civil
from iso_audit.model.log import Intake, LogMapping, Refused, World

SHOWN = 20
_EXAMPLES = 3
_COLUMNS = ("file", "row", "column", "value", "reason", "why")


class Account:
    """The account of one log: refusals are looked up in the source only where there are any."""

    def __init__(self, store: Store, read: Read, seconds: Seconds = NO_SECONDS) -> None:
        self._store, self._read = store, read
        self.refused: list[Refused] = []
        self.events_kept = store.number("SELECT count(*) FROM event")
        self.event_rows = read.event_rows + len(read.events.source.broken)
        self.events_ignored = 0
        self.event_lines = Lines(read.events.source, self.event_rows)
        self.dossier_lines = self.event_lines
        if self.events_kept < self.event_rows:
            self.refused = self._of(read.events, self.event_lines)
            self.events_ignored = self.event_rows - self.events_kept - len(self.refused)
        self.dossier_rows = 0
        if read.dossiers is not None:
            values = Values()
            relation = read.dossiers.source.relation(values)
            rows = store.number(f"SELECT count(*) FROM {relation}", values)
            self.dossier_rows = rows + len(read.dossiers.source.broken)
            self.dossier_lines = Lines(read.dossiers.source, self.dossier_rows)
            self.refused += self._of(read.dossiers, self.dossier_lines)
        self._of_log = len(self.refused)
        self.seconds = seconds
        self.refused += seconds.refused

    def check(self) -> None:
        """Refuse the log as a whole where most of its rows are of no use."""
        file = self._read.events.source.file
        rows = self.event_rows + self.dossier_rows
        if rows == 0 or self.event_rows == 0:
            raise refusal("no-rows", file)
        if self._of_log * 2 > rows:
            raise refusal(
                "mostly-refused", file, refused=self._of_log, rows=rows,
                examples=row_examples(self.refused[:_EXAMPLES]),
            )  # fmt: skip

    def _of(self, reading: Reading, lines: Lines) -> list[Refused]:
        """Refused rows of one table in its order, each with its line."""
        values = Values()
        rows = self._store.run(
            f"SELECT row, refused, value FROM {reading.refusals(values)} ORDER BY row", values
        )
        if not reading.is_events:
            why = "contradicts" if reading.mapping.dossiers_from == EVENTS else "duplicate"
            rows += self._store.run(
                f"SELECT row, '{why}:dossier_id', dossier_id FROM dossier_row WHERE is_repeated"
            )
        found = [_refused(reading, lines.of(row), refused, value) for row, refused, value in rows]
        found += [
            Refused(reading.source.file, lines.of(row), "", shortened(text), "bad-row")
            for row, text in reading.source.broken
        ]
        return sorted(found, key=lambda one: one.row)

    def write(self, path: Path) -> None:
        """Write every refused row as CSV."""
        with whole_file(path) as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(_COLUMNS)
            for one in self.refused:
                why = row_reason(one.reason).say("vi")
                writer.writerow([one.file, one.row, one.column, cell(one.value), one.reason, why])

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
            refused_count=len(self.refused),
            refused=tuple(self.refused[:SHOWN]),
            refused_reasons=dict(sorted(Counter(one.reason for one in self.refused).items())),
            unknown_activities=self._unknown(self._read.words["step"]),
            columns=known,
            first=None if first is None else from_civil(calendar, first),
            last=None if last is None else from_civil(calendar, last),
            drawn_up_at=from_civil(calendar, drawn_s),
        )

    def _unknown(self, words: Words) -> dict[str, int]:
        """Activities that no step of the dossier's procedure answers to."""
        rows = self._store.run(
            "SELECT e.act, count(*) FROM event AS e JOIN base AS b USING (dossier) "
            "JOIN norm AS n ON n.edition = b.edition AND n.act = e.act "
            "WHERE n.step = 0 AND e.act IN (SELECT act FROM norm WHERE step = 0) "
            "GROUP BY e.act ORDER BY e.act"
        )
        return {words.say(act): count for act, count in rows}


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
