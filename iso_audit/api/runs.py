"""The two runs: definitions alone, and definitions with dossiers."""

from __future__ import annotations

import datetime as dt
import gc
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.outputs import write
from iso_audit.api.provenance import run_card, same_work
from iso_audit.api.reading import catalogue, chosen, load_workspace, log_files, mapping_of
from iso_audit.api.values import OUTPUTS, Run, Tell
from iso_audit.api.writing import refuse_output
from iso_audit.errors import Fault, InputError
from iso_audit.text import Text, printable

if TYPE_CHECKING:
    from iso_audit.engine.opening import Foreign
    from iso_audit.engine.protocol import Engine, ForeignLog, Held
    from iso_audit.engine.resumed import PutAside
    from iso_audit.engine.source import TextTable
    from iso_audit.model.log import LogMapping, World
    from iso_audit.model.nonconformity import Waiver
    from iso_audit.model.outcome import Outcome, Workspace
    from iso_audit.model.rule import Rule

DUCKDB = "duckdb"
"""The engine of one machine, which needs nothing else."""
_NOT_ON_SPARK = Text(
    vi="--resume chỉ dùng được với --engine duckdb", en="--resume goes with --engine duckdb alone"
)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for circles among values less often: small ones in great number live until the end of a run.

    The usual thresholds cost a seventh of the time of 42,000 dossiers, and a third of that of a procedure
    of 10,000 steps.
    """
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        # what is young counts as old from here on, or all of it would be looked at right away
        gc.freeze()
        gc.unfreeze()


@seldom_collecting()
def check(
    folder: Path | None = None,
    procedures: Sequence[str] = (),
    *,
    date: dt.date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    tell: Tell | None = None,
) -> Run:
    """Audit definitions alone: all of the workspace, or those named by id, code or file.

    A file outside the workspace is read by itself and judged by the workspace's packs.
    """
    workspace = load_workspace(folder, date)
    if procedures:
        workspace = chosen(workspace, procedures)
    rules = catalogue(select, ignore)
    beside = {procedure.place.file for procedure in workspace.procedures} - set(workspace.files)
    inputs = [("procedure", Path(name)) for name in procedures if printable(name) in beside]
    return checked(workspace, rules, tell, inputs)


@seldom_collecting()
def checked(
    workspace: Workspace,
    rules: Mapping[str, Rule],
    tell: Tell | None = None,
    inputs: Sequence[tuple[str, Path]] = (),
) -> Run:
    """Audit the definitions of a workspace that was read; `inputs` are files (role, path) beyond its own."""
    return Run(_run(workspace, rules, None, tell, inputs), workspace, rules)


@seldom_collecting()
def audit(
    folder: Path | None = None,
    log: Path | None = None,
    mapping: Path | None = None,
    output: Path | None = None,
    *,
    lang: str = "vi",
    date: dt.date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    memory: int | None = None,
    engine: str = DUCKDB,
    resume: Path | None = None,
    tell: Tell | None = None,
) -> Run:
    """Audit definitions and dossiers; with `output`, write report, findings and evidence there.

    A log takes about `memory` megabytes, however large it is; the rest goes to the disk. The `engine`
    is DuckDB, or Spark: `spark`, or the address of its cluster. Work on the log is put aside in the folder
    `resume`, where the next run with the same inputs goes on.

    Without `log` the log and mapping that the workspace's settings name are used; if they name
    none, the definitions are audited alone.

    Raises:
        InputError: the workspace, the mapping or the log cannot be read, or `output` cannot be
            written to; nothing is written.
    """
    workspace = load_workspace(folder, date)
    rules = catalogue(select, ignore)
    log, mapping_file = log_files(workspace, log, mapping)
    if output is not None:
        refuse_output(output, OUTPUTS)
    if log is None:
        outcome = _run(workspace, rules, None, tell)
        return Run(outcome, workspace, rules, write(outcome, workspace, rules, lang, output, None, tell))
    with held_log(workspace, log, mapping_file, tell, memory, engine, resume) as (held, settled):
        outcome = _run(workspace, rules, (held, settled), tell, _inputs(log, mapping_file, settled))
        written = write(outcome, workspace, rules, lang, output, held, tell)
    return Run(outcome, workspace, rules, written)


@contextmanager
def held_log(
    workspace: Workspace,
    log: Path,
    mapping_file: Path | None,
    tell: Tell | None,
    memory: int | None = None,
    engine: str = DUCKDB,
    resume: Path | None = None,
) -> Iterator[tuple[Held, LogMapping]]:
    """Take in a log by its mapping, and give it back at the end; `memory`, `engine`, `resume` as in `audit`.

    Raises:
        InputError: the mapping or the log cannot be read.
    """
    from iso_audit.engine.protocol import unheard

    settled = mapping_of(mapping_file, log, workspace)
    world = world_for(workspace, settled)
    reader = engine_of(engine, memory, _aside(resume, workspace, _inputs(log, mapping_file, settled)))
    if tell:
        tell("open_log", 0, 0)
    with reader.take_in(log, settled, world, tell or unheard) as held:
        yield held, settled


def _inputs(log: Path, mapping_file: Path | None, mapping: LogMapping) -> list[tuple[str, Path]]:
    """The files of a log with their roles."""
    from iso_audit.engine.opening import ATTRIBUTES, EVENTS

    inputs = [("log", log), *([("mapping", mapping_file)] if mapping_file else [])]
    beside = (mapping.dossiers_from, mapping.register_from, mapping.reported_from)
    return inputs + [("log", log.parent / name) for name in beside if name not in ("", ATTRIBUTES, EVENTS)]


def _aside(folder: Path | None, workspace: Workspace, inputs: Sequence[tuple[str, Path]]) -> PutAside | None:
    """Where work on a log is put aside, if anywhere."""
    from iso_audit.engine.resumed import PutAside

    return None if folder is None else PutAside(folder.resolve(), same_work(workspace, inputs))


def engine_of(name: str = DUCKDB, memory: int | None = None, aside: PutAside | None = None) -> Engine:
    """The log engine of a name, with the readers of formats whose libraries have their door in `exchange`.

    It takes about `memory` megabytes, whatever the size of the log, and puts its work `aside` where it says.

    Raises:
        InputError: there is no such engine here, or it cannot put work aside.
    """
    from iso_audit.engine.duck import MEMORY, DuckEngine

    if name == DUCKDB:
        return DuckEngine(foreign_readers(), memory=memory or MEMORY, aside=aside)
    if aside is not None:
        raise InputError([Fault(_NOT_ON_SPARK)])
    from iso_audit.engine.spark_session import master_of

    master = master_of(name)
    from iso_audit.engine.spark import SparkEngine

    return SparkEngine(foreign_readers(), master, memory)


def foreign_readers() -> Foreign:
    """Readers of what `exchange` reads for the engine; their libraries are imported when first used."""
    from iso_audit.engine.opening import Foreign
    from iso_audit.exchange.code_pages import decode_as, encoding_of

    def read_xes(path: Path) -> ForeignLog:
        from iso_audit.exchange.xes import read_xes as read

        return read(path)

    def read_json(path: Path, mapping: LogMapping) -> ForeignLog:
        from iso_audit.exchange.json_logs import read_json_log

        return read_json_log(path, mapping)

    def read_sheet(path: Path, wanted: Sequence[str]) -> TextTable:
        from iso_audit.exchange.sheet_logs import read_sheet_log

        return read_sheet_log(path, wanted)

    decoders = {name: partial(decode_as, encoding=name) for name in ("tcvn3", "abc", "vni")}
    return Foreign(read_xes, decoders, encoding_of, read_json, read_sheet)


def world_for(workspace: Workspace, mapping: LogMapping) -> World:
    """Everything but the log that an audit of dossiers depends on.

    Raises:
        InputError: the workspace names no calendar.
    """
    from iso_audit.audit.criteria import world_of

    if not workspace.settings.calendar:
        raise InputError(
            [
                Fault(
                    Text(
                        vi="muốn đánh giá hồ sơ, hãy nêu lịch làm việc (calendar) trong iso-audit.yaml",
                        en="to audit dossiers, name a calendar in iso-audit.yaml",
                    ),
                    file="iso-audit.yaml",
                )
            ]
        )
    zone = zoneinfo.ZoneInfo(workspace.calendar.zone)
    day_after = workspace.settings.audit_date + dt.timedelta(days=1)
    drawn_up = mapping.drawn_up_at or dt.datetime.combine(day_after, dt.time(), zone)
    return world_of(workspace, drawn_up)


def _run(
    workspace: Workspace,
    rules: Mapping[str, Rule],
    log: tuple[Held, LogMapping] | None,
    tell: Tell | None,
    inputs: Sequence[tuple[str, Path]] = (),
) -> Outcome:
    from iso_audit.audit.assumptions import assumptions_of
    from iso_audit.audit.definitions import check_definitions
    from iso_audit.audit.dossiers import check_log
    from iso_audit.audit.gathered import Gathered
    from iso_audit.judgement.grade import Scale, graded
    from iso_audit.judgement.waive import idle, waived
    from iso_audit.model.measure import Measures
    from iso_audit.model.outcome import Outcome

    hear = tell or (lambda *_: None)
    gathered = Gathered()
    check_definitions(workspace, rules, gathered, hear)
    held, mapping = log or (None, None)
    if held is not None:
        check_log(workspace, rules, held, gathered, hear)
    findings = graded(gathered.findings, Scale.read(workspace.settings.grading))
    day = workspace.settings.audit_date
    standing, tolerated = waived(findings, workspace.waivers, day)
    asked = _asked(workspace, rules, held is not None)
    return Outcome(
        card=run_card(workspace, inputs, len(gathered.asked)),
        findings=standing,
        open_items=tuple(
            sorted(gathered.open_items, key=lambda i: (i.code, i.requirement, i.procedure, i.step, i.reason))
        ),
        tallies=tuple(gathered.tallies),
        failures=tuple(gathered.failures),
        remarks=workspace.remarks,
        waived=tolerated,
        idle_waivers=idle(workspace.waivers, standing, tolerated, day, asked),
        intake=held.intake if held else None,
        measures=held.measures() if held else Measures(),
        mapping_note=mapping.note if mapping else Text(),
        notes=assumptions_of(workspace.procedures),
        unit_dossiers=dict(held.unit_dossiers()) if held else {},
        executions=_executions(held) if held else {},
    )


def _asked(workspace: Workspace, rules: Mapping[str, Rule], on_dossiers: bool) -> Callable[[Waiver], bool]:
    """Whether a run over these procedures, rules and dossiers puts the question that a waiver is about."""
    codes = {
        hook.code
        for rule in rules.values()
        for hook in (rule.hooks if on_dossiers else filter(None, [rule.on_procedure]))
    }
    names = {name for procedure in workspace.procedures for name in (procedure.id, procedure.key)}
    return lambda waiver: waiver.code in codes and waiver.procedure in names


def _executions(held: Held) -> dict[tuple[str, str], int]:
    """How often each step was carried out, steps nobody took included as 0 where dossiers exist."""
    times: dict[tuple[str, str], int] = {}
    for kind in held.event_kinds():
        for step in kind.procedure.steps:
            times.setdefault((kind.procedure.key, step.id), 0)
        if kind.step:
            times[(kind.procedure.key, kind.step)] += kind.count
    return times
