"""Which findings the paper shows in full, and the others summed up in tables.

Screen, lists and findings.json have every finding. Nobody reads two thousand pages, and laying
them out takes gigabytes: about 3 MB a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from iso_audit.model.finding import Grade
from iso_audit.report.annexes import Cited, cited
from iso_audit.report.drawn import Drawn, drawn
from iso_audit.report.facts import NOTHING, alone, share
from iso_audit.report.statements import Group, Statement
from iso_audit.text import number

if TYPE_CHECKING:
    from iso_audit.report.view import View
    from iso_audit.report.words import Words

MOST_IN_FULL = 250
"""Findings shown in full on paper; a report that has no more shows every one."""
MOST_ROWS = 25
"""Rows of the table of the others, for each requirement; what is beyond them is one row more."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The findings of one requirement that are not shown in full."""

    count: int
    said: str
    """How many of each grade."""
    rows: tuple[tuple[str, ...], ...]
    """Place, major, minor, observations, units, extent; each finding is in one row."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a page shows of all findings."""

    full: frozenset[int]
    """Numbers of the findings that are shown in full."""
    notice: str
    """How many they are, how they were chosen and where the others stand; empty where they are all."""
    rests: Mapping[int, Rest]
    """Number of a group -> its findings that are not shown in full; none without any."""
    cited: Cited
    drawn: Drawn

    def of(self, group: Group) -> tuple[Statement, ...]:
        """The findings of a group that are shown in full: one at least."""
        return tuple(one for one in group.statements if one.number in self.full)


def selected(view: View, paged: bool) -> Selection:
    """What to show in full: everything on the screen; on paper the gravest, and of each requirement one."""
    found = view.statements
    full = in_full(view.groups) if paged else frozenset(one.number for one in found)
    rests = {}
    for group in view.groups:
        left = [one for one in group.statements if one.number not in full]
        if left:
            rests[group.number] = Rest(len(left), _grades(left, view.words), _rows(left, view.words))
    kept = cited(one for one in found if one.number in full)
    return Selection(full, _notice(view, full) if rests else "", rests, kept, drawn(view, paged))


def in_full(groups: Sequence[Group]) -> frozenset[int]:
    """Numbers of the findings for which there is room, and of the gravest of each group."""
    found = [one for group in groups for one in group.statements]
    if len(found) <= MOST_IN_FULL:
        return frozenset(one.number for one in found)
    kept = sorted(found, key=_gravest_first)[:MOST_IN_FULL]
    kept += [min(group.statements, key=_gravest_first) for group in groups]
    return frozenset(one.number for one in kept)


def _gravest_first(one: Statement) -> tuple[object, ...]:
    """By grade; then procedures, whose faults are in every dossier; then by cases, by share, by number."""
    finding = one.finding
    of_checked = Fraction(finding.failed, max(finding.checked, 1))
    return finding.grade.rank, not finding.on_definition, -finding.failed, -of_checked, one.number


def _notice(view: View, full: frozenset[int]) -> str:
    words = view.words
    left = [one for one in view.statements if one.number not in full]
    majors = sum(one.is_major for one in left)
    said = [
        words(
            "selection.notice",
            all=words.count("count.findings", len(view.statements)),
            full=number(len(full), view.lang),
            rest=words.count("count.findings", len(left)),
            grades=_grades(left, words),
        )
    ]
    if view.method.has_log:
        said.append(words("selection.dossiers"))
    if majors:
        said.append(words("selection.majors", majors=words.count("count.major", majors)))
    return " ".join(said)


def _grades(found: Iterable[Statement], words: Words) -> str:
    counts = Counter(one.grade for one in found)
    return words.join(words.count(f"count.{grade.value}", counts[grade]) for grade in Grade if counts[grade])


def _rows(left: Iterable[Statement], words: Words) -> tuple[tuple[str, ...], ...]:
    """One row for each procedure and step, gravest first."""
    places: dict[str, list[Statement]] = {}
    for one in sorted(left, key=_gravest_first):
        step = words("finding.step", step=one.step) if one.step else ""
        places.setdefault("; ".join(filter(None, (one.procedure, step))), []).append(one)
    whole = list(places.items())
    kept = alone(len(whole), MOST_ROWS)
    if left_out := whole[kept:]:
        beyond = [one for _, some in left_out for one in some]
        whole = [*whole[:kept], (words.count("selection.places", len(left_out)), beyond)]
    return tuple((where, *_summed(some, words)) for where, some in whole)


def _summed(some: Sequence[Statement], words: Words) -> tuple[str, ...]:
    grades = Counter(one.grade for one in some)
    units = len({one.finding.unit for one in some if one.finding.unit})
    failed, checked = (sum(getattr(one.finding, name) for one in some) for name in ("failed", "checked"))
    counts = (*(grades[grade] for grade in Grade), units)
    said = (number(count, words.lang) if count else NOTHING for count in counts)
    return *said, share(failed, checked, words.lang)
