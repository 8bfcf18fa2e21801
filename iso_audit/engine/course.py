"""How far each dossier got: what its events say of its end, and where its clock stood.

Of the dossiers at hand (`passes`): `course` (one row a dossier with events) and `stop_here` (one row
a stretch in which the clock stood, or at whose end the limit counts anew), which is added to `stop`.
"""

from __future__ import annotations

from iso_audit.engine.norms import KIND_FLAGS, OUTSIDE, RESTARTS
from iso_audit.engine.store import Store

_ACT_BITS = 24
"""Room for the number of an activity, below that of an event."""


def make_course(store: Store) -> None:
    """Gather from the events of each dossier what its end and its facts depend on.

    What the last event in its turn says is packed below that event's number, and what marks any
    event is a bit: a few sums are quicker than one for each question.
    """
    marks = " + ".join(f"(CAST({flag} AS BIGINT) << {at})" for at, flag in enumerate(KIND_FLAGS))
    any_of = ", ".join(f"marks & {1 << at} > 0 AS any_{flag}" for at, flag in enumerate(KIND_FLAGS))
    norm = f"""(
        SELECT edition, act, is_timed, is_end, may_follow, apologises, returns, hands_over,
            refuses OR withdraws OR stops AS breaks, step > 0 AND NOT anytime AS in_turn,
            clock > 0 AS stops_clock, {marks} AS marks FROM norm)"""
    moment = "coalesce(e.finish_s, e.start_s)"
    last = f"(((e.event << {_ACT_BITS}) + e.act) << 1) + CAST(n.may_follow OR e.finish_s IS NULL AS BIGINT)"
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE course AS
        SELECT dossier, last_s, timed_s, reached_end, furthest & 1 = 1 AS may_follow,
            (furthest >> 1) & {(1 << _ACT_BITS) - 1} AS last_act, broke & 1 = 1 AS broke_off, promised_s,
            handed_out_s, handed_over_s, is_stopped, {any_of}
        FROM (
            SELECT e.dossier,
                max(e.finish_s) AS last_s,
                max(CASE WHEN n.is_timed THEN e.finish_s END) AS timed_s,
                bool_or(n.is_end AND e.finish_s IS NOT NULL) AS reached_end,
                bool_or(n.stops_clock) AS is_stopped,
                max(CASE WHEN n.in_turn THEN {last} END) AS furthest,
                max((e.event << 1) + CAST(n.breaks AS BIGINT)) AS broke,
                arg_max(e.new_s, e.event) FILTER (n.apologises AND e.new_s IS NOT NULL) AS promised_s,
                min(CASE WHEN n.returns THEN {moment} END) AS handed_out_s,
                min(CASE WHEN n.hands_over THEN {moment} END) AS handed_over_s,
                bit_or(n.marks) AS marks
            FROM event_here AS e
            JOIN base_here AS b USING (dossier)
            JOIN {norm} AS n ON n.edition = b.edition AND n.act = e.act
            GROUP BY e.dossier
        )
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
        WITH counted AS (
            SELECT e.event, e.dossier, e.start_s, e.finish_s, n.clock, n.by_applicant, b.received_s,
                lead(coalesce(e.start_s, e.finish_s)) OVER w AS next_s,
                lag(coalesce(e.finish_s, e.start_s)) OVER w AS before_s
            FROM (SELECT dossier FROM course WHERE is_stopped) AS c
            JOIN event_here AS e USING (dossier)
            JOIN base_here AS b USING (dossier)
            JOIN norm AS n ON n.edition = b.edition AND n.act = e.act
            WHERE n.clock > 0 OR NOT n.anytime
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
