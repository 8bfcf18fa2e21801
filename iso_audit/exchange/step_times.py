"""Times in a step table: in the time cell, in a total, and inside the words of a step."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace
from fractions import Fraction

from iso_audit.exchange.step_words import canonical
from iso_audit.model.limits import first_limit_in, read_limit
from iso_audit.model.procedure import Limit, TimeUnit
from iso_audit.text import folded

_AT_MOST = re.compile(
    r"\b(?:trong(?: vong| thoi han| thoi gian)?(?: khong qua| toi da)?|thoi han(?: la)?|khong qua|cham nhat|"
    r"toi da|within|not more than) (?=[0-9½¼¾])"
)


def limit_of(cell: str, unit: TimeUnit | None) -> Limit | None:
    """Read a time cell; of a sentence `printed` keeps only the piece that holds the number.

    `unit` is what the head of the column says; it settles "ngày" under "(ngày làm việc)".
    """
    limit = read_limit(cell, unit)
    if limit is None or not limit.value:
        return limit
    piece = first_limit_in(cell, unit)
    return limit if piece is None else replace(limit, printed=piece.printed)


def total_of(text: str, unit: TimeUnit | None) -> Limit | None:
    """Read a whole limit; words alone promise nothing, whatever they are ("Không tính thời gian")."""
    limit = limit_of(text, unit)
    return replace(limit, value=None) if limit is not None and limit.value == Fraction(0) else limit


def stated_in(words: str) -> Limit | None:
    """The longest time that the words themselves set ("trong thời hạn 25 ngày làm việc")."""
    text = unicodedata.normalize("NFC", " ".join(words.split()))
    plain = folded(text)
    found: list[Limit] = []
    for match in _AT_MOST.finditer(plain):
        source = text if len(text) == len(plain) else plain
        piece = source[match.end() : match.end() + 40]
        limit = first_limit_in(piece)
        if limit is not None and piece.startswith(limit.printed):
            found.append(limit)
    return max(found, key=lambda limit: limit.nominal_seconds or 0, default=None)


def cutoff_in(words: str) -> dt.time | None:
    """The hour after which a receipt is handed over on the next working day ("tiếp nhận sau 15 giờ")."""
    match = re.search(r"\btiep nhan sau ([0-9]{1,2}) ?(?:gio|h)\b", canonical(words))
    return dt.time(int(match[1])) if match and int(match[1]) < 24 else None
