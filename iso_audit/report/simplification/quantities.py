"""Measures of a simulation as numbers that stand under one another: hours of work, days, shares, money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from iso_audit.model.simulated import MEASURES, Effect, Verdict
from iso_audit.report.facts import NOTHING, rate
from iso_audit.report.words import Words
from iso_audit.text import number

MINUS = "−"
_SCALES: Mapping[str, tuple[float, int, str]] = {
    "working_seconds": (1 / 3600, 1, "hours"),
    "seconds": (1 / 3600, 1, "clock_hours"),
    "days": (1.0, 1, "days"),
    "share": (100.0, 1, "percent"),
    "dossiers": (1.0, 1, "dossiers"),
    "count": (1.0, 2, "times"),
    "money": (1.0, 0, "money"),
    "money_year": (1e-6, 1, "money_year"),
}
"""Unit of a measure -> what it is multiplied by, its decimals, the name of the unit that is printed."""
_MOST = 4
"""Decimals of the finest difference."""
_UNITS_BESIDE = {"utilisation": "share", "executions": "count"}


def unit_of(measure: str) -> str:
    """The unit of a measure; of roles and steps too."""
    return MEASURES[measure][0] if measure in MEASURES else _UNITS_BESIDE.get(measure, "working_seconds")


def unit_name(measure: str, words: Words, currency: str) -> str:
    """The unit as the head of a row prints it."""
    return words(f"sim.unit.{_SCALES[unit_of(measure)][2]}", currency=currency)


def scaled(measure: str, amount: float) -> float:
    """A number in the unit that is printed."""
    return amount * _SCALES[unit_of(measure)][0]


def plain(amount: float | Fraction, lang: str, decimals: int | None = None) -> str:
    """A number with the sign of minus."""
    return number(amount, lang, decimals).replace("-", MINUS)


def in_percent(share: float, lang: str, decimals: int | None = 1) -> str:
    """A share in percent, with the sign of minus."""
    return rate(share, 1, lang, decimals).replace("-", MINUS)


def value(measure: str, amount: float, words: Words) -> str:
    """A number without its unit; a dash where nothing of the kind happened."""
    if math.isnan(amount):
        return NOTHING
    decimals = _SCALES[unit_of(measure)][1]
    return plain(scaled(measure, amount), words.lang, decimals)


def signed(measure: str, amount: float, words: Words, decimals: int | None = None) -> str:
    """A difference with its sign, in `decimals` that show it (`finely`)."""
    if math.isnan(amount):
        return NOTHING
    places = finely(measure, amount) if decimals is None else decimals
    said = plain(scaled(measure, amount), words.lang, places)
    if not said.strip("0.,−"):
        return said.strip(MINUS)
    return f"+{said}" if amount > 0 else said


def finely(measure: str, amount: float) -> int:
    """So many decimals as the values have, one more for shares, and more where a difference would vanish."""
    unit = unit_of(measure)
    places = _SCALES[unit][1] + (unit == "share")
    size = abs(scaled(measure, amount))
    while size and size < 0.5 * 10.0**-places and places < _MOST:
        places += 1
    return places


def interval(effect: Effect, words: Words) -> str:
    """From and to, so finely that an end beside zero does not read as zero."""
    measure, found = effect.measure, effect.difference
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return NOTHING
    places = max(finely(measure, one) for one in (found.mean, found.low, found.high))
    low, high = (signed(measure, end, words, places) for end in (found.low, found.high))
    return words("sim.interval", low=low, high=high)


def relative(effect: Effect) -> float | None:
    """The difference as a share of today's value; None where today's is nothing."""
    if not effect.as_is.mean or math.isnan(effect.as_is.mean) or math.isnan(effect.difference.mean):
        return None
    return effect.difference.mean / abs(effect.as_is.mean)


def relative_said(effect: Effect, words: Words) -> str:
    """The same in percent with its sign; empty for shares, whose difference is in points already."""
    share = relative(effect)
    if share is None or unit_of(effect.measure) == "share":
        return ""
    return f"{'+' if share > 0 else ''}{in_percent(share, words.lang)}"


def beside(effect: Effect, words: Words, currency: str) -> str:
    """The difference in one cell: in percent, or in its unit where that says nothing."""
    said = relative_said(effect, words)
    if said:
        return said
    said = signed(effect.measure, effect.difference.mean, words)
    if unit_of(effect.measure) == "share":
        return words("sim.points", n=said)
    return f"{said} {unit_name(effect.measure, words, currency)}"


def is_judged(effect: Effect) -> bool:
    """Whether its verdict is printed: being busier is neither better nor worse, as with one person less."""
    return effect.measure != "utilisation" or effect.verdict in (Verdict.SAME, Verdict.CANNOT_TELL)
