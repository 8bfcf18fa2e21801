"""Differences of several redesigns whose verdicts are to be right all at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from iso_audit.model.simulated import MEASURES, Effect
from iso_audit.simulation.compare import effect

Values = Sequence[Mapping[str, float]]
"""Measures of each replication."""


def corrected(today: Values, sides: Sequence[Values], confidence: float) -> list[tuple[Effect, ...]]:
    """The effects of several redesigns whose verdicts are all right at once with this confidence.

    Holm's steps: of m differences the surest is tested at alpha / m, the next at alpha / (m - 1), until
    one fails; each interval has the level of its test, so that it leaves out zero where the test does.
    """
    names = [name for name in MEASURES if all(name in one for values in (today, *sides) for one in values)]

    def one(side: int, name: str, level: float) -> Effect:
        return effect(name, [v[name] for v in today], [v[name] for v in sides[side]], level)

    asked = [(side, name) for side in range(len(sides)) for name in names]
    sure = {(s, n): _p_value([b[n] - a[n] for a, b in zip(today, sides[s], strict=True)]) for s, n in asked}
    tested = sorted(
        (pair for pair in asked if not math.isnan(sure[pair])), key=lambda p: (sure[p], asked.index(p))
    )
    alpha, m = 1 - confidence, max(len(tested), 1)
    level = dict.fromkeys(asked, 1 - alpha / m)
    rank, has_failed = 0, False
    for pair in tested:
        level[pair] = 1 - alpha / (m - rank)
        has_failed = has_failed or sure[pair] >= alpha / (m - rank)
        rank += not has_failed
    return [tuple(one(side, name, level[side, name]) for name in names) for side in range(len(sides))]


def _p_value(gaps: Sequence[float]) -> float:
    """Two-sided, of a mean of zero (Student's t); NaN where nothing differs or nothing is known."""
    from scipy.stats import t

    known = [gap for gap in gaps if not math.isnan(gap)]
    if len(known) < 2 or not any(known):
        return math.nan
    mean = math.fsum(known) / len(known)
    deviation = math.sqrt(math.fsum((gap - mean) ** 2 for gap in known) / (len(known) - 1))
    if deviation == 0:
        return 0.0
    return float(2 * t.sf(abs(mean) / (deviation / math.sqrt(len(known))), len(known) - 1))
