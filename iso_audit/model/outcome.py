"""What one audit amounts to: a value from which every output is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from iso_audit.model.calendar import Calendar
from iso_audit.model.finding import Finding, OpenItem, RuleFailure, Tally
from iso_audit.model.log import Intake
from iso_audit.model.measure import Measures
from iso_audit.model.nonconformity import IdleWaiver, Waived, Waiver
from iso_audit.model.organisation import Organisation
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Announcement, Procedure
from iso_audit.model.requirement import Pack
from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Settings:
    """What `iso-audit.yaml` says: who audits whom, on what day, by which packs and calendar."""

    office: Text = Text()
    """The issuing agency, as the head of a report prints it."""
    parent: Text = Text()
    """The agency above it."""
    place: Text = Text()
    """Where the report is dated."""
    report_number: str = ""
    audit_date: dt.date = dt.date(2026, 1, 1)
    period: tuple[dt.date, dt.date] | None = None
    """First and last day of receipt that the audit covers; None: the whole log."""
    client: Text = Text()
    auditees: tuple[Text, ...] = ()
    team: tuple[Text, ...] = ()
    participants: tuple[Text, ...] = ()
    objectives: Text = Text()
    scope: Text = Text()
    locations: Text = Text()
    divergent_opinions: Text = Text()
    signer: Text = Text()
    """Function of the person who signs the report."""
    signer_name: str = ""
    recipients: tuple[Text, ...] = ()
    calendar: str = ""
    packs: tuple[str, ...] = ()
    log: str = ""
    """Default log of `audit`, relative to the workspace."""
    mapping: str = ""
    seed: int = 0
    grading: Mapping[str, object] = field(default_factory=dict)
    place_read: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that was read of a workspace: the values the audit needs."""

    root: str
    settings: Settings
    organisation: Organisation
    calendars: Mapping[str, Calendar]
    packs: tuple[Pack, ...]
    """Those that the settings name, in that order."""
    procedures: tuple[Procedure, ...]
    """Every version, in order of id and first day in force."""
    other_packs: tuple[Pack, ...] = ()
    """Those that lie in the workspace and are not applied, as a coming edition of a standard."""
    announced: Mapping[str, tuple[Announcement, ...]] = field(default_factory=dict)
    """Procedure code -> announcements."""
    waivers: tuple[Waiver, ...] = ()
    remarks: tuple[Remark, ...] = ()
    files: tuple[str, ...] = ()
    """Paths that were read, relative to `root`, for the list of inputs."""

    @property
    def calendar(self) -> Calendar:
        return self.calendars[self.settings.calendar]


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input of a run, with its hash: who doubts a figure can repeat it."""

    role: str
    """`settings`, `procedure`, `calendar`, `pack`, `organisation`, `log`, `mapping` ..."""
    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a drawing that was read: an observation beside the findings."""

    slug: str
    """`unread` for what was not read as meaning, else the name of the habit of drawing."""
    what: Text
    of: str = ""
    """Id of the element of the drawing."""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class RunCard:
    """Provenance of a run."""

    program_version: str
    catalogue_sha256: str
    audit_date: dt.date
    seed: int
    inputs: tuple[InputFile, ...]
    packs: tuple[str, ...]
    questions: int
    """Requirements that were put to at least one procedure or dossier."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings and all that stands behind them; `report` makes every output from this value alone."""

    card: RunCard
    findings: tuple[Finding, ...]
    """Gravest first, then code, procedure, unit, step; those that are waived stand in `waived`."""
    open_items: tuple[OpenItem, ...]
    tallies: tuple[Tally, ...]
    failures: tuple[RuleFailure, ...] = ()
    intake: Intake | None = None
    measures: Measures = field(default_factory=Measures)
    mapping_note: Text = Text()
    notes: tuple[Text, ...] = ()
    """Assumptions and settings of the mapping that the report must print."""
    unit_dossiers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(procedure id, unit) -> dossiers examined, for grading and denominators."""
    executions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(procedure key, step) -> times the log shows it; empty where there is no log."""
    waived: tuple[Waived, ...] = ()
    idle_waivers: tuple[IdleWaiver, ...] = ()
    remarks: tuple[Remark, ...] = ()
    """About the drawings that were read, in the order of their files."""
