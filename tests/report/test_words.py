"""The catalogues: both languages complete, nothing left over, nothing missing."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from iso_audit.report.words import Words, words

ROOT = Path(__file__).parents[2]
FROM_DATA = (
    "kind.",
    "value.",
    "fact.",
    "outcome.",
    "case.",
    "reason.",
    "refused.",
    "refusal.",
    "assumed.",
    "column.",
    "group.",
    "input.",
    "term.",
)
"""Families whose members are named by data, not by code."""


def catalogue(lang: str) -> dict[str, tuple[str, ...]]:
    return Words(lang)._said


def sources() -> str:
    files = [*(ROOT / "iso_audit").rglob("*.py"), *(ROOT / "report_templates").glob("*.j2")]
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))


def blanks(forms: tuple[str, ...]) -> set[str]:
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_catalogues_have_the_same_names() -> None:
    assert set(catalogue("vi")) == set(catalogue("en"))


def test_both_catalogues_leave_the_same_blanks() -> None:
    vi, en = catalogue("vi"), catalogue("en")
    assert {n: blanks(vi[n]) for n in vi if blanks(vi[n]) != blanks(en[n])} == {}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_entry_is_empty_or_fuzzy(lang: str) -> None:
    with (ROOT / "iso_audit" / "locale" / f"{lang}.po").open("rb") as source:
        entries = [message for message in read_po(source, locale=lang) if message.id]
    assert [message.id for message in entries if message.fuzzy or not message.string] == []


def test_no_name_stands_twice_in_a_catalogue() -> None:
    text = (ROOT / "iso_audit" / "locale" / "vi.po").read_text(encoding="utf-8")
    names = re.findall(r'^msgid "(.+)"$', text, re.M)
    assert sorted(set(names)) == sorted(names)


def test_every_name_that_is_used_has_words() -> None:
    used = set(
        re.findall(r"""(?:words|say|\bt)(?:\.count)?\(\s*["']([a-z_]+\.[a-z_.]+)["']\s*[,)]""", sources())
    )
    assert sorted(used - set(catalogue("vi"))) == []


def test_every_reason_why_a_question_stays_open_has_words() -> None:
    reasons = set(re.findall(r"""\bUnknown\(\s*["']([a-z-]+)["']""", sources()))
    assert len(reasons) > 20
    assert sorted(name for name in reasons if f"reason.{name}" not in catalogue("vi")) == []


def test_every_name_that_has_words_is_used() -> None:
    code = sources()
    families = set(re.findall(r"""["']((?:[a-z_]+\.)+)(?:["']|\{)""", code))  # "grade." ~ x, f"scope.{x}"
    left = [
        name
        for name in catalogue("vi")
        if not name.startswith(FROM_DATA)
        and not re.search(rf"""["']{re.escape(name)}["']""", code)
        and not name.startswith(tuple(families))
    ]
    assert left == []


def test_english_counts_in_singular_and_plural() -> None:
    assert [words("en").count("count.dossiers", n) for n in (0, 1, 2)] == [
        "0 dossiers",
        "1 dossier",
        "2 dossiers",
    ]


def test_vietnamese_counts_in_one_form_with_its_own_thousands() -> None:
    assert [words("vi").count("count.dossiers", n) for n in (1, 42000)] == ["1 hồ sơ", "42.000 hồ sơ"]


def test_a_name_without_words_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("vi")("no.such.name")


@pytest.mark.parametrize(
    ("parts", "joined"), [((), ""), (("a",), "a"), (("a", "b"), "a và b"), (("a", "b", "c"), "a, b và c")]
)
def test_lists_are_joined_as_one_says_them(parts: tuple[str, ...], joined: str) -> None:
    assert words("vi").join(parts) == joined
