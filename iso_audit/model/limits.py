"""Reads the ways in which offices print a time limit, and says a limit in words.

Printed limits are sentences as often as numbers: the first number with its unit is the limit,
unless it is a time of the day ("sau 15 giờ hàng ngày") or the words before it say that nothing
is counted. Numbers stay exact: `0,25` and `1/3` are fractions, never floats.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from iso_audit.model.procedure import HOURS_PER_WORKING_DAY, Limit, TimeUnit
from iso_audit.text import Text, number

_UNITS: tuple[tuple[str, str], ...] = (
    ("wd", r"ngay ?\(?lam viec\)?|(?:working|business) days?|wd"),
    ("wh", r"gio ?\(?lam viec\)?|(?:working|business) hours?|wh"),
    ("clock", r"gio dong ho|clock hours?|h(?!\d)"),
    ("calendar", r"ngay (?:duong )?lich|calendar days?|d"),
    ("day", r"ngay|days?"),
    ("hour", r"gio|hours?"),
    ("minute", r"phut|minutes?"),
)
"""What the unit is, and how it is written without diacritics; longer spellings first."""

_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_DIGITS = rf"[0-9]{{1,9}} [0-9]{{1,2}}[/⁄][0-9]{{1,2}}|{_NUMBER}(?:[/⁄][0-9]{{1,2}})?[½¼¾]?|[½¼¾]"
_WORDS = {
    "nửa": Fraction(1, 2), "một": Fraction(1), "hai": Fraction(2), "ba": Fraction(3), "bốn": Fraction(4),
    "năm": Fraction(5), "sáu": Fraction(6), "bảy": Fraction(7), "bẩy": Fraction(7), "tám": Fraction(8),
    "chín": Fraction(9), "mười": Fraction(10),
}  # fmt: skip
_VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}

_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS)
_DATE = r" [0-9]{1,2}(?: thang|[/.-][0-9]{1,2}[/.-][0-9]{4}|/[0-9]{4})"
_AMOUNT = re.compile(
    r"(?<![\w.,/⁄])"
    rf"(?:(?P<digits>{_DIGITS})(?: ?\([^()0-9]{{1,20}}\))?\)? ?|(?<!muoi )(?<!tram )(?<!linh )(?<!le )"
    r"(?P<word>nua|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi) )"
    rf"(?:{_UNIT})(?!\w)(?!{_DATE})(?P<half> ruoi\b)?"
)
_AND_MORE = re.compile(rf"(?:,| va)? ?(?P<digits>{_NUMBER}) (?P<unit>gio(?: lam viec)?|phut)\b")
_BEFORE_TIME_OF_DAY = re.compile(r"\b(?:sau|truoc|luc|tu|den|moi ngay|khoang|after|before|at|by)(?: hoi)? $")
_AFTER_TIME_OF_DAY = re.compile(
    r" ?(?:hang ngay|cung ngay|moi ngay|sang|trua|chieu|[0-9]{1,2}(?!\d| ?phut| ?/))"
)

_ZERO = re.compile(r"khong tinh|(?:trong |theo )?gio hanh chinh|not timed|office hours")
_ZERO_ANYWHERE = re.compile(r"khong tinh thoi gian|gio hanh chinh")
_NO_LIMIT = re.compile(
    r"khong (?:quy dinh|xac dinh|gioi han|an dinh)|trong thoi gian\b"
    r"|theo (?:quy dinh|giay hen|lich|thong bao)|no limit|not prescribed"
)

_LONGEST = Fraction(10_000 * 24)
"""Hours that no office promises: a larger number is a slip of the pen, not a limit."""


def read_limit(
    text: str, default_unit: TimeUnit | None = None, hours_are_working: bool = True
) -> Limit | None:
    """Read a printed limit; None where the words are not understood.

    Zero comes from words such as "Không tính thời gian"; a limit without a value from words
    that name no number ("Không quy định"). `default_unit` is what the head of the column says:
    a bare number takes it, and "ngày" alone means working days under a head that says so.
    "giờ" alone means working hours unless `hours_are_working` is False.
    """
    printed = unicodedata.normalize("NFC", text).strip()
    bare = _bare(_tidy(printed))
    if _ZERO.match(bare):
        return Limit(Fraction(0), default_unit or TimeUnit.WORKING_DAY, printed)
    if re.match(r"[-−–][0-9]", bare):
        return None
    if default_unit is not None and re.fullmatch(_DIGITS, bare):
        value = _value(bare, default_unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY))
        return Limit(value, default_unit, printed) if _is_sane(value, default_unit) else None
    found = first_limit_in(printed, default_unit, hours_are_working)
    if found is not None:
        return Limit(found.value, found.unit, printed)
    if _ZERO_ANYWHERE.search(bare):
        return Limit(Fraction(0), default_unit or TimeUnit.WORKING_DAY, printed)
    return Limit(None, default_unit or TimeUnit.WORKING_DAY, printed) if _NO_LIMIT.match(bare) else None


def first_limit_in(
    text: str, default_unit: TimeUnit | None = None, hours_are_working: bool = True
) -> Limit | None:
    """Find the first number with a unit of time inside a longer text; `printed` is that piece of it.

    Times of the day ("sau 15 giờ", "7 giờ 30") and dates ("số 118/2025 ngày 09/6/2025") are no limits.
    """
    tidy = _tidy(text)
    bare = _bare(tidy)
    for match in _AMOUNT.finditer(bare):
        value = _WORDS.get(tidy[match.start("word") : match.end("word")]) if match["word"] else None
        if match["digits"]:
            value = _value(match["digits"], in_days=bool(match["day"] or match["wd"]))
        if value is None or _is_time_of_day(match, bare):
            continue
        unit = _unit(match, default_unit, hours_are_working)
        value = value / 60 if match["minute"] else value
        value += Fraction(1, 2) if match["half"] else 0
        more = None if match["half"] else _AND_MORE.match(bare, match.end())
        if more is not None:
            value, unit = _with_more(value, unit, more)
        if _is_sane(value, unit):
            end = match.end() if more is None else more.end()
            return Limit(value, unit, _piece(text, tidy, match.start(), end))
    return None


def unit_in(head: str) -> TimeUnit | None:
    """Read the unit that the head of a column states: "Thời gian (ngày làm việc)" gives working days."""
    bare = _bare(_tidy(head))
    for words, unit in (
        (r"gio\b", TimeUnit.WORKING_HOUR),
        (r"ngay \(?lam viec|working days?", TimeUnit.WORKING_DAY),
        (r"\(.*\bngay\b.*\)|calendar days?", TimeUnit.DAY),
    ):
        if re.search(words, bare):
            return unit
    return None


def say_limit(limit: Limit, lang: str) -> str:
    """Say a limit as the reader expects it: "0,5 ngày làm việc", "0.5 working days"; never rounded."""
    if limit.value is None:
        return _NO_LIMIT_WORDS.say(lang)
    if limit.value == 0:
        return _ZERO_WORDS.say(lang)
    unit = _UNIT_WORDS[limit.unit].say(lang)
    plural = "s" if lang == "en" and limit.value != 1 else ""
    return f"{_exact(limit.value, lang)} {unit}{plural}"


_ZERO_WORDS = Text(vi="không tính thời gian", en="not timed")
_NO_LIMIT_WORDS = Text(vi="không quy định thời hạn", en="no limit stated")
_UNIT_WORDS = {
    TimeUnit.WORKING_HOUR: Text(vi="giờ làm việc", en="working hour"),
    TimeUnit.WORKING_DAY: Text(vi="ngày làm việc", en="working day"),
    TimeUnit.HOUR: Text(vi="giờ đồng hồ", en="clock hour"),
    TimeUnit.DAY: Text(vi="ngày", en="calendar day"),
}


def _tidy(text: str) -> str:
    """Composed letters, lower case, single blanks."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).split())


def _bare(tidy: str) -> str:
    """The same letters without diacritics, one for one, so that places in both texts agree.

    A "đ" by itself stays: it is the sign of the currency, and "5.000đ" is not five days.
    """
    letters = re.sub(r"đ(?=\w)", "d", tidy)
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in letters)


def _piece(text: str, tidy: str, start: int, end: int) -> str:
    """The piece as printed, where tidying moved no letter; else the tidy words."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return (composed if len(composed) == len(tidy) else tidy)[start:end]


def _value(digits: str, in_days: bool) -> Fraction | None:
    """Exact value of a printed number.

    "1.680 giờ" is over a thousand; "7.5", "0.125" and eighths of a day ("1.125 ngày") are not.
    """
    if digits[-1] in _VULGAR:
        return Fraction(digits[:-1].replace(",", ".") or "0") + _VULGAR[digits[-1]]
    whole, _, part = digits.rpartition(" ")
    above, _, below = part.replace("⁄", "/").partition("/")
    eighth = in_days and above.endswith(("125", "375", "625", "875"))
    if re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", above) and not eighth:
        above = above.replace(".", "")
    if below and int(below) == 0:
        return None
    return Fraction(whole or 0) + Fraction(above.replace(",", ".")) / int(below or 1)


def _unit(match: re.Match[str], default_unit: TimeUnit | None, hours_are_working: bool) -> TimeUnit:
    """What the unit words mean, with the head of the column and the setting for plain hours."""
    if match["wd"] or (match["day"] and default_unit is TimeUnit.WORKING_DAY):
        return TimeUnit.WORKING_DAY
    if match["calendar"] or match["day"]:
        return TimeUnit.DAY
    plain_hours = match["hour"] or match["minute"]
    if match["wh"] or (plain_hours and (hours_are_working or default_unit is TimeUnit.WORKING_HOUR)):
        return TimeUnit.WORKING_HOUR
    return TimeUnit.HOUR


def _with_more(value: Fraction, unit: TimeUnit, more: re.Match[str]) -> tuple[Fraction, TimeUnit]:
    """Add the hours or minutes of "1 ngày 4 giờ", "2 giờ 30 phút"; a day so divided is a working day."""
    hours = Fraction(more["digits"].replace(",", ".")) / (60 if more["unit"] == "phut" else 1)
    if unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY):
        return value + hours / HOURS_PER_WORKING_DAY, TimeUnit.WORKING_DAY
    return value + hours, unit


def _is_time_of_day(match: re.Match[str], bare: str) -> bool:
    """Whether "15 giờ" is three o'clock; hours of work never are."""
    if not (match["hour"] or match["clock"]):
        return False
    before = bare[max(0, match.start() - 20) : match.start()]
    return bool(_BEFORE_TIME_OF_DAY.search(before) or _AFTER_TIME_OF_DAY.match(bare, match.end()))


def _is_sane(value: Fraction | None, unit: TimeUnit) -> bool:
    hours = 24 if unit in (TimeUnit.WORKING_DAY, TimeUnit.DAY) else 1
    return value is not None and value * hours <= _LONGEST


def _exact(value: Fraction, lang: str) -> str:
    """A decimal number where it is exact within four places, else a fraction."""
    for places in range(5):
        if (value * 10**places).denominator == 1:
            return number(value, lang, places)
    return f"{value.numerator}/{value.denominator}"
