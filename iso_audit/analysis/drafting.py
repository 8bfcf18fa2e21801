"""Blocks become steps and flows.

Whatever is built of blocks is sound: every block has one way in and one way out. Gateways that a step
beside them can stand for are left out, so that an owner reads steps and not drawing signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from iso_audit.analysis.blocktree import Block, Sort
from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.text import Text

RESERVED = frozenset(("all", "some", "one", "to", "case", "outcome", "message"))
"""Words that mean something else in a `next`."""


def drafted(whole: Block, ids: Mapping[int, str]) -> tuple[tuple[Step, ...], str]:
    """Steps and silent gateways of a block, and the step it starts with where flows lead back to that.

    The steps have ids and flows and nothing else; `ids` name them by their acts.
    """
    draft = _Draft(ids)
    entry, exit_ = draft.build(whole)
    end = draft.gate("end")
    draft.connect(exit_, end)
    return draft.steps(entry, end)


@dataclass
class _Node:
    """A step or a gateway while its neighbours are still being settled."""

    name: str
    is_silent: bool
    split: Split = Split.ONE
    join: Join = Join.ANY
    outs: list[_Node] = field(default_factory=list)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class _Draft:
    """The nodes of one procedure, in the order in which they are met."""

    def __init__(self, ids: Mapping[int, str]) -> None:
        self.ids = ids
        self.nodes: list[_Node] = []

    def gate(self, name: str, split: Split = Split.ONE, join: Join = Join.ANY) -> _Node:
        self.nodes.append(_Node(name, True, split, join))
        return self.nodes[-1]

    @staticmethod
    def connect(source: _Node, target: _Node) -> None:
        source.outs.append(target)

    def build(self, of: Block) -> tuple[_Node, _Node]:
        """Where a block is entered and left."""
        if of.sort is Sort.STEP:
            self.nodes.append(_Node(self.ids[of.act], False))
            return self.nodes[-1], self.nodes[-1]
        if of.sort is Sort.SKIP:
            only = self.gate("merge")
            return only, only
        if of.sort is Sort.SEQUENCE:
            ends = [self.build(part) for part in of.parts]
            for (_, left), (entered, _) in pairwise(ends):
                self.connect(left, entered)
            return ends[0][0], ends[-1][1]
        if of.sort is Sort.LOOP:
            entry = self.gate("merge")
            body = self.build(of.parts[0])
            decide = self.gate("choice")
            self.connect(entry, body[0])
            self.connect(body[1], decide)
            ways = [self.build(part) for part in of.parts[1:]]
            for entered, left in ways:
                self.connect(decide, entered)
                self.connect(left, entry)
            return entry, decide
        is_all = of.sort is Sort.PARALLEL
        entry = self.gate("fork" if is_all else "choice", Split.ALL if is_all else Split.ONE)
        ways = [self.build(part) for part in of.parts]
        exit_ = self.gate("join" if is_all else "merge", join=Join.ALL if is_all else Join.ANY)
        for entered, left in ways:
            self.connect(entry, entered)
            self.connect(left, exit_)
        return entry, exit_

    def steps(self, entry: _Node, end: _Node) -> tuple[tuple[Step, ...], str]:
        entry = self._tidied(entry)
        for node in self.nodes:
            if node.outs == [end] and end.join is Join.ANY:
                node.outs = []
        ins = self._ins()
        self.nodes = [node for node in self.nodes if node is entry or ins[node]]
        labels = self._named(entry)
        steps = tuple(
            Step(
                node.name,
                Text(),
                ("route",) if node.is_silent else (),
                split=node.split,
                join=node.join,
                flows=tuple(Flow(to.name, labels.get((node, to), "")) for to in node.outs),
            )
            for node in self.nodes
        )
        return steps, entry.name if ins[entry] else ""

    def _ins(self) -> dict[_Node, list[_Node]]:
        ins: dict[_Node, list[_Node]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for target in node.outs:
                ins[target].append(node)
        return ins

    def _tidied(self, entry: _Node) -> _Node:
        """Take out gateways that the nodes beside them can stand for, until none is left."""
        is_changed = True
        while is_changed:
            is_changed = False
            ins = self._ins()
            for node in self.nodes:
                if node.is_silent and self._pass(node, ins[node]):
                    entry = node.outs[0] if node is entry else entry
                elif not node.is_silent or node is entry or not self._fold(node, ins, entry):
                    continue
                self.nodes.remove(node)
                is_changed = True
                break
        return entry

    @staticmethod
    def _pass(node: _Node, before: list[_Node]) -> bool:
        """Lead past a gateway that merges or does nothing."""
        if len(node.outs) != 1 or node.join is not Join.ANY or node.outs[0] is node:
            return False
        (target,) = node.outs
        if target.join is not Join.ANY and len(before) > 1:
            return False
        if any(source.split is not Split.ONE and target in source.outs for source in before):
            return False
        if target.join is not Join.ANY and any(target in source.outs for source in before):
            return False
        for source in before:
            outs = [target if each is node else each for each in source.outs]
            source.outs = list(dict.fromkeys(outs))
        return True

    @staticmethod
    def _fold(node: _Node, ins: Mapping[_Node, list[_Node]], entry: _Node) -> bool:
        """Let the step before a gateway split, or the one after it wait."""
        before = ins[node]
        if len(before) == 1 and node.join is Join.ANY and node.outs and before[0] is not node:
            (source,) = before
            if len(source.outs) == 1:
                source.split, source.outs = node.split, node.outs
                return True
            alike = source.split is node.split and not set(source.outs) & set(node.outs)
            if alike or (source.split is node.split is Split.ONE):
                outs = [each for out in source.outs for each in (node.outs if out is node else [out])]
                source.outs = list(dict.fromkeys(outs))
                return True
        if node.join is Join.ALL and len(node.outs) == 1 and ins[node.outs[0]] == [node]:
            (target,) = node.outs
            if target.join is Join.ANY and target is not entry:
                target.join = Join.ALL
                for source in before:
                    source.outs = [target if each is node else each for each in source.outs]
                return True
        return False

    def _named(self, entry: _Node) -> dict[tuple[_Node, _Node], str]:
        """Name the gateways as nested `next`s name them; return the outcomes of choices."""
        ins = self._ins()
        taken = {node.name for node in self.nodes if not node.is_silent}
        labels: dict[tuple[_Node, _Node], str] = {}
        for node in self.nodes:
            if node.split is Split.ONE and len(node.outs) > 1:
                used: set[str] = set()
                for target in node.outs:
                    labels[node, target] = _free(_label(target, len(ins[target]) > 1), used)
        for node in self.nodes:
            if node.is_silent and not self._is_nested(node, ins, entry):
                node.name = _free("start" if node is entry else node.name, taken)
        stack = [node for node in self.nodes if not (node.is_silent and self._is_nested(node, ins, entry))]
        while stack:
            node = stack.pop()
            for number, target in enumerate(node.outs, start=1):
                if target.is_silent and self._is_nested(target, ins, entry):
                    target.name = f"{node.name}/{labels.get((node, target)) or number}"
                    stack.append(target)
        return labels

    @staticmethod
    def _is_nested(node: _Node, ins: Mapping[_Node, list[_Node]], entry: _Node) -> bool:
        """Whether a gateway can be written inside the `next` before it."""
        return node is not entry and len(ins[node]) == 1 and len(node.outs) > 1 and node.join is Join.ANY


def _label(target: _Node, is_shared: bool) -> str:
    """What a way is called: by the first step on it; one that leads past steps to where others meet: skip."""
    if target.is_silent and is_shared:
        return "skip"
    seen: list[_Node] = []
    ahead = [target]
    while ahead:
        node = ahead.pop(0)
        if not node.is_silent:
            return f"{node.name}-1" if node.name in RESERVED else node.name
        if node not in seen:
            seen.append(node)
            ahead += node.outs
    return "end"


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found
