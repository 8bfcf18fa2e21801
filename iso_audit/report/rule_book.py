"""The rule book: every rule on a page of its own in Markdown, with an index by code and by clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from iso_audit.model.requirement import Pack
from iso_audit.model.rule import Rule
from iso_audit.report.rule_page import Block, Entry, entries, page
from iso_audit.report.words import Words, words


def book(rules: Iterable[Rule], packs: Sequence[Pack], lang: str) -> str:
    """The whole book in `lang`, the same for the same catalogue and packs."""
    say, known = words(lang), entries(rules)
    lines = [f"# {say('book.title')}", "", say("book.lead"), "", f"## {say('book.codes')}", ""]
    lines += _codes(known, packs, say)
    lines += ["", f"## {say('book.clauses')}", "", *_clauses(known, packs, say)]
    for group, of_group in groupby(known, key=lambda entry: entry[0].code.rpartition("-")[0]):
        lines += ["", f"## {group}: {say.find(f'group.{group}') or group}"]
        for hook, rule in of_group:
            lines += ["", f'<a id="{hook.code}"></a>', *_marked(page(hook, rule, packs, say))]
    return "\n".join(lines) + "\n"


def _codes(known: Sequence[Entry], packs: Sequence[Pack], say: Words) -> Iterable[str]:
    yield f"| {say('book.code')} | {say('book.asks')} | {say('book.grade')} |"
    yield "|---|---|---|"
    for hook, rule in known:
        grades = dict.fromkeys(
            say(f"grade.{requirement.grade.value}").lower()
            for pack in packs
            for requirement in pack.requirements
            if requirement.rule == rule.name and requirement.asks(hook.code)
        )
        yield f"| {_link(hook.code)} | {say.say(rule.title)} | {', '.join(grades) or '–'} |"


def _clauses(known: Sequence[Entry], packs: Sequence[Pack], say: Words) -> Iterable[str]:
    """Every document with its clauses, each with the codes that rest on it."""
    asked: dict[str, dict[str, set[str]]] = {}
    for pack in packs:
        for requirement in pack.requirements:
            codes = {
                h.code for h, rule in known if rule.name == requirement.rule and requirement.asks(h.code)
            }
            for clause in requirement.cite:
                number = clause.article if clause.sure else ""
                asked.setdefault(clause.ref, {}).setdefault(number, set()).update(codes)
    yield f"| {say('book.document')} | {say('book.clause')} | {say('book.rules')} |"
    yield "|---|---|---|"
    for ref, clauses in sorted(asked.items()):
        for number, codes in sorted(clauses.items(), key=lambda entry: _in_order(entry[0])):
            if codes:
                yield f"| {ref} | {number or '–'} | {', '.join(_link(code) for code in sorted(codes))} |"


def _in_order(number: str) -> list[tuple[int, int, str]]:
    """Clause numbers as people count: 8.2 before 8.10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"[.\s]+", number)]


def _link(code: str) -> str:
    return f"[{code}](#{code})"


def _marked(blocks: Iterable[Block]) -> Iterable[str]:
    """A page in Markdown."""
    before = ""
    for block in blocks:
        if block.kind != "item" or before != "item":
            yield ""
        if block.kind == "title":
            yield f"### {block.said}"
        elif block.kind == "head":
            yield f"**{block.said}**"
        elif block.kind == "item":
            yield f"- {block.said}"
        elif block.kind == "code":
            yield from ("```yaml", *block.lines, "```")
        else:
            yield block.said
        before = block.kind
