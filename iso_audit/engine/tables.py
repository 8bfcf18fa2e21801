"""From rows to tables: events in order of time with numbers for words, and dossiers without their facts.

Order of events: finish, start, row of the source. Tables made here: `dossier_row`, `told_twice`,
`id`, `event_row` (its row id is that order) and its view `event`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iso_audit.engine.layout import Layout, narrow
from iso_audit.engine.protocol import Progress, unheard
from iso_audit.engine.rows import Reading, steady_offset
from iso_audit.engine.store import Store, Values
from iso_audit.engine.watch import watched
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import LogMapping

_IS_DAY = "due_at_text NOT LIKE '%:%' AND length(trim(due_at_text)) <= 10"
"""SQL: a due date was written without a time of day."""
_WORDS_OF = {"act": "step", "procedure": "procedure", "role": "role", "unit": "unit", "actor": "actor"}
"""Column of events -> the words that it holds the numbers of."""
_SECOND_BITS = 32
"""Room for the seconds since 1970 of a moment in our age."""


@dataclass(frozen=True)
class Read:
    """Tables of a log before any definition is put to it."""

    events: Reading
    dossiers: Reading | None
    event_rows: int
    words: dict[str, Words]
    layout: Layout


class Wall:
    """SQL of civil seconds: what the wall clock of a zone shows."""

    def __init__(self, zone: str, values: Values) -> None:
        """Zones that never change their clocks need no look-up of the zone for every moment."""
        self.offset = steady_offset(zone)
        self._zone = values.bind(zone) if self.offset is None else ""

    def shows(self, instant: str) -> str:
        """SQL of the civil seconds of a moment in microseconds since 1970 UTC."""
        if self.offset is not None:
            return f"{instant} // 1000000 + {self.offset}"
        return f"epoch_us(timezone({self._zone}, make_timestamptz({instant}))) // 1000000"


def read_dossiers(store: Store, reading: Reading, zone: str) -> None:
    """Make `dossier_row` of the second table; of several rows with one code the first counts.

    A due date that is written without a time of day is met until the day ends.
    """
    values = Values()
    wall = Wall(zone, values)
    to_day_end, last_part = "0", "due_at % 1000000"
    if reading.has("due_at"):
        to_day_end = f"CASE WHEN {_IS_DAY} THEN {DAY - 1} ELSE 0 END"
        last_part = f"CASE WHEN {_IS_DAY} THEN 999999 ELSE {last_part} END"
    store.run(
        f"""
        CREATE TABLE dossier_row AS
        SELECT *, row_number() OVER (PARTITION BY dossier_id ORDER BY row) > 1 AS is_repeated
        FROM (
            SELECT row, dossier_id, procedure, unit, channel, "case", status,
                {wall.shows("received_at")} AS received_s,
                {wall.shows("appointed_at")} AS appointed_s,
                {wall.shows("due_at")} + {to_day_end} AS due_s,
                {last_part} AS due_part,
                {wall.shows("finished_at")} AS finished_s,
                finished_at % 1000000 AS finished_part,
                {wall.shows("returned_at")} AS returned_s
            FROM {reading.select(values)}
            WHERE dossier_id IS NOT NULL AND NOT is_bad
        )
        """,
        values,
    )
    store.run(
        """
        CREATE TABLE told_twice AS SELECT dossier_id FROM dossier_row GROUP BY dossier_id
        HAVING count(DISTINCT procedure) > 1 OR count(DISTINCT received_s) > 1
        """
    )


def read_events(
    store: Store, reading: Reading, dossiers: Reading | None, mapping: LogMapping, zone: str,
    tell: Progress = unheard,
) -> Read:  # fmt: skip
    """Make `id` and `event`: the source is read for its words, column by column, then for its rows."""
    values = Values()
    store.run(
        f"""
        CREATE TABLE seen AS
        SELECT dossier_id, count(*) AS rows
        FROM (
            SELECT {reading.raw("dossier_id", values)} AS dossier_id FROM {reading.source.relation(values)}
        )
        GROUP BY dossier_id
        """,
        values,
    )
    words = _words(store, reading, dossiers, mapping)
    for column in words.values():
        column.store(store)
    is_tidy = not store.any("seen", "dossier_id = '' OR dossier_id <> trim(dossier_id)")
    dossier_id = "dossier_id" if is_tidy else "nullif(trim(dossier_id), '')"
    also = "UNION SELECT dossier_id FROM dossier_row WHERE NOT is_repeated" if dossiers else ""
    store.run(
        f"""
        CREATE TABLE id AS
        SELECT dossier_id, CAST(row_number() OVER (ORDER BY dossier_id) - 1 AS INTEGER) AS dossier
        FROM (
            SELECT {"" if is_tidy else "DISTINCT"} {dossier_id} AS dossier_id FROM seen
            WHERE {dossier_id} IS NOT NULL {also}
        )
        """
    )
    rows = store.number("SELECT coalesce(sum(rows), 0) FROM seen")
    tell("order_log", 0, 0)
    with watched(store, "order_log", tell):
        layout = _make_events(store, reading, zone, words, "dossier_id" if is_tidy else "")
    if mapping.start == "previous_finish":
        _start_at_previous_finish(store, layout)
    store.run(f"CREATE VIEW event AS SELECT {layout.shown()} FROM event_row")
    store.run("DROP TABLE seen")
    return Read(reading, dossiers, rows, words, layout)


def _words(store: Store, reading: Reading, dossiers: Reading | None, mapping: LogMapping) -> dict[str, Words]:
    """Number the different words of every column that has few.

    Column by column: a file that keeps each word once is read so in no time.
    """

    def seen(column: str) -> list[str]:
        values = Values()
        found = store.run(
            f"SELECT DISTINCT {reading.raw(column, values)} AS word FROM {reading.source.relation(values)}",
            values,
        )
        return [word for (word,) in found if word is not None]

    def of_dossiers(column: str) -> list[str]:
        if dossiers is None:
            return []
        found = store.run(f'SELECT DISTINCT "{column}" FROM dossier_row WHERE "{column}" IS NOT NULL')
        return [row[0] for row in found]

    procedures = [*seen("procedure"), *of_dossiers("procedure")]
    procedures += [mapping.procedure] if mapping.procedure else []
    return {
        "procedure": Words.of("procedure", procedures, mapping.procedures),
        "step": Words.of("step", seen("step"), mapping.steps, mapping.ignored),
        "role": Words.of("role", seen("role"), mapping.roles),
        "actor": Words.of("actor", seen("actor"), {}),
        "unit": Words.of("unit", [*seen("unit"), *of_dossiers("unit")], mapping.units),
        "case": Words.of("case", of_dossiers("case"), {}),
        "status": Words.of("status", of_dossiers("status"), mapping.statuses),
        "channel": Words.of("channel", of_dossiers("channel"), mapping.channels),
    }


def _make_events(store: Store, reading: Reading, zone: str, words: Mapping[str, Words], tidy: str) -> Layout:
    """Make `event_row` in the order in which things happened, without rows that are refused or ignored.

    Its document is not put in order with it: `Papers` reads it again where it is shown.
    """
    values = Values()
    wall = Wall(zone, values)
    sizes = {name: len(words[_WORDS_OF[name]].meaning) for name in _WORDS_OF}
    is_whole = _is_whole(store, reading)
    layout = Layout.of(sizes, ("has_document", "explained"), wall.offset, is_whole=is_whole)
    codes = {
        "act": "s.code", "procedure": "p.code", "role": "w.code", "unit": "u.code", "actor": "o.code",
        "has_document": "r.document IS NOT NULL", "explained": "r.reason IS NOT NULL",
    }  # fmt: skip
    own = ""
    if wall.offset is None:
        own = f"{wall.shows('r.started_at')} AS start_s, {wall.shows('r.finished_at')} AS finish_s,"
    store.run(
        f"""
        CREATE TABLE event_row AS
        SELECT i.dossier, CAST(r.row AS INTEGER) AS row, {layout.packed(codes)},
            {layout.moment("r.started_at")} AS begun, {layout.moment("r.finished_at")} AS done, {own}
            {narrow(wall.shows("r.new_appointed_at"))} AS new
        FROM {reading.select(values, tidy)} AS r
        LEFT JOIN id AS i USING (dossier_id)
        JOIN word_step AS s ON s.text = r.step AND s.code IS NOT NULL
        LEFT JOIN word_procedure AS p ON p.text = r.procedure
        LEFT JOIN word_role AS w ON w.text = r.role
        LEFT JOIN word_unit AS u ON u.text = r.unit
        LEFT JOIN word_actor AS o ON o.text = r.actor
        WHERE NOT r.is_bad AND r.dossier_id IS NOT NULL
        ORDER BY {_order(is_whole)}
        """,
        values,
    )
    return layout


def _is_whole(store: Store, reading: Reading) -> bool:
    """Whether the source holds moments as such, and all of them are whole seconds."""
    values = Values()
    names = [name for name in ("started_at", "finished_at") if reading.has(name)]
    if not all(map(reading.is_typed, names)):
        return False
    chosen = ", ".join(f"{reading.instant(name, values)} AS {name}" for name in names)
    parts = " OR ".join(f"{name} % 1000000 <> 0" for name in names)
    return not store.any(f"(SELECT {chosen} FROM {reading.source.relation(values)})", parts, values)


def _order(is_whole: bool) -> str:
    """SQL of the order of events; dossier and finish are one key where every finish is a whole second.

    The database sorts by so few and narrow keys nearly twice as fast.
    """
    if is_whole:
        second = f"coalesce(r.finished_at // 1000000, {(1 << _SECOND_BITS) - 1})"
        return f"(CAST(i.dossier AS BIGINT) << {_SECOND_BITS}) + {second}, r.started_at NULLS LAST, r.row"
    return "i.dossier, r.finished_at NULLS LAST, r.started_at NULLS LAST, r.row"


def _start_at_previous_finish(store: Store, layout: Layout) -> None:
    """Let a step begin where the one before it ended, where the log has only completion times."""
    civil = layout.offset_s is None
    lags, news = "lag(done) OVER w AS before", "coalesce(begun, before) AS begun"
    store.run(
        f"""
        CREATE OR REPLACE TABLE event_row AS
        SELECT * EXCLUDE (before, place{", before_s" if civil else ""})
            REPLACE ({news}{", coalesce(start_s, before_s) AS start_s" if civil else ""})
        FROM (
            SELECT *, rowid AS place, {lags}{", lag(finish_s) OVER w AS before_s" if civil else ""}
            FROM event_row WINDOW w AS (PARTITION BY dossier ORDER BY rowid)
        )
        ORDER BY place
        """
    )
