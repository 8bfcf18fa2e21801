"""Cuts and joins in the graph of a procedure that leave everything else of it as it was.

An operation first sets gateways of its own around the steps that it is about (`open_in`,
`open_out`), so that each has one way in and one way out; then it relinks them; then `tidied` lets
the steps beside those gateways stand for them again, so that an owner reads steps and not signs.
Gateways that were there before are never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from iso_audit.analysis.graph import graph_of
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text


class Surgery:
    """The steps of one procedure while they are being relinked."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.steps = dict(procedure.by_id)
        entries = graph_of(procedure).entries
        self.entry = procedure.steps[0].id if not entries else graph_of(procedure).ids(entries)[0]
        self.fresh: list[str] = []
        self.redirected: list[tuple[str, str, str]] = []
        """(source, old target, new target): shares may be written by target."""
        self.decides: dict[str, str] = {}
        """Step -> gateway that chooses in its place."""

    def arrivals(self, step: str) -> list[tuple[str, int]]:
        """(source, position among its flows) of every flow to a step."""
        return [(s.id, n) for s in self.steps.values() for n, flow in enumerate(s.flows) if flow.to == step]

    def alter(self, step: str, **values: object) -> None:
        """Change fields of a step."""
        self.steps[step] = replace(self.steps[step], **values)  # type: ignore[arg-type]

    def put(self, step: Step, before: str) -> None:
        """Put a new step into the file before another."""
        self._insert(step, before, after=False)

    def drop(self, step: str) -> None:
        """Take a step out; whoever leads to it must have been redirected."""
        del self.steps[step]
        if step in self.fresh:
            self.fresh.remove(step)

    def redirect(self, old: str, new: str, sources: Collection[str] | None = None) -> None:
        """Let every flow to `old` (and the dossiers that come in there) go to `new`."""
        for source, step in list(self.steps.items()):
            if (sources is None or source in sources) and any(flow.to == old for flow in step.flows):
                flows = (replace(flow, to=new) if flow.to == old else flow for flow in step.flows)
                self.steps[source] = replace(step, flows=_distinct(step.split, flows))
                self.redirected.append((source, old, new))
        if self.entry == old and sources is None:
            self.entry = new

    def gateway(self, name: str, like: str, **values: object) -> str:
        """A new silent gateway behind the step `like`, in its part and sub-procedure."""
        gate = self.free(name)
        beside = self.steps[like]
        made = Step(gate, Text(), ("route",), part=beside.part, within=beside.within)
        self._insert(replace(made, **values), like, after=True)  # type: ignore[arg-type]
        self.fresh.append(gate)
        return gate

    def free(self, name: str) -> str:
        """A name that no step has."""
        found, number = name, 1
        while found in self.steps:
            number += 1
            found = f"{name}-{number}"
        return found

    def _insert(self, step: Step, at: str, *, after: bool) -> None:
        items = list(self.steps.items())
        place = list(self.steps).index(at) + after
        self.steps = dict([*items[:place], (step.id, step), *items[place:]])

    def reached(self, start: str, without: str = "") -> set[str]:
        """Steps that a path leads to from `start`, itself included, around `without`. Linear."""
        seen, stack = set[str](), [start]
        while stack:
            name = stack.pop()
            if name not in seen and name != without:
                seen.add(name)
                stack += [flow.to for flow in self.steps[name].flows]
        return seen

    def in_file_order(self, names: Sequence[str]) -> None:
        """Let steps stand in the file in this order, in the places that they have there."""
        wanted = iter(names)
        order = [next(wanted) if name in names else name for name in self.steps]
        self.steps = {name: self.steps[name] for name in order}

    def behind(self, step: str, after: str) -> None:
        """Let a step stand behind another in the file."""
        own = self.steps.pop(step)
        self._insert(own, after, after=True)

    def open_in(self, step: str) -> None:
        """Let a gateway of its own gather what arrives at a step."""
        own = self.steps[step]
        gate = self.gateway(f"before-{step}", step, join=own.join)
        self.redirect(step, gate)
        self.alter(step, join=Join.ANY)
        self.alter(gate, flows=(Flow(step),))

    def open_out(self, step: str) -> str:
        """Let a gateway of its own split or choose after a step; the gateway."""
        own = self.steps[step]
        gate = self.gateway(f"after-{step}", step, split=own.split, flows=own.flows, deferred=own.deferred)
        self.alter(step, split=Split.ONE, flows=(Flow(gate),), deferred=False)
        if own.split is Split.ONE and len(own.flows) > 1:
            self.decides[step] = gate
        return gate

    def silence(self, step: str, flows: tuple[Flow, ...]) -> None:
        """Leave of a step the gateway that it was."""
        own = self.steps[step]
        gate = self.gateway(f"past-{step}", step, join=own.join, split=own.split, flows=flows)
        self.redirect(step, gate)
        self.drop(step)

    def tidied(self) -> Procedure:
        """The procedure, without gateways of ours that the steps beside them can stand for."""
        while any(self._fold(gate) for gate in list(self.fresh)):
            pass
        self._unframed()
        start = self.procedure.start if self.procedure.start in self.steps else ""
        made = replace(self.procedure, steps=tuple(self.steps.values()), start=start)
        graph = graph_of(made)
        return made if graph.ids(graph.entries) == (self.entry,) else replace(made, start=self.entry)

    def _fold(self, gate: str) -> bool:
        own, into = self.steps[gate], self.arrivals(gate)
        if not into and gate != self.entry:
            self.drop(gate)
            return True
        if not own.flows:
            return self._end_before(gate, into)
        if len(own.flows) == 1 and own.flows[0] == Flow(own.flows[0].to) and own.flows[0].to != gate:
            return self._pass(gate, into) or self._wait_behind(gate, into)
        return gate != self.entry and len(into) == 1 and self._split_before(gate, *into[0])

    def _end_before(self, gate: str, into: list[tuple[str, int]]) -> bool:
        """Let the steps before an empty end be ends themselves."""
        sources = [self.steps[source] for source, _ in into]
        is_plain = all(len(s.flows) == 1 and s.flows[0] == Flow(gate) and not s.is_silent for s in sources)
        if gate == self.entry or not is_plain or (self.steps[gate].join is not Join.ANY and len(into) > 1):
            return False
        for source in sources:
            self.alter(source.id, flows=())
        self.drop(gate)
        return True

    def _pass(self, gate: str, into: list[tuple[str, int]]) -> bool:
        """Lead past a gateway that gathers nothing, or gathers as what comes after it does."""
        own = self.steps[gate]
        to = self.steps[own.flows[0].to]
        is_alike = own.join is to.join is Join.ALL and gate != self.entry
        if (own.join is not Join.ANY and len(into) > 1 and not is_alike) or (
            to.join is not Join.ANY and not is_alike and (len(into) != 1 or gate == self.entry)
        ):
            return False
        for source, _ in into:
            there = self.steps[source]
            meets = there.split is not Split.ONE and any(flow.to == to.id for flow in there.flows)
            if meets and not (there.split is Split.ALL and to.join is Join.ALL):
                return False
        self.redirect(gate, to.id)
        self.drop(gate)
        return True

    def _wait_behind(self, gate: str, into: list[tuple[str, int]]) -> bool:
        """Let the step after a join wait itself."""
        own = self.steps[gate]
        to = self.steps[own.flows[0].to]
        if to.join is not Join.ANY or to.id == self.entry or self.arrivals(to.id) != [(gate, 0)]:
            return False
        if gate == self.entry and into:
            return False
        self.alter(to.id, join=own.join)
        self.redirect(gate, to.id)
        self.drop(gate)
        return True

    def _split_before(self, gate: str, source: str, at: int) -> bool:
        """Let the step before a gateway split itself; that of a choice stays where it was decided."""
        own, before = self.steps[gate], self.steps[source]
        flow = before.flows[at]
        if flow != Flow(gate) or source == gate:
            return False
        is_own = self.decides.get(source) == gate
        if len(before.flows) == 1 and (own.split is not Split.ONE or before.is_silent or is_own):
            self.alter(source, split=own.split, flows=own.flows, deferred=own.deferred)
        elif before.split is own.split is Split.ALL:
            flows = (*before.flows[:at], *own.flows, *before.flows[at + 1 :])
            if len({each.to for each in flows}) < len(flows):
                return False
            self.alter(source, flows=flows)
        else:
            return False
        moved = {step: source if to == gate else to for step, to in self.decides.items()}
        self.decides = {step: to for step, to in moved.items() if step != to}
        self.drop(gate)
        return True

    def _unframed(self) -> None:
        """Take away parallel frames in which one way holds nothing: what is there waits for it anyway."""
        for fork in [s for s in self.steps.values() if s.split is Split.ALL]:
            for flow in fork.flows if len(fork.flows) > 1 else ():
                join = self.steps.get(flow.to)
                others = [each.to for each in self.steps[fork.id].flows if each != flow]
                is_empty = join is not None and join.join is Join.ALL and (fork.id, flow.to) in self._changed
                if is_empty and others and not flow.message and self._all_meet(others, flow.to, fork.id):
                    self.alter(fork.id, flows=tuple(f for f in self.steps[fork.id].flows if f != flow))
        for step in list(self.steps.values()):
            if (
                step.split is not Split.ONE
                and len(step.flows) == 1
                and step != self.procedure.by_id.get(step.id)
            ):
                self.alter(step.id, split=Split.ONE)
            is_single = len(self.arrivals(step.id)) == 1 and step.id != self.entry
            if step.join is not Join.ANY and is_single and self._lost_arrivals(step.id):
                self.alter(step.id, join=Join.ANY)

    @property
    def _changed(self) -> set[tuple[str, str]]:
        return {(source, new) for source, _, new in self.redirected}

    def _lost_arrivals(self, step: str) -> bool:
        before = sum(flow.to == step for each in self.procedure.steps for flow in each.flows)
        return step not in self.procedure.by_id or before > 1

    def _all_meet(self, starts: Iterable[str], at: str, fork: str) -> bool:
        """Whether every path from `starts` comes to `at` before an end or `fork`. Linear."""
        seen, stack = {at}, list(starts)
        while stack:
            step = stack.pop()
            if step in seen:
                continue
            seen.add(step)
            if not self.steps[step].flows or step == fork:
                return False
            stack += [flow.to for flow in self.steps[step].flows]
        return True


def _distinct(split: Split, flows: Iterable[Flow]) -> tuple[Flow, ...]:
    """Flows, of which a parallel split may not have two to one step."""
    every = tuple(flows)
    if split is Split.ONE:
        return every
    return tuple({flow.to: flow for flow in reversed(every)}.values())[::-1]
