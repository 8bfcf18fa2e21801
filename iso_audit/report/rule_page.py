"""The page of a rule: what it asks, why, by what authority, and an example of bad and good."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from iso_audit.model.requirement import Clause, Pack, Requirement
from iso_audit.model.rule import Example, Hook, Rule
from iso_audit.report.words import Words, words
from iso_audit.text import date

WIDTH = 96


def pages(rules: Iterable[Rule], packs: Sequence[Pack], lang: str) -> str:
    """Return the pages of `rules`, one for each place where a rule is asked, in order of code."""
    say = words(lang)
    entries = sorted(((hook, rule) for rule in rules for hook in rule.hooks), key=lambda e: e[0].code)
    return "\n\n".join("\n".join(_page(hook, rule, packs, say)) for hook, rule in entries)


def _page(hook: Hook[object], rule: Rule, packs: Sequence[Pack], say: Words) -> Iterable[str]:
    title = f"{hook.code} · {say.say(rule.title)} · rule: {rule.name}"
    yield title
    yield "=" * len(title)
    yield from _wrapped(say.say(rule.why))
    yield ""
    yield say("rulepage.states")
    for statement in dict.fromkeys([hook.says, *hook.variants.values()]):
        yield from _wrapped(say.say(statement), "  - ", "    ")
    asking = [
        (pack, requirement)
        for pack in packs
        for requirement in pack.requirements
        if requirement.rule == rule.name and requirement.asks(hook.code)
    ]
    yield ""
    yield say("rulepage.authority") if asking else say("rulepage.nobody")
    for pack, requirement in asking:
        yield from _authority(pack, requirement, say)
    if rule.parameters:
        yield ""
        yield say("rulepage.parameters")
        for name, parameter in rule.parameters.items():
            yield from _wrapped(f"{name}: {say.say(parameter.says)}", "  - ", "    ")
    if hook.needs:
        yield ""
        yield from _wrapped(say("rulepage.needs", columns=", ".join(hook.needs)))
    for heading, examples in (("rulepage.bad", rule.bad), ("rulepage.good", rule.good)):
        if hook.code in examples:
            yield ""
            yield say(heading)
            yield from _example(examples[hook.code], say)


def _authority(pack: Pack, requirement: Requirement, say: Words) -> Iterable[str]:
    days = requirement.in_force if requirement.in_force.first else pack.in_force
    ends = (("rulepage.since", days.first), ("rulepage.until", days.last))
    span = " ".join(say(name, day=date(day, say.lang)) for name, day in ends if day is not None)
    grade = say(f"grade.{requirement.grade.value}")
    title = f"{say.say(pack.title)} ({span})" if span else say.say(pack.title)
    yield from _wrapped(f"{title}: {grade}", "  - ", "    ")
    yield from dict.fromkeys(f"      {_cited(clause, say)}" for clause in requirement.cite)


def _cited(clause: Clause, say: Words) -> str:
    """The document, with the number where that was checked against the text."""
    if not clause.article or not clause.sure:
        return clause.ref
    word = say("rulepage.clause" if clause.is_standard else "rulepage.article")
    return f"{clause.ref}, {word} {clause.article}"


def _example(example: Example, say: Words) -> Iterable[str]:
    yield from _wrapped(say.say(example.says), "  ", "  ")
    edits: list[tuple[str, Mapping[str, object]]] = []
    if example.procedure:
        edits.append(("rulepage.procedure", example.procedure))
    edits += [("rulepage.log", edit) for edit in example.log]
    for heading, edit in edits:
        shown = json.dumps(edit, ensure_ascii=False, default=str)
        yield from _wrapped(f"{say(heading)} {shown}", "    ", "      ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False)
