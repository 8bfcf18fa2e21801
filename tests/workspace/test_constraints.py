"""Requirements that an office writes itself: what is understood, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from iso_audit.errors import InputError
from iso_audit.model.requirement import Requirement
from iso_audit.rules import CATALOGUE
from iso_audit.workspace.load import load
from iso_audit.workspace.schema import schemas

PROCEDURE = """procedure: permit
limit: {default: 5 wd, urgent: 1 wd}
steps:
  receive: {kind: receive, role: clerk, next: check}
  check: {kind: check, role: clerk, next: {complete: sign, ineligible: turn-away}}
  sign: {kind: approve_sign, role: chairman, next: archive}
  turn-away: {kind: refuse, role: clerk, next: archive}
  archive: {kind: archive, role: clerk}
"""
PACK = """pack: office
requirements:
  - {id: r, rule: constraint, grade: minor, cite: [{ref: "ISO 9001:2015", clause: 8.6}], """


def read(folder: Path, line: str) -> Requirement:
    """The requirement with these keys, in a workspace of one procedure."""
    for name, text in (
        ("procedures/permit.yaml", PROCEDURE),
        ("requirements/office.yaml", f"{PACK}{line}}}\n"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return load(folder, CATALOGUE).packs[0].requirements[0]


def refused(folder: Path, line: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, line)
    assert all(fault.file == "requirements/office.yaml" and fault.line == 3 for fault in caught.value.faults)
    assert all(fault.what.vi and fault.what.en for fault in caught.value.faults)
    return [
        fault.what.en + (f" ({fault.hint.en})" if fault.hint is not None else "")
        for fault in caught.value.faults
    ]


def test_steps_may_be_kinds_or_ids_and_a_list_within_means_any_of_them(tmp_path: Path) -> None:
    asked = read(tmp_path, "must: leads_to, of: [[sign, refuse], archive], when: {not: same_day}")
    assert asked.parameters["of"] == (("sign", "refuse"), ("archive",))
    assert asked.when == {"not": {"same_day": True}}
    asked = read(tmp_path, "must: happens, of: archive, when: {case: urgent, not: {procedures: permit}}")
    assert asked.parameters["of"] == (("archive",),)
    assert asked.when == {"case": ("urgent",), "not": {"procedures": ("permit",)}}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("of: [a]", ["required key 'must' is missing"]),
        ("must: before", ["required key 'of' is missing"]),
        (
            "must: follows, of: [check, sign]",
            [
                "'follows' is not known here: happens, before, leads_to, at_most, excludes, apart, by_role, "
                "within"
            ],
        ),
        ("must: before, of: [check]", ["'before' takes 2 steps in 'of', not 1"]),
        ("must: happens, of: [check, sign]", ["'happens' takes 1 step in 'of', not 2"]),
        ("must: before, of: [check, []]", ["'of' may not be empty"]),
        ("must: before, of: [check, check]", ["'check' stands twice in 'of'"]),
        ("must: at_most, of: check", ["'at_most' needs 'count'"]),
        ("must: at_most, of: check, count: 0", ["'count' must be from 1 to 20"]),
        ("must: at_most, of: check, count: many", ["'count' must be a whole number, not text"]),
        ("must: happens, of: check, count: 1", ["'count' goes with 'at_most', not with 'happens'"]),
        ("must: within, of: [check, sign]", ["'within' needs 'limit'"]),
        ("must: by_role, of: check", ["'by_role' needs 'role'"]),
        ("must: by_role, of: check, role: clark", ["there is no role 'clark' (did you mean 'clerk'?)"]),
        (
            "must: leads_to, of: [refuse, [turn_away, archive]]",
            ["'turn_away' is neither a kind of step nor a step of any procedure (did you mean 'turn-away'?)"],
        ),
        (
            "must: happens, of: route",
            ["'route' is neither a kind of step nor a step of any procedure"],
        ),
        (
            "must: happens, of: check, when: {procedures: [permits]}",
            ["there is no procedure 'permits' (did you mean 'permit'?)"],
        ),
        (
            "must: happens, of: check, when: {not: {procedures: permits, case: urgnet}}",
            [
                "there is no procedure 'permits' (did you mean 'permit'?)",
                "no procedure has a case 'urgnet' (did you mean 'urgent'?)",
            ],
        ),
        (
            "must: happens, of: check, when: {not: same-day}",
            ["'same-day' is not known here: same_day, linked (did you mean 'same_day'?)"],
        ),
        (
            "must: happens, of: check, when: {not: {same_days: true}}",
            ["unknown key 'same_days' (did you mean 'same_day'?)"],
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(line: str, expected: list[str], tmp_path: Path) -> None:
    found = refused(tmp_path, line)
    hints_cut = [said.partition(" (did")[0] if said not in expected else said for said in found]
    assert hints_cut == expected


def test_the_case_is_asked_only_where_it_is_known(tmp_path: Path) -> None:
    pack = PACK.replace("rule: constraint", "rule: performer")
    (tmp_path / "procedures").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "procedures/permit.yaml").write_text(PROCEDURE, encoding="utf-8")
    (tmp_path / "requirements/office.yaml").write_text(f"{pack}when: {{case: urgent}}}}\n", encoding="utf-8")
    with pytest.raises(InputError, match="'case' cannot be asked with 'performer'"):
        load(tmp_path, CATALOGUE)


def test_names_of_other_rules_must_be_there_too(tmp_path: Path) -> None:
    pack = PACK.replace("rule: constraint", "rule: mandatory-step")
    (tmp_path / "procedures").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "procedures/permit.yaml").write_text(PROCEDURE, encoding="utf-8")
    (tmp_path / "requirements/office.yaml").write_text(f"{pack}of: [receive, singed]}}\n", encoding="utf-8")
    with pytest.raises(InputError, match="'singed' is neither a kind of step nor a step"):
        load(tmp_path, CATALOGUE)


def test_editors_know_the_words_of_a_requirement() -> None:
    validator = jsonschema.Draft202012Validator(schemas(CATALOGUE)["requirements"])
    good = {
        "id": "x", "rule": "constraint", "cite": [{"ref": "y"}], "grade": "minor",
        "must": "before", "of": [["a", "b"], "c"],
    }  # fmt: skip

    def is_valid(**changes: Any) -> bool:
        entry = {name: value for name, value in {**good, **changes}.items() if value is not None}
        return bool(validator.is_valid({"pack": "p", "requirements": [entry]}))

    assert is_valid()
    assert is_valid(when={"not": "same_day", "case": "urgent"})
    assert is_valid(when={"not": {"procedures": ["p"]}})
    assert not is_valid(must="follows")
    assert not is_valid(must=None)
    assert not is_valid(of=None)
    assert not is_valid(of=[{"a": 1}])
    assert not is_valid(when={"not": "sameday"})
    assert not is_valid(when={"not": {"not": "same_day"}})
