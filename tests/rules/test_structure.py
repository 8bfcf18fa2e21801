"""Every fault of the shape and the runs of a procedure is said in its own words, with what they need."""

from __future__ import annotations

from dataclasses import replace
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.analysis.faults import faults_of
from iso_audit.analysis.study import study_of
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.model.rule import Breach
from iso_audit.rules.structure import RULE
from iso_audit.text import Text
from tests.strategies import gateway, graph_procedures, linked_procedures, procedure, step

DOORS = [
    step("a", Flow("b", "ask"), Flow("end", "done"), join=Join.SOME),
    step("b", Flow("a", "answer"), Flow("end", "done"), join=Join.SOME),
    step("end", join=Join.SOME),
]
"""Two steps each of which waits for all that the other may still send."""


def told(of: Procedure) -> list[Breach]:
    return list(faults_of(study_of(of)).breaches)


def is_said(breach: Breach) -> bool:
    """Whether the catalogue has words of its own for it and each fact in them says something."""
    hook = RULE.on_procedure
    if hook is None or breach.variant not in hook.variants:
        return False
    said = hook.statement(breach.variant)
    wanted = {name for words in (said.vi, said.en) for _, name, _, _ in Formatter().parse(words) if name}
    return all(breach.facts.get(name) for name in wanted)


def begun(first: Step, *steps: Step, **more: object) -> Procedure:
    return procedure(first, *steps, start=first.id, **more)


def beside(**more: str) -> Procedure:
    """Work that ends once, and once more by an event beside it."""
    return begun(
        step("work", "end", "late/maybe", split=Split.ALL),
        gateway("late/maybe", Flow("late"), Flow("late/not"), deferred=True),
        gateway("late", "end", element="boundaryEvent:timer!"),
        gateway("late/not"),
        step("end", *([Flow("note", message="news")] if more else [])),
        *([step("note", **more)] if more else []),
        owner="office",
    )


def unnamed(name: str, *flows: str | Flow, **more: object) -> Step:
    return replace(gateway(name, *flows, **more), name=Text())


CASES = {
    "standstill": begun(step("go", "a", "b", split=Split.ALL), *DOORS),
    "standstill-first": begun(gateway("go", "a", "b", split=Split.ALL), *DOORS),
    "standstill-within": begun(
        step("go", "a", "b", Flow("note", message="news"), split=Split.ALL),
        *DOORS,
        step("note", part="police"),
        owner="office",
    ),
    "standstill-between": begun(
        step("go", "a", "b", split=Split.ALL),
        DOORS[0],
        replace(DOORS[1], part="police"),
        DOORS[2],
        owner="office",
    ),
    "ends-beside": beside(),
    "ends-beside-within": beside(part="police"),
    "unreachable-gateway": begun(step("go", "end"), unnamed("lost", "end"), step("end")),
    "livelock-first": begun(
        unnamed("go", "go", "turn", "end", deferred=True),
        unnamed("turn", "go", "turn", "end", deferred=True),
        unnamed("end", join=Join.ALL),
    ),
    "trapped-gateway": begun(unnamed("turn", "turn", Flow("end", case="urgent")), step("end")),
}


@pytest.mark.parametrize("variant", CASES)
def test_each_fault_is_told_by_its_own_words(variant: str) -> None:
    found = {breach.variant: breach for breach in told(CASES[variant])}
    assert variant in found
    assert is_said(found[variant])


@settings(deadline=None)
@given(st.one_of(graph_procedures(5), linked_procedures()))
def test_no_fault_is_without_words(drawn: Procedure) -> None:
    assert [breach.variant for breach in told(replace(drawn, owner="office")) if not is_said(breach)] == []
