"""Words in the reader's language; numbers and dates as Vietnamese offices write them.

The bottom floor: everything above speaks through `Text`, so that no room has to know which
language the reader chose.
"""

from __future__ import annotations

import datetime as dt
import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in each language that is known; `say` falls back to the other language.

    A plain string in a user's file becomes a Text with only `vi` filled, whatever its language:
    it is shown as it stands.
    """

    vi: str = ""
    en: str = ""

    def say(self, lang: str) -> str:
        """Return the words in `lang` ("vi" or "en"), or in the other language if there are none."""
        return (self.en or self.vi) if lang == "en" else (self.vi or self.en)

    def fill(self, lang: str, facts: Mapping[str, object]) -> str:
        """Return the words in `lang` with `{names}` replaced by `facts` (already in that language)."""
        return self.say(lang).format_map(facts)


def number(value: float | Fraction, lang: str, decimals: int | None = None) -> str:
    """Write a number as the reader expects it: 1.234,5 in Vietnamese, 1,234.5 in English.

    `decimals` fixes the places after the comma; None writes at most two and no trailing zeros.
    """
    said = f"{float(value):,.{2 if decimals is None else decimals}f}"
    if decimals is None:
        said = said.rstrip("0").rstrip(".")
    return said if lang == "en" else said.translate(str.maketrans(",.", ".,"))


def percent(part: float, whole: float, lang: str, decimals: int | None = 1) -> str:
    """Write a share in percent, and a dash where nothing was counted."""
    return "–" if whole == 0 else number(100 * part / whole, lang, decimals) + (" %" if lang == "en" else "%")


def date(day: dt.date, lang: str) -> str:
    """Write a day: 03/02/2026 in Vietnamese, 3 Feb 2026 in English."""
    if lang == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}/{day.month:02}/{day.year}"


def moment(at: dt.datetime, lang: str) -> str:
    """Write an instant to the minute in the zone it carries: 15:50 03/02/2026."""
    return f"{at.hour:02}:{at.minute:02} {date(at.date(), lang)}"


def official_date(day: dt.date) -> str:
    """Write a day as the head of an official document does (ND 30/2020, Annex I).

    Days below 10 and the months 1 and 2 carry a zero, other months do not.
    """
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def folded(words: str) -> str:
    """Return words without diacritics, case and doubled blanks, to compare what people typed.

    "Uỷ ban", "Ủy ban" and "uy ban" fold to the same letters, composed or decomposed.
    """
    plain = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def printable(name: str) -> str:
    """Return the name of a file as it can be printed: bytes that are no letters become a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def did_you_mean(word: str, known: Iterable[str]) -> Text | None:
    """Suggest the known word nearest to a mistyped one, or None if nothing is near."""
    near = difflib.get_close_matches(str(word), sorted(known), n=1, cutoff=0.6)
    return Text(vi=f"có phải là '{near[0]}'?", en=f"did you mean '{near[0]}'?") if near else None
