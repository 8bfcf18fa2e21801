"""How events stand in their table: numbers of words go side by side into few whole numbers.

Rows are narrow then: they are put in order faster, and more of them fit in memory. The view `event` shows the
columns apart again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iso_audit.engine.store import Array

_WORD_BITS = 62
EPOCH_S = 1 << 31
"""The middle of the seconds of our age: counted from here they take four bytes."""


def narrow(seconds: str) -> str:
    """SQL of seconds since 1970 as a row holds them."""
    return f"CAST({seconds} - {EPOCH_S} AS INTEGER)"


def wide(name: str) -> str:
    """SQL of the seconds since 1970 that a column of a row holds."""
    return f"(CAST({name} AS BIGINT) + {EPOCH_S})"


@dataclass(frozen=True)
class Layout:
    """Where each column of events stands in the numbers `w0`, `w1` ... of a row."""

    places: Mapping[str, tuple[int, int, int]]
    """Column -> which number, how far from its right, how many bits; 0 is for none, else one more."""
    flags: frozenset[str]
    """Columns that say yes (1) or no (0)."""
    offset_s: int | None
    """How many seconds the wall clock is always ahead of UTC; None: civil seconds have their columns."""
    is_whole: bool
    """Whether every moment is a whole second: `begun` and `done` count seconds from `EPOCH_S` then, else
    microseconds from 1970."""

    @classmethod
    def of(
        cls, sizes: Mapping[str, int], flags: Sequence[str], offset_s: int | None, *, is_whole: bool
    ) -> Layout:
        """Lay out columns that have so many different numbers, and flags."""
        places, word, used = {}, 0, 0
        widths = {name: size.bit_length() for name, size in sizes.items()}
        for name, bits in {**widths, **dict.fromkeys(flags, 1)}.items():
            if used + bits > _WORD_BITS:
                word, used = word + 1, 0
            places[name] = word, used, bits
            used += bits
        return cls(places, frozenset(flags), offset_s, is_whole)

    @property
    def words(self) -> tuple[str, ...]:
        """The columns of the table that hold the numbers."""
        return tuple(f"w{n}" for n in range(1 + max(word for word, _, _ in self.places.values())))

    def packed(self, codes: Mapping[str, str]) -> str:
        """SQL of the numbers of a row, of the SQL of each column's own."""
        sums: dict[str, list[str]] = {name: [] for name in self.words}
        for name, (word, shift, _) in self.places.items():
            code = (
                f"CAST({codes[name]} AS BIGINT)" if name in self.flags else f"coalesce({codes[name]} + 1, 0)"
            )
            sums[f"w{word}"].append(f"(CAST({code} AS BIGINT) << {shift})")
        return ", ".join(f"{' + '.join(each)} AS {name}" for name, each in sums.items())

    def moment(self, microseconds: str) -> str:
        """SQL of a moment as a row holds it."""
        return narrow(f"{microseconds} // 1000000") if self.is_whole else microseconds

    def shown(self) -> str:
        """SQL of the columns of the view `event`."""
        columns = [
            "rowid AS event",
            "dossier",
            "row",
            *self.words,
            "begun",
            "done",
            f"{wide('new')} AS new_s",
        ]
        for name, (word, shift, bits) in self.places.items():
            said = f"(w{word} >> {shift}) & {(1 << bits) - 1}"
            said = f"({said}) = 1" if name in self.flags else f"nullif({said}, 0) - 1"
            columns.append(f"{said} AS {name}")
        for name, known in (("start", "begun"), ("finish", "done")):
            whole = f"{wide(known)} * 1000000" if self.is_whole else known
            columns.append(f"{whole} AS {name}ed")
            seconds = wide(known) if self.is_whole else f"{known} // 1000000"
            civil = f"{name}_s" if self.offset_s is None else f"{seconds} + {self.offset_s} AS {name}_s"
            columns.append(civil)
        return ", ".join(columns)

    def civil_s(self, moments: Array) -> Array:
        """Civil seconds of `begun` or `done`, where the wall clock is always as far ahead."""
        offset_s = self.offset_s or 0
        if self.is_whole:
            return moments + np.int64(EPOCH_S + offset_s)
        return moments // 1_000_000 + offset_s

    def microseconds(self, moments: Array) -> Array:
        """Microseconds since 1970 UTC of `begun` or `done`."""
        return (moments + np.int64(EPOCH_S)) * 1_000_000 if self.is_whole else moments

    def column(self, name: str, words: Mapping[str, Array]) -> Array:
        """A column of many rows, -1 for none; of a flag whether it is set."""
        word, shift, bits = self.places[name]
        said = (words[f"w{word}"] >> shift) & ((1 << bits) - 1)
        return said > 0 if name in self.flags else said - 1
