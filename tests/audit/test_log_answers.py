"""What hooks say of traces reaches the engine row by row, however often the same is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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
        left: Counter[tuple[int, str, str, str]] = Counter()
        for row in self.given[-1]:
            if row.open:
                left[row.question, OF.key, row.step, row.reason] += self.found[row.subject].count
        return Counted(open_counts=left)


def asked(
    log: Stub, said: Mapping[str, Sequence[Answer]], part: Callable[[Trace], Hashable] | None = None
) -> Gathered:
    def rule(name: str) -> Rule:
        hook = Hook(name, lambda trace, _: said[name][trace.id], Text(), part=part)
        return Rule(name, Text(), Text(), on_trace=hook)

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


@given(st.lists(answers, min_size=2, max_size=3), st.integers(2, 9))
def test_one_of_the_traces_that_are_alike_is_asked_for_all(said: list[Answer], count: int) -> None:
    """Every other trace is alike in the part that counts, whatever the rule says of the later ones."""
    first = [said[n % 2] for n in range(count)]
    later = [answer if n < 2 else said[-1] for n, answer in enumerate(first)]
    one_by_one, remembered = Stub(count), Stub(count)
    plain = asked(one_by_one, dict.fromkeys(RULES, first))
    assert asked(remembered, dict.fromkeys(RULES, later), lambda trace: trace.id % 2) == plain
    assert remembered.given == one_by_one.given


def test_a_rule_that_cannot_tell_what_it_depends_on_crashes_alone() -> None:
    log = Stub(2)
    gathered = asked(log, dict.fromkeys(RULES, [Answer(1)] * 2), lambda trace: 1 // 0)
    assert [(each.code, each.message) for each in gathered.failures] == [
        (name, "ZeroDivisionError: integer division or modulo by zero") for name in RULES
    ]
    assert log.given == [[], [], []]


def test_a_rule_that_crashes_within_an_answer_leaves_nothing_open_of_it() -> None:
    log = Stub(1)
    half = Answer(1, (SimpleNamespace(variant=""),), (Unknown("unfinished", "a"),))  # type: ignore[arg-type]
    gathered = asked(log, {"first": [half], "second": [Answer(1)]})
    assert [each.code for each in gathered.failures] == ["first"]
    assert gathered.open_items == []
    assert [row.question for row in log.given[-1]] == [
        log.questions.index(Question("second", "second", "r-second"))
    ]


@given(st.lists(rows))
def test_rows_that_are_kept_once_come_back_as_they_were_said(said: list[Judgement]) -> None:
    kept = Judgements(said)
    assert list(kept) == said
    assert len(kept) == len(said)
