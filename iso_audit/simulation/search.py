"""Search for lawful combinations of changes that bring something.

    candidates -> gate -> load -> few replications -> the best few, one change more -> ... -> fresh fates

Everything unlawful is refused with its reason before a minute is simulated; what overloads somebody is
left out by the traffic equations. What is left is screened under common random numbers, and only what
did better beyond doubt goes on (a beam of the `BEAM` best). Who looks at many will find some that shone
by chance: the finalists are played again with fates that the search never saw, and their intervals
correct for how many there are (S. Holm, Scandinavian Journal of Statistics 6(2), 1979).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Procedure
from iso_audit.model.scenario import Change, Proposal, Scenario, Staffing
from iso_audit.model.simulated import MEASURES, Redesign, Suggestion, Suggestions, Verdict
from iso_audit.simulation.beginning import Tell
from iso_audit.simulation.candidates import candidates
from iso_audit.simulation.change import redesigned
from iso_audit.simulation.compare import estimate
from iso_audit.simulation.correction import Values, corrected
from iso_audit.simulation.gate import Gate
from iso_audit.text import Text

BEAM = 5
SCREEN = range(5)
"""Replications of the screening."""
FRESH = 1_000_000
"""Number of the first fresh replication: no screening comes so far."""
VERIFY = 20
"""Fresh replications where the scenario asks for no number."""
MOST_FINALISTS = 8
OBJECTIVES = ("lead_p95", "on_time", "staff_cost_year", "staffing_year", "citizen_cost_year")
"""Measures that make the Pareto front, beside the effort of change."""
APART = {"negotiable": "control", "data": "data", "competence": "competence"}
"""Assumption -> why a suggestion that rests on it is shown apart."""
GUARD = 0.005
"""By so much, as a share of dossiers, the on-time rate may fall in a screening before a change is dropped."""

Evaluate = Callable[[Sequence[Redesign | None], Sequence[int]], Sequence[Values]]
"""Plays redesigns (None: today) in the replications of these numbers."""
IsOverloaded = Callable[[Redesign], bool]


@dataclass(frozen=True)
class _Tried:
    """A lawful combination with what screening says of it."""

    redesign: Redesign
    score: float
    means: Mapping[str, float]

    @property
    def effort(self) -> float:
        return effort(self.redesign)


def effort(redesign: Redesign) -> float:
    """How hard a redesign is to bring about: the sum over its changes."""
    return sum(change.effort for change in redesign.proposal.changes)


@dataclass
class _Search:
    """One search, and what it has come to so far."""

    gate: Gate
    procedure: Procedure
    scenario: Scenario
    organisation: Organisation
    evaluate: Evaluate
    is_overloaded: IsOverloaded
    tell: Tell
    seen: set[str] = field(default_factory=set)
    refused: list[Redesign] = field(default_factory=list)
    refused_by: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    overloaded: int = 0
    screened: int = 0
    today: Values = ()

    def run(self) -> Suggestions:
        (self.today,) = self.evaluate([None], SCREEN)
        beam: list[tuple[Change, ...]] = [()]
        archive: list[_Tried] = []
        for depth in range(self.scenario.search.max_changes):
            level = self._screened(self._lawful(beam))
            archive += level
            beam = [one.redesign.proposal.changes for one in level[:BEAM]]
            self.tell("search", depth + 1, self.scenario.search.max_changes)
            if not beam:
                break
        finalists = _finalists(archive)
        found, count = self._verified(finalists)
        return Suggestions(
            found=found,
            refused=tuple(self.refused),
            refused_by=dict(sorted(self.refused_by.items(), key=lambda one: (-one[1], one[0]))),
            tried=self.tried,
            overloaded=self.overloaded,
            screened=self.screened,
            verified=len(finalists),
            replications=count if finalists else 0,
        )

    def _lawful(self, beam: Sequence[tuple[Change, ...]]) -> list[Redesign]:
        """Every way of going on by one change that is lawful and can be done by the people there are."""
        found = []
        for before in beam:
            start = self._made(before) if before else None
            procedure = start.procedure if start else self.procedure
            scenario = start.scenario if start else self.scenario
            for change in candidates(procedure, scenario, self.organisation):
                redesign = self._made((*before, change))
                state = _state(redesign)
                if not redesign.is_whole or state in self.seen:
                    continue
                self.seen.add(state)
                self.tried += 1
                redesign = self.gate.judged(redesign) if redesign.is_lawful else redesign
                if not redesign.is_lawful:
                    first = redesign.refusals[0]
                    self.refused_by[first.finding.code if first.finding else first.reason] += 1
                    self.refused += [redesign] if not before else []
                elif self.is_overloaded(redesign):
                    self.overloaded += 1
                else:
                    found.append(redesign)
        return found

    def _made(self, changes: tuple[Change, ...]) -> Redesign:
        proposal = Proposal("+".join(_name(change) for change in changes), Text(), changes)
        return redesigned(self.procedure, self.scenario, proposal, self.organisation)

    def _screened(self, lawful: Sequence[Redesign]) -> list[_Tried]:
        """Those that do better beyond doubt and harm nothing that is guarded, the best first."""
        self.screened += len(lawful)
        found = []
        for redesign, values in zip(lawful, self.evaluate(lawful, SCREEN) if lawful else (), strict=True):
            gains = [gain(before, after) for before, after in zip(self.today, values, strict=True)]
            if estimate(gains, 0.95).low <= 0 or _falls(self.today, values):
                continue
            found.append(_Tried(redesign, math.fsum(gains) / len(gains), _means(values)))
        return sorted(found, key=lambda one: (-one.score, one.redesign.proposal.id))

    def _verified(self, finalists: Sequence[_Tried]) -> tuple[tuple[Suggestion, ...], int]:
        if not finalists:
            return (), 0
        count = self.scenario.precision.replications or VERIFY
        numbers = range(FRESH, FRESH + count)
        today, *sides = self.evaluate([None, *(one.redesign for one in finalists)], numbers)
        every = corrected(today, sides, self.scenario.precision.confidence)
        suggestions = [
            Suggestion(one.redesign, effects, one.effort, _apart(one.redesign))
            for one, effects in zip(finalists, every, strict=True)
        ]
        good = [one for one in suggestions if any(each.verdict is Verdict.BETTER for each in one.effects)]
        front = [one for one in good if not any(_dominates(other, one) for other in good)]
        front.sort(key=lambda one: (_mean(one, "lead_p95"), one.effort, one.redesign.proposal.id))
        return tuple(_named(one, number) for number, one in enumerate(front, 1)), count


def suggested(
    gate: Gate,
    procedure: Procedure,
    scenario: Scenario,
    evaluate: Evaluate,
    is_overloaded: IsOverloaded,
    organisation: Organisation,
    tell: Tell = lambda *_: None,
) -> Suggestions:
    """Search the space that the scenario allows. Deterministic if `evaluate` is."""
    return _Search(gate, procedure, scenario, organisation, evaluate, is_overloaded, tell).run()


def gain(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """By what share a replication went better, over all objectives; on-time in shares of dossiers."""
    whole = 0.0
    for name in OBJECTIVES:
        a, b = before.get(name, math.nan), after.get(name, math.nan)
        if math.isnan(a) or math.isnan(b):
            continue
        better = MEASURES.get(name, ("", -1))[1]
        whole += better * ((b - a) if name == "on_time" else (b - a) / abs(a) if a else 0.0)
    return whole


def _falls(today: Values, values: Values) -> bool:
    """Whether dossiers are on time less often, beyond doubt and by more than is let pass."""
    gaps = [
        b.get("on_time", math.nan) - a.get("on_time", math.nan) for a, b in zip(today, values, strict=True)
    ]
    found = estimate(gaps, 0.95)
    return found.high < 0 and found.mean < -GUARD


def _means(values: Values) -> dict[str, float]:
    return {name: estimate([one.get(name, math.nan) for one in values], 0.95).mean for name in OBJECTIVES}


def _finalists(archive: Sequence[_Tried]) -> list[_Tried]:
    """Those that no other screened one beats in everything, the best by score if they are many."""

    def costs(one: _Tried) -> list[float]:
        return [*(_cost(name, one.means[name]) for name in OBJECTIVES), one.effort]

    front = [one for one in archive if not any(_beats(costs(other), costs(one)) for other in archive)]
    return sorted(front, key=lambda one: (-one.score, one.redesign.proposal.id))[:MOST_FINALISTS]


def _cost(name: str, value: float) -> float:
    """Less is better; what was not measured counts nothing."""
    return 0.0 if math.isnan(value) else -MEASURES.get(name, ("", -1))[1] * value


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and list(one) != list(other)


def _mean(one: Suggestion, measure: str) -> float:
    return next((each.to_be.mean for each in one.effects if each.measure == measure), math.nan)


def _dominates(one: Suggestion, other: Suggestion) -> bool:
    costs = [[*(_cost(name, _mean(each, name)) for name in OBJECTIVES), each.effort] for each in (one, other)]
    return _beats(*costs)


def _apart(redesign: Redesign) -> tuple[str, ...]:
    keys = {each.key for each in redesign.assumptions}
    return tuple(why for key, why in APART.items() if key in keys)


def _named(one: Suggestion, number: int) -> Suggestion:
    title = Text(vi=f"Gợi ý {number}", en=f"Suggestion {number}")
    proposal = replace(one.redesign.proposal, id=f"suggestion-{number}", title=title)
    return replace(one, redesign=replace(one.redesign, proposal=proposal))


def _name(change: Change) -> str:
    values = ",".join(f"{key}={_short(value)}" for key, value in sorted(change.values.items()))
    return f"{change.kind}({','.join(change.steps)}{';' if values else ''}{values})"


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}:{_short(each)}" for key, each in sorted(value.items()))
    return str(value.people) if isinstance(value, Staffing) else str(value)


def _state(redesign: Redesign) -> str:
    """Equal for redesigns that come to the same procedure and people, whatever the order of their changes."""
    steps = sorted(redesign.procedure.steps, key=lambda step: step.id)
    staff = redesign.scenario.staff.values()
    people = sorted((held.role, held.people, held.calendar.id, held.calendar.week) for held in staff)
    numbers = (redesign.scenario.main, redesign.scenario.citizen, dict(redesign.procedure.limits))
    return repr((steps, people, numbers))
