"""A rule is one question put to a definition, to dossiers, or to both.

The life of a rule: the catalogue finds it by walking `iso_audit/rules`; a pack's requirement
names it and gives parameters; the audit puts its hooks to each procedure, event, dossier or
trace; each answer is a count of opportunities and the breaches among them. A rule never
imports an engine or another rule, and never makes sentences: `Hook.says` is a template that
the report fills.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from iso_audit.model.finding import Grade
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.requirement import Requirement
from iso_audit.model.trace import DossierKind, EventKind, LogKind, Trace
from iso_audit.text import Text

Asked = TypeVar("Asked", contravariant=True)


@dataclass(frozen=True, slots=True)
class Breach:
    """One failed opportunity.

    `step` is the step it happened at (empty: the procedure or dossier as a whole); `place` is the
    step's own, or the procedure's, where the rule names none. `position` is the index of the symbol
    in the trace, for evidence. `grade` overrides the requirement's grade for this breach. `variant`
    tells apart breaches at the same step (see `Finding`).
    """

    step: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    grade: Grade | None = None
    place: Place = NOWHERE
    variant: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """One opportunity that could not be decided; `reason` is a key of the reasons' words."""

    reason: str
    step: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: opportunities, the breaches and the undecided among them.

    `checked` counts every opportunity that was decided (breaches included, unknowns not).
    Nothing checked and nothing unknown means not applicable. `by_step` splits `checked` where
    the question was put at several steps (key "" for the whole); by default it all belongs to
    the whole.
    """

    checked: int = 0
    breaches: tuple[Breach, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    by_step: Mapping[str, int] = field(default_factory=dict)
    by_variant: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(variant, step) -> opportunities, where each variant has a denominator of its own."""


NOT_APPLICABLE = Answer()
HOLDS = Answer(checked=1)


@dataclass(frozen=True, slots=True)
class Hook(Generic[Asked]):
    """Where a rule is asked, under a permanent code, with the words of its statement."""

    code: str
    ask: Callable[[Asked, Requirement], Answer]
    says: Text
    """Statement of nonconformity with `{facts}`: what is not as required, no person, no remedy."""
    needs: tuple[str, ...] = ()
    """Columns of the log without which the question is open, e.g. ("events.actor",)."""
    variants: Mapping[str, Text] = field(default_factory=dict)
    """Variant of a breach -> its own statement, where one sentence does not fit all."""
    part: Callable[[Asked], Hashable] | None = None
    """All that the answer depends on besides procedure and requirement, where many things are alike in it:
    one of them is asked for all."""

    def statement(self, variant: str = "") -> Text:
        """The template for a breach of `variant`; of "part police" it is that of "part"."""
        return self.variants.get(variant) or self.variants.get(variant.partition(" ")[0], self.says)


@dataclass(frozen=True, slots=True)
class Example:
    """A small edit of the one reference procedure and log that all rules share (tests/reference).

    `procedure` is merged into the reference procedure file (None deletes a key); `log` is a list
    of edits `{dossier, step, set|drop|add: ...}` on the reference log. `requirement` overrides
    parameters of the rule's requirement in the reference pack. `also` lists further codes that
    the edit cannot help raising.
    """

    says: Text
    procedure: Mapping[str, object] = field(default_factory=dict)
    log: tuple[Mapping[str, object], ...] = ()
    requirement: Mapping[str, object] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule as a requirement may set it; `kind` is checked when packs are read.

    Kinds: `int`, `number`, `text`, `role`, `flag`, `time`, `limit`, `names` (step ids or kinds), `terms`
    (names, or lists of names that may stand in for each other), `texts`, `patterns` (regular
    expressions), `clocks` (kind of step -> what the clock does there), `grades` (name -> grade), `map`;
    `clauses` is never written: it is the clauses of the requirement's pack.
    """

    kind: str
    says: Text
    default: object = None
    known: tuple[str, ...] = ()
    """Words that `text` and `texts` may hold, where not any word will do."""
    required: bool = False
    """Every requirement of the rule has to set it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One question; see the module."""

    name: str
    title: Text
    why: Text
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    faults: Callable[[Mapping[str, object]], Iterable[tuple[str, Text]]] | None = None
    """What is wrong with parameters that are right each by itself: the name of one, and why."""
    reads: tuple[str, ...] = ()
    """Facts of events and dossiers that `on_trace` reads: only these enter a trace's key."""
    by_case: bool = False
    """Its question on definitions minds the case that a requirement's `when` names."""
    on_procedure: Hook[Any] | None = None
    """Asked of a `Study`, which belongs to a room above this one."""
    on_event: Hook[EventKind] | None = None
    on_dossier: Hook[DossierKind] | None = None
    on_trace: Hook[Trace] | None = None
    on_log: Hook[LogKind] | None = None
    bad: Mapping[str, Example] = field(default_factory=dict)
    """Code of a hook -> the edit that raises it."""
    good: Mapping[str, Example] = field(default_factory=dict)

    @property
    def hooks(self) -> tuple[Hook[Any], ...]:
        every: tuple[Hook[Any] | None, ...] = (
            self.on_procedure, self.on_event, self.on_dossier, self.on_trace, self.on_log,
        )  # fmt: skip
        return tuple(hook for hook in every if hook is not None)

    def narrowed(self, wanted: Callable[[str], bool]) -> Rule:
        """The same rule without the hooks whose code is not wanted."""
        return replace(
            self,
            on_procedure=self.on_procedure if self.on_procedure and wanted(self.on_procedure.code) else None,
            on_event=self.on_event if self.on_event and wanted(self.on_event.code) else None,
            on_dossier=self.on_dossier if self.on_dossier and wanted(self.on_dossier.code) else None,
            on_trace=self.on_trace if self.on_trace and wanted(self.on_trace.code) else None,
            on_log=self.on_log if self.on_log and wanted(self.on_log.code) else None,
        )
