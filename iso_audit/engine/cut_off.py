"""A packed log that ends early: which of its dossiers are whole, so that they alone are judged.

What the lost end says is not known. A dossier that lost rows would look unfinished, overdue or short of a
step, and a colleague would be accused of what he did. A dossier is therefore judged only where it is sure
to be whole. In XES it is: a trace that is closed is all of it. The rows of a table may stand in any order,
and the part that was read cannot prove the order of the lost one; only who made the file knows that. Such
a file is refused unless the mapping says that all rows of a dossier stand together
(`dossiers_together`). That is tried on what was read; then every dossier is whole but the last one, whose
rows are set aside. A second source is never compared with such a log: what the log lacks may be in the
lost part.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from iso_audit.engine.refusals import refusal
from iso_audit.engine.rows import Reading
from iso_audit.engine.store import DuckStore, Values


def without_last(store: DuckStore, reading: Reading, target: Path) -> Reading:
    """The same log without the rows of the last dossier, which are listed at `target` as broken ones.

    Raises:
        InputError: nobody says that rows of a dossier stand together, or they do not, or only one was read.
    """
    source, said = reading.source, reading.mapping.dossiers_together
    if not source.cut_bytes or source.plain is None:
        return reading
    values = Values()
    told = f"SELECT row, {reading.text('dossier_id', values)} AS id FROM {source.relation(values)}"
    begins, dossiers, first, rows = store.run(
        f"""
        SELECT count(*) FILTER (begins), count(DISTINCT id), coalesce(max(row) FILTER (begins), 0), count(*)
        FROM (
            SELECT row, id, id IS DISTINCT FROM lag(id) OVER (ORDER BY row) AS begins
            FROM ({told}) WHERE id IS NOT NULL
        )
        """,
        values,
    )[0]
    if not said or begins > dossiers or dossiers < 2:
        why = "cut-off" if not said else "cut-off-mixed" if begins > dossiers else "cut-off-soon"
        raise refusal(why, source.file, rows=rows, bytes=source.cut_bytes)
    values = Values()
    told = f"SELECT row, {reading.raw('dossier_id', values)} AS text FROM {source.relation(values)}"
    after, name = values.bind(first), values.bind(str(target))
    store.run(
        f"COPY (SELECT row, text, 'cut-off' AS reason FROM ({told}) WHERE row >= {after} ORDER BY row) "
        f"TO {name} (FORMAT parquet)",
        values,
    )
    values = Values()
    left_out = store.number(f"SELECT count(*) FROM read_parquet({values.bind(str(target))})", values)

    def relation(values: Values) -> str:
        return f"(SELECT * FROM {source.relation(values)} WHERE row < {values.bind(first)})"

    kept = replace(
        source, relation=relation, broken=(*source.broken, target),
        broken_count=source.broken_count + left_out, left_out=left_out,
    )  # fmt: skip
    return replace(reading, source=kept)
