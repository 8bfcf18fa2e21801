"""A net of nodes and flows, its markings, and what can fire in each of them.

A marking is one integer: bit e is set where flow e carries a token, and the same bit `width`, twice
`width` and three times `width` higher where it carries a second, a third, and more than three. Of
messages no more than `MOST` of a kind wait: further ones change nothing. Flows that end a run count to
two, which is enough to know that an end came twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from iso_audit.analysis.graph import ALL, ONE, SOME

MOST = 3
"""Tokens of one flow that are counted; beyond, a flow carries `more`."""

_CHOICES = 12
"""Widest inclusive split whose selections are all listed; of wider ones, each alone and all together."""


@dataclass(frozen=True, eq=False)
class Net:
    """Nodes and flows of a net; `start` is marked at first, flows in `final` keep their tokens."""

    split: Sequence[int]
    join: Sequence[int]
    ins: Sequence[Sequence[int]]
    outs: Sequence[Sequence[int]]
    target: Sequence[int]
    """Per flow: its node; that of a final flow never fires."""
    start: int
    final: int
    """Mask of the flows that end a run."""
    cost: Sequence[int]
    """Per node: visible steps of its shortest execution."""
    flow_cost: Sequence[int]
    """Per flow: the same for what was reduced into it."""
    message: int = 0
    """Mask of the flows that carry messages: they may be left over."""
    clears: Mapping[int, int] = field(default_factory=dict)
    """Node -> mask of the flows whose tokens it takes away when it fires."""
    deferred: frozenset[int] = frozenset()
    """Nodes that choose a flow only when what it leads to can begin."""
    passing: frozenset[int] = frozenset()
    """Silent nodes that only pass tokens on: a deferred choice looks through them."""

    @cached_property
    def width(self) -> int:
        return len(self.target)

    @cached_property
    def movable(self) -> int:
        """Mask of the flows whose tokens may move on."""
        return ((1 << self.width) - 1) & ~self.final

    @cached_property
    def waiting(self) -> int:
        """Mask of the flows whose tokens may not be left over."""
        return self.movable & ~self.message

    def flow_costs(self, flows: int) -> int:
        total = 0
        while flows:
            total += self.flow_cost[(flows & -flows).bit_length() - 1]
            flows &= flows - 1
        return total

    def carried(self, flows: int) -> int:
        """What waits on some flows of a marking: their cost, as often as they carry a token."""
        width, mask = self.width, (1 << self.width) - 1
        total = self.flow_costs(flows & mask & ~self.final)
        while flows := flows >> width:
            total += self.flow_costs(flows & mask & ~self.final)
        return total


@dataclass(frozen=True, slots=True)
class Firing:
    """One way in which a node can fire in a marking."""

    node: int
    taken: int
    put: int


class Player:
    """Says what can fire in a marking of one net."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.can_list = all(
            kind != SOME or len(outs) <= _CHOICES for kind, outs in zip(net.split, net.outs, strict=True)
        )
        self._upstream: dict[int, list[int]] = {}

    def firings(self, marking: int) -> Iterator[Firing]:
        """Every way in which some node can fire, in order of its first marked flow."""
        net = self.net
        seen: set[int] = set()
        rest = marking & net.movable
        while rest:
            flow = (rest & -rest).bit_length() - 1
            rest &= rest - 1
            node = net.target[flow]
            if net.join[node] == ONE:
                taken = 1 << flow
            elif node in seen:
                continue
            else:
                seen.add(node)
                taken = self._joined(node, marking)
            if taken:
                for put in selections(net.split[node], net.outs[node]):
                    if node not in net.deferred or self._can_begin(put, self.without(marking, taken)):
                        yield Firing(node, taken, put)

    def without(self, marking: int, flows: int) -> int:
        """The marking after one token was taken from each of some marked flows."""
        width = self.net.width
        for shift in (2 * width, width) if marking >> width else ():
            above = marking >> shift & flows
            marking ^= above << shift
            flows ^= above
        return marking ^ flows

    def put_on(self, marking: int, flows: int) -> int:
        """The marking after one token more came on each of some flows."""
        if not marking & flows:
            return marking | flows
        width, message, final = self.net.width, self.net.message, self.net.final
        for number in range(MOST + 1):
            if number == 2:
                flows &= ~final
            elif number == MOST:
                flows &= ~message
            fresh = flows & ~(marking >> number * width)
            marking |= fresh << number * width
            flows ^= fresh
        return marking

    def after(self, marking: int, firing: Firing) -> list[int]:
        """Markings that a firing may lead to: several where a flow carries more tokens than are counted."""
        cleared = self.net.clears.get(firing.node, 0)
        rest = marking ^ firing.taken
        if not (cleared or rest & firing.put or marking >> self.net.width):
            return [rest | firing.put]
        many = marking >> MOST * self.net.width & firing.taken
        befores = [self.without(marking, firing.taken & ~many)]
        while many:  # one of more than three: as many as before, or three
            bit = (many & -many) << MOST * self.net.width
            befores += [before & ~bit for before in befores]
            many &= many - 1
        for number in range(MOST + 1) if cleared else ():
            befores = [before & ~(cleared << number * self.net.width) for before in befores]
        return [self.put_on(before, firing.put) for before in befores]

    def doubled(self, marking: int, firing: Firing) -> int:
        """Flows on which a firing puts a second token, messages aside."""
        rest = self.without(marking, firing.taken) & ~self.net.clears.get(firing.node, 0)
        return rest & firing.put & ~self.net.message

    def is_complete(self, marking: int) -> bool:
        """Whether a marking in which nothing can fire ends a run."""
        return not marking & self.net.waiting

    def _can_begin(self, put: int, marking: int) -> bool:
        """Whether what a flow leads to can begin when a token comes on it."""
        flow, net = put.bit_length() - 1, self.net
        passed = set()
        while (node := net.target[flow]) in net.passing and node not in passed:
            passed.add(node)
            flow = net.outs[node][0]
        return net.join[node] == ONE or bool(self._joined(node, marking | 1 << flow))

    def _joined(self, node: int, marking: int) -> int:
        """What a waiting join takes, 0 while it waits.

        The inclusive join follows BPMN 2.0 (OMG formal/2011-01-03, chapter 13): it waits while a token
        elsewhere can reach an empty flow of it without passing it, unless that token can also
        reach a marked one.
        """
        ins = self.net.ins[node]
        here = 0
        for flow in ins:
            here |= 1 << flow
        here &= marking
        if self.net.join[node] == ALL:
            return here if here.bit_count() == len(ins) else 0
        to_empty = to_marked = 0
        for flow, upstream in zip(ins, self._upstream_of(node), strict=True):
            if marking >> flow & 1:
                to_marked |= upstream
            else:
                to_empty |= upstream
        return 0 if marking & to_empty & ~to_marked else here

    def _upstream_of(self, node: int) -> list[int]:
        """Per incoming flow of `node`: mask of the flows whose tokens can reach it not passing `node`."""
        found = self._upstream.get(node)
        if found is None:
            source = {flow: at for at, outs in enumerate(self.net.outs) for flow in outs}
            found = []
            for flow in self.net.ins[node]:
                mask, stack = 1 << flow, [flow]
                while stack:
                    at = source.get(stack.pop(), node)
                    for before in () if at == node else self.net.ins[at]:
                        if not mask >> before & 1:
                            mask |= 1 << before
                            stack.append(before)
                found.append(mask)
            self._upstream[node] = found
        return found


def selections(kind: int, outs: Sequence[int]) -> list[int]:
    """Masks of the flows that a split may mark."""
    if kind == ALL or len(outs) <= 1:
        mask = 0
        for flow in outs:
            mask |= 1 << flow
        return [mask]
    if kind == ONE:
        return [1 << flow for flow in outs]
    if len(outs) > _CHOICES:
        return [*selections(ONE, outs), *selections(ALL, outs)]
    masks = [0]
    for flow in outs:
        masks += [mask | 1 << flow for mask in masks]
    return masks[1:]
