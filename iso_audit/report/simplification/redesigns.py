"""One redesign in words: what is changed, what becomes of every step, why it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Finding
from iso_audit.model.simulated import Redesign, Refusal
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.redesign_figures import RedesignFigures, redesign_figures
from iso_audit.report.simplification.changes import change_said
from iso_audit.report.simplification.quantities import plain
from iso_audit.report.simplification.speaker import Speaker
from iso_audit.report.simplification.structure import counts
from iso_audit.report.simplification.values import Refused, StepRow
from iso_audit.report.statements import cites
from iso_audit.text import Text, number

OWN = (
    "control", "competence", "four-eyes", "held-apart", "judgement", "one-hand", "order", "record", "right",
)  # fmt: skip
"""Refusals by what today's procedure assures."""


@dataclass
class RedesignTeller:
    """Says redesigns."""

    by: Speaker

    def changes(self, redesign: Redesign) -> Iterable[tuple[str, str]]:
        by, facts = self.by, self.by.facts_along(redesign)
        for change in redesign.proposal.changes:
            yield change_said(change, facts, by.old, by.scenario), by.words.say(change.why)

    def structure(self, redesign: Redesign) -> Iterable[tuple[str, str, str, str]]:
        say, lang = self.by.words, self.by.words.lang
        for key, before, after in counts(self.by.old, redesign.procedure):
            gap = after - before
            sign = "+" if gap > 0 else ""
            said = f"{sign}{plain(gap, lang)}" if gap else "0"
            yield say(f"sim.structure.{key}"), number(before, lang), number(after, lang), said
        for key in ("one_off_cost", "cost_per_year"):
            sums = [change.values.get(key) for change in redesign.proposal.changes]
            money = sum(one for one in sums if isinstance(one, (int, float)))
            if money:
                currency = self.by.currency()
                yield (
                    say(f"sim.structure.{key}", currency=currency),
                    "0",
                    number(money, lang, 0),
                    f"+{number(money, lang, 0)}",
                )
        limits = [self.by.facts.say("limit", each.limit) for each in (self.by.old, redesign.procedure)]
        if self.by.old.limit is not None:
            yield say("sim.structure.limit"), limits[0], limits[1], NOTHING if limits[0] != limits[1] else "0"

    def kept(self, redesign: Redesign) -> str:
        kept = sum(
            fate.fate == "kept" and not redesign.procedure.by_id[fate.step].is_silent
            for fate in redesign.fates
        )
        return self.by.words.count("sim.kept_steps", kept)

    def steps(self, redesign: Redesign, new: Facts) -> Iterable[StepRow]:
        say = self.by.words
        why: dict[str, str] = {}
        for change in redesign.proposal.changes:
            for step in change.steps:
                why.setdefault(step, say.say(change.why))
        for fate in redesign.fates:
            if fate.fate == "kept":
                continue
            in_old = fate.step in self.by.old.by_id
            facts, key = (self.by.facts, self.by.old.key) if in_old else (new, redesign.procedure.key)
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

    def refusal(self, refusal: Refusal, redesign: Redesign, new: Facts) -> Refused:
        """Why a change is not made, and by what authority."""
        by, facts = self.by, self.by.facts_along(redesign)
        change = "" if refusal.change is None else change_said(refusal.change, facts, by.old, by.scenario)
        if refusal.finding is not None:
            told = by.told(refusal.finding, new)
            return Refused(change, told.said, told.code, self._law(refusal.finding))
        said = self._filled(f"refusal.{refusal.reason}", refusal.facts, facts)
        return Refused(change, said, "", self._own(refusal))

    def assumed(self, redesign: Redesign) -> Iterable[str]:
        """What the changes take for granted, each once: somebody has to confirm it before it is applied."""
        facts = self.by.facts_along(redesign)
        said = (self._filled(f"assumed.{one.key}", one.facts, facts) for one in redesign.assumptions)
        return dict.fromkeys(said)

    def _filled(self, key: str, known: Mapping[str, object], facts: Facts) -> str:
        words = self.by.words
        return facts.fill(Text(words(key), words(key)), known, self.by.old.key)

    def _law(self, finding: Finding) -> str:
        packs = self.by.workspace.packs
        asked = next((r for pack in packs for r in pack.requirements if r.id == finding.requirement), None)
        return "; ".join(cites(asked.cite, self.by.words)) if asked is not None else ""

    def _own(self, refusal: Refusal) -> str:
        """What the procedure in force assures and no requirement names; of a form, who prescribes it."""
        if refusal.reason not in OWN:
            return ""
        words = self.by.words
        form = self.by.old.form_of(str(refusal.facts.get("record", "")))
        if form is not None:
            return f"{form.ref}, {words('sim.ground.form', number=form.number)}"
        return words("sim.ground.procedure")

    def pictures(self, redesign: Redesign) -> RedesignFigures:
        """Both procedures; nothing where no step is affected."""
        if all(fate.fate == "kept" for fate in redesign.fates):
            return RedesignFigures((), "", False)
        return redesign_figures(redesign, self.by.workspace.organisation, self.by.words.lang)
