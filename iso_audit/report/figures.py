"""Swimlane pictures as SVG: lanes for roles, time downward, findings marked.

Colour is never the only sign: a violated step has a heavy frame and a badge with the numbers of its
findings, the run that shows a finding is a heavy line and numbers its steps, a step that nobody took
is dashed, a line that leads back is dashed, one that a message takes is dashed and dotted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from iso_audit.analysis.layout import Box, Lane, Layout
from iso_audit.model.procedure import Join, Procedure, Split, Step
from iso_audit.report.cutting import FOOT, Span
from iso_audit.report.lettering import GREY, INK, SERIF, text, width, wrapped
from iso_audit.report.lines import BLUE, drawn_line
from iso_audit.report.looks import Look
from iso_audit.report.tags import SMALL, anytime, outcomes

RED, FRAME = "#b3261e", "#55606e"
SIZE, LEADING = 8.4, 9.2


NARROWEST_HEAD = 40
"""A narrower lane only lets lines through and has no head."""
BAND_FOOT = 3.8
"""Room under the names of the agencies of a linked procedure."""
MOST_LINES = 4
"""Lines of a step's name; more are cut."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a picture says, in the reader's language."""

    lane: Callable[[str, str], tuple[str, str]]
    """(role, unit) -> name of the role, name of the unit or nothing."""
    name: Callable[[Step], str]
    limit: Callable[[Step], str]
    outcome: Callable[[str, str], str]
    anytime: str
    band: Callable[[str, str], str] = lambda role, unit: ""
    """(role, unit) -> the agency under which the lane stands in a linked procedure, else nothing."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found at the steps: badges of findings, times taken (empty where no log tells), a run."""

    findings: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    run: tuple[str, ...] = ()
    """Steps of the run that shows a finding, in order."""
    way: frozenset[tuple[str, str]] = frozenset()
    """Flows (from, to) that the run goes along."""
    looks: Mapping[str, Look] = field(default_factory=dict)

    def never(self, step: str) -> bool:
        return bool(self.taken) and not self.taken.get(step)


def box_height(step: Step, labels: Labels, wide: float) -> float:
    """Height of a box that holds a step's name and limit, and the signs on its frame."""
    lines = len(wrapped(labels.name(step), wide - 7, SIZE, MOST_LINES))
    words = 6.5 + LEADING * lines + (8.6 if labels.limit(step) else 0)
    signs = 4 * (step.join is not Join.ANY) + 4 * (step.split is not Split.ONE)
    return max(words, 26) + signs


def head_height(layout: Layout, labels: Labels) -> float:
    """Height of the band that names the lanes."""
    lines = max((len(_head(lane, labels)) for lane in layout.lanes), default=1)
    return 11 + LEADING * lines + _band_height(_bands(layout, labels))


def _bands(layout: Layout, labels: Labels) -> list[tuple[str, float, float]]:
    """(agency, left, right) of the lanes that stand together; empty where no lane stands under one."""
    bands: list[tuple[str, float, float]] = []
    for lane in layout.lanes:
        said, right = labels.band(lane.role, lane.unit), lane.x + lane.width
        if bands and bands[-1][0] == said:
            bands[-1] = (said, bands[-1][1], right)
        else:
            bands.append((said, lane.x, right))
    return bands if any(said for said, _, _ in bands) else []


def _band_lines(said: str, left: float, right: float) -> list[str]:
    """The name of an agency over its lanes; nothing over lanes that only let lines through."""
    return (
        wrapped(said, right - left - 6, SIZE, MOST_LINES, bold=True) if right - left > NARROWEST_HEAD else []
    )


def _band_height(bands: Iterable[tuple[str, float, float]]) -> float:
    """Height of the band that names the agencies; none where there is no agency to name."""
    return max((LEADING * max(len(_band_lines(*band)), 1) + BAND_FOOT for band in bands), default=0.0)


def _head(lane: Lane, labels: Labels) -> list[tuple[str, float, bool, str]]:
    """Lines of a lane's head: the role, and under it the unit."""
    if lane.width < NARROWEST_HEAD:
        return []
    role, unit = labels.lane(lane.role, lane.unit)
    lines = [(one, SIZE, True, INK) for one in wrapped(role, lane.width - 6, SIZE, 3, bold=True)]
    return lines + [(one, SMALL, False, GREY) for one in wrapped(unit, lane.width - 6, SMALL, 2) if one]


def swimlanes(
    procedure: Procedure,
    layout: Layout,
    span: Span,
    labels: Labels,
    marks: Marks,
    title: str,
    scale: float = 1.0,
    about: str = "",
) -> str:
    """Draw the part of a layout between two heights, under the heads of its lanes.

    `title` and `about` are for those who cannot see the picture.
    """
    top, bottom = span
    head = head_height(layout, labels)
    height = head + bottom - top + (FOOT if bottom < layout.height else 0)
    drawn = [*_lanes(layout, labels, head, height)]
    shift = [f'<g transform="translate(0 {head - top:.1f})">']
    gone = {(route.frm, route.to): route for route in reversed(layout.routes)}
    taken = [gone[flow] for flow in gone if flow in marks.way]
    shift += [drawn_line(route, layout, procedure, span) for route in layout.routes if route not in taken]
    shift += [drawn_line(route, layout, procedure, span, is_run=True) for route in taken]
    if layout.anytime_row is not None:
        y = layout.rows[layout.anytime_row][0] - 5
        if top <= y <= bottom:
            shift.append(f'<path d="M0 {y:.1f}H{layout.width:.1f}" stroke="{GREY}" stroke-dasharray="1 3"/>')
            shift.append(anytime(layout, y, labels.anytime))
    shift += outcomes(layout, span, labels.outcome)
    for step in procedure.steps:
        box = layout.boxes[step.id]
        if top <= box.y and box.bottom <= bottom:
            shift.append(_gateway(step, box) if step.is_silent else _box(step, box, labels, marks))
    said = escape(title)
    described = f"<desc>{escape(about)}</desc>" if about else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:.1f} {height:.1f}" '
        f'width="{layout.width * scale:.1f}pt" height="{height * scale:.1f}pt" role="img" '
        f'aria-label="{said}" font-family="{SERIF}"><title>{said}</title>{described}'
        f"{''.join(drawn + shift)}</g></svg>"
    )


def _lanes(layout: Layout, labels: Labels, head: float, height: float) -> Iterable[str]:
    columns = [*_columns(layout, labels), layout.width]
    for left, right in list(pairwise(columns))[::2]:
        yield _rect(left, 0, right - left, height, 'fill="#f5f7f9"')
    yield _rect(0, 0, layout.width, head, 'fill="#e4e9ef"')
    bands = _bands(layout, labels)
    top = _band_height(bands)
    for lane in layout.lanes:
        lines = _head(lane, labels)
        y = top + (head - top) / 2 - LEADING / 2 * len(lines) + 7
        for said, size, bold, fill in lines:
            yield text(lane.x + lane.width / 2, y, said, size, bold=bold, fill=fill)
            y += LEADING
    for left in columns[1:-1]:
        yield f'<path d="M{left:.1f} {top:g}V{height:.1f}" stroke="#c3cbd4" stroke-width=".6"/>'
    for said, left, right in bands:
        named = _band_lines(said, left, right)
        for at, line in enumerate(named):
            y = (top - BAND_FOOT - LEADING * len(named)) / 2 + LEADING * (at + 1) + 0.3
            yield text((left + right) / 2, y, line, SIZE, bold=True)
        if left > 0:
            yield f'<path d="M{left:.1f} 0V{height:.1f}" stroke="{FRAME}" stroke-width="1.6"/>'
    yield _rect(0.4, 0.4, layout.width - 0.8, height - 0.8, 'fill="none" stroke="#8b96a3" stroke-width=".8"')


def _columns(layout: Layout, labels: Labels) -> Iterable[float]:
    """Left edges of the columns; a strand without a head belongs to the lane beside it of the same agency."""
    before, strand = None, None
    for lane in layout.lanes:
        band = labels.band(lane.role, lane.unit)
        if _head(lane, labels):
            yield lane.x if strand is None else strand
            strand = None
        elif band != before:
            strand = lane.x
        before = band


def _rect(x: float, y: float, w: float, h: float, style: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {style}/>'


def _box(step: Step, box: Box, labels: Labels, marks: Marks) -> str:
    found, never = marks.findings.get(step.id, ""), marks.never(step.id)
    order = [str(position) for position, one in enumerate(marks.run, 1) if one == step.id]
    frame = f'stroke="{RED}" stroke-width="2.2"' if found else f'stroke="{FRAME}" stroke-width=".8"'
    if order and not found:
        frame = f'stroke="{BLUE}" stroke-width="1.6"'
    elif never and not found:
        frame = f'stroke="{GREY}" stroke-width=".8" stroke-dasharray="3 2"'
    ink = GREY if never and not found else INK
    look = marks.looks.get(step.id)
    plain = _rect(box.x, box.y, box.w, box.h, f'rx="2.5" fill="#fff" {frame}')
    parts = [look.drawn((box.x, box.y, box.w, box.h)) if look else plain]
    foot = labels.limit(step)
    lines = wrapped(labels.name(step), box.w - 7, SIZE, MOST_LINES)
    y = box.y + (box.h - LEADING * len(lines) - (8.6 if foot else 0)) / 2 + 7
    y += 2 * (step.join is not Join.ANY) - 2 * (step.split is not Split.ONE)
    for line in lines:
        parts.append(text(box.middle, y, line, SIZE, fill=ink))
        y += LEADING
    if foot:
        size = max(SMALL * min(1.0, (box.w - 5) / width(foot, SMALL)), 6)
        said = wrapped(foot, box.w - 4, size, 1)[0]
        parts.append(text(box.middle, y - 0.2, said, round(size, 1), italic=True, fill=GREY))
    parts += _corners(step, box)
    if found:
        wide = width(found, 8, bold=True) + 8
        parts.append(_badge(box.x + box.w - wide + 5, box.y - 9, wide, found, RED))
    if look:
        parts.append(_badge(box.x - 4, box.y - 7, width(look.badge, 8, bold=True) + 8, look.badge, look.ink))
    if order:
        said = ", ".join(order[:3]) + " …" * (len(order) > 3)
        parts.append(_badge(box.x - 5, box.y - 7, max(width(said, 8, bold=True) + 6, 11), said, BLUE))
    return "".join(parts)


def _badge(x: float, y: float, wide: float, said: str, fill: str) -> str:
    shape = _rect(x, y, wide, 11, f'rx="5.5" fill="{fill}" stroke="#fff" stroke-width=".6"')
    return shape + text(x + wide / 2, y + 8.3, said, 8, bold=True, fill="#fff")


def _corners(step: Step, box: Box) -> Iterable[str]:
    """The signs on the frame: parallel or inclusive split and join, and the end of a run."""
    if step.join is not Join.ANY:
        yield _diamond(box.middle, box.y, 5, "+" if step.join is Join.ALL else "○")
    if step.split is not Split.ONE:
        yield _diamond(box.middle, box.bottom, 5, "+" if step.split is Split.ALL else "○")
    if not step.flows and not step.anytime:
        where = f'cx="{box.x + box.w - 9:.1f}" cy="{box.bottom:.1f}"'
        yield f'<circle {where} r="3.6" fill="#fff" stroke="{INK}" stroke-width="2"/>'


def _gateway(step: Step, box: Box) -> str:
    every = step.split is Split.ALL or step.join is Join.ALL
    some = step.split is Split.SOME or step.join is Join.SOME
    return _diamond(box.middle, box.y + box.h / 2, box.w / 2, "+" if every else "○" if some else "×")


def _diamond(x: float, y: float, half: float, sign: str) -> str:
    arm = half * 0.45
    if sign == "+":
        inner = f"M{x - arm:.1f} {y:.1f}h{2 * arm:.1f}M{x:.1f} {y - arm:.1f}v{2 * arm:.1f}"
        mark = f'<path d="{inner}" stroke="{INK}" stroke-width="1.3"/>'
    elif sign == "○":
        mark = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{arm:.1f}" fill="none" stroke="{INK}" stroke-width="1.1"/>'
        )
    else:
        a = arm * 0.8
        inner = f"M{x - a:.1f} {y - a:.1f}l{2 * a:.1f} {2 * a:.1f}m0 {-2 * a:.1f}l{-2 * a:.1f} {2 * a:.1f}"
        mark = f'<path d="{inner}" stroke="{INK}" stroke-width="1.1"/>'
    outline = f"M{x:.1f} {y - half:.1f}l{half:.1f} {half:.1f}l{-half:.1f} {half:.1f}l{-half:.1f} {-half:.1f}z"
    return f'<path d="{outline}" fill="#fff" stroke="{FRAME}" stroke-width=".9"/>{mark}'
