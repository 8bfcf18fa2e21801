"""What every verb shares: options, progress, plain words for errors, exit codes."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from iso_audit import api
from iso_audit.cli.pace import Pace
from iso_audit.errors import Fault, InputError, IsoAuditError, NoRoomError
from iso_audit.text import Text, number

OK, FINDINGS, WRONG_INPUT, OUR_FAULT = 0, 1, 2, 3
PATH = click.Path(path_type=Path, readable=False)
"""Whether it can be read is said by who reads it, in the reader's language."""
THRESHOLDS = ("major", "minor", "observation", "never")

STAGES = {
    "definitions": Text(vi="Kiểm tra các quy trình", en="Checking procedures"),
    "open_log": Text(vi="Mở nhật ký hồ sơ", en="Opening the log"),
    "read_log": Text(vi="Đọc nhật ký hồ sơ", en="Reading the log"),
    "order_log": Text(vi="Xếp sự kiện theo hồ sơ và thời gian", en="Putting events in order"),
    "work_out": Text(vi="Tính hạn và thời gian của hồ sơ", en="Working out the times of dossiers"),
    "on_event": Text(vi="Xét từng loại bước đã thực hiện", en="Judging events"),
    "on_dossier": Text(vi="Xét từng nhóm hồ sơ", en="Judging dossiers"),
    "on_trace": Text(vi="Xét từng cách xử lý hồ sơ", en="Judging traces"),
    "tally": Text(vi="Đếm và lập bằng chứng", en="Counting and gathering evidence"),
    "write_evidence": Text(vi="Ghi bằng chứng và số liệu", en="Writing evidence and figures"),
    "write_html": Text(vi="Soạn báo cáo HTML", en="Writing the HTML report"),
    "fit": Text(vi="Ước lượng số liệu từ nhật ký", en="Fitting the numbers to the log"),
    "search": Text(vi="Tìm phương án", en="Searching for proposals"),
    "simulate": Text(vi="Mô phỏng các phương án", en="Simulating the proposals"),
    "write_pdf": Text(vi="Dàn trang báo cáo PDF", en="Laying out the PDF report"),
}
CALL_IS_WRONG = Text(vi="Lệnh hoặc dữ liệu đầu vào chưa đúng", en="The call or its input is wrong")
NOT_WRITTEN = Text(vi="Không ghi được {name}: {reason}", en="{name} could not be written: {reason}")
WRITTEN = Text(vi="Đã ghi {path}", en="Wrote {path}")
NOTHING_WRITTEN = Text(vi="Chưa ghi kết quả nào.", en="Nothing was written.")
OURS = Text(
    vi="Lỗi của chương trình, không phải của anh chị: {what}\n"
    "Chạy lại với biến ISO_AUDIT_DEBUG=1 để lấy thông tin gửi người phát triển.",
    en="The program failed, this is not your fault: {what}\n"
    "Run again with ISO_AUDIT_DEBUG=1 for details to send to the developers.",
)
INTERRUPTED = Text(vi="Đã dừng theo yêu cầu.", en="Stopped as asked.")
MORE = Text(vi="… và {count} lỗi khác", en="… and {count} more faults")
SHOWN = 30
"""Faults that are told; with more, one thing is wrong everywhere."""

Command = TypeVar("Command", bound=Callable[..., object])


def shared(command: Command) -> Command:
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
            "--format", "form", type=click.Choice(["text", "json", "sarif", "junit"]),
            default="text", show_default=True,
            help="Dạng in ra màn hình. / What is printed.",
        ),
        click.option("--quiet", "-q", is_flag=True, help="Chỉ in các kết luận. / Findings only."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return language(command)


def language(command: Command) -> Command:
    """Let the caller choose the language."""
    return click.option(
        "--lang",
        type=click.Choice(["vi", "en"]),
        default="vi",
        show_default=True,
        envvar="ISO_AUDIT_LANG",
        help="Ngôn ngữ. / Language.",
    )(command)


def day_of(written: str | None) -> dt.date | None:
    """Read `--date`; None where it was not given."""
    if written is None:
        return None
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        day = None
    if day is None or day.isoformat() != written:
        refuse(
            Text(
                vi=f"--date: '{written}' không phải là một ngày dạng YYYY-MM-DD",
                en=f"--date: '{written}' is not a day like 2026-03-31",
            )
        )
    return day


def refuse(what: Text) -> NoReturn:
    """Say that the call is wrong."""
    raise InputError([Fault(what)])


def tell_written(written: api.Written, lang: str) -> None:
    """Say on stderr what was written, and what could not be."""
    for path in written.paths:
        click.echo(WRITTEN.fill(lang, {"path": path}), err=True)
    for name, reason in written.missing:
        click.echo(NOT_WRITTEN.fill(lang, {"name": name, "reason": reason}), err=True)


@contextmanager
def guard(lang: str, done: bool = False) -> Iterator[None]:
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
    except NoRoomError as error:
        click.echo(error.said.say(lang), err=True)
        click.echo(NOTHING_WRITTEN.say(lang), err=True)
        sys.exit(OUR_FAULT)
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
def progress(quiet: bool, lang: str) -> Iterator[api.Tell | None]:
    """Show what is being done, on stderr: a bar on a terminal, one line a stage elsewhere.

    The bar says how much longer a stage takes once it can tell: from the bytes read, from the dossiers
    worked out, or from the rows that the database has read; what stands still is not told again, and
    an estimate that has run out falls silent.
    """
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
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text as Said

    paces: dict[TaskID, Pace] = {}

    class Left(ProgressColumn):
        def render(self, task: Task) -> Said:
            return Said(paces[task.id].left(time.monotonic(), lang) if task.id in paces else "", style="dim")

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), Left())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def move(what: str, done: int, of: int) -> None:
            now = time.monotonic()
            if what not in tasks:
                for before in paces:  # what came before is done, and its clock stands
                    paces[before].tell(1, 1, now)
                    bar.update(before, completed=1, total=1)
                tasks[what] = bar.add_task(STAGES[what].say(lang), total=None)
                paces[tasks[what]] = Pace(now)
            paces[tasks[what]].tell(done, of, now)
            bar.update(tasks[what], completed=done, total=of or None)

        yield move
