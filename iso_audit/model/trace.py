"""What the engine puts before a rule: each distinct thing once, with how many dossiers share it.

A fact is a small number: 0 no, 1 yes, 2 the log cannot tell; of some questions 3, not asked of this
dossier. `*_FACTS` of `model.log` say which facts there are and what each means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iso_audit.model.finding import Exhibit
from iso_audit.model.procedure import Procedure

NO, YES, CANNOT_TELL, NOT_ASKED = range(4)


@dataclass(frozen=True, slots=True)
class EventKind:
    """A distinct (procedure version, era, step, facts) with the number of its events.

    `step` may be "" for an activity that no step answers to.
    """

    id: int
    procedure: Procedure
    era: int
    step: str
    facts: Mapping[str, int]
    count: int = 1


@dataclass(frozen=True, slots=True)
class DossierKind:
    """A distinct (procedure version, era, case, dossier facts) with the number of its dossiers."""

    id: int
    procedure: Procedure
    era: int
    case: str
    facts: Mapping[str, int]
    finished: bool
    """The dossier has reached an end: a final status, or an end step of the procedure."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Symbol:
    """One event of a trace: the step and those of its facts that some trace rule reads."""

    step: str
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """One distinct way in which dossiers were handled, in order of time."""

    id: int
    procedure: Procedure
    era: int
    case: str
    facts: Mapping[str, int]
    finished: bool
    symbols: tuple[Symbol, ...]
    count: int = 1
    steps: tuple[str, ...] = field(init=False, repr=False, compare=False)
    happened: frozenset[str] = field(init=False, repr=False, compare=False)
    """The steps, in whatever order."""

    def __post_init__(self) -> None:
        steps = tuple([symbol.step for symbol in self.symbols])
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "happened", frozenset(steps))


@dataclass(frozen=True, slots=True)
class LogKind:
    """Rows of a second source (a register, reported numbers) that compare alike with the whole log.

    `procedure` is None where the rows name none; `month` is that of receipt, or the one reported.
    """

    what: str
    """`register` or `reported`."""
    procedure: Procedure | None
    era: int
    unit: str
    month: str
    facts: Mapping[str, int]
    count: int = 1
    exhibits: tuple[Exhibit, ...] = ()
