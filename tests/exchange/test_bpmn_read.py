"""Drawings of other modellers are read as what they mean, or it is said what was not read."""

from __future__ import annotations

import csv
import json
import random
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from iso_audit.analysis.study import study_of
from iso_audit.errors import Fault, InputError
from iso_audit.exchange.bpmn import Model, read_bpmn
from iso_audit.exchange.bpmn.drawing import Drawing
from iso_audit.exchange.bpmn.drawing_faults import HABITS, drawing_faults
from iso_audit.exchange.bpmn.facts import (
    flow_element,
    part_element,
    procedure_element,
    read_facts,
    read_noun,
    step_element,
)
from iso_audit.exchange.bpmn.kept import element_of, kept_xml
from iso_audit.exchange.bpmn.markup import MOST_BYTES, root_of
from iso_audit.exchange.bpmn.read import read_root
from iso_audit.model.procedure import Flow, Join, Part, Procedure, Split, Step
from iso_audit.workspace.load import load_procedure
from iso_audit.workspace.positions import parse
from iso_audit.workspace.procedures import procedure_of
from iso_audit.workspace.write import procedure_yaml
from tests.conftest import SharedData

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "processes" / "procedures").rglob("*.yaml"))
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:iso="urn:iso-audit:procedure" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:v="urn:vendor" targetNamespace="t">'
)
XML = b'<?xml version="1.0" encoding="UTF-8"?>'
NODES = {
    "S": "startEvent",
    "E": "endEvent",
    "X": "exclusiveGateway",
    "P": "parallelGateway",
    "V": "eventBasedGateway",
}


def drawn(flows: str, *more: str, process: str = "p", before: str = "") -> str:
    """A file with one process: `S-A A-E` names flows, the first letter of a node says what it is."""
    pairs = [pair.split("-") for pair in flows.split()]
    inside = "".join(more)
    nodes = dict.fromkeys(end for pair in pairs for end in pair)
    body = "".join(
        f'<{NODES.get(n[0], "task")} id="{n}" name="{n}"/>' for n in nodes if f'id="{n}"' not in inside
    )
    body += "".join(
        f'<sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>' for i, (a, b) in enumerate(pairs)
    )
    return f'{HEAD}{before}<process id="{process}">{body}{inside}</process></definitions>'


def model(text: str | bytes) -> Model:
    return read_root(etree.fromstring(text), "m.bpmn")


def procedure(text: str) -> Procedure:
    (only,) = model(text).procedures
    return only


def shape(of: Procedure) -> dict[str, tuple[str, str, list[str]]]:
    return {s.id: (s.split.value, s.join.value, [flow.to for flow in s.flows]) for s in of.steps}


def refused(path: Path) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read_bpmn(path)
    return list(caught.value.faults)


def test_any_prefix_is_read_with_line_and_names(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(
        '<q:definitions xmlns:q="http://www.omg.org/spec/BPMN/20100524/MODEL">\n'
        '<q:process id="_p" name="Cấp bản sao">\n<q:startEvent id="_s"/>\n'
        '<q:userTask id="_6-1" name=" Thẩm  định"/>\n'
        '<q:sequenceFlow id="f" sourceRef="_s" targetRef="_6-1"/></q:process></q:definitions>',
        encoding="utf-8",
    )
    (only,) = read_bpmn(path).procedures
    assert (only.id, only.title.vi, only.extent) == ("p", "Cấp bản sao", "drawing")
    task = only.by_id["6-1"]
    assert (task.name.vi, task.kinds, task.element) == ("Thẩm định", ("other",), "userTask")
    assert (task.place.file, task.place.line) == (str(path), 4)
    assert only.by_id["s"].is_silent


def test_gateways_say_how_runs_split_and_join() -> None:
    found = shape(procedure(drawn("S-P1 P1-A P1-B A-P2 B-P2 P2-X X-C X-E C-E")))
    assert found["P1"] == ("all", "all", ["A", "B"])
    assert found["P2"] == ("all", "all", ["X"]) or found["P2"][1] == "all"
    assert found["X"] == ("one", "any", ["C", "E"])


def test_without_gateways_all_ways_are_taken_and_every_arrival_counts() -> None:
    found = shape(procedure(drawn("S-A A-B A-C B-D C-D D-E")))
    assert found["A"][0] == "all"
    assert found["D"][1] == "any"


def test_a_condition_and_a_default_make_a_choice() -> None:
    text = drawn("S-A A-B A-C").replace(
        '<sequenceFlow id="f1" sourceRef="A" targetRef="B"/>',
        '<sequenceFlow id="f1" sourceRef="A" targetRef="B"><conditionExpression>'
        "đủ\n hồ sơ</conditionExpression></sequenceFlow>",
    )
    some = procedure(text).by_id["A"]
    assert some.split is Split.SOME
    one = procedure(text.replace('<task id="A"', '<task id="A" default="f2"')).by_id["A"]
    assert (one.split, [flow.outcome for flow in one.flows]) == (Split.ONE, ["đủ hồ sơ", ""])


def test_an_event_based_gateway_waits_for_what_comes_first() -> None:
    assert procedure(drawn("S-V V-A V-B")).by_id["V"].deferred


def test_a_sub_process_becomes_its_steps_between_two_gateways() -> None:
    inner = (
        '<subProcess id="U" name="Thẩm tra"><startEvent id="US"/><task id="UA"/><endEvent id="UE"/>'
        '<sequenceFlow id="u1" sourceRef="US" targetRef="UA"/>'
        '<sequenceFlow id="u2" sourceRef="UA" targetRef="UE"/></subProcess>'
    )
    found = procedure(drawn("S-U U-E", inner))
    assert shape(found) == {
        "S": ("one", "any", ["U"]), "U": ("one", "any", ["US"]), "US": ("one", "any", ["UA"]),
        "UA": ("one", "any", ["UE"]), "UE": ("one", "any", ["U/end"]), "U/end": ("one", "some", ["E"]),
        "E": ("one", "any", []),
    }  # fmt: skip
    assert [found.by_id[name].within for name in ("U", "UA", "U/end")] == ["", "U", ""]
    assert study_of(found).structure.is_sound


def test_an_interrupting_event_is_another_way_out_and_the_other_one_runs_beside() -> None:
    event = '<boundaryEvent id="B" attachedToRef="A"{}><timerEventDefinition/></boundaryEvent>'
    found = procedure(drawn("S-A A-E B-C C-E2", event.format("")))
    assert shape(found)["A/leave"] == ("one", "any", ["E", "B"])
    assert found.by_id["A/leave"].deferred
    assert found.by_id["B"].element == "boundaryEvent:timer"
    beside = procedure(drawn("S-A A-E B-C C-E2", event.format(' cancelActivity="false"')))
    assert shape(beside)["A"] == ("all", "any", ["E", "B/maybe"])
    assert beside.by_id["B"].element == "boundaryEvent:timer!"
    assert study_of(found).structure.is_sound
    assert study_of(beside).structure.is_sound


def test_several_start_events_are_one_entry() -> None:
    found = procedure(drawn("S1-A S2-A A-E"))
    assert study_of(found).structure.entries == ("p/start",)
    assert found.by_id["p/start"].split is Split.ONE


def test_a_called_process_of_the_same_file_is_carried_out_in_its_place() -> None:
    called = drawn("QS-QA", process="q").removeprefix(HEAD).removesuffix("</definitions>")
    called = called.replace('<task id="QS"', '<startEvent id="QS"').replace('id="f', 'id="qf')
    text = drawn("S0-C C-E0", '<callActivity id="C" calledElement="q"/>', before=called)
    found = procedure(text)
    assert shape(found)["C"] == ("one", "any", ["C.QS"])
    assert shape(found)["C.QA"][2] == ["C/end"]
    outside = model(drawn("S0-C C-E0", '<callActivity id="C" calledElement="elsewhere"/>'))
    assert outside.procedures[0].by_id["C"].kinds == ("other",)
    assert any("one step" in note.what.en for note in outside.notes)


def test_processes_that_call_each_other_in_a_circle_are_a_fault_with_the_chain() -> None:
    one = drawn("S-A A-E", '<callActivity id="A" calledElement="q"/>')
    other = '<process id="q"><callActivity id="QC" calledElement="p"/></process>'
    with pytest.raises(InputError, match=r"circle: p → q → p"):
        model(one.replace("</definitions>", other + "</definitions>"))


def test_calls_that_multiply_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iso_audit.exchange.bpmn.steps.MOST_STEPS", 20_000)
    levels = "".join(
        f'<process id="q{n}"><callActivity id="a{n}" calledElement="q{n + 1}"/>'
        f'<callActivity id="b{n}" calledElement="q{n + 1}"/></process>'
        for n in range(30)
    )
    text = f'{HEAD}{levels}<process id="q30"><task id="t"/></process></definitions>'
    with pytest.raises(InputError, match="more than 200000 steps"):
        model(text)


POOLS = (
    '<collaboration id="c"><participant id="P1" name="Một cửa" processRef="p"/>'
    '<participant id="P2" name="Thuế" processRef="q"/><participant id="P3" name="Người dân"/>'
    '<messageFlow id="m1" name="hồ sơ" sourceRef="A" targetRef="QS"/>'
    '<messageFlow id="m2" name="kết quả" sourceRef="QA" targetRef="R"/>'
    '<messageFlow id="m3" name="đơn" sourceRef="P3" targetRef="S"/></collaboration>'
)
TAX = (
    '<process id="q"><startEvent id="QS"><messageEventDefinition/></startEvent><task id="QA"/>'
    '<endEvent id="QE"/><sequenceFlow id="q1" sourceRef="QS" targetRef="QA"/>'
    '<sequenceFlow id="q2" sourceRef="QA" targetRef="QE"/></process>'
)


def test_pools_that_exchange_messages_are_one_linked_procedure() -> None:
    text = drawn("S-A A-R R-E", '<receiveTask id="R" name="Nhận"/>', before=POOLS).replace(
        "</definitions>", TAX + "</definitions>"
    )
    found = procedure(text)
    assert [part.id for part in found.parts] == ["Một-cửa", "Thuế"]
    assert found.by_id["A"].flows[1] == Flow("QS", message="hồ sơ")
    assert found.by_id["R"].join is Join.ALL
    assert found.outside == ("đơn",)
    structure = study_of(found).structure
    assert (structure.entries, structure.is_sound) == (("S",), True)


def test_what_waits_for_a_message_of_nobody_assumes_the_world_outside() -> None:
    event = (
        '<intermediateCatchEvent id="W" name="Chờ trả lời"><messageEventDefinition/></intermediateCatchEvent>'
    )
    found = procedure(drawn("S-W W-E", event))
    assert found.outside == ("Chờ trả lời",)
    assert study_of(found).structure.is_sound


def test_lanes_and_data_say_roles_and_records() -> None:
    more = (
        '<laneSet><lane id="l" name="Phòng"><flowNodeRef>A</flowNodeRef><childLaneSet><lane id="l2" '
        'name="Chuyên viên"><flowNodeRef>A</flowNodeRef></lane></childLaneSet></lane></laneSet>'
        '<dataObjectReference id="d" name="Phiếu trình"/><dataStoreReference id="k" name="Kho"/>'
        '<task id="A"><dataInputAssociation id="i"><sourceRef>k</sourceRef></dataInputAssociation>'
        '<dataOutputAssociation id="o"><targetRef>d</targetRef></dataOutputAssociation></task>'
    )
    task = procedure(drawn("S-A A-E", more)).by_id["A"]
    assert (task.role, task.records, task.reads) == ("Chuyên viên", ("Phiếu trình",), ("Kho",))


def test_whatever_is_not_read_is_kept_and_told() -> None:
    more = (
        '<task id="A" v:form="x"><documentation>Ghi chú</documentation><extensionElements><v:a b="1"/>'
        "</extensionElements><multiInstanceLoopCharacteristics/></task>"
        '<textAnnotation id="T"><text>nhớ</text></textAnnotation>'
        '<subProcess id="ES" triggeredByEvent="true"><startEvent id="ESS"/></subProcess>'
    )
    found = model(drawn("S-A A-E", more))
    kept = found.procedures[0].kept
    assert sorted((piece.of, etree.QName(element_of(piece)).localname) for piece in kept) == [
        ("", "subProcess"), ("", "textAnnotation"), ("A", "a"), ("A", "documentation"),
        ("A", "multiInstanceLoopCharacteristics"), ("A", "task"),
    ]  # fmt: skip
    said = " ".join(note.what.en for note in found.notes)
    assert all(word in said for word in ("textAnnotation", "multiInstance", "urn:vendor", "form", "ES"))


def test_kept_text_is_the_same_however_often_it_is_carried() -> None:
    space = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    text = f'<x:a xmlns:x="{space}" xmlns:y="u"><y:b c=" d ">é &lt; </y:b></x:a>'
    once = kept_xml(etree.fromstring(text))
    assert once == kept_xml(etree.fromstring(once))
    assert "bpmn:a" in once


@pytest.mark.parametrize(
    "path", [*SHIPPED, ROOT / "tests" / "reference" / "procedure.yaml"], ids=lambda p: p.stem
)
def test_facts_are_read_back_as_they_were(path: Path) -> None:
    said: list[str] = []

    def report(_element: object, field: str, value: str) -> None:
        said.append(f"{field}={value}")

    def again(element: etree._Element) -> etree._Element:
        return etree.fromstring(etree.tostring(element))

    of = load_procedure(path)
    facts = read_facts(again(procedure_element(of)), Procedure, report)
    assert Procedure(steps=of.steps, parts=of.parts, kept=of.kept, **facts) == of
    for part in of.parts:
        assert read_noun(again(part_element(part)), Part, report) == part
    for step in of.steps:
        facts = read_facts(again(step_element(step, name=step.name.vi, role=step.role)), Step, report)
        left = Step(
            step.id, step.name, flows=step.flows, split=step.split, join=step.join, deferred=step.deferred,
            within=step.within, part=step.part, role=step.role,
        )  # fmt: skip
        assert replace(left, **facts) == step
        for flow in step.flows:
            assert (flow_element(flow, flow.outcome) is None) == (not flow.case and not flow.message)
    assert said == []


def test_a_fact_of_ours_that_cannot_be_read_is_a_fault_with_its_line() -> None:
    facts = '<iso:step id="A" kinds="appriase" at_most="0"><iso:limit value="x"/></iso:step>'
    facts = f"<extensionElements>{facts}</extensionElements>"
    with pytest.raises(InputError) as caught:
        model(drawn("S-A A-E", f'<task id="A">{facts}</task>'))
    assert [fault.line for fault in caught.value.faults] == [1, 1, 1]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    path.write_text(
        HEAD + '\n<process id="p"><task id="A"/>\n<task id="A"/>\n'
        '<sequenceFlow id="f" sourceRef="A" targetRef="Z"/>\n<sequenceFlow id="g" targetRef="A"/>\n'
        '<boundaryEvent id="B" attachedToRef="Q"/></process></definitions>'
    )
    assert [fault.line for fault in refused(path)] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"<definitions/>", "no BPMN 2.0"),
        (b"<html><body/></html>", "web page"),
        (b"PK\x03\x04xxxx", "packed"),
        (HEAD.encode()[:80], "wrong here"),
        (HEAD.encode() + b"<process><a></process>", "wrong here"),
        (XML + HEAD.encode() + "Tiếp".encode("cp1258", "replace") + b"\xff</definitions>", "encoding"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]>' + HEAD.encode() + b"&a;</definitions>", "DOCTYPE"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + HEAD.encode() + b"</definitions>", "DOCTYPE"),
        (f'<!DOCTYPE d [<!ENTITY a "b">]>{HEAD}&a;</definitions>'.encode("utf-16"), "DOCTYPE"),
        (HEAD.encode() + b"<u:process/></definitions>", "prefix 'u'"),
        (drawn("S-E", "<subProcess>" * 90 + "</subProcess>" * 90).encode(), "deeper"),
        (HEAD.encode() + b"<process>" * 5000 + b"</process>" * 5000 + b"</definitions>", "too deep"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused_in_plain_words(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "m.bpmn"
    path.write_bytes(content)
    assert any(word in fault.what.en for fault in refused(path))


def test_a_file_of_fifty_megabytes_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "m.bpmn"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    assert f"{MOST_BYTES:,}" in refused(path)[0].what.en


def test_every_shared_file_is_read_or_says_what_it_is_not(data: SharedData) -> None:
    said = {}
    for path in sorted((data / "bpmn").rglob("*.bpmn")):
        try:
            found = read_bpmn(path)
        except InputError as error:
            said[path.name] = error.faults[0].what.en
            continue
        for each in found.procedures:
            assert all(flow.to in each.by_id for step in each.steps for flow in step.flows)
    assert set(said) == {"valid-no-lanes.bpmn", "invalid-message-flow.bpmn"}


def test_labelled_models_get_the_right_verdicts_in_all_properties(data: SharedData) -> None:
    folder = data / "bpmn/rust_analyzer"
    labels = list(csv.DictReader((folder / "labels.csv").read_text(encoding="utf-8").splitlines()))
    asked = ("safeness", "option_to_complete", "proper_completion", "no_dead_activities")
    for row in labels:
        (only,) = read_bpmn(folder / row["file"]).procedures
        found = study_of(only).structure
        answers = (found.once, found.finishes, found.ends_once, found.all_happen)
        assert [answer.holds for answer in answers] == [row[name] == "yes" for name in asked], row["file"]
    assert len(labels) == 17


def test_a_join_waits_for_each_of_two_outcomes_that_lead_to_it() -> None:
    found = study_of(procedure(drawn("S-X1 X1-P1 X1-P1 P1-E"))).structure
    assert (found.finishes.holds, found.problem) == (False, "deadlock")


def test_what_no_start_event_starts_is_out_of_reach() -> None:
    found = study_of(procedure(drawn("S-A A-E B-E2"))).structure
    assert (found.entries, found.unreachable[0]) == (("S",), "B")


def test_what_was_imported_is_the_same_as_a_procedure_file(data: SharedData) -> None:
    for path in sorted((data / "bpmn").rglob("*.bpmn")):
        try:
            found = read_bpmn(path)
        except InputError:
            continue
        for each in found.procedures:
            faults: list[Fault] = []
            document = parse(procedure_yaml(each), path.name, faults)
            again = document and procedure_of(document, faults)
            assert [fault.say("en") for fault in faults] == [], path
            assert again is not None
            assert replace(again, keys=each.keys) == each, path


UNREADABLE = "no-bpmndi/valid-no-lanes.bpmn"
"""Uses a prefix that it does not declare: that is no XML with names."""


def test_remarks_about_drawings_are_those_that_the_labels_ask_for(data: SharedData) -> None:
    folder = data / "bpmn/bpmnlint"
    wrong, asked = [], 0
    for row in csv.DictReader((folder / "labels.csv").read_text(encoding="utf-8").splitlines()):
        rule, file = row["rule"], row["file"]
        if rule not in HABITS or file.endswith(UNREADABLE):
            continue
        asked += 1
        drawing = Drawing(root_of(folder / file), file)
        found = {remark.of for remark in drawing_faults(drawing) if remark.slug == rule}
        if found != {element for element, _ in json.loads(row["expected"] or "[]")}:
            wrong.append((rule, file, found))
    assert wrong == []
    assert asked == 173


SEEDS = (
    drawn("S-A A-X X-B X-E B-X", process="p"),
    drawn("S-A A-R R-E", '<receiveTask id="R"/>', before=POOLS).replace(
        "</definitions>", TAX + "</definitions>"
    ),
    drawn(
        "S-P1 P1-A P1-V V-B V-C A-P2 B-P2 P2-E",
        '<boundaryEvent id="N" attachedToRef="A" cancelActivity="false"/>',
    ),
    drawn(
        "S-U U-E",
        '<subProcess id="U"><startEvent id="US"/><callActivity id="UC" calledElement="q"/></subProcess>',
    ),
)


def mangled(root: etree._Element, rng: random.Random) -> etree._Element:
    """A drawing with a few elements or attributes removed, doubled, renamed, moved or pointed elsewhere."""
    for _ in range(rng.randint(1, 6)):
        elements = list(root.iter())
        ids = [each.get("id") for each in elements if each.get("id")] or [""]
        one, other = rng.choice(elements), rng.choice(elements)
        parent = one.getparent()
        sort = rng.randrange(6)
        if sort == 0 and parent is not None:
            parent.remove(one)
        elif sort == 1 and parent is not None:
            parent.append(deepcopy(one))
        elif sort == 2:
            one.tag = other.tag
        elif sort == 3 and other not in one.iter() and parent is not None:
            other.append(one)
        elif sort == 4:
            keys = ("sourceRef", "targetRef", "attachedToRef", "default", "calledElement", "processRef", "id")
            one.set(
                rng.choice([*keys, *map(str, one.attrib)]), rng.choice([*ids, "", "ghost", "true", "false"])
            )
        elif one.attrib:
            del one.attrib[rng.choice(list(one.attrib))]
    return etree.fromstring(etree.tostring(root))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_no_mangled_drawing_crashes_the_reader(text: str, seed: int) -> None:
    root = mangled(etree.fromstring(text), random.Random(seed))
    try:
        found = read_root(root, "m.bpmn")
    except InputError:
        return
    for each in found.procedures:
        assert len(each.by_id) == len(each.steps)
        assert all(flow.to in each.by_id for step in each.steps for flow in step.flows)
        assert procedure_yaml(each)
