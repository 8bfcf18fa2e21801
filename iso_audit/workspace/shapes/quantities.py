"""Numbers with a unit, read strictly: shares (15%), points (0.5 pp), times (45 min), amounts of money.

A number whose dots divide thousands (4.200) means other things to officials and to YAML, so it is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from iso_audit.model.limits import read_limit
from iso_audit.model.procedure import TimeUnit
from iso_audit.workspace.scalars import WrittenFloat
from iso_audit.workspace.shapes.base import misread, written, wrong

CLOCK_UNITS = (TimeUnit.HOUR, TimeUnit.DAY)
LONGEST_DAYS = 3660
"""A single step, wait or answer that takes longer than ten years is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time as it was written: a minute, `wh` and `wd` are work, `h` and `d` run day and night."""

    value: Fraction
    unit: TimeUnit

    @property
    def is_working(self) -> bool:
        return self.unit not in CLOCK_UNITS

    @property
    def seconds(self) -> float:
        return float(self.value * _SECONDS[self.unit])


def as_amount(value: object) -> Amount:
    """Take a length of time: a number and min, wh, wd, h or d, or as an office prints it."""
    if not isinstance(value, str) or (match := _AMOUNT.match(value.strip())) is None:
        raise misread("amount", "" if value is None else written(value) or value)
    if match["sign"]:
        raise wrong("negative", value)
    if match["unit"] == "min":
        found = Amount(Fraction(match["number"].replace(",", ".")) / 60, TimeUnit.WORKING_HOUR)
    elif (limit := read_limit(value)) is not None and limit.value is not None:
        found = Amount(limit.value, limit.unit)
    else:
        raise misread("amount", value)
    if found.seconds > LONGEST_DAYS * 86400:
        raise wrong("long_amount", value)
    return found


def as_percent(most: float) -> Callable[[object], float]:
    """Make a reader of percentages from 0 % to `most`; they come as fractions of one."""

    def percent(value: object) -> float:
        match = _PERCENT.match(value.strip()) if isinstance(value, str) else None
        if match is None:
            raise misread("percent", "" if value is None else written(value) or value)
        share = float(Fraction(match[1].replace(",", ".")) / 100)
        if not 0 <= share <= most:
            raise wrong("percent_range", value, most=f"{100 * most:g}%")
        return share

    return percent


def as_points(value: object) -> float:
    """Take percentage points: 0.5 pp is 0.005."""
    match = _POINTS.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise misread("points", written(value) or value)
    return float(Fraction(match[1].replace(",", ".")) / 100)


def _plain(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) else f"{bound:g}"


def as_number(low: float, high: float, is_whole: bool = False) -> Callable[[object], float]:
    """Make a reader of numbers from `low` to `high`."""

    def number(value: object) -> float:
        if isinstance(value, WrittenFloat) and _THOUSANDS.match(value.written):
            raise wrong("dotted", value.written, bare=value.written.replace(".", ""))
        if isinstance(value, str) and _GROUPED.match(value):
            raise wrong("dotted", value, bare=re.sub(r"[^0-9]", "", value))
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise misread("int_type" if is_whole else "a_number", value)
        if is_whole and value != int(value if math.isfinite(value) else 0):
            raise wrong("int_type", value)
        if not low <= value <= high:
            raise wrong("number_range", written(value) or value, low=_plain(low), high=_plain(high))
        return int(value) if is_whole else float(value)

    return number


_SECONDS = {
    TimeUnit.WORKING_HOUR: 3600, TimeUnit.WORKING_DAY: 28800, TimeUnit.HOUR: 3600, TimeUnit.DAY: 86400,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<sign>[-−–])? ?(?P<number>[0-9]{1,9}(?:[.,][0-9]{1,9})?)(?:[/⁄][0-9]{1,2})?[½¼¾]? ?"
    r"(?P<unit>min|wh|wd|h|d|(?:phút|giờ|ngày|minute|hour|day|working|business|calendar)[\w ]*)\Z"
)
_PERCENT = re.compile(r"([-+]?[0-9]{1,6}(?:[.,][0-9]{1,6})?) ?%\Z", re.ASCII)
_POINTS = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) ?pp\Z", re.ASCII)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}\Z", re.ASCII)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[., ][0-9]{3})+\Z", re.ASCII)

AMOUNT: dict[str, Any] = {
    "type": "string",
    "description": "A number and its unit: min, wh and wd count while people work, h and d day and night.",
    "examples": ["45 min", "2 wh", "1.5 wd", "48 h", "5 d"],
}
PERCENT: dict[str, Any] = {"type": "string", "pattern": "^[0-9]+([.,][0-9]+)? ?%$", "examples": ["15%"]}

Time = Annotated[Amount, PlainValidator(as_amount), WithJsonSchema(AMOUNT)]
Share = Annotated[float, PlainValidator(as_percent(1)), WithJsonSchema(PERCENT)]
Factor = Annotated[float, PlainValidator(as_percent(10)), WithJsonSchema(PERCENT)]
Money = Annotated[float, PlainValidator(as_number(0, 1e13)), WithJsonSchema({"type": "number", "minimum": 0})]
Weight = Annotated[float, PlainValidator(as_number(0, 1e6)), WithJsonSchema({"type": "number", "minimum": 0})]
Count = Annotated[
    int, PlainValidator(as_number(0, 1e6, True)), WithJsonSchema({"type": "integer", "minimum": 0})
]
