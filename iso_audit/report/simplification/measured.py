"""What was measured of one proposal in words: effects, roles, plots, what a change of assumptions does."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from iso_audit.model.simulated import Comparison, Effect, Redesign, Verdict
from iso_audit.report.facts import NOTHING
from iso_audit.report.simplification.plots import (
    SIGNS,
    Bar,
    Curve,
    LeadWords,
    forest,
    lead_curves,
    utilisation,
)
from iso_audit.report.simplification.quantities import (
    interval,
    is_judged,
    relative,
    relative_said,
    signed,
    unit_name,
    value,
)
from iso_audit.report.simplification.speaker import Speaker
from iso_audit.report.simplification.values import EffectRow, SensitivityRow
from iso_audit.text import number

HOUR = 3600
_PLOTTED = (
    "lead_mean", "lead_median", "lead_p95", "days_mean", "waiting_mean", "work_mean", "in_progress",
    "handovers", "visits", "citizen_cost", "staff_cost",
)  # fmt: skip


@dataclass
class EffectTeller:
    """Says effects."""

    by: Speaker

    def conclusion(self, found: Comparison | None, redesign: Redesign) -> str:
        say = self.by.words
        if found is None:
            return say.count("sim.conclusion.refused", len(redesign.refusals))
        better = [e for e in found.effects if e.verdict is Verdict.BETTER and e.measure in self.by.headline]
        worse = [e for e in found.effects if e.verdict is Verdict.WORSE and e.measure in self.by.headline]
        said = []
        if better:
            said.append(say("sim.conclusion.better", what=say.join(self._clause(e) for e in better)))
        if worse:
            said.append(say("sim.conclusion.worse", what=say.join(self._clause(e) for e in worse)))
        if not better and not worse:
            is_same = all(e.verdict is Verdict.SAME for e in found.effects if e.measure in self.by.headline)
            said.append(say("sim.conclusion.same" if is_same else "sim.conclusion.nothing"))
        if not redesign.is_lawful:
            said.append(say("sim.conclusion.unlawful"))
        flips = sorted(
            {name for one in found.sensitivities for name in one.flips if name in self.by.headline}
        )
        if found.sensitivities:
            key = "sim.conclusion.flips" if flips else "sim.conclusion.robust"
            share = number(100 * self.by.scenario.precision.sensitivity, say.lang)
            said.append(say(key, share=share, what=say.join(self.by.measure(name) for name in flips)))
        return " ".join(said)

    def _clause(self, effect: Effect) -> str:
        say, unit = self.by.words, unit_name(effect.measure, self.by.words, self.by.currency())
        return say(
            "sim.clause",
            measure=self.by.measure(effect.measure),
            before=value(effect.measure, effect.as_is.mean, say),
            after=value(effect.measure, effect.to_be.mean, say),
            unit=unit if unit == "%" and say.lang == "vi" else f" {unit}",
        )

    def roles(self, found: Comparison) -> Iterable[tuple[str, ...]]:
        """Role, then today, proposed and difference of how busy it is and of how long work waits for it."""
        for role in dict.fromkeys(effect.role for effect in found.by_role):
            cells = [self.by.facts.role(role)]
            for measure in ("utilisation", "waiting_mean"):
                one = next((e for e in found.by_role if (e.role, e.measure) == (role, measure)), None)
                if one is None:
                    cells += [NOTHING] * 3
                    continue
                sides = (value(measure, side.mean, self.by.words) for side in (one.as_is, one.to_be))
                gap = signed(measure, one.difference.mean, self.by.words)
                cells += [*sides, f"{SIGNS[one.verdict]} {gap}" if is_judged(one) else gap]
            yield tuple(cells)

    def row(self, effect: Effect) -> EffectRow:
        say, name = self.by.words, effect.measure
        label = say.find(f"sim.measure.{name}") or name
        return EffectRow(
            label,
            unit_name(name, say, self.by.currency()),
            value(name, effect.as_is.mean, say),
            value(name, effect.to_be.mean, say),
            signed(name, effect.difference.mean, say),
            relative_said(effect, say),
            interval(effect, say),
            say(f"sim.verdict.{effect.verdict.value}"),
            effect.verdict.value,
        )

    def forest(self, found: Comparison) -> str:
        bars = []
        for effect in found.effects:
            share = relative(effect)
            if effect.measure not in _PLOTTED or share is None:
                continue
            today = abs(effect.as_is.mean)
            low, high = effect.difference.low / today * 100, effect.difference.high / today * 100
            if not (math.isfinite(low) and math.isfinite(high)):
                continue
            said = relative_said(effect, self.by.words)
            bars.append(
                Bar(
                    self.by.words(f"sim.short.{effect.measure}"), low, 100 * share, high, effect.verdict, said
                )
            )
        return forest(bars, self.by.words("sim.plot.forest"), self.by.words.lang) if bars else ""

    def curves(self, found: Comparison) -> str:
        before, after = found.samples.get("lead", ((), ()))
        if not before or not after:
            return ""
        limit = self.by.old.limit
        seconds = limit.working_seconds if limit is not None else None
        say = self.by.words
        return lead_curves(
            Curve(say("sim.today"), [one / HOUR for one in before]),
            Curve(say("sim.proposed"), [one / HOUR for one in after]),
            seconds / HOUR if seconds else None,
            LeadWords(say("sim.plot.lead"), say("sim.plot.lead_axis"), say("sim.plot.limit")),
            say.lang,
        )

    def busy(self, found: Comparison) -> str:
        rows = [
            (self.by.facts.role(e.role), e.as_is.mean, e.to_be.mean)
            for e in found.by_role
            if e.measure == "utilisation"
        ]
        return utilisation(rows, self.by.words("sim.plot.busy"), self.by.words.lang) if rows else ""

    def sensitivity(self, found: Comparison) -> Iterable[SensitivityRow]:
        say = self.by.words
        for one in found.sensitivities:
            by_name = {effect.measure: effect for effect in one.effects}
            share = number(100 * abs(one.change), say.lang)
            yield SensitivityRow(
                say(f"sim.vary.{one.factor}.{'more' if one.change > 0 else 'less'}", share=share),
                tuple(
                    (signed(name, by_name[name].difference.mean, say), SIGNS[by_name[name].verdict])
                    for name in self.by.headline
                ),
                say.join(self.by.measure(name) for name in one.flips if name in self.by.headline)
                or say("sim.no_flip"),
            )
