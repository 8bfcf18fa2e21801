"""Procedures in other people's formats: BPMN, pictures, flowcharts, nets; and in ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import chosen_procedures, load_workspace
from iso_audit.api.writing import refuse_existing, write_texts
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, did_you_mean, printable

if TYPE_CHECKING:
    from iso_audit.model.organisation import Organisation
    from iso_audit.model.procedure import Procedure

SUFFIXES: Mapping[str, str] = {
    ".bpmn": "bpmn", ".svg": "svg", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot", ".pnml": "pnml",
    ".yaml": "yaml", ".yml": "yaml",
}  # fmt: skip
FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))


def export(
    folder: Path | None,
    names: Sequence[str],
    form: str | None,
    target: Path | None,
    *,
    lang: str = "vi",
) -> tuple[str, tuple[Path, ...]]:
    """Write procedures in another format: those named by id, code or file, or all of the workspace.

    Args:
        folder: The workspace.
        names: The procedures; none means all.
        form: One of `FORMATS`; None: what the suffix of `target` says, else BPMN.
        target: A file for one procedure, a folder for several; None: the text is returned.
        lang: The language of names and signs.

    Returns:
        The text, where there is no target, and the files written, all of them or none.

    Raises:
        InputError: a procedure cannot be read or said in that format, or a file exists already.
    """
    is_file = target is not None and not target.is_dir() and bool(target.suffix)
    form = form or _form_of(target if is_file else None)
    workspace = load_workspace(folder)
    procedures = chosen_procedures(workspace, names) if names else workspace.procedures
    if len(procedures) != 1 and (target is None or is_file):
        raise InputError([Fault(_ONE_ONLY, printable(str(target or "")))])
    suffix = next(suffix for suffix, known in SUFFIXES.items() if known == form)
    if target is None:
        return _texts(procedures, form, workspace.organisation, lang)[0], ()
    files = [target] if is_file else [target / f"{procedure.key}{suffix}" for procedure in procedures]
    refuse_existing(files)
    output = target.parent if is_file else target
    texts = _texts(procedures, form, workspace.organisation, lang)
    named = {path.name: text for path, text in zip(files, texts, strict=True)}
    write_texts(output, named, target if is_file else None)
    return "", tuple(files)


_ONE_ONLY = Text(
    vi="chỉ một quy trình vào được một tệp hay màn hình; hãy nêu một quy trình, hoặc một thư mục sau -o",
    en="one file or the screen takes one procedure; name one, or a folder after -o",
)
_CANNOT_HOLD = Text(vi="định dạng này không chứa được", en="this format cannot hold it")
_UNKNOWN = Text(
    vi="không biết định dạng nào có đuôi tệp này; hãy dùng --format",
    en="no format has this suffix; use --format",
)


def _form_of(target: Path | None) -> str:
    if target is None:
        return "bpmn"
    form = SUFFIXES.get(target.suffix.lower())
    if form is None:
        raise InputError(
            [Fault(_UNKNOWN, printable(str(target)), hint=did_you_mean(target.suffix, SUFFIXES))]
        )
    return form


def _texts(procedures: Sequence[Procedure], form: str, organisation: Organisation, lang: str) -> list[str]:
    """The text of each; the faults of all at once."""
    write = _writer(form, organisation, lang)
    texts: list[str] = []
    faults: list[Fault] = []
    for procedure in procedures:
        try:
            texts.append(write(procedure))
        except InputError as error:
            faults += error.faults
        except ValueError as error:
            said = Text(f"{_CANNOT_HOLD.vi}: {error}", f"{_CANNOT_HOLD.en}: {error}")
            faults.append(Fault(said, procedure.place.file, procedure.place.line))
    if faults:
        raise InputError(faults)
    return texts


def _writer(form: str, organisation: Organisation, lang: str) -> Callable[[Procedure], str]:
    """The function that writes one procedure; only its own libraries are loaded."""
    if form == "svg":
        from iso_audit.report.pictures import standalone

        return lambda procedure: standalone(procedure, organisation, lang)
    if form == "pnml":
        from iso_audit.exchange.pnml import pnml

        return lambda procedure: pnml(procedure, lang)
    if form == "yaml":
        from iso_audit.workspace.write import procedure_yaml

        return procedure_yaml
    from iso_audit.exchange.drawing import Wording, dot, mermaid

    wording = Wording(lang, lambda role, unit: _lane(organisation, lang, role, unit), _outcomes(lang))
    if form == "mermaid":
        return lambda procedure: mermaid(procedure, wording)
    if form == "dot":
        return lambda procedure: dot(procedure, wording)
    from iso_audit.exchange.bpmn.write import bpmn

    return lambda procedure: bpmn(procedure, wording)


def _outcomes(lang: str) -> Callable[[str], str]:
    """Words for the outcomes that everybody uses; others stand as they are written."""
    from iso_audit.report.words import words

    said = words(lang)
    return lambda name: said.find(f"outcome.{name.replace('-', '_').replace(' ', '_')}") or name


def _lane(organisation: Organisation, lang: str, role: str, unit: str) -> str:
    """What stands over a lane."""
    known_role, known_unit = organisation.roles.get(role), organisation.units.get(unit)
    said = (
        known_role.name.say(lang) if known_role is not None else role,
        known_unit.name.say(lang) if known_unit is not None else unit,
    )
    return " – ".join(each for each in said if each)
