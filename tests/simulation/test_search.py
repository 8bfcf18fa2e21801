"""Search: only what is lawful, only what is better on fates that it never saw, and why the rest is not."""

from __future__ import annotations

import datetime as dt
import math
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from iso_audit.model.finding import Finding
from iso_audit.model.organisation import Organisation, Role
from iso_audit.model.procedure import Procedure, Split
from iso_audit.model.scenario import Change, Proposal, Scenario, SearchSpace, Staffing
from iso_audit.model.simulated import Redesign, Suggestion, Suggestions, Verdict
from iso_audit.rules import CATALOGUE
from iso_audit.simulation.candidates import candidates
from iso_audit.simulation.correction import corrected
from iso_audit.simulation.gate import Gate
from iso_audit.simulation.search import FRESH, OBJECTIVES, gain, suggested
from iso_audit.simulation.suggest import suggestions
from iso_audit.text import Text
from iso_audit.workspace.scenarios import load_scenario
from tests.simulation.cases import CALENDAR, DAY, SHIPPED, scenario, workspace
from tests.strategies import procedure, step

Measure = dict[str, float]

OLD = procedure(
    step("receive", "check", kinds=("receive",), role="officer"),
    step("check", "visit", kinds=("check",), role="officer"),
    step("visit", "consult", kinds=("field_check",), role="specialist", reads=("file",), writes=("map",)),
    step("consult", "draft", kinds=("consult",), role="specialist", reads=("file",), writes=("opinion",)),
    step("draft", "review", kinds=("draft_result",), role="specialist"),
    step("review", "sign", kinds=("review",), role="head", negotiable=True),
    step("sign", "return", kinds=("approve_sign",), role="chairman"),
    step("return", kinds=("return_result",), role="officer"),
)


def space(max_changes: int = 2, **more: object) -> Scenario:
    roles = ("officer", "specialist", "head", "chairman")
    staff = {role: Staffing(role, 2, CALENDAR, 100.0) for role in roles}
    return replace(scenario(), staff=staff, search=SearchSpace(max_changes=max_changes, **more))  # type: ignore[arg-type]


def hours(redesign: Redesign | None, of: Scenario) -> float:
    """The lead time of a procedure in which every step takes an hour, and a scarce role three."""
    old = redesign.procedure if redesign else OLD
    staff = redesign.scenario.staff if redesign else of.staff
    at, total, known = old.steps[0].id, 0.0, old.by_id
    while True:
        own = known[at]
        total += 3.0 / staff[own.role].people if own.role in staff else 0.0
        if not own.flows:
            return total
        if own.split is Split.ALL:
            aside = [known[flow.to] for flow in own.flows]
            total += max(3.0 / staff[s.role].people for s in aside)
            at = aside[0].flows[0].to
        else:
            at = own.flows[0].to


def measures(redesign: Redesign | None, of: Scenario) -> Measure:
    staff = redesign.scenario.staff if redesign else of.staff
    lead = hours(redesign, of)
    cost = 100.0 * sum(held.people for held in staff.values())
    return {"lead_p95": lead, "on_time": min(1.0, 9 / lead), "staffing_year": cost}


class Player:
    """Plays by `measures`, with noise that as-is and to-be share."""

    def __init__(self, of: Scenario, luck: Callable[[str, int], float] = lambda _name, _number: 0.0) -> None:
        self.of, self.luck = of, luck
        self.numbers: list[Sequence[int]] = []

    def __call__(self, redesigns: Sequence[Redesign | None], numbers: Sequence[int]) -> list[list[Measure]]:
        self.numbers.append(numbers)
        return [[self.one(redesign, number) for number in numbers] for redesign in redesigns]

    def one(self, redesign: Redesign | None, number: int) -> Measure:
        found = measures(redesign, self.of)
        name = redesign.proposal.id if redesign else ""
        shift = random.Random(number).gauss(0, 1) + self.luck(name, number)
        return {**found, "lead_p95": found["lead_p95"] + shift}


def search(
    of: Scenario,
    player: Player | None = None,
    is_overloaded: Callable[[Redesign], bool] = lambda _redesign: False,
    old: Procedure = OLD,
) -> Suggestions:
    gate = Gate(workspace(), CATALOGUE, DAY)
    return suggested(gate, old, of, player or Player(of), is_overloaded, Organisation())


def told(one: Suggestion) -> list[tuple[str, ...]]:
    return [(change.kind, *change.steps) for change in one.redesign.proposal.changes]


def test_what_it_finds_is_lawful_and_better() -> None:
    found = search(space()).found
    assert found
    for one in found:
        assert one.redesign.is_lawful
        assert any(each.verdict is Verdict.BETTER for each in one.effects)


def test_independent_work_is_put_side_by_side() -> None:
    found = search(space(1, allow=("parallel",))).found
    assert [told(one) for one in found] == [[("parallel", "visit", "consult")]]
    assert found[0].apart == ()


def test_a_control_is_dropped_only_where_that_was_said_and_is_shown_apart() -> None:
    result = search(space(1, allow=("eliminate",)))
    assert [told(one) for one in result.found] == [[("eliminate", "review")]]
    assert result.found[0].apart == ("control",)
    assert result.refused_by["control"] == 2
    assert {one.refusals[0].facts["step"] for one in result.refused} == {"check", "sign"}


def test_what_is_not_to_be_touched_is_not() -> None:
    result = search(space(3, never_touch=("review", "visit")))
    every = [*(one.redesign for one in result.found), *result.refused]
    named = {name for one in every for change in one.proposal.changes for name in change.steps}
    assert named
    assert named.isdisjoint({"review", "visit"})


def test_what_somebody_cannot_do_is_left_out_before_it_is_played() -> None:
    player = Player(space())
    result = search(space(1, allow=("staff",)), player, lambda redesign: min(_people(redesign)) < 2)
    assert result.overloaded == 4
    assert result.tried == 8
    assert all(min(_people(one.redesign)) >= 2 for one in result.found)


def _people(redesign: Redesign) -> list[int]:
    return [held.people for held in redesign.scenario.staff.values()]


def test_the_finalists_are_played_with_fates_that_the_search_never_saw() -> None:
    of = space()
    player = Player(of)
    result = search(of, player)
    *screened, last = player.numbers
    assert min(last) >= FRESH > max(max(each) for each in screened)
    assert len(last) == result.replications


def test_who_only_had_luck_in_the_search_is_not_suggested() -> None:
    """Every swap shines in the screening and in nothing else."""
    of = space(1, allow=("swap", "merge"))

    def luck(name: str, number: int) -> float:
        return -5.0 if number < FRESH and name.startswith("swap") else 0.0

    result = search(of, Player(of, luck))
    assert result.verified > 0
    assert not any(kind == "swap" for one in result.found for kind, *_ in told(one))


def test_none_that_is_found_is_beaten_by_another_in_everything() -> None:
    result = search(space(3))
    costs = [
        [*(_cost(one, name) for name in ("lead_p95", "on_time", "staffing_year")), one.effort]
        for one in result.found
    ]
    assert len(costs) > 1
    for a, b in combinations(costs, 2):
        is_better = any(x < y for x, y in zip(a, b, strict=True))
        is_worse = any(x > y for x, y in zip(a, b, strict=True))
        assert is_better == is_worse


def _cost(one: Suggestion, name: str) -> float:
    mean = next(each.to_be.mean for each in one.effects if each.measure == name)
    return -mean if name == "on_time" else mean


def test_two_changes_are_found_that_are_the_best_of_all_pairs() -> None:
    of = space(2, allow=("eliminate", "parallel", "merge"))
    result = search(of)
    fastest = result.found[0]
    assert sorted(told(fastest)) == [("eliminate", "review"), ("parallel", "visit", "consult")] or hours(
        fastest.redesign, of
    ) == min(hours(one.redesign, of) for one in result.found)
    assert hours(fastest.redesign, of) == pytest.approx(_best_pair(of))


def _best_pair(of: Scenario) -> float:
    """The shortest lead time of any two lawful changes, by trying all."""
    from iso_audit.simulation.change import redesigned

    gate, best = Gate(workspace(), CATALOGUE, DAY), math.inf
    for one in candidates(OLD, of, Organisation()):
        first = redesigned(OLD, of, Proposal("x", Text(), (one,)))
        if not first.is_whole:
            continue
        for other in candidates(first.procedure, first.scenario, Organisation()):
            both = redesigned(OLD, of, Proposal("x", Text(), (one, other)))
            if both.is_whole and gate.judged(both).is_lawful:
                best = min(best, hours(both, of))
    return best


def test_the_same_search_finds_the_same() -> None:
    assert search(space(2)) == search(space(2))


def test_nothing_is_found_where_nothing_may_be_changed() -> None:
    result = search(space(2, allow=("look_up",)))
    assert (result.found, result.tried, result.replications) == ((), 0, 0)


def test_the_owner_s_own_numbers_are_tried_where_that_is_allowed() -> None:
    cut = Change("digitise", ("draft",), {"time_factor": 0.5})
    of = replace(space(1, allow=("digitise",)), proposals=(Proposal("own", Text(), (cut,)),))
    assert candidates(OLD, of, Organisation()) == (cut,)
    assert candidates(OLD, replace(of, search=SearchSpace()), Organisation()).count(cut) == 0


def test_work_of_which_nothing_was_said_is_not_dropped_even_if_the_owner_has_thought_of_it() -> None:
    """A rule that nobody wrote protects nothing: the owner's idea stays a proposal."""
    drop = Change("eliminate", ("visit",))
    of = replace(space(1), proposals=(Proposal("own", Text(), (drop,)),))
    assert drop not in candidates(OLD, of, Organisation())


def test_other_hours_of_the_same_people_are_another_state() -> None:
    of = space(1, allow=("staff",))
    later = replace(CALENDAR, week=(((36_000, 57_600),),) * 7)
    shifted = Change("staff", (), {"staff": {"head": Staffing("head", 2, later, 100.0)}})
    both = replace(of, proposals=(Proposal("own", Text(), (shifted,)),))
    assert search(both).tried == search(of).tried + 1


def test_work_is_handed_only_to_roles_that_are_competent() -> None:
    roles = {"head": Role("head", Text("head"), covers=("specialist",))}
    found = candidates(OLD, space(1, allow=("delegate",)), Organisation(roles=roles))
    assert {(change.steps, change.values["role"]) for change in found} == {
        (("visit",), "head"),
        (("consult",), "head"),
        (("draft",), "head"),
    }


def test_an_unlawful_change_is_refused_by_the_rule_that_it_breaks() -> None:
    """Screening plays nothing that the gate does not let through."""
    played: list[Redesign | None] = []

    class Watching(Player):
        def __call__(
            self, redesigns: Sequence[Redesign | None], numbers: Sequence[int]
        ) -> list[list[Measure]]:
            played.extend(redesigns)
            return super().__call__(redesigns, numbers)

    of = space(2)
    result = search(of, Watching(of))
    assert result.refused
    assert all(one is None or one.is_lawful for one in played)
    assert (
        any(isinstance(r.finding, Finding) for one in result.refused for r in one.refusals)
        or result.refused_by
    )


VALUES = st.lists(st.floats(-2, 3, width=16), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(0, 1_000))
def test_verdicts_are_those_of_holms_procedure(gaps: list[list[float]], seed: int) -> None:
    draw = random.Random(seed)
    today = [{"lead_p95": draw.gauss(10, 1)} for _ in range(6)]
    sides = [[{"lead_p95": a["lead_p95"] + gap} for a, gap in zip(today, each, strict=True)] for each in gaps]
    found = corrected(today, sides, 0.95)
    exact = [[b["lead_p95"] - a["lead_p95"] for a, b in zip(today, side, strict=True)] for side in sides]
    assume(all(len(set(each)) > 1 for each in exact))
    p_values = [float(stats.ttest_1samp(each, 0).pvalue) for each in exact]
    assume(not any(math.isclose(p * n, 0.05, rel_tol=1e-6) for p in p_values for n in range(1, 6)))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    told_apart, m = set(), len(p_values)
    for rank, at in enumerate(order):
        if p_values[at] >= 0.05 / (m - rank):
            break
        told_apart.add(at)
    verdicts = {at for at, (one,) in enumerate(found) if one.verdict in (Verdict.BETTER, Verdict.WORSE)}
    assert verdicts == told_apart


def test_many_that_differ_by_chance_alone_are_seldom_told_apart() -> None:
    """In at most about 5 of 100 families of 20 (binomial bound at 1 in 1000)."""
    draw, wrong = random.Random(zlib.crc32(b"family")), 0
    for _ in range(60):
        today = [{"lead_p95": 0.0} for _ in range(8)]
        sides = [[{"lead_p95": draw.gauss(0, 1)} for _ in range(8)] for _ in range(20)]
        found = corrected(today, sides, 0.95)
        wrong += any(one.verdict is not Verdict.CANNOT_TELL for (one,) in found)
    assert wrong <= stats.binom.ppf(0.999, 60, 0.05)


@given(st.dictionaries(st.sampled_from(OBJECTIVES), st.floats(0.1, 9), min_size=1))
def test_nothing_is_gained_where_nothing_differs(values: Measure) -> None:
    assert gain(values, values) == 0


def test_a_real_scenario_is_searched() -> None:
    """Four weeks of the counter, by people alone; one officer fewer would be too few."""
    read = load_scenario(SHIPPED / "scenarios" / "certified-copies-counter.yaml", workspace())
    short = replace(
        read,
        proposals=(),
        last=read.first + dt.timedelta(days=27),
        warm_up_days=0,
        precision=replace(read.precision, replications=4),
        search=SearchSpace(allow=("staff",), max_changes=1),
    )
    result = suggestions(workspace(), CATALOGUE, short)
    assert result.overloaded > 0
    assert result.screened > 0
    assert all(
        one.redesign.is_lawful and one.redesign.procedure.id == read.main.procedure for one in result.found
    )
    assert result == suggestions(workspace(), CATALOGUE, short)
