"""Make the report's fonts again from the full ones: Latin, Vietnamese, punctuation and a few symbols.

    python subset.py FOLDER_OF_TINOS FOLDER_OF_DEJAVU

Needs fontTools (a development dependency). The report itself never runs this.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TEXT = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x300, 0x304),
    0x306, 0x309, 0x31B, 0x323, *range(0x1EA0, 0x1EFA), *range(0x2010, 0x2016), *range(0x2018, 0x201F),
    0x2020, 0x2022, 0x2026, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AB, 0x20AC, 0x2116, 0x2122,
    0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
]  # fmt: skip
SYMBOLS = [0x20, 0xA0, *(ord(c) for c in "☐☑☒✓✗→←↑↓↔⇒▲▼●○■□◆◇⚠")]
STYLES = ("Regular", "Bold", "Italic", "BoldItalic")


def cut(source: Path, target: Path, letters: list[int], family: str | None = None) -> None:
    """Write the glyphs of `letters` of one font, under another family name where a licence asks for it."""
    options = subset.Options(
        layout_features=["kern", "mark", "mkmk", "ccmp", "liga"], hinting=False, name_IDs=["*"]
    )
    options.notdef_outline = True
    font = TTFont(source, recalcTimestamp=False)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=letters)
    maker.subset(font)
    if family:
        for record in list(font["name"].names):
            if record.nameID in (1, 3, 4, 16):
                record.string = family
            elif record.nameID == 6:
                record.string = family.replace(" ", "")
    font.save(target)


if __name__ == "__main__":
    tinos, dejavu = Path(sys.argv[1]), Path(sys.argv[2])
    here = Path(__file__).parent
    for style in STYLES:
        cut(tinos / f"Tinos-{style}.ttf", here / f"Tinos-{style}.ttf", TEXT)
    cut(dejavu / "DejaVuSans.ttf", here / "ReportSymbols.ttf", SYMBOLS, "Report Symbols")
