"""Exact medians and ninth deciles of many groups at once, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iso_audit.engine.store import Store, integers

AT_ONCE = 4_000_000
"""Values that are held at once, at most, but for a group that alone has more: some 30 bytes each, since both
quantiles keep them and rooms grow by doubling; the database cannot put them on the disk."""

Found = Mapping[int, tuple[int, int, int, int]]
"""Group -> count, total, median, ninth decile."""


def quantiles(
    store: Store, table: str, groups: Sequence[tuple[int, int, int]], at_once: int = AT_ONCE
) -> Found:
    """Quantiles of `table` (what, key, value): the k-th smallest value, k the share of the count, rounded up.

    `groups` are (what, key, group); a key may belong to several groups, and groups are numbered from 0.
    """
    store.put("in_group", integers(groups, "what", "key", "grp"))
    found: dict[int, tuple[int, int, int, int]] = {}
    for first, after in _chunks(store, table, at_once):
        rows = store.run(
            f"""
            SELECT g.grp, count(*), CAST(sum(t.value) AS BIGINT),
                percentile_disc(0.5) WITHIN GROUP (ORDER BY t.value),
                percentile_disc(0.9) WITHIN GROUP (ORDER BY t.value)
            FROM {table} AS t JOIN in_group AS g ON g.what = t.what AND g.key = t.key
            WHERE g.grp >= {first} AND g.grp < {after} GROUP BY g.grp
            """
        )
        found |= {group: (count, total, median, ninth) for group, count, total, median, ninth in rows}
    store.drop("in_group")
    return found


def _chunks(store: Store, table: str, at_once: int) -> Iterator[tuple[int, int]]:
    """Ranges of groups, first and after, each with few enough values."""
    counts = store.run(
        f"""
        SELECT g.grp, CAST(sum(k.times) AS BIGINT)
        FROM (SELECT what, key, count(*) AS times FROM {table} GROUP BY what, key) AS k
        JOIN in_group AS g ON g.what = k.what AND g.key = k.key
        GROUP BY g.grp ORDER BY g.grp
        """
    )
    first = held = 0
    for group, count in counts:
        if held and held + count > at_once:
            yield first, group
            first, held = group, 0
        held += count
    if counts:
        yield first, counts[-1][0] + 1
