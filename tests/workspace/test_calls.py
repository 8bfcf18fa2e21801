"""A step that calls another procedure is carried out as that procedure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from iso_audit import api
from iso_audit.analysis.study import study
from iso_audit.api.reading import chosen_procedures
from iso_audit.api.runs import checked
from iso_audit.errors import Fault, InputError
from iso_audit.exchange.bpmn.read import read_root
from iso_audit.exchange.bpmn.write import bpmn
from iso_audit.exchange.drawing import Wording
from iso_audit.model.organisation import Organisation
from iso_audit.model.outcome import Settings, Workspace
from iso_audit.model.procedure import Call, Flow, Limit, Procedure, Separation
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.calls import MOST_STEPS, with_calls
from iso_audit.workspace.load import load
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of
from iso_audit.workspace.write import procedure_yaml
from tests.strategies import block_procedures, procedure, step

FEE = """procedure: fee
outside: [payment]
separation: [[note, take], [receive, archive]]
steps:
  note: {no: 1, kind: receive, name: Báo nộp, role: clerk, limit: 1 wd, next: take}
  take:
    no: 2
    name: Thu tiền
    kind: financial_obligation
    awaits: payment
    limit: 2 wd
    next: {đủ: book, thiếu: note}
  book: {no: 3, name: Ghi sổ, kind: archive, limit: 4 wh}
  sorry: {kind: apologise, anytime: true}
"""
MAIN = """procedure: main
limit: {default: 10 wd, pay: 12 wd}
steps:
  receive: {no: 1, kind: receive, limit: 1 wd, next: {nộp: pay, miễn: give}}
  pay: {no: 2, name: Thu phí, calls: fee, next: give}
  give: {no: 3, kind: return_result}
"""
BY_HAND = """procedure: main
limit: {default: 10 wd, pay: 12 wd}
outside: [payment]
separation: [[pay.note, pay.take], [pay.note, pay.book]]
steps:
  receive: {no: 1, kind: receive, limit: 1 wd, next: {nộp: pay, miễn: give}}
  pay: {no: 2, kind: route, name: Thu phí, bpmn: callActivity, next: pay.note}
  pay.note: {no: 2.1, kind: receive, name: Báo nộp, role: clerk, limit: 1 wd, within: pay, next: pay.take}
  pay.take:
    no: 2.2
    name: Thu tiền
    kind: financial_obligation
    within: pay
    awaits: payment
    limit: 2 wd
    next: {đủ: pay.book, thiếu: pay.note}
  pay.book: {no: 2.3, name: Ghi sổ, kind: archive, limit: 4 wh, within: pay, next: pay/end}
  pay.sorry: {kind: apologise, anytime: true, within: pay}
  pay/end: {kind: route, join: some, next: give}
  give: {no: 3, kind: return_result}
"""


def read(text: str, file: str = "p.yaml") -> Procedure:
    faults: list[Fault] = []
    document = parse(text, file, faults)
    made = document and procedure_of(document, faults)
    assert [fault.say("en") for fault in faults] == []
    assert made is not None
    return made


def expanded(*texts: str) -> Procedure:
    """The first procedure, with the steps of the others where it calls them."""
    faults: list[Fault] = []
    known = [read(text) for text in texts]
    made = with_calls(known, known, faults)
    assert [fault.say("en") for fault in faults] == []
    return made[0]


def faults_of(tmp_path: Path, **files: str) -> list[str]:
    (tmp_path / "procedures").mkdir()
    for name, text in files.items():
        (tmp_path / "procedures" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load(tmp_path, {})
    return [fault.say("en") for fault in raised.value.faults]


def plain(of: Procedure) -> Procedure:
    return replace(of, keys=frozenset())


def test_what_a_call_puts_in_is_what_one_would_write_by_hand() -> None:
    assert plain(expanded(MAIN, FEE)) == plain(read(BY_HAND))


def test_written_and_read_again_it_is_the_same() -> None:
    whole = expanded(MAIN, FEE)
    assert plain(read(procedure_yaml(whole))) == plain(whole)
    alone = read(MAIN)
    assert read(procedure_yaml(alone)) == alone
    assert alone.by_id["pay"].calls == Call("fee")


def test_drawn_and_read_again_it_is_the_same() -> None:
    whole = expanded(MAIN, FEE)
    drawn = bpmn(whole, Wording("vi", lambda role, unit: role or unit))
    assert read_root(etree.fromstring(drawn.encode()), "x.bpmn").procedures == (whole,)


def test_a_limit_of_the_call_stands_in_place_of_those_within() -> None:
    whole = expanded(MAIN.replace("calls: fee", "calls: fee, limit: 3 wd"), FEE)
    assert [(g.steps, g.limit.printed) for g in whole.limit_groups] == [
        (("pay.note", "pay.take", "pay.book"), "3 wd")
    ]
    assert [whole.by_id[name].limit for name in ("pay", "pay.note", "pay.take")] == [None, None, None]


def test_a_shared_limit_of_the_caller_holds_within_the_call_and_those_of_the_called_come_along() -> None:
    group = "limit_groups: [{steps: [%s], limit: 2 wd}]\nsteps:"
    outer = expanded(MAIN.replace("steps:", group % "receive, pay", 1), FEE)
    assert outer.limit_groups[0].steps == ("receive", "pay.note", "pay.take", "pay.book")
    inner = expanded(MAIN, FEE.replace("steps:", group % "note, take", 1))
    assert inner.limit_groups[0].steps == ("pay.note", "pay.take")


def test_the_limit_of_a_call_that_ends_the_procedure_is_that_of_its_end() -> None:
    whole = expanded(MAIN.replace("calls: fee, next: give", "calls: fee"), FEE)
    assert list(whole.limits) == ["default", "pay/end"]


def test_calling_steps_may_be_held_apart_from_others() -> None:
    whole = expanded(MAIN.replace("steps:", "separation: [[receive, pay]]\nsteps:"), FEE)
    inside = ("pay.note", "pay.take", "pay.book", "pay.sorry")
    assert whole.separation[:4] == tuple(Separation(("receive", name)) for name in inside)


def test_calls_nest_and_every_call_has_steps_of_its_own() -> None:
    middle = "procedure: mid\nsteps: {a: {calls: fee, next: b}, b: {calls: fee}}"
    whole = expanded(MAIN.replace("calls: fee", "calls: mid"), middle, FEE)
    assert {"pay.a.note", "pay.b.note", "pay.a/end", "pay/end"} <= whole.by_id.keys()
    assert whole.by_id["pay.a.note"].within == "pay.a"
    assert whole.by_id["pay.a"].within == "pay"
    assert whole.by_id["pay.b/end"].flows == (Flow("pay/end"),)
    assert study(whole, Organisation(), dt.date(2026, 3, 2)).structure.is_sound


def test_messages_pass_the_call_as_a_whole() -> None:
    text = """procedure: main
parts:
  one: {unit: desk, steps: {a: {calls: fee, sends: done, next: c}, c: {}}}
  two: {steps: {b: {awaits: done}}}
start: a
"""
    whole = expanded(text, FEE)
    assert [flow.message for flow in whole.by_id["a/end"].flows] == ["", "done"]
    assert {whole.by_id[name].part for name in ("a", "a.note", "a/end")} == {"one"}
    assert whole.by_id["a.note"].unit == "desk"


def test_the_version_in_force_on_the_first_day_of_the_caller_is_called() -> None:
    old = FEE.replace("fee\n", "fee\nin_force: {from: 2020-01-01, to: 2024-12-31}\n", 1)
    new = FEE.replace("fee\n", "fee\nin_force: {from: 2025-01-01}\n", 1).replace("note", "tell")
    for first, named in (("2024-05-01", "pay.note"), ("2025-05-01", "pay.tell"), ("2019-05-01", "pay.note")):
        caller = MAIN.replace("main\n", f"main\nin_force: {{from: {first}}}\n", 1)
        assert named in expanded(caller, new, old).by_id
    assert "pay.note" in expanded(MAIN, new, old).by_id


def test_what_a_called_table_or_drawing_cannot_show_the_caller_cannot_show_either() -> None:
    assert expanded(MAIN, FEE.replace("steps:", "extent: steps\nsteps:", 1)).is_partial
    assert not expanded(MAIN, FEE).is_partial


def test_silent_ends_give_way_to_steps_of_their_name() -> None:
    text = "procedure: main\nsteps: {a: {calls: fee, next: {end: {all: [b, c]}}}, b: {}, c: {}}"
    assert "a/end+" in expanded(text, FEE).by_id


def test_a_file_given_by_itself_may_call_what_the_workspace_has(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(MAIN, encoding="utf-8")
    workspace = Workspace(str(tmp_path), Settings(), Organisation(), {}, (), (read(FEE),))
    (whole,) = chosen_procedures(workspace, [str(path)])
    assert plain(whole) == plain(read(BY_HAND))
    with pytest.raises(InputError, match=r"draft.yaml:5:38: there is no procedure 'fee'"):
        chosen_procedures(replace(workspace, procedures=()), [str(path)])


class TestFaults:
    def test_unknown_procedures_are_told_with_the_one_that_was_meant(self, tmp_path: Path) -> None:
        assert faults_of(tmp_path, fee=FEE, main=MAIN.replace("calls: fee", "calls: fe")) == [
            "procedures/main.yaml:5:38: there is no procedure 'fe' (did you mean 'fee'?)"
        ]

    def test_a_procedure_whose_file_is_at_fault_is_not_called_unknown(self, tmp_path: Path) -> None:
        (only,) = faults_of(tmp_path, fee=FEE.replace("1 wd", "soon"), main=MAIN)
        assert "soon" in only

    def test_circles_are_told_as_a_chain_each_once(self, tmp_path: Path) -> None:
        one, two, three = (f"procedure: {a}\nsteps: {{s: {{calls: {b}}}}}" for a, b in ("ab", "bc", "ca"))
        told = faults_of(tmp_path, a=one, b=two, c=three, d="procedure: d\nsteps: {s: {calls: d}}")
        assert told == [
            "procedures/c.yaml:2:20: the procedures call each other in a circle: a (procedures/a.yaml:2:20) "
            "> b (procedures/b.yaml:2:20) > c (procedures/c.yaml:2:20) > a",
            "procedures/d.yaml:2:20: the procedures call each other in a circle: d (procedures/d.yaml:2:20) "
            "> d",
        ]

    def test_ids_that_clash_are_told(self, tmp_path: Path) -> None:
        (told,) = faults_of(tmp_path, fee=FEE, main=MAIN + "  pay.note: {}\n")
        assert told == (
            "procedures/main.yaml:5:3: a step of the called procedure would get the id 'pay.note', "
            "which there is already"
        )

    def test_doubling_without_end_is_stopped(self) -> None:
        pair = "procedure: p{}\nsteps: {{a: {{calls: p{}, next: b}}, b: {{calls: p{}}}}}"
        known = [read(pair.format(n, n + 1, n + 1)) for n in range(30)] + [
            read("procedure: p30\nsteps: {a: {}}")
        ]
        faults: list[Fault] = []
        made = with_calls(known, known, faults)
        assert [str(MOST_STEPS) in fault.what.en for fault in faults] == [True]
        assert max(len(each.steps) for each in made) <= MOST_STEPS

    def test_a_long_chain_is_no_trouble(self) -> None:
        known = [read(f"procedure: p{n}\nsteps: {{a: {{calls: p{n + 1}}}}}") for n in range(300)]
        known.append(read("procedure: p300\nsteps: {a: {}}"))
        faults: list[Fault] = []
        assert len(with_calls(known[:1], known, faults)[0].steps) == 601
        assert faults == []


@st.composite
def callers(draw: st.DrawFn) -> tuple[Procedure, Procedure, str]:
    """A caller, what it calls, and the step that calls."""
    caller, called = (draw(block_procedures(6, timed=True, loops=False)) for _ in range(2))
    return caller, replace(called, id="q"), draw(st.sampled_from([s.id for s in caller.steps]))


def put_in(caller: Procedure, name: str, **more: object) -> Procedure:
    """The caller with one step that says something else."""
    steps = (replace(s, **more) if s.id == name else s for s in caller.steps)  # type: ignore[arg-type]
    return replace(caller, steps=tuple(steps))


@given(callers())
def test_a_call_is_sound_and_takes_as_long_as_what_it_calls(drawn: tuple[Procedure, Procedure, str]) -> None:
    """The oracle is one step in place of the call, whose limit is the longest run of the called."""
    caller, called, name = drawn
    (whole,) = with_calls([put_in(caller, name, calls=Call("q"), limit=None, kinds=())], [called], [])
    found, inner = (study(each, Organisation(), dt.date.min) for each in (whole, called))
    days = Limit(Fraction(inner.course().longest().working_seconds, 8 * 3600))
    outer = study(put_in(caller, name, limit=days, kinds=("other",)), Organisation(), dt.date.min)
    assert found.structure.is_sound
    assert found.course().longest().working_seconds == outer.course().longest().working_seconds


def test_all_that_has_no_call_is_returned_as_it_is() -> None:
    only = procedure(step("a"))
    assert with_calls([only], [only], [])[0] is only


@pytest.mark.parametrize(("code", "judged"), [("", {"main"}), ("1.000001", {"main", "fee"})])
def test_what_is_only_a_part_of_others_is_not_judged_by_itself(code: str, judged: set[str]) -> None:
    main = procedure(step("pay", calls=Call("fee"), kinds=()))
    both = [replace(main, id="main"), replace(procedure(step("a")), id="fee", code=code)]
    workspace = api.load_workspace(None)
    found = replace(workspace, procedures=tuple(with_calls(both, both, [])))
    assert {tally.procedure for tally in checked(found, CATALOGUE).outcome.tallies} == judged
    alone = replace(found, procedures=found.procedures[1:])
    assert {tally.procedure for tally in checked(alone, CATALOGUE).outcome.tallies} == {"fee"}
