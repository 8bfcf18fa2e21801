"""How a dossier of the sample goes through its procedure when nothing goes wrong.

Tokens walk along the flows; every step waits a little and takes a share of its limit. The due and
the appointed dates are those of the program's own clock.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections import Counter
from dataclasses import dataclass, field

from iso_audit.model.calendar import Calendar
from iso_audit.model.clock import advance, due
from iso_audit.model.procedure import Procedure, Split, Step

HOUR = 3600
DAY = 8 * HOUR
"""A working day in working seconds."""

ROLES = (
    "one-stop-officer", "division-head", "specialist", "justice-officer", "chairman", "clerk",
    "archive-officer", "office-reviewer", "commune-chairman", "expert", "land-registry-officer",
    "tax-officer", "police-officer", "police-head", "insurance-officer", "insurance-head",
)  # fmt: skip
SLIPS = {
    "receive": "TN",
    "issue_receipt": "GH",
    "request_supplement": "BS",
    "refuse": "TC",
    "apologise": "XL",
}
REASONS = {
    "request_supplement": ("Thiếu giấy tờ về đất", "Bản vẽ chưa ký", "Tờ khai chưa đủ"),
    "refuse": ("Không thuộc thẩm quyền", "Không phù hợp quy hoạch"),
    "apologise": ("Chờ ý kiến phối hợp", "Cần xác minh thêm"),
}
Stretch = tuple[dt.datetime, dt.datetime]


@dataclass
class Event:
    """One execution of a step."""

    step: str
    actor: str
    role: str
    start: dt.datetime | None
    finish: dt.datetime
    document: str = ""
    reason: str = ""
    new_day: str = ""


@dataclass
class Dossier:
    """One dossier: how it is to be handled, what happened, and what an audit must say of it."""

    number: int
    seed: int
    calendar: Calendar
    procedure: Procedure
    unit: str
    unit_number: int
    received: dt.datetime
    channel: str
    case: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    """Outcomes taken at a step, one after the other; the first flow after that."""
    pace: float = 1.0
    extra: dict[str, int] = field(default_factory=dict)
    """Working seconds that the file lies still before a step."""
    slow: dict[str, float] = field(default_factory=dict)
    """Share of its limit that a step takes."""
    events: list[Event] = field(default_factory=list)
    pauses: list[Stretch] = field(default_factory=list)
    appointed: dt.datetime | None = None
    finished: dt.datetime | None = None
    returned: dt.datetime | None = None
    status: str = "10"
    code: str = ""
    is_spoiled: bool = False
    truth: list[tuple[str, str, str]] = field(default_factory=list)
    """(code of a rule, step, variant) of each breach."""

    def event(self, step: str) -> Event:
        """The last execution of a step."""
        return next(event for event in reversed(self.events) if event.step == step)

    def of_kind(self, kind: str) -> Event | None:
        """The last execution of a kind of step, if there was one."""
        steps = {step.id for step in self.procedure.of_kind(kind)}
        return next((event for event in reversed(self.events) if event.step in steps), None)

    def breach(self, code: str, step: str = "", variant: str = "") -> None:
        """Note that an audit has to find this."""
        self.truth.append((code, step, variant))

    def due(self, pauses: list[Stretch] | None = None) -> dt.datetime:
        """The due date, with all pauses or with those given."""
        p = self.procedure
        return due(
            self.calendar,
            p.limits.get(self.case) or p.limit,
            self.received,
            cutoff=p.cutoff,
            cutoff_effect=p.cutoff_effect,
            same_day=p.same_day,
            pauses=self.pauses if pauses is None else pauses,
        ).at

    def person(self, role: str, which: int) -> str:
        """Code of somebody: two digits of the unit, two of the role, one of the person."""
        return f"cb{self.unit_number:02}{ROLES.index(role):02}{which}"

    def later(self, moment: dt.datetime, seconds: float) -> dt.datetime:
        """The moment after so much working time, to the minute."""
        return advance(self.calendar, moment, max(60, int(seconds) // 60 * 60))


def handle(dossier: Dossier) -> None:
    """Lead the dossier through its procedure; the same plan gives the same events."""
    rng = random.Random(f"{dossier.seed}-{dossier.number}")
    procedure = dossier.procedure
    people = {role: rng.randrange(3) for role in ROLES}
    into = Counter(flow.to for step in procedure.steps for flow in step.flows)
    entry = procedure.start or next(s.id for s in procedure.steps if not into[s.id] and not s.anytime)
    dossier.events, dossier.pauses = [], []
    arrived: dict[str, list[dt.datetime]] = {}
    left = Counter[str]()
    agenda: list[tuple[dt.datetime, int, str, float]] = [(dossier.received, 0, entry, 0.0)]
    while agenda:
        ready, order, name, wait = heapq.heappop(agenda)
        step = procedure.by_id[name]
        if step.join == "all":
            arrived.setdefault(name, []).append(ready)
            if len(arrived[name]) < into[name]:
                continue
            ready = max(arrived[name])
        applicant = 0.0
        if not step.is_silent and not step.is_a("submit"):
            event = _carry_out(dossier, step, ready, wait, people, rng)
            dossier.events.append(event)
            if step.role == "applicant":
                dossier.pauses.append((ready, event.finish))
            ready = event.finish
            if step.is_a("request_supplement"):
                applicant = rng.uniform(0.3, 0.6) * HOUR if procedure.same_day else rng.uniform(0.6, 4) * DAY
                dossier.pauses.append((ready, dossier.later(ready, applicant)))
        for number, following in enumerate(_leaving(step, dossier, left)):
            heapq.heappush(agenda, (ready, order * 10 + number + 1, following, applicant))
    dossier.events.sort(key=lambda event: event.finish)
    _settle(dossier)


def _leaving(step: Step, dossier: Dossier, left: Counter[str]) -> list[str]:
    """Steps that follow: all of a parallel split, else the outcome planned, the case's, or the first."""
    if step.split is Split.ALL or not step.flows:
        return [flow.to for flow in step.flows]
    planned = dossier.chosen.get(step.id, [])[left[step.id] :]
    left[step.id] += 1
    if planned:
        return [flow.to for flow in step.flows if flow.outcome == planned[0]]
    return (
        [flow.to for flow in step.flows if flow.case and flow.case == dossier.case] or [step.flows[0].to]
    )[:1]


def _carry_out(
    dossier: Dossier, step: Step, ready: dt.datetime, wait: float, people: dict[str, int], rng: random.Random
) -> Event:
    if step.role == "applicant":
        paid = dossier.later(ready, rng.uniform(1, 8) * DAY)
        return Event(step.id, "", "", paid, paid)
    limit = (step.limit.working_seconds or 0) if step.limit else 0
    at_desk = step.role == "one-stop-officer" and not step.is_a("return_result")
    if not wait and dossier.events:
        wait = rng.uniform(60, 300 if at_desk else 1500) * dossier.pace
    if step.is_a("return_result") and not dossier.procedure.same_day:
        wait = rng.uniform(0.2, 2.5) * DAY
    wait += dossier.extra.get(step.id, 0)
    share = dossier.slow.get(step.id, rng.uniform(0.1, 0.35 if at_desk else 0.7) * dossier.pace)
    work = limit * share if limit else rng.uniform(300, 1200)
    start = dossier.later(ready, wait) if wait else ready
    document = next((f"{slip}{dossier.number:04}" for kind, slip in SLIPS.items() if step.is_a(kind)), "")
    reason = next((rng.choice(words) for kind, words in REASONS.items() if step.is_a(kind)), "")
    actor = dossier.person(step.role, people[step.role])
    return Event(step.id, actor, step.role, start, dossier.later(start, work), document, reason)


def _settle(dossier: Dossier) -> None:
    """Set the ends from the events, and the appointed day from the law."""
    handed = dossier.of_kind("return_result")
    done = [event.finish for event in dossier.events if handed is None or event.finish < handed.finish]
    dossier.finished, dossier.returned = max(done), handed.finish if handed else None
    dossier.status = "10" if handed else "3"
    slip = dossier.of_kind("issue_receipt")
    if slip is not None:
        dossier.appointed = dossier.due([pause for pause in dossier.pauses if pause[1] <= slip.finish])
