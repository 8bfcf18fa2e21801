"""All nodes as flat arrays, and what is known of them before anything is played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from iso_audit.model.procedure import Join
from iso_audit.simulation.hours import Ints
from iso_audit.simulation.plan import ALL, ANY, NONE, SOME, StepPlan, Ways
from iso_audit.simulation.ways import Node

_JOIN = {Join.ANY: ANY, Join.ALL: ALL, Join.SOME: SOME}

Woven = tuple[int, int, int, Mapping[str, int], Node]
"""Step, case, rank, the nodes of the same case by step id, and the node itself."""


def woven(nodes: Sequence[Woven]) -> Ways:
    """Lay out the nodes one behind the other."""
    slots = [_slots(node) for *_, node in nodes]
    first_slot = _firsts(slots)
    flows: list[list[tuple[int, int]]] = []
    cumulative: list[float] = []
    shares, guards = [], []
    for at, (_, _, _, places, node) in enumerate(nodes):
        for option in node.options:
            flows.append(
                [
                    (places[to], _slot(slots[places[to]], by, int(first_slot[places[to]])))
                    for to, by in option.ways
                ]
            )
        shares.append(rows := _cumulative(node))
        cumulative += [one for row in rows for one in row]
        guards.append(list(_guards(nodes, at)))
    every = [flow for option in flows for flow in option]
    return Ways(
        step=_ints(step for step, *_ in nodes),
        case=_ints(case for _, case, *_ in nodes),
        rank=_ints(rank for _, _, rank, *_ in nodes),
        join=_ints(
            _JOIN[node.step.join] if own else ANY for own, (*_, node) in zip(slots, nodes, strict=True)
        ),
        slots=first_slot,
        slot_node=_ints(at for at, own in enumerate(slots) for _ in own),
        slot_is_message=np.array(
            [node.sources[by] for own, (*_, node) in zip(slots, nodes, strict=True) for by in own],
            dtype=np.bool_,
        ),
        options=_firsts([node.options for *_, node in nodes]),
        flows=_firsts(flows),
        target=_ints(target for target, _ in every),
        slot=_ints(slot for _, slot in every),
        shares=_firsts([[one for row in rows for one in row] for rows in shares]),
        share_rows=_ints(len(rows) for rows in shares),
        cumulative=np.array(cumulative, dtype=np.float64),
        guards=_firsts(guards),
        guard_option=_ints(option for own in guards for option, _, _ in own),
        guard_step=_ints(step for own in guards for _, step, _ in own),
        guard_most=_ints(most for own in guards for _, _, most in own),
        reaches=_reaches(nodes, slots, flows),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _firsts(lists: Sequence[Sequence[object]]) -> Ints:
    """Where each list begins when they lie one behind the other, and where the last one ends."""
    return _ints(accumulate((len(one) for one in lists), initial=0))


def _slots(node: Node) -> list[str]:
    """What a join may wait for; one way in needs no waiting."""
    return list(node.sources) if node.step.join is not Join.ANY and len(node.sources) > 1 else []


def _slot(slots: Sequence[str], by: str, first: int) -> int:
    return first + slots.index(by) if slots else NONE


def _cumulative(node: Node) -> list[list[float]]:
    """Cumulative shares of the options, a row for each visit that has its own; the last ends at 1."""
    if len(node.options) < 2:
        return []
    rows = []
    for visit in range(len(node.options[0].shares)):
        shares = [option.shares[visit] for option in node.options]
        whole = sum(shares)
        row = list(accumulate(share / whole for share in shares)) if whole else [1.0] * len(shares)
        last = max((at for at, share in enumerate(shares) if share > 0), default=0)
        rows.append(row[:last] + [1.0] * (len(row) - last))
    return rows


def _guards(nodes: Sequence[Woven], at: int) -> Iterable[tuple[int, int, int]]:
    """(option, step, how often at most) for what an option makes certain before anything else is chosen."""
    _, _, _, places, node = nodes[at]
    if len(node.options) < 2:
        return
    for number, option in enumerate(node.options):
        seen = set[str]()
        stack = [to for to, _ in option.ways]
        while stack:
            name = stack.pop()
            if name in seen:
                continue
            seen.add(name)
            step, _, _, _, there = nodes[places[name]]
            if there.step.at_most is not None:
                yield number, step, there.step.at_most
            stack += there.certain


def _reaches(
    nodes: Sequence[Woven], slots: Sequence[Sequence[str]], flows: Sequence[Sequence[tuple[int, int]]]
) -> np.ndarray:
    """Places in inclusive joins that a token at a node can come to without passing the join.

    Empty where no load has such a join. One search backwards from each place.
    """
    joins = {at for at, (*_, node) in enumerate(nodes) if node.step.join is Join.SOME and slots[at]}
    if not joins:
        return np.zeros((0, 0), dtype=np.bool_)
    lies_in = [at for at, own in enumerate(slots) for _ in own]
    into: dict[int, set[int]] = {at: set() for at in range(len(nodes))}
    filled_by: dict[int, set[int]] = {slot: set() for slot in range(len(lies_in))}
    leaving = [at for at, (*_, node) in enumerate(nodes) for _ in node.options]
    for at, option in zip(leaving, flows, strict=True):
        for target, slot in option:
            into[target].add(at)
            if slot != NONE:
                filled_by[slot].add(at)
    reach = np.zeros((len(nodes), len(lies_in)), dtype=np.bool_)
    for slot, join in enumerate(lies_in):
        if join not in joins:
            continue
        stack = sorted(filled_by[slot])
        while stack:
            at = stack.pop()
            if not reach[at, slot]:
                reach[at, slot] = True
                stack += into[at] if at != join else ()
    return reach


def _closed(reach: np.ndarray) -> np.ndarray:
    """The transitive closure of one step on, made in place (S. Warshall, Journal of the ACM 9, 1962)."""
    for middle in range(len(reach)):
        reach |= np.outer(reach[:, middle], reach[middle])
    return reach


def in_circles(steps: Sequence[StepPlan], ways: Ways) -> tuple[StepPlan, ...]:
    """Mark the steps that a dossier may come to more than once, so that its visits are counted."""
    count = len(ways.step)
    reach = np.zeros((count, count), dtype=np.bool_)
    for node in range(count):
        first, last = ways.flows[ways.options[node]], ways.flows[ways.options[node + 1]]
        reach[node, ways.target[first:last]] = True
    _closed(reach)
    circling = {int(ways.step[node]) for node in range(count) if reach[node, node]}
    return tuple(replace(step, counts_visits=at in circling) for at, step in enumerate(steps))
