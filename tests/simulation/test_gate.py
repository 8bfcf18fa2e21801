"""The gate: what a redesign breaks is refused with its finding, and the change that brought it is named."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from iso_audit.analysis.study import study_of
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.scenario import Arrivals, Change, Load, Proposal, Scenario, SearchSpace
from iso_audit.model.simulated import Redesign
from iso_audit.report.words import words
from iso_audit.rules import CATALOGUE
from iso_audit.simulation.candidates import candidates
from iso_audit.simulation.change import redesigned
from iso_audit.simulation.gate import Gate, judged
from iso_audit.text import LANGUAGES, Text
from iso_audit.workspace.write import procedure_yaml
from tests.simulation.cases import DAY, SHIPPED, change, read, workspace
from tests.strategies import separations


@cache
def permit() -> Procedure:
    """The building permit as communes give it, whose reviews their owner has put up for discussion."""
    (found,) = [p for p in workspace().procedures if p.key == "house-permit@2025-07-01"]
    reviews = ("head-review", "office-review")
    return replace(found, steps=tuple(replace(s, negotiable=s.id in reviews) for s in found.steps))


def through(*changes: Change, old: Procedure | None = None, first: dt.date = DAY) -> Redesign:
    load = Load("house-permit", Arrivals(1_000))
    scenario = Scenario("s", Text(), (load,), {}, workspace().calendar, first, first.replace(month=12))
    made = redesigned(old or permit(), scenario, Proposal("x", Text(), changes), workspace().organisation)
    return judged(workspace(), CATALOGUE, made)


def refusals(redesign: Redesign) -> list[str]:
    return [r.finding.code if r.finding else r.reason for r in redesign.refusals]


def test_nothing_changed_is_nothing_new() -> None:
    found = through()
    assert (found.refusals, found.new_findings, found.gone_findings) == ((), (), ())


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        (change("swap", "sign-permit", "stamp"), ["works-on", "DEF-STEP-02"]),
        (change("parallel", "stamp", "return"), ["works-on", "DEF-STEP-02"]),
        (change("eliminate", "hand-over"), ["DEF-STEP-01", "record"]),
        (change("limit", limits={"default": Limit(Fraction(10))}), ["DEF-TIME-01"]),
        (change("limit", limits={"default": Limit(Fraction(20))}), ["longer", "DEF-TIME-03"]),
        (change("delegate", "sign-permit", role="specialist"), ["competence", "DEF-ROLE-02", "DEF-ROLE-03"]),
        (change("eliminate", "apologise"), ["right", "record"]),
    ],
)
def test_what_the_law_asks_for_is_not_given_up(one: Change, codes: list[str]) -> None:
    found = through(one)
    assert refusals(found) == codes
    assert all(refusal.change is one for refusal in found.refusals)
    assert found.is_whole


@pytest.mark.parametrize(
    "one",
    [
        change("eliminate", "head-review"),
        change("parallel", "head-review", "office-review"),
        change("merge", "receive", "check", id="desk"),
        change("split", "appraise", cases={"simple": {"share": 0.5, "time_factor": 0.5}}),
        change("limit", limits={"default": Limit(Fraction(15)), "appraise": Limit(Fraction(2))}),
    ],
)
def test_a_lawful_change_passes(one: Change) -> None:
    assert refusals(through(one)) == []


def test_an_observation_is_told_and_refuses_nothing() -> None:
    found = through(change("eliminate", "head-review"))
    assert [(f.code, f.grade) for f in found.new_findings] == [("DEF-TIME-06", Grade.OBSERVATION)]
    assert found.is_lawful


def test_the_change_that_brings_a_finding_is_named_among_several() -> None:
    bad = change("swap", "issue-slip", "hand-over")
    found = through(change("eliminate", "head-review"), bad, change("merge", "receive", "check", id="desk"))
    assert [refusal.change for refusal in found.refusals] == [bad]


def test_what_one_change_spoils_and_another_mends_refuses_nothing() -> None:
    spoil, mend = change("swap", "issue-slip", "hand-over"), change("swap", "hand-over", "issue-slip")
    assert refusals(through(spoil)) == ["DEF-STEP-02"]
    assert through(spoil, mend).is_lawful


def test_a_finding_that_the_old_procedure_had_is_no_reason_to_refuse() -> None:
    late = replace(permit(), limits={"default": Limit(Fraction(10))})
    assert "DEF-TIME-01" not in refusals(through(change("merge", "receive", "check", id="desk"), old=late))


def test_a_finding_that_a_change_mends_is_told_as_gone() -> None:
    late = replace(permit(), limits={"default": Limit(Fraction(29, 2))})
    found = through(change("eliminate", "head-review"), old=late)
    assert "DEF-TIME-01" in [f.code for f in found.gone_findings]
    assert found.is_lawful


def test_a_signature_keeps_a_second_pair_of_eyes() -> None:
    """Without a rule that says so: one role alone would check, appraise, review and sign."""
    few = ("check", "appraise", "head-review", "office-review")
    steps = tuple(replace(s, negotiable=s.id in few) for s in permit().steps)
    alone = replace(permit(), steps=steps, separation=(), authority="")
    changes = [change("delegate", name, role="chairman") for name in few]
    assert "four-eyes" in refusals(through(*changes, old=alone))


def test_duties_that_the_procedure_holds_apart_stay_apart_without_a_rule() -> None:
    held = replace(permit(), separation=separations(("site-visit", "stamp")))
    one = change("delegate", "stamp", role="specialist")
    made = redesigned(held, through().scenario, Proposal("x", Text(), (one,)), workspace().organisation)
    found = Gate(replace(workspace(), packs=()), CATALOGUE, DAY).judged(made)
    assert refusals(found) == ["one-hand"]
    assert dict(found.refusals[0].facts)["roles"] == ("specialist",)


def test_a_control_stays_before_what_it_guards() -> None:
    """Moved behind the stamp, a review that nobody requires by law no longer guards the permit."""
    found = Gate(replace(workspace(), packs=()), CATALOGUE, DAY).judged(
        redesigned(
            permit(),
            through().scenario,
            Proposal("x", Text(), (change("move", "office-review", after="return"),)),
        )
    )
    lost = [dict(r.facts) for r in found.refusals if r.reason == "order"]
    assert {"step": "office-review", "step_second": "sign-permit"} in lost


def test_what_a_printed_table_showed_may_not_be_taken_away() -> None:
    """That a table shows no stamp proves nothing; that it showed one and no longer does is a change."""
    table = replace(permit(), extent="steps")
    assert refusals(through(change("eliminate", "stamp"), old=table)) == ["DEF-STEP-01"]
    silent = replace(table, steps=tuple(s for s in through(change("eliminate", "stamp")).procedure.steps))
    assert refusals(through(change("merge", "receive", "check", id="desk"), old=silent)) == []


def test_it_is_the_law_of_the_first_day_that_counts() -> None:
    """The decree of 2018 had no such requirement on definitions as that of 2025."""
    one = change("eliminate", "hand-over")
    now, then = through(one), through(one, first=dt.date(2024, 1, 8))
    requirements = [{f.requirement for f in each.new_findings} for each in (now, then)]
    assert requirements[0] != requirements[1]


def test_a_record_that_nobody_keeps_any_more_is_told() -> None:
    found = through(change("eliminate", "site-visit"))
    told = [one.facts["record"] for one in found.assumptions if one.key == "record"]
    assert told == ["Biên bản kiểm tra thực địa"]


@pytest.mark.parametrize("at", range(4))
def test_changes_of_the_procedures_that_ship_are_judged_and_written(at: int) -> None:
    """Whatever is made of them is as sound as before, and the same when it is written and read again."""
    for old in workspace().procedures[at::4]:
        gate, numbers = Gate(workspace(), CATALOGUE, old.in_force.first or DAY), through().scenario
        every = candidates(old, replace(numbers, search=SearchSpace()), workspace().organisation)
        draw = random.Random(old.key)
        for one in draw.sample(every, min(5, len(every))):
            made = redesigned(old, numbers, Proposal("x", Text(), (one,)), workspace().organisation)
            found = gate.judged(made).procedure
            assert study_of(found).structure.is_sound == study_of(old).structure.is_sound
            again = read(procedure_yaml(found))
            assert [(s.id, s.flows, s.split, s.join) for s in again.steps] == [
                (s.id, s.flows, s.split, s.join) for s in found.steps
            ]


def test_every_reason_and_assumption_has_words() -> None:
    sources = "".join(file.read_text() for file in (SHIPPED.parent / "iso_audit" / "simulation").glob("*.py"))
    reasons = re.findall(r'(?:ImpossibleError|forbid|_loss)\(\s*"([a-z-]+)"', sources)
    keys = re.findall(r'(?:assume\(|Assumption\(changes\[-1\],)\s*"([a-z-]+)"', sources)
    assert len(reasons) > 30
    assert len(keys) > 8
    for lang in LANGUAGES:
        said = words(lang)
        assert [key for key in reasons if f"refusal.{key}" not in said] == []
        assert [key for key in keys if f"assumed.{key}" not in said] == []


def test_a_step_may_be_cut_beside_a_limit_that_stays() -> None:
    same = permit().limits["default"]
    found = through(change("limit", limits={"default": same, "sign-permit": Limit(Fraction(1))}))
    assert refusals(found) == []
    assert found.procedure.by_id["sign-permit"].limit == Limit(Fraction(1))
    assert refusals(through(change("limit", limits={"default": same}))) == ["no-change"]


def test_a_control_that_takes_no_time_is_a_control_dropped() -> None:
    assert refusals(through(change("digitise", "sign-permit", time_factor=0.0))) == ["control"]
    found = through(change("digitise", "stamp", time_factor=0.0))
    assert refusals(found) == []
    (assumed,) = found.assumptions
    assert assumed.facts["factor"] == 0


def test_nobody_says_that_nothing_asks_for_a_step_whose_loss_is_refused() -> None:
    found = through(change("eliminate", "apologise"))
    assert "right" in refusals(found)
    assert "not-asked" not in {one.key for one in found.assumptions}
    assert "not-asked" in {one.key for one in through(change("eliminate", "site-visit")).assumptions}
