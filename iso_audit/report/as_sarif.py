"""SARIF 2.1.0: findings for the tools that show results of checkers beside the files they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from iso_audit.model.finding import Finding, Grade, OpenItem
from iso_audit.model.outcome import InputFile, Outcome, Workspace
from iso_audit.model.place import NOWHERE, Place
from iso_audit.model.procedure import Procedure
from iso_audit.model.rule import Rule
from iso_audit.report.as_json import plain
from iso_audit.report.facts import Facts, is_run
from iso_audit.report.openness import reason_of
from iso_audit.report.rule_page import brief
from iso_audit.report.statements import Statement
from iso_audit.report.view import View
from iso_audit.report.waivers import WaivedRow, waiver_note
from iso_audit.report.words import words
from iso_audit.text import LANGUAGES, printable

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Grade.MAJOR: "error", Grade.MINOR: "warning", Grade.OBSERVATION: "note"}
BASE = "WORKSPACE"
"""Name of the folder that relative addresses start from."""

Made = dict[str, Any]


def text(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], view: View, exit_code: int
) -> str:
    """The run as one SARIF log; findings, waived ones and open questions are its results."""
    run = _Run(outcome, workspace, catalogue, view).made(exit_code)
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)
        + "\n"
    )


class _Run:
    def __init__(
        self, outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], view: View
    ) -> None:
        self.outcome, self.view, self.workspace = outcome, view, workspace
        self.procedures = {procedure.key: procedure for procedure in workspace.procedures}
        self.facts = Facts(view.words, workspace.organisation, self.procedures)
        self.files = {one.name: index for index, one in enumerate(outcome.card.inputs)}
        self.of_workspace = {printable(name) for name in workspace.files}
        self.rules, self.at = _rules(catalogue, workspace, view.lang)

    def made(self, exit_code: int) -> Made:
        card, lang = self.outcome.card, self.view.lang
        driver = {
            "name": "iso-audit",
            "version": card.program_version,
            "language": lang,
            "rules": self.rules,
        }
        results = [self._finding(one) for one in self.view.statements]
        results += [self._waived(row) for row in self.view.waived]
        results += [self._open(item) for item in self.outcome.open_items]
        if self.outcome.waived:  # the standard: where one result says whether it is suppressed, all do
            for result in results:
                result.setdefault("suppressions", [])
        return {
            "tool": {"driver": driver},
            "language": lang,
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"description": {"text": self.view.words("sarif.workspace")}}},
            "invocations": [self._invocation(exit_code)],
            "artifacts": [self._artifact(one) for one in card.inputs],
            "results": results,
            "properties": {
                "auditDate": card.audit_date.isoformat(),
                "packs": list(card.packs),
                "catalogueSha256": card.catalogue_sha256,
                "seed": card.seed,
            },
        }  # fmt: skip

    def _invocation(self, exit_code: int) -> Made:
        notes = [
            {
                "level": "warning",
                "message": {"text": waiver_note(idle, self.facts)},
                "locations": [{"physicalLocation": self._physical(idle.waiver.place)}],
            }
            for idle in self.outcome.idle_waivers
        ]
        crashes = [
            {
                "level": "error",
                "message": {"text": f"{crash.code} · {crash.procedure}: {crash.message}"},
                **({"associatedRule": self._rule(crash.code)} if crash.code in self.at else {}),
            }
            for crash in self.outcome.failures
        ]
        remarks = [
            {
                "level": "note",
                "message": {"text": remark.what.say(self.view.lang)},
                "descriptor": {"id": remark.slug},
                "locations": [{"physicalLocation": self._physical(remark.place)}],
            }
            for remark in self.outcome.remarks
        ]
        return {
            "executionSuccessful": not crashes,
            "exitCode": exit_code,
            "exitCodeDescription": self.view.words(f"exit.{exit_code}"),
            "toolExecutionNotifications": crashes + remarks,
            "toolConfigurationNotifications": notes,
        }

    def _artifact(self, one: InputFile) -> Made:
        is_target = one.role in ("procedure", "log")
        return {
            "location": self._address(one.name, indexed=False),
            "length": one.size_bytes,
            "hashes": {"sha-256": one.sha256},
            "roles": ["analysisTarget" if is_target else "userSpecifiedConfiguration"],
        }

    def _rule(self, code: str) -> Made:
        return {"id": code, "index": self.at[code]} if code in self.at else {"id": code}

    def _result(self, code: str, kind: str, level: str, said: str, locations: list[Made]) -> Made:
        known = {"ruleIndex": self.at[code]} if code in self.at else {}
        return {
            "ruleId": code, **known, "kind": kind, "level": level,
            "message": {"text": said}, "locations": locations,
        }  # fmt: skip

    def _finding(self, one: Statement) -> Made:
        finding = one.finding
        locations = [self._location(finding.procedure, finding.step, finding.place)]
        result = self._result(one.code, "fail", LEVELS[one.grade], one.said, locations)
        run = [(str(step), name) for step, name in zip(_steps(finding), one.run, strict=False)]
        if run:
            flow = [self._passed(finding.procedure, step, name) for step, name in run]
            result["codeFlows"] = [{"message": {"text": one.run_label}, "threadFlows": [{"locations": flow}]}]
        result["partialFingerprints"] = {"isoAuditFinding/v1": finding.fingerprint}
        result["properties"] = {
            "grade": one.grade.value, "ground": one.ground, "requirement": finding.requirement,
            "procedure": finding.procedure, "unit": finding.unit, "failed": finding.failed,
            "checked": finding.checked, "dossiers": list(one.dossiers), "facts": plain(finding.facts),
        }  # fmt: skip
        return result

    def _passed(self, procedure: str, step: str, name: str) -> Made:
        return {"location": {**self._location(procedure, step, NOWHERE), "message": {"text": name}}}

    def _waived(self, row: WaivedRow) -> Made:
        suppression = {
            "kind": "external",
            "status": "accepted",
            "justification": f"{row.reason} ({row.approval})",
            "location": {"physicalLocation": self._physical(row.place)},
        }
        return {**self._finding(row.statement), "suppressions": [suppression]}

    def _open(self, item: OpenItem) -> Made:
        locations = [self._location(item.procedure, item.step, NOWHERE)] if item.procedure else []
        result = self._result(item.code, "open", "none", reason_of(item, self.facts), locations)
        return {**result, "properties": {"requirement": item.requirement, "count": item.count}}

    def _location(self, procedure: str, step: str, place: Place) -> Made:
        known: Procedure | None = self.procedures.get(procedure)
        if place == NOWHERE and known is not None:
            place = known.by_id[step].place if step in known.by_id else known.place
        name = self.facts.step_name(step, procedure) if step else self.facts.procedure(procedure)
        logical = {"name": name, "fullyQualifiedName": f"{procedure}/{step}" if step else procedure}
        made: Made = {"logicalLocations": [logical]}
        return {"physicalLocation": self._physical(place), **made} if place.file else made

    def _physical(self, place: Place) -> Made:
        region = {"startLine": place.line, "startColumn": place.column}
        known = {key: value for key, value in region.items() if value} if place.line else {}
        return {
            "artifactLocation": self._address(place.file),
            **({"region": known} if known else {}),
        }

    def _address(self, file: str, indexed: bool = True) -> Made:
        made: Made = {"uri": address(file)}
        if file in self.of_workspace:
            made["uriBaseId"] = BASE
        if indexed and file in self.files:
            made["index"] = self.files[file]
        return made


def address(file: str) -> str:
    """A path as a URI: relative ones stay relative."""
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(file).is_absolute():
            return kind(file).as_uri()
    return quote(file.replace("\\", "/"))


def _steps(finding: Finding) -> Iterable[object]:
    """Step ids of the run that shows a finding, as the report tells it."""
    runs = (value for name, value in finding.facts.items() if is_run(name))
    return next((value for value in runs if isinstance(value, (tuple, list)) and value), ())


def _rules(
    catalogue: Mapping[str, Rule], workspace: Workspace, lang: str
) -> tuple[list[Made], dict[str, int]]:
    """Every rule by code, with its help in both languages, that of the reader first."""
    entries = sorted(((hook, rule) for rule in catalogue.values() for hook in rule.hooks), key=_code)
    languages = sorted(LANGUAGES, key=lambda one: one != lang)
    made = []
    for hook, rule in entries:
        helps = [brief(hook, rule, workspace.packs, words(one)) for one in languages]
        grades = [
            requirement.grade
            for pack in workspace.packs
            for requirement in pack.requirements
            if requirement.rule == rule.name and requirement.asks(hook.code)
        ]
        level = LEVELS[min(grades, key=lambda grade: grade.rank)] if grades else "none"
        made.append(
            {
                "id": hook.code,
                "name": rule.name,
                "shortDescription": {"text": rule.title.say(lang)},
                "fullDescription": {"text": rule.why.say(lang) or rule.title.say(lang)},
                "help": {
                    "text": "\n\n".join("\n".join(lines) for lines in helps),
                    "markdown": "\n\n---\n\n".join("\n\n".join(lines) for lines in helps),
                },
                "defaultConfiguration": {"level": level},
            }
        )
    return made, {hook.code: index for index, (hook, _) in enumerate(entries)}


def _code(entry: tuple[Any, Rule]) -> str:
    return str(entry[0].code)
