"""A workspace on disk becomes one value; every fault of every file is told at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from iso_audit.errors import Fault, InputError, os_reason
from iso_audit.model.calendar import Calendar
from iso_audit.model.log import LogMapping
from iso_audit.model.nonconformity import Waiver
from iso_audit.model.organisation import Organisation
from iso_audit.model.outcome import Settings, Workspace
from iso_audit.model.place import Place
from iso_audit.model.procedure import Announcement, Procedure
from iso_audit.model.requirement import Pack
from iso_audit.model.rule import Rule
from iso_audit.text import Text, did_you_mean, printable
from iso_audit.workspace.announced import read_announced
from iso_audit.workspace.calendars import read_calendar
from iso_audit.workspace.calls import with_calls
from iso_audit.workspace.mappings import read_mapping
from iso_audit.workspace.mentions import check_mentions
from iso_audit.workspace.organisation import read_organisation
from iso_audit.workspace.packs import read_pack
from iso_audit.workspace.positions import Document, read_yaml
from iso_audit.workspace.procedures import read_procedure
from iso_audit.workspace.settings import settings_of
from iso_audit.workspace.shapes.base import texts_at
from iso_audit.workspace.waivers import Nameable, read_waivers

SETTINGS = "iso-audit.yaml"

Noun = TypeVar("Noun")


def find_workspace(start: Path) -> Path | None:
    """Return the nearest folder from `start` upward that holds an iso-audit.yaml, or None."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / SETTINGS).is_file()), None)


def load(root: Path, catalogue: Mapping[str, Rule], *, is_bare: bool = False) -> Workspace:
    """Read a whole workspace, one that `is_bare` without procedures; packs name rules of the `catalogue`.

    Raises:
        InputError: with every fault of every file, in order of file and line.
    """
    return _Reading(root, catalogue, is_bare).workspace()


def load_procedure(path: Path) -> Procedure:
    """Read one procedure file by itself; its places name the file as `path` does.

    What its steps call is not put in: it stands elsewhere (`workspace.calls`).
    """
    return _single(read_procedure, path)


def load_mapping(path: Path, workspace: Workspace | None = None) -> LogMapping:
    """Read one mapping of a log; what it names must be in the `workspace`, where one is given."""
    known: dict[str, set[str]] = {}
    if workspace is not None:
        known = {
            "procedures": {name for p in workspace.procedures for name in (p.id, p.code) if name},
            "steps": {step.id for p in workspace.procedures for step in p.steps},
            "roles": set(workspace.organisation.roles),
            "units": set(workspace.organisation.units),
        }
    return _single(partial(read_mapping, known=known), path)


def _single(read: Callable[[Path, str, list[Fault]], Noun | None], path: Path) -> Noun:
    faults: list[Fault] = []
    noun = read(path, printable(str(path)), faults)
    if faults or noun is None:
        raise InputError(faults)
    return noun


def working_calendar(workspace: Workspace) -> Calendar:
    """Return the calendar that the settings name, or the only one; a fault where it is not settled."""
    calendar = workspace.calendars.get(workspace.settings.calendar)
    if calendar is not None:
        return calendar
    known = ", ".join(workspace.calendars)
    what = Text(
        vi="cần một lịch làm việc để tính thời hạn"
        + (f"; hãy chọn trong số: {known}" if known else "; thư mục calendars/ chưa có lịch nào"),
        en="a working calendar is needed to count time"
        + (f"; choose one of: {known}" if known else "; calendars/ holds none"),
    )
    hint = Text(vi="ghi 'calendar: ...' vào iso-audit.yaml", en="write 'calendar: ...' in iso-audit.yaml")
    raise InputError([Fault(what, SETTINGS, hint=hint)])


class _Reading:
    """One reading of one workspace: what was found, which files, which faults."""

    def __init__(self, root: Path, catalogue: Mapping[str, Rule], is_bare: bool) -> None:
        self.root, self.catalogue, self.is_bare = root, catalogue, is_bare
        self.faults: list[Fault] = []
        self.files: list[str] = []
        self.pack_files: list[Document] = []

    def workspace(self) -> Workspace:
        self._must_be_workspace()
        settings, document = self._settings()
        organisation = self._organisation()
        calendars = self._calendars()
        packs = self._packs()
        procedures = self._procedures()
        announced = self._announced()
        if document is not None:
            self._check_named(document, calendars, packs)
        check_mentions(self.pack_files, self.catalogue, procedures, organisation, self.faults)
        self._check_unit_calendars(organisation, calendars)
        chosen = tuple(packs) if _leaves_packs_open(document) else tuple(dict.fromkeys(settings.packs))
        waivers = self._waivers([packs[name] for name in chosen if name in packs], procedures)
        if self.faults:
            raise InputError(self.faults)
        if not settings.calendar and len(calendars) == 1:
            settings = replace(settings, calendar=next(iter(calendars)))
        return Workspace(
            root=str(self.root),
            settings=replace(settings, packs=chosen),
            organisation=organisation,
            calendars=calendars,
            packs=tuple(packs[name] for name in chosen),
            other_packs=tuple(pack for name, pack in packs.items() if name not in chosen),
            procedures=tuple(sorted(procedures, key=_in_time)),
            announced=announced,
            waivers=waivers,
            files=tuple(self.files),
        )

    def _must_be_workspace(self) -> None:
        if self.root.is_file():
            what = Text(vi="đây là một tệp, không phải thư mục", en="this is a file, not a folder")
        elif not self.root.is_dir():
            what = Text(vi="không có thư mục này", en="there is no such folder")
        elif not (self.root / "procedures").is_dir():
            what = Text(
                vi="thư mục này không có thư mục con 'procedures' chứa các quy trình",
                en="this folder has no subfolder 'procedures' that holds the definitions",
            )
        else:
            return
        raise InputError([Fault(what, str(self.root))])

    def _settings(self) -> tuple[Settings, Document | None]:
        for path, file in self._one(SETTINGS):
            document = read_yaml(path, file, self.faults)
            settings = document and settings_of(document, self.faults)
            return settings or Settings(), document
        return Settings(), None

    def _organisation(self) -> Organisation:
        for path, file in self._one("organisation.yaml"):
            return read_organisation(path, file, self.faults) or Organisation()
        return Organisation()

    def _announced(self) -> Mapping[str, tuple[Announcement, ...]]:
        for path, file in self._one("announced.yaml"):
            return read_announced(path, file, self.faults)
        return {}

    def _waivers(self, packs: list[Pack], procedures: list[Procedure]) -> tuple[Waiver, ...]:
        for path, file in self._one("waivers.yaml"):
            return read_waivers(path, file, Nameable.of(self.catalogue, packs, procedures), self.faults)
        return ()

    def _calendars(self) -> dict[str, Calendar]:
        calendars: dict[str, Calendar] = {}
        for path, file in self._all("calendars"):
            calendar = read_calendar(path, file, self.faults)
            if calendar is not None and self._is_new(calendar.id, calendar.place, calendars):
                calendars[calendar.id] = calendar
        return calendars

    def _packs(self) -> dict[str, Pack]:
        packs: dict[str, Pack] = {}
        for path, file in self._all("requirements"):
            pack = read_pack(path, file, self.catalogue, self.faults, self.pack_files)
            if pack is not None and self._is_new(pack.id, pack.place, packs):
                packs[pack.id] = pack
        return packs

    def _procedures(self) -> list[Procedure]:
        found = [read_procedure(path, file, self.faults) for path, file in self._all("procedures")]
        procedures = [procedure for procedure in found if procedure is not None]
        if not found and not self.is_bare:
            what = Text(vi="chưa có tệp quy trình nào (*.yaml)", en="there is no procedure file (*.yaml)")
            self.faults.append(Fault(what, "procedures"))
        self._check_versions(procedures)
        return with_calls(procedures, procedures, self.faults, is_all=len(procedures) == len(found))

    def _one(self, name: str) -> Iterator[tuple[Path, str]]:
        path = self.root / name
        if path.exists() or path.is_symlink():
            self.files.append(name)
            yield path, name

    def _all(self, folder: str) -> Iterator[tuple[Path, str]]:
        """Every YAML file below `folder`, in order of name, whatever the file system says."""
        found: list[str] = []
        for at, folders, names in os.walk(self.root / folder, onerror=self._cannot_list):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = Path(at).relative_to(self.root)
            wanted = [name for name in (*names, *folders) if _is_yaml(name)]
            found += [(below / name).as_posix() for name in wanted]
        for file in sorted(found):
            self.files.append(file)
            yield self.root / file, printable(file)

    def _cannot_list(self, error: OSError) -> None:
        folder = Path(error.filename).relative_to(self.root).as_posix()
        if Path(error.filename).exists():
            reason = os_reason(error)
            what = Text(
                vi=f"không mở được thư mục: {reason.vi}", en=f"the folder cannot be opened: {reason.en}"
            )
            self.faults.append(Fault(what, folder))

    def _is_new(self, name: str, place: Place, known: Mapping[str, Calendar] | Mapping[str, Pack]) -> bool:
        if name not in known:
            return True
        other = known[name].place
        what = Text(vi=f"tên '{name}' đã dùng ở {other}", en=f"the name '{name}' is used already, at {other}")
        self._say(place, what)
        return False

    def _check_versions(self, procedures: list[Procedure]) -> None:
        """Two versions of one procedure may not be in force on one day."""
        versions: dict[str, list[Procedure]] = {}
        for procedure in procedures:
            for other in versions.setdefault(procedure.id, []):
                if procedure.in_force.overlaps(other.in_force):
                    what = Text(
                        vi=f"quy trình '{procedure.id}' đã có ở {other.place}, cùng thời gian hiệu lực",
                        en=f"procedure '{procedure.id}' stands already at {other.place}, in force on one day",
                    )
                    hint = Text(
                        vi="các phiên bản cần in_force không trùng nhau",
                        en="versions need in_force that do not overlap",
                    )
                    self._say(procedure.place, what, hint)
            versions[procedure.id].append(procedure)

    def _check_named(
        self, document: Document, calendars: Mapping[str, Calendar], packs: Mapping[str, Pack]
    ) -> None:
        """What the settings name must be there, unless the file that holds it may be one at fault."""
        data = document.data if isinstance(document.data, dict) else {}
        broken = {fault.file.split("/")[0] for fault in self.faults}
        for path, name in texts_at(data.get("calendar"), ("calendar",)):
            if name not in calendars and "calendars" not in broken:
                what = Text(
                    vi=f"calendars/ không có lịch '{name}'", en=f"there is no calendar '{name}' in calendars/"
                )
                self.faults.append(document.fault(path, what, did_you_mean(name, calendars)))
        for path, name in texts_at(data.get("packs"), ("packs",)):
            if name not in packs and "requirements" not in broken:
                what = Text(
                    vi=f"requirements/ không có bộ yêu cầu '{name}'",
                    en=f"there is no pack '{name}' in requirements/",
                )
                self.faults.append(document.fault(path, what, did_you_mean(name, packs)))

    def _check_unit_calendars(self, organisation: Organisation, calendars: Mapping[str, Calendar]) -> None:
        if any(fault.file.startswith("calendars") for fault in self.faults):
            return
        for unit in organisation.units.values():
            if unit.calendar and unit.calendar not in calendars:
                what = Text(
                    vi=f"đơn vị '{unit.id}': calendars/ không có lịch '{unit.calendar}'",
                    en=f"unit '{unit.id}': there is no calendar '{unit.calendar}' in calendars/",
                )
                self._say(unit.place, what, did_you_mean(unit.calendar, calendars))

    def _say(self, place: Place, what: Text, hint: Text | None = None) -> None:
        self.faults.append(Fault(what, place.file, place.line, place.column, hint))


def _leaves_packs_open(settings: Document | None) -> bool:
    """Whether the settings leave open which packs count: then every pack of the workspace does."""
    return not isinstance(data := settings and settings.data, dict) or data.get("packs") is None


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml")) and not name.startswith(".")


def _in_time(procedure: Procedure) -> tuple[str, int]:
    first = procedure.in_force.first
    return procedure.id, first.toordinal() if first is not None else 0
