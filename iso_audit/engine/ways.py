"""How the dossiers of a log were handled, before any definition: their paths, who acted, how long it took."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

from iso_audit.analysis.worktime import DayTable
from iso_audit.engine.dossiers import ENDED
from iso_audit.engine.intake import Account
from iso_audit.engine.opening import Foreign, open_log
from iso_audit.engine.refusals import refusal
from iso_audit.engine.store import DuckStore
from iso_audit.engine.tables import Read, read_dossiers, read_events
from iso_audit.model.calendar import Calendar
from iso_audit.model.civil import DAY, date_of
from iso_audit.model.log import CutOff, LogMapping

_MEMORY = 600
_MOST_TIMED = 2_000_000
"""Events whose times are measured; of larger logs those of every nth dossier."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a log shows of one activity in one procedure."""

    word: str
    """As the mapping names it, or as it is written."""
    events: int
    dossiers: int
    roles: Mapping[str, int]
    units: Mapping[str, int]
    median_seconds: int | None = None
    """Working time; None where nothing could be measured."""
    p90_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """The dossiers of one procedure."""

    procedure: str
    """As the mapping names it, or as it is written; empty where the log does not say."""
    paths: Mapping[tuple[int, ...], int]
    """Order of activities -> finished dossiers."""
    unfinished: int
    activities: Mapping[int, Activity]


@dataclass(frozen=True, slots=True)
class Handled:
    """A log as it was handled, by procedure; rows in = kept + ignored + refused."""

    procedures: tuple[Ways, ...]
    event_rows: int
    events_kept: int
    events_ignored: int
    refused_count: int
    has_starts: bool
    """False: times run from the end of the activity before, waiting included."""
    cut_off: CutOff | None = None
    """None: the whole log was read."""


@dataclass
class _Seen:
    """What is gathered of the activities, by (procedure, activity)."""

    roles: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    units: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    times: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)


def handled(path: Path, mapping: LogMapping, foreign: Foreign, calendar: Calendar) -> Handled:
    """Read a log and gather how its dossiers were handled.

    Raises:
        InputError: the log cannot be read by this mapping, or most of its rows are of no use.
    """
    trouble: Exception | None = None
    for is_careful in (False, True):
        with ExitStack() as resources:
            folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="iso-audit-")))
            store = DuckStore(mapping.zone or calendar.zone, str(folder), 2, _MEMORY)
            resources.callback(store.close)
            try:
                opened = open_log(store, path, mapping, foreign, folder)
                opened = opened.in_columns(store, folder, is_careful=is_careful)
                if opened.dossiers is not None:
                    read_dossiers(store, opened.dossiers, calendar.zone)
                read = read_events(store, opened.events, opened.dossiers, mapping, calendar.zone)
                return _gathered(store, read, mapping, calendar)
            except duckdb.Error as error:
                trouble = error
    raise refusal("damaged", str(path)) from trouble


def _gathered(store: DuckStore, read: Read, mapping: LogMapping, calendar: Calendar) -> Handled:
    account = Account(store, read)
    account.check()
    _make_ways(store, read, mapping)
    has_starts = store.any("event", "started IS NOT NULL")
    seen = _Seen(
        _named(store, read, "role"), _named(store, read, "unit"), _times(store, calendar, has_starts)
    )
    activities: dict[int, dict[int, Activity]] = {}
    rows = store.run(
        "SELECT w.procedure, e.act, count(*), count(DISTINCT dossier) FROM event AS e JOIN way AS w "
        "USING (dossier) GROUP BY ALL ORDER BY ALL"
    )
    for procedure, act, events, dossiers in rows:
        key = procedure, act
        median, p90 = seen.times.get(key, (None, None))
        word = read.words["step"].say(act)
        roles, units = seen.roles.get(key, {}), seen.units.get(key, {})
        found = Activity(word, events, dossiers, roles, units, median, p90)
        activities.setdefault(procedure, {})[act] = found
    paths: dict[int, dict[tuple[int, ...], int]] = {}
    unfinished: dict[int, int] = {}
    for procedure, is_closed, acts, count in store.run(
        "SELECT procedure, is_closed, acts, count(*) AS times FROM way GROUP BY ALL ORDER BY ALL"
    ):
        if is_closed:
            paths.setdefault(procedure, {})[tuple(acts)] = count
        else:
            unfinished[procedure] = unfinished.get(procedure, 0) + count
    named = read.words["procedure"]
    return Handled(
        tuple(
            Ways(named.say(code), paths.get(code, {}), unfinished.get(code, 0), activities[code])
            for code in sorted(activities)
        ),
        account.event_rows,
        account.events_kept,
        account.events_ignored,
        account.refused_count,
        has_starts,
        account.cut_off,
    )


def _make_ways(store: DuckStore, read: Read, mapping: LogMapping) -> None:
    """Make `way`: one row a dossier with its procedure (-1: none), its activities, and whether it is closed.

    A log that says of no dossier that it was closed has closed ones alone.
    """
    default = read.words["procedure"].code_of.get(mapping.procedure)
    given, closed, join = "NULL", "true", ""
    if read.dossiers is not None:
        states = read.words["status"]
        final = [str(code) for code, state in enumerate(states.meaning) if state in ENDED]
        of_state = f"s.code IN ({', '.join(final)})" if final else "false"
        is_told = f"coalesce({of_state}, false) OR r.finished_s IS NOT NULL OR r.returned_s IS NOT NULL"
        join = (
            "JOIN id AS i USING (dossier) LEFT JOIN (SELECT * FROM dossier_row WHERE NOT is_repeated) AS r "
            "USING (dossier_id) LEFT JOIN word_procedure AS p ON p.text = r.procedure "
            "LEFT JOIN word_status AS s ON s.text = r.status"
        )
        given, closed = "p.code", is_told
    store.run(
        f"""
        CREATE TABLE way AS
        SELECT dossier, acts, {closed} AS is_closed,
            coalesce({given}, own, {"-1" if default is None else default}) AS procedure
        FROM (
            SELECT dossier, list(act ORDER BY event) AS acts, arg_min(procedure, event) AS own
            FROM event GROUP BY dossier
        ) {join}
        """
    )
    if not store.any("way", "is_closed"):
        store.run("UPDATE way SET is_closed = true")


def _named(store: DuckStore, read: Read, column: str) -> dict[tuple[int, int], dict[str, int]]:
    """(procedure, activity) -> roles or units that carried it out, with their events."""
    found: dict[tuple[int, int], dict[str, int]] = {}
    for procedure, act, code, count in store.run(
        f"SELECT w.procedure, e.act, e.{column}, count(*) AS times FROM event AS e JOIN way AS w "
        f"USING (dossier) WHERE e.{column} IS NOT NULL GROUP BY ALL ORDER BY times DESC, e.{column}"
    ):
        found.setdefault((procedure, act), {})[read.words[column].say(code)] = count
    return found


def _times(store: DuckStore, calendar: Calendar, has_starts: bool) -> dict[tuple[int, int], tuple[int, int]]:
    """(procedure, activity) -> median and ninth decile of its working time in seconds."""
    every = 1 + store.number("SELECT count(*) FROM event") // _MOST_TIMED
    begun = "start_s" if has_starts else "lag(finish_s) OVER (PARTITION BY dossier ORDER BY event)"
    rows = store.arrays(
        f"SELECT procedure, act, begun, finish_s FROM ("
        f"SELECT dossier, act, {begun} AS begun, finish_s FROM event WHERE dossier % {every} = 0) "
        f"JOIN way USING (dossier) WHERE begun <= finish_s"
    )
    begun_s, ended_s = (np.asarray(rows[name], dtype=np.int64) for name in ("begun", "finish_s"))
    if not len(begun_s):
        return {}
    table = DayTable(calendar, date_of(int(begun_s.min()) // DAY), date_of(int(ended_s.max()) // DAY))
    worked = table.working_seconds(begun_s, ended_s)
    keys = np.stack([np.asarray(rows["procedure"]), np.asarray(rows["act"])])
    kinds, of = np.unique(keys, axis=1, return_inverse=True)
    order = np.lexsort((worked, of))
    edges = np.searchsorted(of[order], np.arange(kinds.shape[1] + 1))
    found = {}
    for number, (first, after) in enumerate(pairwise(edges)):
        own = worked[order[first:after]]
        # the k-th smallest, k the share of the count, rounded up: as `quantiles`
        at = [own[-(-len(own) * tenths // 10) - 1] for tenths in (5, 9)]
        found[int(kinds[0, number]), int(kinds[1, number])] = int(at[0]), int(at[1])
    return found
