"""What the hooks said of the things they were asked of, ready to be counted.

There may be dozens of rows for every dossier, and few that differ in more than the thing they are
about: what was said stands here once, and so does the thing; a row is one number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from iso_audit.model.log import Judgement


class Judgements:
    """Rows of the table of answers, in the order they were said; four bytes each."""

    __slots__ = ("different", "rows", "said", "subjects")

    def __init__(self, rows: Iterable[Judgement] = ()) -> None:
        self.different: list[Judgement] = []
        """What was said, once; the subject of these is 0."""
        self.said = array("i")
        """By row: which of the `different` was said."""
        self.subjects, self.rows = array("i"), array("i")
        """Whom the rows are about, one after the other, and how many of them."""
        for row in rows:
            self.add(row.subject, [self.number(row._replace(subject=0))])

    def number(self, said: Judgement) -> int:
        """Give something that is said for the first time its number."""
        self.different.append(said)
        return len(self.different) - 1

    def add(self, subject: int, numbers: Sequence[int]) -> None:
        """Say what these numbers stand for of one thing."""
        self.subjects.append(subject)
        self.rows.append(len(numbers))
        self.said.extend(numbers)

    def __len__(self) -> int:
        return len(self.said)

    def __iter__(self) -> Iterator[Judgement]:
        subjects = chain.from_iterable(map(repeat, self.subjects, self.rows))
        for subject, number in zip(subjects, self.said, strict=True):
            yield Judgement(subject, *self.different[number][1:])
