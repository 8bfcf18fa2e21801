"""Places for the steps of a procedure and routes for its flows: the one drawing that all pictures share.

A column of lanes for roles (and units), rows by longest path, so that time runs downward. Routes
are orthogonal and cannot cross a box by construction: sideways they run only in the channels
between rows, downward only in the gutters between columns or through cells that are empty.
`analysis.routing` holds that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from iso_audit.analysis.routing import Point, Sizes, route
from iso_audit.analysis.tracks import Cell, Edge
from iso_audit.model.procedure import Procedure, Step

PRINTED = Sizes()


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of the picture: a role, of a unit where the procedure names one."""

    role: str
    unit: str
    x: float
    width: float

    @property
    def id(self) -> str:
        return f"{self.unit}/{self.role}" if self.unit else self.role


@dataclass(frozen=True, slots=True)
class Box:
    """Where a step is drawn; `x` and `y` are its upper left corner, `lane` and `row` its cell."""

    lane: int
    row: int
    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> float:
        return self.x + self.w / 2

    @property
    def bottom(self) -> float:
        return self.y + self.h


@dataclass(frozen=True, slots=True)
class Route:
    """The line of one flow, from the edge of one box to the edge of another; dashed where it leads back."""

    frm: str
    to: str
    points: tuple[Point, ...]
    outcome: str = ""
    case: str = ""
    dashed: bool = False
    message: str = ""
    """Name of the message that travels along it; empty for an ordinary flow."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture. `rows` are the upper and lower edge of each row, for cutting it into pages."""

    lanes: tuple[Lane, ...]
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]
    rows: tuple[tuple[float, float], ...]
    anytime_row: int | None
    """First of the rows (at the foot) that hold steps which may happen at any moment."""
    width: float
    height: float


def place(
    procedure: Procedure,
    sizes: Sizes = PRINTED,
    heights: Mapping[str, float] = MappingProxyType({}),
    measures: Mapping[str, tuple[float, float]] = MappingProxyType({}),
) -> Layout:
    """Lay a procedure out; total, whatever is wrong with its graph, and the same for the same file.

    `heights` gives steps whose words need it a height of their own; boxes of one row are as high
    as the highest of them. `measures` gives steps a width and height of their own that no
    neighbour changes.
    """
    loose = [step for step in procedure.steps if step.anytime and not step.is_silent]
    nodes = [step for step in procedure.steps if step not in loose]
    edges = _edges(nodes, procedure.start)
    lane_of = _lanes_of(procedure, nodes, edges)
    ranks = _ranks(nodes, edges, lane_of, sizes.most)
    last = max(ranks.values(), default=-1)
    rows = ranks | _loose_rows(loose, lane_of, last + 1, sizes.most)
    order = {step.id: position for position, step in enumerate(procedure.steps)}
    keys = list(dict.fromkeys(lane_of[name] for name in sorted(rows, key=lambda n: (rows[n], order[n]))))
    if procedure.parts:  # the lanes of one agency stand together
        units = list(dict.fromkeys(unit for _, unit in keys))
        keys.sort(key=lambda key: units.index(key[1]))
    cells, columns = _cells(rows, order, lane_of, keys, edges)
    silent = frozenset(step.id for step in nodes if step.is_silent)
    plan = route(cells, columns, silent, edges, sizes, heights, measures)
    boxes = {name: Box(columns[cell.column], cell.row, *plan.frames[name]) for name, cell in cells.items()}
    lanes = tuple(
        Lane(role, unit, plan.borders[i], plan.borders[i + 1] - plan.borders[i])
        for i, (role, unit) in enumerate(keys)
    )
    routes = tuple(
        Route(edge.frm, edge.to, points, edge.outcome, edge.case, edge.back, edge.message)
        for edge, points in zip(edges, plan.lines, strict=True)
    )
    return Layout(lanes, boxes, routes, plan.bands, last + 1 if loose else None, plan.width, plan.height)


def lanes_of(procedure: Procedure) -> Mapping[str, tuple[str, str]]:
    """Role and unit of each step; a silent gateway stands with a neighbour."""
    return _lanes_of(procedure, procedure.steps, _edges(procedure.steps, procedure.start))


def _loose_rows(
    loose: Sequence[Step], lane_of: Mapping[str, tuple[str, str]], first: int, most: int
) -> dict[str, int]:
    """Rows at the foot for steps that may happen at any moment."""
    counts: dict[tuple[str, str], int] = {}
    rows = {}
    for step in loose:
        lane = lane_of[step.id]
        rows[step.id] = first + counts.get(lane, 0) // most
        counts[lane] = counts.get(lane, 0) + 1
    return rows


def _edges(nodes: Sequence[Step], start: str) -> list[Edge]:
    """Flows between drawn steps; those that a walk from the entries finds to lead back are marked."""
    flows = {step.id: list(step.flows) for step in nodes}
    aims = {flow.to for step in nodes for flow in step.flows}
    entries = [start] if start in flows else [step.id for step in nodes if step.id not in aims]
    state: dict[str, int] = {}
    back: set[tuple[str, int]] = set()
    for root in [*entries, *flows]:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, 0)]
        while stack:
            name, position = stack.pop()
            if position == len(flows[name]):
                state[name] = 2
                continue
            stack.append((name, position + 1))
            to = flows[name][position].to
            if state.get(to) == 1:
                back.add((name, position))
            elif to in flows and to not in state:
                state[to] = 1
                stack.append((to, 0))
    return [
        Edge(name, flow.to, flow.outcome, flow.case, (name, position) in back, flow.message)
        for name in flows
        for position, flow in enumerate(flows[name])
        if flow.to in flows
    ]


def _lanes_of(
    procedure: Procedure, nodes: Sequence[Step], edges: Sequence[Edge]
) -> dict[str, tuple[str, str]]:
    units = {part.id: part.unit or part.id for part in procedure.parts}
    own = {
        step.id: (step.role, step.unit or units.get(step.part, ""))
        for step in procedure.steps
        if not step.is_silent
    }
    before: dict[str, list[str]] = {step.id: [] for step in nodes}
    after: dict[str, list[str]] = {step.id: [] for step in nodes}
    for edge in edges:
        before[edge.to].append(edge.frm)
        after[edge.frm].append(edge.to)
    waiting = [step.id for step in nodes if step.is_silent]
    while waiting:
        known = len(own)
        for name in waiting:
            near = (before, after) if len(after[name]) > 1 else (after, before)
            found = next((own[o] for side in near for o in side[name] if o in own), None)
            if found is not None:
                own[name] = found
        waiting = [name for name in waiting if name not in own]
        if len(own) == known:
            own.update(dict.fromkeys(waiting, ("", "")))
            break
    return own


def _ranks(
    nodes: Sequence[Step], edges: Sequence[Edge], lane_of: Mapping[str, tuple[str, str]], most: int
) -> dict[str, int]:
    """Row of each step: after all that come before it, and not more than `most` of a lane in one row."""
    forward: dict[str, list[str]] = {step.id: [] for step in nodes}
    pending = dict.fromkeys(forward, 0)
    for edge in edges:
        if not edge.back:
            forward[edge.frm].append(edge.to)
            pending[edge.to] += 1
    ready = [name for name in forward if not pending[name]]
    lowest = dict.fromkeys(forward, 0)
    filled: dict[tuple[tuple[str, str], int], int] = {}
    ranks: dict[str, int] = {}
    for name in ready:  # grows while it is read
        row = lowest[name]
        while filled.get((lane_of[name], row), 0) >= most:
            row += 1
        filled[lane_of[name], row] = filled.get((lane_of[name], row), 0) + 1
        ranks[name] = row
        for to in forward[name]:
            lowest[to] = max(lowest[to], row + 1)
            pending[to] -= 1
            if not pending[to]:
                ready.append(to)
    return ranks


def _cells(
    rows: Mapping[str, int],
    order: Mapping[str, int],
    lane_of: Mapping[str, tuple[str, str]],
    keys: Sequence[tuple[str, str]],
    edges: Sequence[Edge],
) -> tuple[dict[str, Cell], list[int]]:
    """Cell of each step and the lane of each column; the longer way on keeps the lane's first column."""
    ahead: dict[str, list[str]] = {name: [] for name in rows}
    for edge in edges:
        if not edge.back:
            ahead[edge.frm].append(edge.to)
    depth: dict[str, int] = {}
    for name in sorted(rows, key=lambda n: -rows[n]):
        depth[name] = max((depth[to] + 1 for to in ahead[name]), default=0)
    lanes = {key: index for index, key in enumerate(keys)}
    shared: dict[tuple[int, int], list[str]] = {}
    widths = [1] * len(keys)
    for name in sorted(rows, key=lambda n: (-depth[n], order[n])):
        lane = lanes[lane_of[name]]
        cell = shared.setdefault((lane, rows[name]), [])
        cell.append(name)
        widths[lane] = max(widths[lane], len(cell))
    first = [sum(widths[:i]) for i in range(len(keys))]
    cells = {
        name: Cell(first[lane] + at, row)
        for (lane, row), names in shared.items()
        for at, name in enumerate(names)
    }
    return cells, [lane for lane, width in enumerate(widths) for _ in range(width)]
