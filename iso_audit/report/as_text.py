"""The summary that a person reads at the terminal: what was examined, what was found, where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from iso_audit.model.finding import Grade
from iso_audit.report.quoting import harmless
from iso_audit.report.wrapping import wrapped
from iso_audit.text import number

if TYPE_CHECKING:
    from iso_audit.report.statements import Statement
    from iso_audit.report.view import View

TOP = 5
"""So many findings are named where a report has them all."""


def render(view: View, paths: Iterable[Path]) -> str:
    """The whole summary, ready to print; `paths` are the files that were written, which say the rest."""
    words = view.words
    lines = [words("text.title"), "=" * len(words("text.title")), "", *wrapped(view.summary), ""]
    counts = Counter(statement.grade for statement in view.statements)
    rows = [(words(f"grade.{grade.value}"), counts[grade]) for grade in Grade]
    rows.append((words("text.open"), len(view.open_rows)))
    label = max(len(said) for said, _ in rows)
    lines += [f"  {said:<{label}}  {number(count, view.lang):>6}" for said, count in rows]
    lines += (
        ["", *(line for one in view.headlines for line in wrapped(one, "  ", "    "))]
        if view.headlines
        else []
    )
    if view.method.failures:
        lines += [
            "",
            words.count("text.failed", len(view.method.failures)),
            *(f"  {f}" for f in view.method.failures),
        ]
    for note in view.waiver_notes:
        lines += ["", *wrapped(words("text.note", said=note))]
    lines += ["", *_top(view)]
    lines += ["", words("text.written"), *(f"  {path}" for path in paths)]
    return "\n".join(map(harmless, lines)) + "\n"


def _top(view: View) -> list[str]:
    words, found = view.words, _gravest(view)
    if not found:
        return [words("text.clean")]
    lines = [words("text.top")]
    for one in found[:TOP]:
        lines += _finding(one, view)
    if len(found) > TOP:
        lines.append(f"  {words('text.more', n=number(len(found) - TOP, view.lang))}")
    return lines


def _finding(one: Statement, view: View) -> list[str]:
    grade = view.words(f"grade.{one.grade.value}")
    head = f"  {one.number:>3}. [{grade}] {one.title} ({one.code})"
    return [head, *wrapped(f"{' · '.join(one.where)}: {one.said}", "       ")]


def _gravest(view: View) -> list[Statement]:
    """Gravest first, and of each requirement one before the second of any: five lines, five matters."""
    seen: Counter[str] = Counter()
    ranked = []
    for one in view.statements:
        ranked.append((one.grade.rank, seen[one.code], one.number, one))
        seen[one.code] += 1
    return [one for *_, one in sorted(ranked, key=lambda entry: entry[:3])]
