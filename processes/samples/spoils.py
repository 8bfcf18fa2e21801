"""What goes wrong in the sample: each function spoils one dossier and notes every breach that follows."""

# ruff: noqa: D103 - the functions are named after the faults that they make

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from handling import DAY, HOUR, REASONS, Dossier, Event, handle

from iso_audit.model.clock import working_seconds

Spoil = Callable[[Dossier, random.Random], None]
MINUTE = 60


def _last(d: Dossier, kind: str) -> Event:
    found = d.of_kind(kind)
    if found is None:
        raise LookupError(kind)
    return found


def slip_without_number(d: Dossier, _: random.Random) -> None:
    d.event("issue-slip").document = ""
    d.breach("INT-01", "issue-slip", "unnumbered")


def no_slip(d: Dossier, _: random.Random) -> None:
    d.events.remove(d.event("issue-slip"))
    d.appointed = None
    d.breach("INT-01", "issue-slip", "none")
    d.breach("PRC-01", "issue-slip")


def appointed_later(d: Dossier, rng: random.Random) -> None:
    if d.appointed:
        d.appointed = d.later(d.appointed, rng.choice((1, 2)) * DAY)
    d.breach("INT-02", variant="later")


def code_of_another_day(d: Dossier, _: random.Random) -> None:
    head, day, number = d.code.rsplit("-", 2)
    before = dt.datetime.strptime(day, "%y%m%d").date() - dt.timedelta(days=1)  # noqa: DTZ007 - a day
    d.code = f"{head}-{before:%y%m%d}-{number[:-4]}9{number[-3:]}"
    d.breach("INT-03", variant="other-day")


def code_malformed(d: Dossier, _: random.Random) -> None:
    d.code = d.code.replace(".", "", 1).replace("-", "/", 1)
    d.breach("INT-03", variant="malformed")


def slow_handover(d: Dossier, _: random.Random) -> None:
    d.extra["hand-over"] = 2 * DAY
    handle(d)
    d.breach("INT-06", "hand-over")


def request_without_document(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    handle(d)
    d.event("ask-supplement").document = ""
    d.breach("SUP-01", "ask-supplement", "no-document")


def request_without_reason(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    handle(d)
    d.event("ask-supplement").reason = ""
    d.breach("SUP-01", "ask-supplement", "no-reason")


def refused_without_reason(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["ineligible"]}
    d.appointed = None
    handle(d)
    d.event("refuse-receipt").reason = ""
    d.breach("INT-08", "refuse-receipt", "no-reason")


def second_request(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"] * 2}
    handle(d)
    d.breach("SUP-02", "ask-supplement", "again")


def third_request(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"] * 3}
    handle(d)
    d.breach("SUP-02", "ask-supplement", "again")
    d.breach("SUP-02", "ask-supplement", "many")


def not_checked_again(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    handle(d)
    d.events.remove(d.event("check"))
    d.breach("PRC-02", d.events[d.events.index(d.event("ask-supplement")) + 1].step, "not-allowed")
    d.breach("PRC-11", "ask-supplement", "leads_to")


def request_after_the_due_date(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    d.extra["ask-supplement"] = 2 * DAY
    handle(d)
    d.breach("SUP-05", "ask-supplement", "after-due")
    d.breach("TIM-01")
    d.breach("TIM-03", variant="none")


def _let_it_lie(d: Dossier, rng: random.Random) -> None:
    """Make the dossier overdue: the file lies still before it is reviewed or signed."""
    kind = "review" if d.procedure.of_kind("review") else "approve_sign"
    before = next(event.step for event in d.events if d.procedure.by_id[event.step].is_a(kind))
    slack = working_seconds(d.calendar, d.finished or d.received, d.due())
    d.extra[before] = slack + int(rng.uniform(1.2, 5) * DAY)
    handle(d)
    d.breach("TIM-01")


def _apologise(
    d: Dossier, rng: random.Random, *, days_before: int = 1, new: dt.datetime | None = None
) -> Event:
    """Write to the applicant so many working days before the due day."""
    step = d.procedure.by_id["apologise"]
    day = d.due().date()
    for _ in range(days_before):
        day -= dt.timedelta(days=1)
        while not d.calendar.works(day):
            day -= dt.timedelta(days=1)
    start = dt.datetime.combine(day, dt.time(13, rng.randrange(10, 50)), d.received.tzinfo)
    promised = new or d.later(d.finished or start, rng.choice((0.1, 1)) * DAY)
    d.events.append(
        Event(
            step.id,
            d.person(step.role, 0),
            step.role,
            start,
            d.later(start, 20 * MINUTE),
            f"XL{d.number:04}",
            rng.choice(REASONS["apologise"]),
            f"{promised:%Y-%m-%d}",
        )
    )
    d.events.sort(key=lambda event: event.finish)
    return d.event(step.id)


def overdue(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng)


def overdue_untold(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    d.breach("TIM-03", variant="none")


def overdue_told_late(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, days_before=0)
    d.breach("TIM-03", "apologise", "late")


def overdue_without_new_day(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng).new_day = ""
    d.breach("TIM-03", "apologise", "incomplete")


def overdue_told_without_number(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng).document = ""
    d.breach("TIM-06", "apologise", "no-document")


def overdue_told_twice(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, days_before=3)
    _apologise(d, rng)
    d.breach("TIM-04", "apologise")


def promise_broken(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, new=d.due() + dt.timedelta(days=1))
    d.breach("TIM-05")


def slow_appraisal(d: Dossier, rng: random.Random) -> None:
    step = next(step for step in d.procedure.of_kind("appraise") if step.limit)
    slack = working_seconds(d.calendar, d.finished or d.received, d.due())
    limit = (step.limit.working_seconds or 1) if step.limit else 1
    d.slow[step.id] = 1 + (slack + rng.uniform(1.2, 3) * DAY) / limit
    handle(d)
    d.breach("TIM-01")
    d.breach("TIM-02", step.id, "dossier-overdue")
    d.breach("TIM-03", variant="none")


def slow_step(name: str) -> Spoil:
    """Make one step run over its limit, the dossier being in time all the same."""

    def spoil_it(d: Dossier, rng: random.Random) -> None:
        d.slow[name] = rng.uniform(1.2, 1.8)
        handle(d)
        d.breach("TIM-02", name)

    return spoil_it


def filed_in_the_evening(d: Dossier, _: random.Random) -> None:
    event = d.event("archive")
    event.start, event.finish = (event.finish.replace(hour=18, minute=m) for m in (5, 20))
    d.breach("TIM-07", "archive", "off-hours")


def signed_on_a_sunday(d: Dossier, _: random.Random) -> None:
    d.extra["stamp"] = 5 * DAY
    handle(d)
    signed = _last(d, "approve_sign")
    sunday = next(day for n in range(1, 8) if (day := signed.finish + dt.timedelta(days=n)).weekday() == 6)
    signed.start, signed.finish = sunday.replace(hour=9, minute=0), sunday.replace(hour=9, minute=25)
    d.breach("TIM-07", signed.step, "off-hours")


def backwards(d: Dossier, _: random.Random) -> None:
    event = d.event("draft")
    event.start = event.finish + dt.timedelta(days=31)
    d.breach("TIM-07", "draft", "backwards")


def in_the_future(d: Dossier, _: random.Random) -> None:
    d.event("archive").finish = dt.datetime(2026, 4, 15, 9, 30, tzinfo=d.received.tzinfo)
    d.breach("TIM-07", "archive", "future")


def returned_before_signed(d: Dossier, _: random.Random) -> None:
    signed, back = _last(d, "approve_sign"), _last(d, "return_result")
    signed.start = d.later(back.finish, 2 * MINUTE)
    signed.finish = d.later(signed.start, 5 * MINUTE)
    d.event("archive").start = d.later(signed.finish, 2 * MINUTE)
    d.event("archive").finish = d.later(signed.finish, 9 * MINUTE)
    d.events.sort(key=lambda event: event.finish)
    d.breach("TIM-07", signed.step, "returned-before-signed")
    d.breach("PRC-02", "stamp", f"{signed.step} < stamp")


def step_missing(name: str) -> Spoil:
    """Leave a step out."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.events.remove(d.event(name))
        d.breach("PRC-01", name)

    return spoil_it


def stamped_before_signed(d: Dossier, _: random.Random) -> None:
    signed, stamp = _last(d, "approve_sign"), d.event("stamp")
    stamp.start, stamp.finish = signed.start, d.later(signed.start or signed.finish, 10 * MINUTE)
    signed.start = d.later(stamp.finish, 5 * MINUTE)
    signed.finish = max(signed.finish, d.later(signed.start, 10 * MINUTE))
    d.finished = signed.finish
    d.events.sort(key=lambda event: event.finish)
    d.breach("PRC-02", "stamp", f"{signed.step} < stamp")


def assigned_twice(d: Dossier, _: random.Random) -> None:
    d.extra["appraise"] = 2 * HOUR
    handle(d)
    first = d.event("assign")
    start = d.later(first.finish, 30 * MINUTE)
    again = Event("assign", first.actor, first.role, start, d.later(start, 20 * MINUTE))
    d.events.insert(d.events.index(first) + 1, again)
    d.breach("PRC-02", "assign", "not-allowed")


def wrong_role(name: str, role: str) -> Spoil:
    """Have a step carried out by somebody of another role."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        event = d.event(name)
        event.role, event.actor = role, d.person(role, 7)
        d.breach("PRC-03", name)

    return spoil_it


def one_person(d: Dossier, _: random.Random) -> None:
    signed = _last(d, "approve_sign")
    signed.actor = _last(d, "appraise").actor
    d.breach("PRC-04", signed.step, "appraise + approve_sign")


def no_actor(name: str) -> Spoil:
    """Leave out who carried out a step."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.event(name).actor = ""
        d.breach("PRC-05", name, "no-actor")

    return spoil_it


def no_start(name: str) -> Spoil:
    """Leave out when a step began."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.event(name).start = None
        d.breach("PRC-05", name, "no-moment")

    return spoil_it


def state_behind(d: Dossier, _: random.Random) -> None:
    d.status = "4"
    d.breach("PRC-08")
