"""One change on its way: what it makes of a procedure and of the numbers, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Kept, Procedure, Separation, Step
from iso_audit.model.scenario import Change, Scenario

REQUIRED = ("check", "appraise", "review", "approve_sign")
"""Kinds of steps that nobody may drop or hand to others unless the owner has marked them negotiable."""

Said = tuple[str, Mapping[str, object]]
"""Key of words and the facts in them."""


class ImpossibleError(Exception):
    """The change has no meaning here; caught where changes are made, and told as a refusal."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


@dataclass
class Attempt:
    """The procedure and the scenario while one change is being made."""

    change: Change
    procedure: Procedure
    scenario: Scenario
    organisation: Organisation | None = None
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Step -> its fate, and what it went into."""
    against: list[Said] = field(default_factory=list)
    """Why the law or good order forbids it, although it could be made."""
    assumed: list[Said] = field(default_factory=list)
    """What it takes for granted because the files do not say it."""

    def step(self, name: str) -> Step:
        """A step that the change names; raises ImpossibleError where an earlier change has taken it away."""
        found = self.procedure.by_id.get(name)
        if found is None:
            raise ImpossibleError("gone", step=name)
        return found

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self.step(name) for name in self.change.steps)

    def forbid(self, reason: str, **facts: object) -> None:
        self.against.append((reason, facts))

    def assume(self, key: str, **facts: object) -> None:
        self.assumed.append((key, facts))

    def may_act(self, role: str, required: str) -> bool:
        """Whether somebody in `role` is known to be competent for a step of role `required`."""
        if not required or role == required:
            return True
        return self.organisation is not None and self.organisation.may_act(role, required)


def is_control(step: Step) -> bool:
    """Whether somebody looks there at what others have done, or decides."""
    return step.control or any(step.is_a(kind) for kind in REQUIRED)


def is_required(step: Step) -> bool:
    """Whether a step is a control that the owner has not marked as negotiable."""
    return is_control(step) and not step.negotiable


def must_be_competent(attempt: Attempt, role: str, step: Step) -> None:
    """A control goes only to a role known to be competent; of other work that is taken for granted."""
    if attempt.may_act(role, step.role):
        return
    if is_required(step):
        attempt.forbid("competence", step=step.id, role=role, role_required=step.role)
    else:
        attempt.assume("competence", step=step.id, role=role, role_required=step.role)


WORKS_ON = {
    "check": ("receive",),
    "issue_receipt": ("receive", "check"),
    "transfer_in": ("receive", "check"),
    "assign": ("check", "transfer_in"),
    "appraise": ("check", "assign"),
    "field_check": ("check", "assign"),
    "consult": ("check", "assign"),
    "draft_result": ("appraise", "field_check", "consult"),
    "review": ("appraise", "draft_result"),
    "approve_sign": ("appraise", "draft_result", "review", "refuse"),
    "number_stamp": ("approve_sign",),
    "return_result": ("approve_sign", "number_stamp"),
    "archive": ("return_result",),
}
"""Kind -> kinds whose result it is about, whatever the procedure says of data."""


def must_be_independent(attempt: Attempt, one: Step, other: Step) -> None:
    """Work that came after another and will not any more may not need what that leaves behind.

    Where the procedure does not say what steps read and write, their kinds tell what is about what;
    the rest is taken for granted, and said.
    """
    if not all(step.reads or step.writes for step in (one, other)):
        if any(one.is_a(kind) for own in other.kinds for kind in WORKS_ON.get(own, ())):
            attempt.forbid("works-on", step=other.id, step_second=one.id)
            return
        attempt.assume("data", step=one.id, step_second=other.id)
    shared = set(one.writes) & {*other.reads, *other.writes} | set(other.writes) & set(one.reads)
    if shared:
        attempt.forbid("data", step=one.id, step_second=other.id, data=tuple(sorted(shared)))


def factor_of(values: Mapping[str, object]) -> float:
    """Time of work against today's; nothing at all is a factor too."""
    factor = values.get("time_factor")
    return float(factor) if isinstance(factor, (int, float)) else 1.0


def renamed(procedure: Procedure, names: Mapping[str, str]) -> Procedure:
    """The procedure with steps under other names in all that names steps but flows; "" takes them out."""

    def new(steps: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in steps if (name := names.get(step, step))))

    groups = (replace(group, steps=new(group.steps)) for group in procedure.limit_groups)
    pairs = (Separation(new(pair.of), pair.place) for pair in procedure.separation)
    kept = (
        Kept(names.get(piece.of, piece.of), piece.xml, piece.place)
        for piece in procedure.kept
        if not piece.of or names.get(piece.of, piece.of)
    )
    limits = {names.get(case, case): limit for case, limit in procedure.limits.items()}
    return replace(
        procedure,
        limit_groups=tuple(group for group in groups if group.steps),
        separation=tuple(pair for pair in pairs if len(pair.of) > 1),
        kept=tuple(kept),
        limits={case: limit for case, limit in limits.items() if case},
    )
