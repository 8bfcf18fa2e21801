"""Signs that are to be looked into: they need a view of more than one event, or of more than one dossier.

Only what a requirement in force asks for is worked out. Table made here: `sign` (events of a batch,
of a person in two units at once, of a person whose times are all round); only events with a sign have a row.
"""

from __future__ import annotations

from iso_audit.engine.facts import BITS
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store, integers
from iso_audit.model.civil import DAY
from iso_audit.model.log import DOSSIER_FACTS

QUARTER = 900
"""Seconds of a quarter of an hour."""

_EDITION = """event AS e JOIN base AS b USING (dossier) JOIN yardstick AS y ON y.edition = b.edition
    JOIN norm AS n ON n.edition = b.edition AND n.act = e.act"""
_TIMED = f"e.actor IS NOT NULL AND e.finish_s IS NOT NULL AND e.finish_s % {DAY} <> 0"


def make_signs(store: Store, norms: Norms, known: frozenset[str]) -> None:
    """Make `yardstick` (what the packs ask in each edition) and `sign`.

    A log that is kept to the minute cannot show what happened within one.
    """
    asked = [(code, norms.edition(code).parameters) for code in norms.happened]
    rows = [
        (
            code, p.batch_of, p.batch_seconds, p.round_of, p.round_percent, p.at_limit_of,
            p.at_limit_percent,
        )
        for code, p in asked
    ]  # fmt: skip
    store.put(
        "yardstick",
        integers(
            rows, "edition", "batch_of", "batch_seconds", "round_of", "round_percent", "at_limit_of",
            "at_limit_percent",
        ),
    )  # fmt: skip
    store.run("CREATE OR REPLACE TABLE sign (event BIGINT, batch INTEGER, elsewhere INTEGER, round INTEGER)")
    found = []
    if "events.second" in known and store.any("norm", "watched"):
        found += [_in_a_row(min(p.batch_of for _, p in asked if p.batch_of)), _ELSEWHERE]
    if store.any("norm", "rounded"):
        found.append(_ROUND)
    if found:
        store.run(
            "INSERT INTO sign SELECT event, max(batch), max(elsewhere), max(round) "
            f"FROM ({' UNION ALL '.join(found)}) GROUP BY event"
        )


def _in_a_row(least: int) -> str:
    """SQL of batches: closings of one person on one day, each within seconds of the one before.

    Days on which a person closed less than `least` are left out first: most of the log.
    """
    return f"""
        SELECT event, 1 AS batch, 0 AS elsewhere, 0 AS round FROM (
            WITH busy AS (
                SELECT actor, finish_s // {DAY} AS day FROM event
                WHERE act IN (SELECT act FROM norm WHERE watched)
                    AND actor IS NOT NULL AND finish_s IS NOT NULL
                GROUP BY actor, finish_s // {DAY} HAVING count(*) >= {least}
            ),
            closed AS (
                SELECT e.event, e.dossier, e.actor, u.day, e.finish_s, y.batch_of, y.batch_seconds
                FROM {_EDITION} JOIN busy AS u ON u.actor = e.actor AND u.day = e.finish_s // {DAY}
                WHERE n.watched AND {_TIMED}
            ),
            parted AS (
                SELECT *,
                    CASE WHEN finish_s - lag(finish_s) OVER w <= batch_seconds THEN 0 ELSE 1 END AS is_new
                FROM closed WINDOW w AS (PARTITION BY actor, day ORDER BY finish_s, event)
            ),
            numbered AS (
                SELECT *, sum(is_new) OVER (PARTITION BY actor, day ORDER BY finish_s, event
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run FROM parted
            ),
            counted AS (
                SELECT actor, day, run, count(DISTINCT dossier) AS dossiers FROM numbered
                GROUP BY actor, day, run
            )
            SELECT m.event FROM numbered AS m
            JOIN counted AS c ON c.actor = m.actor AND c.day = m.day AND c.run = m.run
            WHERE c.dossiers >= m.batch_of
        )"""


_ELSEWHERE = f"""
        SELECT event, 0 AS batch, 1 AS elsewhere, 0 AS round FROM (
            WITH roaming AS (
                SELECT actor FROM event
                WHERE act IN (SELECT act FROM norm WHERE watched) AND actor IS NOT NULL AND unit IS NOT NULL
                GROUP BY actor HAVING min(unit) <> max(unit)
            ),
            closed AS (
                SELECT e.event, e.actor, e.unit, e.finish_s, y.batch_seconds
                FROM {_EDITION} JOIN roaming AS r ON r.actor = e.actor
                WHERE n.watched AND e.unit IS NOT NULL AND {_TIMED}
            ),
            beside AS (
                SELECT *, lag(unit) OVER w AS before, finish_s - lag(finish_s) OVER w AS since,
                    lead(unit) OVER w AS after, lead(finish_s) OVER w - finish_s AS until
                FROM closed WINDOW w AS (PARTITION BY actor ORDER BY finish_s, event)
            )
            SELECT event FROM beside
            WHERE (before <> unit AND since <= batch_seconds) OR (after <> unit AND until <= batch_seconds)
        )"""
"""SQL of closings of one person right after each other in two units."""

_ROUND = f"""
        SELECT e.event, 0 AS batch, 0 AS elsewhere, 1 AS round
        FROM {_EDITION}
        JOIN (
            SELECT actor, act, count(*) AS times, count(*) FILTER (finish_s % {QUARTER} = 0) AS quarters
            FROM event AS e WHERE {_TIMED} GROUP BY actor, act
        ) AS q ON q.actor = e.actor AND q.act = e.act
        WHERE n.rounded AND e.finish_s % {QUARTER} = 0 AND {_TIMED}
            AND q.times >= y.round_of AND q.quarters * 100 >= q.times * y.round_percent"""
"""SQL of round times of persons whose times at a step are nearly all round."""


def settle_at_limit(store: Store) -> None:
    """Take `at_limit` back where a unit has too few of such dossiers for it to be a sign."""
    shift = BITS * list(DOSSIER_FACTS).index("at_limit")
    is_at = f"(facts >> {shift}) % {1 << BITS} = 1"
    if not store.any("yardstick", "at_limit_of > 0") or not store.any("dossier", is_at):
        return
    store.run(
        f"""
        UPDATE dossier SET facts = facts - {1 << shift} WHERE {is_at} AND dossier NOT IN (
            SELECT d.dossier FROM dossier AS d JOIN yardstick AS y ON y.edition = d.edition
            JOIN (
                SELECT coalesce(unit, -1) AS unit, count(*) AS ended,
                    sum(CASE WHEN {is_at} THEN 1 ELSE 0 END) AS at_limit
                FROM dossier WHERE end_s IS NOT NULL AND due_s IS NOT NULL GROUP BY coalesce(unit, -1)
            ) AS u ON u.unit = coalesce(d.unit, -1)
            WHERE u.at_limit >= y.at_limit_of AND u.at_limit * 100 >= u.ended * y.at_limit_percent
        )
        """
    )
