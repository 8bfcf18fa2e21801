"""What is remembered of things is what would be worked out anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from iso_audit.analysis.once import once
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.trace import Symbol, Trace
from iso_audit.rules import CATALOGUE
from tests.strategies import block_procedures

REMEMBERED = {
    name: rule.on_trace.ask
    for name, rule in CATALOGUE.items()
    if rule.on_trace is not None and hasattr(rule.on_trace.ask, "__wrapped__")
}


def test_the_same_object_is_worked_on_once_and_an_equal_one_anew() -> None:
    worked: list[object] = []
    made = once(lambda one, other: worked.append((one, other)) or len(worked))
    one, equal, other = [1], [1], [2]
    assert [made(one, other), made(equal, other), made(one, other), made(other, one)] == [1, 2, 1, 3]


def test_what_is_forgotten_is_worked_out_again() -> None:
    worked: list[int] = []
    made = once(lambda thing: worked.append(id(thing)))
    things = [[n] for n in range(3_000)]
    for thing in (*things, *things):
        made(thing)
    assert set(worked) == {id(thing) for thing in things}
    assert len(worked) == 2 * len(things)


def test_there_is_a_rule_that_remembers_its_answers() -> None:
    assert "mandatory-step" in REMEMBERED


@settings(max_examples=60)
@given(block_procedures(), st.data())
def test_a_remembered_answer_is_the_one_that_would_be_given(of: Procedure, data: st.DataObject) -> None:
    """Traces with the same steps in other orders, and with other facts, are asked in turn."""
    names = st.sampled_from([*(step.id for step in of.steps), "unknown"])
    bits = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("closed", "broken_off", "overdue"), st.integers(0, 1))
    )
    steps = data.draw(st.lists(names, max_size=8))
    orders = st.permutations([*steps, *steps[:2]])
    wanted = {
        name: Requirement(
            "r", name, (), Grade.MINOR, {k: p.default for k, p in CATALOGUE[name].parameters.items()}
        )
        for name in REMEMBERED
    }
    for _ in range(6):
        symbols = tuple(Symbol(name) for name in data.draw(orders)[: data.draw(st.integers(0, 8))])
        case, is_finished = data.draw(st.sampled_from(("", "urgent"))), data.draw(st.booleans())
        trace = Trace(0, of, 0, case, data.draw(bits), is_finished, symbols)
        for name, ask in REMEMBERED.items():
            assert ask(trace, wanted[name]) == ask.__wrapped__(trace, wanted[name])
