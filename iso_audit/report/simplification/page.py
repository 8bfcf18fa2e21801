"""The comparison as a document: a page for the screen, an official report on paper."""

from __future__ import annotations

from pathlib import Path

from iso_audit.report.as_pdf import Sheet, draw, paper_style
from iso_audit.report.paper import asset, environment_of, font_faces
from iso_audit.report.simplification.values import SimulationView

_TEMPLATE = "simplification.html.j2"


def render_html(view: SimulationView, templates: Path, target: Path) -> None:
    """Write the page for screens: one file that loads nothing."""
    style = font_faces(templates, inline=True) + "\n" + asset(templates, "screen.css").decode()
    target.write_text(_page(view, templates, style, None), encoding="utf-8", newline="\n")


def render_pdf(view: SimulationView, templates: Path, target: Path, attach: tuple[Path, ...] = ()) -> None:
    """Write the PDF with the files of `attach` inside.

    Raises:
        RenderError: as `as_pdf.draw`.
    """
    drawings: dict[str, bytes] = {}
    html = _page(view, templates, paper_style(templates), drawings)
    draw(Sheet(html, view.words, view.created, view.digest, drawings), templates, target, attach)


def _page(view: SimulationView, templates: Path, style: str, drawings: dict[str, bytes] | None) -> str:
    environment = environment_of(templates, view.words, drawings)
    environment.globals.update(v=view, style=style)
    return environment.get_template(_TEMPLATE).render()
