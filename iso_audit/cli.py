"""The command line: verbs, options, exit codes; speaks to `api` only.

Exit codes: 0 nothing at or over the threshold, 1 findings at or over it, 2 the input or the
call is wrong, 3 our fault. Data goes to stdout, everything said to a person beside it to stderr.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from iso_audit import api
from iso_audit.errors import Fault, InputError, IsoAuditError
from iso_audit.text import Text, number

OK, FINDINGS, WRONG_INPUT, OUR_FAULT = 0, 1, 2, 3
PATH = click.Path(path_type=Path, readable=False)
"""Whether it can be read is said by who reads it, in the reader's language."""
THRESHOLDS = ("major", "minor", "observation", "never")

STAGES = {
    "definitions": Text(vi="Kiểm tra các quy trình", en="Checking procedures"),
    "read_log": Text(vi="Đọc nhật ký hồ sơ", en="Reading the log"),
    "on_event": Text(vi="Xét từng loại bước đã thực hiện", en="Judging events"),
    "on_dossier": Text(vi="Xét từng nhóm hồ sơ", en="Judging dossiers"),
    "on_trace": Text(vi="Xét từng cách xử lý hồ sơ", en="Judging traces"),
    "tally": Text(vi="Đếm và lập bằng chứng", en="Counting and gathering evidence"),
    "write_html": Text(vi="Soạn báo cáo HTML", en="Writing the HTML report"),
    "write_pdf": Text(vi="Dàn trang báo cáo PDF", en="Laying out the PDF report"),
}
CALL_IS_WRONG = Text(vi="Lệnh hoặc dữ liệu đầu vào chưa đúng", en="The call or its input is wrong")
NOTHING_WRITTEN = Text(vi="Chưa ghi kết quả nào.", en="Nothing was written.")
OURS = Text(
    vi="Lỗi của chương trình, không phải của anh chị: {what}\n"
    "Chạy lại với biến ISO_AUDIT_DEBUG=1 để lấy thông tin gửi người phát triển.",
    en="The program failed, this is not your fault: {what}\n"
    "Run again with ISO_AUDIT_DEBUG=1 for details to send to the developers.",
)
INTERRUPTED = Text(vi="Đã dừng theo yêu cầu.", en="Stopped as asked.")
UNUSED = Text(
    vi="Chú ý: {count} trong {rows} hàng của nhật ký không dùng được, đầu tiên là {place}; "
    "báo cáo nêu lý do.",
    en="Note: {count} of {rows} rows of the log could not be used, first {place}; the report says why.",
)
MORE = Text(vi="… và {count} lỗi khác", en="… and {count} more faults")
SHOWN = 30
"""Faults that are told; with more, one thing is wrong everywhere."""
NOT_WRITTEN = Text(vi="Không ghi được {name}: {reason}", en="{name} could not be written: {reason}")
IMPORTED = Text(vi="Đã ghi {path}", en="Wrote {path}")
ASSUMED = Text(vi="Những chỗ suy ra, cần người kiểm tra ({count}):", en="Assumed, please check ({count}):")
UNREAD = Text(vi="Những chỗ không đọc được ({count}):", en="What could not be read ({count}):")

Command = TypeVar("Command", bound=Callable[..., object])


def _shared(command: Command) -> Command:
    """Give a command the options that most commands share."""
    options = (
        click.option(
            "--workspace", "-w", type=PATH,
            help="Thư mục làm việc. / The workspace folder.",
        ),
        click.option("--date", "date", help="Ngày đánh giá YYYY-MM-DD. / Audit date."),
        click.option(
            "--select", multiple=True, metavar="CODE", help="Chỉ các mã này. / Only these codes."
        ),
        click.option(
            "--ignore", multiple=True, metavar="CODE", help="Bỏ các mã này. / Leave out these codes."
        ),
        click.option(
            "--fail-on", type=click.Choice(THRESHOLDS), default="minor", show_default=True,
            help="Mức làm lệnh kết thúc với mã 1. / Grade that ends with exit code 1.",
        ),
        click.option(
            "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
            help="Dạng in ra màn hình. / What is printed.",
        ),
        click.option("--quiet", "-q", is_flag=True, help="Không in tiến độ. / No progress."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return _language(command)


def _language(command: Command) -> Command:
    return click.option(
        "--lang",
        type=click.Choice(["vi", "en"]),
        default="vi",
        show_default=True,
        envvar="ISO_AUDIT_LANG",
        help="Ngôn ngữ. / Language.",
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="iso-audit")
def cli() -> None:
    """Đánh giá sự phù hợp của quy trình và hồ sơ. / Audit procedures and dossiers."""


@cli.command()
@click.argument("procedures", nargs=-1)
@_shared
def check(
    procedures: tuple[str, ...], workspace: Path | None, date: str | None, select: tuple[str, ...],
    ignore: tuple[str, ...], fail_on: str, form: str, quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Kiểm tra riêng các quy trình. / Audit the definitions alone.

    PROCEDURES: mã, tên hoặc tệp .yaml; để trống là tất cả. / Ids, codes or files; none means all.
    """
    with _guard(lang), _progress(quiet or form != "text", lang) as tell:
        run = api.check(workspace, procedures, date=_day(date), select=select, ignore=ignore, tell=tell)
    with _guard(lang, done=True):
        _show(run, form, fail_on, lang)


@cli.command()
@click.option("--log", type=PATH, help="Nhật ký hồ sơ (CSV, XES). / The log.")
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ. / The mapping file.")
@click.option("--output", "-o", type=PATH, help="Thư mục kết quả. / Folder for outputs.")
@_shared
def audit(
    log: Path | None, mapping: Path | None, output: Path | None, workspace: Path | None,
    date: str | None, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, form: str,
    quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Đánh giá quy trình và hồ sơ, lập báo cáo. / Audit definitions and dossiers, write the report."""
    with _guard(lang), _progress(quiet or form != "text", lang) as tell:
        run = api.audit(
            workspace, log, mapping, output,
            lang=lang, date=_day(date), select=select, ignore=ignore, tell=tell,
        )  # fmt: skip
    with _guard(lang, done=True):
        _show(run, form, fail_on, lang)


@cli.command()
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Mọi quy tắc. / Every rule.")
@_language
def rule(code: str | None, every: bool, lang: str) -> None:
    """Một quy tắc hỏi gì, vì sao, theo căn cứ nào. / What a rule asks, why, by what authority."""
    with _guard(lang):
        if not code and not every:
            _wrong(Text(vi="hãy nêu một mã, hoặc --all", en="name a code, or --all"))
        click.echo(api.rule_pages(None if every else code, lang))


@cli.command("import")
@click.argument("table", type=PATH)
@click.option("--output", "-o", type=PATH, help="Tệp quy trình. / Procedure file.")
@click.option("--id", "identity", help="Mã tệp của quy trình. / Id of the procedure.")
@click.option("--title", help="Tên thủ tục. / Title.")
@click.option("--code", help="Mã thủ tục hành chính. / Procedure code.")
@click.option("--total", help="Tổng thời gian in ngoài bảng. / Total printed outside the table.")
@click.option("--time-header", help="Tiêu đề cột thời gian nếu bảng đã lược. / Header of the time column.")
@_language
def import_(
    table: Path, output: Path | None, identity: str | None, title: str | None, code: str | None,
    total: str | None, time_header: str | None, lang: str,
) -> None:  # fmt: skip
    """Đọc bảng bước công việc (CSV, XLSX) thành quy trình. / Turn a step table into a procedure."""
    with _guard(lang):
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


@cli.command()
@click.argument("name", required=False)
@click.option("--output", "-o", type=PATH, help="Thư mục ghi. / Folder to write to.")
@_language
def schema(name: str | None, output: Path | None, lang: str) -> None:
    """In lược đồ JSON của các loại tệp. / Print the JSON Schema of each file kind."""
    with _guard(lang):
        known = api.schemas(name)
        if output is None:
            shown = known[name] if name else known
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True))
        else:
            for path in api.write_schemas(known, output):
                click.echo(path)


def _day(written: str | None) -> dt.date | None:
    if written is None:
        return None
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        day = None
    if day is None or day.isoformat() != written:
        _wrong(
            Text(
                vi=f"--date: '{written}' không phải là một ngày dạng YYYY-MM-DD",
                en=f"--date: '{written}' is not a day like 2026-03-31",
            )
        )
    return day


def _wrong(what: Text) -> NoReturn:
    raise InputError([Fault(what)])


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


@contextmanager
def _guard(lang: str, done: bool = False) -> Iterator[None]:
    """Turn errors into plain words and an exit code; a traceback is for developers who ask.

    `done` says that everything was written by then.
    """
    try:
        yield
    except InputError as error:
        click.echo(f"{CALL_IS_WRONG.say(lang)}:", err=True)
        for fault in error.faults[:SHOWN]:
            click.echo(f"  {fault.say(lang)}", err=True)
        if len(error.faults) > SHOWN:
            click.echo(f"  {MORE.fill(lang, {'count': number(len(error.faults) - SHOWN, lang)})}", err=True)
        click.echo(NOTHING_WRITTEN.say(lang), err=True)
        sys.exit(WRONG_INPUT)
    except KeyboardInterrupt:
        click.echo(INTERRUPTED.say(lang), err=True)
        if not done:
            click.echo(NOTHING_WRITTEN.say(lang), err=True)
        sys.exit(WRONG_INPUT)
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - the last floor: nobody above can say it better
        if os.environ.get("ISO_AUDIT_DEBUG"):
            traceback.print_exc()
        what = str(error) if isinstance(error, IsoAuditError) else f"{type(error).__name__}: {error}"
        click.echo(OURS.fill(lang, {"what": what}), err=True)
        sys.exit(OUR_FAULT)


@contextmanager
def _progress(quiet: bool, lang: str) -> Iterator[api.Tell | None]:
    """Show what is being done, on stderr: a bar on a terminal, one line a stage elsewhere."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(what: str, _done: int, _of: int) -> None:
            if what not in said:
                said.add(what)
                click.echo(f"{STAGES[what].say(lang)} ...", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def move(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(STAGES[what].say(lang), total=None)
            bar.update(tasks[what], completed=done, total=of or 1)

        yield move


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli()
