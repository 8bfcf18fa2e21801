"""The events of some dossiers as arrays: each with its dossier, its norm and its moments on the line of work.

What is to say of events and of their dossiers is said of all of them at once. Missing numbers are -1 where
numbers are codes; missing moments are `NO_DUE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from iso_audit.analysis.worktime import NO_DUE, WorkTable
from iso_audit.engine.layout import Layout
from iso_audit.engine.norm_table import NormTable
from iso_audit.engine.norms import Norms
from iso_audit.engine.sorted_rows import firsts
from iso_audit.engine.store import Array, filled
from iso_audit.engine.words import Words

LATEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Asked:
    """What is the same for all dossiers of a log."""

    norms: Norms
    table: WorkTable
    words: Mapping[str, Words]
    places: Mapping[str, Array]
    """What is to know of each place of the key of an event (`Handling.places`)."""
    unit_of_person: Array
    """The unit of each actor, and last of nobody; -1 where nobody knows."""
    layout: Layout
    units: int
    """How many units the numbers of cells have room for, and how many slots (`Handling`)."""
    slots: int
    rows: int
    """How many rows the source has."""
    known: frozenset[str]
    drawn_s: int
    drawn_us: int
    """The moment that bounds unfinished dossiers: civil seconds, and microseconds since 1970 UTC."""
    is_due_given: bool
    is_start_derived: bool

    @property
    def norm(self) -> NormTable:
        return self.norms.table

    def kept(self, column: str) -> bool:
        """Whether a column of the source (`events.actor`) holds anything at all."""
        return column in self.known


class Dossiers:
    """Dossiers with a procedure, in order: the columns of `base`, and of what stands beside it."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._columns = columns
        self.number = columns["dossier"]
        self.edition = columns["edition"]

    def __len__(self) -> int:
        return len(self.number)

    def seconds(self, name: str) -> Array:
        """A column of moments or days; `NO_DUE` where there is none."""
        return filled(self._columns[name], NO_DUE)

    def column(self, name: str, missing: int = -1) -> Array:
        """A column of the dossiers, numbers as wide ones; what is missing where nobody says anything."""
        if name not in self._columns:
            return np.full(len(self), missing)
        values = filled(self._columns[name], missing)
        return values.astype(np.int64) if values.dtype.kind == "i" else values


class Executions:
    """Events in order, without those of dossiers that no procedure judges.

    Seconds of a missing moment mean nothing: `has_start` and `has_finish` go with them.
    """

    def __init__(self, asked: Asked, events: Mapping[str, Array], dossiers: Dossiers) -> None:
        self.asked, self.dossiers = asked, dossiers
        is_judged, of = _places(events["dossier"], dossiers.number)
        if not np.all(is_judged):
            events, of = {name: values[is_judged] for name, values in events.items()}, of[is_judged]
        self._events = events
        self.of = of
        """Of each event the place of its dossier."""
        self.event, self.dossier = events["event"], events["dossier"]
        self.act, self.unit, self.actor, self.role = (
            asked.layout.column(name, events) for name in ("act", "unit", "actor", "role")
        )
        self.has_start, self.start_s = self._moment("begun", "start_s")
        self.has_finish, self.finish_s = self._moment("done", "finish_s")
        self.row = asked.norm.rows(dossiers.edition, of, self.act)
        """Of each event the row of `norm`."""
        self.first = firsts(of)
        """First events of dossiers with events."""
        self.whose = of[self.first]
        """Places of dossiers with events."""

    def __len__(self) -> int:
        return len(self.event)

    def _moment(self, name: str, civil: str) -> tuple[Array, Array]:
        layout, values = self.asked.layout, self._events[name]
        there = ~np.ma.getmaskarray(values)
        if layout.offset_s is None:
            return there, filled(self._events[civil], self.asked.drawn_s)
        civil_s = layout.civil_s(np.ma.getdata(values))
        return there, civil_s if there.all() else np.where(there, civil_s, self.asked.drawn_s)

    @cached_property
    def begun_us(self) -> Array:
        """Starts in microseconds since 1970 UTC."""
        return self.asked.layout.microseconds(np.ma.getdata(self._events["begun"]))

    @cached_property
    def done_us(self) -> Array:
        """Finishes in microseconds since 1970 UTC."""
        return self.asked.layout.microseconds(np.ma.getdata(self._events["done"]))

    @cached_property
    def began(self) -> Array:
        """Starts on the line of work."""
        return self.asked.table.work_until(self.start_s)

    @cached_property
    def finished(self) -> Array:
        """Finishes on the line of work."""
        return self.asked.table.work_until(self.finish_s)

    @cached_property
    def is_backward(self) -> Array:
        """Ended before it started."""
        return self.has_start & self.has_finish & (self.finish_s < self.start_s)

    @cached_property
    def moment_s(self) -> Array:
        """When each event is said to have happened: its finish, else its start."""
        return np.where(self.has_finish, self.finish_s, self.start_s)

    def column(self, name: str, missing: int) -> Array:
        """A column of the events; of one that nobody had anything to say of, what is missing."""
        if name not in self._events:
            return np.full(len(self), missing)
        return filled(self._events[name], missing)

    def flag(self, name: str) -> Array:
        """Whether a flag of the events is set."""
        return self.asked.layout.column(name, self._events)

    def norm(self, name: str) -> Array:
        """What the definitions say of each event: a column of `norm`."""
        return self.asked.norm.columns[name][self.row]

    def having(self, flag: str) -> Array:
        """Places of the events whose step has a flag of `norm`."""
        marked = self.asked.norm.columns[flag]
        return np.flatnonzero(marked[self.row]) if marked.any() else np.empty(0, dtype=np.int64)

    def over(self, ufunc: np.ufunc, values: Array, none: int) -> Array:
        """Of each dossier what a ufunc makes of the values of its events; `none` without events."""
        found = np.full(len(self.dossiers), none, dtype=values.dtype if values.dtype != bool else np.int64)
        if len(self.first):
            found[self.whose] = ufunc.reduceat(values, self.first)
        return found

    def latest(self, at: Array, seconds: Array) -> Array:
        """The latest of some seconds of events at some places, of each dossier; `NO_DUE` for none."""
        found = np.full(len(self.dossiers), NO_DUE, dtype=np.int64)
        np.maximum.at(found, self.of[at], seconds[at])
        return found

    def earliest(self, at: Array, seconds: Array) -> Array:
        """The earliest of some seconds of events at some places, of each dossier; `NO_DUE` for none."""
        found = np.full(len(self.dossiers), LATEST, dtype=np.int64)
        np.minimum.at(found, self.of[at], seconds[at])
        return np.where(found == LATEST, NO_DUE, found)

    def last(self, is_meant: Array) -> Array:
        """The last event that is meant, of each dossier; -1 for none."""
        return self.over(np.maximum, np.where(is_meant, np.arange(len(self)), -1), -1)


def _places(whose: Array, dossiers: Array) -> tuple[Array, Array]:
    """Of each event whether its dossier is among these, and its place there; both in order of dossiers."""
    if not len(whose) or not len(dossiers):
        return np.zeros(len(whose), dtype=bool), np.zeros(len(whose), dtype=np.int64)
    first = firsts(whose)
    counts = np.diff(np.append(first, len(whose)))
    at = np.minimum(np.searchsorted(dossiers, whose[first]), len(dossiers) - 1)
    return np.repeat(dossiers[at] == whose[first], counts), np.repeat(at, counts)
