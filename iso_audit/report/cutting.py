"""Long pictures cut into parts for the page, each with only the lanes that it needs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from iso_audit.analysis.layout import Layout

Span = tuple[float, float]
"""Upper and lower edge of a part, in the whole picture's measure."""

FOOT = 13
"""Room under a cut, for the letters under which lines go on."""
STRAND = 9
"""Width that a line takes which only passes down a lane without steps."""


def parts_of(layout: Layout, most: float) -> list[Span]:
    """Cut a picture into parts no higher than `most`, about as high as each other, under rows of boxes."""
    if layout.height <= most:
        return [(0.0, layout.height)]
    most -= FOOT
    count = len(_cut(layout, most))
    target = layout.height / count
    while len(parts := _cut(layout, min(target, most))) > count:
        target += 8
    return parts


def _cut(layout: Layout, most: float) -> list[Span]:
    parts, start, last = [], 0.0, 0.0
    for _, bottom in layout.rows:
        if bottom + 2 - start > most and last > start:
            parts.append((start, last))
            start = last
        last = bottom + 2
    return [*parts, (start, layout.height)]


def narrowed(layout: Layout, span: Span) -> Layout:
    """The layout without the lanes that hold no step between the edges; lines through them keep a strand."""
    top, bottom = span
    used = {box.lane for box in layout.boxes.values() if top <= box.y and box.bottom <= bottom}
    if len(used) == len(layout.lanes) or not used:
        return layout
    edges = [lane.x for lane in layout.lanes]
    strands = _strands(layout, span)
    lanes, moves, at = [], [], 0.0
    for index, lane in enumerate(layout.lanes):
        within = [x for x in strands if max(bisect_right(edges, x) - 1, 0) == index]
        wide = lane.width if index in used else STRAND * (len(within) + 1) if within else 0.0
        lanes.append(replace(lane, x=at, width=wide))
        moves.append(_move(lane.x, at) if index in used else _spread(within, at))
        at += wide

    def move(x: float) -> float:
        return moves[max(bisect_right(edges, x) - 1, 0)](x)

    return replace(
        layout,
        lanes=tuple(lane for lane in lanes if lane.width),
        boxes={name: replace(box, x=move(box.x)) for name, box in layout.boxes.items()},
        routes=tuple(
            replace(route, points=tuple((move(x), y) for x, y in route.points)) for route in layout.routes
        ),
        width=at,
    )


def _strands(layout: Layout, span: Span) -> list[float]:
    """Where lines run downward between the edges, from left to right."""
    top, bottom = span
    found = {
        x1
        for route in layout.routes
        for (x1, y1), (x2, y2) in pairwise(route.points)
        if x1 == x2 and min(y1, y2) < bottom and max(y1, y2) > top
    }
    return sorted(found)


def _move(old: float, new: float) -> Callable[[float], float]:
    return lambda x: x - old + new


def _spread(within: list[float], at: float) -> Callable[[float], float]:
    """Lines side by side, in their order, in a lane that is no longer there."""
    return lambda x: at + STRAND * bisect_right(within, x)
