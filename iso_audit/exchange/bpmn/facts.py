"""Our own facts as extension elements of BPMN, both ways: what is written is read back as it was.

One rule turns any noun of ours into an element: plain values are attributes, lists and nouns are
children named after their field, and whatever has its default value is left out.
"""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from lxml import etree

from iso_audit.exchange.bpmn.vocabulary import ISO, own
from iso_audit.model.procedure import EXTENTS, KINDS, Flow, Part, Procedure, Step
from iso_audit.text import Text

Report = Callable[[etree._Element, str, str], None]
"""Takes what could not be read: the element, the name of the value, and the value."""

DRAWN_STEP = frozenset(("flows", "split", "join", "deferred", "within", "part", "role", "name"))
"""Facts of a step that the drawing itself shows."""
DRAWN_PROCEDURE = frozenset(("steps", "parts", "kept"))

_CHOICES = {"extent": EXTENTS, "cutoff_effect": ("none", "handover", "start_next_working_day")}
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9}|/[1-9]\d{0,8})?\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z", re.ASCII)

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class _Value:
    """How one plain value is written and read; `read` raises ValueError."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def step_element(
    step: Step,
    *,
    name: str,
    role: str = "",
    order: int | None = None,
    split: bool = False,
    join: bool = False,
    within: bool = False,
) -> etree._Element:
    """Say of a step what the drawing does not.

    Args:
        step: The step.
        name: The name that its shape bears.
        role: The role that the lane around it says.
        order: Its place among all steps, where the order of the document is another one.
        split: Whether the way it splits has to be said, because nothing drawn shows it.
        join: The same of the way it joins.
        within: The same of the sub-procedure around it.
    """
    made = _element("step", step, DRAWN_STEP)
    said = {"vi": step.name.vi if step.name.vi != name else None, "en": step.name.en or None}
    shown = "" if step.is_silent else role
    said["role"] = step.role if step.role != shown else None
    said["order"] = None if order is None else str(order)
    said["split"] = step.split.value if split else None
    said["deferred"] = "true" if split and step.deferred else None
    said["join"] = step.join.value if join else None
    said["within"] = step.within if within else None
    for key, value in said.items():
        if value is not None:
            made.set(key, value)
    return made


def procedure_element(procedure: Procedure) -> etree._Element:
    """Say all of a procedure but its steps and parts."""
    return _element("procedure", procedure, DRAWN_PROCEDURE)


def part_element(part: Part) -> etree._Element:
    """Say all of one part of a linked procedure."""
    return _element("part", part)


def lane_element(role: str) -> etree._Element:
    """Say which role a lane stands for."""
    return _bare("lane", role=role)


def flow_element(flow: Flow, name: str) -> etree._Element | None:
    """Say of a flow what its name does not; None where that says all."""
    said = {"case": flow.case}
    said["outcome" if not flow.message else "message"] = flow.message or flow.outcome
    known = {"outcome" if not flow.message else "message": name, "case": ""}
    said = {key: value for key, value in said.items() if value != known[key]}
    if flow.message and flow.outcome:
        said["outcome"] = flow.outcome
    return _bare("flow", **said) if said else None


def made_element(sort: str) -> etree._Element:
    """Mark a node that was drawn for a step: its `split`, `join`, `start` or `end`."""
    return _bare("made", **{"as": sort})


def read_facts(element: etree._Element, noun: type[Any], report: Report) -> dict[str, Any]:
    """Return the fields of a noun that an element says, by name; the rest keep their defaults."""
    said: dict[str, Any] = {}
    for field, sort in _plan(noun).items():
        if sort.plain is not None:
            written = element.get(field)
            if written is not None:
                said[field] = _read_plain(element, field, written, sort.plain, report)
        elif sort.of is Text:
            if element.get(field) is not None or element.get(f"{field}-en") is not None:
                said[field] = Text(element.get(field, ""), element.get(f"{field}-en", ""))
        elif children := element.findall(own(field)):
            said[field] = _read_children(children, sort, report)
    return {field: value for field, value in said.items() if value is not MISSING}


def _read_plain(element: etree._Element, field: str, written: str, plain: _Value, report: Report) -> Any:  # noqa: ANN401
    try:
        value = plain.read(written)
        if field in _CHOICES and value not in _CHOICES[field]:
            raise ValueError
    except ValueError:
        report(element, field, written)
        return MISSING
    return value


def _read_children(children: list[etree._Element], sort: _Sort, report: Report) -> Any:  # noqa: ANN401
    if sort.of is str:
        return tuple(child.text or "" for child in children)
    nouns = [read_noun(child, sort.of, report) for child in children]
    if sort.by_case:
        pairs = zip(children, nouns, strict=True)
        return {child.get("case", "default"): noun for child, noun in pairs if noun is not None}
    known = tuple(noun for noun in nouns if noun is not None)
    return known if sort.many else (known[-1] if known else MISSING)


def read_noun(element: etree._Element, noun: type[Noun], report: Report) -> Noun | None:
    """Make a noun out of its element; None after a report that something it needs is missing."""
    said = read_facts(element, noun, report)
    for field in fields(noun):  # type: ignore[arg-type]
        if field.name in said or _default(field) is not MISSING:
            continue
        sort = _plan(noun)[field.name]
        if not sort.many and not sort.optional:
            if element.get(field.name) is None:
                report(element, field.name, "")
            return None
        said[field.name] = () if sort.many else None
    return noun(**said)


@dataclass(frozen=True, slots=True)
class _Sort:
    """How a field is written: a plain value, words, or children."""

    of: type[Any]
    plain: _Value | None = None
    many: bool = False
    by_case: bool = False
    optional: bool = False


def _plan(noun: type[Any]) -> Mapping[str, _Sort]:
    plan = _PLANS.get(noun)
    if plan is None:
        hints = get_type_hints(noun)
        plan = _PLANS[noun] = {name: _sort(name, hint) for name, hint in hints.items() if name != "place"}
    return plan


def _sort(name: str, hint: Any) -> _Sort:  # noqa: ANN401
    optional = isinstance(hint, types.UnionType)
    if optional:
        hint = next(each for each in get_args(hint) if each is not type(None))
    inner = get_args(hint)
    if name == "kinds":
        return _Sort(str, _KINDS)
    if get_origin(hint) is frozenset:
        return _Sort(str, _WORDS)
    if get_origin(hint) is Mapping:
        return _Sort(inner[1], by_case=True)
    if get_origin(hint) is tuple:
        return _Sort(inner[0], many=True)
    return _Sort(
        hint, _Value(str, hint) if issubclass(hint, StrEnum) else _PLAIN.get(hint), optional=optional
    )


def _element(name: str, noun: object, drawn: frozenset[str] = frozenset()) -> etree._Element:
    """Turn a noun into an element, without what is `drawn` and what has its default value."""
    made = etree.Element(own(name), nsmap={"iso": ISO})
    plan = _plan(type(noun))
    for field in fields(noun):  # type: ignore[arg-type]
        value = getattr(noun, field.name)
        if field.name in drawn or field.name == "place" or value == _default(field):
            continue
        _write(made, field.name, value, plan[field.name])
    return made


def _write(made: etree._Element, name: str, value: Any, sort: _Sort) -> None:  # noqa: ANN401
    if value is None:
        return
    if sort.plain is not None:
        made.set(name, sort.plain.write(value))
    elif sort.of is Text:
        for key, words in ((name, value.vi), (f"{name}-en", value.en)):
            if words:
                made.set(key, words)
    elif sort.by_case:
        for case, each in value.items():
            child = _element(name, each)
            child.set("case", case)
            made.append(child)
    else:
        for each in value if sort.many else (value,):
            if is_dataclass(each):
                made.append(_element(name, each))
            else:
                etree.SubElement(made, own(name)).text = each


def _bare(name: str, **said: str) -> etree._Element:
    return etree.Element(own(name), said, {"iso": ISO})


def _default(field: Field[Any]) -> Any:  # noqa: ANN401
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _fraction(written: str) -> Fraction:
    if not _NUMBER.match(written):
        raise ValueError(written)
    return Fraction(written)


def _time(written: str) -> dt.time:
    if not _TIME.match(written):
        raise ValueError(written)
    return dt.time.fromisoformat(written)


def _flag(written: str) -> bool:
    if written not in ("true", "false"):
        raise ValueError(written)
    return written == "true"


def _count(written: str) -> int:
    if not re.match(r"[1-9]\d{0,8}\Z", written, re.ASCII):
        raise ValueError(written)
    return int(written)


def _kinds(written: str) -> tuple[str, ...]:
    kinds = tuple(written.split())
    if not set(kinds) <= set(KINDS):
        raise ValueError(written)
    return kinds


_PLAIN: Mapping[type[Any], _Value] = {
    str: _Value(str, str),
    bool: _Value(lambda flag: "true" if flag else "false", _flag),
    int: _Value(str, _count),
    Fraction: _Value(str, _fraction),
    dt.date: _Value(dt.date.isoformat, dt.date.fromisoformat),
    dt.time: _Value(lambda time: f"{time:%H:%M}", _time),
}
_KINDS = _Value(" ".join, _kinds)
_WORDS = _Value(lambda words: " ".join(sorted(words)), lambda written: frozenset(written.split()))
_PLANS: dict[type[Any], Mapping[str, _Sort]] = {}
