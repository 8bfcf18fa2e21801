"""Shares of outcomes taken from the choices that a log shows, with their intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from iso_audit.engine.courses import UNKNOWN, Courses
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Load
from iso_audit.model.simulated import Estimate, Fitted
from iso_audit.simulation.families import FEW
from iso_audit.simulation.follows import Follows
from iso_audit.simulation.observed import Observed

_CONFIDENCE = 0.95
_DIFFERENT = 0.01
"""Later visits get shares of their own where chance alone would show as much in less than this."""


def estimated(counts: Mapping[str, int]) -> dict[str, Estimate]:
    """Shares with intervals: each one's marginal of a Dirichlet with a prior of 1/k."""
    from scipy.stats import beta

    whole, k = sum(counts.values()), len(counts)
    found = {}
    for name, count in counts.items():
        a, b = count + 1 / k, whole - count + (k - 1) / k
        low, high = (beta.ppf(end, a, max(b, 1e-9)) for end in ((1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2))
        found[name] = Estimate(a / (whole + 1), float(low), float(high))
    return found


def chosen(load: Load, seen: Observed, log: Courses, procedure: Procedure, told: list[Fitted]) -> Load:
    """Shares of outcomes, by visit where later visits differ by more than chance."""
    counts = _decided(seen, log, procedure)
    branches, repeats = dict(load.branches), dict(load.repeats)
    for chooser, by_visit in counts.items():
        outcomes = [name for name, _ in Follows(procedure).choices[chooser]]
        whole = Counter({name: sum(each[name] for each in by_visit.values()) for name in outcomes})
        first, later = by_visit.get(1, Counter()), Counter[str]()
        for visit, each in by_visit.items():
            if visit > 1:
                later += each
        differ = _differ(outcomes, first, later)
        used = first if differ else whole
        branches[chooser] = _fractions({name: used[name] for name in outcomes})
        repeats.pop(chooser, None)
        if differ:
            repeats[chooser] = (_fractions({name: later[name] for name in outcomes}),)
        for name, share in estimated({name: used[name] for name in outcomes}).items():
            total = sum(used.values())
            told.append(
                Fitted("share", chooser, outcome=name, observations=total, value=share, is_weak=total < FEW)
            )
    return replace(load, branches=branches, repeats=repeats)


def _decided(seen: Observed, log: Courses, procedure: Procedure) -> dict[str, dict[int, Counter[str]]]:
    """Chooser -> visit -> outcome -> times."""
    follows = Follows(procedure)
    counts: dict[str, dict[int, Counter[str]]] = {}
    bounds = np.searchsorted(seen.dossier, np.arange(len(log.received_s) + 1)).tolist()
    is_ended = (log.ended_s != UNKNOWN).tolist()
    choosing = {name for name in {*seen.step} if _may_choose(follows, name)}
    for dossier, ended in enumerate(is_ended):
        steps = seen.step[bounds[dossier] : bounds[dossier + 1]]
        met: Counter[str] = Counter()
        for at, name in enumerate(steps):
            if name not in choosing:
                continue
            for chooser, outcome in follows.decisions(name, steps[at + 1 :], ended):
                met[chooser] += 1
                counts.setdefault(chooser, {}).setdefault(met[chooser], Counter())[outcome] += 1
    return counts


def _may_choose(follows: Follows, name: str) -> bool:
    """Whether a step, or a silent gateway behind it, chooses."""
    stack, seen = [name], {name}
    while stack:
        here = stack.pop()
        if here in follows.choices:
            return True
        for flow in follows.procedure.by_id[here].flows:
            if flow.to not in seen and follows.procedure.by_id[flow.to].is_silent:
                seen.add(flow.to)
                stack.append(flow.to)
    return False


def _differ(outcomes: Sequence[str], first: Counter[str], later: Counter[str]) -> bool:
    """Whether later visits choose otherwise than first ones: chi-squared, where there are enough of both."""
    rows = np.array([[first[name] for name in outcomes], [later[name] for name in outcomes]])
    rows = rows[:, rows.sum(axis=0) > 0]
    if rows.shape[1] < 2 or rows.sum(axis=1).min() < FEW:
        return False
    from scipy.stats import chi2_contingency

    return bool(chi2_contingency(rows).pvalue < _DIFFERENT)


def _fractions(counts: Mapping[str, int]) -> dict[str, float]:
    whole = sum(counts.values())
    return {name: count / whole for name, count in counts.items()} if whole else {}
