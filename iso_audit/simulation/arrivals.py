"""When dossiers come in: a Poisson stream over the hours of the desk, with its seasons and bursts.

The moments of a stream of one dossier a unit are drawn first and then laid out along the cumulative
intensity (E. Cinlar, Introduction to Stochastic Processes, 1975, section 4.7): the same seed gives
the same stream, and another number of dossiers a year only stretches it.
"""

from __future__ import annotations

import calendar as almanac
import datetime as dt
import math

import numpy as np

from iso_audit.model.calendar import Calendar, Span
from iso_audit.model.civil import DAY, reception_spans
from iso_audit.model.scenario import Arrivals
from iso_audit.simulation.draws import Purpose, uniforms
from iso_audit.simulation.hours import TICK, Floats, Ints, united

_HOURS = tuple((hour * 3600, (hour + 1) * 3600) for hour in range(24))


def arrivals_of(
    arrivals: Arrivals,
    calendar: Calendar,
    first: dt.date,
    last: dt.date,
    seed: int,
    replication: int,
    name: str,
) -> Ints:
    """Ticks at which dossiers come in, in order."""
    opens, closes, expected = _expected(arrivals, calendar, first, last)
    lively = expected * _bursts(arrivals, opens, expected, seed, replication, name)
    reached = np.concatenate([[0.0], np.cumsum(lively)])
    stream = _stream(float(reached[-1]), seed, replication, name)
    segment = np.searchsorted(reached, stream, side="right") - 1
    inside = (stream - reached[segment]) / lively[segment]
    moments = opens[segment] + inside * (closes - opens)[segment]
    at: Ints = np.minimum(np.floor(moments * TICK).astype(np.int64), closes[segment] * TICK - 1)
    return at


def _stream(until: float, seed: int, replication: int, name: str) -> Floats:
    """Moments up to `until` of a Poisson stream of one a unit."""
    count = math.ceil(until + 6 * math.sqrt(until) + 20)
    while True:
        gaps = -np.log1p(-uniforms(seed, replication, name, Purpose.ARRIVAL, 0, count))
        stream: Floats = np.cumsum(gaps)
        if stream[-1] > until:
            return stream[: int(np.searchsorted(stream, until, side="left"))]
        count *= 2


def _bursts(
    arrivals: Arrivals, opens: Ints, expected: Floats, seed: int, replication: int, name: str
) -> Floats:
    """By how much more or less comes in on the day of each segment (gamma, mean 1)."""
    if arrivals.variance_ratio <= 1 or not len(opens):
        return np.ones(len(opens))
    from scipy.special import gammaincinv

    days = opens // DAY
    by_day = np.bincount(days, weights=expected)
    chance = uniforms(seed, replication, name, Purpose.DAY, 0, len(by_day))
    # the variance of a day's count is m + m^2 v, where v is that of the factor
    shape = np.maximum(by_day, 1e-12) / (arrivals.variance_ratio - 1)
    return np.maximum(np.asarray(gammaincinv(shape, chance) / shape), 1e-12)[days]


def _expected(
    arrivals: Arrivals, calendar: Calendar, first: dt.date, last: dt.date
) -> tuple[Ints, Ints, Floats]:
    """Openings, closings (seconds since `first`) and expected dossiers of every stretch of the period."""
    rows: list[tuple[int, int, float]] = []
    for year in range(first.year, last.year + 1):
        for day, weight in _day_weights(arrivals, calendar, year).items():
            if first <= day <= last and weight > 0:
                start = (day - first).days * DAY
                parts = _parts(arrivals, calendar, day)
                whole = sum(part[2] for part in parts)
                rows += [
                    (start + opening, start + closing, arrivals.per_year * weight * part / whole)
                    for opening, closing, part in parts
                    if part > 0
                ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _day_weights(arrivals: Arrivals, calendar: Calendar, year: int) -> dict[dt.date, float]:
    """Share of the year's dossiers that comes in on each day."""
    weights: dict[dt.date, float] = {}
    for month in range(1, 13):
        days = [dt.date(year, month, n + 1) for n in range(almanac.monthrange(year, month)[1])]
        own = {day: _weekday_weight(arrivals, calendar, day) for day in days}
        whole = sum(own.values())
        if arrivals.by_month and whole:
            share = arrivals.by_month[month - 1] / whole
            own = {day: weight * share for day, weight in own.items()}
        weights.update(own)
    whole = sum(weights.values())
    return {day: weight / whole for day, weight in weights.items()} if whole else {}


def _weekday_weight(arrivals: Arrivals, calendar: Calendar, day: dt.date) -> float:
    if day in calendar.exceptions and not calendar.spans(day):
        return 0.0
    if arrivals.by_weekday:
        return arrivals.by_weekday[day.weekday()]
    return 1.0 if _desk(calendar, day) else 0.0


def _parts(arrivals: Arrivals, calendar: Calendar, day: dt.date) -> list[tuple[int, int, float]]:
    """Stretches of a day with their weights: hours where they are given, else what the desk is open."""
    if arrivals.by_hour:
        weights = arrivals.by_hour
        return [(*hour, weight) for hour, weight in zip(_HOURS, weights, strict=True) if weight > 0]
    return [(a, b, float(b - a)) for a, b in _desk(calendar, day) or ((0, DAY),)]


def _desk(calendar: Calendar, day: dt.date) -> tuple[Span, ...]:
    return united(calendar.spans(day) + reception_spans(calendar, day))
