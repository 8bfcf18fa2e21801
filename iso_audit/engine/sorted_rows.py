"""Rows in order of a key: where runs begin, what stands beside, and which rows go with which."""

from __future__ import annotations

import numpy as np

from iso_audit.engine.store import Array


def firsts(values: Array) -> Array:
    """Where each run of equal values begins."""
    return np.flatnonzero(
        np.concatenate((np.ones(min(len(values), 1), dtype=bool), values[1:] != values[:-1]))
    )


def neighbours(of: Array) -> tuple[Array, Array]:
    """Of each row, whether one of the same key stands before and after it."""
    same = of[1:] == of[:-1]
    return np.concatenate((~_edge(of), same)), np.concatenate((same, ~_edge(of)))


def _edge(rows: Array) -> Array:
    """One flag that is set, or none where there are no rows."""
    return np.ones(min(len(rows), 1), dtype=bool)


def matches(keys: Array, wanted: Array) -> tuple[Array, Array]:
    """Of every row of `keys`, which are in order, that has a key of `wanted`: whose it is, and its place."""
    first = np.searchsorted(keys, wanted)
    counts = np.searchsorted(keys, wanted, side="right") - first
    before = np.cumsum(counts) - counts
    places = np.arange(counts.sum()) + np.repeat(first - before, counts)
    return np.repeat(np.arange(len(wanted)), counts), places
