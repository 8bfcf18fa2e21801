"""The published JSON Schemas and the readers are one thing."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from iso_audit.errors import Fault
from iso_audit.workspace.positions import read_yaml
from iso_audit.workspace.schema import SHAPES, schemas
from tests.workspace.test_load import CATALOGUE

ROOT = Path(__file__).parents[2]
SHIPPED = {
    "procedure": "procedures/**/*.yaml",
    "organisation": "organisation.yaml",
    "calendar": "calendars/*.yaml",
    "requirements": "requirements/*.yaml",
    "settings": "iso-audit.yaml",
    "announced": "announced.yaml",
    "mapping": "mapping*.yaml",
    "scenario": "scenarios/*.yaml",
}
WORKSPACES = (ROOT / "processes", *sorted((ROOT / "tests" / "workspaces").glob("*")))
FILES = [
    (kind, path)
    for root in WORKSPACES
    for kind, where in SHIPPED.items()
    for path in sorted(root.glob(where))
]


def test_every_kind_of_file_has_a_valid_schema() -> None:
    for schema in schemas(CATALOGUE).values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert schemas().keys() == SHAPES.keys()
    assert json.loads(json.dumps(schemas(CATALOGUE))) == schemas(CATALOGUE)


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_what_ships_fits_its_schema(kind: str, path: Path) -> None:
    faults: list[Fault] = []
    document = read_yaml(path, path.name, faults)
    assert document is not None
    validator = jsonschema.Draft202012Validator(schemas()[kind])
    assert [error.message for error in validator.iter_errors(document.data)] == []


def test_with_a_catalogue_the_schema_knows_the_parameters_of_each_rule() -> None:
    validator = jsonschema.Draft202012Validator(schemas(CATALOGUE)["requirements"])
    good = {"id": "x", "rule": "handover", "cite": [{"ref": "y"}], "grade": "minor", "of": "check"}

    def is_valid(**changes: object) -> bool:
        return bool(validator.is_valid({"pack": "p", "requirements": [{**good, **changes}]}))

    assert is_valid()
    assert not is_valid(rule="handoff")
    assert not is_valid(off="check")
    assert not is_valid(of=1)
    assert not is_valid(grade="grave")
    assert not is_valid(only=["INT-99"])


def test_next_may_nest() -> None:
    validator = jsonschema.Draft202012Validator(schemas()["procedure"])

    def is_valid(following: object) -> bool:
        return bool(validator.is_valid({"procedure": "p", "steps": {"a": {"next": following}}}))

    assert is_valid({"yes": {"all": ["b", {"to": "c", "case": "d"}]}, "no": "e"})
    assert not is_valid(["b"])
    assert not is_valid({"all": "b"})
    assert not is_valid({})
