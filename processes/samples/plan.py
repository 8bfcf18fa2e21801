"""Where and how often something goes wrong in the sample.

Most units err a little; a few have a fault of their own, as units do.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

import spoils as go
from handling import Dossier, handle
from spoils import Spoil

PLAN: Sequence[tuple[Spoil, str, str, int]] = (
    # what, procedure, unit, how many dossiers
    (go.slip_without_number, "house-permit", "infrastructure", 9),
    (go.no_slip, "household-business", "minh-son", 2),
    (go.appointed_later, "social-allowance", "an-phuc", 5),
    (go.appointed_later, "house-permit", "infrastructure", 2),
    (go.code_of_another_day, "household-business", "an-phuc", 3),
    (go.code_malformed, "certified-copies", "binh-lam", 3),
    (go.slow_handover, "land-use-change", "environment", 6),
    (go.slow_handover, "house-permit", "minh-son", 2),
    (go.request_without_document, "house-permit", "infrastructure", 2),
    (go.request_without_reason, "house-permit", "infrastructure", 4),
    (go.second_request, "house-permit", "infrastructure", 4),
    (go.third_request, "house-permit", "infrastructure", 1),
    (go.request_after_the_due_date, "certified-copies", "minh-son", 3),
    (go.overdue, "house-permit", "infrastructure", 6),
    (go.overdue, "social-allowance", "tan-lap", 3),
    (go.overdue, "household-business", "minh-son", 3),
    (go.overdue, "land-use-change", "environment", 3),
    (go.overdue_untold, "house-permit", "infrastructure", 3),
    (go.overdue_untold, "household-business", "minh-son", 2),
    (go.overdue_told_late, "house-permit", "infrastructure", 2),
    (go.overdue_without_new_day, "land-use-change", "environment", 1),
    (go.overdue_told_twice, "house-permit", "infrastructure", 2),
    (go.promise_broken, "social-allowance", "an-phuc", 2),
    (go.slow_appraisal, "house-permit", "infrastructure", 3),
    (go.slow_step("head-review"), "house-permit", "infrastructure", 6),
    (go.slow_step("compare"), "certified-copies", "minh-son", 8),
    (go.slow_step("assign"), "household-business", "an-phuc", 5),
    (go.filed_in_the_evening, "certified-copies", "an-phuc", 5),
    (go.signed_on_a_sunday, "house-permit", "infrastructure", 2),
    (go.backwards, "house-permit", "infrastructure", 2),
    (go.in_the_future, "birth-registration", "binh-lam", 1),
    (go.returned_before_signed, "certified-copies", "binh-lam", 3),
    (go.step_missing("office-review"), "house-permit", "infrastructure", 4),
    (go.step_missing("appraise"), "household-business", "an-phuc", 2),
    (go.step_missing("verify"), "birth-registration", "minh-son", 1),
    (go.stamped_before_signed, "household-business", "minh-son", 4),
    (go.assigned_twice, "house-permit", "infrastructure", 2),
    (go.wrong_role("sign-certificate", "specialist"), "household-business", "minh-son", 2),
    (go.wrong_role("compare", "one-stop-officer"), "certified-copies", "an-phuc", 4),
    (go.one_person, "household-business", "an-phuc", 5),
    (go.one_person, "certified-copies", "binh-lam", 4),
    (go.no_actor("office-review"), "house-permit", "infrastructure", 3),
    (go.no_start("head-review"), "house-permit", "infrastructure", 3),
    (go.no_actor("site-visit"), "land-use-change", "environment", 3),
    (go.state_behind, "certified-copies", "minh-son", 4),
    (go.state_behind, "linked-birth", "minh-son", 2),
    (go.not_checked_again, "household-business", "minh-son", 3),
    (go.refused_without_reason, "household-business", "an-phuc", 2),
    (go.overdue_told_without_number, "house-permit", "minh-son", 2),
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
