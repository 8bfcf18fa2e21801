"""A procedure becomes a tidy procedure file, for people to read and change.

read(write(procedure)) == procedure
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iso_audit.model.limits import unit_in
from iso_audit.model.procedure import Limit, Period, Procedure, TimeUnit
from iso_audit.workspace.quoting import comment, day, limit, mapping, name, scalar, texts, words
from iso_audit.workspace.write_steps import step_lines


def procedure_yaml(
    procedure: Procedure, comments: Sequence[str] = (), step_comments: Mapping[str, str] | None = None
) -> str:
    """Write a procedure file.

    Args:
        procedure: What to write; keys that its file wrote are written even where they are empty.
        comments: Lines for the head of the file.
        step_comments: Step id -> what stands above the step.
    """
    lines = [line for said in comments for line in comment(said)]
    lines += [f"{key}: {value}" for key, value in _head(procedure)]
    lines += _blocks(procedure)
    lines += step_lines(procedure, step_comments or {})
    return "\n".join(lines) + "\n"


def _head(p: Procedure) -> Iterator[tuple[str, str]]:
    """The keys of one line each."""
    yield "procedure", scalar(p.id)
    values = {
        "code": f'"{p.code}"' if p.code.replace(".", "").isdigit() else name(p.code),
        "title": words(p.title),
        "level": name(p.level),
        "owner": name(p.owner),
        "authority": name(p.authority),
        "limit": _limits(p.limits, unit_in(p.time_header)) if p.limits else "",
        "in_force": _period(p.in_force) if p.in_force != Period() else "",
        "extent": p.extent if p.extent != "full" else "",
        "time_header": name(p.time_header),
        "same_day": "true" if p.same_day else "",
        "cutoff": f'"{p.cutoff:%H:%M}"' if p.cutoff else "",
        "cutoff_effect": p.cutoff_effect if p.cutoff_effect != "none" else "",
        "start": name(p.start),
        "fee": name(p.fee),
        "result": name(p.result),
    }
    nothing = {"in_force": "{}", "extent": "full", "same_day": "false", "cutoff_effect": "none"}
    for key, value in values.items():
        if value or key in p.keys:
            yield key, value or nothing.get(key, '""')


def _blocks(p: Procedure) -> Iterator[str]:
    """The keys that hold lists and blocks, before the steps."""
    if p.decision is not None:
        d = p.decision
        yield from _block(
            "decision",
            {
                "number": scalar(d.number),
                "date": day(d.date),
                "authority": name(d.authority),
                "note": words(d.note),
            },
        )
    if p.version is not None:
        v = p.version
        yield from _block(
            "version",
            {
                "number": name(v.number),
                "date": day(v.date),
                "prepared_by": name(v.prepared_by),
                "checked_by": name(v.checked_by),
                "reviewed_by": name(v.reviewed_by),
                "approved_by": name(v.approved_by),
                "changes": texts(v.changes) if v.changes else "",
            },
        )
    unit = unit_in(p.time_header)
    forms = [
        {
            "ref": scalar(form.ref, in_flow=True),
            "no": scalar(form.number, in_flow=True),
            "name": words(form.name, in_flow=True),
        }
        for form in p.forms
    ]
    lists: dict[str, list[str]] = {
        "legal_basis": [
            mapping(
                {
                    "ref": scalar(basis.ref, in_flow=True),
                    "article": name(basis.article, in_flow=True),
                    "from": day(basis.in_force.first),
                    "to": day(basis.in_force.last),
                }
            )
            for basis in p.legal_basis
        ],
        "ways": [scalar(text) for text in p.ways],
        "applicants": [scalar(text) for text in p.applicants],
        "documents": [scalar(text) for text in p.documents],
        "forms": [mapping(form) for form in forms],
        "conditions": [scalar(text) for text in p.conditions],
        "separation": [texts(duties.of) for duties in p.separation],
        "limit_groups": [
            mapping({"steps": texts(group.steps), "limit": limit(group.limit, unit, in_flow=True)})
            for group in p.limit_groups
        ],
        "outside": [scalar(message) for message in p.outside],
        "bpmn": [
            mapping({"of": name(piece.of, in_flow=True), "xml": scalar(piece.xml, in_flow=True)})
            for piece in p.kept
        ],
    }
    for key, items in lists.items():
        if items:
            yield f"{key}:"
            yield from (f"  - {item}" for item in items)
        elif key in p.keys:
            yield f"{key}: []"


def _block(key: str, values: Mapping[str, str]) -> Iterator[str]:
    written = {inner: value for inner, value in values.items() if value}
    yield f"{key}:" if written else f"{key}: {{}}"
    yield from (f"  {inner}: {value}" for inner, value in written.items())


def _period(period: Period) -> str:
    return mapping({"from": day(period.first), "to": day(period.last)})


def _limits(limits: Mapping[str, Limit], unit: TimeUnit | None) -> str:
    if limits.keys() == {"default"}:
        return limit(limits["default"], unit)
    return mapping({case: limit(each, unit, in_flow=True) for case, each in limits.items()})
