"""Is a procedure well formed: can every run be completed, and does nothing happen twice at once?

What is asked: exactly one entry, an end, every step reachable and on the way to an end; from every
point of every run the run can be completed (assuming that a choice which is offered again and again
is at some time made each way); no flow and no end happens twice at once; and of every cycle one can
say when it repeats and how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iso_audit.analysis.behaviour import Behaviour
from iso_audit.analysis.graph import ONE, SOME, Graph


@dataclass(frozen=True, slots=True)
class Structure:
    """The shape of a procedure; steps by id, in the order of the file."""

    entries: tuple[str, ...]
    ends: tuple[str, ...]
    unreachable: tuple[str, ...]
    trapped: tuple[str, ...]
    """Reachable, but no way leads from them to an end."""
    unlabelled_cycles: tuple[tuple[str, ...], ...]
    """Cycles of which nobody can say when they repeat: no choice leaves them, or one without names."""
    unbounded_cycles: tuple[tuple[str, ...], ...]
    """Cycles none of whose steps says how many times at most."""
    is_sound: bool | None
    """None: not decided within the budget of states."""
    problem: str = ""
    """The first thing that is wrong: `no-entry`, `several-entries`, `no-end`; `deadlock` (steps wait for
    what cannot come), `livelock` (work goes on that cannot be completed), `twice` (a step is carried out
    twice at once), each where nothing is trapped yet; `unreachable`, `trapped`; `undecided`; empty if
    nothing is."""
    problem_run: tuple[str, ...] = ()
    """A run from the entry that shows the problem: a shortest one, unless there are too many to search."""
    problem_steps: tuple[str, ...] = ()
    """Where: the steps unreachable, trapped, waiting or happening twice."""


def structure_of(whole: Graph, behaviours: tuple[Behaviour, ...]) -> Structure:
    """The shape of a procedure: `whole` has the flows of every case, `behaviours` are its cases."""
    entries, ends = whole.ids(whole.entries), whole.ids(sorted(whole.ends))
    size = range(len(whole.steps))
    unreachable = [node for node in size if whole.entries and not whole.reachable[node]]
    trapped = [
        node for node in size
        if any(b.graph.reachable[node] and not b.graph.ending[node] for b in behaviours)
    ]  # fmt: skip
    problem, run, steps = _first_problem(whole, behaviours, unreachable, trapped)
    cycles = whole.cycles(bytearray(b"\1") * len(whole.steps))
    uncounted = bytearray(len(whole.steps))
    for node in (node for cycle in cycles for node in cycle):
        uncounted[node] = whole.steps[node].at_most is None
    return Structure(
        entries=entries,
        ends=ends,
        unreachable=_named(whole, unreachable),
        trapped=_named(whole, trapped),
        unlabelled_cycles=tuple(_named(whole, c) for c in cycles if not _is_labelled(whole, c)),
        unbounded_cycles=tuple(_named(whole, c) for c in whole.cycles(uncounted)),
        is_sound=not problem if problem != "undecided" else None,
        problem=problem,
        problem_run=whole.visible(run),
        problem_steps=_named(whole, steps),
    )


def _first_problem(
    whole: Graph, behaviours: tuple[Behaviour, ...], unreachable: list[int], trapped: list[int]
) -> tuple[str, Sequence[int], Sequence[int]]:
    """Key, run and nodes of the first problem; what runs do comes before what `Structure` lists anyway."""
    if len(whole.entries) != 1:
        return "several-entries" if whole.entries else "no-entry", (), whole.entries
    if not whole.ends:
        return "no-end", (), ()
    decisions = [behaviour.decision for behaviour in behaviours]
    for decision in decisions:
        if decision.problem not in ("", "undecided"):
            return decision.problem, decision.run, decision.nodes
    if unreachable:
        return "unreachable", (), unreachable
    for behaviour in behaviours if trapped else ():
        path = behaviour.graph.path(node for node in trapped if not behaviour.graph.ending[node])
        if path:
            return "trapped", path, trapped
    return ("undecided" if any(decision.problem for decision in decisions) else ""), (), ()


def _named(whole: Graph, nodes: Sequence[int]) -> tuple[str, ...]:
    """Ids of the visible nodes; of the silent ones where there are no others."""
    return whole.visible(nodes) or whole.ids(nodes)


def _is_labelled(whole: Graph, cycle: list[int]) -> bool:
    """Whether names say when the cycle repeats: of every choice to stay or to leave, one side is named."""
    inside = set(cycle)
    chooses = False
    for node in cycle:
        if whole.split[node] not in (ONE, SOME):
            continue
        stay = [whole.named[edge] for edge in whole.outs[node] if whole.target[edge] in inside]
        leave = [whole.named[edge] for edge in whole.outs[node] if whole.target[edge] not in inside]
        if stay and leave:
            chooses = True
            if not all(stay) and not all(leave):
                return False
    return chooses
