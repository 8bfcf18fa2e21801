"""Other people's formats come in: step tables and BPMN drawings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.writing import refuse_existing, write_text, write_texts
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, folded, printable

if TYPE_CHECKING:
    from iso_audit.model.organisation import Organisation
    from iso_audit.model.outcome import Remark
    from iso_audit.model.procedure import Procedure

DRAWINGS = (".bpmn", ".xml")
"""What the names of BPMN files end with."""


def is_drawing(path: Path) -> bool:
    """Whether a file is taken for a BPMN drawing."""
    return path.suffix.lower() in DRAWINGS


def read_drawing(
    path: Path, organisation: Organisation | None = None
) -> tuple[tuple[Procedure, ...], tuple[Remark, ...]]:
    """Return the procedures of a BPMN file and what was remarked about the drawing.

    With an organisation, lanes and pools that bear the name of a role or unit are taken for it.

    Raises:
        InputError: the file is no BPMN 2.0, contradicts itself, or draws no step.
    """
    from iso_audit.exchange.bpmn import read_bpmn

    model = read_bpmn(path)
    if not model.procedures:
        raise InputError([Fault(_NOTHING, printable(str(path)))])
    procedures = model.procedures
    if organisation is not None:
        procedures = tuple(_known(procedure, organisation) for procedure in procedures)
    return procedures, model.remarks


def _known(procedure: Procedure, organisation: Organisation) -> Procedure:
    """Name roles and units by their ids, where a drawing names them by their words.

    A pool that bears the name of no unit tells nothing about who answers for a step.
    """
    if procedure.extent != "drawing":
        return procedure
    roles = _by_words({key: role.name for key, role in organisation.roles.items()})
    units = _by_words({key: unit.name for key, unit in organisation.units.items()})
    steps = tuple(
        replace(s, role=roles.get(folded(s.role), s.role), unit=units.get(folded(s.unit), ""))
        for s in procedure.steps
    )
    parts = tuple(replace(part, unit=units.get(folded(part.unit), part.unit)) for part in procedure.parts)
    return replace(procedure, steps=steps, parts=parts)


def _by_words(names: Mapping[str, Text]) -> dict[str, str]:
    return {folded(words): key for key, name in names.items() for words in (name.vi, name.en, key) if words}


def import_file(
    source: Path, target: Path | None, facts: Mapping[str, str]
) -> tuple[str, tuple[Fault, ...], tuple[Fault, ...]]:
    """Turn a step table or a BPMN drawing into procedure files; write them where `target` says.

    A drawing of several procedures needs a folder for its target. Returns the text of what was not
    written or of the only file, what could not be read, and what was assumed.

    Raises:
        InputError: the source cannot be read at all, `facts` do not fit it, or `target` exists already
            or cannot be written.
    """
    from iso_audit.workspace.faults import not_an_id
    from iso_audit.workspace.shapes.base import is_id

    if target is not None and not (is_drawing(source) and target.is_dir()):
        refuse_existing([target])
    if "id" in facts and not is_id(facts["id"]):
        raise InputError([Fault(not_an_id(facts["id"]), "--id")])
    return (_import_drawing if is_drawing(source) else _import_table)(source, target, facts)


def _import_table(
    source: Path, target: Path | None, facts: Mapping[str, str]
) -> tuple[str, tuple[Fault, ...], tuple[Fault, ...]]:
    from iso_audit.exchange.step_table import read_steps
    from iso_audit.workspace.write import procedure_yaml

    read = read_steps(source, facts)
    text = procedure_yaml(read.procedure)
    if target is not None:
        write_text(target, text)
    return text, tuple(read.unread), tuple(read.assumed)


def _import_drawing(
    source: Path, target: Path | None, facts: Mapping[str, str]
) -> tuple[str, tuple[Fault, ...], tuple[Fault, ...]]:
    from iso_audit.workspace.write import procedure_yaml

    procedures, remarks = read_drawing(source)
    of_tables = [Fault(_ONLY_TABLES, f"--{name.replace('_', '-')}") for name in facts if name in _TABLE_FACTS]
    if of_tables:
        raise InputError(of_tables)
    in_folder = target is not None and (target.is_dir() or not target.suffix)
    if len(procedures) > 1 and not in_folder:
        names = ", ".join(procedure.id for procedure in procedures)
        raise InputError([Fault(Text(_SEVERAL.vi.format(names), _SEVERAL.en.format(names)), str(source))])
    if len(procedures) > 1 and facts:
        raise InputError([Fault(_ONE_ONLY, f"--{name}") for name in facts])
    if facts:
        title = Text(facts["title"]) if "title" in facts else procedures[0].title
        procedures = (replace(procedures[0], **{**facts, "title": title}),)  # type: ignore[arg-type]
    texts = {procedure.id: procedure_yaml(procedure) for procedure in procedures}
    if target is not None and in_folder:
        files = {f"{name}.yaml": text for name, text in texts.items()}
        refuse_existing(target / name for name in files)
        write_texts(target, files)
    elif target is not None:
        write_text(target, "".join(texts.values()))
    noted = tuple(Fault(r.what, r.place.file, r.place.line) for r in remarks if r.slug == "unread")
    return "".join(texts.values()), noted, ()


_NOTHING = Text("tệp không vẽ quy trình nào có bước", "the file draws no process that has a step")
_TABLE_FACTS = ("total", "time_header")
_ONLY_TABLES = Text("chỉ dùng cho bảng bước công việc", "this is for step tables only")
_ONE_ONLY = Text(
    "tệp vẽ nhiều quy trình, không đặt được chung một giá trị",
    "the file draws several procedures, which cannot all have this value",
)
_SEVERAL = Text(
    "tệp vẽ nhiều quy trình ({}); hãy ghi vào một thư mục: -o THƯ-MỤC",
    "the file draws several procedures ({}); write them to a folder: -o FOLDER",
)
