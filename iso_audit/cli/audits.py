"""The verbs that audit: definitions alone, and definitions with dossiers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from iso_audit import api
from iso_audit.cli.frame import PATH, day_of, guard, progress, refuse, shared, tell_written
from iso_audit.text import Text, number

UNUSED = Text(
    vi="Chú ý: nhật ký có {rows} hàng, trong đó {count} chỗ không dùng được, đầu tiên là {place}; "
    "báo cáo nêu lý do.",
    en="Note: entries of the log that could not be used: {count}, in {rows} rows; the first is {place}; "
    "the report says why.",
)
FORM_OF_STORIES = Text(
    vi="--dossier chỉ in được dạng text hoặc json", en="--dossier prints text or json and nothing else"
)
REMARKS = Text(
    vi="Ghi chú về sơ đồ, không phải phát hiện đánh giá ({count}):",
    en="Remarks about the drawing, no findings of the audit ({count}):",
)
MOST_LINES = 12
TONES: Mapping[str, Mapping[str, Any]] = {
    "major": {"fg": "red", "bold": True},
    "minor": {"fg": "yellow", "bold": True},
    "observation": {"fg": "cyan"},
    "mark": {"fg": "red"},
    "strong": {"bold": True},
    "quiet": {"dim": True},
}
"""How the words of a listing look on a terminal."""


@click.command()
@click.argument("procedures", nargs=-1)
@shared
def check(
    procedures: tuple[str, ...], workspace: Path | None, date: str | None, select: tuple[str, ...],
    ignore: tuple[str, ...], fail_on: str, form: str, quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Kiểm tra riêng các quy trình. / Audit the definitions alone.

    PROCEDURES: mã, tên hoặc tệp .yaml; để trống là tất cả. / Ids, codes or files; none means all.
    """
    with guard(lang), progress(quiet or form != "text", lang) as tell:
        run = api.check(workspace, procedures, date=day_of(date), select=select, ignore=ignore, tell=tell)
    with guard(lang, done=True):
        _show(run, form, fail_on, quiet, lang)


@click.command()
@click.option("--log", type=PATH, help="Nhật ký (CSV, XLSX, Parquet, XES, JSON). / The log.")
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ, hoặc tên. / Mapping: file or name.")
@click.option("--output", "-o", type=PATH, help="Thư mục kết quả. / Folder for outputs.")
@click.option(
    "--dossier",
    "dossiers",
    multiple=True,
    metavar="ID",
    help="Kể riêng hồ sơ này; với -o lập phiếu kiểm soát. / Tell this dossier; with -o its control sheet.",
)
@click.option(
    "--memory",
    type=click.IntRange(500),
    metavar="MB",
    help="Bộ nhớ tối đa cho nhật ký, mặc định 1000. / Most memory for the log, 1000 unless said.",
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    metavar="NAME",
    help="duckdb, spark, hoặc địa chỉ cụm Spark. / duckdb, spark, or the address of a Spark cluster.",
)
@click.option(
    "--resume",
    type=PATH,
    metavar="FOLDER",
    help="Lưu việc dở dang vào đây; chạy lại thì làm tiếp. / Put work aside here; a new run goes on from it.",
)
@shared
def audit(
    log: Path | None, mapping: Path | None, output: Path | None, dossiers: tuple[str, ...],
    memory: int | None, engine: str, resume: Path | None, workspace: Path | None,
    date: str | None, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, form: str,
    quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Đánh giá quy trình và hồ sơ, lập báo cáo. / Audit definitions and dossiers, write the report."""
    if dossiers:
        with guard(lang), progress(quiet or form != "text", lang) as tell:
            if form not in ("text", "json"):
                refuse(FORM_OF_STORIES)
            told = api.stories(
                dossiers, workspace, log, mapping, output,
                lang=lang, date=day_of(date), select=select, ignore=ignore, memory=memory, engine=engine,
                resume=resume, tell=tell,
            )  # fmt: skip
        with guard(lang, done=True):
            _show_stories(told, form, fail_on, lang)
    with guard(lang), progress(quiet or form != "text", lang) as tell:
        run = api.audit(
            workspace, log, mapping, output,
            lang=lang, date=day_of(date), select=select, ignore=ignore, memory=memory, engine=engine,
            resume=resume, tell=tell,
        )  # fmt: skip
    with guard(lang, done=True):
        _show(run, form, fail_on, quiet, lang)


def _show(run: api.Run, form: str, fail_on: str, quiet: bool, lang: str) -> None:
    code = api.exit_code(run, fail_on)
    click.echo(api.shown(run, form, lang, fail_on, quiet, _paint), nl=False)
    intake = run.outcome.intake
    if intake is not None and intake.refused_count:
        first = intake.refused[0]
        facts = {"count": number(intake.refused_count, lang), "rows": number(intake.rows, lang)}
        click.echo(UNUSED.fill(lang, {**facts, "place": f"{first.file}:{first.row}"}), err=True)
    if intake is not None and intake.cut_off is not None:
        click.echo(api.broken_off(intake.cut_off, api.AUDITED, lang), err=True)
    if form == "text" and not quiet:
        _remark(run, lang)
    tell_written(replace(run.written, paths=()), lang)
    sys.exit(code)


def _show_stories(told: api.Stories, form: str, fail_on: str, lang: str) -> None:
    code = api.story_exit_code(told, fail_on)
    click.echo(api.story_text(told, lang, form), nl=False)
    tell_written(told.written, lang)
    for failure in told.failures:
        click.echo(f"{failure.code}: {failure.message}", err=True)
    sys.exit(code)


def _remark(run: api.Run, lang: str) -> None:
    """What there is to know about the drawings that were read; the same words once, with all their lines."""
    lines: dict[tuple[str, str], list[int]] = {}
    for remark in run.outcome.remarks:
        lines.setdefault((remark.place.file, remark.what.say(lang)), []).append(remark.place.line)
    if lines:
        click.echo(REMARKS.fill(lang, {"count": number(len(run.outcome.remarks), lang)}), err=True)
    for (file, said), at in lines.items():
        more = ", ".join(map(str, at[1:MOST_LINES])) + (", ..." if len(at) > MOST_LINES else "")
        click.echo(f"  {file}:{at[0]}: {said}" + (f" (+ {more})" if more else ""), err=True)


def _paint(said: str, tone: str) -> str:
    """Colour, which click leaves out where nobody looks."""
    return click.style(said, **TONES[tone]) if sys.stdout.isatty() and "NO_COLOR" not in os.environ else said
