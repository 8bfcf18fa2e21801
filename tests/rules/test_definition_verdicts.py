"""What the rules on definitions say of real and telling procedures: never too much, never too little."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from iso_audit.analysis.study import study
from iso_audit.audit.criteria import concerns, in_force
from iso_audit.exchange.step_table import Facts, read_steps
from iso_audit.model.finding import Grade
from iso_audit.model.organisation import Delegation, Organisation, Person
from iso_audit.model.procedure import Announcement, Limit, Period, Procedure, TimeUnit
from iso_audit.model.requirement import Pack, Requirement
from iso_audit.model.rule import NOT_APPLICABLE, Breach
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.load import load_procedure
from iso_audit.workspace.organisation import read_organisation
from iso_audit.workspace.packs import read_pack
from tests.calendars import shipped_calendar

REFERENCE = Path(__file__).parents[1] / "reference"
JUDGED_ON = dt.date(2026, 3, 2)
WD, D = TimeUnit.WORKING_DAY, TimeUnit.DAY


def organisation() -> Organisation:
    read = read_organisation(REFERENCE / "organisation.yaml", "organisation.yaml", [])
    assert read is not None
    return read


def pack() -> Pack:
    read = read_pack(REFERENCE / "requirements-definition.yaml", "requirements.yaml", CATALOGUE, [])
    assert read is not None
    return read


CALENDAR = shipped_calendar()


def breaches(
    procedure: Procedure,
    announced: Announcement | None = None,
    day: dt.date = JUDGED_ON,
    office: Organisation | None = None,
) -> dict[str, list[Breach]]:
    """Code -> breaches, of every requirement on definitions in force on the day."""
    asked = study(procedure, office or organisation(), day, announced, CALENDAR)
    found: dict[str, list[Breach]] = {}
    for requirement in in_force([pack()], day):
        hook = CATALOGUE[requirement.rule].on_procedure
        if hook is not None and concerns(requirement, procedure):
            for breach in hook.ask(asked, requirement).breaches:
                found.setdefault(hook.code, []).append(breach)
    return found


def unknowns(procedure: Procedure, code: str) -> list[str]:
    """Reasons for which the question under `code` stays open; no calendar is known."""
    asked = study(procedure, organisation(), JUDGED_ON)
    hooks = [
        (hook, requirement)
        for requirement in in_force([pack()], JUDGED_ON)
        if (hook := CATALOGUE[requirement.rule].on_procedure) is not None and hook.code == code
    ]
    return [u.reason for hook, requirement in hooks for u in hook.ask(asked, requirement).unknowns]


def on_time(found: Mapping[str, Any]) -> set[str]:
    return {code for code in found if code.startswith("DEF-TIME")}


@pytest.fixture
def written(tmp_path: Path):
    """Make a procedure of YAML text."""

    def write(text: str) -> Procedure:
        path = tmp_path / "procedure.yaml"
        path.write_text(text, encoding="utf-8")
        return load_procedure(path)

    return write


def table(limit: str, *rows: tuple[str, str]) -> str:
    """A printed step table: (number, limit) of each row, in a chain."""
    ids = [f"s{index}" for index in range(len(rows))]
    lines = [f"procedure: p\nextent: steps\nlimit: {limit}\nsteps:"]
    for index, (number, time) in enumerate(rows):
        onward = f", next: {ids[index + 1]}" if index + 1 < len(rows) else ""
        kind = "receive" if index == 0 else "return_result" if index + 1 == len(rows) else "other"
        lines.append(
            f'  {ids[index]}: {{no: "{number}", kind: {kind}, role: specialist, limit: {time}{onward}}}'
        )
    return "\n".join(lines)


class TestPublishedByOldPortals:
    def test_p1_takes_18_of_17_days_and_leaves_out_number_3(self, written):
        found = breaches(
            written(table("17 d", ("1", "1 d"), ("2", "10 d"), ("4", "5 d"), ("5", "1 d"), ("6", "1 d")))
        )
        assert set(found) == {"DEF-TIME-01", "DEF-NUM-01"}
        (too_long,), (gap,) = found["DEF-TIME-01"], found["DEF-NUM-01"]
        assert too_long.facts["longest"] == Limit(Fraction(18), D)
        assert too_long.facts["run"] == ("s0", "s1", "s2", "s3", "s4")
        assert (gap.variant, gap.facts["number"]) == ("gap", ("3",))

    @pytest.mark.parametrize(
        ("limit", "days"),
        [("12 d", (1, 10, 1)), ("28 d", (1, 15, 3, 5, 3, 1)), ("5 d", (1, 3, 1))],
        ids=["P2", "P3", "P4"],
    )
    def test_tables_whose_steps_add_up_pass(self, written, limit, days):
        rows = [(str(number), f"{time} d") for number, time in enumerate(days, 1)]
        assert breaches(written(table(limit, *rows))) == {}

    def test_p12_renewal_takes_12_of_10_working_days(self, written):
        times = ("0.5 wd", "9 wd", "2 wd", "0.5 wd", "Không tính thời gian")
        rows = [(str(number), time) for number, time in enumerate(times, 1)]
        found = breaches(written(table("10 wd", *rows)))
        assert set(found) == {"DEF-TIME-01"}
        assert found["DEF-TIME-01"][0].facts["longest"] == Limit(Fraction(12), WD)

    def test_p12_with_both_kinds_of_days_is_told_with_both_readings(self, written):
        procedure = written(table("23 d", ("1", "1 d"), ("2", "3 wd"), ("3", "15 d"), ("4", "5 wd")))
        found = breaches(procedure)
        assert set(found) == {"DEF-TIME-01", "DEF-TIME-02"}
        (mixed,) = found["DEF-TIME-02"]
        assert mixed.grade is Grade.MAJOR
        assert mixed.facts["reading_printed"] == Limit(Fraction(24), D)
        assert mixed.facts["reading_converted"] == Limit(Fraction("27.2"), D)
        assert unknowns(procedure, "DEF-TIME-01") == ["mixed-units"]

    def test_p12_with_both_kinds_of_days_is_too_long_by_the_calendar(self, written):
        rows = (("1", "1 d"), ("2", "3 wd"), ("3", "15 d"), ("4", "5 wd"))
        (late,) = breaches(written(table("23 d", *rows)))["DEF-TIME-01"]
        assert (late.variant, late.grade) == ("mixed", None)
        assert late.facts["starts"] > late.facts["late"] > 900
        assert late.facts["run"] == ("s0", "s1", "s2", "s3")
        assert late.facts["received_at"] < late.facts["due_at"] < late.facts["finished_at"]

    def test_a_mixture_that_is_late_over_the_new_year_alone_is_minor_and_names_the_worst_day(self, written):
        (late,) = breaches(written(table("16 d", ("1", "5 wd"), ("2", "5 wd"))))["DEF-TIME-01"]
        assert (late.variant, late.grade) == ("mixed", Grade.MINOR)
        assert late.facts["received_at"].date() < dt.date(2026, 2, 16) < late.facts["finished_at"].date()
        assert "DEF-TIME-01" not in breaches(written(table("20 wd", ("1", "15 d"), ("2", "8 wd"))))

    def test_a_mixture_that_fits_when_converted_is_minor(self, written):
        found = breaches(written(table("20 wd", ("1", "15 d"), ("2", "8 wd"))))
        assert [breach.grade for breach in found["DEF-TIME-02"]] == [None]

    def test_unallocated_time_is_an_observation_and_nothing_else(self, written):
        times = ("0.5", "0.5", "4", "1", "0.5", "3")
        rows = [(str(number), f"{time} wd") for number, time in enumerate(times, 1)]
        rows.append(("7", "Không tính thời gian"))
        found = breaches(written(table("10,5 ngày làm việc", *rows)))
        assert set(found) == {"DEF-TIME-06"}
        assert found["DEF-TIME-06"][0].facts["left"] == Limit(Fraction(1), WD)

    def test_a_number_used_twice_is_told_and_no_time(self, written):
        found = breaches(
            written(table("3 wd", ("1", "0.5 wd"), ("3", "1 wd"), ("03", "1 wd"), ("4", "0.5 wd")))
        )
        assert set(found) == {"DEF-NUM-01"}
        assert [(b.variant, b.step) for b in found["DEF-NUM-01"]] == [("twice", "s2"), ("gap", "s1")]

    def test_a_printed_table_is_never_told_of_what_it_cannot_show(self, written):
        procedure = written(table("2 wd", ("1", "1 wd"), ("2", "1 wd")))
        assert breaches(procedure) == {}
        for code in ("DEF-STEP-01", "DEF-STEP-06", "DEF-DOC-01", "DEF-DOC-02", "DEF-DOC-04", "DEF-DOC-05"):
            assert unknowns(procedure, code) == ["printed-table"]


LINKED_BIRTH = """
procedure: birth
same_day: false
owner: commune
limit: {default: 3 wd, verification: 5 wd}
steps:
  receive: {no: 1, kind: receive, role: one-stop-officer, limit: Giờ hành chính, next: register}
  register:
    no: 2
    kind: approve_sign
    role: chairman
    limit: 1 wd
    next: {all: [residence-check, insure]}
  residence-check:
    no: 3
    kind: appraise
    role: police-officer
    limit: 1 wd
    next: {clear: residence, unclear: {to: verify, case: verification}}
  verify: {no: 4, kind: field_check, role: police-officer, limit: 2 wd, next: residence}
  residence: {no: 5, kind: other, role: police-officer, limit: 1 wd, next: return}
  insure: {no: 6, kind: other, role: specialist, limit: 2 wd, next: return}
  return: {no: 7, kind: return_result, join: all, role: one-stop-officer, limit: Không tính thời gian}
"""


class TestLinkedBirth:
    def test_the_longest_run_counts_and_the_sum_of_5_is_never_told(self, written):
        assert on_time(breaches(written(LINKED_BIRTH))) == set()

    def test_a_case_that_is_too_long_is_told_with_its_own_limit_and_run(self, written):
        longer = LINKED_BIRTH.replace("limit: 2 wd, next: residence", "limit: 3 wd, next: residence")
        found = breaches(written(longer))
        (too_long,) = found["DEF-TIME-01"]
        assert too_long.variant == "case verification"
        assert too_long.facts["limit"] == Limit(Fraction(5), WD, "5 wd")
        assert too_long.facts["longest"] == Limit(Fraction(6), WD)
        path = ("receive", "register", "residence-check", "verify", "residence", "return")
        assert too_long.facts["run"] == path


def test_time_spent_by_the_applicant_is_not_charged(written):
    text = """
procedure: land
limit: 4 wd
steps:
  receive: {kind: receive, role: one-stop-officer, limit: 1 wd, next: notice}
  notice: {kind: financial_obligation, role: specialist, limit: 30 wd, next: pay}
  pay: {kind: submit, role: applicant, limit: Không tính thời gian, next: return}
  return: {kind: return_result, role: one-stop-officer, limit: 3 wd}
"""
    assert on_time(breaches(written(text))) == set()
    charged = breaches(written(text.replace("limit: 30 wd", "limit: 30 wd, clock: runs")))
    assert on_time(charged) == {"DEF-TIME-01", "DEF-TIME-08"}


def test_a_part_that_outruns_its_own_limit_is_told_by_part(written):
    text = """
procedure: linked
limit: 10 wd
owner: commune
steps:
  receive: {kind: receive, role: one-stop-officer, limit: 2 wd, sends: in, next: wait}
  wait: {kind: return_result, role: one-stop-officer, limit: 2 wd, awaits: out}
parts:
  police:
    unit: commune-police
    limit: 5 wd
    steps:
      a: {kind: appraise, role: police-officer, limit: 4 wd, awaits: in, next: b}
      b: {kind: approve_sign, role: chairman, limit: 2 wd, sends: out}
"""
    found = breaches(written(text))
    (too_long,) = found["DEF-TIME-01"]
    assert (too_long.variant, too_long.facts["run"]) == ("part police", ("a", "b"))
    assert too_long.facts["longest"] == Limit(Fraction(6), WD)
    # the whole is too long as well, but not for anything else
    (alone,) = breaches(written(text.replace("limit: 10 wd", "limit: 9 wd")))["DEF-TIME-01"]
    assert alone.variant == "part police"
    both = breaches(written(text.replace("limit: 10 wd", "limit: 8 wd")))["DEF-TIME-01"]
    assert [each.variant for each in both] == ["", "part police"]


PARTS = """
procedure: linked
limit: 10 wd
owner: commune
steps:
  receive: {kind: receive, role: one-stop-officer, limit: 1 wd, next: {all: [ask-one, ask-two]}}
  ask-one: {kind: transfer_out, role: specialist, limit: 1 wh, sends: one}
  ask-two: {kind: transfer_out, role: specialist, limit: 1 wh, sends: two}
  return: {kind: return_result, role: one-stop-officer, limit: 7 wh, join: all, awaits: [one-done, two-done]}
parts:
  police:
    unit: commune-police
    limit: 5 wd
    steps:
      a: {kind: appraise, role: police-officer, limit: 3 wd, awaits: one, sends: one-done}
  social:
    unit: social-division
    limit: 8 wd
    steps:
      b: {kind: appraise, role: specialist, limit: 3 wd, awaits: two, sends: two-done}
"""


class TestLimitsOfParts:
    def test_parts_side_by_side_count_as_the_longer_one(self, written):
        assert "DEF-TIME-01" not in breaches(written(PARTS))

    def test_parts_in_a_row_that_exceed_the_whole_are_told_though_their_steps_do_not(self, written):
        text = PARTS.replace("limit: 8 wd", "limit: 9 wd")
        (too_long,) = breaches(written(text))["DEF-TIME-01"]
        assert (too_long.variant, too_long.grade) == ("parts", Grade.MINOR)
        assert too_long.facts["longest"] == Limit(Fraction(11), WD)
        in_a_row = PARTS.replace("sends: one-done", "sends: two").replace("[one-done, two-done]", "two-done")
        in_a_row = in_a_row.replace("next: {all: [ask-one, ask-two]}", "next: ask-one")
        in_a_row = in_a_row.replace(
            "  ask-two: {kind: transfer_out, role: specialist, limit: 1 wh, sends: two}\n", ""
        )
        (too_long,) = breaches(written(in_a_row.replace("join: all, ", "")))["DEF-TIME-01"]
        assert too_long.facts["longest"] == Limit(Fraction(15), WD)
        assert too_long.facts["run"] == ("receive", "ask-one", "a", "b", "return")


REFUSAL = """
procedure: p
limit: {default: 10 wd, refuse: 3 wd}
steps:
  check: {kind: check, role: specialist, limit: 2 wd, next: {good: work, bad: refuse}}
  refuse: {kind: refuse, role: specialist, limit: 1 wd}
  work: {kind: appraise, role: specialist, limit: 8 wd}
"""


def test_an_end_may_have_a_limit_of_its_own_for_the_runs_that_lead_to_it(written):
    assert on_time(breaches(written(REFUSAL))) == set()
    (late,) = breaches(written(REFUSAL.replace("limit: 1 wd}", "limit: 2 wd}")))["DEF-TIME-01"]
    assert (late.variant, late.facts["step_last"]) == ("end refuse", "refuse")
    assert (late.facts["longest"], late.facts["run"]) == (Limit(Fraction(4), WD), ("check", "refuse"))
    longer = REFUSAL.replace("refuse: 3 wd", "refuse: 30 wd").replace("limit: 1 wd}", "limit: 20 wd}")
    assert "DEF-TIME-01" not in breaches(written(longer))


def test_a_case_without_a_limit_of_its_own_is_held_to_the_ordinary_one(written):
    text = """
procedure: p
limit: 5 wd
steps:
  check: {kind: check, role: specialist, limit: 2 wd, next: {a: end, b: {to: visit, case: field}}}
  visit: {kind: field_check, role: specialist, limit: 3 wd, next: end}
  end: {kind: return_result, role: clerk, limit: 1 wd}
"""
    assert [breach.variant for breach in breaches(written(text))["DEF-TIME-01"]] == ["case field"]
    assert "DEF-TIME-01" not in breaches(
        written(text.replace("limit: 5 wd", "limit: {default: 5 wd, field: 6 wd}"))
    )


def test_silence_bounds_a_consultation_and_without_a_deadline_the_longest_time_is_open(written):
    text = """
procedure: p
limit: 5 wd
steps:
  ask: {kind: consult, role: specialist, limit: 3 wd, no_reply: agreed, next: end}
  end: {kind: return_result, role: clerk, limit: 2 wd}
"""
    assert unknowns(written(text), "DEF-TIME-01") == []
    assert "DEF-TIME-01" not in breaches(written(text))
    assert "DEF-TIME-01" in breaches(written(text.replace("limit: 3 wd", "limit: 4 wd")))
    open_ended = written(text.replace("limit: 3 wd, ", ""))
    assert unknowns(open_ended, "DEF-TIME-01") == ["untimed-consultation"]
    assert [breach.variant for breach in breaches(open_ended)["DEF-LINK-02"]] == ["no-deadline"]


REWORK = """
procedure: p
limit: 6 wd
steps:
  draft: {kind: draft_result, role: specialist, limit: 3 wd, next: review}
  review: {kind: review, role: division-head, limit: 2 wd, next: {agreed: end, disagreed: again}}
  again: {kind: other, role: specialist, limit: 1 wd, next: review}
  end: {kind: return_result, role: clerk, limit: 1 wd}
"""


class TestWorkDoneAgain:
    def test_without_a_bound_it_is_a_finding_that_shows_the_way_round(self, written):
        (loop,) = breaches(written(REWORK))["DEF-TIME-09"]
        assert loop.facts["run"] == ("review", "again", "review")
        assert unknowns(written(REWORK), "DEF-TIME-01") == ["unbounded-loop"]
        assert "DEF-TIME-01" in breaches(written(REWORK.replace("limit: 6 wd", "limit: 5 wd")))

    def test_with_a_bound_it_counts_and_is_minor_where_only_the_repetition_is_too_long(self, written):
        bounded = REWORK.replace("limit: 1 wd, next: review", "limit: 1 wd, at_most: 2, next: review")
        found = breaches(written(bounded))
        (again,) = found["DEF-TIME-01"]
        assert (again.variant, again.grade) == ("again", Grade.MINOR)
        assert again.facts["longest"] == Limit(Fraction(12), WD)
        assert "DEF-TIME-09" not in found
        room = breaches(written(bounded.replace("limit: 6 wd", "limit: 12 wd")))
        assert on_time(room) == set()
        (straight,) = breaches(written(bounded.replace("limit: 6 wd", "limit: 5 wd")))["DEF-TIME-01"]
        assert (straight.variant, straight.grade) == ("", None)

    def test_a_printed_table_does_not_say_how_often(self, written):
        printed = written(REWORK.replace("limit: 6 wd", "limit: 6 wd\nextent: steps"))
        assert "DEF-TIME-09" not in breaches(printed)
        assert unknowns(printed, "DEF-TIME-09") == ["printed-table"]

    def test_a_way_back_by_the_applicant_is_none(self, written):
        asked = REWORK.replace("{kind: other,", "{kind: request_supplement,")
        assert "DEF-TIME-09" not in breaches(written(asked))
        assert "DEF-TIME-01" not in breaches(written(asked))


@pytest.mark.parametrize(
    ("edit", "variant"),
    [
        ("groups: [{steps: [a, b], limit: 2 wd}, {steps: [b, c], limit: 2 wd}]", "two-groups"),
        ("groups: [{steps: [a, b, c], limit: 3 wd}]", "group-and-own"),
    ],
)
def test_time_given_twice_is_told_by_how_it_is(written, edit, variant):
    own = "limit: 2 wd, " if variant == "group-and-own" else ""
    text = f"""
procedure: p
limit: 4 wd
limit_{edit}
steps:
  a: {{role: specialist, next: b}}
  b: {{role: specialist, {own}next: c}}
  c: {{role: specialist}}
"""
    (twice,) = breaches(written(text))["DEF-TIME-10"]
    assert (twice.step, twice.variant) == ("b", variant)


class TestAnnouncedLimit:
    own = "procedure: p\ncode: '1.1'\nlimit: 5 d\nsteps: {a: {role: specialist, limit: 5 d}}"

    def announcement(self, limit: Limit) -> Announcement:
        return Announcement("1.1", {"default": limit}, "QĐ 1/QĐ-UBND")

    def test_longer_than_announced_is_a_breach(self, written):
        found = breaches(written(self.own), self.announcement(Limit(Fraction(3), D)))
        assert found["DEF-TIME-03"][0].facts["limit_announced"] == Limit(Fraction(3), D)

    @pytest.mark.parametrize("limit", [Limit(Fraction(5), D), Limit(Fraction(8), D), Limit(Fraction(5), WD)])
    def test_as_announced_or_shorter_is_none(self, written, limit):
        assert "DEF-TIME-03" not in breaches(written(self.own), self.announcement(limit))

    def test_without_an_announcement_the_question_is_open(self, written):
        assert unknowns(written(self.own), "DEF-TIME-03") == ["no-announcement"]


class TestWordsForTime:
    def steps(self, limit: str, kind: str, role: str = "specialist") -> str:
        limits = f", limit: {limit}" if limit else ""
        return (
            "procedure: p\nlimit: 1 wd\nsteps:\n  a: {kind: check, role: specialist, limit: 1 wd, next: b}\n"
            f"  b: {{kind: {kind}, role: {role}{limits}}}"
        )

    @pytest.mark.parametrize("words", ["Không tính thời gian", "Giờ hành chính", '"0 wd"'])
    @pytest.mark.parametrize("kind", ["receive", "return_result", "archive"])
    def test_words_stand_for_a_limit_at_the_desk(self, written, words, kind):
        assert "DEF-TIME-04" not in breaches(written(self.steps(words, kind)))

    def test_words_on_a_step_of_the_applicant_are_a_pause(self, written):
        found = breaches(written(self.steps("Không tính thời gian", "other", "applicant")))
        assert "DEF-TIME-04" not in found

    @pytest.mark.parametrize(("limit", "variant"), [("Không tính thời gian", "words"), ("", "")])
    def test_elsewhere_the_office_owes_a_number(self, written, limit, variant):
        found = breaches(written(self.steps(limit, "review")))
        assert [(b.step, b.variant) for b in found["DEF-TIME-04"]] == [("b", variant)]

    def test_a_document_without_any_time_is_told_once(self, written):
        found = breaches(
            written("procedure: p\nlimit: Không quy định\nsteps: {a: {role: clerk}, b: {role: clerk}}")
        )
        assert on_time(found) == {"DEF-TIME-07"}
        assert found["DEF-TIME-07"][0].variant == "words"


class TestStructure:
    def test_a_deadlock_is_shown_by_the_run_that_leads_there(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, next: {left: b, right: c}}
  b: {role: clerk, next: d}
  c: {role: clerk, next: d}
  d: {role: clerk, join: all}
"""
        (stuck,) = breaches(written(text))["DEF-STEP-03"]
        assert stuck.variant == "deadlock"
        assert stuck.facts["run"] in (("a", "b"), ("a", "c"))

    def test_unreachable_steps_and_traps_are_told_apart_and_their_loops_not_again(self, written):
        text = """
procedure: p
start: a
steps:
  a: {role: clerk, next: {good: e, bad: t}}
  e: {role: clerk}
  u: {role: clerk, next: e}
  t: {role: clerk, next: t2}
  t2: {role: clerk, next: t}
"""
        found = breaches(written(text))["DEF-STEP-03"]
        assert [breach.variant for breach in found] == ["orphan", "trapped"]

    def test_a_part_that_waits_for_a_message_names_it_and_who_should_send_it(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, sends: opened, next: {good: b, bad: c}}
  b: {role: clerk, sends: permit}
  c: {role: clerk}
parts:
  police:
    unit: commune-police
    steps:
      d: {role: clerk, awaits: opened, next: e}
      e: {role: clerk, awaits: permit}
"""
        (waiting,) = breaches(written(text))["DEF-STEP-03"]
        assert (waiting.variant, waiting.step) == ("message-between", "e")
        assert (waiting.facts["messages"], waiting.facts["from_steps"]) == (("permit",), ("b",))
        assert "c" in waiting.facts["run"]

    def test_an_end_that_comes_twice_and_steps_that_never_happen_are_told_apart(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, next: {all: [b, c]}}
  b: {role: clerk, next: d}
  c: {role: clerk, next: d}
  d: {role: clerk}
"""
        (twice,) = breaches(written(text))["DEF-STEP-03"]
        assert (twice.variant, twice.facts["steps"]) == ("ends-twice", ("d",))
        text = """
procedure: p
steps:
  a: {role: clerk, next: {left: b, right: c}}
  b: {role: clerk, next: d}
  c: {role: clerk, next: d}
  d: {role: clerk, join: all, next: e}
  e: {role: clerk}
"""
        (stuck,) = breaches(written(text))["DEF-STEP-03"]  # what lies behind it is not told again
        assert (stuck.variant, stuck.facts["steps"]) == ("deadlock", ("d",))
        assert stuck.facts["awaited_steps"] in (("b",), ("c",))

    def test_steps_that_wait_for_each_other_are_told_as_such_and_what_they_hold_up_is_not(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, next: {all: [b, f]}}
  b: {role: clerk, join: all, next: c}
  c: {role: clerk, next: {again: b, done: e}}
  f: {role: clerk, next: e}
  e: {role: clerk, join: all, next: g}
  g: {role: clerk}
"""
        (stuck,) = breaches(written(text))["DEF-STEP-03"]
        assert (stuck.variant, stuck.facts["steps"], stuck.facts["awaited_steps"]) == (
            "circle",
            ("b",),
            ("c",),
        )

    def test_what_is_wrong_from_the_very_start_names_no_run(self, written):
        text = """
procedure: p
steps:
  g: {kind: route, next: {left: b, right: c}}
  b: {role: clerk, join: all, next: d}
  c: {role: clerk, next: {again: b, done: d}}
  d: {role: clerk}
"""
        (stuck,) = breaches(written(text))["DEF-STEP-03"]
        assert (stuck.variant, stuck.facts["run"]) == ("deadlock-first", ())

    def test_a_message_sent_once_more_is_no_step_done_twice(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, sends: told, next: {again: a, done: b}}
  b: {role: clerk}
start: a
parts:
  police:
    unit: commune-police
    steps:
      c: {role: clerk, awaits: told, next: d}
      d: {role: clerk}
"""
        assert "DEF-STEP-03" not in breaches(written(text))
        assert breaches(
            written(
                text.replace("next: d", "next: {all: [d, e]}").replace(
                    "d: {role: clerk}",
                    "d: {role: clerk, next: e}\n      e: {role: clerk, next: f}\n      f: {role: clerk}",
                )
            )
        )["DEF-STEP-03"]


def test_the_time_of_runs_that_cannot_be_is_open(written):
    text = """
procedure: p
limit: 10 wd
steps:
  a: {role: clerk, limit: 8 wd, next: {left: b, right: c}}
  b: {role: clerk, limit: 8 wd, next: d}
  c: {role: clerk, limit: 8 wd, next: d}
  d: {role: clerk, limit: 8 wd, join: all}
"""
    found = written(text)
    assert not {"DEF-TIME-01", "DEF-TIME-06"} & set(breaches(found))
    assert unknowns(found, "DEF-TIME-01") == unknowns(found, "DEF-TIME-06") == ["unsound"]


class TestMessages:
    def test_a_message_that_some_run_leaves_is_shown_by_that_run(self, written):
        text = """
procedure: p
steps:
  a: {role: clerk, sends: [opened, details], next: b}
  b: {role: clerk}
parts:
  police:
    unit: commune-police
    steps:
      c: {role: clerk, awaits: opened, next: {wanted: d, unwanted: e}}
      d: {role: clerk, awaits: details}
      e: {role: clerk}
"""
        (left,) = breaches(written(text))["DEF-LINK-03"]
        assert (left.variant, left.step, left.grade) == ("left details", "a", Grade.OBSERVATION)
        assert "e" in left.facts["run"]

        assert (left.facts.get("part"), left.variant) == (None, "left details")

    def test_the_agencies_between_which_a_message_is_lost_are_named(self, written):
        text = """
procedure: p
owner: office
steps:
  a: {role: clerk, sends: [opened, details], next: b}
  b: {role: clerk}
parts:
  police:
    unit: commune-police
    steps:
      c: {role: clerk, awaits: opened, next: {wanted: d, unwanted: e}}
      d: {role: clerk, awaits: details}
      e: {role: clerk}
"""
        (left,) = breaches(written(text))["DEF-LINK-03"]
        assert left.variant == "left-between details"
        assert (left.facts["part"], left.facts["to_part"]) == ("office", "police")

    def test_a_procedure_without_messages_is_not_asked(self, written):
        assert "DEF-LINK-03" not in breaches(written("procedure: p\nsteps: {a: {role: clerk}}"))


def test_a_step_that_every_run_passes_counts_although_it_lies_in_a_parallel_branch(written):
    text = """
procedure: p
steps:
  receive: {kind: receive, role: one-stop-officer, next: {all: [appraise, consult]}}
  appraise: {kind: appraise, role: specialist, next: approve}
  consult: {kind: consult, role: specialist, next: approve}
  approve: {kind: approve_sign, role: chairman, join: all}
"""
    kinds = {breach.facts["kind"] for breach in breaches(written(text))["DEF-STEP-01"]}
    assert {"appraise", "receive", "approve_sign"} & kinds == set()
    assert "return_result" in kinds


def test_a_missing_signature_is_graver_than_a_missing_stamp(written):
    text = "procedure: p\nsteps: {receive: {kind: receive, role: clerk}}"
    grades = {breach.facts["kind"]: breach.grade for breach in breaches(written(text))["DEF-STEP-01"]}
    assert grades["approve_sign"] is Grade.MAJOR
    assert grades["number_stamp"] is None


def test_approval_before_the_appraisal_is_major_and_its_run_is_shown(written):
    text = """
procedure: p
steps:
  receive: {kind: receive, role: one-stop-officer, next: approve}
  approve: {kind: approve_sign, role: chairman, next: {doubtful: appraise, clear: end}}
  appraise: {kind: appraise, role: specialist, next: end}
  end: {kind: return_result, role: one-stop-officer}
"""
    (early,) = breaches(written(text))["DEF-STEP-02"]
    assert early.grade is Grade.MAJOR
    assert early.facts["run"] == ("receive", "approve", "appraise", "end")


def test_a_leader_of_a_district_signs_after_a_review(written):
    text = """
procedure: p
level: district
steps:
  appraise: {kind: appraise, role: specialist, next: {ordinary: review, urgent: approve}}
  review: {kind: review, role: division-head, next: approve}
  approve: {kind: approve_sign, role: chairman}
"""
    (hasty,) = breaches(written(text))["DEF-ROLE-02"]
    assert (hasty.variant, hasty.facts["run"]) == ("not-reviewed", ("appraise", "approve"))
    assert "DEF-ROLE-02" not in breaches(written(text.replace("level: district", "level: commune")))


def asked_of(of, rule, **people):
    """The answer of a rule where the organisation names these people and their roles."""
    named = {name: Person(name, tuple(roles.split(","))) for name, roles in people.items()}
    requirement = next(r for r in pack().requirements if r.rule == rule)
    hook = CATALOGUE[rule].on_procedure
    assert hook is not None
    return hook.ask(study(of, replace(organisation(), people=named, delegations=()), JUDGED_ON), requirement)


APART = """
procedure: p
steps:
  appraise: {kind: appraise, role: specialist, next: approve}
  approve: {kind: approve_sign, role: chairman}
"""


def test_two_duties_of_different_roles_that_one_person_holds_are_told_of_the_people_alone(written):
    procedure = written(APART)
    (found,) = asked_of(procedure, "lawful-assignment", one="specialist,chairman").breaches
    assert (found.step, found.variant, found.grade) == ("approve", "too-few appraise + approve", Grade.MAJOR)
    assert (found.facts["needed"], found.facts["available"], found.facts["people"]) == (2, 1, ("one",))
    assert asked_of(procedure, "apart", one="specialist,chairman").breaches == ()


def test_two_duties_of_one_role_are_told_of_the_definition_alone(written):
    procedure = written(APART.replace("specialist", "chairman"))
    assert asked_of(procedure, "lawful-assignment", one="chairman").breaches == ()
    assert len(asked_of(procedure, "apart", one="chairman").breaches) == 1


def test_without_people_nothing_is_asked_and_a_role_that_nobody_is_named_for_is_open(written):
    procedure = written(APART)
    assert asked_of(procedure, "lawful-assignment") == NOT_APPLICABLE
    assert asked_of(procedure, "one-person") == NOT_APPLICABLE
    (unknown,) = asked_of(procedure, "lawful-assignment", one="specialist").unknowns
    assert (unknown.reason, unknown.step) == ("no-people", "approve")


def test_a_role_of_one_person_is_told_once_with_all_its_steps_and_one_of_nobody_is_graver(written):
    text = """
procedure: p
steps:
  a: {role: clerk, next: b}
  b: {role: specialist, next: c}
  c: {role: clerk}
"""
    answer = asked_of(written(text), "one-person", one="clerk", two="specialist", three="specialist")
    (alone,) = answer.breaches
    assert (answer.checked, alone.variant, alone.facts["steps"]) == (2, "one clerk", ("a", "c"))
    assert alone.grade is None
    left = Person("one", ("clerk",), in_office=Period(None, JUDGED_ON - dt.timedelta(days=1)))
    requirement = next(r for r in pack().requirements if r.rule == "one-person")
    hook = CATALOGUE["one-person"].on_procedure
    assert hook is not None
    asked = study(written(text), replace(organisation(), people={"one": left}, delegations=()), JUDGED_ON)
    (nobody,) = hook.ask(asked, requirement).breaches
    assert (nobody.variant, nobody.grade, nobody.facts["people"]) == ("nobody clerk", Grade.MINOR, ())
    last = JUDGED_ON - dt.timedelta(days=1)
    letter = Delegation("two", "clerk", in_force=Period(None, last), ref="12/QĐ-UBND")
    people = {"one": Person("one", ("clerk",)), "two": Person("two", ("specialist",))}
    office = replace(organisation(), people=people, delegations=(letter,))
    alone, _ = hook.ask(study(written(text), office, JUDGED_ON), requirement).breaches
    assert (alone.variant, alone.grade) == ("one-lapsed clerk", None)
    assert (alone.facts["ref"], alone.facts["date_last"]) == ("12/QĐ-UBND", last)


def test_going_around_a_negotiable_control_is_an_observation(written):
    text = """
procedure: p
steps:
  draft: {kind: draft_result, role: clerk, next: {ordinary: review, urgent: sign}}
  review: {kind: review, role: clerk, control: true, next: sign}
  sign: {kind: approve_sign, role: chairman}
"""
    (found,) = breaches(written(text))["DEF-ROLE-07"]
    assert (found.step, found.grade, found.facts["outcomes"]) == ("review", None, ("urgent",))
    assert (found.variant, found.facts["choice"]) == ("choice", "urgent")
    softer = written(text.replace("control: true", "control: true, negotiable: true"))
    (found,) = breaches(softer)["DEF-ROLE-07"]
    assert found.grade is Grade.OBSERVATION


def test_a_head_of_division_may_sign_before_the_chairman_but_not_instead_on_any_run(written):
    text = """
procedure: p
authority: chairman
steps:
  a: {kind: approve_sign, role: division-head, next: {large: b, small: end}}
  b: {kind: approve_sign, role: chairman, next: end}
  end: {kind: return_result, role: clerk}
"""
    (signed,) = breaches(written(text))["DEF-ROLE-03"]
    assert signed.facts["run"] == ("a", "end")
    assert "DEF-ROLE-03" not in breaches(written(text.replace("{large: b, small: end}", "b")))


def test_a_head_of_division_signs_for_the_chairman_while_a_letter_of_delegation_holds(written):
    text = """
procedure: p
authority: chairman
steps: {a: {kind: approve_sign, role: division-head}}
"""
    requirement = next(r for r in pack().requirements if r.rule == "competent-signatory")
    hook = CATALOGUE["competent-signatory"].on_procedure
    assert hook is not None
    letters = (Delegation("TP01", "chairman"), Delegation("PTP01", "chairman"))
    for day, found in ((JUDGED_ON, 0), (JUDGED_ON + dt.timedelta(days=1), 1)):
        until = tuple(replace(each, in_force=Period(None, JUDGED_ON)) for each in letters)
        known = replace(organisation(), delegations=(*organisation().delegations, *until))
        assert len(hook.ask(study(written(text), known, day), requirement).breaches) == found


def test_an_authority_that_signs_and_owns_no_step_is_graver_than_another(written):
    text = "procedure: p\nauthority: chairman\nsteps: {a: {role: specialist, submits_to: [chairman, clerk]}}"
    grades = {b.variant: b.grade for b in breaches(written(text))["DEF-ROLE-04"]}
    assert grades == {"chairman": Grade.MAJOR, "clerk": None}


def test_a_legal_text_without_days_in_force_is_open_and_no_pass(written):
    text = "procedure: p\nlegal_basis: [{ref: Luật A}]\nsteps: {a: {role: clerk}}"
    assert unknowns(written(text), "DEF-DOC-04") == ["basis-without-days"]


def test_a_form_under_the_number_of_another_is_told(written):
    text = """
procedure: p
forms: [{ref: "TT 03/2025/TT-VPCP", no: "05", name: Phiếu kiểm soát quá trình giải quyết hồ sơ}]
steps: {a: {role: clerk}}
"""
    found = {breach.variant: breach.facts["numbers"] for breach in breaches(written(text))["DEF-DOC-05"]}
    assert found == {"": ("01", "02", "03", "04", "06", "07"), "other-name": ("05",)}


def test_no_form_is_wrong_while_it_is_not_known_which_regulation_held(written):
    text = "procedure: p\nsteps: {a: {role: clerk}}"
    assert "DEF-DOC-05" not in breaches(written(text), day=dt.date(2025, 9, 1))


def test_a_loop_of_work_without_bound_leaves_the_longest_time_open(written):
    text = """
procedure: p
limit: 5 wd
start: draft
steps:
  draft: {kind: draft_result, role: specialist, limit: 3 wd, next: review}
  review: {kind: review, role: division-head, limit: 2 wd, next: {agreed: end, disagreed: draft}}
  end: {kind: return_result, role: clerk, limit: Giờ hành chính}
"""
    assert unknowns(written(text), "DEF-TIME-01") == ["unbounded-loop"]
    bounded = written(text.replace("role: division-head,", "role: division-head, at_most: 2,"))
    assert unknowns(bounded, "DEF-TIME-01") == []


def test_a_case_with_a_shorter_limit_and_no_shorter_way_cannot_conform(written):
    text = "procedure: p\nlimit: {default: 5 wd, urgent: 2 wd}\nsteps: {a: {role: clerk, limit: 5 wd}}"
    found = breaches(written(text))
    assert [breach.variant for breach in found["DEF-TIME-01"]] == ["case urgent"]
    assert "DEF-TIME-06" not in found


def test_a_longer_case_that_no_step_tells_apart_is_no_unallocated_time(written):
    text = "procedure: p\nlimit: {default: 5 wd, complex: 9 wd}\nsteps: {a: {role: clerk, limit: 5 wd}}"
    assert on_time(breaches(written(text))) == set()


def test_a_limit_left_out_is_told_once(written):
    found = breaches(written("procedure: p\ntitle: Cấp phép\nsteps: {a: {role: clerk}}"))
    assert found["DEF-TIME-07"][0].grade is Grade.MINOR
    assert "the time limit" not in [said.en for said in found["DEF-DOC-01"][0].facts["missing"]]


def test_a_printed_role_cell_that_names_nobody_is_open(written):
    text = "procedure: p\nextent: steps\nlimit: 1 wd\nsteps: {a: {limit: 1 wd}}"
    assert unknowns(written(text), "DEF-ROLE-01") == ["printed-table"]
    assert (
        breaches(written(text.replace("extent: steps", "extent: full")))["DEF-ROLE-01"][0].variant == "nobody"
    )


def test_published_tables_are_judged_as_expected(data):
    folder = data / "published_processes"
    codes = {
        "total_above_sum": "DEF-TIME-06", "stated_step_longer_than_total": "DEF-TIME-08",
        "no_total": "DEF-TIME-07", "duplicate_step_number": "DEF-NUM-01",
        "ubnd_approval_without_step": "DEF-ROLE-04", "day_wording_mixed": "DEF-TIME-02",
    }  # fmt: skip
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as stream:
        defects = {line["id"]: line["defects"].split() for line in csv.DictReader(stream)}
    expected = {name: {codes[d] for d in each if d in codes} for name, each in defects.items()}
    actual = {}
    unnamed = replace(organisation(), people={}, delegations=())  # nobody of these offices is known by name
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            facts = Facts(
                id=line["id"].lower(), level=line["level"], total=line["total_limit_text"],
                time_header=line["time_column_header"],
            )  # fmt: skip
            found = breaches(read_steps(folder / line["file"], facts).procedure, office=unnamed)
            actual[line["id"]] = set(found) - {"DEF-ROLE-01"}  # the test's organisation has few roles
    assert actual == expected


class TestDrawings:
    """A drawing has no place for a limit; a printed table has one."""

    TEXT = "procedure: p\nextent: {}\nparts:\n  a: {{steps: {{x: }}}}\n  b: {{steps: {{y: }}}}\n"

    def test_limits_are_open_for_a_drawing(self, written):
        drawn = written(self.TEXT.format("drawing"))
        for code in ("DEF-TIME-07", "DEF-LINK-01"):
            assert set(unknowns(drawn, code)) == {"printed-table"}
            assert code not in breaches(drawn)

    def test_the_name_of_a_lane_is_asked_for_once_and_blamed_on_no_step(self, written):
        text = "procedure: p\nextent: {}\nsteps: {{a: {{role: Bán hàng, next: b}}, b: {{role: Bán hàng}}}}\n"
        drawn = written(text.format("drawing"))
        assert unknowns(drawn, "DEF-ROLE-01") == ["unknown-lane"]
        assert "DEF-ROLE-01" not in breaches(drawn)
        assert len(breaches(written(text.format("full")))["DEF-ROLE-01"]) == 2

    def test_a_way_back_that_is_drawn_does_not_say_how_often_it_is_gone(self, written):
        text = (
            "procedure: p\nextent: {}\nsteps:\n  receive: {{kind: receive, next: check}}\n"
            "  check: {{kind: check, next: {{a: done, b: ask}}}}\n"
            "  ask: {{kind: request_supplement, next: check}}\n  done:\n"
        )
        once = Requirement(
            "once", "constraint", (), Grade.MINOR,
            {"must": "at_most", "of": (("request_supplement",),), "count": 1},
        )  # fmt: skip
        hook = CATALOGUE["constraint"].on_procedure
        assert hook is not None
        asked = [study(written(text.format(way)), organisation(), JUDGED_ON) for way in ("drawing", "full")]
        drawn, full = (hook.ask(each, once) for each in asked)
        assert [unknown.reason for unknown in drawn.unknowns] == ["printed-table"]
        assert (drawn.breaches, len(full.breaches)) == ((), 1)

    def test_limits_are_a_finding_for_a_printed_table(self, written):
        printed = written(self.TEXT.format("steps"))
        assert {"DEF-TIME-07", "DEF-LINK-01"} <= breaches(printed).keys()

    def test_what_a_drawing_says_of_its_limit_in_words_is_judged(self, written):
        text = self.TEXT.format("drawing") + "limit: Không quy định\n"
        assert breaches(written(text))["DEF-TIME-07"][0].variant == "words"
