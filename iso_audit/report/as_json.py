"""The master output: the whole outcome as JSON, from which every other output could be made again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from iso_audit.model.finding import Finding
from iso_audit.model.outcome import Outcome
from iso_audit.model.place import Place
from iso_audit.model.procedure import Limit
from iso_audit.text import Text

SCHEMA_VERSION = 1


def text(outcome: Outcome) -> str:
    """The outcome as JSON text: keys sorted, days as ISO 8601, the same for the same outcome."""
    whole = {
        "schema_version": SCHEMA_VERSION,
        "run": plain(outcome.card),
        "findings": [_finding(finding) for finding in outcome.findings],
        "open": plain(outcome.open_items),
        "failures": plain(outcome.failures),
        "tallies": plain(outcome.tallies),
        "measures": plain(outcome.measures),
        "intake": plain(outcome.intake),
        "mapping": {"note": plain(outcome.mapping_note), "assumptions": plain(outcome.notes)},
        "dossiers": [
            {"procedure": procedure, "unit": unit, "count": count}
            for (procedure, unit), count in sorted(outcome.unit_dossiers.items())
        ],
        "executions": [
            {"procedure": procedure, "step": step, "count": count}
            for (procedure, step), count in sorted(outcome.executions.items())
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def render(outcome: Outcome, target: Path) -> None:
    """Write the outcome as JSON."""
    target.write_text(text(outcome), encoding="utf-8", newline="\n")


def _finding(finding: Finding) -> dict[str, Any]:
    return {"fingerprint": finding.fingerprint, **plain(finding)}


def plain(value: object) -> Any:  # noqa: ANN401 - JSON is what it is
    """Any noun as JSON can hold it; exact numbers stay exact."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Place):
        return str(value)
    if isinstance(value, Text):
        return {"vi": value.vi, "en": value.en}
    if isinstance(value, Limit):
        number = None if value.value is None else plain(value.value)
        return {"value": number, "unit": value.unit.value, "printed": value.printed}
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=str)
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return str(value)
