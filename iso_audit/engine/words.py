"""The words of a log and what they mean: activities, roles, units and procedures as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from iso_audit.engine.store import Store

_MOST_WRITTEN = 3


def plain(word: str) -> str:
    """A word as it is compared: composed, without blanks around it."""
    return unicodedata.normalize("NFC", word).strip()


@dataclass(frozen=True)
class Words:
    """Different words of one column; what they mean is numbered in the order of the alphabet."""

    column: str
    meaning: tuple[str, ...] = ()
    """What each number stands for: ids where the mapping or the workspace knows the word."""
    code_of: Mapping[str, int | None] = field(default_factory=dict)
    """Word as it stands in the source -> its number; None for one that is declared as no step."""

    @classmethod
    def of(
        cls, column: str, written: Iterable[str], means: Mapping[str, str], ignored: Iterable[str] = ()
    ) -> Words:
        """Number words; `means` translates those that the mapping names. Empty words have no number."""
        known = {plain(word): meant for word, meant in means.items()}
        left_out = {plain(word) for word in ignored}
        words = sorted({word for word in written if plain(word)})
        meant = {word: known.get(plain(word), plain(word)) for word in words if plain(word) not in left_out}
        meaning = tuple(sorted(set(meant.values())))
        number = {word: code for code, word in enumerate(meaning)}
        return cls(column, meaning, {word: number[meant[word]] if word in meant else None for word in words})

    def say(self, code: int | None) -> str:
        """The word of a number; empty for none."""
        return "" if code is None or code < 0 else self.meaning[code]

    def written(self, code: int) -> str:
        """What the source writes for a number, the first few words where several mean the same."""
        words = self._written[code]
        return " / ".join((*words[:_MOST_WRITTEN], *("…",) * (len(words) > _MOST_WRITTEN)))

    @cached_property
    def _written(self) -> Mapping[int, Sequence[str]]:
        found: dict[int, dict[str, None]] = {}
        for word, code in self.code_of.items():
            if code is not None:
                found.setdefault(code, {})[plain(word)] = None
        return {code: tuple(words) for code, words in found.items()}

    @property
    def kind(self) -> str:
        """The narrowest SQL type of the numbers."""
        return "SMALLINT" if len(self.meaning) < 1 << 15 else "INTEGER"

    def store(self, store: Store) -> None:
        """Put the table `word_<column>` (text, code) beside the log."""
        texts, codes = list(self.code_of), list(self.code_of.values())
        store.put(f"word_{self.column}", {"text": ("VARCHAR", texts), "code": ("INTEGER", codes)})
