"""What happened in a replication, and the rows of random numbers by which it did."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import NamedTuple

from iso_audit.simulation.hours import Floats, Ints
from iso_audit.simulation.plan import MOST_VISITS

WORK, WAIT, WAIT_AFTER, OTHER = range(4)
"""What an event ends: work, a wait before work, a wait after it; or an opening or release is due."""


RESUMED = -2
"""In the place of a place in a join: the token was there already, and has waited."""


class Course(NamedTuple):
    """Everything that happened, one row for each execution and wait, in the order of beginning."""

    code: Ints
    """number of the dossier * stride + node * 4 + WORK, WAIT or WAIT_AFTER."""
    came: Ints
    """Tick at which it lay there."""
    started: Ints
    finished: Ints
    """NEVER where it reaches beyond all hours."""
    length: Ints
    """Ticks of work, or of what had to pass."""
    live: tuple[Ints, ...]
    """Per load and dossier: how many tokens are still under way; 0: it is through."""


class CirclesError(Exception):
    """A dossier came to one step more often than `MOST_VISITS`."""

    def __init__(self, step: int) -> None:
        super().__init__(f"step {step} is visited without end")
        self.step = step


class Shelf:
    """Rows of one purpose by step and visit, as arrays that Python reads quickly."""

    def __init__(self, make: Callable[[int, int], Ints | Floats], kind: str, steps: int) -> None:
        self.make, self.kind = make, kind
        self.rows: list[list[array[int]]] = [[] for _ in range(steps)]

    def row(self, step: int, visit: int) -> array[int]:
        rows = self.rows[step]
        while len(rows) <= visit:
            if visit >= MOST_VISITS:
                raise CirclesError(step)
            made = array(self.kind)
            made.frombytes(self.make(step, len(rows)).tobytes())
            rows.append(made)
        return rows[visit]
