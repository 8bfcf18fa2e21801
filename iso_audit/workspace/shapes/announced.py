"""announced.yaml: the limits by which the authority announced each procedure."""

from __future__ import annotations

from pydantic import RootModel

from iso_audit.workspace.shapes.base import Code, Durations, PeriodShape, Str


class AnnouncementShape(PeriodShape):
    """One announcement of one procedure, found by the procedure's code."""

    code: Code
    limit: Durations
    ref: Str


class AnnouncedShape(RootModel[list[AnnouncementShape]]):
    """All announcements."""
