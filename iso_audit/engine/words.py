"""The words of a log and what they mean: activities, roles, units and procedures as numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iso_audit.engine.store import Store


def plain(word: str) -> str:
    """A word as it is compared: composed, without blanks around it."""
    return unicodedata.normalize("NFC", word).strip()


@dataclass
class Words:
    """Different words of one column, numbered in the order of the alphabet."""

    column: str
    written: tuple[str, ...]
    """As they stand in the source; several may mean the same."""
    meaning: tuple[str, ...] = ()
    """What each code stands for: ids where the mapping or the workspace knows the word."""
    code_of: Mapping[str, int] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, column: str, written: Iterable[str], means: Mapping[str, str], ignored: Iterable[str] = ()
    ) -> Words:
        """Number words; `means` translates those that the mapping names."""
        known = {plain(word): meant for word, meant in means.items()}
        left_out = {plain(word) for word in ignored}
        words = tuple(sorted({word for word in written if plain(word)}))
        translated = {word: known.get(plain(word), plain(word)) for word in words}
        kept_apart = frozenset(word for word in words if plain(word) in left_out)
        meaning = tuple(sorted({translated[word] for word in words if word not in kept_apart}))
        number = {word: code for code, word in enumerate(meaning)}
        code_of = {word: number[translated[word]] for word in words if word not in kept_apart}
        return cls(column, words, meaning, code_of, kept_apart)

    def say(self, code: int | None) -> str:
        """The word of a code; empty for none."""
        return "" if code is None or code < 0 else self.meaning[code]

    def store(self, store: Store) -> None:
        """Put the table `word_<column>` (text, code, ignored) beside the log."""
        codes = [self.code_of.get(word) for word in self.written]
        ignored = [word in self.ignored for word in self.written]
        store.put(
            f"word_{self.column}",
            {"text": ("VARCHAR", self.written), "code": ("INTEGER", codes), "ignored": ("BOOLEAN", ignored)},
        )
