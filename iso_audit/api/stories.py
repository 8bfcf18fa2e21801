"""The stories of single dossiers: told, and written as control sheets."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.api.reading import catalogue, load_workspace, log_files, shipped
from iso_audit.api.runs import DUCKDB, held_log, seldom_collecting
from iso_audit.api.values import Stories, Tell, Written
from iso_audit.api.writing import put_in_place, refuse_output, workroom
from iso_audit.errors import Fault, InputError, RenderError
from iso_audit.text import Text

if TYPE_CHECKING:
    from iso_audit.engine.protocol import Held
    from iso_audit.model.outcome import Workspace
    from iso_audit.model.story import Story


@seldom_collecting()
def stories(
    dossiers: Sequence[str],
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
) -> Stories:
    """Tell the dossiers with these ids; with `output`, write the control sheet of each there.

    Raises:
        InputError: the workspace, the mapping or the log cannot be read, there is none, or it has no
            such dossier; nothing is written.
    """
    from iso_audit.audit.dossiers import check_log
    from iso_audit.audit.gathered import Gathered
    from iso_audit.judgement.grade import Scale, graded
    from iso_audit.judgement.waive import waived, waived_in

    hear = tell or (lambda *_: None)
    workspace = load_workspace(folder, date)
    rules = catalogue(select, ignore)
    log, mapping_file = log_files(workspace, log, mapping)
    if log is None:
        raise InputError([Fault(_NO_LOG)])
    if output is not None:
        refuse_output(output, ())
    asked = list(dict.fromkeys(each.strip() for each in dossiers))
    with held_log(workspace, log, mapping_file, tell, memory, engine, resume) as (held, _):
        missing = [fault for each in asked if (fault := _untold(each, held, workspace)) is not None]
        if missing:
            raise InputError(missing)
        gathered = Gathered()
        check_log(workspace, rules, held, gathered, hear)
        findings = graded(gathered.findings, Scale.read(workspace.settings.grading))
        _, tolerated = waived(findings, workspace.waivers, workspace.settings.audit_date)
        found = tuple(waived_in(story, tolerated) for each in asked for story in held.stories(each))
    told = Stories(found, workspace, rules, tuple(gathered.failures))
    if output is None:
        return told
    return replace(told, written=_write(told, output, lang, tell))


_CUT_OFF = Text(
    vi="tệp nhật ký bị cắt giữa chừng: hồ sơ có thể nằm ở phần đã mất, hoặc bị cắt dở nên không xét",
    en="the log breaks off: the dossier may be in its lost part, or was cut in two and is not judged",
)


def _untold(dossier: str, held: Held, workspace: Workspace) -> Fault | None:
    """Why a dossier has no story; None where it has one."""
    why = held.untold(dossier)
    if not why:
        return None
    if why == "unknown":
        near = ", ".join(f"'{each}'" for each in held.ids_like(dossier))
        hint = Text(vi=f"có phải là {near}?", en=f"did you mean {near}?") if near else None
        hint = hint if held.intake.cut_off is None else _CUT_OFF
        return Fault(_filled(_UNKNOWN, dossier), hint=hint)
    return Fault(_filled(_OUTSIDE if why == "outside-period" else _NO_PROCEDURE, dossier))


def _filled(said: Text, dossier: str) -> Text:
    return Text(*(said.fill(lang, {"dossier": dossier}) for lang in ("vi", "en")))


def story_text(told: Stories, lang: str, form: str = "text") -> str:
    """Return stories as `text` or `json`."""
    from iso_audit.report.story import tale
    from iso_audit.report.story_page import as_json, as_text

    tales = [tale(each, told.workspace, told.catalogue, lang) for each in told.stories]
    return as_json(tales) if form == "json" else as_text(tales)


def story_exit_code(told: Stories, threshold: str) -> int:
    """0: no deviation graded `threshold` or graver that is not waived; 1: some; 3: a rule crashed."""
    from iso_audit.model.finding import Grade

    if told.failures:
        return 3
    if threshold == "never":
        return 0
    grades = {each.id: each.grade for pack in told.workspace.packs for each in pack.requirements}
    found = [
        grades[one.requirement] for story in told.stories for one in story.deviations if one.waiver is None
    ]
    return int(any(grade.rank <= Grade(threshold).rank for grade in found))


def _write(told: Stories, output: Path, lang: str, tell: Tell | None) -> Written:
    """Write every control sheet in a room of its own first, then move all of them to their places."""
    from iso_audit.api.provenance import version
    from iso_audit.report.control_sheet import render
    from iso_audit.report.story import tale

    missing: list[tuple[str, str]] = []
    names = list(_names(told.stories))
    refuse_output(output, names)
    templates = shipped("report_templates")
    with workroom(output) as room:
        for done, (story, name) in enumerate(zip(told.stories, names, strict=True)):
            if tell:
                tell("write_pdf", done, len(names))
            try:
                one = tale(story, told.workspace, told.catalogue, lang)
                render(one, told.workspace.settings, version(), templates, room / name)
            except RenderError as error:
                missing.append((name, str(error)))
        made = [name for name in names if (room / name).exists()]
        put_in_place(room, output, names)
    return Written(tuple(output / name for name in made), tuple(missing))


def _names(told: Iterable[Story]) -> Iterable[str]:
    """Names of files, free of signs that have a meaning in paths; of two alike the second is numbered."""
    seen: dict[str, int] = {}
    for story in told:
        name = re.sub(r"[^\w.-]+", "-", story.dossier).strip(".-")[:120] or "ho-so"
        seen[name.lower()] = seen.get(name.lower(), 0) + 1
        number = seen[name.lower()]
        yield f"phieu-kiem-soat-{name}{f'-{number}' if number > 1 else ''}.pdf"


_NO_LOG = Text(
    vi="muốn xem một hồ sơ, hãy nêu nhật ký bằng --log hoặc trong iso-audit.yaml",
    en="to tell a dossier, name a log by --log or in iso-audit.yaml",
)
_UNKNOWN = Text(
    vi="nhật ký không có hồ sơ '{dossier}'",
    en="the log has no dossier '{dossier}'",
)
_OUTSIDE = Text(
    vi="hồ sơ '{dossier}' được tiếp nhận ngoài thời kỳ đánh giá (audit.period trong "
    "iso-audit.yaml) nên không được xét",
    en="dossier '{dossier}' was received outside the period of the audit (audit.period in iso-audit.yaml) "
    "and is not judged",
)
_NO_PROCEDURE = Text(
    vi="hồ sơ '{dossier}' không thuộc quy trình nào của thư mục làm việc có hiệu lực vào ngày tiếp nhận nên "
    "không được xét",
    en="dossier '{dossier}' belongs to no procedure of the workspace in force on its day of receipt and is "
    "not judged",
)
