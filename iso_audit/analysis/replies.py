"""How soon one kind of step follows another in dossiers that came in one way: on paper or electronically.

The engine measures the working time (`model.log.Demand`); rules ask it through a requirement with the
parameters `since`, `until`, `limit` and `online`.
"""

from __future__ import annotations

from iso_audit.model.log import Demand
from iso_audit.model.procedure import Limit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Unknown
from iso_audit.model.trace import CANNOT_TELL, NOT_ASKED, YES, Trace


def reply_demand(requirement: Requirement) -> Demand | None:
    """What the log has to be asked for such a requirement; None for any other."""
    limit, online = requirement.parameters.get("limit"), requirement.parameters.get("online")
    since, until = requirement.names("since"), requirement.names("until")
    if not (since and until and isinstance(limit, Limit) and isinstance(online, bool)):
        return None
    return Demand(since, until, limit=limit, online=online)


def replied(trace: Trace, requirement: Requirement) -> Answer:
    """Judge a dossier in which both steps happened, the second from the first one on. Linear."""
    demand = reply_demand(requirement)
    if demand is None:
        return NOT_APPLICABLE
    first, second = (
        {step.id for name in names for step in trace.procedure.meant(name)}
        for names in (demand.first, demand.second)
    )
    begun = next((at for at, step in enumerate(trace.steps) if step in first), None)
    if begun is None:
        return NOT_APPLICABLE
    ended = next((at for at, step in enumerate(trace.steps) if at >= begun and step in second), None)
    fact = trace.facts.get(demand.fact, CANNOT_TELL)
    if ended is None or fact == NOT_ASKED:
        return NOT_APPLICABLE
    if fact == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-channel-or-moment"),))
    if fact != YES:
        return HOLDS
    return Answer(1, (Breach("", {"limit": demand.limit}, position=ended),))
