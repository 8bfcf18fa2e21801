"""The page of a rule: what it asks, why, by what authority, an example of bad and good, how to waive it."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iso_audit.model.requirement import Pack, Requirement
from iso_audit.model.rule import Example, Hook, Parameter, Rule
from iso_audit.report.snippets import flow, snippet
from iso_audit.report.statements import cites
from iso_audit.report.words import Words, words
from iso_audit.report.wrapping import wrapped
from iso_audit.text import Text, date

Entry = tuple[Hook[object], Rule]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a page: a `title`, a `head`, a `text`, an `item` of a list, or `code`."""

    kind: str
    said: str
    lines: tuple[str, ...] = ()


def entries(rules: Iterable[Rule]) -> list[Entry]:
    """Each place where a rule is asked, in order of code."""
    return sorted(((hook, rule) for rule in rules for hook in rule.hooks), key=lambda entry: entry[0].code)


def pages(rules: Iterable[Rule], packs: Sequence[Pack], lang: str) -> str:
    """Return the pages of `rules` for a terminal."""
    say = words(lang)
    return "\n\n".join("\n".join(_plain(page(hook, rule, packs, say))) for hook, rule in entries(rules))


def page(hook: Hook[object], rule: Rule, packs: Sequence[Pack], say: Words) -> Iterable[Block]:
    """The page of a rule where it is asked by `hook`."""
    yield Block("title", f"{hook.code} · {say.say(rule.title)}")
    yield Block("text", say.say(rule.why))
    yield Block("head", say("rulepage.states"))
    for statement in dict.fromkeys([hook.says, *hook.variants.values()]):
        yield Block("item", _with_blanks(statement, say))
    asking = list(_asking(hook, rule, packs))
    yield Block("head", say("rulepage.authority" if asking else "rulepage.nobody"))
    for pack, requirement in asking:
        yield Block("item", _authority(pack, requirement, say))
    settable = {name: one for name, one in rule.parameters.items() if one.kind != "clauses"}
    if settable:
        yield Block("head", say("rulepage.parameters"))
    for name, parameter in settable.items():
        yield Block("item", _parameter(name, parameter, say))
    if hook.needs:
        columns = say.join(say.find(f"column.{one}") or one for one in hook.needs)
        yield Block("text", say("rulepage.needs", columns=columns))
    for heading, examples in (("rulepage.bad", rule.bad), ("rulepage.good", rule.good)):
        if hook.code in examples:
            yield Block("head", f"{say(heading)} {say.say(examples[hook.code].says)}")
            yield from _example(examples[hook.code], say)
    yield Block("head", say("rulepage.waive"))
    yield Block("code", "", tuple(_waiver(hook, asking, say)))


def brief(hook: Hook[object], rule: Rule, packs: Sequence[Pack], say: Words) -> list[str]:
    """What a rule is about in a few lines: title, why, by what authority."""
    asking = [_authority(pack, requirement, say) for pack, requirement in _asking(hook, rule, packs)]
    return [f"{hook.code} · {say.say(rule.title)}", say.say(rule.why), *asking]


def _asking(hook: Hook[object], rule: Rule, packs: Sequence[Pack]) -> Iterable[tuple[Pack, Requirement]]:
    for pack in packs:
        for requirement in pack.requirements:
            if requirement.rule == rule.name and requirement.asks(hook.code):
                yield pack, requirement


def _with_blanks(statement: Text, say: Words) -> str:
    """A statement whose blanks are named in words: ‹limit› for {limit}."""
    parts = string.Formatter().parse(statement.say(say.lang))
    return "".join(text + (f"‹{_named(name, say)}›" if name else "") for text, name, _, _ in parts)


def _named(name: str, say: Words) -> str:
    said = say.find(f"fact.{name}") or say.find(f"blank.{name}") or name.replace("_", " ")
    return said[:1].lower() + said[1:]


def _authority(pack: Pack, requirement: Requirement, say: Words) -> str:
    days = requirement.in_force if requirement.in_force.first else pack.in_force
    ends = (("rulepage.since", days.first), ("rulepage.until", days.last))
    span = " ".join(say(name, day=date(day, say.lang)) for name, day in ends if day is not None)
    cited = "; ".join(cites(requirement.cite, say))
    grade = say(f"grade.{requirement.grade.value}").lower()
    said = f"{say.say(pack.title) or pack.id}{f' ({span})' * bool(span)}: {grade}; {cited} [{requirement.id}]"
    if not requirement.when:
        return said
    if requirement.when.get("procedures") == ():
        return f"{said}; {say('rulepage.nowhere')}"
    return f"{said}; {say('rulepage.when', facts=flow(requirement.when)[1:-1])}"


def _parameter(name: str, parameter: Parameter, say: Words) -> str:
    beside = [say("rulepage.one_of", words=", ".join(parameter.known))] if parameter.known else []
    if parameter.required:
        beside.append(say("rulepage.needed"))
    elif parameter.default not in (None, (), {}, ""):
        beside.append(say("rulepage.default", value=flow(parameter.default)))
    return f"{name}: {say.say(parameter.says)}" + (f" ({'; '.join(beside)})" if beside else "")


def _example(example: Example, say: Words) -> Iterable[Block]:
    if example.procedure:
        yield Block("text", say("rulepage.procedure"))
        yield Block("code", "", tuple(snippet(example.procedure, say("rulepage.gone"))))
    for edit in example.log:
        yield Block("text", _edited(edit, say))
        told = next((edit[how] for how in ("set", "add") if how in edit), None)
        if isinstance(told, Mapping):
            yield Block("code", "", tuple(snippet(told, say("rulepage.gone"))))
    if example.requirement:
        yield Block("text", say("rulepage.requirement"))
        yield Block("code", "", tuple(snippet(example.requirement)))


def _edited(edit: Mapping[str, object], say: Words) -> str:
    """Which rows of the reference log are changed, added or left out."""
    how = next((how for how in ("set", "add", "drop") if how in edit), "set")
    where = say("rulepage.dossier", dossier=edit.get("dossier", "–"))
    if edit.get("step"):
        where = f"{where}, {say('rulepage.step', step=edit['step'])}"
    return f"{say('rulepage.log')} {where}, {say(f'rulepage.{how}')}"


def _waiver(hook: Hook[object], asking: Sequence[tuple[Pack, Requirement]], say: Words) -> Iterable[str]:
    yield f"- code: {hook.code}"
    yield f"  procedure: {say('waive.procedure')}"
    yield f"  step: {say('waive.step')}"
    if not hook.code.startswith("DEF-"):
        yield f"  unit: {say('waive.unit')}"
    if hook.variants:
        yield f"  variant: {say('waive.variant')}"
    if len(asking) > 1:
        yield f"  requirement: {asking[-1][1].id}"
    yield f"  reason: {say('waive.reason')}"
    yield f"  approved_by: {say('waive.approved_by')}"
    yield "  approved_on: 2026-01-05"
    yield f"  until: 2026-12-31   # {say('waive.until')}"


def _plain(blocks: Iterable[Block]) -> Iterable[str]:
    """A page for a terminal."""
    for block in blocks:
        if block.kind == "title":
            yield from (block.said, "=" * len(block.said))
        elif block.kind == "head":
            yield from ("", *wrapped(block.said))
        elif block.kind == "item":
            yield from wrapped(block.said, "  - ", "    ")
        elif block.kind == "code":
            yield from (f"      {line}" for line in block.lines)
        else:
            yield from wrapped(block.said, "  " if block.said.endswith(":") else "")
