"""Many pairs of sets of steps at once: which of them does a shortest run put in the wrong order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iso_audit.analysis import blocks as classes
from iso_audit.analysis.blocks import ANY_OF, EITHER, FIRST, FREE, REPEAT, SECOND, STEP, Classes, order
from iso_audit.analysis.spelling import ANY, EARLY, IN_A_ROW, WITH, WITHOUT, WRONG, Shortest

_CLASSES = {
    WITHOUT: (FREE, SECOND), WITH: (FIRST, classes.WRONG), EARLY: (SECOND, SECOND),
    WRONG: (classes.WRONG, classes.WRONG),
}  # fmt: skip
"""Which classes of `blocks` a run has that is so: one of two."""


class Inverted:
    """Those of many pairs of sets of steps that a shortest run of an expression inverts, and these runs.

    One sweep for all pairs, where `Ordered` takes one for each; it shows the same run.
    """

    def __init__(self, shortest: Shortest, whole: int, of: Mapping[int, Classes], every: int) -> None:
        self._shortest = shortest
        self._whole = whole
        self._value = shortest.blocks.classes(of, order, every, shortest.cost)
        self.pairs = self._value[whole][classes.WRONG]
        """The pairs that it inverts, as bits."""

    def run(self, pair: int) -> list[int]:
        """The nodes of a shortest run that inverts one of `pairs`, by its number."""
        blocks, bit = self._shortest.blocks, 1 << pair
        run: list[int] = []
        stack = [(self._whole, WRONG)]
        while stack:
            at, sort = stack.pop()
            _, first, second, wrong = self._value[at]
            if sort == ANY or not (first | second | wrong) & bit:
                run += self._shortest.run(at)
            elif blocks.op[at] == STEP:
                run.append(blocks.left[at])
            else:
                stack += reversed(self._parts(at, sort, bit))
        return run

    def _parts(self, at: int, sort: int, bit: int) -> Sequence[tuple[int, int]]:
        """As in `Ordered`, of runs that are shortest of all."""
        blocks, cost = self._shortest.blocks, self._shortest.cost
        o, a, b = blocks.op[at], blocks.left[at], blocks.right[at]
        if o == REPEAT:
            return ((a, sort),)
        if o in (EITHER, ANY_OF):
            return ((a if cost[a] == cost[at] and self._can(a, sort, bit) else b, sort),)
        for x, y in IN_A_ROW[sort]:
            if self._can(a, x, bit) and self._can(b, y, bit):
                return (a, x), (b, y)
        rows = ((y, x) for y, x in IN_A_ROW[sort] if self._can(b, y, bit) and self._can(a, x, bit))
        return next(((b, y), (a, x)) for y, x in rows)

    def _can(self, at: int, sort: int, bit: int) -> bool:
        if sort == ANY:
            return True
        one, other = _CLASSES[sort]
        return bool((self._value[at][one] | self._value[at][other]) & bit)
