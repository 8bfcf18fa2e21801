"""Who there is: units, roles and (where a log names them) people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Period
from iso_audit.text import Text

APPLICANT = "applicant"
"""The role of whoever asks the office for something, also where no organisation says so."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An office: `kind` is `authority`, `specialised`, `service`, `commune`, `desk` or `outside`."""

    id: str
    name: Text
    kind: str = ""
    level: str = ""
    parent: str = ""
    desk: str = ""
    """Unit id of the one-stop desk that receives and returns for this unit."""
    calendar: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Role:
    """A function that people hold; `is_applicant` marks those outside the office."""

    id: str
    name: Text
    is_applicant: bool = False
    is_leader: bool = False
    """Signs for the authority (chairman and deputies, head of an agency)."""
    covers: tuple[str, ...] = ()
    """Roles whose steps this role may also carry out (a chairman covers a deputy)."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a log names them, by code; `roles` are held on the days `in_office`."""

    id: str
    roles: tuple[str, ...] = ()
    unit: str = ""
    in_office: Period = Period()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Delegation:
    """A letter by which a person acts in a role for a time (giấy ủy quyền), besides the roles held."""

    person: str
    role: str
    unit: str = ""
    """Where; empty: where the person belongs."""
    in_force: Period = Period()
    ref: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SystemDocument:
    """A document of the quality system that answers to clauses for every procedure of the office."""

    code: str
    title: Text = Text()
    clauses: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A clause that the office has declared not applicable, with its justification (ISO 9001:2015, 4.3)."""

    clause: str
    reason: Text = Text()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """All units, roles and people of a workspace, and the documents of its quality system."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    delegations: tuple[Delegation, ...] = ()
    documents: tuple[SystemDocument, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def applicants(self) -> frozenset[str]:
        """Roles of those outside who ask the office for something: their steps are not its work."""
        return frozenset({APPLICANT, *(role.id for role in self.roles.values() if role.is_applicant)})

    def may_act(self, acting: str, required: str) -> bool:
        """Whether somebody in role `acting` may carry out a step of role `required`."""
        role = self.roles.get(acting)
        return acting == required or (role is not None and required in role.covers)

    def functions(self) -> Iterator[tuple[Person, str, str, Period]]:
        """Who may act in which role, in which unit and on which days, by office or by delegation."""
        for person in self.people.values():
            for role in person.roles:
                yield person, role, person.unit, person.in_office
        for letter in self.delegations:
            person = self.people[letter.person]
            yield person, letter.role, letter.unit or person.unit, letter.in_force
