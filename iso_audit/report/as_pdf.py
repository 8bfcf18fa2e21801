"""Pages for paper and archive: PDF/A-3a and PDF/UA-1 in one file, the same bytes every time.

WeasyPrint writes one conformance at a time, so the mark of PDF/UA is put into the metadata that it
writes for PDF/A (with the description of that mark which PDF/A asks for). Only files of the
templates' folder can be loaded while a page is drawn, whatever an input contains.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

from iso_audit.errors import RenderError
from iso_audit.report.paper import asset, font_faces, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iso_audit.report.view import View
    from iso_audit.report.words import Words

PANGO = "sudo apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What a machine without Pango needs (Debian, Ubuntu)."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_UA_PART = f"""
<rdf:RDF xmlns:rdf="{_RDF}" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
 <rdf:Description rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>
 <rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to be drawn: the HTML with all its styles, and what its document is told by."""

    html: str
    words: Words
    created: str
    """Day, ISO 8601: the only date that the document may carry."""
    digest: str
    """Hash of what it was made from, 32 hexadecimal digits or more: its identifier."""
    drawings: Mapping[str, bytes] = field(default_factory=dict)


def paper_style(templates: Path) -> str:
    """The letters and the layout of an official document."""
    return font_faces(templates, inline=False) + "\n" + asset(templates, "report.css").decode()


def render(view: View, templates: Path, target: Path, attach: tuple[Path, ...] = ()) -> None:
    """Write the PDF of the report with the files of `attach` inside.

    Raises:
        RenderError: as `draw`.
    """
    drawings: dict[str, bytes] = {}
    html = page(view, templates, style=paper_style(templates), drawings=drawings)
    draw(Sheet(html, view.words, view.created, view.digest, drawings), templates, target, attach)


def draw(sheet: Sheet, templates: Path, target: Path, attach: tuple[Path, ...] = ()) -> None:
    """Write any page as PDF.

    Raises:
        RenderError: Pango is missing (the message says how to install it), or a template asks for
            a file that is not packaged.
    """
    weasyprint = _weasyprint(sheet.words)
    fetcher = _fetcher(templates, sheet.drawings)
    day = dt.datetime.fromisoformat(sheet.created).replace(tzinfo=dt.UTC)
    with _quiet(), _without_pauses(), _fonts() as fonts:
        document = weasyprint.HTML(string=sheet.html, url_fetcher=fetcher, base_url="asset:").render(
            font_config=fonts
        )
        document.metadata.generate_rdf_metadata = _with_ua(document.metadata.generate_rdf_metadata)
        attachments = [
            weasyprint.Attachment(
                string=path.read_bytes(), name=path.name, description=path.name, created=day, modified=day,
                relationship="Data", url_fetcher=fetcher,
            )
            for path in attach
        ]  # fmt: skip
        document.write_pdf(
            target,
            pdf_variant="pdf/a-3a",
            pdf_identifier=bytes.fromhex(sheet.digest[:32]),
            attachments=attachments or None,
        )


@contextmanager
def _fonts() -> Iterator[Any]:
    """The library's copies of our fonts; it would leave them on the disk until memory is tidied up."""
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

    fonts = FontConfiguration()
    try:
        yield fonts
    finally:
        fonts.__del__()


def _weasyprint(words: Words) -> Any:  # noqa: ANN401 - the library has no types
    try:
        import weasyprint  # type: ignore[import-untyped]
    except OSError as missing:  # what cffi raises where Pango cannot be loaded
        raise RenderError(words("error.pango", command=PANGO)) from missing
    return weasyprint


def _fetcher(templates: Path, drawings: Mapping[str, bytes]) -> Any:  # noqa: ANN401 - a class of that library
    """Serves `asset:` from the templates' folder, our own drawings and `data:`; everything else fails."""
    from weasyprint.urls import (  # type: ignore[import-untyped]
        URLFetcher,
        URLFetcherResponse,
    )

    class Packaged(URLFetcher):  # type: ignore[misc]
        """The only door through which a page can load anything."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401
            if url.startswith("asset:"):
                name = url.removeprefix("asset:").split("?")[0].split("#")[0]
                return URLFetcherResponse(url, asset(templates, name))
            if url in drawings:
                return URLFetcherResponse(url, drawings[url], {"Content-Type": "image/svg+xml"})
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise ValueError(f"not allowed: {url}")

    return Packaged(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=False)


def _with_ua(generate: Callable[..., bytes]) -> Callable[..., bytes]:
    """Wrap the writer of metadata so that it says PDF/UA-1 beside what it says anyway."""

    def marked(*args: object, **kwargs: object) -> bytes:
        rdf = Xml.fromstring(generate(*args, **kwargs))
        for name, address in (
            ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
            ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
            ("pdfaProperty", "http://www.aiim.org/pdfa/ns/property#"),
        ):
            Xml.register_namespace(name, address)
        rdf.extend(list(Xml.fromstring(_UA_PART)))
        return bytes(Xml.tostring(rdf, encoding="utf-8"))

    return marked


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's remarks about CSS, and about its own open colour profile, off the terminal."""
    logger = logging.getLogger("weasyprint")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def _without_pauses() -> Iterator[None]:
    """Stop looking for cycles to free: hundreds of thousands of boxes live until the end anyway."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
