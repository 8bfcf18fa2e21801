"""Events at the border of a step are drawn there again, where reading made ways out of them (`leaving`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from iso_audit.exchange.bpmn.vocabulary import ACTIVITIES
from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.text import Text

BOUNDARY = "boundaryEvent"


@dataclass(frozen=True, slots=True)
class Borders:
    """The steps of one scope; those made for border events are taken out of `steps`."""

    steps: dict[str, Step]
    arrivals: Mapping[str, Sequence[str]]
    every: Mapping[str, Step]
    """All steps of the procedure, with those outside the scope."""
    end: str
    """What every way through a sub-process leads to; empty for a pool."""

    def taken_out(self) -> dict[str, str]:
        """Draw every event back onto its step; returns event -> step."""
        attached: dict[str, str] = {}
        for name in list(self.steps):
            step = self.steps.get(name)
            if step is None or (step.is_silent and step.element not in ACTIVITIES):
                continue
            # reading adds the events that run beside last
            for event in (*self._beside(name), *self._interrupting(name)):
                attached[event] = name
        return attached

    def _beside(self, name: str) -> list[str]:
        step = self.steps[name]
        doors = [flow.to for flow in step.flows[1:]]
        events = [door.removesuffix("/maybe") for door in doors]
        rest = (Flow(self.end),) if self.end else ()
        source = self._way_out(name)
        fits = step.split is Split.ALL and events and _is_plain(step.flows[0]) and all(
            self._is_made(f"{event}/maybe", source, (Flow(event), Flow(f"{event}/not")), deferred=True)
            and self._is_made(f"{event}/not", f"{event}/maybe", rest)
            and self._is_event(event, f"{event}/maybe", aside=True)
            for event in events
        )  # fmt: skip
        if not fits or any(not _is_plain(flow) for flow in step.flows):
            return []
        for event in events:
            del self.steps[f"{event}/maybe"], self.steps[f"{event}/not"]
        self._lead_on(name, step.flows[0], f"{name}/on", self._way_out(name))
        return events

    def _interrupting(self, name: str) -> list[str]:
        step, leave = self.steps[name], f"{name}/leave"
        if [flow.to for flow in step.flows] != [leave] or not _is_plain(step.flows[0]):
            return []
        flows = self.steps[leave].flows if leave in self.steps else ()
        fits = len(flows) > 1 and _is_plain(flows[0]) and all(
            flow == Flow(flow.to, self._name(flow.to)) and self._is_event(flow.to, leave, aside=False)
            for flow in flows[1:]
        )  # fmt: skip
        if not fits or not self._is_made(leave, self._way_out(name), flows, deferred=True):
            return []
        del self.steps[leave]
        self._lead_on(name, flows[0], f"{name}/after", leave)
        return [flow.to for flow in flows[1:]]

    def _lead_on(self, name: str, flow: Flow, made: str, source: str) -> None:
        """Let the step go on as it was drawn, without the gateway that reading puts there if it has to."""
        after = self.steps.get(made) if flow.to == made else None
        needed = after is not None and self._is_needed(after)
        if (
            after is not None
            and needed
            and self._is_made(made, source, after.flows, after.split, after.deferred)
        ):
            del self.steps[made]
            changed = {"flows": after.flows, "split": after.split, "deferred": after.deferred}
        else:
            changed = {"flows": (flow,), "split": Split.ONE, "deferred": False}
        self.steps[name] = replace(self.steps[name], **changed)  # type: ignore[arg-type]

    def _is_needed(self, after: Step) -> bool:
        if len(after.flows) != 1 or not _is_plain(after.flows[0]):
            return True
        aim = self.every.get(after.flows[0].to)
        return aim is None or aim.join is not Join.ANY

    def _way_out(self, name: str) -> str:
        """The step that the ways out leave: of a sub-process, its end."""
        return f"{name}/end" if self.steps[name].element and f"{name}/end" in self.every else name

    def _name(self, event: str) -> str:
        return self.steps[event].name.say("vi") if event in self.steps else ""

    def _is_event(self, name: str, source: str, *, aside: bool) -> bool:
        step = self.steps.get(name)
        return (
            step is not None
            and step.is_silent
            and step.element.startswith(BOUNDARY)
            and step.element.endswith("!") is aside
            and self.arrivals[name] == [source]
        )

    def _is_made(
        self,
        name: str,
        source: str,
        flows: tuple[Flow, ...],
        split: Split = Split.ONE,
        deferred: bool = False,
    ) -> bool:
        """Whether a step is the very gateway that reading makes."""
        step = self.steps.get(name)
        if step is None or self.arrivals[name] != [source]:
            return False
        return step == Step(
            name, Text(), ("route",), part=step.part, within=step.within, split=split, deferred=deferred,
            flows=flows,
        )  # fmt: skip


def _is_plain(flow: Flow) -> bool:
    return flow == Flow(flow.to)
