"""Editions: one version of a procedure in one era of the packs, by which a dossier is judged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from iso_audit.engine.ahead import Ahead, ahead
from iso_audit.model.log import Demand, FactParameters
from iso_audit.model.procedure import (
    HOURS_PER_WORKING_DAY,
    Limit,
    Procedure,
    Step,
    StepClock,
    TimeUnit,
)

RUNS, PAUSED, RESTARTS, OUTSIDE = range(4)
_CLOCKS = {
    StepClock.RUNS: RUNS, StepClock.PAUSED: PAUSED, StepClock.RESTARTS: RESTARTS, StepClock.OUTSIDE: OUTSIDE,
}  # fmt: skip
KIND_FLAGS = {
    "signs": "approve_sign", "returns": "return_result", "apologises": "apologise",
    "hands_over": "transfer_in", "refuses": "refuse", "withdraws": "withdraw", "stops": "stop",
}  # fmt: skip
"""Column of `norm` -> the kind of step that it marks."""

APPLICANT = "applicant"
"""The role of applicants, whether or not an organisation lists it."""

WORK, CLOCK, DAYS = 1, 2, 3
"""How a step's limit is compared: working seconds, clock seconds, the closing of a day."""

MOST_PAIRS = 60


@dataclass(frozen=True)
class Edition:
    """One version of a procedure in one era: what a dossier is judged by."""

    code: int
    procedure: Procedure
    era: int
    parameters: FactParameters

    def clock(self, step: Step) -> int:
        """What the dossier's clock does at a step: the procedure's word, else the packs' for its kind."""
        if step.clock is not None:
            return _CLOCKS[step.clock]
        said = [self.parameters.clocks[kind] for kind in step.kinds if kind in self.parameters.clocks]
        return _CLOCKS[said[0]] if said else RUNS

    def is_watched(self, step: Step) -> bool:
        """Whether closing many dossiers at this step within seconds is a sign."""
        asked = self.parameters
        return asked.batch_of > 0 and any(step.is_a(kind) for kind in asked.batch_kinds)

    def may_end_after(self, step: Step) -> bool:
        """Whether nobody has to do anything more after this step."""
        met, waiting = {step.id}, [step]
        while waiting:
            flows = waiting.pop().flows
            if not flows:
                return True
            ahead = [self.procedure.by_id[flow.to] for flow in flows if flow.to not in met]
            waiting += [each for each in ahead if each.is_silent]
            met |= {each.id for each in ahead}
        return False

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Duties held apart: those that the packs name, then those of the procedure itself."""
        own = (separation.of for separation in self.procedure.separation)
        named = (self.parameters.apart, *own, *self.parameters.pairs)
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for names in named:
            for pair in combinations(names, 2):
                pairs.setdefault(frozenset(pair), pair)
        return tuple(pairs.values())

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """What the packs ask of roles and of the time between steps."""
        return tuple(dict.fromkeys(self.parameters.demands))

    @cached_property
    def ahead(self) -> Ahead:
        return ahead(self.procedure)


def idle_seconds(asked: FactParameters) -> int:
    """Seconds of work after which a dossier lies idle; 0 where the packs do not ask."""
    return (asked.stagnant_after.working_seconds or 0) if asked.stagnant_after else 0


def compare(limit: Limit | None) -> tuple[int, int]:
    """How a step's limit is compared and with what: 0 for none; part of a calendar day counts as one."""
    if limit is None or not limit.value or limit.value < 0:
        return 0, 0
    if limit.unit is TimeUnit.HOUR:
        return CLOCK, int(limit.value * 3600)
    if limit.unit is TimeUnit.DAY:
        return (DAYS, math.ceil(limit.value)) if limit.value >= 1 else (
            WORK, int(limit.value * HOURS_PER_WORKING_DAY * 3600)
        )  # fmt: skip
    return WORK, limit.working_seconds or 0
