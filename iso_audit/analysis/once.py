"""What follows from a few things is worked out once, however many dossiers are asked about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar, TypeVarTuple

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Things = TypeVarTuple("Things")

_REMEMBERED = 1_024
"""Different things whose results are kept."""


class Remembered(dict[K, T]):
    """What `work` makes of a thing, by the thing: for what is asked of every dossier."""

    __slots__ = ("_work",)
    most = 4_096
    """Different things whose results are kept."""

    def __init__(self, work: Callable[[K], T]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: K) -> T:
        made = self._work(key)
        if len(self) >= self.most:
            self.clear()
        self[key] = made
        return made


def once(work: Callable[[*Things], T]) -> Callable[[*Things], T]:
    """Remember what `work` makes of the same objects.

    Procedures, requirements and calendars hold mappings and cannot be hashed, so things are the same
    where they are one object; what is remembered holds on to them.
    """
    known: dict[tuple[int, ...], tuple[tuple[*Things], T]] = {}

    @wraps(work)
    def done(*things: *Things) -> T:
        key = tuple(map(id, things))
        found = known.get(key)
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            found = known[key] = things, work(*things)
        return found[1]

    return done
