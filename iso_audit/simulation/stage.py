"""Where procedures are played: replications of today and of proposals, and what comes of comparing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iso_audit.judgement.cost import cost_table
from iso_audit.model.cost import CostComparison
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Scenario
from iso_audit.model.simulated import Comparison, Effect, Redesign, Refusal, Sensitivity
from iso_audit.simulation.beginning import Tell
from iso_audit.simulation.compare import (
    PILOT,
    Play,
    Played,
    effects,
    effects_by,
    mean_quantiles,
    replicate_until,
    sensitivity,
    varied,
)
from iso_audit.simulation.compile import compiled, redesigned_plan
from iso_audit.simulation.load import role_loads
from iso_audit.simulation.plan import Plan
from iso_audit.simulation.replications import replications

_FACTORS = ("durations", "arrivals")


@dataclass
class Stage:
    """Plays plans; each replication of today's once, however many proposals are compared with it."""

    scenario: Scenario
    procedures: Mapping[str, Procedure]
    processes: int
    tell: Tell
    first: int = 0
    """Number of the first replication: what a search has found is played with fates that it never saw."""
    today: dict[tuple[str, float, int], Played] = field(default_factory=dict)
    """(factor, its change, number of the replication) -> today's procedure under them."""

    def staffed(self, redesign: Redesign) -> Redesign:
        """The redesign; refused where its people could not do its work."""
        if not redesign.is_whole:
            return redesign
        over = tuple(
            Refusal(
                None,
                "overloaded",
                {
                    "role": one.role,
                    "percent": round(100 * one.utilisation),
                    "growth": round(one.backlog_per_week, 1),
                },
            )
            for one in role_loads(redesigned_plan(redesign, self.procedures))
            if one.utilisation >= 1
        )
        return replace(redesign, refusals=(*redesign.refusals, *over))

    def compared(self, redesign: Redesign, done: int, of: int) -> Comparison:
        """Play one proposal beside today until the differences are precise enough."""
        self.tell("simulate", done, of)
        proposed, precision = redesigned_plan(redesign, self.procedures), self.scenario.precision
        as_is, to_be = replicate_until(self._player(self.scenario, proposed), precision)
        found = _effects(as_is, to_be, precision.confidence)
        confidence = precision.confidence
        roles, steps = (
            effects_by(
                [getattr(one, by) for one in as_is], [getattr(one, by) for one in to_be], confidence, by=by
            )
            for by in ("by_role", "by_step")
        )
        return Comparison(
            redesign=redesign,
            replications=len(as_is),
            dossiers=round(sum(one.dossiers for one in as_is) / len(as_is)),
            effects=found,
            by_role=roles,
            by_step=steps,
            loads=role_loads(proposed),
            sensitivities=tuple(self._sensitivities(redesign, found)),
            cost=_cost(self.scenario, redesign.scenario, found),
            samples={"lead": (mean_quantiles(as_is), mean_quantiles(to_be))},
        )

    def _player(self, scenario: Scenario, proposed: Plan, factor: str = "", change: float = 0.0) -> Play:
        """Plays today's procedure under a scenario, where it was not played yet, and a proposed one."""

        def play(wanted: Sequence[int]) -> tuple[Sequence[Played], Sequence[Played]]:
            numbers = [self.first + number for number in wanted]
            missing = [number for number in numbers if (factor, change, number) not in self.today]
            seed, processes = self.scenario.seed, self.processes
            before: Sequence[Played] = ()
            if len(missing) == len(numbers):
                plans = [compiled(scenario, self.procedures), proposed]
                before, after = replications(plans, seed, numbers, processes)
            else:
                (after,) = replications([proposed], seed, numbers, processes)
                if missing:
                    (before,) = replications([compiled(scenario, self.procedures)], seed, missing, processes)
            self.today |= {(factor, change, n): one for n, one in zip(missing, before, strict=True)}
            return [self.today[factor, change, number] for number in numbers], after

        return play

    def _sensitivities(self, redesign: Redesign, plain: Sequence[Effect]) -> Iterator[Sensitivity]:
        share = self.scenario.precision.sensitivity
        precision = replace(self.scenario.precision, replications=PILOT)
        for factor in _FACTORS if share else ():
            for change in (-share, share):
                before = varied(self.scenario, factor, change)
                proposed = replace(redesign, scenario=varied(redesign.scenario, factor, change))
                after = redesigned_plan(proposed, self.procedures)
                sides = replicate_until(self._player(before, after, factor, change), precision)
                yield sensitivity(factor, change, plain, _effects(*sides, precision.confidence))


def _cost(today: Scenario, proposed: Scenario, found: Sequence[Effect]) -> CostComparison | None:
    """The standard cost model on both sides, with the mean visits and supplements that were simulated."""
    if not today.citizen.works:
        return None
    means = {effect.measure: effect for effect in found}
    sides = []
    for scenario, side in ((today, "as_is"), (proposed, "to_be")):
        often = [getattr(means[name], side).mean for name in ("visits", "supplements")]
        sides.append(cost_table(scenario.citizen, scenario.main.arrivals.per_year, *often))
    return CostComparison(*sides)


def _effects(as_is: Sequence[Played], to_be: Sequence[Played], confidence: float) -> tuple[Effect, ...]:
    return effects([one.measures for one in as_is], [one.measures for one in to_be], confidence)
