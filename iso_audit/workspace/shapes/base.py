"""The values that all shapes share: texts, names, days, times of day, limits.

Each is read by one function, so that a fault carries our words and not those of a union of types.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_plain_validator_function

from iso_audit.model.limits import read_limit
from iso_audit.model.procedure import Limit, Period
from iso_audit.text import Text
from iso_audit.workspace.scalars import WrittenFloat, WrittenInt


class Shape(BaseModel):
    """A mapping with known keys: an unknown one is a fault, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


def wrong(kind: str, value: object, **facts: object) -> PydanticCustomError:
    """Make a fault of our own; `kind` is the key of its words in `workspace.faults`."""
    return PydanticCustomError(kind, kind, {"value": value, **facts})


def misread(kind: str, value: object, **facts: object) -> PydanticCustomError:
    """Make a fault in a value; where typographic quotes stand around it, they are the fault."""
    if isinstance(value, str) and (value.startswith(_CURLY) or value.endswith(_CURLY)):
        return wrong("curly", value, bare=value.strip("".join(_CURLY)))
    return wrong(kind, value, **facts)


def written(value: object) -> str | None:
    """Return a text, or a number as it was written; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.written
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_id(name: str) -> bool:
    """Whether other places can refer to `name`."""
    return _ID.match(name) is not None


def texts_at(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Return each text of a value that may be one or a list, with its path; the rest is left to the shape."""
    if isinstance(value, list):
        for i, each in enumerate(value):
            if (text := written(each)) is not None:
                yield (*path, i), text
    elif (text := written(value)) is not None:
        yield path, text


def as_text(value: object) -> str:
    """Take a text, or a number as it was written: a code is often a number without quotes."""
    text = written(value)
    if text is None:
        raise wrong("a_text", value)
    return text


def as_code(value: object) -> str:
    """Take a text that is compared with others letter by letter: YAML reads “1.0” with its quotes."""
    text = as_text(value)
    if text.startswith(_CURLY) or text.endswith(_CURLY):
        raise misread("a_text", text)
    return text


def as_words(value: object) -> Text:
    """Take one text, or one for each language."""
    if not isinstance(value, dict):
        return Text(vi=as_text(value))
    if not value or not value.keys() <= {"vi", "en"}:
        raise wrong("words", value)
    return Text(**{lang: as_text(words) for lang, words in value.items()})


def as_list(value: object) -> object:
    """Take one value for a list of one."""
    return value if isinstance(value, list) or value is None else [value]


def as_cases(value: object) -> object:
    """Take one limit for that of the ordinary case."""
    return value if isinstance(value, dict) and value else {"default": value}


def as_id(value: object) -> str:
    """Take a name that other places refer to."""
    text = as_text(value)
    if not is_id(text):
        raise misread("id", value)
    return text


def as_day(value: object) -> dt.date:
    """Take a day as 2026-02-03."""
    if isinstance(value, str) and _DAY.match(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise wrong("no_such_day", value) from None
    raise misread("day", value)


def as_time(value: object) -> dt.time:
    """Take a time of day as 15:00."""
    if isinstance(value, str) and (match := _TIME.match(value)):
        return dt.time(int(match[1]), int(match[2]))
    raise misread("time_of_day", value)


def as_pattern(value: object) -> str:
    """Take a regular expression that the log engine understands as well as Python does."""
    if not isinstance(value, str):
        raise wrong("a_text", value)
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise wrong("pattern", value, at=(getattr(error, "pos", None) or 0) + 1) from None
    if (beyond := _ONLY_PYTHON.search(value)) is not None:
        raise wrong("pattern_beyond", value, sign=beyond[0])
    return value


def is_zone(name: str) -> bool:
    """Whether the time zone database knows `name`, and means the same everywhere by it."""
    if name in ("localtime", "Factory"):
        return False
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def as_zone(value: object) -> str:
    """Take the name of a time zone."""
    text = as_text(value)
    if not is_zone(text):
        raise wrong("zone", value)
    return text


def as_limit(value: object) -> Limit:
    """Take a limit: a number and its unit, or the words that an office prints."""
    limit = _limit(value) if isinstance(value, str) else None
    if limit is None:
        raise misread("limit", value)
    return limit


@lru_cache(maxsize=4096)
def _limit(printed: str) -> Limit | None:
    """The same few limits stand in every file."""
    return read_limit(printed)


def as_plain(value: object) -> object:
    """Take anything, with numbers as plain numbers."""
    if isinstance(value, dict):
        return {key: as_plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_plain(each) for each in value]
    if isinstance(value, WrittenInt):
        return int(value)
    return float(value) if isinstance(value, WrittenFloat) else value


def one_of(*known: str) -> Callable[[object], str]:
    """Make a reader of one word out of a closed list."""

    def as_one(value: object) -> str:
        text = as_text(value)
        if text not in known:
            raise misread("choice", value, known=list(known))
        return text

    return as_one


class OneOf:
    """Annotation of one word out of a closed list: `Annotated[str, OneOf("full", "steps")]`."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        return no_info_plain_validator_function(one_of(*self.known))

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, object]:
        return {"enum": list(self.known)}


_ONLY_PYTHON = re.compile(
    r"\(\?(?:[=!>(#]|<[=!]|P[=>]|[imsx]*[aLux])|(?<!\\)(?:\\\\)*\\[1-9uUNZ]|(?<!\\)[*+?}]\+"
)
"""Looking around, back references, possessive repeats and other signs that the log engine has not."""

_CURLY = ("“", "”", "„", "‘", "’", "«", "»")
_ID = re.compile(r"[^\W_][\w.\-]*\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z", re.ASCII)

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
"""A moment of today's offices lies in the first of these years or later, and before the last."""

STRING: dict[str, Any] = {"type": "string"}
TEXT: dict[str, Any] = {"type": ["string", "number"]}
ID: dict[str, Any] = {"type": ["string", "number"], "pattern": r"^[^\s/@+~:,]+$"}
WORDS: dict[str, Any] = {
    "anyOf": [
        TEXT,
        {
            "type": "object",
            "properties": {"vi": TEXT, "en": TEXT},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}


def listed(schema: dict[str, Any]) -> dict[str, Any]:
    """Schema of one value or a list of them."""
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


LIMIT: dict[str, Any] = {
    "type": "string",
    "description": "A number and wh, wd, h or d, or the words an office prints.",
    "examples": ["15 wd", "4 wh", "0,5 ngày làm việc", "Không tính thời gian"],
}
LIMITS: dict[str, Any] = {
    "anyOf": [LIMIT, {"type": "object", "additionalProperties": LIMIT, "minProperties": 1}]
}

Str = Annotated[str, PlainValidator(as_text), WithJsonSchema(TEXT)]
Code = Annotated[str, PlainValidator(as_code), WithJsonSchema(TEXT)]
Codes = Annotated[list[Code], BeforeValidator(as_list), WithJsonSchema(listed(TEXT))]
Strs = Annotated[list[Str], BeforeValidator(as_list), WithJsonSchema(listed(TEXT))]
Words = Annotated[Text, PlainValidator(as_words), WithJsonSchema(WORDS)]
ManyWords = Annotated[list[Words], BeforeValidator(as_list), WithJsonSchema(listed(WORDS))]
Id = Annotated[str, PlainValidator(as_id), WithJsonSchema(ID)]
Day = Annotated[dt.date, PlainValidator(as_day), WithJsonSchema({"type": "string", "format": "date"})]
TimeOfDay = Annotated[
    dt.time,
    PlainValidator(as_time),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Zone = Annotated[str, PlainValidator(as_zone), WithJsonSchema(STRING)]
Duration = Annotated[Limit, PlainValidator(as_limit), WithJsonSchema(LIMIT)]
Durations = Annotated[dict[str, Duration], BeforeValidator(as_cases), WithJsonSchema(LIMITS)]


class PeriodShape(Shape):
    """Days in force, both included; an end that is not written is open."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise wrong("backwards", str(self.last), first=str(self.first))
        return self

    def period(self) -> Period:
        return Period(self.first, self.last)
