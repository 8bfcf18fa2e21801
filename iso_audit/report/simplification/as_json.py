"""The comparison as JSON: ids and plain numbers, the same in every language."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from iso_audit.model.finding import Finding
from iso_audit.model.scenario import Change
from iso_audit.model.simulated import (
    Comparison,
    Effect,
    Estimate,
    Redesign,
    RoleLoad,
    SimulationOutcome,
    Suggestions,
)
from iso_audit.report.as_json import plain

SCHEMA_VERSION = 1


def text(outcome: SimulationOutcome, version: str, inputs: Iterable[tuple[str, str]]) -> str:
    """The whole outcome; `inputs` are names of files with their SHA-256."""
    scenario = outcome.scenario
    order = {one.id: n for n, one in enumerate(scenario.proposals)}
    proposals = [
        *(_compared(one) for one in outcome.comparisons),
        *(_redesign(one) | {"simulated": False} for one in outcome.refused),
    ]
    said = {
        "schema_version": SCHEMA_VERSION,
        "program_version": version,
        "inputs": [{"name": name, "sha256": digest} for name, digest in inputs],
        "scenario": scenario.id,
        "procedure": outcome.procedure.key,
        "period": [scenario.first.isoformat(), scenario.last.isoformat()],
        "seed": scenario.seed,
        "confidence": scenario.precision.confidence,
        "currency": scenario.currency,
        "forced": outcome.is_forced,
        "assumptions": list(outcome.assumptions),
        "calibration": None if outcome.calibration is None else plain(outcome.calibration),
        "search": None if outcome.suggestions is None else _search(outcome.suggestions),
        "loads": [_load(one) for one in outcome.loads],
        "proposals": sorted(proposals, key=lambda one: order.get(str(one["id"]), len(order))),
    }
    return json.dumps(_finite(said), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def render(outcome: SimulationOutcome, version: str, inputs: Iterable[tuple[str, str]], target: Path) -> None:
    """Write it to a file."""
    target.write_text(text(outcome, version, inputs), encoding="utf-8", newline="\n")


def _search(found: Suggestions) -> dict[str, object]:
    return {
        "tried": found.tried,
        "overloaded": found.overloaded,
        "screened": found.screened,
        "verified": found.verified,
        "replications": found.replications,
        "refused_by": dict(found.refused_by),
        "apart": {one.redesign.proposal.id: list(one.apart) for one in found.found if one.apart},
    }


def _compared(one: Comparison) -> dict[str, object]:
    return _redesign(one.redesign) | {
        "simulated": True,
        "replications": one.replications,
        "dossiers": one.dossiers,
        "effects": [_effect(effect) for effect in one.effects],
        "by_role": [_effect(effect) for effect in one.by_role],
        "by_step": [_effect(effect) for effect in one.by_step],
        "loads": [_load(load) for load in one.loads],
        "sensitivities": [
            {
                "factor": each.factor,
                "change": each.change,
                "flips": list(each.flips),
                "effects": [_effect(effect) for effect in each.effects],
            }
            for each in one.sensitivities
        ],
        "log_findings": [_finding(finding) for finding in one.log_findings],
        "curves": {name: {"as_is": list(a), "to_be": list(b)} for name, (a, b) in one.samples.items()},
    }


def _redesign(one: Redesign) -> dict[str, object]:
    return {
        "id": one.proposal.id,
        "title": plain(one.proposal.title),
        "lawful": one.is_lawful,
        "changes": [_change(change) for change in one.proposal.changes],
        "fates": [{"step": fate.step, "fate": fate.fate, "into": fate.into} for fate in one.fates],
        "refusals": [
            {
                "change": None if each.change is None else _change(each.change),
                "reason": each.reason,
                "facts": plain(dict(each.facts)),
                "finding": None if each.finding is None else _finding(each.finding),
            }
            for each in one.refusals
        ],
        "assumptions": [{"key": each.key, "facts": plain(dict(each.facts))} for each in one.assumptions],
        "new_findings": [_finding(finding) for finding in one.new_findings],
        "gone_findings": [_finding(finding) for finding in one.gone_findings],
    }


def _change(change: Change) -> dict[str, object]:
    return {"kind": change.kind, "steps": list(change.steps), "why": plain(change.why)}


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "requirement": finding.requirement,
        "grade": finding.grade.value,
        "step": finding.step,
        "failed": finding.failed,
        "checked": finding.checked,
        "facts": plain(dict(finding.facts)),
    }


def _effect(effect: Effect) -> dict[str, object]:
    return {
        "measure": effect.measure,
        "step": effect.step,
        "role": effect.role,
        "as_is": _estimate(effect.as_is),
        "to_be": _estimate(effect.to_be),
        "difference": _estimate(effect.difference),
        "verdict": effect.verdict.value,
    }


def _estimate(one: Estimate) -> dict[str, float]:
    return {"mean": one.mean, "low": one.low, "high": one.high}


def _load(one: RoleLoad) -> dict[str, object]:
    return {
        "role": one.role,
        "people": one.people,
        "offered_seconds_per_week": one.offered_seconds_per_week,
        "capacity_seconds_per_week": one.capacity_seconds_per_week,
        "utilisation": one.utilisation,
        "backlog_per_week": one.backlog_per_week,
    }


def _finite(value: object) -> object:
    """What is not a number, or endless, is null: JSON knows neither."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value
