"""Ids of XML for everything that is drawn: legal names, each once."""

from __future__ import annotations

import re
from collections.abc import Collection

from iso_audit.exchange.spelled_out import Key

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_.-]")


class Names:
    """Ids by what they stand for; an id that a kept piece of another drawing means stays as it was."""

    def __init__(self, taken: Collection[str] = (), meant: Collection[str] = ()) -> None:
        self.taken = set(taken)
        self.meant = meant
        self.known: dict[Key, str] = {}

    def of(self, key: Key) -> str:
        """The id of a sign, line, lane or pool."""
        found = self.known.get(key)
        if found is None:
            name, made = key
            found = self.known[key] = self.fresh(f"{name}_{made}" if made else name)
        return found

    def claim(self, key: Key, name: str) -> None:
        """Give an id that a kept piece means to what it means."""
        self.known[key] = name
        self.taken.add(name)

    def fresh(self, wanted: str) -> str:
        """An id that nothing has yet, near the wanted one."""
        plain = _NOT_A_NAME.sub("_", wanted)
        plain = plain if re.match("[A-Za-z_]", plain) else f"_{plain}"
        if plain not in self.meant and f"_{plain}" in self.meant and f"_{plain}" not in self.taken:
            plain = f"_{plain}"
        name, number = plain, 2
        while name in self.taken:
            name, number = f"{plain}_{number}", number + 1
        self.taken.add(name)
        return name
