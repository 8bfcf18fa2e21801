"""How a box of a swimlane picture is dressed to say what becomes of its step.

Each look has a colour, a texture and a word of its own, so that it is told apart in grey print and by
readers who do not see colours alike (colours after M. Okabe and K. Ito, darkened for white letters).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Area = tuple[float, float, float, float]
"""Left, top, width, height."""


@dataclass(frozen=True, slots=True)
class Look:
    """The frame, texture and badge of a box; the texture fades where the words stand."""

    ink: str
    texture: Callable[[Area], str]
    """Path data of the lines that fill the box."""
    dash: str = ""
    badge: str = ""

    def drawn(self, area: Area, *, has_words: bool = True) -> str:
        """The box without its words."""
        x, y, w, h = area
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        shape = f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="2.5"'
        panel = (
            f'<rect x="{x + 6:.1f}" y="{y + 3:.1f}" width="{w - 12:.1f}" height="{h - 6:.1f}" rx="2" '
            'fill="#fff" fill-opacity=".88"/>'
        )
        return (
            f'<rect {shape} fill="#fff"/>'
            f'<path d="{self.texture(area)}" fill="none" stroke="{self.ink}" stroke-opacity=".5" '
            f'stroke-width=".8"/>{panel if has_words else ""}'
            f'<rect {shape} fill="none" stroke="{self.ink}" stroke-width="1.7"{dash}/>'
        )


def _steps(start: float, stop: float, by: float) -> Iterator[float]:
    at = start + by
    while at < stop:
        yield at
        at += by


def rows(area: Area) -> str:
    """Lines across."""
    x, y, w, h = area
    return "".join(f"M{x + 1:.1f} {at:.1f}h{w - 2:.1f}" for at in _steps(y, y + h, 4))


def columns(area: Area) -> str:
    """Lines downward."""
    x, y, w, h = area
    return "".join(f"M{at:.1f} {y + 1:.1f}v{h - 2:.1f}" for at in _steps(x, x + w, 4))


def rising(area: Area) -> str:
    """Slanting lines, up to the right."""
    x, y, w, h = area
    lines = []
    for at in _steps(0, w + h, 5.5):
        left, right = max(0.0, at - h), min(at, w)
        lines.append(f"M{x + left:.1f} {y + at - left:.1f}L{x + right:.1f} {y + at - right:.1f}")
    return "".join(lines)


def crossing(area: Area) -> str:
    """Slanting lines both ways."""
    x, y, w, h = area
    lines = [rising(area)]
    for at in _steps(0, w + h, 5.5):
        left, right = max(0.0, at - h), min(at, w)
        lines.append(f"M{x + w - left:.1f} {y + at - left:.1f}L{x + w - right:.1f} {y + at - right:.1f}")
    return "".join(lines)


def dots(area: Area) -> str:
    """Short strokes in rows that are set off against each other."""
    x, y, w, h = area
    lines = []
    for n, row in enumerate(_steps(y, y + h - 1, 4.5)):
        lines += [f"M{at:.1f} {row:.1f}h1.1" for at in _steps(x + 2.5 * (n % 2), x + w - 2, 5)]
    return "".join(lines)


LOOKS = {
    "removed": Look("#a63c00", crossing, dash="4 2.5"),
    "merged": Look("#8a3f74", rising),
    "added": Look("#00664f", dots),
    "moved": Look("#0b5cad", rows),
    "changed": Look("#7a5900", columns),
}
"""Fate of a step -> the look of its box; a step that is kept looks as ever."""
