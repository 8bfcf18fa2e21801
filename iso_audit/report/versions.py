"""Two versions of a procedure side by side: what changed, and what that does to the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iso_audit.analysis.difference import Difference, difference, matched
from iso_audit.model.finding import Finding
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.procedure import Limit, Procedure
from iso_audit.model.rule import Rule
from iso_audit.report.facts import Facts, is_series
from iso_audit.report.words import Words, words
from iso_audit.report.wrapping import WIDE, wrapped
from iso_audit.text import Text, date

_ROLES = ("authority", "role-moved")
_UNITS = ("owner", "unit-moved")
_FORMS = ("form-added", "form-removed")
_SHARED = ("role-moved", "unit-moved", "clock-changed")


@dataclass(frozen=True, slots=True)
class Change:
    """One change in words, of the whole or of some steps."""

    key: str
    steps: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One finding of either version: `gone` with the new one, `new` with it, or it `stays`."""

    fate: str
    code: str
    grade: str
    said: str


@dataclass(frozen=True, slots=True)
class Versions:
    """The whole comparison."""

    old: str
    new: str
    judged_on: str
    """The day whose requirements both were put to, in words."""
    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]
    new_findings: tuple[Finding, ...]
    """Findings that only the new version has."""


def compared(
    old: Procedure,
    new: Procedure,
    before: Outcome,
    after: Outcome,
    workspace: Workspace,
    catalogue: Mapping[str, Rule],
    lang: str,
) -> Versions:
    """Say what changed from `old` to `new`; the outcomes are those of a check of each alone."""
    say = words(lang)
    of_old = Facts(say, workspace.organisation, _by_key(old, before))
    of_new = Facts(say, workspace.organisation, _by_key(new, after))
    partner = {was: now for now, was in matched(old, new).items()}
    had = {_key(finding, partner): finding for finding in before.findings}
    has = {_key(finding, {}): finding for finding in after.findings}
    effects = [_effect("new", has[key], catalogue, of_new) for key in has if key not in had]
    effects += [_effect("gone", had[key], catalogue, of_old) for key in had if key not in has]
    effects += [_effect("stays", has[key], catalogue, of_new) for key in has if key in had]
    return Versions(
        _named(old, lang),
        _named(new, lang),
        date(workspace.settings.audit_date, lang),
        tuple(_changes(difference(old, new), old, new, of_old, of_new)),
        tuple(effects),
        tuple(has[key] for key in has if key not in had),
    )


def _by_key(version: Procedure, outcome: Outcome) -> dict[str, Procedure]:
    """A version under its own key, and under that which its findings name, being judged as in force."""
    return {version.key: version} | {finding.procedure: version for finding in outcome.findings}


def _key(finding: Finding, partner: Mapping[str, str]) -> tuple[str, ...]:
    return finding.code, finding.requirement, partner.get(finding.step, finding.step), finding.variant


def _named(procedure: Procedure, lang: str) -> str:
    title = procedure.title.say(lang) or procedure.id
    issue = procedure.in_force.first or (procedure.version.number if procedure.version else "")
    return f"{title} ({issue})" if issue else title


def _effect(fate: str, finding: Finding, catalogue: Mapping[str, Rule], facts: Facts) -> Effect:
    rule = catalogue.get(finding.rule)
    hook = next((hook for hook in rule.hooks if hook.code == finding.code), None) if rule else None
    known = {"step": finding.step, "failed": finding.failed, "checked": finding.checked, **finding.facts}
    said = facts.fill(hook.statement(finding.variant), known, finding.procedure) if hook else finding.code
    return Effect(fate, finding.code, finding.grade.value, said)


def _changes(
    found: Iterable[Difference], old: Procedure, new: Procedure, of_old: Facts, of_new: Facts
) -> Iterator[Change]:
    """One line for each change; forms, and steps that change hands together, share theirs."""
    together: dict[tuple[object, ...], list[Difference]] = {}
    for one in found:
        alike: tuple[object, ...] = (one.key, one)
        if one.key in _SHARED:
            alike = one.key, one.before, one.after
        elif one.key in _FORMS:
            alike = (one.key,)
        together.setdefault(alike, []).append(one)
    for several in together.values():
        one, facts, version = several[0], of_new, new
        if one.key == "step-removed":
            facts, version = of_old, old
        steps = "», «".join(facts.step(each.step, version.key) for each in several if each.step)
        if of_new.lang == "en":
            steps = steps.replace("», «", "”, “")
        if one.key in _FORMS:
            one = replace(one, before=_forms(several, old, of_new), after=_forms(several, new, of_new))
        said = _said(one, steps, len(several) > 1, old, new, of_old, of_new)
        yield Change(one.key, tuple(each.step for each in several if each.step), said)


def _forms(changed: Sequence[Difference], version: Procedure, facts: Facts) -> str:
    """Prescribed forms of a version that were changed, under the regulation that prescribes them."""
    meant = {value for one in changed for value in (one.before, one.after)}
    numbers: dict[str, list[str]] = {}
    for form in version.forms:
        if f"{form.number} ({form.ref})" in meant:
            numbers.setdefault(form.ref, []).append(form.number)
    return "; ".join(
        facts.words(
            "diff.forms_of",
            numbers=f"{said[0]}–{said[-1]}" if is_series(said) else facts.words.join(said),
            ref=ref,
        )
        for ref, said in numbers.items()
    )


def _said(
    one: Difference, step: str, is_several: bool, old: Procedure, new: Procedure, of_old: Facts, of_new: Facts
) -> str:
    say = of_new.words
    key = f"diff.{one.key}"
    return say(
        f"{key}.several" if f"{key}.several" in say and is_several else key,
        step=step,
        before=_value(one.key, one.before, of_old, old),
        after=_value(one.key, one.after, of_new, new),
        case="" if one.case in ("", "default") else say("diff.case", case=of_new.case(one.case)),
    )


def _value(key: str, value: object, facts: Facts, procedure: Procedure) -> str:
    say = facts.words
    if value in (None, "", ()) or (isinstance(value, Text) and not value.say(facts.lang)):
        return say("diff.nothing")
    if isinstance(value, (Text, Limit)):
        return facts.say("limit" if isinstance(value, Limit) else "text", value, procedure.key)
    if key in _ROLES:
        return facts.role(str(value))
    if key in _UNITS:
        return facts.unit(str(value))
    if key == "next-changed" and isinstance(value, tuple):
        return ", ".join(f"«{facts.step_name(step, procedure.key)}»" for step in value)
    if isinstance(value, tuple):
        return ", ".join(say.find(f"kind.{one}") or str(one) for one in value)
    return say.find(f"value.{value}") or str(value)


def as_text(found: Versions, lang: str) -> str:
    """The comparison for the terminal."""
    say = words(lang)
    head = say("diff.heading")
    lines = [head, "=" * len(head), f"- {found.old}", f"+ {found.new}", ""]
    lines.append(say("diff.changes" if found.changes else "diff.none"))
    for change in found.changes:
        lines += wrapped(f"  • {change.said}", "", "    ", WIDE)
    lines += ["", *wrapped(say("diff.judged", day=found.judged_on), width=WIDE)]
    lines += _effects(found.effects, say)
    return "\n".join(lines)


def _effects(effects: Sequence[Effect], say: Words) -> list[str]:
    lines: list[str] = []
    for fate in ("new", "gone", "stays"):
        told = [effect for effect in effects if effect.fate == fate]
        lines.append(say(f"diff.findings_{fate}", n=len(told)))
        for effect in told:
            said = f"{effect.code} [{say(f'grade.{effect.grade}')}] {effect.said}"
            lines += wrapped(said, "  ", " " * 6, WIDE)
    return lines
