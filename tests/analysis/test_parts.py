"""Whether a fault of a linked procedure lies within the part of one agency, or only between parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given

from iso_audit.analysis.faults import faults_of
from iso_audit.analysis.parts import parts_at_fault
from iso_audit.analysis.study import Study, study
from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Flow, Join, Split, Step
from iso_audit.model.rule import Breach
from tests.strategies import block_procedures, gateway, procedure, step


def of(*steps: Step, **more: object) -> Study:
    return study(procedure(*steps, **more), Organisation(), dt.date(2026, 3, 2))


def told(*steps: Step, **more: object) -> list[Breach]:
    return list(faults_of(of(*steps, **more)).breaches)


def message(to: str, name: str = "notice") -> Flow:
    return Flow(to, message=name)


def linked(*, always: bool) -> list[Step]:
    """The desk may refuse without a word to the police, who wait for one."""
    return [
        step("receive", "check", message("prepare", "file"), split=Split.ALL),
        step("check", Flow("send", "good"), Flow("send" if always else "refuse", "bad")),
        step("send", message("issue")),
        *([] if always else [step("refuse")]),
        step("prepare", "issue", part="police"),
        step("issue", "close", join=Join.ALL, part="police"),
        step("close", part="police"),
    ]


def test_a_message_that_may_not_come_is_a_deadlock_between_parts() -> None:
    (breach,) = told(*linked(always=False))
    assert (breach.variant, breach.step) == ("message-between", "issue")
    assert "part" not in breach.facts


def test_a_part_that_stands_still_by_itself_is_named() -> None:
    choice = step("close", Flow("open", "a"), Flow("shut", "b"), part="police")
    stuck = [choice if each.id == "close" else each for each in linked(always=True)]
    stuck += [step("open", "both", part="police"), step("shut", "both", part="police")]
    stuck += [step("both", join=Join.ALL, part="police")]
    (breach,) = told(*stuck)
    assert (breach.variant, breach.facts["part"]) == ("deadlock-within", ("police",))


def test_the_part_of_the_lead_bears_the_name_of_the_owner() -> None:
    own = [
        step("receive", "one", "other", message("note"), split=Split.ALL),
        step("one", "end"),
        step("other", "end"),
        step("end"),
        step("note", part="police"),
    ]
    (breach,) = told(*own, owner="office")
    assert (breach.variant, breach.facts["part"]) == ("ends-twice-within", ("office",))
    (breach,) = told(*own)
    assert (breach.variant, "part" in breach.facts) == ("ends-twice", False)


def test_a_procedure_of_one_part_is_not_asked() -> None:
    alone = [replace(each, part="") for each in linked(always=False)]
    assert [breach.variant for breach in told(*alone)] == ["message"]
    assert parts_at_fault(of(*alone), lambda found: found.finishes) is None


def test_a_choice_that_hands_over_leaves_its_part() -> None:
    steps = [
        gateway("begin", Flow("a", "here"), Flow("b", "there")),
        step("a", "done"),
        step("b", "done", part="police"),
        step("done", join=Join.ALL),
    ]
    (breach,) = told(*steps)
    assert breach.variant == "deadlock-between"


@given(block_procedures(), block_procedures())
def test_sound_parts_are_never_at_fault(one, other) -> None:  # type: ignore[no-untyped-def]
    """Two sound procedures, the last of one telling the other: each is sound by itself."""
    moved = [
        replace(
            each, id=f"q{each.id}", part="police",
            flows=tuple(replace(flow, to=f"q{flow.to}") for flow in each.flows),
        )
        for each in other.steps
    ]  # fmt: skip
    first = other.start or next(
        each.id for each in other.steps if all(flow.to != each.id for s in other.steps for flow in s.flows)
    )
    steps = [replace(each, flows=(message(f"q{first}"),)) if not each.flows else each for each in one.steps]
    found = of(*steps, *moved, start=one.start)
    assert parts_at_fault(found, lambda shape: shape.finishes) == ()
    assert parts_at_fault(found, lambda shape: shape.once) == ()
