"""What an engine offers, whatever it is built on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from iso_audit.model.finding import Exhibit, Tally
from iso_audit.model.log import Intake, Judgement, LogMapping, World
from iso_audit.model.measure import Measures
from iso_audit.model.story import Story
from iso_audit.model.trace import DossierKind, EventKind, LogKind, Trace

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    from iso_audit.engine.courses import Courses


Progress = Callable[[str, int, int], None]
"""Hears what is being done (`read_log`, `order_log`, `work_out`), and how much of how much is done."""


def unheard(_what: str, _done: int, _of: int) -> None:
    """Hear nothing of the progress."""


class Question(NamedTuple):
    """What was asked of dossiers: a hook under a requirement, and the variant of its breach."""

    code: str
    rule: str
    requirement: str
    variant: str = ""


Where = tuple[int, str, str, str]
"""(index of the question, procedure key, unit, step): what makes one finding."""


class Sum(NamedTuple):
    """What the answers to one question amount to at one place."""

    checked: int
    failed: int
    grade: str
    """The gravest grade among the failed; empty where none failed."""


@dataclass(frozen=True)
class Counted:
    """Answers joined back to dossiers; ordered, so that the same log gives the same bytes."""

    tallies: tuple[Tally, ...] = ()
    """Counts by month of receipt and channel, variants of breaches together."""
    sums: Mapping[Where, Sum] = field(default_factory=dict)
    exhibits: Mapping[Where, tuple[Exhibit, ...]] = field(default_factory=dict)
    """The first five dossiers by id of what failed."""
    open_counts: Mapping[tuple[int, str, str, str], int] = field(default_factory=dict)
    """(question, procedure, step, reason) -> how many could not be decided."""


class ForeignLog(Protocol):
    """A log in somebody else's format, read into columns of text; the first column counts rows."""

    @property
    def events(self) -> pa.Table: ...

    @property
    def dossiers(self) -> pa.Table: ...

    @property
    def cut_bytes(self) -> int:
        """How many bytes a packed file held, unpacked, before it broke off; 0: it is whole."""
        ...


class Traces(Protocol):
    """Distinct traces in order, made while they are gone through: there may be as many as dossiers."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Trace]: ...


class Held(Protocol):
    """A log that was taken in; a context manager, because it holds memory and files."""

    @property
    def intake(self) -> Intake: ...

    def column_known(self, column: str) -> bool: ...

    def event_kinds(self) -> Sequence[EventKind]: ...

    def dossier_kinds(self) -> Sequence[DossierKind]: ...

    def traces(self, reads: frozenset[str]) -> Traces: ...

    def log_kinds(self) -> Sequence[LogKind]: ...

    def tally(
        self,
        questions: Sequence[Question],
        on_events: Iterable[Judgement],
        on_dossiers: Iterable[Judgement],
        on_traces: Iterable[Judgement],
    ) -> Counted: ...

    def stories(self, dossier_id: str) -> Sequence[Story]: ...

    def untold(self, dossier_id: str) -> str: ...

    def ids_like(self, dossier_id: str) -> Sequence[str]: ...

    def measures(self) -> Measures: ...

    def unit_dossiers(self) -> Mapping[tuple[str, str], int]: ...

    def courses(self, procedure: str, unit: str = "") -> Courses: ...

    def write_evidence(self, path: Path) -> None: ...

    def write_refused(self, path: Path) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Held: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """Takes a log in; raises InputError with every fault where it cannot be read."""

    def take_in(self, source: Path, mapping: LogMapping, world: World, tell: Progress = unheard) -> Held: ...
