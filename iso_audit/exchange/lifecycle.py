"""Begin and end of one activity, where an XES log has an event for each (lifecycle extension, IEEE 1849).

A `start` and the `complete` that belongs to it become one event that began and ended: of the same activity
and, where events name one, of the same instance; else the earliest that is still open. What has no
counterpart stays as it is, begun or ended alone. Other transitions (schedule, assign, suspend ...) are
no work of their own: their activity is called by both names, so that a mapping has to say what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TRANSITION, INSTANCE = "lifecycle:transition", "concept:instance"
NAME, TIME = "concept:name", "time:timestamp"
STARTED = "start:timestamp"
"""The attribute that says when an event began whose `time:timestamp` says when it ended."""

Event = dict[str, str]


def paired(events: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    """Events of one trace with their places in it, every start joined to its end, which keeps its place."""
    kinds = [event.get(TRANSITION, "").strip().lower() for event in events]
    if "start" not in kinds:
        yield from enumerate(events)
        return
    ends, begins = _counterparts(events, kinds)
    for at, (event, kind) in enumerate(zip(events, kinds, strict=True)):
        if at in begins:
            yield at, {**event, STARTED: events[begins[at]].get(TIME, "")}
        elif kind == "start" and at not in ends:
            alone = {name: value for name, value in event.items() if name != TIME}
            yield at, {**alone, STARTED: event.get(TIME, "")}
        elif kind in ("complete", ""):
            yield at, event
        elif kind != "start":
            yield at, {**event, NAME: f"{event.get(NAME, '')}+{kind}"}


def _counterparts(events: Sequence[Event], kinds: Sequence[str]) -> tuple[set[int], dict[int, int]]:
    """Places of the starts that have an end, and place of an end -> place of its start."""
    begun: dict[tuple[str, str], list[int]] = {}
    ends: set[int] = set()
    begins: dict[int, int] = {}
    for at, (event, kind) in enumerate(zip(events, kinds, strict=True)):
        key = event.get(NAME, ""), event.get(INSTANCE, "")
        if kind == "start":
            begun.setdefault(key, []).append(at)
        elif kind == "complete" and begun.get(key):
            begins[at] = begun[key].pop(0)
            ends.add(begins[at])
    return ends, begins
