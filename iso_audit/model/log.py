"""The columns of a log, of its facts and of its counts: the words engine and rules share.

A log is two tables. `dossiers` may be absent: then receipt is the start of the first event and
the finish is that of the last step that has a limit (design, section 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from iso_audit.model.calendar import Calendar
from iso_audit.model.organisation import Organisation
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Limit, Procedure, StepClock
from iso_audit.text import Text

DOSSIER_COLUMNS: Mapping[str, str] = {
    "dossier_id": "text", "procedure": "text", "unit": "text", "channel": "text", "case": "text",
    "received_at": "instant", "appointed_at": "instant", "due_at": "instant",
    "finished_at": "instant", "returned_at": "instant", "status": "text",
}  # fmt: skip

EVENT_COLUMNS: Mapping[str, str] = {
    "dossier_id": "text", "procedure": "text", "step": "text", "actor": "text", "role": "text",
    "unit": "text", "started_at": "instant", "finished_at": "instant", "document": "text",
    "reason": "text", "new_appointed_at": "instant",
}  # fmt: skip

STATUSES = (
    "registered", "received", "not_accepted", "processing", "supplement", "financial", "withdrawn",
    "stopped", "finished", "returned",
)  # fmt: skip
"""The ten states of the national synchronisation message, codes 1 to 10 in this order."""

REPORTED_FIGURES = ("received", "finished", "on_time", "overdue")
"""What a table of reported numbers may hold: dossiers received in a month, and those finished in it."""
REPORTED_COLUMNS: Mapping[str, str] = dict.fromkeys(("procedure", "unit", "month", *REPORTED_FIGURES), "text")

EVENT_FACTS: Mapping[str, str] = {
    "late": "working time used by the step is over its own limit; 2 where there is no start",
    "overdue": "a late step of a dossier that is itself overdue (2: no due date); 0 where not late",
    "wrong_role": "the acting role may not carry out the step (2: no role in the log)",
    "undocumented": "no document number at a step that must give one (2: the log has no such column)",
    "unexplained": "no reason at a step that must give one (2: the log has no such column)",
    "no_new_date": "an apology without a new appointed date (2: the log has no such column)",
    "no_actor": "no actor (2: the log has no such column)",
    "no_moment": "start or finish is missing (2: the log has no start column)",
    "off_hours": "finished outside working and reception hours (2: no finish, or a day without an hour)",
    "backwards": "finished before it started (2: start or finish is missing, which is for PRC-05 to tell)",
    "future": "finished after the log was drawn up",
    "after_due": "a stop of the clock that began after the dossier's due date so far (2: no due date)",
    "early_enough": "an apology on or before the day `apology_lead` before the due day (2: no due date)",
    "returned_before_signed": "a signing step that finished after the result had been returned",
    "slow_handover": "a hand-over later than INT-06 allows (2: no channel in the log)",
    "stagnant": "nothing was recorded after it for longer than `stagnant_after` (2: the next has no start)",
    "batch": "one of many dossiers that one person closed in a row within seconds (2: no person, no second)",
    "elsewhere": "within seconds the same person closed a dossier in another unit (2: no person, no second)",
    "round": "on the quarter hour, as nearly all of this person's times at the step (2: no person, no hour)",
}
"""Outside the steps that a fact is about it is 0, so that facts which nobody asks for do not split kinds."""

DOCUMENTED_KINDS = (
    "receive", "issue_receipt", "request_supplement", "refuse", "financial_obligation", "apologise",
    "stop", "withdraw",
)  # fmt: skip
"""Kinds of step at which `undocumented` is asked: a numbered form goes to the applicant."""

EXPLAINED_KINDS = ("request_supplement", "refuse", "apologise", "stop", "withdraw")
"""Kinds of step at which `unexplained` is asked: the form must give a reason."""

DOSSIER_FACTS: Mapping[str, str] = {
    "overdue": "finished, or still unfinished when drawn up, after the due date (2: no due date)",
    "undue": "unfinished and not yet due when the log was drawn up",
    "appointed_later": "the appointed day is after the due day with and without pauses (2: none in the log)",
    "appointed_differs": "the appointed day is no due day, with or without pauses (2: none in the log)",
    "given_due_differs": "the due date given by the source is not the computed one (2: none given)",
    "code_malformed": "the dossier code fits no pattern in force on its day of receipt (2: none in force)",
    "code_other_day": "the date in the dossier code is not the day of receipt (2: no date in the code)",
    "code_twice": "another dossier of the same unit and day carries the same code or number",
    "closed": "no further step is to come: end step, final state or return; finished, if the log keeps none",
    "broken_off": "ended without a result: not accepted, withdrawn or stopped, by status or last event",
    "promise_beyond": "was apologised for with a new date",
    "promise_broken": "finished, or still unfinished when drawn up, after that day (2: no such date)",
    "status_unlike_events": "the events do not bear out the status (2: no status in the log)",
    "given_due_later": "the due date given by the source is later than the computed one (2: none given)",
    "at_limit": "finished in the last minute of the time allowed, as many of the unit (2: no due date)",
    "unregistered": "not in the office's register (2: none given, or it does not reach the day of receipt)",
    "register_received": "the register has another day of receipt (2: one of them has none; so below)",
    "register_appointed": "the register has another appointed day",
    "register_finished": "the register has another day of the result, or has one while the log has none",
    "register_returned": "the register has another day of return",
    "register_status": "the register has another state",
}
"""Beside these `same_person:a|b` for each pair of duties held apart: one did both (2: actor missing), and
the fact of each `Demand` (2: role, moment or channel missing)."""

SAME_PERSON = "same_person"
"""The family of facts that PRC-04 reads; `same_person_fact` names a member."""


def same_person_fact(first: str, second: str) -> str:
    """Name the dossier fact that says whether one person held both duties."""
    return f"{SAME_PERSON}:{first}|{second}"


DEMAND = "demand"
"""The family of facts that requirements ask for by their own words; `Demand.fact` names a member."""


class Asks(StrEnum):
    """What a demand is about, where it is more than a role or the time between two steps."""

    DESK = "desk"
    """Some `first` was done in a specialised unit and not by the desk, whose role is `role`."""
    THROUGH_DESK = "through-desk"
    """The same of a `first` after a `second`, where not even what the office did next was at the desk."""
    WAITING = "waiting"
    """From the last `first` to the day the log was drawn up it is longer than `limit`."""
    EARLY = "early"
    """The last `first` came more than `limit` before the appointed day, and no `second` before that day."""
    UNTOLD = "untold"
    """The clock stood at a `first` after a `second`, which moved the due day; no new date was recorded."""
    LATER = "later"
    """The new date is later than the day that the due day moved to."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a requirement asks of who carried out `first`, or of the time from it to the next `second`.

    Its fact is 1 where some execution of `first` was in another role than `role`, or where some
    execution of `first` and the first end of a `second` after it lie further apart than `limit`.
    What else may be asked says `Asks`.
    """

    first: tuple[str, ...]
    """Kinds or step ids of which any is meant."""
    second: tuple[str, ...] = ()
    role: str = ""
    limit: Limit | None = None
    online: bool | None = None
    """Only of dossiers handed in electronically, or on paper; None: of all. The fact of the others is 3."""
    unless: tuple[str, ...] = ()
    """A `second` that comes only after one of these is not meant."""
    asks: Asks | None = None

    @property
    def fact(self) -> str:
        """Name of the dossier fact that says whether the demand was not met."""
        bound = self.role or (f"{self.limit.value} {self.limit.unit}" if self.limit is not None else "")
        way = {None: "", True: ":online", False: ":paper"}[self.online]
        more = f":{self.asks or ''}:{'|'.join(self.unless)}" if self.asks or self.unless else ""
        return f"{DEMAND}:{'|'.join(self.first)}>{'|'.join(self.second)}:{bound}{way}{more}"


@dataclass(frozen=True, slots=True)
class Cut:
    """A column cut out of another one by a pattern with one group."""

    source: str
    pattern: str


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one table of a source becomes ours: our column -> the source's column, a cut or a constant."""

    columns: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogMapping:
    """Everything a mapping file settles about a log (design, section 6)."""

    id: str
    events: TableMapping
    dossiers: TableMapping | None = None
    dossiers_from: str = ""
    """`attributes` for XES trace attributes, `events` where every event repeats them, a file name for a
    second table, empty for none."""
    register: TableMapping | None = None
    """The office's own register of dossiers, which the log is compared with; columns as in `dossiers`."""
    register_from: str = ""
    reported: TableMapping | None = None
    """Numbers that were reported upward, which are counted again."""
    reported_from: str = ""
    steps: Mapping[str, str] = field(default_factory=dict)
    """Activity as written -> step id; anything unmapped is looked up as a step id."""
    roles: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    """Activities that are declared as no step."""
    procedure: str = ""
    """Procedure of every dossier, where the source has no such column."""
    dates: tuple[str, ...] = ()
    """Date formats (strptime) tried in order; ISO 8601 is always tried."""
    object_type: str = ""
    """Type of object that is the dossier, in a log of objects (OCEL); empty: the one most events name."""
    zone: str = ""
    """Time zone of instants without an offset; empty: the calendar's."""
    start: str = ""
    """`previous_finish` for logs that have only completion times."""
    due: str = "computed"
    """`computed`, or `given` where the source's due date is the one that counts."""
    drawn_up_at: dt.datetime | None = None
    note: Text = Text()
    """Said in the report, e.g. that the log is synthetic."""
    encoding: str = ""
    delimiter: str = ""
    dossiers_together: bool = False
    """All rows of a dossier stand together: in a file that breaks off all are whole but the last."""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of a source that could not be used, with the reason; nothing is dropped silently."""

    file: str
    row: int
    column: str
    value: str
    reason: str
    """Key: `no-dossier`, `bad-date`, `no-step`, `no-procedure`, `duplicate`, `contradicts`, `bad-row`,
    `no-finish`, `bad-number`, `bad-month`, `cut-off`."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """A packed log that breaks off: what was read of it; what was lost nobody knows."""

    file: str
    rows: int
    """Events read before the end."""
    size_bytes: int
    """Unpacked, of what was read."""
    left_out: int
    """Rows of the last dossier, which may have had more of them."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read of a log: rows in = kept + refused + ignored, for events and for dossiers."""

    rows: int = 0
    """Rows of all tables, each once, even where events and dossiers are read from the same ones."""
    event_rows: int = 0
    events_kept: int = 0
    events_ignored: int = 0
    dossier_rows: int = 0
    dossiers_kept: int = 0
    dossiers_without_procedure: int = 0
    dossiers_outside_period: int = 0
    """Received before or after the days that the audit covers."""
    dossiers_open: int = 0
    register_rows: int = 0
    register_kept: int = 0
    reported_rows: int = 0
    reported_kept: int = 0
    refused_count: int = 0
    refused: tuple[Refused, ...] = ()
    """The first ones; the whole list goes to a file."""
    refused_reasons: Mapping[str, int] = field(default_factory=dict)
    unknown_activities: Mapping[str, int] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    """`events.actor`, `dossiers.appointed_at` ...: columns that hold at least one value."""
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    drawn_up_at: dt.datetime | None = None
    cut_off: CutOff | None = None
    """None: the whole log was read."""

    @property
    def dossiers_examined(self) -> int:
        """Dossiers that questions were put to."""
        return self.dossiers_kept - self.dossiers_without_procedure - self.dossiers_outside_period


@dataclass(frozen=True, slots=True)
class FactParameters:
    """What the packs in force in one era say about facts; taken from the parameters of their requirements."""

    clocks: Mapping[str, StepClock] = field(default_factory=dict)
    """Kind of step -> what the clock does there unless the procedure says otherwise."""
    apology_lead: Limit | None = None
    code_patterns: tuple[str, ...] = ()
    """Regular expressions, any of which a dossier code may fit; a group `day` holds YYMMDD."""
    apart: tuple[str, ...] = ("appraise", "approve_sign")
    """Duties that one person may not hold two of, beside those that the procedure itself holds apart."""
    handover_cutoff: dt.time | None = None
    """Receipts after this time may be handed over by `handover_grace` on the next working day."""
    handover_grace: Limit | None = None
    paper_handover_max: Limit | None = None
    stagnant_after: Limit | None = None
    """Working time in which somebody has to touch a dossier."""
    batch_kinds: tuple[str, ...] = ()
    """Kinds of steps at which each dossier has to be looked at by itself."""
    batch_of: int = 0
    """So many dossiers closed in a row by one person are a batch; 0: nobody asks."""
    batch_seconds: int = 0
    """Closings that are at most so far apart are in a row."""
    round_of: int = 0
    """So many times of one person at one step tell whether they are round; 0: nobody asks."""
    round_percent: int = 100
    at_limit_of: int = 0
    """So many dossiers of one unit finished in their last minute are no chance; 0: nobody asks."""
    at_limit_percent: int = 100
    pairs: tuple[tuple[str, str], ...] = ()
    """Further pairs of duties held apart, each by itself."""
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything but the log that facts depend on."""

    procedures: tuple[Procedure, ...]
    organisation: Organisation
    calendar: Calendar
    eras: tuple[dt.date, ...] = ()
    """First days of the eras after era 0; a dossier's era: how many of them are on or before its receipt."""
    parameters: Mapping[tuple[str, int], FactParameters] = field(default_factory=dict)
    """(procedure key, era) -> parameters; a pair that is absent has the defaults of FactParameters."""
    drawn_up_at: dt.datetime | None = None
    """Moment that bounds unfinished dossiers: the mapping's, else the audit date's end."""
    period: tuple[dt.date, dt.date] | None = None
    """First and last day of receipt that the audit covers; None: all."""


class Judgement(NamedTuple):
    """What a hook said of one kind or trace: rows of the table that the engine joins back to dossiers.

    `subject` is the id of the EventKind, DossierKind or Trace; `question` an index into the
    audit's list of (code, requirement); `position` the symbol of a trace that shows the breach.
    """

    subject: int
    question: int
    step: str
    checked: int
    failed: int
    open: int
    reason: str = ""
    grade: str = ""
    position: int | None = None
