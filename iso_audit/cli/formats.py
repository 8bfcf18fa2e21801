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
@click.argument("table", type=PATH)
@click.option("--output", "-o", type=PATH, help="Tệp quy trình. / Procedure file.")
@click.option("--id", "identity", help="Mã tệp của quy trình. / Id of the procedure.")
@click.option("--title", help="Tên thủ tục. / Title.")
@click.option("--code", help="Mã thủ tục hành chính. / Procedure code.")
@click.option("--total", help="Tổng thời gian in ngoài bảng. / Total printed outside the table.")
@click.option("--time-header", help="Tiêu đề cột thời gian nếu bảng đã lược. / Header of the time column.")
@language
def import_(
    table: Path, output: Path | None, identity: str | None, title: str | None, code: str | None,
    total: str | None, time_header: str | None, lang: str,
) -> None:  # fmt: skip
    """Đọc bảng bước công việc (CSV, XLSX) thành quy trình. / Turn a step table into a procedure."""
    with guard(lang):
        facts = {"id": identity, "title": title, "code": code, "total": total, "time_header": time_header}
        text, unread, assumed = api.import_table(table, output, {k: v for k, v in facts.items() if v})
    if output is None:
        click.echo(text, nl=False)
    else:
        click.echo(IMPORTED.fill(lang, {"path": output}), err=True)
    for heading, faults in ((UNREAD, unread), (ASSUMED, assumed)):
        if faults:
            click.echo(heading.fill(lang, {"count": len(faults)}), err=True)
        for fault in faults:
            click.echo(f"  {fault.say(lang)}", err=True)
