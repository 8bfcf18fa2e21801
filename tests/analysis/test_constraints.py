"""A requirement on the course of dossiers means one thing, on definitions and on dossiers."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from iso_audit.analysis.constraints import Must, constraint_of, faults
from iso_audit.analysis.keeping import demand_of, kept_by_definition, kept_by_dossier
from iso_audit.analysis.study import study
from iso_audit.model.finding import Grade
from iso_audit.model.log import same_person_fact
from iso_audit.model.organisation import Organisation, Person, Role
from iso_audit.model.procedure import Limit, LimitGroup, Procedure, StepClock, TimeUnit
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer
from iso_audit.model.trace import Symbol, Trace
from iso_audit.text import Text
from tests.strategies import (
    KINDS,
    block_procedures,
    cased_procedures,
    choice_procedures,
    gateway,
    layered_procedures,
    procedure,
    random_run,
    step,
    working_days,
)
from tests.token_game import Game, TooLarge

ON_COURSE = (Must.HAPPENS, Must.BEFORE, Must.LEADS_TO, Must.AT_MOST, Must.EXCLUDES)
CLOSED = {"closed": 1, "broken_off": 0}


def moderate(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def requirement(
    must: str, *terms: str | Sequence[str], when: dict[str, object] | None = None, **more: object
) -> Requirement:
    of = tuple((term,) if isinstance(term, str) else tuple(term) for term in terms)
    return Requirement("r", "constraint", (), Grade.MINOR, {"must": must, "of": of, **more}, when=when or {})


def defined(of: Procedure, asked: Requirement, people: Organisation | None = None) -> Answer:
    return kept_by_definition(study(of, people or Organisation(), dt.date(2026, 3, 2)), asked)


def handled(of: Procedure, steps: Sequence[str], asked: Requirement, case: str = "", **facts: int) -> Answer:
    symbols = tuple(Symbol(name) for name in steps)
    return kept_by_dossier(Trace(0, of, 0, case, {**CLOSED, **facts}, True, symbols), asked)


def told(answer: Answer) -> str:
    """`breach`, the reason why it is open, `kept`, or `-` where it does not apply."""
    if answer.breaches:
        return "breach"
    return next((unknown.reason for unknown in answer.unknowns), "kept" if answer.checked else "-")


# ---- one meaning: what random runs of random procedures say


@st.composite
def requirements(draw: st.DrawFn, of: Procedure) -> Requirement:
    """A requirement on the course of dossiers of a procedure, by kinds and step ids."""
    names = st.sampled_from([*KINDS, *(each.id for each in of.steps if not each.is_silent)])
    must = draw(st.sampled_from(ON_COURSE))
    terms = [
        draw(st.lists(names, min_size=1, max_size=2, unique=True))
        for _ in range(1 if must in (Must.HAPPENS, Must.AT_MOST) else 2)
    ]
    return requirement(must, *terms, count=draw(st.integers(1, 3)) if must is Must.AT_MOST else None)


@st.composite
def bounded(draw: st.DrawFn, drawn: Procedure) -> Procedure:
    """The procedure with numbers of times at which some steps may happen."""
    times = st.sampled_from((None, None, 1, 2))
    return replace(
        drawn,
        steps=tuple(each if each.is_silent else replace(each, at_most=draw(times)) for each in drawn.steps),
    )


def breaks(asked: Requirement, of: Procedure, run: Sequence[str]) -> bool:
    """The meaning of each word, said once more and as plainly as possible."""
    first, second = ([*constraint_of(asked).meant(of), ()])[:2]
    a = [at for at, name in enumerate(run) if name in first]
    b = [at for at, name in enumerate(run) if name in second]
    match asked.parameters["must"]:
        case Must.HAPPENS:
            return not a
        case Must.BEFORE:
            return bool(a) and bool(b) and b[0] < a[0]
        case Must.LEADS_TO:
            return bool(a) and not any(at >= a[-1] for at in b)
        case Must.AT_MOST:
            return len(a) > asked.whole("count")
        case _:
            return bool(a) and bool(b)


def keeps_to_numbers(of: Procedure, run: Collection[str]) -> bool:
    times = Counter(run)
    return all(each.at_most is None or times[each.id] <= each.at_most for each in of.steps)


def shortest_breach(game: Game, asked: Requirement, of: Procedure) -> int | None:
    """Fewest steps of a complete run that breaks the requirement, by playing all of them."""
    first, second = ([*constraint_of(asked).meant(of), ()])[:2]
    most = {each.id: each.at_most for each in of.steps if each.at_most is not None}
    told_of = {*first, *second}

    def phase(at: object, fired: str) -> object | None:
        assert isinstance(at, tuple)
        course, times = at
        if fired in most:
            so_far = dict(times)
            so_far[fired] = so_far.get(fired, 0) + 1
            if so_far[fired] > most[fired]:
                return None
            times = tuple(sorted(so_far.items()))
        if fired in told_of:
            course = _shortened(asked, (*course, fired), first, second)
        return course, times

    return game.shortest(phase, ((), ()), lambda at: breaks(asked, of, at[0]))  # type: ignore[index]


def _shortened(
    asked: Requirement, course: tuple[str, ...], first: Collection[str], second: Collection[str]
) -> tuple[str, ...]:
    """What of a course decides: the first and last of each, and as many as are counted."""
    if asked.parameters["must"] is Must.AT_MOST:
        return course[: asked.whole("count") + 1]
    letters = [((name in first), (name in second)) for name in course]
    kept = {index for index, letter in enumerate(letters) if letter not in letters[:index]}
    kept |= {index for index, letter in enumerate(letters) if letter not in letters[index + 1 :]}
    return tuple(course[index] for index in sorted(kept))


procedures = st.one_of(
    block_procedures(8),
    block_procedures(8).flatmap(bounded),
    choice_procedures(7).flatmap(bounded),
    layered_procedures(inclusive=True),
)


@given(procedures, st.data())
@moderate(300)
def test_what_holds_on_every_run_holds_on_each_dossier_and_else_the_shown_run_breaks_it(
    drawn: Procedure, data: st.DataObject
) -> None:
    game = Game(drawn, limit=400)
    try:
        assume(game.is_sound())
    except TooLarge:
        assume(False)
    asked = data.draw(requirements(drawn))
    answer = defined(drawn, asked)
    rng = random.Random(data.draw(st.integers(0, 1000)))
    for _ in range(8):
        run = random_run(game, rng)
        if game.replay(run) != (None, True) or not keeps_to_numbers(drawn, run):
            continue
        on_dossier = told(handled(drawn, run, asked))
        assert (on_dossier == "breach") == breaks(asked, drawn, run)
        assert on_dossier in ("breach", "kept", "-")
        if told(answer) in ("kept", "-"):
            assert on_dossier != "breach"
    expected = shortest_breach(game, asked, drawn)
    if answer.breaches:
        run = answer.breaches[0].facts["run"]
        assert game.replay(run) == (None, True)
        assert keeps_to_numbers(drawn, run)
        assert len(run) == expected
        found = handled(drawn, run, asked)
        assert told(found) == "breach"
        at = found.breaches[0].position
        assert at is None or run[at] == answer.breaches[0].step
    else:
        assert expected is None


@given(cased_procedures(), st.sampled_from(["default", "verification"]), st.data())
@moderate(80)
def test_a_requirement_of_one_case_concerns_the_runs_of_that_case_alone(
    drawn: Procedure, case: str, data: st.DataObject
) -> None:
    game = Game(drawn, case, limit=300)
    try:
        assume(study(drawn, Organisation(), dt.date(2026, 3, 2)).is_decided and game.is_sound())
    except TooLarge:
        assume(False)
    asked = data.draw(requirements(drawn))
    answer = defined(drawn, replace(asked, when={"case": (case,)}))
    assert bool(answer.breaches) == (shortest_breach(game, asked, drawn) is not None)
    other = replace(asked, when={"not": {"case": tuple({"default", "verification"} - {case})}})
    assert told(defined(drawn, other)) == told(answer)


@given(procedures, st.data())
@moderate(150)
def test_an_unfinished_dossier_fails_only_what_no_continuation_mends(
    drawn: Procedure, data: st.DataObject
) -> None:
    asked = data.draw(requirements(drawn))
    visible = [each.id for each in drawn.steps if not each.is_silent]
    steps = st.lists(st.sampled_from([*visible, ""]), max_size=6)
    begun, rest = data.draw(steps), data.draw(steps)
    now, later = handled(drawn, begun, asked, closed=0), handled(drawn, [*begun, *rest], asked)
    if now.breaches:
        assert later.breaches
    if now.checked and not now.breaches:
        assert told(later) == "kept"


@given(procedures, st.data())
@moderate(100)
def test_an_unknown_activity_may_mend_a_dossier_and_is_never_held_against_it(
    drawn: Procedure, data: st.DataObject
) -> None:
    asked = data.draw(requirements(drawn))
    visible = [each.id for each in drawn.steps if not each.is_silent]
    assume(visible)
    steps = data.draw(st.lists(st.sampled_from(visible), max_size=6))
    at = data.draw(st.integers(0, len(steps)))
    hidden = told(handled(drawn, [*steps[:at], "", *steps[at:]], asked))
    plain = told(handled(drawn, steps, asked))
    could_be = {told(handled(drawn, [*steps[:at], name, *steps[at:]], asked)) for name in visible}
    assert hidden in (plain, "unknown-step")
    if hidden == "breach":
        assert could_be == {"breach"}


# ---- words one by one, as an office would meet them

REFUSAL = procedure(
    step("receive", "check", kinds=("receive",)),
    step("check", "refuse", "appraise", kinds=("check",)),
    step("refuse", "notice", "archive", kinds=("refuse",)),
    step("notice", "archive"),
    step("appraise", "sign", kinds=("appraise",)),
    step("sign", "archive", kinds=("approve_sign",)),
    step("archive", kinds=("archive",)),
)


def test_every_refusal_is_followed_by_a_notice_or_the_run_is_shown() -> None:
    asked = requirement("leads_to", "refuse", "notice")
    found = defined(REFUSAL, asked).breaches[0]
    assert found.facts["run"] == ("receive", "check", "refuse", "archive")
    assert (found.step, found.variant) == ("refuse", "leads_to")
    assert told(handled(REFUSAL, ["receive", "check", "refuse", "notice", "archive"], asked)) == "kept"
    assert told(handled(REFUSAL, ["receive", "check", "appraise"], asked)) == "-"
    assert told(handled(REFUSAL, ["receive", "check", "refuse"], asked, closed=0)) == "unfinished"


def test_alternatives_stand_in_for_each_other() -> None:
    assert told(defined(REFUSAL, requirement("happens", "sign"))) == "breach"
    assert told(defined(REFUSAL, requirement("happens", ["sign", "refuse"]))) == "kept"


def test_a_step_that_does_both_is_in_order_and_its_own_answer() -> None:
    both = procedure(step("a", kinds=("refuse", "post")))
    assert told(defined(both, requirement("leads_to", "refuse", "post"))) == "kept"
    assert told(defined(both, requirement("before", "post", "refuse"))) == "kept"
    assert told(defined(both, requirement("excludes", "refuse", "post"))) == "breach"


LOOP = procedure(
    step("check", "ask", "archive", kinds=("check",)),
    step("ask", "check", kinds=("request_supplement",), at_most=2),
    step("archive", kinds=("archive",)),
    start="check",
)


@pytest.mark.parametrize(("count", "expected"), [(1, "breach"), (2, "kept")])
def test_a_loop_is_counted_as_often_as_its_steps_allow(count: int, expected: str) -> None:
    asked = requirement("at_most", "request_supplement", count=count)
    answer = defined(LOOP, asked)
    assert told(answer) == expected
    if answer.breaches:
        assert answer.breaches[0].facts["run"] == ("check", "ask", "check", "ask", "check", "archive")
    check = requirement("at_most", "check", count=3)
    assert told(defined(LOOP, check)) == "kept"


def test_more_classes_than_are_told_apart_stay_open() -> None:
    wide = procedure(
        *(
            one
            for n in range(12)
            for one in (
                step(f"c{n}", f"d{n}", f"c{n + 1}"),
                step(f"d{n}", f"c{n}", kinds=("check",), at_most=3),
            )
        ),
        step("c12"),
        start="c0",
    )
    assert told(defined(wide, requirement("at_most", "check", count=20))) == "too-large"
    few = replace(wide, steps=tuple(replace(each, at_most=1) for each in wide.steps))
    assert told(defined(few, requirement("at_most", "check", count=12))) == "kept"


def test_a_printed_table_lacks_nothing_for_certain() -> None:
    table = replace(REFUSAL, extent="steps")
    assert told(defined(table, requirement("leads_to", "refuse", "notice"))) == "printed-table"
    assert told(defined(table, requirement("excludes", "refuse", "archive"))) == "breach"


def test_a_procedure_that_cannot_finish_leaves_the_question_open() -> None:
    stuck = procedure(gateway("g", "a", "b"), step("a", "c"), step("b", "c"), step("c", join="all"))
    stuck = replace(stuck, steps=(*stuck.steps[:3], replace(stuck.steps[3], join=REFUSAL.steps[0].join)))
    unsound = procedure(step("a", "b"), step("b", "a"), start="a")
    assert told(defined(unsound, requirement("before", "a", "b"))) == "unsound"


# ---- dossiers that broke off


def test_a_withdrawn_dossier_owes_nothing_that_was_still_to_come() -> None:
    asked = requirement("happens", "archive")
    assert told(handled(REFUSAL, ["receive", "check"], asked, broken_off=1)) == "-"
    assert told(handled(REFUSAL, ["receive", "check"], asked)) == "breach"


def test_a_refusal_owes_its_notice_although_it_breaks_the_dossier_off() -> None:
    asked = requirement("leads_to", "refuse", "notice")
    assert told(handled(REFUSAL, ["receive", "check", "refuse"], asked, broken_off=1)) == "breach"
    consult = requirement("leads_to", "appraise", "sign")
    assert told(handled(REFUSAL, ["receive", "check", "appraise"], consult, broken_off=1)) == "-"


def test_a_refusal_that_is_an_end_of_the_procedure_is_judged_like_any_run() -> None:
    ends = procedure(
        step("check", "refuse", "archive", kinds=("check",)),
        step("refuse", kinds=("refuse",)),
        step("archive", kinds=("archive",)),
    )
    asked = requirement("happens", "archive")
    assert defined(ends, asked).breaches[0].facts["run"] == ("check", "refuse")
    assert told(handled(ends, ["check", "refuse"], asked, broken_off=1)) == "breach"


# ---- people and roles

PEOPLE = Organisation(
    roles={
        "specialist": Role("specialist", Text("specialist")),
        "chairman": Role("chairman", Text("chairman"), covers=("deputy",)),
        "deputy": Role("deputy", Text("deputy")),
    },
    people={"cb01": Person("cb01", ("specialist",)), "cb02": Person("cb02", ("chairman",))},
)
SIGNING = procedure(
    step("appraise", "sign", kinds=("appraise",), role="specialist"),
    step("sign", kinds=("approve_sign",), role="chairman"),
)


def test_duties_apart_are_judged_by_roles_and_by_who_acted() -> None:
    asked = requirement("apart", "appraise", "approve_sign")
    assert told(defined(SIGNING, asked, PEOPLE)) == "kept"
    one = replace(SIGNING, steps=(SIGNING.steps[0], replace(SIGNING.steps[1], role="specialist")))
    found = defined(one, asked, PEOPLE).breaches[0]
    assert (found.step, found.variant, found.facts["roles"]) == (
        "sign", "apart appraise + approve_sign", ("specialist",),
    )  # fmt: skip
    for name in (same_person_fact("appraise", "approve_sign"), same_person_fact("approve_sign", "appraise")):
        for fact, expected in enumerate(("kept", "breach", "no-actor")):
            assert told(handled(SIGNING, ["appraise", "sign"], asked, **{name: fact})) == expected
    assert told(handled(SIGNING, ["appraise"], asked)) == "-"


@pytest.mark.parametrize(
    ("role", "expected"), [("chairman", "kept"), ("deputy", "kept"), ("specialist", "breach")]
)
def test_a_step_is_given_to_a_role_or_to_one_that_covers_it(role: str, expected: str) -> None:
    asked = requirement("by_role", "approve_sign", role=role)
    assert told(defined(SIGNING, asked, PEOPLE)) == expected
    demand = demand_of(constraint_of(asked))
    assert demand is not None
    for fact, then in enumerate(("kept", "breach", "no-role")):
        assert told(handled(SIGNING, ["appraise", "sign"], asked, **{demand.fact: fact})) == then
    assert told(handled(SIGNING, ["appraise"], asked)) == "-"


# ---- time


def timed(*limits: Limit | None, **more: object) -> Procedure:
    """A chain s0, s1 ... with these limits."""
    steps = [
        step(f"s{n}", *([f"s{n + 1}"] if n + 1 < len(limits) else []), limit=limit)
        for n, limit in enumerate(limits)
    ]
    return procedure(*steps, **more)


@pytest.mark.parametrize(("limit", "expected"), [(4, "breach"), (5, "kept")])
def test_the_stretch_counts_what_comes_after_the_first_up_to_the_second(limit: int, expected: str) -> None:
    chain = timed(*map(working_days, (7, 2, 3, 9)))
    answer = defined(chain, requirement("within", "s0", "s2", limit=working_days(limit)))
    assert told(answer) == expected
    if answer.breaches:
        facts = answer.breaches[0].facts
        assert (facts["longest"], facts["run_between"]) == (working_days(5), ("s1", "s2"))


def test_what_runs_beside_the_first_step_may_have_only_begun() -> None:
    wide = procedure(
        gateway("fork", "a", "x", split="all"),
        step("a", "b", limit=working_days(1)),
        step("x", "b", limit=working_days(6)),
        step("b", join="all", limit=working_days(1)),
    )
    wide = replace(wide, steps=tuple(_typed(each) for each in wide.steps))
    assert told(defined(wide, requirement("within", "a", "b", limit=working_days(6)))) == "breach"
    assert told(defined(wide, requirement("within", "a", "b", limit=working_days(7)))) == "kept"


def test_another_branch_of_a_choice_does_not_run_beside() -> None:
    choice = procedure(
        step("check", "a", "x"),
        step("a", "b", limit=working_days(1)),
        step("x", "b", limit=working_days(6)),
        step("b", limit=working_days(1)),
    )
    assert told(defined(choice, requirement("within", "a", "b", limit=working_days(1)))) == "kept"


def _typed(each: object) -> object:
    from iso_audit.model.procedure import Join, Split, Step

    assert isinstance(each, Step)
    return replace(each, split=Split(each.split), join=Join(each.join))


def test_what_cannot_be_measured_stays_open() -> None:
    day = working_days(1)
    asked = requirement("within", "s0", "s2", limit=day)
    assert told(defined(timed(day, None, day), asked)) == "untimed-between"
    assert told(defined(timed(day, Limit(Fraction(3), TimeUnit.DAY), day), asked)) == "mixed-units"
    assert told(defined(timed(day, day, day), asked)) == "breach"
    assert told(defined(LOOP, requirement("within", "check", "archive", limit=day))) == "loop-between"
    shared = replace(timed(day, None, None), limit_groups=(LimitGroup(("s1", "s2"), day),))
    assert told(defined(shared, asked)) == "shared-limit"
    waiting = timed(day, Limit(Fraction(9)), day)
    steps = tuple(replace(s, clock=StepClock.PAUSED) if s.id == "s1" else s for s in waiting.steps)
    assert told(defined(replace(waiting, steps=steps), asked)) == "kept"


# ---- faults


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"must": "happens", "of": (("a",),)}, []),
        ({"must": "before", "of": (("a",),)}, ["of"]),
        ({"must": "before", "of": (("a",), ("a",))}, ["of"]),
        ({"must": "at_most", "of": (("a",),)}, ["count"]),
        ({"must": "at_most", "of": (("a",),), "count": 0}, ["count"]),
        ({"must": "happens", "of": (("a",),), "count": 2}, ["count"]),
        ({"must": "by_role", "of": (("a",),)}, ["role"]),
        ({"must": "within", "of": (("a",), ("b",))}, ["limit"]),
        ({"must": "within", "of": (("a",), ("b",)), "limit": Limit(None, printed="x")}, ["limit"]),
    ],
)
def test_parameters_that_do_not_go_together_are_faults(
    parameters: dict[str, object], expected: list[str]
) -> None:
    said = list(faults(parameters))
    assert [name for name, _ in said] == expected
    assert all(what.vi and what.en for _, what in said)
