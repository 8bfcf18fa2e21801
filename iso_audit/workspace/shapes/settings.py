"""iso-audit.yaml: who audits whom, on what day, by which packs and calendar."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from iso_audit.workspace.shapes.base import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    Id,
    ManyWords,
    PeriodShape,
    Shape,
    Str,
    Strs,
    Words,
    as_day,
    wrong,
)


class CoveredShape(PeriodShape):
    """The first and the last day of receipt that an audit covers."""

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        if self.first is None or self.last is None:
            raise wrong("half_range", "")
        return self


def as_audit_day(value: object) -> dt.date:
    """Take a day of our age: no calendar knows another one."""
    day = as_day(value)
    if not EARLIEST_YEAR <= day.year < LATEST_YEAR:
        raise wrong("other_age", value, first=EARLIEST_YEAR, last=LATEST_YEAR - 1)
    return day


AuditDay = Annotated[
    dt.date, PlainValidator(as_audit_day), WithJsonSchema({"type": "string", "format": "date"})
]


class AuditShape(Shape):
    """What the report says about the audit itself."""

    date: AuditDay | None = None
    number: Str | None = None
    period: CoveredShape | None = None
    client: Words | None = None
    auditees: ManyWords | None = None
    team: ManyWords | None = None
    participants: ManyWords | None = None
    objectives: Words | None = None
    scope: Words | None = None
    locations: Words | None = None
    divergent_opinions: Words | None = None
    signer: Words | None = Field(default=None, description="Function of the person who signs the report.")
    signer_name: Str | None = None
    recipients: ManyWords | None = None


def as_share(value: object) -> float | int:
    """Take a share of a whole."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise wrong("share", value)
    return float(value) if isinstance(value, float) else int(value)


class GradingShape(Shape):
    """When many minor breaches of one requirement in one unit make a major finding."""

    few_dossiers: Annotated[int, Field(ge=0)] | None = None
    few_breaches: Annotated[int, Field(ge=1)] | None = None
    share: (
        Annotated[
            float | int,
            PlainValidator(as_share),
            WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
        ]
        | None
    ) = None


class SettingsShape(Shape):
    """Settings of a workspace."""

    office: Words | None = None
    parent: Words | None = None
    place: Words | None = None
    audit: AuditShape | None = None
    calendar: Id | None = None
    packs: Strs | None = None
    log: Str | None = None
    mapping: Str | None = None
    seed: int | None = None
    grading: GradingShape | None = None
