"""Facts of dossiers that packs ask for by requirement: in which role steps were done, how far apart.

Table made here: `demanded` (dossier, number of the demand, fact).
"""

from __future__ import annotations

from iso_audit.engine.asked import ASKS, EVENTS, FIRST, SECOND, UNLESS
from iso_audit.engine.dates import make_dates
from iso_audit.engine.editions import CLOCK, WORK
from iso_audit.engine.facts import work_until
from iso_audit.engine.store import Store
from iso_audit.model.civil import DAY
from iso_audit.model.log import Asks

_DESK, _THROUGH = ASKS[Asks.DESK], ASKS[Asks.THROUGH_DESK]


def make_demanded(store: Store, spans: int, known: frozenset[str], drawn_s: int) -> None:
    """Make `demanded`; empty where no pack asks for anything."""
    store.run("CREATE OR REPLACE TABLE demanded (dossier INTEGER, number BIGINT, fact INTEGER)")
    if store.any("demand", "asks = 0 AND required >= 0"):
        _in_role(store)
    if store.any("demand", "asks = 0 AND compared > 0"):
        _within(store, spans)
    if store.any("demand", f"asks = {_DESK}"):
        _at_desk(store)
    if store.any("demand", f"asks = {_THROUGH}"):
        _through_desk(store)
    make_dates(store, spans, known, drawn_s)


def _in_role(store: Store) -> None:
    store.run(
        f"""
        INSERT INTO demanded
        SELECT e.dossier, u.number,
            CASE WHEN bool_or(m.wrong = 1) THEN 1
                WHEN bool_or(e.role IS NULL OR m.wrong = 2) THEN 2 ELSE 0 END
        FROM {EVENTS} AND u.asks = 0 AND u.required >= 0
        LEFT JOIN may_act AS m ON m.required = u.required AND m.acting = e.role
        GROUP BY e.dossier, u.number
        """
    )


def _within(store: Store, spans: int) -> None:
    """Each end of a first with the first end of a second from there on.

    While the dossier's clock stands, the time between does not run; a limit in calendar days cannot
    be compared then. What is asked only of dossiers that came in one way is not asked (3) of the others.
    """
    is_cut = store.any("demand", f"sides & {UNLESS} > 0")
    cut = (
        "WHERE t.sides & 1 > 0 AND (t.cut IS NULL OR t.cut >= t.next)" if is_cut else "WHERE t.sides & 1 > 0"
    )
    cutting = f", {_next(UNLESS)} AS cut" if is_cut else ""
    worked = f"({work_until('p.b_s', 'f', spans)} - {work_until('p.a_s', 's', spans)})"
    is_way_asked = store.any("demand", "online >= 0")
    way = "LEFT JOIN worked AS v ON v.dossier = p.dossier" if is_way_asked else ""
    asked = "WHEN p.online >= 0 AND p.online <> v.online THEN 3 - v.online // 2" if is_way_asked else ""
    stood = f"({work_until('c.end_s', 'f', spans)} - {work_until('c.begin_s', 's', spans)})"
    store.run(
        f"""
        INSERT INTO demanded
        WITH told AS (
            SELECT e.dossier, u.number, u.compared, u.amount, u.online, u.sides, e.finish_s AS a_s,
                {_next(SECOND)} AS next {cutting}
            FROM {EVENTS} AND u.asks = 0 AND u.compared > 0
        ),
        pair AS (
            SELECT row_number() OVER () AS id, t.dossier, t.number, t.compared, t.amount, t.online, t.a_s,
                e.finish_s AS b_s
            FROM told AS t JOIN event_here AS e ON e.event = t.next {cut}
        ),
        standing AS (
            SELECT dossier, begin_s, end_s, coalesce(max(end_s) OVER (
                PARTITION BY dossier ORDER BY begin_s, end_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), begin_s) AS before_s
            FROM stop_here
        ),
        clipped AS (
            SELECT p.id, greatest(s.begin_s, s.before_s, p.a_s) AS begin_s, least(s.end_s, p.b_s) AS end_s
            FROM pair AS p JOIN standing AS s USING (dossier)
            WHERE greatest(s.begin_s, s.before_s, p.a_s) < least(s.end_s, p.b_s)
        ),
        stood AS (
            SELECT c.id, sum({stood}) AS worked,
                sum(c.end_s - c.begin_s) AS passed
            FROM clipped AS c
            LEFT JOIN day AS s ON s.day = c.begin_s // {DAY}
            LEFT JOIN day AS f ON f.day = c.end_s // {DAY}
            GROUP BY c.id
        ),
        said AS (
            SELECT p.dossier, p.number, CASE {asked} WHEN p.a_s IS NULL OR p.b_s IS NULL THEN 2
                WHEN p.compared = {WORK}
                THEN CAST({worked} - coalesce(o.worked, 0) > p.amount AS INTEGER)
                WHEN p.compared = {CLOCK}
                THEN CAST(p.b_s - p.a_s - coalesce(o.passed, 0) > p.amount AS INTEGER)
                WHEN p.b_s <= d.due_close_s THEN 0 WHEN o.id IS NULL THEN 1 ELSE 2 END AS fact
            FROM pair AS p
            LEFT JOIN stood AS o USING (id)
            {way}
            LEFT JOIN day AS s ON s.day = p.a_s // {DAY}
            LEFT JOIN day AS f ON f.day = p.b_s // {DAY}
            LEFT JOIN day AS d ON d.day = p.a_s // {DAY} + p.amount
        )
        SELECT dossier, number, CASE WHEN bool_or(fact = 1) THEN 1 ELSE max(coalesce(fact, 2)) END
        FROM said GROUP BY dossier, number
        """
    )


def _next(side: int) -> str:
    """SQL: the next event, from here on, that answers to one part of the demand."""
    return f"""min(CASE WHEN u.sides & {side} > 0 THEN e.event END) OVER (
                    PARTITION BY e.dossier, u.number ORDER BY e.event
                    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"""


_AWAY = "CASE WHEN m.wrong = 0 OR k.away = 0 THEN 0 WHEN k.away = 1 THEN 1 ELSE 2 END"
"""SQL: whether a specialised unit did it: who acts for the desk (`m`) may belong to one (`k`)."""


def _at_desk(store: Store) -> None:
    """What was done at the desk is right whichever way the dossier came in; the rest is asked of one way."""
    store.run(
        f"""
        INSERT INTO demanded
        WITH act AS (
            SELECT e.dossier, u.number, u.online, {_AWAY} AS fact
            FROM {EVENTS} AND u.asks = {_DESK} AND u.sides & {FIRST} > 0
            LEFT JOIN may_act AS m ON m.required = u.required AND m.acting = e.role
            LEFT JOIN desk_unit AS k ON k.edition = b.edition AND k.unit = e.unit
        ),
        said AS (
            SELECT dossier, number, online, CASE WHEN bool_or(fact = 1) THEN 1 ELSE max(fact) END AS fact
            FROM act GROUP BY dossier, number, online
        )
        SELECT s.dossier, s.number, CASE WHEN s.online < 0 OR s.online = v.online THEN s.fact
            WHEN v.online < 2 THEN 3 WHEN s.fact > 0 THEN 2 ELSE 0 END
        FROM said AS s LEFT JOIN worked AS v ON v.dossier = s.dossier
        """
    )


def _through_desk(store: Store) -> None:
    """Of what comes after a second: a specialised unit may write what the desk then passes on.

    What the office did next tells: neither the applicant's own step nor what may happen at any time.
    """
    store.run(
        f"""
        INSERT INTO demanded
        WITH accepted AS (
            SELECT e.dossier, u.number, min(e.event) AS since
            FROM {EVENTS} AND u.asks = {_THROUGH} AND u.sides & {SECOND} > 0
            GROUP BY e.dossier, u.number
        ),
        act AS (
            SELECT e.event, e.dossier, b.edition, u.number, u.required, {_AWAY} AS fact
            FROM {EVENTS} AND u.asks = {_THROUGH} AND u.sides & {FIRST} > 0
            JOIN accepted AS a ON a.dossier = e.dossier AND a.number = u.number AND a.since < e.event
            LEFT JOIN may_act AS m ON m.required = u.required AND m.acting = e.role
            LEFT JOIN desk_unit AS k ON k.edition = b.edition AND k.unit = e.unit
        ),
        beyond AS (
            SELECT t.event, t.edition, t.number, t.required, min(x.event) AS next
            FROM act AS t
            JOIN event_here AS x ON x.dossier = t.dossier AND x.event > t.event
            JOIN norm AS n ON n.edition = t.edition AND n.act = x.act
            WHERE t.fact > 0 AND NOT n.anytime AND NOT n.by_applicant
            GROUP BY t.event, t.edition, t.number, t.required
        ),
        passed AS (
            SELECT t.event, t.number, {_AWAY} AS fact
            FROM beyond AS t
            JOIN event_here AS e ON e.event = t.next
            LEFT JOIN may_act AS m ON m.required = t.required AND m.acting = e.role
            LEFT JOIN desk_unit AS k ON k.edition = t.edition AND k.unit = e.unit
        ),
        said AS (
            SELECT t.dossier, t.number, CASE WHEN t.fact = 0 OR p.fact = 0 THEN 0
                WHEN t.fact = 1 AND p.fact = 1 THEN 1 ELSE 2 END AS fact
            FROM act AS t LEFT JOIN passed AS p ON p.event = t.event AND p.number = t.number
        )
        SELECT dossier, number, CASE WHEN bool_or(fact = 1) THEN 1 ELSE max(fact) END
        FROM said GROUP BY dossier, number
        """
    )
