"""Orthogonal lines between boxes on a grid, that cross no box.

A line leaves its box at the foot, runs sideways only in a channel between rows and downward only in
a gutter between columns or through cells that hold no box, and enters its aim at the top
(`analysis.tracks` chooses; here channels and gutters get their measures, and lines their points).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from iso_audit.analysis.tracks import Cell, Edge, Way, channel_tracks, gutter_tracks, ways_of

Point = tuple[float, float]
_ABOVE, _BELOW = 10.5, 9.0
"""Room in a channel over its first line (words of an outcome fit) and under its last (an arrow fits)."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measures of a picture, in points."""

    box_width: float = 104
    box_height: float = 36
    gateway: float = 18
    track: float = 9
    """From one line to the next in a channel: a line of small print fits."""
    gap: float = 15
    """Least height of a channel."""
    gutter: float = 11
    """Least width of a gutter."""
    lane_track: float = 5
    """From one line to the next in a gutter."""
    margin: float = 0
    """Room kept free at the left edge, for words beside the lines."""
    most: int = 2
    """More steps of one lane in one row than this go to the next rows: a lane stays narrow enough."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in points: frames (x, y, width, height) of boxes, lines, rows and borders of lanes."""

    frames: Mapping[str, tuple[float, float, float, float]]
    lines: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[float, float], ...]
    borders: tuple[float, ...]
    width: float
    height: float


def route(
    cells: Mapping[str, Cell],
    columns: Sequence[int],
    silent: frozenset[str],
    edges: Sequence[Edge],
    sizes: Sizes,
    heights: Mapping[str, float],
    measures: Mapping[str, tuple[float, float]],
) -> Plan:
    """Draw every edge.

    `columns` names the lane of each column, `silent` the boxes that are drawn as small gateways,
    `heights` those that are not as high as `sizes` says, `measures` the width and height of those
    that keep theirs whatever stands in their row.
    """
    ways = ways_of(cells, len(columns), edges)
    tracks, depths = channel_tracks(ways)
    lanes, widths = gutter_tracks(ways, len(columns))
    rows = max((cell.row for cell in cells.values()), default=-1) + 1
    wide, tall = [sizes.box_width] * len(columns), [0.0] * rows
    for name, cell in cells.items():
        height = sizes.gateway if name in silent else heights.get(name, sizes.box_height)
        own = measures.get(name, (0.0, height))
        wide[cell.column] = max(wide[cell.column], own[0])
        tall[cell.row] = max(tall[cell.row], own[1])
    left, middle, borders, width = _across(columns, wide, widths, sizes)
    tops, bands, height = _down(tall, depths, sizes)
    frames = {}
    for name, cell in cells.items():
        top, bottom = bands[cell.row]
        drawn = (sizes.gateway, sizes.gateway) if name in silent else (sizes.box_width, bottom - top)
        w, h = measures.get(name, drawn)
        frames[name] = (middle[cell.column] - w / 2, (top + bottom - h) / 2, w, h)

    def track(channel: int, way: Way) -> float:
        return tops[channel] + _ABOVE + tracks[channel, id(way)] * sizes.track

    def gutter(way: Way) -> float:
        return left[way.gutter] + sizes.gutter / 2 + (lanes[id(way)] + 0.5) * sizes.lane_track

    lines = tuple(_line(way, frames, silent, track, gutter, sizes.box_width / 2) for way in ways)
    return Plan(frames, lines, tuple(bands), borders, width, height)


def _across(
    columns: Sequence[int], wide: Sequence[float], widths: Sequence[int], sizes: Sizes
) -> tuple[list[float], list[float], tuple[float, ...], float]:
    """Left edge of each gutter, middle of each column, borders of the lanes and the whole width."""
    left, middle, borders, x = [], [], [], sizes.margin
    for gutter, tracks in enumerate(widths):
        left.append(x)
        if gutter < len(columns):
            if gutter == 0 or columns[gutter] != columns[gutter - 1]:
                borders.append(x + sizes.gutter / 2 if gutter else 0.0)
            x += sizes.gutter + tracks * sizes.lane_track
            middle.append(x + wide[gutter] / 2)
            x += wide[gutter]
        else:
            x += sizes.gutter + tracks * sizes.lane_track
    return left, middle, (*borders, x), x


def _down(
    tall: Sequence[float], heights: Mapping[int, int], sizes: Sizes
) -> tuple[list[float], list[tuple[float, float]], float]:
    """Upper edge of each channel, upper and lower edge of each row, and the whole height."""
    tops, bands, y = [], [], 0.0
    for channel in range(len(tall) + 1):
        tops.append(y)
        tracks = heights.get(channel, 0)
        y += max(sizes.gap, _ABOVE + (tracks - 1) * sizes.track + _BELOW) if tracks else sizes.gap
        if channel < len(tall):
            bands.append((y, y + tall[channel]))
            y += tall[channel]
    return tops, bands, y


def _line(
    way: Way,
    frames: Mapping[str, tuple[float, float, float, float]],
    silent: frozenset[str],
    track: Callable[[int, Way], float],
    gutter: Callable[[Way], float],
    room: float,
) -> tuple[Point, ...]:
    x, y, w, h = frames[way.edge.frm]
    ax, ay, aw, _ = frames[way.edge.to]
    middle, aim, side = x + w / 2, ax + aw / 2, (way.port > 0) - (way.port < 0)
    if way.edge.frm in silent and side:
        out = middle + side * max(w / 2, min(w / 2 + 1 + 7 * abs(way.port), room))
        points = [(middle + side * w / 2, y + h / 2), (out, y + h / 2)]
    else:
        out = middle + side * min(4 + 9 * abs(way.port), w / 2 - 4)
        points = [(out, y + h)]
    below, above = way.frm.row + 1, way.to.row
    if way.via in ("aim", "own"):
        turn = track(below if way.via == "aim" else above, way)
        points += [(out, turn), (aim, turn)]
    elif way.via == "gutter":
        down, first, last = gutter(way), track(below, way), track(above, way)
        points += [(out, first), (down, first), (down, last), (aim, last)]
    return (*points, (aim, ay))
