"""waivers.yaml: every waiver names one thing that exists, with reason, approver and an end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iso_audit.errors import Fault, InputError
from iso_audit.model.nonconformity import Waiver
from iso_audit.text import Text
from iso_audit.workspace.load import load
from iso_audit.workspace.waivers import Nameable, read_waivers
from tests.workspace.test_load import CATALOGUE, PACK
from tests.workspace.test_mutations import DEBRIS

GOOD = """- code: INT-06
  procedure: p
  step: check
  reason: {vi: Đang sửa quy trình, en: The procedure is being revised}
  approved_by: Chủ tịch UBND xã
  approved_on: 2026-01-05
  until: 2026-06-30
"""


def workspace(root: Path, waivers: str, *packs: str) -> Path:
    for folder in ("procedures", "requirements"):
        (root / folder).mkdir()
    (root / "procedures" / "p.yaml").write_text(
        "procedure: p\nin_force: {from: 2020-01-01}\nsteps: {check: , sign: }\n", encoding="utf-8"
    )
    for name in packs or ("x",):
        pack = PACK.format(id=name).replace("id: soon", f"id: {name}-soon")
        (root / "requirements" / f"{name}.yaml").write_text(pack, encoding="utf-8")
    (root / "waivers.yaml").write_text(waivers, encoding="utf-8")
    return root


def faults(root: Path) -> list[str]:
    with pytest.raises(InputError) as raised:
        load(root, CATALOGUE)
    assert all(fault.what.vi and fault.what.en for fault in raised.value.faults)
    return [fault.say("en") for fault in raised.value.faults]


def changed(**keys: str) -> str:
    lines = dict(line.strip("- ").split(": ", 1) for line in GOOD.splitlines())
    lines.update(keys)
    return "- " + "  ".join(f"{key}: {value}\n" for key, value in lines.items() if value)


def test_a_waiver_is_read_with_its_place_and_the_file_is_an_input(tmp_path: Path) -> None:
    read = load(workspace(tmp_path, GOOD), CATALOGUE)
    reason = Text("Đang sửa quy trình", "The procedure is being revised")
    days = (dt.date(2026, 1, 5), dt.date(2026, 6, 30))
    assert read.waivers == (Waiver("INT-06", "p", reason, "Chủ tịch UBND xã", *days, step="check"),)
    assert str(read.waivers[0].place) == "waivers.yaml:1:3"
    assert "waivers.yaml" in read.files


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"code": "INT-6"}, "1:9: no rule has the code 'INT-6' (did you mean 'INT-06'?)"),
        ({"code": '"INT-*"'}, "1:9: no rule has the code 'INT-*' (did you mean 'INT-06'?)"),
        ({"procedure": "'*'"}, "2:14: there is no procedure '*'"),
        ({"procedure": "pp"}, "2:14: there is no procedure 'pp' (did you mean 'p'?)"),
        ({"procedure": ""}, "1:3: required key 'procedure' is missing"),
        ({"step": "chek"}, "3:9: the procedure 'p' has no step 'chek' (did you mean 'check'?)"),
        ({"reason": '" "'}, "4:11: 'reason' may not be empty"),
        ({"approved_by": ""}, "1:3: required key 'approved_by' is missing"),
        ({"until": ""}, "1:3: required key 'until' is missing"),
        (
            {"until": "2027-01-07"},
            "7:10: 'until' is more than 366 days after 'approved_on'; approve it again when it ends",
        ),
        ({"until": "2026-01-04"}, "7:10: the last day 2026-01-04 is before the first day 2026-01-05"),
        (
            {"requirement": "x-son"},
            "8:16: there is no requirement 'x-son' that asks INT-06 (did you mean 'x-soon'?)",
        ),
        ({"steps": "check"}, "8:3: unknown key 'steps' (did you mean 'step'?)"),
    ],
)
def test_what_a_waiver_gets_wrong_is_told_with_its_place(
    tmp_path: Path, keys: dict[str, str], said: str
) -> None:
    assert faults(workspace(tmp_path, changed(**keys))) == [f"waivers.yaml:{said}"]


def test_all_faults_of_a_file_are_told_together(tmp_path: Path) -> None:
    both = changed(code="INT-6", approved_by="") + changed(procedure="q")
    assert len(faults(workspace(tmp_path, both))) == 3


def test_the_longest_waiver_is_a_leap_year(tmp_path: Path) -> None:
    assert load(workspace(tmp_path, changed(until="2027-01-06")), CATALOGUE).waivers


def test_where_several_requirements_ask_the_findings_decide_whether_one_must_be_named(tmp_path: Path) -> None:
    (waiver,) = load(workspace(tmp_path, GOOD, "x", "y"), CATALOGUE).waivers
    assert waiver.requirement == ""


def test_a_version_of_a_procedure_may_be_named(tmp_path: Path) -> None:
    read = load(workspace(tmp_path, changed(procedure="p@2020-01-01")), CATALOGUE)
    assert read.waivers[0].procedure == "p@2020-01-01"


def test_one_finding_has_one_waiver_at_a_time(tmp_path: Path) -> None:
    again = changed(approved_on="2026-06-30", until="2026-12-31")
    assert faults(workspace(tmp_path, changed() + again)) == [
        "waivers.yaml:8:9: this finding has a waiver for the same days already, on line 1"
    ]


def test_a_waiver_may_be_renewed_when_it_ends(tmp_path: Path) -> None:
    again = changed(approved_on="2026-07-01", until="2026-12-31")
    assert len(load(workspace(tmp_path, changed() + again), CATALOGUE).waivers) == 2


def test_names_are_not_called_unknown_where_procedures_could_not_be_read(tmp_path: Path) -> None:
    root = workspace(tmp_path, GOOD)
    (root / "procedures" / "p.yaml").write_text("procedure: p\nstep: {}\n", encoding="utf-8")
    assert not any("waivers" in fault for fault in faults(root))


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(DEBRIS)), min_size=1, max_size=4))
def test_whatever_stands_in_the_file_there_are_waivers_or_faults(
    tmp_path_factory: pytest.TempPathFactory, debris: list[tuple[int, str]]
) -> None:
    text = GOOD
    for at, piece in debris:
        text = text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :]
    path = tmp_path_factory.getbasetemp() / "waivers.yaml"
    path.write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    known = Nameable({"INT-06": ["x-soon"]}, {"p": ["check", "sign"]})
    read = read_waivers(path, "waivers.yaml", known, faults)
    assert not (read and faults)
    assert all(fault.file == "waivers.yaml" and fault.what.vi and fault.what.en for fault in faults)
    for waiver in read:
        assert (waiver.code, waiver.procedure) == ("INT-06", "p")
        assert waiver.approved_on <= waiver.until
