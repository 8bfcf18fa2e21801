"""The JSON Schema of findings.json, made from the nouns that it holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from iso_audit.model.finding import Finding, Tally
from iso_audit.model.measure import Duration, Measure, StepMeasure
from iso_audit.model.nonconformity import Idle, Waiver
from iso_audit.model.outcome import Outcome, RunCard
from iso_audit.model.place import Place
from iso_audit.model.procedure import Limit
from iso_audit.report.as_json import SCHEMA_VERSION
from iso_audit.text import Text

_FINGERPRINT = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_STRING = {"type": "string"}
_LEAVES: Mapping[type, dict[str, Any]] = {
    str: _STRING,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Fraction: {"type": ["integer", "string"]},
    dt.date: {"type": "string", "format": "date"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.time: _STRING,
    Place: {"type": "string", "description": "file:line:column"},
    Text: {"type": "object", "properties": {"vi": _STRING, "en": _STRING}, "required": ["vi", "en"]},
    Limit: {"type": "object", "required": ["value", "unit", "printed"]},
}


def schema() -> dict[str, Any]:
    """Return the schema; every key is always there, and no other."""
    whole = typing.get_type_hints(Outcome)
    waived = _noun(Finding, fingerprint=_FINGERPRINT, waived=_noun(Waiver))
    idle = {
        "waiver": _noun(Waiver),
        "why": {"enum": [why.value for why in Idle]},
        "near": {"type": "array", "items": _FINGERPRINT},
    }
    keys: dict[str, dict[str, Any]] = {
        "schema_version": {"const": SCHEMA_VERSION},
        "run": _noun(RunCard),
        "findings": {"type": "array", "items": _noun(Finding, fingerprint=_FINGERPRINT)},
        "waived": {"type": "array", "items": waived},
        "idle_waivers": {"type": "array", "items": _object(idle)},
        "open": _of(whole["open_items"]),
        "remarks": _of(whole["remarks"]),
        "failures": _of(whole["failures"]),
        "tallies": _table(Tally._fields),
        "measures": _table(Measure._fields),
        "step_measures": _table(StepMeasure._fields),
        "durations": _table(Duration._fields),
        "intake": _of(whole["intake"]),
        "mapping": _object({"note": _of(Text), "assumptions": _of(whole["notes"])}),
        "dossiers": _table(["procedure", "unit", "count"]),
        "executions": _table(["procedure", "step", "count"]),
    }
    return {"title": "iso-audit: findings", **_object(keys)}


def _noun(noun: type, **more: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(noun)
    fields = typing.cast("Any", dataclasses.fields(noun))
    return _object({**{field.name: _of(hints[field.name]) for field in fields}, **more})


def _object(keys: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object", "properties": dict(keys), "required": sorted(keys), "additionalProperties": False,
    }  # fmt: skip


def _table(columns: Sequence[str]) -> dict[str, Any]:
    row = {"type": "array", "minItems": len(columns), "maxItems": len(columns)}
    return _object({"columns": {"const": list(columns)}, "rows": {"type": "array", "items": row}})


def _of(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - any annotation of a field
    if hint in _LEAVES:
        return _LEAVES[hint]
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [{"type": "null"} if one is type(None) else _of(one) for one in arguments]}
    if origin in (tuple, frozenset):
        items = _of(arguments[0]) if origin is frozenset or arguments[-1] is ... else {}
        return {"type": "array", "items": items}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    if dataclasses.is_dataclass(hint):
        return _noun(typing.cast("type", hint))
    return {"type": "object"} if origin is not None else {}
