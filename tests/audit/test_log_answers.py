"""What hooks say of traces reaches the engine row by row, however often the same is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from iso_audit.audit.dossiers import check_log
from iso_audit.audit.gathered import Gathered
from iso_audit.engine.protocol import Counted, Question
from iso_audit.model.finding import Grade
from iso_audit.model.judgements import Judgements
from iso_audit.model.log import Intake, Judgement
from iso_audit.model.requirement import Pack, Requirement
from iso_audit.model.rule import Answer, Breach, Hook, Rule, Unknown
from iso_audit.model.trace import Symbol, Trace
from iso_audit.text import Text
from tests.strategies import procedure, step

OF = procedure(step("a", "b"), step("b"))
RULES = ("first", "second")
steps, few = st.sampled_from(("", "a", "b")), st.integers(0, 2)
facts = st.dictionaries(st.just("n"), few)
breaches = st.builds(
    Breach, steps, facts, st.sampled_from((None, Grade.MAJOR)), variant=st.sampled_from(("", "x", "y")),
    position=st.none() | few,
)  # fmt: skip
unknowns = st.builds(Unknown, st.sampled_from(("no-column", "unfinished")), steps, facts)
answers = st.builds(
    Answer, few, st.lists(breaches, max_size=3).map(tuple), st.lists(unknowns, max_size=2).map(tuple),
    st.dictionaries(steps, few), st.dictionaries(st.tuples(st.sampled_from(("", "x")), steps), few),
)  # fmt: skip
rows = st.builds(
    Judgement, few, few, steps, few, few, few, st.sampled_from(("", "late")), st.sampled_from(("", "minor")),
    st.none() | few,
)  # fmt: skip


class Stub:
    """A log of traces alone, which keeps what it is given to count."""

    def __init__(self, count: int) -> None:
        self.intake = Intake()
        self.found = [Trace(n, OF, 0, "", {}, True, (Symbol("a"),), count=n + 1) for n in range(count)]
        self.questions: Sequence[Question] = ()
        self.given: list[list[Judgement]] = []

    def event_kinds(self) -> tuple[()]:
        return ()

    dossier_kinds = log_kinds = event_kinds

    def traces(self, _reads: frozenset[str]) -> list[Trace]:
        return self.found

    def tally(self, questions: Sequence[Question], *given: Iterable[Judgement]) -> Counted:
        self.questions, self.given = questions, [list(each) for each in given]
        return Counted()


def asked(log: Stub, said: Mapping[str, Sequence[Answer]]) -> Gathered:
    def rule(name: str) -> Rule:
        return Rule(
            name, Text(), Text(), on_trace=Hook(name, lambda trace, _: said[name][trace.id], Text())
        )  # fmt: skip

    catalogue = {name: rule(name) for name in RULES}
    requirements = tuple(Requirement(f"r-{name}", name, (), Grade.MINOR) for name in RULES)
    workspace = SimpleNamespace(packs=[Pack("pack", Text(), requirements)])
    gathered = Gathered()
    check_log(workspace, catalogue, log, gathered)  # type: ignore[arg-type]  # stand-ins
    return gathered


def plainly(log: Stub, name: str, trace: Trace, answer: Answer) -> Iterable[Judgement]:
    """The rows of one answer, written out."""

    def question(variant: str) -> int:
        return log.questions.index(Question(name, name, f"r-{name}", variant))

    if not (answer.checked or answer.unknowns):
        return
    counts: dict[tuple[str, str], int] = {("", ""): answer.checked}
    if answer.by_variant:
        counts = dict(answer.by_variant)
    elif answer.by_step:
        counts = {("", at): checked for at, checked in answer.by_step.items()}
    for (variant, at), checked in counts.items():
        yield Judgement(trace.id, question(variant), at, checked, 0, 0)
    for unknown in answer.unknowns:
        yield Judgement(trace.id, question(""), unknown.step, 0, 0, 1, unknown.reason)
    for breach in answer.breaches:
        grade = breach.grade or Grade.MINOR
        yield Judgement(
            trace.id, question(breach.variant), breach.step, 0, 1, 0, "", grade, breach.position
        )  # fmt: skip


@given(st.lists(st.tuples(answers, answers), max_size=5))
def test_each_answer_becomes_its_own_rows_in_order(said: list[tuple[Answer, Answer]]) -> None:
    log = Stub(len(said))
    gathered = asked(log, {name: [pair[at] for pair in said] for at, name in enumerate(RULES)})
    expected = [
        row
        for trace, pair in zip(log.found, said, strict=True)
        for name, answer in zip(RULES, pair, strict=True)
        for row in plainly(log, name, trace, answer)
    ]
    assert log.given == [[], [], expected]
    opened: dict[tuple[str, str, str], list[int]] = {}
    for trace, pair in zip(log.found, said, strict=True):
        for name, answer in zip(RULES, pair, strict=True):
            for unknown in answer.unknowns:
                opened.setdefault((name, unknown.step, unknown.reason), []).append(trace.count)
    told = {(item.code, item.step, item.reason): item.count for item in gathered.open_items}
    assert told == {place: sum(counts) for place, counts in opened.items()}
    assert gathered.asked == {question.requirement for question in log.questions}
    assert gathered.failures == []


@given(st.lists(rows))
def test_rows_that_are_kept_once_come_back_as_they_were_said(said: list[Judgement]) -> None:
    kept = Judgements(said)
    assert list(kept) == said
    assert len(kept) == len(said)
