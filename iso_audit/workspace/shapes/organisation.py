"""organisation.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from iso_audit.workspace.shapes.base import Id, OneOf, PeriodShape, Shape, Str, Strs, Words

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


class PersonShape(PeriodShape):
    """A person, by the code that logs use, with the days in office."""

    roles: Strs | None = None
    unit: Str | None = None


class DelegationShape(PeriodShape):
    """A letter by which a person acts in a role, with the days it is in force."""

    person: Str
    role: Str
    unit: Str | None = Field(default=None, description="Where; by default where the person belongs.")
    ref: Str | None = None


class SystemDocumentShape(Shape):
    """A document of the quality system that answers to clauses for every procedure."""

    code: Str
    title: Words | None = None
    clauses: Strs


class ExclusionShape(Shape):
    """A clause that the office has declared not applicable, and why."""

    clause: Str
    reason: Words


class QualitySystemShape(Shape):
    """What answers to the standard for the office as a whole."""

    documents: list[SystemDocumentShape] | None = None
    exclusions: list[ExclusionShape] | None = None


class OrganisationShape(Shape):
    """Units, roles, people and the quality system."""

    quality_system: QualitySystemShape | None = None

    units: dict[Id, UnitShape | None] | None = None
    roles: dict[Id, RoleShape | None] | None = None
    people: dict[str, PersonShape | None] | None = None
    delegations: list[DelegationShape] | None = None
