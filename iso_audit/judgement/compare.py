"""Two groups of dossiers on the same questions: what differs, and whether chance alone would show as much.

Shares are never compared as bare percentages: each difference carries its exact test (Fisher), an
interval, and a correction for having asked many questions at once (Holm).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

LEVEL = 0.05
"""A difference is told where chance alone would show as much in less than this share of comparisons."""
_SURELY = 1.959963984540054
"""Quantile of the normal distribution for an interval that holds in 95 of 100 cases."""
_ALIKE = 1e-7
"""Tables whose probabilities differ by less than this share count as equally likely."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else math.nan


class Verdict(StrEnum):
    """What a comparison allows to be said."""

    MORE = "more"
    """The second group has the greater share."""
    FEWER = "fewer"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Contrast:
    """One question in two groups."""

    question: tuple[str, ...]
    first: Share
    second: Share
    p_value: float
    """Probability of a difference at least as unlikely where both groups are alike (two-sided)."""
    low: float
    high: float
    """The second share less the first lies between these in 95 of 100 cases."""
    adjusted: float = 1.0
    """`p_value` after the correction for all questions asked."""

    @property
    def verdict(self) -> Verdict:
        if self.adjusted >= LEVEL:
            return Verdict.CANNOT_TELL
        return Verdict.MORE if self.second.value > self.first.value else Verdict.FEWER


def contrasts(
    first: Mapping[tuple[str, ...], Share], second: Mapping[tuple[str, ...], Share]
) -> tuple[Contrast, ...]:
    """Compare every question that both groups were asked; the least likely by chance first.

    Corrected by S. Holm, Scandinavian Journal of Statistics 6(2), 1979: the smallest p-value counts
    as often as there are questions that could differ, the next once less, none less than the one before.
    """
    found = [
        _contrast(question, first[question], second[question])
        for question in first
        if question in second and first[question].whole and second[question].whole
    ]
    found.sort(key=lambda one: (one.p_value, one.question))
    open_ones = sum(_can_differ(one.first, one.second) for one in found)
    corrected, so_far = [], 0.0
    for rank, one in enumerate(found):
        so_far = max(so_far, min(1.0, one.p_value * max(open_ones - rank, 1)))
        corrected.append(replace(one, adjusted=so_far))
    return tuple(corrected)


def _can_differ(first: Share, second: Share) -> bool:
    """Whether the margins leave any choice: where nothing or everything is a breach no test can reject.

    Such questions need no correction (R. E. Tarone, Biometrics 46(2), 1990).
    """
    return 0 < first.part + second.part < first.whole + second.whole


def summed(rows: Iterable[tuple[tuple[str, ...], int, int]]) -> dict[tuple[str, ...], Share]:
    """Add up (question, part, whole) by question."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for question, part, whole in rows:
        at = sums.setdefault(question, [0, 0])
        at[0] += part
        at[1] += whole
    return {question: Share(part, whole) for question, (part, whole) in sums.items()}


def _contrast(question: tuple[str, ...], first: Share, second: Share) -> Contrast:
    low, high = interval(first, second)
    return Contrast(question, first, second, fisher(first, second), low, high)


def fisher(first: Share, second: Share) -> float:
    """Two-sided exact test that two shares are one (R. A. Fisher, Statistical Methods, section 21.02).

    The sum of the probabilities of all tables with the same margins that are no likelier than the
    one seen. Complexity: linear in the smaller margin.
    """
    parts, whole = first.part + second.part, first.whole + second.whole
    least, most = max(0, parts - second.whole), min(parts, first.whole)
    k = np.arange(least, most, dtype=np.float64)
    ratio = (parts - k) * (first.whole - k) / ((k + 1) * (whole - parts - first.whole + k + 1))
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratio))))
    likely = np.exp(logs - logs.max())
    seen = likely[first.part - least]
    return float(min(1.0, likely[likely <= seen * (1 + _ALIKE)].sum() / likely.sum()))


def interval(first: Share, second: Share) -> tuple[float, float]:
    """The second share less the first, in 95 of 100 cases.

    R. G. Newcombe, Statistics in Medicine 17, 1998, method 10: from the score intervals of both
    shares, which hold on few dossiers and at shares of 0 and 1 too.
    """
    (a_low, a_high), (b_low, b_high) = _score(first), _score(second)
    a, b = first.value, second.value
    return (
        b - a - math.hypot(b - b_low, a_high - a),
        b - a + math.hypot(b_high - b, a - a_low),
    )


def _score(share: Share) -> tuple[float, float]:
    """E. B. Wilson, Journal of the American Statistical Association 22, 1927."""
    n, z = share.whole, _SURELY
    middle = (share.part + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * math.sqrt(share.part * (n - share.part) / n + z * z / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)
