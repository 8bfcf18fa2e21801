"""A procedure as integer arrays: what every other analysis walks on.

A *run* is a token game. A token enters at the entry; a step fires when its join is satisfied
(`ANY`: each token by itself, `ALL`: one on every incoming flow, `SOME`: one on every flow on which
one can still come) and puts tokens on its flows (`ONE`: one of them, `ALL`: all, `SOME`: any
non-empty selection). A `deferred` choice leaves its token where it is until a step that it may lead
to can begin, seen through gateways that only merge. A run is *complete* when the last token has left
through an end and nothing but messages is left over. Steps that may happen at any time stand outside
the graph.

Notes on meaning, decided here once for all analyses:

- Two outcomes of one choice that lead to the same step are one flow: they can never both arrive,
  so `join: all` does not wait for both.
- In a case of the dossier, the flows bound to other cases do not exist; neither do the steps that
  only they lead to, and joins do not wait for them.
- A step none of whose flows is taken in a case is no end there: the dossier is trapped.
- A message waits until it is taken, up to three of a kind; what the outside world sends makes no flow.
- A terminate end (BPMN) takes away every other token of its sub-procedure, or of its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from iso_audit.analysis.circles import circles_of
from iso_audit.analysis.scopes import cleared
from iso_audit.model.procedure import Join, Procedure, Split, Step

ONE, ALL, SOME = 0, 1, 2
"""How a node splits and joins; for a join `ONE` means that each token enters by itself."""

_SPLIT = {Split.ONE: ONE, Split.ALL: ALL, Split.SOME: SOME}
_DOORS = frozenset(("submit", "receive", "route"))
_JOIN = {Join.ANY: ONE, Join.ALL: ALL, Join.SOME: SOME}


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes are the steps inside the graph, in the order of the file; edges are their flows."""

    steps: tuple[Step, ...]
    entries: tuple[int, ...]
    source: Sequence[int]
    """Per edge: the node it leaves."""
    target: Sequence[int]
    named: Sequence[bool]
    """Per edge: an outcome or a case says when it is taken."""
    case: Sequence[str]
    """Per edge: the only case in which it exists; empty for every case."""
    outs: Sequence[Sequence[int]]
    """Per node: its outgoing edges."""
    ins: Sequence[Sequence[int]]
    split: Sequence[int]
    join: Sequence[int]
    ends: frozenset[int]
    """Nodes without any flow in any case."""
    messages: frozenset[int] = frozenset()
    """Edges along which messages travel from part to part."""
    deferred: frozenset[int] = frozenset()
    """Nodes that choose a flow only when what it leads to can begin."""
    clears: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Node that ends all work of its part or sub-procedure -> the edges whose tokens it takes away."""

    @cached_property
    def index(self) -> dict[str, int]:
        return {step.id: node for node, step in enumerate(self.steps)}

    @cached_property
    def of_kind(self) -> dict[str, list[int]]:
        """Kind -> the nodes of that kind."""
        kinds: dict[str, list[int]] = {}
        for node, step in enumerate(self.steps):
            for kind in step.kinds:
                kinds.setdefault(kind, []).append(node)
        return kinds

    @cached_property
    def is_silent(self) -> list[bool]:
        return [step.kinds == ("route",) for step in self.steps]  # `Step.is_silent`, faster

    @cached_property
    def reachable(self) -> bytearray:
        """Per node: 1 where a path of flows leads from an entry to it."""
        return self.forward(self.entries)

    @cached_property
    def ending(self) -> bytearray:
        """Per node: 1 where a path of flows leads from it to an end."""
        return self.backward(self.ends)

    def forward(self, starts: Iterable[int], allowed: bytearray | None = None) -> bytearray:
        """Nodes that `starts` lead to, themselves included, inside `allowed`. Linear."""
        return _closure(starts, self.outs, self.target, allowed, len(self.steps))

    def backward(self, starts: Iterable[int], allowed: bytearray | None = None) -> bytearray:
        """Nodes that lead to `starts`, themselves included, inside `allowed`. Linear."""
        return _closure(starts, self.ins, self.source, allowed, len(self.steps))

    def ids(self, nodes: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.steps[node].id for node in nodes)

    def visible(self, nodes: Iterable[int]) -> tuple[str, ...]:
        """Ids of those `nodes` that somebody carries out."""
        steps, silent = self.steps, self.is_silent
        return tuple([steps[node].id for node in nodes if not silent[node]])

    def next_visible(self, node: int, known: set[int] | None = None) -> tuple[int, ...]:
        """Visible nodes that may come next, seen through silent gateways, in the order of the file.

        Only those that are not `known`; the gateways that are passed become known.
        """
        outs, target, silent = self.outs, self.target, self.is_silent
        passed = set[int]() if known is None else known
        found: set[int] = set()
        stack = [node]
        while stack:
            for edge in outs[stack.pop()]:
                after = target[edge]
                if after in passed:
                    continue
                if silent[after]:
                    passed.add(after)
                    stack.append(after)
                else:
                    found.add(after)
        return tuple(sorted(found))

    def path(self, targets: Iterable[int]) -> tuple[int, ...]:
        """A path with the fewest flows from an entry to one of `targets`; empty if there is none."""
        wanted = set(targets)
        before: dict[int, int] = dict.fromkeys(self.entries, -1)
        queue = list(self.entries)
        for node in queue:
            if node in wanted:
                path = [node]
                while before[path[-1]] >= 0:
                    path.append(before[path[-1]])
                return tuple(reversed(path))
            for edge in self.outs[node]:
                if self.target[edge] not in before:
                    before[self.target[edge]] = node
                    queue.append(self.target[edge])
        return ()

    @cached_property
    def circles(self) -> list[list[int]]:
        """The strongly connected components with a cycle, of all nodes."""
        return circles_of(self.outs, self.target, range(len(self.steps)), bytearray(b"\1") * len(self.steps))

    def cycles(self, allowed: bytearray) -> list[list[int]]:
        """Strongly connected components with a cycle, of the nodes `allowed`: parts of `circles`."""
        whole = [circle for circle in self.circles if all(allowed[node] for node in circle)]
        if len(whole) == len(self.circles):
            return whole
        left = [node for circle in self.circles for node in circle if allowed[node]]
        return circles_of(self.outs, self.target, sorted(left), allowed)


def _closure(
    starts: Iterable[int],
    edges_of: Sequence[Sequence[int]],
    other_end: Sequence[int],
    allowed: bytearray | None,
    size: int,
) -> bytearray:
    seen = bytearray(size)
    stack = [node for node in starts if allowed is None or allowed[node]]
    for node in stack:
        seen[node] = 1
    while stack:
        for edge in edges_of[stack.pop()]:
            node = other_end[edge]
            if not seen[node] and (allowed is None or allowed[node]):
                seen[node] = 1
                stack.append(node)
    return seen


def graph_of(procedure: Procedure) -> Graph:
    """The graph with the flows of every case. Linear."""
    steps = tuple(step for step in procedure.steps if not step.anytime)
    index = {step.id: node for node, step in enumerate(steps)}
    source: list[int] = []
    target: list[int] = []
    named: list[bool] = []
    case: list[str] = []
    outs: list[list[int]] = []
    ins: list[list[int]] = [[] for _ in steps]
    ends = set()
    messages = set()
    choice, single = Split.ONE, Join.ANY  # to look up a member of an enumeration takes long
    edge = 0
    for node, step in enumerate(steps):
        begun, flows = edge, step.flows
        chooses = len(flows) > 1 and step.split is choice
        merged: dict[tuple[int, str, str], int] = {}  # (target, case, message) -> edge
        for flow in flows:
            to = index.get(flow.to)
            if to is None:  # an anytime step: outside the graph
                continue
            name = bool(flow.outcome or flow.case)
            if chooses:
                # two outcomes to one step are one flow, known by name only if both are
                twin = merged.setdefault((to, flow.case, flow.message), edge)
                if twin != edge:
                    named[twin] = named[twin] and name
                    continue
            if flow.message:
                messages.add(edge)
            ins[to].append(edge)
            source.append(node)
            target.append(to)
            named.append(name)
            case.append(flow.case)
            edge += 1
        outs.append(list(range(begun, edge)))
        if begun == edge:
            ends.add(node)
    if procedure.start in index:
        entries: tuple[int, ...] = (index[procedure.start],)
    else:
        entries = _natural(steps, [node for node in range(len(steps)) if not ins[node]])
    return Graph(
        steps=steps,
        entries=entries,
        source=source,
        target=target,
        named=named,
        case=case,
        outs=outs,
        ins=ins,
        split=[ONE if step.split is choice else _SPLIT[step.split] for step in steps],
        join=[ONE if step.join is single else _JOIN[step.join] for step in steps],
        ends=frozenset(ends),
        messages=frozenset(messages),
        deferred=frozenset(
            [node for node, step in enumerate(steps) if step.deferred and step.split is choice]
        ),
        clears=cleared(steps, source, target, messages),
    )


def _natural(steps: Sequence[Step], loose: Sequence[int]) -> tuple[int, ...]:
    """Of the nodes that nothing leads to, those at which a dossier may come in; the others are unreachable.

    It comes in where it is handed in or received, at an event or gateway, else at the first step of the file.
    """
    if len(loose) < 2:
        return tuple(loose)
    doors = [node for node in loose if not _DOORS.isdisjoint(steps[node].kinds)]
    return tuple(doors or (loose[:1] if loose[0] == 0 else loose))


def cases_of(procedure: Procedure) -> tuple[str, ...]:
    """The cases that dossiers of this procedure may be: those with a limit, then those that flows name."""
    cases = dict.fromkeys(procedure.limits or ("default",))
    cases.update((flow.case, None) for step in procedure.steps for flow in step.flows if flow.case)
    return tuple(cases)


def in_case(whole: Graph, case: str) -> Graph:
    """The graph as a dossier of `case` meets it; `whole` itself where no flow is bound to a case."""
    if not any(whole.case):
        return whole
    outs: list[list[int]] = []
    for node, edges in enumerate(whole.outs):
        taken = [edge for edge in edges if not whole.case[edge] or whole.case[edge] == case]
        if whole.split[node] == ONE:  # as in `graph_of`: two ways of one choice to one step are one flow
            taken = list({whole.target[edge]: edge for edge in reversed(taken)}.values())[::-1]
        outs.append(taken)
    seen = _closure(whole.entries, outs, whole.target, None, len(whole.steps))
    ins: list[list[int]] = [[] for _ in outs]
    for node, edges in enumerate(outs):
        # what no case leads to keeps its flows: a join that waits for them waits in vain
        if not seen[node] and whole.reachable[node]:
            outs[node] = []
            continue
        for edge in edges:
            ins[whole.target[edge]].append(edge)
    return replace(whole, outs=outs, ins=ins)
