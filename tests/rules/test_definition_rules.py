"""Every rule on definitions, run on the one reference procedure that all rules share."""

from __future__ import annotations

import datetime as dt
import json
import string
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iso_audit.analysis.study import Study, study
from iso_audit.audit.criteria import concerns, in_force
from iso_audit.model.rule import Example, Hook, Rule
from iso_audit.rules import CATALOGUE, by_code
from iso_audit.rules import __file__ as CATALOGUE_FILE
from iso_audit.text import Text
from iso_audit.workspace.announced import read_announced
from iso_audit.workspace.load import load_procedure
from iso_audit.workspace.organisation import read_organisation
from iso_audit.workspace.packs import read_pack
from iso_audit.workspace.positions import read_yaml

REFERENCE = Path(__file__).parents[1] / "reference"
RULES = Path(CATALOGUE_FILE).parent
JUDGED_ON = dt.date(2026, 3, 2)
DEFINED = [rule for rule in CATALOGUE.values() if rule.on_procedure is not None]


def merged(base: Mapping[str, Any], edit: Mapping[str, Any]) -> dict[str, Any]:
    """`edit` laid over `base`; None deletes a key."""
    result = dict(base)
    for key, value in edit.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


class Reference:
    """The reference procedure with its organisation, announcement and requirements."""

    def __init__(self, folder: Path) -> None:
        faults: list[Any] = []
        self.folder = folder
        document = read_yaml(REFERENCE / "procedure.yaml", "procedure.yaml", faults)
        assert document is not None
        self.written = document.data
        self.organisation = read_organisation(REFERENCE / "organisation.yaml", "organisation.yaml", faults)
        self.announced = read_announced(REFERENCE / "announced.yaml", "announced.yaml", faults)
        pack = read_pack(
            REFERENCE / "requirements-definition.yaml", "requirements-definition.yaml", CATALOGUE, faults
        )
        assert faults == []
        assert pack is not None
        self.pack = pack

    def study(self, edit: Mapping[str, Any]) -> Study:
        path = self.folder / "procedure.yaml"
        path.write_text(json.dumps(merged(self.written, edit), default=str), encoding="utf-8")
        procedure = load_procedure(path)
        announced = next(iter(self.announced.get(procedure.code, ())), None)
        assert self.organisation is not None
        return study(procedure, self.organisation, JUDGED_ON, announced)

    def answers(self, example: Example, rule_name: str) -> dict[str, list[Any]]:
        """Code -> breaches of every requirement in force, with the example's parameters for its rule."""
        asked = self.study(example.procedure)
        found: dict[str, list[Any]] = {}
        for requirement in in_force([self.pack], JUDGED_ON):
            hook = CATALOGUE[requirement.rule].on_procedure
            if requirement.rule == rule_name:
                parameters = {**requirement.parameters, **example.requirement}
                requirement = replace(requirement, parameters=parameters)
            if hook is not None and requirement.asks(hook.code) and concerns(requirement, asked.procedure):
                answer = hook.ask(asked, requirement)
                assert len(answer.breaches) <= answer.checked
                if answer.breaches:
                    found.setdefault(hook.code, []).extend(answer.breaches)
        return found


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    return Reference(tmp_path)


def used_by(template: Text) -> set[str]:
    """Names of the facts that a statement needs in either language."""
    parsed = [*string.Formatter().parse(template.vi), *string.Formatter().parse(template.en)]
    return {name for _, name, _, _ in parsed if name}


def code_of(rule: Rule) -> str:
    assert rule.on_procedure is not None
    return rule.on_procedure.code


def test_the_reference_procedure_conforms(reference: Reference) -> None:
    assert reference.answers(Example(Text()), "") == {}


def test_every_requirement_on_definitions_is_asked_of_the_reference(reference: Reference) -> None:
    asked = {CATALOGUE[r.rule].name for r in in_force([reference.pack], JUDGED_ON)}
    assert asked == {rule.name for rule in DEFINED}


@pytest.mark.parametrize("rule", DEFINED, ids=code_of)
def test_the_bad_example_raises_its_rule_and_nothing_unlisted(rule: Rule, reference: Reference) -> None:
    example = rule.bad[code_of(rule)]
    assert set(reference.answers(example, rule.name)) == {code_of(rule), *example.also}


@pytest.mark.parametrize("rule", DEFINED, ids=code_of)
def test_the_good_example_raises_nothing(rule: Rule, reference: Reference) -> None:
    example = rule.good[code_of(rule)]
    assert example.procedure != {}
    assert reference.answers(example, rule.name) == {}


@pytest.mark.parametrize("rule", DEFINED, ids=code_of)
def test_a_statement_uses_only_facts_that_the_breach_gives(rule: Rule, reference: Reference) -> None:
    hook = rule.on_procedure
    assert hook is not None
    for breach in reference.answers(rule.bad[hook.code], rule.name)[hook.code]:
        assert used_by(hook.statement(breach.variant)) <= set(breach.facts)


LINKED = CATALOGUE["linked-parts"].bad["DEF-LINK-01"].procedure
SECOND_DESK = {
    "parts": {
        "police": {"unit": "commune-police", "limit": "1 wd", "steps": {"desk": {"kind": "receive"}}},
        "social": {"unit": "social-division", "limit": "1 wd", "steps": {"tell": {"kind": "other"}}},
    }
}
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("DEF-STEP-03", "several-entries", {"extra": {"kind": "receive", "role": "clerk", "next": "archive"}}),
    ("DEF-STEP-03", "orphan", {"extra": {"role": "clerk", "next": "archive"}}),
    ("DEF-STEP-03", "unreachable", {"extra": {"next": "extra-2"}, "extra-2": {"next": "extra"}}),
    ("DEF-STEP-03", "trapped", {"archive": {"next": "extra"}, "extra": {"next": "archive"}}),
    ("DEF-STEP-03", "twice", {"draft": {"join": None}}),
    ("DEF-STEP-05", "not-written", {"draft-refusal": {"records": None}}),
    ("DEF-STEP-05", "not-by-desk", {"draft-refusal": {"next": "archive"}}),
    ("DEF-STEP-06", "no-producer", {"apologise": {"role": None}}),
    ("DEF-STEP-06", "no-approver", {"apologise": {"submits_to": None}}),
    ("DEF-ROLE-01", "nobody", {"archive": {"role": None}}),
    ("DEF-ROLE-01", "unknown-unit", {"archive": {"unit": "nowhere"}}),
    ("DEF-ROLE-01", "misspelt-role", {"archive": {"role": "divison-head"}}),
    ("DEF-ROLE-01", "applicant", {"archive": {"role": "applicant"}}),
    ("DEF-LINK-02", "no-deadline", {"consult": {"limit": None}}),
    ("DEF-LINK-02", "neither", {"consult": {"limit": None, "no_reply": None}}),
    ("DEF-TIME-04", "", {"review": {"limit": None}}),
    ("DEF-STEP-04", "request_supplement", {"check": {"next": {"incomplete": None}}}),
]
EDITS: list[tuple[str, str, dict[str, Any]]] = [
    *((code, variant, {"steps": edit}) for code, variant, edit in STEPS),
    ("DEF-TIME-05", "other-hour", {"same_day": True, "cutoff": "16:00"}),
    ("DEF-TIME-05", "no-effect", {"same_day": True, "cutoff": "15:00"}),
    ("DEF-TIME-05", "not-declared", {"code": "2.000635"}),
    ("DEF-TIME-07", "", {"limit": None}),
    ("DEF-LINK-01", "no-lead", {**LINKED, "owner": None}),
    ("DEF-LINK-01", "desks", SECOND_DESK),
]


@pytest.mark.parametrize(
    ("code", "variant", "edit"), EDITS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_each_way_to_fail_has_its_own_statement(
    code: str, variant: str, edit: dict[str, Any], reference: Reference
) -> None:
    found = reference.answers(Example(Text(), procedure=edit), "")
    breach = next(breach for breach in found[code] if breach.variant == variant)
    rule = by_code(code)
    assert rule is not None
    assert rule.on_procedure is not None
    assert used_by(rule.on_procedure.statement(variant)) <= set(breach.facts)


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: rule.name)
def test_a_rule_speaks_both_languages(rule: Rule) -> None:
    texts = [rule.title, rule.why, *(parameter.says for parameter in rule.parameters.values())]
    for hook in rule.hooks:
        texts += [hook.says, *hook.variants.values()]
        texts += [examples[hook.code].says for examples in (rule.bad, rule.good) if hook.code in examples]
    assert [text for text in texts if not text.vi or not text.en] == []


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: rule.name)
def test_a_rule_file_is_short(rule: Rule) -> None:
    lines = (RULES / f"{rule.name.replace('-', '_')}.py").read_text(encoding="utf-8").splitlines()
    assert lines.index("    bad={") <= 130
    assert len(lines) <= 200


def test_a_code_leads_to_its_rule_and_an_unknown_code_to_none() -> None:
    assert by_code("DEF-TIME-01") is CATALOGUE["time-within-limit"]
    assert by_code("DEF-TIME-99") is None


def hooks() -> list[Hook[Any]]:
    return [hook for rule in CATALOGUE.values() for hook in rule.hooks]


def test_codes_and_names_are_unique() -> None:
    assert len({hook.code for hook in hooks()}) == len(hooks())
