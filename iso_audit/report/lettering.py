"""How wide words are in the report's letters, so that labels break inside their boxes."""

from __future__ import annotations

import unicodedata
from html import escape

INK, GREY = "#1d2733", "#5b6673"
SERIF = "'Report Serif','Times New Roman',serif"
_WIDTHS = {
    **dict.fromkeys("iljtI.,:;'|!()[]/ -", 0.30),
    **dict.fromkeys("frsJ", 0.37),
    **dict.fromkeys("acegkovxyzECLFPSTZ0123456789?", 0.49),
    **dict.fromkeys("mwMW%@", 0.84),
    **dict.fromkeys("ABDGHKNOQRUVXY", 0.72),
    "→": 0.85,
}


def width(said: str, size: float, bold: bool = False) -> float:
    """Approximate width in points of `said`; letters with marks are as wide as without."""
    base = (c for c in unicodedata.normalize("NFD", said) if not unicodedata.combining(c))
    return sum(_WIDTHS.get(c, 0.52) for c in base) * size * (1.06 if bold else 1.0)


def wrapped(said: str, room: float, size: float, most: int, bold: bool = False) -> list[str]:
    """Break words into at most `most` lines of `room` points; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in said.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, size, bold) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    return [_cut(line, room, size, bold) for line in lines]


def _cut(line: str, room: float, size: float, bold: bool) -> str:
    if width(line, size, bold) <= room:
        return line
    line = line.removesuffix(" …").rstrip()
    while line and width(f"{line}…", size, bold) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"


def text(
    x: float,
    y: float,
    said: str,
    size: float,
    *,
    anchor: str = "middle",
    bold: bool = False,
    italic: bool = False,
    fill: str = INK,
) -> str:
    """One line of SVG text, escaped."""
    style = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
    if anchor != "start":
        style += f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{style}>{escape(said)}</text>'
