"""YAML 1.2 with places."""

from __future__ import annotations

import importlib.util
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from iso_audit.errors import Fault
from iso_audit.model.place import Place
from iso_audit.workspace import positions
from iso_audit.workspace.positions import Document, parse, read_yaml
from iso_audit.workspace.scalars import WrittenFloat, WrittenInt, meaning


def _document(text: str) -> Document:
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    assert faults == []
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12:30", "12:30"), ("no", "no"), ("Yes", "Yes"), ("on", "on"), ("2026-02-03", "2026-02-03"),
        ("0o17", 15), ("017", 17), ("0x1F", 31), ("-5", -5), ("1_000", "1_000"), ("1.", 1.0), ("1e3", 1000.0),
        (".5", 0.5), (".", "."), ("-", "-"), ("", None), ("~", None), ("Null", None), ("nULL", "nULL"),
        ("true", True), ("FALSE", False), ("1.2.3", "1.2.3"), ("0,5", "0,5"), ("1.009994", 1.009994),
        ("9" * 40, 1e40), ("-.inf", float("-inf")), ("<<", "<<"), ("=", "="),
    ],
)  # fmt: skip
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, expected: object) -> None:
    assert meaning(text) == expected
    assert type(meaning(text)) in (type(expected), WrittenInt, WrittenFloat)


def test_the_digits_of_a_number_are_kept_as_written() -> None:
    data = _document("code: 1.009990\nno: 007\nid: " + "9" * 40 + "\n").data
    assert [data[key].written for key in ("code", "no", "id")] == ["1.009990", "007", "9" * 40]


def test_quotes_make_text() -> None:
    assert _document("a: '12'\nb: \"true\"\nc: ''\n").data == {"a": "12", "b": "true", "c": ""}


def test_every_key_is_text() -> None:
    assert list(_document("1: a\ntrue: b\nno: c\n~: d\n").data) == ["1", "true", "no", "~"]


def test_values_and_keys_remember_their_places() -> None:
    document = _document("steps:\n  nhận:\n    next: [x, {to: y}]\n")
    assert document.key_place("steps", "nhận") == Place("file.yaml", 2, 3)
    assert document.place("steps", "nhận") == Place("file.yaml", 3, 5)
    assert document.place("steps", "nhận", "next", 1, "to") == Place("file.yaml", 3, 20)
    assert document.place("steps", "nhận", "next", 7, "to") == Place("file.yaml", 3, 11)


def test_an_alias_repeats_a_value() -> None:
    assert _document("a: &x [1, 2]\nb: *x\n").data == {"a": [1, 2], "b": [1, 2]}


def test_decomposed_text_is_composed(tmp_path: Path) -> None:
    path = tmp_path / "nfd.yaml"
    path.write_text(unicodedata.normalize("NFD", "tên: Tiếp nhận hồ sơ\n"), encoding="utf-8")
    document = read_yaml(path, "nfd.yaml", [])
    assert document is not None
    assert document.data == {"tên": "Tiếp nhận hồ sơ"}


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = read_yaml(path, "bom.yaml", [])
    assert document is not None
    assert (document.data, document.place("b").line) == ({"a": 1, "b": 2}, 2)


def test_nesting_that_would_overflow_the_stack_is_refused() -> None:
    for text in ("[" * 200_000, "- " * 200_000, "{a: " * 50_000, "? " * 200_000):
        faults: list[Fault] = []
        assert parse(text, "file.yaml", faults) is None
        assert [fault.what.en for fault in faults] == ["nested too deeply (more than 60 levels)"]


def _refusal(path: Path) -> list[str]:
    faults: list[Fault] = []
    assert read_yaml(path, path.name, faults) is None
    return [fault.say("en") for fault in faults]


def test_what_is_no_text_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with (tmp_path / "line.yaml").open("wb") as huge:
        huge.truncate(200_000_000)
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nowhere.yaml")
    assert _refusal(tmp_path / "folder.yaml") == ["folder.yaml: this is a folder, not a file"]
    assert _refusal(tmp_path / "line.yaml") == [
        "line.yaml: the file has 200 MB; a definition file may have at most 1 MB"
    ]
    assert _refusal(tmp_path / "broken.yaml") == ["broken.yaml: there is no such file"]
    assert _refusal(tmp_path / "absent.yaml") == ["absent.yaml: there is no such file"]
    assert _refusal(Path("/dev/null")) == ["null: this is not a regular file"]


def test_a_line_of_megabytes_is_read_or_refused_with_a_place(tmp_path: Path) -> None:
    path = tmp_path / "line.yaml"
    path.write_text("title: " + "x" * 900_000 + ": y\n", encoding="utf-8")
    assert _refusal(path) == [
        "line.yaml:1:900008: a second colon in one line (put the value in double quotes)"
    ]


@pytest.fixture(scope="module")
def pure() -> ModuleType:
    """The module as it is where PyYAML was built without libyaml."""
    spec = importlib.util.spec_from_file_location("positions_without_c", positions.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        patch.setitem(__import__("sys").modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


BAD = Path(__file__).parents[1] / "bad" / "procedures"


def test_without_libyaml_the_same_is_read(pure: ModuleType) -> None:
    text = (Path(__file__).parents[1] / "reference" / "procedure.yaml").read_text(encoding="utf-8")
    faults: list[Fault] = []
    assert pure.parse(text, "file.yaml", faults).data == _document(text).data
    assert faults == []


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_without_libyaml_the_same_files_are_refused(pure: ModuleType, path: Path) -> None:
    ours: list[Fault] = []
    theirs: list[Fault] = []
    assert (read_yaml(path, path.name, ours) is None) == (pure.read_yaml(path, path.name, theirs) is None)
    assert [fault.line for fault in ours[:1]] == [fault.line for fault in theirs[:1]]
