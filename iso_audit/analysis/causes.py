"""What lies behind a fault of the runs: what is waited for, what only follows, and what is none at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from iso_audit.analysis.behaviour import Behaviour
from iso_audit.analysis.graph import ALL, Graph, in_case
from iso_audit.analysis.soundness import Verdict
from iso_audit.analysis.study import Study
from iso_audit.analysis.verdicts import Shown, Verdicts

Question = Callable[[Verdicts], Shown]


@dataclass(frozen=True, slots=True)
class Standstill:
    """Steps that wait, and what they wait for, without the steps that wait only because others do."""

    steps: tuple[str, ...]
    awaited: tuple[str, ...]
    is_circle: bool
    """What is waited for can only come after what waits."""


def standstill(graph: Graph, shown: Verdict) -> Standstill:
    """Why work stands still. Linear for each step that waits."""
    index = graph.index
    waiting = dict.fromkeys(index[step] for _, step in shown.awaited)
    for_what = {
        node: {index[awaited] for awaited, step in shown.awaited if index[step] == node} for node in waiting
    }
    ahead = {node: _may_come(graph, [node], lifted=waiting) for node in waiting}

    def follows(awaited: int, waits: int) -> bool:
        return bool(graph.reachable[awaited]) and any(not ahead[o][awaited] for o in waiting if o != waits)

    causes = [node for node, those in for_what.items() if not all(follows(each, node) for each in those)]
    causes = causes or list(waiting)
    awaited = dict.fromkeys(a for node in causes for a in sorted(for_what[node]))
    free = _may_come(graph, causes)
    is_circle = bool(awaited) and all(graph.reachable[a] and not free[a] for a in awaited)
    return Standstill(named(graph, graph.ids(causes)), named(graph, graph.ids(awaited), -1), is_circle)


def unexplained(graph: Graph, never: Iterable[str], blocked: Collection[str]) -> tuple[str, ...]:
    """Steps that never happen, without those that lie behind steps which are `blocked`. Linear."""
    open_ = _may_come(graph, [graph.index[step] for step in blocked if step in graph.index])
    return tuple(step for step in never if open_[graph.index[step]])


def _may_come(graph: Graph, barred: Iterable[int], lifted: Collection[int] = ()) -> bytearray:
    """Nodes to which work may come without those `barred`: joins wait for all, but for those `lifted`."""
    found = bytearray(len(graph.steps))
    closed = set(barred)
    missing = [len(edges) if graph.join[node] == ALL else 1 for node, edges in enumerate(graph.ins)]
    stack = [node for node in graph.entries if node not in closed]
    for node in stack:
        found[node] = 1
    while stack:
        for edge in graph.outs[stack.pop()]:
            node = graph.target[edge]
            missing[node] -= 1
            if not found[node] and node not in closed and (missing[node] <= 0 or node in lifted):
                found[node] = 1
                stack.append(node)
    return found


def named(graph: Graph, steps: Iterable[str], direction: int = 1) -> tuple[str, ...]:
    """The same steps; for a gateway without a name, the steps that come next (or before, if -1) instead."""
    found: dict[str, None] = {}
    for step in steps:
        node = graph.index.get(step)
        if node is None or not graph.is_silent[node] or graph.steps[node].name.say("vi"):
            found[step] = None
            continue
        near = _beyond(graph, node, direction) or _beyond(graph, node, -direction)
        found.update(dict.fromkeys(graph.ids(near) or (step,)))
    return tuple(found)


def _beyond(graph: Graph, node: int, direction: int) -> list[int]:
    """Named steps next to a gateway, seen through those without a name."""
    edges, end = (graph.outs, graph.target) if direction > 0 else (graph.ins, graph.source)
    seen, stack, found = {node}, [node], list[int]()
    while stack:
        for edge in edges[stack.pop()]:
            other = end[edge]
            if other in seen:
                continue
            seen.add(other)
            is_named = not graph.is_silent[other] or graph.steps[other].name.say("vi")
            (found if is_named else stack).append(other)
    return sorted(found)


def is_by_messages(study: Study, question: Question) -> bool:
    """Whether every instance that an entry or a message begins is well by itself, whatever else arrives.

    Then only a message that comes once more is at fault: where it begins a part, it begins another
    instance of it (BPMN 2.0, OMG formal/2011-01-03, chapter 13), and elsewhere it waits to be read.
    """
    whole = study.graph
    if not whole.messages:
        return False
    return all(
        question(Behaviour(instance).verdicts).holds
        for graph in _in_every_case(study)
        for instance in _instances(graph)
    )


def events_at_fault(study: Study, question: Question) -> tuple[str, ...]:
    """Events beside a step (BPMN: not interrupting) without which all would be well; empty if not so."""
    whole = study.graph
    events = {
        n for n, s in enumerate(whole.steps) if s.element.startswith("boundaryEvent") and s.element[-1] == "!"
    }
    if not events:
        return ()
    cut = {edge for node in events for edge in whole.ins[node]}
    well = all(question(Behaviour(_without(g, cut)).verdicts).holds for g in _in_every_case(study))
    return whole.ids(sorted(events)) if well else ()


def _in_every_case(study: Study) -> Iterator[Graph]:
    yield from dict.fromkeys(in_case(study.graph, case) for case in study.cases)


def _without(graph: Graph, cut: Collection[int]) -> Graph:
    outs = [[edge for edge in edges if edge not in cut] for edges in graph.outs]
    ins = [[edge for edge in edges if edge not in cut] for edges in graph.ins]
    ended = {node for node, edges in enumerate(outs) if graph.outs[node] and not edges}
    return replace(graph, outs=outs, ins=ins, ends=graph.ends | ended)


def _instances(graph: Graph) -> Iterator[Graph]:
    """What each entry begins, and each step that nothing but a message begins, if every message arrives."""
    cut = replace(_without(graph, graph.messages), messages=frozenset())
    begun = [node for node, edges in enumerate(graph.ins) if edges and not cut.ins[node]]
    for entry in dict.fromkeys((*graph.entries, *begun)):
        yield replace(cut, entries=(entry,))
