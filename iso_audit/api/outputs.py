"""What a run is shown as: files, the summary for a person, the master output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import shipped
from iso_audit.api.values import OUTPUTS, Run, Tell, Written
from iso_audit.api.writing import put_in_place, refuse_output, workroom
from iso_audit.errors import RenderError

if TYPE_CHECKING:
    from iso_audit.engine.protocol import Held
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule


def write(
    outcome: Outcome,
    workspace: Workspace,
    rules: Mapping[str, Rule],
    lang: str,
    output: Path | None,
    held: Held | None,
    tell: Tell | None,
) -> Written:
    """Write every output in a room of its own first, then move all of them to their places."""
    if output is None:
        return Written()
    from iso_audit.report.as_html import render as render_html
    from iso_audit.report.as_json import render as render_json
    from iso_audit.report.as_pdf import render as render_pdf
    from iso_audit.report.view import view

    hear = tell or (lambda *_: None)
    refuse_output(output, OUTPUTS)
    missing: list[tuple[str, str]] = []
    templates = shipped("report_templates")
    with workroom(output) as room:
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
        put_in_place(room, output, OUTPUTS)
    return Written(tuple(output / name for name in made), tuple(missing))


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
