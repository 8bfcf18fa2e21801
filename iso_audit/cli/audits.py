"""The verbs that audit: definitions alone, and definitions with dossiers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import FINDINGS, OK, OUR_FAULT, PATH, day_of, guard, progress, shared
from iso_audit.text import Text, number

UNUSED = Text(
    vi="Chú ý: {count} trong {rows} hàng của nhật ký không dùng được, đầu tiên là {place}; "
    "báo cáo nêu lý do.",
    en="Note: {count} of {rows} rows of the log could not be used, first {place}; the report says why.",
)
NOT_WRITTEN = Text(vi="Không ghi được {name}: {reason}", en="{name} could not be written: {reason}")


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
        _show(run, form, fail_on, lang)


@click.command()
@click.option("--log", type=PATH, help="Nhật ký hồ sơ (CSV, XES). / The log.")
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ. / The mapping file.")
@click.option("--output", "-o", type=PATH, help="Thư mục kết quả. / Folder for outputs.")
@shared
def audit(
    log: Path | None, mapping: Path | None, output: Path | None, workspace: Path | None,
    date: str | None, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, form: str,
    quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Đánh giá quy trình và hồ sơ, lập báo cáo. / Audit definitions and dossiers, write the report."""
    with guard(lang), progress(quiet or form != "text", lang) as tell:
        run = api.audit(
            workspace, log, mapping, output,
            lang=lang, date=day_of(date), select=select, ignore=ignore, tell=tell,
        )  # fmt: skip
    with guard(lang, done=True):
        _show(run, form, fail_on, lang)


def _show(run: api.Run, form: str, fail_on: str, lang: str) -> None:
    click.echo(api.as_json(run) if form == "json" else api.summary(run, lang))
    intake = run.outcome.intake
    if intake is not None and intake.refused_count:
        first, rows = intake.refused[0], intake.event_rows + intake.dossier_rows
        facts = {"count": number(intake.refused_count, lang), "rows": number(rows, lang)}
        click.echo(UNUSED.fill(lang, {**facts, "place": f"{first.file}:{first.row}"}), err=True)
    for name, reason in run.written.missing:
        click.echo(NOT_WRITTEN.fill(lang, {"name": name, "reason": reason}), err=True)
    if run.outcome.failures:
        sys.exit(OUR_FAULT)
    sys.exit(FINDINGS if api.is_over(run, fail_on) else OK)
