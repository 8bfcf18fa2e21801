"""Findings in words: requirement, evidence, statement, grade; no person, no remedy, no deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iso_audit.model.finding import Exhibit, Finding, Grade
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.requirement import Clause, Requirement
from iso_audit.model.rule import Hook, Rule
from iso_audit.report.facts import Facts, is_run
from iso_audit.report.words import Words
from iso_audit.text import Text

MOST_COLUMNS = 4
"""Columns of facts in a table of exhibits; more do not fit a page beside the dossier's code."""
MOST_ROWS = {Grade.MAJOR: 5, Grade.MINOR: 3, Grade.OBSERVATION: 3}
"""Dossiers shown with a finding; evidence.csv has them all."""


@dataclass(frozen=True, slots=True)
class ExhibitTable:
    """Dossiers shown as evidence, with their facts in words, and how their due dates came about."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shared: tuple[tuple[str, str], ...]
    """Facts that are the same in every row: told once, not in a column."""
    notes: tuple[tuple[str, str], ...]
    """(dossier, sentence)"""


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
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in outcome.findings:
        together.setdefault((finding.code, finding.requirement), []).append(finding)
    made: list[Group] = []
    number = 0
    for (code, name), findings in together.items():
        rule = catalogue.get(findings[0].rule)
        requirement = requirements.get(name)
        title = _title(rule, requirement, name, facts.words)
        statements = []
        for finding in findings:
            number += 1
            statements.append(_statement(number, finding, title, rule, facts))
        asked = facts.words.say(requirement.title) if requirement is not None else ""
        made.append(
            Group(
                len(made) + 1, code, title, asked or title,
                tuple(cite(one, facts.words) for one in requirement.cite) if requirement is not None else (),
                facts.words.say(rule.why) if rule is not None else "",
                tuple(statements),
            )
        )  # fmt: skip
    return tuple(made)


def _title(rule: Rule | None, requirement: Requirement | None, name: str, words: Words) -> str:
    own = words.say(rule.title) if rule is not None else ""
    return own or (words.say(requirement.title) if requirement is not None else "") or name


def cite(clause: Clause, words: Words) -> str:
    """A law's article or a standard's clause; what was not checked against the text goes unnumbered."""
    if not clause.article:
        return clause.ref
    if not clause.sure:
        return words("cite.unsure", ref=clause.ref)
    if clause.is_standard:
        return words("cite.clause", ref=clause.ref, clause=clause.article)
    return words("cite.article", ref=clause.ref, article=clause.article)


def _hook(rule: Rule | None, code: str) -> Hook[object] | None:
    return next((hook for hook in rule.hooks if hook.code == code), None) if rule is not None else None


def _statement(number: int, finding: Finding, title: str, rule: Rule | None, facts: Facts) -> Statement:
    words, key = facts.words, finding.procedure
    share = facts.share(finding.failed, finding.checked)
    known: dict[str, object] = {
        "failed": finding.failed, "checked": finding.checked, "share": Text(share, share),
        "procedure": finding.procedure, "step": finding.step, "unit": finding.unit, **finding.facts,
    }  # fmt: skip
    hook = _hook(rule, finding.code)
    template = hook.statement(finding.variant) if hook is not None else Text(title, title)
    said = facts.fill(template, known, key) if hook is not None else title
    exhibits = finding.exhibits[: MOST_ROWS[finding.grade]]
    table = _exhibits(exhibits, key, facts)
    shown = len(exhibits)
    note = (
        words("finding.examples", shown=shown, total=finding.failed)
        if shown < finding.failed and shown
        else ""
    )
    grounds = words.find(f"ground.{finding.ground}") or finding.ground
    return Statement(
        number=number,
        key=finding.fingerprint,
        code=finding.code,
        grade=finding.grade,
        title=title,
        procedure=facts.procedure(key),
        step=facts.step(finding.step, key) if finding.step else "",
        unit=facts.unit(finding.unit) if finding.unit else "",
        extent=share,
        extent_line=words("finding.extent_checks", share=share),
        said=said[:1].upper() + said[1:],
        ground=grounds,
        place=words("finding.file", place=finding.place) if finding.place.file else "",
        facts=tuple(_untold(finding, template, facts)) if not finding.exhibits else (),
        run=_run(finding, facts),
        exhibits=table,
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
        yield label, facts.say(name, value, finding.procedure)


def _run(finding: Finding, facts: Facts) -> tuple[str, ...]:
    """The shortest run that shows the finding, step by step."""
    runs = (value for name, value in finding.facts.items() if is_run(name))
    run = next((value for value in runs if isinstance(value, (tuple, list)) and value), ())
    return tuple(facts.step_name(str(step), finding.procedure) for step in run)


def _exhibits(exhibits: tuple[Exhibit, ...], procedure: str, facts: Facts) -> ExhibitTable | None:
    if not exhibits:
        return None
    named = dict.fromkeys(name for exhibit in exhibits for name in exhibit.facts)
    told = [n for n in named if f"fact.{n}" in facts.words and not _is_idle(n, exhibits)]
    cells = {n: [facts.say(n, exhibit.facts.get(n), procedure) for exhibit in exhibits] for n in told}
    shared = [n for n in told if len(exhibits) > 1 and len(set(cells[n])) == 1]
    columns = [n for n in told if n not in shared][:MOST_COLUMNS]
    label = facts.words
    return ExhibitTable(
        columns=(label("finding.dossier"), *(label(f"fact.{name}") for name in columns)),
        rows=tuple((e.dossier, *(cells[name][at] for name in columns)) for at, e in enumerate(exhibits)),
        shared=tuple((label(f"fact.{name}"), cells[name][0]) for name in shared),
        notes=tuple(_derivations(exhibits, facts)),
    )


def _is_idle(name: str, exhibits: tuple[Exhibit, ...]) -> bool:
    """Whether a fact says nothing of its own: an appointed date that is the due date throughout."""
    return name == "appointed_at" and all(e.facts.get(name) == e.facts.get("due_at") for e in exhibits)


def _derivations(exhibits: tuple[Exhibit, ...], facts: Facts) -> Iterable[tuple[str, str]]:
    """How due dates came about, where the breach is about them."""
    for exhibit in exhibits:
        known = exhibit.facts
        said = known.get("derivation")
        is_about_due = "late_seconds" in known or known.get("appointed_at") != known.get("due_at")
        if isinstance(said, Text) and is_about_due:
            yield exhibit.dossier, facts.words.say(said)
