"""Simulates a scenario: today's procedure against simpler ones, judged first and played after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.broken_off import refuse_broken_off
from iso_audit.api.provenance import sha256_of, version
from iso_audit.api.reading import catalogue, load_workspace, log_files, shipped
from iso_audit.api.runs import held_log, seldom_collecting
from iso_audit.api.values import Simulated, Tell, Written
from iso_audit.api.writing import put_in_place, refuse_output, workroom
from iso_audit.errors import Fault, InputError, RenderError
from iso_audit.text import Text, did_you_mean

if TYPE_CHECKING:
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.scenario import Scenario
    from iso_audit.model.simulated import Calibration

SIMULATED = ("comparison.pdf", "comparison.html", "comparison.json", "comparison.xlsx")


@seldom_collecting()
def simulate(
    scenario: Path,
    folder: Path | None = None,
    output: Path | None = None,
    *,
    lang: str = "vi",
    fit: Path | None = None,
    mapping: Path | None = None,
    unit: str = "",
    even_if_unlawful: bool = False,
    quick: bool = False,
    suggest: bool = False,
    tell: Tell | None = None,
) -> Simulated:
    """Judge and simulate the proposals of a scenario; with `output`, write the comparison there.

    With `fit`, a log read by `mapping`, its numbers take the place of the scenario's own: those of one
    `unit`, or of all. With `suggest`, lawful proposals are searched for; the scenario's own are left aside.

    Raises:
        InputError: the workspace or the scenario cannot be read, a change names what is not there,
            a role is overloaded today, or `output` cannot be written to; nothing is written.
    """
    from iso_audit.simulation.answer import answered
    from iso_audit.workspace.scenarios import load_scenario

    hear = tell or (lambda *_: None)
    workspace = load_workspace(folder)
    rules = catalogue()
    path = _scenario_file(scenario, workspace)
    read = load_scenario(path, workspace)
    if output is not None:
        refuse_output(output, SIMULATED)
    calibration, inputs = None, [(path.name, sha256_of(path))]
    if fit is not None:
        read, calibration = _fitted(workspace, read, fit, mapping, unit, tell)
        inputs.append((fit.name, sha256_of(fit)))
    outcome = answered(
        workspace,
        rules,
        read,
        calibration=calibration,
        even_if_unlawful=even_if_unlawful,
        quick=quick,
        suggest=suggest,
        processes=os.cpu_count() or 1,
        tell=hear,
    )
    names = {load.procedure for load in read.loads}
    for procedure in workspace.procedures:
        if procedure.id in names and procedure.place.file:
            file = Path(workspace.root) / procedure.place.file
            if file.is_file():
                inputs.append((procedure.place.file, sha256_of(file)))
    found = Simulated(outcome, workspace, rules, tuple(dict.fromkeys(inputs)))
    if output is None:
        return found
    written = _write(found, output, lang, hear)
    return Simulated(outcome, workspace, rules, found.inputs, written)


def _fitted(
    workspace: Workspace,
    scenario: Scenario,
    log: Path,
    mapping: Path | None,
    unit: str,
    tell: Tell | None,
) -> tuple[Scenario, Calibration]:
    """The scenario with a log's numbers."""
    from iso_audit.simulation.fitting import fitted_scenario

    known = workspace.organisation.units
    if unit and unit not in known:
        raise InputError(
            [
                Fault(
                    Text(vi=f"không có đơn vị '{unit}'", en=f"there is no unit '{unit}'"),
                    hint=did_you_mean(unit, known),
                )
            ]
        )
    _, mapping_file = log_files(workspace, log, mapping)
    with held_log(workspace, log, mapping_file, tell) as (held, settled):
        refuse_broken_off(held.intake)
        courses = held.courses(scenario.main.procedure, unit)
        starts_known = held.column_known("events.started_at") and settled.start != "previous_finish"
    if tell:
        tell("fit", 0, 1)
    return fitted_scenario(workspace, scenario, courses, starts_known=starts_known)


def simulation_text(found: Simulated, lang: str, form: str = "text") -> str:
    """Return a simulation as `text` or `json`."""
    if form == "json":
        from iso_audit.report.simplification.as_json import text

        return text(found.outcome, version(), found.inputs)
    from iso_audit.report.simplification.as_text import as_text
    from iso_audit.report.simplification.view import simulation_view

    return as_text(simulation_view(found.outcome, found.workspace, found.catalogue, lang, version()))


def simulation_exit_code(found: Simulated) -> int:
    """1: a proposal is unlawful, simulated all the same or not; else 0."""
    return int(bool(found.outcome.refused) or found.outcome.is_forced)


def _scenario_file(given: Path, workspace: Workspace) -> Path:
    """The file itself, or the scenario of that name in the workspace."""
    if given.name == str(given) and not os.path.lexists(given):
        named = Path(workspace.root) / "scenarios" / f"{given.name.removesuffix('.yaml')}.yaml"
        if named.is_file():
            return named
    return given


def _write(found: Simulated, output: Path, lang: str, hear: Tell) -> Written:
    from iso_audit.exchange.workbook import write_workbook
    from iso_audit.report.simplification.as_json import render as render_json
    from iso_audit.report.simplification.page import render_html, render_pdf
    from iso_audit.report.simplification.tables import tables
    from iso_audit.report.simplification.view import simulation_view

    missing: list[tuple[str, str]] = []
    templates = shipped("report_templates")
    view = simulation_view(found.outcome, found.workspace, found.catalogue, lang, version())
    with workroom(output) as room:
        render_json(found.outcome, version(), found.inputs, room / "comparison.json")
        hear("write_html", 0, 1)
        render_html(view, templates, room / "comparison.html")
        write_workbook(tables(found.outcome, view), room / "comparison.xlsx")
        hear("write_pdf", 0, 1)
        try:
            render_pdf(view, templates, room / "comparison.pdf", attach=(room / "comparison.json",))
        except RenderError as error:
            missing.append(("comparison.pdf", str(error)))
        made = [name for name in SIMULATED if (room / name).exists()]
        put_in_place(room, output, SIMULATED)
    return Written(tuple(output / name for name in made), tuple(missing))
