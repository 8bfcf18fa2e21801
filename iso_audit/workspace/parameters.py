"""Parameters of requirements, read as the kinds that their rules declare."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from iso_audit.errors import Fault
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import KINDS, StepClock
from iso_audit.model.rule import Parameter, Rule
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, missing, shorten, spoken
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shapes.base import (
    as_code,
    as_limit,
    as_list,
    as_pattern,
    as_plain,
    as_text,
    as_time,
    one_of,
    wrong,
)
from iso_audit.workspace.shapes.pack import RequirementShape

Read = Callable[[object], object]


def _as_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("int_type", value)
    return int(value)


def _as_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise wrong("a_number", value)
    return as_plain(value)


def _as_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong("bool_type", value)
    return value


def _as_texts(value: object) -> tuple[str, ...]:
    several = as_list(value)
    if not isinstance(several, list):
        raise wrong("a_text", value)
    return tuple(as_text(each) for each in several)


def _as_terms(value: object) -> tuple[tuple[str, ...], ...]:
    several = as_list(value)
    if not isinstance(several, list):
        raise wrong("a_text", value)
    terms = tuple(_as_texts(each) for each in several)
    if not all(terms):
        raise wrong("too_short", value)
    return terms


def _as_patterns(value: object) -> tuple[str, ...]:
    return tuple(as_pattern(each) for each in _as_texts(value))


def _as_clocks(value: object) -> dict[str, StepClock]:
    if not isinstance(value, dict):
        raise wrong("dict_type", value)
    as_kind, as_clock = one_of(*KINDS), one_of(*StepClock)
    return {as_kind(kind): StepClock(as_clock(clock)) for kind, clock in value.items()}


def _as_grades(value: object) -> dict[str, Grade]:
    if not isinstance(value, dict):
        raise wrong("dict_type", value)
    as_grade = one_of(*Grade)
    return {name: Grade(as_grade(grade)) for name, grade in value.items()}


def _as_map(value: object) -> object:
    if not isinstance(value, dict):
        raise wrong("dict_type", value)
    return as_plain(value)


_READERS: Mapping[str, Read] = {
    "int": _as_int,
    "number": _as_number,
    "text": as_text,
    "role": as_code,
    "flag": _as_flag,
    "time": as_time,
    "limit": as_limit,
    "names": _as_texts,
    "terms": _as_terms,
    "texts": _as_texts,
    "patterns": _as_patterns,
    "clocks": _as_clocks,
    "grades": _as_grades,
    "map": _as_map,
}


def read_parameters(
    rule: Rule, given: Mapping[str, Any], path: Path, document: Document, faults: list[Fault]
) -> dict[str, object]:
    """Return every parameter of the rule: what the requirement at `path` gives, else the default.

    A parameter that is written without a value is set to nothing, whatever its default.
    """
    before = len(faults)
    for name in given:
        if name not in rule.parameters or rule.parameters[name].kind == "clauses":
            what = Text(
                vi=f"'{shorten(name)}' không phải mục của yêu cầu, cũng không phải tham số của '{rule.name}'",
                en=f"'{shorten(name)}' is neither a key of requirements nor a parameter of '{rule.name}'",
            )
            hint = did_you_mean(name, (*rule.parameters, *RequirementShape.model_fields))
            faults.append(document.key_fault((*path, name), what, hint))
    values: dict[str, object] = {}
    for name, parameter in rule.parameters.items():
        if parameter.kind == "clauses":
            continue  # the pack's own list, see `workspace.packs`
        if parameter.required and given.get(name) is None:
            faults.append(document.fault(path, missing(name)))
        elif name not in given:
            values[name] = _default(parameter)
        elif given[name] is None:
            values[name] = None
        else:
            try:
                values[name] = _read(parameter, given[name])
            except PydanticCustomError as error:
                facts = error.context or {}
                faults.append(
                    document.fault((*path, name), *spoken(error.type, name, facts.get("value"), facts))
                )
    if rule.faults is not None and len(faults) == before:
        faults += [
            document.fault((*path, name) if name in given else path, what)
            for name, what in rule.faults(values)
        ]
    return values


def _read(parameter: Parameter, value: object) -> object:
    read = _READERS[parameter.kind](value)
    if not parameter.known:
        return read
    as_known = one_of(*parameter.known)
    return tuple(map(as_known, read)) if isinstance(read, tuple) else as_known(read)


def _default(parameter: Parameter) -> object:
    """Read a default as if a pack had written it, so that rules meet one form only."""
    value = parameter.default
    if value is None or not isinstance(value, str | list | tuple | dict):
        return value
    return _READERS[parameter.kind](list(value) if isinstance(value, tuple) else value)
