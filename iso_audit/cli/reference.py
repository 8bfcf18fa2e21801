"""The verbs that look something up: a rule, the shape of a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import FINDINGS, OK, PATH, THRESHOLDS, guard, language, refuse
from iso_audit.text import Text


@click.command()
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Mọi quy tắc. / Every rule.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Markdown là sổ tay có mục lục. / Markdown is a book with an index.",
)
@language
def rule(code: str | None, every: bool, form: str, lang: str) -> None:
    """Một quy tắc hỏi gì, vì sao, theo căn cứ nào. / What a rule asks, why, by what authority."""
    with guard(lang):
        if not code and not every:
            refuse(Text(vi="hãy nêu một mã, hoặc --all", en="name a code, or --all"))
        click.echo(api.rule_pages(None if every else code, lang, form).rstrip("\n"))


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
@click.argument("name", required=False)
@click.option("--output", "-o", type=PATH, help="Thư mục ghi. / Folder to write to.")
@language
def schema(name: str | None, output: Path | None, lang: str) -> None:
    """In lược đồ JSON của các loại tệp. / Print the JSON Schema of each file kind."""
    with guard(lang):
        known = api.schemas(name)
        if output is None:
            shown = known[name] if name else known
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True))
        else:
            for path in api.write_schemas(known, output):
                click.echo(path)
