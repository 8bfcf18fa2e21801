"""The verbs that read and write other people's formats."""

from __future__ import annotations

from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import PATH, guard, language
from iso_audit.text import Text

IMPORTED = Text(vi="Đã ghi {path}", en="Wrote {path}")
ASSUMED = Text(vi="Những chỗ suy ra, cần người kiểm tra ({count}):", en="Assumed, please check ({count}):")
UNREAD = Text(vi="Những chỗ không đọc được ({count}):", en="What could not be read ({count}):")


@click.command("import")
@click.argument("source", type=PATH)
@click.option("--output", "-o", type=PATH, help="Tệp quy trình. / Procedure file (or folder).")
@click.option("--id", "identity", help="Mã tệp của quy trình. / Id of the procedure.")
@click.option("--title", help="Tên thủ tục. / Title.")
@click.option("--code", help="Mã thủ tục hành chính. / Procedure code.")
@click.option("--total", help="Tổng thời gian in ngoài bảng. / Total printed outside the table.")
@click.option("--time-header", help="Tiêu đề cột thời gian nếu bảng đã lược. / Header of the time column.")
@language
def import_(
    source: Path, output: Path | None, identity: str | None, title: str | None, code: str | None,
    total: str | None, time_header: str | None, lang: str,
) -> None:  # fmt: skip
    """Đọc bảng bước công việc (CSV, XLSX) hoặc sơ đồ BPMN thành quy trình.

    / Turn a step table or a BPMN drawing into a procedure.
    """
    with guard(lang):
        facts = {"id": identity, "title": title, "code": code, "total": total, "time_header": time_header}
        text, unread, assumed = api.import_file(source, output, {k: v for k, v in facts.items() if v})
    if output is None:
        click.echo(text, nl=False)
    else:
        click.echo(IMPORTED.fill(lang, {"path": output}), err=True)
    for heading, faults in ((UNREAD, unread), (ASSUMED, assumed)):
        if faults:
            click.echo(heading.fill(lang, {"count": len(faults)}), err=True)
        for fault in faults:
            click.echo(f"  {fault.say(lang)}", err=True)


@click.command("map")
@click.argument("log", type=PATH)
@click.option("--output", "-o", type=PATH, help="Tệp ánh xạ để ghi. / Mapping file to write.")
@click.option("--dossiers", type=PATH, help="Bảng thứ hai, mỗi hồ sơ một hàng. / Second table of dossiers.")
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@language
def map_(log: Path, output: Path | None, dossiers: Path | None, workspace: Path | None, lang: str) -> None:
    """Đề xuất tệp ánh xạ cho một nhật ký và cho xem sẽ đọc được gì.

    / Propose the mapping of a log and show what it would read.
    """
    with guard(lang):
        proposed = api.propose_mapping(log, workspace, output, dossiers, lang)
    if output is None:
        click.echo(proposed.text, nl=False)
    else:
        click.echo(IMPORTED.fill(lang, {"path": output}), err=True)
    for line in api.mapping_lines(proposed, lang):
        click.echo(line, err=True)


@click.command()
@click.argument("procedures", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(api.FORMATS),
    help="Định dạng; mặc định theo đuôi tệp. / The format.",
)
@click.option("--output", "-o", type=PATH, help="Tệp, hoặc thư mục cho nhiều quy trình. / File or folder.")
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@language
def export(
    procedures: tuple[str, ...], form: str | None, output: Path | None, workspace: Path | None, lang: str
) -> None:
    """Ghi quy trình ra BPMN, SVG, Mermaid, DOT, PNML, YAML. / Write procedures in other formats.

    PROCEDURES: mã, tên hoặc tệp .yaml, .bpmn; để trống là tất cả. / Ids, codes or files; none means all.
    """
    with guard(lang):
        text, written = api.export(workspace, procedures, form, output, lang=lang)
    click.echo(text, nl=False)
    for path in written:
        click.echo(IMPORTED.fill(lang, {"path": path}), err=True)
