"""Proposed changes in words."""

from __future__ import annotations

from collections.abc import Mapping

from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.scenario import Change, Scenario, Staffing
from iso_audit.report.facts import Facts
from iso_audit.report.simplification.quantities import MINUS, in_percent


def change_said(change: Change, facts: Facts, procedure: Procedure, scenario: Scenario) -> str:
    """One change as a clause: what is done to which steps."""
    say, key, values = facts.words, procedure.key, change.values
    steps = say.join(say("quoted", said=facts.step_name(step, key)) for step in change.steps)
    known: dict[str, object] = {"steps": steps}
    for name in ("role", "after", "source", "document"):
        known[name] = _named(name, values.get(name), facts, key)
    known["factor"] = _percent(values.get("time_factor"), facts)
    known["what"] = _what(change, facts, key, scenario)
    form = f"sim.change.{change.kind}"
    return say(f"{form}.role" if values.get("role") and f"{form}.role" in say else form, **known)


def _named(name: str, value: object, facts: Facts, key: str) -> str:
    if value is None:
        return ""
    if name == "role":
        return facts.role(str(value))
    if name == "after":
        return facts.step_name(str(value), key)
    return facts.say("", value)


def _percent(value: object, facts: Facts) -> str:
    return in_percent(value, facts.lang, None) if isinstance(value, (int, float)) else ""


def _what(change: Change, facts: Facts, key: str, scenario: Scenario) -> str:
    """The particulars of a change of numbers: limits, people, shares, times."""
    say, values = facts.words, change.values
    said: list[str] = []
    for case, limit in _pairs(values.get("limits")):  # of a case, or of a step
        if isinstance(limit, Limit):
            told = facts.say("limit", limit)
            of = facts.step_name(case, key) if case in facts.procedures[key].by_id else facts.case(case)
            said.append(told if case == "default" else f"{of}: {told}")
    for role, staffing in _pairs(values.get("staff")):
        name = facts.role(role)
        if isinstance(staffing, Staffing):
            today = scenario.staff.get(role)
            moved = today is not None and today.calendar != staffing.calendar
            key = "sim.staff.hours" if moved else "sim.staff.people"
            said.append(say.count(key, staffing.people, role=name))
        elif isinstance(staffing, int):
            sign = "+" if staffing > 0 else MINUS
            said.append(say.count("sim.staff.delta", abs(staffing), role=name, sign=sign))
    for step, shares in _pairs(values.get("branches")):
        told = ", ".join(
            f"{_outcome(outcome, facts, key)} {_percent(share, facts)}" for outcome, share in _pairs(shares)
        )
        said.append(f"{facts.step_name(step, key)}: {told}")
    for name in ("durations", "waits"):
        said += [facts.step_name(step, key) for step, _ in _pairs(values.get(name))]
    cases = [f"{facts.case(case)}" for case, _ in _pairs(values.get("cases"))]
    return "; ".join([*said, *cases])


def _outcome(outcome: str, facts: Facts, key: str) -> str:
    """An outcome in words, or the step that it leads to."""
    known = facts.procedures[key].by_id
    said = facts.words.find(f"outcome.{outcome}") or outcome
    return facts.step_name(outcome, key) if outcome in known else said


def _pairs(value: object) -> list[tuple[str, object]]:
    return [(str(key), each) for key, each in value.items()] if isinstance(value, Mapping) else []
