"""The comparison as tables for a spreadsheet: numbers as they are, in the units that the report prints."""

from __future__ import annotations

from collections.abc import Iterable

from iso_audit.model.simulated import Comparison, Effect, SimulationOutcome
from iso_audit.model.table import Cell, Column, Table
from iso_audit.report.simplification.quantities import is_judged, scaled, unit_name
from iso_audit.report.simplification.values import SimulationView
from iso_audit.report.words import Words


def tables(outcome: SimulationOutcome, view: SimulationView) -> list[Table]:
    """Effects, roles, steps with their fate, and refusals; a row a proposal and thing."""
    say = view.words
    titles = {one.redesign.proposal.id: _title(one, say) for one in outcome.comparisons}
    effects = [(titles[one.redesign.proposal.id], e) for one in outcome.comparisons for e in one.effects]
    roles = [(titles[one.redesign.proposal.id], e) for one in outcome.comparisons for e in one.by_role]
    return [
        _effects(say("sim.effects"), effects, view, outcome.scenario.currency),
        _effects(say("sim.roles"), roles, view, outcome.scenario.currency, view.role_names),
        Table(
            say("sim.steps"),
            (
                Column(say("sim.col.proposal"), width=34),
                Column("", width=6),
                Column(say("sim.col.step"), width=40),
                Column(say("sim.col.role"), width=28),
                Column(say("sim.col.fate"), width=28),
                Column(say("sim.col.why"), width=40),
            ),
            tuple(
                (p.title, r.number, r.step, r.role, r.fate, r.why) for p in view.proposals for r in p.steps
            ),
        ),
        Table(
            say("sim.refused"),
            (
                Column(say("sim.col.proposal"), width=34),
                Column(say("sim.col.change"), width=40),
                Column(say("sim.col.refusal"), width=60),
                Column(say("sim.col.code"), width=14),
                Column(say("sim.col.ground"), width=40),
            ),
            tuple((p.title, r.change, r.reason, r.code, r.ground) for p in view.proposals for r in p.refused),
        ),
        Table(
            say("sim.col.assumed"),
            (Column(say("sim.col.proposal"), width=34), Column(say("sim.col.assumed"), width=90)),
            tuple((p.title, line) for p in view.proposals for line in p.assumed),
        ),
    ]


def _title(one: Comparison, say: Words) -> str:
    return say.say(one.redesign.proposal.title) or one.redesign.proposal.id


def _effects(
    name: str,
    rows: Iterable[tuple[str, Effect]],
    view: SimulationView,
    currency: str,
    of: dict[str, str] | None = None,
) -> Table:
    say = view.words
    heads = [Column(say("sim.col.proposal"), width=34)]
    if of is not None:
        heads.append(Column(say("sim.col.role"), width=28))
    heads += [Column(say("sim.col.measure"), width=44), Column(say("sim.col.unit"), width=16)]
    heads += [
        Column(say(f"sim.col.{key}"), "decimal") for key in ("today", "proposed", "difference", "low", "high")
    ]
    heads.append(Column(say("sim.col.verdict"), width=20))

    def row(title: str, effect: Effect) -> tuple[Cell, ...]:
        numbers = (effect.as_is.mean, effect.to_be.mean, *_ends(effect))
        name = "queueing" if of is not None and effect.measure == "waiting_mean" else effect.measure
        label = say.find(f"sim.measure.{name}") or name
        where = () if of is None else (of.get(effect.role, effect.role),)
        unit = unit_name(effect.measure, say, say.find(f"currency.{currency}") or currency)
        said = say(f"sim.verdict.{effect.verdict.value}") if is_judged(effect) else ""
        return (title, *where, label, unit, *(scaled(effect.measure, one) for one in numbers), said)

    return Table(name, tuple(heads), tuple(row(title, effect) for title, effect in rows))


def _ends(effect: Effect) -> tuple[float, float, float]:
    return effect.difference.mean, effect.difference.low, effect.difference.high
