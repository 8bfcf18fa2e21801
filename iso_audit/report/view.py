"""An outcome as a reader sees it: plain words, numbers and pictures in one language.

Every output for people is made from this one value, so that the page, the screen and the terminal
can never say different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iso_audit.model.outcome import Outcome, Workspace
from iso_audit.model.rule import Rule
from iso_audit.report.annexes import Annexes, annexes
from iso_audit.report.clauses import Matrix, matrices
from iso_audit.report.facts import Facts
from iso_audit.report.front import Card, Head, Method, ScopeRow, cards, head, method, scope, summary
from iso_audit.report.fulfilment import Fulfilment, fulfilment
from iso_audit.report.measures import headlines, tables
from iso_audit.report.openness import OpenRow, opened
from iso_audit.report.pictures import Picture, pictures
from iso_audit.report.statements import Group, Statement, groups
from iso_audit.report.tabular import Shown, shown
from iso_audit.report.waivers import WaivedRow, waived_rows, waiver_notes
from iso_audit.report.words import Words, words
from iso_audit.text import date

MEASURED = {"lead.procedure": 40, "course.procedure": 40, "steps": 12, "work": 40}
"""Tables of measures that the report prints, with the rows that it has at most; the workbook has all."""
OF_TIMES = ("steps", "work")
"""Those that say nothing where no execution has both its moments."""


@dataclass(frozen=True, slots=True)
class View:
    """The whole report. Templates print it and compute nothing."""

    lang: str
    words: Words
    created: str
    """Audit date, ISO 8601: the only date that a document made from this view may carry."""
    created_said: str
    version: str
    digest: str
    """Hash of all inputs, for the foot of the page and the identifier of the document."""
    head: Head
    summary: str
    cards: tuple[Card, ...]
    scope: tuple[ScopeRow, ...]
    method: Method
    fulfilment: Fulfilment
    measures: tuple[tuple[str, Shown], ...]
    """(key of its heading, table)"""
    headlines: tuple[str, ...]
    """What was measured, in a line each."""
    groups: tuple[Group, ...]
    pictures: tuple[Picture, ...]
    open_rows: tuple[OpenRow, ...]
    waived: tuple[WaivedRow, ...]
    waiver_notes: tuple[str, ...]
    annexes: Annexes
    matrices: tuple[Matrix, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every finding in the order of its number."""
        return tuple(statement for group in self.groups for statement in group.statements)


def view(
    outcome: Outcome, workspace: Workspace, catalogue: Mapping[str, Rule], lang: str, drawn: bool = True
) -> View:
    """Say an outcome in `lang`; without pictures where nothing is `drawn`.

    `catalogue` is name -> rule; a finding of a rule that is not in it keeps its code and facts and
    goes without a statement in words.
    """
    say = words(lang)
    procedures = {procedure.key: procedure for procedure in workspace.procedures}
    facts = Facts(say, workspace.organisation, procedures)
    found = groups(outcome, workspace, catalogue, facts)
    degree = fulfilment(outcome, facts)
    rows = opened(outcome, workspace, catalogue, facts)
    annex = annexes(outcome, workspace, facts)
    is_timed = any(one.timed for one in outcome.measures.steps)
    return View(
        lang=lang,
        words=say,
        created=outcome.card.audit_date.isoformat(),
        created_said=date(outcome.card.audit_date, lang),
        version=outcome.card.program_version,
        digest=annex.digest,
        head=head(outcome, workspace, say),
        summary=summary(outcome, workspace, degree, len(rows), facts),
        cards=cards(outcome, workspace, degree, facts),
        scope=scope(outcome, workspace, len(rows), say),
        method=method(outcome, workspace, facts),
        fulfilment=degree,
        measures=tuple(
            (f"measure.{one.key.partition('.')[0]}", shown(one, facts, MEASURED[one.key]))
            for one in tables(outcome.measures, facts)
            if one.key in MEASURED and one.rows and (one.key not in OF_TIMES or is_timed)
        ),
        headlines=headlines(outcome.measures, facts),
        groups=found,
        pictures=pictures(outcome, workspace, found, facts) if drawn else (),
        open_rows=rows,
        waived=waived_rows(outcome, workspace, catalogue, facts),
        waiver_notes=waiver_notes(outcome, facts),
        annexes=annex,
        matrices=matrices(outcome, workspace, facts),
    )
