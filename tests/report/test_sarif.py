"""SARIF and JUnit: valid, complete, and honest about what is waived and what is open."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from iso_audit.model.finding import Finding, Grade, RuleFailure
from iso_audit.model.nonconformity import Idle, IdleWaiver, Waived, Waiver
from iso_audit.model.outcome import Outcome
from iso_audit.model.place import Place
from iso_audit.report import as_json, as_junit, as_sarif
from iso_audit.report.json_shape import schema
from iso_audit.report.view import view
from iso_audit.text import Text
from tests.conftest import SharedData
from tests.report import example

WORKSPACE = replace(example.workspace(), files=("procedures/wide.yaml", "waivers.yaml"))
LEVELS = {"error": Grade.MAJOR, "warning": Grade.MINOR, "note": Grade.OBSERVATION}


def waiver(finding: Finding) -> Waiver:
    return Waiver(
        finding.code, finding.procedure, Text("Đang <sửa> & ban hành lại", "Being <revised>"), "Chủ tịch",
        dt.date(2020, 9, 1), dt.date(2020, 12, 31), finding.step, place=Place("waivers.yaml", 3, 3),
    )  # fmt: skip


def outcome(**changes: Any) -> Outcome:
    """The example with one finding waived, one waiver stale and one rule crashed."""
    whole = example.outcome()
    first, *rest = whole.findings
    return replace(
        whole,
        findings=tuple(rest),
        waived=(Waived(first, waiver(first)),),
        idle_waivers=(IdleWaiver(replace(waiver(rest[0]), step="sign"), Idle.STALE, (rest[0],)),),
        failures=(RuleFailure("DEF-NUM-01", "numbering", "wide", "ValueError: \x1b[31m"),),
        **changes,
    )


def seen(lang: str, **changes: Any) -> Any:
    return view(outcome(**changes), WORKSPACE, example.CATALOGUE, lang, drawn=False)


def sarif(lang: str = "vi") -> Any:
    text = as_sarif.text(outcome(), WORKSPACE, example.CATALOGUE, seen(lang), 3)
    return json.loads(text)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_sarif_is_valid_by_its_schema(lang: str, data: SharedData) -> None:
    published = json.loads((data / "schemas/sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(published)
    validator = kind(published, format_checker=kind.FORMAT_CHECKER)
    assert [(list(error.path), error.message) for error in validator.iter_errors(sarif(lang))] == []


def test_every_finding_waived_one_and_open_question_is_a_result() -> None:
    results = sarif()["runs"][0]["results"]
    whole = example.outcome()
    failed = [one for one in results if one["kind"] == "fail"]
    assert {one["partialFingerprints"]["isoAuditFinding/v1"] for one in failed} == {
        finding.fingerprint for finding in whole.findings
    }
    left = [one for one in results if one["kind"] == "open"]
    assert len(left) == len(whole.open_items)
    assert {one["level"] for one in left} == {"none"}
    assert all(LEVELS[one["level"]].value == one["properties"]["grade"] for one in failed)


def test_a_waived_finding_is_suppressed_with_its_reason_and_every_other_is_not() -> None:
    results = sarif()["runs"][0]["results"]
    suppressed = [one for one in results if one["suppressions"]]
    (only,) = suppressed
    (why,) = only["suppressions"]
    assert only["partialFingerprints"]["isoAuditFinding/v1"] == example.outcome().findings[0].fingerprint
    assert "Đang <sửa> & ban hành lại (Chủ tịch phê duyệt ngày 01/09/2020" in why["justification"]


def test_the_run_is_a_code_flow_through_the_places_of_its_steps() -> None:
    (found, *_) = [one for one in sarif()["runs"][0]["results"] if one["ruleId"] == "DEF-TIME-01"]
    (flow,) = found["codeFlows"]
    (thread,) = flow["threadFlows"]
    finding = next(f for f in example.outcome().findings if f.code == "DEF-TIME-01")
    named = [step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in thread["locations"]]
    assert named == [f"{finding.procedure}/{step}" for step in finding.facts["run"]]  # type: ignore[attr-defined]


def test_indices_lead_to_the_rule_and_the_file_that_are_meant() -> None:
    run = sarif()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            address = location.get("physicalLocation", {}).get("artifactLocation", {})
            if "index" in address:
                assert run["artifacts"][address["index"]]["location"]["uri"] == address["uri"]


def test_rules_help_in_both_languages_the_reader_s_first() -> None:
    for lang, first in (("vi", 0), ("en", 1)):
        helps = {
            rule["id"]: rule["help"]["text"] for rule in sarif(lang)["runs"][0]["tool"]["driver"]["rules"]
        }
        title = next(r.title for r in example.CATALOGUE.values() if r.name == "time-sum")
        said = (title.vi, title.en)
        at = [helps["DEF-TIME-01"].index(words) for words in said]
        assert at[first] < at[1 - first]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("procedures/cấp phép 1.yaml", "procedures/c%E1%BA%A5p%20ph%C3%A9p%201.yaml"),
        ("/srv/a b.yaml", "file:///srv/a%20b.yaml"),
        ("C:\\a\\b.yaml", "file:///C:/a/b.yaml"),
        ("a\\b.yaml", "a/b.yaml"),
    ],
)
def test_paths_become_addresses(file: str, uri: str) -> None:
    assert as_sarif.address(file) == uri


def junit(least: int, lang: str = "vi", **changes: Any) -> Xml.Element:
    text = as_junit.text(outcome(**changes), WORKSPACE, example.CATALOGUE, seen(lang, **changes), least)
    return Xml.fromstring(text)


@pytest.mark.parametrize("threshold", [None, *Grade])
def test_junit_fails_what_is_at_or_over_the_threshold(threshold: Grade | None) -> None:
    root = junit(-1 if threshold is None else threshold.rank)
    failed = {
        (finding.procedure, finding.code, finding.requirement)
        for finding in outcome().findings
        if threshold is not None and finding.grade.rank <= threshold.rank
    }
    assert len(root.findall(".//failure")) == len(failed) == int(root.get("failures", ""))
    assert len(root.findall(".//error")) == 1


def test_junit_has_a_case_for_each_question_and_skips_what_is_open() -> None:
    root, whole = junit(1), outcome()
    questions = {(t.procedure, t.code, t.requirement) for t in whole.tallies}
    questions |= {(i.procedure, i.code, i.requirement) for i in whole.open_items}
    questions |= {(f.procedure, f.code, f.requirement) for f in (*whole.findings, whole.waived[0].finding)}
    questions |= {(f.procedure, f.code, "") for f in whole.failures}
    cases = root.findall(".//testcase")
    assert len(cases) == len(questions) == int(root.get("tests", ""))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    skipped = [case for case in cases if case.find("skipped") is not None]
    assert skipped
    assert all(case.find("failure") is None for case in skipped)
    assert int(root.get("skipped", "")) == len(skipped)


def test_words_of_an_input_cannot_break_the_xml() -> None:
    odd = RuleFailure("DEF-NUM-01", "numbering", "wi<d>e&\x00", "\x1b]]>\ud800")
    text = as_junit.text(replace(outcome(), failures=(odd,)), WORKSPACE, example.CATALOGUE, seen("vi"), 1)
    (error,) = Xml.fromstring(text.encode()).findall(".//error")
    assert error.get("message") == "\ufffd]]>\ufffd"


@pytest.mark.parametrize("whole", [example.outcome(), outcome()], ids=["plain", "waived"])
def test_findings_json_fits_its_published_schema(whole: Outcome) -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    made = json.loads(as_json.text(whole))
    validator = jsonschema.Draft202012Validator(published)
    assert [(list(error.path), error.message) for error in validator.iter_errors(made)] == []


def test_the_master_output_keeps_waived_findings_apart() -> None:
    made = json.loads(as_json.text(outcome()))
    (only,) = made["waived"]
    assert only["fingerprint"] == example.outcome().findings[0].fingerprint
    assert only["fingerprint"] not in {finding["fingerprint"] for finding in made["findings"]}
    assert only["waived"]["until"] == "2020-12-31"
    assert made["idle_waivers"][0]["near"] == [outcome().findings[0].fingerprint]
