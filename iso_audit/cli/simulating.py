"""The verb that asks what would be if a procedure were simpler."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iso_audit import api
from iso_audit.cli.frame import PATH, guard, language, progress, tell_written


@click.command()
@click.argument("scenario", type=PATH)
@click.option("--workspace", "-w", type=PATH, help="Thư mục làm việc. / The workspace folder.")
@click.option("--output", "-o", type=PATH, help="Thư mục ghi báo cáo so sánh. / Folder for the comparison.")
@click.option(
    "--fit",
    type=PATH,
    metavar="LOG",
    help="Lấy số liệu từ nhật ký hồ sơ này. / Take the numbers from this log.",
)
@click.option("--map", "mapping", type=PATH, help="Tệp ánh xạ của nhật ký. / Mapping of the log.")
@click.option("--unit", default="", metavar="UNIT", help="Chỉ hồ sơ của đơn vị này. / Only this unit of it.")
@click.option(
    "--even-if-unlawful",
    is_flag=True,
    help="Mô phỏng cả phương án trái quy định, mọi trang đều ghi rõ. "
    "/ Simulate unlawful proposals too; every page says so.",
)
@click.option(
    "--suggest", is_flag=True, help="Tìm các phương án đúng quy định. / Search for lawful proposals."
)
@click.option("--quick", is_flag=True, help="Xem nhanh: ít lần chạy. / A quick look: few replications.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Dạng in ra. / What is printed.",
)
@click.option("--quiet", "-q", is_flag=True, help="Không in tiến độ. / No progress.")
@language
def simulate(
    scenario: Path, workspace: Path | None, output: Path | None, fit: Path | None, mapping: Path | None,
    unit: str, even_if_unlawful: bool, suggest: bool, quick: bool, form: str, quiet: bool, lang: str,
) -> None:  # fmt: skip
    """Mô phỏng phương án đơn giản hóa. / Simulate simpler ways to handle a procedure.

    SCENARIO: tệp kịch bản, hoặc tên kịch bản trong thư mục làm việc. / A scenario file, or the name of one
    in the workspace.
    """
    with guard(lang):
        with progress(quiet or form != "text", lang) as tell:
            found = api.simulate(
                scenario, workspace, output, lang=lang, fit=fit, mapping=mapping, unit=unit,
                even_if_unlawful=even_if_unlawful, suggest=suggest, quick=quick, tell=tell,
            )  # fmt: skip
        click.echo(api.simulation_text(found, lang, form), nl=False)
        tell_written(found.written, lang)
    sys.exit(api.simulation_exit_code(found))
