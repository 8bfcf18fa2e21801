"""Expressions over steps, and what is true of all or some runs of each.

An expression stands for the runs of one block: a step, two blocks in sequence, either of two,
both side by side, either or both, or a block repeated. Parts are numbered before their wholes, so
every question is one sweep over the numbers, linear however wide the parallel blocks are.

What a run means for a question is one of four classes; an expression has the set of classes that its
runs can have. Many questions are asked at once: per class one integer holds a bit for each question.
Blocks side by side are played one after the other, which loses nothing: whatever order of two sets
of steps is possible at all is possible with one of the blocks first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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


Classes = tuple[int, int, int, int]
"""Per class: the questions, as bits, for which some run is in it."""

Then = Callable[[Classes, Classes], Classes]
"""The classes of one thing followed by another, of which every question has some run."""


def order(a: Classes, b: Classes) -> Classes:
    """`in_order` for sets of classes, written out."""
    free, first, second, wrong = a
    frees, firsts, seconds, wrongs = b
    return (
        free & frees,
        first | free & firsts,
        second & (frees | seconds) | free & seconds,
        wrong | free & wrongs | second & (firsts | wrongs),
    )


def company(a: Classes, b: Classes) -> Classes:
    """The same where the class is which of two sets of steps a run meets: neither, one, the other, both."""
    neither, one, other, both = a
    neithers, ones, others, boths = b
    return (
        neither & neithers,
        one & (neithers | ones) | neither & ones,
        other & (neithers | others) | neither & others,
        both | one & (others | boths) | other & (ones | boths) | neither & boths,
    )


def joined(a: Classes, b: Classes) -> Classes:
    """The classes of two alternatives."""
    return (a[0] | b[0], a[1] | b[1], a[2] | b[2], a[3] | b[3])


def _repeated(a: Classes, b: Classes, then: Then) -> Classes:
    """The classes of a, or a b a, or a b a b a ..."""
    found, before = a, None
    while found != before:
        before, found = found, joined(found, then(then(found, b), a))
    return found


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

    @property
    def are_certain(self) -> bool:
        """Whether every run of any expression has the same steps."""
        return {EITHER, ANY_OF, REPEAT}.isdisjoint(self.op)

    def row(self, nodes: Sequence[int]) -> int:
        """One step after the other."""
        op, left, right = self.op, self.left, self.right
        at = len(op)
        op.append(STEP)
        left.append(nodes[0])
        right.append(0)
        row = at
        for node in nodes[1:]:
            op += (STEP, SEQUENCE)
            left += (node, row)
            right += (0, at + 1)
            at += 2
            row = at
        return row

    def classes(
        self, of: Mapping[int, Classes], then: Then, every: int, cost: Sequence[int] | None = None
    ) -> list[Classes]:
        """Per expression: the classes of its runs, for the questions `every`.

        `of` has the steps that some question asks of. With the `cost` of each expression only shortest
        runs are looked at. Linear, and most of it free of cost where few steps are asked of.
        """
        free = (every, 0, 0, 0)
        value: list[Classes] = []
        add = value.append
        for o, left, right in zip(self.op, self.left, self.right, strict=True):
            if o == STEP:
                add(of.get(left, free))
                continue
            a, b = value[left] if o else free, value[right] if o else free
            if a is b is free:
                add(free)
            elif o == SEQUENCE:
                add(b if a is free else a if b is free else then(a, b))
            elif o == BOTH:
                add(joined(then(a, b), then(b, a)))
            elif cost is not None:
                add(
                    a
                    if o == REPEAT or cost[left] < cost[right]
                    else b
                    if cost[right] < cost[left]
                    else joined(a, b)
                )
            elif o == EITHER:
                add(joined(a, b))
            elif o == ANY_OF:
                add(joined(joined(a, b), joined(then(a, b), then(b, a))))
            else:
                add(_repeated(a, b, then))
        return value

    def always(self, mask: Mapping[int, int]) -> list[int]:
        """Per expression: the bits that each of its runs meets; node n carries `mask[n]`. Linear in masks."""
        bits = mask.get
        value: list[int] = []
        add = value.append
        for o, left, right in zip(self.op, self.left, self.right, strict=True):
            if o == STEP:
                add(bits(left, 0))
            elif o in (SEQUENCE, BOTH):
                add(value[left] | value[right])
            elif o == REPEAT:
                add(value[left])
            else:
                add(value[left] & value[right] if o != EMPTY else 0)
        return value

    def holding(self, nodes: Collection[int]) -> list[int]:
        """Expressions that any of `nodes` is part of, parts before their wholes. Linear."""
        held = bytearray(len(self.op))
        for at, (o, left, right) in enumerate(zip(self.op, self.left, self.right, strict=True)):
            held[at] = left in nodes if o == STEP else held[left] | held[right]
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
