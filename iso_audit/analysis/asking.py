"""What the log has to be asked for a requirement of one procedure, besides roles and times between steps.

Rules read the facts of these demands; the audit hands the demands to the engine before it reads the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iso_audit.model.log import Asks, Demand
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Unknown
from iso_audit.model.trace import CANNOT_TELL, NOT_ASKED, YES, Trace

ACCEPTED = ("issue_receipt", "transfer_in", "assign", "appraise")
"""Kinds of steps that show that a dossier had been accepted."""
REQUEST = ("request_supplement",)


def demands_of(requirement: Requirement, procedure: Procedure) -> tuple[Demand, ...]:
    """The demands of a requirement, in the order in which its rule reads them; none for most."""
    build = _BUILDERS.get(requirement.rule)
    return build(requirement, procedure) if build is not None else ()


def answered(
    trace: Trace, demand: Demand, unknown: str, facts: Mapping[str, object] | None = None, variant: str = ""
) -> Answer:
    """Judge the fact of one demand; the breach is shown at the last step that the demand speaks of."""
    fact = trace.facts.get(demand.fact, CANNOT_TELL)
    if fact == NOT_ASKED:
        return NOT_APPLICABLE
    if fact == CANNOT_TELL:
        return Answer(unknowns=(Unknown(unknown),))
    at = last_of(trace, demand.first)
    return Answer(1, (Breach("", facts or {}, variant=variant, position=at),)) if fact == YES else HOLDS


def last_of(trace: Trace, names: tuple[str, ...]) -> int | None:
    """Where a trace last has a step of these kinds or ids."""
    meant = {step.id for name in names for step in trace.procedure.meant(name)}
    return max((at for at, step in enumerate(trace.steps) if step in meant), default=None)


def _desk_role(procedure: Procedure) -> str:
    """The role of the desk: who receives dossiers; empty where that is nobody's, or several roles'."""
    roles = {step.role for step in procedure.of_kind("receive")}
    return roles.pop() if len(roles) == 1 else ""


def _at_desk(_requirement: Requirement, procedure: Procedure) -> tuple[Demand, ...]:
    role = _desk_role(procedure)
    return (Demand(("return_result",), role=role, online=False, asks=Asks.DESK),) if role else ()


def _through_desk(_requirement: Requirement, procedure: Procedure) -> tuple[Demand, ...]:
    role = _desk_role(procedure)
    return (Demand(REQUEST, ACCEPTED, role, asks=Asks.THROUGH_DESK),) if role else ()


def _waiting(requirement: Requirement, _procedure: Procedure) -> tuple[Demand, ...]:
    limit = _limit(requirement)
    return (Demand(REQUEST, limit=limit, asks=Asks.WAITING),) if limit else ()


def _early(requirement: Requirement, _procedure: Procedure) -> tuple[Demand, ...]:
    limit, told = _limit(requirement), ("notify", "return_result")
    ready = ("approve_sign", "number_stamp")
    return (Demand(ready, told, limit=limit, asks=Asks.EARLY),) if limit and limit.unit.is_working else ()


def _moved(_requirement: Requirement, _procedure: Procedure) -> tuple[Demand, ...]:
    return tuple(Demand(REQUEST, ("issue_receipt",), asks=asks) for asks in (Asks.UNTOLD, Asks.LATER))


def _limit(requirement: Requirement) -> Limit | None:
    limit = requirement.parameters.get("limit")
    return limit if isinstance(limit, Limit) and limit.value else None


_BUILDERS: Mapping[str, Callable[[Requirement, Procedure], tuple[Demand, ...]]] = {
    "result-at-desk": _at_desk,
    "supplement-through-desk": _through_desk,
    "open-supplement": _waiting,
    "early-result": _early,
    "date-after-stop": _moved,
}
