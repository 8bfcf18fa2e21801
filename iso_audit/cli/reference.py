"""The verbs that look something up: a rule, the shape of a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import PATH, guard, language, refuse
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
