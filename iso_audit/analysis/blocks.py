"""Expressions over steps, and what is true of all or some runs of each.

An expression stands for the runs of one block: a step, two blocks in sequence, either of two,
both side by side, either or both, or a block repeated. Parts are numbered before their wholes, so
every question is one sweep over the numbers, linear however wide the parallel blocks are.

What a run means for a question is one of a few classes; an expression has the set of classes that
its runs can have, a small bit set, and the operators are tables over such sets. Blocks side by
side are played one after the other, which loses nothing: whatever order of two sets of steps is
possible at all is possible with one of the blocks first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

EMPTY, STEP, SEQUENCE, EITHER, BOTH, ANY_OF, REPEAT = range(7)
"""Operators. `REPEAT(a, b)` is a, or a b a, or a b a b a ...; `ANY_OF(a, b)` is a, b, or both at once."""

NOTHING = 0
"""The expression of a block in which nobody does anything."""

FREE, FIRST, SECOND, WRONG = range(4)
"""Classes of a run by the order of two sets of steps: none of either; one of the first set comes
before any of the second; only second ones; a second one first, and a first one later."""


def in_order(x: int, y: int) -> int:
    """The class of a run of class x followed by one of class y."""
    if x == FREE:
        return y
    if x == SECOND:
        return SECOND if y in (FREE, SECOND) else WRONG
    return x


def in_company(x: int, y: int) -> int:
    """The same for which of two sets of steps a run meets: 0 neither, 1 one, 2 the other, 3 both."""
    return x | y


@dataclass(frozen=True, slots=True)
class Tables:
    """What the operators do to sets of classes; sets are 4-bit masks, pairs are `16 * a + b`."""

    sequence: Sequence[int]
    both: Sequence[int]
    repeat: Sequence[int]


def _tables(join: Callable[[int, int], int]) -> Tables:
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
    return Tables(sequence, both, repeat)


ORDER = _tables(in_order)
COMPANY = _tables(in_company)


@dataclass(eq=False)
class Blocks:
    """Expressions by number; the parts of an expression have smaller numbers than itself."""

    op: list[int] = field(default_factory=lambda: [EMPTY])
    left: list[int] = field(default_factory=lambda: [0])
    right: list[int] = field(default_factory=lambda: [0])

    def step(self, node: int) -> int:
        return self._add(STEP, node, 0)

    def sequence(self, a: int, b: int) -> int:
        if a == NOTHING:
            return b
        return a if b == NOTHING else self._add(SEQUENCE, a, b)

    def parallel(self, op: int, a: int, b: int) -> int:
        """EITHER, BOTH or ANY_OF of two blocks."""
        if op == BOTH:
            if a == NOTHING:
                return b
            return a if b == NOTHING else self._add(BOTH, a, b)
        return a if a == b and op == EITHER else self._add(op, a, b)

    def repeat(self, body: int, again: int) -> int:
        return NOTHING if body == again == NOTHING else self._add(REPEAT, body, again)

    def _add(self, op: int, a: int, b: int) -> int:
        self.op.append(op)
        self.left.append(a)
        self.right.append(b)
        return len(self.op) - 1

    def classes(self, of: Mapping[int, int], tables: Tables) -> list[int]:
        """Per expression: the set of classes of its runs; `of` gives the class of steps not in 0. Linear."""
        sequence, both, repeat = tables.sequence, tables.both, tables.repeat
        value: list[int] = []
        add = value.append
        for o, left, right in zip(self.op, self.left, self.right, strict=True):
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

    def always(self, mask: Sequence[int]) -> list[int]:
        """Per expression: the bits that each of its runs meets; node n carries `mask[n]`. Linear in masks."""
        value: list[int] = []
        add = value.append
        for o, left, right in zip(self.op, self.left, self.right, strict=True):
            if o == STEP:
                add(mask[left])
            elif o in (SEQUENCE, BOTH):
                add(value[left] | value[right])
            elif o == REPEAT:
                add(value[left])
            else:
                add(value[left] & value[right] if o != EMPTY else 0)
        return value

    def holding(self, node: int) -> list[int]:
        """Expressions that `node` is part of, parts before their wholes. Linear."""
        held = bytearray(len(self.op))
        for at, (o, left, right) in enumerate(zip(self.op, self.left, self.right, strict=True)):
            held[at] = left == node if o == STEP else held[left] | held[right]
        return [at for at, is_held in enumerate(held) if is_held]

    def without(self, held: Sequence[int], always: Sequence[int]) -> list[int]:
        """As `always`, of the runs that do not pass the node which `held` hold; -1 where there are none.

        Linear in `held`, after copying.
        """
        value = list(always)
        for at in held:
            o = self.op[at]
            if o == STEP:
                value[at] = -1
                continue
            a, b = value[self.left[at]], value[self.right[at]]
            if o in (SEQUENCE, BOTH):
                value[at] = union(a, b)
            else:
                value[at] = a if o == REPEAT else either(a, b)
        return value

    def around(self, held: Sequence[int], always: Sequence[int], without: Sequence[int]) -> dict[int, Around]:
        """What each run that passes a node passes before, after and at all, for expressions that hold it.

        `held`, `always` and `without` as the methods of these names give them. Linear in masks.
        """
        found: dict[int, Around] = {}
        nowhere = Around(-1, -1, -1)
        for at in held:
            o, left, right = self.op[at], self.left[at], self.right[at]
            if o == STEP:
                found[at] = Around(0, 0, always[at])
                continue
            a, b = found.get(left, nowhere), found.get(right, nowhere)
            before, after = either(a.before, b.before), either(a.after, b.after)
            passing = either(a.passing, b.passing)
            if o == SEQUENCE:
                before = either(a.before, union(without[left], b.before))
                after = either(b.after, union(a.after, without[right]))
            elif o == REPEAT:
                before = either(a.before, union(without[left], b.before))
                after = either(a.after, union(b.after, without[left]))
                passing = either(a.passing, union(without[left], b.passing))
            if o in (SEQUENCE, BOTH):
                passing = either(union(a.passing, always[right]), union(without[left], b.passing))
            found[at] = Around(before, after, passing)
        return found


@dataclass(frozen=True, slots=True)
class Around:
    """What every run that passes a node passes before its first time, after its last, and at all: masks."""

    before: int
    after: int
    passing: int


def either(a: int, b: int) -> int:
    """What two alternatives have in common; -1 is an alternative that does not exist."""
    if a < 0:
        return b
    return a if b < 0 else a & b


def union(a: int, b: int) -> int:
    """What two things in a row have; -1 if one of them does not exist."""
    return -1 if a < 0 or b < 0 else a | b
