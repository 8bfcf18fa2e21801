"""How far each dossier got: what its events say of its end, and where its clock stood.

Of the dossiers at hand (`passes`): `course` (one row a dossier with events) and `stop_here` (one row
a stretch in which the clock stood, or at whose end the limit counts anew), which is added to `stop`.
"""

from __future__ import annotations

from iso_audit.engine.norms import KIND_FLAGS, OUTSIDE, RESTARTS
from iso_audit.engine.store import Store

JOINED = """event_here AS e JOIN base_here AS b USING (dossier)
    JOIN norm AS n ON n.edition = b.edition AND n.act = e.act"""


def make_course(store: Store) -> None:
    """Gather from the events of each dossier what its end and its facts depend on."""
    in_graph = "FILTER (n.step > 0 AND NOT n.anytime)"
    flags = ", ".join(f"bool_or(n.{flag}) AS any_{flag}" for flag in KIND_FLAGS)
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE course AS
        SELECT e.dossier,
            max(e.finish_s) AS last_s,
            max(e.finish_s) FILTER (n.is_timed) AS timed_s,
            bool_or(n.is_end AND e.finish_s IS NOT NULL) AS reached_end,
            arg_max(n.may_follow OR e.finish_s IS NULL, e.event) {in_graph} AS may_follow,
            arg_max(e.act, e.event) {in_graph} AS last_act,
            arg_max(n.refuses OR n.withdraws OR n.stops, e.event) AS broke_off,
            arg_max(e.new_s, e.event) FILTER (n.apologises AND e.new_s IS NOT NULL) AS promised_s,
            min(coalesce(e.finish_s, e.start_s)) FILTER (n.returns) AS handed_out_s,
            {flags}
        FROM {JOINED}
        GROUP BY e.dossier
        """
    )
    if store.any("beside"):
        _look_beside(store)


def _look_beside(store: Store) -> None:
    """Where a parallel branch still has a step with a limit to come, the time is not up."""
    store.run(
        """
        UPDATE course SET may_follow = true WHERE dossier IN (
            WITH parallel AS (
                SELECT c.dossier, s.other
                FROM course AS c
                JOIN base_here AS b USING (dossier)
                JOIN beside AS s ON s.edition = b.edition AND s.act = c.last_act
                WHERE NOT c.may_follow
            ),
            done AS (
                SELECT DISTINCT dossier, act FROM event_here
                WHERE finish_s IS NOT NULL AND dossier IN (SELECT dossier FROM parallel)
            )
            SELECT p.dossier FROM parallel AS p
            LEFT JOIN done AS d ON d.dossier = p.dossier AND d.act = p.other
            WHERE d.act IS NULL
        )
        """
    )


def make_stops(store: Store, drawn_s: int) -> None:
    """Find where clocks stood: between a request and what follows it, or while the applicant acts.

    What may happen at any time (an apology) does not end a stop, unless it stops the clock itself.
    A stop that nothing has ended lasts until the log was drawn up.
    """
    columns = "(event BIGINT, dossier INTEGER, begin_s BIGINT, end_s BIGINT, anew BOOLEAN)"
    store.run(f"CREATE OR REPLACE TEMP TABLE stop_here {columns}")
    if store.any("norm", "clock > 0"):
        _fill_stops(store, drawn_s)
    store.add("stop", "FROM stop_here")


def _fill_stops(store: Store, drawn_s: int) -> None:
    store.run(
        f"""
        INSERT INTO stop_here
        WITH stopped AS (SELECT DISTINCT e.dossier FROM {JOINED} WHERE n.clock > 0),
        counted AS (
            SELECT e.event, e.dossier, e.start_s, e.finish_s, n.clock, n.by_applicant, b.received_s,
                lead(coalesce(e.start_s, e.finish_s)) OVER w AS next_s,
                lag(coalesce(e.finish_s, e.start_s)) OVER w AS before_s
            FROM {JOINED}
            WHERE e.dossier IN (FROM stopped) AND (n.clock > 0 OR NOT n.anytime)
            WINDOW w AS (PARTITION BY e.dossier ORDER BY e.event)
        ),
        stretch AS (
            SELECT event, dossier,
                CASE WHEN clock = {OUTSIDE} THEN start_s WHEN by_applicant THEN coalesce(before_s, received_s)
                    ELSE finish_s END AS begin_s,
                CASE WHEN clock = {OUTSIDE} OR by_applicant THEN coalesce(finish_s, {drawn_s})
                    ELSE coalesce(next_s, {drawn_s}) END AS end_s,
                clock = {RESTARTS} AS anew
            FROM counted WHERE clock > 0
        )
        SELECT * FROM stretch WHERE begin_s IS NOT NULL
        """
    )
