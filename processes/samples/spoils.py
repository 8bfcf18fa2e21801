"""What goes wrong in the sample: each function spoils one dossier and notes every breach that follows.

`PLAN` says where and how often. Most units err a little; a few have a fault of their own, as units do.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence

from handling import DAY, HOUR, REASONS, Dossier, Event, handle

from iso_audit.model.clock import working_seconds

Spoil = Callable[[Dossier, random.Random], None]
MINUTE = 60


def _last(d: Dossier, kind: str) -> Event:
    found = d.of_kind(kind)
    if found is None:
        raise LookupError(kind)
    return found


# ---- receipt


def _slip_without_number(d: Dossier, _: random.Random) -> None:
    d.event("issue-slip").document = ""
    d.breach("INT-01", "issue-slip", "unnumbered")


def _no_slip(d: Dossier, _: random.Random) -> None:
    d.events.remove(d.event("issue-slip"))
    d.appointed = None
    d.breach("INT-01", "issue-slip", "none")
    d.breach("PRC-01", "issue-slip")


def _appointed_later(d: Dossier, rng: random.Random) -> None:
    if d.appointed:
        d.appointed = d.later(d.appointed, rng.choice((1, 2)) * DAY)
    d.breach("INT-02", variant="later")


def _code_of_another_day(d: Dossier, _: random.Random) -> None:
    head, day, number = d.code.rsplit("-", 2)
    before = dt.datetime.strptime(day, "%y%m%d").date() - dt.timedelta(days=1)  # noqa: DTZ007 - a day
    d.code = f"{head}-{before:%y%m%d}-{number[:-4]}9{number[-3:]}"
    d.breach("INT-03", variant="other-day")


def _code_malformed(d: Dossier, _: random.Random) -> None:
    d.code = d.code.replace(".", "", 1).replace("-", "/", 1)
    d.breach("INT-03", variant="malformed")


def _slow_handover(d: Dossier, _: random.Random) -> None:
    d.extra["hand-over"] = DAY + HOUR
    handle(d)
    d.breach("INT-06", "hand-over")


# ---- supplements


def _request_without_document(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    handle(d)
    d.event("ask-supplement").document = ""
    d.breach("SUP-01", "ask-supplement", "no-document")


def _request_without_reason(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    handle(d)
    d.event("ask-supplement").reason = ""
    d.breach("SUP-01", "ask-supplement", "no-reason")


def _second_request(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"] * 2}
    handle(d)
    d.breach("SUP-02", "ask-supplement", "again")


def _third_request(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"] * 3}
    handle(d)
    d.breach("SUP-02", "ask-supplement", "again")
    d.breach("SUP-02", "ask-supplement", "many")


def _request_after_the_due_date(d: Dossier, _: random.Random) -> None:
    d.chosen = {"check": ["incomplete"]}
    d.extra["ask-supplement"] = DAY
    handle(d)
    d.breach("SUP-05", "ask-supplement", "after-due")
    d.breach("TIM-01")
    d.breach("TIM-03", variant="none")


# ---- time


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


def _overdue(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng)


def _overdue_untold(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    d.breach("TIM-03", variant="none")


def _overdue_told_late(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, days_before=0)
    d.breach("TIM-03", variant="late")


def _overdue_without_new_day(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng).new_day = ""
    d.breach("TIM-03", variant="incomplete")


def _overdue_told_twice(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, days_before=3)
    _apologise(d, rng)
    d.breach("TIM-04", "apologise")


def _promise_broken(d: Dossier, rng: random.Random) -> None:
    _let_it_lie(d, rng)
    _apologise(d, rng, new=d.due() + dt.timedelta(days=1))
    d.breach("TIM-05")


def _slow_appraisal(d: Dossier, rng: random.Random) -> None:
    step = next(step for step in d.procedure.of_kind("appraise") if step.limit)
    slack = working_seconds(d.calendar, d.finished or d.received, d.due())
    limit = (step.limit.working_seconds or 1) if step.limit else 1
    d.slow[step.id] = 1 + (slack + rng.uniform(1.2, 3) * DAY) / limit
    handle(d)
    d.breach("TIM-01")
    d.breach("TIM-02", step.id, "dossier-overdue")
    d.breach("TIM-03", variant="none")


def _slow_step(name: str) -> Spoil:
    """Make one step run over its limit, the dossier being in time all the same."""

    def spoil_it(d: Dossier, rng: random.Random) -> None:
        d.slow[name] = rng.uniform(1.2, 1.8)
        handle(d)
        d.breach("TIM-02", name)

    return spoil_it


def _filed_in_the_evening(d: Dossier, _: random.Random) -> None:
    event = d.event("archive")
    event.start, event.finish = (event.finish.replace(hour=18, minute=m) for m in (5, 20))
    d.breach("TIM-07", "archive", "off-hours")


def _signed_on_a_sunday(d: Dossier, _: random.Random) -> None:
    d.extra["stamp"] = 5 * DAY
    handle(d)
    signed = _last(d, "approve_sign")
    sunday = next(day for n in range(1, 8) if (day := signed.finish + dt.timedelta(days=n)).weekday() == 6)
    signed.start, signed.finish = sunday.replace(hour=9, minute=0), sunday.replace(hour=9, minute=25)
    d.breach("TIM-07", signed.step, "off-hours")


def _backwards(d: Dossier, _: random.Random) -> None:
    event = d.event("draft")
    event.start = event.finish + dt.timedelta(days=31)
    d.breach("TIM-07", "draft", "backwards")


def _in_the_future(d: Dossier, _: random.Random) -> None:
    d.event("archive").finish = dt.datetime(2026, 4, 15, 9, 30, tzinfo=d.received.tzinfo)
    d.breach("TIM-07", "archive", "future")


def _returned_before_signed(d: Dossier, _: random.Random) -> None:
    signed, back = _last(d, "approve_sign"), _last(d, "return_result")
    signed.start = d.later(back.finish, 2 * MINUTE)
    signed.finish = d.later(signed.start, 5 * MINUTE)
    d.event("archive").start = d.later(signed.finish, 2 * MINUTE)
    d.event("archive").finish = d.later(signed.finish, 9 * MINUTE)
    d.events.sort(key=lambda event: event.finish)
    d.breach("TIM-07", signed.step, "returned-before-signed")
    d.breach("PRC-02", "stamp", f"{signed.step} < stamp")


# ---- steps, persons, states


def _step_missing(name: str) -> Spoil:
    """Leave a step out."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.events.remove(d.event(name))
        d.breach("PRC-01", name)

    return spoil_it


def _stamped_before_signed(d: Dossier, _: random.Random) -> None:
    signed, stamp = _last(d, "approve_sign"), d.event("stamp")
    stamp.start, stamp.finish = signed.start, d.later(signed.start or signed.finish, 10 * MINUTE)
    signed.start = d.later(stamp.finish, 5 * MINUTE)
    signed.finish = max(signed.finish, d.later(signed.start, 10 * MINUTE))
    d.finished = signed.finish
    d.events.sort(key=lambda event: event.finish)
    d.breach("PRC-02", "stamp", f"{signed.step} < stamp")


def _assigned_twice(d: Dossier, _: random.Random) -> None:
    d.extra["appraise"] = 2 * HOUR
    handle(d)
    first = d.event("assign")
    start = d.later(first.finish, 30 * MINUTE)
    again = Event("assign", first.actor, first.role, start, d.later(start, 20 * MINUTE))
    d.events.insert(d.events.index(first) + 1, again)
    d.breach("PRC-02", "assign", "not-allowed")


def _wrong_role(name: str, role: str) -> Spoil:
    """Have a step carried out by somebody of another role."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        event = d.event(name)
        event.role, event.actor = role, d.person(role, 7)
        d.breach("PRC-03", name)

    return spoil_it


def _one_person(d: Dossier, _: random.Random) -> None:
    signed = _last(d, "approve_sign")
    signed.actor = _last(d, "appraise").actor
    d.breach("PRC-04", signed.step, "appraise + approve_sign")


def _no_actor(name: str) -> Spoil:
    """Leave out who carried out a step."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.event(name).actor = ""
        d.breach("PRC-05", name, "no-actor")

    return spoil_it


def _no_start(name: str) -> Spoil:
    """Leave out when a step began."""

    def spoil_it(d: Dossier, _: random.Random) -> None:
        d.event(name).start = None
        d.breach("PRC-05", name, "no-moment")

    return spoil_it


def _state_behind(d: Dossier, _: random.Random) -> None:
    d.status = "4"
    d.breach("PRC-08")


PLAN: Sequence[tuple[Spoil, str, str, int]] = (
    # what, procedure, unit, how many dossiers
    (_slip_without_number, "house-permit", "infrastructure", 9),
    (_no_slip, "household-business", "minh-son", 2),
    (_appointed_later, "social-allowance", "an-phuc", 5),
    (_appointed_later, "house-permit", "infrastructure", 2),
    (_code_of_another_day, "household-business", "an-phuc", 3),
    (_code_malformed, "certified-copies", "binh-lam", 3),
    (_slow_handover, "land-use-change", "environment", 6),
    (_slow_handover, "house-permit", "minh-son", 2),
    (_request_without_document, "house-permit", "infrastructure", 2),
    (_request_without_reason, "house-permit", "infrastructure", 4),
    (_second_request, "house-permit", "infrastructure", 4),
    (_third_request, "house-permit", "infrastructure", 1),
    (_request_after_the_due_date, "certified-copies", "minh-son", 3),
    (_overdue, "house-permit", "infrastructure", 6),
    (_overdue, "social-allowance", "tan-lap", 3),
    (_overdue, "household-business", "minh-son", 3),
    (_overdue, "land-use-change", "environment", 3),
    (_overdue_untold, "house-permit", "infrastructure", 3),
    (_overdue_untold, "household-business", "minh-son", 2),
    (_overdue_told_late, "house-permit", "infrastructure", 2),
    (_overdue_without_new_day, "land-use-change", "environment", 1),
    (_overdue_told_twice, "house-permit", "infrastructure", 2),
    (_promise_broken, "social-allowance", "an-phuc", 2),
    (_slow_appraisal, "house-permit", "infrastructure", 3),
    (_slow_step("head-review"), "house-permit", "infrastructure", 6),
    (_slow_step("compare"), "certified-copies", "minh-son", 8),
    (_slow_step("assign"), "household-business", "an-phuc", 5),
    (_filed_in_the_evening, "certified-copies", "an-phuc", 5),
    (_signed_on_a_sunday, "house-permit", "infrastructure", 2),
    (_backwards, "house-permit", "infrastructure", 2),
    (_in_the_future, "birth-registration", "binh-lam", 1),
    (_returned_before_signed, "certified-copies", "binh-lam", 3),
    (_step_missing("office-review"), "house-permit", "infrastructure", 4),
    (_step_missing("appraise"), "household-business", "an-phuc", 2),
    (_step_missing("verify"), "birth-registration", "minh-son", 1),
    (_stamped_before_signed, "household-business", "minh-son", 4),
    (_assigned_twice, "house-permit", "infrastructure", 2),
    (_wrong_role("sign-certificate", "specialist"), "household-business", "minh-son", 2),
    (_wrong_role("compare", "one-stop-officer"), "certified-copies", "an-phuc", 4),
    (_one_person, "household-business", "an-phuc", 5),
    (_one_person, "certified-copies", "binh-lam", 4),
    (_no_actor("office-review"), "house-permit", "infrastructure", 3),
    (_no_start("head-review"), "house-permit", "infrastructure", 3),
    (_no_actor("site-visit"), "land-use-change", "environment", 3),
    (_state_behind, "certified-copies", "minh-son", 4),
    (_state_behind, "linked-birth", "minh-son", 2),
)


def spoil(dossiers: Sequence[Dossier], rng: random.Random, drawn_up: dt.datetime) -> None:
    """Spoil as many dossiers of each kind as `PLAN` says; only such as were ordinary and are long closed."""
    for what, procedure, unit, count in PLAN:
        fit = [
            d
            for d in dossiers
            if (d.procedure.id, d.unit, d.is_spoiled, d.chosen) == (procedure, unit, False, {})
            and d.events[-1].finish + dt.timedelta(days=21) < drawn_up
        ]
        rng.shuffle(fit)
        done = 0
        for d in fit:
            if done < count:
                done += _spoiled(d, what, rng)
        if done < count:
            raise LookupError(f"too few dossiers of {procedure} in {unit} for {what.__name__}")


def _spoiled(d: Dossier, what: Spoil, rng: random.Random) -> bool:
    """Spoil a dossier, or leave it as it was where that would make it late as well."""
    code = d.code
    what(d, rng)
    is_late = d.finished is not None and d.finished > d.due()
    d.is_spoiled = is_late == any(rule == "TIM-01" for rule, _, _ in d.truth)
    if not d.is_spoiled:
        d.extra, d.slow, d.chosen, d.truth, d.status, d.code = {}, {}, {}, [], "10", code
        handle(d)
    return d.is_spoiled
