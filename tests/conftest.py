"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SKIPPED_FOR_DATA: list[str] = []


class SharedData:
    """The folder of real material; asking for a file that is not there fails the test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __truediv__(self, name: str) -> Path:
        path = self.root / name
        if not path.exists():
            pytest.fail(f"ISO_AUDIT_DATA is set, but {name} is not in it")
        return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing")


class Golden:
    """Files in `tests/golden` that outputs are compared with whole."""

    def __init__(self, update: bool) -> None:
        self.update = update

    def same(self, name: str, text: str) -> bool:
        """Whether `text` is what the golden file holds; with --update-golden the file is written."""
        path = Path(__file__).parent / "golden" / name
        if self.update:
            path.write_text(text, encoding="utf-8", newline="\n")
        return path.read_text(encoding="utf-8") == text


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare with golden files: `assert golden.same("report.html", made)`."""
    return Golden(bool(request.config.getoption("--update-golden")))


@pytest.fixture
def data(request: pytest.FixtureRequest) -> SharedData:
    """Real material (`ISO_AUDIT_DATA`): skip aloud where it is not set, fail where a file is missing."""
    root = os.environ.get("ISO_AUDIT_DATA")
    if not root:
        SKIPPED_FOR_DATA.append(request.node.nodeid)
        pytest.skip("ISO_AUDIT_DATA is not set")
    return SharedData(Path(root).resolve())


def pytest_terminal_summary(terminalreporter: object) -> None:
    if not os.environ.get("ISO_AUDIT_DATA"):
        skipped = terminalreporter.stats.get("skipped", [])  # type: ignore[attr-defined]
        count = sum("ISO_AUDIT_DATA" in str(report.longrepr) for report in skipped)
        terminalreporter.write_line(  # type: ignore[attr-defined]
            f"ISO_AUDIT_DATA is not set: {count} tests on real material were skipped."
        )
