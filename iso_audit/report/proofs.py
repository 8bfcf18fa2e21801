"""The run that shows a finding: its steps in words, with the limits to add up, and its way in the picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iso_audit.analysis.allowance import WAITING, parts_as_groups
from iso_audit.analysis.timing import Allotment
from iso_audit.model.finding import Finding
from iso_audit.model.limits import say_limit
from iso_audit.model.procedure import Join, Limit, Procedure, Step, StepClock
from iso_audit.report.facts import Facts, is_run
from iso_audit.report.words import Words

_LOOPS = ("loop ", "unlabelled-cycle")
"""Variants of findings whose run is a loop and nothing before it."""


def run_of(finding: Finding) -> tuple[str, ...]:
    """Ids of the steps of the run that shows a finding; empty where no run does."""
    runs = (value for name, value in finding.facts.items() if is_run(name))
    run = next((value for value in runs if isinstance(value, (tuple, list)) and value), ())
    return tuple(str(step) for step in run)


def label_of(finding: Finding, words: Words) -> str:
    """Which run it is: the longest, a loop, or the shortest that shows the finding."""
    if _is_longest(finding):
        return words("finding.longest")
    return words("finding.loop" if finding.variant.startswith(_LOOPS) else "finding.run")


def _is_longest(finding: Finding) -> bool:
    """Whether the run of a finding is told because of the time it takes."""
    return "longest" in finding.facts or "starts" in finding.facts


def told(finding: Finding, facts: Facts) -> tuple[str, ...]:
    """The run step by step under the steps' own numbers; with limits to add up, where it is about time."""
    run, procedure = run_of(finding), facts.procedures.get(finding.procedure)
    names = [facts.numbered(step, finding.procedure) for step in run]
    if procedure is None or not _is_longest(finding):
        return tuple(names)
    notes = _Charges(finding, procedure, facts)
    return tuple(
        f"{name} ({said})" if (said := "; ".join(notes.of(step))) else name
        for name, step in zip(names, run, strict=True)
    )


class _Charges:
    """What each step of a longest run adds to its total; a limit that several share is told once."""

    def __init__(self, finding: Finding, procedure: Procedure, facts: Facts) -> None:
        self.facts, self.key = facts, finding.procedure
        self.by_parts = parts_as_groups(procedure) if "parts" in finding.variant.split() else None
        self.procedure = self.by_parts or procedure
        clocks = dict.fromkeys(WAITING, StepClock.PAUSED)
        self.allotment = Allotment(self.procedure, facts.organisation, clocks)
        self.met: set[int] = set()

    def of(self, name: str) -> Iterable[str]:
        step, words = self.procedure.by_id.get(name), self.facts.words
        if step is None:
            return
        shared, own = self.allotment.shared(step), self.facts.limit_of(name, self.key)
        if not self.allotment.counts(step):
            yield from (
                (words("finding.not_counted"),) if step.limit and step.limit.value else filter(None, [own])
            )
        elif shared:
            for number in sorted(shared.keys() - self.met):
                yield self._shared(step, number, shared[number])
            self.met |= shared.keys()
        elif own:
            yield own

    def _shared(self, step: Step, number: int, limit: Limit) -> str:
        words, said = self.facts.words, say_limit(limit, self.facts.lang)
        part = next((one for one in self.procedure.parts if one.id == step.part), None)
        if self.by_parts is not None and part is not None and part.limit is limit:
            return words("finding.part_limit", unit=self.facts.unit(part.unit or part.id), limit=said)
        steps = self.facts.numbers(self.procedure.limit_groups[number].steps, self.key)
        return words("finding.shared_limit", steps=steps, limit=said)


def way(procedure: Procedure, run: Sequence[str]) -> frozenset[tuple[str, str]]:
    """The flows (from, to) that a run goes along, through silent gateways too.

    A step is entered from the latest of the steps before it that the run has done, and from all of
    them where it waits for all. Linear in the flows for each step of the run.
    """
    before: dict[str, list[str]] = {}
    for step in procedure.steps:
        for flow in step.flows:
            before.setdefault(flow.to, []).append(step.id)
    done: dict[str, int] = {}
    taken: set[tuple[str, str]] = set()
    for position, name in enumerate(run):
        if position and name in procedure.by_id:
            taken |= _into(name, procedure, before, done, {})[1]
        done[name] = position
    return frozenset(taken)


_Found = tuple[int, frozenset[tuple[str, str]]]
_NEVER: _Found = (-1, frozenset())


def _into(
    node: str,
    procedure: Procedure,
    before: dict[str, list[str]],
    done: dict[str, int],
    seen: dict[str, _Found],
) -> _Found:
    """Position of the latest step done before a node, and the flows from there."""
    ways: list[_Found] = []
    for source in dict.fromkeys(before.get(node, ())):
        if not procedure.by_id[source].is_silent:
            latest, flows = done.get(source, -1), frozenset[tuple[str, str]]()
        else:
            if source not in seen:
                seen[source] = _NEVER
                seen[source] = _into(source, procedure, before, done, seen)
            latest, flows = seen[source]
        if latest >= 0:
            ways.append((latest, flows | {(source, node)}))
    if not ways:
        return _NEVER
    if procedure.by_id[node].join is Join.ANY:
        return max(ways, key=lambda one: one[0])
    return max(latest for latest, _ in ways), frozenset().union(*(flows for _, flows in ways))
