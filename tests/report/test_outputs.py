"""HTML, JSON and text as whole pages against their golden files, and what must never be in them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from iso_audit.errors import RenderError
from iso_audit.report import as_html, as_json, as_text
from iso_audit.report.paper import asset, keep
from iso_audit.report.view import View
from tests.conftest import Golden
from tests.report import example
from tests.report.conftest import TEMPLATES


def page(shown: View) -> str:
    return as_html.text(shown, TEMPLATES)


def without_fonts(html: str) -> str:
    """The page without the letters' data, which would make the golden file large."""
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", html)


def test_the_page_is_as_agreed(shown: View, golden: Golden) -> None:
    assert golden.same(f"report.{shown.lang}.html", without_fonts(page(shown)))


def test_the_terminal_summary_is_as_agreed(shown: View, golden: Golden) -> None:
    text = as_text.render(shown, [Path("out/report.pdf"), Path("out/findings.json")])
    assert golden.same(f"report.{shown.lang}.txt", text)


def test_the_master_output_is_as_agreed(golden: Golden) -> None:
    assert golden.same("report.json", as_json.text(example.outcome()))


def test_the_page_loads_nothing(shown: View) -> None:
    addresses = re.findall(
        r"""(?:src|href|action|data)\s*=\s*["']([^"']*)|url\(["']?([^"')]*)""", page(shown)
    )
    outside = {a or b for a, b in addresses if not (a or b).startswith(("#", "data:font/ttf;base64,"))}
    assert outside == set()


class Tree(HTMLParser):
    """Holds that elements close in order, and collects ids, links and headings."""

    VOID = ("meta", "br", "col", "img", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        if tag == "a":
            self.links.append(str(known["href"]))
        if re.fullmatch(r"h\d", tag):
            self.levels.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """SVG elements close themselves."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_its_links_lead_somewhere(shown: View) -> None:
    tree = Tree()
    tree.feed(page(shown))
    assert tree.open == []
    assert len(tree.ids) == len(set(tree.ids))
    assert {link[1:] for link in tree.links} <= set(tree.ids)


def test_no_heading_skips_a_level(shown: View) -> None:
    tree = Tree()
    tree.feed(page(shown))
    assert [b for a, b in zip([0, *tree.levels], tree.levels, strict=False) if b > a + 1] == []


def test_no_name_of_a_message_is_left_in_a_page(shown: View) -> None:
    names = [name for name in shown.words._said if name.count(".") == 1]
    text = re.sub(r"<style>.*?</style>", "", page(shown), flags=re.S)
    assert [name for name in names if re.search(rf"[>\s]{re.escape(name)}[<\s,;:]", text)] == []


def test_words_of_an_input_cannot_become_markup(shown: View) -> None:
    assert "<script" not in page(shown)


def test_the_english_page_has_no_vietnamese_interface(shown: View) -> None:
    if shown.lang == "en":
        said = {
            words
            for name in ("section.scope", "finding.evidence", "contents")
            for words in [shown.words(name)]
        }
        assert all(words in page(shown) for words in said)
        assert "Bằng chứng" not in page(shown).replace("bằng chứng đánh giá", "")


def test_the_master_output_is_json_with_sorted_keys_and_fingerprints() -> None:
    whole = json.loads(as_json.text(example.outcome()))
    assert list(whole) == sorted(whole)
    assert whole["schema_version"] == 3
    assert [f["fingerprint"] for f in whole["findings"]] == [
        f.fingerprint for f in example.outcome().findings
    ]
    assert whole["run"]["audit_date"] == "2020-09-07"


def test_numbers_of_documents_and_codes_stay_on_one_line() -> None:
    assert keep("theo NĐ 61/2018/NĐ-CP & DEF-TIME-01") == (
        'theo <span class="keep">NĐ 61/2018/NĐ-CP</span> &amp; <span class="keep">DEF-TIME-01</span>'
    )


@pytest.mark.parametrize(
    "name", ["../pyproject.toml", "/etc/hostname", "fonts", "fonts/../../README.md", "no.css"]
)
def test_only_files_of_the_templates_are_assets(name: str) -> None:
    with pytest.raises(RenderError):
        asset(TEMPLATES, name)
