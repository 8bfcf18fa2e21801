"""A view laid out as a page: the templates, their letters, and what they may load.

Templates live in one folder; whatever they name is looked up in that folder and nowhere else. A
view is user text throughout: everything is escaped, and a name that a template misspells is an
error rather than a gap in the report.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from iso_audit.errors import RenderError
from iso_audit.report.openness import open_list
from iso_audit.report.selection import Selection, selected
from iso_audit.text import number

if TYPE_CHECKING:
    import jinja2

    from iso_audit.report.view import View
    from iso_audit.report.words import Words

FONTS = {
    ("Report Serif", "normal", "normal"): "fonts/Tinos-Regular.ttf",
    ("Report Serif", "bold", "normal"): "fonts/Tinos-Bold.ttf",
    ("Report Serif", "normal", "italic"): "fonts/Tinos-Italic.ttf",
    ("Report Serif", "bold", "italic"): "fonts/Tinos-BoldItalic.ttf",
    ("Report Symbols", "normal", "normal"): "fonts/ReportSymbols.ttf",
}
"""(family, weight, style) -> file."""

MOST_LINES = 60
"""Lines of a list on paper; the page says how many more there are on the screen, which has every one."""

_ENDLESS = re.compile(r"\S{81,}")
_UNBREAKABLE = re.compile(
    r"(?:(?:NĐ|TT|QĐ|NQ) )?[\w.]*\d[\w.]*(?:[/-][\wĐđ.]+)+"  # NĐ 61/2018/NĐ-CP, 000.12-240105-0001
    r"|\bISO \d+(?::\d{4})?"
    r"|\d[\d.,]*/\d[\d.,]*\d"  # 1.060/1.099
    r"|[A-ZĐ]{2,}(?:-[A-ZĐ\d]+)+"  # DEF-TIME-01, UBND-VP
)


def page(view: View, folder: Path, *, style: str, drawings: dict[str, bytes] | None = None) -> str:
    """The report as HTML.

    With `drawings` it is laid out for paper: there is room for page numbers, and pictures are not
    written into the page but put into `drawings` under the addresses by which it names them (a
    third faster to lay out).
    """
    environment = environment_of(folder, view.words, drawings)
    shown = selected(view, paged=drawings is not None)
    environment.globals.update(v=view, shown=shown, style=Markup(style), annex_keys=_annexes(view, shown))
    environment.globals["open"] = open_list(view.open_rows, view.words, drawings is not None)
    return environment.get_template("report.html.j2").render()


def environment_of(
    folder: Path, words: Words, drawings: dict[str, bytes] | None = None
) -> jinja2.Environment:
    """What every page is laid out with: templates of one folder, everything escaped, words as `t`.

    `drawings` as of `page`.
    """
    import jinja2

    def drawing(svg: str) -> str:
        assert drawings is not None
        address = f"drawing:{len(drawings)}"
        drawings[address] = svg.encode()
        return address

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_bounded,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        keep=keep,
        lower_first=lambda said: said[:1].lower() + said[1:],
        upper_first=lambda said: said[:1].upper() + said[1:],
        number=lambda value: number(value, words.lang),
        fitting=lambda rows: rows[:MOST_LINES] if drawings is not None else rows,
    )
    environment.globals.update(t=words, paged=drawings is not None, drawing=drawing)
    return environment


def _annexes(view: View, shown: Selection) -> list[tuple[str, str]]:
    keys = ["clauses"] * bool(view.matrices) + ["evidence"] * bool(shown.cited.rows)
    return list(zip([*keys, "provenance", "glossary"], ("I", "II", "III", "IV"), strict=False))


def _bounded(value: object) -> object:
    """Cut words that are longer than any word: of a code of 20,000 letters a page shows the beginning."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _ENDLESS.sub(lambda word: f"{word[0][:77]}…", value)


def keep(said: str) -> Markup:
    """Escape, then hold numbers of documents and codes of dossiers together on one line."""
    said = str(_bounded(said))
    return Markup(  # the pieces around the spans are escaped here and nowhere else
        "".join(
            f'<span class="keep">{escape(piece)}</span>' if index % 2 else str(escape(piece))
            for index, piece in enumerate(_pieces(said))
        )
    )


def _pieces(said: str) -> Iterable[str]:
    """Text and unbreakable words in turn, text first."""
    last = 0
    for match in _UNBREAKABLE.finditer(said):
        yield said[last : match.start()]
        yield match[0]
        last = match.end()
    yield said[last:]


def asset(folder: Path, name: str) -> bytes:
    """A file of the templates' folder; raises RenderError for anything outside it."""
    root = folder.resolve()
    path = (root / name).resolve()
    if root not in path.parents or not path.is_file():
        raise RenderError(f"not a packaged asset: {name}")
    return path.read_bytes()


def font_faces(folder: Path, *, inline: bool) -> str:
    """@font-face rules: by `asset:` address for paper, as data within the page for the screen."""
    rules = []
    for (family, weight, style), name in FONTS.items():
        letters = asset(folder, name)
        address = f"data:font/ttf;base64,{base64.b64encode(letters).decode()}" if inline else f"asset:{name}"
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
            f'src: url("{address}") format("truetype"); }}'
        )
    return "\n".join(rules)
