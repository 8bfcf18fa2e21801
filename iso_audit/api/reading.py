"""What a run starts from: the workspace, the rules chosen, the mapping of a log."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.formats import is_drawing, read_drawing
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean, printable

if TYPE_CHECKING:
    from iso_audit.model.log import LogMapping
    from iso_audit.model.outcome import Remark, Workspace
    from iso_audit.model.procedure import Procedure
    from iso_audit.model.rule import Rule


def shipped(name: str) -> Path:
    """Return a folder that ships with the program (`processes`, `report_templates`)."""
    here = Path(__file__).parent.parent
    packaged = here / "_shipped" / name
    return packaged if packaged.exists() else here.parent / name


def workspace_folder(given: Path | None) -> Path:
    """Return the workspace to use: the one given, the nearest upward, else the one that ships."""
    from iso_audit.workspace.load import find_workspace

    if given is not None:
        return given
    return find_workspace(Path.cwd()) or shipped("processes")


def catalogue(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Mapping[str, Rule]:
    """Return the rules, without the hooks that `select` and `ignore` leave out.

    Both hold codes or their beginnings, in letters of any case, several with commas between; the
    longest that fits a code decides, `ignore` on a tie.

    Raises:
        InputError: a beginning fits no code at all.
    """
    from iso_audit.rules import CATALOGUE

    codes = [hook.code for rule in CATALOGUE.values() for hook in rule.hooks]
    select, ignore = (
        [start.strip().upper() for some in starts for start in some.split(",") if start.strip()]
        for starts in (select, ignore)
    )
    faults = [
        Fault(
            Text(vi=f"không có quy tắc nào mang mã '{start}'", en=f"no rule has the code '{start}'"),
            hint=did_you_mean(start, codes),
        )
        for start in (*select, *ignore)
        if not any(code.startswith(start) for code in codes)
    ]
    if faults:
        raise InputError(faults)

    def wanted(code: str) -> bool:
        chosen = max((len(start) for start in select if code.startswith(start)), default=-1)
        left_out = max((len(start) for start in ignore if code.startswith(start)), default=-1)
        return (chosen >= 0 or not select) and left_out < max(chosen, 0)

    if not select and not ignore:
        return CATALOGUE
    return {name: rule.narrowed(wanted) for name, rule in CATALOGUE.items()}


def load_workspace(folder: Path | None, date: dt.date | None = None, *, is_bare: bool = False) -> Workspace:
    """Read a workspace; `date` replaces the audit date of its settings.

    One that `is_bare` may have no procedures yet.

    Raises:
        InputError: with every fault of every file.
    """
    from iso_audit.rules import CATALOGUE
    from iso_audit.workspace.load import load

    workspace = load(workspace_folder(folder), CATALOGUE, is_bare=is_bare)
    if date is not None:
        _refuse_other_ages(date)
        workspace = replace(workspace, settings=replace(workspace.settings, audit_date=date))
    return workspace


def _refuse_other_ages(date: dt.date) -> None:
    """An audit is of our age: no calendar knows another one."""
    from iso_audit.workspace.shapes.base import EARLIEST_YEAR, LATEST_YEAR

    if not EARLIEST_YEAR <= date.year < LATEST_YEAR:
        said = Text(
            vi=f"ngày đánh giá {date} nằm ngoài các năm từ {EARLIEST_YEAR} đến {LATEST_YEAR - 1}",
            en=f"the audit date {date} is not in the years {EARLIEST_YEAR} to {LATEST_YEAR - 1}",
        )
        raise InputError([Fault(said)])


def chosen_procedures(workspace: Workspace, names: Sequence[str]) -> tuple[Procedure, ...]:
    """Return the procedures that are named by id, code or file, every version of each."""
    return chosen(workspace, names).procedures


def chosen(workspace: Workspace, names: Sequence[str]) -> Workspace:
    """Return the workspace with just the procedures that are named by id, code or file.

    A file is one of ours or a BPMN drawing, which brings all its procedures and what was remarked
    about it.

    Raises:
        InputError: with every fault of every name and file.
    """
    from iso_audit.workspace.calls import with_calls
    from iso_audit.workspace.load import load_procedure

    found: list[Procedure] = []
    own: list[Procedure] = []
    remarks: list[Remark] = []
    faults: list[Fault] = []
    for name in names:
        known = [p for p in workspace.procedures if name in (p.id, p.key, p.code)]
        if known:
            found += known
        elif is_drawing(Path(name)) or Path(name).suffix in (".yaml", ".yml"):
            try:
                if is_drawing(Path(name)):
                    drawn, remarked = read_drawing(Path(name), workspace.organisation)
                    found += drawn
                    remarks += remarked
                else:
                    found.append(load_procedure(Path(name)))
                    own.append(found[-1])
            except InputError as error:
                faults += error.faults
        else:
            faults.append(_no_procedure(name, [p.id for p in workspace.procedures]))
    others = [p for p in workspace.procedures if all(p.id != each.id for each in own)]
    whole = dict(zip(map(id, own), with_calls(own, (*own, *others), faults), strict=True))
    found = [whole.get(id(procedure), procedure) for procedure in found]
    if faults:
        raise InputError(faults)
    procedures = tuple({procedure.key: procedure for procedure in found}.values())
    return replace(workspace, procedures=procedures, remarks=tuple(remarks))


def _no_procedure(name: str, known: Sequence[str]) -> Fault:
    """What is wrong with the name of a procedure, and what to do if it is that of a file."""
    if Path(name).is_dir():
        said = Text(vi="đây là thư mục", en="this is a folder")
        return Fault(said, printable(name), hint=_NAME_FILES)
    if Path(name).suffix.lower() in _SHEETS:
        said = Text(vi="đây là bảng tính, không phải quy trình", en="this is a sheet, no procedure file")
        return Fault(said, printable(name), hint=_IMPORT_FIRST)
    said = Text(vi=f"không có quy trình '{name}'", en=f"there is no procedure '{name}'")
    return Fault(said, hint=did_you_mean(name, known))


_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".csv")
_NAME_FILES = Text(
    vi="dùng -w THƯ_MỤC nếu đó là thư mục làm việc, hoặc nêu từng tệp",
    en="use -w FOLDER if it is a workspace, or name each file",
)
_IMPORT_FIRST = Text(
    vi="đọc thành quy trình bằng lệnh iso-audit import TỆP -o QUY_TRÌNH.yaml",
    en="turn it into a procedure with iso-audit import FILE -o PROCEDURE.yaml",
)


def log_files(
    workspace: Workspace, log: Path | None, mapping: Path | None
) -> tuple[Path | None, Path | None]:
    """Return log and mapping: those given, else those that the settings name.

    A mapping may be given by its name alone: then it stands in the folder `mappings` of the workspace,
    or ships with the program.
    """
    settings, root = workspace.settings, Path(workspace.root)
    if mapping is not None and mapping.name == str(mapping) and not os.path.lexists(mapping):
        known = [folder / "mappings" / f"{mapping}.yaml" for folder in (root, shipped("processes"))]
        mapping = next((path for path in known if path.is_file()), mapping)
    if log is not None:
        return log, mapping
    chosen = root / settings.log if settings.log else None
    return chosen, mapping or (root / settings.mapping if settings.mapping and chosen else None)


def mapping_of(path: Path | None, log: Path, workspace: Workspace) -> LogMapping:
    """Read the mapping of a log; a log without one cannot be read."""
    from iso_audit.workspace.load import load_mapping

    if path is not None:
        return load_mapping(path, workspace)
    said = Text(
        vi="nhật ký này cần một tệp ánh xạ cột (--map TỆP.yaml)",
        en="this log needs a mapping file (--map FILE.yaml)",
    )
    if not os.path.lexists(log):
        said = Text(vi="không có tệp nhật ký này", en="there is no such log file")
    raise InputError([Fault(said, printable(str(log)))])
