"""What a rule says its answer depends on is all that it depends on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Rule
from iso_audit.model.trace import Symbol, Trace
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.load import load_procedure

WHOLE = load_procedure(Path(__file__).parent.parent / "reference" / "procedure.yaml")
WITHOUT_SLIP = replace(WHOLE, steps=tuple(step for step in WHOLE.steps if step.id != "issue-slip"))
RULES = [rule for rule in CATALOGUE.values() if rule.on_trace is not None and rule.on_trace.part is not None]
STEPS = (
    "receive",
    "issue-slip",
    "refuse-receipt",
    "hand-over",
    "approve",
    "apologise",
    "apologise",
    "unknown",
)

_ZERO, _CASES = st.just(0), st.sampled_from(("", "urgent"))
_FACTS = st.sampled_from((1, 1, 1, 0, 2))


def asked_one_by_one(rule: Rule, traces: list[Trace]) -> int:
    """How many of the traces are like one before; each is asked by itself."""
    hook = rule.on_trace
    assert hook is not None
    assert hook.part is not None
    parameters = {name: parameter.default for name, parameter in rule.parameters.items()}
    requirement = Requirement("r", rule.name, (), Grade.MINOR, parameters)
    answers: dict[Hashable, Answer] = {}
    for trace in traces:
        answer = hook.ask(trace, requirement)
        assert answers.setdefault(hook.part(trace), answer) == answer
    return len(traces) - len(answers)


@pytest.mark.parametrize("of", [WHOLE, WITHOUT_SLIP])
@settings(max_examples=60)
@given(data=st.data())
def test_traces_alike_in_what_counts_get_the_same_answer(of: Procedure, data: st.DataObject) -> None:
    """Few steps in any order and number, with all facts that the rules read."""
    some = data.draw(st.lists(st.sampled_from(STEPS), max_size=4))
    for rule in RULES:
        facts = st.fixed_dictionaries(dict.fromkeys(rule.reads, _FACTS))
        symbol = st.builds(Symbol, st.sampled_from(some or STEPS), facts)
        symbols = st.lists(symbol, max_size=4 if some else 0).map(tuple)
        trace = st.builds(Trace, _ZERO, st.just(of), st.integers(0, 1), _CASES, facts, st.booleans(), symbols)
        traces = data.draw(st.lists(trace, min_size=8, max_size=16))
        asked_one_by_one(rule, traces)


def test_there_are_rules_that_ask_less_than_every_trace() -> None:
    """Of dossiers that took the same steps in any order, or had no apology, one is asked."""
    traces = [
        Trace(0, WHOLE, 0, "", {"closed": 1}, True, (Symbol(a), Symbol(b))) for a in STEPS for b in STEPS
    ]
    alike = {rule.name: asked_one_by_one(rule, traces) for rule in RULES}
    assert {"mandatory-step", "receipt-slip", "apology"} <= alike.keys()
    assert min(alike.values()) > len(traces) // 3
