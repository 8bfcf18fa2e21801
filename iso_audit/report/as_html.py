"""The report for screen and phone: one file that loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.report.paper import asset, font_faces, page

if TYPE_CHECKING:
    from iso_audit.report.view import View


def text(view: View, templates: Path) -> str:
    """The whole page as text."""
    style = font_faces(templates, inline=True) + "\n" + asset(templates, "screen.css").decode()
    return page(view, templates, style=style)


def render(view: View, templates: Path, target: Path) -> None:
    """Write the page; `templates` is the folder of templates, styles and fonts."""
    target.write_text(text(view, templates), encoding="utf-8", newline="\n")
