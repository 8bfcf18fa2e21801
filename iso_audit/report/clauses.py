"""Clauses of a standard against procedures: what answers to each, and what was found there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iso_audit.analysis.coverage import Answered, Cover, coverage, is_under, revisions
from iso_audit.model.finding import Finding
from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.procedure import Procedure
from iso_audit.model.requirement import ClauseNeed, Pack
from iso_audit.report.facts import Facts
from iso_audit.report.words import Words
from iso_audit.report.wrapping import WIDE, wrapped

_MOST_NAMED = 5

_MARKS = {
    Answered.GAP: "gap",
    Answered.OPEN: "open",
    Answered.EXCLUDED: "excluded",
    Answered.NOT_CONCERNED: "not-concerned",
}
_LEGEND = ("covered", "observation", "minor", "major", "gap", "open", "excluded", "not-concerned")
"""Signs in the order of the legend, the best first and what could not be judged last."""

_GRAVEST = ("major", "gap", "minor", "observation", "open")
"""Signs that a reader looks for, the gravest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell: `key` is covered, gap, open, excluded, not-concerned, or the gravest grade found there."""

    key: str
    sign: str
    said: str
    """What answers to the clause, in words."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The clauses of one standard against every procedure."""

    standard: str
    heads: tuple[tuple[str, str], ...]
    """(number, title) of each clause"""
    rows: tuple[tuple[str, tuple[Mark, ...]], ...]
    """(procedure, one mark for each clause)"""
    legend: tuple[tuple[str, str], ...]
    """(sign, meaning) of the signs that occur"""

    def gravest(self, most: int) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
        """So many rows at most, in their order: those with the gravest marks."""
        grave = sorted(
            range(len(self.rows)), key=lambda at: (min((_rank(m) for m in self.rows[at][1]), default=0), at)
        )
        return tuple(self.rows[at] for at in sorted(grave[:most]))


def _rank(mark: Mark) -> int:
    return _GRAVEST.index(mark.key) if mark.key in _GRAVEST else len(_GRAVEST)


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One clause of a new edition: where it came from, and the procedures that do not yet answer to it."""

    clause: str
    title: str
    change: str
    missing: tuple[str, ...]


def matrices(outcome: Outcome, workspace: Workspace, facts: Facts) -> tuple[Matrix, ...]:
    """A matrix for each pack that lists clauses."""
    return tuple(
        matrix(pack, workspace.procedures, outcome.findings, workspace, facts)
        for pack in workspace.packs
        if pack.clauses and workspace.procedures
    )


def matrix(
    pack: Pack,
    procedures: Iterable[Procedure],
    findings: Iterable[Finding],
    workspace: Workspace,
    facts: Facts,
) -> Matrix:
    """The clauses of a pack against procedures, with the gravest finding that cites each clause."""
    graves = _gravest(findings, workspace, pack.standard)
    rows = []
    for procedure in procedures:
        covers = coverage(procedure, workspace.organisation, pack.clauses)
        marks = tuple(_mark(cover, graves.get(procedure.key, ()), procedure, facts) for cover in covers)
        rows.append((facts.procedure(procedure.key), marks))
    shown = {mark.key for _, marks in rows for mark in marks}
    return Matrix(
        pack.standard or pack.title.say(facts.lang) or pack.id,
        tuple((need.clause, _title(need, facts)) for need in pack.clauses),
        tuple(rows),
        tuple(
            (facts.words(f"clause.sign.{key}"), facts.words(f"clause.{key}"))
            for key in _LEGEND
            if key in shown
        ),
    )


def revised(
    old: Pack, new: Pack, procedures: Iterable[Procedure], workspace: Workspace, facts: Facts
) -> tuple[RevisionRow, ...]:
    """What a new edition asks beyond the old one, and which procedures have no answer to it yet."""
    known = tuple(procedures)
    gaps: dict[str, list[str]] = {}
    for procedure in known:
        for cover in coverage(procedure, workspace.organisation, new.clauses):
            if cover.answered is Answered.GAP:
                gaps.setdefault(cover.need.clause, []).append(facts.procedure(procedure.key))
    rows = []
    for one in revisions(old.clauses, new.clauses):
        before = ", ".join(need.clause for need in one.was)
        key = "dropped" if one.is_dropped else "new" if one.is_new else "moved" if one.is_moved else "same"
        if key == "same" and _asks(one.need) != _asks(one.was[0]):
            key = "changed"
        said = facts.words(f"clause.revision.{key}", was=before)
        missing = () if one.is_dropped else tuple(gaps.get(one.clause, ()))
        rows.append(RevisionRow(one.clause, _title(one.need, facts), said, missing))
    return tuple(rows)


def _asks(need: ClauseNeed) -> tuple[object, ...]:
    return need.title, need.by, need.rules, need.only_with


def _title(need: ClauseNeed, facts: Facts) -> str:
    title = need.title.say(facts.lang)
    return title if need.sure else facts.words("clause.unsure", title=title)


def _gravest(
    findings: Iterable[Finding], workspace: Workspace, standard: str
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Procedure -> (clause cited, grade) of each of its findings, the gravest first."""
    cited = {
        requirement.id: [c.article for c in requirement.cite if c.is_standard and c.ref == standard]
        for pack in workspace.packs
        for requirement in pack.requirements
    }
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for finding in sorted(findings, key=lambda one: one.grade.rank):
        more = tuple((clause, finding.grade.value) for clause in cited.get(finding.requirement, ()))
        found[finding.procedure] = (*found.get(finding.procedure, ()), *more)
    return found


def _mark(cover: Cover, found: Iterable[tuple[str, str]], procedure: Procedure, facts: Facts) -> Mark:
    clause, said = cover.need.clause, _answers(cover, procedure, facts)
    grades = [grade for cited, grade in found if is_under(cited, clause) or is_under(clause, cited)]
    key = _MARKS.get(cover.answered, "covered")
    if grades:  # what was found there is certain, whatever the clause is answered by
        key = grades[0]
    return Mark(key, facts.words(f"clause.sign.{key}"), said or facts.words(f"clause.{key}"))


def _answers(cover: Cover, procedure: Procedure, facts: Facts) -> str:
    words, parts = facts.words, []
    if cover.steps:
        names = (f"«{facts.step_name(step, procedure.key)}»" for step in cover.steps)
        parts.append(words("clause.by_steps", said=", ".join(names)))
    if cover.records:
        parts.append(words("clause.by_records", said=", ".join(dict.fromkeys(r for _, r in cover.records))))
    if cover.parts:
        parts.append(words("clause.by_parts", said=", ".join(words(f"part.{one}") for one in cover.parts)))
    if cover.documents:
        parts.append(words("clause.by_documents", said=", ".join(cover.documents)))
    if cover.answered is Answered.COVERED and cover.need.rules:
        parts.append(words("clause.by_rules", said=", ".join(cover.need.rules)))
    return "; ".join(parts)


def as_rows(found: Matrix, words: Words) -> list[dict[str, str]]:
    """A row for each procedure and clause, for tables and machines."""
    return [
        {
            "procedure": title, "clause": clause, "title": said,
            "answered": words(f"clause.{mark.key}"), "by": mark.said,
        }
        for title, marks in found.rows
        for (clause, said), mark in zip(found.heads, marks, strict=True)
    ]  # fmt: skip


def as_text(found: Matrix | Sequence[RevisionRow], words: Words, old: str = "", new: str = "") -> str:
    """The matrix, or the way from an `old` edition to a `new` one, for the terminal."""
    if isinstance(found, Matrix):
        return _matrix_text(found, words)
    head = words("coverage.revised", old=old, new=new)
    lines = [head, "=" * len(head), ""]
    for row in found:
        lines += wrapped(f"{row.clause:<6} {row.title}: {row.change}", "", " " * 7, WIDE)
        if row.missing:
            few = len(row.missing) <= _MOST_NAMED
            said = "; ".join(row.missing) if few else words.count("count.procedures", len(row.missing))
            lines += wrapped(words("coverage.missing", said=said), " " * 7, width=WIDE)
    return "\n".join(lines)


def _matrix_text(found: Matrix, words: Words) -> str:
    head = f"{words('coverage.title')}: {found.standard}"
    lines = [head, "=" * len(head)]
    for title, marks in found.rows:
        lines += ["", title]
        for (clause, said), mark in zip(found.heads, marks, strict=True):
            lines += [f"  {clause:<5} {mark.sign:<6}{said}", *wrapped(mark.said, " " * 14, width=WIDE)]
    lines += ["", "; ".join(f"{sign} = {said}" for sign, said in found.legend)]
    return "\n".join(lines)
