"""Says the pieces of a comparison: one teller for one outcome in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from iso_audit.model.scenario import Proposal
from iso_audit.model.simulated import Comparison, Redesign
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.simplification.cost import cost_rows
from iso_audit.report.simplification.measured import HOUR, EffectTeller
from iso_audit.report.simplification.plots import SIGNS
from iso_audit.report.simplification.quantities import beside, in_percent
from iso_audit.report.simplification.redesigns import RedesignTeller
from iso_audit.report.simplification.speaker import Speaker
from iso_audit.report.simplification.values import ProposalView, SearchView
from iso_audit.text import date, number


@dataclass
class Teller:
    """Says the pieces."""

    by: Speaker
    redesigns: RedesignTeller = field(init=False)
    effects: EffectTeller = field(init=False)

    def __post_init__(self) -> None:
        self.redesigns, self.effects = RedesignTeller(self.by), EffectTeller(self.by)

    @property
    def headline(self) -> tuple[str, ...]:
        return tuple(self.by.words(f"sim.measure.{name}") for name in self.by.headline)

    def about(self) -> Iterable[tuple[str, str]]:
        say, scenario, old = self.by.words, self.by.scenario, self.by.old
        yield (
            say("sim.about.procedure"),
            self.by.facts.procedure(old.key) + (f" ({old.code})" if old.code else ""),
        )
        basis = [f"{one.ref}" for one in old.legal_basis]
        if basis:
            yield say("sim.about.basis"), "; ".join(dict.fromkeys(basis))
        if old.limit is not None:
            yield say("sim.about.limit"), self.by.facts.say("limit", old.limit)
        yield (
            say("sim.about.period"),
            f"{date(scenario.first, say.lang)} – {date(scenario.last, say.lang)}",
        )
        yield say("sim.about.arrivals"), number(scenario.main.arrivals.per_year, say.lang, 0)
        if self.by.outcome.comparisons:
            runs = self.by.outcome.comparisons[0]
            yield (
                say("sim.about.replications"),
                say(
                    "sim.about.replications_said",
                    n=number(max(one.replications for one in self.by.outcome.comparisons), say.lang),
                    dossiers=number(runs.dossiers, say.lang),
                    confidence=number(100 * scenario.precision.confidence, say.lang),
                    seed=scenario.seed,
                ),
            )

    def search(self) -> SearchView | None:
        """What a search came to; None where the proposals are the owner's own."""
        found, say = self.by.outcome.suggestions, self.by.words
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
            new = self.by.facts_of(redesign.procedure)
            refused.append(self.redesigns.refusal(redesign.refusals[0], redesign, new))
        none = [] if found.found else [say("sim.search.nothing")]
        return SearchView(lead, (*none, *apart), tuple(refused))

    def summary_row(self, n: int, proposal: Proposal, found: Comparison | None) -> tuple[str, ...]:
        title = self.by.words.say(proposal.title) or proposal.id
        if found is None:
            return (str(n), title, self.by.words("sim.refused"), *(NOTHING for _ in self.by.headline))
        by_name = {effect.measure: effect for effect in found.effects}
        cells = []
        for name in self.by.headline:
            effect = by_name[name]
            cells.append(f"{SIGNS[effect.verdict]} {beside(effect, self.by.words, self.by.currency())}")
        status = "sim.lawful" if found.redesign.is_lawful else "sim.unlawful_simulated"
        return (str(n), title, self.by.words(status), *cells)

    def proposal(self, n: int, found: Comparison | None, refused: Redesign | None) -> ProposalView:
        redesign = found.redesign if found is not None else refused
        assert redesign is not None
        new = self.by.facts_of(redesign.procedure)
        drawn = self.redesigns.pictures(redesign)
        base = ProposalView(
            number=n,
            title=self.by.words.say(redesign.proposal.title) or redesign.proposal.id,
            conclusion=self.effects.conclusion(found, redesign),
            is_lawful=redesign.is_lawful,
            is_simulated=found is not None,
            changes=tuple(self.redesigns.changes(redesign)),
            structure=tuple(self.redesigns.structure(redesign)),
            steps=tuple(self.redesigns.steps(redesign, new)),
            assumed=tuple(self.redesigns.assumed(redesign)),
            kept=self.redesigns.kept(redesign),
            refused=tuple(self.redesigns.refusal(one, redesign, new) for one in redesign.refusals),
            new_findings=tuple(self.by.told(one, new) for one in redesign.new_findings),
            gone_findings=tuple(self.by.told(one, self.by.facts) for one in redesign.gone_findings),
            pictures=drawn.pictures,
            legend=drawn.legend,
            is_wide=drawn.is_wide,
        )
        return base if found is None else self._measured(base, found, new)

    def _measured(self, base: ProposalView, found: Comparison, new: Facts) -> ProposalView:
        return replace(
            base,
            effects=tuple(self.effects.row(effect) for effect in found.effects),
            forest=self.effects.forest(found),
            curves=self.effects.curves(found),
            has_limit=bool(self.by.old.limit and self.by.old.limit.working_seconds),
            roles=tuple(self.effects.roles(found)),
            busy=self.effects.busy(found),
            sensitivity_heads=self.headline,
            sensitivities=tuple(self.effects.sensitivity(found)),
            log_findings=tuple(self.by.told(one, new) for one in found.log_findings),
            cost=tuple(cost_rows(found.cost, self.by.words)) if found.cost is not None else (),
        )

    def load_rows(self) -> Iterable[tuple[str, str, str, str]]:
        lang = self.by.words.lang
        for one in self.by.outcome.loads:
            yield (
                self.by.facts.role(one.role),
                number(one.people, lang),
                number(one.offered_seconds_per_week / HOUR, lang, 1),
                in_percent(one.utilisation, lang, 0),
            )

    def assumptions(self) -> Iterable[str]:
        say, staff = self.by.words, self.by.scenario.staff
        unpaid = say.join(self.by.facts.role(role) for role, one in staff.items() if not one.hourly_cost)
        for key in self.by.outcome.assumptions:
            yield say(f"sim.assumption.{key}", roles=unpaid)
        note = say.say(self.by.scenario.note)
        if note:
            yield note
