"""Dossiers with their end, their due date and their facts: the table `dossier`.

Each fact has one definition, in SQL over a dossier `b` with everything it depends on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from iso_audit.engine.facts import BITS
from iso_audit.engine.norms import Norms
from iso_audit.engine.store import Store, Values
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import DOSSIER_FACTS

WITHOUT_RESULT = ("not_accepted", "withdrawn", "stopped")
ENDED = (*WITHOUT_RESULT, "finished", "returned")
UNDER_WAY = ("registered", "received", "processing", "supplement", "financial")


def make_dossiers(
    store: Store, norms: Norms, statuses: Words, known: frozenset[str], drawn_s: int, given: bool
) -> None:
    """Make `dossier` of `base`, `course`, `due` and what the codes say."""
    _read_codes(store, norms)
    _hold_apart(store)
    by_status = _Status(statuses)
    has_end = [name for name in ("finished_at", "returned_at", "status") if f"dossiers.{name}" in known]
    keeps_close = any(f"dossiers.{name}" in known for name in ("returned_at", "status"))
    facts = _definitions(known, drawn_s, by_status, keeps_close, given)
    packed = " + ".join(
        f"(CAST({facts[name]} AS BIGINT) << {BITS * at})" for at, name in enumerate(DOSSIER_FACTS)
    )
    table_says = "b.has_row" if has_end else "false"
    ended = by_status.among(ENDED)
    store.run(
        f"CREATE TEMP TABLE dossier AS SELECT dossier, dossier_id, row, edition, "
        'coalesce("case", -1) AS "case", unit, has_unit, channel, '
        "received_s, day, appointed_s, due_s, due_day, end_s, finished, latest_apology_s, handover_s, "
        f"handed_out_s, first_event, CAST({facts['overdue']} AS INTEGER) AS overdue, {packed} AS facts, apart FROM ("
        f"SELECT b.*, CASE WHEN b.finished_s IS NOT NULL THEN b.finished_s "
        "WHEN b.returned_s IS NOT NULL THEN b.returned_s "
        f"WHEN {ended} THEN coalesce(b.timed_s, b.last_s) WHEN {table_says} THEN NULL "
        "WHEN b.broke_off THEN b.last_s WHEN NOT b.may_follow THEN coalesce(b.timed_s, b.last_s) END AS end_s, "
        f"b.finished_s IS NOT NULL OR b.returned_s IS NOT NULL OR {ended} OR (NOT {table_says} AND "
        "(b.reached_end OR b.broke_off)) AS finished FROM ("
        "SELECT b.*, c.last_s, c.timed_s, coalesce(c.reached_end, false) AS reached_end, "
        "coalesce(c.may_follow, true) AS may_follow, coalesce(c.broke_off, false) AS broke_off, c.promised_s, "
        "coalesce(b.returned_s, c.handed_out_s) AS handed_out_s, "
        "coalesce(c.any_apologises, false) AS apologised, c.any_signs, c.any_returns, c.any_refuses, "
        "c.any_withdraws, c.any_stops, h.signs, h.returns, h.refuses, h.withdraws, h.stops, "
        "d.due_s, d.due_day, d.counted_day, d.plain_day, d.latest_apology_s, d.handover_s, "
        "k.fits, k.day_said, k.is_twice, coalesce(a.apart, 0) AS apart "
        "FROM base AS b LEFT JOIN course AS c USING (dossier) LEFT JOIN due AS d USING (dossier) "
        "LEFT JOIN code_said AS k USING (dossier) LEFT JOIN held_apart AS a USING (dossier) "
        "LEFT JOIN has_kind AS h ON h.edition = b.edition WHERE b.edition IS NOT NULL) AS b) AS b "
        "ORDER BY dossier"
    )


class _Status:
    """Conditions on the status of a dossier `b`, by the numbers of its words."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def among(self, names: Sequence[str]) -> str:
        """SQL: whether the status is one of these; false where there is none."""
        codes = [str(code) for code, word in enumerate(self._words.meaning) if word in names]
        return f"coalesce(b.status IN ({', '.join(codes)}), false)" if codes else "false"


def _definitions(
    known: frozenset[str], drawn_s: int, status: _Status, keeps_close: bool, given: bool
) -> dict[str, str]:
    """The definition of every fact of a dossier; given due dates are compared to the part of a second."""
    by_part = (
        " OR (b.end_s = b.due_s AND b.end_s = b.finished_s AND b.finished_part > b.due_part)" if given else ""
    )
    unfinished = "(b.end_s IS NULL AND NOT b.finished)"
    appointed = f"b.appointed_s // {DAY}"
    no_appointment = "b.appointed_s IS NULL OR b.counted_day IS NULL"
    without = status.among(WITHOUT_RESULT)
    is_known = status.among((*UNDER_WAY, *ENDED))
    promised = f"b.promised_s // {DAY}"
    no_promise = "0" if "events.new_appointed_at" in known else "2"
    return {
        "overdue": "CASE WHEN b.due_s IS NULL THEN 2 WHEN b.end_s IS NOT NULL "
        f"THEN CAST((b.end_s > b.due_s{by_part}) AS INTEGER) "
        f"WHEN b.finished THEN 2 ELSE CAST({drawn_s} > b.due_s AS INTEGER) END",
        "undue": f"CASE WHEN NOT {unfinished} THEN 0 WHEN b.due_s IS NULL THEN 2 "
        f"ELSE CAST({drawn_s} <= b.due_s AS INTEGER) END",
        "appointed_later": f"CASE WHEN {no_appointment} THEN 2 "
        f"ELSE CAST({appointed} > greatest(b.counted_day, b.plain_day) AS INTEGER) END",
        "appointed_differs": f"CASE WHEN {no_appointment} THEN 2 "
        f"ELSE CAST({appointed} NOT IN (b.counted_day, b.plain_day) AS INTEGER) END",
        "given_due_differs": "CASE WHEN b.given_s IS NULL OR b.counted_day IS NULL THEN 2 "
        f"ELSE CAST(b.given_s // {DAY} NOT IN (b.counted_day, b.plain_day) AS INTEGER) END",
        "code_malformed": "CASE WHEN b.fits IS NULL THEN 2 WHEN b.fits THEN 0 ELSE 1 END",
        "code_other_day": "CASE WHEN NOT coalesce(b.fits, false) OR b.day_said IS NULL OR b.day IS NULL THEN 2 "
        "ELSE CAST(b.day_said <> strftime(DATE '1970-01-01' + CAST(b.day AS INTEGER), '%y%m%d') AS INTEGER) END",
        "code_twice": "CASE WHEN b.is_twice THEN 1 WHEN coalesce(b.fits, false) THEN 0 ELSE 2 END",
        "closed": f"CASE WHEN b.reached_end OR b.returned_s IS NOT NULL OR {status.among((*WITHOUT_RESULT, 'returned'))} "
        f"OR (NOT {is_known} AND b.broke_off) THEN 1 "
        + ("ELSE 0 END" if keeps_close else "WHEN b.finished THEN 1 ELSE 0 END"),
        "broken_off": f"CASE WHEN {without} OR (NOT {is_known} AND b.broke_off) THEN 1 ELSE 0 END",
        "promise_beyond": f"CASE WHEN NOT b.apologised THEN 0 WHEN b.promised_s IS NULL THEN {no_promise} ELSE 1 END",
        "promise_broken": "CASE WHEN b.promised_s IS NULL THEN 2 "
        f"WHEN b.end_s IS NOT NULL THEN CAST(b.end_s // {DAY} > {promised} AS INTEGER) "
        f"WHEN b.finished THEN 2 ELSE CAST({drawn_s // DAY} > {promised} AS INTEGER) END",
        "status_unlike_events": _status_unlike(status),
    }


def _status_unlike(status: _Status) -> str:
    """What a state must rest on: a signature, a refusal, a request to withdraw, a notice of stopping."""
    rests_on = "".join(
        f"WHEN {status.among((name,))} THEN CASE WHEN b.{flag} THEN CAST(NOT b.any_{flag} AS INTEGER) ELSE 2 END "
        for name, flag in (("not_accepted", "refuses"), ("withdrawn", "withdraws"), ("stopped", "stops"))
    )
    unsigned = "CASE WHEN b.signs THEN NOT b.any_signs ELSE b.may_follow END"
    not_returned = "(b.returns AND NOT b.any_returns AND b.returned_s IS NULL)"
    return (
        f"CASE WHEN NOT b.has_events THEN 2 {rests_on}"
        f"WHEN {status.among(('finished',))} THEN CAST({unsigned} AS INTEGER) "
        f"WHEN {status.among(('returned',))} THEN CAST({unsigned} OR {not_returned} AS INTEGER) "
        f"WHEN {status.among(UNDER_WAY)} THEN CAST(b.reached_end OR b.any_returns AS INTEGER) ELSE 2 END"
    )


def _read_codes(store: Store, norms: Norms) -> None:
    """Make `code_said`: whether each code fits the patterns of its era, its day, and if it is unique."""
    store.run(
        "CREATE TEMP TABLE code_said (dossier INTEGER, fits BOOLEAN, day_said VARCHAR, is_twice BOOLEAN)"
    )
    by_patterns: dict[tuple[str, ...], list[int]] = {}
    for code, edition in norms.editions.items():
        by_patterns.setdefault(edition.parameters.code_patterns, []).append(code)
    for patterns, editions in sorted(by_patterns.items()):
        if not patterns:
            continue
        values = Values()
        fits = " OR ".join(f"regexp_full_match(dossier_id, {values.bind(pattern)})" for pattern in patterns)
        days = [
            f"nullif(regexp_extract(dossier_id, {values.bind(f'^(?:{pattern})$')}, {group}), '')"
            for pattern in patterns
            if (group := re.compile(pattern).groupindex.get("day"))
        ]
        store.run(
            f"INSERT INTO code_said SELECT dossier, {fits}, coalesce({', '.join([*days, 'NULL', 'NULL'])}), false "
            f"FROM base WHERE edition IN ({', '.join(map(str, editions))})",
            values,
        )
    store.run(
        "UPDATE code_said SET is_twice = true WHERE dossier IN (SELECT dossier FROM (SELECT dossier, "
        "count(*) OVER (PARTITION BY unit, day, regexp_extract(dossier_id, '([0-9]+)$', 1)) AS times "
        "FROM base JOIN code_said USING (dossier) WHERE fits) WHERE times > 1)"
    )


def _hold_apart(store: Store) -> None:
    """Make `held_apart`: two bits for each pair of duties, as facts are; pairs without any are absent."""
    store.run(
        "CREATE TEMP TABLE held_apart AS WITH held AS (SELECT e.dossier, u.pair, e.actor, "
        "bit_or(1 << u.side) AS sides, min(e.rowid) <> max(e.rowid) AS is_several FROM event AS e "
        "JOIN base AS b USING (dossier) JOIN duty AS u ON u.edition = b.edition AND u.act = e.act "
        "GROUP BY e.dossier, u.pair, e.actor), "
        "said AS (SELECT dossier, pair, CASE WHEN bool_or(actor IS NOT NULL AND sides = 3 AND is_several) THEN 1 "
        "WHEN bool_or(actor IS NULL) AND bit_or(sides) = 3 THEN 2 ELSE 0 END AS fact FROM held GROUP BY ALL) "
        f"SELECT dossier, sum(CAST(fact AS HUGEINT) << (pair * {BITS})) AS apart FROM said WHERE fact > 0 "
        "GROUP BY dossier"
    )
