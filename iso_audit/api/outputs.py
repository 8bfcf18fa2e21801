"""What a run is shown as: files, and what is printed."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import shipped
from iso_audit.api.values import OUTPUTS, Run, Tell, Written
from iso_audit.api.writing import put_in_place, refuse_output, workroom
from iso_audit.errors import RenderError
from iso_audit.text import printable

if TYPE_CHECKING:
    from iso_audit.engine.protocol import Held
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule
    from iso_audit.report.listing import Paint

MOST_QUOTED = 1 << 24
"""Bytes of a file that are read to quote a line of it."""


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
    from iso_audit.api.workbooks import write_measures
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
            hear("write_evidence", 0, 1)
            held.write_evidence(room / "evidence.csv")
            write_measures(outcome, workspace, lang, room / "measures.xlsx")
        hear("write_pdf", 0, 1)
        try:
            render_pdf(shown, templates, room / "report.pdf", attach=(room / "findings.json",))
        except RenderError as error:
            missing.append(("report.pdf", str(error)))
        made = [name for name in OUTPUTS if (room / name).exists()]
        put_in_place(room, output, OUTPUTS)
    return Written(tuple(output / name for name in made), tuple(missing))


def shown(
    run: Run, form: str, lang: str, threshold: str, quiet: bool = False, paint: Paint | None = None
) -> str:
    """Return a run as `text`, `json`, `sarif` or `junit`.

    Text is the list of findings, or the short summary where files were written; `paint` gives its
    words colour, `quiet` leaves the findings alone. `threshold` is the grade that makes a failure.
    """
    from iso_audit.report.view import view

    if form == "json":
        return as_json(run)
    outcome, workspace, rules = run.outcome, run.workspace, run.catalogue
    seen = view(outcome, workspace, rules, lang, drawn=False)
    if form == "sarif":
        from iso_audit.report.as_sarif import text as as_sarif

        return as_sarif(outcome, workspace, rules, seen, exit_code(run, threshold))
    if form == "junit":
        from iso_audit.model.finding import Grade
        from iso_audit.report.as_junit import text as as_junit

        least = -1 if threshold == "never" else Grade(threshold).rank
        return as_junit(outcome, workspace, rules, seen, least)
    if run.written.paths:
        from iso_audit.report.as_text import render

        return render(seen, run.written.paths)
    from iso_audit.report.listing import plain
    from iso_audit.report.listing import render as listing

    return listing(seen, _lines(run), paint or plain, quiet)


def as_json(run: Run) -> str:
    """Return the master output of a run as text."""
    from iso_audit.report.as_json import text

    return text(run.outcome)


def exit_code(run: Run, threshold: str) -> int:
    """0: no finding at or over `threshold` (a grade, or `never`); 1: some; 3: a rule crashed.

    A log that breaks off is never taken for one without findings: 1, too.
    """
    from iso_audit.model.finding import Grade

    if run.outcome.failures:
        return 3
    if threshold == "never":
        return 0
    if run.outcome.intake is not None and run.outcome.intake.cut_off is not None:
        return 1
    return int(any(finding.grade.rank <= Grade(threshold).rank for finding in run.outcome.findings))


def _lines(run: Run) -> Mapping[tuple[str, int], str]:
    """The lines that findings are about, as they stand in their files now; read for quoting alone."""
    found = [*run.outcome.findings, *(one.finding for one in run.outcome.waived)]
    wanted: dict[str, set[int]] = {}
    for finding in found:
        if finding.place.line:
            wanted.setdefault(finding.place.file, set()).add(finding.place.line)
    paths = {printable(name): Path(run.workspace.root) / name for name in run.workspace.files}
    lines: dict[tuple[str, int], str] = {}
    for file, numbers in wanted.items():
        with contextlib.suppress(OSError), paths.get(file, Path(file)).open("rb") as stream:
            raw = stream.read(MOST_QUOTED)
            known = re.split("\r\n|\r|\n", raw.decode(_encoding(raw), "replace"))
            lines |= {(file, n): known[n - 1] for n in numbers if n <= len(known)}
    return lines


def _encoding(raw: bytes) -> str:
    return "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
