"""Says the pieces of a comparison: one teller for one outcome in one language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from iso_audit.model.finding import Finding
from iso_audit.model.outcome import Workspace
from iso_audit.model.rule import Rule
from iso_audit.model.scenario import Proposal
from iso_audit.model.simulated import (
    Comparison,
    Effect,
    Redesign,
    Refusal,
    SimulationOutcome,
    Verdict,
)
from iso_audit.report.facts import Facts
from iso_audit.report.redesign_figures import RedesignFigures, redesign_figures
from iso_audit.report.simplification.changes import change_said
from iso_audit.report.simplification.cost import cost_rows
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
    relative,
    relative_said,
    signed,
    unit_name,
    value,
)
from iso_audit.report.simplification.structure import counts
from iso_audit.report.simplification.values import (
    EffectRow,
    ProposalView,
    Refused,
    SearchView,
    SensitivityRow,
    StepRow,
    Told,
)
from iso_audit.report.statements import alone, cites
from iso_audit.report.words import Words
from iso_audit.text import Text, date, number

HOUR = 3600
_HEADLINE = ("lead_mean", "lead_p95", "on_time", "citizen_cost_year", "staffing_year")
_PLOTTED = (
    "lead_mean", "lead_median", "lead_p95", "days_mean", "waiting_mean", "work_mean", "in_progress",
    "handovers", "visits", "citizen_cost", "staff_cost",
)  # fmt: skip


class Teller:
    """Says the pieces; holds what they share."""

    def __init__(
        self, outcome: SimulationOutcome, workspace: Workspace, catalogue: Mapping[str, Rule], say: Words
    ) -> None:
        self.outcome, self.workspace, self.catalogue, self.words = outcome, workspace, catalogue, say
        self.scenario, self.old = outcome.scenario, outcome.procedure
        self.facts = Facts(say, workspace.organisation, {self.old.key: self.old})
        measured = {effect.measure for one in outcome.comparisons for effect in one.effects}
        self._headline = tuple(name for name in _HEADLINE if name in measured)

    @property
    def headline(self) -> tuple[str, ...]:
        return tuple(self.words(f"sim.measure.{name}") for name in self._headline)

    def about(self) -> Iterable[tuple[str, str]]:
        say, scenario, old = self.words, self.scenario, self.old
        yield (
            say("sim.about.procedure"),
            self.facts.procedure(old.key) + (f" ({old.code})" if old.code else ""),
        )
        basis = [f"{one.ref}" for one in old.legal_basis]
        if basis:
            yield say("sim.about.basis"), "; ".join(dict.fromkeys(basis))
        if old.limit is not None:
            yield say("sim.about.limit"), self.facts.say("limit", old.limit)
        yield (
            say("sim.about.period"),
            f"{date(scenario.first, say.lang)} – {date(scenario.last, say.lang)}",
        )
        yield say("sim.about.arrivals"), number(scenario.main.arrivals.per_year, say.lang, 0)
        if self.outcome.comparisons:
            runs = self.outcome.comparisons[0]
            yield (
                say("sim.about.replications"),
                say(
                    "sim.about.replications_said",
                    n=number(max(one.replications for one in self.outcome.comparisons), say.lang),
                    dossiers=number(runs.dossiers, say.lang),
                    confidence=number(100 * scenario.precision.confidence, say.lang),
                    seed=scenario.seed,
                ),
            )

    def search(self) -> SearchView | None:
        """What a search came to; None where the proposals are the owner's own."""
        found, say = self.outcome.suggestions, self.words
        if found is None:
            return None
        counts = {
            "tried": found.tried,
            "refused": sum(found.refused_by.values()),
            "overloaded": found.overloaded,
            "screened": found.screened,
            "verified": found.verified,
            "replications": found.replications,
        }
        lead = say("sim.search.lead", **{name: number(n, say.lang) for name, n in counts.items()})
        apart = [
            say("sim.search.apart", n=n, why=say.join(say(f"sim.apart.{why}") for why in one.apart))
            for n, one in enumerate(found.found, 1)
            if one.apart
        ]
        refused = []
        for redesign in found.refused:
            new = Facts(say, self.workspace.organisation, {redesign.procedure.key: redesign.procedure})
            refused.append(self._refusal(redesign.refusals[0], new))
        none = [] if found.found else [say("sim.search.nothing")]
        return SearchView(lead, (*none, *apart), tuple(refused))

    def summary_row(self, n: int, proposal: Proposal, found: Comparison | None) -> tuple[str, ...]:
        title = self.words.say(proposal.title) or proposal.id
        if found is None:
            return (str(n), title, self.words("sim.refused"), *("–" for _ in self._headline))
        by_name = {effect.measure: effect for effect in found.effects}
        cells = []
        for name in self._headline:
            effect = by_name[name]
            beside = relative_said(effect, self.words) or self.words(
                "sim.points", n=signed(name, effect.difference.mean, self.words)
            )
            cells.append(f"{SIGNS[effect.verdict]} {beside}")
        status = "sim.lawful" if found.redesign.is_lawful else "sim.unlawful_simulated"
        return (str(n), title, self.words(status), *cells)

    def proposal(self, n: int, found: Comparison | None, refused: Redesign | None) -> ProposalView:
        redesign = found.redesign if found is not None else refused
        assert redesign is not None
        new = Facts(self.words, self.workspace.organisation, {redesign.procedure.key: redesign.procedure})
        drawn = self._pictures(redesign)
        base = ProposalView(
            number=n,
            title=self.words.say(redesign.proposal.title) or redesign.proposal.id,
            conclusion=self._conclusion(found, redesign),
            is_lawful=redesign.is_lawful,
            is_simulated=found is not None,
            changes=tuple(self._changes(redesign)),
            structure=tuple(self._structure(redesign, found)),
            steps=tuple(self._steps(redesign, new)),
            kept=self._kept(redesign),
            refused=tuple(self._refusal(one, new) for one in redesign.refusals),
            new_findings=tuple(self._told(one, new) for one in redesign.new_findings),
            gone_findings=tuple(self._told(one, self.facts) for one in redesign.gone_findings),
            pictures=drawn.pictures,
            legend=drawn.legend,
            is_wide=drawn.is_wide,
        )
        return base if found is None else self._measured(base, found, new)

    def _measured(self, base: ProposalView, found: Comparison, new: Facts) -> ProposalView:
        return replace(
            base,
            effects=tuple(self._row(effect) for effect in found.effects),
            forest=self._forest(found),
            curves=self._curves(found),
            roles=tuple(self._roles(found)),
            busy=self._busy(found),
            sensitivity_heads=self.headline,
            sensitivities=tuple(self._sensitivity(found)),
            log_findings=tuple(self._told(one, new) for one in found.log_findings),
            cost=tuple(cost_rows(found.cost, self.words)) if found.cost is not None else (),
        )

    def _conclusion(self, found: Comparison | None, redesign: Redesign) -> str:
        say = self.words
        if found is None:
            return say.count("sim.conclusion.refused", len(redesign.refusals))
        better = [e for e in found.effects if e.verdict is Verdict.BETTER and e.measure in self._headline]
        worse = [e for e in found.effects if e.verdict is Verdict.WORSE and e.measure in self._headline]
        said = []
        if better:
            said.append(say("sim.conclusion.better", what=say.join(self._clause(e) for e in better)))
        if worse:
            said.append(say("sim.conclusion.worse", what=say.join(self._clause(e) for e in worse)))
        if not better and not worse:
            said.append(say("sim.conclusion.nothing"))
        if not redesign.is_lawful:
            said.append(say("sim.conclusion.unlawful"))
        flips = sorted({name for one in found.sensitivities for name in one.flips if name in self._headline})
        if found.sensitivities:
            key = "sim.conclusion.flips" if flips else "sim.conclusion.robust"
            share = number(100 * self.scenario.precision.sensitivity, say.lang)
            said.append(say(key, share=share, what=say.join(self._measure(name) for name in flips)))
        return " ".join(said)

    def _clause(self, effect: Effect) -> str:
        say = self.words
        return say(
            "sim.clause",
            measure=self._measure(effect.measure),
            before=value(effect.measure, effect.as_is.mean, say),
            after=value(effect.measure, effect.to_be.mean, say),
            unit=unit_name(effect.measure, say, self._currency()),
        )

    def _measure(self, name: str) -> str:
        said = self.words(f"sim.measure.{name}")
        return said[:1].lower() + said[1:]

    def _currency(self) -> str:
        return self.words.find(f"currency.{self.scenario.currency}") or self.scenario.currency

    def _roles(self, found: Comparison) -> Iterable[tuple[str, ...]]:
        """Role, then today, proposed and difference of how busy it is and of how long work waits for it."""
        for role in dict.fromkeys(effect.role for effect in found.by_role):
            cells = [self.facts.role(role)]
            for measure in ("utilisation", "waiting_mean"):
                one = next((e for e in found.by_role if (e.role, e.measure) == (role, measure)), None)
                if one is None:
                    cells += ["–"] * 3
                    continue
                sides = (value(measure, side.mean, self.words) for side in (one.as_is, one.to_be))
                cells += [*sides, f"{SIGNS[one.verdict]} {signed(measure, one.difference.mean, self.words)}"]
            yield tuple(cells)

    def _row(self, effect: Effect) -> EffectRow:
        say, name = self.words, effect.measure
        label = say.find(f"sim.measure.{name}") or name
        return EffectRow(
            label,
            unit_name(name, say, self._currency()),
            value(name, effect.as_is.mean, say),
            value(name, effect.to_be.mean, say),
            signed(name, effect.difference.mean, say),
            relative_said(effect, say),
            interval(effect, say),
            say(f"sim.verdict.{effect.verdict.value}"),
            effect.verdict.value,
        )

    def _forest(self, found: Comparison) -> str:
        bars = []
        for effect in found.effects:
            share = relative(effect)
            if effect.measure not in _PLOTTED or share is None:
                continue
            today = abs(effect.as_is.mean)
            low, high = effect.difference.low / today * 100, effect.difference.high / today * 100
            if not (math.isfinite(low) and math.isfinite(high)):
                continue
            said = relative_said(effect, self.words)
            bars.append(
                Bar(self.words(f"sim.short.{effect.measure}"), low, 100 * share, high, effect.verdict, said)
            )
        return forest(bars, self.words("sim.plot.forest"), self.words.lang) if bars else ""

    def _curves(self, found: Comparison) -> str:
        before, after = found.samples.get("lead", ((), ()))
        if not before or not after:
            return ""
        limit = self.old.limit
        seconds = limit.working_seconds if limit is not None else None
        say = self.words
        return lead_curves(
            Curve(say("sim.today"), [one / HOUR for one in before]),
            Curve(say("sim.proposed"), [one / HOUR for one in after]),
            seconds / HOUR if seconds else None,
            LeadWords(say("sim.plot.lead"), say("sim.plot.lead_axis"), say("sim.plot.limit")),
            say.lang,
        )

    def _busy(self, found: Comparison) -> str:
        rows = [
            (self.facts.role(e.role), e.as_is.mean, e.to_be.mean)
            for e in found.by_role
            if e.measure == "utilisation"
        ]
        return utilisation(rows, self.words("sim.plot.busy"), self.words.lang) if rows else ""

    def _sensitivity(self, found: Comparison) -> Iterable[SensitivityRow]:
        say = self.words
        for one in found.sensitivities:
            by_name = {effect.measure: effect for effect in one.effects}
            share = number(100 * abs(one.change), say.lang)
            yield SensitivityRow(
                say(f"sim.vary.{one.factor}.{'more' if one.change > 0 else 'less'}", share=share),
                tuple(
                    (signed(name, by_name[name].difference.mean, say), SIGNS[by_name[name].verdict])
                    for name in self._headline
                ),
                say.join(self._measure(name) for name in one.flips if name in self._headline)
                or say("sim.no_flip"),
            )

    def _changes(self, redesign: Redesign) -> Iterable[tuple[str, str]]:
        for change in redesign.proposal.changes:
            yield change_said(change, self.facts, self.old, self.scenario), self.words.say(change.why)

    def _structure(self, redesign: Redesign, found: Comparison | None) -> Iterable[tuple[str, str, str, str]]:
        say, lang = self.words, self.words.lang
        for key, before, after in counts(self.old, redesign.procedure):
            gap = after - before
            sign = "+" if gap > 0 else ""
            said = f"{sign}{number(gap, lang)}".replace("-", "−") if gap else "0"
            yield say(f"sim.structure.{key}"), number(before, lang), number(after, lang), said
        for key in ("one_off_cost", "cost_per_year"):
            sums = [change.values.get(key) for change in redesign.proposal.changes]
            money = sum(one for one in sums if isinstance(one, (int, float)))
            if money:
                currency = self._currency()
                yield (
                    say(f"sim.structure.{key}", currency=currency),
                    "0",
                    number(money, lang, 0),
                    f"+{number(money, lang, 0)}",
                )
        limits = [self.facts.say("limit", each.limit) for each in (self.old, redesign.procedure)]
        if self.old.limit is not None:
            yield say("sim.structure.limit"), limits[0], limits[1], "" if limits[0] != limits[1] else "0"

    def _kept(self, redesign: Redesign) -> str:
        kept = sum(
            fate.fate == "kept" and not redesign.procedure.by_id[fate.step].is_silent
            for fate in redesign.fates
        )
        return self.words.count("sim.kept_steps", kept)

    def _steps(self, redesign: Redesign, new: Facts) -> Iterable[StepRow]:
        say = self.words
        why: dict[str, str] = {}
        for change in redesign.proposal.changes:
            for step in change.steps:
                why.setdefault(step, say.say(change.why))
        for fate in redesign.fates:
            if fate.fate == "kept":
                continue
            in_old = fate.step in self.old.by_id
            facts, key = (self.facts, self.old.key) if in_old else (new, redesign.procedure.key)
            known = facts.procedures[key].by_id[fate.step]
            if known.is_silent:
                continue
            into = new.step_name(fate.into, redesign.procedure.key) if fate.into else ""
            yield StepRow(
                known.number,
                facts.step_name(fate.step, key),
                facts.role(known.role) if known.role else "",
                say(f"sim.fate.{fate.fate}", into=into),
                fate.fate,
                why.get(fate.step, ""),
            )

    def _refusal(self, refusal: Refusal, new: Facts) -> Refused:
        change = (
            "" if refusal.change is None else change_said(refusal.change, self.facts, self.old, self.scenario)
        )
        if refusal.finding is not None:
            told = self._told(refusal.finding, new)
            return Refused(change, told.said, told.code, self._ground(refusal.finding))
        filled = self.facts.fill(
            Text(*([self.words(f"refusal.{refusal.reason}")] * 2)), refusal.facts, self.old.key
        )
        return Refused(change, filled)

    def _ground(self, finding: Finding) -> str:
        asked = next(
            (r for pack in self.workspace.packs for r in pack.requirements if r.id == finding.requirement),
            None,
        )
        return "; ".join(cites(asked.cite, self.words)) if asked is not None else ""

    def _told(self, finding: Finding, facts: Facts) -> Told:
        said = alone(finding, self.workspace, self.catalogue, facts).said
        return Told(finding.code, finding.grade.value, self.words(f"grade.{finding.grade.value}"), said)

    def _pictures(self, redesign: Redesign) -> RedesignFigures:
        """Both procedures; nothing where no step is affected."""
        if all(fate.fate == "kept" for fate in redesign.fates):
            return RedesignFigures((), "", False)
        return redesign_figures(redesign, self.workspace.organisation, self.words.lang)

    def load_rows(self) -> Iterable[tuple[str, str, str, str]]:
        lang = self.words.lang
        for one in self.outcome.loads:
            yield (
                self.facts.role(one.role),
                number(one.people, lang),
                number(one.offered_seconds_per_week / HOUR, lang, 1),
                f"{number(100 * one.utilisation, lang, 0)}%",
            )

    def assumptions(self) -> Iterable[str]:
        say = self.words
        for key in self.outcome.assumptions:
            yield say.find(f"sim.assumption.{key}") or key
        note = say.say(self.scenario.note)
        if note:
            yield note
