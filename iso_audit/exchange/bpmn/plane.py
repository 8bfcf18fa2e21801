"""Where everything of a BPMN drawing stands: time runs to the right, lanes lie below each other.

The same layout as all other pictures (`analysis.layout`), turned on its side; a sub-process is a
box as large as what is inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from iso_audit.analysis.layout import Layout, place
from iso_audit.analysis.routing import Point, Sizes
from iso_audit.exchange.bpmn.scopes import Scope, Scopes
from iso_audit.exchange.spelled_out import Key, Line, Node
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text

TASK, GATEWAY, EVENT = (80.0, 100.0), (50.0, 50.0), (36.0, 36.0)
"""Across the lanes and along the time, as other modellers draw them."""
HEAD, GAP, MARGIN = 30.0, 60.0, 60.0
"""Width of a pool's or lane's head; between pools; around everything."""
INSIDE = (44.0, 30.0)
"""Room in a sub-process above its content, where its name stands, and on the other sides."""
PLAIN = Sizes(
    box_width=80, box_height=100, gateway=50, track=12, gap=50, gutter=34, lane_track=12, most=5
)  # fmt: skip
LETTER, LEADING = 5.6, 14.0
"""Approximate width of a letter and height of a line of words beside signs."""
BESIDE = 100.0
"""Widest line of such words."""

Bounds = tuple[float, float, float, float]
"""Left, upper, width, height."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One lane of a pool."""

    role: str
    unit: str
    bounds: Bounds
    holds: tuple[Key, ...]


@dataclass(slots=True)
class Plane:
    """Bounds of signs and bends of lines of one scope; those inside it have planes of their own."""

    scope: Scope
    bounds: dict[Key, Bounds] = field(default_factory=dict)
    bends: list[tuple[Line, tuple[Point, ...]]] = field(default_factory=list)
    lanes: list[Strip] = field(default_factory=list)
    inner: dict[str, Plane] = field(default_factory=dict)
    frame: Bounds = (0.0, 0.0, 0.0, 0.0)
    channels: dict[Key, float] = field(default_factory=dict)
    """Right of each sign: where a line may run upward or downward without meeting another sign."""

    def shift(self, right: float, down: float) -> None:
        """Move everything."""
        self.frame = _moved(self.frame, right, down)
        self.bounds = {key: _moved(one, right, down) for key, one in self.bounds.items()}
        self.bends = [(line, tuple((x + right, y + down) for x, y in points)) for line, points in self.bends]
        self.lanes = [replace(lane, bounds=_moved(lane.bounds, right, down)) for lane in self.lanes]
        self.channels = {key: x + right for key, x in self.channels.items()}
        for inner in self.inner.values():
            inner.shift(right, down)


def planes_of(scopes: Scopes) -> dict[str, Plane]:
    """Lay out every pool, one below the other; a pool's `frame` includes the heads."""
    planes, top = {}, MARGIN
    for part, scope in scopes.pools.items():
        plane = _laid(scope, with_lanes=True)
        heads = HEAD * (1 + bool(plane.lanes))
        width, height = plane.frame[2] + heads, max(plane.frame[3], 2 * GAP)
        plane.shift(MARGIN + heads, top)
        plane.frame = (MARGIN, top, width, height)
        planes[part] = plane
        top += height + GAP + 12.0 * min(len(scopes.messages), 20)
    widest = max((plane.frame[2] for plane in planes.values()), default=0.0)
    for plane in planes.values():
        x, y, _, height = plane.frame
        plane.frame = (x, y, widest, height)
        inner = widest - HEAD
        plane.lanes = [
            replace(lane, bounds=(x + HEAD, lane.bounds[1], inner, lane.bounds[3])) for lane in plane.lanes
        ]
    return planes


def _laid(scope: Scope, *, with_lanes: bool) -> Plane:
    plane = Plane(scope)
    plane.inner = {name: _laid(inner, with_lanes=False) for name, inner in scope.inner.items()}
    nodes = scope.drawing.nodes
    number = {key: str(place) for place, key in enumerate(nodes)}
    leaving: dict[Key, list[Line]] = {key: [] for key in nodes}
    for line in scope.drawing.lines:
        leaving[line.frm].append(line)
    for event, host in scope.attached.items():
        # only for the layout: what an event at the border begins stands behind its step
        leaving[host, ""].append(Line((host, ""), (event, "")))
    measures = {number[key]: _measure(node, plane) for key, node in nodes.items()}
    steps = tuple(
        _shape(node, number[key], tuple(Flow(number[line.to]) for line in leaving[key]), plane, with_lanes)
        for key, node in nodes.items()
    )
    layout = place(Procedure("", steps), _sizes(scope), measures=measures)
    _turn(plane, layout, number, leaving)
    if with_lanes:
        plane.lanes = _strips(layout, plane, number)
    for name, inner in plane.inner.items():
        x, y, _, _ = plane.bounds[name, ""]
        inner.shift(x + INSIDE[1], y + INSIDE[0])
    return plane


def _sizes(scope: Scope) -> Sizes:
    """Wider channels where choices have names."""
    said = [len(line.flow.outcome) for line in scope.drawing.lines if line.flow is not None]
    return replace(PLAIN, gap=50 + min(max(said, default=0) * LETTER, BESIDE) / 2)


def _measure(node: Node, plane: Plane) -> tuple[float, float]:
    inner = plane.inner.get(node.step.id) if not node.made else None
    if inner is not None:
        return inner.frame[3] + INSIDE[0] + INSIDE[1], inner.frame[2] + 2 * INSIDE[1]
    return EVENT if node.is_event else GATEWAY if _is_diamond(node) else TASK


def _is_diamond(node: Node) -> bool:
    """Whether a sign is a gateway: a call whose process is told here as well keeps its box."""
    return node.is_gateway and (bool(node.made) or node.step.element != "callActivity")


def _shape(node: Node, name: str, flows: tuple[Flow, ...], plane: Plane, with_lanes: bool) -> Step:
    """A stand-in for the sign, that `place` can lay out."""
    worker = node.step
    inner = plane.inner.get(worker.id) if not node.made else None
    silent = inner is None and (node.is_event or _is_diamond(node))
    if inner is not None and worker.is_silent:
        nodes = inner.scope.drawing.nodes.values()
        worker = next((one.step for one in nodes if not one.step.is_silent), worker)
    lane = (worker.role, worker.unit) if with_lanes and not silent else ("", "")
    return Step(
        name, Text(), ("route",) if silent else ("other",), role=lane[0], unit=lane[1],
        anytime=node.step.anytime and not node.made and inner is not None, flows=flows, split=Split.ALL,
        join=Join.ANY,
    )  # fmt: skip


def _turn(plane: Plane, layout: Layout, number: Mapping[Key, str], leaving: Mapping[Key, list[Line]]) -> None:
    """What runs downward there runs to the right here."""
    for key, name in number.items():
        box = layout.boxes[name]
        plane.bounds[key] = (box.y, box.x, box.h, box.w)
        plane.channels[key] = layout.rows[box.row][1] + 5
    lines = {name: iter(leaving[key]) for key, name in number.items()}
    doors: dict[Key, tuple[Point, ...]] = {}
    for route in layout.routes:
        line = next(lines[route.frm])
        points = tuple((y, x) for x, y in route.points)
        if line.to[0] in plane.scope.attached and not line.to[1]:
            doors[line.to] = points
        else:
            plane.bends.append((line, points))
    plane.frame = (0.0, 0.0, layout.height, layout.width)
    _move_to_borders(plane, doors)


def _move_to_borders(plane: Plane, doors: Mapping[Key, tuple[Point, ...]]) -> None:
    """Put events on the lower edge of their steps, and lead their lines from there to where they began."""
    seen: dict[str, int] = {}
    for key, points in doors.items():
        host = plane.scope.attached[key[0]]
        x, y, _, height = plane.bounds[host, ""]
        at = x + 12 + 44 * seen.get(host, 0)
        seen[host] = seen.get(host, 0) + 1
        plane.bounds[key] = (at, y + height - EVENT[1] / 2, *EVENT)
        turn = points[1][0] if len(points) > 2 else (points[0][0] + points[-1][0]) / 2
        foot = y + height + EVENT[1] / 2
        to = points[-1][1]
        first = ((at + EVENT[0] / 2, foot), (at + EVENT[0] / 2, foot + 8), (turn, foot + 8), (turn, to))
        plane.bends = [
            (line, (*first, (bends[0][0], to), *bends) if line.frm == key else bends)
            for line, bends in plane.bends
        ]


def _strips(layout: Layout, plane: Plane, number: Mapping[Key, str]) -> list[Strip]:
    if all(not lane.id for lane in layout.lanes):
        return []
    holds: list[list[Key]] = [[] for _ in layout.lanes]
    for key, name in number.items():
        holds[layout.boxes[name].lane].append(key)
    return [
        Strip(lane.role, lane.unit, (0.0, lane.x, layout.height, lane.width), tuple(keys))
        for lane, keys in zip(layout.lanes, holds, strict=True)
    ]


def _moved(bounds: Bounds, right: float, down: float) -> Bounds:
    x, y, width, height = bounds
    return x + right, y + down, width, height


def message_bends(
    number: int, planes: Mapping[str, Plane], ends: tuple[tuple[str, Key], tuple[str, Key]]
) -> tuple[Point, ...]:
    """A line between two pools: out of the sign into a channel, along between the pools, and in again.

    `ends` are the pool and the sign where it begins, and those where it ends.
    """
    (source, frm), (target, to) = ends
    pools = list(planes.values())
    order = list(planes)
    first, last = order.index(source), order.index(target)
    aside = GAP / 2 + 12.0 * (number % 20)

    def below(pool: int) -> float:
        return pools[pool].frame[1] + pools[pool].frame[3] + aside

    falls = first < last
    leave = _edge(pools[first], frm, below(first if falls else first - 1), downward=falls)
    enter = _edge(pools[last], to, below(last - 1 if falls else last), downward=not falls)
    if abs(first - last) > 1:
        around = pools[first].frame[0] + pools[first].frame[2] + aside
        leave += ((around, leave[-1][1]), (around, enter[-1][1]))
    return (*leave, *reversed(enter))


def _edge(plane: Plane, key: Key, between: float, *, downward: bool) -> tuple[Point, ...]:
    """From the sign's edge to the height between the pools."""
    outer, channel = _found(plane, key)
    x, y, width, height = outer
    middle, side = x + width / 2, y + height if downward else y
    aside = side + (8 if downward else -8)
    return ((middle, side), (middle, aside), (channel, aside), (channel, between))


def _found(plane: Plane, key: Key) -> tuple[Bounds, float]:
    """Bounds of a sign anywhere in a pool, and the channel beside it or beside what it is inside of."""
    if key in plane.bounds and key[0] not in plane.inner:
        return plane.bounds[key], plane.channels[key]
    for name, inner in plane.inner.items():
        if any(key in scope.drawing.nodes for scope in inner.scope.walk()):
            return _found(inner, key)[0], plane.channels[name, ""]
    return plane.bounds[key], plane.channels[key]


def words_beside(said: str, x: float, y: float) -> Bounds:
    """Bounds of words under a sign whose middle is `x` and whose lower edge is `y`."""
    lines = max(1.0, -(-len(said) * LETTER // BESIDE))
    width = min(len(said) * LETTER + 6, BESIDE)
    return x - width / 2, y + 4, width, lines * LEADING


def words_on(said: str, points: tuple[Point, ...]) -> Bounds:
    """Bounds of words over the first level piece of a line that has room for them."""
    width = min(len(said) * LETTER + 6, BESIDE)
    height = LEADING * max(1.0, -(-len(said) * LETTER // BESIDE))
    level = [(a, b) for a, b in pairwise(points) if a[1] == b[1]]
    (x1, y), (x2, _) = max(level, key=lambda piece: abs(piece[0][0] - piece[1][0]), default=points[:2])
    left = x1 + 4 if x2 >= x1 else x1 - width - 4
    return left, y - height - 2, width, height
