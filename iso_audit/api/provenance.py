"""What a run was made from: every input with its hash, so that who doubts a figure can repeat it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.text import printable

if TYPE_CHECKING:
    from iso_audit.model.outcome import InputFile, RunCard, Workspace

_PACKAGE = Path(__file__).parent.parent


def run_card(workspace: Workspace, inputs: Iterable[tuple[str, Path]], questions: int) -> RunCard:
    """Return the provenance of a run; `inputs` are (role, path) beside the workspace's own files."""
    from iso_audit.model.outcome import RunCard

    root = Path(workspace.root)
    files = [_input(_role(name), name, root / name) for name in workspace.files]
    files += [_input(role, str(path) if role == "procedure" else path.name, path) for role, path in inputs]
    return RunCard(
        program_version=version(),
        catalogue_sha256=_sources_sha256(_PACKAGE / "rules"),
        audit_date=workspace.settings.audit_date,
        seed=workspace.settings.seed,
        inputs=tuple(files),
        packs=tuple(pack.id for pack in workspace.packs),
        questions=questions,
    )


def _role(name: str) -> str:
    first = Path(name).parts[0]
    named = {"procedures": "procedure", "calendars": "calendar", "requirements": "pack"}
    return named.get(first, {"iso-audit.yaml": "settings"}.get(name, Path(name).stem))


def _input(role: str, name: str, path: Path) -> InputFile:
    from iso_audit.model.outcome import InputFile

    return InputFile(role, printable(name), sha256_of(path), path.stat().st_size)


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def version() -> str:
    """Return the version of the program that is installed."""
    return metadata.version("iso-audit")


def _sources_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def same_work(workspace: Workspace, inputs: Iterable[tuple[str, Path]]) -> str:
    """Name all that working a log out depends on: the program, the day of the audit and every input."""
    card = run_card(workspace, inputs, 0)
    said = f"{card}{_sources_sha256(_PACKAGE)}"
    return hashlib.sha256(said.encode()).hexdigest()
