"""The proposals of a scenario as lines of its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from iso_audit.model.calendar import Calendar
from iso_audit.model.scenario import Change, Proposal, Staffing
from iso_audit.text import Text
from iso_audit.workspace.quoting import limit, mapping, scalar, texts, words
from iso_audit.workspace.write_quantities import percent, plain, shares, spread, staff_values

_KEYS = {"role": "role", "id": "as", "source": "from", "after": "after"}
"""Values that are names -> their key in the file (`to` of a delegation apart)."""


def proposal_lines(proposals: tuple[Proposal, ...], office: Calendar) -> Iterator[str]:
    """Write all proposals."""
    if proposals:
        yield "proposals:"
    for proposal in proposals:
        yield f"  - id: {scalar(proposal.id)}"
        if title := words(proposal.title):
            yield f"    title: {title}"
        yield "    changes:"
        yield from (f"      - {_change(change, office)}" for change in proposal.changes)


def _change(of: Change, office: Calendar) -> str:
    written = {of.kind: _own(of, office)}
    for value, key in _KEYS.items():
        if value in of.values:
            written["to" if (of.kind, value) == ("delegate", "role") else key] = _name(of.values[value])
    name = of.values.get("name")
    written["name"] = words(name, in_flow=True) if isinstance(name, Text) else ""
    numbers: dict[str, Any] = dict(of.values)
    written["time_factor"] = percent(numbers["time_factor"]) if "time_factor" in numbers else ""
    for key in ("cost_per_year", "one_off_cost"):
        written[key] = plain(numbers[key]) if key in numbers else ""
    if "cases" in numbers:
        written["by_case"] = mapping({case: _class(each) for case, each in numbers["cases"].items()})
    written["why"] = words(of.why, in_flow=True)
    written["effort"] = plain(of.effort) if of.effort != 1 else ""
    return mapping(written)


def _own(of: Change, office: Calendar) -> str:
    """The value of the key that names the kind."""
    values: dict[str, Any] = dict(of.values)
    if of.kind == "look_up":
        return _name(values["document"])
    if of.kind == "limit":
        return mapping({case: limit(each, in_flow=True) for case, each in values["limits"].items()})
    if of.kind == "staff":
        return mapping({role: _staff(each, office) for role, each in values["staff"].items()})
    if of.kind == "branches":
        return mapping({step: shares(each) for step, each in values["branches"].items()})
    if of.kind in ("durations", "waits"):
        return mapping({step: spread(each) for step, each in values[of.kind].items()})
    return _name(of.steps[0]) if len(of.steps) == 1 else texts(of.steps)


def _staff(value: Staffing | int, office: Calendar) -> str:
    return f"{value:+d}" if isinstance(value, int) else mapping(staff_values(value, office))


def _class(values: Mapping[str, Any]) -> str:
    written = {"role": _name(values["role"]) if "role" in values else ""}
    for key in ("time_factor", "share"):
        written[key] = percent(values[key]) if key in values else ""
    return mapping(written) or "{}"


def _name(value: object) -> str:
    return scalar(str(value), in_flow=True)
