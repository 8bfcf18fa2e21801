"""Whatever happens to a good file, it is read or refused with a place: never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from iso_audit.errors import Fault
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of, read_procedure
from iso_audit.workspace.schema import schemas
from tests.workspace.test_bad_files import READERS

GOOD = """procedure: construction-permit-house
code: "1.009994"
title: {vi: Cấp giấy phép xây dựng nhà ở riêng lẻ, en: Building permit for a detached house}
level: district
limit: {default: 15 wd, complex: 30 d}
in_force: {from: 2020-01-01}
legal_basis:
  - {ref: "Luật Xây dựng 2014", article: "102", from: 2015-01-01}
separation: [[appraise, approve]]
limit_groups: [{steps: [site-visit, consult], limit: 5 wd}]
outside: [payment]
documents:
  - Đơn đề nghị
  - Bản vẽ thiết kế
parts:
  tax:
    unit: tax-office
    limit: 3 wd
    steps:
      assess: {kind: financial_obligation, awaits: dossier, next: notify}
      notify: {kind: other, awaits: payment, sends: notice}
steps:
  receive: {no: 1, kind: receive, name: Tiếp nhận hồ sơ, role: one-stop-officer, limit: 2 wh, next: check}
  check:
    kind: [check, record_scan]
    role: one-stop-officer
    next: {complete: assign, incomplete: ask-supplement, ineligible: refuse}
  ask-supplement: {kind: request_supplement, clock: paused, at_most: 1, next: check}
  refuse: {kind: refuse, role: one-stop-officer}
  assign: {kind: assign, limit: 4 wh, sends: dossier, next: {all: [site-visit, consult]}}
  site-visit: {kind: field_check, role: specialist, limit: 3 wd, next: appraise}
  consult: {kind: consult, role: specialist, limit: 5 wd, no_reply: agreed, next: appraise}
  appraise:
    kind: appraise
    join: all
    next:
      eligible: {all: [draft, {to: verify, case: complex}]}
      ineligible: refuse
  verify: {kind: check, next: join}
  draft: {kind: draft_result, role: specialist, limit: 2 wd, next: join}
  join: {kind: route, join: some, next: approve}
  approve: {kind: approve_sign, role: chairman, limit: 1 wd, awaits: notice}
"""
LINES = GOOD.splitlines(keepends=True)
DEBRIS = (
    "\t", " ", ":", ": ", "- ", "[", "]", "{", "}", '"', "'", "#", "&a ", "*a", "!x ", "|", ">", "%", "@",
    "?", "\n", "all", "some", "to: ", "~", "true", "1.5", "\x00", "\ufeff", "\u2028", "---\n",
    "<<: ", "é", "\U0001f600",
)  # fmt: skip


def check(text: str) -> None:
    faults: list[Fault] = []
    document = parse(text, "file.yaml", faults)
    procedure = document and procedure_of(document, faults)
    assert (procedure is None) == bool(faults)
    for fault in faults:
        assert fault.file == "file.yaml"
        assert fault.what.vi
        assert fault.what.en
        assert (fault.line > 0) == (fault.column > 0)
        assert fault.line <= text.count("\n") + 2


def test_the_file_is_good() -> None:
    faults: list[Fault] = []
    document = parse(GOOD, "file.yaml", faults)
    assert document is not None
    assert procedure_of(document, faults) is not None
    assert faults == []


lines = st.integers(0, len(LINES) - 1)
columns = st.integers(0, 60)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("drop"), lines, columns, st.just("")),
            st.tuples(st.just("twice"), lines, columns, st.just("")),
            st.tuples(st.just("indent"), lines, columns, st.sampled_from((" ", "  ", "\t", "    "))),
            st.tuples(st.just("outdent"), lines, columns, st.just("")),
            st.tuples(st.just("insert"), lines, columns, st.sampled_from(DEBRIS)),
            st.tuples(st.just("cut"), lines, columns, st.just("")),
            st.tuples(st.just("swap"), lines, columns, st.just("")),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_changed_line_is_read_or_refused_with_a_place(changes: list[tuple[str, int, int, str]]) -> None:
    text = list(LINES)
    for what, line, column, debris in changes:
        line %= len(text)
        here = text[line]
        column = min(column, len(here) - 1)
        text[line : line + 1] = {
            "drop": [],
            "twice": [here, here],
            "indent": [debris + here],
            "outdent": [here[1:]] if here.startswith(" ") else [here],
            "insert": [here[:column] + debris + here[column:]],
            "cut": [here[:column] + "\n"],
            "swap": [here, text[column % len(text)]],
        }[what]
        text = text or ["\n"]
    check("".join(text))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD.encode()) - 1), st.binary(max_size=2)), min_size=1, max_size=3)
)
def test_changed_bytes_are_read_or_refused_with_a_place(
    tmp_path: Path, changes: list[tuple[int, bytes]]
) -> None:
    raw = bytearray(GOOD.encode())
    for at, new in changes:
        raw[at : at + 1] = new
    path = tmp_path / "file.yaml"
    path.write_bytes(bytes(raw))
    faults: list[Fault] = []
    procedure = read_procedure(path, "file.yaml", faults)
    assert (procedure is None) == bool(faults)
    assert all(fault.file == "file.yaml" and fault.line > 0 for fault in faults)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@?~ \n\t0.,"), max_size=60))
@example("? ")
@example("- \t: ")
@example("!!str")
def test_any_debris_is_read_or_refused_with_a_place(text: str) -> None:
    check(text)


SCALARS = (
    "receive", "route", "all", "15 wd", "", "x/y", "2026-02-30", "2026-02-03", "07:30-11:30",
    "rule", "(", "UTC",
)  # fmt: skip
SCHEMAS = schemas()
KEYS = sorted(
    {"all", "some", "to", "case", "vi", "en", "a", "0", "parameter"}
    | {
        key
        for schema in SCHEMAS.values()
        for part in (schema, *schema.get("$defs", {}).values())
        for key in part.get("properties", {})
    }
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 20) | st.just(1.50) | st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(READERS)), required=st.booleans(), data=st.data())
def test_any_values_are_read_or_refused_with_a_place(
    tmp_path: Path, kind: str, required: bool, data: st.DataObject
) -> None:
    name = {"calendars": "calendar", "procedures": "procedure", "mappings": "mapping"}.get(kind, kind)
    schema = SCHEMAS[name]
    keys = list(schema.get("properties", {"code": 0}))
    content = {key: data.draw(values, key) for key in keys if required or data.draw(st.booleans())}
    path = tmp_path / "file.yaml"
    path.write_text(json.dumps(data.draw(st.sampled_from((content, [content])))), encoding="utf-8")
    faults: list[Fault] = []
    noun = READERS[kind](path, "file.yaml", faults)
    assert noun is not None or faults
    assert all(fault.file == "file.yaml" and fault.line == 1 for fault in faults)


def test_any_value_in_any_place_of_a_good_file_is_read_or_refused() -> None:
    document = parse(GOOD, "file.yaml", [])
    assert document is not None
    for path in _paths(document.data, ()):
        for value in (None, 1, "x", [], ["x"], {}, {"all": ["check"]}, [[1.50]], True):
            changed = deepcopy(document.data)
            inner = changed
            for part in path[:-1]:
                inner = inner[part]
            inner[path[-1]] = value
            check(json.dumps(changed, ensure_ascii=False))


def _paths(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _paths(each, (*path, key))
