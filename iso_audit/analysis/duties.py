"""Duties held apart: can the people there are keep them apart?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from iso_audit.model.organisation import Organisation
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Procedure, Separation, Step


@dataclass(frozen=True, slots=True)
class DutyConflict:
    """Two steps that one person may not both carry out, and yet may or must."""

    first: str
    """Step id; the step that comes first in the file."""
    second: str
    reason: str
    """`same-step` (one step carries both duties), `same-role` (the definition gives both to one role),
    `no-two-people` (the roles differ, but one person alone can act in either), `too-few-people`
    (each pair could be held apart, all of the duties together cannot: the first and the last step)."""
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Everybody who may act in these roles, as far as the organisation names people."""
    duties: tuple[str, ...] = ()
    """The names in `separation` that the steps answer to."""
    place: Place = NOWHERE


def duty_conflicts(
    procedure: Procedure, organisation: Organisation, can_meet: Callable[[str, str], bool]
) -> tuple[DutyConflict, ...]:
    """Conflicts of every separation; steps that no run has both (`can_meet`) are no conflict.

    Complexity: pairs of steps of separated duties, each with one sweep over the runs; the matching
    for three and more duties is Hopcroft and Karp's (1973, doi:10.1137/0202019).
    """
    found: dict[tuple[str, str], DutyConflict] = {}
    for separation in procedure.separation:
        conflicts = list(_pairs(procedure, organisation, separation, can_meet))
        if not conflicts and len(separation.of) > 2:
            conflicts = list(_together(procedure, organisation, separation))
        for conflict in conflicts:
            found.setdefault((conflict.first, conflict.second), conflict)
    return tuple(found.values())


def _pairs(
    procedure: Procedure,
    organisation: Organisation,
    separation: Separation,
    can_meet: Callable[[str, str], bool],
) -> Iterator[DutyConflict]:
    order = {step.id: number for number, step in enumerate(procedure.steps)}
    for duty, other in combinations(separation.of, 2):
        for a in procedure.meant(duty):
            for b in procedure.meant(other):
                reason, people = _reason(organisation, a, b)
                if reason and (a.id == b.id or can_meet(a.id, b.id)):
                    one, two = sorted((a, b), key=lambda step: order[step.id])
                    roles = tuple(dict.fromkeys(role for role in (one.role, two.role) if role))
                    yield DutyConflict(one.id, two.id, reason, roles, people, (duty, other), separation.place)


def _reason(organisation: Organisation, a: Step, b: Step) -> tuple[str, tuple[str, ...]]:
    people = tuple(sorted({*_people(organisation, a.role), *_people(organisation, b.role)}))
    if a.id == b.id:
        return "same-step", people
    if not a.role or not b.role:
        return "", ()
    if a.role == b.role:
        # one role in two offices is two people
        return ("", ()) if a.unit and b.unit and a.unit != b.unit else ("same-role", people)
    if _people(organisation, a.role) and _people(organisation, b.role) and len(people) == 1:
        return "no-two-people", people
    return "", ()


def _people(organisation: Organisation, role: str) -> tuple[str, ...]:
    """Everybody who may carry out a step of `role`."""
    return tuple(
        person.id
        for person in organisation.people.values()
        if any(organisation.may_act(held, role) for held in person.roles)
    )


def _together(
    procedure: Procedure, organisation: Organisation, separation: Separation
) -> Iterator[DutyConflict]:
    """Three or more duties: is there a different person for each?"""
    import networkx as nx  # here, because few procedures ask and the library takes long to load

    steps = [procedure.meant(duty) for duty in separation.of]
    if not all(len(meant) == 1 for meant in steps):
        return
    choices = {meant[0].id: _people(organisation, meant[0].role) for meant in steps}
    if not all(choices.values()):
        return
    graph: nx.Graph[tuple[str, str]] = nx.Graph()
    for step, people in choices.items():
        graph.add_edges_from((("step", step), ("person", person)) for person in people)
    tops = [("step", step) for step in choices]
    matched = nx.bipartite.hopcroft_karp_matching(graph, tops)
    if any(step not in matched for step in tops):
        # who is left over depends on the matching; that somebody is does not
        order = [step.id for step in procedure.steps if step.id in choices]
        everybody = tuple(sorted({person for people in choices.values() for person in people}))
        roles = tuple(dict.fromkeys(meant[0].role for meant in steps))
        yield DutyConflict(
            order[0], order[-1], "too-few-people", roles, everybody, separation.of, separation.place
        )
