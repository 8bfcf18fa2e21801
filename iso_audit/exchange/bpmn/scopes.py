"""What lies inside what: pools, sub-processes, frames of steps that may happen at any moment.

A sub-procedure has a shape of its own only where its steps hang together as BPMN asks: entered
through its gateway, left through its end. Any other is drawn flat, and its steps say where they belong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from iso_audit.exchange.bpmn.borders import Borders
from iso_audit.exchange.bpmn.vocabulary import SUB_PROCESSES
from iso_audit.exchange.spelled_out import Drawing, entries_of, spelled_out
from iso_audit.model.procedure import Flow, Join, Procedure, Step
from iso_audit.text import Text


@dataclass(slots=True)
class Scope:
    """The content of a pool, a sub-process or a frame: its steps as signs, and what it holds inside."""

    owner: str
    """Step id of the sub-process or of the framed step; the part's id for a pool."""
    drawing: Drawing
    inner: dict[str, Scope] = field(default_factory=dict)
    """Sub-processes and frames in it, by step id."""
    attached: dict[str, str] = field(default_factory=dict)
    """Boundary event -> the step on whose edge it sits."""
    end: str = ""
    """The step that stands for the end of the sub-process."""

    def walk(self) -> Iterator[Scope]:
        """This scope and all inside it."""
        yield self
        for scope in self.inner.values():
            yield from scope.walk()


@dataclass(frozen=True, slots=True)
class Message:
    """A flow from part to part."""

    frm: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Scopes:
    """A whole procedure: pools by part (empty: of no part), and the messages between them."""

    pools: Mapping[str, Scope]
    messages: tuple[Message, ...]
    flat: frozenset[str]
    """Steps that have to say themselves to which sub-procedure they belong."""


def scopes_of(procedure: Procedure) -> Scopes:
    """Sort the steps of a procedure into scopes. Linear, but for the depth of sub-processes."""
    nested = _Nesting(procedure)
    entries = entries_of(procedure)
    pools = {}
    for part in dict.fromkeys([part.id for part in procedure.parts] + [s.part for s in procedure.steps]):
        held = nested.content("", part)
        if held or any(part == one.id for one in procedure.parts):
            pools[part] = nested.scope("", part, held, entries)
    messages = tuple(
        Message(step.id, flow)
        for step in procedure.steps
        for flow in step.flows
        if flow.to in procedure.by_id and procedure.by_id[flow.to].part != step.part
    )
    known = nested.proper
    flat = frozenset(s.id for s in procedure.steps if s.within and s.within not in known)
    return Scopes(pools, messages, flat)


class _Nesting:
    """Which sub-procedures have a shape, and who lies in them."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.steps = procedure.by_id
        self.arrivals: dict[str, list[str]] = {step.id: [] for step in procedure.steps}
        for step in procedure.steps:
            for flow in step.flows:
                if flow.to in self.arrivals:
                    self.arrivals[flow.to].append(step.id)
        self.above = {step.id: self._above(step) for step in procedure.steps if step.within}
        members: dict[str, list[str]] = {}
        for name, owners in self.above.items():
            for owner in owners:
                members.setdefault(owner, []).append(name)
        self.proper: set[str] = set()
        for owner in sorted(members, key=lambda name: len(self.above.get(name, ()))):
            above = self.above.get(owner, ())
            shaped = not above or above[0] in self.proper
            if shaped and self._hangs_together(owner, frozenset(members[owner])):
                self.proper.add(owner)
        self.by_container: dict[tuple[str, str], list[Step]] = {}
        ends = {f"{owner}/end" for owner in self.proper}
        for step in procedure.steps:
            if step.id not in ends:
                owner = next((one for one in self.above.get(step.id, ()) if one in self.proper), "")
                self.by_container.setdefault((owner, step.part), []).append(step)

    def content(self, owner: str, part: str) -> list[Step]:
        return self.by_container.get((owner, part), [])

    def _above(self, step: Step) -> tuple[str, ...]:
        """Sub-procedures around a step, the innermost first."""
        found: list[str] = []
        while step.within and step.within not in found and step.within in self.steps:
            found.append(step.within)
            step = self.steps[step.within]
        return tuple(found)

    def _hangs_together(self, owner: str, inside: frozenset[str]) -> bool:
        """Whether reading the shape would give the same steps back."""
        door, end = self.steps[owner], self.steps.get(f"{owner}/end")
        if end is None or owner in inside or end.id in inside:
            return False
        made = Step(
            end.id, Text(), ("route",), part=door.part, within=door.within, join=Join.SOME,
            split=end.split, deferred=end.deferred, flows=end.flows,
        )  # fmt: skip
        drawn = door.is_silent and door.element in SUB_PROCESSES and end == made
        plain = not any(flow.outcome or flow.case for flow in door.flows)
        starts = {name for name in inside if self.steps[name].element.startswith("startEvent")}
        starts = {name for name in starts if self.steps[name].within == owner}
        entered = {flow.to for flow in door.flows}
        return (
            drawn
            and plain
            and (entered == starts or not starts)
            and bool(door.flows)
            and all(flow.to in inside for flow in door.flows)
            and set(self.arrivals[end.id]) <= inside
            and all(self._stays(name, inside, owner, end.id) for name in inside)
        )

    def _stays(self, name: str, inside: frozenset[str], owner: str, end: str) -> bool:
        step, sources = self.steps[name], self.arrivals[name]
        local = [flow for flow in step.flows if flow.to in self.steps and self._is_local(step, flow)]
        return (
            step.part == self.steps[owner].part
            and not step.anytime
            and bool(local)
            and all(flow.to in inside or flow.to == end for flow in local)
            and all(s in inside or s == owner or self.steps[s].part != step.part for s in sources)
        )

    def _is_local(self, step: Step, flow: Flow) -> bool:
        return self.steps[flow.to].part == step.part

    def scope(self, owner: str, part: str, content: list[Step], entries: frozenset[str]) -> Scope:
        """Make one scope with all inside it."""
        steps = {step.id: self._shown(step, part) for step in content}
        end = f"{owner}/end" if owner else ""
        bare = bool(owner) and self._is_bare(owner)
        if end:
            entries = frozenset(flow.to for flow in self.steps[owner].flows)
            steps = {name: _ending(step, end, bare) for name, step in steps.items()}
            if any(flow.to == end for step in steps.values() for flow in step.flows):
                steps[end] = Step(end, Text(), ("route",), element="endEvent")
        attached = Borders(steps, self.arrivals, self.steps, end).taken_out()
        framed = [step for step in content if self._is_loose(step)]
        for step in framed:
            steps[step.id] = replace(steps[step.id], element="")
        begun: frozenset[str] = frozenset() if bare else entries
        drawing = spelled_out(Procedure("", tuple(steps.values())), entries=begun, ends=not bare)
        scope = Scope(owner or part, drawing, attached=attached, end=end)
        for step in content:
            if step.id in self.proper:
                inner = self.content(step.id, part)
                scope.inner[step.id] = self.scope(step.id, part, inner, entries)
            elif self._is_loose(step):
                alone = replace(step, anytime=False, within="")
                drawn = spelled_out(Procedure("", (alone,)))
                scope.inner[step.id] = Scope(step.id, drawn)
        return scope

    def _is_bare(self, owner: str) -> bool:
        """Whether its content begins and ends without events: work that is done as need be has none."""
        door = self.steps[owner]
        return door.element == "adHocSubProcess" and all(
            self.arrivals[flow.to] == [owner] for flow in door.flows
        )

    def _is_loose(self, step: Step) -> bool:
        """Whether a step stands outside the graph, touched by no flow."""
        return step.anytime and not step.is_silent and not step.flows and not self.arrivals[step.id]

    def _shown(self, step: Step, part: str) -> Step:
        """The step as a sign: without messages, a sub-process with the ways out of its end."""
        if step.id in self.proper:
            end = self.steps[f"{step.id}/end"]
            step = replace(step, split=end.split, deferred=end.deferred, flows=end.flows)
        flows = tuple(f for f in step.flows if f.to in self.steps and self.steps[f.to].part == part)
        return step if len(flows) == len(step.flows) else replace(step, flows=flows)


def _ending(step: Step, end: str, bare: bool) -> Step:
    """An end event of a sub-process goes nowhere, as it is drawn; any step, where ends have no sign."""
    is_end = (bare or step.element.startswith("endEvent")) and step.flows == (Flow(end),)
    return replace(step, flows=()) if is_end else step
