"""What the hooks said of the things they were asked of, ready to be counted.

There may be dozens of rows for every dossier, and few that differ in more than the thing they are
about: what was said stands here once, and a row is two numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from iso_audit.model.log import Judgement


class Judgements:
    """Rows of the table of answers, in the order they were said; eight bytes each."""

    __slots__ = ("different", "said", "subjects")

    def __init__(self, rows: Iterable[Judgement] = ()) -> None:
        self.different: list[Judgement] = []
        """What was said, once; the subject of these is 0."""
        self.subjects, self.said = array("i"), array("i")
        """By row: whom it is about, and which of the `different` was said."""
        for row in rows:
            self.add(row.subject, [self.number(row._replace(subject=0))])

    def number(self, said: Judgement) -> int:
        """Give something that is said for the first time its number."""
        self.different.append(said)
        return len(self.different) - 1

    def add(self, subject: int, numbers: Sequence[int]) -> None:
        """Say what these numbers stand for of one thing."""
        self.subjects.extend([subject] * len(numbers))
        self.said.extend(numbers)

    def __len__(self) -> int:
        return len(self.said)

    def __iter__(self) -> Iterator[Judgement]:
        for subject, number in zip(self.subjects, self.said, strict=True):
            yield Judgement(subject, *self.different[number][1:])
