"""What changed from one version of a procedure to another, in the words of the field.

Steps are matched by id first, then, among those that only one version has, by kinds and name: an
edition that numbers its steps anew has not replaced them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from iso_audit.analysis.graph import graph_of
from iso_audit.model.procedure import Join, Limit, Procedure, Split, Step

LIKE = 0.7
"""Names at least this much alike (0 to 1) may be one step under two ids."""
MOST_COMPARED = 250_000
"""Pairs of unmatched steps beyond which names must be equal: comparing every pair would take minutes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `key` names it (`step-removed`, `limit-cut`, `role-moved` ...), `what` is its step."""

    key: str
    step: str = ""
    """Id in the new version; in the old one for what was removed; empty: the procedure as a whole."""
    before: object = None
    after: object = None
    case: str = ""


def difference(old: Procedure, new: Procedure) -> tuple[Difference, ...]:
    """Every change from `old` to `new`: the procedure first, then its steps in the order of the new one.

    Complexity: linear, but quadratic in the steps that have no partner by id (see `MOST_COMPARED`).
    """
    partner = matched(old, new)
    return (*_of_procedure(old, new), *_of_steps(old, new, partner), *_of_order(old, new, partner))


def matched(old: Procedure, new: Procedure) -> Mapping[str, str]:
    """Id of a visible step of `new` -> id of the step of `old` that it continues."""
    before = {step.id: step for step in old.steps if not step.is_silent}
    after = {step.id: step for step in new.steps if not step.is_silent}
    partner = {name: name for name in after if name in before}
    left = [step for name, step in before.items() if name not in partner]
    fresh = [step for name, step in after.items() if name not in partner]
    must_equal = len(left) * len(fresh) > MOST_COMPARED
    likeness = sorted(
        (-score, i, j)
        for i, step in enumerate(fresh)
        for j, other in enumerate(left)
        if (score := _likeness(step, other, must_equal)) >= LIKE
    )
    taken: set[int] = set()
    for _, i, j in likeness:
        if fresh[i].id not in partner and j not in taken:
            partner[fresh[i].id] = left[j].id
            taken.add(j)
    return partner


def _likeness(a: Step, b: Step, must_equal: bool) -> float:
    if not set(a.kinds) & set(b.kinds):
        return 0.0
    one, other = ((step.name.vi or step.name.en).casefold() for step in (a, b))
    if must_equal or not one or not other:
        return float(bool(one) and one == other)
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


_Value = Callable[[Procedure], object]
_OF_PROCEDURE: Mapping[str, _Value] = {
    "title": lambda p: p.title,
    "owner": lambda p: p.owner,
    "authority": lambda p: p.authority,
    "same-day": lambda p: p.same_day,
    "cutoff": lambda p: p.cutoff,
    "fee": lambda p: p.fee,
    "result": lambda p: p.result,
}
_LISTS: Mapping[str, Callable[[Procedure], tuple[object, ...]]] = {
    "document": lambda p: p.documents,
    "form": lambda p: tuple(f"{form.number} ({form.ref})" for form in p.forms),
    "basis": lambda p: tuple(f"{b.ref}{f', {b.article}' if b.article else ''}" for b in p.legal_basis),
    "separation": lambda p: tuple(pair.of for pair in p.separation),
    "way": lambda p: p.ways,
    "applicant": lambda p: p.applicants,
    "condition": lambda p: p.conditions,
}


def _of_procedure(old: Procedure, new: Procedure) -> Iterator[Difference]:
    for name, value in _OF_PROCEDURE.items():
        if value(old) != value(new):
            yield Difference(name, before=value(old), after=value(new))
    for case in dict.fromkeys((*old.limits, *new.limits)):
        yield from _limit("whole", "", old.limits.get(case), new.limits.get(case), case)
    for name, values in _LISTS.items():
        yield from _listed(name, "", values(old), values(new))


def _of_steps(old: Procedure, new: Procedure, partner: Mapping[str, str]) -> Iterator[Difference]:
    kept = set(partner.values())
    for step in old.steps:
        if not step.is_silent and step.id not in kept:
            yield Difference("step-removed", step.id, before=step.name)
    for step in new.steps:
        if step.is_silent:
            continue
        if step.id not in partner:
            yield Difference("step-added", step.id, after=step.name)
        else:
            yield from _of_step(old.by_id[partner[step.id]], step)


def _of_step(old: Step, new: Step) -> Iterator[Difference]:
    if old.name != new.name:
        yield Difference("step-renamed", new.id, old.name, new.name)
    if old.kinds != new.kinds:
        yield Difference("kind-changed", new.id, old.kinds, new.kinds)
    if old.role != new.role:
        yield Difference("role-moved", new.id, old.role, new.role)
    if old.unit != new.unit:
        yield Difference("unit-moved", new.id, old.unit, new.unit)
    yield from _limit("step", new.id, old.limit, new.limit)
    if old.clock != new.clock:
        yield Difference("clock-changed", new.id, old.clock, new.clock)
    if old.at_most != new.at_most:
        yield Difference("at-most-changed", new.id, old.at_most, new.at_most)
    for name in ("control", "anytime"):
        if getattr(old, name) != getattr(new, name):
            yield Difference(f"{name}-{'set' if getattr(new, name) else 'dropped'}", new.id)
    yield from _listed("record", new.id, old.records, new.records)


def _limit(
    what: str, step: str, old: Limit | None, new: Limit | None, case: str = ""
) -> Iterator[Difference]:
    """A limit cut, extended, set or dropped; only `changed` where no calendar-free comparison can tell."""
    if old == new:
        return
    if old is None or new is None:
        key = "set" if old is None else "dropped"
    elif new.exceeds(old):
        key = "extended"
    elif old.exceeds(new):
        key = "cut"
    elif old.nominal_seconds == new.nominal_seconds and old.unit.is_working is new.unit.is_working:
        return
    else:
        key = "changed"
    yield Difference(f"{what}-limit-{key}", step, old, new, case)


def _listed(name: str, step: str, old: tuple[object, ...], new: tuple[object, ...]) -> Iterator[Difference]:
    for one in old:
        if one not in new:
            yield Difference(f"{name}-removed", step, before=one)
    for one in new:
        if one not in old:
            yield Difference(f"{name}-added", step, after=one)


def _of_order(old: Procedure, new: Procedure, partner: Mapping[str, str]) -> Iterator[Difference]:
    """What follows a step now, where that is another thing than before; ways through added steps count.

    A step that was removed is passed over in the old version and one that was added in the new: its
    own line says already that it is gone or come.
    """
    before, after = _followers(old, set(partner.values())), _followers(new, set(partner))
    for name, other in partner.items():
        now = {partner[follower] for follower in after[name]}
        if now != before[other]:
            back = {was: is_now for is_now, was in partner.items()}
            was = tuple(sorted(back[follower] for follower in before[other]))
            yield Difference("next-changed", name, was, tuple(sorted(after[name])))
        a, b = old.by_id[other], new.by_id[name]
        if a.split != b.split and len(a.flows) > 1 and len(b.flows) > 1:
            yield Difference(f"split-{_SPLITS[b.split]}", name)
        if a.join != b.join:
            yield Difference(f"join-{_JOINS[b.join]}", name)


_SPLITS = {Split.ONE: "one", Split.ALL: "all", Split.SOME: "some"}
_JOINS = {Join.ANY: "any", Join.ALL: "all", Join.SOME: "some"}


def _followers(procedure: Procedure, kept: set[str]) -> dict[str, set[str]]:
    """Kept step -> kept steps that may come next, seen through gateways and steps that are not kept."""
    quiet = (step if step.id in kept else replace(step, kinds=("route",)) for step in procedure.steps)
    graph = graph_of(replace(procedure, steps=tuple(quiet)))
    return {
        name: set(graph.ids(graph.next_visible(graph.index[name]))) if name in graph.index else set()
        for name in kept
    }
