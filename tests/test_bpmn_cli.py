"""A BPMN drawing is judged and imported by the command line as a procedure file is."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iso_audit.cli import cli

ROOT = Path(__file__).parents[1]
DRAWING = """<?xml version="1.0"?>
<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL">
<b:process id="cap-phep" name="Cấp phép">
<b:laneSet><b:lane id="l1" name="chủ tịch ủy ban nhân dân">
<b:flowNodeRef>A</b:flowNodeRef></b:lane></b:laneSet>
<b:startEvent id="S" name="Nhận hồ sơ"/>
<b:userTask id="A" name="Thẩm định"/>
<b:parallelGateway id="P"/>
<b:endEvent id="E" name="Xong"/>
<b:textAnnotation id="T"><b:text>Nhớ ký</b:text></b:textAnnotation>
<b:sequenceFlow id="f1" sourceRef="S" targetRef="A"/>
<b:sequenceFlow id="f2" sourceRef="A" targetRef="P"/>
<b:sequenceFlow id="f3" sourceRef="P" targetRef="E"/>
</b:process></b:definitions>
"""
DEADLOCK = DRAWING.replace("parallelGateway id", "exclusiveGateway id").replace(
    '<b:endEvent id="E" name="Xong"/>',
    '<b:endEvent id="E" name="Xong"/><b:parallelGateway id="J"/><b:userTask id="B" name="Ký"/>'
    '<b:sequenceFlow id="g1" sourceRef="P" targetRef="B" name="trình"/>'
    '<b:sequenceFlow id="g2" sourceRef="B" targetRef="J"/>'
    '<b:sequenceFlow id="g3" sourceRef="P" targetRef="J"/>'
    '<b:sequenceFlow id="g4" sourceRef="J" targetRef="E"/>',
).replace('<b:sequenceFlow id="f3" sourceRef="P" targetRef="E"/>', "")  # fmt: skip


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--lang", "en"])


def test_a_drawing_is_judged_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(DEADLOCK, encoding="utf-8")
    result = run("check", path, "-w", ROOT / "processes")
    assert result.exit_code == 1, result.output
    assert "DEF-STEP-03" in result.stdout
    assert "DEF-ROLE-01" in result.stdout
    assert "chủ tịch" not in result.stdout
    assert "Remarks about the drawing" in result.stderr
    assert f"{path}:10: textAnnotation" in result.stderr
    assert "Traceback" not in result.output


def test_remarks_are_in_the_json_and_never_decide_the_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "m.xml"
    path.write_text(DRAWING, encoding="utf-8")
    result = run("check", path, "-w", ROOT / "processes", "--format", "json", "--fail-on", "minor")
    assert result.exit_code == 0, result.output
    remarks = {(one["slug"], one["of"]) for one in json.loads(result.stdout)["remarks"]}
    assert ("superfluous-gateway", "P") in remarks
    assert ("unread", "") in remarks


def test_what_was_imported_gets_the_same_findings(tmp_path: Path) -> None:
    path, made = tmp_path / "m.bpmn", tmp_path / "made.yaml"
    path.write_text(DEADLOCK, encoding="utf-8")
    imported = run("import", path, "-o", made)
    assert imported.exit_code == 0, imported.output
    assert "textAnnotation" in imported.stderr
    codes = [
        sorted(
            (finding["code"], finding["step"], finding["variant"])
            for finding in json.loads(
                run("check", source, "-w", ROOT / "processes", "--format", "json").stdout
            )["findings"]
            if not finding["code"].startswith("DEF-ROLE")  # roles are known by their words in a drawing only
        )
        for source in (path, made)
    ]
    assert codes[0] == codes[1]
    assert codes[0]


def test_several_processes_go_into_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(
        DRAWING.replace("</b:definitions>", '<b:process id="q"><b:task id="Q"/></b:process></b:definitions>'),
        encoding="utf-8",
    )
    result = run("import", path, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["cap-phep.yaml", "q.yaml"]


def test_several_procedures_are_imported_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = tmp_path / "two.bpmn", tmp_path / "made"
    second = DRAWING[DRAWING.index("<b:process") :].replace('id="cap-phep"', 'id="cap-lai"')
    for own in ("l1", "S", "A", "P", "E", "T", "f1", "f2", "f3"):
        second = second.replace(f'"{own}"', f'"{own}x"').replace(f">{own}<", f">{own}x<")
    path.write_text(DRAWING.replace("</b:definitions>", second), encoding="utf-8")
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target) == folder / "cap-lai.yaml":
            raise OSError(errno.ENOSPC, "", str(target))
        replace(source, target)

    with monkeypatch.context() as context:
        context.setattr(os, "replace", full)
        assert run("import", path, "-o", folder).exit_code == 2
    assert not folder.exists()
    assert run("import", path, "-o", folder).exit_code == 0
    assert {each.name for each in folder.iterdir()} == {"cap-phep.yaml", "cap-lai.yaml"}
