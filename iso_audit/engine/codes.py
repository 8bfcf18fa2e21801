"""What dossier codes say: whether they fit the patterns in force, their day, and whether they are unique."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from iso_audit.engine.norms import Norms
from iso_audit.engine.passes import Parts
from iso_audit.engine.store import Store, Values


def read_codes(store: Store, norms: Norms, parts: Parts, has_table: bool) -> None:
    """Make `code_said`: one row a dossier of an era with patterns, and one a code that stands twice.

    The number of a code is its last digits; it may occur once a unit and day of receipt. Two rows
    of one code that differ in receipt or procedure are two dossiers.
    """
    store.run("CREATE TABLE code_said (dossier INTEGER, fits BOOLEAN, day_said VARCHAR, is_twice BOOLEAN)")
    by_patterns: dict[tuple[str, ...], list[int]] = {}
    for code, edition in sorted(norms.editions.items()):
        by_patterns.setdefault(edition.parameters.code_patterns, []).append(code)
    for patterns, editions in sorted(by_patterns.items()):
        for _ in parts.each("base", "id") if patterns else ():
            _read(store, patterns, editions)
    for _ in parts.each("base", "id", "code_said"):
        store.add(
            "numbered_code",
            """
            SELECT dossier, coalesce(unit, -1) AS unit, coalesce(day, 0) AS day, number
            FROM (SELECT dossier, regexp_extract(dossier_id, '([0-9]+)$', 1) AS number FROM id_here)
            JOIN base_here USING (dossier) JOIN code_said_here USING (dossier) WHERE fits
            """,
        )
    for part in range(parts.count):
        store.add(
            "stands_twice",
            f"""
            WITH here AS (
                SELECT * FROM numbered_code WHERE number <> '' AND day % {parts.count} = {part}
            ),
            repeated AS (SELECT unit, day, number FROM here GROUP BY unit, day, number HAVING count(*) > 1)
            SELECT dossier FROM here JOIN repeated USING (unit, day, number)
            """,
        )
    store.run("UPDATE code_said SET is_twice = true WHERE dossier IN (SELECT dossier FROM stands_twice)")
    if has_table and store.any("told_twice"):
        twice = "SELECT dossier FROM base JOIN id USING (dossier) JOIN told_twice USING (dossier_id)"
        store.run(f"UPDATE code_said SET is_twice = true WHERE dossier IN ({twice})")
        store.run(
            f"INSERT INTO code_said SELECT dossier, NULL, NULL, true FROM ({twice}) "
            "WHERE dossier NOT IN (SELECT dossier FROM code_said)"
        )


def _read(store: Store, patterns: tuple[str, ...], editions: list[int]) -> None:
    """Read the codes of the part for which patterns are in force; the first that fits says the day."""
    judged = f"JOIN base_here USING (dossier) WHERE edition IN ({', '.join(map(str, editions))})"
    values = Values()
    places = [values.bind(f"^(?:{pattern})$") for pattern in patterns]
    fits = " OR ".join(f"regexp_matches(dossier_id, {place})" for place in places)
    days = [
        f"nullif(regexp_extract(dossier_id, {place}, {group}), '')"
        for place, pattern in zip(places, patterns, strict=True)
        if (group := re.compile(pattern).groupindex.get("day"))
    ]
    said = f"{fits} AS fits, coalesce({', '.join([*days, 'NULL', 'NULL'])}) AS day_said"
    read = f"(SELECT dossier, {said} FROM id_here)"
    try:
        store.run(f"INSERT INTO code_said SELECT dossier, fits, day_said, false FROM {read} {judged}", values)
    except duckdb.Error:
        _read_slowly(store, [re.compile(pattern) for pattern in patterns], judged)


def _read_slowly(store: Store, patterns: Sequence[re.Pattern[str]], judged: str) -> None:
    """The same for patterns that only Python understands (looking ahead, for one)."""
    rows = []
    for dossier, code in store.run(f"SELECT dossier, dossier_id FROM id_here {judged}"):
        found = [match for pattern in patterns if (match := pattern.fullmatch(code))]
        days = [match["day"] for match in found if "day" in match.groupdict()]
        rows.append((dossier, bool(found), next((day for day in days if day), None)))
    store.put(
        "code_read",
        {
            "dossier": ("INTEGER", [row[0] for row in rows]),
            "fits": ("BOOLEAN", [row[1] for row in rows]),
            "day_said": ("VARCHAR", [row[2] for row in rows]),
        },
    )
    store.run("INSERT INTO code_said SELECT dossier, fits, day_said, false FROM code_read")
