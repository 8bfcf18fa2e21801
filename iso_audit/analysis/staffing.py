"""Who may carry out a step on a day: by office, as a deputy, or by a letter of delegation."""

from __future__ import annotations

import datetime as dt

from iso_audit.model.organisation import Organisation
from iso_audit.model.procedure import Step


def stands_for(organisation: Organisation, role: str, authority: str) -> bool:
    """Whether a step of `role` is a step of the authority: itself, who covers it, or its deputy.

    A deputy signs in the stead of the leader who covers it; a specialist whom the leader could
    replace as well is no deputy.
    """
    known = organisation.roles.get(role)
    is_deputy = known is not None and known.is_leader and organisation.may_act(authority, role)
    return organisation.may_act(role, authority) or is_deputy


class Staff:
    """The people of an organisation as they are on one day; who left or is not yet there does not count."""

    def __init__(self, organisation: Organisation, day: dt.date) -> None:
        self.organisation = organisation
        self.day = day
        self._functions = tuple(organisation.functions())
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def who(self, step: Step) -> frozenset[str] | None:
        """People who may carry out a step; None where no person of its role was ever named there.

        Deputies and those who cover the role count as far as they are named.
        """
        role = self.organisation.roles.get(step.role)
        if role is None or role.is_applicant:
            return None
        key = (step.role, step.unit)
        if key not in self._known:
            self._known[key] = self._who(*key)
        return self._known[key]

    def _who(self, role: str, unit: str) -> frozenset[str] | None:
        near = [each for each in self._functions if self._is_near(each[2], unit)]
        if not any(held == role for _, held, _, _ in near):
            return None
        return frozenset(
            person.id
            for person, held, _, days in near
            if person.in_office.holds(self.day)
            and days.holds(self.day)
            and stands_for(self.organisation, held, role)
        )

    def _is_near(self, home: str, unit: str) -> bool:
        """Whether somebody of unit `home` works for `unit`: the same, one above or one below it."""
        return not home or not unit or home in self._line(unit) or unit in self._line(home)

    def _line(self, unit: str) -> list[str]:
        line = [unit]
        while (known := self.organisation.units.get(line[-1])) is not None and known.parent:
            line.append(known.parent)
        return line


def signs_for(organisation: Organisation, step: Step, authority: str, day: dt.date) -> bool:
    """Whether a signature at `step` is one of the authority: by its role, or by letters of delegation.

    A letter is given to a person: it makes the step lawful only if everybody who may carry it out on
    that day holds one.
    """
    if stands_for(organisation, step.role, authority):
        return True
    people = Staff(organisation, day).who(step) or frozenset()
    holders = {
        letter.person
        for letter in organisation.delegations
        if letter.in_force.holds(day) and stands_for(organisation, letter.role, authority)
    }
    return frozenset() < people <= holders
