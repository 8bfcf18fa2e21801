"""Which way each line of a picture goes on the grid, and which track it gets there.

Channels lie between rows (channel r above row r), gutters between columns (gutter c left of column
c). Within a channel lines of different aims get tracks of their own, ordered so that few lines
cross; lines to one aim join on their way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

EXACT_ORDER, SWAPPED = 6, 200
"""Up to so many tracks in a channel every order is tried, or neighbours swap while it helps; no more."""


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
    message: str = ""


@dataclass(slots=True)
class Way:
    """How one line goes: `via` is `straight`, `aim` (down the aim's column), `own` or `gutter`."""

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

    ways: list[Way] = field(default_factory=list)
    spots: list[float] = field(default_factory=list)
    ups: list[float] = field(default_factory=list)
    downs: list[float] = field(default_factory=list)

    @property
    def low(self) -> float:
        return min(self.spots)

    @property
    def high(self) -> float:
        return max(self.spots)


def ways_of(cells: Mapping[str, Cell], columns: int, edges: Sequence[Edge]) -> list[Way]:
    """Choose a way for each edge that meets no box, and its place at the foot of its box."""
    taken = {(cell.column, cell.row) for cell in cells.values()}
    load: dict[int, int] = {}

    def clear(column: int, above: int, below: int) -> bool:
        return not any((column, row) in taken for row in range(above + 1, below))

    ways = []
    for edge in edges:
        u, v = cells[edge.frm], cells[edge.to]
        way = Way(edge, u, v, "gutter")
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
    _leave(ways)
    return ways


def _spot(way: Way) -> float:
    """Where the line turns downward, on a scale where column c is 2c + 1 and gutter g is 2g."""
    return 2.0 * way.gutter if way.via == "gutter" else 2.0 * way.to.column + 1


def _out(way: Way) -> float:
    """Where the line leaves its box, on that scale."""
    side = (way.port > 0) - (way.port < 0)
    return 2 * way.frm.column + 1 + side * (0.1 + 0.1 * abs(way.port))


def _leave(ways: Sequence[Way]) -> None:
    """Give each line its place at the foot of its box: the farther it goes, the farther out."""
    boxes: dict[str, list[Way]] = {}
    for way in ways:
        if way.via != "straight":
            boxes.setdefault(way.edge.frm, []).append(way)
    for leaving in boxes.values():
        for side in (-1, 1):
            home = 2 * leaving[0].frm.column + 1
            same = [way for way in leaving if (_spot(way) - home) * side > 0]
            for position, way in enumerate(sorted(same, key=lambda way: abs(_spot(way) - home)), 1):
                way.port = side * position


def channel_tracks(ways: Sequence[Way]) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Track of each line in each channel it uses, and how many tracks (or labels) a channel has."""
    runs: dict[int, dict[tuple[str, float], _Run]] = {}

    def use(channel: int, way: Way, start: float, end: float, ups: list[float], downs: list[float]) -> None:
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

    if len(runs) > SWAPPED:
        return sorted(runs, key=lambda run: run.low)
    count = range(len(runs))
    cost = [[crossings(a, b) for b in runs] for a in runs]

    def total(order: Sequence[int]) -> int:
        return sum(cost[a][b] for i, a in enumerate(order) for b in order[i + 1 :])

    if len(runs) <= EXACT_ORDER:
        return [runs[i] for i in min(permutations(count), key=total)]
    order = sorted(count, key=lambda i: runs[i].low)
    for _ in count:
        for at in range(len(order) - 1):
            a, b = order[at], order[at + 1]
            if cost[b][a] < cost[a][b]:
                order[at], order[at + 1] = b, a
    return [runs[i] for i in order]


def gutter_tracks(ways: Sequence[Way], columns: int) -> tuple[dict[int, int], list[int]]:
    """Track of each line in its gutter, and how many tracks each gutter has."""
    spans: dict[tuple[int, str], list[Way]] = {}
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
