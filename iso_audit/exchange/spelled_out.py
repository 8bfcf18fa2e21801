"""A procedure with every sign of its own: gateways before and behind steps, starts and ends.

A step of ours may join, work and split at once. Other people's drawings have a sign for each, so
each is made here once for all of them; what a sign was made for stays known.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step

Key = tuple[str, str]
"""Step id, and what the sign was made for: `join`, `split`, `start`, `end`; empty for the step itself."""


@dataclass(frozen=True, slots=True)
class Node:
    """One sign: a step, or a gateway, start or end made for it."""

    step: Step
    made: str = ""
    split: Split = Split.ONE
    join: Join = Join.ANY
    deferred: bool = False

    @property
    def key(self) -> Key:
        return self.step.id, self.made

    @property
    def is_event(self) -> bool:
        return self.made in ("start", "end") or (not self.made and "Event" in self.step.element)

    @property
    def is_gateway(self) -> bool:
        return self.made in ("join", "split") or (self.step.is_silent and not self.is_event and not self.made)


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two signs; `flow` is None where no flow of the procedure is meant."""

    frm: Key
    to: Key
    flow: Flow | None = None
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Signs in the order of the steps, and lines in the order of their flows."""

    nodes: Mapping[Key, Node]
    lines: tuple[Line, ...]


@dataclass(slots=True)
class _Around:
    """What leads to and from one step: its own flows, and messages."""

    ins: int = 0
    heard: int = 0
    own: list[Flow] = field(default_factory=list)
    sent: list[Flow] = field(default_factory=list)


def spelled_out(
    procedure: Procedure,
    *,
    merges: bool = True,
    entries: Container[str] | None = None,
    ends: bool = True,
) -> Drawing:
    """Give every join, split, start and end a sign of its own. Linear.

    Args:
        procedure: What to draw; flows to steps that are not there are left out.
        merges: Whether ways that meet without waiting for each other get a gateway before a step.
        entries: Where runs begin, if the procedure does not say it itself.
        ends: Whether ends that are no events of their own get a sign.
    """
    around = _surroundings(procedure)
    if entries is None:
        entries = entries_of(procedure)
    nodes: dict[Key, Node] = {}
    doors: dict[str, Key] = {}
    lines: list[Line] = []
    for step in procedure.steps:
        chain = list(_signs(step, around[step.id], step.id in entries, merges))
        chain = chain if ends else [node for node in chain if node.made != "end"]
        nodes |= {node.key: node for node in chain}
        doors[step.id] = next(node.key for node in chain if node.made != "start")
        lines += [Line(a.key, b.key) for a, b in pairwise(chain)]
    for step in procedure.steps:
        leaving = (step.id, "split") if (step.id, "split") in nodes else (step.id, "")
        lines += [Line(leaving, doors[flow.to], flow) for flow in around[step.id].own]
        for flow in around[step.id].sent:
            start = (flow.to, "start")
            aim = start if start in nodes and not around[flow.to].ins else (flow.to, "")
            lines.append(Line((step.id, ""), aim, flow, is_message=True))
    return Drawing(nodes, tuple(lines))


def _surroundings(procedure: Procedure) -> dict[str, _Around]:
    around = {step.id: _Around() for step in procedure.steps}
    for step in procedure.steps:
        for flow in step.flows:
            aim = procedure.by_id.get(flow.to)
            if aim is None:
                continue
            if step.part != aim.part:
                around[step.id].sent.append(flow)
                around[aim.id].heard += 1
            else:
                around[step.id].own.append(flow)
                around[aim.id].ins += 1
    return around


def entries_of(procedure: Procedure) -> frozenset[str]:
    """Steps where runs begin: the start, or all that nothing leads to; and those that only messages reach."""
    around = _surroundings(procedure)
    return frozenset(
        step.id
        for step in procedure.steps
        if step.id == procedure.start
        or (not around[step.id].ins and (around[step.id].heard > 0 or not procedure.start))
    )


def _signs(step: Step, around: _Around, is_entry: bool, merges: bool) -> Iterator[Node]:
    """The signs of one step in a row."""
    if step.anytime:
        yield Node(step)
        return
    arrivals, ways = around.ins, len(around.own)
    if is_entry and (arrivals or not step.element.startswith("startEvent")):
        arrivals += 1
        yield Node(step, "start")
    silent = step.is_silent and "Event" not in step.element
    ends = not ways and step.element.startswith("endEvent")
    waits = step.join is not Join.ANY
    if arrivals > 1 and (ways > 1 if silent else waits or (merges and not ends)):
        yield Node(step, "join", join=step.join)
        arrivals = 1
    split = silent or ways < 2
    yield Node(
        step,
        split=step.split if split else Split.ONE,
        join=step.join if arrivals > 1 else Join.ANY,
        deferred=split and step.deferred and ways > 1,
    )
    if not split:
        yield Node(step, "split", split=step.split, deferred=step.deferred)
    if not ways and not ends:
        yield Node(step, "end")
