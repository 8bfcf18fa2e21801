"""Messages between the parts of a linked procedure become flows.

A step that sends goes on along its own way and delivers as well; a step that awaits begins
when its own way has come to it and the message is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.text import Text


@dataclass(slots=True)
class Messages:
    """Who sends and who awaits which message, in the order of the file."""

    senders: dict[str, list[str]] = field(default_factory=dict)
    awaiters: dict[str, list[str]] = field(default_factory=dict)

    def note(self, step: str, sends: Sequence[str], awaits: Sequence[str]) -> None:
        """Remember what one step sends and awaits."""
        for message in sends:
            self.senders.setdefault(message, []).append(step)
        for message in awaits:
            self.awaiters.setdefault(message, []).append(step)


def deliver(steps: Sequence[Step], messages: Messages) -> list[Step]:
    """Return the steps with a flow for each message that is sent and awaited."""
    made = _Delivery(steps)
    arriving: dict[str, list[str]] = {}
    sending: dict[str, dict[str, str]] = {}
    for message, awaiters in messages.awaiters.items():
        senders = messages.senders.get(message, [])
        for step in awaiters if senders else ():
            door = step
            if len(senders) > 1:
                door = made.gateway(f"{step}/{message}", step, flows=(Flow(step, message=message),))
            arriving.setdefault(step, []).append(message)
            for sender in senders:
                sending.setdefault(sender, {}).setdefault(door, message)
    for step, came in arriving.items():
        made.await_at(step, len(came))
    for step, doors in sending.items():
        made.send_from(step, doors)
    return list(made.steps.values())


class _Delivery:
    """The steps under change; gateways are added behind the steps of the file."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps: dict[str, Step] = {step.id: step for step in steps}
        self.sources: dict[str, list[str]] = {}
        """Step -> the steps whose own flows lead to it, before any message is delivered."""
        for step in steps:
            for flow in step.flows:
                self.sources.setdefault(flow.to, []).append(step.id)

    def gateway(
        self,
        name: str,
        beside: str,
        *,
        split: Split = Split.ONE,
        join: Join = Join.ANY,
        flows: tuple[Flow, ...] = (),
    ) -> str:
        """Add a silent gateway next to a step and return its id."""
        while name in self.steps:
            name += "+"
        step = self.steps[beside]
        self.steps[name] = Step(
            name, Text(), ("route",), part=step.part, split=split, join=join, flows=flows,
            within=step.within, place=step.place,
        )  # fmt: skip
        return name

    def await_at(self, name: str, messages: int) -> None:
        """Make a step wait for its own predecessor and for every message."""
        step, sources = self.steps[name], self.sources.get(name, [])
        if len(sources) > 1 and step.join is not Join.ALL:
            arrived = self.gateway(f"{name}/arrived", name, join=step.join, flows=(Flow(name),))
            for source in sources:
                self._redirect(source, name, arrived)
        if len(sources) + messages > 1:
            self.steps[name] = replace(self.steps[name], join=Join.ALL)

    def _redirect(self, source: str, old: str, new: str) -> None:
        step = self.steps[source]
        flows = tuple(replace(flow, to=new) if flow.to == old else flow for flow in step.flows)
        self.steps[source] = replace(step, flows=flows)

    def send_from(self, name: str, doors: Mapping[str, str]) -> None:
        """Make a step deliver messages, by the doors they go to, beside going on."""
        step = self.steps[name]
        out = tuple(Flow(door, place=step.place, message=message) for door, message in doors.items())
        own = step.flows
        is_choice = len(own) > 1 or any(flow.outcome for flow in own)
        if own and (step.split is Split.SOME or (step.split is Split.ONE and is_choice)):
            chooser = self.gateway(f"{name}/next", name, split=step.split, flows=own)
            self.steps[chooser] = replace(self.steps[chooser], deferred=step.deferred)
            own, step = (Flow(chooser),), replace(step, deferred=False)
        split = Split.ALL if len(own) + len(out) > 1 else Split.ONE
        self.steps[name] = replace(step, split=split, flows=own + out)
