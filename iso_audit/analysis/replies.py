"""How soon one kind of step follows another, in all dossiers or in those that came in one way.

The engine measures the time (`model.log.Demand`); rules ask it through a requirement with the parameters
`since`, `until` and `limit`, and perhaps `online` (the way) and `unless` (steps between which the two do
not belong together).
"""

from __future__ import annotations

from iso_audit.model.log import Demand
from iso_audit.model.procedure import Limit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import HOLDS, NOT_APPLICABLE, Answer, Breach, Parameter, Unknown
from iso_audit.model.trace import CANNOT_TELL, NOT_ASKED, YES, Trace
from iso_audit.text import Text

Names = tuple[str, ...]
_SINCE = Text(vi="Các bước bắt đầu tính thời gian", en="Steps from whose end time runs")
_UNTIL = Text(vi="Các bước phải có trong thời gian đó", en="Steps that have to follow")
_UNLESS = Text(vi="Sau các bước này thì không xét nữa", en="Steps after which nothing is asked any more")
_WORKING = Text(vi="Thời gian làm việc tối đa", en="Working time at most")
_AT_MOST = Text(vi="Thời gian tối đa", en="How long at most")
_ONLINE = Text(
    vi="Xét hồ sơ nộp trực tuyến (true) hay hồ sơ giấy (false)",
    en="About dossiers handed in electronically (true) or on paper (false)",
)


def reply_parameters(
    since: Names = (), until: Names = (), unless: Names | None = None, online: bool | None = None
) -> dict[str, Parameter]:
    """The parameters of a rule that asks `replied`, with their defaults, in the order of the rule book.

    Steps without a default are for every requirement to name. `unless` None: the rule knows no such
    steps; `online` None: it asks about dossiers however they came.
    """
    asked = {
        "since": Parameter("names", _SINCE, since or None, required=not since),
        "until": Parameter("names", _UNTIL, until or None, required=not until),
    }
    if unless is not None:
        asked["unless"] = Parameter("names", _UNLESS, unless or None)
    asked["limit"] = Parameter("limit", _AT_MOST if online is None else _WORKING, required=True)
    if online is not None:
        asked["online"] = Parameter("flag", _ONLINE, online)
    return asked


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
