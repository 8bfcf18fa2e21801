"""Charts as SVG text: small, in the report's own letters, understood without colour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from iso_audit.report.facts import rate as rate_of
from iso_audit.report.lettering import SERIF, text
from iso_audit.report.words import Words
from iso_audit.text import number

FEW = 12
"""Up to so many months have their rates written level."""
GOOD, BAD, LINE = "#3d6a8f", "#b3261e", "#9aa5b1"


def monthly_chart(months: Sequence[tuple[str, int, int]], words: Words) -> str:
    """Columns of dossiers that had fallen due, by month of receipt, with the on-time rate above.

    `months` are (YYYY-MM, on time, due), every month of the time in turn. The late part is
    hatched, so that it shows in black and white too.
    """
    width, height, left, top, foot = 480, 176, 34, 28 if len(months) > FEW else 20, 24
    most = max(due for _, _, due in months)
    ceiling = _ceiling(most)
    room = (width - left - 6) / len(months)
    column = min(room * 0.62, 44)
    parts = [_hatch()]
    for share in (0, 0.5, 1):
        y = top + (height - top - foot) * (1 - share)
        parts.append(f'<path d="M{left} {y:.1f}H{width - 4}" stroke="{LINE}" stroke-width=".5"/>')
        parts.append(text(left - 5, y + 3, number(round(ceiling * share), words.lang), 8, anchor="end"))
    every = 1 + (len(months) - 1) // 14
    upright = len(months) > FEW
    for index, (month, good, due) in enumerate(months):
        x = left + room * index + (room - column) / 2
        whole = (height - top - foot) * due / ceiling
        late = (height - top - foot) * (due - good) / ceiling
        base = height - foot
        parts.append(_bar(x, base - whole + late, column, whole - late, f'fill="{GOOD}"'))
        if due > good:
            style = f'fill="url(#late)" stroke="{BAD}" stroke-width=".7"'
            parts.append(_bar(x, base - whole, column, late, style))
        middle = x + column / 2
        if due:
            parts.append(_rate(middle, base - whole - 4, rate_of(good, due, words.lang), upright))
        if index % every == 0:
            parts.append(text(middle, base + 11, f"{month[5:]}/{month[:4]}", 8))
    title = escape(words("chart.months"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{title}" font-family="{SERIF}"><title>{title}</title>{"".join(parts)}</svg>'
    )


def _rate(x: float, y: float, said: str, upright: bool) -> str:
    """The rate over its column; where columns are narrow it is written upward."""
    if not upright:
        return text(x, y, said, 8, bold=True)
    return f'<g transform="rotate(-90 {x:.1f} {y:.1f})">{text(x, y + 2.5, said, 7, anchor="start")}</g>'


def _ceiling(most: int) -> int:
    """The next even round number, so that half of it is whole too."""
    power = 1
    while most > 10 * power:
        power *= 10
    return next(step * power for step in (2, 4, 6, 8, 10) if step * power >= most)


def _bar(x: float, y: float, width: float, height: float, style: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {style}/>'


def _hatch() -> str:
    return (
        '<defs><pattern id="late" width="4" height="4" patternUnits="userSpaceOnUse">'
        f'<path d="M0 4L4 0" stroke="{BAD}" stroke-width="1"/></pattern></defs>'
    )
