"""What is written is read back as it was."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.errors import Fault
from iso_audit.model.procedure import (
    KINDS,
    Decision,
    Flow,
    Form,
    Join,
    Kept,
    LegalBasis,
    Limit,
    LimitGroup,
    Part,
    Period,
    Procedure,
    Separation,
    Split,
    Step,
    StepClock,
    TimeUnit,
    Version,
)
from iso_audit.text import Text
from iso_audit.workspace.load import load_procedure
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of
from iso_audit.workspace.write import procedure_yaml
from tests.strategies import block_procedures, graph_procedures

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "processes" / "procedures").rglob("*.yaml"))
OTHERS = [ROOT / "tests" / "reference" / "procedure.yaml"]
OTHERS += sorted((ROOT / "tests" / "workspaces").rglob("procedures/*.yaml"))


def read(text: str) -> Procedure:
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    procedure = document and procedure_of(document, faults)
    assert [fault.say("en") for fault in faults] == [], text
    assert procedure is not None
    return procedure


CURLY = ("“", "”", "„", "‘", "’", "«", "»")
NAMES = ("receive", "check", "draft", "tiếp-nhận", "b2.1", "9")
printed = st.sampled_from(
    ("15 wd", "2 wh", "0,5 ngày làm việc", "04 giờ", "1/3 ngày làm việc", "30 d", "Không quy định")
)
sentences = st.one_of(
    st.sampled_from(("Tiếp nhận hồ sơ", "a: b", "yes", "1", "01.50", "null", "- x", "#", "a #b")),
    st.sampled_from(("{x}", "'", '"', "\\", "a\nb", " a ", "[", "x, y", "12:30", "~", "a:")),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
).map(lambda text: unicodedata.normalize("NFC", text))  # fmt: skip
maybe = st.just("") | sentences
codes = maybe.filter(lambda text: not text.startswith(CURLY) and not text.endswith(CURLY))
texts = st.builds(Text, maybe, maybe)
days = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))
periods = st.builds(Period, days, days).filter(lambda p: not (p.first and p.last and p.first > p.last))
lists = st.lists(sentences, max_size=3).map(tuple)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    return read(f"procedure: p\nlimit: {draw(printed)}\nsteps: {{a: }}\n").limits["default"]


@st.composite
def exits(draw: st.DrawFn, name: str, names: tuple[str, ...], part: str, depth: int) -> tuple[Step, ...]:
    """A step or gateway with its flows, and behind it the gateways that its `next` nests."""
    split = draw(st.sampled_from(Split))
    targets = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    flows: list[Flow] = []
    behind: list[Step] = []
    for index, target in enumerate(targets):
        alone = split is Split.ONE and len(targets) == 1 and depth == 0
        outcome = (
            ""
            if split is not Split.ONE or (alone and draw(st.booleans()))
            else f"{draw(sentences)[:9]} {index}"
        )
        if depth < 2 and (outcome or split is not Split.ONE) and draw(st.integers(0, 3)) == 0:
            gateway = f"{name}/{outcome or index + 1}"
            inner = draw(exits(gateway, names, part, depth + 1))
            if inner[0].flows:
                behind += inner
                flows.append(Flow(gateway, outcome))
                continue
        flows.append(Flow(target, outcome, draw(st.sampled_from(("", "", "verification")))))
    if not flows:
        split = Split.ONE
    made = Step(name, Text(), ("route",) if depth else (), part=part, split=split, flows=tuple(flows))
    return (made, *behind)


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(tuple))
    parts = draw(st.sampled_from(((), (Part("tax", "tax-office", None),))))
    steps: list[Step] = []
    for place, name in enumerate(names):
        part = parts[0].id if parts and place >= len(names) // 2 else ""
        first, *behind = draw(exits(name, names, part, 0))
        unit = parts[0].unit if part else draw(codes)
        steps += [
            replace(
                first,
                name=draw(texts),
                kinds=tuple(draw(st.lists(st.sampled_from(KINDS[:-1]), max_size=2, unique=True))),
                number=draw(maybe),
                role=draw(codes),
                unit=unit,
                limit=draw(st.none() | limits()),
                stated_limit=draw(st.none() | limits()),
                records=draw(lists),
                clock=draw(st.none() | st.sampled_from(StepClock)),
                at_most=draw(st.none() | st.integers(1, 9)),
                reads=draw(lists),
                writes=draw(lists),
                control=draw(st.booleans()),
                negotiable=draw(st.booleans()),
                anytime=draw(st.booleans()),
                submits_to=draw(st.lists(codes.filter(bool), max_size=3).map(tuple)),
                no_reply=draw(maybe),
                join=draw(st.sampled_from(Join)),
            ),
            *behind,
        ]
    # The parts of a file stand behind its own steps.
    steps.sort(key=lambda step: step.part != "")
    head = st.builds(
        Procedure,
        id=st.just("birth-certificate"),
        steps=st.just(tuple(steps)),
        title=texts,
        code=st.sampled_from(("", "1.009990", "TTHC-01", "7")),
        level=maybe,
        owner=codes,
        authority=codes,
        limits=st.dictionaries(st.sampled_from(("default", "xác minh")), limits(), max_size=2),
        in_force=periods,
        legal_basis=st.lists(st.builds(LegalBasis, sentences, maybe, periods), max_size=2).map(tuple),
        separation=st.lists(st.just(Separation(("appraise", names[0]))), max_size=2).map(tuple),
        start=st.sampled_from(("", *names)),
        limit_groups=st.lists(st.builds(LimitGroup, st.just(names), limits()), max_size=2).map(tuple),
        parts=st.just(parts),
        outside=lists,
        extent=st.sampled_from(("full", "steps")),
        same_day=st.booleans(),
        cutoff=st.sampled_from((None, dt.time(15), dt.time(9, 5))),
        cutoff_effect=st.sampled_from(("none", "handover")),
        ways=lists,
        applicants=lists,
        documents=lists,
        forms=st.lists(st.builds(Form, codes.filter(bool), codes.filter(bool), texts), max_size=2).map(tuple),
        conditions=lists,
        fee=maybe,
        result=maybe,
        version=st.none() | st.builds(Version, number=maybe, date=days, prepared_by=maybe, changes=lists),
        decision=st.none() | st.builds(Decision, sentences, days, maybe, texts),
    )  # fmt: skip
    return draw(head)


@settings(max_examples=60, deadline=None)
@given(procedures())
def test_what_is_written_is_read_back(procedure: Procedure) -> None:
    again = read(procedure_yaml(procedure))
    assert replace(again, keys=frozenset()) == procedure
    assert read(procedure_yaml(again)) == again


@settings(max_examples=60, deadline=None)
@given(block_procedures() | graph_procedures())
def test_the_graph_of_any_procedure_survives(procedure: Procedure) -> None:
    again = read(procedure_yaml(procedure))
    assert {step.id: _graph(step) for step in again.steps} == {
        step.id: _graph(step) for step in procedure.steps
    }


def _graph(step: Step) -> tuple[object, ...]:
    """What leaves and enters a step; only a choice has outcomes, and an end does not split."""
    is_choice = step.split is Split.ONE
    if not step.flows:
        return step.kinds, step.join
    return (
        step.kinds,
        step.split,
        step.join,
        [(flow.to, flow.outcome if is_choice else "") for flow in step.flows],
    )


@pytest.mark.parametrize("path", [*SHIPPED, *OTHERS], ids=lambda path: path.stem)
def test_every_procedure_that_ships_is_written_and_read_back(path: Path) -> None:
    procedure = load_procedure(path)
    again = read(procedure_yaml(procedure))
    assert again == replace(procedure, steps=tuple(again.by_id[step.id] for step in procedure.steps))
    assert again.by_id == procedure.by_id


def test_the_file_is_tidy() -> None:
    step = Step(
        "receive",
        Text(vi="Tiếp nhận: kiểm tra", en="Receive"),
        ("receive", "check"),
        number="1",
        limit=Limit(Fraction(1, 4), TimeUnit.WORKING_DAY, "1/4 ngày làm việc"),
        flows=(Flow("draft", "đủ"), Flow("receive/thiếu", "thiếu")),
    )
    silent = Step(
        "receive/thiếu", Text(), ("route",), split=Split.ALL, flows=(Flow("draft"), Flow("receive"))
    )
    procedure = Procedure(
        "p",
        (step, silent, Step("draft", Text(), limit=Limit(Fraction(5, 2), TimeUnit.DAY))),
        code="1.009990",
        limits={"default": Limit(Fraction(1, 3), TimeUnit.WORKING_HOUR)},
        documents=("Tờ khai", "- bản sao"),
        keys=frozenset(("forms", "fee")),
    )
    assert (
        procedure_yaml(procedure, ["Lấy từ bảng.\nKiểm tra lại."], {"draft": "hàng 7"})
        == """# Lấy từ bảng.
# Kiểm tra lại.
procedure: p
code: "1.009990"
limit: 1/3 wh
fee: ""
documents:
  - Tờ khai
  - "- bản sao"
forms: []
steps:
  receive:
    no: 1
    kind: [receive, check]
    name: {vi: "Tiếp nhận: kiểm tra", en: Receive}
    limit: 1/4 ngày làm việc
    next: {đủ: draft, thiếu: {all: [draft, receive]}}
  # hàng 7
  draft:
    limit: 2.5 d
"""
    )


@pytest.mark.parametrize(
    "flows",
    [
        (Flow("a"), Flow("b")),
        (Flow("a", "x"), Flow("b", "x")),
        (Flow("a", "to"),),
        (Flow("a", "all"), Flow("b", "x")),
        (Flow("a", "one"), Flow("a")),
        (Flow("b", "x", "verification", message="m"),),
    ],
)
@pytest.mark.parametrize("split", Split)
def test_whatever_words_the_flows_bear_a_file_holds_them(flows: tuple[Flow, ...], split: Split) -> None:
    if split is not Split.ONE and flows[0].to == flows[-1].to and len(flows) > 1:
        return
    steps = (Step("a", Text(), ("other",), split=split, flows=flows), Step("b", Text(), ("other",)))
    assert read(procedure_yaml(Procedure("p", steps))).steps == steps


def test_what_was_read_from_bpmn_is_written_and_read_back() -> None:
    steps = (
        Step("s", Text("Thẩm định"), ("route",), flows=(Flow("a"),), element="subProcess"),
        Step("a", Text(), ("other",), flows=(Flow("b", "x"), Flow("b/2", "y")), deferred=True, within="s"),
        Step("b", Text(), ("route",), within="s", element="endEvent:message"),
        Step("b/2", Text(), ("route",), deferred=True, within="s"),
    )
    kept = (Kept("a", '<bpmn:x xmlns:bpmn="u" k="v">\n &amp; {}[],: # "</bpmn:x>'), Kept("", "<y/>"))
    procedure = Procedure("p", steps, kept=kept)
    assert replace(read(procedure_yaml(procedure)), keys=frozenset()) == procedure
