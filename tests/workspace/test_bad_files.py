"""Every faulty file of the collection ends in clear faults with their place, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from iso_audit.errors import Fault
from iso_audit.model.rule import Hook, Parameter, Rule
from iso_audit.text import Text
from iso_audit.workspace.announced import read_announced
from iso_audit.workspace.calendars import read_calendar
from iso_audit.workspace.mappings import read_mapping
from iso_audit.workspace.organisation import read_organisation
from iso_audit.workspace.packs import read_pack
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import read_procedure
from iso_audit.workspace.settings import settings_of
from iso_audit.workspace.waivers import Nameable, read_waivers

BAD = Path(__file__).parents[1] / "bad"

_SAYS = Text(vi="tham số", en="a parameter")
_KINDS = {
    "of": "names",
    "grades": "grades",
    "most": "int",
    "share": "number",
    "strict": "flag",
    "after": "time",
    "within": "limit",
    "note": "text",
    "clocks": "map",
}
CATALOGUE = {
    "mandatory-step": Rule(
        "mandatory-step",
        Text(vi="Bước bắt buộc", en="Mandatory steps"),
        _SAYS,
        {name: Parameter(kind, _SAYS) for name, kind in _KINDS.items()},
        on_procedure=Hook("DEF-STEP-01", lambda _asked, _requirement: None, _SAYS),  # type: ignore[arg-type,return-value]
    )
}


def _settings(path: Path, file: str, faults: list[Fault]) -> object:
    document = parse(path.read_text(encoding="utf-8"), file, faults)
    return document and settings_of(document, faults)


NAMEABLE = Nameable(
    {"DEF-STEP-01": ["steps"], "DEF-STEP-02": ["order-2018", "order-2025"]}, {"permit": ["check", "sign"]}
)
READERS: dict[str, Callable[[Path, str, list[Fault]], object]] = {
    "announced": read_announced,
    "calendars": read_calendar,
    "mappings": read_mapping,
    "organisation": read_organisation,
    "procedures": read_procedure,
    "requirements": lambda path, file, faults: read_pack(path, file, CATALOGUE, faults),
    "settings": _settings,
    "waivers": lambda path, file, faults: read_waivers(path, file, NAMEABLE, faults),
}
FILES = sorted(path for kind in READERS for path in (BAD / kind).glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_bad_file_is_refused_with_every_fault_and_its_place(
    path: Path, request: pytest.FixtureRequest
) -> None:
    faults: list[Fault] = []
    READERS[path.parent.name](path, path.name, faults)
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    said = "".join(f"{fault.say('vi')}\n{fault.say('en')}\n" for fault in ordered)
    expected = path.with_suffix(".txt")
    if request.config.getoption("--update-golden", default=False):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert faults


def test_the_collection_is_large_and_nothing_in_it_is_left_over() -> None:
    expected = {path.with_suffix(".txt") for path in FILES}
    assert len(FILES) >= 60
    assert {path for kind in READERS for path in (BAD / kind).glob("*.txt")} == expected
