"""A mapping file: how a log becomes ours."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from iso_audit.model.channel import CHANNELS
from iso_audit.model.log import DOSSIER_COLUMNS, EVENT_COLUMNS, REPORTED_COLUMNS, STATUSES
from iso_audit.workspace.shapes.base import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    Id,
    OneOf,
    Shape,
    Str,
    Strs,
    Words,
    Zone,
    as_pattern,
    as_text,
    wrong,
)


def as_cut(value: object) -> str:
    """Take a regular expression with one group."""
    pattern = as_pattern(value)
    groups = re.compile(pattern).groups
    if groups != 1:
        raise wrong("pattern_groups", value, groups=groups)
    return pattern


def as_moment(value: object) -> dt.datetime:
    """Take a moment such as 2026-02-03T17:00:00+07:00; a day alone means its end."""
    text = as_text(value)
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise wrong("moment", value) from None
    if not EARLIEST_YEAR <= at.year < LATEST_YEAR:
        raise wrong("other_age", value, first=EARLIEST_YEAR, last=LATEST_YEAR - 1)
    return at.replace(hour=23, minute=59, second=59) if len(text) == len("2026-02-03") else at


def as_encoding(value: object) -> str:
    """Take the name of an encoding of letters."""
    text = as_text(value)
    if text.lower() in OLD_VIETNAMESE:
        return text
    try:
        b"a".decode(text)
    except UnicodeError:
        return text  # it is one; that single letter is none in it
    except (LookupError, ValueError):
        raise wrong("encoding", value) from None
    return text


def as_sign(value: object) -> str:
    """Take one character."""
    if not isinstance(value, str) or len(value) != 1:
        raise wrong("sign", value)
    return value


OLD_VIETNAMESE = ("tcvn3", "abc", "vni")
"""Encodings of old Vietnamese exports that Python does not know; the reader of tables does."""

Pattern = Annotated[str, PlainValidator(as_cut), WithJsonSchema({"type": "string", "format": "regex"})]
Moment = Annotated[dt.datetime, PlainValidator(as_moment), WithJsonSchema({"type": "string"})]
Encoding = Annotated[str, PlainValidator(as_encoding), WithJsonSchema({"type": "string"})]
Sign = Annotated[str, PlainValidator(as_sign), WithJsonSchema({"type": "string", "maxLength": 1})]
Names = dict[str, Str]


class CutShape(Shape):
    """A column cut out of another one: what the group of the pattern finds."""

    source: Str = Field(alias="from")
    pattern: Pattern


EventColumn = Annotated[str, OneOf(*EVENT_COLUMNS)]
DossierColumn = Annotated[str, OneOf(*DOSSIER_COLUMNS)]
ReportedColumn = Annotated[str, OneOf(*REPORTED_COLUMNS)]


class EventsShape(Shape):
    """How the events become ours: our column -> theirs."""

    columns: dict[EventColumn, Str] | None = None
    cut: dict[EventColumn, CutShape] | None = None
    constant: dict[EventColumn, Str] | None = None


class DossiersShape(Shape):
    """How the dossiers become ours: out of `attributes`, out of every row of `events`, or a second file."""

    source: Str = Field(alias="from")
    columns: dict[DossierColumn, Str] | None = None
    cut: dict[DossierColumn, CutShape] | None = None
    constant: dict[DossierColumn, Str] | None = None


class ReportedShape(Shape):
    """Where reported numbers stand, to be counted again; a row is of one procedure, unit and month."""

    source: Str = Field(alias="from")
    columns: dict[ReportedColumn, Str] | None = None
    cut: dict[ReportedColumn, CutShape] | None = None
    constant: dict[ReportedColumn, Str] | None = None


class MappingShape(Shape):
    """A mapping file."""

    mapping: Id
    note: Words | None = None
    procedure: Str | None = None
    procedures: Names | None = None
    object_type: Str | None = Field(default=None, description="Type of object that is the dossier (OCEL).")
    zone: Zone | None = None
    dates: Strs | None = None
    start: Annotated[str, OneOf("previous_finish")] | None = None
    due: Annotated[str, OneOf("computed", "given")] | None = None
    drawn_up_at: Moment | None = None
    encoding: Encoding | None = None
    delimiter: Sign | None = None
    dossiers_together: bool | None = Field(
        default=None,
        description="All rows of a dossier stand together: a packed log that breaks off can then be judged.",
    )
    steps: Names | None = Field(default=None, description="Activity as written -> step id.")
    roles: Names | None = None
    units: Names | None = None
    statuses: dict[str, Annotated[str, OneOf(*STATUSES)]] | None = None
    channels: dict[str, Annotated[str, OneOf(*CHANNELS)]] | None = Field(
        default=None, description="Way of filing as written -> online, desk or post."
    )
    ignore: Strs | None = Field(default=None, description="Activities that are declared as no step.")
    events: EventsShape
    dossiers: DossiersShape | None = None
    register_: DossiersShape | None = Field(
        default=None, alias="register", description="The office's register, which the log is compared with."
    )
    reported: ReportedShape | None = None
