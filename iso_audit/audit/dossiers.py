"""Puts every requirement in force at a dossier's receipt to what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from iso_audit.audit.counts import check_counts
from iso_audit.audit.criteria import concerns, eras_of, requirements_by_era
from iso_audit.audit.gathered import Catalogue, Gathered, Tell, answer_of, quiet
from iso_audit.engine.protocol import Counted, Held, Question, Traces
from iso_audit.model.finding import Finding, Grade, OpenItem
from iso_audit.model.judgements import Judgements
from iso_audit.model.log import Intake, Judgement
from iso_audit.model.outcome import Workspace
from iso_audit.model.requirement import Requirement
from iso_audit.model.rule import Breach, Hook, Unknown
from iso_audit.model.trace import DossierKind, EventKind, Trace

Subject = EventKind | DossierKind | Trace

_REMEMBERED = 4_096
"""Answers to one question that are kept, some hundred bytes each."""


class _Asked:
    """A question that concerns some kinds or traces, with the numbers of what came of it so far."""

    __slots__ = (
        "counted", "failed", "hook", "known", "part", "procedure", "question", "requirement", "undecided",
    )  # fmt: skip

    def __init__(self, hook: Hook[object], requirement: Requirement, procedure: str) -> None:
        self.hook, self.requirement, self.procedure = hook, requirement, procedure
        self.question = Question(hook.code, requirement.rule, requirement.id)
        self.part = hook.part
        self.counted: dict[tuple[str | tuple[str, str], int], int] = {}
        """By step, or variant and step, and how many opportunities."""
        self.undecided: dict[tuple[str, str], int] = {}
        """By reason and step."""
        self.failed: dict[tuple[str, str, Grade | None, int | None], int] = {}
        """By variant, step, grade and position."""
        self.known: dict[Hashable, list[int]] = {}
        """The rows of an answer, by the part of a thing that it depends on."""

    def remember(self, part: Hashable, numbers: list[int]) -> None:
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        self.known[part] = numbers


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
        self.open: dict[tuple[int, str, str, str], Mapping[str, object]] = {}
        """What could not be decided: number of the question, procedure, step and reason, with its facts."""
        self.wanting: set[tuple[str, str]] = set()
        self._concerning: dict[tuple[str, int, int, str | None], list[_Asked]] = {}
        self._asked: dict[tuple[str, int, int], _Asked] = {}

    def put(self, name: str, subject: Subject, rows: Judgements) -> None:
        """Ask one thing everything that concerns it; adds the rows of the answers."""
        case = None if isinstance(subject, EventKind) else subject.case
        own_step = subject.step if isinstance(subject, EventKind) else ""
        key = (name, subject.era, id(subject.procedure), case)
        concerning = self._concerning.get(key)
        if concerning is None:
            concerning = self._concerning[key] = list(self._settled(name, subject, case))
        numbers: list[int] = []
        for one in concerning:
            try:
                part = None if one.part is None else one.part(subject)
                said = one.known.get(part)
                if said is None:
                    said = self._said(one, subject, own_step, rows)
                    if part is not None:
                        one.remember(part, said)
                numbers += said
            except Exception as crash:  # noqa: BLE001 - a crashing rule must not take the others with it
                self.gathered.crashed(one.hook, one.requirement, one.procedure, crash)
        rows.add(subject.id, numbers)

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
                question = (name, id(requirement), id(subject.procedure))
                if question not in self._asked:
                    self._asked[question] = _Asked(hook, requirement, subject.procedure.key)
                yield self._asked[question]
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

    def _said(self, one: _Asked, subject: Subject, own_step: str, rows: Judgements) -> list[int]:
        """The rows of the answer to a question, by their numbers."""
        answer = answer_of(one.hook, subject, one.requirement)
        numbers: list[int] = []
        if not (answer.checked or answer.unknowns):
            return numbers
        counted, undecided, failed = one.counted, one.undecided, one.failed
        split: Mapping[Any, int] = answer.by_variant or answer.by_step or {own_step: answer.checked}
        for counts in split.items():
            number = counted.get(counts)
            if number is None:
                number = counted[counts] = self._counted(one, *counts, rows)
            numbers.append(number)
        for unknown in answer.unknowns:
            why = unknown.reason, unknown.step or own_step
            number = undecided.get(why)
            if number is None:
                number = undecided[why] = self._undecided(one, unknown, why[1], rows)
            numbers.append(number)
        for breach in answer.breaches:
            how = breach.variant, breach.step or own_step, breach.grade, breach.position
            number = failed.get(how)
            if number is None:
                number = failed[how] = self._failed(one, breach, how[1], rows)
            numbers.append(number)
        return numbers

    def _counted(self, one: _Asked, where: str | tuple[str, str], checked: int, rows: Judgements) -> int:
        base = self._index(one, "")
        variant, step = where if isinstance(where, tuple) else ("", where)
        return rows.number(Judgement(0, self._index(one, variant) if variant else base, step, checked, 0, 0))

    def _undecided(self, one: _Asked, unknown: Unknown, step: str, rows: Judgements) -> int:
        index = self._index(one, "")
        self.open.setdefault((index, one.procedure, step, unknown.reason), unknown.facts)
        return rows.number(Judgement(0, index, step, 0, 0, 1, unknown.reason))

    def _failed(self, one: _Asked, breach: Breach, step: str, rows: Judgements) -> int:
        index = self._index(one, breach.variant)
        self.facts.setdefault((index, step), breach.facts)
        grade = breach.grade or one.requirement.grade
        return rows.number(Judgement(0, index, step, 0, 1, 0, "", grade, breach.position))

    def _index(self, one: _Asked, variant: str) -> int:
        """The number of a variant of a question, given when it is first met."""
        if not variant and one.question not in self.questions:
            self.gathered.asked.add(one.requirement.id)
            self.requirements[one.requirement.id] = one.requirement
        return self.questions.setdefault(one.question._replace(variant=variant), len(self.questions))


def check_log(
    workspace: Workspace, catalogue: Catalogue, held: Held, gathered: Gathered, tell: Tell = quiet
) -> Counted:
    """Put every requirement in force at a dossier's receipt to what happened to it.

    Each distinct event, dossier and trace is asked once; the engine joins the answers back.
    """
    by_era = requirements_by_era(workspace.packs, eras_of(workspace.packs))
    enquiry = _Enquiry(catalogue, by_era, gathered, held.intake)
    reads = frozenset(name for rule in catalogue.values() for name in rule.reads)
    rows = [Judgements(), Judgements(), Judgements()]
    groups: list[tuple[str, Callable[[], Sequence[Subject] | Traces]]] = [
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
    gathered, sums, bases = enquiry.gathered, counted.sums, _bases(questions)
    gathered.tallies += counted.tallies
    for where, found in sorted(sums.items()):
        if not found.failed:
            continue
        index, procedure, unit, step = where
        code, rule, requirement, variant = questions[index]
        base = bases[index]
        wheres = (where, (base, procedure, unit, step), (base, procedure, unit, ""))
        whole = next((sums[at].checked for at in wheres if at in sums and sums[at].checked), 0)
        gathered.findings.append(
            Finding(
                code, rule, requirement, Grade(found.grade), procedure, unit, step,
                failed=found.failed,
                checked=max(whole, found.failed),
                base_grade=enquiry.requirements[requirement].grade,
                facts=enquiry.facts.get((index, step), {}),
                exhibits=counted.exhibits.get(where, ()),
                variant=variant,
            )
        )  # fmt: skip
    for where, facts in enquiry.open.items():
        index, procedure, step, reason = where
        times = counted.open_counts.get(where)
        if times:  # none where a rule crashed within its answer
            gathered.open_items.append(OpenItem(*questions[index][:3], procedure, reason, step, times, facts))


def _bases(questions: Sequence[Question]) -> list[int]:
    """Index of the question each variant belongs to: that one holds the denominator."""
    indexes = {question: index for index, question in enumerate(questions)}
    return [indexes[Question(each.code, each.rule, each.requirement)] for each in questions]
