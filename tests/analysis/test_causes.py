"""What lies behind a fault: what waits and for what, what only follows, what is no fault at all."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

from iso_audit.analysis.causes import events_at_fault, is_by_messages, named, standstill, unexplained
from iso_audit.analysis.study import study_of
from iso_audit.model.procedure import Flow, Join, Procedure, Split, Step
from iso_audit.text import Text
from tests.strategies import gateway, procedure, step


def unnamed(name: str, *flows: str) -> Step:
    return replace(gateway(name, *flows), name=Text())


def told_again(*, beside: str = "") -> Procedure:
    """One part tells another in a loop, which begins there by the message alone."""
    return procedure(
        step("tell", "again", Flow("note", message="news"), split=Split.ALL),
        gateway("again", Flow("tell", "more"), Flow("done", "enough")),
        step("done"),
        step("note", *(("file", beside) if beside else ("file",)), split=Split.ALL if beside else Split.ONE),
        *((step(beside, "file"),) if beside else ()),
        step("file", "close"),
        step("close"),
        start="tell",
    )


def test_a_message_that_comes_again_begins_another_instance() -> None:
    study = study_of(told_again())
    assert study.structure.once.holds is False
    assert is_by_messages(study, attrgetter("once")) is True


def test_what_one_instance_does_twice_is_not_the_messages_fault() -> None:
    study = study_of(told_again(beside="copy"))
    assert is_by_messages(study, attrgetter("ends_once")) is False


def test_an_event_beside_a_step_is_named_where_it_alone_ends_the_work_once_more() -> None:
    study = study_of(
        procedure(
            step("work", "end", "late/maybe", split=Split.ALL),
            gateway("late/maybe", Flow("late"), Flow("late/not"), deferred=True),
            gateway("late", "end", element="boundaryEvent:timer!"),
            gateway("late/not"),
            step("end"),
            start="work",
        )
    )
    assert study.structure.ends_once.holds is False
    assert events_at_fault(study, attrgetter("ends_once")) == ("late",)


def test_the_steps_that_wait_for_each_other_are_told_and_not_those_that_wait_for_them() -> None:
    study = study_of(
        procedure(
            step("a", "b", "f", split=Split.ALL),
            step("b", "c", join=Join.ALL),
            step("c", Flow("b", "again"), Flow("e", "done")),
            step("f", "e"),
            step("e", "g", join=Join.ALL),
            step("g"),
            start="a",
        )
    )
    why = standstill(study.graph, study.structure.finishes)
    assert (why.steps, why.awaited, why.is_circle) == (("b",), ("c",), True)
    assert unexplained(study.graph, ("c", "g"), ("b", "e")) == ()


def test_a_gateway_without_a_name_is_called_by_the_steps_around_it() -> None:
    graph = study_of(
        procedure(step("a", "g"), unnamed("g", "h"), unnamed("h", "b", "c"), step("b"), step("c"), start="a")
    ).graph
    assert (named(graph, ("g",)), named(graph, ("h",), -1)) == (("b", "c"), ("a",))
