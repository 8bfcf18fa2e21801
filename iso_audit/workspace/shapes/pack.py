"""A requirement pack."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from iso_audit.model.finding import Grade
from iso_audit.model.procedure import KINDS
from iso_audit.workspace.shapes.base import Id, OneOf, PeriodShape, Shape, Str, Strs, Words, wrong


class ClauseShape(Shape):
    """The authority a requirement rests on: `article` of a law, or `clause` of a standard."""

    ref: Str
    article: Str | None = None
    clause: Str | None = None
    sure: bool | None = Field(
        default=None, description="False where the number was not checked against the text."
    )

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.article and self.clause:
            raise wrong("article_and_clause", "")
        return self


class WhenShape(Shape):
    """Facts of the procedure that must hold for the requirement to apply."""

    same_day: bool | None = None
    extent: Annotated[str, OneOf("full", "steps")] | None = None
    level: Strs | None = None
    procedures: Strs | None = None
    linked: bool | None = None
    has_kind: Annotated[str, OneOf(*KINDS)] | None = None


class RequirementShape(Shape):
    """One question: a rule, its parameters beside the keys named here, and its authority."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Any]

    id: Id
    rule: Str
    cite: list[ClauseShape] = Field(min_length=1)
    grade: Annotated[str, OneOf(*Grade)]
    title: Words | None = None
    only: Strs | None = Field(
        default=None, description="Codes of the rule that are used; all of them if absent."
    )
    when: WhenShape | None = None
    in_force: PeriodShape | None = None


class PackShape(Shape):
    """A named set of requirements with its days in force."""

    pack: Id
    title: Words | None = None
    edition: Str | None = None
    in_force: PeriodShape | None = None
    requirements: list[RequirementShape]
