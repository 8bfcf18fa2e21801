"""Facts of dossiers that packs ask for by requirement: in which role steps were done, how far apart.

Table made here: `demanded` (dossier, number of the demand, fact).
"""

from __future__ import annotations

from iso_audit.engine.facts import work_until
from iso_audit.engine.norms import CLOCK, WORK
from iso_audit.engine.store import Store
from iso_audit.model.civil import DAY


def make_demanded(store: Store, spans: int) -> None:
    """Make `demanded`; empty where no pack asks for anything."""
    store.run("CREATE OR REPLACE TEMP TABLE demanded (dossier INTEGER, number BIGINT, fact INTEGER)")
    if store.any("demand", "required >= 0"):
        _in_role(store)
    if store.any("demand", "compared > 0"):
        _within(store, spans)


def _in_role(store: Store) -> None:
    store.run(
        """
        INSERT INTO demanded
        SELECT e.dossier, u.number,
            CASE WHEN bool_or(m.wrong = 1) THEN 1
                WHEN bool_or(e.role IS NULL OR m.wrong = 2) THEN 2 ELSE 0 END
        FROM event_here AS e
        JOIN base_here AS b USING (dossier)
        JOIN demand AS u ON u.edition = b.edition AND u.act = e.act AND u.required >= 0
        LEFT JOIN may_act AS m ON m.required = u.required AND m.acting = e.role
        GROUP BY e.dossier, u.number
        """
    )


def _within(store: Store, spans: int) -> None:
    """Each end of a first with the first end of a second from there on.

    While the dossier's clock stands, the time between does not run; a limit in calendar days cannot
    be compared then. What is asked only of dossiers that came in one way is not asked (3) of the others.
    """
    worked = f"({work_until('p.b_s', 'f', spans)} - {work_until('p.a_s', 's', spans)})"
    is_way_asked = store.any("demand", "online >= 0")
    way = "LEFT JOIN due AS v ON v.dossier = p.dossier" if is_way_asked else ""
    asked = "WHEN p.online >= 0 AND p.online <> v.online THEN 3 - v.online // 2" if is_way_asked else ""
    stood = f"({work_until('c.end_s', 'f', spans)} - {work_until('c.begin_s', 's', spans)})"
    store.run(
        f"""
        INSERT INTO demanded
        WITH told AS (
            SELECT e.dossier, u.number, u.compared, u.amount, u.online, u.sides, e.finish_s AS a_s,
                min(CASE WHEN u.sides & 2 > 0 THEN e.event END) OVER (
                    PARTITION BY e.dossier, u.number ORDER BY e.event
                    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
            FROM event_here AS e
            JOIN base_here AS b USING (dossier)
            JOIN demand AS u ON u.edition = b.edition AND u.act = e.act AND u.compared > 0
        ),
        pair AS (
            SELECT row_number() OVER () AS id, t.dossier, t.number, t.compared, t.amount, t.online, t.a_s,
                e.finish_s AS b_s
            FROM told AS t JOIN event_here AS e ON e.event = t.next WHERE t.sides & 1 > 0
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
