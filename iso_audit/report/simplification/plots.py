"""Pictures of a comparison as SVG: differences with their intervals, lead times, how busy people are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from iso_audit.model.simulated import Verdict
from iso_audit.report.lettering import GREY, INK, SERIF, text, wrapped
from iso_audit.report.simplification.quantities import in_percent
from iso_audit.text import number

BETTER, WORSE, NEUTRAL, OLD = "#2c6e49", "#b3261e", "#5b6673", "#8a5a00"
COLOURS = {
    Verdict.BETTER: BETTER, Verdict.WORSE: WORSE, Verdict.CANNOT_TELL: NEUTRAL, Verdict.SAME: NEUTRAL,
}  # fmt: skip
SIGNS = {Verdict.BETTER: "▲", Verdict.WORSE: "▼", Verdict.CANNOT_TELL: "?", Verdict.SAME: "="}


@dataclass(frozen=True, slots=True)
class Bar:
    """One difference in percent of today's value, with its interval."""

    label: str
    low: float
    mean: float
    high: float
    verdict: Verdict
    said: str


def forest(bars: Sequence[Bar], title: str, lang: str) -> str:
    """Differences as points with intervals about a line at nothing; full signs are sure, hollow ones not."""
    width, left, right, row, foot = 480.0, 150.0, 78.0, 17.0, 20.0
    height = row * len(bars) + foot + 6
    reach = max((abs(end) for bar in bars for end in (bar.low, bar.high) if math.isfinite(end)), default=1.0)
    bound = _round_up(reach or 1.0)
    middle = left + (width - left - right) / 2
    scale = (width - left - right) / 2 / bound
    parts = []
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x = middle + share * bound * scale
        colour = INK if share == 0 else "#c3cbd4"
        parts.append(f'<path d="M{x:.1f} 4V{height - foot:.1f}" stroke="{colour}" stroke-width=".6"/>')
        parts.append(text(x, height - foot + 10, in_percent(share * bound / 100, lang, None), 7.5))
    for index, bar in enumerate(bars):
        y = 4 + row * (index + 0.5)
        parts.append(text(left - 6, y + 2.8, bar.label, 8.4, anchor="end"))
        parts += _mark(bar, y, middle, scale)
        sign = SIGNS[bar.verdict]
        parts.append(
            text(width - right + 6, y + 2.8, f"{sign} {bar.said}", 8, anchor="start", bold=sign in "▲▼")
        )
    return _svg(width, height, title, parts)


def _mark(bar: Bar, y: float, middle: float, scale: float) -> list[str]:
    colour = COLOURS[bar.verdict]
    low, high, at = (middle + end * scale for end in (bar.low, bar.high, bar.mean))
    sure = bar.verdict in (Verdict.BETTER, Verdict.WORSE)
    fill = colour if sure else "#fff"
    return [
        f'<path d="M{low:.1f} {y:.1f}H{high:.1f}" stroke="{colour}" stroke-width="1.6"/>',
        f'<path d="M{low:.1f} {y - 3:.1f}v6M{high:.1f} {y - 3:.1f}v6" stroke="{colour}" stroke-width="1"/>',
        f'<circle cx="{at:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}" stroke-width="1.2"/>',
    ]


@dataclass(frozen=True, slots=True)
class Curve:
    """Lead times at 0, 1 .. 100 % of dossiers, in hours of work."""

    label: str
    hours: Sequence[float]


def lead_curves(before: Curve, after: Curve, limit_hours: float | None, words: LeadWords, lang: str) -> str:
    """The share of dossiers done within so many hours of work: today dashed, proposed in full."""
    width, height, left, foot, top = 480.0, 190.0, 34.0, 30.0, 12.0
    most = max(before.hours[-2], after.hours[-2], limit_hours or 0.0) * 1.05 or 1.0
    bound = _round_up(most)

    def x(hours: float) -> float:
        return left + (width - left - 8) * min(hours, bound) / bound

    def y(share: float) -> float:
        return top + (height - top - foot) * (1 - share)

    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path d="M{left} {y(share):.1f}H{width - 8}" stroke="#d5dbe1" stroke-width=".5"/>')
        parts.append(text(left - 4, y(share) + 2.6, in_percent(share, lang, None), 7.5, anchor="end"))
    for step in range(5):
        at = bound * step / 4
        parts.append(text(x(at), height - foot + 11, number(at, lang), 7.5))
    parts.append(text((left + width) / 2, height - 5, words.axis, 8, italic=True))
    if limit_hours:
        at = x(limit_hours)
        parts.append(f'<path d="M{at:.1f} {top}V{height - foot}" stroke="{WORSE}" stroke-dasharray="4 2"/>')
        parts.append(text(at - 3, top + 8, words.limit, 8, anchor="end", fill=WORSE))
    for curve, colour, dash in ((before, OLD, ' stroke-dasharray="5 3"'), (after, BETTER, "")):
        points = " ".join(
            f"{x(h):.1f},{y(n / (len(curve.hours) - 1)):.1f}" for n, h in enumerate(curve.hours)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
    for n, (curve, colour, dash) in enumerate(
        ((before, OLD, ' stroke-dasharray="5 3"'), (after, BETTER, ""))
    ):
        line = height - foot - 10 - 12 * (1 - n)
        parts.append(
            f'<path d="M{width - 150} {line - 3:.1f}h22" stroke="{colour}" stroke-width="1.6"{dash}/>'
        )
        parts.append(text(width - 124, line, wrapped(curve.label, 112, 8.4, 1)[0], 8.4, anchor="start"))
    return _svg(width, height, words.title, parts)


@dataclass(frozen=True, slots=True)
class LeadWords:
    """What the picture of lead times says."""

    title: str
    axis: str
    limit: str


def utilisation(rows: Sequence[tuple[str, float, float]], title: str, lang: str) -> str:
    """How busy each role is: today's bar hatched above the proposed one, a line at what is full."""
    width, left, right, row, foot = 480.0, 150.0, 40.0, 24.0, 16.0
    height = row * len(rows) + foot + 4
    bound = max(1.0, *(share for _, *shares in rows for share in shares if math.isfinite(share)))
    scale = (width - left - right) / bound
    parts = [
        f'<defs><pattern id="then" width="4" height="4" patternUnits="userSpaceOnUse">'
        f'<path d="M0 4L4 0" stroke="{OLD}" stroke-width="1"/></pattern></defs>'
    ]
    for index, (label, before, after) in enumerate(rows):
        y = 3 + row * index
        for n, said in enumerate(wrapped(label, left - 8, 8.4, 2)):
            parts.append(text(left - 6, y + 9 + 9 * n, said, 8.4, anchor="end"))
        fills = ('fill="url(#then)"', OLD), (f'fill="{BETTER}"', BETTER)
        for n, (share, (fill, line)) in enumerate(zip((before, after), fills, strict=True)):
            if not math.isfinite(share):
                continue
            top = y + 10 * n
            parts.append(
                f'<rect x="{left}" y="{top:.1f}" width="{share * scale:.1f}" height="8" {fill} '
                f'stroke="{line}" stroke-width=".6"/>'
            )
            parts.append(
                text(left + share * scale + 3, top + 7, in_percent(share, lang, 0), 7.5, anchor="start")
            )
    full = left + scale
    parts.append(f'<path d="M{full:.1f} 0V{height - foot + 2:.1f}" stroke="{GREY}" stroke-dasharray="2 2"/>')
    parts.append(text(full, height - 4, in_percent(1, lang, 0), 7.5))
    return _svg(width, height, title, parts)


def _round_up(amount: float) -> float:
    power = 10.0 ** math.floor(math.log10(amount))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= amount * (1 - 1e-9))


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    said = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{said}" font-family="{SERIF}"><title>{said}</title>{"".join(parts)}</svg>'
    )
