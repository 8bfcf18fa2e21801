"""The words of the interface and the reports, from the catalogues in `iso_audit/locale`.

Message ids are short dotted names; both languages have a catalogue, and a name that one of them
lacks is an error, never an English word in a Vietnamese page.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from iso_audit.text import Text
from iso_audit.text import number as _number


class Words:
    """All words in one language: `words("section.scope")`, `words.count("count.findings", 3)`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._said = _catalogue(lang)
        self._plural = gettext.c2py(_plural_expression(lang))

    def __call__(self, name: str, **facts: object) -> str:
        """The words under `name`, with `{names}` filled; raises KeyError if there are none."""
        said = self._said[name][0]
        return said.format_map(facts) if facts else said

    def count(self, name: str, number: int, **facts: object) -> str:
        """The words under `name` in the form that `number` asks for; `{n}` is the number."""
        forms = self._said[name]
        return forms[min(self._plural(number), len(forms) - 1)].format_map(
            {"n": _number(number, self.lang), **facts}
        )

    def find(self, name: str) -> str | None:
        """The words under `name`, or None: for names that come from data."""
        return self._said[name][0] if name in self._said else None

    def __contains__(self, name: str) -> bool:
        return name in self._said

    def say(self, text: Text) -> str:
        return text.say(self.lang)

    def join(self, parts: Iterable[str], last: str = "join.and") -> str:
        """Join as one says it: a, b and c; `last` names the word before the last."""
        said: Sequence[str] = list(parts)
        if len(said) < 2:
            return "".join(said)
        return f"{', '.join(said[:-1])} {self(last)} {said[-1]}"


@cache
def words(lang: str) -> Words:
    """The words in `lang`, read once."""
    return Words(lang)


@cache
def _catalogue(lang: str) -> dict[str, tuple[str, ...]]:
    from babel.messages.pofile import read_po

    with (files("iso_audit") / "locale" / f"{lang}.po").open("rb") as source:
        catalogue = read_po(source, locale=lang)
    said: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        name = message.id if isinstance(message.id, str) else message.id[0]
        if name:
            forms = message.string
            said[name] = (forms,) if isinstance(forms, str) else tuple(forms or ())
    return said


def _plural_expression(lang: str) -> str:
    return "n != 1" if lang == "en" else "0"
