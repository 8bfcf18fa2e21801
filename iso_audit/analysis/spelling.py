"""Spell out one run of an expression: the proof that a finding shows.

Shortest means: the fewest visible steps. Costs are sums over sequences and parallel blocks and
minima over choices, so they are exact for every expression (Knuth 1977,
doi:10.1016/0020-0190(77)90002-3, without the heap, as parts are numbered before their wholes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iso_audit.analysis.blocks import (
    ANY_OF,
    BOTH,
    EITHER,
    EMPTY,
    FIRST,
    NOTHING,
    REPEAT,
    SEQUENCE,
    STEP,
    Blocks,
)

FAR = 1 << 60
"""The cost of what cannot be, or more."""

ANY, WITHOUT, WITH, EARLY, WRONG = range(5)
"""What a run may be asked to be, of two sets of steps: any run; one without a first step; one with a
first step; one with a second and no first; one with a second step, and after it the first first one."""

Costs = tuple[int, int, int, int, int]
"""The steps of a shortest run of each of these."""

_FIRST: Costs = (1, FAR, 1, FAR, FAR)
_SECOND: Costs = (1, 1, FAR, 1, FAR)

Moves = tuple[tuple[int, int, int], ...]
"""From a phase of a run to a phase by a run that is so: what makes up a run of several expressions."""

AVOIDING: Moves = ((0, 0, WITHOUT),)
INVERTING: Moves = ((0, 0, WITHOUT), (0, 1, EARLY), (0, 2, WRONG), (1, 1, ANY), (1, 2, WITH), (2, 2, ANY))

IN_A_ROW = {
    ANY: ((ANY, ANY),),
    WITHOUT: ((WITHOUT, WITHOUT),),
    WITH: ((WITH, ANY), (ANY, WITH)),
    EARLY: ((EARLY, WITHOUT), (WITHOUT, EARLY)),
    WRONG: ((EARLY, WITH), (WRONG, ANY), (WITHOUT, WRONG)),
}
"""How two things in a row make a run that is so."""

_REPEATED = {
    ANY: ((ANY,),),
    WITHOUT: ((WITHOUT,),),
    WITH: ((WITH,), (ANY, WITH, ANY)),
    EARLY: ((EARLY,), (WITHOUT, EARLY, WITHOUT)),
    WRONG: (
        (WRONG,), (WITHOUT, EARLY, WITH), (EARLY, WITH, ANY), (EARLY, ANY, WITH), (WITHOUT, WRONG, ANY),
        (WITHOUT, EARLY, ANY, WITH, ANY),
    ),
}  # fmt: skip
"""The same of a block, what leads back to it, the block again ...: more rounds are never needed."""


def costs(blocks: Blocks) -> list[int]:
    """Per expression: steps of its shortest run. Linear."""
    value: list[int] = []
    add = value.append
    for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
        if o == STEP:
            add(1)
        elif o in (SEQUENCE, BOTH):
            add(value[left] + value[right])
        elif o in (REPEAT, EMPTY):
            add(value[left] if o == REPEAT else 0)
        else:
            add(min(value[left], value[right]))
    return value


def spelled(blocks: Blocks, cost: Sequence[int], whole: int) -> list[int]:
    """The nodes of a shortest run of `whole`, in order; `cost` as `costs` gave it."""
    return Shortest(blocks, cost).run(whole)


class Shortest:
    """Shortest runs of expressions; what was spelled out once is not spelled out again."""

    def __init__(self, blocks: Blocks, cost: Sequence[int]) -> None:
        self.blocks = blocks
        self.cost = cost
        self._nodes: list[int] = []
        self._begin: dict[int, int] = {}

    def run(self, whole: int) -> list[int]:
        """The nodes of a shortest run, in order."""
        if whole not in self._begin:
            self._spell(whole)
        begin = self._begin[whole]
        return self._nodes[begin : begin + self.cost[whole]]

    def _spell(self, whole: int) -> None:
        op, left, right = self.blocks.op, self.blocks.left, self.blocks.right
        cost, nodes, begin = self.cost, self._nodes, self._begin
        stack = [whole]
        while stack:
            at = stack.pop()
            if op[at] == STEP:
                begin[at] = len(nodes)
                nodes.append(left[at])
                continue
            known = begin.get(at)
            if known is not None:
                nodes += nodes[known : known + cost[at]]
                continue
            begin[at] = len(nodes)
            if op[at] in (SEQUENCE, BOTH):
                stack += (right[at], left[at])
            elif op[at] == REPEAT:
                stack.append(left[at])
            elif at != NOTHING:
                stack.append(left[at] if cost[left[at]] <= cost[right[at]] else right[at])


class Ordered:
    """Costs and shortest runs for one question about two sets of steps.

    `of` says of their steps whether they are FIRST or SECOND. Only the expressions that hold any of
    them are looked at; of the others every run is like every other.
    """

    def __init__(self, shortest: Shortest, of: Mapping[int, int]) -> None:
        self.shortest = shortest
        blocks, least = shortest.blocks, shortest.cost
        cost = self._cost = list[Costs | None]()
        if not of:
            cost += [None] * len(least)
            return
        add = cost.append
        for o, left, right in zip(blocks.op, blocks.left, blocks.right, strict=True):
            if o == STEP:
                sort = of.get(left)
                add(None if sort is None else _FIRST if sort == FIRST else _SECOND)
                continue
            a, b = (cost[left], cost[right]) if o != EMPTY else (None, None)
            if a is b is None:
                add(None)
            elif o in (SEQUENCE, BOTH) and (a is None or b is None):
                more = least[left] if a is None else least[right]
                any_, without, with_, early, wrong = a or b or _plain(0)
                add((any_ + more, without + more, with_ + more, early + more, wrong + more))
            else:
                add(_combined(o, a or _plain(least[left]), b or _plain(least[right])))

    def costs(self, expression: int) -> Costs:
        """The costs of an expression; `FAR` or more where it has no such run."""
        return self._cost[expression] or _plain(self.shortest.cost[expression])

    def run(self, whole: int, wanted: int) -> list[int]:
        """The nodes of a shortest run of `whole` that is as `wanted`; there must be one."""
        blocks = self.shortest.blocks
        run: list[int] = []
        stack = [(whole, wanted)]
        while stack:
            at, sort = stack.pop()
            if sort == ANY or self._cost[at] is None:
                run += self.shortest.run(at)
            elif blocks.op[at] == STEP:
                run.append(blocks.left[at])
            else:
                stack += reversed(self._parts(at, sort))
        return run

    def _parts(self, at: int, sort: int) -> Sequence[tuple[int, int]]:
        """Which parts a shortest run plays that is so, in order, each with how it is."""
        blocks = self.shortest.blocks
        o, a, b = blocks.op[at], blocks.left[at], blocks.right[at]
        goal, cost_a, cost_b = self.costs(at)[sort], self.costs(a), self.costs(b)
        if o == REPEAT:
            rows = (list(zip((a, b, a, b, a), way, strict=False)) for way in _REPEATED[sort])
            return next(row for row in rows if sum(self.costs(part)[x] for part, x in row) == goal)
        if o in (EITHER, ANY_OF):
            if cost_a[sort] == goal:
                return ((a, sort),)
            if cost_b[sort] == goal:
                return ((b, sort),)
        for x, y in IN_A_ROW[sort]:
            if cost_a[x] + cost_b[y] == goal:
                return (a, x), (b, y)
        return next(((b, y), (a, x)) for y, x in IN_A_ROW[sort] if cost_b[y] + cost_a[x] == goal)


def _plain(least: int) -> Costs:
    return (least, least, FAR, FAR, FAR)


def _combined(o: int, a: Costs, b: Costs) -> Costs:
    if o == SEQUENCE:
        return _after(a, b)
    if o == REPEAT:
        return _rounds(a, b)
    if o == EITHER:
        return _least(a, b)
    both = _least(_after(a, b), _after(b, a))
    return both if o == BOTH else _least(_least(a, b), both)


def _after(a: Costs, b: Costs) -> Costs:
    any_, without, with_, early, wrong = a
    anys, withouts, withs, earlies, wrongs = b
    return (  # `IN_A_ROW`, written out
        any_ + anys,
        without + withouts,
        min(with_ + anys, any_ + withs),
        min(early + withouts, without + earlies),
        min(early + withs, wrong + anys, without + wrongs),
    )


def _least(a: Costs, b: Costs) -> Costs:
    any_, without, with_, early, wrong = a
    anys, withouts, withs, earlies, wrongs = b
    return (  # several times as fast as `min`
        any_ if any_ < anys else anys,
        without if without < withouts else withouts,
        with_ if with_ < withs else withs,
        early if early < earlies else earlies,
        wrong if wrong < wrongs else wrongs,
    )


def _rounds(a: Costs, b: Costs) -> Costs:
    any_, without, with_, early, wrong = a
    anys, _, withs, earlies, wrongs = b
    return (  # `_REPEATED`, written out
        any_,
        without,
        min(with_, any_ + withs + any_),
        min(early, without + earlies + without),
        min(
            wrong, without + earlies + with_, early + withs + any_, early + anys + with_,
            without + wrongs + any_, without + earlies + any_ + withs + any_,
        ),
    )  # fmt: skip
