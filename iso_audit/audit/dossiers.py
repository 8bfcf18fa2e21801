"""Puts every requirement in force at a dossier's receipt to what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from iso_audit.audit.counts import check_counts
from iso_audit.audit.criteria import concerns, eras_of, requirements_by_era
from iso_audit.audit.gathered import Catalogue, Gathered, Tell, ask, quiet
from iso_audit.engine.protocol import Counted, Held, Question, Where
from iso_audit.model.finding import Exhibit, Finding, Grade, OpenItem, Tally
from iso_audit.model.log import Intake, Judgement
from iso_audit.model.outcome import Workspace
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Answer, Hook
from iso_audit.model.trace import DossierKind, EventKind, Trace

Subject = EventKind | DossierKind | Trace


@dataclass(slots=True)
class _Open:
    """How many could not be decided for one reason, and the facts that fill its words."""

    facts: Mapping[str, object]
    count: int = 0


class _Asked:
    """A question that concerns some kind or trace, with the numbers of its variants."""

    __slots__ = ("hook", "indexes", "procedure", "question", "requirement")

    def __init__(self, hook: Hook[object], requirement: Requirement, procedure: str) -> None:
        self.hook, self.requirement, self.procedure = hook, requirement, procedure
        self.question = Question(hook.code, requirement.rule, requirement.id)
        self.indexes: dict[str, int] = {}


class _Enquiry:
    """Puts hooks to kinds and traces and keeps the answers as rows for the engine.

    There may be as many traces as dossiers: what does not depend on the single one is settled once.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        by_era: Sequence[Sequence[Requirement]],
        gathered: Gathered,
        intake: Intake,
    ) -> None:
        self.catalogue, self.by_era, self.gathered = catalogue, by_era, gathered
        self.columns, self.dossiers = intake.columns, intake.dossiers_examined
        self.questions: dict[Question, int] = {}
        self.requirements: dict[str, Requirement] = {}
        self.facts: dict[tuple[int, str], Mapping[str, object]] = {}
        self.open: dict[tuple[Question, str, str, str], _Open] = {}
        self.wanting: set[tuple[str, str]] = set()
        self._concerning: dict[tuple[str, int, int, str | None], list[_Asked]] = {}

    def put(self, name: str, subject: Subject, rows: list[Judgement]) -> None:
        """Ask one thing everything that concerns it; adds the rows of the answers."""
        case = None if isinstance(subject, EventKind) else subject.case
        own_step = subject.step if isinstance(subject, EventKind) else ""
        key = (name, subject.era, id(subject.procedure), case)
        if key not in self._concerning:
            self._concerning[key] = list(self._settled(name, subject, case))
        for one in self._concerning[key]:
            answer = ask(one.hook, subject, one.requirement, one.procedure, self.gathered)
            if answer is None or not (answer.checked or answer.unknowns):
                continue
            if not one.indexes:
                self.gathered.asked.add(one.requirement.id)
                self.requirements[one.requirement.id] = one.requirement
            self._add_rows(one, subject, answer, own_step, rows)

    def _settled(self, name: str, subject: Subject, case: str | None) -> Iterable[_Asked]:
        """What is asked of all kinds like this one; open where the log lacks a column."""
        for requirement in self.by_era[subject.era]:
            hook: Hook[object] | None = getattr(self.catalogue[requirement.rule], name)
            if hook is None or not requirement.asks(hook.code):
                continue
            if not concerns(requirement, subject.procedure, case):
                continue
            missing = [column for column in hook.needs if column not in self.columns]
            if not missing:
                yield _Asked(hook, requirement, subject.procedure.key)
                continue
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

    def _index(self, one: _Asked, variant: str) -> int:
        """The number of a variant of a question, given when it is first met."""
        found = one.indexes.get(variant)
        if found is None:
            exact = one.question._replace(variant=variant)
            found = one.indexes[variant] = self.questions.setdefault(exact, len(self.questions))
        return found

    def _add_rows(
        self, one: _Asked, subject: Subject, answer: Answer, own_step: str, rows: list[Judgement]
    ) -> None:
        base, add, it = self._index(one, ""), rows.append, subject.id
        if answer.by_variant:
            for (variant, step), checked in answer.by_variant.items():
                add(_row((it, self._index(one, variant), step, checked, 0, 0, "", "", None)))
        elif answer.by_step:
            for step, checked in answer.by_step.items():
                add(_row((it, base, step, checked, 0, 0, "", "", None)))
        else:
            add(_row((it, base, own_step, answer.checked, 0, 0, "", "", None)))
        for unknown in answer.unknowns:
            step = unknown.step or own_step
            add(_row((it, base, step, 0, 0, 1, unknown.reason, "", None)))
            key = (one.question, one.procedure, step, unknown.reason)
            self.open.setdefault(key, _Open(unknown.facts)).count += subject.count
        own_grade, indexes, facts = one.requirement.grade, one.indexes, self.facts
        for breach in answer.breaches:
            index, step = indexes.get(breach.variant, -1), breach.step or own_step
            if index < 0:
                index = self._index(one, breach.variant)
            if (index, step) not in facts:
                facts[index, step] = breach.facts
            add(_row((it, index, step, 0, 1, 0, "", breach.grade or own_grade, breach.position)))


_row: Callable[[tuple[object, ...]], Judgement] = partial(tuple.__new__, Judgement)
"""Makes a row of all its values; there may be some dozens for every dossier."""


def check_log(
    workspace: Workspace, catalogue: Catalogue, held: Held, gathered: Gathered, tell: Tell = quiet
) -> Counted:
    """Put every requirement in force at a dossier's receipt to what happened to it.

    Each distinct event, dossier and trace is asked once; the engine joins the answers back.
    """
    by_era = requirements_by_era(workspace.packs, eras_of(workspace.packs))
    enquiry = _Enquiry(catalogue, by_era, gathered, held.intake)
    reads = frozenset(name for rule in catalogue.values() for name in rule.reads)
    rows: list[list[Judgement]] = [[], [], []]
    groups: list[tuple[str, Callable[[], Sequence[Subject]]]] = [
        ("on_event", held.event_kinds),
        ("on_dossier", held.dossier_kinds),
        ("on_trace", lambda: held.traces(reads)),
    ]
    for into, (name, found) in zip(rows, groups, strict=True):
        subjects = found()
        for done, subject in enumerate(subjects):
            if done % 256 == 0:
                tell(name, done, len(subjects))
            enquiry.put(name, subject, into)
    tell("tally", 0, 1)
    questions = list(enquiry.questions)
    counted = held.tally(questions, *rows)
    _findings_of_log(enquiry, questions, counted)
    check_counts(by_era, catalogue, held, gathered)
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
