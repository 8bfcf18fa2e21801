"""A procedure as nested blocks: what discovery finds, and the successions that blocks allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Sort(StrEnum):
    """What a block is made of: one step, nothing, or other blocks."""

    STEP = "step"
    SKIP = "skip"
    SEQUENCE = "sequence"
    CHOICE = "choice"
    PARALLEL = "parallel"
    LOOP = "loop"
    """The first part, then any number of times one of the others and the first again."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a procedure; `act` numbers the step of a block that is one."""

    sort: Sort
    act: int = -1
    parts: tuple[Block, ...] = ()


NOTHING = Block(Sort.SKIP)


def block(sort: Sort, parts: Iterable[Block]) -> Block:
    """Join parts; blocks of the same sort that stand in each other become one."""
    flat: list[Block] = []
    for part in parts:
        same = part.sort is sort and sort is not Sort.LOOP
        flat += part.parts if same else [part]
    if sort is Sort.CHOICE:
        flat = list(dict.fromkeys(flat))
    elif sort is not Sort.LOOP:
        flat = [part for part in flat if part is not NOTHING]
    if not flat:
        return NOTHING
    return flat[0] if len(flat) == 1 else Block(sort, parts=tuple(flat))


@dataclass(frozen=True, slots=True)
class Succession:
    """What a block begins and ends with, and which step may directly follow which."""

    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    pairs: frozenset[tuple[int, int]] = frozenset()
    acts: frozenset[int] = frozenset()
    is_empty: bool = False
    """It may pass without any step."""


def succession(of: Block) -> Succession:
    """Work out the successions that a block allows."""
    if of.sort is Sort.STEP:
        own = frozenset((of.act,))
        return Succession(own, own, frozenset(), own)
    parts = [succession(part) for part in of.parts]
    if of.sort is Sort.SEQUENCE:
        found = Succession(is_empty=True)
        for part in parts:
            found = Succession(
                found.first | part.first if found.is_empty else found.first,
                found.last | part.last if part.is_empty else part.last,
                found.pairs | part.pairs | frozenset(product(found.last, part.first)),
                found.acts | part.acts,
                found.is_empty and part.is_empty,
            )
        return found
    if of.sort is Sort.LOOP:
        return _looped(parts[0], parts[1:])
    pairs = frozenset[tuple[int, int]]().union(*(part.pairs for part in parts))
    if of.sort is Sort.PARALLEL:
        beside = (product(a.acts, b.acts) for a in parts for b in parts if a is not b)
        pairs = pairs.union(*beside)
    return Succession(
        frozenset[int]().union(*(part.first for part in parts)),
        frozenset[int]().union(*(part.last for part in parts)),
        pairs,
        frozenset[int]().union(*(part.acts for part in parts)),
        (all if of.sort is Sort.PARALLEL else any)(part.is_empty for part in parts) or not parts,
    )


def _looped(body: Succession, again: Sequence[Succession]) -> Succession:
    first, last = set(body.first), set(body.last)
    pairs, acts = set(body.pairs), set(body.acts)
    for part in again:
        pairs |= part.pairs | set(product(body.last, part.first)) | set(product(part.last, body.first))
        acts |= part.acts
        if part.is_empty:
            pairs |= set(product(body.last, body.first))
        if body.is_empty:
            first |= part.first
            last |= part.last
            pairs |= {pair for other in again for pair in product(part.last, other.first)}
    return Succession(frozenset(first), frozenset(last), frozenset(pairs), frozenset(acts), body.is_empty)
