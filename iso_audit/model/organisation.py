"""Who there is: units, roles and (where a log names them) people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iso_audit.model.place import NOWHERE, Place
from iso_audit.text import Text


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
    """A person as a log names them, by code; `roles` are held until further notice."""

    id: str
    roles: tuple[str, ...] = ()
    unit: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """All units, roles and people of a workspace."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)

    def may_act(self, acting: str, required: str) -> bool:
        """Whether somebody in role `acting` may carry out a step of role `required`."""
        role = self.roles.get(acting)
        return acting == required or (role is not None and required in role.covers)
