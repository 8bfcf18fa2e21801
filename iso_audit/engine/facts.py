"""Facts of events: one definition each, in SQL, over an event with everything it depends on.

A fact is 0 (no), 1 (yes) or 2 (the log cannot tell). Facts are packed two bits each, in the order
of `model.log`, so that equal things are found by grouping one number. Tables made here: `day`,
`band` (steps that share a limit) and `judged` (the key of every event's kind).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from iso_audit.analysis.worktime import WorkTable
from iso_audit.engine.norms import CLOCK, DAYS, WORK
from iso_audit.engine.store import Array, Store
from iso_audit.model.civil import DAY, date_of, reception_spans
from iso_audit.model.log import EVENT_FACTS

BITS = 2
EVENT_BITS = 40
"""Room for the facts of an event below the number of its place (edition and step)."""


def make_days(store: Store, table: WorkTable) -> tuple[int, int]:
    """Put the calendar beside the log; return how many working and reception spans a day has at most."""
    rows = table.day_rows()
    days = rows["day"]
    spans = sum(1 for name in rows if name.startswith("s"))
    columns: dict[str, Array] = dict(rows)
    working = table.nth_working_day(days - 1, np.ones_like(days))
    columns["due_close_s"] = working * DAY + table.closing(working)
    desks = [reception_spans(table.calendar, date_of(day)) for day in days.tolist()]
    most = max(map(len, desks), default=0)
    for n in range(most):
        for edge, name in enumerate(("desk_open", "desk_close")):
            values = [desk[n][edge] if n < len(desk) else -1 for desk in desks]
            columns[f"{name}{n + 1}"] = np.array(values, dtype=np.int64)
    store.put("day", {name: ("BIGINT", values) for name, values in columns.items()})
    return spans, most


def work_until(at: str, day: str, spans: int) -> str:
    """SQL: seconds of work until a civil second, by the row of its day."""
    second = f"({at} - {day}.day * {DAY})"
    parts = (f"greatest(0, least({second} - {day}.s{n}, {day}.l{n}))" for n in range(1, spans + 1))
    return f"({day}.cum + {' + '.join(parts)})"


def used(spans: int, start_day: str = "s", finish_day: str = "f") -> str:
    """SQL: seconds of work between start and finish of an event `e`, by the rows of their days."""
    worked = work_until("e.finish_s", finish_day, spans)
    return f"({worked} - {work_until('e.start_s', start_day, spans)})"


def _off_hours(spans: int, desks: int) -> str:
    """SQL: whether an event ended outside working and reception hours; at midnight only the day is known."""
    second = f"(e.finish_s - f.day * {DAY})"
    inside = [f"(f.l{n} > 0 AND {second} BETWEEN f.s{n} AND f.s{n} + f.l{n})" for n in range(1, spans + 1)]
    inside += [f"({second} BETWEEN f.desk_open{n} AND f.desk_close{n})" for n in range(1, desks + 1)]
    return f"CASE WHEN e.finish_s IS NULL OR {second} = 0 THEN 2 WHEN {' OR '.join(inside)} THEN 0 ELSE 1 END"


def _definitions(spans: int, desks: int, known: frozenset[str], drawn: int) -> dict[str, str]:
    """The definition of every fact of an event `e`, its norm `n` and its dossier `b`.

    `f` and `s` are the days of finish and start, `o` the day on which a limit in days ends, `t` the
    stop that the event began, `m` whether the role may act, `g` the lateness of a group of steps, `h` and
    `q` its signs; `drawn` is the moment that bounds the log.
    """
    late = f"""CASE WHEN g.late IS NOT NULL THEN g.late WHEN n.compared = 0 THEN 0
        WHEN e.start_s IS NULL OR e.finish_s IS NULL OR e.finish_s < e.start_s THEN 2
        WHEN n.compared = {WORK} THEN CAST({used(spans)} > n.amount AS INTEGER)
        WHEN n.compared = {CLOCK} THEN CAST(e.finished - e.started > n.amount * 1000000 AS INTEGER)
        ELSE CAST(e.finish_s > o.due_close_s AS INTEGER) END"""
    moment = "coalesce(e.finish_s, e.start_s)"
    has_start = "events.started_at" in known

    def missing(column: str, applies: str, test: str) -> str:
        if f"events.{column}" not in known:
            return f"CASE WHEN {applies} THEN 2 ELSE 0 END"
        return f"CAST({applies} AND {test} AS INTEGER)"

    unseen = f"e.actor IS NULL OR e.finish_s IS NULL OR e.finish_s % {DAY} = 0"
    within_seconds = unseen if "events.second" in known else "true"
    return {
        "late": late,
        "overdue": f"CASE WHEN ({late}) = 1 THEN b.overdue ELSE 0 END",
        "wrong_role": "CASE WHEN n.required < 0 THEN 0 WHEN e.role IS NULL THEN 2 ELSE m.wrong END",
        "undocumented": missing("document", "n.documented", "NOT e.has_document"),
        "unexplained": missing("reason", "n.explained", "NOT e.explained"),
        "no_new_date": missing("new_appointed_at", "n.apologises", "e.new_s IS NULL"),
        "no_actor": missing("actor", "true", "e.actor IS NULL"),
        "no_moment": """CASE WHEN e.finish_s IS NULL AND NOT b.finished THEN 2
            ELSE CAST(e.start_s IS NULL OR e.finish_s IS NULL AS INTEGER) END"""
        if has_start
        else "2",
        "off_hours": _off_hours(spans, desks),
        "backwards": "coalesce(CAST(e.finished < e.started AS INTEGER), 2)" if has_start else "2",
        "future": f"coalesce(CAST(e.finished > {drawn} AS INTEGER), 0)",
        "after_due": """CASE WHEN t.begin_s IS NULL THEN 0
            ELSE coalesce(CAST(t.begin_s > b.due_s AS INTEGER), 2) END""",
        "early_enough": f"""CASE WHEN NOT n.apologises THEN 0
            ELSE coalesce(CAST({moment} <= b.latest_apology_s AS INTEGER), 2) END""",
        "returned_before_signed": """CASE WHEN NOT n.signs OR b.handed_out_s IS NULL THEN 0
            ELSE coalesce(CAST(e.finish_s > b.handed_out_s AS INTEGER), 2) END""",
        "slow_handover": f"""CASE WHEN NOT n.hands_over THEN 0
            ELSE coalesce(CAST({moment} > b.handover_s AS INTEGER), 2) END""",
        "stagnant": "coalesce(q.stagnant, 0)",
        "batch": f"""CASE WHEN NOT n.watched THEN 0 WHEN {within_seconds} THEN 2
            ELSE coalesce(h.batch, 0) END""",
        "elsewhere": f"""CASE WHEN NOT n.watched THEN 0 WHEN {within_seconds} OR e.unit IS NULL THEN 2
            ELSE coalesce(h.elsewhere, 0) END""",
        "round": f"CASE WHEN NOT n.rounded THEN 0 WHEN {unseen} THEN 2 ELSE coalesce(h.round, 0) END",
    }


def packed(facts: Mapping[str, str], names: Mapping[str, str]) -> str:
    """SQL: facts side by side in one number, in the order of `names`."""
    return " + ".join(f"(CAST({facts[name]} AS BIGINT) << {BITS * at})" for at, name in enumerate(names))


def make_judged(
    store: Store, spans: int, desks: int, known: frozenset[str], drawn: int, is_start_derived: bool
) -> None:
    """Add to `judged`: for every event of a dossier with a procedure, the key of its kind.

    The key holds the place (edition and step) above, facts below; `drawn` is in microseconds since
    1970 UTC. A start that was derived from the finish before it says nothing about the record.
    """
    facts = _definitions(spans, desks, known, drawn)
    if is_start_derived:
        facts |= {"no_moment": "2", "backwards": "2"}
    in_days = store.any("norm", f"compared = {DAYS}")
    last_day = f"LEFT JOIN day AS o ON o.day = e.start_s // {DAY} + n.amount" if in_days else ""
    key = packed(facts, EVENT_FACTS)
    if not in_days:
        key = key.replace("o.due_close_s", "NULL")
    store.add(
        "judged",
        f"""
        SELECT e.event, e.dossier,
            CASE WHEN b.has_unit THEN b.unit ELSE coalesce(e.unit, b.unit) END AS unit,
            (CAST(n.place AS BIGINT) << {EVENT_BITS}) + {key} AS key
        FROM event_here AS e
        JOIN dossier_here AS b USING (dossier)
        JOIN norm AS n ON n.edition = b.edition AND n.act = e.act
        LEFT JOIN may_act AS m ON m.required = n.required AND m.acting = e.role
        LEFT JOIN day AS s ON s.day = e.start_s // {DAY}
        LEFT JOIN day AS f ON f.day = e.finish_s // {DAY}
        {last_day}
        LEFT JOIN stop_here AS t USING (event)
        LEFT JOIN band AS g USING (event)
        LEFT JOIN sign AS h USING (event)
        LEFT JOIN idle_here AS q USING (event)
        """,
    )


def make_bands(store: Store, spans: int) -> None:
    """Make `band`: events of steps that share a limit, and whether together they ran over it.

    The sum is judged at the last execution of the last step of the group that happened; the
    others are not late by themselves.
    """
    store.run("CREATE OR REPLACE TEMP TABLE band (event BIGINT, late INTEGER)")
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
