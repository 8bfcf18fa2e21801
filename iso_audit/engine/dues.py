"""When each dossier is due, and until when it may be handed over: arrays on `analysis.worktime`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from iso_audit.analysis.worktime import NO_DUE, NO_LIMIT, UNIT_CODES, Dues, Stops, WorkTable
from iso_audit.engine.norms import Edition, Norms
from iso_audit.engine.store import Array, Store
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.clock import START_NEXT_WORKING_DAY
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.text import folded

Ints = np.ndarray

ONLINE = frozenset({"online", "internet", "e-mail", "email", "truc tuyen", "dich vu cong truc tuyen"})
PAPER = frozenset({
    "paper", "desk", "direct", "counter", "in person", "post", "postal", "truc tiep", "giay", "buu chinh",
    "buu chinh cong ich", "bcci",
})  # fmt: skip
"""How a dossier came in, as words without marks; any other word cannot be judged."""

_LIMIT, _AMOUNT, _SAME_DAY, _CUTOFF, _MOVES = range(5)


def make_dues(
    store: Store, norms: Norms, table: WorkTable, cases: Words, channels: Words, given: bool
) -> None:
    """Make `due`: what counts as due, what was counted with and without pauses, and what hangs on it.

    With `given` the source's own date counts.
    """
    has_stops = store.any("stop_here")
    whole = f"LEFT JOIN ({_WHOLE}) AS w USING (dossier)" if has_stops else ""
    store.mapped(
        "due",
        f"""
        SELECT dossier, edition, coalesce("case", -1) AS "case", coalesce(channel, -1) AS channel,
            coalesce(received_s, {NO_DUE}) AS received_s, coalesce(given_s, {NO_DUE}) AS given_s,
            {f"coalesce(whole_s, {NO_DUE})" if has_stops else NO_DUE} AS whole_s
        FROM base_here {whole} WHERE edition IS NOT NULL ORDER BY dossier
        """,
        "SELECT dossier, begin_s, end_s, anew, event FROM stop_here ORDER BY dossier, begin_s, end_s, event",
        partial(_dues, norms, table, cases, channels, given),
        {"dossier": "INTEGER", **dict.fromkeys(_DUE, "BIGINT")},
    )


_DUE = ("due_s", "due_day", "counted_day", "plain_day", "latest_apology_s", "handover_s", "online")
_WHOLE = """
    SELECT s.dossier, max(s.end_s) AS whole_s
    FROM stop_here AS s
    JOIN course AS c ON c.dossier = s.dossier AND s.end_s <= c.handed_over_s
    GROUP BY s.dossier
"""
"""SQL of when dossiers were there whole: when their last stop before the hand-over ended."""


def _dues(
    norms: Norms,
    table: WorkTable,
    cases: Words,
    channels: Words,
    given: bool,
    rows: Mapping[str, Array],
    standstills: Mapping[str, Array],
) -> dict[str, Array]:
    """The table `due` of some dossiers: a pure function of their rows and stops."""
    arrays = {name: np.asarray(values, dtype=np.int64) for name, values in rows.items()}
    dossiers, editions = arrays["dossier"], arrays["edition"]
    is_received = arrays["received_s"] != NO_DUE
    received = np.where(is_received, arrays["received_s"], 0)
    how = _how_counted(norms, cases, editions, arrays["case"])
    units = np.where(is_received, how[_LIMIT], NO_LIMIT)

    def counted(stops: Stops | None) -> Dues:
        return table.due(
            received,
            units,
            how[_AMOUNT],
            same_day=is_received & (how[_SAME_DAY] > 0),
            cutoffs=how[_CUTOFF],
            moves_start=how[_MOVES] > 0,
            stops=stops,
        )

    plain = counted(None)
    stops = _stops(standstills, dossiers)
    final = plain if stops is None else counted(stops)
    due = final
    if given:
        source = arrays["given_s"]
        due = Dues(source, np.where(source == NO_DUE, NO_DUE, source // DAY))
    return {
        "dossier": dossiers,
        "due_s": due.seconds,
        "due_day": due.days,
        "counted_day": final.days,
        "plain_day": plain.days,
        "latest_apology_s": _latest_apology(table, norms, editions, due),
        "handover_s": _handover(
            table, norms, channels, editions, arrays["channel"], np.maximum(received, arrays["whole_s"])
        ),
        "online": _online(channels, arrays["channel"]),
    }


def _latest_apology(table: WorkTable, norms: Norms, editions: Ints, due: Dues) -> Ints:
    """Until when an apology is early enough: so many days before the due day, or hours before the moment."""
    latest = np.full(len(editions), NO_DUE, dtype=np.int64)
    for code in np.unique(editions).tolist():
        lead = norms.edition(code).parameters.apology_lead
        at = np.flatnonzero((editions == code) & (due.days != NO_DUE))
        if lead is None or lead.value is None or not len(at):
            continue
        if lead.value and lead.unit is TimeUnit.HOUR:
            latest[at] = due.seconds[at] - int(lead.value * 3600)
        elif lead.value and lead.unit is TimeUnit.WORKING_HOUR:
            seconds = lead.working_seconds or 0
            since = due.seconds[at] - DAY * (30 + seconds // 3600)
            latest[at] = table.advance(since, table.working_seconds(since, due.seconds[at]) - seconds)
        else:
            latest[at] = (_days_before(table, due.days[at], lead) + 1) * DAY - 1
    return latest


def _days_before(table: WorkTable, days: Ints, lead: Limit) -> Ints:
    """The day that lies `lead` before each day; part of a day counts as a whole one."""
    n = math.ceil(lead.value or 0)
    if n == 0 or lead.unit is TimeUnit.DAY:
        return days - n
    since = days - 30 - 3 * n
    between = table.working_days_until(days - 1) - table.working_days_until(since)
    return table.nth_working_day(since, between - n + 1)


def _how_counted(norms: Norms, cases: Words, editions: Ints, case: Ints) -> list[Ints]:
    """Unit, amount, same day, cut-off and its effect for every dossier, looked up once a kind."""
    keys, inverse = np.unique(editions * (len(cases.meaning) + 1) + case + 1, return_inverse=True)
    found = []
    for key in keys.tolist():
        edition, at = divmod(key, len(cases.meaning) + 1)
        found.append(_count_of(norms.edition(edition), cases.meaning[at - 1] if at else ""))
    columns = zip(*found, strict=True) if found else [()] * 5
    return [np.array(column, dtype=np.int64)[inverse] for column in columns]


def limit_of(edition: Edition, case: str) -> Limit | None:
    """The whole limit of a case, or of the ordinary case; None where nothing is promised."""
    limits = edition.procedure.limits
    limit = limits.get(case) or limits.get("default")
    return limit if limit is not None and limit.value and limit.value > 0 else None


def counts_same_day(edition: Edition, case: str) -> bool:
    """Whether a dossier is due on its day of receipt: not where its case has a limit of its own."""
    procedure = edition.procedure
    return procedure.same_day and (case in ("", "default") or case not in procedure.limits)


def _count_of(edition: Edition, case: str) -> tuple[int, int, int, int, int]:
    procedure, limit = edition.procedure, limit_of(edition, case)
    cutoff = -1 if procedure.cutoff is None else _seconds(procedure.cutoff)
    moves = int(procedure.cutoff_effect == START_NEXT_WORKING_DAY and cutoff >= 0)
    same_day = int(counts_same_day(edition, case))
    if limit is None:
        return NO_LIMIT, 0, same_day, cutoff, moves
    return UNIT_CODES[limit.unit], limit.nominal_seconds or 0, same_day, cutoff, moves


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second


def _stops(rows: Mapping[str, Array], dossiers: Ints) -> Stops | None:
    """Stops of the dossiers that can be due, with their places in `dossiers`."""
    whose = rows["dossier"].astype(np.int64)
    places = np.minimum(np.searchsorted(dossiers, whose), max(len(dossiers) - 1, 0))
    if not len(whose) or not len(dossiers):
        return None
    mine = dossiers[places] == whose
    return Stops.of(
        places[mine],
        rows["begin_s"].astype(np.int64)[mine],
        rows["end_s"].astype(np.int64)[mine],
        rows["anew"].astype(np.bool_)[mine],
        len(dossiers),
    )


def _handover(
    table: WorkTable, norms: Norms, channels: Words, editions: Ints, channel: Ints, received: Ints
) -> Ints:
    """Until when a dossier may be handed to the deciding unit (INT-06); NO_DUE where nobody can tell.

    Electronic: within the grace from the moment it was there whole, or from the next opening where
    that was after the cut-off; without a grace, on the same (or that next) working day. Paper: on
    the same working day (after the cut-off, the next), or within the limit that the packs set.
    """
    bound = np.full(len(received), NO_DUE, dtype=np.int64)
    is_online = _among(channels, channel, ONLINE)
    is_paper = _among(channels, channel, PAPER)
    for code in np.unique(editions).tolist():
        parameters = norms.edition(code).parameters
        here = editions == code
        online, paper = np.flatnonzero(here & is_online), np.flatnonzero(here & is_paper)
        since = _after_cutoff(table, received[online], parameters.handover_cutoff)
        bound[online] = _until(table, since, parameters.handover_grace)
        within = parameters.paper_handover_max
        at_once = within is None or not within.value
        since = _after_cutoff(table, received[paper], parameters.handover_cutoff if at_once else None)
        bound[paper] = _until(table, since, within)
    return bound


def _after_cutoff(table: WorkTable, received: Ints, cutoff: dt.time | None) -> Ints:
    """The moments from which electronic dossiers must be passed on at once."""
    since = received.copy()
    if cutoff is None:
        return since
    late = np.flatnonzero(received % DAY > _seconds(cutoff))
    days = table.nth_working_day(received[late] // DAY, np.ones_like(late))
    since[late] = days * DAY + table.opening(days)
    return since


def _until(table: WorkTable, since: Ints, within: Limit | None) -> Ints:
    """The end of the working day of `since`, or of the limit that begins there."""
    if within is not None and within.value and within.value > 0:
        whole = within.nominal_seconds or 0
        return table.due(since, UNIT_CODES[within.unit], whole).seconds
    if within is not None and within.unit is not TimeUnit.WORKING_DAY and within.unit is not TimeUnit.DAY:
        return since
    days = since // DAY
    first = table.nth_working_day(days - 1, np.ones_like(days))
    return first * DAY + DAY - 1


def _online(channels: Words, channel: Ints) -> Ints:
    """1 for what came in electronically, 0 on paper, 2 where nobody can tell."""
    ways = [_among(channels, channel, ONLINE), _among(channels, channel, PAPER)]
    return np.select(ways, [1, 0], 2).astype(np.int64)


def _among(channels: Words, channel: Ints, words: frozenset[str]) -> Ints:
    """Which dossiers came in by one of these ways."""
    codes = [code for code, word in enumerate(channels.meaning) if folded(word) in words]
    return np.isin(channel, codes)
