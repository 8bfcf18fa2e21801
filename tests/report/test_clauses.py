"""The matrix of clauses: what was found there wins, and the legend keeps its order."""

from __future__ import annotations

from dataclasses import replace

from iso_audit.model.finding import Finding, Grade
from iso_audit.model.requirement import Clause, ClauseNeed, Pack, Requirement
from iso_audit.report.clauses import Matrix, matrix
from iso_audit.report.facts import Facts
from iso_audit.report.words import words
from iso_audit.text import Text
from tests.report import example
from tests.report.example_procedures import permit


def shown(*grades: Grade) -> Matrix:
    """A printed table against a clause that it does not show, and one that it answers."""
    procedure = replace(permit(), extent="steps")
    asked = Requirement("q", "r", (Clause("S", "7.5", is_standard=True),), Grade.MINOR)
    needs = (ClauseNeed("7.5", by=("version",)), ClauseNeed("8.6", by=("approve_sign",)))
    pack = Pack("s", Text("S", "S"), standard="S", clauses=needs, requirements=(asked,))
    workspace = replace(example.workspace(), packs=(pack,), procedures=(procedure,))
    facts = Facts(words("en"), workspace.organisation, {procedure.key: procedure})
    findings = [Finding("DEF-DOC-01", "r", "q", grade, procedure.key) for grade in grades]
    return matrix(pack, (procedure,), findings, workspace, facts)


def test_a_finding_shows_even_where_nothing_else_is_known_of_the_clause() -> None:
    assert [mark.key for mark in shown().rows[0][1]] == ["open", "covered"]
    assert [mark.key for mark in shown(Grade.MINOR, Grade.MAJOR).rows[0][1]] == ["major", "covered"]


def test_the_legend_keeps_its_order_and_no_two_signs_differ_by_case_alone() -> None:
    assert [said for _, said in shown().legend] == ["covered, nothing found", "not verifiable"]
    for lang in ("vi", "en"):
        keys = ("covered", "observation", "minor", "major", "gap", "open", "excluded", "not-concerned")
        signs = {words(lang)(f"clause.sign.{key}").casefold() for key in keys}
        assert len(signs) == len(keys)
