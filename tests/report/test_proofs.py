"""The run of a finding: told under the steps' numbers, adding up to its total, and drawn on the picture."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from iso_audit.analysis.allowance import allowances
from iso_audit.analysis.layout import place
from iso_audit.analysis.study import Study
from iso_audit.model.finding import Finding, Grade
from iso_audit.model.procedure import Flow, Procedure
from iso_audit.report.facts import Facts
from iso_audit.report.figures import Labels, Marks, swimlanes
from iso_audit.report.lines import BLUE
from iso_audit.report.proofs import label_of, told, way
from iso_audit.report.view import View
from iso_audit.report.words import words
from tests.report.example_procedures import allowance, birth, long, organisation, permit

EN = words("en")
UNITS = {"hours": 1, "hour": 1, "days": 8, "day": 8}
LABELS = Labels(lambda role, unit: (role, unit), lambda s: s.name.vi, lambda s: "", lambda o, c: o, "anytime")


def facts_of(procedure: Procedure) -> Facts:
    return Facts(EN, organisation(), {procedure.key: procedure})


def finding(procedure: Procedure, variant: str = "", **facts: object) -> Finding:
    return Finding("DEF-TIME-01", "r", "q", Grade.MAJOR, procedure.key, facts=facts, variant=variant)


def hours(said: tuple[str, ...]) -> float:
    """All limits of a run as they are printed, in working hours."""
    found = re.findall(r"([\d.]+) working (hours?|days?)", " ".join(said))
    return sum(float(value) * UNITS[unit] for value, unit in found)


@pytest.mark.parametrize("procedure", [permit(), birth(), allowance(), long()], ids=lambda p: p.id)
def test_the_printed_limits_of_a_longest_run_add_up_to_its_total(procedure: Procedure) -> None:
    for each in allowances(Study(procedure, organisation(), dt.date(2026, 1, 1))):
        variant = "parts" if each.of_parts else f"part {each.part}" if each.part else ""
        said = told(
            finding(procedure, variant, longest=each.taken, run=each.longest.path), facts_of(procedure)
        )
        assert len(said) == len(each.longest.path)
        assert hours(said) == each.longest.working_seconds / 3600


def test_a_limit_that_steps_share_is_printed_once_over_all_of_them() -> None:
    procedure = permit()
    group = replace(procedure.limit_groups[0], steps=("assign", "site-visit", "consult"))
    procedure = replace(procedure, limit_groups=(group,))
    said = told(finding(procedure, longest=1, run=("assign", "site-visit", "draft")), facts_of(procedure))
    assert said[0] == "3. Assign (steps 3–5 together: 7 working days)"
    assert said[1] == "4. Visit the site"


def test_limits_of_parts_are_printed_with_the_agency() -> None:
    said = told(
        finding(birth(), "parts", longest=1, run=("receive", "register", "residence")), facts_of(birth())
    )
    assert said[0].endswith("(the whole part of Xuân Mai commune: 1 working day)")
    assert said[1] == "2. Register the birth"
    assert said[2].endswith("(the whole part of Commune police: 2 working days)")


def test_a_run_that_is_not_about_time_has_the_numbers_of_its_steps_and_no_limits() -> None:
    assert told(finding(permit(), run=("receive", "check")), facts_of(permit())) == (
        "1. Receive the dossier",
        "2. Check completeness",
    )


def test_a_loop_is_called_a_loop() -> None:
    assert label_of(finding(permit(), "loop draft", run=("draft", "review", "draft")), EN) == "The loop"


def test_the_way_of_a_run_goes_through_gateways_and_into_a_join_from_all_that_it_waits_for() -> None:
    run = ("receive", "check", "assign", "consult", "site-visit", "draft", "review", "draft")
    assert way(permit(), run) == {
        ("receive", "check"), ("check", "assign"), ("assign", "split"), ("split", "consult"),
        ("split", "site-visit"), ("consult", "draft"), ("site-visit", "draft"), ("draft", "review"),
        ("review", "draft"),
    }  # fmt: skip


def test_no_way_leads_out_of_a_step_that_the_run_has_not_done() -> None:
    assert way(permit(), ("receive", "stamp")) == frozenset()


def test_a_run_is_drawn_as_heavy_lines_with_its_order_and_nothing_else_is() -> None:
    procedure = permit()
    run = ("receive", "check", "ask-supplement", "check")
    taken = way(procedure, run)
    marks = Marks(run=run, way=taken)
    svg = swimlanes(procedure, place(procedure), (0.0, 10_000.0), LABELS, marks, "t")
    assert len(re.findall(f'fill="none" stroke="{BLUE}" stroke-width="2.8"', svg)) == len(taken) == 3
    assert ">2, 4</text>" in svg
    assert BLUE not in swimlanes(procedure, place(procedure), (0.0, 10_000.0), LABELS, Marks(), "t")


def test_a_message_is_dashed_and_dotted_under_its_name() -> None:
    procedure = birth()
    sign = replace(procedure.by_id["sign"], flows=(Flow("residence", message="birth-registered"),))
    procedure = replace(procedure, steps=tuple(sign if s.id == "sign" else s for s in procedure.steps))
    svg = swimlanes(procedure, place(procedure), (0.0, 10_000.0), LABELS, Marks(), "t")
    assert svg.count('stroke-dasharray="7 2.2 1.4 2.2"') == 1
    assert ">birth registered</text>" in svg


def test_lanes_of_one_agency_stand_together_in_a_linked_procedure() -> None:
    units = [lane.unit for lane in place(birth()).lanes]
    assert units == sorted(units, key=units.index)


def test_the_picture_says_which_finding_its_run_shows(vietnamese: View) -> None:
    drawn = {picture.key: picture.run for picture in vietnamese.pictures}
    shown = next(one for one in vietnamese.statements if one.run and one.finding.procedure == "broken")
    assert drawn["broken"] == shown.number
