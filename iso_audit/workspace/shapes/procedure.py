"""A procedure file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from iso_audit.model.procedure import EXTENTS, KINDS, StepClock
from iso_audit.workspace.shapes.base import (
    Code,
    Codes,
    Day,
    Duration,
    Durations,
    Id,
    OneOf,
    PeriodShape,
    Shape,
    Str,
    Strs,
    TimeOfDay,
    Words,
    as_list,
    listed,
)

NEXT: dict[str, Any] = {
    "description": "The next step; or outcome -> step; or {all: [..]}, {some: [..]}, {one: [..]}, "
    "{to: .., case: .., outcome: .., message: ..}.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "minProperties": 1,
            "properties": {
                "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Next"}},
                "some": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Next"}},
                "one": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Next"}},
            },
            "additionalProperties": {"$ref": "#/$defs/Next"},
        },
    ],
}
Kinds = Annotated[
    list[Annotated[str, OneOf(*KINDS)]],
    BeforeValidator(as_list),
    WithJsonSchema(listed({"enum": list(KINDS)})),
]
Next = Annotated[Any, WithJsonSchema({"$comment": "Next"})]


class StepShape(Shape):
    """One step; only what is written is judged."""

    no: Str | None = Field(default=None, description="The number as printed.")
    kind: Kinds | None = None
    name: Words | None = None
    role: Code | None = None
    unit: Code | None = None
    limit: Duration | None = None
    stated_limit: Duration | None = Field(
        default=None, description="A time that the wording of the step states."
    )
    records: Strs | None = None
    clock: Annotated[str, OneOf(*StepClock)] | None = None
    at_most: int | None = Field(default=None, ge=1, description="How often at most for one dossier.")
    reads: Strs | None = None
    writes: Strs | None = None
    control: bool | None = None
    negotiable: bool | None = None
    anytime: bool | None = Field(default=None, description="May happen at any moment, outside the graph.")
    submits_to: Codes | None = None
    no_reply: Str | None = Field(
        default=None, description="What happens when a consulted body does not answer."
    )
    deferred: bool | None = Field(
        default=None, description="The choice after this step is made by what comes first."
    )
    join: Annotated[str, OneOf("all", "some")] | None = None
    within: Str | None = Field(
        default=None, description="The sub-procedure around this step: the id of its first gateway."
    )
    bpmn: Str | None = Field(default=None, description="The BPMN element it was read from.")
    calls: Id | None = Field(default=None, description="The procedure that this step is carried out as.")
    sends: Strs | None = None
    awaits: Strs | None = None
    next: Next = None


class LimitGroupShape(Shape):
    """One limit shared by several steps."""

    steps: Annotated[Strs, Field(min_length=1)]
    limit: Duration


class PartShape(Shape):
    """One agency's part of a linked procedure."""

    unit: Code | None = None
    limit: Duration | None = None
    steps: dict[str, StepShape | None]


class LegalBasisShape(PeriodShape):
    """A legal document that the procedure cites, with its days in force."""

    ref: Str
    article: Str | None = None


class FormShape(Shape):
    """A prescribed form."""

    ref: Code
    no: Code
    name: Words | None = None


class VersionShape(Shape):
    """The document control block."""

    number: Str | None = None
    date: Day | None = None
    prepared_by: Str | None = None
    checked_by: Str | None = None
    reviewed_by: Str | None = None
    approved_by: Str | None = None
    changes: Strs | None = None


class DecisionShape(Shape):
    """The decision that published or approved the procedure."""

    number: Str
    date: Day | None = None
    authority: Str | None = None
    note: Words | None = None


class KeptShape(Shape):
    """A piece of a BPMN file that is carried along unread."""

    of: Str | None = Field(default=None, description="The step it belongs to; of the whole if absent.")
    xml: Str


class ProcedureShape(Shape):
    """A procedure file: required are `procedure` and `steps`."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["steps"]}, {"required": ["parts"]}]})

    procedure: Id
    code: Code | None = None
    title: Words | None = None
    level: Str | None = None
    owner: Code | None = Field(default=None, description="Unit that owns the procedure.")
    authority: Code | None = Field(default=None, description="Role that signs the result.")
    limit: Durations | None = Field(
        default=None, description="Whole limit; by case of the dossier, or by the step that ends it."
    )
    in_force: PeriodShape | None = None
    legal_basis: list[LegalBasisShape] | None = None
    separation: list[Strs] | None = None
    start: Str | None = None
    limit_groups: list[LimitGroupShape] | None = None
    parts: dict[Id, PartShape] | None = None
    outside: Strs | None = Field(
        default=None, description="Messages that the world outside is assumed to deliver."
    )
    extent: Annotated[str, OneOf(*EXTENTS)] | None = None
    time_header: Str | None = Field(
        default=None, description="Head of a printed table's time column; its unit corrects the cells."
    )
    same_day: bool | None = None
    cutoff: TimeOfDay | None = None
    cutoff_effect: Annotated[str, OneOf("none", "handover", "start_next_working_day")] | None = None
    ways: Strs | None = None
    applicants: Strs | None = None
    documents: Strs | None = None
    forms: list[FormShape] | None = None
    conditions: Strs | None = None
    fee: Str | None = None
    result: Str | None = None
    version: VersionShape | None = None
    decision: DecisionShape | None = None
    bpmn: list[KeptShape] | None = Field(default=None, description="Pieces of BPMN that are carried along.")
    steps: dict[str, StepShape | None] | None = None
