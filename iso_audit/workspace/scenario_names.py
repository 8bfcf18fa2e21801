"""What a scenario names must exist: procedures, steps, outcomes, cases, roles, calendars, documents.

Read from the plain values, before the shape is trusted, so that a step that does not exist is told
together with a time that nobody understands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from iso_audit.errors import Fault
from iso_audit.model.outcome import Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.simulated import MEASURES
from iso_audit.text import Text, did_you_mean
from iso_audit.workspace.faults import Path, shorten
from iso_audit.workspace.positions import Document
from iso_audit.workspace.shapes.base import texts_at, written
from iso_audit.workspace.shapes.spread import FAMILIES

CHANNELS = ("direct", "online", "post")
"""How a dossier comes in; who files online or by post does not come to the desk."""
BY_STEP = ("durations", "waits", "branches", "batches")
"""Keys of a load whose keys are steps."""


def mapping(value: object, key: str) -> dict[str, Any]:
    """Return the mapping under `key`, or nothing where it is not one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def items(value: object, key: str) -> list[Any]:
    """Return the list under `key`, or nothing where it is not one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def cases_of(procedure: Procedure) -> set[str]:
    """Cases that the procedure tells apart: by limits of their own, or by flows."""
    limits = {case for case in procedure.limits if case not in procedure.by_id}
    return {"default", *limits, *(flow.case for step in procedure.steps for flow in step.flows if flow.case)}


def choices_of(procedure: Procedure, step: str) -> tuple[str, ...]:
    """The names of the ways on from a step: outcomes, or targets where an outcome has no name."""
    flows = procedure.by_id[step].flows
    return tuple(dict.fromkeys(flow.outcome or flow.to for flow in flows)) if len(flows) > 1 else ()


class Names:
    """Looks up all names of one scenario; `procedures` holds those that its loads mean, None for unknown."""

    def __init__(self, document: Document, workspace: Workspace, faults: list[Fault]) -> None:
        self.document, self.workspace, self.faults = document, workspace, faults
        self.data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
        self.first = _day(mapping(self.data, "period").get("from"))
        self.procedures: list[Procedure | None] = []
        self.today_is_known = False
        """Whether all names are known but those of proposals, citizen, limits and search."""

    def check(self) -> None:
        before = len(self.faults)
        for path, raw in self._loads():
            self.procedures.append(self._procedure(path, raw))
            if self.procedures[-1] is not None:
                self._load(path, raw, self.procedures[-1])
        self._calendars()
        roles = self._roles()
        for name in mapping(self.data, "staff"):
            self._look(("staff", name), name, roles, _ROLE, is_key=True)
        self.today_is_known = len(self.faults) == before
        if self.procedures and self.procedures[0] is not None:
            self._of_main(self.procedures[0], roles)
        for name in mapping(mapping(self.data, "measure"), "precision"):
            self._look(("measure", "precision", name), name, MEASURES, _MEASURE, is_key=True)

    def _loads(self) -> Iterator[tuple[Path, Any]]:
        yield (), self.data
        yield from ((("also", i), raw) for i, raw in enumerate(items(self.data, "also")))

    def _procedure(self, path: Path, raw: object) -> Procedure | None:
        """The version in force on the first day; None after a fault."""
        name = written(raw.get("procedure")) if isinstance(raw, dict) else None
        if name is None:
            return None
        versions = [p for p in self.workspace.procedures if p.id == name]
        if not versions:
            known = {p.id for p in self.workspace.procedures}
            self._look((*path, "procedure"), name, known, _PROCEDURE)
            return None
        if self.first is None:
            return versions[-1]
        found = next((p for p in versions if p.in_force.holds(self.first)), None)
        if found is None:
            days = "; ".join(f"{p.in_force.first or '…'} – {p.in_force.last or '…'}" for p in versions)
            what = Text(
                vi=f"quy trình '{name}' không có hiệu lực vào ngày đầu của kỳ, {self.first} (có: {days})",
                en=f"procedure '{name}' is not in force on the first day, {self.first} (it is: {days})",
            )
            self.faults.append(self.document.fault((*path, "procedure"), what))
        return found

    def _load(self, path: Path, raw: dict[str, Any], procedure: Procedure) -> None:
        cases = self._cases(path, raw, procedure)
        for key in BY_STEP:
            for name, value in mapping(raw, key).items():
                if not self._step((*path, key, name), name, procedure.by_id, is_key=True):
                    continue
                if key == "branches":
                    self._outcomes((*path, key, name), name, value, procedure)
                elif key != "batches":
                    self._by_case((*path, key, name), value, cases)
        for name in mapping(raw, "channels"):
            self._look((*path, "channels", name), name, CHANNELS, _CHANNEL, is_key=True)
        for name in mapping(raw, "priorities"):
            self._look((*path, "priorities", name), name, cases, _CASE, is_key=True)

    def _cases(self, path: Path, raw: dict[str, Any], procedure: Procedure) -> set[str]:
        """A scenario may tell more cases apart than the procedure; one that is nearly its word is a slip."""
        known = cases_of(procedure)
        own = mapping(raw, "cases")
        for name in own:
            if name not in known and (hint := did_you_mean(name, known - own.keys())) is not None:
                what = Text(
                    vi=f"quy trình không có trường hợp '{name}'", en=f"the procedure has no case '{name}'"
                )
                self.faults.append(self.document.key_fault((*path, "cases", name), what, hint))
        return known | own.keys()

    def _by_case(self, path: Path, value: object, cases: Collection[str]) -> None:
        """Keys that are no form of a time are cases."""
        if not isinstance(value, dict) or value.keys() & {*FAMILIES, "zero"}:
            return
        for name, each in value.items():
            is_form = isinstance(each, list) or (isinstance(each, dict) and "mean" in each)
            if not is_form and name not in cases:
                hint = did_you_mean(name, {*cases, *FAMILIES})
                what = Text(
                    vi=f"không có trường hợp '{shorten(name)}'", en=f"there is no case '{shorten(name)}'"
                )
                self.faults.append(self.document.key_fault((*path, name), what, hint))

    def _outcomes(self, path: Path, step: str, value: object, procedure: Procedure) -> None:
        known = choices_of(procedure, step)
        if not known:
            what = Text(
                vi=f"sau bước '{step}' chỉ có một lối đi", en=f"there is one way on only from '{step}'"
            )
            self.faults.append(self.document.key_fault(path, what))
            return
        visits = enumerate(value) if isinstance(value, list) else [(None, value)]
        for i, shares in visits:
            at = path if i is None else (*path, i)
            for name in shares if isinstance(shares, dict) else ():
                self._look((*at, name), name, known, _OUTCOME, is_key=True)

    def _calendars(self) -> None:
        for path, raw in (
            ((), self.data),
            *((("staff", k), v) for k, v in mapping(self.data, "staff").items()),
        ):
            for where, name in texts_at(
                raw.get("calendar") if isinstance(raw, dict) else None, (*path, "calendar")
            ):
                self._look(where, name, self.workspace.calendars, _CALENDAR)

    def _roles(self) -> set[str]:
        steps = (step for p in self.procedures if p is not None for step in p.steps)
        return {*self.workspace.organisation.roles, *(step.role for step in steps if step.role)}

    def _of_main(self, procedure: Procedure, roles: Collection[str]) -> None:
        """What is said of the procedure that is to be changed."""
        for name in mapping(self.data, "limit"):
            self._look(("limit", name), name, {*cases_of(procedure), *procedure.limits}, _CASE, is_key=True)
        citizen = mapping(self.data, "citizen")
        for name in mapping(citizen, "visits"):
            self._step(("citizen", "visits", name), name, procedure.by_id, is_key=True)
        for i, works in enumerate(items(citizen, "works")):
            for path, name in texts_at(
                mapping({"of": works}, "of").get("document"), ("citizen", "works", i, "document")
            ):
                self._document(path, name, procedure)
        for path, name in texts_at(
            mapping(self.data, "search").get("never_touch"), ("search", "never_touch")
        ):
            self._step(path, name, procedure.by_id)
        cases = cases_of(procedure) | mapping(self.data, "cases").keys()
        for i, proposal in enumerate(items(self.data, "proposals")):
            known = set(procedure.by_id)
            for j, change in enumerate(items(proposal, "changes")):
                if isinstance(change, dict):
                    self._change(("proposals", i, "changes", j), change, procedure, known, cases, roles)

    def _change(
        self, path: Path, change: dict[str, Any], procedure: Procedure, known: set[str],
        cases: Collection[str], roles: Collection[str],
    ) -> None:  # fmt: skip
        for key in _ABOUT_STEPS:
            for where, name in texts_at(change.get(key), (*path, key)):
                self._step(where, name, known)
        for key in ("durations", "waits", "branches"):
            for name, value in mapping(change, key).items():
                if not self._step((*path, key, name), name, known, is_key=True):
                    continue
                if key != "branches":
                    self._by_case((*path, key, name), value, cases)
                elif name in procedure.by_id:
                    self._outcomes((*path, key, name), name, value, procedure)
        for key in ("to", "role"):
            for where, name in texts_at(change.get(key), (*path, key)):
                self._look(where, name, roles, _ROLE)
        for name, raw in mapping(change, "staff").items():
            self._look((*path, "staff", name), name, roles, _ROLE, is_key=True)
            for where, calendar in texts_at(
                mapping({"of": raw}, "of").get("calendar"), (*path, "staff", name, "calendar")
            ):
                self._look(where, calendar, self.workspace.calendars, _CALENDAR)
        for name, raw in mapping(change, "by_case").items():
            if "share" not in mapping({"of": raw}, "of"):  # with its share a case is made here
                self._look((*path, "by_case", name), name, cases, _CASE, is_key=True)
            for where, role in texts_at(
                mapping({"of": raw}, "of").get("role"), (*path, "by_case", name, "role")
            ):
                self._look(where, role, roles, _ROLE)
        for name in mapping(change, "limit"):
            self._look((*path, "limit", name), name, {*cases, *known}, _CASE, is_key=True)
        for where, name in texts_at(change.get("look_up"), (*path, "look_up")):
            self._document(where, name, procedure)
        known |= _made_by(change)

    def _document(self, path: Path, name: str, procedure: Procedure) -> None:
        if procedure.documents:
            self._look(path, name, procedure.documents, _DOCUMENT)

    def _step(self, path: Path, name: str, known: Collection[str], *, is_key: bool = False) -> bool:
        return self._look(path, name, known, _STEP, is_key=is_key)

    def _look(
        self, path: Path, name: str, known: Collection[str], words: tuple[str, str], *, is_key: bool = False
    ) -> bool:
        if name in known:
            return True
        vi, en = words
        what = Text(vi=f"không có {vi} '{shorten(name)}'", en=f"there is no {en} '{shorten(name)}'")
        say = self.document.key_fault if is_key else self.document.fault
        hint = _COMMA if words is _OUTCOME and name.endswith("%") else did_you_mean(name, known)
        self.faults.append(say(path, what, hint))
        return False


def _made_by(change: dict[str, Any]) -> set[str]:
    """Steps that a change makes, which later changes of the proposal may name."""
    made = {name for _, name in texts_at(change.get("as"), ())}
    return made | {
        f"{step}-{case}"
        for _, step in texts_at(change.get("split"), ())
        for case in mapping(change, "by_case")
    }


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


_ABOUT_STEPS = (
    "eliminate", "delegate", "merge", "swap", "parallel", "reorder", "move", "split", "digitise",
    "after",
)  # fmt: skip
_COMMA = Text(
    vi='viết 0.5% với dấu chấm, hoặc đặt trong ngoặc kép: "0,5%"',
    en='write 0.5% with a point, or quote it: "0,5%"',
)
"""Within braces YAML takes a decimal comma for the end of the value."""
_PROCEDURE = ("quy trình", "procedure")
_STEP = ("bước", "step")
_CASE = ("trường hợp", "case")
_OUTCOME = ("kết quả", "outcome")
_CHANNEL = ("kênh nộp", "channel")
_ROLE = ("vai trò", "role")
_CALENDAR = ("lịch", "calendar")
_DOCUMENT = ("thành phần hồ sơ", "dossier document")
_MEASURE = ("chỉ tiêu", "measure")
