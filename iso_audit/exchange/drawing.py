"""A procedure as a drawing in words: Mermaid flowcharts, and DOT for Graphviz.

Lanes become groups, choices and joins get a sign of their own, and any text may stand in names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from iso_audit.analysis.layout import lanes_of
from iso_audit.exchange.spelled_out import Drawing, Key, Line, Node, spelled_out
from iso_audit.model.procedure import Join, Procedure, Split

Lane = tuple[str, str]
"""Role and unit, by id."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a drawing says, in the reader's language."""

    lang: str
    lane: Callable[[str, str], str]
    """(role, unit) -> what stands over the lane; empty for no lane at all."""
    outcome: Callable[[str], str] = str
    """Words for the outcome of a choice."""


def mermaid(procedure: Procedure, wording: Wording) -> str:
    """Return a Mermaid flowchart. Linear in steps and flows."""
    drawing, number = _drawn(procedure)
    lines = ["flowchart TD"]
    if said := _title(procedure, wording):
        lines = ["---", f"title: {_quoted_yaml(said)}", "---", *lines]
    for place, (lane, nodes) in enumerate(_grouped(procedure, drawing).items()):
        said = wording.lane(*lane)
        if said:
            lines.append(f'  subgraph lane{place}["{_mermaid_text(said) or " "}"]')
        for node in nodes:
            lines.append(f"    n{number[node.key]}{_mermaid_shape(node, wording)}")
        lines += ["  end"] if said else []
    for line in drawing.lines:
        arrow = "-.->" if line.is_message else "-->"
        said = _mermaid_text(_said(line, wording))
        label = f'|"{said}"|' if said else ""
        lines.append(f"  n{number[line.frm]} {arrow}{label} n{number[line.to]}")
    return "\n".join(lines) + "\n"


def dot(procedure: Procedure, wording: Wording) -> str:
    """Return a graph in the language of Graphviz, with a cluster for each lane. Linear."""
    drawing, number = _drawn(procedure)
    said = _title(procedure, wording)
    lines = [
        f"digraph {_dot_text(procedure.id)} {{",
        f"  graph [label={_dot_text(said)}, labelloc=t, rankdir=TB, fontname=Times];",
        "  node [fontname=Times, fontsize=10]; edge [fontname=Times, fontsize=9];",
    ]
    for place, (lane, nodes) in enumerate(_grouped(procedure, drawing).items()):
        said = wording.lane(*lane)
        if said:
            lines += [f"  subgraph cluster_{place} {{", f"    label={_dot_text(said)};"]
        lines += [f"    n{number[node.key]} [{_dot_shape(node, wording)}];" for node in nodes]
        lines += ["  }"] if said else []
    for line in drawing.lines:
        style = ["style=dashed"] if line.is_message else []
        style += [f"label={_dot_text(_said(line, wording))}"] if _said(line, wording) else []
        lines.append(f"  n{number[line.frm]} -> n{number[line.to]}{_brackets(style)};")
    return "\n".join([*lines, "}"]) + "\n"


def _drawn(procedure: Procedure) -> tuple[Drawing, Mapping[Key, int]]:
    drawing = spelled_out(procedure, merges=False)
    return drawing, {key: place for place, key in enumerate(drawing.nodes)}


def _grouped(procedure: Procedure, drawing: Drawing) -> Mapping[Lane, list[Node]]:
    lanes = lanes_of(procedure)
    groups: dict[Lane, list[Node]] = {}
    for node in drawing.nodes.values():
        groups.setdefault(lanes[node.step.id], []).append(node)
    return groups


def _title(procedure: Procedure, wording: Wording) -> str:
    return procedure.title.say(wording.lang) or procedure.id


def _said(line: Line, wording: Wording) -> str:
    """Words beside a line: the outcome, the case in brackets, the name of a message."""
    if line.flow is None:
        return ""
    case = f"[{line.flow.case}]" if line.flow.case else ""
    return " ".join(said for said in (wording.outcome(line.flow.outcome), line.flow.message, case) if said)


def _sign(node: Node) -> str:
    """The sign inside a gateway."""
    if Split.ALL is node.split or Join.ALL is node.join:
        return "+"
    return "○" if Split.SOME is node.split or Join.SOME is node.join else "×"


def _name(node: Node, wording: Wording) -> str:
    """The words inside a shape."""
    said = "" if node.made else node.step.name.say(wording.lang)
    if node.is_gateway:
        return f"{_sign(node)} {said}".strip()
    if node.is_event:
        return said
    return f"{node.step.number}. {said}" if node.step.number else said or node.step.id


def _mermaid_shape(node: Node, wording: Wording) -> str:
    said = _mermaid_text(_name(node, wording)) or " "
    if node.is_gateway:
        return f'{{"{said}"}}'
    if node.is_event:
        return f'((("{said}")))' if node.made == "end" else f'(("{said}"))'
    return f'["{said}"]'


def _dot_shape(node: Node, wording: Wording) -> str:
    said = f"label={_dot_text(_name(node, wording))}"
    if node.is_gateway:
        return f"{said}, shape=diamond"
    if node.is_event:
        wide = ', width="0.3"' if node.made else ""
        return f"{said}, shape={'doublecircle' if node.made == 'end' else 'circle'}{wide}"
    return f'{said}, shape=box, style="rounded"'


def _brackets(values: list[str]) -> str:
    return f" [{', '.join(values)}]" if values else ""


def _plain(said: str) -> str:
    """Words on one line, without characters that no drawing can show."""
    shown = "".join(c if c.isprintable() else " " for c in said)
    return " ".join(shown.split())


def _mermaid_text(said: str) -> str:
    """Words inside double quotes: whatever could mean something there becomes a number."""
    return "".join(c if c.isalnum() or c in " .,-–/():+%×○" else f"#{ord(c)};" for c in _plain(said))


def _quoted_yaml(said: str) -> str:
    return "'" + _plain(said).replace("'", "''") + "'"


def _dot_text(said: str) -> str:
    r"""A quoted string; `\` and `&` would begin something else."""
    return '"' + re.sub(r'(["\\])', r"\\\1", _plain(said).replace("&", "&amp;")) + '"'
