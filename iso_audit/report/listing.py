"""Findings as a linter prints them: place, code, grade, statement, the line quoted, the run as proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from iso_audit.report.facts import ARROW
from iso_audit.report.quoting import harmless, quoted
from iso_audit.report.wrapping import wrapped
from iso_audit.text import number

if TYPE_CHECKING:
    from iso_audit.report.statements import Statement
    from iso_audit.report.view import View
    from iso_audit.report.waivers import WaivedRow

Lines = Mapping[tuple[str, int], str]
"""(file, line) -> what stands there."""
Paint = Callable[[str, str], str]
"""Gives words the colour of a tone: a grade, `strong`, `quiet` or `mark`."""
MOST_DOSSIERS = 3


def plain(said: str, _tone: str) -> str:
    """No colour."""
    return said


def render(view: View, lines: Lines, paint: Paint = plain, quiet: bool = False) -> str:
    """Every finding by file and line; unless `quiet`, what is waived, what is open, and the sum."""
    out = _Listing(view, lines, paint)
    blocks = list(out.findings())
    if not quiet:
        blocks += [out.waived(), out.notes(), out.open()]
    blocks.append(out.failures())
    if not quiet:
        blocks.append(out.total())
    return "".join("\n".join(block) + "\n\n" for block in blocks if block)[:-1]


class _Listing:
    def __init__(self, view: View, lines: Lines, paint: Paint) -> None:
        self.view, self.words, self.lines = view, view.words, lines
        self.colour = paint
        # of a rule that asks nothing by itself a reader wants to know which requirement was meant
        self.asked = {
            one.key: group.requirement
            for group in view.groups
            for one in group.statements
            if one.title == group.requirement
        }
        self.cites = {one.key: group.cites for group in view.groups for one in group.statements}

    def paint(self, said: str, tone: str) -> str:
        return self.colour(harmless(said), tone)

    def findings(self) -> Iterable[list[str]]:
        """One block a procedure, in order of file and line; dossiers after the definition."""
        ranked = sorted(self.view.statements, key=_in_file)
        for procedure, found in groupby(ranked, key=lambda one: one.procedure):
            block = [self.paint(procedure, "strong")]
            for ground, together in groupby(found, key=self._ground):
                block += [self._head(one, self.paint) for one in together] + ground
            yield block

    def _ground(self, one: Statement) -> list[str]:
        """What a finding rests on; findings that rest on the same stand together above it."""
        block = self._quote(one)
        if one.run:
            block += self._because(one.run_label, ARROW.join(one.run))
        if one.dossiers:
            block += self._because(self.words("text.dossiers"), self._dossiers(one))
        if one.key in self.asked:
            block += self._because(self.words("finding.requirement"), self.asked[one.key])
        if self.cites.get(one.key):
            block += self._because(self.words("text.cites"), "; ".join(self.cites[one.key]))
        return block

    def _head(self, one: Statement, paint: Paint) -> str:
        place = str(one.finding.place) or " · ".join(one.where[1:]) or one.procedure
        grade = self.words(f"grade.{one.grade.value}").lower()
        return f"{paint(place, 'strong')}: {one.code} {paint(grade, one.grade.value)}: {harmless(one.said)}"

    def _quote(self, one: Statement) -> list[str]:
        place = one.finding.place
        line = self.lines.get((place.file, place.line), "")
        if not place.line or not line.strip():
            return []
        said, *mark = quoted(line, place.line, place.column)
        return [self.paint(said, "quiet"), *(self.paint(each, "mark") for each in mark)]

    def _dossiers(self, one: Statement) -> str:
        left = one.finding.failed - len(one.dossiers[:MOST_DOSSIERS])
        said = ", ".join(one.dossiers[:MOST_DOSSIERS])
        return f"{said} {self.words.count('count.more', left)}" if left > 0 else said

    def _because(self, label: str, said: str) -> list[str]:
        return wrapped(harmless(f"{label[:1].lower()}{label[1:]}: {said}"), "      = ", " " * 8)

    def waived(self) -> list[str]:
        rows = self.view.waived
        if not rows:
            return []
        lines = [self.words("section.waived")]
        for row in rows:
            lines += [self._head(row.statement, plain), *self._waiver(row)]
        return [self.paint(line, "quiet") for line in lines]

    def _waiver(self, row: WaivedRow) -> list[str]:
        return self._because(self.words("waiver.reason"), f"{row.reason} ({row.approval})")

    def notes(self) -> list[str]:
        method = self.view.method
        notes = (*self.view.waiver_notes, *(() if method.has_log else method.assumptions))
        return [harmless(self.words("text.note", said=note)) for note in notes]

    def open(self) -> list[str]:
        rows = self.view.open_rows
        if not rows:
            return []
        lines = [self.words("section.open")]
        for reason, these in groupby(rows, key=lambda row: row.reason):
            kept = list(these)
            codes = ", ".join(dict.fromkeys(row.code for row in kept))
            count = number(sum(row.count for row in kept), self.view.lang)
            lines += wrapped(harmless(f"{reason} ({codes})"), f"{count:>7}  ", " " * 9)
        return lines

    def failures(self) -> list[str]:
        failed = self.view.method.failures
        if not failed:
            return []
        return [self.words.count("text.failed", len(failed)), *(f"  {harmless(each)}" for each in failed)]

    def total(self) -> list[str]:
        return wrapped(harmless(self.view.summary))


def _in_file(one: Statement) -> tuple[object, ...]:
    place = one.finding.place
    definition = one.finding.on_definition
    return one.finding.procedure, not definition, place.file, place.line, place.column, one.number
