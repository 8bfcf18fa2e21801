"""Which distribution a sample of times fits: by maximum likelihood, chosen by times it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import exp, gamma, log, sqrt

import numpy as np

from iso_audit.model.scenario import Family, Spread
from iso_audit.simulation.draws import seconds
from iso_audit.simulation.hours import Floats

FEW = 20
"""Below so many times no shape is fitted: the sample stands for itself."""
VERY_FEW = 5
_GRID = 101
_BETTER = 0.9
"""The sample itself is taken only where the best shape is farther off than this share of it allows."""
_ZERO = 0.05
"""From this share on, times of nothing are a thing of their own."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted time, and how far it is from times that were kept apart."""

    spread: Spread
    observations: int
    distance_seconds: float
    """Wasserstein distance of order 1 to the held-out half: seconds by which a time is off on average."""
    is_weak: bool = False
    """Too few observations to trust the shape."""


def fitted(times: Floats, *, is_working: bool) -> Fit | None:
    """Fit a time to a sample in seconds, in its order of happening; None where nothing was observed.

    Every second time is kept apart to choose by; the chosen shape is then fitted to all of them.
    """
    times = times[np.isfinite(times) & (times >= 0)]
    count = len(times)
    if not count:
        return None
    if float(np.ptp(times)) == 0:
        fixed = Spread(Family.FIXED, mean_seconds=float(times[0]), is_working=is_working)
        return Fit(fixed, count, 0.0, count < FEW)
    if count < FEW:
        return Fit(_few(times, is_working), count, float("nan"), True)
    seen, kept = times[::2], times[1::2]
    distances = {family: _distance(make(seen), kept) for family, make in _MAKERS.items()}
    shapes = [family for family in distances if family is not Family.EMPIRICAL]
    best: Family = min(shapes, key=lambda family: distances[family])
    if distances[Family.EMPIRICAL] < _BETTER * distances[best]:
        best = Family.EMPIRICAL
    return Fit(replace(_MAKERS[best](times), is_working=is_working), count, distances[best])


def _few(times: Floats, is_working: bool) -> Spread:
    if len(times) >= VERY_FEW:
        return replace(_empirical(times), is_working=is_working)
    low, mode, high = (float(one) for one in (times.min(), np.median(times), times.max()))
    return Spread(
        Family.TRIANGULAR, low_seconds=low, mode_seconds=mode, high_seconds=high, is_working=is_working
    )


def _with_zeros(make: Callable[[Floats], tuple[Family, float, float]]) -> Callable[[Floats], Spread]:
    """Fit a shape to the times that are more than nothing, and the share of those that are nothing."""

    def made(times: Floats) -> Spread:
        zero = float(np.mean(times < 1))
        some = times[times >= 1] if zero >= _ZERO else np.maximum(times, 1.0)
        if not len(some):
            some = np.ones(1)
        family, mean, sd = make(some)
        return Spread(family, mean_seconds=mean, sd_seconds=sd, zero_share=zero if zero >= _ZERO else 0.0)

    return made


def _exponential(times: Floats) -> tuple[Family, float, float]:
    mean = float(times.mean())
    return Family.EXPONENTIAL, mean, mean


def _lognormal(times: Floats) -> tuple[Family, float, float]:
    logs = np.log(times)
    mu, sigma2 = float(logs.mean()), float(logs.var())
    mean = exp(mu + sigma2 / 2)
    return Family.LOGNORMAL, mean, mean * sqrt(max(exp(sigma2) - 1, 0.0))


def _gamma(times: Floats) -> tuple[Family, float, float]:
    """T. P. Minka, Estimating a Gamma distribution, 2002: Newton's method on the inverse of the shape."""
    from scipy.special import polygamma, psi

    mean = float(times.mean())
    gap = max(log(mean) - float(np.log(times).mean()), 1e-9)
    shape = (3 - gap + sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
    for _ in range(20):
        step = (log(shape) - float(psi(shape)) - gap) / (1 / shape - float(polygamma(1, shape)))
        if not 0 < shape - step < 1e9:
            break
        shape -= step
        if abs(step) < 1e-10 * shape:
            break
    return Family.GAMMA, mean, mean / sqrt(shape)


def _weibull(times: Floats) -> tuple[Family, float, float]:
    """Maximum likelihood: the shape is the root of one increasing function, found by bisection."""
    logs = np.log(times / times.max())

    def off(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float((powers * logs).sum() / powers.sum() - 1 / shape - logs.mean())

    low, high = 1e-2, 1e2
    for _ in range(80):
        middle = sqrt(low * high)
        low, high = (middle, high) if off(middle) < 0 else (low, middle)
    shape = sqrt(low * high)
    scale = float(np.mean(np.exp(shape * logs)) ** (1 / shape) * times.max())
    mean = scale * gamma(1 + 1 / shape)
    return Family.WEIBULL, mean, scale * sqrt(max(gamma(1 + 2 / shape) - gamma(1 + 1 / shape) ** 2, 0.0))


def _empirical(times: Floats) -> Spread:
    quantiles = np.quantile(times, np.linspace(0, 1, _GRID))
    return Spread(Family.EMPIRICAL, quantiles_seconds=tuple(quantiles.tolist()))


_MAKERS: Mapping[Family, Callable[[Floats], Spread]] = {
    Family.EXPONENTIAL: _with_zeros(_exponential),
    Family.GAMMA: _with_zeros(_gamma),
    Family.LOGNORMAL: _with_zeros(_lognormal),
    Family.WEIBULL: _with_zeros(_weibull),
    Family.EMPIRICAL: _empirical,
}


def _distance(spread: Spread, times: Floats) -> float:
    """Mean distance of the quantiles of a shape from those of a sample."""
    levels = (np.arange(len(times)) + 0.5) / len(times)
    return float(np.mean(np.abs(seconds(spread, levels) - np.sort(times))))
