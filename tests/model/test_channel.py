"""How dossiers come in: the words that offices write, and what is left open."""

from __future__ import annotations

import unicodedata

import pytest

from iso_audit.model.channel import CHANNELS, came_online, channel_named


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Trực tuyến", "online"), ("Nộp trực tiếp", "desk"), ("BCCI", "post"),
        ("Bưu chính công ích", "post"), ("NỘP  QUA MẠNG", "online"), ("Zalo", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_word_names_a_way_however_it_is_typed(word: str, name: str) -> None:
    for form in ("NFC", "NFD"):
        assert channel_named(unicodedata.normalize(form, word)) == name
    assert came_online(word) == {"online": True, "": None}.get(name, False)


def test_paper_is_not_online_though_nobody_can_tell_how_it_came() -> None:
    assert (channel_named("Hồ sơ giấy"), came_online("Hồ sơ giấy")) == ("", False)


def test_every_name_of_ours_names_itself() -> None:
    assert [channel_named(name) for name in CHANNELS] == list(CHANNELS)
