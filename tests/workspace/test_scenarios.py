"""A scenario file is read as it was meant, or refused with every fault and its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iso_audit import api
from iso_audit.errors import Fault, InputError
from iso_audit.model.calendar import Calendar, CalendarException
from iso_audit.model.organisation import Organisation, Role
from iso_audit.model.outcome import Settings, Workspace
from iso_audit.model.procedure import Limit, Procedure, TimeUnit
from iso_audit.model.scenario import (
    CHANGES,
    Arrivals,
    Batch,
    Citizen,
    Family,
    Precision,
    Scenario,
    Spread,
    Staffing,
    Works,
)
from iso_audit.simulation.compile import compiled
from iso_audit.text import Text
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of
from iso_audit.workspace.scenarios import load_scenario, read_scenario, scenario_of
from iso_audit.workspace.shapes.change import GOES_WITH
from iso_audit.workspace.shapes.scenario import ScenarioShape
from iso_audit.workspace.write_scenario import scenario_yaml

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests" / "bad" / "scenarios").glob("*.yaml"))
SHIPPED = sorted((ROOT / "processes" / "scenarios").glob("*.yaml"))

PERMIT = """procedure: permit
in_force: {from: 2025-07-01}
limit: {default: 5 wd, verification: 10 wd}
documents: [Đơn, Bản vẽ]
steps:
  receive: {kind: receive, role: desk, next: check}
  check: {kind: check, role: desk, next: {complete: appraise, incomplete: ask, ineligible: refuse}}
  ask: {kind: request_supplement, role: desk, clock: paused, next: check}
  refuse: {kind: refuse, role: desk}
  appraise: {kind: appraise, role: specialist, next: sign}
  sign: {kind: approve_sign, role: chairman, next: {agreed: return, disagreed: appraise}}
  return: {kind: return_result, role: desk}
  pay: {kind: other, role: applicant, anytime: true}
"""
DAY = ((27000, 41400), (46800, 61200))
OFFICE = Calendar(
    "office",
    "Asia/Ho_Chi_Minh",
    (DAY, DAY, DAY, DAY, DAY, (), ()),
    {
        dt.date(2026, 1, 1): CalendarException(dt.date(2026, 1, 1), (), Text("nghỉ"), ""),
        dt.date(2026, 1, 10): CalendarException(dt.date(2026, 1, 10), (), Text("nghỉ"), ""),
        dt.date(2026, 2, 7): CalendarException(dt.date(2026, 2, 7), DAY, Text("làm bù"), ""),
        dt.date(2026, 2, 9): CalendarException(dt.date(2026, 2, 9), ((27000, 34200),), Text("nửa buổi"), ""),
    },
)


def procedure(text: str) -> Procedure:
    faults: list[Fault] = []
    document = parse(text, "permit.yaml", faults)
    found = document and procedure_of(document, faults)
    assert isinstance(found, Procedure)
    assert not faults
    return found


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    other = PERMIT.replace("procedure: permit", "procedure: other")
    roles = {name: Role(name, Text(name)) for name in ("desk", "specialist", "chairman")}
    roles["applicant"] = Role("applicant", Text("người nộp"), is_applicant=True)
    return Workspace(
        root="",
        settings=Settings(calendar="office"),
        organisation=Organisation(roles=roles),
        calendars={"office": OFFICE},
        packs=(),
        procedures=(procedure(PERMIT), procedure(other)),
    )


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_scenario_is_refused_with_every_fault_and_its_place(
    path: Path, workspace: Workspace, request: pytest.FixtureRequest
) -> None:
    faults: list[Fault] = []
    assert read_scenario(path, path.name, workspace, faults) is None
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    said = "".join(f"{fault.say('vi')}\n{fault.say('en')}\n" for fault in ordered)
    expected = path.with_suffix(".txt")
    if request.config.getoption("--update-golden", default=False):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert faults


GOOD = """scenario: good
procedure: permit
period: {from: 2026-01-05, to: 2026-06-30}
arrivals: {per_year: 1200, by_weekday: {mon-wed: 2, fri: 1}, by_hour: {8: 3, 14: 1}}
cases: {verification: 20%}
staff:
  desk: 2
  specialist: {people: 3, hourly_cost: 95000}
  chairman: {people: 1, hours: {mon-fri: ["08:00-10:00", "14:00-16:00"]}}
durations:
  receive: 5 min
  check: {triangular: [5 min, 10 min, 1 wh]}
  ask: 0,25 giờ
  appraise: {default: {lognormal: {mean: 4 wh, sd: 90 min}}, verification: {exponential: 1 wd}}
  sign: {empirical: [1 min, 2 min, 9 min], zero: 10%}
  refuse: {fixed: 10 min}
  return: 1 h
waits:
  ask: {gamma: {mean: 3 d, sd: 36 h}}
  appraise: 1 wd
branches:
  check: [{incomplete: 15%, ineligible: 2.5%}, {incomplete: 5%, ineligible: 0%}]
  sign: {disagreed: 0.5%}
"""


def scenario(text: str, workspace: Workspace) -> Scenario:
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    found = document and scenario_of(document, workspace, faults)
    assert [fault.say("en") for fault in faults] == []
    assert isinstance(found, Scenario)
    return found


def faults_of(text: str, workspace: Workspace) -> list[str]:
    faults: list[Fault] = []
    document = parse(text, "f", faults)
    assert document is not None
    assert scenario_of(document, workspace, faults) is None
    return [fault.say("en") for fault in faults]


def test_times_come_in_seconds_and_know_whether_the_office_must_work(workspace: Workspace) -> None:
    load = scenario(GOOD, workspace).main
    assert load.durations["receive"] == Spread(Family.FIXED, 300.0)
    assert load.durations["ask"] == Spread(Family.FIXED, 900.0)
    assert load.durations["return"] == Spread(Family.FIXED, 3600.0)  # work is working time, also in h
    assert load.durations["check"] == Spread(
        Family.TRIANGULAR, low_seconds=300.0, mode_seconds=600.0, high_seconds=3600.0
    )
    assert load.durations["appraise"] == Spread(Family.LOGNORMAL, 14400.0, 5400.0)
    assert load.by_case == {("appraise", "verification"): Spread(Family.EXPONENTIAL, 28800.0)}
    assert load.durations["sign"].zero_share == 0.1
    assert load.durations["sign"].quantiles_seconds == (60.0, 120.0, 540.0)
    assert load.waits["ask"] == Spread(Family.GAMMA, 259200.0, 129600.0, is_working=False)
    assert load.waits["appraise"] == Spread(Family.FIXED, 28800.0)


def test_whoever_asks_the_office_is_an_applicant_whatever_the_role_is_called(workspace: Workspace) -> None:
    roles = workspace.organisation.roles | {"citizen": Role("citizen", Text("dân"), is_applicant=True)}
    found = scenario(GOOD, replace(workspace, organisation=Organisation(roles=roles)))
    assert found.applicants == {"applicant", "citizen"}
    permit = workspace.procedures[0]
    steps = tuple(replace(step, role="citizen") if step.id == "refuse" else step for step in permit.steps)
    plan = compiled(found, {"permit": replace(permit, steps=steps)})
    assert [one.step.id for one in plan.steps if one.by_applicant] == ["refuse"]


def test_what_is_not_named_takes_the_rest_and_the_last_visit_holds_on(workspace: Workspace) -> None:
    load = scenario(GOOD, workspace).main
    assert load.cases == {"verification": 0.2, "default": 0.8}
    assert load.branches == {
        "check": {"incomplete": 0.15, "ineligible": 0.025}, "sign": {"disagreed": 0.005},
    }  # fmt: skip
    assert load.repeats == {"check": ({"incomplete": 0.05, "ineligible": 0.0},)}
    assert load.arrivals.by_weekday == (2, 2, 2, 0, 1, 0, 0)
    assert load.arrivals.by_hour[7:15] == (0, 3, 0, 0, 0, 0, 0, 1)


def test_own_hours_keep_the_days_off_of_the_office(workspace: Workspace) -> None:
    staff = scenario(GOOD, workspace).staff
    own = ((28800, 36000), (50400, 57600))
    assert staff["desk"] == Staffing("desk", 2, OFFICE)
    calendar = staff["chairman"].calendar
    assert calendar.spans(dt.date(2026, 1, 5)) == own
    assert calendar.spans(dt.date(2026, 1, 1)) == ()
    assert calendar.spans(dt.date(2026, 2, 7)) == own  # a Saturday that the office works
    assert calendar.spans(dt.date(2026, 2, 9)) == ((28800, 34200),)  # a morning cut short
    assert calendar.spans(dt.date(2026, 1, 17)) == ()


def test_a_period_beyond_the_calendar_is_known_to_be_so(workspace: Workspace) -> None:
    assert scenario(GOOD, workspace).knows_its_days
    assert not scenario(GOOD.replace("to: 2026-06-30", "to: 2027-01-15"), workspace).knows_its_days


def test_the_time_of_an_applicant_or_of_another_body_may_run_day_and_night(workspace: Workspace) -> None:
    text = GOOD.replace(
        'chairman: {people: 1, hours: {mon-fri: ["08:00-10:00", "14:00-16:00"]}}', "chairman: outside"
    )
    found = scenario(
        text.replace("sign: {empirical: [1 min, 2 min, 9 min], zero: 10%}", "sign: 2 d"), workspace
    )
    assert found.outside == ("chairman",)
    assert "chairman" not in found.staff
    assert found.main.durations["sign"] == Spread(Family.FIXED, 172800.0, is_working=False)


def test_changes_come_in_our_units_and_count_people_one_after_the_other(workspace: Workspace) -> None:
    text = GOOD + (
        "proposals:\n  - id: a\n    changes:\n"
        "      - {staff: {desk: +1}}\n      - {staff: {desk: -2}}\n"
        "      - {staff: {chairman: {people: 2}}}\n"
        "      - {merge: [receive, check], as: intake, role: desk, time_factor: 80%, why: {vi: gọn}}\n"
        "      - {durations: {intake: 12 min}}\n"
        "      - {delegate: sign, to: specialist}\n"
        "      - {split: appraise, by_case: {simple: {share: 30%, time_factor: 50%}}}\n"
        "      - {look_up: Đơn, from: CSDL, effort: 2.5}\n"
        "      - {limit: {default: 3 wd}}\n"
    )
    changes = scenario(text, workspace).proposals[0].changes
    assert [change.kind for change in changes] == [
        "staff", "staff", "staff", "merge", "durations", "delegate", "split", "look_up", "limit",
    ]  # fmt: skip
    assert [change.values.get("staff") for change in changes[:2]] == [{"desk": 1}, {"desk": -2}]
    after = changes[2].values["staff"]["chairman"]  # type: ignore[index]
    assert after.people == 2
    assert after.calendar.id == "office/chairman"
    assert changes[3].steps == ("receive", "check")
    assert changes[3].values == {"id": "intake", "role": "desk", "time_factor": 0.8}
    assert changes[4].values == {"durations": {"intake": Spread(Family.FIXED, 720.0)}}
    assert changes[5].values == {"role": "specialist"}
    assert changes[6].values == {"cases": {"simple": {"share": 0.3, "time_factor": 0.5}}}
    assert (changes[7].values, changes[7].effort) == ({"document": "Đơn", "source": "CSDL"}, 2.5)
    assert changes[8].values == {"limits": {"default": Limit(Fraction(3), TimeUnit.WORKING_DAY, "3 wd")}}


def test_work_is_given_to_nobody_who_is_not_there(workspace: Workspace) -> None:
    people = '  chairman: {people: 1, hours: {mon-fri: ["08:00-10:00", "14:00-16:00"]}}\n'
    text = GOOD.replace(people, "  chairman: 1\n").replace("period:", "also: []\nperiod:")
    text += "proposals:\n  - {id: a, changes: [{delegate: sign, to: deputy}]}\n"
    roles = {**workspace.organisation.roles, "deputy": Role("deputy", Text("phó"))}
    wider = replace(workspace, organisation=Organisation(roles=roles))
    assert faults_of(text, wider) == [
        "f:26:44: 'staff' has no role 'deputy': give {people: how many}",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sign: {disagreed: 0.5%}", "sign: {disagreed: 100%, agreed: 0%}"), "never leaves"),
        (("sign: {disagreed: 0.5%}", "sign: [{disagreed: 5%}, {disagreed: 100%}]"), "never leaves"),
        (("sign: {disagreed: 0.5%}", "sign: {disagreed: 60%, agreed: 60%}"), "add up to 120%"),
        (("ask: 0,25 giờ", "ask: 1 d"), "working time"),
        (("verification: 20%", "verification: 101%"), "not between"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(change: tuple[str, str], said: str, workspace: Workspace) -> None:
    faults = faults_of(GOOD.replace(*change), workspace)
    assert len(faults) == 1
    assert said in faults[0]


def test_a_loop_is_left_if_a_later_visit_lets_out_or_the_step_back_is_bounded(workspace: Workspace) -> None:
    scenario(
        GOOD.replace("sign: {disagreed: 0.5%}", "sign: [{disagreed: 100%}, {disagreed: 50%}]"), workspace
    )
    bounded = procedure(PERMIT.replace("clock: paused,", "clock: paused, at_most: 1,"))
    text = GOOD.replace("{incomplete: 5%, ineligible: 0%}", "{incomplete: 100%}")
    assert any("never leaves" in fault for fault in faults_of(text, workspace))
    scenario(text, replace(workspace, procedures=(bounded,)))


def test_a_decimal_comma_within_braces_is_told_as_what_it_is(workspace: Workspace) -> None:
    faults = faults_of(GOOD.replace("disagreed: 0.5%", "disagreed: 0,5%"), workspace)
    assert "f:23:23: there is no outcome '5%' (write 0.5% with a point, or quote it: \"0,5%\")" in faults


def test_a_step_that_nobody_comes_to_needs_no_time(workspace: Workspace) -> None:
    text = GOOD.replace("  refuse: {fixed: 10 min}\n", "")
    assert "1 step has no time of work: refuse" in faults_of(text, workspace)[0]
    scenario(text.replace("ineligible: 2.5%", "ineligible: 0%"), workspace)


def test_loading_a_workspace_does_not_read_its_scenarios(tmp_path: Path) -> None:
    for name in ("procedures", "calendars", "scenarios"):
        (tmp_path / name).mkdir()
    (tmp_path / "procedures" / "p.yaml").write_text(PERMIT, encoding="utf-8")
    (tmp_path / "scenarios" / "broken.yaml").write_text("{", encoding="utf-8")
    read = api.load_workspace(tmp_path)
    assert not [file for file in read.files if file.startswith("scenarios")]
    with pytest.raises(InputError):
        load_scenario(tmp_path / "scenarios" / "broken.yaml", read)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_is_read_and_written_back_as_it_was(path: Path) -> None:
    shipped = api.load_workspace(ROOT / "processes")
    found = load_scenario(path, shipped)
    assert len(found.proposals) >= 2
    assert scenario(scenario_yaml(found), shipped) == found


minutes = st.integers(1, 100_000).map(lambda whole: whole * 60.0)
hours = st.integers(1, 2_000).map(lambda whole: whole * 3600.0)
shares = st.integers(0, 10_000).map(lambda share: share / 10_000)
some_text = st.sampled_from(("Viết đơn", "a: b", "x, y", "{z}", "50%", "#"))


@st.composite
def spreads(draw: st.DrawFn, is_working: bool) -> Spread:
    family, zero = draw(st.sampled_from(Family)), draw(st.just(0.0) | shares)
    low, mode, high = sorted(
        draw(st.lists(hours if not is_working else minutes, min_size=3, max_size=3, unique=True))
    )
    made: dict[str, Any] = {"zero_share": zero, "is_working": is_working}
    if family in (Family.FIXED, Family.EXPONENTIAL):
        return Spread(family, low, **made)
    if family is Family.EMPIRICAL:
        return Spread(family, quantiles_seconds=(low, mode, high), **made)
    if family is Family.UNIFORM:
        return Spread(family, low_seconds=low, high_seconds=high, **made)
    if family in (Family.TRIANGULAR, Family.PERT):
        return Spread(family, low_seconds=low, mode_seconds=mode, high_seconds=high, **made)
    return Spread(family, high, min(low, 10 * high), **made)


@st.composite
def drawn(draw: st.DrawFn, of: Scenario) -> Scenario:
    """The good scenario with other numbers everywhere."""
    work, off = spreads(True), spreads(False)
    load = replace(
        of.main,
        arrivals=Arrivals(
            draw(st.integers(1, 10**6)) / 8,
            draw(st.just(()) | st.lists(st.integers(1, 99).map(float), min_size=12, max_size=12).map(tuple)),
            draw(st.just(()) | st.lists(st.integers(1, 99).map(float), min_size=7, max_size=7).map(tuple)),
            variance_ratio=draw(st.integers(2, 50)) / 2,
        ),
        durations={step: draw(work) for step in of.main.durations},
        by_case={("appraise", "verification"): draw(work)},
        waits={"ask": draw(off), "sign": draw(work)},
        batches=draw(st.just({}) | st.just({"sign": Batch("sign", (dt.time(10), dt.time(16, 30)), 5)})),
        priorities=draw(st.just({}) | st.just({"verification": -1})),
        backlog=draw(st.integers(0, 99)),
    )
    works = st.builds(
        Works, st.builds(Text, some_text, st.just("") | some_text), minutes, minutes, minutes,
        st.sampled_from(("dossier", "visit", "supplement")), st.sampled_from(("", "Đơn", "Bản vẽ")),
    )  # fmt: skip
    return replace(
        of,
        loads=(load, *draw(st.just(()) | st.just((replace(load, procedure="other"),)))),
        citizen=Citizen(
            draw(minutes), draw(some_text), tuple(draw(st.lists(works, max_size=3))), {"receive": 1.5}
        ),
        precision=Precision(
            0.9,
            draw(st.integers(2, 99)),
            {"on_time": draw(st.integers(1, 999)) / 10_000, "days_mean": 0.5},
            99,
        ),
        seed=draw(st.integers(0, 2**53 - 1)),
        warm_up_days=draw(st.integers(0, 30)),
        title=Text(draw(some_text)),
        note=Text(draw(some_text), draw(some_text)),
        currency=draw(st.sampled_from(("VND", "USD"))),
    )


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back_as_it_was(workspace: Workspace, data: st.DataObject) -> None:
    made = data.draw(drawn(scenario(GOOD, workspace)))
    assert scenario(scenario_yaml(made), workspace) == made


@pytest.mark.parametrize("page", ["scenarios.md", "kich-ban.md"])
def test_the_example_of_the_documentation_is_a_scenario(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert len(scenario(text, api.load_workspace(ROOT / "processes")).proposals) == 1


@pytest.mark.parametrize("page", ["scenarios.md", "kich-ban.md"])
def test_the_documentation_names_every_key_and_every_change(page: str) -> None:
    said = (ROOT / "docs" / page).read_text(encoding="utf-8")
    keys = {*ScenarioShape.model_fields, *CHANGES, *GOES_WITH["merge"], *GOES_WITH["digitise"]}
    assert [key for key in sorted(keys) if f"`{key}" not in said and f"\n{key}:" not in said] == []


def spots(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of a value."""
    pairs = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else pairs
    for key, each in inside:
        yield (*path, key)
        yield from spots(each, (*path, key))


RICH = (
    GOOD
    + """title: {vi: tốt}
calendar: office
warm_up: 7 d
limit: 5 wd
channels: {direct: 50%, online: 50%}
batches: {sign: {at: ["10:00"], size: 5}}
priorities: {verification: -1}
backlog: 3
citizen:
  hourly_income: 40000
  source: x
  visits: {receive: 1}
  works: [{name: Đơn, hours: 2, document: Đơn, per: visit}]
proposals:
  - id: a
    title: x
    changes:
      - {merge: [receive, check], as: both, role: desk, time_factor: 80%}
      - {durations: {both: 1 wh}}
      - {staff: {desk: +1, chairman: {people: 2, hours: {mon: ["08:00-09:00"]}}}}
      - {split: appraise, by_case: {simple: {share: 10%, role: desk}}}
      - {limit: {default: 3 wd}, why: y, effort: 2}
measure: {confidence: 90%, replications: 20, precision: {on_time: 1 pp}, seed: 1, sensitivity: 10%}
search: {allow: [merge], never_touch: sign, max_changes: 2}
"""
)
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    (None, True, -1, 0, 1.5, 10**30, "", "x", "5%", "-1 wh", "3 wd", "2 d", "mon", [], [None], {}, {"a": 1},
     {"x": "y"}, [[]], {"default": None}, {"mean": "1 wh"}, "check", ["check"], "outside", float("inf"))
)  # fmt: skip


def test_the_file_that_is_spoiled_below_is_good(workspace: Workspace) -> None:
    assert len(scenario(RICH, workspace).proposals[0].changes) == 5


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_in_place_of_a_value_ends_in_a_scenario_or_in_faults(
    workspace: Workspace, data: st.DataObject
) -> None:
    faults: list[Fault] = []
    document = parse(RICH, "file.yaml", faults)
    assert document is not None
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(spots(document.data))))
        holder = document.data
        for part in path[:-1]:
            holder = holder[part]
        if data.draw(st.booleans()):
            holder[path[-1]] = deepcopy(data.draw(JUNK))
        elif isinstance(holder, dict):
            holder[str(data.draw(JUNK)) or "x"] = holder.pop(path[-1])
    found = scenario_of(document, workspace, faults)
    assert (found is None) == bool(faults)
    for fault in faults:
        assert not re.search(r"\{(name|value|known|change|key|count|low|high|most|bare)\}", fault.say("vi"))
        assert fault.line > 0
