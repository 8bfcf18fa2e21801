"""Rules on dossiers: each alone on stand-ins, and its examples run on the reference log."""

from __future__ import annotations

import copy
import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.analysis.asking import demands_of
from iso_audit.analysis.replies import reply_demand
from iso_audit.errors import Fault
from iso_audit.model.finding import Grade
from iso_audit.model.log import DOSSIER_FACTS, EVENT_FACTS, Demand, same_person_fact
from iso_audit.model.procedure import Limit, LimitGroup, Procedure, Separation, StepClock, TimeUnit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Example, Rule
from iso_audit.model.trace import DossierKind, EventKind, LogKind, Symbol, Trace
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.load import load_procedure
from iso_audit.workspace.positions import read_yaml

REFERENCE = Path(__file__).parent.parent / "reference"
DOSSIER_RULES = {
    hook.code: rule
    for rule in CATALOGUE.values()
    for hook in (rule.on_event, rule.on_dossier, rule.on_trace, rule.on_log)
    if hook is not None
}
CODES = {
    "INT-01", "INT-02", "INT-03", "INT-04", "INT-05", "INT-06", "INT-08", "INT-10",
    "SUP-01", "SUP-02", "SUP-03", "SUP-04", "SUP-05", "SUP-06", "SUP-07",
    "TIM-01", "TIM-02", "TIM-03", "TIM-04", "TIM-05", "TIM-06", "TIM-07", "TIM-08", "TIM-09", "TIM-10",
    "TIM-11", "TIM-12", "PRC-01", "PRC-02", "PRC-03", "PRC-04", "PRC-05",
    "PRC-06", "PRC-07", "PRC-08", "PRC-11",
    "REC-01", "REC-02", "REC-03",
}  # fmt: skip
PROCEDURE = load_procedure(REFERENCE / "procedure.yaml")
PERMIT = (
    "receive", "check", "issue-slip", "hand-over", "assign", "appraise", "site-visit", "consult", "draft",
    "review", "approve", "stamp", "return", "archive",
)  # fmt: skip
CLOSED = {"closed": 1, "broken_off": 0, "overdue": 0}


def test_the_catalogue_asks_dossiers_under_exactly_these_codes() -> None:
    assert set(DOSSIER_RULES) == CODES


# ---- stand-ins


def requirement(rule: Rule, **parameters: object) -> Requirement:
    defaults = {name: parameter.default for name, parameter in rule.parameters.items()}
    if rule.name == "constraint":
        defaults |= {"must": "leads_to", "of": (("approve_sign",), ("return_result",))}
    return Requirement("test", rule.name, (), Grade.MINOR, {**defaults, **parameters})


def on_event(code: str, step: str, facts: Mapping[str, int], **parameters: object) -> Answer:
    rule = DOSSIER_RULES[code]
    kind = EventKind(0, PROCEDURE, 0, step, facts)
    return rule.on_event.ask(kind, requirement(rule, **parameters))


def on_dossier(code: str, facts: Mapping[str, int], *, finished: bool = True, **parameters: object) -> Answer:
    rule = DOSSIER_RULES[code]
    kind = DossierKind(0, PROCEDURE, 0, "", facts, finished)
    return rule.on_dossier.ask(kind, requirement(rule, **parameters))


def on_log(code: str, facts: Mapping[str, int], **parameters: object) -> Answer:
    rule = DOSSIER_RULES[code]
    what = "reported" if code == "REC-02" else "register"
    return rule.on_log.ask(LogKind(what, PROCEDURE, 0, "", "", facts), requirement(rule, **parameters))


def on_trace(
    code: str,
    steps: Sequence[str | tuple[str, Mapping[str, int]]],
    facts: Mapping[str, int] = CLOSED,
    *,
    finished: bool = True,
    procedure: Procedure = PROCEDURE,
    **parameters: object,
) -> Answer:
    rule = DOSSIER_RULES[code]
    symbols = tuple(Symbol(s) if isinstance(s, str) else Symbol(*s) for s in steps)
    trace = Trace(0, procedure, 0, "", facts, finished, symbols)
    return rule.on_trace.ask(trace, requirement(rule, **parameters))


def told(answer: Answer) -> tuple[int, list[tuple[str, str]], list[str]]:
    """(checked, [(step, variant) of breaches], [reasons of unknowns])."""
    breaches = [(breach.step, breach.variant) for breach in answer.breaches]
    return answer.checked, breaches, [unknown.reason for unknown in answer.unknowns]


def without(*names: str) -> list[str]:
    return [step for step in PERMIT if step not in names]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("receive", {}), ("issue-slip", {"undocumented": 0})], (1, [], [])),
        ([("issue-slip", {"undocumented": 1})], (1, [("issue-slip", "unnumbered")], [])),
        ([("issue-slip", {"undocumented": 1}), ("issue-slip", {"undocumented": 0})], (1, [], [])),
        ([("issue-slip", {"undocumented": 2})], (0, [], ["no-column"])),
        (["receive", "check", "hand-over", "appraise"], (1, [("issue-slip", "none")], [])),
        (["receive", "check", "refuse-receipt"], (0, [], [])),
    ],
)
def test_an_accepted_dossier_needs_one_numbered_slip(steps: list[object], expected: object) -> None:
    assert told(on_trace("INT-01", steps)) == expected  # type: ignore[arg-type]


def test_a_dossier_that_is_still_in_work_may_yet_get_its_slip() -> None:
    assert told(on_trace("INT-01", ["receive"], finished=False)) == (0, [], ["unfinished"])


@pytest.mark.parametrize(
    ("facts", "parameters", "expected"),
    [
        ({"appointed_later": 0, "appointed_differs": 0}, {}, (1, [], [])),
        ({"appointed_later": 1, "appointed_differs": 1}, {}, (1, [("", "later")], [])),
        ({"appointed_later": 0, "appointed_differs": 1}, {}, (1, [], [])),
        ({"appointed_later": 0, "appointed_differs": 1}, {"exact": True}, (1, [("", "earlier")], [])),
        ({"appointed_later": 2, "appointed_differs": 2}, {}, (0, [], ["no-date"])),
    ],
)
def test_only_a_later_return_date_is_a_breach(
    facts: dict[str, int], parameters: dict[str, object], expected: object
) -> None:
    assert told(on_dossier("INT-02", facts, **parameters)) == expected


@pytest.mark.parametrize(
    ("malformed", "other_day", "twice", "expected"),
    [
        (0, 0, 0, (1, [], [])),
        (1, 2, 1, (1, [("", "malformed")], [])),
        (0, 1, 1, (1, [("", "other-day")], [])),
        (0, 0, 1, (1, [("", "twice")], [])),
        (2, 2, 0, (0, [], ["no-patterns"])),
    ],
)
def test_a_dossier_code_has_one_breach_at_most(
    malformed: int, other_day: int, twice: int, expected: object
) -> None:
    facts = {"code_malformed": malformed, "code_other_day": other_day, "code_twice": twice}
    assert told(on_dossier("INT-03", facts)) == expected


def test_only_hand_overs_are_asked_how_fast_they_were() -> None:
    assert told(on_event("INT-06", "hand-over", {"slow_handover": 1})) == (1, [("", "")], [])
    assert told(on_event("INT-06", "hand-over", {"slow_handover": 2})) == (0, [], ["no-channel"])
    assert told(on_event("INT-06", "assign", {"slow_handover": 1})) == (0, [], [])


EIGHT_HOURS = Limit(Fraction(8), TimeUnit.WORKING_HOUR)
SCANNING = replace(
    PROCEDURE,
    steps=tuple(
        replace(s, kinds=("check", "record_scan")) if s.id == "check" else s for s in PROCEDURE.steps
    ),
)
SCANNED_SOON = Demand(("receive",), ("record_scan",), limit=EIGHT_HOURS, online=False).fact


@pytest.mark.parametrize(
    ("steps", "fact", "expected"),
    [
        (("receive", "check"), 0, (1, [], [])),
        (("receive", "check"), 1, (1, [("", "")], [])),
        (("receive", "check"), 2, (0, [], ["no-channel-or-moment"])),
        # it came in electronically
        (("receive", "check"), 3, (0, [], [])),
        (("receive",), 0, (0, [], [])),
        (("check", "receive"), 0, (0, [], [])),
    ],
)
def test_a_reply_is_asked_of_dossiers_that_came_in_its_way_and_had_both_steps(
    steps: Sequence[str], fact: int, expected: object
) -> None:
    facts = {**CLOSED, SCANNED_SOON: fact}
    assert told(on_trace("INT-04", steps, facts, procedure=SCANNING, limit=EIGHT_HOURS)) == expected


def test_what_is_scanned_after_the_hand_over_may_be_the_result() -> None:
    steps = tuple(
        replace(s, kinds=("stamp", "record_scan")) if s.id == "stamp" else s for s in PROCEDURE.steps
    )
    results = replace(PROCEDURE, steps=steps)
    answer = on_trace("INT-04", PERMIT, {SCANNED_SOON: 1}, procedure=results, limit=EIGHT_HOURS)
    assert told(answer) == (0, [], ["no-step"])


def asked(code: str, *, procedure: Procedure = PROCEDURE, limit: Limit | None = None) -> list[str]:
    """Names of the facts that a rule has the log asked for."""
    rule = DOSSIER_RULES[code]
    wanted = requirement(rule, **({"limit": limit} if limit else {}))
    return [demand.fact for demand in demands_of(wanted, procedure)]


def changed(step: str, **fields: object) -> Procedure:
    """The reference procedure with one step otherwise."""
    steps = tuple(replace(s, **fields) if s.id == step else s for s in PROCEDURE.steps)
    return replace(PROCEDURE, steps=steps)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [(0, (1, [], [])), (1, (1, [("", "")], [])), (2, (0, [], ["no-desk"])), (3, (0, [], []))],
)
def test_who_handed_the_result_over_is_asked_where_it_was_handed_over(fact: int, expected: object) -> None:
    facts = CLOSED | dict.fromkeys(asked("PRC-06"), fact)
    assert told(on_trace("PRC-06", PERMIT, facts)) == expected
    assert told(on_trace("PRC-06", without("return"), facts)) == (0, [], [])


def test_where_nobody_is_named_to_receive_nobody_is_the_desk() -> None:
    for code in ("PRC-06", "SUP-03"):
        assert len(asked(code)) == 1
        assert asked(code, procedure=changed("receive", role="")) == []
        assert asked(code, procedure=changed("check", kinds=("check", "receive"), role="clerk")) == []


def test_only_a_request_after_acceptance_has_to_go_through_the_desk() -> None:
    facts = CLOSED | dict.fromkeys(asked("SUP-03"), 1)
    before = ["receive", "ask-supplement", "check", "issue-slip", "assign"]
    assert told(on_trace("SUP-03", before, facts)) == (0, [], [])
    assert told(on_trace("SUP-03", [*before, "ask-supplement"], facts)) == (1, [("", "")], [])


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("receive", "check", "ask-supplement"), (1, [("", "")], [])),
        (("receive", "issue-slip", "ask-supplement"), (0, [], [])),
        (("receive", "issue-slip", "receive", "ask-supplement"), (1, [("", "")], [])),
        (("receive", "issue-slip"), (0, [], [])),
    ],
)
def test_what_is_asked_for_after_acceptance_is_no_incomplete_receipt(
    steps: Sequence[str], expected: object
) -> None:
    rule = DOSSIER_RULES["INT-10"]
    demand = reply_demand(requirement(rule, limit=EIGHT_HOURS))
    assert demand is not None
    assert told(on_trace("INT-10", steps, CLOSED | {demand.fact: 1}, limit=EIGHT_HOURS)) == expected


def test_without_a_step_for_it_nobody_knows_whether_an_applicant_was_told() -> None:
    facts = CLOSED | dict.fromkeys(asked("PRC-07", limit=EIGHT_HOURS), 1)
    assert told(on_trace("PRC-07", PERMIT, facts, limit=EIGHT_HOURS)) == (0, [], ["no-step"])
    tells = changed("archive", kinds=("archive", "notify"))
    answer = on_trace("PRC-07", PERMIT, facts, procedure=tells, limit=EIGHT_HOURS)
    assert told(answer) == (1, [("", "")], [])
    left = facts | {"broken_off": 1}
    assert told(on_trace("PRC-07", PERMIT, left, procedure=tells, limit=EIGHT_HOURS)) == (0, [], [])


@pytest.mark.parametrize(
    ("untold", "later", "expected"),
    [
        (0, 0, (1, [], [])),
        (0, 3, (1, [], [])),
        (3, 3, (0, [], [])),
        (1, 3, (1, [("", "")], [])),
        (0, 1, (1, [("", "later")], [])),
        (2, 2, (0, [], ["no-new-date"])),
    ],
)
def test_a_new_date_is_asked_for_once_after_a_wait(untold: int, later: int, expected: object) -> None:
    facts = CLOSED | dict(zip(asked("SUP-04"), (untold, later), strict=True))
    steps = ["receive", "check", "issue-slip", "assign", "ask-supplement", "appraise"]
    assert told(on_trace("SUP-04", steps, facts)) == expected
    assert told(on_trace("SUP-04", steps[:4], facts)) == (0, [], [])
    assert told(on_trace("SUP-04", steps, facts | {"broken_off": 1})) == (0, [], [])


@pytest.mark.parametrize(
    ("steps", "closed", "expected"),
    [
        (["receive", "ask-supplement"], 0, (1, [("", "")], [])),
        (["receive", "ask-supplement", "apologise"], 0, (1, [("", "")], [])),
        (["receive", "ask-supplement", "check"], 0, (0, [], [])),
        (["receive", "ask-supplement", ""], 0, (0, [], [])),
        (["receive", "ask-supplement"], 1, (0, [], [])),
        (["receive"], 0, (0, [], [])),
    ],
)
def test_only_a_dossier_that_still_waits_is_to_be_closed(
    steps: Sequence[str], closed: int, expected: object
) -> None:
    facts = {"closed": closed, **dict.fromkeys(asked("SUP-07", limit=EIGHT_HOURS), 1)}
    assert told(on_trace("SUP-07", steps, facts, finished=False, limit=EIGHT_HOURS)) == expected


def test_only_a_refusal_at_the_desk_is_a_refusal_to_accept() -> None:
    grades = {"no-reason": "major"}
    for facts, variant, grade in [
        ({"undocumented": 1, "unexplained": 1}, "no-reason", Grade.MAJOR),
        ({"undocumented": 1, "unexplained": 2}, "no-document", None),
        ({"undocumented": 2, "unexplained": 1}, "no-reason", Grade.MAJOR),
    ]:
        answer = on_event("INT-08", "refuse-receipt", facts, grades=grades)
        assert [(b.variant, b.grade) for b in answer.breaches] == [(variant, grade)]
        assert told(on_event("INT-08", "draft-refusal", facts)) == (0, [], [])
    assert told(on_event("INT-08", "refuse-receipt", {"undocumented": 0, "unexplained": 2}))[2] == [
        "no-column"
    ]


def test_a_refusal_without_a_place_in_the_course_may_follow_the_appraisal_and_is_not_asked() -> None:
    rule = DOSSIER_RULES["INT-08"]
    anytime = replace(PROCEDURE.by_id["refuse-receipt"], id="refuse-anytime", anytime=True)
    procedure = replace(PROCEDURE, steps=(*PROCEDURE.steps, anytime))
    kind = EventKind(0, procedure, 0, "refuse-anytime", {"undocumented": 1, "unexplained": 1})
    assert told(rule.on_event.ask(kind, requirement(rule))) == (0, [], [])


def test_a_request_without_paper_is_told_before_one_without_reason() -> None:
    both = on_event("SUP-01", "ask-supplement", {"undocumented": 1, "unexplained": 1})
    assert told(both) == (1, [("", "no-document")], [])
    assert told(on_event("SUP-01", "ask-supplement", {"undocumented": 0, "unexplained": 1}))[1] == [
        ("", "no-reason")
    ]
    assert told(on_event("SUP-01", "ask-supplement", {"undocumented": 2, "unexplained": 0}))[2] == [
        "no-column"
    ]


def test_each_request_beyond_the_limit_is_a_breach_and_the_third_is_major() -> None:
    steps = ["receive", *["check", "ask-supplement"] * 3]
    answer = on_trace("SUP-02", steps, finished=False)
    assert told(answer) == (3, [("ask-supplement", "again"), ("ask-supplement", "many")], [])
    assert [breach.grade for breach in answer.breaches] == [None, Grade.MAJOR]
    assert [breach.position for breach in answer.breaches] == [4, 6]


def test_the_procedure_s_own_number_of_requests_beats_the_pack_s() -> None:
    twice = replace(
        PROCEDURE,
        steps=tuple(replace(s, at_most=2) if s.id == "ask-supplement" else s for s in PROCEDURE.steps),
    )
    steps = ["receive", *["check", "ask-supplement"] * 2]
    assert told(on_trace("SUP-02", steps, procedure=twice)) == (2, [], [])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"after_due": 0}, (1, [], [])),
        ({"after_due": 1}, (1, [("", "after-due")], [])),
        ({"after_due": 2}, (0, [], ["no-due-date"])),
    ],
)
def test_a_stop_after_the_due_date_does_not_rescue(facts: dict[str, int], expected: object) -> None:
    answer = on_event("SUP-05", "ask-supplement", facts, grades={"after-due": "major"})
    assert told(answer) == expected
    assert [breach.grade for breach in answer.breaches] == [Grade.MAJOR] * len(answer.breaches)


def test_the_clock_may_not_stop_at_a_consultation() -> None:
    rule = DOSSIER_RULES["SUP-05"]
    paused = replace(PROCEDURE.by_id["consult"], clock=StepClock.PAUSED)
    procedure = replace(PROCEDURE, steps=tuple(paused if s.id == "consult" else s for s in PROCEDURE.steps))
    answer = rule.on_event.ask(EventKind(0, procedure, 0, "consult", {"after_due": 0}), requirement(rule))
    assert told(answer) == (1, [("", "no-ground")], [])
    assert told(on_event("SUP-05", "consult", {"after_due": 0})) == (0, [], [])


def test_a_notice_of_stopping_needs_its_document() -> None:
    rule = DOSSIER_RULES["SUP-05"]
    stop = replace(PROCEDURE.by_id["apologise"], id="stop", kinds=("stop",))
    procedure = replace(PROCEDURE, steps=(*PROCEDURE.steps, stop))
    for undocumented, expected in [(0, []), (1, [("", "no-document")])]:
        kind = EventKind(0, procedure, 0, "stop", {"after_due": 0, "undocumented": undocumented})
        assert told(rule.on_event.ask(kind, requirement(rule)))[1] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"overdue": 0, "undue": 0}, (1, [], [])),
        ({"overdue": 1, "undue": 0}, (1, [("", "")], [])),
        ({"overdue": 0, "undue": 1}, (0, [], ["unfinished"])),
        ({"overdue": 2, "undue": 0}, (0, [], ["no-due-date"])),
    ],
)
def test_on_time_is_asked_of_what_has_come_due(facts: dict[str, int], expected: object) -> None:
    assert told(on_dossier("TIM-01", facts)) == expected


def test_a_late_step_weighs_more_in_an_overdue_dossier() -> None:
    grades = {"dossier-overdue": "minor"}
    in_time = on_event("TIM-02", "assign", {"late": 1, "overdue": 0}, grades=grades)
    overdue = on_event("TIM-02", "assign", {"late": 1, "overdue": 1}, grades=grades)
    assert [(b.variant, b.grade) for b in (*in_time.breaches, *overdue.breaches)] == [
        ("", None),
        ("dossier-overdue", Grade.MINOR),
    ]


def test_only_steps_with_a_time_of_their_own_are_timed() -> None:
    assert told(on_event("TIM-02", "archive", {"late": 0})) == (0, [], [])
    assert told(on_event("TIM-02", "assign", {"late": 2})) == (0, [], ["no-start"])


def test_steps_that_share_a_limit_are_judged_at_the_last_of_them() -> None:
    rule = DOSSIER_RULES["TIM-02"]
    group = LimitGroup(("return", "archive"), PROCEDURE.by_id["assign"].limit)
    shared = replace(PROCEDURE, limit_groups=(group,))
    asked = requirement(rule, grades={})
    answers = [
        told(rule.on_event.ask(EventKind(0, shared, 0, step, {"late": late}), asked))
        for step, late in [("return", 0), ("archive", 0), ("archive", 1), ("return", 1), ("return", 2)]
    ]
    late = (1, [("", "")], [])
    assert answers == [(0, [], []), (1, [], []), late, late, (0, [], ["no-start"])]


SORRY = {"early_enough": 1, "unexplained": 0, "no_new_date": 0}


@pytest.mark.parametrize(
    ("apology", "expected"),
    [
        (None, (1, [("", "none")], [])),
        (SORRY, (1, [], [])),
        ({**SORRY, "early_enough": 0, "unexplained": 1}, (1, [("", "late")], [])),
        ({**SORRY, "unexplained": 1}, (1, [("", "incomplete")], [])),
        ({**SORRY, "no_new_date": 1}, (1, [("", "incomplete")], [])),
        ({**SORRY, "no_new_date": 2}, (0, [], ["no-column"])),
    ],
)
def test_an_overdue_dossier_needs_a_timely_complete_apology(
    apology: dict[str, int] | None, expected: object
) -> None:
    steps = [*PERMIT, *([("apologise", apology)] if apology else [])]
    assert told(on_trace("TIM-03", steps, {**CLOSED, "overdue": 1})) == expected
    assert told(on_trace("TIM-03", steps, CLOSED)) == (0, [], [])


NUMBERED = {"undocumented": 0, "unexplained": 0, "no_new_date": 0}


@pytest.mark.parametrize(
    ("overdue", "first", "second", "expected"),
    [
        (1, {}, {}, (2, [], [])),
        (1, {"undocumented": 1}, {}, (2, [("apologise", "no-document")], [])),
        # what TIM-03 judges is not told again
        (1, {"unexplained": 1}, {"unexplained": 1}, (2, [("apologise", "no-reason")], [])),
        (
            0,
            {"unexplained": 1},
            {"no_new_date": 1},
            (2, [("apologise", "no-reason"), ("apologise", "no-date")], []),
        ),
        (
            0,
            {"no_new_date": 2},
            {"no_new_date": 2, "undocumented": 1},
            (1, [("apologise", "no-document")], ["no-column"]),
        ),
    ],
)
def test_every_apology_bears_number_reason_and_date(
    overdue: int, first: dict[str, int], second: dict[str, int], expected: object
) -> None:
    steps = ["receive", ("apologise", NUMBERED | first), ("apologise", NUMBERED | second)]
    assert told(on_trace("TIM-06", steps, {**CLOSED, "overdue": overdue})) == expected


def test_where_no_apology_can_be_recorded_its_lack_says_nothing() -> None:
    silent = replace(PROCEDURE, steps=tuple(s for s in PROCEDURE.steps if s.id != "apologise"))
    answer = on_trace("TIM-03", PERMIT, {**CLOSED, "overdue": 1}, procedure=silent)
    assert told(answer) == (0, [], ["no-step"])


def test_the_second_new_date_is_one_too_many() -> None:
    steps = ["receive", "apologise", "assign", "apologise", "apologise"]
    assert told(on_trace("TIM-04", steps)) == (3, [("apologise", ""), ("apologise", "")], [])


@pytest.mark.parametrize(
    ("facts", "finished", "expected"),
    [
        ({"promise_beyond": 0, "promise_broken": 2}, True, (0, [], [])),
        ({"promise_beyond": 1, "promise_broken": 0}, True, (1, [], [])),
        ({"promise_beyond": 1, "promise_broken": 0}, False, (0, [], ["unfinished"])),
        ({"promise_beyond": 1, "promise_broken": 1}, False, (1, [("", "")], [])),
    ],
)
def test_a_promise_is_judged_once_it_is_broken_or_the_dossier_finished(
    facts: dict[str, int], finished: bool, expected: object
) -> None:
    assert told(on_dossier("TIM-05", facts, finished=finished)) == expected


@pytest.mark.parametrize(
    ("facts", "variant"),
    [
        ({"future": 1, "backwards": 1}, "future"),
        ({"backwards": 1, "off_hours": 1}, "backwards"),
        ({"returned_before_signed": 1}, "returned-before-signed"),
        ({"off_hours": 1}, "off-hours"),
    ],
)
def test_an_impossible_time_is_told_once(facts: dict[str, int], variant: str) -> None:
    assert told(on_event("TIM-07", "approve", facts)) == (1, [("", variant)], [])


def test_every_run_of_the_procedure_conforms() -> None:
    runs = [
        PERMIT,
        ("receive", "check", "refuse-receipt"),
        ("receive", "check", "ask-supplement", *PERMIT[1:]),
        (*PERMIT[:6], "draft-refusal", *PERMIT[9:]),
        (*PERMIT[:6], "consult", "apologise", "site-visit", *PERMIT[8:]),
    ]
    for run in runs:
        assert [told(on_trace(code, run))[1:] for code in ("PRC-01", "PRC-02")] == [([], [])] * 2


@pytest.mark.parametrize("step", [s for s in PERMIT if s != "receive"])
def test_a_missing_step_is_told_once_and_is_no_matter_of_order(step: str) -> None:
    assert told(on_trace("PRC-01", without(step)))[1] == [(step, "")]
    assert told(on_trace("PRC-02", without(step)))[1:] == ([], [])


def test_a_missing_appraisal_is_major() -> None:
    grades = {"appraise": "major", "approve_sign": "major"}
    steps = without("appraise", "stamp")
    answer = on_trace("PRC-01", steps, grades=grades)
    assert {b.step: b.grade for b in answer.breaches} == {"appraise": Grade.MAJOR, "stamp": None}
    assert answer.checked == sum(answer.by_step.values()) == len(PERMIT)


def test_an_open_dossier_may_still_do_what_is_missing() -> None:
    open_one = {**CLOSED, "closed": 0}
    assert told(on_trace("PRC-01", PERMIT[:5], open_one, finished=False))[1:] == ([], ["unfinished"])


def test_a_dossier_that_broke_off_lacks_only_what_it_skipped() -> None:
    facts = {**CLOSED, "broken_off": 1}
    assert told(on_trace("PRC-01", ["receive", "check", "hand-over", "assign"], facts))[1] == [
        ("issue-slip", "")
    ]


def test_an_unknown_activity_may_be_the_missing_step() -> None:
    steps = ["", *without("stamp")]
    assert told(on_trace("PRC-01", steps))[1:] == ([], ["unknown-step"])
    assert told(on_trace("PRC-02", steps))[1:] == ([], ["unknown-step"])


def test_an_inverted_pair_is_told_once_and_not_its_consequences() -> None:
    first_of_all = ["approve", *without("approve")]
    answer = on_trace("PRC-02", first_of_all, grades={"review < approve_sign": "major"})
    assert told(answer)[1] == [("approve", "review < approve")]
    assert answer.breaches[0].grade is Grade.MAJOR
    assert answer.breaches[0].facts == {"step_first": "review"}


def test_two_steps_side_by_side_that_both_come_too_late_are_one_breach() -> None:
    steps = [*without("site-visit", "consult")[:6], "draft", "consult", "site-visit", *PERMIT[9:]]
    assert told(on_trace("PRC-02", steps))[1] == [("draft", "consult+site-visit < draft")]


def test_a_repeated_step_gets_stuck_where_it_repeats() -> None:
    answer = on_trace("PRC-02", [*PERMIT[:6], "assign", *PERMIT[6:]])
    assert [(b.step, b.variant, b.position) for b in answer.breaches] == [("assign", "not-allowed", 6)]


def test_a_second_round_of_supplements_is_no_matter_of_order() -> None:
    steps = ["receive", *["check", "ask-supplement"] * 2, *PERMIT[1:]]
    assert told(on_trace("PRC-02", steps))[1:] == ([], [])


def test_a_signature_in_the_wrong_role_is_major() -> None:
    answer = on_event("PRC-03", "approve", {"wrong_role": 1}, grades={"approve_sign": "major"})
    assert [breach.grade for breach in answer.breaches] == [Grade.MAJOR]
    assert told(on_event("PRC-03", "approve", {"wrong_role": 2})) == (0, [], ["no-role"])


@pytest.mark.parametrize(
    ("same", "steps", "expected"),
    [
        (0, PERMIT, (1, [], [])),
        (1, PERMIT, (1, [("approve", "appraise + approve_sign")], [])),
        (2, PERMIT, (0, [], ["no-actor"])),
        (1, PERMIT[:8], (0, [], [])),
    ],
)
def test_duties_are_held_apart_where_both_were_done(
    same: int, steps: Sequence[str], expected: object
) -> None:
    facts = {**CLOSED, same_person_fact("appraise", "approve_sign"): same}
    assert told(on_trace("PRC-04", steps, facts)) == expected


def test_a_hand_over_needs_a_person_and_a_moment() -> None:
    assert told(on_event("PRC-05", "assign", {"no_actor": 1, "no_moment": 1}))[1] == [("", "no-actor")]
    assert told(on_event("PRC-05", "assign", {"no_actor": 0, "no_moment": 1}))[1] == [("", "no-moment")]
    assert told(on_event("PRC-05", "assign", {"no_actor": 0, "no_moment": 2}))[2] == ["no-column"]


def test_a_state_needs_its_step() -> None:
    assert told(on_dossier("PRC-08", {"status_unlike_events": 1})) == (1, [("", "")], [])
    assert told(on_dossier("PRC-08", {"status_unlike_events": 2})) == (0, [], ["no-status"])


FACT = st.integers(0, 2)
STEPS = st.sampled_from([*(step.id for step in PROCEDURE.steps), ""])


@given(st.lists(STEPS, max_size=20), st.fixed_dictionaries({"closed": FACT, "broken_off": FACT}), FACT)
def test_breaches_never_outnumber_opportunities(steps: list[str], facts: dict[str, int], fact: int) -> None:
    everything = {
        **dict.fromkeys(DOSSIER_FACTS, fact),
        **facts,
        same_person_fact("appraise", "approve_sign"): fact,
    }
    events = dict.fromkeys(EVENT_FACTS, fact)
    for code in CODES:
        rule = DOSSIER_RULES[code]
        if rule.on_trace is not None:
            answers = [on_trace(code, [(step, events) for step in steps], everything)]
        elif rule.on_dossier is not None:
            answers = [on_dossier(code, everything)]
        elif rule.on_event is not None:
            answers = [on_event(code, step, events) for step in steps]
        else:
            answers = [on_log(code, {"differs": fact, "overstates": fact})]
        for answer in answers:
            own = bool(answer.by_variant)
            failed = Counter((b.variant, b.step) if own else b.step for b in answer.breaches)
            counted = dict(answer.by_variant or answer.by_step) or {"": answer.checked}
            assert sum(counted.values()) == answer.checked
            assert all(count <= counted.get(step, 0) for step, count in failed.items())


@given(st.sampled_from(sorted(CODES)), STEPS)
def test_what_the_log_cannot_tell_never_passes(code: str, step: str) -> None:
    rule = DOSSIER_RULES[code]
    if rule.on_event is not None:
        assert on_event(code, step, dict.fromkeys(EVENT_FACTS, 2)).checked == 0
    if rule.on_dossier is not None:
        facts = {**dict.fromkeys(DOSSIER_FACTS, 2), "undue": 0}
        assert on_dossier(code, facts).checked == 0
    if rule.on_log is not None:
        assert on_log(code, {"unlogged": 2, "differs": 2, "overstates": 2}).checked == 0


# ---- the examples, run through the whole audit

Table = list[dict[str, str]]


def table(name: str) -> Table:
    return list(csv.DictReader((REFERENCE / name).read_text(encoding="utf-8").splitlines()))


EVENTS, DOSSIERS = table("log.csv"), table("dossiers.csv")


def edited(edits: Sequence[Mapping[str, object]]) -> tuple[Table, Table]:
    """The reference log after edits: {dossier, step, set | add | drop}, or without step the dossier's row."""
    events, dossiers = copy.deepcopy(EVENTS), copy.deepcopy(DOSSIERS)
    for edit in edits:
        here = [row for row in events if row["dossier_id"] == edit["dossier"]]
        if "step" not in edit:
            change = dict(edit["set"])  # type: ignore[call-overload]
            for row in [row for row in dossiers if row["dossier_id"] == edit["dossier"]]:
                row.update(change)
            for row in here:
                row["dossier_id"] = change.get("dossier_id", row["dossier_id"])
            continue
        of_step = [row for row in here if row["step"] == edit["step"]]
        if "drop" in edit:
            events = [row for row in events if not any(row is gone for gone in of_step)]
        for row in of_step if "set" in edit else []:
            row.update(edit["set"])  # type: ignore[call-overload]
        if "add" in edit:
            like = (
                of_step[0] if of_step else {"actor": "CV01", "role": "specialist", "unit": "economy-division"}
            )
            row = {name: like.get(name, "") for name in EVENTS[0]}
            row.update({"dossier_id": str(edit["dossier"]), "step": str(edit["step"])})
            row.update({"document": "", "reason": "", "new_appointed_at": ""} | dict(edit["add"]))  # type: ignore[call-overload]
            events.append(row)
    return events, dossiers


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` laid over `base`; None deletes a key."""
    whole = dict(base)
    for key, value in change.items():
        if value is None:
            whole.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(whole.get(key), Mapping):
            whole[key] = merged(whole[key], value)
        else:
            whole[key] = value
    return whole


def raised(example: Example, folder: Path, rule: str = "") -> set[str]:
    """Codes of dossier rules that find something in the reference log after the example's edits.

    The example's parameters are those of `rule`.
    """
    from iso_audit import api

    for name in ("procedures", "calendars", "requirements"):
        (folder / name).mkdir()
    faults: list[Fault] = []
    document = read_yaml(REFERENCE / "procedure.yaml", "procedure.yaml", faults)
    assert document is not None
    procedure = merged(document.data, example.procedure)
    (folder / "procedures/reference.yaml").write_text(json.dumps(procedure, default=str), encoding="utf-8")
    for name, place in [
        ("calendar.yaml", "calendars/reference.yaml"),
        ("organisation.yaml", "organisation.yaml"),
        ("mapping.yaml", "mapping.yaml"),
        ("register.csv", "register.csv"),
        ("reported.csv", "reported.csv"),
    ]:
        (folder / place).write_bytes((REFERENCE / name).read_bytes())
    if rule in ("register", "reported-figures"):
        with (folder / "mapping.yaml").open("a", encoding="utf-8") as stream:
            stream.write((REFERENCE / "mapping-seconds.yaml").read_text(encoding="utf-8"))
    pack = read_yaml(REFERENCE / "requirements-dossier.yaml", "requirements-dossier.yaml", faults)
    assert pack is not None
    entries = [{**r, **example.requirement} if r["rule"] == rule else r for r in pack.data["requirements"]]
    written = json.dumps({**pack.data, "requirements": entries}, default=str)
    (folder / "requirements/reference-dossiers.yaml").write_text(written, encoding="utf-8")
    settings = {
        "calendar": "reference",
        "packs": ["reference-dossiers"],
        "audit": {"date": "2026-03-31"},
        "log": "log.csv",
        "mapping": "mapping.yaml",
    }
    (folder / "iso-audit.yaml").write_text(json.dumps(settings), encoding="utf-8")
    for name, rows in zip(("log.csv", "dossiers.csv"), edited(example.log), strict=True):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    run = api.audit(folder)
    assert run.outcome.failures == ()
    return {finding.code for finding in run.outcome.findings if not finding.on_definition}


def test_the_reference_log_conforms(tmp_path: Path) -> None:
    assert raised(Example(says=CATALOGUE["order"].title), tmp_path) == set()


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_bad_example_raises_its_rule_and_nothing_unlisted(code: str, tmp_path: Path) -> None:
    example = DOSSIER_RULES[code].bad[code]
    assert raised(example, tmp_path, DOSSIER_RULES[code].name) == {code, *example.also}


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_good_example_raises_nothing_unlisted(code: str, tmp_path: Path) -> None:
    example = DOSSIER_RULES[code].good[code]
    assert raised(example, tmp_path, DOSSIER_RULES[code].name) == set(example.also)


# ---- cases that the notes of the field ask for first

FIRST = "H62.014-260302-0001"
DUE = "2026-03-16"
LATE_BY_A_DAY = {"dossier": FIRST, "set": {"finished_at": "2026-03-17T08:20:00"}}


def sorry(day: str, new_day: str) -> Mapping[str, object]:
    written = {"started_at": f"{day}T09:00:00", "finished_at": f"{day}T09:30:00", "document": "XL-0001"}
    return {
        "dossier": FIRST,
        "step": "apologise",
        "add": {**written, "reason": "Cần xác minh thêm", "new_appointed_at": new_day},
    }


def case(*log: Mapping[str, object], **more: object) -> Example:
    return Example(CATALOGUE["order"].title, log=log, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lead", "expected"), [("1 d", {"TIM-01", "TIM-03"}), ("0 d", {"TIM-01"})])
def test_an_apology_on_the_due_day_is_late_unless_none_is_due_before(
    lead: str, expected: set[str], tmp_path: Path
) -> None:
    example = case(LATE_BY_A_DAY, sorry(DUE, "2026-03-18"), requirement={"apology_lead": lead})
    assert raised(example, tmp_path, "apology") == expected


def test_a_hand_over_at_half_past_ten_on_the_next_day_is_too_late(tmp_path: Path) -> None:
    def at(step: str, start: str, finish: str) -> Mapping[str, object]:
        moments = {"started_at": f"2026-03-{start}:00", "finished_at": f"2026-03-{finish}:00"}
        return {"dossier": FIRST, "step": step, "set": moments}

    example = case(
        {"dossier": FIRST, "set": {"received_at": "2026-03-02T15:01:00"}},
        at("receive", "02T15:01", "02T15:10"),
        at("check", "02T15:15", "02T15:40"),
        at("issue-slip", "02T15:45", "02T15:50"),
        at("hand-over", "03T10:20", "03T10:30"),
        at("assign", "03T13:00", "03T14:00"),
    )
    assert raised(example, tmp_path) == {"INT-06"}


def test_a_request_after_the_due_date_does_not_rescue_the_dossier(tmp_path: Path) -> None:
    """With one working hour for everything, the supplement of the second dossier is asked for too late."""
    found = raised(case(procedure={"limit": "1 wh"}), tmp_path)
    assert {"SUP-05", "TIM-01", "TIM-03"} <= found


def test_pairs_of_duties_that_mean_the_same_steps_are_one_and_each_has_its_own_denominator() -> None:
    apart = (Separation(("appraise", "approve")), Separation(("check", "approve")))
    facts = {same_person_fact("appraise", "approve_sign"): 1, same_person_fact("check", "approve"): 0}
    answer = on_trace(
        "PRC-04", ["check", "appraise", "approve"], facts, procedure=replace(PROCEDURE, separation=apart)
    )
    assert [breach.variant for breach in answer.breaches] == ["appraise + approve_sign"]
    assert answer.by_variant == {("appraise + approve_sign", "approve"): 1, ("check + approve", "approve"): 1}


SIGNED_BY_CHAIRMAN = {"must": "by_role", "of": ["approve_sign"], "role": "chairman"}
BY_SPECIALIST = {
    "dossier": FIRST,
    "step": "approve",
    "set": {"actor": "CV02", "role": "specialist"},
}


@pytest.mark.parametrize(
    ("asked", "log", "expected"),
    [
        (SIGNED_BY_CHAIRMAN, (), set()),
        (SIGNED_BY_CHAIRMAN, (BY_SPECIALIST,), {"PRC-03", "PRC-11"}),
        ({"must": "within", "of": ["assign", "appraise"], "limit": "10 wh"}, (), {"PRC-11"}),
        ({"must": "within", "of": ["assign", "appraise"], "limit": "3 wd"}, (), set()),
        # the clock stood while the applicant supplied what was missing
        ({"must": "within", "of": ["request_supplement", "issue_receipt"], "limit": "4 wh"}, (), set()),
        ({"must": "within", "of": ["request_supplement", "issue_receipt"], "limit": "1 wh"}, (), {"PRC-11"}),
        ({"must": "apart", "of": ["check", "return_result"]}, (), {"PRC-11"}),
        ({"must": "apart", "of": ["receive", ["stamp", "approve"]]}, (), set()),
        ({"must": "excludes", "of": ["refuse", "issue_receipt"]}, (), {"PRC-11"}),
        ({"must": "excludes", "of": ["refuse-receipt", "issue_receipt"]}, (), set()),
        ({"must": "at_most", "of": ["check"], "count": 1}, (), {"PRC-11"}),
        ({"must": "at_most", "of": ["check"], "count": 2}, (), set()),
        ({"must": "happens", "of": [["archive", "refuse"]]}, (), set()),
        ({"must": "happens", "of": ["archive"]}, (), {"PRC-11"}),
        ({"must": "happens", "of": ["archive"], "when": {"not": {"level": "commune"}}}, (), set()),
        ({"must": "happens", "of": ["archive"], "when": {"not": "same_day"}}, (), {"PRC-11"}),
        ({"must": "before", "of": ["consult", "field_check"]}, (), {"PRC-11"}),
    ],
)
def test_a_requirement_written_as_data_is_asked_of_the_log(
    asked: Mapping[str, object], log: Sequence[Mapping[str, object]], expected: set[str], tmp_path: Path
) -> None:
    assert raised(case(*log, requirement=asked), tmp_path, "constraint") == expected
