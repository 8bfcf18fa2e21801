"""The run of a procedure that fits best what happened to a dossier, and where the two part.

An alignment pairs each execution with a step of a run. What the run has and the dossier has not was
left out; what the dossier has and the run has not was done beyond it. The fewest of both is the cost:
the optimal alignment with unit costs (A. Adriansyah, Aligning Observed and Modeled Behavior, thesis,
TU Eindhoven 2014), found by A* over markings and positions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush

from iso_audit.analysis.graph import Graph
from iso_audit.analysis.net import Player
from iso_audit.analysis.replay import resting_net

STATES = 200_000
"""How many situations are looked at before the best alignment found so far is called inexact."""


class Fit(StrEnum):
    """How one line of an alignment came about."""

    AS_WRITTEN = "as-written"
    LEFT_OUT = "left-out"
    BEYOND = "beyond"
    ANYTIME = "anytime"
    """A step outside the graph: it fits wherever it happens."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the run, or one execution of the dossier, or both."""

    fit: Fit
    step: str
    position: int | None = None
    """Index of the execution in the trace; None where the step was left out."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best fitting run beside what happened."""

    lines: tuple[Line, ...]
    cost: int
    """Steps left out and executions beyond the run."""


class Aligner:
    """Aligns traces with the runs of one graph; steps `anytime` are outside of it.

    Complexity: markings x positions in the worst case, of which only those are looked at that no
    cheaper way has shown to be needless; at most `STATES`.
    """

    def __init__(self, graph: Graph, anytime: Collection[str] = ()) -> None:
        self._node = {step.id: node for node, step in enumerate(graph.steps) if not step.is_silent}
        self._name = {node: name for name, node in self._node.items()}
        self._anytime = frozenset(anytime)
        self._net, _, starts = resting_net(graph)
        self._player = Player(self._net)
        self._starts = tuple(1 << flow for flow in starts)
        self._moves: dict[int, list[tuple[int, int]]] = {}

    def align(self, steps: Sequence[str]) -> Alignment | None:
        """The cheapest alignment of `steps` with a complete run; None where none was found in `STATES`.

        A run has to end, so that what an unfinished dossier still lacks counts as left out.
        """
        played = [at for at, step in enumerate(steps) if step in self._node]
        names = [self._node[steps[at]] for at in played]
        moves = self._cheapest(names)
        if moves is None:
            return None
        return _alignment(steps, self._anytime, played, [(self._name.get(n, ""), at) for n, at in moves])

    def _firings(self, marking: int) -> list[tuple[int, int]]:
        """(node, marking after) of everything that can fire. Remembered: traces share their situations."""
        found = self._moves.get(marking)
        if found is None:
            player = self._player
            found = self._moves[marking] = [
                (firing.node, after)
                for firing in player.firings(marking)
                for after in player.after(marking, firing)
            ]
        return found

    def _cheapest(self, names: Sequence[int]) -> list[tuple[int, int | None]] | None:
        """(node, position among `names`) line by line; node -1 for what is beyond the run."""
        best: dict[tuple[int, int], int] = {}
        parent: dict[tuple[int, int], tuple[tuple[int, int], int, int | None]] = {}
        heap: list[tuple[int, int, int, tuple[int, int]]] = []
        number = 0
        for marking in self._starts:
            best[0, marking] = 0
            heappush(heap, (0, 0, number, (0, marking)))
            number += 1
        done: set[tuple[int, int]] = set()
        while heap and len(done) < STATES:
            cost, _, _, state = heappop(heap)
            if state in done:
                continue
            done.add(state)
            at, marking = state
            if at == len(names) and self._player.is_complete(marking):
                return _way(parent, state)
            ways: list[tuple[int, tuple[int, int], int, int | None]] = []
            for node, after in self._firings(marking):
                if node not in self._name:
                    ways.append((0, (at, after), node, None))
                    continue
                if at < len(names) and names[at] == node:
                    ways.append((0, (at + 1, after), node, at))
                ways.append((1, (at, after), node, None))
            if at < len(names):
                ways.append((1, (at + 1, marking), -1, at))
            for more, after_state, node, position in ways:
                if cost + more < best.get(after_state, 1 << 60):
                    best[after_state] = cost + more
                    parent[after_state] = (state, node, position)
                    number += 1
                    # of equally cheap ways the one that explains more of the dossier comes first
                    heappush(heap, (cost + more, -after_state[0], number, after_state))
        return None


def _way(
    parent: dict[tuple[int, int], tuple[tuple[int, int], int, int | None]], state: tuple[int, int]
) -> list[tuple[int, int | None]]:
    way = []
    while state in parent:
        state, node, position = parent[state]
        way.append((node, position))
    return way[::-1]


def _alignment(
    steps: Sequence[str],
    anytime: Collection[str],
    played: Sequence[int],
    moves: Sequence[tuple[str, int | None]],
) -> Alignment:
    """Put back what the search did not see: unknown activities, and steps that may happen at any time."""
    lines: list[Line] = []
    told = 0

    def catch_up(until: int) -> None:
        nonlocal told
        for at in range(told, until):
            fit = Fit.ANYTIME if steps[at] in anytime else Fit.BEYOND
            lines.append(Line(fit, steps[at], at))
        told = until

    for name, number in moves:
        if number is None:
            if name:
                catch_up(next((at for at in played if at >= told), len(steps)))
                lines.append(Line(Fit.LEFT_OUT, name))
            continue
        catch_up(played[number])
        lines.append(Line(Fit.AS_WRITTEN if name else Fit.BEYOND, steps[played[number]], played[number]))
        told = played[number] + 1
    catch_up(len(steps))
    return Alignment(tuple(lines), sum(line.fit in (Fit.LEFT_OUT, Fit.BEYOND) for line in lines))
