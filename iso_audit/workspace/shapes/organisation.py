"""organisation.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from iso_audit.workspace.shapes.base import Id, OneOf, Shape, Str, Strs, Words

UNIT_KINDS = ("authority", "specialised", "service", "commune", "desk", "outside")


class UnitShape(Shape):
    """An office."""

    name: Words | None = None
    kind: Annotated[str, OneOf(*UNIT_KINDS)] | None = None
    level: Str | None = None
    parent: Str | None = None
    desk: Str | None = Field(
        default=None, description="The one-stop desk that receives and returns for this unit."
    )
    calendar: Str | None = None


class RoleShape(Shape):
    """A function that people hold."""

    name: Words | None = None
    applicant: bool | None = None
    leader: bool | None = None
    covers: Strs | None = Field(default=None, description="Roles whose steps this role may carry out too.")


class PersonShape(Shape):
    """A person, by the code that logs use."""

    roles: Strs | None = None
    unit: Str | None = None


class OrganisationShape(Shape):
    """Units, roles and people."""

    units: dict[Id, UnitShape | None] | None = None
    roles: dict[Id, RoleShape | None] | None = None
    people: dict[str, PersonShape | None] | None = None
