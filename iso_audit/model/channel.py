"""The ways in which dossiers come in, by our names and by the words that offices' programs write for them.

Words are compared without marks and case. What is not listed is not guessed: whether such a dossier came
online stays open until the mapping says so.
"""

from __future__ import annotations

from iso_audit.text import folded

ONLINE = "online"
CHANNELS = (ONLINE, "desk", "post")
_WORDS = {
    ONLINE: """online|internet|e-mail|email|truc tuyen|nop truc tuyen|nop ho so truc tuyen|qua mang|
        nop qua mang|dich vu cong truc tuyen|dvc truc tuyen|cong dvc|cong dvc quoc gia|cong dich vu cong|
        qua cong dich vu cong|cong dich vu cong quoc gia""",
    "desk": """desk|direct|counter|in person|truc tiep|nop truc tiep|nop ho so truc tiep|tai quay|
        nop tai quay|tai bo phan mot cua|nop tai bo phan mot cua|truc tiep tai bo phan mot cua|
        nop truc tiep tai bo phan mot cua""",
    "post": """post|postal|bcci|qua bcci|buu chinh|qua buu chinh|nop qua buu chinh|buu chinh cong ich|
        qua buu chinh cong ich|nop qua buu chinh cong ich|dich vu buu chinh cong ich|
        qua dich vu buu chinh cong ich|buu dien|qua buu dien|nop qua buu dien""",
}
_NAMED = {word.strip(): name for name, line in _WORDS.items() for word in line.split("|")}
_ON_PAPER = ("paper", "giay", "ho so giay", "ban giay")
"""Not online, though nobody can tell whether by the desk or by post."""


def channel_named(word: str) -> str:
    """Our name of the way that a word names; empty where it names none of them."""
    return _NAMED.get(folded(word), "")


def came_online(word: str) -> bool | None:
    """Whether a dossier whose way of coming in is called so came online; None where nobody can tell."""
    name = channel_named(word)
    return name == ONLINE if name else False if folded(word) in _ON_PAPER else None
