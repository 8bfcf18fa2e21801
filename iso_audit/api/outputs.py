"""What a run is shown as: files, the summary for a person, the master output."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import shipped
from iso_audit.api.values import Run, Tell, Written
from iso_audit.errors import Fault, InputError, RenderError
from iso_audit.text import Text

if TYPE_CHECKING:
    from iso_audit.engine.protocol import Held
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule

OUTPUTS = ("report.pdf", "report.html", "findings.json", "evidence.csv")


def write(
    outcome: Outcome,
    workspace: Workspace,
    rules: Mapping[str, Rule],
    lang: str,
    output: Path | None,
    held: Held | None,
    tell: Tell | None,
) -> Written:
    """Write every output under a temporary name first, then all of them to their places."""
    if output is None:
        return Written()
    from iso_audit.report.as_html import render as render_html
    from iso_audit.report.as_json import render as render_json
    from iso_audit.report.as_pdf import render as render_pdf
    from iso_audit.report.view import view

    hear = tell or (lambda *_: None)
    _refuse_output(output)
    output.mkdir(parents=True, exist_ok=True)
    missing: list[tuple[str, str]] = []
    templates = shipped("report_templates")
    room = Path(tempfile.mkdtemp(prefix=".iso-audit-", dir=output))
    try:
        shown = view(outcome, workspace, rules, lang)
        render_json(outcome, room / "findings.json")
        hear("write_html", 0, 1)
        render_html(shown, templates, room / "report.html")
        if held is not None:
            held.write_evidence(room / "evidence.csv")
        hear("write_pdf", 0, 1)
        try:
            render_pdf(shown, templates, room / "report.pdf", attach=(room / "findings.json",))
        except RenderError as error:
            missing.append(("report.pdf", str(error)))
        made = [name for name in OUTPUTS if (room / name).exists()]
        for name in made:
            os.replace(room / name, output / name)  # noqa: PTH105 - the name says it is atomic
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return Written(tuple(output / name for name in made), tuple(missing))


def _refuse_output(output: Path) -> None:
    if output.exists() and not output.is_dir():
        said = Text(vi="nơi ghi kết quả phải là một thư mục", en="the output must be a folder")
        raise InputError([Fault(said, str(output))])


def summary(run: Run, lang: str) -> str:
    """Return what a person at the terminal wants to know of a run, paths included."""
    from iso_audit.report.as_text import render
    from iso_audit.report.view import view

    shown = view(run.outcome, run.workspace, run.catalogue, lang)
    return render(shown, run.written.paths)


def as_json(run: Run) -> str:
    """Return the master output of a run as text."""
    from iso_audit.report.as_json import text

    return text(run.outcome)


def write_text(target: Path, text: str) -> None:
    """Write a text file whole or not at all: under a temporary name, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=".iso-audit-", delete=False
    ) as stream:
        stream.write(text)
    os.replace(stream.name, target)  # noqa: PTH105 - the name says it is atomic
