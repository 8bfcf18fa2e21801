"""Procedure files become procedures."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from iso_audit.errors import Fault
from iso_audit.model.place import Place
from iso_audit.model.procedure import (
    Flow,
    Join,
    LegalBasis,
    Limit,
    Period,
    Procedure,
    Split,
    Step,
    StepClock,
    TimeUnit,
)
from iso_audit.text import Text
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of


def read(text: str) -> Procedure:
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    procedure = document and procedure_of(document, faults)
    assert [fault.say("en") for fault in faults] == []
    assert procedure is not None
    return procedure


def steps(body: str, *, above: str = "") -> dict[str, Step]:
    return dict(read(f"procedure: p\n{above}\nsteps:\n{body}").by_id)


def ways(of: dict[str, Step]) -> dict[str, tuple[str, str, list[tuple[str, ...]]]]:
    """Split, join and flows of every step, to compare whole graphs."""
    return {
        name: (
            step.split.value,
            step.join.value,
            [tuple(word for word in (flow.to, flow.outcome, flow.case) if word) for flow in step.flows],
        )
        for name, step in of.items()
    }


def test_a_step_keeps_what_is_written() -> None:
    step = steps(
        """  check:
    no: 01
    kind: [check, record_scan]
    name: {vi: Kiểm tra, en: Check}
    role: one-stop-officer
    unit: desk
    limit: 0,5 ngày làm việc
    stated_limit: 4 wh
    records: slip
    clock: paused
    at_most: 2
    reads: [a]
    writes: [b, 1.10]
    control: true
    negotiable: true
    anytime: true
    submits_to: chairman
    no_reply: agreed
    join: some
"""
    )["check"]
    assert step == Step(
        "check",
        Text(vi="Kiểm tra", en="Check"),
        ("check", "record_scan"),
        number="01",
        role="one-stop-officer",
        unit="desk",
        limit=Limit(Fraction(1, 2), TimeUnit.WORKING_DAY, "0,5 ngày làm việc"),
        stated_limit=Limit(Fraction(4), TimeUnit.WORKING_HOUR, "4 wh"),
        records=("slip",),
        clock=StepClock.PAUSED,
        at_most=2,
        reads=("a",),
        writes=("b", "1.10"),
        control=True,
        negotiable=True,
        anytime=True,
        submits_to=("chairman",),
        no_reply="agreed",
        join=Join.SOME,
    )
    assert step.place == Place("file.yaml", 4, 3)
    assert step.limit is not None
    assert step.limit.place == Place("file.yaml", 10, 12)


def test_a_procedure_needs_no_more_than_its_name_and_steps() -> None:
    assert read("procedure: p\nsteps: {a: }\n") == Procedure(
        "p", (Step("a", Text()),), keys=frozenset(("procedure", "steps"))
    )


def test_the_head_keeps_what_is_written() -> None:
    procedure = read(
        """procedure: p
code: 1.009990
limit: {default: 3 wd, verification: 5 wd}
in_force: {from: 2020-01-01, to: 2020-12-31}
legal_basis: [{ref: Luật Hộ tịch 2014, article: 16, from: 2016-01-01}]
cutoff: 15:00
cutoff_effect: start_next_working_day
documents: []
fee:
steps: {a: }
"""
    )
    assert procedure.code == "1.009990"
    assert {case: limit.value for case, limit in procedure.limits.items()} == {
        "default": 3,
        "verification": 5,
    }
    assert procedure.in_force == Period(dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert procedure.legal_basis == (LegalBasis("Luật Hộ tịch 2014", "16", Period(dt.date(2016, 1, 1))),)
    assert (procedure.cutoff, procedure.cutoff_effect) == (dt.time(15), "start_next_working_day")
    assert "documents" in procedure.keys
    assert "fee" not in procedure.keys


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("b", {"a": ("one", "any", [("b",)])}),
        ("{to: b, case: late}", {"a": ("one", "any", [("b", "late")])}),
        ("{yes: b, no: c}", {"a": ("one", "any", [("b", "yes"), ("c", "no")])}),
        ("{all: [b, c]}", {"a": ("all", "any", [("b",), ("c",)])}),
        ("{some: [b, {to: c, case: x}]}", {"a": ("some", "any", [("b",), ("c", "x")])}),
        (
            "{ok: {all: [b, c]}, refused: b}",
            {
                "a": ("one", "any", [("a/ok", "ok"), ("b", "refused")]),
                "a/ok": ("all", "any", [("b",), ("c",)]),
            },
        ),
        (
            "{all: [b, {ok: b, bad: {some: [b, c]}}]}",
            {
                "a": ("all", "any", [("b",), ("a/2",)]),
                "a/2": ("one", "any", [("b", "ok"), ("a/2/bad", "bad")]),
                "a/2/bad": ("some", "any", [("b",), ("c",)]),
            },
        ),
    ],
)
def test_next_becomes_flows_and_what_is_nested_becomes_silent_gateways(
    written: str, expected: dict[str, object]
) -> None:
    found = steps(f"  a: {{next: {written}}}\n  b: \n  c: \n")
    ends: dict[str, object] = {"b": ("one", "any", []), "c": ("one", "any", [])}
    assert ways(found) == {**expected, **ends}
    assert list(found)[: len(expected)] == list(expected)
    assert all(found[name].is_silent for name in expected if "/" in name)


def test_a_message_becomes_a_flow_beside_the_own_way_of_both_steps() -> None:
    found = steps(
        """  receive: {next: scan, sends: dossier}
  scan: {next: file}
  file: {awaits: result}
""",
        above="""parts:
  justice:
    unit: justice
    steps: {draft: {awaits: dossier, next: sign}, sign: {sends: result}}
""",
    )
    assert ways(found) == {
        "receive": ("all", "any", [("scan",), ("draft",)]),
        "scan": ("one", "any", [("file",)]),
        "file": ("one", "all", []),
        "draft": ("one", "any", [("sign",)]),
        "sign": ("one", "any", [("file",)]),
    }
    assert (found["draft"].part, found["draft"].unit, found["file"].part) == ("justice", "justice", "")


def test_a_choice_that_also_sends_goes_on_through_a_gateway() -> None:
    found = steps("  a: {next: {yes: b, no: c}, sends: m}\n  b: \n  c: \n  d: {awaits: m}\n")
    assert ways(found)["a"] == ("all", "any", [("a/next",), ("d",)])
    assert ways(found)["a/next"] == ("one", "any", [("b", "yes"), ("c", "no")])


def test_a_step_with_several_predecessors_waits_for_one_of_them_and_for_the_message() -> None:
    found = steps("  a: {next: {x: b, y: c}, sends: m}\n  b: {next: d}\n  c: {next: d}\n  d: {awaits: m}\n")
    assert ways(found)["d"] == ("one", "all", [])
    assert ways(found)["d/arrived"] == ("one", "any", [("d",)])
    assert {name: flow.to for name in ("b", "c") for flow in found[name].flows} == {
        "b": "d/arrived",
        "c": "d/arrived",
    }


def test_a_message_of_several_senders_comes_in_by_one_gateway() -> None:
    found = steps("  a: {next: {x: b, y: c}}\n  b: {sends: m}\n  c: {sends: m}\n  d: {awaits: m}\n")
    assert ways(found) == {
        "a": ("one", "any", [("b", "x"), ("c", "y")]),
        "b": ("one", "any", [("d/m",)]),
        "c": ("one", "any", [("d/m",)]),
        "d": ("one", "any", []),
        "d/m": ("one", "any", [("d",)]),
    }


def test_a_message_from_outside_needs_no_sender() -> None:
    procedure = read("procedure: p\noutside: [payment]\nsteps: {a: {awaits: payment}}\n")
    assert procedure.outside == ("payment",)
    assert procedure.by_id["a"].join is Join.ANY


def test_flows_keep_their_places() -> None:
    flow = steps("  a: {next: {all: [b, c]}}\n  b: \n  c: \n")["a"].flows[1]
    assert flow == Flow("c")
    assert flow.place == Place("file.yaml", 4, 23)
    assert steps("  a: {next: {all: [b, c]}}\n  b: \n  c: \n")["a"].split is Split.ALL
