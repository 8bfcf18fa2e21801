"""The verbs that set things side by side: clauses, versions, units and periods."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import FINDINGS, OK, PATH, THRESHOLDS, guard, language, progress


@click.command()
@click.argument("procedures", nargs=-1)
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@click.option("--edition", metavar="PACK", help="Phiên bản tiêu chuẩn. / Edition of the standard.")
@click.option("--against", metavar="PACK", help="So với phiên bản mới. / Compare with a new edition.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="Dạng in ra. / What is printed.",
)
@language
def coverage(
    procedures: tuple[str, ...], workspace: Path | None, edition: str | None, against: str | None,
    form: str, lang: str,
) -> None:  # fmt: skip
    """Điều khoản nào được đáp ứng bằng gì. / Which clause is answered by what."""
    with guard(lang):
        said = api.coverage(workspace, procedures, lang, form, edition=edition, against=against)
        click.echo(said, nl=form != "csv")


@click.command()
@click.argument("versions", nargs=-1, required=True)
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@click.option("--select", multiple=True, metavar="CODE", help="Chỉ các mã này. / Only these codes.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Bỏ các mã này. / Leave out these codes.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    default="never",
    show_default=True,
    help="Phát hiện mới ở mức này làm lệnh kết thúc với mã 1. / Grade of a new finding that ends with 1.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Dạng in ra. / What is printed.",
)
@language
def diff(
    versions: tuple[str, ...], workspace: Path | None, select: tuple[str, ...], ignore: tuple[str, ...],
    fail_on: str, form: str, lang: str,
) -> None:  # fmt: skip
    """So sánh hai phiên bản của một quy trình. / What changed between two versions of a procedure.

    VERSIONS: hai quy trình hoặc tệp (cũ, mới), hoặc một mã có nhiều phiên bản. / Two procedures or
    files (old, new), or one id of which there are several versions.
    """
    with guard(lang):
        found = api.diff(workspace, versions, lang, form, fail_on, select, ignore)
    click.echo(found.said)
    sys.exit(FINDINGS if found.is_worse else OK)


@click.command()
@click.option("--log", type=PATH, help="Nhật ký hồ sơ. / The log.")
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ. / The mapping file.")
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@click.option("--unit", "units", multiple=True, metavar="UNIT", help="Đơn vị, nêu hai lần. / A unit, twice.")
@click.option(
    "--period",
    "periods",
    multiple=True,
    metavar="FROM..TO",
    help="Kỳ tiếp nhận (tháng), nêu hai lần. / Months of receipt, twice.",
)
@click.option(
    "--procedure", "procedures", multiple=True, metavar="ID", help="Chỉ quy trình này. / Only this one."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="Dạng in ra. / What is printed.",
)
@click.option("--quiet", "-q", is_flag=True, help="Không in tiến độ. / No progress.")
@language
def compare(
    log: Path | None, mapping: Path | None, workspace: Path | None, units: tuple[str, ...],
    periods: tuple[str, ...], procedures: tuple[str, ...], form: str, quiet: bool, lang: str,
) -> None:  # fmt: skip
    """So sánh hai đơn vị hoặc hai kỳ. / Compare two units, or two periods."""
    with guard(lang), progress(quiet or form != "text", lang) as tell:
        said = api.compare(
            workspace, log, mapping,
            units=units, periods=periods, procedures=procedures, lang=lang, form=form, tell=tell,
        )  # fmt: skip
    click.echo(said, nl=form != "csv")
