"""Questions about every complete run, answered by sweeps over one expression.

What a run means for a question is one of a few classes; an expression stands for the set of
classes that its runs can have, a small bit set, and the operators are tables over such sets. So a
question costs one pass, whatever the number of runs.

"Required on every run" is not dominance: a step in one branch of a parallel block is on every run
although paths lead around it. Steps side by side happen in any order; blocks side by side are
played one after the other, which loses nothing: whatever order of two sets of steps is possible at
all is possible with one of the blocks first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from iso_audit.analysis.reduction import ANY_OF, BOTH, EITHER, EMPTY, REPEAT, SEQUENCE, STEP, Blocks
from iso_audit.analysis.spelling import (
    FAR,
    FIRST,
    FREE,
    SECOND,
    WRONG,
    costs,
    in_order,
    spelled,
    spelled_in_class,
)


def _in_company(x: int, y: int) -> int:
    """Classes of "together": 0 neither set, 1 one, 2 the other, 3 both."""
    return x | y


@dataclass(frozen=True, slots=True)
class _Tables:
    """What the operators do to sets of classes; sets are 4-bit masks, pairs are `16 * a + b`."""

    sequence: Sequence[int]
    both: Sequence[int]
    repeat: Sequence[int]


def _tables(join: Callable[[int, int], int]) -> _Tables:
    def product(a: int, b: int) -> int:
        found = 0
        for x in range(4):
            for y in range(4):
                if a >> x & 1 and b >> y & 1:
                    found |= 1 << join(x, y)
        return found

    sequence = [product(a, b) for a in range(16) for b in range(16)]
    both = [product(a, b) | product(b, a) for a in range(16) for b in range(16)]
    repeat = []
    for a in range(16):
        for b in range(16):
            found, before = a, 0
            while found != before:
                before = found
                found |= sequence[16 * sequence[16 * found + b] + a]
            repeat.append(found)
    return _Tables(sequence, both, repeat)


_ORDER = _tables(in_order)
_COMPANY = _tables(_in_company)


@dataclass(eq=False)
class Runs:
    """All complete runs of one graph: `whole` is their expression, steps are node numbers."""

    blocks: Blocks
    whole: int

    def _classes(self, of: dict[int, int], tables: _Tables) -> list[int]:
        """Per expression: the set of classes of its runs; `of` gives the class of steps not in 0."""
        sequence, both, repeat = tables.sequence, tables.both, tables.repeat
        value: list[int] = []
        add = value.append
        for o, left, right in zip(self.blocks.op, self.blocks.left, self.blocks.right, strict=True):
            if o == STEP:
                add(1 << of.get(left, 0))
            elif o == EMPTY:
                add(1)
            elif o == SEQUENCE:
                add(sequence[16 * value[left] + value[right]])
            elif o == EITHER:
                add(value[left] | value[right])
            elif o == BOTH:
                add(both[16 * value[left] + value[right]])
            elif o == ANY_OF:
                add(value[left] | value[right] | both[16 * value[left] + value[right]])
            else:
                add(repeat[16 * value[left] + value[right]])
        return value

    def always_of(self, mask: Sequence[int]) -> int:
        """The bits that every complete run meets, where each node carries the bits `mask[node]`. Linear."""
        value: list[int] = []
        add = value.append
        for o, left, right in zip(self.blocks.op, self.blocks.left, self.blocks.right, strict=True):
            if o == STEP:
                add(mask[left])
            elif o in (SEQUENCE, BOTH):
                add(value[left] | value[right])
            elif o == REPEAT:
                add(value[left])
            else:
                add(value[left] & value[right])
        return value[self.whole]

    def can_avoid(self, nodes: Collection[int]) -> bool:
        """Whether some complete run passes none of `nodes`. Linear."""
        return bool(self._classes(dict.fromkeys(nodes, FIRST), _ORDER)[self.whole] & 1 << FREE)

    def can_meet(self, a: Collection[int], b: Collection[int]) -> bool:
        """Whether some complete run passes one of `a` and one of `b` (one in both sets is enough). Linear."""
        of = dict.fromkeys(a, 1)
        of.update((node, of.get(node, 0) | 2) for node in b)
        return bool(self._classes(of, _COMPANY)[self.whole] & 1 << 3)

    def shortest(self, avoid: Collection[int] = ()) -> list[int] | None:
        """A complete run with the fewest steps that passes none of `avoid`; None if there is none. Linear."""
        cost = costs(self.blocks, avoid)
        return None if cost[self.whole] >= FAR else spelled(self.blocks, cost, self.whole)

    def out_of_order(self, first: Collection[int], second: Collection[int]) -> list[int] | None:
        """A complete run with the fewest steps in which one of `second` comes before any of `first`.

        Both happen in it; a step in both sets counts as first, for it is both at once. None if
        there is no such run. Linear.
        """
        of = dict.fromkeys(second, SECOND)
        of.update(dict.fromkeys(first, FIRST))
        classes = self._classes(of, _ORDER)
        if not classes[self.whole] & 1 << WRONG:
            return None
        return spelled_in_class(self.blocks, self.whole, of, WRONG)

    @cached_property
    def always(self) -> list[int]:
        """Per expression: mask of the nodes on every one of its runs. Linear in masks."""
        return self._always_without(None)

    def _always_without(self, node: int | None, relevant: bytearray | None = None) -> list[int]:
        """As `always`, of the runs that do not pass `node`; -1 where there are none."""
        op, left, right = self.blocks.op, self.blocks.left, self.blocks.right
        value = [0] * (self.whole + 1) if relevant is None else list(self.always)
        for at in range(1, self.whole + 1):
            if relevant is not None and not relevant[at]:
                continue
            o = op[at]
            if o == STEP:
                value[at] = -1 if left[at] == node else 1 << left[at]
                continue
            a, b = value[left[at]], value[right[at]]
            if o in (SEQUENCE, BOTH):
                value[at] = -1 if a < 0 or b < 0 else a | b
            elif o == REPEAT:
                value[at] = a
            else:
                value[at] = _either(a, b)
        return value

    def _holding(self, node: int) -> bytearray:
        """Per expression: 1 where `node` is in it."""
        op, left, right = self.blocks.op, self.blocks.left, self.blocks.right
        held = bytearray(self.whole + 1)
        for at in range(1, self.whole + 1):
            if op[at] == STEP:
                held[at] = left[at] == node
            elif held[left[at]] or held[right[at]]:
                held[at] = 1
        return held

    def around(self, node: int) -> tuple[int, int, int] | None:
        """What every run that passes `node` passes before it, after it, and at all: three masks.

        Before means before its first time, after means after its last; `node` itself counts only
        "at all". None if no run passes it. Linear in masks.
        """
        held = self._holding(node)
        if not held[self.whole]:
            return None
        without, always = self._always_without(node, held), self.always
        op, left, right = self.blocks.op, self.blocks.left, self.blocks.right
        before: dict[int, int] = {}
        after: dict[int, int] = {}
        passing: dict[int, int] = {}
        for at in range(1, self.whole + 1):
            if not held[at]:
                continue
            if op[at] == STEP:
                before[at] = after[at] = 0
                passing[at] = 1 << node
                continue
            a, b = left[at], right[at]
            early, late = before.get(a, -1), before.get(b, -1)
            soon, last = after.get(a, -1), after.get(b, -1)
            one, other = passing.get(a, -1), passing.get(b, -1)
            if op[at] == SEQUENCE:
                before[at] = _either(early, _union(without[a], late))
                after[at] = _either(last, _union(soon, without[b]))
                passing[at] = _either(_union(one, always[b]), _union(without[a], other))
            elif op[at] == BOTH:
                before[at], after[at] = _either(early, late), _either(soon, last)
                passing[at] = _either(_union(one, always[b]), _union(without[a], other))
            elif op[at] == REPEAT:
                before[at] = _either(early, _union(without[a], late))
                after[at] = _either(soon, _union(last, without[a]))
                passing[at] = _either(one, _union(without[a], other))
            else:
                before[at], after[at] = _either(early, late), _either(soon, last)
                passing[at] = _either(one, other)
        return before[self.whole], after[self.whole], passing[self.whole]


def _either(a: int, b: int) -> int:
    """What two alternatives have in common; -1 is an alternative that does not exist."""
    if a < 0:
        return b
    return a if b < 0 else a & b


def _union(a: int, b: int) -> int:
    return -1 if a < 0 or b < 0 else a | b
