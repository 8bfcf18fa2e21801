"""JUnit XML: a suite a procedure, a case for each question asked, for the boards that show test results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

from iso_audit.model.finding import OpenItem, RuleFailure
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.rule import Rule
from iso_audit.report.facts import ARROW, Facts
from iso_audit.report.openness import reason_of
from iso_audit.report.statements import Statement
from iso_audit.report.view import View
from iso_audit.report.waivers import WaivedRow

Question = tuple[str, str, str]
"""(procedure, code, requirement)"""


@dataclass(slots=True)
class _Case:
    rule: str
    checked: int = 0
    failed: list[Statement] = field(default_factory=list)
    told: list[Statement] = field(default_factory=list)
    """Findings below the threshold."""
    waived: list[WaivedRow] = field(default_factory=list)
    open: list[OpenItem] = field(default_factory=list)
    crash: RuleFailure | None = None


def text(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], view: View, least: int
) -> str:
    """The run as JUnit XML; findings of a grade ranked `least` or graver are failures (-1: none is)."""
    facts = Facts(view.words, workspace.organisation, {one.key: one for one in workspace.procedures})
    suites: dict[str, list[Xml.Element]] = {}
    for (procedure, code, requirement), case in sorted(_cases(outcome, view, least).items()):
        rule = catalogue.get(case.rule)
        title = rule.title.say(view.lang) if rule is not None else case.rule
        name = f"{code} {title}" + (f" [{requirement}]" if requirement else "")
        suites.setdefault(procedure, []).append(_case(case, name, procedure, facts))
    root = Xml.Element("testsuites", name="iso-audit")
    for procedure, cases in suites.items():
        title = facts.procedure(procedure) if procedure else view.words("open.everywhere")
        suite = Xml.SubElement(root, "testsuite", name=_clean(title))
        suite.extend(cases)
        _count(suite)
    _count(root)
    Xml.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _cases(outcome: Outcome, view: View, least: int) -> dict[Question, _Case]:
    cases: dict[Question, _Case] = {}

    def case(procedure: str, code: str, requirement: str, rule: str) -> _Case:
        return cases.setdefault((procedure, code, requirement), _Case(rule))

    for tally in outcome.tallies:
        case(tally.procedure, tally.code, tally.requirement, tally.rule).checked += tally.checked
    for item in outcome.open_items:
        case(item.procedure, item.code, item.requirement, item.rule).open.append(item)
    for one in view.statements:
        found = one.finding
        into = case(found.procedure, found.code, found.requirement, found.rule)
        (into.failed if found.grade.rank <= least else into.told).append(one)
    for row in view.waived:
        found = row.statement.finding
        case(found.procedure, found.code, found.requirement, found.rule).waived.append(row)
    for crash in outcome.failures:
        case(crash.procedure, crash.code, "", crash.rule).crash = crash
    return cases


def _case(case: _Case, name: str, procedure: str, facts: Facts) -> Xml.Element:
    """One question: an error where the rule crashed, failed, else skipped where it stays open."""
    known = facts.procedures.get(procedure)
    made = Xml.Element("testcase", classname=_clean(procedure or "-"), name=_clean(name), time="0")
    made.set("assertions", str(case.checked))
    if known is not None and known.place.file:
        made.set("file", _clean(known.place.file))
    if case.crash is not None:
        Xml.SubElement(made, "error", type=case.crash.code, message=_clean(case.crash.message))
    elif case.failed:
        first = case.failed[0]
        message = first.said + f" (+{len(case.failed) - 1})" * (len(case.failed) > 1)
        failure = Xml.SubElement(made, "failure", type=first.code, message=_clean(message))
        failure.text = _clean("\n".join(line for one in case.failed for line in _lines(one, facts)))
    elif case.open:
        reasons = "; ".join(dict.fromkeys(reason_of(item, facts) for item in case.open))
        Xml.SubElement(made, "skipped", message=_clean(reasons))
    beside = [line for one in case.told for line in _lines(one, facts)]
    for row in case.waived:
        beside += [f"{facts.words('section.waived')}:", *_lines(row.statement, facts)]
        beside.append(f"{row.reason} ({row.approval})")
    if beside:
        Xml.SubElement(made, "system-out").text = _clean("\n".join(beside))
    return made


def _lines(one: Statement, facts: Facts) -> Iterable[str]:
    grade = facts.words(f"grade.{one.grade.value}").lower()
    where = str(one.finding.place) or " · ".join(one.where)
    yield f"{where}: {one.code} {grade}: {one.said}"
    if one.run:
        yield f"{one.run_label}: {ARROW.join(one.run)}"
    if one.dossiers:
        yield f"{facts.words('text.dossiers')}: {', '.join(one.dossiers)}"


def _count(whole: Xml.Element) -> None:
    cases = list(whole.iter("testcase"))
    whole.set("tests", str(len(cases)))
    for name, child in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        whole.set(name, str(sum(case.find(child) is not None for case in cases)))
    whole.set("time", "0")


_UNLAWFUL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(said: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return _UNLAWFUL.sub("\ufffd", said)
