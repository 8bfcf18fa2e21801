"""One function for each thing the program can do; the only room that wires rooms together.

Rooms are imported inside the functions, so that `check` never pays for the log engine and
`rule` never for the PDF.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.errors import Fault, InputError, RenderError
from iso_audit.text import Text

if TYPE_CHECKING:
    from iso_audit.engine.protocol import Held
    from iso_audit.model.finding import Grade
    from iso_audit.model.log import LogMapping, World
    from iso_audit.model.outcome import InputFile, Outcome, RunCard, Workspace
    from iso_audit.model.procedure import Procedure
    from iso_audit.model.rule import Rule

Tell = Callable[[str, int, int], None]
OUTPUTS = ("report.pdf", "report.html", "findings.json", "evidence.csv")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote, and what it could not write with the reason."""

    paths: tuple[Path, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    """(file name, reason) of outputs that this machine cannot make."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit: its outcome, what it was made from and what it wrote."""

    outcome: Outcome
    workspace: Workspace
    catalogue: Mapping[str, Rule]
    written: Written = Written()


def shipped(name: str) -> Path:
    """Return a folder that ships with the program (`processes`, `report_templates`)."""
    here = Path(__file__).parent
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

    Both hold codes or their beginnings; the longest that fits a code decides, `ignore` on a tie.

    Raises:
        InputError: a beginning fits no code at all.
    """
    from iso_audit.rules import CATALOGUE
    from iso_audit.text import did_you_mean

    codes = [hook.code for rule in CATALOGUE.values() for hook in rule.hooks]
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
    names = ("on_procedure", "on_event", "on_dossier", "on_trace", "on_log")
    kept = {}
    for key, rule in CATALOGUE.items():
        hooks = {name: getattr(rule, name) for name in names}
        kept[key] = replace(
            rule, **{name: hook if hook and wanted(hook.code) else None for name, hook in hooks.items()}
        )
    return kept


def load_workspace(folder: Path | None, date: dt.date | None = None) -> Workspace:
    """Read a workspace; `date` replaces the audit date of its settings.

    Raises:
        InputError: with every fault of every file.
    """
    from iso_audit.rules import CATALOGUE
    from iso_audit.workspace.load import load

    workspace = load(workspace_folder(folder), CATALOGUE)
    if date is not None:
        workspace = replace(workspace, settings=replace(workspace.settings, audit_date=date))
    return workspace


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
        workspace = replace(workspace, procedures=_chosen(workspace, procedures))
    rules = catalogue(select, ignore)
    return Run(_run(workspace, rules, None, tell), workspace, rules)


def _chosen(workspace: Workspace, names: Sequence[str]) -> tuple[Procedure, ...]:
    from iso_audit.text import did_you_mean
    from iso_audit.workspace.load import load_procedure

    chosen, faults = [], []
    for name in names:
        known = [p for p in workspace.procedures if name in (p.id, p.key, p.code)]
        if known:
            chosen += known
        elif Path(name).suffix in (".yaml", ".yml"):
            try:
                chosen.append(load_procedure(Path(name)))
            except InputError as error:
                faults += error.faults
        else:
            faults.append(
                Fault(
                    Text(vi=f"không có quy trình '{name}'", en=f"there is no procedure '{name}'"),
                    hint=did_you_mean(name, [p.id for p in workspace.procedures]),
                )
            )
    if faults:
        raise InputError(faults)
    return tuple(dict.fromkeys(chosen))


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
    tell: Tell | None = None,
) -> Run:
    """Audit definitions and dossiers; with `output`, write report, findings and evidence there.

    Without `log` the log and mapping that the workspace's settings name are used; if they name
    none, the definitions are audited alone.

    Raises:
        InputError: the workspace, the mapping or the log cannot be read; nothing is written.
    """
    workspace = load_workspace(folder, date)
    rules = catalogue(select, ignore)
    log, mapping_file = _log_files(workspace, log, mapping)
    if log is None:
        outcome = _run(workspace, rules, None, tell)
        return Run(outcome, workspace, rules, _write(outcome, workspace, rules, lang, output, None, tell))
    from iso_audit.engine.duck import DuckEngine

    settled = _mapping(mapping_file, log)
    world = _world(workspace, settled)
    if tell:
        tell("read_log", 0, 1)
    with DuckEngine().take_in(log, settled, world) as held:
        inputs = [("log", log), *([("mapping", mapping_file)] if mapping_file else [])]
        outcome = _run(workspace, rules, (held, settled, inputs), tell)
        written = _write(outcome, workspace, rules, lang, output, held, tell)
    return Run(outcome, workspace, rules, written)


def _log_files(
    workspace: Workspace, log: Path | None, mapping: Path | None
) -> tuple[Path | None, Path | None]:
    settings, root = workspace.settings, Path(workspace.root)
    if log is not None:
        return log, mapping
    chosen = root / settings.log if settings.log else None
    return chosen, mapping or (root / settings.mapping if settings.mapping and chosen else None)


def _mapping(path: Path | None, log: Path) -> LogMapping:
    from iso_audit.workspace.load import load_mapping

    if path is not None:
        return load_mapping(path)
    raise InputError(
        [
            Fault(
                Text(
                    vi="nhật ký này cần một tệp ánh xạ cột (--map TỆP.yaml)",
                    en="this log needs a mapping file (--map FILE.yaml)",
                ),
                file=str(log),
            )
        ]
    )


def _world(workspace: Workspace, mapping: LogMapping) -> World:
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
    log: tuple[Held, LogMapping, Sequence[tuple[str, Path]]] | None,
    tell: Tell | None,
) -> Outcome:
    from iso_audit.audit.definitions import check_definitions
    from iso_audit.audit.dossiers import check_log
    from iso_audit.audit.gathered import Gathered
    from iso_audit.judgement.grade import Scale, graded
    from iso_audit.model.outcome import Outcome

    hear = tell or (lambda *_: None)
    gathered = Gathered()
    check_definitions(workspace, rules, gathered, hear)
    held, mapping, inputs = log or (None, None, ())
    if held is not None:
        check_log(workspace, rules, held, gathered, hear)
    findings = graded(gathered.findings, Scale.read(workspace.settings.grading))
    return Outcome(
        card=_card(workspace, inputs, len(gathered.asked)),
        findings=tuple(findings),
        open_items=tuple(
            sorted(gathered.open_items, key=lambda i: (i.code, i.requirement, i.procedure, i.step, i.reason))
        ),
        tallies=tuple(gathered.tallies),
        failures=tuple(gathered.failures),
        intake=held.intake if held else None,
        measures=tuple(held.measures()) if held else (),
        mapping_note=mapping.note if mapping else Text(),
        unit_dossiers=dict(held.unit_dossiers()) if held else {},
    )


def _card(workspace: Workspace, inputs: Iterable[tuple[str, Path]], questions: int) -> RunCard:
    from iso_audit.model.outcome import RunCard

    root = Path(workspace.root)
    files = [_input(_role(name), name, root / name) for name in workspace.files]
    files += [_input(role, path.name, path) for role, path in inputs]
    return RunCard(
        program_version=version(),
        catalogue_sha256=_catalogue_sha256(),
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

    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return InputFile(role, name, digest.hexdigest(), path.stat().st_size)


def version() -> str:
    """Return the version of the program that is installed."""
    return metadata.version("iso-audit")


def _catalogue_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "rules").glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _write(
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
    from iso_audit.report import as_html, as_json, as_pdf
    from iso_audit.report.view import view

    hear = tell or (lambda *_: None)
    _refuse_output(output)
    output.mkdir(parents=True, exist_ok=True)
    missing: list[tuple[str, str]] = []
    templates = shipped("report_templates")
    room = Path(tempfile.mkdtemp(prefix=".iso-audit-", dir=output))
    try:
        shown = view(outcome, workspace, rules, lang)
        as_json.render(outcome, room / "findings.json")
        hear("write_html", 0, 1)
        as_html.render(shown, templates, room / "report.html")
        if held is not None:
            held.write_evidence(room / "evidence.csv")
        hear("write_pdf", 0, 1)
        try:
            as_pdf.render(shown, templates, room / "report.pdf", attach=(room / "findings.json",))
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


def worst_grade(outcome: Outcome) -> Grade | None:
    """Return the gravest grade among the findings, None where there is none."""
    return min((f.grade for f in outcome.findings), key=lambda grade: grade.rank, default=None)


def is_over(run: Run, threshold: str) -> bool:
    """Whether a finding is at or over `threshold` (a grade, or `never`)."""
    from iso_audit.model.finding import Grade

    if threshold == "never":
        return False
    return any(finding.grade.rank <= Grade(threshold).rank for finding in run.outcome.findings)


def summary(run: Run, lang: str) -> str:
    """Return what a person at the terminal wants to know of a run, paths included."""
    from iso_audit.report import as_text
    from iso_audit.report.view import view

    shown = view(run.outcome, run.workspace, run.catalogue, lang)
    return as_text.render(shown, run.written.paths)


def as_json(run: Run) -> str:
    """Return the master output of a run as text."""
    from iso_audit.report import as_json as writer

    return writer.text(run.outcome)


def rule_pages(code: str | None, lang: str) -> str:
    """Return the page of the rule with `code`, or of every rule.

    Raises:
        InputError: no rule has that code.
    """
    from iso_audit.report import as_text
    from iso_audit.rules import CATALOGUE

    chosen = CATALOGUE.values() if code is None else catalogue([code]).values()
    rules = [rule for rule in chosen if rule.hooks]
    packs = load_workspace(None).packs
    return as_text.rule_pages(rules, packs, lang)


def import_table(table: Path, target: Path | None, facts: Mapping[str, str]) -> tuple[str, tuple[Fault, ...]]:
    """Turn an office's step table into the text of a procedure file; write it where `target` says.

    Returns the text and what could not be read, each with row and column.

    Raises:
        InputError: the table cannot be read at all, or `target` exists already.
    """
    from iso_audit.exchange.step_table import read_steps
    from iso_audit.workspace.write import procedure_yaml

    if target is not None and target.exists():
        said = Text(vi="tệp đã có, sẽ không ghi đè", en="the file exists and is not overwritten")
        raise InputError([Fault(said, str(target))])
    read = read_steps(table, facts)
    text = procedure_yaml(read.procedure)
    if target is not None:
        _write_text(target, text)
    return text, tuple(read.unread)


def _write_text(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=".iso-audit-", delete=False
    ) as stream:
        stream.write(text)
    os.replace(stream.name, target)  # noqa: PTH105 - the name says it is atomic


def schemas(name: str | None = None) -> Mapping[str, Mapping[str, object]]:
    """Return the JSON Schema of every kind of file, or of the one called `name`.

    Raises:
        InputError: there is no such kind of file.
    """
    from iso_audit.text import did_you_mean
    from iso_audit.workspace.schema import schemas as published

    known = published()
    if name is not None and name not in known:
        said = Text(vi=f"không có loại tệp '{name}'", en=f"there is no kind of file '{name}'")
        raise InputError([Fault(said, hint=did_you_mean(name, known))])
    return known if name is None else {name: known[name]}


def write_schemas(known: Mapping[str, Mapping[str, object]], folder: Path) -> list[Path]:
    """Write each schema to `<folder>/<name>.schema.json` and return the paths."""
    paths = []
    for name, schema in sorted(known.items()):
        paths.append(folder / f"{name}.schema.json")
        _write_text(paths[-1], json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    return paths
