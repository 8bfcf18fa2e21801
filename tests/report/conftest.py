"""The example outcome, seen in both languages and rendered once."""

from __future__ import annotations

from pathlib import Path

import pytest

from iso_audit.report import as_json, as_pdf
from iso_audit.report.view import View, view
from tests.report import example

TEMPLATES = Path(__file__).parents[2] / "report_templates"


@pytest.fixture(scope="session", params=["vi", "en"])
def shown(request: pytest.FixtureRequest) -> View:
    """The example in each language."""
    return view(example.outcome(), example.workspace(), example.CATALOGUE, request.param)


@pytest.fixture(scope="session")
def vietnamese() -> View:
    return view(example.outcome(), example.workspace(), example.CATALOGUE, "vi")


@pytest.fixture(scope="session")
def pdf(vietnamese: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Vietnamese report with findings.json inside."""
    folder = tmp_path_factory.mktemp("report")
    as_json.render(example.outcome(), folder / "findings.json")
    as_pdf.render(vietnamese, TEMPLATES, folder / "report.pdf", (folder / "findings.json",))
    return folder / "report.pdf"
