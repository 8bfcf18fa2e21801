"""What becomes of a finding once it is known: an authority may waive it, for a reason and for a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from iso_audit.model.finding import Finding
from iso_audit.model.place import NOWHERE, Place
from iso_audit.text import Text

LONGEST_WAIVER = dt.timedelta(days=366)
"""What is tolerated longer than a year is the rule of the house and belongs into the requirements."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """The decision to tolerate one finding until a day.

    It covers what it names and no more: a finding at another step or unit needs a waiver of its own.
    `variant` and `requirement` may be left out where one finding alone is meant without them.
    """

    code: str
    procedure: str
    """Id of a procedure, every version of it; or the key of one version."""
    reason: Text
    approved_by: str
    approved_on: dt.date
    until: dt.date
    """Last day on which it holds."""
    step: str = ""
    unit: str = ""
    variant: str = ""
    requirement: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    def fits(self, finding: Finding) -> bool:
        """Whether nothing that it names is otherwise in the finding, whatever the day."""
        return (
            self.is_about(finding)
            and (self.step, self.unit) == (finding.step, finding.unit)
            and self.variant in ("", finding.variant)
            and self.requirement in ("", finding.requirement)
        )

    def is_about(self, finding: Finding) -> bool:
        """Whether the finding has its code and its procedure."""
        return self.code == finding.code and self.procedure in (
            finding.procedure,
            finding.procedure.partition("@")[0],
        )


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver in force covers: listed, but counted for nothing else."""

    finding: Finding
    waiver: Waiver


class Idle(StrEnum):
    """Why a waiver does not hold."""

    EXPIRED = "expired"
    EARLY = "early"
    STALE = "stale"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class IdleWaiver:
    """A waiver that has no effect, and why; `near` are findings like the one it names."""

    waiver: Waiver
    why: Idle
    near: tuple[Finding, ...] = ()
