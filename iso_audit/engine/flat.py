"""Dossiers out of a table of events whose every row repeats what it knows of the dossier."""

from __future__ import annotations

from dataclasses import replace

from iso_audit.engine.source import Source
from iso_audit.engine.store import Values
from iso_audit.model.log import TableMapping


def dossiers_told_by(events: Source, table: TableMapping) -> Source:
    """One row a dossier, each column the first that says anything; then rows that say something else.

    Rows that contradict an earlier one of their dossier come after it, once each with what they say, so
    that they are refused as repeated and listed with their place.
    """
    used = {events.index(column) for column in table.columns.values()}
    used |= {events.index(cut.source) for cut in table.cuts.values()}
    chosen = sorted(at for at in used if at is not None)
    cut = table.cuts.get("dossier_id")
    at_id = events.index(cut.source if cut else table.columns.get("dossier_id", ""))
    if at_id is None:
        return events  # the mapping does not fit, which is said where it is checked
    others = [at for at in chosen if at != at_id]
    columns = ", ".join(f"c{at}" if at in chosen else f"NULL AS c{at}" for at in range(len(events.columns)))

    def said(name: str) -> str:
        return f"nullif(trim(CAST({name} AS VARCHAR)), '')"

    first = "".join(f", arg_min(c{at}, row) FILTER ({said(f'c{at}')} IS NOT NULL) AS c{at}" for at in others)
    differs = " OR ".join(f"{said(f't.c{at}')} <> {said(f'f.c{at}')}" for at in others) or "false"
    own = ", ".join(f"t.c{at}" for at in chosen)

    def relation(values: Values) -> str:
        return f"""(
            WITH told AS MATERIALIZED (
                SELECT *, {said(f"c{at_id}")} AS id FROM {events.relation(values)}
                WHERE {said(f"c{at_id}")} IS NOT NULL
            ),
            first_told AS MATERIALIZED (
                SELECT id, min(row) AS row, arg_min(c{at_id}, row) AS c{at_id}{first} FROM told GROUP BY id
            )
            SELECT row, {columns} FROM first_told
            UNION ALL
            SELECT row, {columns} FROM (
                SELECT min(t.row) AS row, {own} FROM told AS t JOIN first_told AS f USING (id)
                WHERE {differs} GROUP BY {own}
            ))"""

    return replace(events, relation=relation, broken=(), broken_count=0)
