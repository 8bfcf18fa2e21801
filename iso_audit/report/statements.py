"""Findings in words: requirement, evidence, statement, grade; no person, no remedy, no deadline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Finding, Grade
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.procedure import Period
from iso_audit.model.requirement import Clause, Pack, Requirement
from iso_audit.model.rule import Hook, Rule
from iso_audit.report.exhibits import ExhibitTable, exhibit_table, shown
from iso_audit.report.facts import Facts, is_run
from iso_audit.report.proofs import label_of, told
from iso_audit.report.words import Words
from iso_audit.text import Text, date

_ENOUGH = 10
"""Dossiers of a procedure of which not one has a step: fewer may well have left it out."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One finding as the report prints it; `key` is its anchor, `number` its place in the report."""

    number: int
    key: str
    code: str
    grade: Grade
    title: str
    procedure: str
    step: str
    unit: str
    extent: str
    extent_line: str
    said: str
    ground: str
    place: str
    facts: tuple[tuple[str, str], ...]
    run: tuple[str, ...]
    """The steps of the run that shows the finding; `run_label` says which run it is."""
    run_label: str
    exhibits: ExhibitTable | None
    exhibits_note: str
    dossiers: tuple[str, ...]
    finding: Finding

    @property
    def where(self) -> tuple[str, ...]:
        """Procedure, step and unit, as far as they are known."""
        return tuple(part for part in (self.procedure, self.step, self.unit) if part)

    @property
    def is_major(self) -> bool:
        return self.grade is Grade.MAJOR


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one requirement under one code: the requirement is printed once."""

    number: int
    code: str
    title: str
    requirement: str
    cites: tuple[str, ...]
    why: str
    statements: tuple[Statement, ...]


def groups(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], facts: Facts
) -> tuple[Group, ...]:
    """Findings by requirement, gravest group first, numbered through the whole report."""
    requirements = {r.id: r for pack in workspace.packs for r in pack.requirements}
    periods = {r.id: _in_force(r, pack) for pack in workspace.packs for r in pack.requirements}
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in outcome.findings:
        together.setdefault((finding.code, finding.requirement), []).append(finding)
    codes, unrecorded = Counter(code for code, _ in together), _unrecorded(outcome)
    made: list[Group] = []
    number = 0
    for (code, name), findings in together.items():
        rule = catalogue.get(findings[0].rule)
        requirement = requirements.get(name)
        title = _title(rule, requirement, name, facts.words)
        statements = []
        for finding in findings:
            number += 1
            never = not finding.on_definition and (finding.procedure, finding.step) in unrecorded
            statements.append(_statement(number, finding, title, rule, facts, is_unrecorded=never))
        asked = facts.words.say(requirement.title) if requirement is not None else ""
        when = _received(periods.get(name), facts.words) if codes[code] > 1 else ""
        is_told = any(group.code == code for group in made)
        made.append(
            Group(
                len(made) + 1, code, f"{title} ({when})" if when else title, asked or title,
                cites(requirement.cite, facts.words) if requirement is not None else (),
                facts.words.say(rule.why) if rule is not None and not is_told else "",
                tuple(statements),
            )
        )  # fmt: skip
    return tuple(made)


def alone(finding: Finding, workspace: Workspace, catalogue: Mapping[str, Rule], facts: Facts) -> Statement:
    """One finding in words outside of the report's numbering."""
    rule = catalogue.get(finding.rule)
    requirement = next(
        (r for pack in workspace.packs for r in pack.requirements if r.id == finding.requirement), None
    )
    return _statement(0, finding, _title(rule, requirement, finding.requirement, facts.words), rule, facts)


def _title(rule: Rule | None, requirement: Requirement | None, name: str, words: Words) -> str:
    """Words of the rule, or of the requirement where the rule asks nothing before one says what."""
    own = words.say(rule.title) if rule is not None else ""
    asked = words.say(requirement.title) if requirement is not None else ""
    is_open = rule is not None and any(each.required for each in rule.parameters.values())
    return (asked or own if is_open else own or asked) or name


def _in_force(requirement: Requirement, pack: Pack) -> Period:
    own, whole = requirement.in_force, pack.in_force
    return Period(own.first or whole.first, own.last or whole.last)


def _received(period: Period | None, words: Words) -> str:
    """Which dossiers a requirement concerns, where one code stands for two requirements in turn."""
    if period is None or (period.first is None and period.last is None):
        return ""
    first = date(period.first, words.lang) if period.first else ""
    last = date(period.last, words.lang) if period.last else ""
    if not last:
        return words("finding.received_from", first=first)
    if not first:
        return words("finding.received_until", last=last)
    return words("finding.received_between", first=first, last=last)


def cites(clauses: Iterable[Clause], words: Words) -> tuple[str, ...]:
    """Articles of laws and clauses of standards, each document once with all of its numbers.

    What was not checked against the text goes unnumbered.
    """
    numbers: dict[tuple[str, str], list[str]] = {}
    for clause in clauses:
        is_unsure = bool(clause.article) and not clause.sure
        kind = "unsure" if is_unsure else "clause" if clause.is_standard else "article"
        named = numbers.setdefault((clause.ref, kind), [])
        if clause.article and clause.article not in named:
            named.append(clause.article)
    return tuple(
        words.count(f"cite.{kind}", len(named), ref=ref, article=", ".join(named), clause=", ".join(named))
        if named
        else ref
        for (ref, kind), named in numbers.items()
    )


def _hook(rule: Rule | None, code: str) -> Hook[object] | None:
    return next((hook for hook in rule.hooks if hook.code == code), None) if rule is not None else None


def _unrecorded(outcome: Outcome) -> set[tuple[str, str]]:
    """Procedures (their keys) with steps that no dossier has, of enough to wonder whether it is recorded."""
    dossiers: Counter[str] = Counter()
    for (procedure, _), count in outcome.unit_dossiers.items():
        dossiers[procedure] += count
    return {
        (procedure, step)
        for (procedure, step), count in outcome.executions.items()
        if not count and dossiers[procedure] >= _ENOUGH
    }


def _statement(
    number: int, finding: Finding, title: str, rule: Rule | None, facts: Facts, *, is_unrecorded: bool = False
) -> Statement:
    words, key = facts.words, finding.procedure
    share = facts.share(finding.failed, finding.checked)
    known: dict[str, object] = {
        "failed": finding.failed, "checked": finding.checked, "share": Text(share, share),
        "procedure": finding.procedure, "step": finding.step, "unit": finding.unit, **finding.facts,
    }  # fmt: skip
    hook = _hook(rule, finding.code)
    template = hook.statement(finding.variant) if hook is not None else Text(title, title)
    said = facts.fill(template, known, key) if hook is not None else title
    if is_unrecorded:
        said = f"{said} {words('finding.unrecorded')}"
    exhibits = shown(finding)
    some = 0 < len(exhibits) < finding.failed
    note = words("finding.examples", shown=len(exhibits), total=finding.failed) if some else ""
    grounds = words.find(f"ground.{finding.ground}") or finding.ground
    return Statement(
        number=number,
        key=finding.fingerprint,
        code=finding.code,
        grade=finding.grade,
        title=title,
        procedure=facts.procedure(key) if key else words("finding.every_procedure"),
        step=facts.step(finding.step, key) if finding.step else "",
        unit=facts.unit(finding.unit) if finding.unit else "",
        extent=share,
        extent_line=words("finding.extent_checks", share=share),
        said=said[:1].upper() + said[1:],
        ground=grounds,
        place=_place(finding, words),
        facts=tuple(_untold(finding, template, facts)) if not finding.exhibits else (),
        run=told(finding, facts),
        run_label=label_of(finding, words),
        exhibits=exhibit_table(finding, facts),
        exhibits_note=note,
        dossiers=tuple(exhibit.dossier for exhibit in exhibits),
        finding=finding,
    )


def _untold(finding: Finding, template: Text, facts: Facts) -> Iterable[tuple[str, str]]:
    """Facts of a definition that the sentence leaves out and that have a name a reader knows."""
    for name, value in finding.facts.items():
        label = facts.words.find(f"fact.{name}")
        if label is None or is_run(name) or value in (None, "", ()) or f"{{{name}}}" in template.vi:
            continue
        if name == "case" and value == "default":
            continue
        yield label, facts.say(name, value, finding.procedure)


def _place(finding: Finding, words: Words) -> str:
    place = finding.place
    if not place.file:
        return ""
    return words("finding.file_line" if place.line else "finding.file", file=place.file, line=place.line)
