"""Which clauses of a standard a procedure answers to, and by what.

A clause is covered by any one of the things its edition names: a step of a kind, a part of the
procedure (its owner, its version block, its records), a document of the quality system, or, where
the edition names nothing, by the rules that check it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import KINDS, Procedure
from iso_audit.model.requirement import ClauseNeed

SYSTEM = "system"
"""In `ClauseNeed.by`: a document of the quality system that names the clause."""
RECORDS = "records"

PARTS: Mapping[str, Callable[[Procedure], bool]] = {
    "owner": lambda p: bool(p.owner),
    "authority": lambda p: bool(p.authority),
    "role": lambda p: any(step.role or step.unit for step in p.steps),
    "limit": lambda p: bool(p.limits) or p.same_day,
    "step_limit": lambda p: any(step.limit is not None for step in p.steps),
    "legal_basis": lambda p: bool(p.legal_basis),
    "documents": lambda p: bool(p.documents) or "documents" in p.keys,
    "forms": lambda p: bool(p.forms),
    "fee": lambda p: bool(p.fee),
    "result": lambda p: bool(p.result),
    "version": lambda p: p.version is not None,
    "decision": lambda p: p.decision is not None,
    "separation": lambda p: bool(p.separation),
    "control": lambda p: any(step.control for step in p.steps),
    "parts": lambda p: bool(p.parts),
}
"""Parts of a procedure that may answer to a clause."""

WORDS = (*KINDS, *PARTS, RECORDS, SYSTEM)
"""All that `ClauseNeed.by` may name."""


class Answered(StrEnum):
    """What came of one clause at one procedure."""

    COVERED = "covered"
    GAP = "gap"
    OPEN = "open"
    """The procedure was read from a printed table, or the office's documents are not known."""
    EXCLUDED = "excluded"
    NOT_CONCERNED = "not-concerned"


@dataclass(frozen=True, slots=True)
class Cover:
    """One clause at one procedure; empty tuples where nothing of the sort answers to it."""

    need: ClauseNeed
    answered: Answered
    steps: tuple[str, ...] = ()
    """Ids of the steps of the kinds that are named."""
    records: tuple[tuple[str, str], ...] = ()
    """(step id, record)"""
    parts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    """Codes of documents of the quality system."""


def answered(procedure: Procedure, organisation: Organisation, need: ClauseNeed) -> Answered:
    """Whether anything of a procedure answers to a clause."""
    if any(is_under(need.clause, exclusion.clause) for exclusion in organisation.exclusions):
        return Answered.EXCLUDED
    if need.only_with and not any(_found(procedure, name) for name in need.only_with):
        return Answered.NOT_CONCERNED
    if not need.by or any(_found(procedure, name) for name in need.by) or _documents(organisation, need):
        return Answered.COVERED
    unseen = procedure.is_partial and need.by != (SYSTEM,)
    unknown = SYSTEM in need.by and not organisation.documents
    return Answered.OPEN if unseen or unknown else Answered.GAP


def coverage(
    procedure: Procedure, organisation: Organisation, needs: Iterable[ClauseNeed]
) -> tuple[Cover, ...]:
    """Each clause of an edition, in its order, with what of the procedure answers to it. Linear."""
    records = tuple((step.id, record) for step in procedure.steps for record in step.records)
    found = []
    for need in needs:
        state = answered(procedure, organisation, need)
        if state is not Answered.COVERED:
            found.append(Cover(need, state))
            continue
        steps = tuple(step.id for step in procedure.of_kind(*(name for name in need.by if name in KINDS)))
        parts = tuple(name for name in need.by if name in PARTS and PARTS[name](procedure))
        shown = records if RECORDS in need.by else ()
        found.append(Cover(need, state, steps, shown, parts, _documents(organisation, need)))
    return tuple(found)


def is_under(clause: str, group: str) -> bool:
    """Whether a clause is another one or lies under it: 8.5.1 under 8.5, but not 8.51."""
    return clause == group or clause.startswith(f"{group}.")


def _documents(organisation: Organisation, need: ClauseNeed) -> tuple[str, ...]:
    """Codes of the documents of the quality system that name a clause which asks for them."""
    return tuple(
        document.code
        for document in (organisation.documents if SYSTEM in need.by else ())
        if any(is_under(need.clause, named) or is_under(named, need.clause) for named in document.clauses)
    )


def _found(procedure: Procedure, name: str) -> bool:
    if name in KINDS:
        return bool(procedure.of_kind(name))
    if name == RECORDS:
        return any(step.records for step in procedure.steps)
    return name in PARTS and PARTS[name](procedure)


@dataclass(frozen=True, slots=True)
class Revision:
    """What became of one clause from an edition to the next."""

    clause: str
    """Number in the new edition; in the old one where the clause was dropped."""
    need: ClauseNeed
    was: tuple[ClauseNeed, ...] = ()
    is_dropped: bool = False

    @property
    def is_new(self) -> bool:
        return not self.was and not self.is_dropped

    @property
    def is_moved(self) -> bool:
        return bool(self.was) and tuple(need.clause for need in self.was) != (self.clause,)


def revisions(old: Iterable[ClauseNeed], new: Iterable[ClauseNeed]) -> tuple[Revision, ...]:
    """Clause by clause of the new edition where it came from, then what the old one alone has."""
    before = {need.clause: need for need in old}
    found, taken = [], set()
    for need in new:
        names = [name for name in need.was or (need.clause,) if name in before]
        taken.update(names)
        found.append(Revision(need.clause, need, tuple(before[name] for name in names)))
    dropped = (Revision(name, need, is_dropped=True) for name, need in before.items() if name not in taken)
    return (*found, *dropped)
