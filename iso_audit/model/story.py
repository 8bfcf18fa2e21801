"""What happened to one dossier, event by event, as a log tells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from iso_audit.model.nonconformity import Waiver
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Execution:
    """One event of a dossier; a moment or person that the log does not give is None or empty."""

    step: str
    """Step id; the activity as written where no step answers to it."""
    is_known: bool = True
    unit: str = ""
    role: str = ""
    actor: str = ""
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    worked_seconds: int | None = None
    """Working time from start to finish."""
    limit: Limit | None = None
    document: str = ""
    new_appointed_at: dt.datetime | None = None
    """The return date that an apology promised."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """A stretch in which the dossier's clock stood; `anew`: at its end the limit began again."""

    begin: dt.datetime
    end: dt.datetime
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Deviation:
    """A breach that the audit found at this dossier."""

    code: str
    rule: str
    requirement: str
    variant: str = ""
    step: str = ""
    position: int | None = None
    """Index of the execution that shows it; None where it is about the dossier."""
    unit: str = ""
    """The unit whose finding it belongs to."""
    waiver: Waiver | None = None
    """The decision to tolerate that finding, where one is in force."""


@dataclass(frozen=True, slots=True)
class Story:
    """One dossier: what it was, what was done, when it was due and why, and what went wrong."""

    dossier: str
    procedure: Procedure
    case: str = ""
    unit: str = ""
    channel: str = ""
    status: str = ""
    received_at: dt.datetime | None = None
    appointed_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    due_day: dt.date | None = None
    """The legal day of `due_at`: a result on a day before it is early."""
    is_overdue: bool | None = None
    """Finished, or still unfinished where the log ends, after the due date; None where there is none."""
    is_finished: bool = False
    """It came to an end, even where nobody knows when."""
    is_closed: bool = False
    """No further step is to come."""
    is_broken_off: bool = False
    """It ended without a result: turned away, withdrawn or stopped."""
    finished_at: dt.datetime | None = None
    drawn_up_at: dt.datetime | None = None
    """Where the log ends: an unfinished dossier is judged by what it was then."""
    used_seconds: int | None = None
    """Working time from receipt to the finish, or to where the log ends, without standstills."""
    derivation: Text = Text()
    """How the due date came about."""
    executions: tuple[Execution, ...] = ()
    standstills: tuple[Standstill, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    is_told_twice: bool = False
    """The source gives this id to two dossiers; they cannot be told apart, so this is both in one."""
