"""Facts of dossiers that packs ask of dates: results that lie ready, files that wait, new dates after a stop.

They go into the table `demanded`, as those of `demands` do.
"""

from __future__ import annotations

from iso_audit.engine.asked import ASKS, EVENTS, FIRST, SECOND
from iso_audit.engine.editions import CLOCK, WORK
from iso_audit.engine.facts import work_until
from iso_audit.engine.store import Store
from iso_audit.model.civil import DAY
from iso_audit.model.log import Asks

_WAITING, _EARLY, _UNTOLD, _LATER = (
    ASKS[asks] for asks in (Asks.WAITING, Asks.EARLY, Asks.UNTOLD, Asks.LATER)
)


def make_dates(store: Store, spans: int, known: frozenset[str], drawn_s: int) -> None:
    """Add what is asked of dates to `demanded`; nothing where no pack asks."""
    if store.any("demand", f"asks = {_WAITING}"):
        _waiting(store, spans, drawn_s)
    if store.any("demand", f"asks = {_EARLY}"):
        _early(store, spans, drawn_s)
    if store.any("demand", f"asks IN ({_UNTOLD}, {_LATER})") and store.any("stop_here"):
        _moved(store, drawn_s, has_new="events.new_appointed_at" in known)


def _waiting(store: Store, spans: int, drawn_s: int) -> None:
    """From the last first to the day the log was drawn up, whatever the dossier's clock does."""
    worked = f"({work_until(str(drawn_s), 'f', spans)} - {work_until('l.since', 's', spans)})"
    store.run(
        f"""
        INSERT INTO demanded
        WITH last AS (
            SELECT e.dossier, u.number, u.compared, u.amount,
                arg_max(coalesce(e.finish_s, -1), e.event) AS since
            FROM {EVENTS} AND u.asks = {_WAITING} AND u.sides & {FIRST} > 0
            GROUP BY e.dossier, u.number, u.compared, u.amount
        )
        SELECT l.dossier, l.number, coalesce(CASE WHEN l.since < 0 THEN 2
            WHEN l.compared = {WORK} THEN CAST({worked} > l.amount AS INTEGER)
            WHEN l.compared = {CLOCK} THEN CAST({drawn_s} - l.since > l.amount AS INTEGER)
            ELSE CAST({drawn_s} > d.due_close_s AS INTEGER) END, 2)
        FROM last AS l
        LEFT JOIN day AS s ON s.day = l.since // {DAY}
        LEFT JOIN day AS f ON f.day = {drawn_s // DAY}
        LEFT JOIN day AS d ON d.day = l.since // {DAY} + l.amount
        """
    )


def _early(store: Store, spans: int, drawn_s: int) -> None:
    """A result is there when the last first has ended; who got it or heard of it before the day did not wait.

    Where nobody has come yet and the appointed day lies ahead, it is not asked (3).
    """
    store.run(
        f"""
        INSERT INTO demanded
        WITH last AS (
            SELECT e.dossier, u.number, u.amount, arg_max(coalesce(e.finish_s, -1), e.event) AS ready_s,
                max(e.event) AS event
            FROM {EVENTS} AND u.asks = {_EARLY} AND u.sides & {FIRST} > 0
            GROUP BY e.dossier, u.number, u.amount
        ),
        heard AS (
            SELECT l.dossier, l.number, min(coalesce(e.finish_s, e.start_s)) AS heard_s
            FROM {EVENTS} AND u.asks = {_EARLY} AND u.sides & {SECOND} > 0
            JOIN last AS l ON l.dossier = e.dossier AND l.number = u.number AND l.event < e.event
            GROUP BY l.dossier, l.number
        ),
        wait AS (
            SELECT l.dossier, l.number, l.amount, l.ready_s, b.appointed_s // {DAY} AS appointed,
                least(h.heard_s, b.returned_s) // {DAY} AS heard
            FROM last AS l
            JOIN base_here AS b ON b.dossier = l.dossier
            LEFT JOIN heard AS h ON h.dossier = l.dossier AND h.number = l.number
        )
        SELECT w.dossier, w.number, CASE WHEN w.ready_s < 0 OR w.appointed IS NULL THEN 2
            WHEN w.appointed <= w.ready_s // {DAY} THEN 3
            WHEN d.cum - {work_until("w.ready_s", "s", spans)} <= w.amount THEN 3
            WHEN w.heard < w.appointed THEN 0
            WHEN w.heard IS NULL AND {drawn_s // DAY} < w.appointed THEN 3
            WHEN d.day IS NULL THEN 2 ELSE 1 END
        FROM wait AS w
        LEFT JOIN day AS s ON s.day = w.ready_s // {DAY}
        LEFT JOIN day AS d ON d.day = w.appointed
        """
    )


def _moved(store: Store, drawn_s: int, *, has_new: bool) -> None:
    """Dossiers whose clock stood overnight at a first after a second, so that the due day moved.

    The source may keep the new date as the dossier's own appointed day: nothing was recorded only where
    that still is the day that was due without the stop. Whoever had the result by then did not come in
    vain. An apology sets a date for other reasons: where one followed, while the dossier waits, and before
    the old day has come, nothing is asked (3).
    """
    untold = "1" if has_new else "2"
    store.run(
        f"""
        INSERT INTO demanded
        WITH accepted AS (
            SELECT e.dossier, u.number, min(e.event) AS since
            FROM {EVENTS} AND u.asks IN ({_UNTOLD}, {_LATER}) AND u.sides & {SECOND} > 0
            GROUP BY e.dossier, u.number
        ),
        stood AS (
            SELECT e.dossier, u.number, u.asks, max(e.event) AS event,
                bool_or(s.end_s >= {drawn_s}) AS is_open
            FROM {EVENTS} AND u.asks IN ({_UNTOLD}, {_LATER}) AND u.sides & {FIRST} > 0
            JOIN stop_here AS s ON s.event = e.event AND s.end_s // {DAY} > s.begin_s // {DAY}
            JOIN accepted AS a ON a.dossier = e.dossier AND a.number = u.number AND a.since < e.event
            GROUP BY e.dossier, u.number, u.asks
        ),
        recorded AS (
            SELECT t.dossier, t.number, arg_max(e.new_s, e.event) // {DAY} AS new_day,
                bool_or(n.apologises) AS is_sorry
            FROM stood AS t
            JOIN event_here AS e ON e.dossier = t.dossier AND e.event >= t.event AND e.new_s IS NOT NULL
            JOIN base_here AS b ON b.dossier = t.dossier
            JOIN norm AS n ON n.edition = b.edition AND n.act = e.act
            GROUP BY t.dossier, t.number
        ),
        known AS (
            SELECT t.dossier, t.number, t.asks, t.is_open, coalesce(r.is_sorry, false) AS is_sorry,
                v.counted_day, v.plain_day, r.new_day, b.appointed_s // {DAY} AS old_day,
                coalesce(b.finished_s, v.handed_out_s) // {DAY} AS end_day
            FROM stood AS t
            JOIN base_here AS b ON b.dossier = t.dossier
            LEFT JOIN worked AS v ON v.dossier = t.dossier
            LEFT JOIN recorded AS r ON r.dossier = t.dossier AND r.number = t.number
        )
        SELECT dossier, number, CASE WHEN counted_day IS NULL THEN 2
            WHEN is_open OR is_sorry OR counted_day <= plain_day THEN 3
            WHEN asks = {_LATER} THEN coalesce(CAST(new_day > counted_day AS INTEGER), 3)
            WHEN new_day IS NOT NULL OR old_day > plain_day OR end_day <= old_day THEN 0
            WHEN old_day IS NULL OR old_day < plain_day THEN 2
            WHEN end_day IS NULL AND old_day >= {drawn_s // DAY} THEN 3 ELSE {untold} END
        FROM known
        """
    )
