"""Two procedures that met the same fate: the difference of every measure, and how sure it is.

Each replication plays today's procedure and the proposed one with the same random numbers, so that
what chance brings to both falls out of their difference. A measure is one number a replication,
quantiles and shares too: dossiers of one replication queue behind each other and are no sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from iso_audit.model.scenario import Arrivals, Load, Precision, Scenario, Spread
from iso_audit.model.simulated import MEASURES, Effect, Estimate, Sensitivity, Verdict

PILOT = 10
"""Replications after which the first interval is taken."""


@dataclass(frozen=True, slots=True)
class Played:
    """One replication of one procedure as numbers; NaN where nothing of the kind happened."""

    dossiers: int
    measures: Mapping[str, float]
    by_role: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(role, measure) -> value."""
    by_step: Mapping[tuple[str, str], float] = field(default_factory=dict)
    lead_quantiles: tuple[float, ...] = ()
    """Working seconds at 0, 1 .. 100 % of the measured dossiers."""


_SAME = 1e-12

Play = Callable[[Sequence[int]], tuple[Sequence[Played], Sequence[Played]]]
"""Plays the replications of these numbers, today's and the proposed procedure's."""


def estimate(values: Sequence[float], confidence: float) -> Estimate:
    """The mean of independent replications and its interval (Student's t); NaN values are left out."""
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Estimate(math.nan, math.nan, math.nan)
    mean = float(known.mean())
    reach = half_width(known, confidence)
    return Estimate(mean, mean - reach, mean + reach)


def half_width(values: Sequence[float] | np.ndarray, confidence: float) -> float:
    """Half the width of the interval of a mean; infinite where a single value tells nothing of chance."""
    from scipy.stats import t

    count = len(values)
    if count < 2:
        return math.inf
    spread = float(np.std(values, ddof=1))
    return 0.0 if spread == 0 else float(t.ppf((1 + confidence) / 2, count - 1)) * spread / math.sqrt(count)


def effect(
    measure: str,
    as_is: Sequence[float],
    to_be: Sequence[float],
    confidence: float,
    step: str = "",
    role: str = "",
) -> Effect:
    """Compare one measure in pairs of replications; pairs in which either is NaN are left out."""
    pairs = np.asarray([as_is, to_be], dtype=np.float64)
    pairs = pairs[:, ~np.isnan(pairs).any(axis=0)]
    gaps = pairs[1] - pairs[0]
    # the same sum in another order may differ in its last digits: that is no difference
    gaps[np.abs(gaps) <= _SAME * np.abs(pairs).max(axis=0, initial=0.0)] = 0.0
    difference = estimate(gaps, confidence)
    return Effect(
        measure,
        estimate(as_is, confidence),
        estimate(to_be, confidence),
        difference,
        _verdict(measure, difference, gaps),
        step,
        role,
    )


def _verdict(measure: str, difference: Estimate, gaps: np.ndarray) -> Verdict:
    if len(gaps) and not gaps.any():
        return Verdict.SAME
    if not (difference.low > 0 or difference.high < 0):
        return Verdict.CANNOT_TELL
    _, more_is = MEASURES.get(measure, ("", -1))
    return Verdict.BETTER if (difference.mean > 0) == (more_is > 0) else Verdict.WORSE


def effects(
    as_is: Sequence[Mapping[str, float]], to_be: Sequence[Mapping[str, float]], confidence: float
) -> tuple[Effect, ...]:
    """Compare every measure that both sides have."""
    return tuple(
        effect(name, [one[name] for one in as_is], [one[name] for one in to_be], confidence)
        for name in MEASURES
        if all(name in one for one in (*as_is, *to_be))
    )


def effects_by(
    as_is: Sequence[Mapping[tuple[str, str], float]],
    to_be: Sequence[Mapping[tuple[str, str], float]],
    confidence: float,
    *,
    by: str,
) -> tuple[Effect, ...]:
    """Compare every measure `by_role` or `by_step`; one side may lack it, as a step that was dropped."""
    keys = dict.fromkeys(key for one in (*as_is, *to_be) for key in one)
    found = []
    for name, measure in keys:
        before, after = ([one.get((name, measure), math.nan) for one in side] for side in (as_is, to_be))
        place = {"role": name} if by == "by_role" else {"step": name}
        found.append(effect(measure, before, after, confidence, **place))
    return tuple(found)


def needed(as_is: Sequence[Played], to_be: Sequence[Played], precision: Precision) -> int:
    """How many replications the asked half-widths take, judged by those that there are.

    n = n0 (h / target)^2, for the difference and not for either side (A. M. Law, Simulation
    Modeling and Analysis, section 9.4).
    """
    most = len(as_is)
    for measure, target in precision.half_widths.items():
        gaps = [
            after.measures[measure] - before.measures[measure]
            for before, after in zip(as_is, to_be, strict=True)
        ]
        known = [gap for gap in gaps if not math.isnan(gap)]
        if len(known) < 2 or target <= 0:
            continue
        reach = half_width(known, precision.confidence)
        most = max(most, math.ceil(len(known) * (reach / target) ** 2))
    return min(most, precision.most)


def replicate_until(play: Play, precision: Precision) -> tuple[tuple[Played, ...], tuple[Played, ...]]:
    """Play a pilot, then as many replications as the asked precision needs; or so many exactly."""
    first = precision.replications or min(PILOT, precision.most)
    as_is, to_be = (list(side) for side in play(range(first)))
    while not precision.replications:
        count = needed(as_is, to_be, precision)
        if count <= len(as_is):
            break
        more = play(range(len(as_is), count))
        as_is += more[0]
        to_be += more[1]
    return tuple(as_is), tuple(to_be)


def mean_quantiles(side: Iterable[Played]) -> tuple[float, ...]:
    """The quantiles of lead time, each averaged over replications."""
    curves = [one.lead_quantiles for one in side if one.lead_quantiles]
    return tuple(np.nanmean(np.asarray(curves), axis=0).tolist()) if curves else ()


def flips(plain: Sequence[Effect], varied: Sequence[Effect]) -> tuple[str, ...]:
    """Measures whose verdict turns: what was better is no longer, or what could not be told is worse."""
    before = {one.measure: one.verdict for one in plain}
    return tuple(one.measure for one in varied if before.get(one.measure, one.verdict) is not one.verdict)


def sensitivity(factor: str, change: float, plain: Sequence[Effect], varied: Sequence[Effect]) -> Sensitivity:
    """What a variation of one assumption does to the decision."""
    return Sensitivity(factor, change, tuple(varied), flips(plain, varied))


def varied(scenario: Scenario, factor: str, change: float) -> Scenario:
    """The scenario with all `durations`, or all `arrivals`, greater by a share (less where negative)."""
    scale = 1 + change
    loads = tuple(
        replace(load, arrivals=_more(load.arrivals, scale)) if factor == "arrivals" else _longer(load, scale)
        for load in scenario.loads
    )
    return replace(scenario, loads=loads)


def _more(arrivals: Arrivals, scale: float) -> Arrivals:
    return replace(arrivals, per_year=arrivals.per_year * scale)


def _longer(load: Load, scale: float) -> Load:
    return replace(
        load,
        durations={step: stretched(spread, scale) for step, spread in load.durations.items()},
        by_case={key: stretched(spread, scale) for key, spread in load.by_case.items()},
    )


def stretched(spread: Spread, scale: float) -> Spread:
    """The same shape with every time multiplied."""
    return replace(
        spread,
        mean_seconds=spread.mean_seconds * scale,
        sd_seconds=spread.sd_seconds * scale,
        low_seconds=spread.low_seconds * scale,
        mode_seconds=spread.mode_seconds * scale,
        high_seconds=spread.high_seconds * scale,
        quantiles_seconds=tuple(one * scale for one in spread.quantiles_seconds),
    )
