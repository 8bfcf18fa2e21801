"""Orthogonal lines between boxes on a grid, that cross no box.

The plane between the boxes is divided: channels lie between rows, gutters between columns. A line
leaves its box at the foot, runs sideways only in a channel and downward only in a gutter or through
cells that hold no box, and enters its aim at the top. Within a channel lines of different aims get
tracks of their own, ordered so that few lines cross; lines to one aim join on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations

Point = tuple[float, float]
EXACT_ORDER = 6
"""Up to this many tracks in a channel every order is tried; above it neighbours swap while it helps."""
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


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a box stands in the grid."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow to be drawn; `back` if it leads back."""

    frm: str
    to: str
    outcome: str = ""
    case: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything in points: frames (x, y, width, height) of boxes, lines, rows and borders of lanes."""

    frames: Mapping[str, tuple[float, float, float, float]]
    lines: tuple[tuple[Point, ...], ...]
    bands: tuple[tuple[float, float], ...]
    borders: tuple[float, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Way:
    """How one line goes. `via` is `straight`, `aim` (down the aim's column), `own` or `gutter`."""

    edge: Edge
    frm: Cell
    to: Cell
    via: str
    gutter: int = 0
    port: int = 0
    """0 leaves in the middle; -1, -2 ... to the left, 1, 2 ... to the right."""


@dataclass(slots=True)
class _Run:
    """Lines that share one track of a channel, with the places where they come from above and go below."""

    ways: list[_Way] = field(default_factory=list)
    spots: list[float] = field(default_factory=list)
    ups: list[float] = field(default_factory=list)
    downs: list[float] = field(default_factory=list)

    @property
    def low(self) -> float:
        return min(self.spots)

    @property
    def high(self) -> float:
        return max(self.spots)


def route(
    cells: Mapping[str, Cell],
    columns: Sequence[int],
    silent: frozenset[str],
    edges: Sequence[Edge],
    sizes: Sizes,
    heights: Mapping[str, float],
) -> Plan:
    """Draw every edge.

    `columns` names the lane of each column, `silent` the boxes that are drawn as small gateways,
    `heights` those that are not as high as `sizes` says.
    """
    ways = _ways(cells, len(columns), edges)
    _leave(ways)
    tracks, depths = _channels(ways)
    lanes, widths = _gutters(ways, len(columns))
    rows = max((cell.row for cell in cells.values()), default=-1) + 1
    left, middle, borders, width = _across(columns, widths, sizes)
    tall = [0.0] * rows
    for name, cell in cells.items():
        height = sizes.gateway if name in silent else heights.get(name, sizes.box_height)
        tall[cell.row] = max(tall[cell.row], height)
    tops, bands, height = _down(tall, depths, sizes)
    frames = {}
    for name, cell in cells.items():
        top, bottom = bands[cell.row]
        w, h = (sizes.gateway, sizes.gateway) if name in silent else (sizes.box_width, bottom - top)
        frames[name] = (middle[cell.column] - w / 2, (top + bottom - h) / 2, w, h)

    def track(channel: int, way: _Way) -> float:
        return tops[channel] + _ABOVE + tracks[channel, id(way)] * sizes.track

    def gutter(way: _Way) -> float:
        return left[way.gutter] + sizes.gutter / 2 + (lanes[id(way)] + 0.5) * sizes.lane_track

    lines = tuple(_line(way, frames, silent, track, gutter) for way in ways)
    return Plan(frames, lines, tuple(bands), borders, width, height)


def _ways(cells: Mapping[str, Cell], columns: int, edges: Sequence[Edge]) -> list[_Way]:
    taken = {(cell.column, cell.row) for cell in cells.values()}
    load: dict[int, int] = {}

    def clear(column: int, above: int, below: int) -> bool:
        return not any((column, row) in taken for row in range(above + 1, below))

    ways = []
    for edge in edges:
        u, v = cells[edge.frm], cells[edge.to]
        way = _Way(edge, u, v, "gutter")
        if u.row < v.row and clear(v.column, u.row, v.row):
            way.via = "straight" if u.column == v.column else "aim"
        elif u.row < v.row and clear(u.column, u.row, v.row):
            way.via = "own"
        else:
            way.gutter = min(
                range(columns + 1),
                key=lambda g: (
                    abs(2 * g - 2 * u.column - 1) + abs(2 * g - 2 * v.column - 1) + 0.3 * load.get(g, 0), g
                ),
            )  # fmt: skip
            load[way.gutter] = load.get(way.gutter, 0) + 1
        ways.append(way)
    return ways


def _spot(way: _Way) -> float:
    """Where the line turns downward, on a scale where column c is 2c + 1 and gutter g is 2g."""
    return 2.0 * way.gutter if way.via == "gutter" else 2.0 * way.to.column + 1


def _out(way: _Way) -> float:
    """Where the line leaves its box, on that scale."""
    side = (way.port > 0) - (way.port < 0)
    return 2 * way.frm.column + 1 + side * (0.1 + 0.1 * abs(way.port))


def _leave(ways: Sequence[_Way]) -> None:
    """Give each line its place at the foot of its box: the farther it goes, the farther out."""
    boxes: dict[str, list[_Way]] = {}
    for way in ways:
        if way.via != "straight":
            boxes.setdefault(way.edge.frm, []).append(way)
    for leaving in boxes.values():
        for side in (-1, 1):
            home = 2 * leaving[0].frm.column + 1
            same = [way for way in leaving if (_spot(way) - home) * side > 0]
            for position, way in enumerate(sorted(same, key=lambda way: abs(_spot(way) - home)), 1):
                way.port = side * position


def _channels(ways: Sequence[_Way]) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Track of each line in each channel it uses, and how many tracks (or labels) a channel has."""
    runs: dict[int, dict[tuple[str, float], _Run]] = {}

    def use(channel: int, way: _Way, start: float, end: float, ups: list[float], downs: list[float]) -> None:
        run = runs.setdefault(channel, {}).setdefault((way.edge.to, _spot(way)), _Run())
        run.ways.append(way)
        run.spots += [start, end]
        run.ups += ups
        run.downs += downs

    for way in ways:
        out, aim, below, above = _out(way), 2.0 * way.to.column + 1, way.frm.row + 1, way.to.row
        if way.via == "aim":
            use(below, way, out, aim, [out], [aim])
        elif way.via == "own":
            use(above, way, out, aim, [out], [aim])
        elif way.via == "gutter":
            spot, falls = _spot(way), above > below
            use(below, way, out, spot, [out] if falls else [out, spot], [spot] if falls else [])
            use(above, way, spot, aim, [spot] if falls else [], [aim] if falls else [spot, aim])
    tracks: dict[tuple[int, int], int] = {}
    heights: dict[int, int] = {}
    for channel, named in runs.items():
        placed: list[tuple[_Run, int]] = []
        for run in _ordered(list(named.values())):
            on = [track for other, track in placed if other.low <= run.high and run.low <= other.high]
            placed.append((run, max(on, default=-1) + 1))
            for way in run.ways:
                tracks[channel, id(way)] = placed[-1][1]
        heights[channel] = 1 + max(track for _, track in placed)
    return tracks, heights


def _ordered(runs: list[_Run]) -> list[_Run]:
    """Runs from the upper track to the lower so that few lines cross."""

    def crossings(upper: _Run, lower: _Run) -> int:
        return sum(lower.low < x < lower.high for x in upper.downs) + sum(
            upper.low < x < upper.high for x in lower.ups
        )

    count = range(len(runs))
    cost = [[crossings(a, b) for b in runs] for a in runs]

    def total(order: Sequence[int]) -> int:
        return sum(cost[a][b] for i, a in enumerate(order) for b in order[i + 1 :])

    if len(runs) <= EXACT_ORDER:
        return [runs[i] for i in min(permutations(count), key=total)]
    order = sorted(count, key=lambda i: runs[i].low)
    for _ in count:
        for at, (a, b) in enumerate(pairwise(order)):
            if cost[b][a] < cost[a][b]:
                order[at : at + 2] = [b, a]
    return [runs[i] for i in order]


def _gutters(ways: Sequence[_Way], columns: int) -> tuple[dict[int, int], list[int]]:
    """Track of each line in its gutter, and how many tracks each gutter has."""
    spans: dict[tuple[int, str], list[_Way]] = {}
    for way in ways:
        if way.via == "gutter":
            spans.setdefault((way.gutter, way.edge.to), []).append(way)
    lanes: dict[int, int] = {}
    widths = [0] * (columns + 1)
    taken: dict[int, list[tuple[int, int, int]]] = {}
    for (gutter, _), group in spans.items():
        rows = [row for way in group for row in (way.frm.row + 1, way.to.row)]
        low, high = min(rows), max(rows)
        busy = {lane for lane, a, b in taken.get(gutter, []) if a <= high and low <= b}
        lane = next(lane for lane in range(len(busy) + 1) if lane not in busy)
        taken.setdefault(gutter, []).append((lane, low, high))
        widths[gutter] = max(widths[gutter], lane + 1)
        lanes.update((id(way), lane) for way in group)
    return lanes, widths


def _across(
    columns: Sequence[int], widths: Sequence[int], sizes: Sizes
) -> tuple[list[float], list[float], tuple[float, ...], float]:
    """Left edge of each gutter, middle of each column, borders of the lanes and the whole width."""
    left, middle, borders, x = [], [], [], 0.0
    for gutter, tracks in enumerate(widths):
        left.append(x)
        if gutter < len(columns):
            if gutter == 0 or columns[gutter] != columns[gutter - 1]:
                borders.append(x + sizes.gutter / 2 if gutter else 0.0)
            x += sizes.gutter + tracks * sizes.lane_track
            middle.append(x + sizes.box_width / 2)
            x += sizes.box_width
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
    way: _Way,
    frames: Mapping[str, tuple[float, float, float, float]],
    silent: frozenset[str],
    track: Callable[[int, _Way], float],
    gutter: Callable[[_Way], float],
) -> tuple[Point, ...]:
    x, y, w, h = frames[way.edge.frm]
    ax, ay, aw, _ = frames[way.edge.to]
    middle, aim, side = x + w / 2, ax + aw / 2, (way.port > 0) - (way.port < 0)
    if way.edge.frm in silent and side:
        out = middle + side * (w / 2 + 1 + 7 * abs(way.port))
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
