"""Spell out one run of an expression: the proof that a finding shows.

Shortest means: the fewest visible steps. Costs are sums over sequences and parallel blocks and
minima over choices, so they are exact for every expression (Knuth 1977,
doi:10.1016/0020-0190(77)90002-3, without the heap, as parts are numbered before their wholes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from iso_audit.analysis.reduction import ANY_OF, BOTH, EITHER, EMPTY, NOTHING, REPEAT, SEQUENCE, STEP, Blocks

FAR = 1 << 60
"""The cost of what cannot be."""

FREE, FIRST, SECOND, WRONG = range(4)
"""Classes of a run by the order of two sets of steps: none of either; one of the first set comes
before any of the second; only second ones; a second one first, and a first one later."""

Costs = tuple[int, int, int, int]
"""Per class: the steps of a shortest run in it."""


def in_order(x: int, y: int) -> int:
    """The class of a run of class x followed by one of class y."""
    if x == FREE:
        return y
    if x == SECOND:
        return SECOND if y in (FREE, SECOND) else WRONG
    return x


_ONE_STEP: tuple[Costs, ...] = ((1, FAR, FAR, FAR), (FAR, 1, FAR, FAR), (FAR, FAR, 1, FAR), (FAR, FAR, FAR, 1))
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


def spelled_in_class(blocks: Blocks, whole: int, of: Mapping[int, int], wanted: int) -> list[int]:
    """The nodes of a shortest run of class `wanted`, which must exist; `of` classes the steps not FREE."""
    cost: list[Costs] = [(0, FAR, FAR, FAR)]
    for at in range(1, whole + 1):
        cost.append(_costs_by_class(blocks, at, of, cost))
    run: list[int] = []
    stack = [(whole, wanted)]
    while stack:
        at, sort = stack.pop()
        if blocks.op[at] == STEP:
            run.append(blocks.left[at])
        elif at != NOTHING:
            stack += reversed(_parts(blocks, at, sort, cost))
    return run


def _costs_by_class(
    blocks: Blocks, at: int, of: Mapping[int, int], cost: Sequence[Costs]
) -> Costs:
    o = blocks.op[at]
    if o == STEP:
        return _ONE_STEP[of.get(blocks.left[at], FREE)]
    a, b = cost[blocks.left[at]], cost[blocks.right[at]]
    if o == SEQUENCE:
        return _after(a, b)
    if o == EITHER:
        return _least(a, b)
    if o == BOTH:
        return _least(_after(a, b), _after(b, a))
    if o == ANY_OF:
        return _least(_least(a, b), _least(_after(a, b), _after(b, a)))
    return _rounds(a, b)[-1]


def _after(a: Costs, b: Costs) -> Costs:
    free, first, second, wrong = b
    least = min(b)
    return (  # `in_order`, written out
        min(FAR, a[FREE] + free),
        min(FAR, a[FREE] + first, a[FIRST] + least),
        min(FAR, a[FREE] + second, a[SECOND] + min(free, second)),
        min(FAR, a[FREE] + wrong, a[SECOND] + min(first, wrong), a[WRONG] + least),
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
