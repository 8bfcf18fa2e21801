"""From rows to tables: events in order of time with numbers for words, and dossiers without their facts.

Order of events: finish, start, row of the source. Tables made here: `dossier_row`, `id`, `event`,
`base`.
"""

from __future__ import annotations

from dataclasses import dataclass

from iso_audit.engine.rows import CODED, Reading
from iso_audit.engine.store import Store, Values
from iso_audit.engine.words import Words
from iso_audit.model.civil import DAY
from iso_audit.model.log import LogMapping, World

_IS_DAY = "due_at_text NOT LIKE '%:%' AND length(trim(due_at_text)) <= 10"
"""SQL: a due date was written without a time of day."""
_SETS = {"dossier_id": 15, "procedure": 23, "step": 27, "role": 29, "unit": 30}
"""What `grouping` says of each set of one column."""


@dataclass
class Read:
    """Tables of a log before any definition is put to it."""

    events: Reading
    dossiers: Reading | None
    event_rows: int
    words: dict[str, Words]


def civil(instant: str, zone: str) -> str:
    """SQL: civil seconds of a moment, what the wall clock of `zone` (a place holder) shows."""
    return f"epoch_us(timezone({zone}, {instant})) // 1000000"


def read_dossiers(store: Store, reading: Reading, zone: str) -> None:
    """Make `dossier_row` of the second table; of several rows with one code the first counts.

    A due date that is written without a time of day is met until the day ends.
    """
    values = Values()
    where = values.bind(zone)
    moments = {
        name: civil(name, where)
        for name in ("received_at", "appointed_at", "due_at", "finished_at", "returned_at")
    }
    if reading.has("due_at"):
        moments["due_at"] += f" + CASE WHEN {_IS_DAY} THEN {DAY - 1} ELSE 0 END"
    parts = {"due_part": "epoch_us(due_at) % 1000000", "finished_part": "epoch_us(finished_at) % 1000000"}
    chosen = ", ".join(f"{said} AS {name[:-3]}_s" for name, said in moments.items())
    chosen += "".join(f", {said} AS {name}" for name, said in parts.items())
    store.run(
        "CREATE TEMP TABLE dossier_row AS SELECT *, row_number() OVER (PARTITION BY dossier_id ORDER BY row) > 1 "
        'AS is_repeated FROM (SELECT row, dossier_id, procedure, unit, channel, "case", status, '
        f"{chosen} FROM {reading.select(values)} WHERE dossier_id IS NOT NULL AND NOT is_bad)",
        values,
    )


def read_events(
    store: Store, reading: Reading, dossiers: Reading | None, mapping: LogMapping, zone: str
) -> Read:
    """Make `id` and `event`: two passes over the source, one for the words and one for the rows."""
    values = Values()
    chosen = ", ".join(f"{reading.raw(name, values)} AS {name}" for name in CODED)
    sets = ", ".join(f"({name})" for name in _SETS)
    store.run(
        f"CREATE TEMP TABLE seen AS SELECT {', '.join(_SETS)}, grouping({', '.join(_SETS)}) AS kind, "
        f"count(*) AS rows FROM (SELECT {reading.text('dossier_id', values)} AS dossier_id, {chosen} "
        f"FROM {reading.source.relation(values)}) GROUP BY GROUPING SETS ({sets})",
        values,
    )
    words = _words(store, dossiers, mapping)
    for column in words.values():
        column.store(store)
    also = " UNION SELECT dossier_id FROM dossier_row WHERE NOT is_repeated" if dossiers else ""
    store.run(
        "CREATE TEMP TABLE id AS SELECT dossier_id, CAST(row_number() OVER (ORDER BY dossier_id) - 1 AS INTEGER) "
        f"AS dossier FROM (SELECT dossier_id FROM seen WHERE kind = 15 AND dossier_id IS NOT NULL{also})"
    )
    rows = store.run("SELECT coalesce(sum(rows), 0) FROM seen WHERE kind = 15")
    _events(store, reading, zone)
    if mapping.start == "previous_finish":
        _start_at_previous_finish(store)
    return Read(reading, dossiers, int(str(rows[0][0])), words)


def _words(store: Store, dossiers: Reading | None, mapping: LogMapping) -> dict[str, Words]:
    """Number the different words of every column that has few."""

    def seen(column: str) -> list[str]:
        found = store.run(f"SELECT {column} FROM seen WHERE kind = {_SETS[column]} AND {column} IS NOT NULL")
        return [str(row[0]) for row in found]

    def of_dossiers(column: str) -> list[str]:
        if dossiers is None:
            return []
        found = store.run(f'SELECT DISTINCT "{column}" FROM dossier_row WHERE "{column}" IS NOT NULL')
        return [str(row[0]) for row in found]

    default = [mapping.procedure] if mapping.procedure else []
    return {
        "procedure": Words.of(
            "procedure", [*seen("procedure"), *of_dossiers("procedure"), *default], mapping.procedures
        ),
        "step": Words.of("step", seen("step"), mapping.steps, mapping.ignored),
        "role": Words.of("role", seen("role"), mapping.roles),
        "unit": Words.of("unit", [*seen("unit"), *of_dossiers("unit")], mapping.units),
        "case": Words.of("case", of_dossiers("case"), {}),
        "status": Words.of("status", of_dossiers("status"), mapping.statuses),
        "channel": Words.of("channel", of_dossiers("channel"), {}),
    }


def _events(store: Store, reading: Reading, zone: str) -> None:
    """Make `event` in the order in which things happened; its row id is that order."""
    values = Values()
    where = values.bind(zone)
    joins = " ".join(
        f"LEFT JOIN word_{name} AS w_{name} ON w_{name}.text = r.{name}"
        for name in ("procedure", "role", "unit")
    )
    store.run(
        "CREATE TEMP TABLE event AS SELECT i.dossier, CAST(r.row AS INTEGER) AS row, w_step.code AS act, "
        "w_procedure.code AS procedure, w_role.code AS role, w_unit.code AS unit, "
        "epoch_us(r.started_at) AS started, epoch_us(r.finished_at) AS finished, "
        f"{civil('r.started_at', where)} AS start_s, {civil('r.finished_at', where)} AS finish_s, "
        f"{civil('r.new_appointed_at', where)} AS new_s, "
        "r.actor, r.document, r.reason IS NOT NULL AS explained, r.is_bad "
        f"FROM {reading.select(values)} AS r JOIN id AS i USING (dossier_id) "
        f"JOIN word_step AS w_step ON w_step.text = r.step AND w_step.code IS NOT NULL {joins} "
        "ORDER BY i.dossier, finished NULLS LAST, started NULLS LAST, r.row",
        values,
    )
    if store.run("SELECT 1 FROM event WHERE is_bad LIMIT 1"):
        store.run("CREATE OR REPLACE TEMP TABLE event AS SELECT * FROM event WHERE NOT is_bad ORDER BY rowid")


def _start_at_previous_finish(store: Store) -> None:
    """Let a step begin where the one before it ended, where the log has only completion times."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE event AS SELECT * EXCLUDE (before, before_s) "
        "REPLACE (coalesce(started, before) AS started, coalesce(start_s, before_s) AS start_s) "
        "FROM (SELECT *, lag(finished) OVER w AS before, lag(finish_s) OVER w AS before_s FROM event "
        "WINDOW w AS (PARTITION BY dossier ORDER BY rowid)) ORDER BY dossier, finished NULLS LAST, row"
    )


def base(store: Store, read: Read, mapping: LogMapping, world: World) -> None:
    """Make `base`: one row a dossier with its edition, the version and era that it is judged by."""
    words = read.words["procedure"]
    versions = [
        (code, version, *_days(procedure.in_force.first), *_days(procedure.in_force.last))
        for code, name in enumerate(words.meaning)
        for version, procedure in enumerate(world.procedures)
        if name in (procedure.id, procedure.code)
    ]
    store.put(
        "version",
        {
            name: ("BIGINT", [row[at] for row in versions])
            for at, name in enumerate(("procedure", "version", "first", "last"))
        },
    )
    eras = " + ".join(f"CAST(day >= {_days(first)[0]} AS INTEGER)" for first in world.eras) or "0"
    default = words.code_of.get(mapping.procedure, None)
    has_table = read.dossiers is not None
    rows = _DOSSIER_ROWS if has_table else _NO_DOSSIER_ROWS
    store.run(
        f"CREATE TEMP TABLE base AS SELECT b.* EXCLUDE (version), b.version * {len(world.eras) + 1} + ({eras}) "
        f"AS edition FROM (SELECT d.*, (SELECT min(v.version) FROM version AS v WHERE v.procedure = d.procedure "
        "AND (v.first IS NULL OR v.first <= d.day) AND (v.last IS NULL OR d.day <= v.last)) AS version FROM ("
        "SELECT i.dossier, i.dossier_id, r.row IS NOT NULL AS has_row, coalesce(r.row, f.row) AS row, "
        f"coalesce(r.procedure, f.procedure, {'NULL' if default is None else default}) AS procedure, "
        'coalesce(r.unit, f.unit) AS unit, r.unit IS NOT NULL AS has_unit, r."case", r.channel, r.status, '
        f"coalesce(r.received_s, f.begun_s) AS received_s, coalesce(r.received_s, f.begun_s) // {DAY} AS day, "
        "r.appointed_s, r.due_s AS given_s, r.finished_s, r.returned_s, r.due_part, r.finished_part, f.dossier IS NOT NULL AS has_events, f.first_event "
        f"FROM id AS i LEFT JOIN ({rows}) AS r USING (dossier_id) LEFT JOIN ({_FIRST_OF_EVENTS}) AS f "
        "USING (dossier) WHERE r.row IS NOT NULL OR f.dossier IS NOT NULL) AS d) AS b"
    )


_FIRST_OF_EVENTS = (
    "SELECT dossier, min(coalesce(start_s, finish_s)) AS begun_s, arg_min(procedure, rowid) AS procedure, "
    "arg_min(unit, rowid) AS unit, min(row) AS row, min(rowid) AS first_event FROM event GROUP BY dossier"
)
_DOSSIER_ROWS = (
    'SELECT r.row, r.dossier_id, p.code AS procedure, u.code AS unit, c.code AS "case", h.code AS channel, '
    "s.code AS status, r.received_s, r.appointed_s, r.due_s, r.finished_s, r.returned_s, r.due_part, r.finished_part FROM dossier_row AS r "
    "LEFT JOIN word_procedure AS p ON p.text = r.procedure LEFT JOIN word_unit AS u ON u.text = r.unit "
    'LEFT JOIN word_case AS c ON c.text = r."case" LEFT JOIN word_channel AS h ON h.text = r.channel '
    "LEFT JOIN word_status AS s ON s.text = r.status WHERE NOT r.is_repeated"
)
_NO_DOSSIER_ROWS = (
    "SELECT CAST(NULL AS BIGINT) AS row, CAST(NULL AS VARCHAR) AS dossier_id, CAST(NULL AS INTEGER) AS procedure, "
    'CAST(NULL AS INTEGER) AS unit, CAST(NULL AS INTEGER) AS "case", CAST(NULL AS INTEGER) AS channel, '
    "CAST(NULL AS INTEGER) AS status, CAST(NULL AS BIGINT) AS received_s, CAST(NULL AS BIGINT) AS appointed_s, "
    "CAST(NULL AS BIGINT) AS due_s, CAST(NULL AS BIGINT) AS finished_s, CAST(NULL AS BIGINT) AS returned_s, "
    "CAST(NULL AS BIGINT) AS due_part, CAST(NULL AS BIGINT) AS finished_part WHERE false"
)


def _days(day: object) -> tuple[int | None]:
    """Days since 1970-01-01; None for an open end."""
    import datetime as dt

    return (None,) if not isinstance(day, dt.date) else ((day - dt.date(1970, 1, 1)).days,)
