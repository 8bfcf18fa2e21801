"""A requirement pack."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from iso_audit.analysis.coverage import WORDS
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import EXTENTS, KINDS
from iso_audit.workspace.shapes.base import (
    Id,
    OneOf,
    PeriodShape,
    Shape,
    Str,
    Strs,
    Words,
    as_list,
    listed,
    one_of,
    wrong,
)


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


class ConditionShape(Shape):
    """Facts of the procedure, and the case of the dossier."""

    same_day: bool | None = None
    extent: Annotated[str, OneOf(*EXTENTS)] | None = None
    level: Strs | None = None
    procedures: Strs | None = None
    linked: bool | None = None
    has_kind: Annotated[str, OneOf(*KINDS)] | None = None
    case: Strs | None = Field(default=None, description="Case of the dossier; `default` is the ordinary one.")


_FLAGS = ("same_day", "linked")


class _OrFlag:
    """Annotation: `same_day` is taken for {same_day: true}."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._conditions, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"anyOf": [{"enum": list(_FLAGS)}, handler(schema)]}

    @staticmethod
    def _conditions(value: object) -> object:
        return {one_of(*_FLAGS)(value): True} if isinstance(value, str) else value


class WhenShape(ConditionShape):
    """Facts of the procedure, and the case of the dossier, that must hold for the requirement to apply."""

    not_: Annotated[ConditionShape, _OrFlag()] | None = Field(
        default=None, alias="not", description="Conditions of which none may hold."
    )


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


Evidence = Annotated[
    list[Annotated[str, OneOf(*WORDS)]],
    BeforeValidator(as_list),
    WithJsonSchema(listed({"enum": list(WORDS)})),
]


class ClauseNeedShape(Shape):
    """A clause of the standard, and by what a procedure may answer to it."""

    clause: Str
    title: Words | None = None
    by: Evidence | None = Field(
        default=None, description="Kinds of steps or parts of a procedure; any one of them will do."
    )
    rules: Strs | None = Field(default=None, description="Codes, or their beginnings, that check the clause.")
    only_with: Evidence | None = Field(
        default=None, description="The clause concerns only procedures that have one of these."
    )
    was: Strs | None = Field(default=None, description="Clauses of the edition before that it came from.")
    sure: bool | None = Field(
        default=None, description="False where the number was not checked against the text."
    )


class PackShape(Shape):
    """A named set of requirements with its days in force."""

    pack: Id
    title: Words | None = None
    edition: Str | None = None
    standard: Str | None = Field(default=None, description="Name by which its clauses are cited.")
    clauses: list[ClauseNeedShape] | None = None
    in_force: PeriodShape | None = None
    requirements: list[RequirementShape]
