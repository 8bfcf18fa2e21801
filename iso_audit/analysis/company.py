"""Which of several groups of steps meet on one complete run, and a shortest run on which they do.

A run is told by the set of groups it passes, a bit each. For "which meet" only the largest sets
matter, so each expression keeps those; for the run itself it keeps a cheapest run of each set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count

from iso_audit.analysis.blocks import ANY_OF, BOTH, EITHER, EMPTY, REPEAT, SEQUENCE, STEP
from iso_audit.analysis.runs import Runs
from iso_audit.analysis.study import Study

MOST_SETS = 256
"""So many largest sets are kept of one block before the question is given up as too large."""

Tree = tuple["Tree", "Tree"] | int | None
"""A run: one after the other, a node, or nothing."""

Cheapest = dict[int, tuple[int, Tree]]
"""Set of groups -> steps of a shortest run that passes exactly these, and that run."""

_NOBODY: Cheapest = {0: (0, None)}


class TooManyError(Exception):
    """More sets of groups are possible than are kept."""


def companies(study: Study, groups: Sequence[Collection[str]]) -> set[frozenset[int]]:
    """The largest sets of `groups` (by number) of which some complete run passes a step each.

    Empty where the runs are not decided. Raises TooManyError.
    """
    bits = _bits(study, groups)
    found = _largest(mask for runs in study.runs_of(study.cases) for mask in _sets(runs, bits))
    return {frozenset(n for n in range(len(groups)) if mask >> n & 1) for mask in found}


def run_through(
    study: Study,
    groups: Sequence[Collection[str]],
    avoid: Collection[str] = (),
    where: Collection[str] = (),
) -> tuple[str, ...] | None:
    """A complete run with the fewest steps that passes a step of each group and none of `avoid`.

    `where`: only in the cases of the dossier in which some run passes one of these steps.
    Complexity: a sweep over the expressions for each pair of sets of groups; for few groups.
    """
    bits, graph = _bits(study, groups), study.graph
    out = {graph.index[step] for step in avoid if step in graph.index}
    asked = {graph.index[step] for step in where if step in graph.index}
    found: list[list[int]] = []
    for runs in study.runs_of(study.cases):
        if not where or runs.can_meet(asked, asked):
            run = _shortest(runs, bits, (1 << len(groups)) - 1, out)
            found += [] if run is None else [run]
    shortest = min(found, key=len, default=None)
    return None if shortest is None else graph.visible(shortest)


def _bits(study: Study, groups: Sequence[Collection[str]]) -> dict[int, int]:
    bits: dict[int, int] = {}
    for number, group in enumerate(groups):
        for step in group:
            if step in study.graph.index:
                node = study.graph.index[step]
                bits[node] = bits.get(node, 0) | 1 << number
    return bits


def _largest(masks: Iterable[int]) -> tuple[int, ...]:
    kept: list[int] = []
    for mask in sorted(set(masks), key=int.bit_count, reverse=True):
        if all(mask & ~other for other in kept):
            kept.append(mask)
    if len(kept) > MOST_SETS:
        raise TooManyError
    return tuple(kept)


def _unions(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    if a == (0,):
        return b
    return a if b == (0,) else _largest(x | y for x in a for y in b)


def _sets(runs: Runs, bits: Mapping[int, int]) -> tuple[int, ...]:
    """The largest sets of complete runs; a block repeated may pass all it has, in one round or another."""
    blocks, none = runs.blocks, (0,)
    value: list[tuple[int, ...]] = []
    for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
        if o == STEP:
            value.append((bits[left],) if left in bits else none)
        elif o == EMPTY or value[left] == value[right] == none:
            value.append(none)
        elif o == EITHER:
            value.append(_largest((*value[left], *value[right])))
        elif o == REPEAT:
            whole = 0
            for mask in (*value[left], *value[right]):
                whole |= mask
            value.append((whole,))
        else:
            value.append(_unions(value[left], value[right]))
    outs: list[list[tuple[int, int]]] = [[] for _ in range(runs.states)]
    for source, to, expression in runs.moves:
        outs[source].append((to, expression))
    at: list[tuple[int, ...]] = [()] * runs.states
    at[runs.start] = none
    stack = [runs.start]
    while stack:
        state = stack.pop()
        for to, expression in outs[state]:
            reached = _largest((*at[to], *_unions(at[state], value[expression])))
            if set(reached) != set(at[to]):
                at[to] = reached
                stack.append(to)
    return _largest(mask for state in runs.final for mask in at[state])


def _then(a: Cheapest, b: Cheapest) -> Cheapest:
    found: Cheapest = {}
    for x, (own, run) in a.items():
        for y, (more, rest) in b.items():
            if (x | y) not in found or own + more < found[x | y][0]:
                found[x | y] = (own + more, (run, rest))
    return found


def _or(a: Cheapest, b: Cheapest) -> Cheapest:
    found = dict(a)
    for mask, other in b.items():
        if mask not in found or other[0] < found[mask][0]:
            found[mask] = other
    return found


def _repeated(body: Cheapest, again: Cheapest) -> Cheapest:
    found, more = body, _or(body, _then(_then(body, again), body))
    while any(mask not in found or cost < found[mask][0] for mask, (cost, _) in more.items()):
        found, more = more, _or(more, _then(_then(more, again), body))
    return found


def _shortest(runs: Runs, bits: Mapping[int, int], wanted: int, avoid: Collection[int]) -> list[int] | None:
    value: list[Cheapest] = []
    blocks = runs.blocks
    for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
        if o == STEP:
            value.append({} if left in avoid else {bits.get(left, 0): (1, left)})
        elif o == EMPTY:
            value.append(_NOBODY)
        elif o in (SEQUENCE, BOTH):
            value.append(_then(value[left], value[right]))
        elif o == REPEAT:
            value.append(_repeated(value[left], value[right]))
        else:
            either = _or(value[left], value[right])
            value.append(_or(either, _then(value[left], value[right])) if o == ANY_OF else either)
    outs: list[list[tuple[int, int]]] = [[] for _ in range(runs.states)]
    for source, to, expression in runs.moves:
        outs[source].append((to, expression))
    tie = count()
    heap: list[tuple[int, int, int, int, Tree]] = [(0, next(tie), runs.start, 0, None)]
    done: set[tuple[int, int]] = set()
    while heap:
        total, _, state, mask, run = heappop(heap)
        if mask == wanted and state in runs.final:
            return _flat(run)
        if (state, mask) not in done:
            done.add((state, mask))
            for to, expression in outs[state]:
                for more, (cost, rest) in value[expression].items():
                    heappush(heap, (total + cost, next(tie), to, mask | more, (run, rest)))
    return None


def _flat(run: Tree) -> list[int]:
    found: list[int] = []
    stack = [run]
    while stack:
        at = stack.pop()
        if isinstance(at, tuple):
            stack += (at[1], at[0])
        elif at is not None:
            found.append(at)
    return found
