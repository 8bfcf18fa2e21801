"""Puts every requirement in force at a dossier's receipt to what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iso_audit.audit.criteria import concerns, eras_of, requirements_by_era
from iso_audit.audit.gathered import Catalogue, Gathered, Tell, ask, quiet
from iso_audit.engine.protocol import Counted, Held, Question, Where
from iso_audit.model.finding import Exhibit, Finding, Grade, OpenItem, Tally
from iso_audit.model.log import Judgement
from iso_audit.model.outcome import Workspace
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Hook
from iso_audit.model.trace import DossierKind, EventKind, Trace


@dataclass(slots=True)
class _Open:
    """How many could not be decided for one reason, and the facts that fill its words."""

    facts: Mapping[str, object]
    count: int = 0


class _Enquiry:
    """Puts hooks to kinds and traces and keeps the answers as rows for the engine."""

    def __init__(self, gathered: Gathered, columns: frozenset[str], dossiers: int) -> None:
        self.gathered, self.columns, self.dossiers = gathered, columns, dossiers
        self.questions: dict[Question, int] = {}
        self.requirements: dict[str, Requirement] = {}
        self.facts: dict[tuple[int, str], Mapping[str, object]] = {}
        self.open: dict[tuple[Question, str, str, str], _Open] = {}
        self.wanting: set[tuple[str, str]] = set()

    def put(
        self, hook: Hook[object], requirement: Requirement, asked: EventKind | DossierKind | Trace
    ) -> list[Judgement]:
        """Ask one thing and return the rows of the answer; open where the log lacks a column."""
        case = None if isinstance(asked, EventKind) else asked.case
        if not requirement.asks(hook.code) or not concerns(requirement, asked.procedure, case):
            return []
        question = Question(hook.code, requirement.rule, requirement.id)
        missing = [column for column in hook.needs if column not in self.columns]
        if missing:
            self.gathered.asked.add(requirement.id)
            if (hook.code, requirement.id) not in self.wanting:
                self.wanting.add((hook.code, requirement.id))
                self.gathered.open_items.append(
                    OpenItem(
                        hook.code,
                        requirement.rule,
                        requirement.id,
                        "",
                        "no-column",
                        count=self.dossiers,
                        facts={"columns": tuple(missing)},
                    )
                )
            return []
        answer = ask(hook, asked, requirement, asked.procedure.key, self.gathered)
        if answer is None or not (answer.checked or answer.unknowns):
            return []
        self.gathered.asked.add(requirement.id)
        self.requirements[requirement.id] = requirement
        own_step = asked.step if isinstance(asked, EventKind) else ""
        self._note_unknowns(question, asked, answer, own_step)
        return list(self._rows(question, asked, answer, own_step, requirement))

    def _note_unknowns(
        self, question: Question, asked: EventKind | DossierKind | Trace, answer: Answer, own_step: str
    ) -> None:
        for unknown in answer.unknowns:
            key = (question, asked.procedure.key, unknown.step or own_step, unknown.reason)
            self.open.setdefault(key, _Open(unknown.facts)).count += asked.count

    def _rows(
        self,
        question: Question,
        asked: EventKind | DossierKind | Trace,
        answer: Answer,
        own_step: str,
        requirement: Requirement,
    ) -> Iterable[Judgement]:
        base = self.questions.setdefault(question, len(self.questions))
        for (variant, step), checked in _denominators(answer, own_step).items():
            exact = Question(question.code, question.rule, question.requirement, variant)
            index = self.questions.setdefault(exact, len(self.questions))
            yield Judgement(asked.id, index, step, checked, 0, 0)
        for unknown in answer.unknowns:
            yield Judgement(asked.id, base, unknown.step or own_step, 0, 0, 1, unknown.reason)
        for breach in answer.breaches:
            exact = Question(question.code, question.rule, question.requirement, breach.variant)
            index = self.questions.setdefault(exact, len(self.questions))
            step = breach.step or own_step
            self.facts.setdefault((index, step), breach.facts)
            grade = (breach.grade or requirement.grade).value
            yield Judgement(asked.id, index, step, 0, 1, 0, "", grade, breach.position)


def check_log(
    workspace: Workspace, catalogue: Catalogue, held: Held, gathered: Gathered, tell: Tell = quiet
) -> Counted:
    """Put every requirement in force at a dossier's receipt to what happened to it.

    Each distinct event, dossier and trace is asked once; the engine joins the answers back.
    """
    by_era = requirements_by_era(workspace.packs, eras_of(workspace.packs))
    enquiry = _Enquiry(gathered, held.intake.columns, held.intake.dossiers_examined)
    reads = frozenset(name for rule in catalogue.values() for name in rule.reads)
    rows: list[list[Judgement]] = [[], [], []]
    groups: list[tuple[str, Sequence[EventKind | DossierKind | Trace]]] = [
        ("on_event", held.event_kinds()),
        ("on_dossier", held.dossier_kinds()),
        ("on_trace", held.traces(reads)),
    ]
    for into, (name, subjects) in zip(rows, groups, strict=True):
        for done, subject in enumerate(subjects):
            if done % 256 == 0:
                tell(name, done, len(subjects))
            for requirement in by_era[subject.era]:
                hook = getattr(catalogue[requirement.rule], name)
                if hook is not None:
                    into += enquiry.put(hook, requirement, subject)
    tell("tally", 0, 1)
    questions = list(enquiry.questions)
    counted = held.tally(questions, *rows)
    _findings_of_log(enquiry, questions, counted)
    tell("tally", 1, 1)
    return counted


def _findings_of_log(enquiry: _Enquiry, questions: Sequence[Question], counted: Counted) -> None:
    """Make findings of what the engine counted, with denominators from the same count."""
    bases = _bases(questions)
    checked: dict[Where, int] = {}
    failed: dict[Where, int] = {}
    grades: dict[Where, Grade] = {}
    monthly: dict[tuple[int, str, str, str, str], tuple[int, int, int]] = {}
    for row in counted.rows:
        base = bases[row.question]
        key = (row.question, row.procedure, row.unit, row.step)
        checked[key] = checked.get(key, 0) + row.checked
        if row.failed:
            failed[key] = failed.get(key, 0) + row.failed
            grade = Grade(row.grade)
            grades[key] = min(grades.get(key, grade), grade, key=lambda g: g.rank)
        month = (base, row.procedure, row.unit, row.step, row.month)
        before = monthly.get(month, (0, 0, 0))
        monthly[month] = (before[0] + row.checked, before[1] + row.failed, before[2] + row.open)
    gathered = enquiry.gathered
    gathered.tallies += _tallies(questions, monthly)
    for where, count in sorted(failed.items()):
        index, procedure, unit, step = where
        question = questions[index]
        base = bases[index]
        places = (where, (base, procedure, unit, step), (base, procedure, unit, ""))
        whole = next((checked[place] for place in places if checked.get(place)), 0)
        exhibits: tuple[Exhibit, ...] = counted.exhibits.get(where, ())
        gathered.findings.append(
            Finding(
                question.code,
                question.rule,
                question.requirement,
                grades[where],
                procedure,
                unit,
                step,
                failed=count,
                checked=max(whole, count),
                base_grade=enquiry.requirements[question.requirement].grade,
                facts=enquiry.facts.get((index, step), {}),
                exhibits=exhibits,
                variant=question.variant,
            )
        )
    for (question, procedure, step, reason), unknown in enquiry.open.items():
        gathered.open_items.append(
            OpenItem(
                question.code,
                question.rule,
                question.requirement,
                procedure,
                reason,
                step,
                unknown.count,
                unknown.facts,
            )
        )


def _denominators(answer: Answer, own_step: str) -> Mapping[tuple[str, str], int]:
    """(variant, step) -> opportunities; variants without their own share those of the question."""
    if answer.by_variant:
        return answer.by_variant
    return {("", step): n for step, n in (answer.by_step or {own_step: answer.checked}).items()}


def _bases(questions: Sequence[Question]) -> list[int]:
    """Index of the question each variant belongs to: that one holds the denominator."""
    indexes = {question: index for index, question in enumerate(questions)}
    return [indexes[Question(each.code, each.rule, each.requirement)] for each in questions]


def _tallies(
    questions: Sequence[Question], monthly: Mapping[tuple[int, str, str, str, str], tuple[int, int, int]]
) -> Iterable[Tally]:
    """Counts by month, in order of code, requirement and place."""
    order = sorted(range(len(questions)), key=lambda i: (questions[i].code, questions[i].requirement))
    rank = {index: position for position, index in enumerate(order)}
    for key in sorted(monthly, key=lambda key: (rank[key[0]], key[1:])):
        question = questions[key[0]]
        yield Tally(question.code, question.rule, question.requirement, *key[1:], *monthly[key])
