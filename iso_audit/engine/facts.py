"""Facts of events: one definition each, on arrays of executions with everything they depend on.

A fact is 0 (no), 1 (yes) or 2 (the log cannot tell). Facts are packed two bits each, in the order
of `model.log`, so that equal things are found by grouping one number. Tables made here: `day` and
`band` (steps that share a limit).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from iso_audit.analysis.worktime import NO_DUE, WorkTable
from iso_audit.engine.editions import CLOCK, DAYS, WORK
from iso_audit.engine.store import Array, Store
from iso_audit.model.civil import DAY

if TYPE_CHECKING:
    from iso_audit.engine.course import Standstills
    from iso_audit.engine.executions import Executions

BITS = 2
EVENT_BITS = 40
"""Room for the facts of an event below the number of its place (edition and step)."""


def make_days(store: Store, table: WorkTable) -> int:
    """Put the calendar beside the log; return how many working spans a day has at most."""
    rows = table.day_rows()
    spans = sum(1 for name in rows if name.startswith("s"))
    columns: dict[str, Array] = dict(rows)
    columns["due_close_s"] = closing_s(table, rows["day"])
    store.put("day", {name: ("BIGINT", values) for name, values in columns.items()})
    return spans


def work_until(at: str, day: str, spans: int) -> str:
    """SQL: seconds of work until a civil second, by the row of its day."""
    second = f"({at} - {day}.day * {DAY})"
    parts = (f"greatest(0, least({second} - {day}.s{n}, {day}.l{n}))" for n in range(1, spans + 1))
    return f"({day}.cum + {' + '.join(parts)})"


def used(spans: int, start_day: str = "s", finish_day: str = "f") -> str:
    """SQL: seconds of work between start and finish of an event `e`, by the rows of their days."""
    worked = work_until("e.finish_s", finish_day, spans)
    return f"({worked} - {work_until('e.start_s', start_day, spans)})"


class Facts:
    """The definition of every fact of executions: 0 (no), 1 (yes) or 2 (the log cannot tell)."""

    def __init__(
        self, e: Executions, dossiers: Mapping[str, Array], stops: Standstills, stagnant: Array
    ) -> None:
        """`dossiers` are what was worked out of them, `stagnant` the fact of that name."""
        self._e, self._asked = e, e.asked
        self._dossiers, self._stops, self._stagnant = dossiers, stops, stagnant
        self._has_starts = e.asked.kept("events.started_at") and not e.asked.is_start_derived
        """Whether starts say anything of the record: not where they were derived from the finish before."""
        self._hour = e.finish_s % DAY

    def all(self) -> dict[str, Array]:
        """Every fact of `EVENT_FACTS`."""
        e = self._e
        late = self._late()
        unseen = (e.actor < 0) | ~e.has_finish | (self._hour == 0)
        return {
            "late": late,
            "overdue": np.where(late == 1, self._dossiers["overdue"][e.of], 0),
            "wrong_role": self._wrong_role(),
            "undocumented": self._missing("document", "documented", e.flag("has_document")),
            "unexplained": self._missing("reason", "explained", e.flag("explained")),
            "no_new_date": self._missing(
                "new_appointed_at", "apologises", e.column("new_s", NO_DUE) != NO_DUE
            ),
            "no_actor": (e.actor < 0) if self._asked.kept("events.actor") else self._unknown(),
            "no_moment": self._no_moment(),
            "off_hours": self._off_hours(),
            "backwards": self._backwards(),
            "future": e.has_finish & (e.done_us > self._asked.drawn_us),
            "after_due": self._after_due(),
            "early_enough": self._compared("apologises", "latest_apology_s", operator.le),
            "returned_before_signed": self._returned_before_signed(),
            "slow_handover": self._compared("hands_over", "handover_s", operator.gt),
            "stagnant": self._stagnant,
            "batch": self._sign("watched", "batch", unseen, is_to_the_second=True),
            "elsewhere": self._sign("watched", "elsewhere", unseen | (e.unit < 0), is_to_the_second=True),
            "round": self._sign("rounded", "round", unseen),
        }

    def _nothing(self) -> Array:
        return np.zeros(len(self._e), dtype=np.uint8)

    def _unknown(self) -> Array:
        return np.full(len(self._e), 2, dtype=np.uint8)

    def _at(self, flag: str, values: Callable[[Array], Array]) -> Array:
        """What `values` says of the executions (their places) of steps with a flag; 0 of all others."""
        found, at = self._nothing(), self._e.having(flag)
        if len(at):
            found[at] = values(at)
        return found

    def _late(self) -> Array:
        e, asked = self._e, self._asked
        compared, amount = e.norm("compared"), e.norm("amount")
        found = ((compared == WORK) & (e.finished - e.began > amount)).astype(np.uint8)
        at = np.flatnonzero(compared == CLOCK)
        passed = e.done_us[at] - e.begun_us[at]
        found[at] = passed > amount[at] * 1_000_000
        at = np.flatnonzero(compared == DAYS)
        found[at] = e.finish_s[at] > closing_s(asked.table, e.start_s[at] // DAY + amount[at])
        found[(compared > 0) & ~(e.has_start & e.has_finish & ~e.is_backward)] = 2
        band = e.column("band_late", -1)
        return np.where(band >= 0, band, found).astype(np.uint8)

    def _wrong_role(self) -> Array:
        e = self._e
        required = e.norm("required")
        said = np.where(e.role < 0, 2, self._asked.norm.wrong[required, e.role])
        return np.where(required < 0, 0, said)

    def _missing(self, column: str, flag: str, there: Array) -> Array:
        is_kept = self._asked.kept(f"events.{column}")
        return self._at(flag, lambda at: ~there[at] if is_kept else np.full(len(at), 2))

    def _no_moment(self) -> Array:
        e = self._e
        if not self._has_starts:
            return self._unknown()
        is_open = ~e.has_finish & ~self._dossiers["finished"][e.of]
        return np.where(is_open, 2, ~(e.has_start & e.has_finish))

    def _off_hours(self) -> Array:
        """At midnight only the day is known."""
        outside = ~self._asked.table.inside_hours(self._e.finish_s)
        return np.where(~self._e.has_finish | (self._hour == 0), 2, outside)

    def _backwards(self) -> Array:
        e = self._e
        if not self._has_starts:
            return self._unknown()
        return np.where(e.has_start & e.has_finish, e.done_us < e.begun_us, 2)

    def _after_due(self) -> Array:
        stops, found = self._stops, self._nothing()
        due_s = self._dossiers["due_s"][stops.of]
        found[stops.at] = np.where(due_s == NO_DUE, 2, stops.begin_s > due_s)
        return found

    def _compared(self, flag: str, bound: str, compare: Callable[[Array, Array], Array]) -> Array:
        e = self._e

        def said(at: Array) -> Array:
            bound_s = self._dossiers[bound][e.of[at]]
            return np.where(bound_s == NO_DUE, 2, compare(e.moment_s[at], bound_s))

        return self._at(flag, said)

    def _returned_before_signed(self) -> Array:
        e = self._e

        def said(at: Array) -> Array:
            returned_s = self._dossiers["handed_out_s"][e.of[at]]
            after = np.where(e.has_finish[at], e.finish_s[at] > returned_s, 2)
            return np.where(returned_s == NO_DUE, 0, after)

        return self._at("signs", said)

    def _sign(self, flag: str, name: str, unseen: Array, *, is_to_the_second: bool = False) -> Array:
        is_shown = not is_to_the_second or self._asked.kept("events.second")
        shown = self._e.column(name, 0)
        return self._at(
            flag, lambda at: np.where(unseen[at], 2, shown[at]) if is_shown else np.full(len(at), 2)
        )


def packed(facts: Mapping[str, Array], names: Iterable[str], size: int) -> Array:
    """Facts side by side in one number, in the order of `names`: four to a byte, then byte by byte."""
    whole, order = np.zeros(size, dtype=np.int64), list(names)
    for first in range(0, len(order), 4):
        four = np.zeros(size, dtype=np.uint8)
        for at, name in enumerate(order[first : first + 4]):
            four |= facts[name].astype(np.uint8) << np.uint8(BITS * at)
        whole |= four.astype(np.int64) << (BITS * first)
    return whole


def closing_s(table: WorkTable, days: Array) -> Array:
    """The second at which limits end that end with these days: at the closing of a working day."""
    working = table.nth_working_day(days - 1, np.ones_like(days))
    return working * DAY + table.closing(working)


def make_bands(store: Store, spans: int) -> None:
    """Make `band`: events of steps that share a limit, and whether together they ran over it.

    The sum is judged at the last execution of the last step of the group that happened; the
    others are not late by themselves.
    """
    store.run("CREATE OR REPLACE TABLE band (event BIGINT, late INTEGER)")
    if not store.any("group_step"):
        return
    store.run(
        f"""
        INSERT INTO band
        WITH part AS (
            SELECT e.event, e.dossier, u.band, u.rank, u.compared, u.amount, e.start_s, e.finish_s,
                e.start_s IS NULL OR e.finish_s IS NULL OR e.finish_s < e.start_s AS is_unknown,
                {used(spans)} AS worked, e.finished - e.started AS passed
            FROM event_here AS e
            JOIN base_here AS b USING (dossier)
            JOIN group_step AS u ON u.edition = b.edition AND u.act = e.act
            LEFT JOIN day AS s ON s.day = e.start_s // {DAY}
            LEFT JOIN day AS f ON f.day = e.finish_s // {DAY}
        ),
        whole AS (
            SELECT dossier, band, compared, amount, bool_or(is_unknown) AS is_unknown, sum(worked) AS worked,
                sum(passed) AS passed, min(start_s) AS start_s, max(finish_s) AS finish_s,
                max((rank << 40) + event) & {(1 << 40) - 1} AS last
            FROM part GROUP BY ALL
        ),
        said AS (
            SELECT p.event, CASE WHEN p.event <> w.last THEN 0 WHEN w.is_unknown THEN 2
                WHEN w.compared = {WORK} THEN CAST(w.worked > w.amount AS INTEGER)
                WHEN w.compared = {CLOCK} THEN CAST(w.passed > w.amount * 1000000 AS INTEGER)
                ELSE CAST(w.finish_s > o.due_close_s AS INTEGER) END AS late
            FROM part AS p JOIN whole AS w USING (dossier, band)
            LEFT JOIN day AS o ON o.day = w.start_s // {DAY} + w.amount
        )
        SELECT event, CASE WHEN bool_or(late = 1) THEN 1 ELSE max(late) END FROM said GROUP BY event
        """
    )
