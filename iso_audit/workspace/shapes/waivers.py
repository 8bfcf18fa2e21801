"""waivers.yaml: findings that an authority tolerates until a day."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, RootModel

from iso_audit.text import Text
from iso_audit.workspace.shapes.base import Day, Shape, Str, Words, wrong

Said = TypeVar("Said", str, Text)


def filled(value: Said) -> Said:
    """Refuse words that say nothing."""
    if not (value.say("vi") if isinstance(value, Text) else value).strip():
        raise wrong("too_short", value)
    return value


class WaiverShape(Shape):
    """One finding, named exactly, with who tolerates it, why and until when."""

    code: Str = Field(description="Code of the rule; no beginnings, no wildcards.")
    procedure: Str = Field(description="Id of the procedure, or id@first-day for one version.")
    step: Str | None = Field(default=None, description="Absent: the finding on the procedure as a whole.")
    unit: Str | None = None
    variant: Str | None = Field(
        default=None, description="As findings.json names it, where one step has several findings."
    )
    requirement: Str | None = Field(
        default=None, description="Where several requirements have a finding there."
    )
    reason: Annotated[Words, AfterValidator(filled)]
    approved_by: Annotated[Str, AfterValidator(filled)]
    approved_on: Day
    until: Day = Field(description="Last day on which it holds, within 366 days of the approval.")


class WaiversShape(RootModel[list[WaiverShape]]):
    """All waivers."""
