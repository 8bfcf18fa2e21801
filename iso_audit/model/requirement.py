"""What is required, by whom, and since when: rules with parameters, in packs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iso_audit.model.finding import Grade
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Period, Step
from iso_audit.text import Text


@dataclass(frozen=True, slots=True)
class Clause:
    """The authority a requirement rests on: a legal document and article, or a clause of a standard."""

    ref: str
    article: str = ""
    """Article of a law, or clause number of a standard."""
    is_standard: bool = False
    sure: bool = True
    """False where the number was not checked against the text: it is printed without the number."""


@dataclass(frozen=True, slots=True)
class ClauseNeed:
    """One clause of an edition of a standard, and by what a procedure may answer to it."""

    clause: str
    title: Text = Text()
    by: tuple[str, ...] = ()
    """Kinds of steps, or parts of a procedure (see `analysis.coverage`): any one of them will do."""
    rules: tuple[str, ...] = ()
    """Codes, or their beginnings, that check the clause; they cover it where `by` asks for nothing."""
    only_with: tuple[str, ...] = ()
    """The clause concerns only procedures that have one of these; empty: every procedure."""
    was: tuple[str, ...] = ()
    """Clauses of the edition before that it came from; empty: the same number."""
    sure: bool = True
    """False where the number was not checked against the published text."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One question of a pack: a rule, its parameters, where it comes from and how grave a breach is."""

    id: str
    rule: str
    cite: tuple[Clause, ...]
    grade: Grade
    parameters: Mapping[str, object] = field(default_factory=dict)
    title: Text = Text()
    only: frozenset[str] = frozenset()
    """Codes of the rule's hooks that this requirement uses; empty means all of them."""
    when: Mapping[str, object] = field(default_factory=dict)
    """Facts of the procedure that must hold for the requirement to apply, e.g. {"same_day": False}."""
    in_force: Period = Period()
    pack: str = ""
    place: Place = field(default=NOWHERE, compare=False)

    def asks(self, code: str) -> bool:
        return not self.only or code in self.only

    def names(self, parameter: str) -> tuple[str, ...]:
        """Words of a parameter that lists step ids, kinds or texts, in the order written."""
        value = self.parameters.get(parameter)
        if isinstance(value, str):
            return (value,)
        return tuple(str(name) for name in value) if isinstance(value, Iterable) else ()

    def grade_of(self, name: str) -> Grade | None:
        """Grade that the parameter `grades` gives to a breach about `name`; None: the requirement's."""
        grades = self.parameters.get("grades")
        grade = grades.get(name) if isinstance(grades, Mapping) else None
        return None if grade is None else Grade(str(grade))

    def grade_at(self, step: Step) -> Grade | None:
        """Grade that the parameter `grades` gives to a step by its id, else the gravest of its kinds."""
        of_kinds = [grade for kind in step.kinds if (grade := self.grade_of(kind)) is not None]
        return self.grade_of(step.id) or min(of_kinds, key=lambda grade: grade.rank, default=None)

    def whole(self, parameter: str) -> int:
        """Value of a parameter of the kind `int`; 0 where it is not set."""
        value = self.parameters.get(parameter)
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Pack:
    """A named set of requirements with its days in force (a standard, a decree, an office's own)."""

    id: str
    title: Text
    requirements: tuple[Requirement, ...]
    in_force: Period = Period()
    edition: str = ""
    standard: str = ""
    """Name of the standard by which clauses are cited, e.g. "ISO 9001:2015"; empty for a law."""
    clauses: tuple[ClauseNeed, ...] = ()
    """What a procedure has to answer to, clause by clause; empty where the pack does not list them."""
    place: Place = field(default=NOWHERE, compare=False)
