"""Lines of the swimlane pictures: ways onward, back, of messages and of a run, cut where the page is."""

from __future__ import annotations

from itertools import pairwise

from iso_audit.analysis.layout import Layout, Route
from iso_audit.analysis.routing import Point
from iso_audit.model.procedure import Join, Procedure
from iso_audit.report.cutting import Span
from iso_audit.report.lettering import text

BLUE, LINE = "#0b5cad", "#39424e"


def drawn_line(route: Route, layout: Layout, procedure: Procedure, span: Span, is_run: bool = False) -> str:
    """The pieces of a route inside the part, with a lettered circle where it goes on in another part."""
    ink, wide, arrow = (BLUE, "2.8", "l-4.4 -8h8.8z") if is_run else (LINE, ".9", "l-2.7 -5.6h5.4z")
    points = list(route.points)
    if procedure.by_id[route.to].join is not Join.ANY and not procedure.by_id[route.to].is_silent:
        points[-1] = (points[-1][0], points[-1][1] - 5)
    top, bottom = span
    dashes = "7 2.2 1.4 2.2" if route.message else "4 2.5" if route.dashed else ""
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    out = []
    for piece in _clipped(points, top, bottom):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece)
        out.append(f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{wide}"{dash}/>')
        for x, y in (piece[0], piece[-1]):
            if (y == bottom and bottom < layout.height) or (y == top and top > 0):
                out.append(_connector(x, y + 6, route, layout))
        x, y = piece[-1]
        if piece[-1] == points[-1]:
            out.append(f'<path d="M{x:.1f} {y:.1f}{arrow}" fill="{ink}"/>')
    return "".join(out)


def _connector(x: float, y: float, route: Route, layout: Layout) -> str:
    letter = _letter(list(layout.boxes).index(route.to))
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#fff" stroke="{LINE}" stroke-width=".8"/>'
        f"{text(x, y + 2.3, letter, 6.4)}"
    )


def _letter(index: int) -> str:
    return chr(65 + index % 26) + (str(index // 26) if index >= 26 else "")


def _clipped(points: list[Point], top: float, bottom: float) -> list[list[Point]]:
    pieces: list[list[Point]] = []
    open_piece = False
    for (x1, y1), (x2, y2) in pairwise(points):
        a, b = (min(max(y, top), bottom) for y in (y1, y2))
        outside = max(y1, y2) < top or min(y1, y2) > bottom or (y1 != y2 and a == b)
        if outside:
            open_piece = False
            continue
        if not open_piece:
            pieces.append([(x1, a)])
        pieces[-1].append((x2, b))
        open_piece = b == y2
    return pieces
