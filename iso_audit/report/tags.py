"""Words beside the lines of a swimlane picture: outcomes, messages, what may happen at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from iso_audit.analysis.layout import Layout
from iso_audit.report.cutting import Span
from iso_audit.report.lettering import GREY, text, width, wrapped

SMALL = 7.4
Say = Callable[[str, str], str]
"""(outcome, case) -> the words of a choice."""
SIGN = 6.0
"""By how much the signs at a box (the end of a run, a split) stand out of it."""
LETTER = 5.8
"""Half of the room that the lettered circle of a cut line takes."""


@dataclass(frozen=True, slots=True)
class _Tag:
    """Words of an outcome and where they stand."""

    said: str
    left: float
    y: float


def overhang(layout: Layout, say: Say) -> float:
    """By how much words of outcomes would stick out at the left edge."""
    return max((3 - tag.left for tag in _tags(layout, say)), default=0.0)


def outcomes(layout: Layout, span: Span, say: Say) -> Iterable[str]:
    """The words of the choices between the edges, beside the letters of lines that are cut there."""
    letters = sorted(_crossing(layout, span[0]))
    for tag in _tags(layout, say):
        if span[0] <= tag.y < span[1]:
            wide = width(tag.said, SMALL) + 2
            left = min(tag.left, layout.width - wide - 2)
            if tag.y - SMALL < span[0] + 2 * LETTER:
                left = _aside(left, wide, letters)
            y = tag.y if tag.y - 7 >= span[0] else tag.y + 10  # under its line, not over the heads of lanes
            yield (
                f'<rect x="{left:.1f}" y="{y - 6.6:.1f}" width="{wide:.1f}" height="8.2" '
                'fill="#fff" fill-opacity=".85"/>'
            )
            yield text(left + 1, y, tag.said, SMALL, anchor="start", italic=True)


def anytime(layout: Layout, y: float, said: str) -> str:
    """The words over the line under which stands what may happen at any time, clear of the boxes above."""
    wide = width(said, SMALL)
    above = [box for box in layout.boxes.values() if y - 3 - SMALL < box.bottom + SIGN and box.y < y]
    starts = (3.0, *(lane.x + 3 for lane in layout.lanes[1:] if 2 * lane.width > wide))
    free = (
        x
        for x in starts
        if x + wide <= layout.width - 3
        and all(box.x + box.w + 3 < x or x + wide + 3 < box.x for box in above)
    )
    return text(next(free, 3.0), y - 3, said, SMALL, anchor="start", italic=True, fill=GREY)


def _crossing(layout: Layout, y: float) -> set[float]:
    """Where lines cross the edge from above."""
    if y <= 0:
        return set()
    ways = (way for route in layout.routes for way in pairwise(route.points))
    return {x1 for (x1, y1), (_, y2) in ways if min(y1, y2) < y < max(y1, y2)}


def _aside(left: float, wide: float, letters: Iterable[float]) -> float:
    """Move words to the right of the letters that they would cover."""
    for x in letters:
        if left < x + LETTER and x - LETTER < left + wide:
            left = x + LETTER
    return left


def _tags(layout: Layout, say: Say) -> Iterable[_Tag]:
    """Words of each choice: over the line where it turns aside, beside the arrow of one that does not."""
    tops = [top for top, _ in layout.rows]
    for route in layout.routes:
        words = say(route.outcome, route.case) or say(route.message.replace("-", " "), "")
        if not words:
            continue
        said = wrapped(words, 110, SMALL, 1)[0]
        points = route.points
        turn = next((i for i in range(1, len(points)) if points[i][1] == points[i - 1][1] and i > 1), None)
        if turn is None and points[0][1] == points[1][1]:
            turn = 1
        if turn is None:
            below = min(top for top in tops if top > points[0][1])
            yield _Tag(said, points[0][0] + 4, below - 2.2)
            continue
        (x, y), (to, _) = points[turn - 1], points[turn]
        yield _Tag(said, x + 2 if to > x else x - 4 - width(said, SMALL), y - 2)
