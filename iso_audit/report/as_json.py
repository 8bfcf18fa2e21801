"""The master output: the whole outcome as JSON, from which every other output could be made again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from iso_audit.model.finding import Finding, Tally
from iso_audit.model.measure import Duration, Measure, StepMeasure
from iso_audit.model.nonconformity import IdleWaiver
from iso_audit.model.outcome import Outcome
from iso_audit.model.place import Place
from iso_audit.model.procedure import Limit
from iso_audit.text import Text

SCHEMA_VERSION = 3


def text(outcome: Outcome) -> str:
    """The outcome as JSON text: keys sorted, one entry a line, the same for the same outcome."""
    whole: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "run": plain(outcome.card),
        "findings": [_finding(finding) for finding in outcome.findings],
        "waived": [{**_finding(one.finding), "waived": plain(one.waiver)} for one in outcome.waived],
        "idle_waivers": [_idle(one) for one in outcome.idle_waivers],
        "open": plain(outcome.open_items),
        "remarks": plain(outcome.remarks),
        "failures": plain(outcome.failures),
        "tallies": _table(Tally._fields, outcome.tallies),
        "measures": _table(Measure._fields, outcome.measures.dossiers),
        "step_measures": _table(StepMeasure._fields, outcome.measures.steps),
        "durations": _table(Duration._fields, outcome.measures.durations),
        "intake": plain(outcome.intake),
        "mapping": {"note": plain(outcome.mapping_note), "assumptions": plain(outcome.notes)},
        "dossiers": _counts(("procedure", "unit"), outcome.unit_dossiers),
        "executions": _counts(("procedure", "step"), outcome.executions),
    }
    return "{\n" + ",\n".join(f"{_line(key)}: {_entries(whole[key])}" for key in sorted(whole)) + "\n}\n"


def _table(columns: Iterable[str], values: Iterable[tuple[object, ...]]) -> dict[str, Any]:
    """Many small nouns as rows under one head, for they are most of the file."""
    return {"columns": list(columns), "rows": [plain(value) for value in values]}


def _counts(names: tuple[str, str], counts: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    return {"columns": [*names, "count"], "rows": [[*key, count] for key, count in sorted(counts.items())]}


def _entries(value: Any) -> str:  # noqa: ANN401
    """A list, or the rows of a table, with one entry a line: what changed between two runs is seen."""
    if isinstance(value, dict) and list(value) == ["columns", "rows"]:
        return f'{{"columns": {_line(value["columns"])}, "rows": {_entries(value["rows"])}}}'
    if not isinstance(value, list) or not value:
        return _line(value)
    return "[\n" + ",\n".join(f" {_line(one)}" for one in value) + "\n]"


def _line(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def render(outcome: Outcome, target: Path) -> None:
    """Write the outcome as JSON."""
    target.write_text(text(outcome), encoding="utf-8", newline="\n")


def _finding(finding: Finding) -> dict[str, Any]:
    return {"fingerprint": finding.fingerprint, **plain(finding)}


def _idle(one: IdleWaiver) -> dict[str, Any]:
    near = [finding.fingerprint for finding in one.near]
    return {"waiver": plain(one.waiver), "why": one.why.value, "near": near}


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
