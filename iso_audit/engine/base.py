"""Dossiers before any fact of them is known: what they say of themselves, and the edition that judges them.

Tables made here: `version` and `base`, one row a dossier.
"""

from __future__ import annotations

import datetime as dt

from iso_audit.engine.store import Store, integers
from iso_audit.engine.tables import Read
from iso_audit.model.civil import DAY, day_of
from iso_audit.model.log import LogMapping, World


def put_versions(store: Store, read: Read, world: World) -> None:
    """Put the table `version`: which days each version of a procedure of the log is in force."""
    words = read.words["procedure"]
    versions = [
        (code, version, _day(procedure.in_force.first), _day(procedure.in_force.last))
        for code, name in enumerate(words.meaning)
        for version, procedure in enumerate(world.procedures)
        if name in (procedure.id, procedure.code)
    ]
    store.put("version", integers(versions, "procedure", "version", "first_day", "last_day"))


def add_base(store: Store, read: Read, mapping: LogMapping, world: World) -> None:
    """Add to `base` one row a dossier with its edition, the version and era that it is judged by."""
    words = read.words["procedure"]
    eras = " + ".join(f"CAST(d.day >= {day_of(first)} AS INTEGER)" for first in world.eras) or "0"
    default = words.code_of.get(mapping.procedure)
    covered = "true"
    if world.period is not None:
        covered = f"f.day BETWEEN {day_of(world.period[0])} AND {day_of(world.period[1])}"
    store.add(
        "base",
        f"""
        WITH found AS (
            SELECT i.dossier, r.row IS NOT NULL AS has_row, coalesce(r.row, f.row) AS row,
                coalesce(r.procedure, f.procedure, {"NULL" if default is None else default}) AS procedure,
                coalesce(r.unit, f.unit) AS unit, r.unit IS NOT NULL AS has_unit,
                r."case", r.channel, r.status,
                coalesce(r.received_s, f.begun_s) AS received_s,
                coalesce(r.received_s, f.begun_s) // {DAY} AS day,
                r.appointed_s, r.due_s AS given_s, r.due_part, r.finished_s, r.finished_part, r.returned_s,
                f.dossier IS NOT NULL AS has_events, f.first_event
            FROM id_here AS i
            LEFT JOIN ({_OF_ROWS if read.dossiers else _NO_ROWS}) AS r USING (dossier_id)
            LEFT JOIN ({_OF_EVENTS}) AS f USING (dossier)
            WHERE r.row IS NOT NULL OR f.dossier IS NOT NULL
        ),
        dated AS (
            SELECT f.dossier, min(v.version) AS version
            FROM found AS f JOIN version AS v USING (procedure)
            WHERE (v.first_day IS NULL OR v.first_day <= f.day)
                AND (v.last_day IS NULL OR f.day <= v.last_day) AND {covered}
            GROUP BY f.dossier
        )
        SELECT d.*, NOT coalesce({covered.replace("f.", "d.")}, true) AS is_outside,
            v.version * {len(world.eras) + 1} + coalesce({eras}, 0) AS edition
        FROM found AS d LEFT JOIN dated AS v USING (dossier)
        """,
    )


_OF_EVENTS = """
    SELECT dossier, min(coalesce(start_s, finish_s)) AS begun_s, arg_min(procedure, event) AS procedure,
        arg_min(unit, event) AS unit, min(row) AS row, min(event) AS first_event
    FROM event_here GROUP BY dossier
"""
_OF_ROWS = """
    SELECT r.* EXCLUDE (procedure, unit, "case", channel, status), p.code AS procedure, u.code AS unit,
        c.code AS "case", h.code AS channel, s.code AS status
    FROM dossier_row AS r
    LEFT JOIN word_procedure AS p ON p.text = r.procedure LEFT JOIN word_unit AS u ON u.text = r.unit
    LEFT JOIN word_case AS c ON c.text = r."case" LEFT JOIN word_channel AS h ON h.text = r.channel
    LEFT JOIN word_status AS s ON s.text = r.status
    WHERE NOT r.is_repeated
"""
_NO_ROWS = """
    SELECT NULL::BIGINT AS row, NULL::VARCHAR AS dossier_id, NULL::INTEGER AS procedure,
        NULL::INTEGER AS unit, NULL::INTEGER AS "case", NULL::INTEGER AS channel, NULL::INTEGER AS status,
        NULL::BIGINT AS received_s, NULL::BIGINT AS appointed_s, NULL::BIGINT AS due_s,
        NULL::BIGINT AS due_part, NULL::BIGINT AS finished_s, NULL::BIGINT AS finished_part,
        NULL::BIGINT AS returned_s
    WHERE false
"""


def _day(day: dt.date | None) -> int | None:
    """Days since 1970-01-01; None for an open end."""
    return None if day is None else day_of(day)
