"""Dossiers with their end, their due date and their facts: the table `dossier`.

Each fact has one definition, in SQL over a dossier `b` with everything it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence

from iso_audit.engine.demands import make_demanded
from iso_audit.engine.facts import BITS, packed
from iso_audit.engine.norms import KIND_FLAGS, Norms
from iso_audit.engine.store import Store
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import DOSSIER_FACTS

MONTH = "coalesce(strftime(DATE '1970-01-01' + CAST(day AS INTEGER), '%Y-%m'), '')"
"""SQL of the month of receipt; empty where there is none."""

WITHOUT_RESULT = ("not_accepted", "withdrawn", "stopped")
ENDED = (*WITHOUT_RESULT, "finished", "returned")
"""States after which nothing more is to come."""
LAST_MINUTE = 59
"""Seconds before a due date within which a dossier is finished at the limit."""
UNDER_WAY = ("registered", "received", "processing", "supplement", "financial")


def make_dossiers(
    store: Store,
    norms: Norms,
    statuses: Words,
    known: frozenset[str],
    drawn_s: int,
    *,
    has_table: bool,
    given: bool,
    spans: int,
) -> None:
    """Make `dossier_here` of `base`, `course`, `due` and what the codes say, and add it to `dossier`.

    The finish is the source's; else, for an ended state, that of the last step with a limit. Only
    where the source keeps neither do the events decide: no step with a limit can follow any more.
    """
    make_demanded(store, spans, known, drawn_s)
    _hold_apart(store)
    status = _Status(statuses)
    ended = status.among(ENDED)
    has_end = known & {"dossiers.finished_at", "dossiers.returned_at", "dossiers.status"}
    table_says = "b.has_row" if has_end else "false"
    facts = _definitions(known, drawn_s, status, given)
    flags = ", ".join(f"coalesce(c.any_{flag}, false) AS any_{flag}, h.{flag}" for flag in KIND_FLAGS)
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE dossier_here AS
        WITH joined AS (
            SELECT b.*, c.last_s, c.timed_s, c.promised_s,
                coalesce(c.reached_end, false) AS reached_end, coalesce(c.may_follow, true) AS may_follow,
                coalesce(c.broke_off, false) AS broke_off,
                coalesce(b.returned_s, c.handed_out_s) AS handed_out_s, {flags},
                d.due_s, d.due_day, d.counted_day, d.plain_day, d.latest_apology_s, d.handover_s,
                k.fits, k.day_said, coalesce(k.is_twice, false) AS is_twice, coalesce(a.apart, 0) AS apart
            FROM base_here AS b
            LEFT JOIN course AS c USING (dossier)
            LEFT JOIN due AS d USING (dossier)
            LEFT JOIN code_said_here AS k USING (dossier)
            LEFT JOIN held_apart AS a USING (dossier)
            LEFT JOIN has_kind AS h ON h.edition = b.edition
            WHERE b.edition IS NOT NULL
        ),
        ended AS (
            SELECT b.*,
                CASE WHEN b.finished_s IS NOT NULL THEN b.finished_s
                    WHEN b.returned_s IS NOT NULL THEN b.returned_s
                    WHEN {ended} THEN coalesce(b.timed_s, b.last_s)
                    WHEN {table_says} THEN NULL
                    WHEN b.broke_off THEN b.last_s
                    WHEN NOT b.may_follow THEN coalesce(b.timed_s, b.last_s) END AS end_s,
                b.finished_s IS NOT NULL OR b.returned_s IS NOT NULL OR {ended}
                    OR (NOT {table_says} AND (b.reached_end OR b.broke_off)) AS finished
            FROM joined AS b
        )
        SELECT dossier, dossier_id, row, edition, coalesce("case", -1) AS "case", unit, has_unit, has_row,
            received_s, day, {MONTH} AS month, appointed_s, due_s, due_day, end_s, finished,
            latest_apology_s, handover_s, handed_out_s, first_event,
            CAST({facts["overdue"]} AS INTEGER) AS overdue, {packed(facts, DOSSIER_FACTS)} AS facts, apart
        FROM ended AS b LEFT JOIN yardstick AS y USING (edition)
        LEFT JOIN registered AS r USING (dossier) ORDER BY dossier
        """
    )
    store.add("dossier", "FROM dossier_here")


class _Status:
    """Conditions on the status of a dossier `b`, by the numbers of its words."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def among(self, names: Sequence[str]) -> str:
        """SQL: whether the status is one of these; false where there is none."""
        codes = [str(code) for code, word in enumerate(self._words.meaning) if word in names]
        return f"coalesce(b.status IN ({', '.join(codes)}), false)" if codes else "false"


def _definitions(known: frozenset[str], drawn_s: int, status: _Status, given: bool) -> dict[str, str]:
    """The definition of every fact of a dossier; given due dates are compared to the part of a second."""
    keeps_close = bool(known & {"dossiers.returned_at", "dossiers.status"})
    by_part = "OR (b.end_s = b.due_s AND b.end_s = b.finished_s AND b.finished_part > b.due_part)"
    no_appointment = "b.appointed_s IS NULL OR b.counted_day IS NULL"
    has_state = status.among((*UNDER_WAY, *ENDED))
    broke_off = f"(NOT {has_state} AND b.broke_off)"
    closed = status.among((*WITHOUT_RESULT, "returned"))
    return {
        "overdue": f"""CASE WHEN b.due_s IS NULL THEN 2
            WHEN b.end_s IS NOT NULL THEN CAST((b.end_s > b.due_s {by_part if given else ""}) AS INTEGER)
            WHEN b.finished THEN 2 ELSE CAST({drawn_s} > b.due_s AS INTEGER) END""",
        "undue": f"""CASE WHEN b.end_s IS NOT NULL OR b.finished THEN 0
            ELSE coalesce(CAST({drawn_s} <= b.due_s AS INTEGER), 2) END""",
        "appointed_later": f"""CASE WHEN {no_appointment} THEN 2
            ELSE CAST(b.appointed_s // {DAY} > greatest(b.counted_day, b.plain_day) AS INTEGER) END""",
        "appointed_differs": f"""CASE WHEN {no_appointment} THEN 2
            ELSE CAST(b.appointed_s // {DAY} NOT IN (b.counted_day, b.plain_day) AS INTEGER) END""",
        "given_due_differs": f"""CASE WHEN b.given_s IS NULL OR b.counted_day IS NULL THEN 2
            ELSE CAST(b.given_s // {DAY} NOT IN (b.counted_day, b.plain_day) AS INTEGER) END""",
        "code_malformed": "CASE WHEN b.fits IS NULL THEN 2 WHEN b.fits THEN 0 ELSE 1 END",
        "code_other_day": """CASE WHEN b.fits AND b.day_said IS NOT NULL AND b.day IS NOT NULL THEN
            CAST(b.day_said <> strftime(DATE '1970-01-01' + CAST(b.day AS INTEGER), '%y%m%d') AS INTEGER)
            ELSE 2 END""",
        "code_twice": "CASE WHEN b.is_twice THEN 1 WHEN b.fits THEN 0 ELSE 2 END",
        "closed": f"""CAST(b.reached_end OR b.returned_s IS NOT NULL OR {closed} OR {broke_off}
            OR {"false" if keeps_close else "b.finished"} AS INTEGER)""",
        "broken_off": f"CAST({status.among(WITHOUT_RESULT)} OR {broke_off} AS INTEGER)",
        "promise_beyond": f"""CASE WHEN NOT b.any_apologises THEN 0 WHEN b.promised_s IS NOT NULL THEN 1
            ELSE {0 if "events.new_appointed_at" in known else 2} END""",
        "promise_broken": f"""CASE WHEN b.promised_s IS NULL THEN 2
            WHEN b.end_s IS NOT NULL THEN CAST(b.end_s // {DAY} > b.promised_s // {DAY} AS INTEGER)
            WHEN b.finished THEN 2 ELSE CAST({drawn_s // DAY} > b.promised_s // {DAY} AS INTEGER) END""",
        "status_unlike_events": _status_unlike(status),
        "given_due_later": f"""CASE WHEN b.given_s IS NULL OR b.counted_day IS NULL THEN 2
            ELSE CAST(b.given_s // {DAY} > greatest(b.counted_day, b.plain_day) AS INTEGER) END""",
        "at_limit": f"""CASE WHEN coalesce(y.at_limit_of, 0) = 0 OR b.end_s IS NULL THEN 0
            WHEN b.due_s IS NULL THEN 2
            ELSE CAST(b.end_s BETWEEN b.due_s - {LAST_MINUTE} AND b.due_s AS INTEGER) END""",
        **_of_register(known),
    }


def _of_register(known: frozenset[str]) -> dict[str, str]:
    """Facts of a dossier `b` beside its row `r` of the register; days are compared where both have one.

    A register begins and ends somewhere: whoever was received before or after is not in it.
    """
    reach = "(SELECT {}(received_day) FROM register_row)"
    differs = {
        "register_received": ("r.received_day", "b.day"),
        "register_appointed": ("r.appointed_day", f"b.appointed_s // {DAY}"),
        "register_finished": ("r.finished_day", f"b.end_s // {DAY}"),
        "register_returned": ("r.returned_day", f"b.handed_out_s // {DAY}"),
        "register_status": ("r.status", "b.status"),
    }
    if "register.dossier_id" not in known:
        return dict.fromkeys(("unregistered", *differs), "2")
    facts = {
        name: f"coalesce(CAST({theirs} <> {ours} AS INTEGER), 2)" for name, (theirs, ours) in differs.items()
    }
    unfinished = "r.finished_day IS NOT NULL AND b.end_s IS NULL AND NOT b.finished"
    facts["register_finished"] = f"CASE WHEN {unfinished} THEN 1 ELSE {facts['register_finished']} END"
    within = f"b.day >= {reach.format('min')} AND b.day <= {reach.format('max')}"
    return {
        "unregistered": f"""CASE WHEN r.is_unread THEN 2 WHEN r.dossier IS NOT NULL THEN 0
            WHEN {within} THEN 1 ELSE 2 END""",
        **facts,
    }


def _status_unlike(status: _Status) -> str:
    """What a state must rest on: a signature, a refusal, a request to withdraw, a notice of stopping.

    While a dossier is under way, neither an end nor a return can have happened.
    """
    rests_on = " ".join(
        f"WHEN {status.among((name,))} "
        f"THEN CASE WHEN b.{flag} THEN CAST(NOT b.any_{flag} AS INTEGER) ELSE 2 END"
        for name, flag in (("not_accepted", "refuses"), ("withdrawn", "withdraws"), ("stopped", "stops"))
    )
    unsigned = "(CASE WHEN b.signs THEN NOT b.any_signs ELSE b.may_follow END)"
    not_returned = "(b.returns AND NOT b.any_returns AND b.returned_s IS NULL)"
    return f"""CASE WHEN NOT b.has_events THEN 2 {rests_on}
        WHEN {status.among(("finished",))} THEN CAST({unsigned} AS INTEGER)
        WHEN {status.among(("returned",))} THEN CAST({unsigned} OR {not_returned} AS INTEGER)
        WHEN {status.among(UNDER_WAY)} THEN CAST(b.reached_end OR b.any_returns AS INTEGER) ELSE 2 END"""


def _hold_apart(store: Store) -> None:
    """Make `held_apart`: two bits for each pair of duties and each demand, as facts are.

    Dossiers of which all of them are 0 are absent.

    Any two executions by one person count, however often the steps were repeated.
    """
    store.run(
        f"""
        CREATE OR REPLACE TEMP TABLE held_apart AS
        WITH held AS (
            SELECT e.dossier, u.pair, e.actor, bit_or(1 << u.side) AS sides,
                min(e.event) <> max(e.event) AS is_several
            FROM event_here AS e
            JOIN base_here AS b USING (dossier)
            JOIN duty AS u ON u.edition = b.edition AND u.act = e.act
            GROUP BY e.dossier, u.pair, e.actor
        ),
        said AS (
            SELECT dossier, pair,
                CASE WHEN bool_or(actor IS NOT NULL AND sides = 3 AND is_several) THEN 1
                    WHEN bool_or(actor IS NULL) AND bit_or(sides) = 3 THEN 2 ELSE 0 END AS fact
            FROM held GROUP BY dossier, pair
            UNION ALL SELECT dossier, number, fact FROM demanded
        )
        SELECT dossier, CAST(sum(CAST(fact AS HUGEINT) << (pair * {BITS})) AS HUGEINT) AS apart
        FROM said WHERE fact > 0 GROUP BY dossier
        """
    )
