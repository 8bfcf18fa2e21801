"""Numbers taken from a log, in words: what was seen how often, and how well it foretells later dossiers."""

from __future__ import annotations

from collections.abc import Iterable

from iso_audit.model.simulated import Calibration, Estimate, Fitted, HoldOut
from iso_audit.report.facts import NOTHING, Facts
from iso_audit.report.simplification.quantities import in_percent, plain, unit_name, unit_of, value
from iso_audit.report.simplification.values import CalibrationView
from iso_audit.text import date, number


def calibration_view(found: Calibration, facts: Facts, currency: str) -> CalibrationView:
    """Say a calibration in one language."""
    say, lang = facts.words, facts.lang
    lead = say(
        "sim.fit.lead", dossiers=number(found.dossiers, lang), unfinished=number(found.unfinished, lang)
    )
    split = "" if found.split is None else say("sim.fit.hold_out_lead", day=date(found.split, lang))
    return CalibrationView(
        lead,
        tuple(_fitted(one, facts) for one in found.fitted),
        split,
        tuple(_held(one, facts, currency) for one in found.hold_out),
        tuple(_warnings(found, facts)),
    )


def _fitted(one: Fitted, facts: Facts) -> tuple[str, ...]:
    say, lang = facts.words, facts.lang
    key = next(iter(facts.procedures))
    where = facts.role(one.role) if one.role else facts.step_name(one.step, key) if one.step else ""
    if one.outcome:
        outcome = say.find(f"outcome.{one.outcome}") or say.find(f"channel.{one.outcome}") or one.outcome
        where = f"{where}: {outcome}" if where else outcome
    shape = say.find(f"sim.family.{one.family}") or NOTHING
    weak = f"; {say('sim.fit.weak')}" if one.is_weak else ""
    said = NOTHING if one.value is None else _amount(one, one.value, facts)
    return (say(f"sim.fit.{one.what}"), where, number(one.observations, lang), said, shape + weak)


def _amount(one: Fitted, amount: Estimate, facts: Facts) -> str:
    say, lang = facts.words, facts.lang
    if one.what in ("duration", "wait"):
        return f"{number(amount.mean / 3600, lang)} {say('sim.unit.clock_hours')}"
    if one.what in ("share", "case", "channel"):
        low, mean, high = (in_percent(each, lang) for each in (amount.low, amount.mean, amount.high))
        return f"{mean} ({say('sim.interval', low=low, high=high)})"
    return number(amount.mean, lang, 0)


def _held(one: HoldOut, facts: Facts, currency: str) -> tuple[str, ...]:
    say, lang = facts.words, facts.lang
    is_share = unit_of(one.measure) == "share"

    def said(error: float) -> str:
        return say("sim.points", n=plain(100 * error, lang, 1)) if is_share else in_percent(error, lang)

    label = say.find(f"sim.measure.{one.measure}") or one.measure
    beside = facts.role(one.role) if one.role else unit_name(one.measure, say, currency)
    return (
        f"{label} ({beside})",
        value(one.measure, one.observed, say),
        value(one.measure, one.simulated.mean, say),
        said(one.error),
        said(one.goal),
        said(one.noise),
        say("sim.fit.holds" if one.holds else "sim.fit.fails"),
    )


def _warnings(found: Calibration, facts: Facts) -> Iterable[str]:
    for key in found.warnings:
        yield facts.words(f"sim.fit.warning.{key}")
    if any(not one.holds for one in found.hold_out):
        yield facts.words("sim.fit.warning.off")
