"""What a comparison prints, as values: every word in its language, every number as it is read."""

from __future__ import annotations

from dataclasses import dataclass

from iso_audit.report.words import Words


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One measure: today, proposed, the difference with its interval, and what may be said."""

    label: str
    unit: str
    as_is: str
    to_be: str
    difference: str
    relative: str
    interval: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """What becomes of one step."""

    number: str
    step: str
    role: str
    fate: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a change is not made: in words, with the law where a rule says so."""

    change: str
    reason: str
    code: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """What happens to the headline measures when an assumption is varied."""

    factor: str
    cells: tuple[tuple[str, str], ...]
    """(difference, verdict) of each headline measure."""
    flips: str


@dataclass(frozen=True, slots=True)
class Told:
    """One finding, new or gone."""

    code: str
    grade: str
    grade_said: str
    said: str


@dataclass(frozen=True, slots=True)
class CostRow:
    """One work of the citizen, or a sum of them."""

    label: str
    cells: tuple[str, ...]
    is_total: bool = False


@dataclass(frozen=True)
class ProposalView:
    """One proposal as the report prints it."""

    number: int
    title: str
    conclusion: str
    is_lawful: bool
    is_simulated: bool
    changes: tuple[tuple[str, str], ...]
    """(what, why)."""
    structure: tuple[tuple[str, str, str, str], ...]
    """(what, today, proposed, difference)."""
    steps: tuple[StepRow, ...] = ()
    """Those that do not stay as they are."""
    assumed: tuple[str, ...] = ()
    """What somebody has to confirm."""
    kept: str = ""
    refused: tuple[Refused, ...] = ()
    effects: tuple[EffectRow, ...] = ()
    forest: str = ""
    curves: str = ""
    has_limit: bool = False
    """The curves show the limit."""
    roles: tuple[tuple[str, ...], ...] = ()
    """Role; today, proposed, difference of its utilisation; the same of waiting for it."""
    busy: str = ""
    sensitivity_heads: tuple[str, ...] = ()
    sensitivities: tuple[SensitivityRow, ...] = ()
    new_findings: tuple[Told, ...] = ()
    gone_findings: tuple[Told, ...] = ()
    log_findings: tuple[Told, ...] = ()
    pictures: tuple[tuple[str, str], ...] = ()
    """(caption, SVG)."""
    legend: str = ""
    """An SVG."""
    is_wide: bool = False
    cost: tuple[CostRow, ...] = ()


@dataclass(frozen=True)
class CalibrationView:
    """Where the numbers come from, and how well they foretell."""

    lead: str
    fitted: tuple[tuple[str, ...], ...]
    """(what, of what, observations, value, shape)."""
    hold_out_lead: str
    hold_out: tuple[tuple[str, ...], ...]
    """(measure, observed, simulated, error, goal, noise, verdict)."""
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class SearchView:
    """What a search looked at, and what it may not propose."""

    lead: str
    apart: tuple[str, ...]
    """Finds that rest on something the owner has to settle."""
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class SimulationView:
    """The whole comparison."""

    words: Words
    lang: str
    parent: str
    office: str
    number: str
    place_date: str
    subject: str
    stamp: str
    about: tuple[tuple[str, str], ...]
    summary_heads: tuple[str, ...]
    summary: tuple[tuple[str, ...], ...]
    proposals: tuple[ProposalView, ...]
    loads: tuple[tuple[str, str, str, str], ...]
    """(role, people, offered hours a week, utilisation) of today."""
    role_names: dict[str, str]
    assumptions: tuple[str, ...]
    calibration: CalibrationView | None
    search: SearchView | None
    signer: str
    signer_name: str
    recipients: tuple[str, ...]
    version: str
    digest: str
    created: str
