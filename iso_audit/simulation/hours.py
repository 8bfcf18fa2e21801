"""Working hours as edges in ticks: how far work gets, and when it is done.

A tick is a microsecond of the office's wall clock since midnight of the scenario's first day: whole
numbers, so that no order of additions changes a result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iso_audit.model.calendar import Calendar, Span
from iso_audit.model.civil import DAY

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TICK = 1_000_000
"""Ticks of a second."""

NEVER = 1 << 62
"""A moment after everything that is simulated."""


@dataclass(frozen=True, eq=False)
class Hours:
    """Spans of work in order, without gaps of nothing between them; `done` is the work before each."""

    opens: Ints
    closes: Ints
    done: Ints

    @classmethod
    def of(cls, calendar: Calendar, first: dt.date, days: int) -> Hours:
        """The hours of so many days from `first` on."""
        return cls._from(spans_between(calendar, first, days))

    @classmethod
    def always(cls) -> Hours:
        """Day and night."""
        return cls._from([(0, NEVER // TICK)])

    @classmethod
    def _from(cls, spans: Iterable[Span]) -> Hours:
        edges: list[list[int]] = []
        for opening, closing in spans:
            if edges and edges[-1][1] == opening:
                edges[-1][1] = closing
            elif opening < closing:
                edges.append([opening, closing])
        opens, closes = np.array(edges, dtype=np.int64).reshape(-1, 2).T * TICK
        lengths = closes - opens
        return cls(opens.copy(), closes.copy(), np.cumsum(lengths) - lengths)

    def until(self, times: Ints) -> Ints:
        """Ticks of work from the first day up to these moments."""
        if not len(self.opens):
            return np.zeros_like(times)
        span = np.searchsorted(self.opens, times, side="right") - 1
        since = np.maximum(span, 0)
        work = self.done[since] + np.minimum(times, self.closes[since]) - self.opens[since]
        return np.where(span < 0, 0, work)

    def between(self, starts: Ints, ends: Ints) -> Ints:
        """Ticks of work from one moment to another."""
        return self.until(ends) - self.until(starts)


def spans_between(calendar: Calendar, first: dt.date, days: int) -> list[Span]:
    """Working spans of so many days from `first`, in seconds since its midnight."""
    found: list[Span] = []
    for number in range(days):
        spans = calendar.spans(first + dt.timedelta(days=number))
        found += [(number * DAY + opening, number * DAY + closing) for opening, closing in spans]
    return found


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of one day in order, those that overlap or touch made one."""
    merged: list[Span] = []
    for opening, closing in sorted(spans):
        if merged and opening <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closing, merged[-1][1]))
        else:
            merged.append((opening, closing))
    return tuple(merged)
