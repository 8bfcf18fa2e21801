"""Exact medians and ninth deciles of many groups at once, in bounded memory.

Values are counted in bins first; only those of the bins in which a quantile lies are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from iso_audit.engine.store import Array, Store, integers

_TENTHS = (5, 9)
_GROUP_BITS = 40
"""Room for the number of a bin below that of its group."""

Found = Mapping[int, tuple[int, int, int, int]]
"""Group -> count, total, median, ninth decile."""


def quantiles(store: Store, groups: Sequence[tuple[int, int]], timed: Mapping[str, int]) -> Iterator[Found]:
    """Quantiles of each relation (key, value) of `timed`: k-th smallest values, k a share of the count.

    Shares are rounded up. `groups` are (key, group); a key may belong to several. Bins are so many bits wide
    as `timed` says, 0 where different values are few: with any number the quantiles are the same, but few
    and narrow bins take the least.
    """
    store.put("in_group", integers(groups, "key", "grp"))
    for values, bits in timed.items():
        yield _of(store, values, bits)
    store.drop("in_group")


def _of(store: Store, values: str, bits: int) -> Found:
    """Quantiles of one relation."""
    bin_of = f"t.value // {1 << bits}"
    rows = store.arrays(
        f"""
        SELECT g.grp, t.bin, CAST(sum(t.times) AS BIGINT) AS times, CAST(sum(t.total) AS BIGINT) AS total
        FROM (
            SELECT t.key, {bin_of} AS bin, count(*) AS times, sum(t.value) AS total
            FROM {values} AS t GROUP BY t.key, {bin_of}
        ) AS t JOIN in_group AS g ON g.key = t.key
        GROUP BY g.grp, t.bin
        """
    )
    if not len(rows["grp"]):
        return {}
    coarse = _Ordered(rows["grp"], rows["bin"], rows["times"])
    totals = np.add.reduceat(rows["total"][coarse.order], coarse.first)
    found = [coarse.find(coarse.first, -(-coarse.sizes * tenths // 10)) for tenths in _TENTHS]
    quantile = [coarse.values[place] for place, _ in found]
    if bits:
        quantile = _within(store, values, bin_of, coarse, found)
    columns = (coarse.names.tolist(), coarse.sizes.tolist(), totals.tolist(), *(q.tolist() for q in quantile))
    return {group: (count, total, *both) for group, count, total, *both in zip(*columns, strict=True)}


def _within(
    store: Store, values: str, bin_of: str, coarse: _Ordered, found: Sequence[tuple[Array, Array]]
) -> list[Array]:
    """Values of which place and rank of the bin were found."""
    wanted = np.unique(np.concatenate([place for place, _ in found]))
    store.put(
        "wanted_bin", {"grp": ("BIGINT", coarse.groups[wanted]), "bin": ("BIGINT", coarse.values[wanted])}
    )
    rows = store.arrays(
        f"""
        SELECT w.grp, w.bin, t.value, count(*) AS times
        FROM {values} AS t JOIN (
            SELECT g.key, w.bin, w.grp FROM wanted_bin AS w JOIN in_group AS g ON g.grp = w.grp
        ) AS w ON w.key = t.key AND w.bin = {bin_of}
        GROUP BY w.grp, w.bin, t.value
        """
    )
    store.drop("wanted_bin")
    exact = _Ordered((rows["grp"] << _GROUP_BITS) + rows["bin"], rows["value"], rows["times"])
    quantile = []
    for place, rank in found:
        names = (coarse.groups[place] << _GROUP_BITS) + coarse.values[place]
        at, _ = exact.find(exact.first[np.searchsorted(exact.names, names)], rank)
        quantile.append(exact.values[at])
    return quantile


class _Ordered:
    """Values with their counts, by group and value."""

    def __init__(self, groups: Array, values: Array, times: Array) -> None:
        self.order = np.lexsort((values, groups))
        self.groups, self.values = groups[self.order], values[self.order]
        self._until = np.cumsum(times[self.order])
        self._times = times[self.order]
        self.names, self.first = np.unique(self.groups, return_index=True)
        self.sizes: Array = np.add.reduceat(self._times, self.first)

    def find(self, first: Array, ranks: Array) -> tuple[Array, Array]:
        """Where the k-th smallest value of each group stands that begins at `first`, and its rank there."""
        goals = self._until[first] - self._times[first] + ranks
        place = np.searchsorted(self._until, goals)
        return place, goals - self._until[place] + self._times[place]
