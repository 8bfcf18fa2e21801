"""The report's fonts: full Vietnamese, small, licensed, and the only ones in a PDF."""

from __future__ import annotations

import itertools
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from iso_audit.report.paper import FONTS

FOLDER = Path(__file__).parents[2] / "report_templates"
TEXT_FONTS = [name for (family, _, _), name in FONTS.items() if family == "Report Serif"]


def vietnamese() -> set[str]:
    """The 134 letters that ASCII lacks: vowels with their tones, and đ."""
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    plain = itertools.product("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY", tones)
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel, tone in plain} | {"đ", "Đ"}
    return {letter for letter in letters if not letter.isascii()}


def test_vietnamese_has_134_letters_beyond_ascii() -> None:
    assert len(vietnamese()) == 134


@pytest.mark.parametrize("name", TEXT_FONTS)
def test_every_vietnamese_letter_is_in_each_text_font(name: str) -> None:
    known = TTFont(FOLDER / name).getBestCmap()
    assert sorted(letter for letter in vietnamese() if ord(letter) not in known) == []


def test_the_symbol_font_has_what_the_text_fonts_lack() -> None:
    known = TTFont(FOLDER / "fonts/ReportSymbols.ttf").getBestCmap()
    assert [sign for sign in "☐☑✓✗→ " if ord(sign) not in known] == []


@pytest.mark.parametrize("name", FONTS.values())
def test_fonts_are_small_and_may_be_embedded(name: str) -> None:
    path = FOLDER / name
    assert path.stat().st_size < 60_000
    assert TTFont(path)["OS/2"].fsType == 0


def test_each_font_ships_with_its_licence() -> None:
    for licence in ("LICENSE-Tinos.txt", "LICENSE-DejaVu.txt"):
        assert "Permission is hereby granted" in (FOLDER / "fonts" / licence).read_text(encoding="utf-8")
