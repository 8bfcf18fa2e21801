"""Spell out one run of an expression: the proof that a finding shows.

Shortest means: the fewest visible steps. Costs are sums over sequences and parallel blocks and
minima over choices, so they are exact for every expression (Knuth 1977,
doi:10.1016/0020-0190(77)90002-3, without the heap, as parts are numbered before their wholes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from iso_audit.analysis.blocks import (
    ANY_OF,
    BOTH,
    EITHER,
    EMPTY,
    FIRST,
    FREE,
    NOTHING,
    REPEAT,
    SECOND,
    SEQUENCE,
    STEP,
    WRONG,
    Blocks,
    in_order,
)

FAR = 1 << 60
"""The cost of what cannot be, or more."""

Costs = tuple[int, int, int, int]
"""Per class: the steps of a shortest run in it."""


_NO_STEP: Costs = (0, FAR, FAR, FAR)
_ONE_STEP: tuple[Costs, ...] = (
    (1, FAR, FAR, FAR),
    (FAR, 1, FAR, FAR),
    (FAR, FAR, 1, FAR),
    (FAR, FAR, FAR, 1),
)
_PAIRS = tuple((x, y, in_order(x, y)) for x in range(4) for y in range(4))


def costs(blocks: Blocks, avoid: Collection[int] = ()) -> list[int]:
    """Per expression: steps of its shortest run that passes none of `avoid`, `FAR` if none does. Linear."""
    value: list[int] = []
    add = value.append
    for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
        if o == STEP:
            add(FAR if left in avoid else 1)
        elif o in (SEQUENCE, BOTH):
            add(min(FAR, value[left] + value[right]))
        elif o in (REPEAT, EMPTY):
            add(value[left] if o == REPEAT else 0)
        else:
            add(min(value[left], value[right]))
    return value


def spelled(blocks: Blocks, cost: Sequence[int], whole: int) -> list[int]:
    """The nodes of a shortest run of `whole`, in order; `cost` as `costs` gave it."""
    op, left, right = blocks.op, blocks.left, blocks.right
    run: list[int] = []
    stack = [whole]
    while stack:
        at = stack.pop()
        if op[at] == STEP:
            run.append(left[at])
        elif op[at] in (SEQUENCE, BOTH):
            stack += (right[at], left[at])
        elif op[at] == REPEAT:
            stack.append(left[at])
        elif at != NOTHING:
            stack.append(left[at] if cost[left[at]] <= cost[right[at]] else right[at])
    return run


def spelled_in_class(blocks: Blocks, cost: Sequence[Costs], whole: int, wanted: int) -> list[int]:
    """The nodes of a shortest run of class `wanted`, which must exist; `cost` as `costs_by_class` gave it."""
    run: list[int] = []
    stack = [(whole, wanted)]
    while stack:
        at, sort = stack.pop()
        if blocks.op[at] == STEP:
            run.append(blocks.left[at])
        elif at != NOTHING:
            stack += reversed(_parts(blocks, at, sort, cost))
    return run


def costs_by_class(blocks: Blocks, of: Mapping[int, int], classes: Sequence[int]) -> list[Costs]:
    """Per expression: the costs of its runs by class. Linear.

    `of` gives the classes of the steps that are not FREE, `classes` the sets of each expression.
    """
    cost: list[Costs] = []
    add = cost.append
    for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
        if o == STEP:
            add(_ONE_STEP[of.get(left, FREE)])
        elif o == EMPTY:
            add(_NO_STEP)
        elif o in (SEQUENCE, BOTH) and 1 in (classes[left], classes[right]):
            # one of the two is FREE whatever it does: it only adds its steps
            other, own = (left, right) if classes[left] == 1 else (right, left)
            more, (free, first, second, wrong) = cost[other][FREE], cost[own]
            add((free + more, first + more, second + more, wrong + more))
        elif o == SEQUENCE:
            add(_after(cost[left], cost[right]))
        elif o == EITHER:
            add(_least(cost[left], cost[right]))
        elif o == BOTH:
            add(_least(_after(cost[left], cost[right]), _after(cost[right], cost[left])))
        elif o == ANY_OF:
            a, b = cost[left], cost[right]
            add(_least(_least(a, b), _least(_after(a, b), _after(b, a))))
        else:
            add(_rounds(cost[left], cost[right])[-1])
    return cost


def _after(a: Costs, b: Costs) -> Costs:
    free, first, second, wrong = b
    least = min(b)
    return (  # `in_order`, written out
        a[FREE] + free,
        min(a[FREE] + first, a[FIRST] + least),
        min(a[FREE] + second, a[SECOND] + min(free, second)),
        min(a[FREE] + wrong, a[SECOND] + min(first, wrong), a[WRONG] + least),
    )


def _least(a: Costs, b: Costs) -> Costs:
    return (min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def _rounds(a: Costs, b: Costs) -> list[Costs]:
    """Costs of `REPEAT(a, b)` with at most 0, 1, 2 ... repetitions, until more of them change nothing."""
    found = [a]
    while len(found) < 2 or found[-1] != found[-2]:
        found.append(_least(found[-1], _after(_after(found[-1], b), a)))
    return found


def _parts(blocks: Blocks, at: int, sort: int, cost: Sequence[Costs]) -> list[tuple[int, int]]:
    """Which parts a shortest run of class `sort` plays, in order, each with its class."""
    o, a, b = blocks.op[at], blocks.left[at], blocks.right[at]
    goal = cost[at][sort]
    if o in (EITHER, ANY_OF):
        for part in (a, b):
            if cost[part][sort] == goal:
                return [(part, sort)]
    if o == REPEAT:
        return list(_repeated(a, b, sort, cost))
    orders = ((a, b),) if o == SEQUENCE else ((a, b), (b, a))
    return next(
        [(one, x), (other, y)]
        for one, other in orders
        for x, y, joined in _PAIRS
        if joined == sort and cost[one][x] + cost[other][y] == goal
    )


def _repeated(a: int, b: int, sort: int, cost: Sequence[Costs]) -> Iterator[tuple[int, int]]:
    """The parts of a shortest run of `REPEAT(a, b)` in class `sort`."""
    rounds = _rounds(cost[a], cost[b])
    goal = rounds[-1][sort]
    count = next(n for n, best in enumerate(rounds) if best[sort] == goal)
    if count == 0:
        yield a, sort
        return
    for before, x, so_far in _PAIRS:
        for at_last, y, joined in _PAIRS:
            total = rounds[count - 1][before] + cost[b][x] + cost[a][y]
            if at_last == so_far and joined == sort and total == goal:
                yield from _repeated(a, b, before, cost)
                yield b, x
                yield a, y
                return
