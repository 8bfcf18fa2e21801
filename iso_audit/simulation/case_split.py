"""Splitting a step by the case of the dossier: simple dossiers take a shorter way (triage)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iso_audit.analysis.graph import cases_of
from iso_audit.model.procedure import KINDS, Flow, Join, Procedure, Split, Step
from iso_audit.simulation.attempt import Attempt, ImpossibleError, factor_of, is_required, must_be_competent
from iso_audit.simulation.numbers import retimed, with_main, without_steps
from iso_audit.simulation.order_changes import finish
from iso_audit.simulation.surgery import Surgery
from iso_audit.text import Text, folded

OTHER = "other"
"""Stands for the cases of which nothing is said, in the id of a step."""


def split(attempt: Attempt) -> None:
    """Each case named gets a step of its own beside the old one, which the other cases take as before.

    A step whose id is the name of a kind gets another id, for that name would still mean it alone.
    """
    if len(attempt.steps) != 1:
        raise ImpossibleError("too-few")
    step, cases = attempt.steps[0], dict(_cases(attempt))
    if step.anytime:
        raise ImpossibleError("anytime", step=step.id)
    known = tuple(dict.fromkeys((*cases_of(attempt.procedure), *attempt.scenario.main.cases, *cases)))
    if all(case in cases for case in known):
        raise ImpossibleError("every-case", step=step.id)
    surgery = Surgery(attempt.procedure)
    made = {case: surgery.free(variant_id(step.id, case)) for case in cases}
    rest = surgery.free(variant_id(step.id, OTHER)) if step.id in KINDS else step.id
    own = _laid_open(surgery, step)
    gate = surgery.gateway(f"case-{step.id}", step.id)
    surgery.redirect(step.id, gate)
    surgery.alter(gate, flows=tuple(Flow(made.get(case, rest), case=case) for case in known))
    for case, values in cases.items():
        surgery.put(_variant(attempt, own, made[case], case, values), step.id)
    if rest != step.id:
        surgery.put(replace(own, id=rest), step.id)
        surgery.drop(step.id)
    finish(attempt, surgery)
    attempt.procedure = _named_too(attempt.procedure, step.id, (rest, *made.values()))
    for case, values in cases.items():
        _timed(attempt, step.id, made[case], values, (case,))
        attempt.fates[made[case]] = ("added", step.id)
    attempt.fates[step.id] = ("changed", rest if rest != step.id else "")
    if rest != step.id:
        _timed(attempt, step.id, rest, {}, ())
        attempt.scenario = without_steps(attempt.scenario, frozenset({step.id}))


def _laid_open(surgery: Surgery, step: Step) -> Step:
    """The step with ways in and out that several steps may share."""
    if step.join is not Join.ANY:
        surgery.open_in(step.id)
    own = surgery.steps[step.id]
    joins = any(surgery.steps[flow.to].join is not Join.ANY for flow in own.flows)
    if joins or own.split is not Split.ONE or not own.flows:
        surgery.open_out(step.id)
    return surgery.steps[step.id]


def _cases(attempt: Attempt) -> Mapping[str, Mapping[str, object]]:
    """Case -> what is said of it; a case that nobody knows yet needs a share."""
    cases = attempt.change.values.get("cases")
    if not isinstance(cases, Mapping) or not cases:
        raise ImpossibleError("too-few")
    load = attempt.scenario.main
    known = {*cases_of(attempt.procedure), *load.cases}
    shares = dict(load.cases)
    for case, values in cases.items():
        if case in known and (case in load.cases or not load.cases):
            continue
        share = values.get("share")
        if not isinstance(share, (int, float)) or not 0 < share < 1:
            raise ImpossibleError("no-case", case=case)
        left = shares or {"default": 1.0}
        shares = {**{name: value * (1 - share) for name, value in left.items()}, case: float(share)}
    attempt.scenario = with_main(attempt.scenario, replace(load, cases=shares))
    return cases


def _variant(attempt: Attempt, step: Step, name: str, case: str, values: Mapping[str, object]) -> Step:
    role = str(values.get("role") or "") or step.role
    if not factor_of(values) and is_required(step):
        attempt.forbid("control", step=step.id)
    must_be_competent(attempt, role, step)
    words = Text(*(f"{said} ({case})" if said else "" for said in (step.name.vi, step.name.en)))
    return replace(step, id=name, name=words, role=role, number="", join=Join.ANY)


def _named_too(procedure: Procedure, step: str, stand: tuple[str, ...]) -> Procedure:
    """Whatever is said of a step is said of all that stand in its place; a kind means them anyway."""

    def wider(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(made for name in names for made in (stand if name == step else (name,)))

    groups = tuple(replace(group, steps=wider(group.steps)) for group in procedure.limit_groups)
    pairs = [
        replace(pair, of=tuple(made if name == step else name for name in pair.of))
        for pair in procedure.separation
        for made in (stand if step in pair.of and step not in KINDS else (step,))
    ]
    kept = tuple(replace(each, of=stand[0]) if each.of == step else each for each in procedure.kept)
    limits = {stand[0] if case == step else case: limit for case, limit in procedure.limits.items()}
    return replace(procedure, limit_groups=groups, separation=tuple(pairs), kept=kept, limits=limits)


def _timed(
    attempt: Attempt, step: str, made: str, values: Mapping[str, object], cases: tuple[str, ...]
) -> None:
    """The numbers of a new step: those of the old one, its time by the factor."""
    factor = factor_of(values)
    attempt.scenario = retimed(attempt.scenario, made, factor, step, cases)
    load, citizen = attempt.scenario.main, attempt.scenario.citizen
    more: dict[str, Any] = {}
    for field in ("waits", "branches", "repeats"):
        values_of = getattr(load, field)
        if step in values_of:
            more[field] = {**values_of, made: values_of[step]}
    if step in load.batches:
        more["batches"] = {**load.batches, made: replace(load.batches[step], step=made)}
    attempt.scenario = with_main(attempt.scenario, replace(load, **more))
    if step in citizen.visit_steps:
        visits = {**citizen.visit_steps, made: citizen.visit_steps[step]}
        attempt.scenario = replace(attempt.scenario, citizen=replace(citizen, visit_steps=visits))


def variant_id(step: str, case: str) -> str:
    """Id of the step that dossiers of a case take in the place of `step`."""
    return f"{step}-{'-'.join(''.join(c if c.isalnum() else ' ' for c in folded(case)).split()) or 'case'}"
