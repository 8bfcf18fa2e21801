"""The steps of a drawing while they are being made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from iso_audit.errors import Fault
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.shapes import Node
from iso_audit.exchange.bpmn.unread import Notes
from iso_audit.model.procedure import Flow, Kept, Step
from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class At:
    """Where in the procedure the shapes of one scope stand."""

    prefix: str = ""
    within: str = ""
    end: str = ""
    """The step that every way through the scope leads to; empty for a whole process."""
    part: str = ""
    unit: str = ""
    called: tuple[str, ...] = ()
    """Ids of the processes that are being carried out inside each other here."""


class Making:
    """The steps of one or several linked processes, under construction."""

    def __init__(self, drawing: Drawing, notes: Notes, faults: list[Fault]) -> None:
        self.drawing, self.notes, self.faults = drawing, notes, faults
        self.steps: dict[str, Step] = {}
        self.kept: list[Kept] = []
        self.order: dict[str, int] = {}
        self.behind: dict[str, list[str]] = {}
        """Step -> silent gateways that were made for it."""
        self.entry: dict[Node, str] = {}
        self.exit: dict[Node, str] = {}
        """Where the messages of a node arrive and leave; those of a called process have none."""

    def ordered(self) -> tuple[Step, ...]:
        """The steps in the order that their facts say, else that of the document."""
        last, keys = -1, {}
        for name in self.steps:
            if name in self.order:
                last = self.order[name]
            keys[name] = last
        hidden = {name for made in self.behind.values() for name in made}
        first = (name for name in self.steps if name not in hidden)
        listed = [(keys[name], each) for name in first for each in self._with_gateways(name)]
        return tuple(self.steps[name] for _, name in sorted(listed, key=lambda pair: pair[0]))

    def _with_gateways(self, name: str) -> Iterator[str]:
        yield name
        for made in self.behind.get(name, ()):
            yield from self._with_gateways(made)

    def gateway(self, name: str, beside: str, flows: tuple[Flow, ...] = (), **more: object) -> str:
        """Add a silent gateway for a step and return its id."""
        while name in self.steps:
            name += "+"
        step = self.steps[beside]
        made = Step(
            name, Text(), ("route",), part=step.part, within=step.within, flows=flows, place=step.place
        )
        self.steps[name] = replace(made, **more)  # type: ignore[arg-type]
        self.behind.setdefault(beside, []).append(name)
        return name

    def change(self, name: str, **more: object) -> None:
        """Give a step other values."""
        self.steps[name] = replace(self.steps[name], **more)  # type: ignore[arg-type]
