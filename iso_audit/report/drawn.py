"""Which procedures the paper draws: those with the gravest findings, as far as there is room.

The screen draws every one. A picture takes about a page, and laying a page out takes about 3 MB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iso_audit.model.finding import Grade
from iso_audit.report.facts import NOTHING, alone
from iso_audit.text import number

if TYPE_CHECKING:
    from iso_audit.report.pictures import Picture
    from iso_audit.report.view import View
    from iso_audit.report.words import Words

MOST_WITH_CLEAN = 12
"""Up to this many procedures are all drawn on paper; of more, only those with findings."""
MOST_FIGURES = 60
"""Figures on paper, a page each at most; a long procedure has several."""
MOST_NAMED = 60
"""Procedures that are named in the table or the list of those without a picture."""

Grades = Mapping[str, Counter[Grade]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page draws, and what it says of the others."""

    pictures: tuple[Picture, ...]
    notice: str = ""
    """How many have findings and no picture, how these were chosen, and where their pictures stand."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of those: name, major, minor, observations; each procedure is in one row."""
    clean: str = ""
    """Those without findings that are not drawn."""


def drawn(view: View, paged: bool) -> Drawn:
    """On the screen every procedure; on paper the gravest for which there is room."""
    if not paged:
        return Drawn(view.pictures)
    grades: dict[str, Counter[Grade]] = {picture.key: Counter() for picture in view.pictures}
    for one in view.statements:
        if one.finding.procedure in grades:
            grades[one.finding.procedure][one.grade] += 1
    is_small = len(view.pictures) <= MOST_WITH_CLEAN
    kept = _with_room([one for one in view.pictures if is_small or not one.is_clean], grades)
    left = [one for one in view.pictures if one not in kept]
    found = sorted((one for one in left if not one.is_clean), key=lambda one: _weight(one, grades))
    said = (
        view.words(
            "drawn.notice",
            all=view.words.count("count.procedures", len(found) + sum(not one.is_clean for one in kept)),
            drawn=number(sum(not one.is_clean for one in kept), view.lang),
            rest=view.words.count("count.procedures", len(found)),
        )
        if found
        else ""
    )
    clean = [one.title for one in left if one.is_clean]
    return Drawn(kept, said, _rows(found, grades, view.words), _named(clean, view.words))


def _weight(picture: Picture, grades: Grades) -> tuple[int, ...]:
    return tuple(-grades[picture.key][grade] for grade in Grade)


def _with_room(found: Sequence[Picture], grades: Grades) -> tuple[Picture, ...]:
    """The gravest first; one that is too long for the room left makes way for the next. In their order."""
    room, kept = MOST_FIGURES, set()
    for picture in sorted(found, key=lambda one: _weight(one, grades)):
        if len(picture.parts) <= room:
            room -= len(picture.parts)
            kept.add(picture.key)
    return tuple(one for one in found if one.key in kept)


def _rows(found: Sequence[Picture], grades: Grades, words: Words) -> tuple[tuple[str, ...], ...]:
    counted = [(one.title, grades[one.key]) for one in found]
    kept = alone(len(counted), MOST_NAMED)
    if left_out := counted[kept:]:
        beyond: Counter[Grade] = sum((counts for _, counts in left_out), Counter())
        counted = [*counted[:kept], (words.count("drawn.others", len(left_out)), beyond)]
    return tuple(
        (said, *(number(counts[grade], words.lang) if counts[grade] else NOTHING for grade in Grade))
        for said, counts in counted
    )


def _named(titles: Sequence[str], words: Words) -> str:
    if not titles:
        return ""
    said = "; ".join(titles[:MOST_NAMED])
    left = len(titles) - MOST_NAMED
    more = f"; {words.count('drawn.more', left)}" if left > 0 else ""
    return f"{words('picture.elsewhere')} {said}{more}."
