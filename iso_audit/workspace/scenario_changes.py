"""The proposals of a scenario: each change with its values in our units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from iso_audit.model.calendar import Calendar
from iso_audit.model.scenario import Change, Proposal, Spread, Staffing
from iso_audit.text import Text
from iso_audit.workspace.faults import Path
from iso_audit.workspace.positions import Document
from iso_audit.workspace.scenario_staff import changed
from iso_audit.workspace.shapes.change import ChangeShape
from iso_audit.workspace.shapes.scenario import ProposalShape
from iso_audit.workspace.shapes.spread import SpreadShape

_STEPS = ("eliminate", "delegate", "merge", "swap", "parallel", "reorder", "digitise")
"""Kinds whose own value is a list of steps."""
_NAMES = {"to": "role", "as": "id", "from": "source"}
"""Keys of the file that the noun has under another name."""


class Reader(Protocol):
    """What the changes need of the scenario around them."""

    document: Document
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    outside: set[str]

    def say(self, path: Path, what: Text, hint: Text | None = None) -> None: ...

    def spread(self, key: str, step: str, shape: SpreadShape, path: Path) -> Spread: ...


class Proposals:
    """Makes the proposals; each is judged against the people of today and those it brings itself."""

    def __init__(self, reader: Reader, staff: Mapping[str, Staffing]) -> None:
        self.reader, self.staff = reader, staff

    def all(self, shapes: Sequence[ProposalShape]) -> tuple[Proposal, ...]:
        found: dict[str, Proposal] = {}
        for i, shape in enumerate(shapes):
            path: Path = ("proposals", i)
            if shape.id in found:
                self.reader.say((*path, "id"), _twice(shape.id))
            if not shape.changes:
                self.reader.say((*path, "changes"), _NOTHING)
            people = dict(self.staff)
            changes = [
                self._change(change, (*path, "changes", j), people) for j, change in enumerate(shape.changes)
            ]
            self._check_hands(shape, path, people)
            place = self.reader.document.place(*path)
            found[shape.id] = Proposal(shape.id, shape.title or Text(), tuple(changes), place)
        return tuple(found.values())

    def _check_hands(self, shape: ProposalShape, path: Path, people: Mapping[str, Staffing]) -> None:
        """Who takes work over must be there: else nobody would seem to wait for it."""
        for j, change in enumerate(shape.changes):
            at = (*path, "changes", j)
            roles = [((*at, "to"), change.to), ((*at, "role"), change.role)]
            roles += [
                ((*at, "by_case", case, "role"), of.role) for case, of in (change.by_case or {}).items()
            ]
            for where, role in roles:
                if role is not None and role not in people and role not in self.reader.outside:
                    self.reader.say(where, _not_there(role))

    def _change(self, shape: ChangeShape, path: Path, people: dict[str, Staffing]) -> Change:
        """One change; `people` are those at work when it is made, and are changed with it."""
        kind, own = shape.kind, shape.value(shape.kind)
        steps = tuple(own) if kind in _STEPS else (own,) if kind in ("move", "split") else ()
        values = dict(self._values(shape, kind, path, people))
        return Change(
            kind,
            steps,
            values,
            shape.why or Text(),
            1.0 if shape.effort is None else shape.effort,
            self.reader.document.place(*path),
        )

    def _values(
        self, shape: ChangeShape, kind: str, path: Path, people: dict[str, Staffing]
    ) -> Iterator[tuple[str, object]]:
        own = shape.value(kind)
        if kind == "look_up":
            yield "document", own
        elif kind == "limit":
            yield "limits", dict(own)
        elif kind == "staff":
            yield "staff", {role: self._staff(role, shape, path, people) for role in own}
        elif kind == "branches":
            yield kind, {step: self._shares(shares, (*path, kind, step)) for step, shares in own.items()}
        elif kind in ("durations", "waits"):
            yield kind, {s: self.reader.spread(kind, s, each, (*path, kind, s)) for s, each in own.items()}
        if shape.by_case is not None:
            yield "cases", {case: each.model_dump(exclude_none=True) for case, each in shape.by_case.items()}
        for key in (
            "to",
            "as",
            "name",
            "role",
            "time_factor",
            "after",
            "from",
            "cost_per_year",
            "one_off_cost",
        ):
            value = shape.value(key)
            if value is not None:
                yield _NAMES.get(key, key), value

    def _staff(
        self, role: str, shape: ChangeShape, path: Path, people: dict[str, Staffing]
    ) -> Staffing | int:
        of = (shape.staff or {})[role]
        before, at = people.get(role), (*path, "staff", role)
        place = self.reader.document.place(*at)
        if before is None and of.people is None:
            self.reader.say(at, _not_there(role))
        after = changed(role, of, before, self.reader.calendar, self.reader.calendars, place)
        if after.people < 1:
            self.reader.say(at, _nobody_left(role, after.people))
        people[role] = after
        return after if of.add is None else of.add

    def _shares(self, shares: Mapping[str, float], path: Path) -> dict[str, float]:
        if sum(shares.values()) > 1 + 1e-6:
            self.reader.say(path, _MORE_THAN_ALL)
        return dict(shares)


def _twice(name: str) -> Text:
    return Text(vi=f"đã có đề xuất '{name}'", en=f"there is a proposal '{name}' already")


def _not_there(role: str) -> Text:
    return Text(
        vi=f"'staff' chưa có vai trò '{role}': nêu {{people: số người}}",
        en=f"'staff' has no role '{role}': give {{people: how many}}",
    )


def _nobody_left(role: str, people: int) -> Text:
    return Text(
        vi=f"sau thay đổi này vai trò '{role}' còn {people} người",
        en=f"after this change the role '{role}' has {people} people",
    )


_NOTHING = Text(vi="đề xuất không có thay đổi nào", en="the proposal changes nothing")
_MORE_THAN_ALL = Text(vi="các tỷ lệ cộng lại quá 100%", en="the shares add up to more than 100%")
