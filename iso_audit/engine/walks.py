"""Executions one after the other: what lay between them, which were repeats, where the clock stood.

Working time is measured on one line, seconds of work `until` a moment: spans are differences, and of
several moments the latest is the maximum. Tables made here, of the part at hand: `handled` (one row an
execution), `repeated` (those after the first of their step) and `stood` (one row a dossier whose clock
stood). They need `measured`, `handled_place` and `person_unit` of `handling`.
"""

from __future__ import annotations

from iso_audit.engine.facts import BITS, EVENT_BITS, work_until
from iso_audit.engine.store import Store
from iso_audit.model.civil import DAY
from iso_audit.model.log import EVENT_FACTS

_LATE = BITS * list(EVENT_FACTS).index("late")
_EVER = (1 << 33) - 1
"""Seconds after any moment of a log."""


def make_handled(store: Store, spans: int, *, is_start_derived: bool) -> None:
    """Make `handled`: executions in the order in which they began, each with what came before it.

    A stretch in which the clock stood goes in between as if it were the applicant's. An execution
    without a start covers all since the finish before it, one without a finish all that follows; one
    that ends before it starts covers nothing.
    """
    before = "NULL"
    if store.any("event_here", "start_s IS NULL"):
        before = f"lag(coalesce(finish_s, {_EVER})) OVER (PARTITION BY dossier ORDER BY event)"
    wait = "least(s.began, d.ended) - greatest(d.received, coalesce(s.busy, d.received))"
    asked = "false" if is_start_derived else "s.began IS NOT NULL AND s.is_forward AND NOT s.is_own"
    unit, unit_before = "coalesce(s.unit, d.unit)", "coalesce(s.unit_before, d.unit)"
    follows = "NOT s.is_own AND NOT coalesce(s.own_before, true)"
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE handled AS
        WITH {_told(spans)},
        span AS (
            SELECT event, dossier, place, late, unit, actor, is_own, is_forward, began, finished,
                coalesce(start_s, {before}, {-_EVER}) AS at_s,
                CASE WHEN is_forward THEN coalesce(finished, {_EVER}) END AS until
            FROM told
            UNION ALL
            SELECT NULL, t.dossier, NULL, NULL, NULL, NULL, true, true, NULL, NULL,
                t.begin_s, {work_until("t.end_s", "f", spans)}
            FROM stop_here AS t LEFT JOIN day AS f ON f.day = t.end_s // {DAY}
            WHERE t.begin_s <= t.end_s
        ),
        lain AS (
            SELECT *, lag(unit) OVER w AS unit_before, lag(actor) OVER w AS actor_before,
                lag(is_own) OVER w AS own_before,
                max(until) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy
            FROM span WINDOW w AS (PARTITION BY dossier ORDER BY at_s, event NULLS LAST)
        )
        SELECT s.event, s.dossier, s.place, s.late, s.is_own, d.cell, {unit} AS unit,
            CASE WHEN s.is_forward THEN s.finished - s.began END AS worked,
            CASE WHEN {asked} THEN greatest({wait}, 0) END AS waited,
            CASE WHEN {follows} THEN CAST({unit} <> {unit_before} AS INTEGER) END AS other_unit,
            CASE WHEN {follows} THEN CAST(s.actor <> s.actor_before AS INTEGER) END AS other_person
        FROM lain AS s JOIN measured AS d ON d.dossier = s.dossier WHERE s.event IS NOT NULL
        """
    )


def _told(spans: int) -> str:
    """SQL of `told`: executions with their moments on the line of work."""
    return f"""told AS (
        SELECT e.event, e.dossier, CAST(j.key >> {EVENT_BITS} AS INTEGER) AS place,
            CAST((j.key >> {_LATE}) & {(1 << BITS) - 1} AS INTEGER) AS late,
            coalesce(e.unit, p.unit, o.unit) AS unit, e.actor, p.is_own = 1 AS is_own,
            NOT coalesce(e.finish_s < e.start_s, false) AS is_forward, e.start_s, e.finish_s,
            CAST({work_until("e.start_s", "s", spans)} AS INTEGER) AS began,
            CAST({work_until("e.finish_s", "f", spans)} AS INTEGER) AS finished
        FROM event_here AS e
        JOIN judged_here AS j USING (event)
        JOIN handled_place AS p ON p.place = j.key >> {EVENT_BITS}
        LEFT JOIN person_unit AS o ON o.actor = e.actor
        LEFT JOIN day AS s ON s.day = e.start_s // {DAY}
        LEFT JOIN day AS f ON f.day = e.finish_s // {DAY}
    )"""


def make_repeated(store: Store) -> None:
    """Make `repeated`: executions of a step of the office after its first one in the same dossier."""
    store.run(
        """
        CREATE OR REPLACE TEMP TABLE repeated AS
        WITH again AS (
            SELECT dossier, place, min(event) AS first_event
            FROM handled WHERE NOT is_own GROUP BY dossier, place HAVING count(*) > 1
        )
        SELECT h.dossier, h.cell, h.unit, p.desk
        FROM handled AS h
        JOIN again AS a ON a.dossier = h.dossier AND a.place = h.place
        JOIN handled_place AS p ON p.place = h.place
        WHERE h.event > a.first_event AND p.is_step = 1
        """
    )


def make_stood(store: Store, spans: int) -> None:
    """Make `stood`: seconds of work between receipt and end in which the clock stood, overlaps once."""
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE stood AS
        WITH span AS (
            SELECT t.dossier, greatest({work_until("t.begin_s", "s", spans)}, d.received) AS began,
                least({work_until("t.end_s", "f", spans)}, d.ended) AS until
            FROM stop_here AS t JOIN measured AS d USING (dossier)
            LEFT JOIN day AS s ON s.day = t.begin_s // {DAY}
            LEFT JOIN day AS f ON f.day = t.end_s // {DAY}
            WHERE t.begin_s <= t.end_s
        ),
        lain AS (
            SELECT *, max(until) OVER (
                PARTITION BY dossier ORDER BY began, until
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy
            FROM span WHERE began < until
        )
        SELECT dossier, sum(greatest(until - greatest(began, coalesce(busy, began)), 0)) AS seconds
        FROM lain GROUP BY dossier
        """
    )
