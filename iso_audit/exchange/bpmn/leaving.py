"""Events at the border of an activity become ways out of it."""

from __future__ import annotations

from collections.abc import Sequence

from iso_audit.exchange.bpmn.making import Making
from iso_audit.model.procedure import Flow, Join, Split


class Leaving:
    """The ways out of one activity: those drawn, then the events that interrupt it or run beside it."""

    def __init__(self, steps: Making, name: str, way_out: str, end: str) -> None:
        self.steps, self.name, self.way_out, self.end = steps, name, way_out, end

    def by(self, events: Sequence[tuple[str, str, bool]]) -> None:
        """Add the events: id of the step, name, and whether it interrupts the activity."""
        interrupting = [(name, said) for name, said, interrupts in events if interrupts]
        beside = [name for name, _, interrupts in events if not interrupts]
        if interrupting:
            onward = self._onward(f"{self.name}/after")
            flows = (Flow(onward), *(Flow(name, said) for name, said in interrupting))
            leave = self.steps.gateway(f"{self.name}/leave", self.way_out, flows, deferred=True)
            self.steps.change(self.way_out, flows=(Flow(leave),), split=Split.ONE, deferred=False)
        if beside:
            first = self._onward(f"{self.name}/on")
            doors = [self._optional(name) for name in beside]
            flows = (Flow(first), *map(Flow, doors))
            self.steps.change(self.way_out, flows=flows, split=Split.ALL, deferred=False)

    def _onward(self, name: str) -> str:
        """Where the activity leads by itself: one step that takes every arrival."""
        step = self.steps.steps[self.way_out]
        if len(step.flows) == 1 and not step.flows[0].outcome and not step.flows[0].case:
            target = self.steps.steps.get(step.flows[0].to)
            if target is not None and target.join is Join.ANY:
                return target.id
        return self.steps.gateway(name, self.way_out, step.flows, split=step.split, deferred=step.deferred)

    def _optional(self, event: str) -> str:
        """A gateway at which the event happens or does not."""
        rest = (Flow(self.end),) if self.end else ()
        calm = self.steps.gateway(f"{event}/not", self.way_out, rest)
        return self.steps.gateway(f"{event}/maybe", self.way_out, (Flow(event), Flow(calm)), deferred=True)
