"""Time zones on arrays: from UTC to the office's wall clock and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_STEP = 7 * 86_400
"""Offsets are looked up this often; no zone has changed its offset and back within a week."""

_FIRST, _LAST = -62_135_000_000, 253_402_000_000
"""The moments that dates can say: years 1 to 9999."""


class Zone:
    """A time zone as the list of moments at which its offset changed, found as they are needed.

    Of the hour that occurs twice when clocks go back, `to_utc` takes the first, as does `model.civil`.
    """

    def __init__(self, name: str) -> None:
        self._zone = ZoneInfo(name)
        self._known = (0, 0)
        self._changes: Ints = np.empty(0, dtype=np.int64)
        self._offsets: Ints = np.array([self._offset(0)], dtype=np.int64)

    def to_civil(self, utc: Ints) -> Ints:
        """What the wall clock shows at these seconds since 1970 UTC."""
        self._learn(utc)
        return utc + self._offsets[np.searchsorted(self._changes, utc, side="right")]

    def to_utc(self, civil: Ints) -> Ints:
        """The first moment at which the wall clock shows these civil seconds."""
        self._learn(civil)
        shown = self._changes + np.maximum(self._offsets[:-1], self._offsets[1:])
        return civil - self._offsets[np.searchsorted(shown, civil, side="right")]

    def _learn(self, times: Ints) -> None:
        """Find the changes around `times` unless they are known."""
        if not times.size:
            return
        first = max(_FIRST, int(times.min()) - _STEP)
        last = min(_LAST, int(times.max()) + _STEP)
        if self._known[0] <= first and last <= self._known[1]:
            return
        first, last = min(first, self._known[0]), max(last, self._known[1])
        samples = [*range(first, last, _STEP), last]
        offsets = [self._offset(at) for at in samples]
        changes = [
            self._change(samples[i], samples[i + 1])
            for i in range(len(samples) - 1)
            if offsets[i] != offsets[i + 1]
        ]
        self._known = (first, last)
        self._changes = np.array(changes, dtype=np.int64)
        self._offsets = np.array([offsets[0], *(self._offset(at) for at in changes)], dtype=np.int64)

    def _change(self, before: int, after: int) -> int:
        """The first second with the later offset."""
        old = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == old else (before, middle)
        return after

    def _offset(self, utc: int) -> int:
        offset = dt.datetime.fromtimestamp(utc, self._zone).utcoffset()
        return 0 if offset is None else int(offset.total_seconds())
