"""Requirements on the course of a dossier: one meaning, over complete runs.

What a run means for a requirement is one of a few classes, and the class of a run followed by
another is known from the classes of both (a finite monoid; compare linear temporal logic on finite
traces: De Giacomo and Vardi, IJCAI 2013). So a dossier is judged by joining the classes of its
steps, and a definition by the classes that its complete runs can have: the meaning stands here
once, for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from iso_audit.analysis.blocks import FIRST, FREE, SECOND, WRONG, in_order
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.text import Text


class Must(StrEnum):
    """What a requirement asks of a run; A and B are the first and the second of its names."""

    HAPPENS = "happens"
    BEFORE = "before"
    LEADS_TO = "leads_to"
    AT_MOST = "at_most"
    EXCLUDES = "excludes"
    APART = "apart"
    BY_ROLE = "by_role"
    WITHIN = "within"


NEITHER, A, B, BOTH = range(4)
"""What a step is for a requirement."""


@dataclass(frozen=True)
class Pattern:
    """Classes of runs, 0 that of a run in which nothing of the requirement happens."""

    letters: tuple[int, int, int, int]
    """The class of a step that is neither, A, B or both."""
    join: Callable[[int, int], int]
    """The class of a run followed by another, by the classes of both."""
    broken: int
    """The class of a complete run that is not as required."""
    lacks: bool = False
    """What breaks it is something that did not happen."""

    @cached_property
    def classes(self) -> frozenset[int]:
        """Every class there is."""
        found = {0}
        stack = [0]
        while stack:
            at = stack.pop()
            for letter in self.letters:
                then = self.join(at, letter)
                if then not in found:
                    found.add(then)
                    stack.append(then)
        return frozenset(found)

    def after(self, at: int) -> frozenset[int]:
        """The classes that a run of class `at` may still come to, its own included."""
        return frozenset(self.join(at, more) for more in self.classes)


def _last(x: int, y: int) -> int:
    return y or x


def _either(x: int, y: int) -> int:
    return x | y


def _up_to(most: int) -> Pattern:
    return Pattern((0, 1, 0, 1), lambda x, y: min(x + y, most + 1), most + 1)


_PATTERNS: Mapping[Must, Pattern] = {
    # a step that is both A and B is both at once: in order, and answered
    Must.HAPPENS: Pattern((0, 1, 0, 1), _either, 0, lacks=True),
    Must.BEFORE: Pattern((FREE, FIRST, SECOND, FIRST), in_order, WRONG),
    Must.LEADS_TO: Pattern((0, 1, 2, 2), _last, 1, lacks=True),
    Must.EXCLUDES: Pattern((0, 1, 2, 3), _either, 3),
}


@dataclass(frozen=True)
class Constraint:
    """A requirement of the rule `constraint`, as read."""

    must: Must
    terms: tuple[tuple[str, ...], ...]
    """Each of its names with the names that may stand in for it: kinds or step ids."""
    count: int = 0
    role: str = ""
    limit: Limit | None = None

    @cached_property
    def pattern(self) -> Pattern | None:
        """Its classes of runs; None where the course of steps does not decide it (people, roles, time)."""
        return _up_to(self.count) if self.must is Must.AT_MOST else _PATTERNS.get(self.must)

    def meant(self, procedure: Procedure) -> tuple[tuple[str, ...], ...]:
        """Ids of the steps that each term means, in the order of the file."""
        return tuple(
            tuple(dict.fromkeys(step.id for name in term for step in procedure.meant(name)))
            for term in self.terms
        )

    def letters(self, procedure: Procedure) -> dict[str, int]:
        """What each step that the requirement speaks of is for it."""
        found: dict[str, int] = {}
        for bit, steps in zip((A, B), self.meant(procedure), strict=False):
            for step in steps:
                found[step] = found.get(step, NEITHER) | bit
        return found

    def arises(self, letters: Iterable[int]) -> bool:
        """Whether steps of these letters, if they happen, give the requirement something to ask."""
        met = _met(letters)
        if self.must is Must.HAPPENS:
            return True
        if self.must is Must.EXCLUDES:
            return met != NEITHER
        if self.must in (Must.LEADS_TO, Must.AT_MOST, Must.BY_ROLE):
            return bool(met & A)
        return met == BOTH

    def both_of(self, letters: Iterable[int]) -> bool:
        return _met(letters) == BOTH

    @property
    def facts(self) -> dict[str, object]:
        """What a statement says of the requirement itself."""
        named = zip(("any_kind", "any_kind_second"), self.terms, strict=False)
        given = {"count": self.count, "role_required": self.role, "limit": self.limit}
        return {**dict(named), **{name: value for name, value in given.items() if value}}


def _met(letters: Iterable[int]) -> int:
    met = NEITHER
    for letter in letters:
        met |= letter
    return met


def constraint_of(requirement: Requirement) -> Constraint:
    """Take the parameters of a requirement as its rule declares them (checked when packs are read)."""
    terms = requirement.parameters.get("of")
    limit = requirement.parameters.get("limit")
    return _constraint(
        Must(str(requirement.parameters["must"])),
        tuple(tuple(term) for term in terms) if isinstance(terms, Sequence) else (),
        requirement.whole("count"),
        str(requirement.parameters.get("role") or ""),
        limit if isinstance(limit, Limit) else None,
    )


_constraint = lru_cache(maxsize=1_024)(Constraint)
"""Thousands of dossiers are asked the same: what a requirement works out is worked out once."""


_NAMES: Mapping[Must, int] = {Must.HAPPENS: 1, Must.AT_MOST: 1, Must.BY_ROLE: 1}
"""How many names a word takes, where it is not two."""

_NEEDS: Mapping[Must, str] = {Must.AT_MOST: "count", Must.BY_ROLE: "role", Must.WITHIN: "limit"}
"""The further parameter that a word needs, and no other word has."""

MOST_TIMES = 20
"""The highest `count` that can be asked for."""


def faults(parameters: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    """What is wrong with the parameters of a requirement together: the name of one, and why."""
    must, terms = Must(str(parameters["must"])), parameters["of"]
    assert isinstance(terms, Sequence)
    wanted = _NAMES.get(must, 2)
    if len(terms) != wanted:
        yield (
            "of",
            Text(
                vi=f"'{must}' cần {wanted} bước trong 'of', không phải {len(terms)}",
                en=f"'{must}' takes {wanted} step{'s' if wanted > 1 else ''} in 'of', not {len(terms)}",
            ),
        )
    names = [name for term in terms for name in term]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield "of", Text(vi=f"'{name}' có hai lần trong 'of'", en=f"'{name}' stands twice in 'of'")
    for word, name in _NEEDS.items():
        if word is must and parameters.get(name) is None:
            yield name, Text(vi=f"'{must}' cần thêm mục '{name}'", en=f"'{must}' needs '{name}'")
        elif word is not must and parameters.get(name) is not None:
            yield (
                name,
                Text(
                    vi=f"'{name}' chỉ dùng với '{word}', không dùng với '{must}'",
                    en=f"'{name}' goes with '{word}', not with '{must}'",
                ),
            )
    count, limit = parameters.get("count"), parameters.get("limit")
    if isinstance(count, int) and not 1 <= count <= MOST_TIMES:
        yield (
            "count",
            Text(vi=f"'count' phải từ 1 đến {MOST_TIMES}", en=f"'count' must be from 1 to {MOST_TIMES}"),
        )
    if isinstance(limit, Limit) and not limit.value:
        yield "limit", Text(vi="'limit' phải là một thời gian", en="'limit' must be a time")


class Standing(StrEnum):
    """How a dossier stands to a requirement on its course."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"
    """Unfinished, and what is still to come decides."""
    HIDDEN = "hidden"
    """Broken as far as the log shows, but an activity that no step answers to may mend it."""


def standing(pattern: Pattern, letters: Sequence[int | None], *, is_over: bool) -> Standing:
    """Judge what happened, in order; None is an activity that no step answers to.

    Such an activity may mend a dossier and is never held against it.
    """
    shown, possible = 0, {0}
    for letter in letters:
        also = pattern.letters if letter is None else (pattern.letters[letter],)
        shown = pattern.join(shown, pattern.letters[letter or NEITHER])
        possible = {pattern.join(at, more) for at in possible for more in also}
    later = pattern.after(shown)
    if is_over:
        later = frozenset({shown})
    if pattern.broken not in later:
        return Standing.KEPT
    if later != {pattern.broken}:
        return Standing.OPEN
    return Standing.BROKEN if possible == {pattern.broken} else Standing.HIDDEN


def position(pattern: Pattern, letters: Sequence[int | None]) -> int | None:
    """Where a broken course shows it: the step from which on it is broken; None if it was from the start.

    Of an order that was inverted it is the step that came too early.
    """
    at, broken_since, first = 0, None, None
    for index, letter in enumerate(letters):
        then = pattern.join(at, pattern.letters[letter or NEITHER])
        if then != at and first is None:
            first = index
        if then != pattern.broken:
            broken_since = None
        elif letter and (broken_since is None or pattern.lacks):
            broken_since = index
        at = then
    return first if pattern.join is in_order else broken_since
