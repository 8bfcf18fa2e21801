"""The verb that starts a file for its owner to correct."""

from __future__ import annotations

from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.formats import IMPORTED
from iso_audit.cli.frame import PATH, guard, language


@click.group()
def init() -> None:
    """Bắt đầu một tệp để chủ quy trình sửa. / Start a file for its owner to correct."""


@init.command("procedure")
@click.option("--log", type=PATH, required=True, help="Nhật ký (CSV, XLSX, Parquet, XES, JSON). / The log.")
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ, hoặc tên. / Mapping: file or name.")
@click.option("--output", "-o", type=PATH, help="Tệp, hoặc thư mục cho nhiều thủ tục. / File or folder.")
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@language
def procedure(
    log: Path, mapping: Path | None, output: Path | None, workspace: Path | None, lang: str
) -> None:
    """Đề xuất quy trình từ nhật ký, khi chưa có quy trình viết sẵn.

    / Propose a procedure from a log, where none is written down yet.
    """
    with guard(lang):
        proposed = api.propose_procedures(log, mapping, workspace, output, lang)
    if not proposed.written:
        click.echo("---\n".join(proposed.texts.values()), nl=False)
    for path in proposed.written:
        click.echo(IMPORTED.fill(lang, {"path": path}), err=True)
    for line in proposed.lines:
        click.echo(line, err=True)


@init.command("scenario")
@click.argument("procedure")
@click.option("--output", "-o", type=PATH, help="Tệp kịch bản để ghi. / Scenario file to write.")
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@language
def scenario(procedure: str, output: Path | None, workspace: Path | None, lang: str) -> None:
    """Bắt đầu kịch bản mô phỏng của một quy trình, chạy được ngay, mọi số là phỏng đoán.

    / Start a scenario of a procedure: it runs as it is, and every number is a guess.
    """
    with guard(lang):
        text = api.start_scenario(procedure, workspace, output, lang)
    if output is None:
        click.echo(text, nl=False)
    else:
        click.echo(IMPORTED.fill(lang, {"path": output}), err=True)
