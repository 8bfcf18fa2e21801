"""One change of a procedure, of its people or of its numbers: one key names its kind, others go with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from iso_audit.model.scenario import CHANGES
from iso_audit.workspace.shapes.base import Durations, Id, Shape, Str, Words, wrong
from iso_audit.workspace.shapes.quantities import Factor, Money, Share, as_number
from iso_audit.workspace.shapes.spread import Ids, Shares, SpreadOf, StaffChange

GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "delegate": ("to",),
    "merge": ("as", "name", "role", "time_factor"),
    "move": ("after",),
    "split": ("by_case",),
    "look_up": ("from",),
    "digitise": ("role", "time_factor", "cost_per_year", "one_off_cost"),
}
"""Kind -> the keys that may stand beside it."""
NEEDS: Mapping[str, tuple[str, ...]] = {
    "delegate": ("to",),
    "move": ("after",),
    "split": ("by_case",),
    "look_up": ("from",),
    "digitise": ("time_factor",),
}
HOW_MANY: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("eliminate", "delegate", "digitise"), (1, 99)),
    **dict.fromkeys(("merge", "parallel", "reorder"), (2, 99)),
    "swap": (2, 2),
}
"""Kind -> the fewest and the most steps it is about."""


class ClassShape(Shape):
    """How one case is handled after a split."""

    role: Id | None = None
    time_factor: Factor | None = Field(default=None, description="Time against that of the step today.")
    share: Share | None = Field(
        default=None, description="Of all dossiers, for a case that `cases` does not name."
    )


class ChangeShape(Shape):
    """One change: exactly one key for its kind, the keys that go with that kind, and why."""

    eliminate: Ids | None = Field(default=None, description="Steps that fall away.")
    delegate: Ids | None = Field(default=None, description="Steps that another role carries out: `to`.")
    merge: Ids | None = Field(default=None, description="Steps that become one, named `as`.")
    swap: Ids | None = Field(default=None, description="Two steps that change places.")
    parallel: Ids | None = Field(default=None, description="Steps that run side by side.")
    reorder: Ids | None = Field(default=None, description="Steps of a chain in their new order.")
    move: Id | None = Field(default=None, description="The step that goes `after` another.")
    split: Id | None = Field(default=None, description="The step that is handled `by_case`.")
    look_up: Str | None = Field(default=None, description="The document that a register answers for: `from`.")
    digitise: Ids | None = Field(default=None, description="Steps that a system does, or helps with.")
    limit: Durations | None = Field(default=None, description="The new limit of the whole procedure.")
    staff: dict[Id, StaffChange] | None = Field(default=None, description="Role -> +1, -1, or what changes.")
    branches: dict[str, Shares] | None = Field(default=None, description="Step -> its shares then.")
    durations: dict[str, SpreadOf] | None = Field(default=None, description="Step -> its time of work then.")
    waits: dict[str, SpreadOf] | None = Field(default=None, description="Step -> its waiting time then.")

    to: Id | None = None
    as_: Id | None = Field(default=None, alias="as", description="Id of the step that merging makes.")
    name: Words | None = Field(default=None, description="Name of the step that merging makes.")
    role: Id | None = None
    time_factor: Factor | None = Field(default=None, description="Time of work against today's.")
    after: Id | None = None
    by_case: dict[str, ClassShape] | None = None
    from_: Str | None = Field(default=None, alias="from", description="The register that answers.")
    cost_per_year: Money | None = None
    one_off_cost: Money | None = None

    why: Words | None = None
    effort: (
        Annotated[
            float,
            PlainValidator(as_number(0.01, 1000)),
            WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 1000}),
        ]
        | None
    ) = Field(default=None, description="How hard it is to bring about, against other changes; 1 if absent.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        written = self.model_fields_set
        kinds = [kind for kind in CHANGES if kind in written and self.value(kind) is not None]
        if len(kinds) != 1:
            raise wrong("one_change", "", known=", ".join(CHANGES))
        kind = kinds[0]
        for key in _BESIDE:
            if self.value(key) is not None and key not in GOES_WITH.get(kind, ()):
                raise wrong("not_of_change", "", key=key, change=kind)
        for key in NEEDS.get(kind, ()):
            if self.value(key) is None:
                raise wrong("change_needs", "", key=key, change=kind)
        low, high = HOW_MANY.get(kind, (0, 99))
        value = self.value(kind)
        if isinstance(value, list) and not low <= len(value) <= high:
            raise wrong("so_many_steps", "", change=kind, count=low)
        return self

    def value(self, key: str) -> Any:  # noqa: ANN401 - of each key its own
        return getattr(self, f"{key}_" if key in ("as", "from") else key)

    @property
    def kind(self) -> str:
        return next(kind for kind in CHANGES if self.value(kind) is not None)


_BESIDE = tuple(dict.fromkeys(key for keys in GOES_WITH.values() for key in keys))
