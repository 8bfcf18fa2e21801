"""Random numbers that depend on nothing but what they are for, and times of any shape made of them.

Counter-based: the uniform number of a dossier at a step and visit is a function of (seed,
replication, step, visit, dossier), so that two procedures which share a step meet the same fate
there, whatever else differs (common random numbers; J. Salmon et al., Parallel Random Numbers: As
Easy as 1, 2, 3, SC 2011). Every time is the inverse of its distribution function, which never falls
with the uniform number, so that the same fate also means the same side of luck under other numbers.
"""

from __future__ import annotations

import math
import zlib
from enum import IntEnum
from functools import lru_cache

import numpy as np

from iso_audit.model.scenario import Family, Spread
from iso_audit.simulation.hours import TICK, Floats, Ints

_TOP = 1 - 2.0**-53
_WORD = (1 << 32) - 1


class Purpose(IntEnum):
    """What a number is for; two purposes never share one."""

    WORK = 0
    WAIT = 1
    CHOICE = 2
    CASE = 3
    CHANNEL = 4
    ARRIVAL = 5
    DAY = 6


def uniforms(
    seed: int, replication: int, name: str, purpose: Purpose, visit: int, count: int, after: int = 0
) -> Floats:
    """`count` uniform numbers inside (0, 1), by dossier; the first ones do not depend on `count`.

    `after` counts further dossiers behind them that came before the period: they have numbers of
    their own, so that a longer year does not change the fate of the backlog.
    """
    drawn = _stream(seed, replication, name, purpose, visit, count)
    if after:
        before = _stream(seed, replication, f"{name}\0backlog", purpose, visit, after)
        drawn = np.concatenate([drawn, before])
    return drawn


def _stream(seed: int, replication: int, name: str, purpose: Purpose, visit: int, count: int) -> Floats:
    what = zlib.crc32(name.encode()) << 32 | (visit << 3 | purpose) & _WORD
    whose = (seed & _WORD) << 32 | replication & _WORD
    philox = np.random.Philox(key=np.array([whose, what], dtype=np.uint64))
    # the middles of 2^53 equal parts, so that no number is 0 or 1
    drawn = np.random.Generator(philox).random(count)
    drawn += 2.0**-54
    return np.minimum(drawn, _TOP, out=drawn)


def ticks(spread: Spread, chance: Floats) -> Ints:
    """Times of a shape as whole ticks, for uniform numbers."""
    return np.rint(seconds(spread, chance) * TICK).astype(np.int64)


def seconds(spread: Spread, chance: Floats) -> Floats:
    """The inverse distribution function of a shape, in seconds; never below zero."""
    if spread.zero_share <= 0:
        return np.maximum(_inverse(spread, chance), 0.0)
    above = (chance - spread.zero_share) / (1 - spread.zero_share) if spread.zero_share < 1 else chance * 0
    inside = np.clip(above, 2.0**-54, _TOP)
    return np.where(above > 0, np.maximum(_inverse(spread, inside), 0.0), 0.0)


def mean_seconds(spread: Spread) -> float:
    """The mean of a shape: exact where the family gives it, else over 4,096 equal parts of probability."""
    exact = (Family.FIXED, Family.EXPONENTIAL, Family.GAMMA, Family.LOGNORMAL, Family.WEIBULL)
    if spread.family in exact:
        return spread.mean_seconds * (1 - spread.zero_share)
    parts = (np.arange(4096) + 0.5) / 4096
    return float(seconds(spread, parts).mean())


def _inverse(spread: Spread, u: Floats) -> Floats:
    mean, sd, low, high = spread.mean_seconds, spread.sd_seconds, spread.low_seconds, spread.high_seconds
    match spread.family:
        case Family.EXPONENTIAL:
            return np.asarray(-mean * np.log1p(-u))
        case Family.UNIFORM:
            return low + (high - low) * u
        case Family.TRIANGULAR:
            return _triangular(low, spread.mode_seconds, high, u)
        case Family.PERT:
            return _pert(low, spread.mode_seconds, high, u)
        case Family.EMPIRICAL:
            steps = np.linspace(0, 1, len(spread.quantiles_seconds))
            return np.interp(u, steps, spread.quantiles_seconds)
    if spread.family is Family.FIXED or sd <= 0 or (mean <= 0 and spread.family is not Family.NORMAL):
        return np.full(len(u), mean)
    return _two_moments(spread.family, mean, sd, u)


def _two_moments(family: Family, mean: float, sd: float, u: Floats) -> Floats:
    """Shapes that are given by mean and standard deviation of the time itself."""
    from scipy.special import ndtr, ndtri

    if family is Family.LOGNORMAL:
        variance = math.log1p((sd / mean) ** 2)
        return np.asarray(np.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * ndtri(u)))
    if family is Family.GAMMA:
        shape = (mean / sd) ** 2
        return _read(Family.GAMMA, shape, 0.0, u) * (mean / shape)
    if family is Family.WEIBULL:
        shape = weibull_shape(sd / mean)
        return np.asarray(mean / math.gamma(1 + 1 / shape) * (-np.log1p(-u)) ** (1 / shape))
    below = float(ndtr(-mean / sd))
    return np.asarray(mean + sd * ndtri(np.clip(below + (1 - below) * u, 2.0**-54, _TOP)))


@lru_cache(maxsize=256)
def weibull_shape(variation: float) -> float:
    """The shape at which a Weibull time has this standard deviation over its mean."""
    from scipy.optimize import brentq

    def excess(shape: float) -> float:
        return math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape) - math.log1p(variation**2)

    return float(brentq(excess, 0.05, 500.0))


def _triangular(low: float, mode: float, high: float, u: Floats) -> Floats:
    width = high - low
    if width <= 0:
        return np.full(len(u), low)
    turn = (mode - low) / width
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u < turn, rising, falling)


def _pert(low: float, mode: float, high: float, u: Floats) -> Floats:
    width = high - low
    if width <= 0:
        return np.full(len(u), low)
    a, b = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    return low + width * _read(Family.PERT, a, b, u)


def _read(family: Family, a: float, b: float, u: Floats) -> Floats:
    """An inverse that takes long to work out, read between points that lie close together."""
    from scipy.special import ndtri

    return np.interp(ndtri(u), *_points(family, a, b))


@lru_cache(maxsize=256)
def _points(family: Family, a: float, b: float) -> tuple[Floats, Floats]:
    """Points of the inverse, even in the normal deviate: by 2^-8 from one to the next, tails and all."""
    from scipy.special import betaincinv, gammaincinv, ndtr

    deviates = np.arange(-9 * 256, 9 * 256 + 1) / 256
    chance = np.clip(ndtr(deviates), 2.0**-60, _TOP)
    times = betaincinv(a, b, chance) if family is Family.PERT else gammaincinv(a, chance)
    return deviates, np.asarray(times, dtype=np.float64)
