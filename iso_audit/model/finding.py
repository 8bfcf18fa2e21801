"""What the audit found: immutable, the machine's, few; the evidence behind it is a table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from iso_audit.model.place import NOWHERE, Place


class Grade(StrEnum):
    """How grave a nonconformity is (ISO words); `Grade.rank` orders them, 0 the gravest."""

    MAJOR = "major"
    MINOR = "minor"
    OBSERVATION = "observation"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {grade: rank for rank, grade in enumerate(Grade)}


class Verdict(StrEnum):
    """What came of asking a question; `open` is never turned into `pass`."""

    PASS = "pass"
    FAIL = "fail"
    OPEN = "open"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence shown with a finding: a dossier (or a definition) and its facts."""

    dossier: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """The breaches of one requirement at one place of the office, from one count.

    A finding is one per (code, requirement, procedure, unit, step); that key, hashed, is its
    fingerprint, so that next year's audit can say "again".

    `failed` and `checked` are numerator and denominator of the same count (1 of 1 on a
    definition). `facts` hold what the statement needs, by name, unformatted (seconds as int
    under `*_seconds`, days as `datetime.date`, limits as `Limit`, step ids as str under
    `step*`, runs as tuples of step ids under `run*`). `ground` names the rule of grading that
    gave `grade` (see `judgement.grade`); `base_grade` is what the requirement says.
    """

    code: str
    rule: str
    requirement: str
    grade: Grade
    procedure: str
    unit: str = ""
    step: str = ""
    failed: int = 1
    checked: int = 1
    base_grade: Grade = Grade.MINOR
    ground: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    exhibits: tuple[Exhibit, ...] = ()
    place: Place = NOWHERE
    variant: str = ""
    """Tells apart several breaches of one requirement at one step of a definition (a pair, a case)."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that stay the same from audit to audit."""
        procedure = self.procedure.split("@")[0]
        key = "\x1f".join((self.code, self.requirement, procedure, self.unit, self.step, self.variant))
        return hashlib.sha256(key.encode()).hexdigest()[:16]

    @property
    def on_definition(self) -> bool:
        return self.code.startswith("DEF-")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A question that could not be decided: what, where, how many, and why."""

    code: str
    rule: str
    requirement: str
    procedure: str
    reason: str
    """Key of the reason, e.g. `no-column`; `facts` fill its words."""
    step: str = ""
    count: int = 1
    facts: Mapping[str, object] = field(default_factory=dict)


class Tally(NamedTuple):
    """One count of one question: how many it could be put to, failed and could not tell.

    There may be a hundred thousand: a tuple is made in a third of the time of a data class.
    """

    code: str
    rule: str
    requirement: str
    procedure: str
    unit: str
    step: str
    month: str
    """`YYYY-MM` of receipt; empty on definitions."""
    channel: str
    """How dossiers came in, as the log calls it; empty on definitions and where it does not say."""
    checked: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that crashed: our fault, exit code 3; the other rules still ran."""

    code: str
    rule: str
    procedure: str
    message: str
