"""The longest time by the limits of the steps, against every path that a run can take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.study import Longest, Study, study
from iso_audit.model.organisation import Organisation, Role
from iso_audit.model.procedure import (
    Flow,
    Join,
    Limit,
    LimitGroup,
    Part,
    Procedure,
    Split,
    Step,
    StepClock,
    TimeUnit,
)
from iso_audit.text import Text
from tests.strategies import (
    block_procedures,
    choice_procedures,
    gateway,
    procedure,
    step,
    unit_limits,
    working_days,
)
from tests.token_game import Game, TooLarge

PEOPLE = Organisation(roles={"citizen": Role("citizen", Text("citizen"), is_applicant=True)})
DAY = 8 * 3600


def moderate(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def studied(of: Procedure) -> Study:
    return study(of, PEOPLE, dt.date(2026, 3, 2))


def longest(*steps: Step, **more: object) -> Longest:
    return studied(procedure(*steps, **more)).course().longest()


def timed(name: str, days: float | str, *flows: str | Flow, **more: object) -> Step:
    return step(name, *flows, limit=working_days(days), **more)


def in_days(found: Longest) -> Fraction:
    return Fraction(found.working_seconds, DAY)


def chain(*steps: Step) -> tuple[Step, ...]:
    """The steps one after another."""
    after = [each.id for each in steps[1:]]
    return (
        *(replace(each, flows=(Flow(to),)) for each, to in zip(steps[:-1], after, strict=True)),
        steps[-1],
    )


def elementary_paths(of: Procedure) -> Iterator[list[Step]]:
    """Every path from the entry to an end that passes no step twice."""
    game = Game(of)
    stack = [[entry] for entry in game.entries]
    while stack:
        path = stack.pop()
        if path[-1] in game.ends:
            yield [game.steps[name] for name in path]
        stack += [[*path, flow[2]] for flow in game.flows[path[-1]] if flow[2] not in path]


@given(block_procedures(9, timed=True))
@moderate(100)
def test_the_longest_path_is_the_longest_run_that_repeats_nothing(drawn: Procedure) -> None:
    def weight(name: str) -> int:
        limit = drawn.by_id[name].limit
        return limit.nominal_seconds or 0 if limit is not None else 0

    try:
        expected = Game(drawn, limit=100).longest(weight)
    except TooLarge:
        assume(False)
    found = studied(drawn).course().longest()
    assert (found.nominal_seconds, found.working_seconds) == (expected, expected)
    assert sum(weight(name) for name in found.path) == expected


@given(block_procedures(9, timed=True), st.data())
@moderate(120)
def test_shared_limits_count_once_on_every_path(drawn: Procedure, data: st.DataObject) -> None:
    ids = [each.id for each in drawn.steps if not each.is_silent]
    assume(ids)
    members = st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True)
    groups = [
        LimitGroup(tuple(data.draw(members)), working_days(data.draw(st.integers(0, 5))))
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    shared = replace(drawn, limit_groups=tuple(groups))

    def total(path: list[Step]) -> int:
        names = {each.id for each in path}
        grouped = {name for group in groups for name in group.steps}
        own = [each.limit for each in path if each.limit is not None and each.id not in grouped]
        met = [group.limit for group in groups if names & set(group.steps)]
        return sum(limit.nominal_seconds or 0 for limit in (*own, *met))

    paths = list(elementary_paths(shared))
    found = studied(shared).course().longest()
    assert found.nominal_seconds == max(total(path) for path in paths)
    assert found.path in {tuple(each.id for each in path if not each.is_silent) for path in paths}


@given(st.lists(unit_limits(), min_size=1, max_size=6))
@moderate(60)
def test_units_are_added_up_by_family_and_as_a_table_does(limits: list[Limit]) -> None:
    found = longest(*chain(*(step(f"s{n}", limit=limit) for n, limit in enumerate(limits))))
    assert found.working_seconds == sum(limit.working_seconds or 0 for limit in limits)
    assert found.nominal_seconds == sum(limit.nominal_seconds or 0 for limit in limits)
    whole = {TimeUnit.DAY: Fraction(1), TimeUnit.HOUR: Fraction(1, 24)}
    assert found.calendar_days == sum(
        whole.get(limit.unit, Fraction(0)) * (limit.value or 0) for limit in limits
    )
    assert found.units == {limit.unit for limit in limits if limit.value}


BIRTH = (
    step("submit", "receive", role="citizen", limit=working_days(9)),
    step("receive", "register", limit=Limit(Fraction(0), printed="Không tính thời gian")),
    timed("register", 1, "residence", Flow("verify", case="verification"), "insurance", split=Split.ALL),
    timed("residence", 2, "return"),
    timed("verify", 4, "return"),
    timed("insurance", 2, "return"),
    step("return", join=Join.ALL),
)


def test_linked_birth_takes_three_days_and_never_the_sum_of_five() -> None:
    known = studied(procedure(*BIRTH, limits={"default": working_days(3), "verification": working_days(5)}))
    assert in_days(known.course().longest()) == 3
    assert known.course().longest().path == ("submit", "receive", "register", "residence", "return")
    assert in_days(known.course("verification").longest()) == 5
    assert known.cases == ("default", "verification")


def test_a_published_chain_of_eighteen_days_is_eighteen() -> None:
    found = longest(*chain(*(timed(f"s{n}", days) for n, days in enumerate((1, 10, 5, 1, 1)))))
    assert (in_days(found), found.units) == (18, {TimeUnit.WORKING_DAY})


def test_a_pause_between_two_steps_is_not_charged() -> None:
    found = longest(
        *chain(
            timed("tax", 1),
            timed("pay", 30, clock=StepClock.PAUSED),
            timed("pay-later", 30, clock=StepClock.OUTSIDE),
            timed("applicants", 30, role="citizen"),
            timed("accept", 2),
        )
    )
    assert (in_days(found), found.path) == (3, ("tax", "pay", "pay-later", "applicants", "accept"))


def test_the_word_of_the_packs_holds_where_the_procedure_says_nothing() -> None:
    clocks = {"financial_obligation": StepClock.PAUSED}
    silent = timed("pay", 30, kinds=("financial_obligation",))
    assert in_days(studied(procedure(silent)).course(clocks=clocks).longest()) == 0
    assert (
        in_days(studied(procedure(replace(silent, clock=StepClock.RUNS))).course(clocks=clocks).longest())
        == 30
    )


def test_alternatives_count_as_the_longer_one_and_show_it() -> None:
    found = longest(
        timed("check", 1, Flow("verify", "unclear"), Flow("sign", "clear")),
        timed("verify", 3, "sign"),
        timed("sign", 1),
    )
    assert (in_days(found), found.path) == (5, ("check", "verify", "sign"))


def test_a_loop_for_supplements_is_left_out() -> None:
    found = longest(
        timed("check", 1, Flow("ask", "incomplete"), Flow("sign", "complete")),
        timed("ask", 5, "check", clock=StepClock.PAUSED),
        timed("sign", 1),
        start="check",
    )
    assert (in_days(found), found.path, found.is_bounded) == (2, ("check", "sign"), True)


def test_work_done_again_counts_as_often_as_it_may_be() -> None:
    found = longest(
        timed("draft", 1, "review"),
        timed("review", 2, Flow("correct", "again"), Flow("sign", "good")),
        timed("correct", 4, "draft", at_most=2),
        timed("sign", 1),
        start="draft",
    )
    again = ("draft", "review", "correct")
    assert (in_days(found), found.path) == (18, (*again, *again, "draft", "review", "sign"))
    assert (found.repeats, found.is_bounded) == (True, True)


def test_a_step_that_may_happen_twice_bounds_the_loop_it_is_a_necessary_part_of() -> None:
    found = longest(
        timed("draft", 1, "review"),
        timed("review", 2, Flow("draft", "again"), Flow("sign", "good"), at_most=2),
        timed("sign", 1),
        start="draft",
    )
    assert (in_days(found), found.path) == (7, ("draft", "review", "draft", "review", "sign"))


def test_loops_inside_loops_count_by_all_that_is_said_of_them() -> None:
    found = longest(
        timed("a", 1, "b"),
        timed("b", 1, Flow("fix", "typo"), Flow("c", "fine")),
        timed("fix", 1, "b", at_most=2),
        timed("c", 1, Flow("back", "no"), Flow("end", "yes")),
        timed("back", 1, "a", at_most=1),
        step("end"),
        start="a",
    )
    assert in_days(found) == 2 * 3 + 1 + 2 * 2  # two rounds, the way back, two corrections in all


def test_a_loop_under_one_shared_limit_costs_nothing_more() -> None:
    steps = (step("a", "b"), step("b", Flow("a", "again"), Flow("c", "good")), timed("c", 1))
    known = studied(procedure(*steps, start="a", limit_groups=(LimitGroup(("a", "b"), working_days(3)),)))
    assert (in_days(known.course().longest()), known.course().longest().is_bounded) == (4, True)
    assert known.course().open_loops == ()


def test_work_is_repeated_before_and_after_a_pause_but_not_by_going_round_it() -> None:
    found = longest(
        timed("draft", 1, "review"),
        timed("review", 1, Flow("draft", "again"), Flow("pay", "good"), at_most=2),
        timed("pay", 9, Flow("enter", "paid"), Flow("draft", "changed"), clock=StepClock.PAUSED),
        timed("enter", 1, "check"),
        timed("check", 1, Flow("enter", "again"), Flow("end", "good"), at_most=3),
        step("end"),
        start="draft",
    )
    assert in_days(found) == 4 + 6


def test_parallel_work_inside_loops_does_not_hide_what_bounds_them() -> None:
    found = longest(
        gateway("again", "a", "b", split=Split.ALL),
        timed("a", 1, "meet"),
        timed("b", 3, "meet"),
        timed("meet", 1, "fix", join=Join.ALL),
        timed("fix", 1, Flow("fix-more", "typo"), Flow("decide", "fine")),
        timed("fix-more", 1, "fix", at_most=1),
        timed("decide", 1, Flow("back", "no"), Flow("end", "yes")),
        timed("back", 1, "again", at_most=2),
        step("end"),
        start="again",
    )
    assert (in_days(found), found.is_bounded) == (3 * (3 + 1 + 1 + 1) + 2 + 2, True)


def test_loops_with_too_many_ways_round_are_left_out_and_said_to_be() -> None:
    steps = [
        timed(f"s{number}", 1, *({f"s{number - 1}"} if number else ()), f"s{number + 1}", at_most=1)
        for number in range(16)
    ]
    found = longest(*steps, timed("s16", 1), start="s0")
    assert (in_days(found), found.is_bounded) == (17, False)


class TestOpenLoops:
    def loops(self, *steps: Step) -> list[tuple[str, ...]]:
        known = studied(procedure(*steps, start=steps[0].id))
        return [known.graph.ids(loop) for loop in known.course().open_loops]

    def test_a_loop_of_work_without_bound_is_one(self) -> None:
        steps = (timed("a", 1, "b"), timed("b", 1, Flow("a", "again"), Flow("c", "good")), step("c"))
        assert self.loops(*steps) == [("a", "b")]
        assert self.loops(replace(steps[0], at_most=2), *steps[1:]) == []

    def test_waiting_for_the_applicant_or_beginning_anew_makes_none(self) -> None:
        for clock in (StepClock.PAUSED, StepClock.OUTSIDE, StepClock.RESTARTS):
            steps = (timed("a", 1, Flow("b", "ask"), "c"), timed("b", 1, "a", clock=clock), step("c"))
            assert self.loops(*steps) == []

    def test_a_parallel_branch_that_is_bounded_bounds_the_loop(self) -> None:
        assert self.loops(
            gateway("a", "b", "c", split=Split.ALL),
            timed("b", 1, "d", at_most=2),
            timed("c", 1, "d"),
            timed("d", 1, Flow("a", "again"), Flow("e", "good"), join=Join.ALL),
            step("e"),
        ) == []  # fmt: skip


def longest_counted(of: Procedure) -> int:
    """The longest time of a complete run in which no step happens oftener than it may."""
    game = Game(of, limit=300)
    game.graph()  # raises TooLarge, Unsafe
    best, seen = -1, set()
    stack = [(state, dict.fromkeys(state, 0), {}) for state in game.starts]
    while stack:
        state, times, counts = stack.pop()
        key = (frozenset(times.items()), frozenset(counts.items()))
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > 20_000:
            raise TooLarge
        if game.is_complete(state):
            best = max(best, *times.values())
        for fired, after in game.moves(state):
            each = of.by_id[fired]
            made = counts.get(fired, 0) + 1
            if each.at_most is not None and made > each.at_most:
                continue
            ready = max(times[token] for token in state - after)
            ready += each.limit.nominal_seconds or 0 if each.limit is not None else 0
            kept = {token: times.get(token, ready) for token in after}
            stack.append((after, kept, {**counts, fired: made} if each.at_most is not None else counts))
    return best


@given(st.one_of(block_procedures(7, timed=True, inclusive=False), choice_procedures(6)), st.data())
@moderate(150)
def test_loops_count_as_the_longest_of_all_runs_that_keep_to_their_bounds(
    drawn: Procedure, data: st.DataObject
) -> None:
    steps = tuple(
        replace(
            each,
            at_most=data.draw(st.sampled_from([None, None, 1, 2, 3])),
            limit=each.limit or data.draw(st.sampled_from([None, working_days(1), working_days(2)])),
        )
        for each in drawn.steps
    )
    drawn = replace(drawn, steps=steps)
    assume(not any(flow.to == each.id for each in steps for flow in each.flows))
    found = studied(drawn).course().longest()
    assume(found.is_bounded and found.path)
    try:
        expected = longest_counted(drawn)
    except TooLarge:
        assume(False)
    assert found.nominal_seconds == expected
    assert sum((drawn.by_id[n].limit or working_days(0)).nominal_seconds or 0 for n in found.path) <= expected


def test_what_a_loop_must_pass_counts_once() -> None:
    found = longest(
        timed("draft", 1, "review"),
        timed("review", 2, Flow("draft", "again"), Flow("sign", "good")),
        timed("sign", 1),
        start="draft",
    )
    assert (in_days(found), found.is_bounded) == (4, False)


def test_a_cycle_with_two_entrances_is_left_where_the_file_goes_back() -> None:
    found = longest(
        step("start", Flow("b", "short"), Flow("a", "long")),
        timed("a", 2, "b"),
        timed("b", 1, Flow("a", "again"), Flow("end", "done")),
        step("end"),
    )
    assert (in_days(found), found.path) == (3, ("start", "a", "b", "end"))


def test_a_restart_begins_anew() -> None:
    first, restart, then = timed("check", 4), timed("accept", 1, clock=StepClock.RESTARTS), timed("sign", 3)
    assert longest(*chain(first, restart, then)).path == ("check", "accept")
    assert in_days(longest(*chain(first, restart, then))) == 5
    longer = longest(*chain(first, restart, then, timed("more", 3)))
    assert (in_days(longer), longer.path) == (6, ("sign", "more"))


def test_a_restart_begins_anew_with_shared_limits_too() -> None:
    steps = chain(timed("a", 4), timed("b", 1, clock=StepClock.RESTARTS), step("c"), step("d"))
    found = longest(*steps, limit_groups=(LimitGroup(("c", "d"), working_days(7)),))
    assert (in_days(found), found.path) == (7, ("c", "d"))


def test_a_merged_cell_that_alternatives_share_is_not_charged_twice() -> None:
    steps = (
        step("a", Flow("b", "x"), Flow("c", "y")),
        timed("b", 1, "d"),
        timed("c", 2, "d"),
        step("d"),
    )
    group = LimitGroup(("a", "d"), working_days(7))
    found = longest(*steps, limit_groups=(group,))
    assert (in_days(found), found.path) == (9, ("a", "c", "d"))
    other = longest(*steps, limit_groups=(LimitGroup(("b", "d"), working_days(7)),))
    assert (in_days(other), other.path) == (9, ("a", "c", "d"))


def test_a_part_has_its_own_longest_path() -> None:
    known = studied(
        procedure(
            timed("receive", 1, "send", part="commune"),
            timed("send", 2, "appraise", part="commune"),
            timed("appraise", 4, "decide", part="province"),
            timed("decide", 1, "hand-over", part="province"),
            timed("hand-over", 1, part="commune"),
            parts=(Part("commune", limit=working_days(3)), Part("province", limit=working_days(5))),
        )
    )
    assert (in_days(known.course().longest()), in_days(known.course().longest("province"))) == (9, 5)
    assert known.course().longest("commune").path == ("receive", "send", "hand-over")


def test_what_a_step_is_given_is_its_own_or_its_groups_if_it_counts() -> None:
    shared = working_days(7)
    steps = chain(timed("a", 1), step("b"), timed("c", 1, clock=StepClock.PAUSED), step("d"))
    known = studied(procedure(*steps, limit_groups=(LimitGroup(("b", "c"), shared),)))
    given_ = {name: known.course().allotment.limit(each) for name, each in known.procedure.by_id.items()}
    assert given_ == {"a": working_days(1), "b": shared, "c": None, "d": None}


def test_words_without_a_number_weigh_nothing() -> None:
    found = longest(step("a", limit=Limit(None, printed="Không quy định")))
    assert (found.nominal_seconds, found.units, found.path) == (0, frozenset(), ("a",))


def test_without_a_way_to_an_end_there_is_no_path() -> None:
    assert longest(timed("a", 1, "b"), timed("b", 1, "a"), start="a").path == ()
    assert longest().path == ()


def test_a_thousand_parallel_branches_are_one_path_each() -> None:
    ids = [f"b{number}" for number in range(1_000)]
    found = longest(
        gateway("split", *ids, split=Split.ALL),
        *(timed(name, number % 7, "join") for number, name in enumerate(ids)),
        timed("join", 1, join=Join.ALL),
    )
    assert in_days(found) == 7
