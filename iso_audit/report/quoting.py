"""A line of a user's file as a compiler quotes it, with a mark under the place that is meant."""

from __future__ import annotations

import re
import unicodedata

WIDEST = 92
"""Columns of a terminal that a quoted line may take; a longer one is cut around the place."""
AHEAD = 24
"""Columns kept before the place where a long line is cut."""
_MEANT = re.compile(
    r"""<[^\s<>/]+            # the name of an XML element
    |"[^"]*"|'[^']*'
    |[^\s:,=<>{}\[\]\#"']+(?=\s*[:=])  # a key
    |[^,<>{}\[\]\#"']*[^,<>{}\[\]\#"'\s]  # a value
    """,
    re.VERBOSE,
)

_LEAD = re.compile(r"\s*(?:- +)*[^\s:,=<>{}\[\]#\"']+:\s+")
"""What stands before the value of a key on a line of its own: such a value may hold commas."""
_VALUE = re.compile(r"[^\s<>{}\[\]#\"'|>&*!].*?(?=\s+#|\s*$)")


def quoted(line: str, number: int, column: int) -> list[str]:
    """The line with its number, and under it a mark at `column` (from 1; 0 marks nothing).

    Columns count letters, as the readers of files do; the mark stands under what a terminal shows,
    where a letter may take two columns or none.
    """
    shown = harmless(line.rstrip("\r\n"))
    at = min(max(column - 1, 0), len(shown))
    meant = (_VALUE if _LEAD.fullmatch(shown[:at]) else _MEANT).match(shown, at) or _MEANT.match(shown, at)
    end = meant.end() if meant and column else at + 1
    first = 0
    if width(shown) > WIDEST:
        first = _first_shown(shown, at)
        shown, cut = _cut(shown[first:], WIDEST - 2)
        shown = "…" * bool(first) + shown + "…" * cut
        at, end = at - first + bool(first), min(end - first + bool(first), len(shown))
    gutter = f"{number:>5} | "
    if not column:
        return [gutter + shown.strip()]
    mark = "^" * max(width(shown[at:end]), 1)
    blank = " " * (len(gutter) - 2) + "| "
    return [gutter + shown, blank + " " * width(shown[:at]) + mark]


def width(said: str) -> int:
    """Columns that a terminal gives to `said`."""
    return sum(_columns(letter) for letter in said)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def harmless(said: str) -> str:
    """The same words without signs that steer a terminal: no input may do that."""
    return said if said.isprintable() else "".join(_plain(letter) for letter in said)


def _plain(letter: str) -> str:
    if letter == "\t":
        return " "
    return "\ufffd" if unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNING else letter


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
"""Signs that turn the direction of writing or break the line."""


def _first_shown(line: str, at: int) -> int:
    """Where a long line begins to be shown, so that `AHEAD` columns stand before the place."""
    first = at
    while first > 0 and width(line[first - 1 : at]) <= AHEAD:
        first -= 1
    return first


def _cut(line: str, most: int) -> tuple[str, bool]:
    kept, used = 0, 0
    while kept < len(line) and used + _columns(line[kept]) <= most:
        used += _columns(line[kept])
        kept += 1
    return line[:kept], kept < len(line)
