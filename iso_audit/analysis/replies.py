"""How soon one kind of step follows another, in all dossiers or in those that came in one way.

The engine measures the time (`model.log.Demand`); rules ask it through a requirement with the parameters
`since`, `until` and `limit`, and perhaps `online` (the way) and `unless` (steps between which the two do
not belong together).
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
    if not (since and until and isinstance(limit, Limit)):
        return None
    way = online if isinstance(online, bool) else None
    return Demand(since, until, limit=limit, online=way, unless=requirement.names("unless"))


def replied(trace: Trace, requirement: Requirement) -> Answer:
    """Judge a dossier in which both steps happened, the second from the first one on. Linear."""
    demand = reply_demand(requirement)
    if demand is None:
        return NOT_APPLICABLE
    ended = _ended(trace, demand)
    fact = trace.facts.get(demand.fact, CANNOT_TELL)
    if ended is None or fact == NOT_ASKED:
        return NOT_APPLICABLE
    if fact == CANNOT_TELL:
        return Answer(unknowns=(Unknown("no-moment" if demand.online is None else "no-channel-or-moment"),))
    if fact != YES:
        return HOLDS
    return Answer(1, (Breach("", {"limit": demand.limit}, position=ended),))


def _ended(trace: Trace, demand: Demand) -> int | None:
    """Where the second step of the first pair stands; None where no first step has a second."""
    first, second, unless = (
        {step.id for name in names for step in trace.procedure.meant(name)}
        for names in (demand.first, demand.second, demand.unless)
    )
    is_begun = False
    for at, step in enumerate(trace.steps):
        is_begun = is_begun or step in first
        if is_begun and step in second:
            return at
        is_begun = is_begun and step not in unless
    return None
