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
from iso_audit.analysis.verdicts import Shown, Verdicts


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question about every run; None: not decided within the budget of states."""

    holds: bool | None = True
    run: tuple[str, ...] = ()
    """Where it does not hold: a shortest run that shows it, from the entry."""
    steps: tuple[str, ...] = ()
    """Where it does not hold: the steps that wait, happen twice, or never happen."""
    goes_on: bool = False
    """Work goes on there, in vain."""
    messages: tuple[Message, ...] = ()
    """Messages that are waited for there."""
    awaited: tuple[tuple[str, str], ...] = ()
    """Where work stands still: a step that is waited for, and the one that waits for it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message between two steps of the graph, and a completed run in which nobody receives it."""

    name: str
    sender: str
    receiver: str
    run: tuple[str, ...] = ()


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
    twice at once), `ends-twice` (an end is reached twice), each where nothing is trapped yet;
    `unreachable`, `trapped`; `never` (steps that no run carries out); `undecided`; empty if nothing is."""
    problem_run: tuple[str, ...] = ()
    """A run from the entry that shows the problem: a shortest one, unless there are too many to search."""
    problem_steps: tuple[str, ...] = ()
    """Where: the steps unreachable, trapped, waiting or happening twice."""
    once: Verdict = Verdict()
    """No step and no flow is carried out twice at once."""
    finishes: Verdict = Verdict()
    """From every point of every run the run can be completed."""
    ends_once: Verdict = Verdict()
    """No run that is completed reaches an end twice."""
    all_happen: Verdict = Verdict()
    """Every step has a run; the steps are those that have none, in no case."""
    left: tuple[Message, ...] = ()
    """Messages that some completed run leaves without a receiver."""
    states: int = 0
    """States that were looked at to decide these."""


def structure_of(whole: Graph, behaviours: tuple[Behaviour, ...]) -> Structure:
    """The shape of a procedure: `whole` has the flows of every case, `behaviours` are its cases."""
    entries, ends = whole.ids(whole.entries), whole.ids(sorted(whole.ends))
    size = range(len(whole.steps))
    is_cut = bool(whole.entries) and not all(whole.reachable)
    unreachable = [node for node in size if not whole.reachable[node]] if is_cut else []
    leaking = [b.graph for b in behaviours if not all(b.graph.ending)]
    trapped = [n for n in size if any(g.reachable[n] and not g.ending[n] for g in leaking)] if leaking else []
    known = [behaviour.verdicts for behaviour in behaviours] if len(whole.entries) == 1 else []
    all_happen = _all_happen(whole, known)
    problem, run, steps = _first_problem(whole, behaviours, unreachable, trapped)
    shown, at = whole.visible(run), _named(whole, steps)
    once = _in_every_case(whole, [each.once for each in known])
    finishes = _in_every_case(whole, [each.finishes for each in known])
    ends_once = _in_every_case(whole, [each.ends_once for each in known])
    lost = "livelock" if finishes.goes_on else "deadlock"
    for name, found in (("twice", once), (lost, finishes), ("ends-twice", ends_once), ("never", all_happen)):
        if problem in ("", "undecided") and found.holds is False:
            problem, shown, at = name, found.run, found.steps
    cycles = whole.circles
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
        problem_run=shown,
        problem_steps=at,
        once=once,
        finishes=finishes,
        ends_once=ends_once,
        all_happen=all_happen,
        left=_left(whole, known),
        states=sum(each.states for each in known),
    )


def _in_every_case(whole: Graph, answers: Sequence[Shown]) -> Verdict:
    """What holds in every case; a case in which it does not shows why. Not asked without one entry."""
    no = min((each for each in answers if each.holds is False), key=lambda each: len(each.run), default=None)
    if no is not None:
        messages = tuple(_message(whole, *pair) for pair in no.missing)
        awaited = tuple((whole.steps[one].id, whole.steps[other].id) for one, other in no.awaited)
        return Verdict(False, whole.visible(no.run), _named(whole, no.nodes), no.goes_on, messages, awaited)
    return Verdict(None if not answers or any(each.holds is None for each in answers) else True)


def _left(whole: Graph, known: Sequence[Verdicts]) -> tuple[Message, ...]:
    """Each message that is left over in some case, once."""
    found = {
        (sender, receiver): _message(whole, sender, receiver, run)
        for verdicts in reversed(known)
        for sender, receiver, run in verdicts.left
    }
    return tuple(found[pair] for pair in sorted(found))


def _message(whole: Graph, sender: int, receiver: int, run: Sequence[int] = ()) -> Message:
    source, target = whole.steps[sender], whole.steps[receiver]
    names = (flow.message for flow in source.flows if flow.to == target.id and flow.message)
    return Message(next(names, ""), source.id, target.id, whole.visible(run))


def _all_happen(whole: Graph, known: Sequence[Verdicts]) -> Verdict:
    """A step has a run if it has one in some case."""
    if not known:
        return Verdict(None)
    never = frozenset.intersection(*(each.never for each in known))
    if never:
        return Verdict(False, (), whole.ids(sorted(never)))
    happening = frozenset.union(*(each.happening for each in known))
    left = (node for node in range(len(whole.steps)) if node not in happening)
    all_known = len(happening) == len(whole.steps) or all(whole.is_silent[node] for node in left)
    return Verdict(True if all_known else None)


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
