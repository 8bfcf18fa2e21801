"""A procedure says what must be: steps, flows, limits and the papers around them.

Loading settles everything that is only a way of writing: nested `next` become silent gateways,
messages between parts become flows, words for time become a `Limit`. What is left is one graph.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from iso_audit.model.place import NOWHERE, Place
from iso_audit.text import Text, folded

HOURS_PER_WORKING_DAY = 8
"""1 working day = 8 working hours (NĐ-level practice; provincial decisions print it)."""

_HOUR = 3600
_DAY = HOURS_PER_WORKING_DAY * _HOUR

KINDS = (
    "submit", "receive", "check", "record_scan", "issue_receipt", "request_supplement", "refuse",
    "transfer_in", "assign", "appraise", "field_check", "consult", "financial_obligation",
    "draft_result", "review", "approve_sign", "number_stamp", "transfer_out", "return_result",
    "archive", "notify", "apologise", "stop", "withdraw", "post", "other", "route",
)  # fmt: skip
"""What a step may be; `other` is real work that no rule asks for, `route` a silent gateway."""

EXTENTS = ("full", "steps", "drawing")
"""How much of a procedure its source could show: all of it, a printed step table, a drawing."""


class TimeUnit(StrEnum):
    """How a limit counts: working hours, working days, clock hours, calendar days."""

    WORKING_HOUR = "wh"
    WORKING_DAY = "wd"
    HOUR = "h"
    DAY = "d"

    @property
    def is_working(self) -> bool:
        """Working hours and working days are one family (8 h); the other two run on the wall clock."""
        return self in _WORKING


# to look up a member of an enumeration takes long, and every step of every procedure is asked
_WORKING = (TimeUnit.WORKING_HOUR, TimeUnit.WORKING_DAY)
_IN_DAYS = (TimeUnit.WORKING_DAY, TimeUnit.DAY)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take; `printed` keeps the words of the document.

    `value` None means words without a number ("Không quy định"): nothing is promised. Zero
    with words ("Không tính thời gian") is the accepted way to say that a step is not timed.
    """

    value: Fraction | None
    unit: TimeUnit = TimeUnit.WORKING_DAY
    printed: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def working_seconds(self) -> int | None:
        """Seconds of work for `wh` and `wd`; None for wall-clock units and for words alone."""
        return None if self.unit not in _WORKING else self.nominal_seconds

    @property
    def nominal_seconds(self) -> int | None:
        """Seconds when every day counts 8 hours and every hour counts 1, to compare printed numbers.

        Says nothing about calendar days; used where a table's own arithmetic is checked.
        """
        value = self.value
        if value is None:
            return None
        return value.numerator * (_DAY if self.unit in _IN_DAYS else _HOUR) // value.denominator

    def exceeds(self, other: Limit) -> bool | None:
        """Whether this is longer than `other` on any calendar; None where only a calendar can tell.

        Across the two families only what is certain is said: ten working days are never shorter
        than ten calendar days, nor ten calendar days longer than ten working days.
        """
        own, bound = self.nominal_seconds, other.nominal_seconds
        if own is None or bound is None or self.value is None or other.value is None:
            return None
        if self.unit.is_working and other.unit.is_working:
            return own > bound
        if self.unit.is_working:
            return True if own > bound else None
        if other.unit.is_working:
            return False if own <= bound else None
        hours = {TimeUnit.DAY: 24, TimeUnit.HOUR: 1}
        return self.value * hours[self.unit] > other.value * hours[other.unit]


class Split(StrEnum):
    """How a run leaves a step: along one flow, along all, or along some."""

    ONE = "one"
    ALL = "all"
    SOME = "some"


class Join(StrEnum):
    """How runs enter a step: each arrival by itself, after all, or after those still to come."""

    ANY = "any"
    ALL = "all"
    SOME = "some"


class StepClock(StrEnum):
    """What the dossier's clock does at a step (see `model.clock`)."""

    RUNS = "runs"
    PAUSED = "paused"
    RESTARTS = "restarts"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a run goes next; `outcome` names the choice, `case` binds it to a case of the dossier."""

    to: str
    outcome: str = ""
    case: str = ""
    place: Place = field(default=NOWHERE, compare=False)
    message: str = ""
    """Name of the message that travels here from part to part; empty for an ordinary flow."""


@dataclass(frozen=True, slots=True)
class Call:
    """The procedure that a step is carried out as."""

    procedure: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure, human work or a silent gateway (`kind: route`)."""

    id: str
    name: Text
    kinds: tuple[str, ...] = ()
    number: str = ""
    """The number as printed; never the key of a step."""
    role: str = ""
    unit: str = ""
    part: str = ""
    """The part of a linked procedure that this step belongs to."""
    limit: Limit | None = None
    stated_limit: Limit | None = None
    """A time that the step's own wording states, beside or against its time cell."""
    records: tuple[str, ...] = ()
    clock: StepClock | None = None
    """None where the file says nothing: then the pack's word for the step's kind holds, else `runs`."""
    at_most: int | None = None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    control: bool = False
    negotiable: bool = False
    anytime: bool = False
    """May happen at any moment, outside the graph (apologise, stop, withdraw)."""
    submits_to: tuple[str, ...] = ()
    """Authorities (role ids) to whom the step's own text says it submits the file."""
    no_reply: str = ""
    """What happens when a consulted body does not answer: `agreed`, or words."""
    split: Split = Split.ONE
    deferred: bool = False
    """Of a choice: it is made by what comes first (a reply, a deadline), not by who carries out the step."""
    join: Join = Join.ANY
    flows: tuple[Flow, ...] = ()
    within: str = ""
    """The sub-procedure that this step is a part of: the id of its silent first gateway."""
    element: str = ""
    """The BPMN element it was read from, as `userTask` or `boundaryEvent:timer`; empty: its kind's own."""
    calls: Call | None = None
    """Set only until loading has put the called procedure's steps in its place (`workspace.calls`)."""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def is_silent(self) -> bool:
        """A gateway that nobody carries out and no log shows."""
        return self.kinds == ("route",)

    def is_a(self, kind: str) -> bool:
        return kind in self.kinds


@dataclass(frozen=True, slots=True)
class LimitGroup:
    """One limit shared by several steps (a merged time cell), counted once."""

    steps: tuple[str, ...]
    limit: Limit
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One agency's part of a linked procedure, with its own limit."""

    id: str
    unit: str = ""
    limit: Limit | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in force, both ends included; None is open."""

    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def overlaps(self, other: Period) -> bool:
        starts = self.first is None or other.last is None or self.first <= other.last
        return starts and (other.first is None or self.last is None or other.first <= self.last)


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A legal document that the procedure cites, with the days it was in force."""

    ref: str
    article: str = ""
    in_force: Period = Period()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """A prescribed form: its number in the regulation that prescribes it."""

    number: str
    ref: str
    name: Text = Text()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """The document control block (ISO 9001:2015, 7.5.2 and 7.5.3)."""

    number: str = ""
    date: dt.date | None = None
    prepared_by: str = ""
    checked_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    changes: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision by which an authority published or approved the procedure: its provenance."""

    number: str
    date: dt.date | None = None
    authority: str = ""
    note: Text = Text()


@dataclass(frozen=True, slots=True)
class Announcement:
    """The limits by which the authority announced a procedure (quyết định công bố)."""

    code: str
    limits: Mapping[str, Limit]
    ref: str
    in_force: Period = Period()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Separation:
    """Duties that one person may not hold both, as kinds or step ids."""

    of: tuple[str, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of another format that is carried along unread, so that writing it again loses nothing."""

    of: str
    """Id of the step it belongs to; empty: of the procedure as a whole."""
    xml: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Procedure:
    """One version of a procedure: what must be, between `in_force.first` and `in_force.last`."""

    id: str
    steps: tuple[Step, ...]
    title: Text = Text()
    code: str = ""
    level: str = ""
    owner: str = ""
    """Unit id of the process owner (lead agency)."""
    authority: str = ""
    """Role id of the competent authority who signs the result."""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """Case of the dossier -> whole limit; the key "default" is the ordinary case.

    The id of an end (say, of the refusal) in place of a case: the limit of the runs that lead there.
    """
    in_force: Period = Period()
    legal_basis: tuple[LegalBasis, ...] = ()
    separation: tuple[Separation, ...] = ()
    start: str = ""
    limit_groups: tuple[LimitGroup, ...] = ()
    parts: tuple[Part, ...] = ()
    outside: tuple[str, ...] = ()
    """Messages that the world outside is assumed to deliver."""
    extent: str = "full"
    """One of `EXTENTS`."""
    time_header: str = ""
    """Head of a printed table's time column, whose unit corrects the cells ("ngày làm việc" over "ngày")."""
    same_day: bool = False
    cutoff: dt.time | None = None
    cutoff_effect: str = "none"
    """`none`, `handover` or `start_next_working_day`."""
    ways: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    conditions: tuple[str, ...] = ()
    fee: str = ""
    result: str = ""
    version: Version | None = None
    decision: Decision | None = None
    kept: tuple[Kept, ...] = ()
    part_of: tuple[str, ...] = field(default=(), compare=False)
    """Ids of the procedures that call it as a part of themselves; only where it has no code of its own."""
    keys: frozenset[str] = frozenset()
    """The keys that the file wrote: an empty list that was written differs from one that is absent."""
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def is_partial(self) -> bool:
        """Whether its source cannot show all of it, so that what is missing proves nothing."""
        return self.extent != "full"

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Step, ...]]:
        steps: dict[str, list[Step]] = {}
        for step in self.steps:
            for kind in step.kinds:
                of_it = steps.setdefault(kind, [])
                if not of_it or of_it[-1] is not step:
                    of_it.append(step)
        return {kind: tuple(of_it) for kind, of_it in steps.items()}

    @property
    def key(self) -> str:
        """Names one version among all: `id` or `id@first-day`."""
        return f"{self.id}@{self.in_force.first}" if self.in_force.first else self.id

    @property
    def limit(self) -> Limit | None:
        """The whole limit of the ordinary case."""
        return self.limits.get("default")

    def of_kind(self, *kinds: str) -> tuple[Step, ...]:
        """Steps that are at least one of `kinds`, in the order of the file."""
        wanted = self._by_kind.keys() & kinds
        if len(wanted) < 2:
            return self._by_kind[wanted.pop()] if wanted else ()
        return tuple(step for step in self.steps if not wanted.isdisjoint(step.kinds))

    @cached_property
    def _ids_by_kind(self) -> dict[str, frozenset[str]]:
        return {kind: frozenset([step.id for step in of_it]) for kind, of_it in self._by_kind.items()}

    def ids_of(self, kind: str) -> frozenset[str]:
        """Ids of the steps of a kind as a set, with which rules compare what happened to each dossier."""
        return self._ids_by_kind.get(kind, frozenset())

    def meant(self, name: str) -> tuple[Step, ...]:
        """Steps that a requirement means by a step id or a kind; a step id wins."""
        found = self._meant.get(name)
        if found is None:
            found = self._meant[name] = (self.by_id[name],) if name in self.by_id else self.of_kind(name)
        return found

    @cached_property
    def _meant(self) -> dict[str, tuple[Step, ...]]:
        """What names meant that were asked for."""
        return {}

    def form_of(self, record: str) -> Form | None:
        """The listed form that a record is: by its name, else by its number."""
        said = folded(record)
        for form in self.forms:
            if any(name and folded(name) in said for name in (form.name.vi, form.name.en)):
                return form
        return next((form for form in self.forms if form.number.lower() in said.split()), None)
