"""Signs, read event by event: the part of the plain auditor that looks beyond one event or one dossier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from iso_audit.model.procedure import TimeUnit

if TYPE_CHECKING:
    from tests.engine.plain import Dossier, Event, PlainAudit

Closed = tuple[dt.datetime, int, "Event", "Dossier"]


def mark_signs(audit: PlainAudit) -> None:
    """Give every judged event and dossier its facts about signs."""
    everything = [event for dossier in audit.dossiers.values() for event in dossier.events]
    watched: list[Closed] = []
    for dossier in audit.judged:
        asked = audit._parameters(dossier)
        for at, event in enumerate(dossier.events):
            step = dossier.procedure.by_id.get(event.step)
            unseen = not event.actor or event.finish is None or wall(event.finish).time() == dt.time()
            event.facts["stagnant"] = _stagnant(audit, dossier, at)
            event.facts["batch"] = event.facts["elsewhere"] = event.facts["round"] = 0
            if step is not None and asked.batch_of and any(step.is_a(kind) for kind in asked.batch_kinds):
                cannot = unseen or "events.second" not in audit.known
                event.facts["batch"] = 2 if cannot else 0
                event.facts["elsewhere"] = 2 if cannot or not event.unit else 0
                if not cannot:
                    watched.append((wall(event.finish), dossier_place(audit, event), event, dossier))
            if step is not None and asked.round_of and not _is_applicant(audit, step.role):
                event.facts["round"] = 2 if unseen else int(_is_round(event, everything, asked))
    watched.sort(key=lambda closed: closed[:2])
    people = sorted({closed[2].actor for closed in watched})
    for person in people:
        mine = [closed for closed in watched if closed[2].actor == person]
        for day in sorted({closed[0].date() for closed in mine}):
            _mark_batches(audit, [closed for closed in mine if closed[0].date() == day])
        _mark_elsewhere(audit, [closed for closed in mine if closed[2].unit])
    _mark_at_limit(audit)


def dossier_place(audit: PlainAudit, event: Event) -> int:
    """Where an event stands in the order of dossiers and, in each, of time."""
    order = [each for dossier in audit.dossiers.values() for each in dossier.events]
    return next(n for n, each in enumerate(order) if each is event)


def wall(at: dt.datetime) -> dt.datetime:
    return at.replace(tzinfo=None, microsecond=0)


def _is_applicant(audit: PlainAudit, role: str) -> bool:
    known = audit.world.organisation.roles.get(role)
    return role == "applicant" or (known is not None and known.is_applicant)


def _stagnant(audit: PlainAudit, dossier: Dossier, at: int) -> int:
    """Whether nothing was recorded for too long after an event."""
    limit, event = audit._parameters(dossier).stagnant_after, dossier.events[at]
    if limit is None or event.finish is None:
        return 0
    finish = wall(event.finish)
    if dossier.end is not None and finish >= wall(dossier.end):
        return 0
    touched = []
    for after in dossier.events[at + 1 :]:
        begun = None if audit.mapping.start == "previous_finish" else after.start
        moment = begun or after.finish or after.start
        touched.append((wall(moment), begun is None))
    until, is_blind = min(touched, default=(None, False))
    if until is None:
        if dossier.finished or _may_end(dossier, event.step):
            return 0
        until = wall(audit.drawn)
    until = min(until, wall(dossier.end) if dossier.end is not None else wall(audit.drawn))
    if until <= finish:
        return 0
    if any(wall(begin) < until and wall(end) > finish for _, begin, end, _ in audit._stops(dossier)):
        return 0
    hours = limit.value * (1 if limit.unit is TimeUnit.WORKING_HOUR else 8)
    if audit.worked(finish, until) <= hours * 3600:
        return 0
    return 2 if is_blind else 1


def _may_end(dossier: Dossier, step: str) -> bool:
    """Whether an end can be reached over gateways alone."""
    known = dossier.procedure.by_id
    reached = {step} & set(known)
    while True:
        ahead = {flow.to for at in reached for flow in known[at].flows if known[flow.to].is_silent}
        if ahead <= reached:
            return any(not known[at].flows for at in reached)
        reached |= ahead


def _is_round(event: Event, everything: Sequence[Event], asked: object) -> bool:
    mine = [
        wall(each.finish)
        for each in everything
        if each.actor == event.actor and each.act == event.act and each.finish is not None
    ]
    mine = [at for at in mine if at.time() != dt.time()]
    full = [at for at in mine if at.minute % 15 == 0 and at.second == 0]
    enough = len(mine) >= asked.round_of and len(full) * 100 >= len(mine) * asked.round_percent
    return enough and wall(event.finish) in full


def _rows_in_a_row(audit: PlainAudit, closings: Sequence[Closed]) -> Iterator[list[Closed]]:
    row: list[Closed] = []
    for closed in closings:
        gap = audit._parameters(closed[3]).batch_seconds
        if row and (closed[0] - row[-1][0]).total_seconds() > gap:
            yield row
            row = []
        row.append(closed)
    if row:
        yield row


def _mark_batches(audit: PlainAudit, closings: Sequence[Closed]) -> None:
    for row in _rows_in_a_row(audit, closings):
        dossiers = {closed[3].id for closed in row}
        for _, _, event, dossier in row:
            event.facts["batch"] = int(len(dossiers) >= audit._parameters(dossier).batch_of)


def _mark_elsewhere(audit: PlainAudit, closings: Sequence[Closed]) -> None:
    for before, after in pairwise(closings):
        if before[2].unit == after[2].unit:
            continue
        for closed in (before, after):
            gap = audit._parameters(closed[3]).batch_seconds
            if (after[0] - before[0]).total_seconds() <= gap:
                closed[2].facts["elsewhere"] = 1


def _mark_at_limit(audit: PlainAudit) -> None:
    last_minute = dt.timedelta(seconds=59)

    def is_at(dossier: Dossier) -> bool:
        return wall(dossier.due) - last_minute <= wall(dossier.end) <= wall(dossier.due)

    for dossier in audit.judged:
        dossier.facts["at_limit"] = 0
    for dossier in audit.judged:
        asked = audit._parameters(dossier)
        if not asked.at_limit_of or dossier.end is None:
            continue
        if dossier.due is None:
            dossier.facts["at_limit"] = 2
            continue
        of_unit = [d for d in audit.judged if d.unit == dossier.unit and d.end and d.due]
        # a dossier is counted by what the packs of its own day ask
        at = [d for d in of_unit if audit._parameters(d).at_limit_of and is_at(d)]
        enough = len(at) >= asked.at_limit_of and len(at) * 100 >= len(of_unit) * asked.at_limit_percent
        dossier.facts["at_limit"] = int(is_at(dossier) and enough)
