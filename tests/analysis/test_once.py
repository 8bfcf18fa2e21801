"""What is remembered of things is what would be worked out anew."""

from __future__ import annotations

from iso_audit.analysis.once import Remembered, once


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


def test_what_is_made_of_a_thing_is_made_once_until_too_many_are_kept() -> None:
    worked: list[int] = []
    halves = Remembered(lambda n: worked.append(n) or n // 2)
    assert [halves[n] for n in (8, 8, 6, 8)] == [4, 4, 3, 4]
    assert worked == [8, 6]
    assert [halves[n] for n in range(10_000)] == [n // 2 for n in range(10_000)]
    assert len(halves) <= Remembered.most
