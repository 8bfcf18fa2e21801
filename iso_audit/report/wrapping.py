"""Sentences as lines of a terminal: broken between words only, so that codes and paths stay whole."""

from __future__ import annotations

import textwrap

WIDTH = 96
WIDE = 110
"""Columns, where a table stands beside the sentences."""


def wrapped(said: str, first: str = "", later: str | None = None, width: int = WIDTH) -> list[str]:
    """The lines of a sentence: what the first begins with, and the `later` ones, the same if it is None."""
    return textwrap.wrap(
        said, width, initial_indent=first, subsequent_indent=first if later is None else later,
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
