"""The PDF: conformance marks, outline, attachment, fonts, the same bytes, and nothing from outside."""

from __future__ import annotations

import builtins
import dataclasses
import hashlib
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from iso_audit.errors import RenderError
from iso_audit.report import as_json, as_pdf
from iso_audit.report.drawn import drawn
from iso_audit.report.view import View, view
from iso_audit.text import Text
from tests.report import example
from tests.report.conftest import TEMPLATES


@pytest.fixture
def opened(pdf: Path) -> Any:
    with pikepdf.open(pdf) as document:
        yield document


def small(words: str = "") -> View:
    """A short report: no findings, no pictures, with `words` wherever a user can write."""
    workspace = example.workspace()
    settings = dataclasses.replace(
        workspace.settings,
        office=Text(words),
        objectives=Text(words),
        signer=Text(words),
        report_number=words,
    )
    workspace = dataclasses.replace(workspace, settings=settings, procedures=workspace.procedures[4:5])
    outcome = dataclasses.replace(example.outcome(), findings=(), open_items=(), mapping_note=Text(words))
    return view(outcome, workspace, example.CATALOGUE, "vi")


def test_the_document_is_tagged_and_knows_its_language(opened: Any) -> None:
    assert str(opened.Root.Lang) == "vi"
    assert bool(opened.Root.MarkInfo.Marked)
    assert "/StructTreeRoot" in opened.Root
    assert "/OutputIntents" in opened.Root


def test_one_file_says_pdf_a_3a_and_pdf_ua_1(opened: Any) -> None:
    with opened.open_metadata() as meta:
        marks = {
            name: meta.get(name)
            for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part", "dc:title", "xmp:CreateDate")
        }
    assert marks == {
        "pdfaid:part": "3",
        "pdfaid:conformance": "A",
        "pdfuaid:part": "1",
        "dc:title": "Báo cáo đánh giá sự phù hợp 15/BC-UBND",
        "xmp:CreateDate": "2020-09-07",
    }


def test_the_metadata_hold_one_rdf_only(opened: Any) -> None:
    assert bytes(opened.Root.Metadata.read_bytes()).count(b"<rdf:RDF") == 1


def test_the_findings_are_inside_as_data(opened: Any) -> None:
    assert list(opened.attachments) == ["findings.json"]
    inside = opened.attachments["findings.json"]
    assert inside.get_file().read_bytes() == as_json.text(example.outcome()).encode()
    assert str(inside.obj.AFRelationship) == "/Data"


def test_the_outline_leads_through_sections_annexes_and_pictures(opened: Any) -> None:
    with opened.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        children = sum(len(item.children) for item in outline.root)
    assert [title[:2] for title in titles[1:8]] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]
    assert [title[:7] for title in titles[8:]] == ["Phụ lục"] * 3
    assert children >= 16


def test_pages_are_a4_and_only_wide_pictures_lie_across(opened: Any, vietnamese: View) -> None:
    sizes = [tuple(round(float(x)) for x in page.mediabox[2:]) for page in opened.pages]
    wide = sum(len(picture.parts) for picture in drawn(vietnamese, paged=True).pictures if picture.is_wide)
    assert set(sizes) <= {(595, 842), (842, 595)}
    assert sizes.count((842, 595)) == wide


def test_only_the_packaged_fonts_are_used_and_embedded(opened: Any) -> None:
    fonts = {
        (str(font.BaseFont)[8:], "/FontFile2" in font.DescendantFonts[0].FontDescriptor)
        for page in opened.pages
        for font in page.resources.get("/Font", {}).values()
    }
    names = {"Serif", "Serif-Bold", "Serif-Italic", "Serif-Bold-Italic", "Symbols"}
    assert fonts <= {(f"Report-{name}", True) for name in names}


def test_the_same_outcome_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for index in range(2):
        as_pdf.render(small("x"), TEMPLATES, tmp_path / f"{index}.pdf")
        made.append(hashlib.sha256((tmp_path / f"{index}.pdf").read_bytes()).hexdigest())
    assert made[0] == made[1]


def test_another_process_hash_seed_and_time_zone_give_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.report.test_pdf import small, TEMPLATES;"
        "from iso_audit.report import as_pdf; as_pdf.render(small('x'), TEMPLATES, Path(sys.argv[1]))"
    )
    made = []
    for seed, zone in (("1", "UTC"), ("77", "Asia/Ho_Chi_Minh")):
        target = tmp_path / f"{seed}.pdf"
        subprocess.run(
            [sys.executable, "-c", code, str(target)],
            check=True, cwd=TEMPLATES.parent,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        made.append(target.read_bytes())
    assert made[0] == made[1]


def test_words_that_look_like_addresses_load_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret 4711")
    address = secret.as_uri()
    forged = (
        f'<img src="{address}"><link rel="attachment" href="{address}"><object data="{address}"></object>'
        f'<style>@import "{address}";</style><a rel="attachment" href="http://127.0.0.1:9/x">x</a>'
    )
    as_pdf.render(small(forged), TEMPLATES, tmp_path / "forged.pdf")
    with pikepdf.open(tmp_path / "forged.pdf") as document:
        assert list(document.attachments) == []
        streams = b"".join(o.read_bytes() for o in document.objects if isinstance(o, pikepdf.Stream))
    assert b"top secret" not in streams


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1:9/", "ftp://127.0.0.1/", "asset:../pyproject.toml"]
)
def test_the_door_for_loading_serves_packaged_files_only(address: str) -> None:
    with pytest.raises((ValueError, RenderError)):
        as_pdf._fetcher(TEMPLATES, {}).fetch(address)


def test_a_machine_without_pango_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RenderError, match=r"sudo apt-get install .*libpango-1\.0-0"):
        as_pdf.render(small(), TEMPLATES, tmp_path / "report.pdf")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_text_can_be_searched_and_every_finding_is_there(pdf: Path, vietnamese: View) -> None:
    text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True, text=True).stdout
    assert unicodedata.is_normalized("NFC", text)
    flat = " ".join(text.split())
    assert [one.number for one in vietnamese.statements if f"Phát hiện {one.number}." not in flat] == []
    assert "Thẩm định, dự thảo" in flat  # inside a picture


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_first_page_has_no_number_and_the_contents_have_real_ones(pdf: Path) -> None:
    def text(page: int) -> str:
        command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), str(pdf), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert not re.match(r"\s*1\s*\n", text(1))
    assert re.match(r"\s*2\s*\n", text(2))
    entry = re.search(r"7\. Nội dung chưa kết luận được và lý do\s*\.+\s*(\d+)", text(1))
    assert entry is not None
    assert "7. Nội dung chưa kết luận được và lý do" in text(int(entry[1]))
