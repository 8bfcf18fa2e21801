"""What follows from a few things is worked out once, however many dossiers are asked about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar, TypeVarTuple

from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer
from iso_audit.model.trace import Trace

T = TypeVar("T")
Things = TypeVarTuple("Things")

Ask = Callable[[Trace, Requirement], Answer]

_REMEMBERED = 1_024
"""Different things whose results are kept."""

_ANSWERS = 4_096
"""Answers to one question that are kept; a thousand bytes each."""


def once(work: Callable[[*Things], T]) -> Callable[[*Things], T]:
    """Remember what `work` makes of the same objects.

    Procedures, requirements and calendars hold mappings and cannot be hashed, so things are the same
    where they are one object; what is remembered holds on to them.
    """
    known: dict[tuple[int, ...], tuple[tuple[*Things], T]] = {}

    @wraps(work)
    def done(*things: *Things) -> T:
        key = tuple(map(id, things))
        found = known.get(key)
        if found is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            found = known[key] = things, work(*things)
        return found[1]

    return done


def asked_once(part: Callable[[Trace], Hashable]) -> Callable[[Ask], Ask]:
    """Ask once of all traces of a procedure that are alike in `part`: all that the answer depends on."""

    def remembering(ask: Ask) -> Ask:
        @once
        def answers(_procedure: Procedure, _requirement: Requirement) -> dict[Hashable, Answer]:
            return {}

        @wraps(ask)
        def asked(trace: Trace, requirement: Requirement) -> Answer:
            known, key = answers(trace.procedure, requirement), part(trace)
            answer = known.get(key)
            if answer is None:
                if len(known) >= _ANSWERS:
                    known.clear()
                answer = known[key] = ask(trace, requirement)
            return answer

        return asked

    return remembering
