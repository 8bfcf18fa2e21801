"""What packs ask of the desk and of dates, worked out event by event (see `plain`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from iso_audit.model.log import Asks, Demand
from iso_audit.model.procedure import TimeUnit

if TYPE_CHECKING:
    from tests.engine.plain import Dossier, Event, PlainAudit


def asked(audit: PlainAudit, dossier: Dossier, demand: Demand) -> int:
    """The fact of a demand that is about more than a role or the time between two steps."""
    first, second = _meant(dossier, demand.first), _meant(dossier, demand.second)
    if demand.asks is Asks.DESK:
        return _at_desk(audit, dossier, demand, first)
    if demand.asks is Asks.THROUGH_DESK:
        return _through_desk(audit, dossier, demand, first, second)
    if demand.asks is Asks.WAITING:
        return _waiting(audit, dossier, demand, first)
    if demand.asks is Asks.EARLY:
        return _early(audit, dossier, demand, first, second)
    return _moved(audit, dossier, demand, first, second)


def _meant(dossier: Dossier, names: tuple[str, ...]) -> set[str]:
    assert dossier.procedure is not None
    return {step.id for name in names for step in dossier.procedure.meant(name)}


def _worst(said: list[int]) -> int:
    return 1 if 1 in said else max(said, default=0)


def _away(audit: PlainAudit, dossier: Dossier, event: Event, role: str) -> int:
    """Whether a specialised unit did it and nobody who acts for the desk."""
    assert dossier.procedure is not None
    if audit._not_as(event, role) == 0:
        return 0
    units = audit.world.organisation.units
    desks = {s.unit for s in dossier.procedure.steps if s.is_a("receive")} | {u.desk for u in units.values()}
    if not event.unit:
        return 2
    kind = units[event.unit].kind if event.unit in units else ""
    if event.unit in desks or kind == "desk":
        return 0
    return 1 if kind == "specialised" else 2


def _at_desk(audit: PlainAudit, dossier: Dossier, demand: Demand, first: set[str]) -> int:
    said = [_away(audit, dossier, e, demand.role) for e in dossier.events if e.step in first]
    way = audit._way(dossier)
    if not said or demand.online is None or way == int(demand.online):
        return _worst(said)
    if way != 2:
        return 3
    return 2 if _worst(said) else 0


def _through_desk(
    audit: PlainAudit, dossier: Dossier, demand: Demand, first: set[str], second: set[str]
) -> int:
    assert dossier.procedure is not None
    said, accepted = [], False
    for at, event in enumerate(dossier.events):
        if accepted and event.step in first:
            own = _away(audit, dossier, event, demand.role)
            after = next((e for e in dossier.events[at + 1 :] if _by_office_in_turn(audit, dossier, e)), None)
            passed = None if after is None else _away(audit, dossier, after, demand.role)
            if own == 0 or passed == 0:
                said.append(0)
            else:
                said.append(1 if own == 1 and passed == 1 else 2)
        accepted = accepted or event.step in second
    return _worst(said)


def _by_office_in_turn(audit: PlainAudit, dossier: Dossier, event: Event) -> bool:
    assert dossier.procedure is not None
    step = dossier.procedure.by_id.get(event.step)
    if step is None:
        return True
    role = audit.world.organisation.roles.get(step.role)
    return not step.anytime and not (role is not None and role.is_applicant)


def _waiting(audit: PlainAudit, dossier: Dossier, demand: Demand, first: set[str]) -> int:
    asked = [e for e in dossier.events if e.step in first]
    limit = demand.limit
    assert limit is not None
    assert limit.value is not None
    if not asked:
        return 0
    since = asked[-1].finish
    if since is None:
        return 2
    if limit.unit is TimeUnit.HOUR:
        passed = _wall(audit.drawn) - _wall(since)
        return int(passed > dt.timedelta(hours=float(limit.value)))
    if limit.unit is TimeUnit.DAY:
        day = since.date() + dt.timedelta(days=int(limit.value) - 1)
        due = audit._working_day(day, 1, 1)
        closing = dt.datetime.combine(due, dt.time()) + dt.timedelta(seconds=audit.calendar.closing(due))
        return int(_wall(audit.drawn) > closing)
    hours = limit.value * (1 if limit.unit is TimeUnit.WORKING_HOUR else 8)
    return int(audit.worked(since, audit.drawn) > hours * 3600)


def _early(audit: PlainAudit, dossier: Dossier, demand: Demand, first: set[str], second: set[str]) -> int:
    row, events = dossier.row or {}, dossier.events
    assert demand.limit is not None
    assert demand.limit.value is not None
    last = max((at for at, e in enumerate(events) if e.step in first), default=None)
    if last is None:
        return 0
    ready, appointed = events[last].finish, row.get("appointed_at")
    if ready is None or not isinstance(appointed, dt.datetime):
        return 2
    if appointed.date() <= ready.date():
        return 3
    hours = demand.limit.value * (1 if demand.limit.unit is TimeUnit.WORKING_HOUR else 8)
    if audit.worked(ready, dt.datetime.combine(appointed.date(), dt.time(), audit.zone)) <= hours * 3600:
        return 3
    heard = [e.finish or e.start for e in events[last + 1 :] if e.step in second]
    returned = row.get("returned_at")
    heard += [returned] if isinstance(returned, dt.datetime) else []
    days = [moment.date() for moment in heard if moment]
    if days and min(days) < appointed.date():
        return 0
    return 3 if not days and audit.drawn.date() < appointed.date() else 1


def _moved(audit: PlainAudit, dossier: Dossier, demand: Demand, first: set[str], second: set[str]) -> int:
    row, events, procedure = dossier.row or {}, dossier.events, dossier.procedure
    assert procedure is not None
    accepted = min((at for at, e in enumerate(events) if e.step in second), default=len(events))
    stood = [
        (events.index(event), end)
        for event, begin, end, _ in audit._stops(dossier)
        if event.step in first and events.index(event) > accepted and end.date() > begin.date()
    ]
    if not stood:
        return 0
    counted, plain = audit._counted(dossier, audit._stops(dossier)), audit._counted(dossier, ())
    if counted is None or plain is None:
        return 2
    dated = [e for e in events[max(at for at, _ in stood) :] if e.new_date]
    sorry = any(e.step and procedure.by_id[e.step].is_a("apologise") for e in dated)
    waits = any(_wall(end) >= _wall(audit.drawn) for _, end in stood)
    if waits or sorry or counted.day <= plain.day:
        return 3
    new = dated[-1].new_date if dated else None
    if demand.asks is Asks.LATER:
        return 3 if new is None else int(new.date() > counted.day)
    appointed = row.get("appointed_at")
    old = appointed.date() if isinstance(appointed, dt.datetime) else None
    end = _ended(audit, dossier)
    if new is not None or (old is not None and (old > plain.day or (end is not None and end <= old))):
        return 0
    if old is None or old < plain.day:
        return 2
    if end is None and old >= audit.drawn.date():
        return 3
    return 1 if "events.new_appointed_at" in audit.known else 2


def _ended(audit: PlainAudit, dossier: Dossier) -> dt.date | None:
    """When the result was there for the applicant: as the source says, else when it was handed out."""
    assert dossier.procedure is not None
    row = dossier.row or {}
    for name in ("finished_at", "returned_at"):
        said = row.get(name)
        if isinstance(said, dt.datetime):
            return said.date()
    handed = [
        e.finish or e.start
        for e in dossier.events
        if e.step and dossier.procedure.by_id[e.step].is_a("return_result")
    ]
    return min((moment.date() for moment in handed if moment), default=None)


def _wall(at: dt.datetime) -> dt.datetime:
    return at.replace(tzinfo=None, microsecond=0)
